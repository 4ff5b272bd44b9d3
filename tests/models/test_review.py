"""A review folder is read whole, or its faults are named with file, line and field."""

import csv
import io
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from models.folder_files import ReviewError
from models.review import load_review
from models.settings import Settings

SHIPPED = Settings().reviews / "als_cell_therapy"

Change = Callable[[str, str, str], Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "review"))


@pytest.fixture
def change(folder: Path) -> Change:
    """Replaces a text that stands once in a file of the folder."""

    def change(name: str, old: str, new: str) -> Path:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return path

    return change


def line_of(path: Path, text: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def complaint(folder: Path) -> str:
    with pytest.raises(ReviewError) as raised:
        load_review(folder)
    return str(raised.value)


# --- what is there ---


def test_every_review_that_ships_can_be_read() -> None:
    reviews = [path.parent for path in Settings().reviews.glob("*/protocol.yaml")]
    assert reviews
    for review in reviews:
        assert load_review(review).protocol.review == review.name


def test_only_what_was_known_by_a_day_counts() -> None:
    review = load_review(SHIPPED)
    assert review.as_of(date(2016, 7, 20)).baseline.version == "2016"
    assert review.as_of(date(2019, 7, 31)).baseline.version == "2016", "nobody could read the search of that day yet"
    assert review.as_of(date(2019, 12, 31)).baseline.version == "2019"
    assert review.as_of(date(2018, 8, 30)).extraction == ()
    assert len(review.as_of(date(2018, 8, 31)).extraction) == 10
    assert review.as_of(date(2019, 7, 31)).links == ()
    assert review.as_of(date(2000, 1, 1)).baseline.version == "2016", "a review starts from its first version"


def test_the_fingerprint_changes_with_every_file(folder: Path) -> None:
    before = load_review(folder).fingerprint
    assert load_review(folder).fingerprint == before
    with (folder / "decisions.csv").open("a") as file:
        file.write("NCT01363401,design,met,somebody,2026-01-01,read the full text\n")
    assert load_review(folder).fingerprint != before


def test_a_review_may_lack_the_tables_that_nobody_has_filled(folder: Path) -> None:
    for name in ("decisions.csv", "links.csv", "extraction.csv", "risk_of_bias.csv", "certainty.csv"):
        (folder / name).unlink(missing_ok=True)
    review = load_review(folder)
    assert (review.decisions, review.links, review.extraction) == ((), (), ())


# --- faults of the protocol ---


def test_an_unknown_key_is_named_with_its_line(folder: Path, change: Change) -> None:
    path = change("protocol.yaml", "  relative_change: 0.5", "  relativ_change: 0.5")
    assert complaint(folder) == (
        f"{path}:{line_of(path, 'relativ_change')}: thresholds.relativ_change: unknown key:"
        " remove it or correct its spelling"
    )


def test_an_unknown_key_deep_in_a_list_is_named_with_its_line(folder: Path, change: Change) -> None:
    path = change("protocol.yaml", "    to_days: 213", "    to_day: 213")
    told = complaint(folder)
    assert f"{path}:{line_of(path, 'to_day:')}: timepoints.0.to_day: unknown key" in told


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("  alpha: 0.05", "  alpha: 5", "thresholds.alpha: value 5"),
        ("    from_days: 106", "    from_days: 300", "timepoints.0"),
        ("    mid: 4", "    mid: four", "outcomes.0.mid: value 'four'"),
        ("    direction: lower\n    timepoints: [\"4 to 6 months\"]\n    registry: none", "    direction: lower\n    timepoints: [\"one year\"]\n    registry: none", "outcomes.3.timepoints.0"),
    ],
    ids=["out of range", "window the wrong way round", "no number", "a timepoint that is not there"],
)  # fmt: skip
def test_a_value_that_cannot_be_used_is_named(folder: Path, change: Change, old: str, new: str, field: str) -> None:
    path = change("protocol.yaml", old, new)
    told = complaint(folder)
    assert re.match(rf"{re.escape(str(path))}:\d+: ", told)
    assert field in told


def test_what_is_no_yaml_is_named_with_its_line(folder: Path, change: Change) -> None:
    path = change("protocol.yaml", "review: als_cell_therapy", "review: [als_cell_therapy")
    told = complaint(folder)
    assert re.match(rf"{re.escape(str(path))}:\d+: file: not YAML: ", told)


@pytest.mark.parametrize("content", ["", "- a list\n", "text\n", "\t\n"])
def test_a_protocol_that_is_none_is_named(folder: Path, content: str) -> None:
    (folder / "protocol.yaml").write_text(content)
    assert complaint(folder).startswith(f"{folder / 'protocol.yaml'}:")


def test_a_folder_without_protocol_or_published_version_is_named(folder: Path) -> None:
    for path in (folder / "published").iterdir():
        path.unlink()
    assert "a review starts from a published version" in complaint(folder)
    (folder / "protocol.yaml").unlink()
    assert "protocol.yaml:1: file: not found" in complaint(folder)


def test_a_fault_of_a_published_version_is_named(folder: Path, change: Change) -> None:
    path = change("published/2019.yaml", "search_date: 2019-07-31", "search_date: last summer")
    assert complaint(folder).startswith(f"{path}:{line_of(path, 'last summer')}: search_date: value 'last summer'")


# --- faults of the tables ---

ROW = "NCT01363401,cells_vs_control,alsfrs_r_change,4 to 6 months,intervention,31,,-3.10,3.51,PMID:30048006"


@pytest.mark.parametrize(
    ("change_to", "field"),
    [
        (ROW.replace(",31,", ",0,"), "n_analysed: value '0'"),
        (ROW.replace(",31,", ",-5,"), "n_analysed: value '-5'"),
        (ROW.replace(",31,", ",many,"), "n_analysed: value 'many'"),
        (ROW.replace("3.51", "0"), "sd: value '0'"),
        (ROW.replace("3.51", ""), "a mean, and nothing else, has one of sd, se, or ci_low with ci_high"),
        (ROW.replace(",31,,", ",31,40,"), "give either n_events or mean with sd"),
        (ROW.replace(",31,,-3.10,3.51", ",31,40,,"), "n_events 40 is more than n_analysed 31"),
        (ROW.replace("intervention", "treatment"), "arm: value 'treatment'"),
        (ROW.replace("cells_vs_control", "cells"), "comparison: 'cells' is none of ['cells_vs_control']"),
        (ROW.replace("alsfrs_r_change", "alsfrs"), "outcome: 'alsfrs' is none of"),
        (ROW.replace("4 to 6 months", "4 months"), "timepoint: '4 months' is none of"),
        (ROW + ",one,too,many", "another number of fields than the header"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_with_its_line(
    folder: Path, change: Change, change_to: str, field: str
) -> None:
    path = change("extraction.csv", ROW, change_to)
    told = complaint(folder)
    assert told.startswith(f"{path}:2: ")
    assert field in told


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"se": "0.63"}, None),
        ({"ci_low": "-4.39", "ci_high": "-1.81"}, None),
        ({"se": "0.63", "sd": "3.51"}, "a mean, and nothing else, has one of sd, se, or ci_low with ci_high"),
        ({"se": "0.63", "ci_low": "-4.39", "ci_high": "-1.81"}, "a mean, and nothing else, has one of"),
        ({}, "a mean, and nothing else, has one of"),
        ({"mean": "", "n_events": "3", "se": "0.63"}, "a mean, and nothing else, has one of"),
        ({"se": "0"}, "se: value '0'"),
        ({"ci_low": "-4.39"}, "ci_low and ci_high go together"),
        ({"ci_low": "-1.81", "ci_high": "-4.39"}, "mean -3.1 is not between -1.81 and -4.39"),
        ({"ci_low": "1", "ci_high": "2"}, "mean -3.1 is not between 1 and 2"),
        ({"ci_low": "-4.39", "ci_high": "-1.81", "n_analysed": "1"}, "limits of one person's mean"),
    ],
)
def test_a_mean_has_one_measure_of_its_spread(folder: Path, given: dict[str, str], fault: str | None) -> None:
    path = folder / "extraction.csv"
    [first, *_] = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))
    row = first | {"sd": "", "se": "", "ci_low": "", "ci_high": ""} | given
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerow(row)
    if fault:
        assert complaint(folder).startswith(f"{path}:2: ")
        assert fault in complaint(folder)
    else:
        assert load_review(folder).extraction[0].sd is None


def test_every_fault_of_a_table_is_told_at_once(folder: Path) -> None:
    path = folder / "extraction.csv"
    path.write_text(path.read_text().replace(",31,", ",0,"))
    told = complaint(folder).splitlines()
    assert len(told) == len([line for line in path.read_text().splitlines() if ",0," in line])


def test_an_unknown_column_is_named(folder: Path, change: Change) -> None:
    path = change("extraction.csv", "study_id,comparison,outcome", "study,comparison,outcome")
    assert f"{path}:1: study: unknown column: write 'study_id'" in complaint(folder)


def test_a_fact_from_memory_cannot_be_confirmed(folder: Path, change: Change) -> None:
    change("extraction.csv", ROW + ",Table 3 (PMC6175096),,analysed at 6 months,trialwatch maintainers,2018-08-31,verbatim",
           ROW + ",Table 3 (PMC6175096),,analysed at 6 months,trialwatch maintainers,2018-08-31,memory")  # fmt: skip
    assert "a fact that is memory cannot be confirmed" in complaint(folder)


def test_a_table_in_another_encoding_is_named(folder: Path) -> None:
    path = folder / "links.csv"
    path.write_bytes(path.read_bytes() + "NCT1,PMID:1,report,results,true,2020-01-01,Müller,x\n".encode("latin-1"))
    assert complaint(folder).startswith(f"{path}:3: file: cannot be read as UTF-8 at ")


def test_a_table_saved_by_a_spreadsheet_with_its_mark_is_read(folder: Path) -> None:
    path = folder / "extraction.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_review(folder).extraction == load_review(SHIPPED).extraction
