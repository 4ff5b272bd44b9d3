"""What is printed for pasting is read by the loader, whatever columns the review's file has."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.review import load_review

STUDY = "NCT03280056"


@pytest.fixture
def night(tmp_path: Path, review_folder: Path, trialwatch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder on which the posted results of a study are known."""
    monkeypatch.setenv("TRIALWATCH_REVIEWS", str(review_folder.parent))
    ended = trialwatch("--data", tmp_path / "data", "nightly", "--registries", "replay", "--as-of", "2024-02-29")
    assert ended.code == 0, ended.err
    return tmp_path / "data"


def with_columns(folder: Path, names: list[str]) -> None:
    text = (folder / "extraction.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n", extrasaction="ignore", restval="")
    writer.writeheader()
    writer.writerows(rows)
    (folder / "extraction.csv").write_text(out.getvalue(), encoding="utf-8")


COLUMNS = [
    "study_id",
    "comparison",
    "outcome",
    "timepoint",
    "arm",
    "n_analysed",
    "n_events",
    "mean",
    "sd",
    "report",
    "table",
    "page",
    "population",
    "extractor",
    "known_from",
    "evidence",
    "is_confirmed",
    "note",
]


@pytest.mark.parametrize(
    "names", [COLUMNS, COLUMNS[::-1], [*COLUMNS, "se", "arm_label"], [name for name in COLUMNS if name != "page"]]
)
def test_printed_rows_pasted_and_appended_rows_are_read(
    night: Path, review_folder: Path, trialwatch: Callable[..., Any], names: list[str]
) -> None:
    with_columns(review_folder, names)
    before = load_review(review_folder).extraction
    printed = trialwatch("--data", night, "extract", STUDY)
    assert printed.code == 0
    path = review_folder / "extraction.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + printed.out, encoding="utf-8")
    pasted = load_review(review_folder).extraction
    path.write_text(text, encoding="utf-8")
    assert trialwatch("--data", night, "extract", STUDY, "--append").code == 0
    appended = load_review(review_folder).extraction
    assert [row.model_dump() for row in appended] == [row.model_dump() for row in pasted]
    assert len(appended) > len(before)
    assert {row.is_confirmed for row in appended[len(before) :]} == {False}


def test_rows_are_added_only_to_a_folder_that_can_be_read(
    night: Path, review_folder: Path, trialwatch: Callable[..., Any]
) -> None:
    path = review_folder / "extraction.csv"
    before = path.read_text(encoding="utf-8") + "no row at all\n"
    path.write_text(before, encoding="utf-8")
    ended = trialwatch("--data", night, "extract", STUDY, "--append")
    assert ended.code == 1
    assert "another number of fields" in ended.err
    assert path.read_text(encoding="utf-8") == before
