"""How a pooled effect depends on single studies and on the order in which they arrived."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.vocabulary import Interval, Model
from synthesis.inverse_variance import PooledSets, pool_sets
from synthesis.study_sets import Array


def leave_one_out(
    yi: ArrayLike, vi: ArrayLike, *, model: Model, interval: Interval = Interval.WALD, level: float = 0.95
) -> PooledSets:
    """Pool k times, each time without one study.

    Parameters
    ----------
    yi, vi : (k,) effects on the analysis scale and their variances
    model, interval, level : see `synthesis.inverse_variance.pool_sets`

    Returns
    -------
    PooledSets
        S = k sets, the i-th without study i; a single study leaves one empty set.

    Source
    ------
    Cochrane Handbook 6.5, section 10.14.
    """
    y, v = (np.asarray(values, dtype=np.float64) for values in (yi, vi))
    without = ~np.eye(len(y), dtype=bool)
    return pool_sets(
        np.broadcast_to(y, without.shape),
        np.broadcast_to(v, without.shape),
        model=model,
        interval=interval,
        level=level,
        mask=without,
    )


def cumulative(
    yi: ArrayLike, vi: ArrayLike, *, model: Model, interval: Interval = Interval.WALD, level: float = 0.95
) -> PooledSets:
    """Pool the first study, the first two, and so on.

    Parameters
    ----------
    yi, vi : (k,) effects on the analysis scale and their variances, in the order in which they became known
    model, interval, level : see `synthesis.inverse_variance.pool_sets`

    Returns
    -------
    PooledSets
        S = k sets, the i-th of the first i studies. Limits are not adjusted for looking k times.

    Source
    ------
    Lau et al. (1992), N Engl J Med 327:248.
    """
    y, v = (np.asarray(values, dtype=np.float64) for values in (yi, vi))
    so_far = np.tri(len(y), dtype=bool)
    return pool_sets(
        np.broadcast_to(y, so_far.shape),
        np.broadcast_to(v, so_far.shape),
        model=model,
        interval=interval,
        level=level,
        mask=so_far,
    )


@dataclass(frozen=True)
class Influence:
    """What each of k >= 2 studies does to the pooled effect; all arrays (k,).

    Attributes
    ----------
    rstudent : residual from the pooled effect of the others, in its standard errors
    dffits : change of the study's fitted value when it is left out, in standard errors
    cooks_distance : squared change of the pooled effect when it is left out, in its variance
    hat : leverage, the study's share of the weight
    tau2_without : between-study variance of the others
    """

    rstudent: Array
    dffits: Array
    cooks_distance: Array
    hat: Array
    tau2_without: Array


def influence(yi: ArrayLike, vi: ArrayLike, *, model: Model) -> Influence:
    """Case-deletion diagnostics of every study.

    Parameters
    ----------
    yi, vi : (k,) effects on the analysis scale and their variances, k >= 2
    model : ``common`` or a random-effects model

    Raises
    ------
    ValueError
        If there are fewer than two studies.

    Source
    ------
    Viechtbauer and Cheung (2010), Res Synth Methods 1:112: (yi - mu(-i)) / sqrt(vi + tau2(-i) + se(-i)^2), (mu - mu(-i)) /
    sqrt(hat (vi + tau2(-i))) and (mu - mu(-i))^2 / se^2.
    """
    y, v = (np.asarray(values, dtype=np.float64) for values in (yi, vi))
    if len(y) < 2:
        raise ValueError("influence needs at least two studies")
    whole = pool_sets(y, v, model=model, with_tau2_limits=False)
    without = leave_one_out(y, v, model=model)
    hat = whole.weights_pct[0] / 100
    change = whole.estimate[0] - without.estimate
    return Influence(
        rstudent=(y - without.estimate) / np.sqrt(v + without.tau2 + without.se**2),
        dffits=change / np.sqrt(hat * (without.tau2 + v)),
        cooks_distance=change**2 / whole.se[0] ** 2,
        hat=hat,
        tau2_without=without.tau2,
    )
