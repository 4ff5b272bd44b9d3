"""What has happened to a study, E1 to E7, each with the day it happened, became public and was first seen here.

Events are read from the whole history and not from tonight's difference: the same history gives the same
events, however many nights saw it and in whatever order its versions arrived.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import zip_longest

from models.dates import PartialDate, add_months, at_night, first_day, last_day
from models.protocol import Thresholds
from models.report import Report
from models.screening import Event, RunContext
from models.trial import Observation, TrialRecord
from models.vocabulary import AlertGrade, CountType, EventCode, LinkMethod, ReportKind, Status, Verdict, VersionOrigin
from studies.corrections import corrections_of
from studies.lifecycle import ENDED, LinkedReport, StudyFile, results_date
from studies.listed_late import listed_late
from studies.reports import preprints_of
from studies.reversals import reversals_of


def events_of(study: StudyFile, context: RunContext, thresholds: Thresholds, nights: Sequence[datetime]) -> list[Event]:
    """What has happened to a study that is eligible or may be.

    Parameters
    ----------
    nights
        Moments at which sources were observed, ascending: an event made by the clock (E5) was first seen
        on the first of them on or after its day.

    Returns
    -------
    list of Event
        By public date and key.
    """
    if study.screening.verdict is Verdict.NOT_MET:
        return []
    found = [
        _new_trial(study, context) if study.versions else _first_described(study, context),
        _completed(study, context),
        *_results_submitted(study, context),
        *_results_posted(study, context),
        *(_report_linked(study, item, context) for item in study.results_reports),
        *_overdue(study, context, thresholds, nights),
        *_reversed(study, context),
        *_corrected(study, context),
    ]
    found += listed_late(study, [event for event in found if event])
    return sorted((event for event in found if event), key=lambda event: (event.public_date, event.key))


def _new_trial(study: StudyFile, context: RunContext) -> Event:
    """Registered; or, where an older version was screened out, changed into a study that belongs here.

    What made it eligible is read from the record that names it: another register's may be older.
    """
    records = [_trial(version) for version in study.versions]
    posted = _posted(records)
    own = _posted([item for item in records if item.record_id == study.newest.record_id] or records)
    record = study.newest
    title = record.brief_title or record.official_title or study.study_id
    if study.eligible_from and first_day(study.eligible_from) > first_day(own):
        posted, title = study.eligible_from, f"{title} (registered {posted}; eligible since its record changed)"
    seen = _first_seen(
        version for version in study.versions if first_day(_trial(version).registry_date) >= first_day(posted)
    )
    seen = seen or _first_seen(study.versions)
    assert seen
    code, grade = EventCode.NEW_TRIAL, AlertGrade.INFO
    return _event(study, context, code, posted, posted, seen, grade, title, "registered", record.record_id)


def _first_described(study: StudyFile, context: RunContext) -> Event | None:
    """A trial that no register tells of, first heard of by a report without results; results are an event themselves."""
    if not study.reports:
        return None
    first = min(study.reports, key=lambda item: (_entered(item.report), item.report.report_id))
    if first.link.kind is ReportKind.RESULTS:
        return None
    day = first.report.entered_date or first.report.registry_date
    return _event(
        study,
        context,
        EventCode.NEW_TRIAL,
        first.report.published_date or day,
        day,
        first.first_seen_at,
        AlertGrade.INFO,
        f"{first.report.title} ({first.report.report_id}; {first.link.evidence})",
        "described",
        first.report.report_id,
    )


def _entered(report: Report) -> date:
    return first_day(report.entered_date or report.registry_date)


def _posted(records: Sequence[TrialRecord]) -> PartialDate:
    return min((item.first_posted_date or item.registry_date for item in records), key=first_day)


def _completed(study: StudyFile, context: RunContext) -> Event | None:
    ended = [version for version in study.versions if _trial(version).status in ENDED]
    if not ended or not (seen := _first_seen(ended)):
        return None
    record = _trial(ended[0])
    shown = _shown(study, ended[0])
    dates = (record.completion_date, record.primary_completion_date)
    when = next((day for day in dates if day and first_day(day) <= first_day(shown)), shown)
    evidence = f"{record.record_id}: status {record.status_text or record.status}, version of {shown}"
    if _is_first_known(study, ended[0]) and record.first_posted_date:
        # Nobody saw it change: it was public as soon as both the record and its completion were.
        shown = max(record.first_posted_date, when, key=first_day)
    code, grade, status = EventCode.COMPLETED, AlertGrade.WATCH, record.status or ""
    return _event(study, context, code, when, shown, seen, grade, evidence, status, record.record_id)


def _results_posted(study: StudyFile, context: RunContext) -> Iterator[Event]:
    """Once per record: a second registry's results are other tables of the same study."""
    by_record: dict[str, list[Observation]] = defaultdict(list)
    for version in study.versions:
        if _trial(version).has_results:
            by_record[_trial(version).record_id].append(version)
    for record_id, versions in by_record.items():
        posted = next((day for item in versions if (day := _trial(item).results_posted_date)), None)
        posted = posted or _summarised(study, record_id)
        seen = _first_seen(versions)
        assert seen
        shown = posted or _shown(study, min(versions, key=lambda item: item.observed_at))
        evidence = f"{record_id}: results first posted {posted or f'by {shown}'}"
        yield _event(
            study, context, EventCode.RESULTS_POSTED, shown, shown, seen, _results_grade(study), evidence, record_id
        )


def _summarised(study: StudyFile, record_id: str) -> PartialDate | None:
    """First publication of a summary of results beside the record, in a register that gives it a page of its own."""
    days = [
        item.report.published_date
        for item in study.reports
        if item.report.report_id == f"{record_id}/results" and item.report.published_date
    ]
    return min(days, key=first_day, default=None)


def _is_first_known(study: StudyFile, version: Observation) -> bool:
    """Whether no version of a record is known from before one."""
    record = _trial(version)
    of_record = [item for item in study.versions if _trial(item).record_id == record.record_id]
    return all(first_day(_trial(item).registry_date) >= first_day(record.registry_date) for item in of_record)


def _shown(study: StudyFile, version: Observation) -> PartialDate:
    """Day from which a registry showed a version: its own date, or when we saw it change without another date.

    A register may date its records by their entry only, years before anything happens to the trial.
    """
    record = _trial(version)
    has_changed = any(
        item.observed_at < version.observed_at
        and _trial(item).origin is record.origin is VersionOrigin.CURRENT
        and _trial(item).registry_date == record.registry_date
        for item in study.versions
        if (_trial(item).record_id, _trial(item).source) == (record.record_id, record.source)
    )
    return version.observed_at.date().isoformat() if has_changed else record.registry_date


def _results_submitted(study: StudyFile, context: RunContext) -> Iterator[Event]:
    """Results that a sponsor has sent in and the registry has not shown: once per record, and no results yet."""
    told: set[str] = set()
    for version in study.versions:
        record = _trial(version)
        if (submitted := record.results_submitted_date) and not record.has_results and record.record_id not in told:
            told.add(record.record_id)
            same = [
                item
                for item in study.versions
                if _trial(item).record_id == record.record_id and _trial(item).results_submitted_date == submitted
            ]
            seen = _first_seen(same)
            assert seen
            shown = max(submitted, record.registry_date, key=first_day)
            evidence = f"{record.record_id}: results submitted {submitted}, in the registry's quality control"
            code, grade = EventCode.RESULTS_SUBMITTED, AlertGrade.INFO
            yield _event(study, context, code, submitted, shown, seen, grade, evidence, record.record_id)


def _report_linked(study: StudyFile, item: LinkedReport, context: RunContext) -> Event:
    report = item.report
    entered = report.entered_date or report.registry_date
    public, seen = first_day(entered), item.first_seen_at
    if item.link.method is LinkMethod.PERSON and item.linked_from:
        public, seen = max(public, item.linked_from), max(seen, at_night(item.linked_from))
    preprints = preprints_of({other.report.report_id: other.report for other in study.reports})
    before = next((known for known, article in preprints.items() if article == report.report_id), None)
    words = f"; the article of {before}" if before else ""
    words += ", from which numbers in extraction.csv come" if before in study.extracted_from else ""
    return Event(
        event_code=EventCode.REPORT_LINKED,
        study_id=study.study_id,
        event_date=report.published_date or entered,
        public_date=public,
        first_seen_at=seen,
        # That a report is of the study is not certain as long as no number and no person says so.
        grade=AlertGrade.WATCH if item.link.method is LinkMethod.MATCH else _results_grade(study),
        evidence=f"{report.report_id}, {report.title} ({item.link.evidence}){words}",
        reference=report.report_id,
        is_news=public > context.baseline_search_date,
    )


def _results_grade(study: StudyFile) -> AlertGrade:
    """Results call for action once the study is known to belong to the review; until then for a decision."""
    return AlertGrade.ACTION if study.screening.verdict is Verdict.MET else AlertGrade.WATCH


def _overdue(
    study: StudyFile, context: RunContext, thresholds: Thresholds, nights: Sequence[datetime]
) -> Iterator[Event]:
    """Results due and not public: by the clock, whatever the status says.

    Each completion date counts while it stood in the record, so that a nightly watch and a single look back tell
    the same. The month of completion tells one such event from the next: a day that is added to a known month
    is no other event, a completion that is put off is.
    """
    declared = [day for _, day in study.results_not_found]
    known = [day for day in (results_date(study), *declared) if day]
    results = min(known, key=first_day, default=None)
    told: set[str] = set()
    for record, until in _in_force(study, context):
        completion = record.primary_completion_date or record.completion_date
        if completion is None or record.status is Status.WITHDRAWN or completion[:7] in told:
            continue
        due = add_months(last_day(completion), thresholds.overdue_months)
        if due > until or (results is not None and first_day(results) <= due):
            continue
        told.add(completion[:7])
        stood = _first_seen(version for version in study.versions if _completion(version) == completion)
        seen = next((night for night in nights if night.date() >= due and stood and night >= stood), context.as_of)
        is_planned = record.primary_completion_type is CountType.ESTIMATED
        what = "primary completion" if record.primary_completion_date else "completion"
        planned = f" (as planned; status {record.status_text})" if is_planned else ""
        planned += _excused(record, due)
        yield Event(
            event_code=EventCode.OVERDUE,
            study_id=study.study_id,
            event_date=due.isoformat(),
            public_date=due,
            first_seen_at=seen,
            grade=AlertGrade.WATCH,
            evidence=f"{what} {completion}{planned}, no results {thresholds.overdue_months} months later",
            reference=completion[:7],
            is_news=due > context.baseline_search_date,
            rests_on=record.record_id,
        )


def _excused(record: TrialRecord, due: date) -> str:
    """What a registry says of results that are not public on the day they are due."""
    told = ""
    if (delay := record.disposition_posted_date) and first_day(delay) <= due:
        told += f", certificate of delay posted {delay}"
    if (sent := record.results_submitted_date) and first_day(sent) <= due:
        told += f", results submitted {sent}"
    return told


def _in_force(study: StudyFile, context: RunContext) -> Iterator[tuple[TrialRecord, date]]:
    """Versions of the record that names the study, each with the day on which the next one replaced it."""
    newest = study.newest
    versions = [
        item
        for item in map(_trial, study.versions)
        if (item.record_id, item.source) == (newest.record_id, newest.source)
    ]
    for record, following in zip_longest(versions, versions[1:]):
        yield record, min(first_day(following.registry_date), context.today) if following else context.today


def _completion(version: Observation) -> PartialDate | None:
    record = _trial(version)
    return record.primary_completion_date or record.completion_date


def _reversed(study: StudyFile, context: RunContext) -> Iterator[Event]:
    for item in reversals_of([_trial(version) for version in study.versions]):
        same = [version for version in study.versions if _trial(version) == item.after]
        seen = _first_seen(same)
        assert seen
        is_lost = item.takes_results_back and study.screening.verdict is Verdict.MET
        grade = AlertGrade.ACTION if is_lost else AlertGrade.WATCH
        shown = _shown(study, min(same, key=lambda version: version.observed_at))
        yield _event(study, context, EventCode.REVERSAL, shown, shown, seen, grade, item.evidence, item.reference)


def _corrected(study: StudyFile, context: RunContext) -> Iterator[Event]:
    """Corrections of what reports the randomised comparison; urgent where the review rests on it."""
    for item in study.reports:
        if item.link.kind not in {ReportKind.RESULTS, ReportKind.ABSTRACT, ReportKind.FOLLOW_UP}:
            continue
        for correction in corrections_of(item, study.reports):
            rests_on_it = item.report.report_id in study.extracted_from
            is_grave = correction.is_grave and study.screening.verdict is Verdict.MET
            grade = AlertGrade.ACTION if is_grave or rests_on_it else AlertGrade.WATCH
            public, seen = first_day(correction.shown), correction.seen_at
            if item.linked_from:
                public, seen = max(public, item.linked_from), max(seen, at_night(item.linked_from))
            yield Event(
                event_code=EventCode.CORRECTION,
                study_id=study.study_id,
                event_date=correction.shown,
                public_date=public,
                first_seen_at=seen,
                grade=grade,
                evidence=correction.evidence + ("; numbers in extraction.csv come from it" if rests_on_it else ""),
                reference=correction.reference,
                is_news=public > context.baseline_search_date,
            )


def _first_seen(versions: Sequence[Observation] | Iterator[Observation]) -> datetime | None:
    return min((version.observed_at for version in versions), default=None)


def _event(
    study: StudyFile,
    context: RunContext,
    code: EventCode,
    event_date: PartialDate,
    public: PartialDate,
    seen: datetime,
    grade: AlertGrade,
    evidence: str,
    reference: str,
    rests_on: str = "",
) -> Event:
    day: date = first_day(public)
    return Event(
        event_code=code,
        study_id=study.study_id,
        event_date=event_date,
        public_date=day,
        first_seen_at=seen,
        grade=grade,
        evidence=evidence,
        reference=reference,
        is_news=day > context.baseline_search_date,
        rests_on=rests_on,
    )


def _trial(version: Observation) -> TrialRecord:
    assert isinstance(version.item, TrialRecord)
    return version.item
