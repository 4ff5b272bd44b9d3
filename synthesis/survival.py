"""Hazard ratios from what reports give in their place: limits, log-rank tests with events, survival at one time.

Everything is the intervention against control: a log hazard ratio below 0 means fewer events with the intervention.
Every function returns `Conversion`s, each with what it was made from. A ratio of event rates, or
of medians, is not offered as a hazard ratio, which either is under one curve only.
"""

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Literal, NamedTuple

from scipy import special

from models.vocabulary import ArmRole
from synthesis.conversions import Conversion, Effect, critical, log_effect_from_ratio, made, require_positive

TIERNEY = "Tierney 2007"
PARMAR = "Parmar 1998"


class ObservedLessExpected(NamedTuple):
    """O - E of a log-rank test and its variance V."""

    o_minus_e: Conversion
    v: Conversion

    @property
    def effect(self) -> Effect:
        """Log hazard ratio (O - E) / V and its variance 1 / V. Source: Tierney et al. (2007), Trials 8:16."""
        given = {"O - E": self.o_minus_e.value, "V": self.v.value}
        return Effect(
            made(self.o_minus_e.value / self.v.value, "log HR", given, TIERNEY),
            made(1 / self.v.value, "variance of log HR", given, TIERNEY),
        )


@dataclass(frozen=True)
class Events:
    """Events behind a test: those of each arm, or those of both with the ratio in which people were allocated.

    Attributes
    ----------
    intervention, control : events by arm, None where a report does not tell them apart
    total : events of both arms
    allocation : people allocated to the intervention for each one allocated to control
    """

    intervention: float | None = None
    control: float | None = None
    total: float | None = None
    allocation: float = 1.0

    @property
    def variance(self) -> Conversion:
        """V of the log-rank test, as if the hazards hardly differed.

        By arm: e1 e2 / (e1 + e2). In total: e r / (1 + r)^2, which is e / 4 for equal arms.
        Source: Parmar, Torri and Stewart (1998), Statistics in Medicine 17:2815; Tierney et al. (2007), Trials 8:16.

        Raises
        ------
        ValueError
            If neither the events of both arms nor their total is above 0.
        """
        first, second = self.intervention, self.control
        if first is not None and second is not None:
            require_positive(**{"events, intervention": first, "events, control": second})
            return made(first * second / (first + second), "V", {"events 1": first, "events 2": second}, TIERNEY)
        if self.total is None:
            raise ValueError("give the events of both arms, or their total")
        require_positive(**{"events of both arms": self.total, "allocation ratio": self.allocation})
        value = self.total * self.allocation / (1 + self.allocation) ** 2
        return made(value, "V", {"events": self.total, "allocation": self.allocation}, TIERNEY)


@dataclass(frozen=True)
class PValue:
    """A p as it is printed.

    Attributes
    ----------
    value : between 0 and 1
    bound : whether p is this number, or only known to lie ``below`` or ``above`` it
    sides : of the test
    """

    value: float
    bound: Literal["", "below", "above"] = ""
    sides: Literal[1, 2] = 2

    def __post_init__(self) -> None:
        if not 0 < self.value < 1:
            raise ValueError(f"p is {self.value}: give a number between 0 and 1, neither of them included")

    def __str__(self) -> str:
        return f"p {({'below': '< ', 'above': '> '}).get(self.bound, '')}{self.value:g}"

    @property
    def z(self) -> float:
        """Standard normal deviate towards the side that the test names; below 0 for a one-sided p above 0.5."""
        # ndtri of the tail itself: 1 - p has no digits left for p = 1e-20.
        return -float(special.ndtri(self.value / self.sides))


def hazard_ratio_from_limits(low: float, high: float, level: float = 0.95, ratio: float | None = None) -> Effect:
    """Log hazard ratio and its variance from limits of any level, and from the ratio itself where it is printed.

    Source: Cochrane Handbook 6.5, section 6.3.2; Tierney et al. (2007), Trials 8:16.
    """
    estimate, se = log_effect_from_ratio(low, high, level, ratio)
    return Effect(
        made(estimate.value, "log HR", estimate.given, TIERNEY),
        made(se.value**2, "variance of log HR", se.given, TIERNEY),
    )


def o_minus_e_from_variance(ratio: float, variance: float) -> ObservedLessExpected:
    """O - E and V from a hazard ratio and the variance of its logarithm. Source: Tierney et al. (2007), Trials 8:16."""
    require_positive(HR=ratio, **{"variance of log HR": variance})
    given = {"HR": ratio, "variance of log HR": variance}
    return ObservedLessExpected(
        made(log(ratio) / variance, "O - E", given, TIERNEY), made(1 / variance, "V", given, TIERNEY)
    )


def o_minus_e_from_ratio_and_events(ratio: float, events: Events) -> ObservedLessExpected:
    """O - E and V from a hazard ratio without limits and the events behind it.

    Source: Tierney et al. (2007), Trials 8:16.
    """
    require_positive(HR=ratio)
    v = events.variance
    return ObservedLessExpected(made(log(ratio) * v.value, "O - E", {"HR": ratio} | v.given, TIERNEY), v)


def o_minus_e_from_z(z: float, events: Events) -> ObservedLessExpected:
    """O - E and V from the log-rank z, below 0 where the intervention has the lower hazard: O - E = z sqrt(V).

    Source: Tierney et al. (2007), Trials 8:16.
    """
    v = events.variance
    return ObservedLessExpected(made(z * sqrt(v.value), "O - E", {"z": z} | v.given, TIERNEY), v)


def o_minus_e_from_p(p: PValue, events: Events, favours: ArmRole) -> ObservedLessExpected:
    """O - E and V from the log-rank test's p and the events behind it: O - E = z sqrt(V).

    Parameters
    ----------
    p : exact
    events : of each arm, or of both
    favours : arm with the lower hazard, which a two-sided p does not tell; of a one-sided test the arm that it is
        for, so that a p above 0.5 turns the sign

    Raises
    ------
    ValueError
        If p is only known to be below or above a number: that bounds the ratio, and no number comes of it.

    Source
    ------
    Tierney et al. (2007), Trials 8:16: z belongs to half of a two-sided p, and to the whole of a one-sided one. (The
    division by 2 that their equation prints outside is of p, not of z; see Trials 14:391.)
    """
    if p.bound:
        raise ValueError(
            f"{p} bounds a hazard ratio and does not give one; {bound_of_ratio(p, events, favours)}. Give the exact p, z,"
            " limits, or O - E with V"
        )
    side = 1 if favours is ArmRole.CONTROL else -1
    v = events.variance
    given = {"p": p.value, "sides": float(p.sides)} | v.given
    return ObservedLessExpected(made(side * p.z * sqrt(v.value), "O - E", given, TIERNEY), v)


def bound_of_ratio(p: PValue, events: Events, favours: ArmRole) -> str:
    """What a p that is only bounded says of the hazard ratio, in words: on which side of which ratio it lies."""
    side = 1 if favours is ArmRole.CONTROL else -1
    ratio = exp(side * p.z / sqrt(events.variance.value))
    if p.bound == "above":
        return f"the ratio lies between {min(ratio, 1):.3g} and {max(ratio, 1):.3g}"
    return f"the ratio is {'at most' if side < 0 else 'at least'} {ratio:.3g}"


def hazard_ratio_from_observed_and_expected(o1: float, e1: float, o2: float, e2: float) -> Effect:
    """Log hazard ratio (O1 / E1) / (O2 / E2) of a log-rank table, and its variance 1 / E1 + 1 / E2.

    Source: Parmar, Torri and Stewart (1998), Statistics in Medicine 17:2815; Tierney et al. (2007), Trials 8:16.
    """
    given = {"O 1": o1, "E 1": e1, "O 2": o2, "E 2": e2}
    require_positive(**given)
    return Effect(
        made(log(o1 / e1) - log(o2 / e2), "log HR", given, PARMAR),
        made(1 / e1 + 1 / e2, "variance of log HR", given, PARMAR),
    )


@dataclass(frozen=True)
class Landmark:
    """Share of an arm's people who are alive (free of the event) at one time, with its standard error."""

    share: float
    se: float

    def __post_init__(self) -> None:
        if not 0 < self.share < 1:
            raise ValueError(f"survival is {self.share:g}: only between 0 and 1 does a share tell of a hazard")
        require_positive(**{"SE of survival": self.se})

    @property
    def log_cumulative_hazard(self) -> tuple[float, float]:
        """log(-log S) and its variance (SE / (S log S))^2, by the delta method."""
        return log(-log(self.share)), (self.se / (self.share * log(self.share))) ** 2


def hazard_ratio_at_landmark(intervention: Landmark, control: Landmark) -> Effect:
    """Log hazard ratio from survival at one time: log(-log S1) - log(-log S2), as if hazards were proportional.

    Where curves cross it is the ratio of cumulated hazards up to this time, and no other.

    Source
    ------
    Difference of complementary log-log: Parmar, Torri and Stewart (1998), Statistics in Medicine 17:2815; its variance by
    the delta method: Kalbfleisch and Prentice (2002), The Statistical Analysis of Failure Time Data, 2nd ed., section 1.4.
    """
    (first, of_first), (second, of_second) = intervention.log_cumulative_hazard, control.log_cumulative_hazard
    given = {"S 1": intervention.share, "SE 1": intervention.se, "S 2": control.share, "SE 2": control.se}
    return Effect(
        made(first - second, "log HR", given, "complementary log-log, Parmar 1998"),
        made(of_first + of_second, "variance of log HR", given, "delta method"),
    )


def se_of_share(share: float, n: float) -> Conversion:
    """SE of survival when everybody was followed to that time: sqrt(S (1 - S) / n)."""
    require_positive(n=n)
    return made(sqrt(share * (1 - share) / n), "SE of survival", {"S": share, "n": n}, "binomial")


def se_from_at_risk(share: float, at_risk: float) -> Conversion:
    """SE of survival from the number still at risk at that time: S sqrt((1 - S) / at risk).

    It is on the safe side where people entered late. Source: Peto et al. (1977), British Journal of Cancer 35:1.
    """
    require_positive(at_risk=at_risk)
    return made(share * sqrt((1 - share) / at_risk), "SE of survival", {"S": share, "at risk": at_risk}, "Peto 1977")


def se_from_limits_of_survival(share: float, low: float, high: float, level: float = 0.95) -> Conversion:
    """SE of survival from its limits, on the scale on which they lie evenly around it.

    Programs compute limits of S, of log S, or of log(-log S), and papers seldom say which: that scale is taken on which
    the estimate is nearest to the middle. Limits of 0 or 1 were cut off, and the plain scale is taken.

    Source: Kalbfleisch and Prentice (2002), section 1.4; delta method.
    """
    if not 0 <= low < share < high <= 1:
        raise ValueError(f"survival {share:g} does not lie between its limits {low:g} and {high:g}, within 0 and 1")
    z = critical(level)
    scales = {"S": ((low, share, high), 1.0)}
    if low > 0 and high < 1:
        scales["log S"] = (log(low), log(share), log(high)), share
        scales["log(-log S)"] = (log(-log(high)), log(-log(share)), log(-log(low))), -share * log(share)

    def skew(scale: str) -> float:
        below, middle, above = scales[scale][0]
        return abs((above - middle) - (middle - below)) / (above - below)

    best = min(scales, key=skew)
    (below, _, above), slope = scales[best]
    given = {"S": share, "low": low, "high": high, "level": level}
    return made(slope * (above - below) / (2 * z), "SE of survival", given, f"limits even on the scale of {best}")
