"""Where a study stands and what has happened to it, from all the evidence: status, dates, results, reports.

A registry's status alone is not believed: results that are public make a study complete whatever its status
says, and a status the registry no longer vouches for does not make it ongoing for ever.
"""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from models.dates import PartialDate, add_months, at_night, first_day, last_day
from models.protocol import DecisionRow, PublishedStudy, Thresholds
from models.screening import Event, Numbers, ReportLink, RunContext, ScreeningDecision, StudyStatus
from models.trial import Observation, Report, TrialRecord
from models.vocabulary import (
    AlertGrade,
    Criterion,
    EventCode,
    LinkMethod,
    ReportKind,
    Status,
    StudyList,
    StudyState,
    Verdict,
)

_ENDED = {Status.COMPLETED, Status.TERMINATED}
_STATES = {
    Status.NOT_YET_RECRUITING: StudyState.PLANNED,
    Status.RECRUITING: StudyState.RECRUITING,
    Status.ENROLLING_BY_INVITATION: StudyState.RECRUITING,
    Status.ENDED_RECRUITING: StudyState.FOLLOW_UP,
    Status.SUSPENDED: StudyState.SUSPENDED,
    Status.COMPLETED: StudyState.COMPLETED_NO_RESULTS,
    Status.TERMINATED: StudyState.TERMINATED,
    Status.WITHDRAWN: StudyState.WITHDRAWN,
}


class LinkedReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report of the study, why it is one, and when we first saw it."""

    report: Report
    link: ReportLink
    first_seen_at: datetime
    linked_from: date | None = None
    """Day from which a person's link was known; None for a machine's."""


class StudyFile(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known of one study on a night.

    `versions` are those of all its records, oldest registry date first.
    """

    study_id: str
    versions: tuple[Observation, ...]
    newest: TrialRecord
    reports: tuple[LinkedReport, ...]
    screening: ScreeningDecision
    numbers: Numbers
    published: PublishedStudy | None
    """The study in the list of included studies of the version in force, if it is there."""
    is_extracted: bool = False
    is_pooled: bool = False

    @property
    def results_reports(self) -> list[LinkedReport]:
        return [item for item in self.reports if item.link.kind is ReportKind.RESULTS]


def status_of(study: StudyFile, decisions: Sequence[DecisionRow] = ()) -> StudyStatus:
    """State of a study and Cochrane's list that it belongs to."""
    record = study.newest
    state, evidence = _state(study)
    list_, reason = _list(study, state, decisions)
    return StudyStatus(
        study_id=study.study_id,
        state=state,
        list=list_,
        reason=f"{reason}; {evidence}" if reason else evidence,
        numbers=study.numbers,
        start_date=record.start_date,
        completion_date=record.completion_date or record.primary_completion_date,
        results_date=_results_date(study),
        planned_participants=_planned(record, state),
    )


def _state(study: StudyFile) -> tuple[StudyState, str]:
    record, reports = study.newest, study.results_reports
    results_in_registry = record.has_results and record.results_posted_date
    if study.is_pooled:
        return StudyState.POOLED, "numbers are in a pooled analysis"
    if study.is_extracted:
        return StudyState.EXTRACTED, "numbers are extracted, none can be pooled"
    if reports:
        report = reports[0].report
        return StudyState.RESULTS_PUBLISHED, f"{report.report_id} published {report.published_date}"
    if results_in_registry:
        return StudyState.RESULTS_POSTED, f"results posted {record.results_posted_date}"
    if record.status in _STATES:
        return _STATES[record.status], f"status {record.status_text} since {record.registry_date}"
    return StudyState.STALE, f"status {record.status_text or 'not stated'} since {record.registry_date}"


def _list(study: StudyFile, state: StudyState, decisions: Sequence[DecisionRow]) -> tuple[StudyList, str]:
    for row in reversed(decisions):
        if row.study_id == study.study_id and row.criterion == "list":
            return StudyList(row.verdict), f"{row.decided_by}: {row.reason}"
    screening = study.screening
    if screening.verdict is Verdict.NOT_MET:
        failed = [item for item in screening.criteria if item.verdict is Verdict.NOT_MET]
        near = not {item.criterion for item in failed} & {Criterion.POPULATION, Criterion.INTERVENTION}
        reason = f"{failed[0].criterion} not met: {failed[0].quote}"
        return (StudyList.EXCLUDED if near else StudyList.SCREENED_OUT), reason
    if state is StudyState.WITHDRAWN:
        return StudyList.EXCLUDED, "withdrawn before anybody took part"
    if study.published:
        return StudyList.INCLUDED, "included in the published version"
    if screening.verdict is Verdict.UNCLEAR:
        unclear = next(item for item in screening.criteria if item.verdict is Verdict.UNCLEAR)
        return StudyList.AWAITING, f"{unclear.criterion} unclear: {unclear.quote}"
    if state in {StudyState.RESULTS_POSTED, StudyState.RESULTS_PUBLISHED, StudyState.EXTRACTED, StudyState.POOLED}:
        return StudyList.AWAITING, "results are public and not yet assessed"
    if state in {StudyState.COMPLETED_NO_RESULTS, StudyState.TERMINATED}:
        return StudyList.AWAITING, "complete, results are not public"
    return StudyList.ONGOING, ""


def _planned(record: TrialRecord, state: StudyState) -> int | None:
    is_open = state in {StudyState.PLANNED, StudyState.RECRUITING, StudyState.FOLLOW_UP, StudyState.SUSPENDED}
    return record.enrolment_count if is_open or state is StudyState.STALE else None


def _results_date(study: StudyFile) -> PartialDate | None:
    dates = [item.report.published_date for item in study.results_reports if item.report.published_date]
    if study.newest.has_results and study.newest.results_posted_date:
        dates.append(study.newest.results_posted_date)
    return min(dates, key=first_day, default=None)


def events_of(study: StudyFile, context: RunContext, thresholds: Thresholds, nights: Sequence[datetime]) -> list[Event]:
    """What has happened to an eligible study, E1 to E5, each with its three dates.

    Parameters
    ----------
    nights
        Moments at which sources were observed, ascending: an event made by the clock (E5) was first seen
        on the first of them on or after its day.

    Returns
    -------
    list of Event
        The same history gives the same events, whatever the number of runs that saw it.
    """
    if study.screening.verdict is Verdict.NOT_MET:
        return []
    found = [
        _new_trial(study, context),
        _completed(study, context),
        _results_posted(study, context),
        *(_report_linked(study, item, context) for item in study.results_reports),
        _overdue(study, context, thresholds, nights),
    ]
    return sorted((event for event in found if event), key=lambda event: (event.public_date, event.key))


def _new_trial(study: StudyFile, context: RunContext) -> Event | None:
    first = min(study.versions, key=lambda version: version.observed_at)
    record = _trial(first)
    posted = record.first_posted_date or record.registry_date
    title = study.newest.brief_title or study.newest.official_title or study.study_id
    return _event(study, context, EventCode.NEW_TRIAL, posted, posted, first, AlertGrade.INFO, title, "registered")


def _completed(study: StudyFile, context: RunContext) -> Event | None:
    for version in study.versions:
        record = _trial(version)
        if record.status in _ENDED:
            when = record.completion_date or record.primary_completion_date or record.registry_date
            evidence = f"{record.record_id}: status {record.status_text}, version of {record.registry_date}"
            return _event(
                study, context, EventCode.COMPLETED, when, record.registry_date, version, AlertGrade.WATCH, evidence,
                record.status or "",
            )  # fmt: skip
    return None


def _results_posted(study: StudyFile, context: RunContext) -> Event | None:
    for version in study.versions:
        record = _trial(version)
        if record.has_results and record.results_posted_date:
            posted = record.results_posted_date
            evidence = f"{record.record_id}: results first posted {posted}"
            return _event(
                study, context, EventCode.RESULTS_POSTED, posted, posted, version, _results_grade(study), evidence,
                record.record_id,
            )  # fmt: skip
    return None


def _report_linked(study: StudyFile, item: LinkedReport, context: RunContext) -> Event:
    report = item.report
    entered = report.entered_date or report.registry_date
    public, seen = first_day(entered), item.first_seen_at
    if item.link.method is LinkMethod.PERSON and item.linked_from:
        public, seen = max(public, item.linked_from), max(seen, at_night(item.linked_from))
    return Event(
        event_code=EventCode.REPORT_LINKED,
        study_id=study.study_id,
        event_date=report.published_date or entered,
        public_date=public,
        first_seen_at=seen,
        grade=_results_grade(study),
        evidence=f"{report.report_id}, {report.title} ({item.link.evidence})",
        reference=report.report_id,
        is_news=public > context.baseline_search_date,
    )


def _results_grade(study: StudyFile) -> AlertGrade:
    """Results call for action once the study is known to belong to the review; until then for a decision."""
    return AlertGrade.ACTION if study.screening.verdict is Verdict.MET else AlertGrade.WATCH


def _overdue(study: StudyFile, context: RunContext, thresholds: Thresholds, nights: Sequence[datetime]) -> Event | None:
    """Results due and not public: by the clock, whatever the status says."""
    record = study.newest
    completion = record.primary_completion_date or record.completion_date
    if completion is None or record.status is Status.WITHDRAWN:
        return None
    due = add_months(last_day(completion), thresholds.overdue_months)
    results = _results_date(study)
    if due > context.today or (results is not None and first_day(results) <= due):
        return None
    first_observed = min(version.observed_at for version in study.versions)
    seen = next((night for night in nights if night.date() >= due and night >= first_observed), context.as_of)
    return Event(
        event_code=EventCode.OVERDUE,
        study_id=study.study_id,
        event_date=due.isoformat(),
        public_date=due,
        first_seen_at=seen,
        grade=AlertGrade.WATCH,
        evidence=f"primary completion {completion}, no results {thresholds.overdue_months} months later",
        reference=completion,
        is_news=due > context.baseline_search_date,
    )


def _event(
    study: StudyFile,
    context: RunContext,
    code: EventCode,
    event_date: PartialDate,
    public: PartialDate,
    version: Observation,
    grade: AlertGrade,
    evidence: str,
    reference: str,
) -> Event:
    return Event(
        event_code=code,
        study_id=study.study_id,
        event_date=event_date,
        public_date=first_day(public),
        first_seen_at=version.observed_at,
        grade=grade,
        evidence=evidence,
        reference=reference,
        is_news=first_day(public) > context.baseline_search_date,
    )


def _trial(version: Observation) -> TrialRecord:
    assert isinstance(version.item, TrialRecord)
    return version.item
