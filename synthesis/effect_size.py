"""From the arms of studies to one effect per study and outcome, or to the reason why there is none.

Incomplete rows never stop a night: a study whose numbers do not determine an effect stays in the list with
`yi` and `vi` None and a note that says what is missing. It is shown, and it is not pooled.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import inf, sqrt
from typing import Any

import numpy as np

from models.analysis import Analysis
from models.arm_flow import NO_FLOW, ArmFlow, together
from models.synthesis import ArmResult, Contrast, EffectInput
from models.vocabulary import MEAN_MEASURES, ArmRole, Convention, EvidenceSet, EvidenceWord, Measure
from models.zero_cells import AddTo
from synthesis.conversions import paired_mean_difference
from synthesis.study_effects import RATIO_OF_EVERYBODY, DataType, study_effects
from synthesis.tables import TABLE_MODELS
from synthesis.zero_rules import choice_of, model_of, settled

STRENGTH = list(EvidenceWord)
"""Evidence words from the strongest to the weakest, in the order of the vocabulary."""

ADJUSTED = "adjusted for baseline values or other covariates"

Key = tuple[int, str, str, str]
"""Subgroup by number and name, study, part: one row of an analysis."""


@dataclass(frozen=True)
class Group:
    """What one study's arms of one role say together; None is not reported."""

    n: int = 0
    n_events: int | None = None
    mean: float | None = None
    sd: float | None = None
    person_time: float | None = None
    flow: ArmFlow = NO_FLOW

    @property
    def swapped(self) -> "Group":
        """The same people, those without the event counted."""
        return self if self.n_events is None else replace(self, n_events=self.n - self.n_events)


@dataclass(frozen=True)
class Design:
    """What the design of a trial does to its numbers."""

    effect: float = 1.0
    """Factor by which the variance of a cluster-randomised trial grows."""
    correlation: float | None = None
    """Within a person, of a cross-over trial."""
    shared_by: int = 1
    """Rows that share the control group."""


def effect_inputs(
    arms: Sequence[ArmResult],
    analyses: Sequence[Analysis],
    evidence_set: EvidenceSet,
    contrasts: Sequence[Contrast] = (),
) -> tuple[EffectInput, ...]:
    """Pair intervention and control arms of each study in each analysis and compute its effect.

    Parameters
    ----------
    arms : rows of the evidence set, several intervention or control arms of one study in rows of their own.
        Rows of one role that come from different reports are not added up, since they may count the same
        people twice; rows that a person confirmed for both arms go before unconfirmed ones; nothing is used
        that is only recalled from memory.
    analyses : with their measures; a row counts in the one that it names, or in all of its comparison, outcome and time
    evidence_set : label for the result; which rows belong to it is the caller's knowledge
    contrasts : what reports give ready; arms of the same study in the same analysis go before them,
        where they give an effect

    Returns
    -------
    tuple of EffectInput
        One per analysis, subgroup, study and part of it, in that order. 2 x 2 tables with a zero cell get 0.5 in each
        cell, or what the analysis says, and the note says so. `yi` and `vi` are None, with a note, where an arm or a number is missing or an SD is
        0, where nobody has the event in both arms and the measure is a ratio, where everybody has it and the measure is
        an odds ratio, or where the effect or its variance does not exist.

    Source
    ------
    Combined arms: Cochrane Handbook 6.5, table 6.5.a. Effects: `synthesis.measures`.
    """
    found: list[EffectInput] = []
    for analysis in analyses:
        own = tuple(_of_analysis(analysis, arms, contrasts, evidence_set))
        if (with_rule := settled(analysis, own)) is not analysis:
            own = tuple(_of_analysis(with_rule, arms, contrasts, evidence_set))
        found += own
    return tuple(found)


def _of_analysis(
    analysis: Analysis, arms: Sequence[ArmResult], contrasts: Sequence[Contrast], evidence_set: EvidenceSet
) -> Iterator[EffectInput]:
    pairs: defaultdict[Key, list[ArmResult]] = defaultdict(list)
    for arm in arms:
        if analysis.counts(arm):
            pairs[_key(arm)].append(arm)
    ready: defaultdict[Key, list[Contrast]] = defaultdict(list)
    for contrast in contrasts:
        if analysis.counts(contrast):
            ready[_key(contrast)].append(contrast)
    for key in sorted({*pairs, *ready}):
        found = _pair(pairs[key], analysis, evidence_set) if key in pairs else None
        if found is None or (found.yi is None and key in ready):
            found = _ready(ready[key], analysis, evidence_set)
        yield found


def _key(row: ArmResult | Contrast) -> Key:
    return row.subgroup.number, row.subgroup.name, row.study_id, row.part


def _ready(rows: Sequence[Contrast], analysis: Analysis, evidence_set: EvidenceSet) -> EffectInput:
    """The contrast of a study; a confirmed one goes before others, and two of them are one too many."""
    best = [row for row in rows if row.is_confirmed] or list(rows)
    first, notes = best[0], [row.note for row in best if row.note]
    if first.is_adjusted:
        notes.append(ADJUSTED)
    yi: float | None = first.yi
    vi = _square(first.sei)
    if len(best) > 1:
        reports = ", ".join(dict.fromkeys(f"{row.report}, {row.place}" for row in best))
        yi, vi = None, None
        notes.append(f"not pooled: several estimates ({reports}); keep one, or tell them apart by part")
    elif first.evidence is EvidenceWord.MEMORY:
        yi, vi = None, None
        notes.append("not pooled: recalled from memory")
    elif vi is None:
        yi = None
        notes.append("not pooled: its standard error gives no variance above 0")
    return EffectInput(
        **_place_of(first, analysis),
        measure=measure_of(analysis),
        evidence_set=evidence_set,
        n_intervention=first.n_intervention,
        n_control=first.n_control,
        yi=yi,
        vi=vi,
        events_intervention=first.events_intervention,
        events_control=first.events_control,
        o_minus_e=first.o_minus_e,
        variance=first.variance,
        quantity=first.quantity,
        is_adjusted=first.is_adjusted,
        is_contrast=True,
        source=", ".join(filter(None, (first.report, first.place))),
        known_from=first.known_from,
        evidence=first.evidence,
        note="; ".join(dict.fromkeys(notes)),
    )


def _place_of(row: ArmResult | Contrast, analysis: Analysis) -> dict[str, Any]:
    """Whose effect it is, and where it counts."""
    return {
        "study_id": row.study_id,
        "comparison": analysis.comparison,
        "outcome": analysis.outcome,
        "timepoint": analysis.timepoint,
        "analysis": analysis.analysis,
        "part": row.part,
        "subgroup": row.subgroup,
        "counts_in": row.counts_in,
    }


def _square(sei: float | None) -> float | None:
    """The variance; None without a standard error, or with one whose square is no number above 0."""
    vi = sei * sei if sei else 0.0
    return vi if 0 < vi < inf else None


def measure_of(analysis: Analysis) -> Measure:
    """The measure of an analysis, which its protocol has filled in.

    Raises
    ------
    ValueError
        If it has none: it was not taken from a protocol.
    """
    if analysis.measure is None:
        raise ValueError(f"analysis {analysis.analysis} has no measure")
    return analysis.measure


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


def _pair(arms: Sequence[ArmResult], analysis: Analysis, evidence_set: EvidenceSet) -> EffectInput:
    first, notes, measure = arms[0], list[str](), measure_of(analysis)
    confirmed = [arm for arm in arms if arm.is_confirmed]
    if {arm.arm for arm in confirmed} == set(ArmRole) and len(confirmed) < len(arms):
        notes.append(f"{len(arms) - len(confirmed)} unconfirmed rows set aside for confirmed ones")
        arms = confirmed
    notes.extend(dict.fromkeys(arm.note for arm in arms if arm.note))
    intervention, control = (_group(arms, role, measure, notes) for role in ArmRole)
    if analysis.swaps_events:
        intervention, control = intervention.swapped, control.swapped
        notes.append("counted are people without the event")
    design = _design_of(arms, notes)
    reasons = [] if intervention.n and control.n and design else ["not pooled: one arm without usable numbers"]
    yi = vi = None
    if not reasons and design:
        yi, vi, reason = _effect(intervention, control, analysis, design)
        reasons = [reason] if reason else []
    design = design or Design()
    is_adjusted = arms[0].is_adjusted if len({arm.is_adjusted for arm in arms}) == 1 else None
    if is_adjusted:
        notes.append(ADJUSTED)
    return EffectInput(
        **_place_of(first, analysis),
        measure=measure,
        evidence_set=evidence_set,
        n_intervention=intervention.n,
        n_control=control.n,
        flow_intervention=intervention.flow,
        flow_control=control.flow,
        yi=yi,
        vi=vi,
        events_intervention=intervention.n_events,
        events_control=control.n_events,
        mean_intervention=intervention.mean,
        sd_intervention=intervention.sd,
        mean_control=control.mean,
        sd_control=control.sd,
        time_intervention=intervention.person_time,
        time_control=control.person_time,
        correlation=design.correlation,
        design_effect=design.effect,
        shared_by=design.shared_by,
        quantity=first.quantity if len({arm.quantity for arm in arms}) == 1 else "",
        is_adjusted=is_adjusted,
        zero_add=analysis.zero_add,
        zero_to=analysis.zero_to,
        zero_by_arm=analysis.zero_by_arm,
        zero_double=analysis.zero_double,
        zero_of_cells=bool(analysis.zero_rules) and model_of(analysis) in TABLE_MODELS,
        source="; ".join(dict.fromkeys(", ".join(filter(None, (arm.report, arm.place))) for arm in arms)),
        known_from=_latest(arms),
        evidence=max((arm.evidence for arm in arms), key=STRENGTH.index),
        note="; ".join([*notes, *reasons]),
    )


def _latest(arms: Sequence[ArmResult]) -> date | None:
    """Day on which the last of these arms was known; None if of one there is no day."""
    days = [arm.known_from for arm in arms if arm.known_from]
    return max(days) if len(days) == len(arms) else None


def _design_of(arms: Sequence[ArmResult], notes: list[str]) -> Design | None:
    """What both arms say of the design; None where they contradict each other, which the notes say."""
    effects = {arm.design_effect for arm in arms}
    correlations = {arm.correlation for arm in arms}
    if len(effects) > 1 or len(correlations) > 1:
        notes.append("arms of one trial give different correlations: icc, cluster_size and correlation are the trial's")
        return None
    shared = max(arm.shared_by for arm in arms)
    design = Design(effect=effects.pop(), correlation=correlations.pop(), shared_by=shared)
    if design.effect > 1:
        notes.append(f"clusters: people and events divided by a design effect of {design.effect:.4g}")
    if design.correlation is not None:
        notes.append(f"cross-over: correlation within a person {design.correlation:g}")
    if shared > 1:
        notes.append(f"control group divided by {shared}, since so many rows share it")
    return design


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
    flow = together([arm.flow for arm in rows])
    if measure in MEAN_MEASURES:
        means = [(arm.n_analysed, arm.mean, arm.sd) for arm in rows if arm.mean is not None and arm.sd is not None]
        if len(means) < len(rows) or any(n < 1 or sd < 0 for n, _, sd in means):
            notes.append(f"{role} arm without a mean, a standard deviation or people analysed")
            return Group()
        n, mean, sd = combine_means((n, mean, sd) for n, mean, sd in means if mean is not None and sd is not None)
        return Group(n=n, mean=mean, sd=sd, flow=flow)
    if measure is Measure.IRR:
        return _rate_group(rows, role, notes)
    events = [arm.n_events for arm in rows if arm.n_events is not None and 0 <= arm.n_events <= arm.n_analysed]
    if len(events) < len(rows):
        notes.append(f"{role} arm without a number of events from 0 to people analysed")
        return Group()
    return Group(n=sum(arm.n_analysed for arm in rows), n_events=sum(events), flow=flow)


def _rate_group(rows: Sequence[ArmResult], role: ArmRole, notes: list[str]) -> Group:
    """Events may be more than people, who may have several."""
    known = [(arm.n_events, arm.person_time) for arm in rows if arm.n_events is not None and arm.person_time]
    if len(known) < len(rows):
        notes.append(f"{role} arm without events or person-time")
        return Group()
    return Group(
        n=sum(arm.n_analysed for arm in rows),
        n_events=sum(events for events, _ in known),
        person_time=sum(time for _, time in known),
    )


def _effect(one: Group, two: Group, analysis: Analysis, design: Design) -> tuple[float | None, float | None, str]:
    """Effect and variance of two groups, with what was done to their cells; or why there is none."""
    measure = measure_of(analysis)
    first, second = one.n / design.effect, two.n / design.effect / design.shared_by
    share = design.effect, design.effect * design.shared_by
    if design.correlation is not None:
        return _paired_effect(one, two, measure, design.correlation)
    if measure in MEAN_MEASURES:
        cells = {"m1i": one.mean, "sd1i": one.sd, "n1i": first, "m2i": two.mean, "sd2i": two.sd, "n2i": second}
        data_type = DataType.CONTINUOUS
    else:
        events = (one.n_events or 0) / share[0], (two.n_events or 0) / share[1]
        cells = {"ai": events[0], "n1i": first, "ci": events[1], "n2i": second}
        data_type = DataType.DICHOTOMOUS
    if measure is Measure.IRR:
        cells |= {"t1i": (one.person_time or 0) / share[0], "t2i": (two.person_time or 0) / share[1]}
        data_type = DataType.RATES
    numbers = {name: np.array([value], dtype=np.float64) for name, value in cells.items()}
    choice, model = choice_of(analysis), model_of(analysis)
    zero_cells = choice.of_effects(measure, model, Convention.REVMAN2025)
    found = study_effects(numbers, data_type, measure, convention=Convention.REVMAN2025, zero_cells=zero_cells)
    if found.reasons[0]:
        return None, None, f"not pooled: {found.reasons[0]}"
    is_for_q_alone = choice.to is AddTo.NONE and model in TABLE_MODELS and found.notes[0] != RATIO_OF_EVERYBODY
    return found.yi.item(), found.vi.item(), "" if is_for_q_alone else found.notes[0]


def _paired_effect(one: Group, two: Group, measure: Measure, r: float) -> tuple[float | None, float | None, str]:
    """Effect of a cross-over trial, in which each person is in both arms."""
    if measure is not Measure.MD:
        return None, None, f"not pooled: no {measure} is computed of a cross-over trial; enter its contrast"
    if one.n != two.n:
        said = f"not pooled: {one.n} and {two.n} people in the arms of a cross-over trial, which are the same"
        return None, None, said
    if one.mean is None or two.mean is None or not one.sd or not two.sd:
        return None, None, "not pooled: an SD that is not above 0"
    effect = paired_mean_difference(one.mean, one.sd, two.mean, two.sd, one.n, r)
    if effect.vi.value <= 0:
        return None, None, "not pooled: these numbers give no MD with a variance above 0"
    return effect.yi.value, effect.vi.value, ""
