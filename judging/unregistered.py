"""Studies that no register tells of: they exist because a report describes a trial that the review may count.

Such a study is called by the registration that its reports state, or else by the widest number of one of them, and keeps
the id that it was given first. Preprint, abstract and paper of one trial are reports of one study, as are further reports
that state its registration; people part and join them in links.csv. Cochrane counts studies, not reports.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import msgspec
from rapidfuzz import fuzz

from models.folder_rows import LinkRow
from models.literature import Literature
from models.report import Report
from models.screening import QueueItem, ReportLink
from models.trial import TrialRecord
from models.vocabulary import LinkMethod, ReportKind
from studies.bibliography import Description, description, has_one_title
from studies.candidates import people_in
from studies.identifiers import Identifier
from studies.linkage import LISTED
from studies.report_kinds import report_kind
from studies.reports import preprints_of
from studies.stated_numbers import stated_numbers

_WIDEST = ("DOI", "PMID", "CENTRAL", "EMBASE")
"""Names by which a study without a registration is called: a DOI is what every database has."""
_BEGINNING = 40
"""Letters of a title by which an abstract and its paper find each other."""
_LIKE_TITLE = 60
"""Likeness of titles, 0 to 100, from which two reports by one author, of as many people, are worth a question."""


class Unregistered(msgspec.Struct, frozen=True, kw_only=True):
    """Studies that only reports tell of, by id; the reports of each; and what a person is asked about them."""

    records: dict[str, TrialRecord]
    links: list[ReportLink]
    queue: list[QueueItem]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What is known when reports become studies."""

    literature: Literature
    rows: Sequence[LinkRow]
    """links.csv as known on the night."""
    known: Mapping[str, str]
    """Study that each name stood for on earlier nights, the oldest first."""
    taken: frozenset[str]
    """Ids of studies and records that are told of otherwise."""

    def report(self, report_id: str) -> Report:
        return self.literature.reports[report_id]


def unregistered(alone: Sequence[str], further: Sequence[str], told: Told) -> Unregistered:
    """Make studies of reports that are of none.

    Parameters
    ----------
    alone : ids of reports that may be of a trial which the review counts
    further : ids of other reports without a study, which may state the registration of one that is made
    """
    numbers = {report_id: numbers_of(told.report(report_id)) for report_id in (*alone, *further)}
    said = _said(told, numbers)
    made = Unregistered(records={}, links=[], queue=[])
    by_number: dict[str, str] = {}
    for members in _together(alone, told, numbers, said):
        reports = [told.report(report_id) for report_id in members]
        stated = sorted({number for report_id in members for number in numbers[report_id]})
        study_id = _called(reports, stated, told, made)
        first = min(reports, key=lambda item: (item.published_date or item.registry_date, item.report_id))
        made.records[study_id] = TrialRecord(
            source=LISTED,
            registry="none",
            registry_id=study_id,
            registry_date=first.published_date or first.registry_date,
            brief_title=first.title,
        )
        why = f"no source has told of {', '.join(stated)}" if stated else "no registration is known"
        made.links.extend(own_link(study_id, report, why) for report in reports)
        by_number |= {number: study_id for number in stated if len(stated) == 1}
    for report_id in further:
        if len(numbers[report_id]) == 1 and (study := by_number.get(numbers[report_id][0])):
            made.links.append(own_link(study, told.report(report_id), f"names {numbers[report_id][0]}"))
    made.queue.extend(_perhaps_one(made, told, numbers, said))
    return made


def numbers_of(report: Report) -> list[str]:
    """Registrations that a report states as its own: declared, or else those that its words name."""
    return list(dict.fromkeys(_written(number) for _, _, numbers in stated_numbers(report) for number in numbers))


def own_link(study_id: str, report: Report, evidence: str) -> ReportLink:
    """A report of a study that is known by it."""
    return ReportLink(
        study_id=study_id,
        report_id=report.report_id,
        kind=report_kind(report, is_declared=True),
        method=LinkMethod.OWN_ID,
        evidence=evidence,
    )


def _written(number: Identifier) -> str:
    """As the register writes it in a record, without its name before it."""
    text = str(number)
    return number.number if " " in text else text


def _said(told: Told, numbers: Mapping[str, Sequence[str]]) -> dict[frozenset[str], bool]:
    """Pairs of reports of which links.csv says whether they are of one study; such a study is named by any of them."""
    by_number: dict[str, list[str]] = defaultdict(list)
    for report_id, stated in numbers.items():
        for number in stated:
            by_number[number].append(report_id)

    def named(name: str) -> list[str]:
        found = told.literature.resolve(name)
        return [found] if found else by_number.get(name, [])

    return {
        frozenset((one, other)): row.is_linked
        for row in told.rows
        for one in named(row.study_id)
        for other in named(row.item_id)
        if one != other
    }


def _together(
    alone: Sequence[str], told: Told, numbers: Mapping[str, Sequence[str]], said: Mapping[frozenset[str], bool]
) -> list[list[str]]:
    """Groups of reports of one trial, in the order of their ids."""
    groups: dict[str, list[str]] = {report_id: [report_id] for report_id in alone}

    def join(one: str, other: str) -> None:
        first, second = groups[one], groups[other]
        if first is second or any(said.get(frozenset((a, b))) is False for a in first for b in second):
            return
        first += second
        for member in second:
            groups[member] = first

    for pair in sorted((sorted(pair) for pair, is_linked in said.items() if is_linked)):
        if all(name in groups for name in pair):
            join(*pair)
    pairs = preprints_of(told.literature.reports, told.literature.as_written)
    by_number: dict[str, str] = {}
    by_title: dict[tuple[str, str], list[str]] = defaultdict(list)
    described = {report_id: description(told.report(report_id)) for report_id in alone}
    for report_id in alone:
        if len(numbers[report_id]) == 1:
            join(by_number.setdefault(numbers[report_id][0], report_id), report_id)
        if (article := pairs.get(report_id)) in groups:
            join(report_id, article)
        item = described[report_id]
        if item.title and item.author:
            alike = by_title[item.author, item.title[:_BEGINNING]]
            for other in alike:
                if _is_one_trial(described[other], item) and not _state_two(numbers[other], numbers[report_id]):
                    join(other, report_id)
            alike.append(report_id)
    return [sorted(group) for group in {id(group): group for group in groups.values()}.values()]


def _is_one_trial(one: Description, other: Description) -> bool:
    """Whether two documents with one title and author are of one trial: an abstract or preprint, and its article."""
    is_early = one.is_preprint or other.is_preprint or one.is_abstract or other.is_abstract
    return is_early and has_one_title(one, other)


def _state_two(one: Sequence[str], other: Sequence[str]) -> bool:
    return bool(one and other) and not set(one) & set(other)


def _called(reports: Sequence[Report], stated: Sequence[str], told: Told, made: Unregistered) -> str:
    """The id of a study: as it was first called, or by its registration, or by its widest number; nobody else's."""
    names = sorted(
        {name for report in reports for name in report.names if told.literature.resolve(name) == report.report_id}
    )
    only = [*stated] if len(stated) == 1 else []
    before = [told.known[name] for name in (*names, *only) if name in told.known]
    rank = {study_id: n for n, study_id in enumerate(told.known.values())} if len(set(before)) > 1 else {}
    before.sort(key=lambda study_id: (rank.get(study_id, 0), study_id))
    widest = [name for kind in _WIDEST for name in names if name.startswith(f"{kind}:")]
    last = min(report.report_id for report in reports)
    free = (name for name in (*before, *only, *widest) if name not in told.taken and name not in made.records)
    return next(free, last)


def _perhaps_one(
    made: Unregistered, told: Told, numbers: Mapping[str, Sequence[str]], said: Mapping[frozenset[str], bool]
) -> Iterator[QueueItem]:
    """Two of these by one first author, of as many people and with like titles: a person is asked whether they are one."""
    of_author: dict[tuple[str, int], list[ReportLink]] = defaultdict(list)
    asked: set[tuple[str, ...]] = set()
    for link in made.links:
        report = told.report(link.report_id)
        if link.kind is not ReportKind.NOTICE and (author := description(report).author):
            for n in people_in(report.abstract_text or report.title):
                of_author[author, n].append(link)
    for (_, n), links in sorted(of_author.items()):
        for one, other in combinations(links, 2):
            pair = tuple(sorted((one.study_id, other.study_id)))
            is_open = one.study_id != other.study_id and pair not in asked
            is_said = frozenset((one.report_id, other.report_id)) in said
            if not is_open or is_said or _state_two(numbers[one.report_id], numbers[other.report_id]):
                continue
            titles = told.report(one.report_id).title, told.report(other.report_id).title
            if fuzz.token_sort_ratio(*titles) >= _LIKE_TITLE:
                asked.add(pair)
                yield QueueItem(
                    kind="link",
                    subject=pair[0],
                    reason=f"{pair[1]} may be the same trial: by the same first author, of {n} people, with a like title",
                    field="title",
                    value=pair[1],
                    action="say in links.csv whether they belong together",
                )
