"""Exports are files that are the same every time; what cannot be exported is told with what to do."""

import json
from pathlib import Path

import pytest

FORMS = ("ris", "csv", "fhir", "diff")


@pytest.fixture
def told(night_with_posted_results):
    return night_with_posted_results


@pytest.mark.parametrize("form", FORMS)
def test_exporting_twice_gives_the_same_bytes(form: str, told, trialwatch, tmp_path: Path):
    folders = [tmp_path / name for name in ("one", "other")]
    for folder in folders:
        ended = trialwatch(
            "--data", told.settings.data, "export", "--as", form, "--evidence", "provisional", "--to", folder
        )
        assert ended.code == 0, ended.err
    first, second = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders)
    assert first == second
    assert first


def test_the_second_review_is_exported_as_the_first_is(night_of_second_review, trialwatch, monkeypatch, tmp_path: Path):
    settings = night_of_second_review.settings
    for form in FORMS:
        monkeypatch.setenv("TRIALWATCH_REVIEWS", str(settings.reviews))
        ended = trialwatch("--data", settings.data, "export", "pressure_ulcers", "--as", form, "--to", tmp_path / form)
        assert ended.code == 0, ended.err
    assert {path.name for path in (tmp_path / "ris").iterdir()} >= {"included.ris", "ongoing.ris", "excluded.ris"}


def test_the_folder_is_named_for_night_evidence_and_form(told, trialwatch, monkeypatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    ended = trialwatch("--data", told.settings.data, "export", "--as", "diff", "--night", "2024-02-29")
    assert ended.code == 0
    assert {path.name for path in (tmp_path / "als_cell_therapy-2024-02-29-confirmed-diff").iterdir()} == {
        "diff.csv",
        "diff.md",
    }


def test_a_list_is_loaded_by_ingest(told, data: Path, trialwatch, tmp_path: Path):
    trialwatch("--data", told.settings.data, "export", "--as", "ris", "--to", tmp_path)
    ended = trialwatch("--data", data, "ingest", "ris", tmp_path / "included.ris", "--database", "other")
    assert ended.code == 0, ended.err
    assert " 0 rejected" in ended.out
    assert "PMID:31740545" in ended.out


def test_a_night_that_is_not_there_is_told_with_those_that_are(told, trialwatch):
    ended = trialwatch("--data", told.settings.data, "export", "--as", "ris", "--night", "2020-01-01")
    assert ended.code == 1
    assert "2020-01-01: no published night; there are 2024-02-29" in ended.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--as", "ris", "--night", "yesterday"], "is not a day of the form"),
        (["--as", "docx"], "docx"),
        (["--as", "ris", "--evidence", "undisputed"], "undisputed"),
        ([], "--as"),
    ],
)
def test_wrong_usage_is_told(words: list[str], said: str, told, trialwatch):
    ended = trialwatch("--data", told.settings.data, "export", *words)
    assert ended.code == 2
    assert said in ended.err


def test_a_file_in_the_place_of_the_folder_is_left_alone(told, trialwatch, tmp_path: Path):
    place = tmp_path / "taken"
    place.write_text("mine")
    ended = trialwatch("--data", told.settings.data, "export", "--as", "ris", "--to", place)
    assert (ended.code, place.read_text()) == (2, "mine")


def test_before_the_first_night_there_is_nothing_to_export(trialwatch, tmp_path: Path):
    ended = trialwatch("--data", tmp_path, "export", "--as", "ris")
    assert ended.code == 1
    assert "nothing is published yet" in ended.err


def test_what_else_lies_in_the_folder_stays(told, trialwatch, tmp_path: Path):
    (tmp_path / "notes.txt").write_text("mine")
    trialwatch("--data", told.settings.data, "export", "--as", "ris", "--to", tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_folder_that_has_changed_since_is_told(told, review_folder: Path, trialwatch, monkeypatch, tmp_path: Path):
    monkeypatch.setenv("TRIALWATCH_REVIEWS", str(review_folder.parent))
    same = trialwatch("--data", told.settings.data, "export", "--as", "diff", "--to", tmp_path)
    monkeypatch.setenv("TRIALWATCH_REVIEWS", str(review_folder.parent))
    protocol = review_folder / "protocol.yaml"
    protocol.write_text(
        protocol.read_text(encoding="utf-8").replace('version: "1.4"', 'version: "1.5"'), encoding="utf-8"
    )
    other = trialwatch("--data", told.settings.data, "export", "--as", "diff", "--to", tmp_path)
    assert "has changed since the night of 2024-02-29" not in same.out
    assert "has changed since the night of 2024-02-29" in other.out


def test_statements_are_printed_or_written(told, trialwatch, tmp_path: Path):
    printed = trialwatch("--data", told.settings.data, "statements")
    as_json = trialwatch("--data", told.settings.data, "statements", "--json")
    written = trialwatch("--data", told.settings.data, "statements", "--to", tmp_path)
    assert (printed.code, as_json.code, written.code) == (0, 0, 0)
    assert (tmp_path / "statements.md").read_text(encoding="utf-8") == printed.out
    assert json.loads((tmp_path / "statements.json").read_bytes()) == json.loads(as_json.out)
    assert [item["name"] for item in json.loads(as_json.out)["statements"]] == [
        "prisma-2020",
        "prisma-lsr",
        "prisma-s",
        "raise",
    ]
