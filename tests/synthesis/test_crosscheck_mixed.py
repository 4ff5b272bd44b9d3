"""Where metafor's mixed models and limits differ in late digits, 25 and more digits side with us."""

import sys

import numpy as np
import pytest
from mpmath import mp, mpf

from models.vocabulary import Model
from synthesis.crosscheck_mixed import mixed
from synthesis.glmm import glmm
from synthesis.profile_likelihood import profile_limits_of_tau2


@pytest.fixture(scope="module")
def als(agreement):
    assert agreement
    return sys.modules["agreement_next"].als


DATASETS = ["als.k2.SAE", "als.k2.death"]


def rows_of(tables):
    return list(
        zip(
            *(map(mpf, cells.tolist()) for cells in (tables.events_1, tables.n_1, tables.events_2, tables.n_2)),
            strict=True,
        )
    )


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("model", [Model.GLMM_CM_EL, Model.GLMM_UM_FS, Model.GLMM_CM_EL_EE, Model.GLMM_UM_FS_EE])
def test_another_quadrature_confirms_exact_models_to_eight_digits(als, dataset, model):
    tables, _, _ = als(dataset)
    fit = glmm(tables, model)
    with mp.workdps(30):
        found = mixed(rows_of(tables), np.exp(fit.estimate), fit.tau2, is_conditional="cm" in model)
    if model in (Model.GLMM_CM_EL, Model.GLMM_UM_FS):
        assert float(found.tau2) == pytest.approx(fit.tau2, rel=1e-8)
    assert (float(found.mu), float(found.se)) == pytest.approx((fit.estimate, fit.se), rel=1e-8)


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("model", [Model.GLMM_CM_AL, Model.GLMM_CM_AL_EE])
def test_the_approximate_model_is_flat_at_our_estimate_with_25_digits(als, dataset, model):
    tables, _, _ = als(dataset)
    fit = glmm(tables, model)
    has_spread = fit.tau2 > 0
    with mp.workdps(25):

        def density(row, theta):
            a, n1, c, n2 = row
            odds = n1 / n2 * mp.exp(theta)
            return (odds / (1 + odds)) ** a / (1 + odds) ** c

        def value(mu, tau):
            if not has_spread:
                return sum(mp.log(density(row, mu)) for row in rows_of(tables))
            ends = [mu + tau * z for z in (-10, -4, -2, 0, 2, 4, 10)]
            return sum(
                mp.log(mp.quad(lambda t, row=row: density(row, t) * mp.npdf(t, mu, tau), ends, maxdegree=5))
                for row in rows_of(tables)
            )

        mu, tau, h = mpf(fit.estimate), mp.sqrt(mpf(fit.tau2)), mpf("1e-5")
        at = {(i, j): value(mu + i * h, tau + j * h) for i in (-1, 0, 1) for j in ((-1, 0, 1) if has_spread else (0,))}
        slope, curve = (at[1, 0] - at[-1, 0]) / (2 * h), (at[1, 0] + at[-1, 0] - 2 * at[0, 0]) / h**2
        variance, step = -1 / curve, -slope / curve
        if has_spread:
            slopes = mp.matrix([slope, (at[0, 1] - at[0, -1]) / (2 * h)])
            cross = (at[1, 1] - at[1, -1] - at[-1, 1] + at[-1, -1]) / (4 * h**2)
            hessian = mp.matrix([[curve, cross], [cross, (at[0, 1] + at[0, -1] - 2 * at[0, 0]) / h**2]])
            inverse = hessian**-1
            variance, step = -inverse[0, 0], max(abs(x) for x in inverse * slopes)
        assert abs(step) < 1e-8
        assert float(mp.sqrt(variance)) == pytest.approx(fit.se, rel=1e-8)


@pytest.mark.parametrize("dataset", DATASETS)
def test_profile_limits_of_tau2_with_40_digits(als, dataset):
    _, yi, vi = als(dataset)
    with mp.workdps(40):
        y, v = [mpf(x) for x in yi.tolist()], [mpf(x) for x in vi.tolist()]

        def value(tau2):
            w = [1 / (x + tau2) for x in v]
            mean = sum(a * b for a, b in zip(w, y, strict=True)) / sum(w)
            return (sum(map(mp.log, w)) - sum(a * (b - mean) ** 2 for a, b in zip(w, y, strict=True))) / 2

        drop = (mp.sqrt(2) * mp.erfinv(mpf("0.95"))) ** 2
        _, high = profile_limits_of_tau2(yi, vi)
        highest = max(value(mpf(i) / 1000) for i in range(3000))
        exact = mp.findroot(lambda t: 2 * (highest - value(t)) - drop, mpf(high) * mpf("1.01"))
    assert high == pytest.approx(float(exact), rel=1e-9)
