"""Since when each link could have been made: the first version that says what the link rests on."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import date

import msgspec

from models.dates import first_day
from models.folder_rows import LinkRow
from models.judgement import Linked
from models.report import Report
from models.screening import ReportLink, StudyLink
from models.trial import TrialRecord
from models.vocabulary import LinkMethod, ReferenceType
from studies.identifiers import Identifier, identifiers_in
from studies.linkage import SPONSOR_ID_KINDS
from studies.literature import earliest


def dated(
    linked: Linked,
    trials: Mapping[str, Sequence[TrialRecord]],
    reports: Mapping[str, Sequence[Report]],
    rows: Sequence[LinkRow],
) -> Linked:
    """The same links, each with the first day on which its evidence was public.

    Parameters
    ----------
    trials, reports : versions by id of record and of report, in any order
    rows : links.csv as known on the night
    """
    members: dict[str, list[str]] = defaultdict(list)
    for link in linked.records:
        members[link.study_id].append(link.record_id)
    records = [
        msgspec.structs.replace(link, known_from=_of_record(link, members[link.study_id], trials, rows))
        for link in linked.records
    ]
    papers = [
        msgspec.structs.replace(link, known_from=_of_report(link, members[link.study_id], trials, reports, rows))
        for link in linked.reports
    ]
    return msgspec.structs.replace(linked, records=tuple(records), reports=tuple(papers))


def _of_record(
    link: StudyLink, members: Sequence[str], trials: Mapping[str, Sequence[TrialRecord]], rows: Sequence[LinkRow]
) -> date:
    own = _first(trials[link.record_id])
    if link.method is LinkMethod.PERSON:
        said = [row.known_from for row in rows if link.record_id in {row.study_id, row.item_id} and row.is_linked]
        return max(said, default=own)
    if link.method is LinkMethod.OWN_ID:
        return own
    days = [
        first_day(version.registry_date)
        for other in members
        for namer, named in ((other, link.record_id), (link.record_id, other))
        if other != link.record_id
        for version in trials[namer]
        if _names(version, named)
    ]
    return min(days, default=own)


def _of_report(
    link: ReportLink,
    members: Sequence[str],
    trials: Mapping[str, Sequence[TrialRecord]],
    reports: Mapping[str, Sequence[Report]],
    rows: Sequence[LinkRow],
) -> date:
    own = _entered(reports[link.report_id])
    if link.method is LinkMethod.PERSON:
        return max((row.known_from for row in rows if row.item_id == link.report_id and row.is_linked), default=own)
    versions = [version for member in members for version in trials[member]]
    if link.method is LinkMethod.REGISTRY_REFERENCE:
        names = frozenset[str]().union(*(item.names for item in reports[link.report_id]))
        cited = [first_day(version.registry_date) for version in versions if _cites(version, names)]
        return max(own, min(cited, default=own))
    numbers = {number for version in versions for number in _said(version, version.record_id)}
    first = _first_of_each(reports[link.report_id])
    days = [
        own if version in first else first_day(version.registry_date)
        for version in reports[link.report_id]
        if numbers.intersection(
            number
            for text in (*version.registry_ids, version.title, version.abstract_text or "")
            for number in identifiers_in(text)
        )
    ]
    return min(days, default=own)


def _names(version: TrialRecord, other_id: str) -> bool:
    """Whether a version names an entry, in a field made for it or in a title."""
    said = set(_said(version, version.brief_title or "", version.official_title or ""))
    return bool(said.intersection(identifiers_in(other_id))) or other_id in {item.id for item in version.secondary_ids}


def _said(version: TrialRecord, *texts: str) -> Iterator[Identifier]:
    declared = (item.id for item in version.secondary_ids if item.kind not in SPONSOR_ID_KINDS)
    for text in (*texts, *version.aliases, *declared):
        yield from identifiers_in(text)


def _cites(version: TrialRecord, names: Set[str]) -> bool:
    """Whether a version names a report, by any of its names, as a result."""
    return any(item.type is ReferenceType.RESULT and item.name in names for item in version.references)


def _first(versions: Sequence[TrialRecord]) -> date:
    return min(first_day(version.registry_date) for version in versions)


def _entered(versions: Sequence[Report]) -> date:
    """An index tells when a report was entered and not what it said then: its oldest version stands for that."""
    entered = earliest(version.entered_date or version.registry_date for version in versions)
    assert entered
    return first_day(entered)


def _first_of_each(versions: Sequence[Report]) -> list[Report]:
    """The oldest version by each source."""
    oldest: dict[str, Report] = {}
    for version in sorted(versions, key=lambda item: first_day(item.registry_date)):
        oldest.setdefault(version.source, version)
    return list(oldest.values())
