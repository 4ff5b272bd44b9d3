"""Which descriptions are of one report: each document has one identity, however many databases describe it.

Descriptions join by numbers that they share, PMID, accession number and DOI, and without one by title, author and place
(`studies.bibliography`). A number may be mistyped and a DOI may be that of a supplement, so that no number joins what the
titles and authors tell apart; of two PMIDs nothing makes one. The outcome is the same for the same descriptions in any
order.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import combinations

import msgspec

from models.report import Report
from models.vocabulary import VersionOrigin
from studies.bibliography import (
    Description,
    contradict,
    description,
    has_one_title,
    is_cut,
    is_one,
    is_under_one_number,
    may_be_one,
)

_KINDS = ("PMID", "DOI", "CENTRAL", "EMBASE", "WOS", "SCOPUS", "PPR")
"""Numbers by which a report is known, the most widely used first."""
_CROWD = 200
"""Descriptions under one number, beyond which only likely pairs are compared."""
_KEY = 28
"""Letters at the beginning or end of a title by which copies find each other."""


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

    def __init__(self, member: int, names: Sequence[str]) -> None:
        self.members = [member]
        self.pmids = frozenset(name for name in names if name.startswith("PMID:"))
        self.dois = frozenset(name for name in names if name.startswith("DOI:"))


class _Joining:
    """Copies on their way to reports; a join that would give a report two PMIDs does not take place."""

    def __init__(self, names: Sequence[Sequence[str]], descriptions: Sequence[Description]) -> None:
        self._group = [_Group(n, given) for n, given in enumerate(names)]
        self._descriptions = descriptions

    def join(self, one: int, other: int) -> None:
        first, second = self._group[one], self._group[other]
        if first is second or (first.pmids and second.pmids and first.pmids != second.pmids):
            return
        if len(first.members) < len(second.members):
            first, second = second, first
        first.members += second.members
        first.pmids |= second.pmids
        first.dois |= second.dois
        for member in second.members:
            self._group[member] = first

    def join_by_title(self, one: int, other: int) -> None:
        """The same for copies without a number in common: all copies of both must be of one document."""
        first, second = self._group[one], self._group[other]
        if first is not second and self._are_one(first, second):
            self.join(one, other)

    def _are_one(self, first: _Group, second: _Group) -> bool:
        pairs = [(self._descriptions[a], self._descriptions[b]) for a in first.members for b in second.members]
        if first.dois and second.dois and not first.dois & second.dois:
            # Two DOIs are two papers, unless one place in one journal has both.
            return any(a.page and a.page == b.page and is_one(a, b) for a, b in pairs)
        return all(may_be_one(a, b) for a, b in pairs)

    def is_joined(self, one: int, other: int) -> bool:
        return self._group[one] is self._group[other]

    def group_of(self, member: int) -> int:
        """A number that all copies of a report share as long as none is joined to it."""
        return min(self._group[member].members)

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
    joining = _Joining(names, descriptions)
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
        for one, other in _pairs_under_one_number(by_name[name], descriptions):
            if joining.is_joined(one, other):
                continue
            first, second = descriptions[one], descriptions[other]
            if is_under_one_number(first, second) if is_doi else not contradict(first, second):
                joining.join(one, other)


def _pairs_under_one_number(members: Sequence[int], descriptions: Sequence[Description]) -> Iterable[tuple[int, int]]:
    """All pairs; of a crowd, as under the DOI of a supplement, those by one author or with one title."""
    if len(members) <= _CROWD:
        return combinations(members, 2)
    keys = {n: [f"a {descriptions[n].author}", *(f"t {key}" for key in _title_keys(descriptions[n]))] for n in members}
    return _pairs_with_a_key(members, keys)


def _join_by_title(descriptions: Sequence[Description], joining: _Joining) -> None:
    """Copies without a number in common: by one author and begun or ended alike, or in one place of a journal.

    A title that lost its subtitle may be that of several papers: then it joins none of them.
    """
    cut: dict[int, dict[int, int]] = defaultdict(dict)
    for one, other in sorted(set(_pairs_by_title(descriptions))):
        if joining.is_joined(one, other) or not is_one(descriptions[one], descriptions[other]):
            continue
        if has_one_title(descriptions[one], descriptions[other]) and not is_cut(descriptions[one], descriptions[other]):
            joining.join_by_title(one, other)
        else:
            shorter, longer = sorted((one, other), key=lambda n: len(descriptions[n].title))
            cut[shorter][longer] = longer
    for shorter, found in sorted(cut.items()):
        if len({joining.group_of(longer) for longer in found}) == 1:
            joining.join_by_title(shorter, min(found))


def _pairs_by_title(descriptions: Sequence[Description]) -> Iterator[tuple[int, int]]:
    keys: dict[int, list[str]] = {}
    for n, item in enumerate(descriptions):
        by_author = [f"{item.author} {year} {key}" for year in _years(item) for key in _title_keys(item)]
        by_place = [f"{item.year} {item.volume} {item.page}"] if item.year and item.volume and item.page else []
        keys[n] = [*(by_author if item.author else []), *by_place]
    return _pairs_with_a_key(list(keys), keys)


def _years(item: Description) -> tuple[str, ...]:
    """Its year, the one that early access of the year before has in common with it, and that of none."""
    return ("", f"{item.year}-", f"{item.year + 1}-") if item.year is not None else ("",)


def _title_keys(item: Description) -> set[str]:
    """What a copy with a slip of the pen, or without its subtitle, still has in common with it."""
    return {f"< {item.title[:_KEY]}", f"> {item.title[-_KEY:]}"} if item.title else set()


def _pairs_with_a_key(members: Sequence[int], keys: Mapping[int, Sequence[str]]) -> Iterator[tuple[int, int]]:
    by_key: dict[str, list[int]] = defaultdict(list)
    for n in members:
        for key in keys[n]:
            by_key[key].append(n)
    for found in by_key.values():
        yield from combinations(found, 2)


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
