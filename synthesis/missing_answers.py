"""What people without a value would change, analysis by analysis: counted, assumed and pooled again."""

from collections.abc import Sequence

import msgspec

from models.missing import MissingAnswer, MissingInArm
from models.missing_choice import AS_FOUND
from models.protocol import Protocol
from models.synthesis import EffectInput, PooledEffect
from models.vocabulary import EvidenceSet, Measure
from synthesis.analyses import rows_of
from synthesis.estimands import Direction, estimands_of
from synthesis.incomplete import Incomplete, arms_of
from synthesis.tipping import Tipping

SETS = (EvidenceSet.PUBLISHED, EvidenceSet.CONFIRMED, EvidenceSet.PROVISIONAL)

NOBODY = "everybody who was randomised has a value"
OF_STUDIES = "{studies}: {reason}"


def missing_answers(
    inputs: Sequence[EffectInput], effects: Sequence[PooledEffect], protocol: Protocol
) -> tuple[MissingAnswer, ...]:
    """Answer for every headline of the first convention that rests on a study.

    Parameters
    ----------
    inputs : effects of studies, all evidence sets together
    effects : pooled from them
    protocol : outcomes with their direction and MID, and what is said of their missing

    Returns
    -------
    tuple of MissingAnswer
        In the order of `effects`. Where no missing can be counted, `reason` says why, and nothing is computed.
    """
    first = protocol.conventions[0].name
    return tuple(
        _answer(rows_of(inputs, effect), effect, protocol)
        for effect in effects
        if effect.is_headline and effect.convention == first and effect.k and effect.evidence_set in SETS
    )


def _answer(rows: Sequence[EffectInput], effect: PooledEffect, protocol: Protocol) -> MissingAnswer:
    outcome, analysis = protocol.outcome(effect.outcome), protocol.analysis(effect.analysis)
    incomplete = Incomplete(tuple(rows), effect, protocol.supplements.missing.get(effect.outcome, AS_FOUND))
    arms = arms_of(rows)
    direction: Direction = outcome.direction
    if analysis.swaps_events and direction != "unknown":
        direction = "lower" if direction == "higher" else "higher"
    mid = outcome.mid if effect.measure is Measure.MD else None
    answer = MissingAnswer(
        evidence_set=effect.evidence_set,
        convention=effect.convention,
        analysis=effect.analysis,
        comparison=effect.comparison,
        outcome=effect.outcome,
        timepoint=effect.timepoint,
        measure=effect.measure,
        model=effect.model,
        interval=effect.interval,
        is_ratio=effect.is_ratio,
        is_of_events=incomplete.is_of_events,
        mid=mid,
        lowest=None if incomplete.is_of_events else incomplete.choice.lowest,
        highest=None if incomplete.is_of_events else incomplete.choice.highest,
        arms=arms,
        reason=_why_not(arms),
    )
    if not answer.counted or effect.estimate is None:
        return answer
    answer = msgspec.structs.replace(answer, estimands=estimands_of(incomplete, direction))
    if not answer.n_missing:
        return msgspec.structs.replace(answer, reason=answer.reason or NOBODY)
    tipping = Tipping(incomplete, direction, mid)
    return msgspec.structs.replace(answer, surface=tipping.surface(), tipping_points=tipping.tipping_points)


def _why_not(arms: Sequence[MissingInArm]) -> str:
    """Of which studies the missing are not counted, each reason once."""
    studies: dict[str, list[str]] = {}
    for arm in arms:
        if arm.reason:
            studies.setdefault(arm.reason, []).append(arm.study_id)
    return "; ".join(
        OF_STUDIES.format(studies=", ".join(dict.fromkeys(names)), reason=reason) for reason, names in studies.items()
    )
