"""People without a value are counted under whatever is assumed of them: formulas, simulation, and what must hold for all."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.vocabulary import Measure
from synthesis.measures import Means, effect_of_means
from synthesis.missing import (
    Assumption,
    IncompleteEvents,
    IncompleteMeans,
    Prior,
    effect_of_incomplete_events,
    effect_of_incomplete_means,
    mean_of_everybody,
    risk_of_everybody,
)

OH = (IncompleteMeans(-3.10, 3.51, 31, 33), IncompleteMeans(-6.48, 4.53, 25, 31))
DEATHS = (IncompleteEvents(10, 95, 100), IncompleteEvents(4, 92, 98))


def test_priors_of_both_arms_that_move_together_cancel_in_part():
    """With a correlation of 1 and equal shares missing a shared prior says nothing about the difference."""
    arm = IncompleteMeans(1.0, 2.0, 40, 50)
    apart = effect_of_incomplete_means(arm, arm, Assumption(Prior(0, 3), Prior(0, 3)), Measure.MD)[1]
    together = effect_of_incomplete_means(arm, arm, Assumption(Prior(0, 3), Prior(0, 3), 1.0), Measure.MD)[1]
    assert apart - together == pytest.approx(2 * (0.2 * 3) ** 2)


def test_variance_of_a_mean_is_that_of_repeated_trials():
    """20,000 trials in which who is missing is drawn, and lambda from its prior."""
    rng = np.random.default_rng(11)
    n_all, share, mean, sd, prior = 60, 0.75, -4.0, 5.0, Prior(-3.0, 2.0)
    n = rng.binomial(n_all, share, 20_000)
    means = rng.normal(mean, sd / np.sqrt(n)) + (1 - n / n_all) * rng.normal(prior.mean, prior.sd, 20_000)
    stated = mean_of_everybody(IncompleteMeans(mean, sd, share * n_all, n_all), prior)
    assert means.mean() == pytest.approx(float(stated.value), abs=0.03)
    assert means.var() == pytest.approx(float(stated.variance), rel=0.04)


@pytest.mark.parametrize("measure", [Measure.RR, Measure.OR, Measure.RD])
@pytest.mark.parametrize(
    ("log_odds", "sd", "correlation"), [(0.7, 0.0, 0.0), (-1.2, 0.8, 0.0), (0.4, 0.6, 0.5), (0, 1, 1)]
)
def test_variance_of_events_is_the_delta_method_by_numerical_derivatives(measure, log_odds, sd, correlation):
    """Derivatives with 40 digits by mpmath, from the definition of the odds ratio alone."""

    def effect(r1, q1, d1, r2, q2, d2):
        risks = []
        for r, q, d in ((r1, q1, d1), (r2, q2, d2)):
            odds = r / (1 - r) * mpmath.exp(d)
            risks.append((1 - q) * r + q * odds / (1 + odds))
        if measure is Measure.RD:
            return risks[0] - risks[1]
        if measure is Measure.RR:
            return mpmath.log(risks[0] / risks[1])
        return mpmath.log(risks[0] / (1 - risks[0]) / (risks[1] / (1 - risks[1])))

    with mpmath.workdps(40):
        at, spread = [], []
        for events, n, whole in ((10, 95, 100), (4, 92, 98)):
            r, q = mpmath.mpf(events) / n, 1 - mpmath.mpf(n) / whole
            at += [r, q, mpmath.mpf(log_odds)]
            spread += [r * (1 - r) / n, q * (1 - q) / whole, mpmath.mpf(sd) ** 2]
        slopes = [mpmath.diff(effect, tuple(at), tuple(int(i == j) for j in range(6))) for i in range(6)]
        wanted = sum(slope**2 * v for slope, v in zip(slopes, spread, strict=True))
        wanted += 2 * slopes[2] * slopes[5] * correlation * mpmath.mpf(sd) ** 2
        value = effect(*at)
    prior = Prior(log_odds, sd)
    yi, vi = effect_of_incomplete_events(*DEATHS, Assumption(prior, prior, correlation), measure)
    assert float(yi) == pytest.approx(float(value), rel=1e-12)
    assert float(vi) == pytest.approx(float(wanted), rel=1e-12)


@pytest.mark.parametrize(("log_odds", "n_events"), [(math.inf, 15), (-math.inf, 10)])
def test_an_infinite_odds_ratio_is_all_or_none_of_the_missing(log_odds, n_events):
    whole = risk_of_everybody(DEATHS[0], Prior(log_odds))
    risk = n_events / 100
    assert float(whole.value) == pytest.approx(risk, rel=1e-14)
    assert float(whole.variance) == pytest.approx(risk * (1 - risk) / 100, rel=1e-13)


@pytest.mark.parametrize("measure", [Measure.PETO, Measure.HR, Measure.MD, Measure.IRR])
def test_a_measure_of_other_data_is_refused_by_name(measure):
    with pytest.raises(ValueError, match=str(measure)):
        effect_of_incomplete_events(*DEATHS, Assumption(), measure)


numbers_of_people = st.tuples(st.integers(2, 300), st.integers(0, 200))
means = st.builds(
    lambda mean, sd, people: IncompleteMeans(mean, sd, people[0], sum(people)),
    st.floats(-50, 50), st.floats(0.1, 30), numbers_of_people,
)  # fmt: skip
events = st.builds(
    lambda people, share: IncompleteEvents(max(1, min(people[0] - 1, round(share * people[0]))), people[0], sum(people)),
    numbers_of_people, st.floats(0, 1),
)  # fmt: skip
lambdas = st.floats(-40, 40)


@given(means, means)
def test_missing_like_those_measured_change_nothing(one, two):
    for measure in (Measure.MD, Measure.SMD):
        yi, vi = effect_of_incomplete_means(one, two, Assumption(), measure)
        plain = effect_of_means(Means(one.mean, one.sd, one.n), Means(two.mean, two.sd, two.n), measure)
        assert float(yi) == pytest.approx(float(plain[0]), rel=1e-12, abs=1e-12)
        assert float(vi) == pytest.approx(float(plain[1]), rel=1e-9)


@given(means, means, lambdas, lambdas, st.floats(0, 10), st.floats(-1, 1))
def test_means_are_antisymmetric_and_only_get_less_certain(one, two, first, second, sd, correlation):
    there = Assumption(Prior(first, sd), Prior(second, sd), correlation)
    back = Assumption(Prior(second, sd), Prior(first, sd), correlation)
    yi, vi = effect_of_incomplete_means(one, two, there, Measure.MD)
    other = effect_of_incomplete_means(two, one, back, Measure.MD)
    assert float(yi) == pytest.approx(-float(other[0]), rel=1e-12, abs=1e-9)
    assert float(vi) == pytest.approx(float(other[1]), rel=1e-12)
    assert float(vi) >= float(effect_of_incomplete_means(one, two, Assumption(), Measure.MD)[1]) * (1 - 1e-12)


@given(means, means, lambdas, st.floats(0.01, 20))
def test_a_mean_difference_grows_with_what_is_assumed_of_the_intervention(one, two, first, more):
    low, high = (
        float(effect_of_incomplete_means(one, two, Assumption(Prior(at)), Measure.MD)[0])
        for at in (first, first + more)
    )
    assert high - low == pytest.approx((1 - one.n / one.n_randomised) * more, rel=1e-6, abs=1e-9)


@given(events, events, st.floats(-5, 5), st.floats(-5, 5), st.sampled_from([Measure.RR, Measure.OR, Measure.RD]))
def test_events_are_antisymmetric_grow_with_the_odds_ratio_and_stay_between_all_and_none(
    one, two, first, second, measure
):
    yi, vi = effect_of_incomplete_events(one, two, Assumption(Prior(first), Prior(second)), measure)
    back = effect_of_incomplete_events(two, one, Assumption(Prior(second), Prior(first)), measure)
    assert float(yi) == pytest.approx(-float(back[0]), rel=1e-9, abs=1e-12)
    assert float(vi) == pytest.approx(float(back[1]), rel=1e-9)
    none, some, more, everybody = (
        float(risk_of_everybody(one, Prior(at)).value) for at in (-math.inf, first, first + 0.5, math.inf)
    )
    assert none <= some * (1 + 1e-12)
    assert some <= more * (1 + 1e-12)
    assert more <= everybody * (1 + 1e-12)


@given(events, events, st.sampled_from([Measure.RR, Measure.OR, Measure.RD]))
def test_nobody_missing_is_the_plain_effect_whatever_is_assumed(one, two, measure):
    complete = [IncompleteEvents(arm.events, arm.n, arm.n) for arm in (one, two)]
    plain = effect_of_incomplete_events(one, two, Assumption(), measure)
    assumed = effect_of_incomplete_events(*complete, Assumption(Prior(2.0, 1.0), Prior(-3.0)), measure)
    assert float(assumed[0]) == pytest.approx(float(plain[0]), rel=1e-12, abs=1e-14)
    assert float(assumed[1]) == pytest.approx(float(plain[1]), rel=1e-12)
