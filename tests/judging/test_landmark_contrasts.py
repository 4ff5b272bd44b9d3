"""The hazard ratio that landmarks offer is a row that a person can paste, confirm, and find unchanged."""

from pathlib import Path

import pytest
from made_up_folders import SOURCE, Cells, analysis, made_up_review

from judging.curves import curves_of
from judging.evidence import contrast_of
from judging.landmark_contrasts import offered_by
from models.folder_rows import ContrastRow
from models.vocabulary import EvidenceWord

LINE = analysis("1.1", measure="HR", method="iv")


def curve(arm: str, *landmarks: tuple[float, object, object]) -> list[Cells]:
    told = {"study_id": "Ash 2001", "analysis": "1.1", "arm": arm, "time_unit": "months"} | SOURCE
    return [told | {"time": time, "survival": share, "at_risk": n} for time, share, n in landmarks]


def offered(folder: Path, *rows: Cells) -> ContrastRow | None:
    [found] = curves_of(made_up_review(folder, analyses=[LINE], survival=rows).survival).curves
    return offered_by(found)


BOTH = (
    *curve("intervention", (0, "", 50), (6, 0.8, 38), (12, 0.6, 25)),
    *curve("control", (0, "", 50), (6, 0.7, 34), (12, 0.5, 20)),
)


def test_the_row_is_provisional_and_derived_and_says_how(tmp_path: Path) -> None:
    row = offered(tmp_path, *BOTH)
    assert row is not None
    assert (row.is_confirmed, row.evidence, row.is_log, row.n_intervention) == (False, EvidenceWord.DERIVED, True, 50)
    assert str(row.note).startswith(
        "from survival at 12 months, as if hazards were proportional: log HR -0.305214 computed"
    )


def test_pasted_and_confirmed_it_gives_the_same_effect(tmp_path: Path) -> None:
    row = offered(tmp_path / "one", *BOTH)
    assert row is not None
    typed = {name: value for name, value in row.model_dump(mode="json").items() if value is not None}
    cells = {name: str(value).lower() if isinstance(value, bool) else value for name, value in typed.items()}
    [pasted] = made_up_review(tmp_path / "two", analyses=[LINE], contrasts=[cells | {"is_confirmed": "true"}]).contrasts
    one, other = contrast_of(row), contrast_of(pasted)
    assert (other.yi, other.sei, other.is_confirmed) == (one.yi, one.sei, True)


@pytest.mark.parametrize(
    ("last", "when"),
    [
        ((0.0, 0.5), "6 months"),
        ((0.6, 0.0), "6 months"),
        ((0.6, 0.5), "12 months"),
    ],
)
def test_where_everybody_has_died_an_earlier_time_is_taken(
    tmp_path: Path, last: tuple[float, float], when: str
) -> None:
    rows = (
        *curve("intervention", (0, "", 50), (6, 0.8, 38), (12, last[0], 0)),
        *curve("control", (0, "", 50), (6, 0.7, 34), (12, last[1], 0)),
    )
    row = offered(tmp_path, *rows)
    assert row is not None
    assert f"survival at {when}" in str(row.note)


def test_shares_without_errors_or_people_offer_nothing(tmp_path: Path) -> None:
    rows = (*curve("intervention", (6, 0.8, "")), *curve("control", (6, 0.7, "")))
    assert offered(tmp_path, *rows) is None
