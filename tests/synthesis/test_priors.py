"""Priors of tau: their densities, their names, and what is said to a name that is none."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from models.empirical_priors import RHODES, TURNER
from synthesis.priors import FLAT, HalfNormal, LogNormal, MuPrior, TauPrior, prior_named

EVERY_FAMILY = ("HN(0.5)", "HC(0.5)", "Exp(2)", "U(3)", "LN(-2.085, 0.775)", "LT5(-1.72, 1.295)")

PEERS = {
    "HN(0.5)": stats.halfnorm(scale=0.5),
    "HC(0.5)": stats.halfcauchy(scale=0.5),
    "Exp(2)": stats.expon(scale=2),
    "U(3)": stats.uniform(0, 3),
    "LN(-2.085, 0.775)": stats.lognorm(0.775, scale=math.exp(-2.085)),
}


@pytest.mark.parametrize("name", PEERS)
def test_densities_are_those_of_scipy(name: str) -> None:
    tau = np.array([1e-6, 0.01, 0.3, 1.0, 2.9])
    np.testing.assert_allclose(prior_named(name).log_density(tau), PEERS[name].logpdf(tau), rtol=1e-12)


def test_a_log_t_density_is_that_of_t_with_five_degrees_of_freedom_of_log_tau_squared() -> None:
    tau = np.array([0.01, 0.3, 4.0])
    of_square = stats.t(5, -3.44, 2.59).logpdf(np.log(tau**2))
    jacobian = np.log(2 / tau)
    np.testing.assert_allclose(prior_named("Rhodes: any").log_density(tau), of_square + jacobian, rtol=1e-12)


@pytest.mark.parametrize("name", EVERY_FAMILY)
def test_every_density_integrates_to_one(name: str) -> None:
    prior = prior_named(name)
    pieces = [-300, -30, -6, -2, 0, math.log(3), 3, 30, 300]
    total = sum(
        integrate.quad(lambda u: math.exp(prior.log_density_of_log(np.array(u))), low, high, epsabs=1e-13)[0]
        for low, high in pairwise(pieces)
    )
    assert total == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("name", EVERY_FAMILY)
@given(factor=st.floats(1e-3, 1e3), tau=st.floats(1e-3, 2.9))
def test_a_scaled_prior_is_the_same_belief_in_another_unit(name: str, factor: float, tau: float) -> None:
    prior = prior_named(name)
    scaled = prior.scaled(factor).log_density(tau * factor) + math.log(factor)
    assert scaled == pytest.approx(prior.log_density(tau), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("HN(0.5)", "HN(0.5)"),
        ("half-normal 0.5", "HN(0.5)"),
        ("half normal(.5)", "HN(0.5)"),
        ("Half-Cauchy 1", "HC(1.0)"),
        ("HN(1) x 4", "HN(4.0)"),
        ("uniform 2", "U(2.0)"),
        ("LN(-2.085, 0.775)", "LN(-2.085, 0.775)"),
        ("log-t -1.7 1.3", "LT5(-1.7, 1.3)"),
        ("turner: all-cause mortality; non-pharm v placebo", "Turner: all-cause mortality; non-pharm v placebo"),
        (
            "Turner 2012: all-cause mortality; non-pharmacological vs. placebo / control",
            "Turner: all-cause mortality; non-pharm v placebo",
        ),
        ("Turner et al. (2015): drop-outs; pharm v non-pharm", "Turner: withdrawals; non-pharm v pharm"),
        ("turner: pain; pharma vs pharma", "Turner: pain; pharm v pharm"),
        ("turner: any", "Turner: any"),
        ("Rhodes: quality of life; non-pharm v placebo", "Rhodes: general physical health; non-pharm (any)"),
        ("Rhodes: mental health; pharm v placebo; cancer", "Rhodes: mental health; pharm v placebo; cancer"),
        ("Rhodes: any x 7.5", "Rhodes: any x 7.5"),
    ],
)
def test_a_prior_is_known_by_what_people_type(typed: str, name: str) -> None:
    assert prior_named(typed).name == name
    assert prior_named(name) == prior_named(typed)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("vague", "is not understood: write 'HN"),
        ("HN", "is not understood"),
        ("HN(0)", "a number above 0"),
        ("HN(-1)", "a number above 0"),
        ("HN(1, 2)", "write 'HN"),
        ("LN(0.5)", "write 'HN"),
        ("gamma(1)", "no family of priors"),
        ("Tuner: any", "not of 'Tuner'"),
        ("turner: mortality; pharm v placebo", "several outcomes: all-cause mortality, cause-specific mortality"),
        ("turner: happiness; pharm v placebo", "none of its outcomes"),
        ("turner: pain; needles v placebo", "none of its comparisons"),
        ("turner: pain", "write 'Turner: outcome; comparison'"),
        ("rhodes: mental health; pharm v pharm; skin", "none of its medical areas"),
        ("HN(1) x 0", "number above 0"),
    ],
)
def test_what_is_not_known_is_answered_with_what_to_write(typed: str, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("(", r"\(")):
        prior_named(typed)


def test_the_two_that_the_reference_values_name() -> None:
    """Halves of what is published for log tau squared."""
    mortality = prior_named("Turner: all-cause mortality; non-pharm v placebo")
    harms = prior_named("Turner: adverse events; non-pharm v placebo")
    assert isinstance(mortality, LogNormal)
    assert isinstance(harms, LogNormal)
    assert (mortality.location, mortality.scale) == (-2.085, 0.775)
    assert (harms.location, harms.scale) == (-1.05, 0.855)


def test_every_cell_of_both_tables_can_be_named() -> None:
    named: list[TauPrior] = []
    for table in (TURNER, RHODES):
        for area, comparison in table.figures:
            where = f"; {area}" if area else ""
            named += [prior_named(f"{table.name}: {outcome}; {comparison}{where}") for outcome in table.outcomes]
    assert len(named) == 16 * 5 + 8 * 3 * 3
    assert len({prior.name for prior in named}) == len(named)


def test_figures_of_turner_add_up_but_for_rounding() -> None:
    """Outcome and comparison were additive in the paper's model, so that a slip in one cell would stand out."""
    means = np.array([TURNER.figures["", comparison][0] for comparison in TURNER.comparisons])
    apart = means - means.mean(axis=0) - (means - means.mean(axis=0)).mean(axis=1)[:, None]
    assert np.abs(apart).max() < 0.0125


def test_a_prior_of_mu_has_a_name() -> None:
    assert FLAT.name == "flat"
    assert MuPrior(0, 4).name == "N(0;4^2)"
    with pytest.raises(ValueError, match="standard deviation above 0"):
        MuPrior(0, 0)


def test_a_scale_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        HalfNormal(math.nan)
