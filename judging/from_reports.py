"""What reports add to the studies that registers tell of: links by likeness, questions to people, and studies of their own.

A report that may be of a trial the review counts, and that names no study's number, is held against every study that
matters. One that is of none makes a study of its own (`judging.unregistered`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from judging.unregistered import Told, numbers_of, own_link, unregistered
from models.eligibility import Eligibility
from models.folder_rows import LinkRow
from models.judgement import Linked
from models.literature import Literature
from models.report import Report
from models.screening import CriterionVerdict, QueueItem, ReportLink, ReportScreening
from models.trial import TrialRecord
from models.vocabulary import Criterion, LinkMethod, ReportKind, Verdict
from studies.candidates import Candidate, Candidates, Profile, certain
from studies.identifiers import identify
from studies.linkage import is_listed_only
from studies.report_kinds import report_kind
from studies.reports import with_notices

_SHOWN = 3
"""Studies that a question names."""


class FromReports(msgspec.Struct, frozen=True, kw_only=True):
    """What reports add to a night's links.

    Attributes
    ----------
    records : a record for each study of its own, by study id; none of them is a record that any source told of
    links : reports that were joined to studies, old ones and new
    queue : reports that may be of a study, which a person is asked about
    """

    records: Mapping[str, TrialRecord]
    links: tuple[ReportLink, ...]
    queue: tuple[QueueItem, ...]


def from_reports(
    linked: Linked,
    literature: Literature,
    screenings: Mapping[str, ReportScreening],
    profiles: Sequence[Profile],
    records: Mapping[str, TrialRecord],
    rows: Sequence[LinkRow],
    known: Mapping[str, str],
) -> FromReports:
    """Hold the reports that nothing links against the studies that matter.

    Parameters
    ----------
    linked : by numbers, references and people
    screenings : by report id
    profiles : of the studies that matter
    records : newest record by id, those of studies that only people or the review name among them
    rows : links.csv as known on the night
    known : the study that each name stood for on earlier nights, the oldest first
    """
    reports = literature.reports
    study_of = {item.record_id: item.study_id for item in linked.records}
    study_of |= {record_id: study_id for study_id, record_id in linked.leading.items()}
    rows = [row.model_copy(update={"study_id": study_of.get(row.study_id, row.study_id)}) for row in rows]
    links: list[ReportLink] = [*linked.reports, *_of_listed(linked, literature, records)]
    taken = {item.report_id for item in links}
    free = [report_id for report_id in sorted(screenings) if report_id not in taken]
    queue: list[QueueItem] = []
    alone: list[str] = []
    studies = Candidates(profiles)
    for report_id in (name for name in free if screenings[name].is_candidate):
        likely = studies.of(reports[report_id], _kept_apart(report_id, rows))
        if (one := certain(likely)) and not numbers_of(reports[report_id]):
            links.append(_matched(reports[report_id], one, records[linked.leading[one.study_id]]))
        elif likely:
            queue.append(_asked(reports[report_id], likely))
        else:
            alone.append(report_id)
    told = Told(literature=literature, rows=rows, known=known, taken=frozenset({*records, *linked.leading}))
    further = [name for name in free if not screenings[name].is_candidate]
    made = unregistered(alone, further, told)
    links += made.links
    notices = [name for name, item in screenings.items() if item.kind is ReportKind.NOTICE]
    links = [
        item
        for item in with_notices(links, literature, notices)
        if item.method is not LinkMethod.SAME_REPORT or item.study_id not in _kept_apart(item.report_id, rows)
    ]
    return FromReports(records=made.records, links=tuple(sorted(links, key=_place)), queue=(*queue, *made.queue))


def _place(link: ReportLink) -> tuple[str, str]:
    return link.study_id, link.report_id


def criteria_of(
    study_id: str, screening: ReportScreening | None, eligibility: Eligibility
) -> tuple[CriterionVerdict, ...]:
    """What a report tells of a study that no register tells of; what a report does not tell is unclear.

    A person has named the study, or the rules have not found it to be none: no report alone takes it out again.
    """
    told = {item.criterion: item for item in screening.criteria} if screening else {}
    asked = [item for item in eligibility.asked if item in told or item in eligibility.required]
    return tuple(_of_study(study_id, criterion, told.get(criterion)) for criterion in asked)


def _of_study(study_id: str, criterion: Criterion, told: CriterionVerdict | None) -> CriterionVerdict:
    if told is None:
        is_number = identify(study_id) is not None
        lacking = f"no source has told of {study_id} yet" if is_number else "no registration is known"
        quote = f"{lacking}, and no report tells of it"
        return CriterionVerdict(criterion=criterion, verdict=Verdict.UNCLEAR, field="registration", quote=quote)
    if told.verdict is Verdict.NOT_MET:
        return msgspec.structs.replace(told, verdict=Verdict.UNCLEAR)
    return told


def leading_report(study_id: str, links: Iterable[ReportLink], literature: Literature) -> str | None:
    """The report by which a study without a registration is judged: of results before others, then the oldest."""
    own = [item for item in links if item.study_id == study_id]
    return min((item.report_id for item in own), key=lambda name: _order(name, own, literature), default=None)


def _order(report_id: str, links: Sequence[ReportLink], literature: Literature) -> tuple[bool, str, str]:
    kind = next(item.kind for item in links if item.report_id == report_id)
    report = literature.reports[report_id]
    return kind is not ReportKind.RESULTS, report.published_date or report.registry_date, report_id


def _of_listed(linked: Linked, literature: Literature, records: Mapping[str, TrialRecord]) -> Iterator[ReportLink]:
    """Reports by whose names people or the review call a study, where nothing else links them."""
    taken = {item.report_id for item in linked.reports}
    for study_id, leading in linked.leading.items():
        report_id = literature.resolve(leading)
        if is_listed_only(records[leading]) and report_id and report_id not in taken:
            yield own_link(study_id, literature.reports[report_id], "the study is known by it")


def _kept_apart(report_id: str, rows: Sequence[LinkRow]) -> frozenset[str]:
    said = {row.study_id: row.is_linked for row in rows if row.relation == "report" and row.item_id == report_id}
    return frozenset(study_id for study_id, is_linked in said.items() if not is_linked)


def _matched(report: Report, one: Candidate, record: TrialRecord) -> ReportLink:
    return ReportLink(
        study_id=one.study_id,
        report_id=report.report_id,
        kind=report_kind(report, record, is_declared=True),
        method=LinkMethod.MATCH,
        evidence=f"agrees in {one.evidence}",
    )


def _asked(report: Report, candidates: Sequence[Candidate]) -> QueueItem:
    shown = "; ".join(f"{item.study_id} ({item.evidence})" for item in candidates[:_SHOWN])
    return QueueItem(
        kind="report",
        subject=report.report_id,
        reason=f"a report that names no known study may be of {shown}",
        field="title",
        value=report.title,
        action=f"say in links.csv of which (study_id, item_id {report.report_id}, relation report), or is_linked false for"
        " each: then it is a study of its own",
    )
