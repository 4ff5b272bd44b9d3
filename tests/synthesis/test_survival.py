"""Hazard ratios from what reports give in their place: published examples, round trips, and what is refused."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from models.vocabulary import ArmRole
from synthesis import survival
from synthesis.survival import Events, Landmark, PValue

INTERVENTION, CONTROL = ArmRole.INTERVENTION, ArmRole.CONTROL
ratios = st.floats(0.05, 20)
errors = st.floats(0.02, 2)
counts = st.integers(1, 5000)
levels = st.floats(0.5001, 0.9999)
shares = st.floats(0.01, 0.99)


def limits(ratio: float, se: float, level: float = 0.95) -> tuple[float, float]:
    half = norm.ppf((1 + level) / 2) * se
    return ratio * math.exp(-half), ratio * math.exp(half)


# The trial of neoadjuvant chemotherapy in bladder cancer that Tierney et al. (2007), Trials 8:16, work through:
# Lancet 1999;354:533. 491 v 485 people, 485 deaths, log-rank p = 0.075, alive at three years 55.5 % v 50.0 %, difference
# 5.5 % (-0.5 to 11.0).
DEATHS, P = Events(total=485, allocation=491 / 485), PValue(0.075)


def test_the_p_of_the_bladder_trial_has_the_z_that_tierney_prints() -> None:
    assert round(P.z, 2) == 1.78


def test_all_deaths_and_p_give_the_bladder_trial_its_hazard_ratio() -> None:
    found = survival.o_minus_e_from_p(P, DEATHS, INTERVENTION)
    assert found.v.value == pytest.approx(485 / 4, rel=1e-4)
    assert found.o_minus_e.value == pytest.approx(-1.78 * math.sqrt(485) / 2, abs=0.02)
    # 0.85 is what the trial's own authors report elsewhere; p with events comes to it in both digits.
    assert round(math.exp(found.effect.yi.value), 2) == 0.85


def test_three_year_survival_of_the_bladder_trial_agrees_with_its_log_rank_test() -> None:
    # SE of each arm as if its share had been the printed difference's: the limits give 0.0293 for the difference.
    se = (0.110 + 0.005) / (2 * norm.ppf(0.975)) / math.sqrt(2)
    found = survival.hazard_ratio_at_landmark(Landmark(0.555, se), Landmark(0.500, se))
    by_test = survival.o_minus_e_from_p(P, DEATHS, INTERVENTION).effect
    assert math.exp(found.yi.value) == pytest.approx(math.exp(by_test.yi.value), abs=0.01)
    assert found.vi.value == pytest.approx(by_test.vi.value, rel=0.1)


def test_the_curve_method_of_the_bladder_trial_has_limits_that_fit_its_v() -> None:
    # Tierney et al. print HR 0.88 (0.74 to 1.05) with V = 128.81 for the curve of the same trial.
    found = survival.hazard_ratio_from_limits(0.74, 1.05, ratio=0.88)
    assert 1 / found.vi.value == pytest.approx(128.81, rel=0.03)
    assert tuple(round(limit, 2) for limit in limits(0.88, 128.81**-0.5)) == (0.74, 1.05)


@given(ratios, errors, levels)
def test_limits_of_any_level_give_the_same_ratio_and_variance(ratio: float, se: float, level: float) -> None:
    found = survival.hazard_ratio_from_limits(*limits(ratio, se, level), level=level)
    assert found.yi.value == pytest.approx(math.log(ratio), abs=1e-9)
    assert found.vi.value == pytest.approx(se**2, rel=1e-9)


@given(ratios, errors)
def test_o_minus_e_and_v_come_back_from_a_ratio_with_its_limits(ratio: float, se: float) -> None:
    variance = survival.hazard_ratio_from_limits(*limits(ratio, se)).vi.value
    found = survival.o_minus_e_from_variance(ratio, variance)
    assert found.v.value == pytest.approx(1 / se**2)
    assert math.exp(found.effect.yi.value) == pytest.approx(ratio)
    assert found.effect.vi.value == pytest.approx(se**2)


@given(ratios, counts, counts)
def test_a_ratio_comes_back_from_its_own_z_and_from_its_own_p(ratio: float, first: int, second: int) -> None:
    events = Events(intervention=first, control=second)
    z = math.log(ratio) * math.sqrt(events.variance.value)
    assert survival.o_minus_e_from_z(z, events).effect.yi.value == pytest.approx(math.log(ratio), abs=1e-12)
    assert survival.o_minus_e_from_ratio_and_events(ratio, events).effect.yi.value == pytest.approx(math.log(ratio))
    p = 2 * norm.sf(abs(z))
    if 1e-300 < p < 1 - 1e-9:
        found = survival.o_minus_e_from_p(PValue(p), events, INTERVENTION if ratio < 1 else CONTROL)
        assert found.effect.yi.value == pytest.approx(math.log(ratio), rel=1e-6, abs=1e-9)


@given(st.floats(1e-12, 1 - 1e-12), counts, counts)
def test_the_other_arm_being_favoured_inverts_the_ratio(p: float, first: int, second: int) -> None:
    one = survival.o_minus_e_from_p(PValue(p), Events(intervention=first, control=second), INTERVENTION).effect
    other = survival.o_minus_e_from_p(PValue(p), Events(intervention=second, control=first), CONTROL).effect
    assert one.yi.value == pytest.approx(-other.yi.value)
    assert one.vi.value == pytest.approx(other.vi.value)


@given(shares, shares, st.floats(1e-3, 0.2), st.floats(1e-3, 0.2))
def test_exchanged_arms_invert_the_ratio_at_a_landmark(first: float, second: float, se1: float, se2: float) -> None:
    here, there = Landmark(first, se1), Landmark(second, se2)
    one, other = survival.hazard_ratio_at_landmark(here, there), survival.hazard_ratio_at_landmark(there, here)
    assert one.yi.value == pytest.approx(-other.yi.value, abs=1e-12)
    assert one.vi.value == pytest.approx(other.vi.value)


@given(st.floats(0.05, 0.95), ratios)
def test_under_proportional_hazards_any_landmark_gives_the_hazard_ratio(share: float, ratio: float) -> None:
    other = share**ratio
    if 0 < other < 1:
        found = survival.hazard_ratio_at_landmark(Landmark(other, 0.05), Landmark(share, 0.05))
        assert found.yi.value == pytest.approx(math.log(ratio), abs=1e-7)


@given(counts, counts)
def test_events_by_arm_and_in_total_agree_when_they_are_equal(first: int, allocated: int) -> None:
    assert Events(intervention=first, control=first).variance.value == pytest.approx(
        Events(total=2 * first).variance.value
    )
    assert Events(total=first, allocation=allocated).variance.value == pytest.approx(
        Events(total=first, allocation=1 / allocated).variance.value
    )


def test_a_one_sided_p_is_the_tail_and_a_two_sided_one_is_both() -> None:
    assert PValue(0.025, sides=1).z == pytest.approx(PValue(0.05).z)
    assert PValue(0.7, sides=1).z < 0
    assert PValue(1e-200).z == pytest.approx(30.2, abs=0.1)


@pytest.mark.parametrize(
    ("p", "favours", "said"),
    [
        (PValue(0.001, "below"), INTERVENTION, "p < 0.001 bounds a hazard ratio .* at most 0.518"),
        (PValue(0.001, "below"), CONTROL, "at least 1.93"),
        (PValue(0.05, "above"), INTERVENTION, "p > 0.05 .* between 0.676 and 1"),
        (PValue(0.05, "above"), CONTROL, "between 1 and 1.48"),
    ],
)
def test_a_p_that_is_only_bounded_gives_no_number_and_says_what_it_bounds(
    p: PValue, favours: ArmRole, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        survival.o_minus_e_from_p(p, Events(intervention=50, control=50), favours)


@given(shares, st.floats(0.005, 0.1), levels)
def test_limits_of_survival_give_its_error_on_whichever_scale_they_were_computed(
    share: float, se: float, level: float
) -> None:
    z = norm.ppf((1 + level) / 2)
    plain = share - z * se, share + z * se
    of_log = [share * math.exp(sign * z * se / share) for sign in (-1, 1)]
    half = z * se / (share * math.log(share))
    of_log_log = sorted(share ** math.exp(sign * half) for sign in (-1, 1))
    for low, high in (plain, of_log, of_log_log):
        if 0.001 < low < share < high < 0.999:
            found = survival.se_from_limits_of_survival(share, low, high, level)
            # Where two scales are equally even the errors differ little.
            assert found.value == pytest.approx(se, rel=0.02)


def test_an_error_that_was_computed_says_from_what() -> None:
    assert "even on the scale of log(-log S)" in str(survival.se_from_limits_of_survival(0.6, 0.4664, 0.7101))
    assert str(survival.se_of_share(0.5, 100)) == "SE of survival 0.05 computed from S 0.5, n 100 (binomial)"
    assert survival.se_from_at_risk(0.5, 50).value == pytest.approx(0.05)
    found = survival.o_minus_e_from_p(PValue(0.03), Events(total=57), INTERVENTION)
    assert str(found.o_minus_e) == (
        "O - E -8.19191 computed from p 0.03, sides 2, events 57, allocation 1 (Tierney 2007)"
    )


def test_observed_and_expected_events_give_a_ratio() -> None:
    found = survival.hazard_ratio_from_observed_and_expected(20, 26.4, 30, 23.6)
    assert found.yi.value == pytest.approx(math.log(20 / 26.4 / (30 / 23.6)))
    assert found.vi.value == pytest.approx(1 / 26.4 + 1 / 23.6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: PValue(0), "p is 0"),
        (lambda: PValue(1.2), "p is 1.2"),
        (lambda: Events().variance, "events of both arms, or their total"),
        (lambda: Events(intervention=3).variance, "events of both arms, or their total"),
        (lambda: Events(intervention=3, control=0).variance, "events, control is 0"),
        (lambda: Events(total=30, allocation=0).variance, "allocation ratio is 0"),
        (lambda: Landmark(1, 0.1), "survival is 1"),
        (lambda: Landmark(0.5, 0), "SE of survival is 0"),
        (lambda: survival.o_minus_e_from_variance(-1, 0.2), "HR is -1"),
        (lambda: survival.se_from_limits_of_survival(0.5, 0.6, 0.7), "does not lie between"),
        (lambda: survival.se_from_limits_of_survival(0.5, 0.4, 0.7, level=95), "level is 95"),
        (lambda: survival.hazard_ratio_from_observed_and_expected(0, 10, 1, 10), "O 1 is 0"),
    ],
)
def test_what_gives_no_hazard_ratio_is_refused_in_words(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def log_rank(times: np.ndarray, died: np.ndarray, treated: np.ndarray) -> tuple[float, float]:
    """O - E of the treated and its hypergeometric variance, for many trials at once: arrays (trials, people)."""
    order = np.argsort(times, axis=1)
    died, treated = (np.take_along_axis(item, order, axis=1) for item in (died, treated))
    at_risk = np.arange(times.shape[1], 0, -1)
    of_treated = treated[:, ::-1].cumsum(axis=1)[:, ::-1]
    share = of_treated / at_risk
    return ((treated - share) * died).sum(axis=1), (share * (1 - share) * died).sum(axis=1)


def test_p_with_events_comes_to_the_log_rank_estimate_on_simulated_trials() -> None:
    rng = np.random.default_rng(20071)
    n, ratio = 200, 0.75
    treated = np.repeat([1, 0], n)[None, :].repeat(300, axis=0)
    times = rng.exponential(1 / np.where(treated == 1, ratio, 1.0))
    censored = rng.uniform(0.5, 3, times.shape)
    died = times < censored
    o_minus_e, v = log_rank(np.minimum(times, censored), died, treated)
    direct = o_minus_e / v
    indirect = np.array(
        [
            survival.o_minus_e_from_p(
                PValue(2 * norm.sf(abs(z))), Events(intervention=first, control=second), INTERVENTION if z < 0 else CONTROL
            ).effect.yi.value
            for z, first, second in zip(
                o_minus_e / np.sqrt(v), (died * treated).sum(axis=1), (died * (1 - treated)).sum(axis=1), strict=True
            )
        ]
    )  # fmt: skip
    # V from events is within a few per cent of the test's own, and so is the ratio.
    assert np.abs(indirect - direct).max() < 0.02
    assert np.exp(np.mean(indirect)) == pytest.approx(ratio, abs=0.02)
