"""Permutation test of a meta-regression: how often do covariates that are dealt out anew explain as much?

It rests on no distribution, only on studies being exchangeable if a covariate means nothing.
"""

from collections import Counter
from dataclasses import dataclass
from math import factorial, prod, sqrt

import numpy as np
from numpy.typing import ArrayLike

from models.vocabulary import Model
from synthesis.meta_regression import LEAST_PER_COVARIATE, Covariates, NoRegression, design_of
from synthesis.mixed_effects import Designs, tau2_of
from synthesis.study_sets import Array, StudySets

MOST_EXACT = 5000
"""Up to so many different arrangements all of them are tried; beyond, a sample is."""

SAMPLE = 2000
SEED = 20_230_517
"""Of the sample, so that a test says the same each time."""

CHUNK = 500
ALMOST = 1e-10
"""Statistics that differ by less are the same, but for rounding."""


@dataclass(frozen=True)
class PermutationTest:
    """Share of arrangements with a statistic at least as large as the observed one, which is among them.

    Attributes
    ----------
    names, p_values : of each covariate's coefficient, two-sided
    p_all : of all covariates together
    n : arrangements that were tried
    is_exact : whether these are all there are
    standard_error : of a p of 0.05, from sampling; 0 for an exact test
    """

    names: tuple[str, ...]
    p_values: tuple[float, ...]
    p_all: float
    n: int
    is_exact: bool
    standard_error: float


def permutation_test(
    yi: ArrayLike,
    vi: ArrayLike,
    covariates: Covariates,
    *,
    model: Model = Model.REML,
    level: float = 0.95,
    least: int = LEAST_PER_COVARIATE,
) -> PermutationTest:
    """Test covariates by dealing their rows out anew, with Knapp and Hartung's t and F as statistics.

    Parameters
    ----------
    yi, vi, covariates, model, least : as `synthesis.meta_regression.meta_regression`
    level : 1 - level is what p has to be able to reach

    Raises
    ------
    NoRegression
        As `meta_regression`, and if there are so few different arrangements that no p can be below 1 - level.

    Source
    ------
    Higgins and Thompson (2004), Statistics in Medicine 23:1663; Viechtbauer et al. (2015), Psychological Methods
    20:360; metafor's ``permutest``.
    """
    sets = StudySets.of(yi, vi)
    design = design_of(covariates, least)
    rows = [tuple(row) for row in design.tolist()]
    n_different = factorial(len(rows)) // prod(factorial(n) for n in Counter(rows).values())
    if n_different * (1 - level) < 1:
        raise NoRegression(
            f"{n_different} different arrangements of the covariate: a permutation test cannot reach p = {1 - level:.3g}"
        )
    is_exact = n_different <= MOST_EXACT
    places = _all_places(rows) if is_exact else _sampled_places(len(rows))
    t, f = np.empty((len(places), design.shape[1] - 1)), np.empty(len(places))
    for start in range(0, len(places), CHUNK):
        part = slice(start, start + CHUNK)
        t[part], f[part] = _statistics(Designs(sets.yi[0], sets.vi[0], design[places[part]]), model)
    return PermutationTest(
        names=covariates.names,
        p_values=tuple((np.abs(t) >= np.abs(t[0]) * (1 - ALMOST)).mean(axis=0).tolist()),
        p_all=float((f >= f[0] * (1 - ALMOST)).mean()),
        n=len(places),
        is_exact=is_exact,
        standard_error=0.0 if is_exact else sqrt(0.05 * 0.95 / len(places)),
    )


def _statistics(designs: Designs, model: Model) -> tuple[Array, Array]:
    """(n, columns) t of each covariate, and (n,) F of all."""
    fit = designs.at(tau2_of(designs, model))
    factor = np.maximum(fit.q / designs.df, np.finfo(float).tiny)
    b, covariance = fit.coefficients[:, 1:], fit.inverse[:, 1:, 1:]
    t = b / np.sqrt(np.einsum("npp->np", covariance) * factor[:, None])
    q = np.einsum("np,np->n", b, np.linalg.solve(covariance, b[:, :, None])[:, :, 0])
    return t, q / factor / b.shape[1]


def _sampled_places(k: int) -> Array:
    """(SAMPLE, k) places that rows come from; the first arrangement is the observed one."""
    generator = np.random.default_rng(SEED)
    return np.array([np.arange(k), *(generator.permutation(k) for _ in range(SAMPLE - 1))])


def _all_places(rows: list[tuple[float, ...]]) -> Array:
    """(n, k) every different arrangement once; the first is the observed one."""
    kinds = {row: i for i, row in enumerate(dict.fromkeys(rows))}
    observed = tuple(kinds[row] for row in rows)
    first_of = [rows.index(row) for row in kinds]
    found = [observed]
    current: list[int] | None = sorted(observed)
    while current is not None:
        if tuple(current) != observed:
            found.append(tuple(current))
        current = _next(current)
    return np.array([[first_of[kind] for kind in arrangement] for arrangement in found])


def _next(kinds: list[int]) -> list[int] | None:
    """The next arrangement in the order of a dictionary, None after the last."""
    i = next((i for i in range(len(kinds) - 2, -1, -1) if kinds[i] < kinds[i + 1]), None)
    if i is None:
        return None
    j = next(j for j in range(len(kinds) - 1, i, -1) if kinds[j] > kinds[i])
    swapped = kinds.copy()
    swapped[i], swapped[j] = swapped[j], swapped[i]
    return swapped[: i + 1] + swapped[:i:-1]
