"""Rows that can be read and are hardly meant: numbers without their register's form, days far ahead, one arm alone."""

from datetime import date
from pathlib import Path

import pytest
from made_up_folders import analysis, arm, arms, made_up_review

from models.review import Review
from models.row_advice import faults, hints, register_meant

TODAY = date(2026, 11, 30)
DECISION = {
    "study_id": "Ash 2001", "criterion": "list", "verdict": "included", "decided_by": "me",
    "known_from": "2024-01-01", "reason": "read",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "register"),
    [
        ("NCT0123456", "ClinicalTrials.gov"),
        ("NCT9999", "ClinicalTrials.gov"),
        ("NCT 012345678", "ClinicalTrials.gov"),
        ("NCTO1234567", "ClinicalTrials.gov"),
        ("nct-0123456x", "ClinicalTrials.gov"),
        ("ISRCTN1234567", "ISRCTN"),
        ("ACTRN126050000001", "ANZCTR"),
        ("CTRI/2009/1", "CTRI"),
        ("UMIN0000001", "UMIN"),
        ("EUCTR2006-00309-12", "EudraCT"),
        ("NCT01234567", ""),
        ("nct 01234567", ""),
        ("EUCTR2006-003096-12-ES", ""),
        # Names of authors, of reports, and of studies are none.
        ("Per 2009", ""),
        ("Oh 2018", ""),
        ("Ash 2001a", ""),
        ("KCT 2009", ""),
        ("PMID:12345", ""),
        ("DOI:10.1/NCT0123456", ""),
        ("NCT", ""),
    ],
)
def test_what_looks_like_a_number_and_has_not_its_form(name: str, register: str) -> None:
    assert register_meant(name) == register


def review(folder: Path, **tables: object) -> Review:
    return made_up_review(folder, analyses=[analysis("1.1")], **tables)


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("extraction", arm("NCT0123456", "control", 10, n_events=1)),
        ("decisions", DECISION | {"study_id": "NCT0123456"}),
        (
            "links",
            {
                "study_id": "Ash 2001", "item_id": "NCT0123456", "relation": "record", "known_from": "2024-01-01",
                "is_linked": "true", "decided_by": "me", "reason": "read",
            },
        ),
    ],
)  # fmt: skip
def test_a_row_about_no_study_is_told_unless_a_version_calls_a_study_so(
    table: str, row: dict[str, object], tmp_path: Path
) -> None:
    [told] = faults(tmp_path, review(tmp_path, **{table: [row]}))
    assert told.startswith(f"{tmp_path / table}.csv:2: ")
    assert "'NCT0123456'" in told
    listed = tmp_path / "listed"
    assert list(faults(listed, review(listed, included=["NCT0123456"], **{table: [row]}))) == []
    [hint] = hints(listed, review(listed / "2", included=["NCT0123456"]), TODAY)
    assert "included.0.study_id: 'NCT0123456'" in hint


@pytest.mark.parametrize(
    ("day", "n_told"), [("2091-01-01", 1), ("2028-01-01", 1), ("2027-03-01", 0), ("2024-01-01", 0)]
)
def test_a_day_far_ahead_is_told(day: str, n_told: int, tmp_path: Path) -> None:
    found = list(hints(tmp_path, review(tmp_path, decisions=[DECISION | {"known_from": day}]), TODAY))
    assert [line.startswith(f"{tmp_path / 'decisions.csv'}:2: known_from: ") for line in found] == [True] * n_told


def test_one_arm_alone_is_told_with_its_study_and_analysis(tmp_path: Path) -> None:
    pair = arms("Ash 2001", 1, 10, 2, 10)
    alone = arm("Birch 2002", "intervention", 12, n_events=3)
    [told] = hints(tmp_path, review(tmp_path, extraction=[*pair, alone]), TODAY)
    assert told.startswith(
        f"{tmp_path / 'extraction.csv'}:4: arm: 'intervention': is the only arm of Birch 2002 in 1.1"
    )
    other = arm("Birch 2002", "control", 12, n_events=3)
    assert list(hints(tmp_path, review(tmp_path, extraction=[*pair, alone, other]), TODAY)) == []
