"""The second engine for forecasts: what a further trial may find, and how often that changes an answer, sharing no code.

The first engine cuts what may be found into 199 equal parts and counts those after which a thing is so. Here tau is
integrated over by Gauss's rule in panels, results are laid out on a finer grid of the same probability, and the probability
of the grid's cells is added up. A count of 199 parts is wrong by half a part at each end of a stretch of results, and the
grid by half a cell; that, and one part for a result that lies on a line, is what a chance may differ by (`allowance`). What
is predicted is no count: there 1e-6 is the limit, of the probability below a quantile, and relative of a standard error.

Rules S3 and S6 and Barrowman's n are of people and not of results, and are not recomputed; nor are analyses with a rule of
their own for zero cells whose cells are pooled. Both are said, with how many there are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, log
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.analysis import Applicability
from models.forecast import EffectForecast
from models.protocol import Outcome, Protocol
from models.synthesis import EffectInput, PooledEffect
from models.vocabulary import EvidenceSet, Measure, Rule
from synthesis.crosscheck_one_more import After, NotRecomputed, pool_again
from synthesis.crosscheck_predicted import STANDARDISED, Studies

TOLERANCE = 1e-6
PARTS = 199
CELLS = 4 * PARTS
"""Of the grid; the middle of every part is one of its points."""

Value: TypeAlias = float | bool | None
Holds: TypeAlias = NDArray[np.bool_]
"""Of which results a thing is so."""


@dataclass(frozen=True)
class ForecastDisagreement:
    """A number of a forecast that the second engine does not confirm."""

    forecast: EffectForecast
    name: str
    stated: Value
    recomputed: Value

    def __str__(self) -> str:
        where = self.forecast
        return (
            f"{where.study_id} in {where.analysis or where.outcome}, {where.convention}: {self.name} is {self.stated},"
            f" recomputed {self.recomputed}"
        )


@dataclass(frozen=True)
class ForecastCheck:
    """What came of it: forecasts that were recomputed, reasons why others were not, and what is not confirmed."""

    n_recomputed: int
    not_recomputed: tuple[str, ...]
    disagreements: tuple[ForecastDisagreement, ...]


@dataclass(frozen=True)
class Known:
    """What forecasts rest on.

    Attributes
    ----------
    inputs, effects : of the night
    as_published : pooled effects of the version in force, as its data give them
    """

    inputs: Sequence[EffectInput]
    effects: Sequence[PooledEffect]
    as_published: Sequence[PooledEffect]
    protocol: Protocol

    def headline(self, forecast: EffectForecast) -> PooledEffect:
        return next(item for item in self.effects if _is_of(item, forecast, EvidenceSet.CONFIRMED))

    def before(self, forecast: EffectForecast) -> PooledEffect | None:
        found = (item for item in self.as_published if _is_of(item, forecast, EvidenceSet.PUBLISHED))
        return next((item for item in found if item.estimate is not None), None)

    def rows(self, forecast: EffectForecast) -> tuple[EffectInput, ...]:
        return tuple(
            item
            for item in self.inputs
            if (item.evidence_set, item.analysis) == (EvidenceSet.CONFIRMED, forecast.analysis)
            and item.counts_in is not Applicability.SUBGROUP
            and None not in (item.yi, item.vi)
        )


def _is_of(item: PooledEffect, forecast: EffectForecast, evidence_set: EvidenceSet) -> bool:
    same = (item.evidence_set, item.analysis, item.convention)
    return item.is_headline and same == (evidence_set, forecast.analysis, forecast.convention)


def crosscheck_forecasts(known: Known, forecasts: Sequence[EffectForecast]) -> ForecastCheck:
    """Recompute what is predicted and every chance of rules S1, S2 and S4, of limits and of imprecision.

    Parameters
    ----------
    known : what they rest on
    forecasts : what is stated; those of which nothing can be computed say so themselves, and are passed over
    """
    n, reasons, found = 0, [], []
    for forecast in forecasts:
        if not forecast.is_computed or forecast.planned is None:
            continue
        try:
            found += list(_unlike(_Trial(known, forecast)))
            n += 1
        except NotRecomputed as reason:
            reasons.append(f"{forecast.study_id} in {forecast.analysis}, {forecast.convention}: {reason}")
    return ForecastCheck(n, tuple(reasons), tuple(found))


def _unlike(trial: "_Trial") -> Iterator[ForecastDisagreement]:
    stated = trial.forecast
    for name, told, again, tolerance in (*trial.predicted(), *trial.today(), *trial.chances()):
        is_same = told is again if told is None or again is None else abs(told - again) <= tolerance
        if not is_same:
            yield ForecastDisagreement(stated, name, told, again)


@dataclass(frozen=True)
class _Trial:
    """One forecast with everything that is known beside it."""

    known: Known
    forecast: EffectForecast

    @cached_property
    def now(self) -> PooledEffect:
        return self.known.headline(self.forecast)

    @cached_property
    def outcome(self) -> Outcome:
        return self.known.protocol.outcome(self.forecast.outcome)

    @cached_property
    def studies(self) -> Studies:
        planned = self.forecast.planned
        assert planned is not None
        return Studies(self.known.rows(self.forecast), self.now, (planned.n_intervention, planned.n_control))

    def predicted(self) -> Iterator[tuple[str, Value, Value, float]]:
        """Name, stated, recomputed, tolerance."""
        stated = self.forecast
        yield "se", stated.se, self.studies.se, TOLERANCE * self.studies.se
        for name, told, level in (("predicted", stated.predicted, 0.5), ("pi_low", stated.pi_low, 0.025), ("pi_high", stated.pi_high, 0.975)):  # fmt: skip
            if told is None or (stated.is_ratio and not 1e-300 < told < 1e300):
                continue
            x = log(told) if stated.is_ratio else told
            yield f"probability below {name}", level, float(self.studies.found.below(np.array([x]))[0]), TOLERANCE

    # What is so today, and how often it will be.

    @property
    def now_as_after(self) -> After:
        now = self.now
        told = (now.estimate, now.ci_low, now.ci_high)
        scale = [np.nan if x is None else log(x) if now.is_ratio and x > 0 else x for x in told]
        p = np.nan if now.p_value is None else now.p_value
        estimate, low, high = (np.array([x], dtype=np.float64) for x in scale)
        return After(estimate, low, high, np.array([p]))

    def today(self) -> Iterator[tuple[str, Value, Value, float]]:
        stated, now = self.forecast, self.now_as_after
        yield "excludes_now", stated.excludes_now, bool(_excludes(now)[0]), 0
        yield "rated_down_now", stated.rated_down_now, bool(self.is_imprecise(now, is_after=False)[0]), 0
        for rule, fires in self.rules(now):
            yield f"{rule} tonight", rule in stated.fires_now, bool(fires[0]), 0

    def chances(self) -> Iterator[tuple[str, Value, Value, float]]:
        stated, x = self.forecast, self.studies.found.results(CELLS)
        after = pool_again(self.studies.rows, self.studies.effects, self.now, self.studies.further, x)
        below, above = after.high < 0, after.low > 0
        told: list[tuple[str, Value, Holds]] = [("excludes", stated.excludes, below | above)]
        if self.outcome.direction != "unknown":
            helps, harms = (above, below) if self.outcome.direction == "higher" else (below, above)
            told += [
                ("excludes_benefit", stated.excludes_benefit, helps),
                ("excludes_harm", stated.excludes_harm, harms),
            ]
        if lines := self.important:
            told.append(("clears", stated.clears, (after.low > lines[1]) | (after.high < lines[0])))
            size = exp(lines[1]) if self.now.is_ratio else lines[1]
            yield "important_difference", stated.important_difference, size, TOLERANCE * size
        is_down = self.is_imprecise(self.now_as_after, is_after=False)[0]
        told.append(
            ("imprecision_changes", stated.imprecision_changes, self.is_imprecise(after, is_after=True) != is_down)
        )
        told += [(f"chance of {rule}", stated.chance_of(rule), fires) for rule, fires in self.rules(after)]
        for name, chance, holds in told:
            yield name, chance, _probability(holds), allowance(holds)

    def rules(self, effect: After) -> Iterator[tuple[Rule, Holds]]:
        """Where S1, S2 and S4 fire, as far as they apply."""
        old, limits = self.known.before(self.forecast), self.known.protocol.thresholds
        if old is None or old.estimate is None:
            return
        mid = self.outcome.mid if self.now.measure is Measure.MD else None
        if old.p_value is not None:
            p, was = effect.p_value, old.p_value
            is_crossed = (p < limits.alpha) != (was < limits.alpha)
            is_near = (limits.borderline_p_low <= p) & (p <= limits.borderline_p_high)
            was_near = limits.borderline_p_low <= was <= limits.borderline_p_high
            yield Rule.S1, is_crossed & ~(is_near & was_near) & np.isfinite(p)
        before = log(old.estimate) if old.is_ratio else old.estimate
        moved = np.abs(effect.estimate - before)
        fires = moved >= limits.relative_change * abs(before) if before else moved > 0
        yield Rule.S2, fires if mid is None else fires | (moved >= limits.mid_fraction * mid)
        if mid is not None and old.ci_low is not None and old.ci_high is not None:
            contained = [(effect.low <= line) & (line <= effect.high) for line in (mid, -mid)]
            did = [old.ci_low <= line <= old.ci_high for line in (mid, -mid)]
            yield Rule.S4, (contained[0] != did[0]) | (contained[1] != did[1])

    @property
    def important(self) -> tuple[float, float] | None:
        """Smallest important effects downwards and upwards: GRADE's 25 % of a ratio, half an SD, or the MID."""
        if self.now.is_ratio:
            return log(0.75), log(1.25)
        mid = 0.5 if self.now.measure in STANDARDISED else self.outcome.mid
        return None if mid is None else (-mid, mid)

    def is_imprecise(self, effect: After, *, is_after: bool) -> Holds:
        """Where GRADE's imprecision rates down: a line within the limits, or too few people."""
        is_down = ~(np.isfinite(effect.low) & np.isfinite(effect.high))
        for line in (0.0, *(self.important or ())):
            is_down |= (effect.low < line) & (line < effect.high)
        people = [row.n_participants for row in self.studies.rows]
        added = round(self.studies.sizes[0]) + round(self.studies.sizes[1]) if is_after else 0
        n, size = (
            sum(one or 0 for one in people) + added,
            self.studies.information_size(self.outcome, is_after=is_after),
        )
        is_known = all(row.is_counted for row in self.studies.rows)
        return is_down | bool(is_known and size is not None and n < size)


def _excludes(effect: After) -> Holds:
    return np.asarray((effect.low > 0) | (effect.high < 0))


def _probability(holds: Holds) -> float:
    """Of results on the grid: both ends of a cell, or half of it where it holds at one; the outermost reach to infinity."""
    return float((holds[0] + holds[-1] + (holds[:-1] / 2 + holds[1:] / 2).sum()) / CELLS)


def allowance(holds: Holds) -> float:
    """How far a count of equal parts may lie from a probability: half a part and half a cell at each end of a stretch."""
    ends = int(np.count_nonzero(holds[:-1] != holds[1:]))
    return 1 / PARTS + ends * (0.5 / PARTS + 0.5 / CELLS)
