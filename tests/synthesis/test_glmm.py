"""Mixed models of 2 x 2 tables: metafor's figures, and what must hold of any tables."""

from functools import cache, partial

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.vocabulary import Model
from synthesis import effect_mixture
from synthesis.glmm import COMMON_LIKELIHOODS, LIKELIHOODS, glmm
from synthesis.score_roots import NotEstimable
from synthesis.sparse_tables import SparseTables

RANDOM = list(LIKELIHOODS)
COMMON = list(COMMON_LIKELIHOODS)
ALIKE_WITHOUT = (Model.GLMM_CM_EL, Model.GLMM_UM_FS, Model.GLMM_CM_EL_EE, Model.GLMM_UM_FS_EE)
"""Models to which people without the event are as good as people with it."""


def tables(*rows: tuple[int, int, int, int]) -> SparseTables:
    return SparseTables.of(*np.array(rows).T)


@st.composite
def rare(draw: st.DrawFn) -> SparseTables:
    """Two to five studies with few events."""
    rows = []
    for _ in range(draw(st.integers(2, 5))):
        n1, n2 = draw(st.integers(8, 60)), draw(st.integers(8, 60))
        rows.append((draw(st.integers(0, min(6, n1))), n1, draw(st.integers(0, min(6, n2))), n2))
    return tables(*rows)


def fitted(counts: SparseTables, model: Model):
    try:
        return glmm(counts, model)
    except NotEstimable:
        assume(False)


@pytest.fixture(scope="module")
def nielweise(agreement):
    cells = [agreement.column("dat.nielweise2007", name) for name in ("ai", "n1i", "ci", "n2i")]
    return SparseTables.of(*cells)


@pytest.fixture(scope="module")
def of_nielweise(nielweise):
    return cache(partial(glmm, nielweise))


@pytest.mark.parametrize(
    ("model", "estimate", "se", "tau2", "tolerance"),
    [
        (Model.GLMM_CM_EL, -1.353158, 0.1232445**0.5, 0.6935, 1e-4),
        (Model.GLMM_CM_AL, -1.303, 0.339, 0.78**2, 1e-2),
        (Model.GLMM_UM_FS_EE, -1.2286, None, 0.0, 1e-4),
        (Model.GLMM_CM_EL_EE, -1.2236, 0.0502**0.5, 0.0, 1e-3),
        (Model.GLMM_UM_FS, -1.2370, None, 0.3198, 1e-3),
    ],
)
def test_metafors_printed_figures_are_met_for_dat_nielweise2007(of_nielweise, model, estimate, se, tau2, tolerance):
    fit = of_nielweise(model)
    assert fit.k == 17
    assert fit.estimate == pytest.approx(estimate, rel=tolerance)
    assert fit.tau2 == pytest.approx(tau2, rel=10 * tolerance, abs=1e-12)
    assert se is None or fit.se == pytest.approx(se, rel=tolerance)


def test_more_points_change_nothing(nielweise, of_nielweise, monkeypatch):
    few = {model: of_nielweise(model) for model in RANDOM}
    monkeypatch.setattr(effect_mixture, "POINTS", 256)
    for model, before in few.items():
        again = glmm(nielweise, model)
        assert (again.estimate, again.se, again.tau2) == pytest.approx(
            (before.estimate, before.se, before.tau2), rel=1e-9
        )


@pytest.mark.parametrize("model", [*RANDOM, *COMMON])
@settings(max_examples=4, deadline=None)
@given(counts=rare(), seed=st.integers(0, 99))
def test_the_order_of_studies_does_not_matter_and_that_of_arms_and_outcomes_turns_the_odds_ratio_round(
    model, counts, seed
):
    fit = fitted(counts, model)
    order = np.random.default_rng(seed).permutation(counts.k)
    arms = SparseTables.of(counts.events_2, counts.n_2, counts.events_1, counts.n_1)
    turned = glmm(arms.only(order), model)
    assert (turned.estimate, turned.tau2) == pytest.approx((-fit.estimate, fit.tau2), rel=1e-6, abs=1e-7)
    if model in ALIKE_WITHOUT:
        others = SparseTables.of(counts.n_1 - counts.events_1, counts.n_1, counts.n_2 - counts.events_2, counts.n_2)
        assert glmm(others, model).estimate == pytest.approx(-fit.estimate, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("model", RANDOM)
def test_studies_that_agree_have_the_common_effect(model):
    counts = tables((2, 40, 4, 40), (4, 80, 8, 80), (3, 60, 6, 60))
    common = next(ee for ee, random in COMMON_LIKELIHOODS.items() if random is model)
    fit, one = glmm(counts, model), glmm(counts, common)
    assert fit.tau2 == 0
    assert (fit.estimate, fit.se) == pytest.approx((one.estimate, one.se), rel=1e-10)


@pytest.mark.parametrize("model", [*RANDOM, *COMMON])
def test_double_zeros_say_nothing_about_an_odds_ratio(model):
    some = [(2, 40, 4, 40), (0, 30, 3, 28), (1, 25, 0, 31)]
    with_zeros = glmm(tables(*some, (0, 50, 0, 52), (9, 9, 12, 12)), model)
    assert with_zeros == glmm(tables(*some), model)
    assert with_zeros.k == 3


@pytest.mark.parametrize(
    ("rows", "model", "said"),
    [
        ([(0, 20, 0, 22)], Model.GLMM_CM_EL, "says nothing about a ratio"),
        ([(0, 20, 3, 22), (0, 9, 1, 8)], Model.GLMM_UM_FS, "beyond all bounds"),
        ([(20, 20, 18, 22), (9, 9, 7, 8)], Model.GLMM_CM_EL, "beyond all bounds"),
        ([(3, 20, 0, 22)], Model.GLMM_CM_AL, "beyond all bounds"),
        ([(1.5, 20, 2, 22), (2, 9, 1, 8)], Model.GLMM_CM_EL, "whole people"),
        ([(0, 20, 9, 22), (9, 20, 0, 20)], Model.GLMM_CM_EL, "contradict each other"),
    ],
)
def test_what_tables_do_not_determine_is_said(rows, model, said):
    with pytest.raises(NotEstimable, match=said):
        glmm(tables(*rows), model)


def test_a_zero_cell_leaves_walds_test_without_a_value_and_the_likelihood_ratio_with_one():
    with_zero = glmm(tables((2, 40, 4, 40), (0, 30, 3, 28)), Model.GLMM_UM_FS)
    without = glmm(tables((2, 40, 4, 40), (1, 30, 3, 28)), Model.GLMM_UM_FS)
    assert with_zero.q_wald is None
    assert without.q_wald == pytest.approx(without.q_lrt, abs=0.05)
    assert 0 <= with_zero.q_lrt_p <= 1
