"""An analysis some of whose people have no value, pooled again under whatever is assumed of them.

It is pooled by its own model and interval over all of its studies. Where nobody is missing, or the missing are as those
observed, it is the analysis as it stands.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial

import numpy as np

from models.arm_flow import ArmFlow
from models.missing import MissingInArm
from models.missing_choice import AS_FOUND, MissingChoice
from models.synthesis import EffectInput, PooledEffect
from models.vocabulary import ArmRole, Measure
from synthesis.inverse_variance import PooledSets
from synthesis.measures import effect_of_tables
from synthesis.missing import (
    MEASURES_OF_EVENTS,
    MEASURES_OF_MEANS,
    Assumption,
    IncompleteEvents,
    IncompleteMeans,
    Prior,
    effect_of_incomplete_events,
    effect_of_incomplete_means,
    risk_of_everybody,
)
from synthesis.pooled_again import pooled_again, zero_cells_as
from synthesis.pooling import has_table
from synthesis.study_sets import Array
from synthesis.tables import CORRECTED, TABLE_MODELS, Tables

NOT_TOLD = "how many were randomised to each arm is not known: enter n_randomised in extraction.csv"
READY = "its effect was given ready: enter its arms, with n_randomised, in extraction.csv"
CROSS_OVER = "people of a cross-over trial miss one value or two, which nobody tells apart"
MORE_THAN_STARTED = "more people are analysed than the participant flow says started"
NO_SUCH_MEASURE = "nothing is computed of the missing for {measure}"


@dataclass(frozen=True)
class Side:
    """One arm of k rows as arrays (k,), people divided by what clusters and shared control groups divide them by."""

    role: ArmRole
    n: Array
    whole: Array
    mean: Array
    sd: Array
    events: Array

    @property
    def has_missing(self) -> Array:
        """(k,) whether anybody is missing."""
        return np.asarray(self.whole > self.n)


def why_not_counted(item: EffectInput) -> str:
    """Why the missing of one row cannot be counted; empty where they can."""
    if item.measure not in {*MEASURES_OF_MEANS, *MEASURES_OF_EVENTS, Measure.PETO}:
        return NO_SUCH_MEASURE.format(measure=item.measure)
    if item.is_contrast:
        return READY
    if item.correlation is not None:
        return CROSS_OVER
    for n_analysed, flow in ((item.n_intervention, item.flow_intervention), (item.n_control, item.flow_control)):
        if flow.n is None:
            return NOT_TOLD
        if flow.n < n_analysed:
            return MORE_THAN_STARTED
    return ""


def arms_of(inputs: Sequence[EffectInput]) -> tuple[MissingInArm, ...]:
    """Everybody of each arm of each row that is pooled; where its missing cannot be counted, why."""
    return tuple(
        MissingInArm(
            study_id=item.study_id,
            part=item.part,
            subgroup=item.subgroup,
            arm=role,
            n_analysed=n_analysed,
            flow=flow,
            n_missing=flow.n - n_analysed if flow.n is not None and not why_not_counted(item) else None,
            reason=why_not_counted(item),
        )
        for item in inputs
        for role, n_analysed, flow in (
            (ArmRole.INTERVENTION, item.n_intervention, item.flow_intervention),
            (ArmRole.CONTROL, item.n_control, item.flow_control),
        )
    )


@dataclass(frozen=True)
class Incomplete:
    """The rows of one pooled effect.

    Attributes
    ----------
    inputs : rows that are pooled, each with an effect; those whose missing cannot be counted stay as analysed
    effect : the line whose model and interval pool them
    choice : where the outcome's scale ends
    """

    inputs: tuple[EffectInput, ...]
    effect: PooledEffect
    choice: MissingChoice = AS_FOUND

    @property
    def is_of_events(self) -> bool:
        return self.effect.measure not in MEASURES_OF_MEANS

    @property
    def is_of_tables(self) -> bool:
        """Whether its model pools cells, and not effects."""
        return self.effect.model in TABLE_MODELS

    @cached_property
    def sides(self) -> tuple[Side, Side]:
        """Intervention and control."""
        return self._side(ArmRole.INTERVENTION), self._side(ArmRole.CONTROL)

    def _side(self, role: ArmRole) -> Side:
        name = str(role)

        def of_rows(field: str) -> Array:
            values = [getattr(item, field) for item in self.inputs]
            return np.array([np.nan if value is None else value for value in values], dtype=np.float64)

        share = of_rows("design_effect") * (of_rows("shared_by") if role is ArmRole.CONTROL else 1.0)
        analysed = of_rows(f"n_{name}")
        flows: list[ArmFlow] = [getattr(item, f"flow_{name}") for item in self.inputs]
        whole = [
            n if flow.n is None or why_not_counted(item) else flow.n
            for item, flow, n in zip(self.inputs, flows, analysed, strict=True)
        ]
        return Side(
            role=role,
            n=analysed / share,
            whole=np.array(whole, dtype=np.float64) / share,
            mean=of_rows(f"mean_{name}"),
            sd=of_rows(f"sd_{name}"),
            events=of_rows(f"events_{name}") / share,
        )

    def pooled(self, assumption: Assumption) -> PooledSets:
        """Pool S times, once under each assumption.

        Parameters
        ----------
        assumption : priors whose means and SDs are (S, 1), or (S, k) with one for each row

        Returns
        -------
        PooledSets
            S sets; NaN where a row has no effect under the assumption, as a ratio of means of two signs.
        """
        assumption = self._within_scale(assumption)
        tables = cache(partial(self._tables, assumption))
        yi, vi = self._effects(assumption, tables)
        is_whole = np.isfinite(yi).all(axis=1)
        yi, vi = np.where(np.isfinite(yi), yi, 0.0), np.where(np.isfinite(yi), vi, 1.0)
        pooled = pooled_again(self.effect, yi, vi, tables)
        hidden = {
            name: np.where(is_whole, getattr(pooled, name), np.nan)
            for name in ("estimate", "se", "ci_low", "ci_high", "p_value")
        }
        return replace(pooled, **hidden)

    def _within_scale(self, assumption: Assumption) -> Assumption:
        """Nobody's mean lies beyond the end of a scale."""
        lowest, highest = self.choice.lowest, self.choice.highest
        if self.is_of_events or lowest is None or highest is None:
            return assumption
        priors = [
            replace(
                prior,
                mean=np.clip(
                    np.asarray(prior.mean), np.minimum(lowest - side.mean, 0.0), np.maximum(highest - side.mean, 0.0)
                ),
            )
            for prior, side in zip((assumption.intervention, assumption.control), self.sides, strict=True)
        ]
        return replace(assumption, intervention=priors[0], control=priors[1])

    def _effects(self, assumption: Assumption, tables: Callable[[], tuple[Tables, Tables]]) -> tuple[Array, Array]:
        """(S, k) effects and variances: as analysed where the missing of a row are none or not counted."""
        plain = [
            np.array([value], dtype=np.float64) for value in ([i.yi for i in self.inputs], [i.vi for i in self.inputs])
        ]
        one, two = self.sides
        if self.effect.measure is Measure.PETO:
            yi, vi = effect_of_tables(tables()[1], Measure.PETO)
        elif self.is_of_events:
            arms = self._observed
            yi, vi = effect_of_incomplete_events(*arms, assumption, self.effect.measure)
            at_random = effect_of_incomplete_events(*arms, Assumption(), self.effect.measure)
            # What the assumption changes, on top of how the analysis treats its own zero cells.
            yi, vi = plain[0] + yi - at_random[0], plain[1] * vi / at_random[1]
        else:
            measured = [IncompleteMeans(side.mean, side.sd, side.n, side.whole) for side in (one, two)]
            with np.errstate(divide="ignore", invalid="ignore"):
                yi, vi = effect_of_incomplete_means(measured[0], measured[1], assumption, self.effect.measure)
        missing = np.logical_or(one.has_missing, two.has_missing)
        return np.where(missing, yi, plain[0]), np.where(missing, vi, plain[1])

    @cached_property
    def _plain(self) -> Tables:
        """(1, k) the tables as counted; rows without one do not count."""
        one, two = self.sides
        counts = np.array([has_table(item) for item in self.inputs])
        a, n1, c, n2 = (np.where(counts, values, 0.0) for values in (one.events, one.n, two.events, two.n))
        return Tables.of(a, n1, c, n2, mask=counts)

    @cached_property
    def _observed(self) -> tuple[IncompleteEvents, IncompleteEvents]:
        """Both arms, every cell above 0, from which odds can be taken."""
        cells = self._plain.corrected(replace(CORRECTED, drop_double=False))
        one, two = self.sides
        of_one, of_two = cells.totals
        fill = ~cells.counts
        return (
            IncompleteEvents(np.where(fill, 1.0, cells.events_1), np.where(fill, 2.0, of_one), one.whole, one.n),
            IncompleteEvents(np.where(fill, 1.0, cells.events_2), np.where(fill, 2.0, of_two), two.whole, two.n),
        )

    def _tables(self, assumption: Assumption) -> tuple[Tables, Tables]:
        """Tables of everybody that say as much as is known, corrected as the model wants, and as counted.

        A risk r with variance v is that of r (1 - r) / v people, so that every measure of two such arms has the variance
        of the delta method; of people who are all observed it is themselves.
        """
        rule = zero_cells_as(self.effect, self.inputs)
        changes = []
        for arm, prior in zip(self._observed, (assumption.intervention, assumption.control), strict=True):
            whole = risk_of_everybody(arm, prior)
            people = whole.value * (1 - whole.value) / whole.variance
            for now, before in ((whole.value * people, np.asarray(arm.events)), (people, np.asarray(arm.n))):
                change: Array = now - before
                changes.append(np.where(np.abs(change) < 1e-9 * people, 0.0, change))
        return _changed(self._plain.corrected(rule), changes), _changed(self._plain, changes)


def _changed(tables: Tables, changes: Sequence[Array]) -> Tables:
    """Tables (1, k) with changes (S, k) of events and totals of both arms; fewer than nobody are nobody."""
    events_1, total_1, events_2, total_2 = changes
    n1, n2 = tables.totals
    first = np.maximum(tables.events_1 + events_1, 0.0)
    second = np.maximum(tables.events_2 + events_2, 0.0)
    others = np.maximum(n1 + total_1 - first, 0.0), np.maximum(n2 + total_2 - second, 0.0)
    counts = np.broadcast_to(tables.counts, first.shape)
    a, b, c, d = (np.where(counts, cell, 0.0) for cell in (first, others[0], second, others[1]))
    return Tables(a, b, c, d, counts)


def fixed(intervention: Array, control: Array) -> Assumption:
    """One assumption for each of S pairs, the same in every study."""
    return Assumption(Prior(np.asarray(intervention)[:, None]), Prior(np.asarray(control)[:, None]))
