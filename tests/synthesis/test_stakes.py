"""What is staked on an outcome follows from the smallest effect that matters, and from nothing that was observed."""

import math

import pytest

from models.looks_choice import LooksChoice
from models.vocabulary import Measure
from synthesis.certainty import RELATIVE_REDUCTION
from synthesis.stakes import stake_of


@pytest.mark.parametrize(
    ("measure", "is_ratio", "smallest", "g"),
    [
        (Measure.MD, False, 4.0, 16.0),
        (Measure.RD, False, 0.05, 0.0025),
        (Measure.RR, True, None, math.log(0.75) ** 2),
        (Measure.RR, True, 4.0, math.log(0.75) ** 2),  # a MID in units of the outcome is no ratio
        (Measure.GEN, True, None, math.log(0.75) ** 2),
        (Measure.SMD, False, None, 0.25),
        (Measure.SMD, False, 0.2, 0.04),
        (Measure.MD, False, None, None),
        (Measure.GEN, False, None, None),
    ],
)
def test_the_stake_is_the_square_of_the_smallest_effect_that_matters(measure, is_ratio, smallest, g):
    stake = stake_of(measure, is_ratio=is_ratio, smallest=smallest, relative_reduction=0.25)
    assert (stake.g if stake else None) == (pytest.approx(g, rel=1e-12) if g else None)


def test_a_protocol_that_says_nothing_means_the_relative_reduction_of_grade():
    assert LooksChoice().relative_reduction == RELATIVE_REDUCTION
