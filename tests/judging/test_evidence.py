"""Rows of extraction.csv become numbers of an arm, and what was computed for them says from what."""

from math import sqrt

import msgspec
import pytest

from judging.evidence import Numbers, arm_of, inputs_of
from models.folder_rows import ExtractionRow
from models.review import Review, load_review
from models.settings import Settings
from models.synthesis import ArmResult
from models.vocabulary import EvidenceSet
from synthesis.analyses import pool_review
from synthesis.conversions import sd_from_ci

OUTCOME = "alsfrs_r_change"


@pytest.fixture(scope="module")
def review() -> Review:
    return load_review(Settings().reviews / "als_cell_therapy")


@pytest.fixture
def rows(review: Review) -> list[ExtractionRow]:
    """Oh 2018, change of the ALSFRS-R: cells and control."""
    return [row for row in review.extraction if row.outcome == OUTCOME and row.study_id == "NCT01363401"]


def with_spread(row: ExtractionRow, **spread: float) -> ExtractionRow:
    given = row.model_dump() | {"sd": None, "note": "as adjusted"} | spread
    return ExtractionRow.model_validate(given)


def pooled(review: Review, arms: list[ArmResult]) -> tuple[float, float, float, str]:
    inputs = inputs_of(review, Numbers(confirmed=tuple(arms)), set())
    [line] = [
        effect
        for effect in pool_review(inputs, review.protocol, EvidenceSet.CONFIRMED)
        if effect.is_headline and effect.outcome == OUTCOME and effect.k and effect.convention == "revman5"
    ]
    [note] = {item.note for item in inputs if item.evidence_set is EvidenceSet.CONFIRMED}
    assert line.estimate is not None
    assert line.ci_low is not None
    assert line.ci_high is not None
    return line.estimate, line.ci_low, line.ci_high, note


def test_standard_errors_in_the_place_of_standard_deviations_give_the_published_estimate(
    review: Review, rows: list[ExtractionRow]
) -> None:
    """3.38 (1.22 to 5.54) in the 2019 review, analysis 1.1."""
    arms = [arm_of(with_spread(row, se=(row.sd or 0) / sqrt(row.n_analysed))) for row in rows]
    *numbers, note = pooled(review, arms)
    assert [round(number, 2) for number in numbers] == [3.38, 1.22, 5.54]
    assert "intervention SD 3.51 computed from SE 0.630415, n 31 (Handbook 6.5.2.2)" in note
    assert "control SD 4.53 computed from SE 0.906, n 25 (Handbook 6.5.2.2)" in note
    assert "as adjusted" in note


def test_limits_of_a_mean_are_read_with_the_t_distribution(rows: list[ExtractionRow]) -> None:
    """Handbook 6.5.2.2: t with 24 degrees of freedom is 2.064, so that SD = 5 (5.70 - 1.572) / (2 * 2.064) = 5.00."""
    control = with_spread(next(row for row in rows if row.n_analysed == 25), mean=3.636, ci_low=1.572, ci_high=5.7)
    arm = arm_of(control)
    assert arm.sd == pytest.approx(5.0, abs=0.001)
    assert arm.sd == sd_from_ci(1.572, 5.7, 25).value
    assert "control SD 5" in arm.note


def test_what_is_reported_is_taken_as_it_is(rows: list[ExtractionRow]) -> None:
    for row in rows:
        arm = arm_of(row)
        assert (arm.sd, arm.note) == (row.sd, row.note or "")
        assert msgspec.structs.replace(arm, sd=1.0) != arm
