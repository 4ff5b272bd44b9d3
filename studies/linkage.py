"""Which registry entries are one study. Every link says how and why; a person overrides any of them.

Entries join by numbers that they declare, then by numbers in their titles, never by likeness. Two numbers of one
register are two studies unless a person says otherwise: a chain of links that would join them is a conflict.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

import msgspec

from models.folder_rows import LinkRow
from models.judgement import Linked
from models.literature import Literature
from models.placeholders import is_placeholder
from models.registers import CTGOV
from models.screening import QueueItem, StudyLink
from models.trial import TrialRecord
from models.vocabulary import LinkMethod
from studies.identifiers import Identifier, identifiers_in, identify
from studies.relations import relations_of, told_apart
from studies.reports import link_reports

LISTED = "review"
"""Source of a record that stands for a study which only a version of the review, or a person, names."""
SPONSOR_ID_KINDS = frozenset({"ORG_STUDY_ID"})
"""Kinds of identifiers that a sponsor makes up: ``TRIAL-001`` is many trials, so they join nothing."""


class _Edge(msgspec.Struct, frozen=True, order=True):
    """One entry names another; `first` is the one that does."""

    first: str
    second: str
    method: LinkMethod
    evidence: str

    @property
    def pair(self) -> frozenset[str]:
        return frozenset((self.first, self.second))


def link(
    records: Mapping[str, TrialRecord],
    literature: Literature,
    rows: Sequence[LinkRow],
    known: Mapping[str, str] = MappingProxyType({}),
) -> Linked:
    """Join records to studies and reports to records' studies.

    Parameters
    ----------
    records : newest version by id
    literature : reports, each once
    rows : links.csv as known on the night
    known : the study that each number stood for on earlier nights, the oldest first: a study keeps its id

    Returns
    -------
    Linked
        The same for the same input in any order.
    """
    edges = [*_person(records, rows), *_machine(records, rows)]
    touching: dict[str, list[_Edge]] = defaultdict(list)
    for edge in edges:
        for record_id in edge.pair:
            touching[record_id].append(edge)
    groups, conflicts = _group(records, edges, rows)
    apart = [_apart(edge, words) for edge, words in _kept_apart(records, rows)]
    leading = {members: min(members, key=lambda item: _preference(records[item])) for members in groups}
    named = _named_groups(leading, known)
    study_of = {record_id: study for study, members in named.items() for record_id in members}
    links = [
        _record_link(study, leading[named[study]], record_id, named[study], touching[record_id])
        for study in sorted(named)
        for record_id in sorted(named[study])
        if not is_listed_only(records[record_id])
    ]
    led_by = {study: records[leading[members]] for study, members in named.items()}
    report_links, unsettled = link_reports(records, literature, study_of, led_by, declared_numbers(records), rows)
    return Linked(
        records=tuple(links),
        reports=tuple(report_links),
        queue=(*conflicts, *apart, *unsettled),
        leading={study: leading[named[study]] for study in sorted(named)},
        relations=tuple(relations_of(records, study_of, declared_numbers(records))),
        listed={item: study for item, study in study_of.items() if is_listed_only(records[item])},
    )


def declared_numbers(records: Mapping[str, TrialRecord]) -> dict[str, tuple[Identifier, ...]]:
    """Register numbers that each record declares for itself, its own among them; sponsors' numbers are none."""
    return {
        record_id: tuple(
            dict.fromkeys(
                number
                for text in (
                    record_id,
                    *record.aliases,
                    *(item.id for item in record.secondary_ids if item.kind not in SPONSOR_ID_KINDS),
                )
                for number in identifiers_in(text)
            )
        )
        for record_id, record in records.items()
    }


def _person(records: Mapping[str, TrialRecord], rows: Sequence[LinkRow]) -> Iterator[_Edge]:
    for row in rows:
        is_known = row.study_id in records and row.item_id in records
        if row.relation == "record" and row.is_linked and is_known and not _is_forbidden(row, rows):
            yield _Edge(row.study_id, row.item_id, LinkMethod.PERSON, f"{row.decided_by}: {row.reason}")


def _is_forbidden(row: LinkRow, rows: Sequence[LinkRow]) -> bool:
    """Whether a later row takes a link back."""
    pair = {row.study_id, row.item_id}
    said = [item.is_linked for item in rows if item.relation == "record" and {item.study_id, item.item_id} == pair]
    return not said[-1]


def _machine(records: Mapping[str, TrialRecord], rows: Sequence[LinkRow]) -> Iterator[_Edge]:
    """What names what, without what a person parted, and without an extension that names what it extends."""
    apart = {edge.pair for edge, _ in _kept_apart(records, rows)} | _forbidden(rows)
    yield from (edge for edge in _between_registers(records) if edge.pair not in apart)


def _between_registers(records: Mapping[str, TrialRecord]) -> list[_Edge]:
    return [edge for edge in sorted(set(_named(records))) if not _is_one_register(edge.first, edge.second, records)]


def _kept_apart(records: Mapping[str, TrialRecord], rows: Sequence[LinkRow]) -> Iterator[tuple[_Edge, str]]:
    """Names of an entry that by its title extends or is a part of the other, as long as no person has said more."""
    said = {frozenset((row.study_id, row.item_id)) for row in rows if row.relation == "record"}
    seen: set[frozenset[str]] = set()
    for edge in _between_registers(records):
        is_one_number = _number(edge.first, records) == _number(edge.second, records)
        told = None if is_one_number else told_apart(records[edge.first], records[edge.second])
        if told and edge.pair not in said | seen:
            seen.add(edge.pair)
            yield edge, f"{told[0].replace('_', '-')}: {told[1]}"


def _apart(edge: _Edge, words: str) -> QueueItem:
    return QueueItem(
        kind="link",
        subject=min(edge.pair),
        reason=f"{edge.evidence}, and they are kept apart as {words}",
        field="title",
        value=max(edge.pair),
        action="say in links.csv whether they belong together",
    )


def _named(records: Mapping[str, TrialRecord]) -> Iterator[_Edge]:
    owners: dict[Identifier, list[str]] = defaultdict(list)
    by_text: dict[str, str] = {}
    for record_id in sorted(records):
        for text in (record_id, *records[record_id].aliases):
            if not is_placeholder(text):
                by_text[text] = record_id
            if number := identify(text):
                owners[number].append(record_id)
    for number, record_ids in owners.items():
        for other in record_ids[1:]:
            if other != record_ids[0]:
                yield _Edge(record_ids[0], other, LinkMethod.DECLARED_ID, f"both are {number}")
    for record in records.values():
        yield from (edge for edge in _named_by(record, owners, by_text) if edge.first != edge.second)


def _named_by(
    record: TrialRecord, owners: Mapping[Identifier, list[str]], by_text: Mapping[str, str]
) -> Iterator[_Edge]:
    own = record.record_id
    for text in (item.id for item in record.secondary_ids if item.kind not in SPONSOR_ID_KINDS):
        for other in (*_owning(text, owners), *([by_text[text]] if text in by_text else [])):
            yield _Edge(own, other, LinkMethod.DECLARED_ID, f"{own} declares {text}")
    for title in (record.brief_title, record.official_title):
        for other in _owning(title or "", owners):
            yield _Edge(own, other, LinkMethod.MINED_ID, f"the title of {own} names {other}")


def _owning(text: str, owners: Mapping[Identifier, list[str]]) -> Iterator[str]:
    for number in identifiers_in(text):
        yield from owners.get(number, ())


def _is_one_register(first: str, second: str, records: Mapping[str, TrialRecord]) -> bool:
    """Whether two entries are different numbers of one register."""
    one, other = _number(first, records), _number(second, records)
    return one.register == other.register and one.number != other.number


def _number(record_id: str, records: Mapping[str, TrialRecord]) -> Identifier:
    return identify(record_id) or Identifier(records[record_id].registry, record_id)


def _forbidden(rows: Sequence[LinkRow]) -> set[frozenset[str]]:
    said: dict[frozenset[str], bool] = {}
    for row in rows:
        if row.relation == "record":
            said[frozenset((row.study_id, row.item_id))] = row.is_linked
    return {pair for pair, is_linked in said.items() if not is_linked}


def _group(
    records: Mapping[str, TrialRecord], edges: Sequence[_Edge], rows: Sequence[LinkRow]
) -> tuple[list[frozenset[str]], list[QueueItem]]:
    """Studies as sets of records, and the chains that would have joined what must stay apart.

    A chain in conflict is cut down to links that both ends declare; where these conflict as well, none holds.
    """
    forbidden = _forbidden(rows)
    by_person = [edge for edge in edges if edge.method is LinkMethod.PERSON]
    blocks = _components([frozenset((record_id,)) for record_id in records], by_person)
    whole = _components(blocks, edges)
    block_of = {member: block for block in blocks for member in block}
    groups: list[frozenset[str]] = []
    conflicts = []
    declared = {(edge.first, edge.second) for edge in edges}
    mutual = [edge for edge in edges if (edge.second, edge.first) in declared]
    for members in whole:
        inside = list({block_of[member] for member in members})
        if _may_join(inside, records, forbidden):
            groups.append(members)
            continue
        conflicts.append(_conflict(members, edges))
        for part in _components(inside, [edge for edge in mutual if edge.pair <= members]):
            within = [block for block in inside if block <= part]
            groups += [part] if _may_join(within, records, forbidden) else within
    return groups, conflicts


def _components(blocks: Iterable[frozenset[str]], edges: Iterable[_Edge]) -> list[frozenset[str]]:
    group_of = {member: block for block in blocks for member in block}
    for edge in edges:
        if edge.first in group_of and edge.second in group_of:
            joined = group_of[edge.first] | group_of[edge.second]
            group_of.update(dict.fromkeys(joined, joined))
    return sorted(set(group_of.values()), key=sorted)


def _may_join(
    blocks: Sequence[frozenset[str]], records: Mapping[str, TrialRecord], forbidden: set[frozenset[str]]
) -> bool:
    """No two numbers of one register, but for those that a person joined; no pair that a person forbade.

    `blocks` are what people joined, and every other record by itself.
    """
    if len(blocks) == 1:
        return True
    members = frozenset[str]().union(*blocks)
    if any(pair <= members for pair in forbidden):
        return False
    numbers = [{_number(member, records) for member in block} for block in blocks]
    return not any(
        one.register == other.register and one.number != other.number
        for place, first in enumerate(numbers)
        for second in numbers[place + 1 :]
        for one in first
        for other in second
    )


def _conflict(members: frozenset[str], edges: Sequence[_Edge]) -> QueueItem:
    inside = sorted({edge.evidence for edge in edges if edge.pair <= members})
    return QueueItem(
        kind="link",
        subject=min(members),
        reason=f"records of one register would become one study: {'; '.join(inside)}",
        field="secondary_ids",
        value=", ".join(sorted(members)),
        action="say in links.csv which of them belong together",
    )


def _named_groups(leading: Mapping[frozenset[str], str], known: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Each group under the study id that it was given first, or else under the record that leads it.

    Of two studies that have become one the older id stays. Of one that was parted, the part with the record that the
    id was given for keeps it, or else the part whose member is known longest; the other part is a new study.
    """
    age = {study_id: n for n, study_id in reversed(list(enumerate(known.values())))}
    rank = {alias: n for n, alias in enumerate(known)}
    claims: dict[str, list[tuple[bool, int, frozenset[str]]]] = defaultdict(list)
    for members in leading:
        if given := {known[item] for item in members if item in known}:
            oldest = min(given, key=lambda study_id: age[study_id])
            since = min(rank[item] for item in members if known.get(item) == oldest)
            claims[oldest].append((oldest not in members, since, members))
    named: dict[str, frozenset[str]] = {}
    for study_id, parts in claims.items():
        named[study_id] = min(parts, key=lambda part: part[:2])[2]
    kept = set(named.values())
    named |= {record_id: members for members, record_id in leading.items() if members not in kept}
    return named


def is_listed_only(record: TrialRecord) -> bool:
    """Whether a record stands for a study that only the review lists: no register has it."""
    return record.source == LISTED


def _preference(record: TrialRecord) -> tuple[bool, bool, str]:
    """ClinicalTrials.gov names a study that has several entries: most of the literature cites it."""
    number = identify(record.record_id)
    return (
        is_listed_only(record),
        (number.register if number else record.registry) != CTGOV,
        record.record_id,
    )


def _record_link(
    study: str, leading: str, record_id: str, members: frozenset[str], edges: Sequence[_Edge]
) -> StudyLink:
    if study == record_id or len(members) == 1 or not edges:
        return StudyLink(study_id=study, record_id=record_id, method=LinkMethod.OWN_ID, evidence=record_id)
    order = (LinkMethod.PERSON, LinkMethod.DECLARED_ID, LinkMethod.MINED_ID)
    reasons = [edge for edge in edges if edge.pair <= members]
    why = min(reasons, key=lambda edge: (order.index(edge.method), not edge.pair & {study, leading}, edge))
    return StudyLink(study_id=study, record_id=record_id, method=why.method, evidence=why.evidence)
