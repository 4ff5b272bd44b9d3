"""The looks at each analysis of a review: what its data showed each time they changed, and what looking so often costs."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from math import isfinite
from typing import NamedTuple

import numpy as np

from models.looks import Look, Looks
from models.people import people_in
from models.protocol import Outcome, Protocol
from models.synthesis import EffectInput, PooledEffect
from models.vocabulary import EvidenceSet, Measure, Model
from synthesis.analyses import rows_in, rows_of
from synthesis.anytime import Bet, accumulate
from synthesis.certainty import information_size
from synthesis.inverse_variance import pool_sets
from synthesis.natural_scale import natural_of
from synthesis.pooling import COMMON_MODELS
from synthesis.sequential import Position, adjusted_information_size, diversity, positions
from synthesis.stakes import Stake, stake_of
from synthesis.study_sets import Array

LOOKED_AT = (EvidenceSet.CONFIRMED, EvidenceSet.PROVISIONAL)
"""Sets that grow as numbers come in; the published one is the first look at both."""

NO_STAKE = "the protocol names no smallest difference that matters (mid) and no g for this outcome"


def looks_of(inputs: Sequence[EffectInput], effects: Sequence[PooledEffect], protocol: Protocol) -> tuple[Looks, ...]:
    """Look at every analysis as often as its data changed.

    Parameters
    ----------
    inputs : effects of studies, all evidence sets together
    effects : pooled from them; of each analysis the headline of the newest convention tells level and model
    protocol : outcomes with their smallest differences, and what is staked on each

    Returns
    -------
    tuple of Looks
        One per analysis with a study and evidence set, confirmed before provisional, each in the protocol's order. A
        look is a day on which numbers were known. Everything that the published version had is the first one; numbers
        that nobody has entered yet are the last. Looks are those at the numbers as they stand now: what people have
        corrected since is corrected in earlier looks too.
    """
    newest = protocol.conventions[-1].name
    headlines = [effect for effect in effects if effect.convention is newest and effect.is_headline and effect.k]
    published = EvidenceSet.PUBLISHED
    return tuple(
        _looks(rows_of(inputs, effect), rows_in(inputs, effect.analysis, published), effect, protocol)
        for evidence_set in LOOKED_AT
        for effect in headlines
        if effect.evidence_set is evidence_set
    )


class Arrival(NamedTuple):
    """Rows that came in together; the day is None for those that nobody has entered yet."""

    day: date | None
    rows: tuple[EffectInput, ...]


def arrivals(rows: Sequence[EffectInput], published: Sequence[EffectInput]) -> tuple[Arrival, ...]:
    """Rows by the day from which they were known, all that were known with the published ones being one."""
    first = max((item.known_from for item in published if item.known_from), default=date.min)

    def day(item: EffectInput) -> date:
        return max(item.known_from or date.max, first)

    return tuple(
        Arrival(None if known == date.max else known, tuple(together))
        for known, together in groupby(sorted(rows, key=lambda item: (day(item), item.row)), key=day)
    )


def _looks(
    rows: Sequence[EffectInput], published: Sequence[EffectInput], effect: PooledEffect, protocol: Protocol
) -> Looks:
    outcome = protocol.outcome(effect.outcome)
    stake = _stake(effect, outcome, protocol)
    counted = _Counted(arrivals(rows, published), effect, outcome)
    return Looks(
        evidence_set=effect.evidence_set,
        comparison=effect.comparison,
        outcome=effect.outcome,
        timepoint=effect.timepoint,
        analysis=effect.analysis,
        measure=effect.measure,
        is_ratio=effect.is_ratio,
        level=effect.level,
        g=stake.g if stake else None,
        g_from=stake.said if stake else NO_STAKE,
        required=counted.required,
        diversity=counted.diversity,
        looks=tuple(counted.looks(Bet(stake.g, effect.level))) if stake else (),
    )


def _stake(effect: PooledEffect, outcome: Outcome, protocol: Protocol) -> Stake | None:
    choice = protocol.supplements.looks
    if (g := choice.g.get(outcome.id)) is not None:
        return Stake(g, f"g = {g:g}, as the protocol has it")
    return stake_of(
        effect.measure,
        is_ratio=effect.is_ratio,
        # A MID is told in units of the outcome, of which a standardised difference has none.
        smallest=None if effect.measure in (Measure.SMD, Measure.SMD_APPROXIMATE) else outcome.mid,
        relative_reduction=choice.relative_reduction,
    )


class _Counted:
    """What is known at each look: effects, people, and where they stand on the way to the required information."""

    def __init__(self, arrived: Sequence[Arrival], effect: PooledEffect, outcome: Outcome) -> None:
        self.arrived, self.effect = arrived, effect
        self.rows = [item for arrival in arrived for item in arrival.rows]
        self.last = np.cumsum([len(arrival.rows) for arrival in arrived]) - 1
        """Place of each look's last row."""
        self.yi = np.array([item.yi for item in self.rows], dtype=np.float64)
        self.vi = np.array([item.vi for item in self.rows], dtype=np.float64)
        self.people = [_people(self.rows[: end + 1]) for end in self.last]
        common, random = (self._pooled(model) for model in (Model.COMMON, _random(effect.model)))
        self.z = random[0] / random[1]
        size = information_size(self.rows, outcome)
        self.diversity = None if size is None else diversity(float(common[1][-1]), float(random[1][-1]))
        self.required = (
            None if size is None or self.diversity is None else adjusted_information_size(size, self.diversity)
        )

    def _pooled(self, model: Model) -> tuple[Array, Array]:
        """Estimate and standard error at each look."""
        seen = np.arange(len(self.rows)) <= self.last[:, None]
        yi, vi = (np.broadcast_to(values, seen.shape) for values in (self.yi, self.vi))
        found = pool_sets(yi, vi, model=model, mask=seen, with_tau2_limits=False)
        return found.estimate, found.se

    def looks(self, bet: Bet) -> Iterator[Look]:
        evidence, reached = accumulate(self.yi, self.vi, bet), self._positions()
        for place, (arrival, end) in enumerate(zip(self.arrived, self.last, strict=True)):
            now = reached[place] if reached else None
            yield Look(
                place=place + 1,
                day=arrival.day,
                studies=tuple(dict.fromkeys(item.study_id for item in arrival.rows)),
                k=int(end) + 1,
                n_participants=self.people[place],
                information=float(evidence.information[end]),
                score=float(evidence.score[end]),
                estimate=self._natural(evidence.estimate[end]),
                ci_low=self._natural(evidence.ci_low[end]),
                ci_high=self._natural(evidence.ci_high[end]),
                log_e=float(evidence.log_e[end]),
                z=float(self.z[place]),
                share=now.share if now else None,
                z_boundary=now.z_boundary if now and isfinite(now.z_boundary) else None,
                has_crossed=now.has_crossed if now else None,
            )

    def _natural(self, value: float) -> float:
        return natural_of(value, is_ratio=self.effect.is_ratio)

    def _positions(self) -> tuple[Position, ...]:
        """Where each look stands; nothing where people or the required size are not known."""
        people = [n for n in self.people if n is not None]
        if self.required is None or len(people) < len(self.people):
            return ()
        return positions(people, self.z.tolist(), self.required, alpha=1 - self.effect.level)


def _random(model: Model) -> Model:
    """The model under which diversity is measured, where the headline has one common effect."""
    return Model.DL if model in {*COMMON_MODELS, Model.MH, Model.PETO} else model


def _people(rows: Sequence[EffectInput]) -> int | None:
    """People of all rows; None where not every row tells its own."""
    people = people_in(rows)
    return None if people.is_least else people.n
