"""Whether small studies show larger effects: regression tests, trim and fill, and data for a funnel plot.

With fewer than ten studies none of these can tell bias from chance (Cochrane Handbook 6.5, section 13.3.5.4):
every function here refuses them, and says why, unless the caller lowers `least` on purpose.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from models.vocabulary import Measure, Model
from synthesis.inverse_variance import PooledSets, critical_value, pool_sets
from synthesis.measures import log_odds_ratio, peto_o_minus_e
from synthesis.study_sets import Array
from synthesis.tables import Tables, zero_cells_of

LEAST = 10
"""Fewest studies for a test of funnel-plot asymmetry. Cochrane Handbook 6.5, section 13.3.5.4."""


class TooFewStudies(ValueError):
    """The refusal to test for small-study effects; the message says how many studies there are."""


@dataclass(frozen=True)
class Asymmetry:
    """A regression test: `bias` with its standard error, t with `df` degrees of freedom and two-sided p."""

    bias: float
    se: float
    t: float
    df: int
    p_value: float
    intercept: float


def egger(yi: ArrayLike, vi: ArrayLike, *, least: int = LEAST) -> Asymmetry:
    """Regression of the effect on its standard error, weighted by 1 / vi.

    Parameters
    ----------
    yi, vi : (k,) effects on the analysis scale and their variances
    least : fewest studies

    Raises
    ------
    TooFewStudies
        If k is below `least`.

    Source
    ------
    Egger et al. (1997), BMJ 315:629, in the form of Sterne and Egger (2005).
    """
    y, v = (np.asarray(values, dtype=np.float64) for values in (yi, vi))
    _enough(len(y), least)
    return _regression(np.sqrt(v), y, 1 / v)


def harbord(tables: Tables, *, least: int = LEAST) -> Asymmetry:
    """Regression of the score Z / V of the log odds ratio on 1 / sqrt(V), weighted by V.

    Parameters
    ----------
    tables : one set of 2 x 2 tables, uncorrected; those without information (V = 0) do not count
    least : fewest studies

    Raises
    ------
    TooFewStudies
        If fewer tables than `least` have information.

    Source
    ------
    Harbord, Egger and Sterne (2006), Statistics in Medicine 25:3443.
    """
    z, v = (values[0] for values in peto_o_minus_e(tables))
    z, v = z[v > 0], v[v > 0]
    _enough(len(v), least)
    return _regression(1 / np.sqrt(v), z / v, v)


def peters(tables: Tables, *, least: int = LEAST) -> Asymmetry:
    """Regression of the log odds ratio on 1 / N, weighted by 1 / (1 / events + 1 / others).

    Parameters
    ----------
    tables : one set of 2 x 2 tables, uncorrected; double zeros do not count
    least : fewest studies

    Raises
    ------
    TooFewStudies
        If fewer tables than `least` have an odds ratio.

    Source
    ------
    Peters et al. (2006), JAMA 295:676.
    """
    yi, _ = (values[0] for values in log_odds_ratio(tables.corrected(zero_cells_of(Measure.OR))))
    events = (tables.events_1 + tables.events_2)[0]
    others = (tables.others_1 + tables.others_2)[0]
    kept = np.isfinite(yi)
    _enough(int(kept.sum()), least)
    yi, events, others = yi[kept], events[kept], others[kept]
    return _regression(1 / (events + others), yi, events * others / (events + others))


@dataclass(frozen=True)
class TrimAndFill:
    """Pooled effect after adding what a symmetric funnel would hold.

    Attributes
    ----------
    n_filled : number of studies added
    side : side of the funnel on which they were missing
    pooled : pooled effect with them
    filled_yi, filled_vi : (n_filled,) the studies added
    """

    n_filled: int
    side: Literal["left", "right"]
    pooled: PooledSets
    filled_yi: Array
    filled_vi: Array


def trim_and_fill(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    model: Model,
    estimator: Literal["L0", "R0"] = "L0",
    least: int = LEAST,
) -> TrimAndFill:
    """Estimate how many studies a symmetric funnel lacks, mirror as many, and pool them all.

    Parameters
    ----------
    yi, vi : (k,) effects on the analysis scale and their variances
    model : ``common`` or a random-effects model, used for trimming and for the result
    estimator : of the number of missing studies
    least : fewest studies

    Raises
    ------
    TooFewStudies
        If k is below `least`.

    Source
    ------
    Duval and Tweedie (2000), Biometrics 56:455 and JASA 95:89; the side is that to which effects do not lean
    as standard errors grow, as in metafor.
    """
    y, v = (np.asarray(values, dtype=np.float64) for values in (yi, vi))
    k = len(y)
    _enough(k, least)
    side: Literal["left", "right"] = "right" if _slope_on_se(y, v, model) < 0 else "left"
    turn = -1.0 if side == "right" else 1.0
    order = np.argsort(turn * y, kind="stable")
    y_sorted, v_sorted = turn * y[order], v[order]
    n_missing = 0
    centre = 0.0
    for _ in range(k):
        kept = slice(0, k - n_missing)
        centre = float(pool_sets(y_sorted[kept], v_sorted[kept], model=model, with_tau2_limits=False).estimate[0])
        again = _n_missing(y_sorted - centre, estimator)
        if again == n_missing:
            break
        n_missing = again
    mirrored = turn * (2 * centre - y_sorted[k - n_missing :])
    variances = v_sorted[k - n_missing :]
    pooled = pool_sets(np.append(y, mirrored), np.append(v, variances), model=model)
    return TrimAndFill(n_missing, side, pooled, mirrored, variances)


@dataclass(frozen=True)
class Funnel:
    """What a contour-enhanced funnel plot draws.

    `se` (n,) runs from 0 to the largest standard error; `low` and `high` (levels, n) are the effects at which
    a study of that standard error has p = 1 - level of no effect.
    """

    se: Array
    levels: tuple[float, ...]
    low: Array
    high: Array


def funnel_contours(vi: ArrayLike, levels: tuple[float, ...] = (0.90, 0.95, 0.99), n: int = 101) -> Funnel:
    """Contours of statistical significance around no effect.

    Source: Peters et al. (2008), J Clin Epidemiol 61:991.
    """
    se = np.linspace(0.0, float(np.sqrt(np.max(vi))), n)
    high = np.array([critical_value(level, np.inf) * se for level in levels])
    return Funnel(se, levels, -high, high)


def _enough(k: int, least: int) -> None:
    if k < max(least, 3):
        raise TooFewStudies(
            f"{k} studies: with fewer than {max(least, 3)} a test cannot tell small-study effects from chance"
        )


def _regression(x: Array, y: Array, w: Array) -> Asymmetry:
    """Weighted least squares of y on x with residual variance estimated: slope, intercept and test of the slope."""
    k = len(y)
    mean_x, mean_y = np.average(x, weights=w), np.average(y, weights=w)
    spread = (w * (x - mean_x) ** 2).sum()
    if not spread > 1e-12 * (w * x**2).sum():
        raise ValueError("all studies are equally precise: no funnel plot can show asymmetry")
    slope = (w * (x - mean_x) * (y - mean_y)).sum() / spread
    residual = y - mean_y - slope * (x - mean_x)
    se = np.sqrt((w * residual**2).sum() / (k - 2) / spread)
    t = slope / se
    p_value = 2 * special.stdtr(k - 2, -abs(t))
    return Asymmetry(float(slope), float(se), float(t), k - 2, float(p_value), float(mean_y - slope * mean_x))


def _slope_on_se(y: Array, v: Array, model: Model) -> float:
    """Slope of the effect on its standard error, weighted by 1 / (vi + tau2).

    Under random effects tau2 is what the standard errors leave unexplained, by the method of moments.
    """
    x, w, tau2 = np.sqrt(v), 1 / v, 0.0
    if model is not Model.COMMON:
        design = np.column_stack([np.ones_like(x), x])
        inverse = np.linalg.inv(design.T @ (design * w[:, None]))
        residual = y - design @ (inverse @ (design.T @ (w * y)))
        trace = w.sum() - np.trace(inverse @ (design.T @ (design * (w**2)[:, None])))
        tau2 = max(0.0, ((w * residual**2).sum() - (len(y) - 2)) / trace)
    return _regression(x, y, 1 / (v + tau2)).bias


def _n_missing(centred: Array, estimator: Literal["L0", "R0"]) -> int:
    """Studies missing on the left of effects centred on their pooled effect and sorted upwards."""
    k = len(centred)
    rank = np.empty(k)
    rank[np.argsort(np.abs(centred), kind="stable")] = np.arange(1, k + 1)
    if estimator == "L0":
        ranks_right = float(rank[centred > 0].sum())
        return max(0, round((4 * ranks_right - k * (k + 1)) / (2 * k - 1)))
    return max(0, int(k - rank[centred < 0].max(initial=0.0)) - 1)
