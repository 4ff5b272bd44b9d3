"""Evidence that may be looked at at any time: the formula, its guarantee over all looks, and its limits at the extremes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf
from scipy.integrate import quad

from models.vocabulary import Measure
from synthesis.anytime import Bet, accumulate
from synthesis.stakes import stake_of

EFFECT = st.floats(-5, 5)
VARIANCE = st.floats(1e-4, 50)
STUDIES = st.lists(st.tuples(EFFECT, VARIANCE), min_size=1, max_size=8)
G = st.floats(1e-6, 1e4)
LEVEL = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99, 0.999])

OF_THE_FORMULA = [
    # yi, vi, g, level: one study, several, certain ones, hardly any stake, other levels
    ([0.3], [0.04], 0.0828, 0.95),
    ([-0.5, -0.2, 0.1], [0.05, 0.02, 0.3], 0.04, 0.95),
    ([3.38, 1.1], [1.21, 4.0], 16.0, 0.9),
    ([0.001, 0.0012], [1e-8, 1e-9], 0.25, 0.99),
    ([0.2, -0.4], [0.1, 0.2], 1e-9, 0.95),
    ([12.0], [1e6], 1e-3, 0.8),
    ([0.0], [1.0], 1.0, 0.95),
]


@pytest.mark.parametrize(("yi", "vi", "g", "level"), OF_THE_FORMULA)
def test_e_value_and_limits_are_those_of_the_formula(yi, vi, g, level):
    found = accumulate(yi, vi, Bet(g, level))
    with mp.workdps(40):
        i = sum(1 / mpf(v) for v in vi)
        s = sum(mpf(y) / mpf(v) for y, v in zip(yi, vi, strict=True))
        log_e = -mp.log(1 + g * i) / 2 + g * s**2 / (2 * (1 + g * i))
        half = mp.sqrt((1 + g * i) * (mp.log(1 + g * i) + 2 * mp.log(1 / (1 - mpf(level)))) / (g * i**2))
        exact = [float(number) for number in (i, s, mp.exp(log_e), log_e, s / i - half, s / i + half)]
    ours = [found.information, found.score, found.e_value, found.log_e, found.ci_low, found.ci_high]
    assert [values[-1] for values in ours] == pytest.approx(exact, rel=1e-12, abs=1e-14)


@given(STUDIES, G, LEVEL)
def test_a_limit_is_the_effect_that_is_just_refuted(studies, g, level):
    yi, vi = np.array(studies).T
    bet = Bet(g, level)
    found = accumulate(yi, vi, bet)
    for limit in (found.ci_low[-1], found.ci_high[-1]):
        assert accumulate(yi - limit, vi, bet).log_e[-1] == pytest.approx(math.log(bet.needed), rel=1e-6, abs=1e-6)


@given(STUDIES, G)
def test_a_higher_level_has_a_wider_interval_and_the_same_e_value(studies, g):
    yi, vi = np.array(studies).T
    narrow, wide = (accumulate(yi, vi, Bet(g, level)) for level in (0.8, 0.95))
    assert (wide.ci_low < narrow.ci_low).all()
    assert (wide.ci_high > narrow.ci_high).all()
    assert (wide.log_e == narrow.log_e).all()


@given(STUDIES, G, st.randoms())
def test_what_holds_at_the_end_does_not_depend_on_the_order(studies, g, random):
    mixed = list(studies)
    random.shuffle(mixed)
    one, two = (accumulate(*np.array(order).T, Bet(g)) for order in (studies, mixed))
    for name in ("log_e", "ci_low", "ci_high"):
        assert getattr(one, name)[-1] == pytest.approx(getattr(two, name)[-1], rel=1e-9, abs=1e-9)


@given(STUDIES, G, st.floats(0.01, 100))
def test_another_unit_changes_nothing_but_the_unit(studies, g, factor):
    yi, vi = np.array(studies).T
    one = accumulate(yi, vi, Bet(g))
    other = accumulate(factor * yi, factor**2 * vi, Bet(factor**2 * g))
    assert other.log_e == pytest.approx(one.log_e, rel=1e-9, abs=1e-9)
    assert other.ci_high == pytest.approx(factor * one.ci_high, rel=1e-9, abs=1e-9)


@given(STUDIES, G)
def test_the_interval_is_always_wider_than_that_of_one_look(studies, g):
    yi, vi = np.array(studies).T
    found = accumulate(yi, vi, Bet(g))
    assert (found.ci_high - found.estimate > 1.959963984540054 / np.sqrt(found.information)).all()


def test_ninety_five_per_cent_of_reviews_never_exclude_the_truth_at_any_of_200_looks():
    rng = np.random.default_rng(12)
    truth, bet = 0.3, Bet(0.08)
    never_at_once = ever_at_a_look = 0
    for _ in range(2000):
        vi = rng.uniform(0.01, 0.5, 200)
        found = accumulate(rng.normal(truth, np.sqrt(vi)), vi, bet)
        never_at_once += ((found.ci_low <= truth) & (truth <= found.ci_high)).all()
        wald = 1.96 / np.sqrt(found.information)
        ever_at_a_look += (np.abs(found.estimate - truth) > wald).any()
    assert never_at_once / 2000 >= 0.95
    assert ever_at_a_look / 2000 > 0.3  # what looking costs those who do not count it


@pytest.mark.parametrize("g", [0.01, 0.1, 2.0])
@pytest.mark.parametrize("before", [[], [(0.4, 0.2)], [(-0.8, 0.1), (0.1, 1.0)]])
def test_under_no_effect_the_next_study_leaves_the_e_value_where_it_is_on_average(before, g):
    """A martingale that starts at 1: this is what lets anybody look whenever they like."""
    v = 0.3

    def weighed(y: float) -> float:
        yi, vi = np.array([*before, (y, v)]).T
        return float(accumulate(yi, vi, Bet(g)).e_value[-1]) * math.exp(-y * y / (2 * v)) / math.sqrt(2 * math.pi * v)

    mean, _ = quad(weighed, -15, 15, points=[0])
    now = float(accumulate(*np.array(before).T, Bet(g)).e_value[-1]) if before else 1.0
    assert mean == pytest.approx(now, rel=1e-7)


def test_a_stake_of_the_square_of_the_true_effect_grows_fastest():
    """The mean of log E under an effect d, by its formula: no other g does better, whatever the information is."""

    def growth(g: float, d: float, i: float) -> float:
        return -math.log1p(g * i) / 2 + g * i * (1 + d * d * i) / (2 * (1 + g * i))

    for d, i in [(0.3, 5), (0.3, 500), (4, 0.1), (4, 10)]:
        best = growth(stake_of(Measure.MD, is_ratio=False, smallest=d, relative_reduction=0.25).g, d, i)
        assert all(growth(factor * d * d, d, i) < best for factor in (0.1, 0.5, 0.9, 1.1, 2, 10))


@pytest.mark.parametrize(
    ("yi", "vi", "g", "is_told"),
    [
        ([0.1], [1e-300], 1.0, True),  # information beyond what its square could hold
        ([1e3], [1e-3], 1.0, True),  # an e-value that no number holds, with a logarithm
        ([0.1], [1.0], 1e-300, False),  # nothing is staked: nothing is learnt, and the interval has no end
        ([0.1], [1e300], 1e-300, False),
    ],
)
def test_extremes_give_numbers_and_never_nan(yi, vi, g, is_told):
    found = accumulate(yi, vi, Bet(g))
    assert not np.isnan([found.log_e, found.e_value, found.ci_low, found.ci_high]).any()
    if is_told:
        assert found.log_e[-1] > 0
        assert np.isfinite(found.ci_high).all()
    else:
        assert found.log_e[-1] == pytest.approx(0, abs=1e-12)
        assert found.ci_high[-1] > 1e100


def test_nothing_has_accumulated_before_the_first_study():
    assert not len(accumulate([], [], Bet(1.0)).log_e)


@pytest.mark.parametrize("g", [0.0, -1.0, math.inf, math.nan])
def test_a_stake_that_is_no_variance_is_refused(g):
    with pytest.raises(ValueError, match="it is the variance of an effect"):
        Bet(g)


@pytest.mark.parametrize("level", [0.0, 1.0, 95, -0.1])
def test_a_level_that_is_no_probability_is_refused(level):
    with pytest.raises(ValueError, match="between 0 and 1"):
        Bet(1.0, level)


@pytest.mark.parametrize(("yi", "vi"), [([0.1], [0.0]), ([math.nan], [1.0]), ([0.1, 0.2], [1.0])])
def test_studies_without_an_effect_are_refused(yi, vi):
    with pytest.raises(ValueError, match=r"yi"):
        accumulate(yi, vi, Bet(1.0))
