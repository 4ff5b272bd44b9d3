"""Gathers the published page from a judgement: selection and order, no new figure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from models.certainty import Certainty, rating_in_words
from models.counts import k_equals
from models.folder_rows import RiskOfBiasRow
from models.judgement import Judgement
from models.page import FlowNumbers, ReplayedRecord, ReviewPage, StudyEntry, VersionComparison
from models.review import Review
from models.screening import ScreeningDecision, StudyStatus
from models.search_day import search_day
from models.synthesis import PooledEffect, UpdateDecision
from models.vocabulary import Criterion, EvidenceSet, Rule, StudyList, Verdict
from reporting.numbers import estimate
from reporting.reports import flow_of_reports, reports_of
from reporting.words import day


def gather_page(
    judgement: Judgement,
    registries: str,
    previous_run: datetime | None,
    past_decisions: Sequence[UpdateDecision],
    n_new_versions: int,
    n_rejected: int,
    replayed: Mapping[str, ReplayedRecord] = MappingProxyType({}),
) -> ReviewPage:
    """Everything that the page of one night says; `replayed` tells how a replay knows its records."""
    review, context = judgement.review, judgement.context
    entries = [
        _entry(judgement, status, replayed.get(status.study_id, ReplayedRecord())) for status in judgement.statuses
    ]
    listed = [entry for entry in entries if entry.list is not StudyList.SCREENED_OUT]
    events = judgement.events
    return ReviewPage(
        protocol=review.protocol,
        baseline=review.baseline,
        as_of=context.as_of,
        previous_run=previous_run,
        registries=registries,
        decision=judgement.decision,
        past_decisions=_turns([item for item in past_decisions if item.decided_at < context.as_of]),
        signals=judgement.signals,
        events_since_run=tuple(
            event for event in events if (event.first_seen_at > previous_run if previous_run else event.is_news)
        ),
        events_since_version=tuple(event for event in events if event.is_news),
        studies=tuple(listed),
        near_misses=tuple(
            entry for entry in listed if entry.list is StudyList.EXCLUDED and _is_near_miss(entry.screening)
        ),
        effects=judgement.effects,
        inputs=judgement.inputs,
        comparisons=_comparisons(judgement),
        certainty=_stated_certainty(review),
        computed_certainty=_computed_certainty(judgement),
        freshness=judgement.freshness,
        flow=_flow(judgement, n_rejected),
        queue=judgement.queue,
        n_new_versions=n_new_versions,
        searches=judgement.searches,
        unfollowed=judgement.unfollowed,
        subgroup_effects=judgement.subgroup_effects,
        subgroup_tests=judgement.subgroup_tests,
        supplements=judgement.supplements,
        risk_of_bias=_judged_bias(review),
        search_days=tuple(search_day(version, day) for version in review.versions),
    )


def _turns(decisions: Sequence[UpdateDecision]) -> tuple[UpdateDecision, ...]:
    """Decisions that differ from the one before in status or rationale."""
    kept: list[UpdateDecision] = []
    for decision in decisions:
        if not kept or (decision.status, decision.rationale) != (kept[-1].status, kept[-1].rationale):
            kept.append(decision)
    return tuple(kept)


def _entry(judgement: Judgement, status: StudyStatus, replayed: ReplayedRecord) -> StudyEntry:
    screened = judgement.screened
    record = screened.record_of(status.study_id)
    described = judgement.descriptions[status.study_id]
    return StudyEntry(
        study_id=status.study_id,
        title=described.title,
        registry_ids=tuple(screened.records_of(status.study_id)),
        reports=reports_of(judgement, status.study_id),
        list=status.list,
        state=status.state,
        reason=status.reason,
        design=described.design,
        product=described.product,
        comparator=described.comparator,
        sponsor=record.sponsor or "not stated",
        countries=record.countries,
        status_text=record.status_text or "not stated",
        numbers=status.numbers,
        planned_participants=status.planned_participants,
        start_date=status.start_date,
        completion_date=status.completion_date,
        results_date=status.results_date,
        screening=screened.screening[status.study_id],
        replayed=replayed,
    )


def _is_near_miss(screening: ScreeningDecision) -> bool:
    return sum(item.verdict is Verdict.NOT_MET for item in screening.criteria) == 1


def _comparisons(judgement: Judgement) -> tuple[VersionComparison, ...]:
    """Printed, reproduced and present estimates under the convention of the published version."""
    protocol = judgement.review.protocol
    headlines = {
        (effect.evidence_set, effect.analysis): effect
        for effect in (
            *judgement.as_published,
            *(item for item in judgement.effects if item.evidence_set is not EvidenceSet.PUBLISHED),
        )
        if effect.is_headline and effect.convention is protocol.conventions[0].name
    }
    # Before a version could be read it has no gate.
    gate = {signal.analysis: signal for signal in judgement.signals if signal.rule is Rule.S0}
    found = []
    for printed in judgement.review.printed:
        signal = gate.get(printed.analysis)
        if signal is None or printed.subgroup_number:
            continue
        analysis = protocol.analysis(printed.analysis)
        found.append(
            VersionComparison(
                analysis=printed.analysis,
                outcome=analysis.outcome,
                timepoint=analysis.timepoint,
                is_reproduced=not signal.fired,
                printed=estimate(printed.estimate, printed.ci_low, printed.ci_high, analysis.is_ratio),
                reproduced=_text(headlines.get((EvidenceSet.PUBLISHED, printed.analysis))),
                confirmed_now=_text(headlines.get((EvidenceSet.CONFIRMED, printed.analysis))),
                provisional_now=_text(headlines.get((EvidenceSet.PROVISIONAL, printed.analysis))),
            )
        )
    return tuple(found)


def _judged_bias(review: Review) -> tuple[RiskOfBiasRow, ...]:
    """Judgements in the order of their versions, so that the newest is the last."""
    order = [version.version for version in review.versions]
    return tuple(sorted(review.risk_of_bias, key=lambda row: order.index(row.version)))


def _stated_certainty(review: Review) -> dict[str, str]:
    """What the version in force says of each analysis."""
    return {
        analysis.analysis: row.certainty
        for row in review.certainty
        for analysis in review.protocol.analyses
        if row.version == review.baseline.version
        if row.is_of(analysis.analysis, analysis.place)
    }


def _computed_certainty(judgement: Judgement) -> dict[str, str]:
    """Certainty of confirmed evidence as numbers rate it, with what they rate down for and leave open."""
    return {
        item.analysis: f"GRADE: {_in_words(item)}."
        for evidence_set, item in judgement.certainty
        if evidence_set is EvidenceSet.CONFIRMED and item.computed
    }


def _in_words(item: Certainty) -> str:
    return rating_in_words(
        item.computed or "",
        [concern.domain.value for concern in item.concerns if concern.is_rated_down],
        [concern.domain.value for concern in item.concerns if concern.needs_person],
        starts_low=item.starts_low,
    )


def _text(effect: PooledEffect | None) -> str:
    if effect is None or effect.estimate is None or effect.ci_low is None or effect.ci_high is None:
        return "nothing pooled"
    return (
        estimate(effect.estimate, effect.ci_low, effect.ci_high, effect.is_ratio)
        + f", {k_equals(effect.n_studies, effect.k)}"
    )


def _flow(judgement: Judgement, n_rejected: int) -> FlowNumbers:
    lists = [status.list for status in judgement.statuses]
    screening = judgement.screened.screening
    # A study's place counts, not its criteria alone: a person may have included or excluded it against them.
    first_failure = [
        next((item.criterion for item in screening[status.study_id].criteria if item.verdict is Verdict.NOT_MET), None)
        for status in judgement.statuses
        if status.list in {StudyList.EXCLUDED, StudyList.SCREENED_OUT}
    ]
    named = (Criterion.POPULATION, Criterion.INTERVENTION, Criterion.DESIGN)
    return FlowNumbers(
        n_records=len(judgement.screened.linked.records),
        n_reports=len(judgement.literature.reports),
        n_studies=len(judgement.statuses),
        n_screened_out_population=first_failure.count(Criterion.POPULATION),
        n_screened_out_intervention=first_failure.count(Criterion.INTERVENTION),
        n_screened_out_design=first_failure.count(Criterion.DESIGN),
        n_screened_out_other=sum(item not in named for item in first_failure),
        n_unclear=sum(decision.verdict is Verdict.UNCLEAR for decision in screening.values()),
        n_included=lists.count(StudyList.INCLUDED),
        n_ongoing=lists.count(StudyList.ONGOING),
        n_awaiting=lists.count(StudyList.AWAITING),
        n_excluded=lists.count(StudyList.EXCLUDED),
        n_rejected=n_rejected,
        of_reports=flow_of_reports(judgement),
    )
