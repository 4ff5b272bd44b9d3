"""From the arms of studies to one effect per study and outcome, or to the reason why there is none.

Incomplete rows never stop a night: a study whose numbers do not determine an effect stays in the list with
`yi` and `vi` None and a note that says what is missing. It is shown, and it is not pooled.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from models.synthesis import ArmResult, EffectInput
from models.vocabulary import MEAN_MEASURES, ArmRole, Convention, EvidenceSet, EvidenceWord, Measure
from synthesis.measures import TABLE_MEASURES
from synthesis.study_effects import DataType, study_effects

STRENGTH = list(EvidenceWord)
"""Evidence words from the strongest to the weakest, in the order of the vocabulary."""

Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Group:
    """What one study's arms of one role say together; None is not reported."""

    n: int = 0
    n_events: int | None = None
    mean: float | None = None
    sd: float | None = None


def effect_inputs(
    arms: Sequence[ArmResult], measures: Mapping[str, Measure], evidence_set: EvidenceSet
) -> tuple[EffectInput, ...]:
    """Pair intervention and control arms of each study and compute its effect.

    Parameters
    ----------
    arms : rows of the evidence set, several intervention or control arms of one study in rows of their own.
        Rows of one role that come from different reports are not added up, since they may count the same
        people twice; rows that a person confirmed for both arms go before unconfirmed ones; nothing is used
        that is only recalled from memory.
    measures : effect measure by outcome id
    evidence_set : label for the result; which rows belong to it is the caller's knowledge

    Returns
    -------
    tuple of EffectInput
        One per study, comparison, outcome and timepoint, in the order of comparison, outcome, timepoint and
        study. 2 x 2 tables with a zero cell get 0.5 in each cell, and the note says so. `yi` and `vi` are
        None, with a note, where an arm or a number is missing or an SD is 0, where nobody has the event in both
        arms and the measure is a ratio, where everybody has it and the measure is an odds ratio, or where the
        effect or its variance does not exist.

    Raises
    ------
    ValueError
        If an outcome has no measure: the rows and the protocol do not belong together; or if a measure cannot
        be computed from arms, as a hazard ratio.

    Source
    ------
    Combined arms: Cochrane Handbook 6.5, table 6.5.a. Effects: `synthesis.measures`.
    """
    if strangers := set(measures.values()) - MEAN_MEASURES - TABLE_MEASURES:
        raise ValueError(f"{', '.join(sorted(strangers))} cannot be computed from the numbers of two arms")
    pairs: defaultdict[Key, list[ArmResult]] = defaultdict(list)
    for arm in arms:
        if arm.outcome not in measures:
            raise ValueError(
                f"study {arm.study_id}: outcome {arm.outcome!r} has no measure; the protocol knows {sorted(measures)}"
            )
        pairs[arm.comparison, arm.outcome, arm.timepoint, arm.study_id].append(arm)
    return tuple(_pair(pairs[key], measures[key[1]], evidence_set) for key in sorted(pairs))


def combine_means(groups: Iterable[tuple[int, float, float]]) -> tuple[int, float, float]:
    """Size, mean and SD of several groups seen as one.

    Parameters
    ----------
    groups : (n, mean, sd) of each, at least one; mean and sd on the scale of the outcome

    Returns
    -------
    tuple
        n, mean and sd of everybody, exact: as if all people had been one group.

    Source
    ------
    Cochrane Handbook 6.5, section 6.5.2.10, table 6.5.a, applied to one group after another.
    """
    first, *rest = groups
    n, mean, sd = first
    for more, other_mean, other_sd in rest:
        both = n + more
        between = n * more / both * (mean - other_mean) ** 2
        sd = sqrt(((n - 1) * sd**2 + (more - 1) * other_sd**2 + between) / (both - 1))
        n, mean = both, (n * mean + more * other_mean) / both
    return n, mean, sd


def _pair(arms: Sequence[ArmResult], measure: Measure, evidence_set: EvidenceSet) -> EffectInput:
    first, notes = arms[0], []
    confirmed = [arm for arm in arms if arm.is_confirmed]
    if {arm.arm for arm in confirmed} == set(ArmRole) and len(confirmed) < len(arms):
        notes.append(f"{len(arms) - len(confirmed)} unconfirmed rows set aside for confirmed ones")
        arms = confirmed
    notes.extend(dict.fromkeys(arm.note for arm in arms if arm.note))
    intervention, control = (_group(arms, role, measure, notes) for role in ArmRole)
    reasons = [] if intervention.n and control.n else ["not pooled: one arm without usable numbers"]
    yi = vi = None
    if not reasons:
        yi, vi, reason = _effect(intervention, control, measure)
        reasons = [reason] if reason else []
    return EffectInput(
        study_id=first.study_id,
        comparison=first.comparison,
        outcome=first.outcome,
        timepoint=first.timepoint,
        measure=measure,
        evidence_set=evidence_set,
        n_intervention=intervention.n,
        n_control=control.n,
        yi=yi,
        vi=vi,
        events_intervention=intervention.n_events,
        events_control=control.n_events,
        mean_intervention=intervention.mean,
        sd_intervention=intervention.sd,
        mean_control=control.mean,
        sd_control=control.sd,
        source="; ".join(dict.fromkeys(", ".join(filter(None, (arm.report, arm.place))) for arm in arms)),
        evidence=max((arm.evidence for arm in arms), key=STRENGTH.index),
        note="; ".join([*notes, *reasons]),
    )


def _group(arms: Sequence[ArmResult], role: ArmRole, measure: Measure, notes: list[str]) -> Group:
    """All arms of one role as one group; what cannot be used is said in `notes`."""
    rows = [arm for arm in arms if arm.arm is role]
    if not rows:
        notes.append(f"no {role} arm reported")
        return Group()
    if any(arm.evidence is EvidenceWord.MEMORY for arm in rows):
        notes.append(f"{role} arm recalled from memory, which is never pooled")
        return Group()
    if len({arm.report for arm in rows}) > 1:
        reports = ", ".join(sorted({arm.report or "unnamed" for arm in rows}))
        notes.append(f"{role} arms from different reports ({reports}) may be the same people: keep one report")
        return Group()
    if len(rows) > 1:
        notes.append(f"{len(rows)} {role} arms combined")
    if measure in MEAN_MEASURES:
        means = [(arm.n_analysed, arm.mean, arm.sd) for arm in rows if arm.mean is not None and arm.sd is not None]
        if len(means) < len(rows) or any(n < 1 or sd < 0 for n, _, sd in means):
            notes.append(f"{role} arm without a mean, a standard deviation or people analysed")
            return Group()
        n, mean, sd = combine_means((n, mean, sd) for n, mean, sd in means if mean is not None and sd is not None)
        return Group(n=n, mean=mean, sd=sd)
    events = [arm.n_events for arm in rows if arm.n_events is not None and 0 <= arm.n_events <= arm.n_analysed]
    if len(events) < len(rows):
        notes.append(f"{role} arm without a number of events from 0 to people analysed")
        return Group()
    return Group(n=sum(arm.n_analysed for arm in rows), n_events=sum(events))


def _effect(one: Group, two: Group, measure: Measure) -> tuple[float | None, float | None, str]:
    """Effect and variance of two groups, or why there is none."""
    if measure in MEAN_MEASURES:
        cells = {"m1i": one.mean, "sd1i": one.sd, "n1i": one.n, "m2i": two.mean, "sd2i": two.sd, "n2i": two.n}
        data_type = DataType.CONTINUOUS
    else:
        cells = {"ai": one.n_events, "n1i": one.n, "ci": two.n_events, "n2i": two.n}
        data_type = DataType.DICHOTOMOUS
    numbers = {name: np.array([value], dtype=np.float64) for name, value in cells.items()}
    found = study_effects(numbers, data_type, measure, convention=Convention.REVMAN2025)
    if found.reasons[0]:
        return None, None, f"not pooled: {found.reasons[0]}"
    return found.yi.item(), found.vi.item(), found.notes[0]
