"""What reports add to the studies that registers tell of: links by likeness, questions to people, and studies of their own.

A report that may be of a trial the review counts, and that names no study's number, is held against every study that
matters. One that is of none makes a study of its own, named by the registration that it states, or else by its own
widest number; preprint, article and further reports of that trial belong to it. Cochrane counts studies, not reports.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

import msgspec

from models.judgement import Linked
from models.literature import Literature
from models.protocol import LinkRow
from models.report import Report
from models.screening import CriterionVerdict, QueueItem, ReportLink, ReportScreening
from models.trial import TrialRecord
from models.vocabulary import Criterion, LinkMethod, ReportKind, Verdict
from studies.bibliography import Description, description, has_one_title
from studies.candidates import Candidate, Profile, candidates_for, certain, people_in
from studies.identifiers import Identifier, identifiers_in
from studies.linkage import LISTED, is_listed_only
from studies.report_kinds import report_kind
from studies.reports import notices_of, preprints_of

_WIDEST = ("DOI", "PMID", "CENTRAL", "EMBASE")
"""Names by which a study without a registration is called: a DOI is what every database has."""
_SHOWN = 3
"""Studies that a question names."""


class FromReports(msgspec.Struct, frozen=True, kw_only=True):
    """What reports add to a night's links.

    Attributes
    ----------
    records : a record for each study of its own, by study id
    links : reports that were joined to studies, old ones and new
    queue : reports that may be of a study, which a person is asked about
    """

    records: Mapping[str, TrialRecord]
    links: tuple[ReportLink, ...]
    queue: tuple[QueueItem, ...]


class _Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What is known when reports are held against studies."""

    literature: Literature
    screenings: Mapping[str, ReportScreening]
    profiles: Sequence[Profile]
    records: Mapping[str, TrialRecord]
    rows: Sequence[LinkRow]
    known: Mapping[str, str]
    """Study that each name stood for on earlier nights."""

    def report(self, report_id: str) -> Report:
        return self.literature.reports[report_id]


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
    reading = _Reading(
        literature=literature, screenings=screenings, profiles=profiles, records=records, rows=rows, known=known
    )
    taken = {item.report_id for item in linked.reports}
    free = [report_id for report_id, item in sorted(screenings.items()) if item.is_candidate and report_id not in taken]
    listed = dict(_of_listed(free, reading))
    links: list[ReportLink] = list(listed.values())
    queue: list[QueueItem] = []
    alone: list[str] = []
    for report_id in free:
        if report_id in listed:
            continue
        candidates = candidates_for(reading.report(report_id), profiles, _kept_apart(report_id, rows))
        if (one := certain(candidates)) and not _numbers(reading.report(report_id)):
            links.append(_matched(reading.report(report_id), one, records[linked.leading[one.study_id]]))
        elif candidates:
            queue.append(_asked(reading.report(report_id), candidates))
        else:
            alone.append(report_id)
    made = _studies(alone, reading)
    queue += made.queue
    links += [*linked.reports, *made.links]
    notices = [item for item in notices_of(links, literature) if item.study_id not in _kept_apart(item.report_id, rows)]
    return FromReports(records=made.records, links=tuple(sorted([*links, *notices], key=_place)), queue=tuple(queue))


def _place(link: ReportLink) -> tuple[str, str]:
    return link.study_id, link.report_id


def criteria_of(screening: ReportScreening | None) -> tuple[CriterionVerdict, ...]:
    """What a report tells of a study that no register tells of; what a report does not tell is unclear.

    A person has named the study, or the rules have not found it to be none: no report alone takes it out again.
    """
    told = {item.criterion: item for item in screening.criteria} if screening else {}
    return tuple(_of_study(criterion, told.get(criterion)) for criterion in Criterion)


def _of_study(criterion: Criterion, told: CriterionVerdict | None) -> CriterionVerdict:
    if told is None:
        quote = "no registration is known, and no report tells of it"
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


def _of_listed(free: Sequence[str], reading: _Reading) -> Iterator[tuple[str, ReportLink]]:
    """Reports by whose names people or the review call a study."""
    called = {
        reading.literature.as_written(record_id): record_id
        for record_id, record in reading.records.items()
        if is_listed_only(record)
    }
    for report_id in free:
        if study_id := called.get(report_id):
            yield report_id, _own(study_id, reading.report(report_id), "the study is known by it")


def _kept_apart(report_id: str, rows: Sequence[LinkRow]) -> frozenset[str]:
    said = {row.study_id: row.is_linked for row in rows if row.relation == "report" and row.item_id == report_id}
    return frozenset(study_id for study_id, is_linked in said.items() if not is_linked)


def _numbers(report: Report) -> list[str]:
    """Registrations that a report states as its own: declared, or the only one that its words name."""
    declared = dict.fromkeys(_written(item) for text in report.registry_ids for item in identifiers_in(text))
    text = f"{report.title}\n{report.abstract_text or ''}"
    return list(declared or dict.fromkeys(map(_written, identifiers_in(text))))


def _written(number: Identifier) -> str:
    """As the register writes it in a record, without its name before it."""
    text = str(number)
    return number.number if " " in text else text


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


class _Made(msgspec.Struct, frozen=True, kw_only=True):
    records: dict[str, TrialRecord]
    links: list[ReportLink]
    queue: list[QueueItem]


def _studies(alone: Sequence[str], reading: _Reading) -> _Made:
    """Studies of their own: reports of one registration, of one title, or of one preprint, are of one study."""
    made = _Made(records={}, links=[], queue=[])
    for members in _together(alone, reading):
        reports = [reading.report(report_id) for report_id in members]
        study_id, evidence = _named(reports, reading)
        first = min(reports, key=lambda item: (item.published_date or item.registry_date, item.report_id))
        made.records[study_id] = TrialRecord(
            source=LISTED,
            registry="none",
            registry_id=study_id,
            registry_date=first.published_date or first.registry_date,
            brief_title=first.title,
        )
        made.links.extend(_own(study_id, report, evidence) for report in reports)
    made.queue.extend(_perhaps_one(made, reading))
    return made


def _together(alone: Sequence[str], reading: _Reading) -> list[list[str]]:
    """Groups of reports of one trial, in the order of their ids."""
    pairs = preprints_of(reading.literature.reports, reading.literature.as_written)
    described = {report_id: description(reading.report(report_id)) for report_id in alone}
    groups: dict[str, list[str]] = {report_id: [report_id] for report_id in alone}
    by_number: dict[str, str] = {}
    by_title: dict[tuple[str, str], str] = {}

    def join(one: str, other: str) -> None:
        if groups[one] is not groups[other]:
            groups[one] += groups[other]
            for member in groups[other]:
                groups[member] = groups[one]

    for (one, other), is_linked in _said(reading):
        if is_linked and one in groups and other in groups:
            join(one, other)
    for report_id in alone:
        if len(numbers := _numbers(reading.report(report_id))) == 1:
            join(by_number.setdefault(numbers[0], report_id), report_id)
        if (article := pairs.get(report_id)) in groups:
            join(report_id, article)
        item = described[report_id]
        if item.title and item.author:
            other = by_title.setdefault((item.author, item.title[:40]), report_id)
            if _is_one_trial(described[other], item, reading.report(other), reading.report(report_id)):
                join(other, report_id)
    return [sorted(group) for group in {id(group): group for group in groups.values()}.values()]


def _is_one_trial(one: Description, other: Description, first: Report, second: Report) -> bool:
    """Whether two documents with one title and author are of one trial: an abstract or preprint, and its article."""
    numbers = set(_numbers(first)), set(_numbers(second))
    is_parted = bool(numbers[0] and numbers[1] and not numbers[0] & numbers[1])
    is_early = one.is_preprint or other.is_preprint or one.is_abstract or other.is_abstract
    return is_early and not is_parted and has_one_title(one, other)


def _named(reports: Sequence[Report], reading: _Reading) -> tuple[str, str]:
    """The id of a study of its own, given once, and why it is one."""
    numbers = sorted({number for report in reports for number in _numbers(report)})
    told = f"no source has told of {', '.join(numbers)}" if numbers else "no registration is known"
    names = sorted({name for report in reports for name in report.names if reading.literature.resolve(name)})
    given = [reading.known[name] for name in reading.known if name in {*names, *(numbers if len(numbers) == 1 else ())}]
    if given:
        return given[0], told
    if len(numbers) == 1:
        return numbers[0], told
    widest = [name for kind in _WIDEST for name in names if name.startswith(f"{kind}:")]
    return (widest or [min(report.report_id for report in reports)])[0], told


def _perhaps_one(made: _Made, reading: _Reading) -> Iterator[QueueItem]:
    """Studies of their own by one first author and of as many people: a person is asked whether they are one."""
    of_author: dict[str, list[ReportLink]] = defaultdict(list)
    for link in made.links:
        if author := description(reading.report(link.report_id)).author:
            of_author[author].append(link)
    for one, other in (pair for links in of_author.values() for pair in combinations(links, 2)):
        reports = reading.report(one.report_id), reading.report(other.report_id)
        if one.study_id != other.study_id and _may_be_one(*reports) and not _is_decided(reports, reading):
            first, second = sorted((one.study_id, other.study_id))
            yield QueueItem(
                kind="link",
                subject=first,
                reason=f"{second} may be the same trial: its report is by the same first author, of as many people",
                field="title",
                value=second,
                action="say in links.csv whether they belong together",
            )


def _may_be_one(one: Report, other: Report) -> bool:
    if _numbers(one) and _numbers(other):
        return False
    return bool(people_in(one.abstract_text or one.title) & people_in(other.abstract_text or other.title))


def _is_decided(reports: Sequence[Report], reading: _Reading) -> bool:
    """Whether people have said of two reports whether they belong together."""
    return any({item.report_id for item in reports} == set(pair) for pair, _ in _said(reading))


def _said(reading: _Reading) -> Iterator[tuple[tuple[str, str], bool]]:
    """Pairs of reports of which links.csv says whether they are of one study; a study of its own is named by a report."""
    by_number = {
        number: report_id for report_id in reading.screenings for number in _numbers(reading.report(report_id))
    }
    for row in reading.rows:
        one, other = (reading.literature.resolve(name) or by_number.get(name) for name in (row.study_id, row.item_id))
        if one and other and one != other:
            yield (one, other), row.is_linked


def _own(study_id: str, report: Report, evidence: str) -> ReportLink:
    return ReportLink(
        study_id=study_id,
        report_id=report.report_id,
        kind=report_kind(report, is_declared=True),
        method=LinkMethod.OWN_ID,
        evidence=evidence,
    )
