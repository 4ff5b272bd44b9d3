"""`trialwatch draft`: words from a review's own studies, tried on them, and written where a protocol has none."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from made_up_packages import analysis, entry, row, study, write_package

from models.review import load_review

Command = Callable[..., Any]
FOLLOWED = ("NCT02017912", "NCT01254539", "NCT02286011", "NCT03280056")
REVIEW = "CD000007"


@pytest.fixture(scope="module")
def adopted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a made-up package was adopted and its first night carried out: reviews and data."""
    return tmp_path_factory.mktemp("adopted")


@pytest.fixture
def draft(adopted: Path, trialwatch: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command on the adopted review, whose words nobody has written."""
    monkeypatch.setenv("TRIALWATCH_REVIEWS", str(adopted / "reviews"))
    if not (adopted / "data").exists():
        ongoing = [study(f"{number} 2020") for number in FOLLOWED]
        path = write_package(
            adopted,
            REVIEW,
            analyses=[analysis()],
            rows=[row(1, 1, "Ash 2001")],
            studies={"included": [study("Ash 2001")], "ongoing": ongoing},
            references={
                "ongoing": [
                    entry(f"{number} 2020", f"https://clinicaltrials.gov/study/{number}") for number in FOLLOWED
                ]
            },
        )
        ended = trialwatch(
            *("--data", adopted / "data", "adopt", path, "--searched", "2024-01-31"),
            *("--registries", "replay", "--as-of", "2024-06-30"),
        )
        assert ended.code in {0, 3}, ended.err

    def run(*words: str) -> Any:
        return trialwatch("--data", adopted / "data", "draft", REVIEW, *words)

    return run


def test_a_draft_is_yaml_with_counts_and_finds_the_studies_that_it_is_made_of(draft: Command) -> None:
    told = draft()
    assert told.code == 0, told.err
    words = yaml.safe_load(told.out.partition("\n\n")[0])
    assert words["pico"]["population"] == ["amyotrophic lateral sclerosis"]
    assert words["pico"]["abbreviations"] == ["ALS"]
    assert words["eligibility"]["intervention"]["terms"] == ["stem cell*"]
    assert "- amyotrophic lateral sclerosis  # 4 own, 0 others" in told.out
    assert "The drafted words find and screen in 4 of 4 own studies that have a registration" in told.out
    assert "left out of the draft in turn, the words of the others find 3 of 4" in told.out
    assert "1 own studies have no registration that a night has brought (1 included)" in told.out


def test_words_are_written_once_and_nothing_else_is_touched(draft: Command, adopted: Path) -> None:
    path = adopted / "reviews" / REVIEW / "protocol.yaml"
    before = path.read_bytes()
    assert not load_review(path.parent).protocol.is_written
    try:
        assert draft("--write").code == 0
        after = path.read_bytes()
        assert after.startswith(before)
        protocol = load_review(path.parent).protocol
        assert protocol.is_written
        assert protocol.pico.population == ["amyotrophic lateral sclerosis"]
        assert "stem cell*" in protocol.eligibility.intervention.terms
        again = draft("--write")
        assert again.code == 1
        assert "has words already (eligibility, pico)" in again.out
        assert path.read_bytes() == after
    finally:
        path.write_bytes(before)


def test_lines_end_as_the_file_s_do(draft: Command, adopted: Path) -> None:
    path = adopted / "reviews" / REVIEW / "protocol.yaml"
    before = path.read_bytes()
    try:
        path.write_bytes(before.replace(b"\n", b"\r\n").rstrip(b"\r\n"))
        assert draft("--write").code == 0
        assert path.read_bytes().count(b"\n") == path.read_bytes().count(b"\r\n")
        assert load_review(path.parent).protocol.is_written
    finally:
        path.write_bytes(before)


def test_a_person_s_words_stay_and_only_what_lacks_is_written(draft: Command, adopted: Path) -> None:
    path = adopted / "reviews" / REVIEW / "protocol.yaml"
    before = path.read_bytes()
    own = b"pico:\n  population: [motor neurone disease]  # mine\n"
    try:
        path.write_bytes(before + own)
        assert draft("--write").code == 0
        assert path.read_bytes().startswith(before + own)
        protocol = load_review(path.parent).protocol
        assert protocol.pico.population == ["motor neurone disease"]
        assert protocol.eligibility.is_written
    finally:
        path.write_bytes(before)


def test_a_review_with_words_is_shown_both_and_keeps_its_own(
    data: Path, trialwatch: Command, review_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIALWATCH_REVIEWS", str(review_folder.parent))
    before = (review_folder / "protocol.yaml").read_bytes()
    told = trialwatch("--data", data, "draft", review_folder.name)
    assert told.code == 0, told.err
    assert "The drafted words find" in told.out
    assert "The protocol's own words find" in told.out
    assert trialwatch("--data", data, "draft", review_folder.name, "--write").code == 1
    assert (review_folder / "protocol.yaml").read_bytes() == before


def test_without_a_night_it_says_what_to_do(trialwatch: Command, tmp_path: Path) -> None:
    told = trialwatch("--data", tmp_path / "data", "draft", "als_cell_therapy")
    assert told.code == 1
    assert "run 'trialwatch nightly'" in told.err
    assert "Traceback" not in told.err
