"""Which descriptions are of one report: each document has one identity, however many databases describe it.

Descriptions join by numbers that they share, PMID, accession number and DOI, and without one by title, author and place
(`studies.bibliography`). A number may be mistyped and a DOI may be that of a supplement, so that no number joins what the
titles and authors tell apart; of two PMIDs nothing makes one. The outcome is the same for the same descriptions in any
order.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

import msgspec
from rapidfuzz import fuzz

from models.report import Report
from models.vocabulary import VersionOrigin
from studies.bibliography import Description, contradict, description, is_one, is_under_one_number

_KINDS = ("PMID", "DOI", "CENTRAL", "EMBASE", "WOS", "SCOPUS", "PPR")
"""Numbers by which a report is known, the most widely used first."""
_CROWD = 200
"""Descriptions by one author in one year, beyond which titles are compared only where they begin alike."""
_ALIKE = 90


class Copy(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One description of a report: who told it, under which id and title."""

    source: str
    report_id: str
    title: str

    @classmethod
    def of(cls, report: Report) -> "Copy":
        return cls(source=report.source, report_id=report.report_id, title=report.title)


class Identities(msgspec.Struct, frozen=True, kw_only=True):
    """Report ids by copy, and by every name that one report alone has."""

    of_copy: Mapping[Copy, str]
    of_name: Mapping[str, str]


class _Group:
    """Copies of one report, as far as they have been joined."""

    def __init__(self, member: int, pmids: frozenset[str]) -> None:
        self.members = [member]
        self.pmids = pmids


class _Joining:
    """Copies on their way to reports; a join that would give a report two PMIDs does not take place."""

    def __init__(self, pmids: Sequence[frozenset[str]]) -> None:
        self._group = [_Group(n, numbers) for n, numbers in enumerate(pmids)]

    def join(self, one: int, other: int) -> bool:
        first, second = self._group[one], self._group[other]
        if first is second:
            return True
        if first.pmids and second.pmids and first.pmids != second.pmids:
            return False
        if len(first.members) < len(second.members):
            first, second = second, first
        first.members += second.members
        first.pmids |= second.pmids
        for member in second.members:
            self._group[member] = first
        return True

    def is_joined(self, one: int, other: int) -> bool:
        return self._group[one] is self._group[other]

    def groups(self) -> Iterator[list[int]]:
        seen: set[int] = set()
        for group in self._group:
            if id(group) not in seen:
                seen.add(id(group))
                yield sorted(group.members)


def identify_reports(reports: Iterable[Report]) -> Identities:
    """Tell which reports are one.

    Parameters
    ----------
    reports : every description that any source gave, versions of one among them, in any order

    Returns
    -------
    Identities
        A report is called by its PMID, or else by the most widely used of its numbers that is its alone, or else by a
        digest of title, year and author. Names that several reports have name none.
    """
    versions: dict[Copy, list[Report]] = defaultdict(list)
    for report in reports:
        versions[Copy.of(report)].append(report)
    found = {copy: told[0] if len(told) == 1 else max(told, key=_fullness) for copy, told in versions.items()}
    copies = sorted(found)
    descriptions = [description(found[copy]) for copy in copies]
    names = [_names(found[copy]) for copy in copies]
    joining = _Joining([frozenset(name for name in given if name.startswith("PMID:")) for given in names])
    _join_by_number(names, descriptions, joining)
    _join_by_title(descriptions, joining)
    first_hand = {n for n, copy in enumerate(copies) if found[copy].origin is not VersionOrigin.COPY}
    called = [[*given, _digest(item)] for given, item in zip(names, descriptions, strict=True)]
    return _named(copies, _owned(copies, called, list(joining.groups()), first_hand), called)


def _fullness(report: Report) -> tuple[int, str, str]:
    """Of several versions under one title the fullest is compared, and of these the newest."""
    told = (report.doi, report.first_author, report.published_date, report.journal, report.pages, report.volume)
    return sum(item is not None for item in told) + len(report.accessions), report.registry_date, repr(report)


def _names(report: Report) -> list[str]:
    """Its names, the most telling first; of a description that names several PMIDs none counts."""
    is_torn = len(_pmids(report)) > 1
    return sorted((name for name in report.names if not (is_torn and name.startswith("PMID:"))), key=_rank)


def _pmids(report: Report) -> frozenset[str]:
    return frozenset(name for name in report.names if name.startswith("PMID:"))


def _join_by_number(names: Sequence[Sequence[str]], descriptions: Sequence[Description], joining: _Joining) -> None:
    by_name: dict[str, list[int]] = defaultdict(list)
    for n, given in enumerate(names):
        for name in given:
            by_name[name].append(n)
    for name in sorted(by_name, key=_rank):
        is_doi = name.startswith("DOI:")
        members = by_name[name]
        for one, other in _pairs(members) if len(members) <= _CROWD else _near(members, members, descriptions):
            if joining.is_joined(one, other):
                continue
            first, second = descriptions[one], descriptions[other]
            if is_under_one_number(first, second) if is_doi else not contradict(first, second):
                joining.join(one, other)


def _pairs(members: Sequence[int]) -> Iterator[tuple[int, int]]:
    return ((one, other) for place, other in enumerate(members) for one in members[:place])


def _join_by_title(descriptions: Sequence[Description], joining: _Joining) -> None:
    """Copies without a number in common: looked for among those by one author, in one year or the next."""
    by_author: dict[tuple[str, int | None], list[int]] = defaultdict(list)
    for n, item in enumerate(descriptions):
        if item.author and item.title:
            by_author[item.author, item.year].append(n)
    for (author, year), members in sorted(by_author.items(), key=lambda item: (item[0][0], item[0][1] or 0)):
        beside = by_author.get((author, year + 1), []) if year is not None else []
        undated = by_author.get((author, None), []) if year is not None else []
        for one, other in [*_near(members, members, descriptions), *_near(members, [*beside, *undated], descriptions)]:
            if not joining.is_joined(one, other) and is_one(descriptions[one], descriptions[other]):
                joining.join(one, other)


def _near(
    members: Sequence[int], others: Sequence[int], descriptions: Sequence[Description]
) -> Iterator[tuple[int, int]]:
    """Pairs whose titles are worth a closer look; of a crowd those that begin alike."""
    if len(members) * len(others) <= _CROWD * _CROWD:
        for one in members:
            for other in others:
                if one != other and _look_alike(descriptions[one], descriptions[other]):
                    yield one, other
        return
    begins: dict[str, list[int]] = defaultdict(list)
    for other in others:
        begins[descriptions[other].title[:16]].append(other)
    for one in members:
        yield from ((one, other) for other in begins[descriptions[one].title[:16]] if one != other)


def _look_alike(one: Description, other: Description) -> bool:
    shortest = min(len(one.title), len(other.title))
    return one.title[:shortest] == other.title[:shortest] or fuzz.ratio(one.title, other.title) >= _ALIKE


def _owned(
    copies: Sequence[Copy], names: Sequence[Sequence[str]], groups: Sequence[Sequence[int]], first_hand: Set[int]
) -> list[tuple[Sequence[int], list[str]]]:
    """Each group with the names that are its alone; a number that several claim is theirs to whom its database gave it."""
    owners: dict[str, set[int]] = defaultdict(set)
    givers: dict[str, set[int]] = defaultdict(set)
    for place, members in enumerate(groups):
        for member in members:
            for name in names[member]:
                owners[name].add(place)
                if member in first_hand and copies[member].report_id == name and not name.startswith("DOI:"):
                    givers[name].add(place)
    owner_of = {name: places if len(places) == 1 else givers[name] for name, places in owners.items()}
    return [
        (members, sorted({name for n in members for name in names[n] if owner_of[name] == {place}}, key=_rank))
        for place, members in enumerate(groups)
    ]


def _named(
    copies: Sequence[Copy], owned: Sequence[tuple[Sequence[int], list[str]]], called: Sequence[Sequence[str]]
) -> Identities:
    of_copy: dict[Copy, str] = {}
    of_name: dict[str, str] = {}
    for members, own in owned:
        report_id = own[0] if own else min(called[n][-1] for n in members)
        of_copy |= {copies[n]: report_id for n in members}
        of_name |= dict.fromkeys([*own, report_id], report_id)
    return Identities(of_copy=of_copy, of_name=of_name)


def _rank(name: str) -> tuple[int, int, str]:
    """Widely used numbers first; of one kind the oldest, which is the shortest."""
    kind = name.partition(":")[0]
    return (_KINDS.index(kind) if kind in _KINDS else len(_KINDS), len(name), name)


def _digest(described: Description) -> str:
    """A name for a report that has no number of its own."""
    said = (described.title, str(described.year or ""), described.author, described.page)
    return f"TITLE:{hashlib.sha256(chr(10).join(said).encode()).hexdigest()[:16]}"
