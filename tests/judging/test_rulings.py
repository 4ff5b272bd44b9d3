"""What people wrote applies to a study under any of its numbers, or is a task that names its line."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from judging.rulings import excluded_by_people, record_named, rule
from models.folder_rows import DecisionRow
from models.review import Review, load_review
from models.screening import QueueItem
from models.trial import SecondaryId, TrialRecord

SHIPPED = Path(__file__).parents[2] / "reviews" / "als_cell_therapy"
RECORDS = {
    "NCT01363401": TrialRecord(
        source="ctgov",
        registry="ClinicalTrials.gov",
        registry_id="NCT01363401",
        registry_date="2020-01-01",
        secondary_ids=(SecondaryId(id="EudraCT 2006-003096-12"),),
    ),
    "ISRCTN11111112": TrialRecord(
        source="isrctn", registry="ISRCTN", registry_id="ISRCTN11111112", registry_date="2020-01-01"
    ),
}
STUDIES = {"NCT01363401": "NCT01363401", "ISRCTN11111112": "NCT01363401"}


@pytest.fixture(scope="module")
def review() -> Review:
    return load_review(SHIPPED)


def decision(study_id: str, criterion: str = "list", verdict: str = "excluded", line: int = 2) -> DecisionRow:
    row = DecisionRow(
        study_id=study_id,
        criterion=criterion,
        verdict=verdict,
        decided_by="me",
        known_from=date(2020, 1, 1),
        reason="why",
    )  # type: ignore[arg-type]
    return row.at(line)


def ruled(review: Review, *rows: DecisionRow) -> tuple[tuple[DecisionRow, ...], tuple[QueueItem, ...]]:
    folder = replace(review, decisions=rows, links=(), extraction=(), risk_of_bias=())
    found = rule(folder, STUDIES, record_named(RECORDS, {"OLD 7": "NCT01363401"}))
    return found.review.decisions, found.tasks


@pytest.mark.parametrize(
    "number",
    [
        "NCT01363401",
        "nct01363401",
        "NCT 01363401",
        "ISRCTN11111112",
        "2006-003096-12",
        "EUCTR2006-003096-12-ES",
        "OLD 7",
    ],
)
def test_a_row_applies_under_any_number_of_its_study(review: Review, number: str) -> None:
    [row], tasks = ruled(review, decision(number))
    assert row.study_id == "NCT01363401"
    assert tasks == ()
    assert set(excluded_by_people([row])) == {"NCT01363401"}


def test_a_row_about_no_study_is_a_task_with_its_line_and_the_nearest_number(review: Review) -> None:
    rows, [task] = ruled(review, decision("NCT01363410", line=7))
    assert rows == ()
    assert "decisions.csv:7" in task.reason
    assert "NCT01363401" in task.action


def test_two_rows_that_meet_under_two_numbers_are_shown_with_both_lines(review: Review) -> None:
    rows, [task] = ruled(
        review, decision("NCT01363401", line=2), decision("ISRCTN11111112", verdict="included", line=3)
    )
    assert len(rows) == 2
    assert "decisions.csv:2 and 3" in task.reason
    assert excluded_by_people(rows) == {}, "the later line is applied"


def test_an_exclusion_is_taken_back_by_a_later_list(review: Review) -> None:
    out, back = decision("NCT01363401"), decision("NCT01363401", verdict="included")
    assert set(excluded_by_people([out])) == {"NCT01363401"}
    assert excluded_by_people([out, back]) == {}
    assert set(excluded_by_people([decision("NCT01363401", "design", "not_met")])) == {"NCT01363401"}


@pytest.mark.parametrize(
    ("number", "helps"),
    [
        ("Birch 2031", "load its report (trialwatch ingest), and name the study by PMID:… or DOI:…"),
        ("PMID:99999999", "load this report (trialwatch ingest)"),
        ("doi:10.1000/none", "load this report (trialwatch ingest)"),
        ("NCT09999999", "correct the number, or load a file that has it (trialwatch ingest)"),
    ],
)
def test_a_study_that_nobody_knows_is_told_what_helps(review: Review, number: str, helps: str) -> None:
    _, [task] = ruled(review, decision(number, line=7))
    assert task.action.startswith(helps)
    assert "published/" not in task.action
