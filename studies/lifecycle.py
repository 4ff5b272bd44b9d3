"""Where a study stands, from all the evidence: status, dates, results, reports.

A registry's status alone is not believed: results that are public make a study complete whatever its status
says, a completion date long past makes an open status stale, and an unknown status is read with the last known one.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from models.dates import PartialDate, add_months, first_day, last_day
from models.folder_rows import DecisionRow
from models.protocol import Thresholds
from models.published import PublishedStudy, ToldState
from models.report import Report
from models.screening import Numbers, ReportLink, RunContext, ScreeningDecision, StudyStatus
from models.trial import Observation, Reference, TrialRecord
from models.vocabulary import CountType, Criterion, ReferenceType, ReportKind, Status, StudyList, StudyState, Verdict

LATE_MONTHS = 6
"""Months after which a start that was planned and has not come is late."""
ENDED = frozenset({Status.COMPLETED, Status.TERMINATED})
OPEN = frozenset(
    {Status.NOT_YET_RECRUITING, Status.RECRUITING, Status.ENROLLING_BY_INVITATION, Status.ENDED_RECRUITING}
)
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
_WITH_RESULTS = frozenset(
    {StudyState.RESULTS_POSTED, StudyState.RESULTS_PUBLISHED, StudyState.EXTRACTED, StudyState.POOLED}
)
_COMPLETE = _WITH_RESULTS | {StudyState.COMPLETED_NO_RESULTS, StudyState.TERMINATED}


class LinkedReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report of the study, why it is one, and when we first saw it.

    `versions` are what the index said of it, oldest first; `linked_from` the day from which a person's link was
    known, None for a machine's.
    """

    report: Report
    link: ReportLink
    first_seen_at: datetime
    linked_from: date | None = None
    versions: tuple[Observation, ...] = ()


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
    listed_ongoing: str | None = None
    """Version in force, if that lists the study as ongoing."""
    listed_awaiting: str | None = None
    """Version in force, if that lists the study as awaiting classification."""
    told_state: ToldState | None = None
    """What the authors of that version noted of its registration."""
    listed_from: date | None = None
    """Day from which that version could be read, where it says of the study in its own words that it is ongoing."""
    is_extracted: bool = False
    is_pooled: bool = False
    extracted_from: frozenset[str] = frozenset()
    """Reports that numbers in extraction.csv were taken from."""
    eligible_from: PartialDate | None = None
    """Registry date of the first version that the rules would not have screened out; None when not looked for."""

    @property
    def records(self) -> list[TrialRecord]:
        """The newest version of each entry in each source, the one that names the study first."""
        latest = {(item.record_id, item.source): item for item in self._versions_of_records()}
        others = [item for item in latest.values() if item.record_id != self.newest.record_id]
        return [self.newest, *others]

    def _versions_of_records(self) -> list[TrialRecord]:
        return [version.item for version in self.versions if isinstance(version.item, TrialRecord)]

    @property
    def abstracts(self) -> list[str]:
        """Conference abstracts: they say that there are results, and give too little to assess them."""
        return [item.report.report_id for item in self.reports if item.link.kind is ReportKind.ABSTRACT]

    @property
    def results_not_found(self) -> list[tuple[Reference, PartialDate]]:
        """Papers that a registry names as results by DOI or citation and no index has told of, each with the day on
        which it first did. A paper by PMID is looked up; one from before the trial began is none, whatever it is called.
        """
        found = frozenset[str]().union(*(item.report.names for item in self.reports))
        first: dict[str, tuple[Reference, PartialDate]] = {}
        for record in sorted(self._versions_of_records(), key=lambda item: first_day(item.registry_date)):
            for reference in record.references:
                is_result = reference.type is ReferenceType.RESULT and not reference.pmid
                if is_result and reference.name not in found and not _is_older(reference, record):
                    first.setdefault(reference.name, (reference, reference.declared_date or record.registry_date))
        return list(first.values())

    @property
    def results_reports(self) -> list[LinkedReport]:
        return [item for item in self.reports if item.link.kind is ReportKind.RESULTS]


def _is_older(reference: Reference, record: TrialRecord) -> bool:
    """Whether a citation names no year as late as the trial's start."""
    years = re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", reference.citation)
    return bool(years) and record.start_date is not None and max(years) < record.start_date[:4]


def status_of(
    study: StudyFile, context: RunContext, thresholds: Thresholds, decisions: Sequence[DecisionRow] = ()
) -> StudyStatus:
    """State of a study and Cochrane's list that it belongs to, each with the evidence that decided it."""
    record = study.newest
    state, evidence = _state(study, context, thresholds)
    list_, reason = _list(study, state, decisions)
    return StudyStatus(
        study_id=study.study_id,
        state=state,
        list=list_,
        reason=f"{reason}; {evidence}" if reason else evidence,
        numbers=study.numbers,
        start_date=record.start_date,
        completion_date=record.completion_date or record.primary_completion_date,
        results_date=results_date(study),
        planned_participants=_planned(record, state),
        is_start_late=_is_start_late(record, state, context),
    )


def results_date(study: StudyFile) -> PartialDate | None:
    """First day on which results were public, in a registry or a report."""
    dates = [item.report.published_date for item in study.results_reports if item.report.published_date]
    dates += [item.results_posted_date for item in study.records if item.has_results and item.results_posted_date]
    return min(dates, key=first_day, default=None)


def _state(study: StudyFile, context: RunContext, thresholds: Thresholds) -> tuple[StudyState, str]:
    reports = study.results_reports
    if study.is_pooled:
        return StudyState.POOLED, "numbers are in a pooled analysis"
    if study.is_extracted:
        return StudyState.EXTRACTED, "numbers are extracted, none can be pooled"
    if reports:
        report = reports[0].report
        return StudyState.RESULTS_PUBLISHED, f"{report.report_id} published {report.published_date or 'without a date'}"
    for record in study.records:
        if record.has_results:
            where = "" if record is study.newest else f" in {record.record_id}"
            posted = record.results_posted_date or "on a day not stated"
            return StudyState.RESULTS_POSTED, f"results posted {posted}{where}"
    if declared := study.results_not_found:
        reference, day = declared[0]
        return StudyState.RESULTS_PUBLISHED, f"the registry names {reference.name} as a result since {day}"
    state, evidence = _by_status(study.newest, context, thresholds)
    if study.told_state and not study.versions:
        state, evidence = _by_authors(study.told_state)
    if study.abstracts:
        evidence += f", {', '.join(study.abstracts)} no more than an abstract"
    for other in study.records[1:] if state is StudyState.STALE else ():
        other_state, other_evidence = _by_status(other, context, thresholds)
        if other_state is not StudyState.STALE:
            return other_state, f"{evidence}; {other.record_id}: {other_evidence}"
    return state, evidence


def _by_authors(told: ToldState) -> tuple[StudyState, str]:
    """What the version itself says of a study of which no source has told."""
    on = f" on {told.told_date}" if told.told_date else ""
    state = _STATES.get(told.status, StudyState.STALE) if told.status else StudyState.STALE
    return state, f"no source has told of it; the version's authors noted {told.status_text!r}{on}"


def _by_status(record: TrialRecord, context: RunContext, thresholds: Thresholds) -> tuple[StudyState, str]:
    state = _STATES.get(record.status, StudyState.STALE) if record.status else StudyState.STALE
    evidence = _status_in_words(record)
    if record.status in OPEN and (late := _long_past(record, context, thresholds)):
        return StudyState.STALE, f"{evidence}, though {late}"
    return state, evidence


def _status_in_words(record: TrialRecord) -> str:
    parts = [f"status {record.status_text or 'not stated'} since {record.registry_date}"]
    if record.last_known_status_text:
        parts.append(f"last known as {record.last_known_status_text}")
        if record.completion_date:
            parts.append(f"completion registered for {record.completion_date}")
    if record.results_submitted_date:
        back = f"returned by quality control {record.results_returned_date}" if record.results_returned_date else ""
        parts.append(f"results submitted {record.results_submitted_date}, {back or 'not public'}")
    if record.disposition_posted_date:
        parts.append(f"certificate of delay posted {record.disposition_posted_date}")
    return ", ".join(parts)


def _long_past(record: TrialRecord, context: RunContext, thresholds: Thresholds) -> str | None:
    """Why an open status is not believed: nobody ends a study a year late without saying so."""
    completion = record.completion_date or record.primary_completion_date
    if completion is None or add_months(last_day(completion), thresholds.overdue_months) >= context.today:
        return None
    return f"completion was registered for {completion}"


def _list(study: StudyFile, state: StudyState, decisions: Sequence[DecisionRow]) -> tuple[StudyList, str]:
    for row in reversed(decisions):
        if row.study_id == study.study_id and row.criterion == "list":
            return StudyList(row.verdict), f"{row.decided_by}: {row.reason}"
    screening = study.screening
    if screening.verdict is Verdict.NOT_MET:
        failed = [item for item in screening.criteria if item.verdict is Verdict.NOT_MET]
        near = not {item.criterion for item in failed} & {Criterion.POPULATION, Criterion.INTERVENTION}
        reason = f"{_in_words(failed[0].criterion)} not met: {failed[0].quote}"
        return (StudyList.EXCLUDED if near else StudyList.SCREENED_OUT), reason
    if study.published:
        return StudyList.INCLUDED, "included in the published version"
    if study.is_extracted or study.is_pooled:
        undecided = [item for item in screening.criteria if item.verdict is Verdict.UNCLEAR]
        asked = "".join(f"; {_in_words(item.criterion)} unclear: {item.quote}" for item in undecided[:1])
        return StudyList.INCLUDED, f"people have confirmed its numbers{asked}"
    if state is StudyState.WITHDRAWN:
        return StudyList.EXCLUDED, "withdrawn before anybody took part"
    if screening.verdict is Verdict.UNCLEAR:
        unclear = next(item for item in screening.criteria if item.verdict is Verdict.UNCLEAR)
        if study.listed_awaiting and state not in _WITH_RESULTS:
            return StudyList.AWAITING, f"awaiting classification in version {study.listed_awaiting}"
        if study.listed_ongoing and state not in _COMPLETE:
            reason = (
                f"ongoing in version {study.listed_ongoing}; {_in_words(unclear.criterion)} unclear: {unclear.quote}"
            )
            return StudyList.ONGOING, reason
        return StudyList.AWAITING, f"{_in_words(unclear.criterion)} unclear: {unclear.quote}"
    if state in _WITH_RESULTS:
        return StudyList.AWAITING, "results are public and not yet assessed"
    if state in _COMPLETE:
        return StudyList.AWAITING, "complete, results are not public"
    return StudyList.ONGOING, ""


def _in_words(criterion: Criterion) -> str:
    return criterion.replace("_", "-")


def _is_start_late(record: TrialRecord, state: StudyState, context: RunContext) -> bool:
    """Registries ask for updates twice a year: who has not begun by then and says nothing may never begin."""
    if state is not StudyState.PLANNED or record.start_date is None:
        return False
    return add_months(last_day(record.start_date), LATE_MONTHS) < context.today


def _planned(record: TrialRecord, state: StudyState) -> int | None:
    """Participants expected of a study that is not complete; an actual count of one that has ended is no plan."""
    is_open = state in {StudyState.PLANNED, StudyState.RECRUITING, StudyState.FOLLOW_UP, StudyState.SUSPENDED}
    is_stale = state is StudyState.STALE and (record.enrolment_type is not CountType.ACTUAL or record.status in OPEN)
    return record.enrolment_count if is_open or is_stale else None
