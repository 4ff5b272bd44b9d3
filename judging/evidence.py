"""Which numbers enter which set of evidence: what people confirmed, and what registries post beside it."""

from collections.abc import Mapping, Sequence, Set
from datetime import date

from models.protocol import ExtractionRow
from models.report import Report
from models.review import Review
from models.screening import QueueItem
from models.synthesis import ArmResult, EffectInput, PooledEffect
from models.trial import TrialRecord
from models.vocabulary import EvidenceSet, EvidenceWord
from studies.discrepancies import in_results
from studies.extraction import MIXED, extract
from synthesis.conversions import sd_from_ci, sd_from_se
from synthesis.effect_size import effect_inputs
from synthesis.pooling import pool_review

_Place = tuple[str, str, str]
"""Study, outcome, timepoint: what a confirmed row settles, and a candidate may not touch."""


def arms_of(
    review: Review, sources: Mapping[str, Sequence[TrialRecord | Report]]
) -> tuple[list[ArmResult], list[ArmResult], list[QueueItem]]:
    """Confirmed rows, and provisional ones where no confirmed row settles the same place.

    Where two registers post the same, the first one's numbers count and a difference goes to a person.

    Parameters
    ----------
    sources : what may hold posted results, by eligible study
    """
    extracted = [arm_of(row) for row in review.extraction if row.evidence is not EvidenceWord.MEMORY]
    confirmed = [arm for arm in extracted if arm.is_confirmed]
    settled = {_place(arm) for arm in confirmed}
    provisional = [arm for arm in extracted if not arm.is_confirmed and _place(arm) not in settled]
    settled |= {_place(arm) for arm in provisional}
    queue: list[QueueItem] = []
    for study_id, holders in sources.items():
        for source in holders:
            found = extract(study_id, source, review.protocol)
            queue += [item for item in found.queue if not _is_entered(item, source, extracted)]
            queue += in_results([*extracted, *provisional], found.arms)
            fresh = [arm for arm in found.arms if _place(arm) not in settled]
            provisional += fresh
            settled |= {_place(arm) for arm in fresh}
    return confirmed, provisional, queue


def inputs_of(
    review: Review, confirmed: Sequence[ArmResult], provisional: Sequence[ArmResult], disputed: Set[str]
) -> list[EffectInput]:
    """The arms of each evidence set as effects with their variances; `disputed` studies by id."""
    measures = {outcome.id: outcome.measure for outcome in review.protocol.outcomes}
    with_data = {study.study_id for study in review.baseline.included if study.contributes_data}
    searched = review.baseline.search_date
    published = [arm for arm in confirmed if arm.study_id in with_data and (arm.known_from or date.max) <= searched]
    sets = {
        EvidenceSet.PUBLISHED: published,
        EvidenceSet.CONFIRMED: list(confirmed),
        EvidenceSet.PROVISIONAL: [*confirmed, *provisional],
        EvidenceSet.UNDISPUTED: [arm for arm in confirmed if disputed and arm.study_id not in disputed],
    }
    return [item for name, arms in sets.items() for item in effect_inputs(arms, measures, name)]


def as_printed(review: Review, confirmed: Sequence[ArmResult]) -> tuple[PooledEffect, ...]:
    """What the data of the version in force give, whatever people have thought of its studies since."""
    return pool_review(
        [item for item in inputs_of(review, confirmed, (), set()) if item.evidence_set is EvidenceSet.PUBLISHED],
        review.protocol,
        EvidenceSet.PUBLISHED,
    )


def _place(arm: ArmResult) -> _Place:
    return arm.study_id, arm.outcome, arm.timepoint


def _is_entered(item: QueueItem, source: TrialRecord | Report, extracted: Sequence[ArmResult]) -> bool:
    """Whether people have entered what could not be read: that outcome and time, or, where a whole result is in doubt,
    confirmed numbers from elsewhere."""
    own = [arm for arm in extracted if arm.study_id == item.subject]
    if any(f"{arm.outcome}, {arm.timepoint}" == item.field for arm in own):
        return True
    name = source.report_id if isinstance(source, Report) else source.record_id
    return item.field == MIXED and any(arm.is_confirmed and arm.report != name for arm in own)


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
        mean=row.mean,
        sd=computed.value if computed else row.sd,
        report=row.report,
        place=f"{row.table}, page {row.page}" if row.page else row.table,
        population=row.population,
        extractor=row.extractor,
        known_from=row.known_from,
        evidence=row.evidence,
        is_confirmed=row.is_confirmed,
        note="; ".join(filter(None, (row.note, f"{row.arm} {computed}" if computed else None))),
    )
