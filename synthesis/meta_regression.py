"""Whether effects differ with what is known of the studies: meta-regression, and subgroups with one tau2.

With few studies a covariate explains chance. Cochrane Handbook 6.5, section 10.11.5.1: meta-regression should not be
considered with fewer than ten studies; here for each covariate.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from models.vocabulary import Model
from synthesis.inverse_variance import critical_value, two_sided_p
from synthesis.mixed_effects import Designs, tau2_of
from synthesis.study_sets import Array, StudySets

LEAST_PER_COVARIATE = 10
"""Fewest studies for each column of covariates."""


KNAPP_HARTUNG_IS_NARROW = (
    "Knapp and Hartung's errors are smaller than Wald's, because the studies agree better than chance would have them: "
    "falsely precise, see Wald"
)


class NoRegression(ValueError):
    """The refusal of a meta-regression; the message says why."""


@dataclass(frozen=True)
class Covariates:
    """What is known of k studies: `values` (k, columns) under `names`; without the intercept."""

    names: tuple[str, ...]
    values: Array


@dataclass(frozen=True)
class Coefficient:
    """One coefficient on the analysis scale, by Knapp and Hartung (t) and by Wald (z)."""

    name: str
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    t: float
    p_value: float
    wald_se: float
    wald_p_value: float


@dataclass(frozen=True)
class MetaRegression:
    """A fitted line.

    Attributes
    ----------
    k, df : studies and degrees of freedom of t
    coefficients : the intercept first
    tau2 : between-study variance that the covariates leave
    tau2_without : the same without covariates
    r2_pct : share of it that they explain, per cent; None where there is none to explain
    q_residual, q_residual_p : that nothing but chance is left, chi-squared with `df`
    f, f_df, f_p_value : that all covariates explain nothing, by Knapp and Hartung
    q_model, q_model_p : the same by Wald, chi-squared with `f_df`
    i2_pct : share of the remaining variance that lies between studies, per cent
    """

    k: int
    df: int
    coefficients: tuple[Coefficient, ...]
    tau2: float
    tau2_without: float
    r2_pct: float | None
    q_residual: float
    q_residual_p: float
    f: float
    f_df: int
    f_p_value: float
    q_model: float
    q_model_p: float
    i2_pct: float

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader has to know."""
        is_narrow = any(item.se < item.wald_se for item in self.coefficients)
        return (KNAPP_HARTUNG_IS_NARROW,) if is_narrow else ()


def meta_regression(
    yi: ArrayLike,
    vi: ArrayLike,
    covariates: Covariates,
    *,
    model: Model = Model.REML,
    level: float = 0.95,
    least: int = LEAST_PER_COVARIATE,
) -> MetaRegression:
    """Regress effects on covariates, with tau2 around the line.

    Parameters
    ----------
    yi, vi : (k,) effects on the analysis scale and their variances
    covariates : of the same studies, numbers or 0 and 1
    model : REML, ML, DL, PM, EB or HE, or ``common`` for no tau2
    level : of the intervals
    least : fewest studies for each covariate

    Raises
    ------
    NoRegression
        For fewer studies than `least` for each covariate, or for covariates that do not differ or determine each
        other.

    Source
    ------
    Knapp and Hartung (2003), Statistics in Medicine 22:2693; Raudenbush (2009) for R2; metafor's ``rma`` with
    ``mods`` and ``test = "knha"``.
    """
    sets = StudySets.of(yi, vi)
    k, m = covariates.values.shape
    design = design_of(covariates, least)
    designs = Designs(sets.yi[0], sets.vi[0], design[None])
    df = k - m - 1
    without = Designs(designs.yi, designs.vi, np.ones((1, k, 1)))
    tau2, tau2_without = (float(tau2_of(item, model)[0]) for item in (designs, without))
    fit, fixed = designs.at(tau2), designs.at(0.0)
    centres = covariates.values.mean(axis=0)
    back = np.eye(m + 1)
    back[0, 1:] = -centres  # covariates were centred: this gives the intercept at 0 again
    estimates = back @ fit.coefficients[0]
    estimates[0] += sets.origin[0]
    covariance = back @ fit.inverse[0] @ back.T
    factor = float(fit.q[0]) / df
    q_model = float(estimates[1:] @ np.linalg.solve(covariance[1:, 1:], estimates[1:]))
    f = q_model / m / factor if factor > 0 else float("inf")
    q = float(fixed.q[0])
    typical = df / float(fixed.trace(np.ones_like(fixed.weights))[0])
    wald = np.sqrt(np.diag(covariance))
    se = wald * np.sqrt(factor)
    half = float(critical_value(level, df)) * se
    return MetaRegression(
        k=k,
        df=df,
        coefficients=tuple(
            Coefficient(
                name=name,
                estimate=float(estimates[i]),
                se=float(se[i]),
                ci_low=float(estimates[i] - half[i]),
                ci_high=float(estimates[i] + half[i]),
                t=float(estimates[i] / se[i]) if se[i] > 0 else float("nan"),
                p_value=float(two_sided_p(estimates[i], se[i], df)),
                wald_se=float(wald[i]),
                wald_p_value=float(two_sided_p(estimates[i], wald[i], np.inf)),
            )
            for i, name in enumerate(("intercept", *covariates.names))
        ),
        tau2=tau2,
        tau2_without=tau2_without,
        r2_pct=100 * max(0.0, 1 - tau2 / tau2_without) if tau2_without > 0 else None,
        q_residual=q,
        q_residual_p=float(special.chdtrc(df, q)),
        f=f,
        f_df=m,
        f_p_value=float(special.fdtrc(m, df, f)) if np.isfinite(f) else 0.0,
        q_model=q_model,
        q_model_p=float(special.chdtrc(m, q_model)),
        i2_pct=100 * tau2 / (tau2 + typical),
    )


def design_of(covariates: Covariates, least: int) -> Array:
    """(k, 1 + columns) intercept and centred covariates.

    Raises
    ------
    NoRegression
        If they are too many, do not differ, or determine each other.
    """
    k, m = covariates.values.shape
    if not m:
        raise NoRegression("meta-regression needs a covariate")
    for name, column in zip(covariates.names, covariates.values.T, strict=True):
        if np.ptp(column) == 0:
            raise NoRegression(f"all studies have the same {name}: it explains no difference between them")
    if k < max(least * m, m + 2):
        raise NoRegression(
            f"{k} studies for {m} {'covariate' if m == 1 else 'covariates'}: meta-regression needs at least "
            f"{max(least * m, m + 2)}, {least} for each, or chance passes for an explanation"
        )
    centred = covariates.values - covariates.values.mean(axis=0)
    if np.linalg.matrix_rank(centred / np.abs(centred).max(axis=0)) < m:
        raise NoRegression("one of the covariates follows from the others: leave it out")
    return np.column_stack([np.ones(k), centred])


def dummies(name: str, words: Sequence[str]) -> Covariates:
    """A covariate in words as columns of 0 and 1, one for each word but the first to appear."""
    first, *others = dict.fromkeys(words)
    columns = np.array([[float(word == other) for other in others] for word in words])
    return Covariates(tuple(f"{name}: {other} v {first}" for other in others), columns.reshape(len(words), -1))


@dataclass(frozen=True)
class CommonTau2Groups:
    """Pooled effects of groups of studies that share one tau2.

    Attributes
    ----------
    groups : names
    k, estimate, se, ci_low, ci_high, p_value : (groups,) by z, or by t with `df` degrees of freedom
    tau2 : shared
    q_between, df_between, p_between : chi-squared that groups have one effect, or `df_between` F's under Knapp and
        Hartung, of which `q_between` is the numerator's sum
    df : degrees of freedom of t, infinite for z
    notes : what a reader has to know
    """

    groups: tuple[Hashable, ...]
    k: Array
    estimate: Array
    se: Array
    ci_low: Array
    ci_high: Array
    p_value: Array
    tau2: float
    q_between: float
    df_between: int
    p_between: float
    df: float
    notes: tuple[str, ...]


def pool_groups_with_one_tau2(
    yi: ArrayLike,
    vi: ArrayLike,
    groups: Sequence[Hashable],
    *,
    model: Model = Model.REML,
    is_knapp_hartung: bool = False,
    level: float = 0.95,
) -> CommonTau2Groups:
    """Pool each group of studies with a tau2 that all of them share, and test whether groups differ.

    With few studies in a group its own tau2 is hardly known; one that is shared rests on all of them.

    Parameters
    ----------
    yi, vi : (k,) effects on the analysis scale and their variances
    groups : (k,) name of each study's group; the result keeps the order of first appearance
    model : as `meta_regression`
    is_knapp_hartung : whether standard errors are scaled by the residual spread, and t and F take the place of z and
        chi-squared
    level : of the intervals

    Raises
    ------
    NoRegression
        If there is one group, or no study more than there are groups.

    Source
    ------
    Borenstein and Higgins (2013), Prevention Science 14:134; metafor's ``rma(yi, vi, mods = ~ 0 + group)``.
    """
    names = tuple(dict.fromkeys(groups))
    sets = StudySets.of(yi, vi)
    x = np.array([[float(group == name) for name in names] for group in groups])
    df = len(x) - len(names)
    if len(names) < 2 or df < 1:
        raise NoRegression(
            f"{len(x)} studies in {len(names)} groups: one tau2 needs two groups and a group of two studies"
        )
    designs = Designs(sets.yi[0], sets.vi[0], x[None])
    tau2 = float(tau2_of(designs, model)[0])
    fit = designs.at(tau2)
    relative = fit.coefficients[0]
    factor = float(fit.q[0]) / df if is_knapp_hartung else 1.0
    variances = np.diag(fit.inverse[0]) * factor
    se = np.sqrt(variances)
    freedom = float(df) if is_knapp_hartung else float("inf")
    centre = np.average(relative, weights=1 / variances)
    q_between, df_between = float(((relative - centre) ** 2 / variances).sum()), len(names) - 1
    by_f = float(special.fdtrc(df_between, df, q_between / df_between))
    estimate = relative + sets.origin[0]
    half = float(critical_value(level, freedom)) * se
    return CommonTau2Groups(
        groups=names,
        k=x.sum(axis=0),
        estimate=estimate,
        se=se,
        ci_low=estimate - half,
        ci_high=estimate + half,
        p_value=two_sided_p(estimate, se, freedom),
        tau2=tau2,
        q_between=q_between,
        df_between=df_between,
        p_between=by_f if is_knapp_hartung else float(special.chdtrc(df_between, q_between)),
        df=freedom,
        notes=(KNAPP_HARTUNG_IS_NARROW,) if factor < 1 else (),
    )
