"""The highest of all maxima of a function of one number, from the roots of its slope."""

from collections.abc import Callable, Sequence

from scipy.optimize import brentq

Function = Callable[[float], float]


class NotEstimable(ValueError):
    """The numbers do not determine what was asked for; the message says why."""


def highest_maximum(slope: Function, value: Function, grid: Sequence[float]) -> float:
    """The point at which a function is highest: the first of the grid, or a root at which it stops rising.

    Parameters
    ----------
    slope, value : the function's slope, of which only zeros and signs count, and the function itself
    grid : ascending points, close enough that no two maxima lie between neighbours

    Raises
    ------
    NotEstimable
        If the function still rises at the last point.
    """
    slopes = [slope(point) for point in grid]
    if slopes[-1] > 0:
        raise NotEstimable("the likelihood rises without end")
    peaks = [grid[0]] if slopes[0] <= 0 else []
    for i in range(len(grid) - 1):
        if slopes[i] > 0 >= slopes[i + 1]:
            peaks.append(float(brentq(slope, grid[i], grid[i + 1], xtol=1e-300, rtol=1e-14, maxiter=500)))
    return max(peaks, key=value) if len(peaks) > 1 else peaks[0]
