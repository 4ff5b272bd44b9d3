"""Kept forecasts held against what became of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_rows import effect_forecast, means
from scipy import special, stats

from models.forecast import EffectForecast, RuleChance
from models.synthesis import Signal
from models.vocabulary import Convention, EvidenceSet, Rule
from synthesis.forecast_scores import answered, pit, reported

NORMAL = tuple(special.ndtri((np.arange(199) + 0.5) / 199).tolist())


def kept(excludes: float | None = 0.2, **rules: float) -> EffectForecast:
    return effect_forecast(
        "NEW",
        quantiles=NORMAL if excludes is not None else (),
        excludes=excludes,
        rules=tuple(RuleChance(rule=Rule(name), chance=chance, fires_now=False) for name, chance in rules.items()),
    )


def signal(rule: str, fired: bool) -> Signal:
    return Signal(
        rule=Rule(rule),
        outcome="o",
        timepoint="t",
        evidence_set=EvidenceSet.CONFIRMED,
        convention=Convention.REVMAN2025,
        fired=fired,
    )


@given(st.floats(-6, 6))
def test_the_share_below_a_value_is_that_of_the_distribution(value: float) -> None:
    assert pit(NORMAL, value) == pytest.approx(float(special.ndtr(value)), abs=0.003)
    assert 0 < pit(NORMAL, value) < 1


def test_values_of_the_distribution_itself_are_uniform_and_as_often_inside_as_they_should() -> None:
    values = special.ndtri((np.arange(2000) + 0.5) / 2000)
    found = [answered(kept(), float(value), None, []) for value in values]
    assert stats.kstest([item.pit for item in found], "uniform").statistic < 0.005
    for central in (0.5, 0.8, 0.95):
        inside = [item.is_in(central) for item in found]
        assert sum(bool(item) for item in inside) / len(inside) == pytest.approx(central, abs=0.01)


@pytest.mark.parametrize(
    ("excludes", "became", "brier"), [(0.2, False, 0.04), (0.2, True, 0.64), (None, True, None), (0.2, None, None)]
)
def test_the_chance_is_held_against_what_became(
    excludes: float | None, became: bool | None, brier: float | None
) -> None:
    found = answered(kept(excludes), 0.0, became, [])
    assert found.brier_excludes == (None if brier is None else pytest.approx(brier))


def test_rules_on_results_are_scored_and_those_on_participants_are_not() -> None:
    """S3 was known beforehand; of S4 nothing was forecast; S2 was not applied."""
    forecast = kept(0.2, S1=0.3, S2=0.9, S3=1.0, S5=1.0)
    found = answered(
        forecast, 0.0, True, [signal("S1", True), signal("S3", False), signal("S4", True), signal("S5", True)]
    )
    assert found.brier_rules == pytest.approx((0.7**2 + 0.0) / 2)
    assert answered(forecast, 0.0, True, []).brier_rules is None


def test_a_study_of_several_rows_reports_their_average() -> None:
    assert reported([means("NEW", 1.0, 1.0), means("NEW", 3.0, 1.0)]) == pytest.approx(2.0)
    assert reported([]) is None


def test_where_nothing_was_predicted_nothing_is_scored() -> None:
    found = answered(kept(None), 0.4, True, [])
    assert (found.pit, found.is_in(0.5), found.brier_excludes) == (None, None, None)
