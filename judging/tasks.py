"""What people owe a review: results to read, criteria to decide, numbers to confirm, and what looks wrong.

Every item has a condition that closes it. Most close by a row of the file that they name; what is looked at and left
as it is closes by a row of settled.csv, until anything about it changes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from judging.listed import is_looked_for
from judging.version_tasks import not_found
from models.dates import last_day
from models.folder_rows import LinkRow, SettledRow
from models.judgement import Linked, Screened
from models.report import Report
from models.review import Review
from models.screening import QUEUE_KINDS, QueueItem, ScreeningDecision, StudyStatus
from models.synthesis import SourceFreshness
from models.trial import Observation, Rejected, TrialRecord
from models.vocabulary import ReportKind, StudyList, Verdict
from studies.discrepancies import in_numbers, in_time
from studies.eligibility import NOT_WRITTEN
from studies.lifecycle import StudyFile
from studies.likeness import like_records, like_reports, to_queue
from studies.linkage import is_listed_only
from studies.reopening import reopened
from studies.verdicts import Verdicts

_HOW_MANY = 5
"""Reports that a question names."""
BY_ROWS_ALONE = frozenset({"ruling", "eligibility", "search"})
"""Kinds that only a row of the file they name closes, or a file that is loaded."""
_WANTED = frozenset({StudyList.INCLUDED, StudyList.ONGOING, StudyList.AWAITING})


def rejections(rejected: Sequence[Rejected]) -> list[QueueItem]:
    """What could not be read."""
    return [
        QueueItem(
            kind="rejected",
            subject=item.record_ref,
            reason=f"{item.source}: {item.reason}",
            field=item.path,
            value=item.value,
            action=item.action,
        )
        for item in rejected
    ]


def unclear(screened: Screened, review: Review) -> list[QueueItem]:
    """Criteria that the rules leave to a person; those of a study that only reports tell of, in one question.

    Of studies that the version in force left to be classified `judging.version_tasks` asks, all in one.
    """
    waiting = {study.study_id for study in review.baseline.awaiting}
    return [
        item
        for study_id, decision in screened.screening.items()
        if study_id not in waiting
        for item in _undecided(decision, screened)
    ]


def _undecided(decision: ScreeningDecision, screened: Screened) -> Iterator[QueueItem]:
    open_ = [item for item in decision.criteria if item.verdict is Verdict.UNCLEAR]
    study_id = decision.study_id
    is_unwritten = any(item.quote == NOT_WRITTEN for item in open_)
    if decision.verdict is not Verdict.UNCLEAR or is_unwritten or _is_to_be_found(study_id, screened):
        return
    if reports := _reports_of_unregistered(study_id, screened):
        yield QueueItem(
            kind="eligibility",
            subject=study_id,
            reason=f"no register tells of the study, and {', '.join(reports)} alone leaves unclear:"
            f" {', '.join(item.criterion for item in open_)}",
            field="report",
            value="; ".join(f"{item.criterion}: {item.quote}" for item in open_),
            action="read the report, and decide in decisions.csv (criterion list, verdict included, where all are met)",
        )
        return
    for item in open_:
        yield QueueItem(
            kind="eligibility",
            subject=study_id,
            reason=f"{item.criterion} is unclear",
            field=item.field,
            value=item.quote,
            action="decide in decisions.csv",
        )


def unread_languages(screened: Screened, review: Review) -> Iterator[QueueItem]:
    """Reports in languages without words of the protocol, and of no study: in one question, since they may be many."""
    linked = {item.report_id for item in screened.linked.reports}
    unread = sorted(name for name, item in screened.reports.items() if item.is_unread and name not in linked)
    if unread:
        more = f" and {len(unread) - _HOW_MANY} more" if len(unread) > _HOW_MANY else ""
        yield QueueItem(
            kind="report",
            subject=review.protocol.review,
            reason=f"{len(unread)} report{'s' if len(unread) > 1 else ''} in languages of which the protocol has no words cannot be screened",
            field="language",
            value=", ".join(unread[:_HOW_MANY]) + more,
            action="look at them (out_report_screening, field language), link those of a study in links.csv, or give the"
            " protocol words of their languages",
        )


def _reports_of_unregistered(study_id: str, screened: Screened) -> list[str]:
    """Reports of a study that no register tells of."""
    if not is_listed_only(screened.record_of(study_id)):
        return []
    return [item.report_id for item in screened.linked.reports if item.study_id == study_id]


def _is_to_be_found(study_id: str, screened: Screened) -> bool:
    """Whether a register may still tell of a study of which only its number is known."""
    is_unknown = is_listed_only(screened.record_of(study_id)) and is_looked_for(study_id)
    return is_unknown and not _reports_of_unregistered(study_id, screened)


def recall(screened: Screened, review: Review, freshness: Sequence[SourceFreshness]) -> list[QueueItem]:
    """The review's own studies, where the search or the rules would have missed them.

    What was not found counts only once every source that the program searches was searched to its end: no export of a
    database brings back an entry of a register.
    """
    if not review.protocol.is_written:
        return list(not_found(screened, review))
    is_searched = not any(source.is_stale for source in freshness if not source.is_by_hand)
    queue = []
    named = {study.study_id: study.label for v in review.versions for study in (*v.included, *v.ongoing)}
    for study_id, label in named.items():
        is_missing = is_listed_only(screened.record_of(study_id))
        is_out = screened.screening[study_id].by_rules is Verdict.NOT_MET
        if is_out or (is_missing and is_looked_for(study_id) and is_searched):
            found = "screened out by the rules" if is_out else "not found"
            queue.append(
                QueueItem(
                    kind="recall",
                    subject=study_id,
                    reason=f"a study of the review ({label}) was {found}",
                    action="mend the search or the eligibility terms in protocol.yaml",
                )
            )
    return queue


def unread_results(files: Sequence[StudyFile], statuses: Sequence[StudyStatus], review: Review) -> Iterator[QueueItem]:
    """Studies of the review, or perhaps of it, whose results are public and stand in no row of extraction.csv.

    What was public at the search of the version that includes a study was read for that version.
    """
    lists = {status.study_id: status.list for status in statuses}
    cited = {(row.study_id, row.report) for row in review.rows_of_numbers}
    for study in files:
        searched = review.baseline.search_date if study.published else date.min
        unread = [
            source
            for source, day in _results_of(study)
            if (study.study_id, source) not in cited and (day is None or last_day(day) > searched)
        ]
        posted = {record.record_id for record in study.records if record.has_results} & set(unread)
        helps = f" (trialwatch extract {study.study_id} --append enters what a registry posts)" if posted else ""
        if unread and lists[study.study_id] in _WANTED:
            yield QueueItem(
                kind="results",
                subject=study.study_id,
                reason="results are public, and no row of extraction.csv comes from them",
                field="report",
                value=", ".join(unread),
                action=f"read them and enter rows in extraction.csv{helps}",
            )


def of_studies_that_matter(screened: Screened, review: Review) -> Iterator[QueueItem]:
    """What linking leaves to a person, without links between studies that are all outside of the review.

    Inside are those that are eligible or may be, that a version lists, or that people name in their rows.
    """
    study_of = screened.study_of
    named = [
        *(study.study_id for version in review.versions for study in version.listed),
        *(name for row in review.links for name in (row.study_id, row.item_id)),
        *(row.study_id for row in review.decisions),
        *(row.study_id for row in review.rows_of_numbers),
    ]
    inside = {*screened.studies_that_matter, *(study_of[name] for name in named if name in study_of)}
    for item in screened.linked.queue:
        names = (item.subject, *(item.value or "").split(", "))
        sides = {study_of[name] for name in names if name in study_of}
        if item.kind != "link" or not sides or sides & inside:
            yield item


def look_alikes(
    linked: Linked,
    records: Mapping[str, TrialRecord],
    reports: Mapping[str, Report],
    wanted: Sequence[str],
    rows: Sequence[LinkRow],
) -> list[QueueItem]:
    """Records and reports that look like a wanted study, as long as links.csv says nothing of the pair."""
    study_of = {item.record_id: item.study_id for item in linked.records}
    pairs = [
        *like_records(records, study_of, wanted),
        *like_reports(records, reports, study_of, wanted, [item.report_id for item in linked.reports]),
    ]
    decided = {frozenset((row.study_id, row.item_id)) for row in rows}
    return [to_queue(pair) for pair in pairs if frozenset((pair.first, pair.second)) not in decided]


def reopened_decisions(
    review: Review, screened: Screened, versions: Mapping[str, Sequence[Observation]], verdicts: Verdicts
) -> list[QueueItem]:
    """People's decisions under which a record has changed; `versions` by study."""
    decisions = review.decisions
    return [
        item
        for study_id in sorted({row.study_id for row in decisions} & set(versions))
        for item in reopened(study_id, of_leading_record(study_id, screened, versions), verdicts, decisions)
    ]


def contradicted(screened: Screened, review: Review) -> Iterator[QueueItem]:
    """Studies that the rules screen out by their registration, and of which a report tells otherwise.

    Of one that the review's authors accept `recall` asks.
    """
    decided = {row.study_id for row in review.decisions}
    for link in screened.linked.reports:
        decision, report = screened.screening[link.study_id], screened.reports[link.report_id]
        is_out = decision.verdict is decision.by_rules is Verdict.NOT_MET
        is_out = is_out and not is_listed_only(screened.record_of(link.study_id))
        is_results = link.kind in {ReportKind.RESULTS, ReportKind.ABSTRACT}
        if not is_out or not is_results or report.verdict is not Verdict.MET or link.study_id in decided:
            continue
        failed = next(item for item in decision.criteria if item.verdict is Verdict.NOT_MET)
        said = next((item.quote for item in report.criteria if item.criterion is failed.criterion), "")
        yield QueueItem(
            kind="discrepancy",
            subject=link.study_id,
            reason=f"{link.report_id} meets the criteria, and the registration does not: {failed.criterion}",
            field=failed.field,
            value=f"{failed.quote} | {said}",
            action="decide the criterion in decisions.csv",
        )


def number_conflicts(files: Sequence[StudyFile], linked: Linked, records: Mapping[str, TrialRecord]) -> list[QueueItem]:
    """Numbers of people that differ, of studies that are eligible or may be."""
    members: dict[str, list[TrialRecord]] = defaultdict(list)
    for item in linked.records:
        members[item.study_id].append(records[item.record_id])
    return [
        item
        for study in files
        if study.screening.verdict is not Verdict.NOT_MET
        for item in (
            *in_numbers(study.study_id, study.numbers, members[study.study_id]),
            *in_time(study.study_id, [item.item for item in study.versions if isinstance(item.item, TrialRecord)]),
        )
    ]


def of_leading_record(
    study_id: str, screened: Screened, versions: Mapping[str, Sequence[Observation]]
) -> list[TrialRecord]:
    """Versions of the record that a study is judged by, in the order given."""
    leading = screened.linked.leading[study_id]
    records = [version.item for version in versions.get(study_id, ()) if isinstance(version.item, TrialRecord)]
    return [record for record in records if record.record_id == leading]


def open_items(queue: Iterable[QueueItem], settled: Sequence[SettledRow]) -> tuple[QueueItem, ...]:
    """The queue, each item once, the weightiest first, without what people have settled.

    A row that settles nothing is an item itself, as long as what it seems to mean is open under another name: it was
    mistyped, or something has changed since. Otherwise what it settled is gone, and may come back.
    """
    items = list(dict.fromkeys(queue))
    by_name = {item.item: item for item in items}
    closed, tasks = set(), []
    for row in settled:
        item = by_name.get(row.item)
        if item and item.kind not in BY_ROWS_ALONE and _means(row) == _place(item):
            closed.add(row.item)
        elif item:
            tasks.append(_settles_nothing(row, [item]))
        elif meant := [other for other in items if _means(row) == _place(other)]:
            tasks.append(_settles_nothing(row, meant))
    left = [item for item in [*items, *tasks] if item.item not in closed]
    return tuple(sorted(left, key=lambda item: QUEUE_KINDS.index(item.kind)))


def _means(row: SettledRow) -> tuple[str, str, str]:
    return row.kind, row.subject.strip().casefold(), (row.field or "").casefold()


def _place(item: QueueItem) -> tuple[str, str, str]:
    return item.kind, item.subject.casefold(), item.field.casefold()


def _settles_nothing(row: SettledRow, open_: Sequence[QueueItem]) -> QueueItem:
    """Why a row settles nothing: `open_` is what it names, or else what it seems to mean."""
    named = open_[0] if open_[0].item == row.item else None
    if named and named.kind in BY_ROWS_ALONE:
        why, action = f"{row.item} is closed in another way: {named.action}", "do that, and remove the row"
    elif named:
        place = ", ".join(part for part in (named.kind, named.subject, named.field) if part)
        why, action = f"{row.item} is about {place}", "write that as its kind, subject and field, or correct the item"
    else:
        names = " or ".join(other.item for other in open_)
        why, action = f"{row.item} is not, or no longer, open", f"look again, and write {names} or remove the row"
    return QueueItem(
        kind="ruling",
        subject=row.subject,
        reason=f"settled.csv:{row.line}: {why}, so the row settles nothing",
        field="item",
        value=row.item,
        action=action,
    )


def _results_of(study: StudyFile) -> Iterator[tuple[str, str | None]]:
    """Reports of results, entries with posted ones, and papers that a registry names as results and no index has told
    of, each with the day on which it became public."""
    for item in study.reports:
        if item.link.kind in {ReportKind.RESULTS, ReportKind.REGISTRY_SUMMARY}:
            yield item.report.report_id, item.report.published_date or item.report.registry_date
    for record in study.records:
        if record.has_results:
            yield record.record_id, record.results_posted_date
    for reference, day in study.results_not_found:
        yield reference.name, day
