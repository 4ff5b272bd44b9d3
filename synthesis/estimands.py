"""What is asked about people who died or left, as estimands by name, each with its answer or with what it lacks.

The names are strategies of ICH E9(R1), addendum on estimands (2019). Deaths are not drop-outs: who left has a value that
nobody knows, who died has none.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from models.missing import Estimand
from models.missing_choice import MissingPrior
from models.vocabulary import RATIOS, ArmRole
from synthesis.incomplete import Incomplete, Side, arms_of, fixed
from synthesis.inverse_variance import PooledSets, pool_sets
from synthesis.missing import Assumption, Everybody, IncompleteMeans, Prior, compare_means
from synthesis.study_sets import Array

WHILE_ALIVE = "while alive"
"""People who were alive and measured, as analysed."""
AS_OBSERVED = "as observed"
"""Of events: people of whom it is known, as analysed."""
HYPOTHETICAL = "hypothetical"
"""As if nobody had died or left, and the missing were as those observed in their arm."""
EXPECTED = "hypothetical, as expected"
"""As if nobody had died or left, and the missing were as the protocol expects."""
COMPOSITE = "composite"
"""A death counts as one bad result; who left is as those measured. Of events: whoever is missing fared badly."""
WORST_RANK = "worst rank"
"""A death ranks below every measured result; by how often people of one arm do better than people of the other."""
TREATMENT_POLICY = "treatment policy"
"""Whatever happened to people: their values are wanted all the same."""
WORST_CASE = "worst case"
"""All of the missing fared badly under the intervention, and well under the control."""
BEST_CASE = "best case"
"""All of the missing fared well under the intervention, and badly under the control."""

WIN_ODDS = "win odds"

NO_PRIOR = "the protocol says nothing of what is expected of the missing (supplements: missing: prior)"
NO_VALUE = (
    "what a death counts as is not told: give death_value, or lowest and highest, under supplements: missing in"
    " protocol.yaml"
)
NO_DIRECTION = "the review does not say which way is better"
NO_DEATHS = "how many of the missing had died is not known of {studies}: enter n_died in extraction.csv"
NOT_COUNTED = "the missing are not known of {studies}"
NO_VALUE_AFTER_DEATH = "nobody has a value after death, and values of those who left are not known"
NO_CORRELATION = "{model} pools arms apart, with no place for a correlation between them"

Direction = Literal["higher", "lower", "unknown"]
Answer = tuple[float, float, float]


class NotComputable(Exception):
    """Why an estimand has no number."""


@dataclass(frozen=True)
class Question:
    """The rows of one pooled effect and what is better."""

    incomplete: Incomplete
    direction: Direction

    @property
    def sign(self) -> float:
        """Of what is better."""
        if self.direction == "unknown":
            raise NotComputable(NO_DIRECTION)
        return 1.0 if self.direction == "higher" else -1.0

    def while_alive(self) -> PooledSets:
        """As analysed."""
        return self.incomplete.pooled(fixed(np.zeros(1), np.zeros(1)))

    def hypothetical(self) -> PooledSets:
        """Those observed speak for the missing too: the number as analysed, once all of these are known."""
        self._all_counted()
        return self.while_alive()

    def expected(self) -> PooledSets:
        """As the protocol expects."""
        self._all_counted()
        prior: MissingPrior | None = self.incomplete.choice.prior
        if prior is None:
            raise NotComputable(NO_PRIOR)
        if prior.correlation and self.incomplete.is_of_tables:
            raise NotComputable(NO_CORRELATION.format(model=self.incomplete.effect.model))
        intervention, control = (
            Prior(np.array([[mean]]), np.array([[sd]]))
            for mean, sd in ((prior.intervention, prior.sd_intervention), (prior.control, prior.sd_control))
        )
        return self.incomplete.pooled(Assumption(intervention, control, prior.correlation))

    def missing_fare(self, intervention: int, control: int) -> PooledSets:
        """Of events: all of the missing of an arm fared well (1) or badly (-1)."""
        self._all_counted()
        ends = [np.array([np.inf * towards * self.sign]) for towards in (intervention, control)]
        return self.incomplete.pooled(fixed(*ends))

    def composite(self) -> PooledSets:
        """Deaths have a value of their own, the mean of others who are missing is that of those measured."""
        value = self._death_value()
        one, two = (
            (_measured(side), _with_deaths(side, dead, value))
            for side, dead in zip(self.incomplete.sides, self._dead(), strict=True)
        )
        return self._pool(*compare_means(one, two, self.incomplete.effect.measure))

    def worst_rank(self) -> PooledSets:
        """Log odds of doing better under the intervention."""
        one, two = self.incomplete.sides
        return self._pool(*log_win_odds((one, two), self._dead(), self.sign))

    def treatment_policy(self) -> PooledSets:
        raise NotComputable(NO_VALUE_AFTER_DEATH)

    def _pool(self, yi: Array, vi: Array) -> PooledSets:
        effect = self.incomplete.effect
        if not (np.isfinite(yi).all() and np.isfinite(vi).all() and (vi > 0).all()):
            raise NotComputable("these numbers give no effect with a variance above 0")
        return pool_sets(
            yi, vi, model=effect.model, interval=effect.interval, level=effect.level, with_tau2_limits=False
        )

    def _all_counted(self) -> None:
        unknown = [arm.study_id for arm in arms_of(self.incomplete.inputs) if arm.n_missing is None]
        if unknown:
            raise NotComputable(NOT_COUNTED.format(studies=", ".join(dict.fromkeys(unknown))))

    def _dead(self) -> tuple[Array, Array]:
        """(k,) share of each arm that had died without a value.

        Raises
        ------
        NotComputable
            If it is not known of every arm of which somebody is missing.
        """
        self._all_counted()
        arms = arms_of(self.incomplete.inputs)
        if unknown := [arm.study_id for arm in arms if arm.n_missing and arm.flow.n_died is None]:
            raise NotComputable(NO_DEATHS.format(studies=", ".join(dict.fromkeys(unknown))))
        shares = {
            role: np.array([(arm.flow.n_died or 0) / (arm.flow.n or 1) for arm in arms if arm.arm is role])
            for role in ArmRole
        }
        return shares[ArmRole.INTERVENTION], shares[ArmRole.CONTROL]

    def _death_value(self) -> float:
        choice = self.incomplete.choice
        if choice.death_value is not None:
            return choice.death_value
        if choice.lowest is None or choice.highest is None:
            raise NotComputable(NO_VALUE)
        return choice.lowest if self.sign > 0 else choice.highest


def _measured(side: Side) -> IncompleteMeans:
    return IncompleteMeans(side.mean, side.sd, side.n, side.whole)


def _with_deaths(side: Side, dead: Array, value: float) -> Everybody:
    """Mean of an arm in which a share of `dead` people counts as `value`, by the delta method."""
    variance = ((1 - dead) * side.sd) ** 2 / side.n + (value - side.mean) ** 2 * dead * (1 - dead) / side.whole
    return Everybody(side.mean + dead * (value - side.mean), variance, np.zeros_like(dead))


def log_win_odds(sides: tuple[Side, Side], dead: tuple[Array, Array], sign: float) -> tuple[Array, Array]:
    """Log of the odds that somebody of the intervention does better than somebody of the control, with its variance.

    Parameters
    ----------
    sides : intervention and control, whose measured values are taken as normal
    dead : (k,) share of each arm that died; the dead rank below all others, and alike among themselves: a tie is half
    sign : 1 where higher values are better, otherwise -1

    Returns
    -------
    tuple of two (k,) floats
        Log odds and variance, by the delta method from means, SDs and shares of the dead.

    Source
    ------
    Worst rank: Lachin (1999), Controlled Clinical Trials 20:408. Win odds: Brunner, Vandemeulebroecke and Mütze (2021),
    Statistics in Medicine 40:3367.
    """
    one, two = sides
    q1, q2 = dead
    spread = np.sqrt(one.sd**2 + two.sd**2)
    distance = sign * (one.mean - two.mean) / spread
    both_live = (1 - q1) * (1 - q2)
    better = special.ndtr(distance)
    wins = both_live * better + (1 - q1) * q2 + q1 * q2 / 2
    density = both_live * np.exp(-(distance**2) / 2) / np.sqrt(2 * np.pi)
    variance = (density / spread) ** 2 * (one.sd**2 / one.n + two.sd**2 / two.n)
    for side in sides:
        of_sd = side.sd**2 / (2 * np.maximum(side.n - 1, 1.0))
        variance = variance + (density * distance * side.sd / spread**2) ** 2 * of_sd
    variance = variance + ((1 - q2) * better + q2 / 2) ** 2 * q1 * (1 - q1) / one.whole
    variance = variance + ((1 - q1) * (1 - better) + q1 / 2) ** 2 * q2 * (1 - q2) / two.whole
    return special.logit(wins), variance / (wins * (1 - wins)) ** 2


def estimands_of(incomplete: Incomplete, direction: Direction) -> tuple[Estimand, ...]:
    """Every estimand of one pooled effect, with its number on the natural scale or the reason why there is none.

    Parameters
    ----------
    incomplete : rows of the effect
    direction : of its outcome, as events are counted
    """
    question = Question(incomplete, direction)
    asked = _of_events(question) if incomplete.is_of_events else _of_means(question)
    return tuple(_answered(strategy, ask, incomplete) for strategy, ask in asked)


def _of_means(question: Question) -> Iterator[tuple[str, Callable[[], PooledSets]]]:
    yield WHILE_ALIVE, question.while_alive
    yield HYPOTHETICAL, question.hypothetical
    yield EXPECTED, question.expected
    yield COMPOSITE, question.composite
    yield WORST_RANK, question.worst_rank
    yield TREATMENT_POLICY, question.treatment_policy


def _of_events(question: Question) -> Iterator[tuple[str, Callable[[], PooledSets]]]:
    yield AS_OBSERVED, question.while_alive
    yield HYPOTHETICAL, question.hypothetical
    yield EXPECTED, question.expected
    yield COMPOSITE, lambda: question.missing_fare(-1, -1)
    yield WORST_CASE, lambda: question.missing_fare(-1, 1)
    yield BEST_CASE, lambda: question.missing_fare(1, -1)


def _answered(strategy: str, ask: Callable[[], PooledSets], incomplete: Incomplete) -> Estimand:
    effect = incomplete.effect
    measure = WIN_ODDS if strategy == WORST_RANK else str(effect.measure)
    try:
        pooled = ask()
    except NotComputable as why:
        return Estimand(strategy=strategy, measure=measure, reason=str(why))
    numbers = [float(values[0]) for values in (pooled.estimate, pooled.ci_low, pooled.ci_high)]
    if not np.isfinite(numbers).all():
        return Estimand(strategy=strategy, measure=measure, reason="the effect does not exist under this assumption")
    if strategy == WORST_RANK or effect.measure in RATIOS:
        numbers = np.exp(numbers).tolist()
    return Estimand(strategy=strategy, measure=measure, estimate=numbers[0], ci_low=numbers[1], ci_high=numbers[2])
