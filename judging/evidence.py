"""Which numbers enter which set of evidence: what people confirmed, and what registries post beside it."""

from collections.abc import Container, Mapping, Sequence, Set
from datetime import date

from judging.contrast_numbers import numbers_of_contrast
from judging.curves import StudyCurves
from judging.landmark_contrasts import offered_by
from judging.posted_contrasts import offered, place_of
from models.folder_rows import ContrastRow, ExtractionRow, NumbersRow
from models.report import Report
from models.review import Review
from models.screening import QueueItem
from models.synthesis import ArmResult, Contrast, EffectInput, Subgroup
from models.trial import TrialRecord
from models.value import Value
from models.vocabulary import EvidenceSet, EvidenceWord
from studies.discrepancies import in_results
from studies.extraction import MIXED, extract
from synthesis.conversions import design_effect, sd_from_ci, sd_from_se
from synthesis.effect_size import effect_inputs

_Place = tuple[str, str, str, str]
"""Study, comparison, outcome, timepoint: where a person has entered anything, nothing that a registry posts is taken."""


class Numbers(Value, frozen=True, kw_only=True):
    """Numbers of studies: what people entered and confirmed, and what else is known and not confirmed."""

    confirmed: tuple[ArmResult, ...] = ()
    provisional: tuple[ArmResult, ...] = ()
    contrasts: tuple[Contrast, ...] = ()
    """Of both kinds; each says itself whether it is confirmed."""

    def without(self, studies: Container[str]) -> "Numbers":
        """The numbers of other studies than these."""
        return Numbers(
            confirmed=tuple(item for item in self.confirmed if item.study_id not in studies),
            provisional=tuple(item for item in self.provisional if item.study_id not in studies),
            contrasts=tuple(item for item in self.contrasts if item.study_id not in studies),
        )

    @property
    def settled(self) -> tuple[ArmResult | Contrast, ...]:
        """Everything that is confirmed."""
        return (*self.confirmed, *(item for item in self.contrasts if item.is_confirmed))


def numbers_of_review(
    review: Review, sources: Mapping[str, Sequence[TrialRecord | Report]], curves: Sequence[StudyCurves] = ()
) -> tuple[Numbers, list[QueueItem]]:
    """Confirmed rows, and provisional ones where no confirmed row settles the same place.

    Where two registers post the same, the first one's numbers count and a difference goes to a person. A posted estimate
    counts where no numbers of arms do, and a hazard ratio that follows from landmarks where no estimate is known.

    Parameters
    ----------
    sources : what may hold posted results, by eligible study
    curves : survival of studies at landmarks
    """
    extracted = [arm_of(row) for row in review.extraction if row.evidence is not EvidenceWord.MEMORY]
    contrasts = [contrast_of(row) for row in review.contrasts if row.evidence is not EvidenceWord.MEMORY]
    confirmed = [arm for arm in extracted if arm.is_confirmed]
    rows = {_row(arm) for arm in confirmed} | {_row(item) for item in contrasts if item.is_confirmed}
    provisional = [arm for arm in extracted if not arm.is_confirmed and _row(arm) not in rows]
    unsettled = [item for item in contrasts if item.is_confirmed or _row(item) not in rows]
    settled = {_place(arm) for arm in (*confirmed, *provisional)} | {_place(item) for item in unsettled}
    queue: list[QueueItem] = []
    for study_id, holders in sources.items():
        for source in holders:
            found = extract(study_id, source, review.protocol)
            queue += [item for item in found.queue if not _is_entered(item, source, extracted)]
            queue += in_results([*extracted, *provisional], found.arms)
            fresh = [arm for arm in found.arms if _place(arm) not in settled]
            provisional += fresh
            settled |= {_place(arm) for arm in fresh}
    for study_id, holders in sources.items():
        for row in (row for source in holders for row in offered(study_id, source, review.protocol)):
            if (place := place_of(row)) not in settled:
                unsettled.append(contrast_of(row))
                settled.add(place)
    for row in filter(None, map(offered_by, reversed(curves))):
        if (place := place_of(row)) not in settled:
            unsettled.append(contrast_of(row))
            settled.add(place)
    numbers = Numbers(confirmed=tuple(confirmed), provisional=tuple(provisional), contrasts=tuple(unsettled))
    return numbers, queue


def inputs_of(review: Review, numbers: Numbers, disputed: Set[str]) -> list[EffectInput]:
    """The numbers of each evidence set as effects with their variances; `disputed` studies by id."""
    analyses = review.protocol.analyses
    with_data = {study.study_id for study in review.baseline.included if study.contributes_data}
    searched = review.baseline.search_date
    firm = numbers.settled
    sets: dict[EvidenceSet, Sequence[ArmResult | Contrast]] = {
        EvidenceSet.PUBLISHED: [
            item for item in firm if item.study_id in with_data and (item.known_from or date.max) <= searched
        ],
        EvidenceSet.CONFIRMED: firm,
        EvidenceSet.PROVISIONAL: [*numbers.confirmed, *numbers.provisional, *numbers.contrasts],
        EvidenceSet.UNDISPUTED: [item for item in firm if disputed and item.study_id not in disputed],
    }
    return [
        found
        for name, items in sets.items()
        for found in effect_inputs(
            [item for item in items if isinstance(item, ArmResult)],
            analyses,
            name,
            [item for item in items if isinstance(item, Contrast)],
        )
    ]


def as_printed(review: Review, numbers: Numbers) -> list[EffectInput]:
    """The data of the version in force, whatever people have thought of its studies since."""
    return [item for item in inputs_of(review, numbers, set()) if item.evidence_set is EvidenceSet.PUBLISHED]


def _row(item: ArmResult | Contrast) -> tuple[str | int, ...]:
    """Which row of which analysis: people may confirm one part, subgroup or analysis before another."""
    return (*_place(item), item.analysis, item.part, item.subgroup.number, item.subgroup.name)


def _place(item: ArmResult | Contrast) -> _Place:
    return item.study_id, item.comparison, item.outcome, item.timepoint


def _is_entered(item: QueueItem, source: TrialRecord | Report, extracted: Sequence[ArmResult]) -> bool:
    """Whether people have entered what could not be read: that outcome and time, or, where a whole result is in doubt,
    confirmed numbers from elsewhere."""
    own = [arm for arm in extracted if arm.study_id == item.subject]
    if any(f"{arm.outcome}, {arm.timepoint}" == item.field for arm in own):
        return True
    name = source.report_id if isinstance(source, Report) else source.record_id
    return item.field == MIXED and any(arm.is_confirmed and arm.report != name for arm in own)


def contrast_of(row: ContrastRow) -> Contrast:
    """A row of contrasts.csv on the analysis scale; a number that was computed says from what."""
    numbers = numbers_of_contrast(row)
    return Contrast(
        study_id=row.study_id,
        comparison=row.comparison,
        outcome=row.outcome,
        timepoint=row.timepoint,
        measure=row.measure,
        yi=numbers.yi or 0.0,
        sei=numbers.sei,
        o_minus_e=numbers.o_minus_e,
        variance=numbers.variance,
        n_intervention=row.n_intervention or 0,
        n_control=row.n_control or 0,
        events_intervention=row.events_intervention,
        events_control=row.events_control,
        analysis=row.analysis,
        part=row.part,
        subgroup=Subgroup(number=row.subgroup_number or 0, name=row.subgroup),
        counts_in=row.counts_in,
        quantity=row.quantity or "",
        is_adjusted=row.is_adjusted,
        report=row.report,
        place=_where(row),
        known_from=row.known_from,
        evidence=row.evidence,
        is_confirmed=row.is_confirmed,
        note="; ".join(filter(None, (row.note, *map(str, numbers.computed)))),
    )


def _where(row: NumbersRow) -> str:
    return f"{row.table}, page {row.page}" if row.page else row.table


def _design_effect(row: ExtractionRow) -> float:
    if row.icc is None or row.cluster_size is None:
        return 1.0
    return design_effect(row.cluster_size, row.icc).value


def arm_of(row: ExtractionRow) -> ArmResult:
    """A row of extraction.csv as the numbers of one arm; a standard deviation that was computed says from what."""
    computed = None
    if row.se is not None:
        computed = sd_from_se(row.se, row.n_analysed)
    elif row.ci_low is not None and row.ci_high is not None:
        computed = sd_from_ci(row.ci_low, row.ci_high, row.n_analysed)
    return ArmResult(
        study_id=row.study_id,
        comparison=row.comparison,
        outcome=row.outcome,
        timepoint=row.timepoint,
        arm=row.arm,
        n_analysed=row.n_analysed,
        n_events=row.n_events,
        person_time=row.person_time,
        analysis=row.analysis,
        part=row.part,
        subgroup=Subgroup(number=row.subgroup_number or 0, name=row.subgroup),
        counts_in=row.counts_in,
        quantity=row.quantity or "",
        is_adjusted=row.is_adjusted,
        correlation=row.correlation,
        design_effect=_design_effect(row),
        shared_by=row.shared_by or 1,
        mean=row.mean,
        sd=computed.value if computed else row.sd,
        report=row.report,
        place=_where(row),
        population=row.population,
        extractor=row.extractor,
        known_from=row.known_from,
        evidence=row.evidence,
        is_confirmed=row.is_confirmed,
        note="; ".join(filter(None, (row.note, f"{row.arm} {computed}" if computed else None))),
    )
