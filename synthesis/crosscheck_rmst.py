"""The second engine for restricted mean survival: with 50 digits, from landmarks, sharing no code.

The first engine adds the covariances of the estimates at all landmarks. This one adds, step by step, the squared area that
is left beyond each step of Greenwood's sum, which is the same number by another way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mpmath import mp, mpf, nstr

from synthesis.crosscheck import DIGITS, TOLERANCE, Number

Point = tuple[float, float, float | None, float | None]
"""Time, share of people alive, its standard error, people at risk; None is not told. The first is (0, 1, None, all)."""


@dataclass(frozen=True)
class RmstDisagreement:
    """A number of a restricted mean that the second engine does not confirm."""

    where: str
    name: str
    stated: float | None
    recomputed: float | None

    def __str__(self) -> str:
        return f"{self.where}: {self.name} is {self.stated}, recomputed {self.recomputed}"


def crosscheck_rmst(
    where: str, arms: tuple[Sequence[Point], Sequence[Point]], level: float, stated: Mapping[str, float | None]
) -> tuple[RmstDisagreement, ...]:
    """Recompute the difference and the ratio of two arms.

    Parameters
    ----------
    where : what the numbers are of, for messages
    arms : landmarks of intervention and control, up to the same last time
    level : of the limits
    stated : what the first engine says, by the names of `recompute_rmst`

    Returns
    -------
    tuple of RmstDisagreement
        Empty if everything is confirmed to `TOLERANCE`, relative to the larger of the number and the last time.
    """
    again = recompute_rmst(arms, level)
    scale = max(arms[0][-1][0], 1.0)
    found = []
    for name, told in stated.items():
        value = again[name]
        size = 1.0 if name.startswith("ratio") else scale
        is_confirmed = told is None if value is None else told is not None and abs(told - value) <= TOLERANCE * size
        if not is_confirmed:
            found.append(RmstDisagreement(where, name, told, None if value is None else float(nstr(value, 17))))
    return tuple(found)


def recompute_rmst(arms: tuple[Sequence[Point], Sequence[Point]], level: float) -> dict[str, Number | None]:
    """Means, difference, its bounds, error and limits, and the ratio with its limits, anew."""
    with mp.workdps(DIGITS):
        (mean1, least1, most1, var1), (mean2, least2, most2, var2) = map(_arm, arms)
        z = mp.sqrt(2) * mp.erfinv(mpf(level))
        difference, ratio = mean1 - mean2, mean1 / mean2
        found: dict[str, Number | None] = {
            "mean_intervention": mean1,
            "mean_control": mean2,
            "difference": difference,
            "least": least1 - most2,
            "most": most1 - least2,
            "ratio": ratio,
        }
        if var1 is None or var2 is None or not var1 + var2:
            return found | dict.fromkeys(("se", "ci_low", "ci_high", "ratio_low", "ratio_high"))
        se, of_log = mp.sqrt(var1 + var2), mp.sqrt(var1 / mean1**2 + var2 / mean2**2)
        return found | {
            "se": se,
            "ci_low": difference - z * se,
            "ci_high": difference + z * se,
            "ratio_low": ratio * mp.exp(-z * of_log),
            "ratio_high": ratio * mp.exp(z * of_log),
        }


def _arm(points: Sequence[Point]) -> tuple[Number, Number, Number, Number | None]:
    """Area by straight lines, below and above; variance of the first."""
    times, shares = [mpf(point[0]) for point in points], [mpf(point[1]) for point in points]
    widths = [after - before for before, after in pairwise(times)]
    below = sum((w * s for w, s in zip(widths, shares[1:], strict=True)), mpf(0))
    above = sum((w * s for w, s in zip(widths, shares[:-1], strict=True)), mpf(0))
    sums = _greenwood(points)
    if sums is None:
        return (below + above) / 2, below, above, None
    variance = mpf(0)
    for j in range(1, len(points)):
        beyond = widths[j - 1] * shares[j] / 2
        for i in range(j, len(widths)):
            beyond += widths[i] * (shares[i] + shares[i + 1]) / 2
        variance += (sums[j] - sums[j - 1]) * beyond**2
    return (below + above) / 2, below, above, variance


def _greenwood(points: Sequence[Point]) -> list[Number] | None:
    """Variance of each estimate divided by its square, never falling; None where something is not told."""
    sums, largest = [mpf(0)], mpf(0)
    left = None if points[0][3] is None else mpf(points[0][3])
    for (_, before, _, _), (_, share, se, at_risk) in pairwise(points):
        entered = left
        kept = mpf(share) / mpf(before) if before else mpf(0)
        left = mpf(at_risk) if at_risk is not None else None if entered is None else entered * kept
        if not share:
            sums.append(sums[-1])
        elif se is not None:
            sums.append((mpf(se) / mpf(share)) ** 2)
        else:
            if entered is None or left is None or not entered + left:
                return None
            deaths = (entered + left) * (1 - kept) / (1 + kept)
            sums.append(sums[-1] + (deaths * (1 + kept) ** 2 / (kept * (entered + left) ** 2) if deaths else mpf(0)))
    for j, value in enumerate(sums):
        largest = max(largest, value)
        sums[j] = largest
    return sums
