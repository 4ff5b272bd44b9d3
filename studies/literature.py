"""What is known of each report from all that describe it, and its versions under one id.

An index that has the report itself is believed before a copy of its entry. What indexes declare is put together: numbers,
registrations, types and notices. Of its dates the first that is certain stays: a year alone moves no day.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import msgspec

from models.dates import PartialDate, last_day
from models.literature import Copied, Literature
from models.report import Report
from models.trial import Observation, content_hash
from models.vocabulary import VersionOrigin
from studies.report_identity import Copy, Identities, identify_reports

_Item = TypeVar("_Item")


def literature_of(versions: Sequence[Observation]) -> Literature:
    """Put together what all sources say; `versions` of reports in order, the newest last."""
    told = [version for version in versions if isinstance(version.item, Report)]
    identities = identify_reports(version.item for version in told if isinstance(version.item, Report))
    renamed = tuple(_renamed(version, identities) for version in told)
    newest: dict[str, dict[tuple[str, ...], Copied]] = defaultdict(dict)
    told_as: dict[str, set[str]] = defaultdict(set)
    for version, own in zip(renamed, told, strict=True):
        report, before = version.item, own.item
        assert isinstance(report, Report) and isinstance(before, Report)
        told_as[before.report_id].add(report.report_id)
        newest[report.report_id][_description_of(before)] = Copied(before.report_id, report)
    copies = {name: tuple(sorted(found.values(), key=_weight)) for name, found in sorted(newest.items())}
    return Literature(
        reports={name: _combined([item.report for item in found]) for name, found in copies.items()},
        versions=renamed,
        copies=copies,
        names=identities.of_name,
        told_as={told: frozenset(ids) for told, ids in told_as.items()},
    )


def _description_of(report: Report) -> tuple[str, ...]:
    """What is one description: of an index its newest word under one id; of files, which have no order, each that differs."""
    if report.entered_date is not None:
        return (report.source, report.report_id)
    return (report.source, report.report_id, report.database or "", content_hash(report))


def _renamed(version: Observation, identities: Identities) -> Observation:
    report = version.item
    assert isinstance(report, Report)
    report_id = identities.of_copy[Copy.of(report)]
    if report_id == report.report_id:
        return version
    own = tuple(dict.fromkeys((*report.accessions, *_number_of(report, identities))))
    item = msgspec.structs.replace(report, report_id=report_id, accessions=own)
    return Observation(item=item, observed_at=version.observed_at)


def _number_of(report: Report, identities: Identities) -> list[str]:
    """The id that a source gave it, where that is a number and its alone."""
    return [report.report_id] if report.report_id in identities.of_name else []


def _weight(copied: Copied) -> tuple[bool, bool, int, str, str]:
    """Indexes that have the report before copies of their entries, and the fuller before the poorer."""
    report = copied.report
    return (
        report.origin is VersionOrigin.COPY,
        not report.report_id.startswith("PMID:") or report.entered_date is None,
        -len(report.abstract_text or ""),
        report.source,
        repr(report),
    )


def _combined(copies: Sequence[Report]) -> Report:
    first = copies[0]
    if len(copies) == 1:
        return first
    published = earliest(item.published_date for item in copies)
    entered = earliest(item.entered_date for item in copies)
    return msgspec.structs.replace(
        first,
        published_date=published,
        entered_date=entered,
        journal=_first(copies, lambda item: item.journal),
        volume=_first(copies, lambda item: item.volume),
        issue=_first(copies, lambda item: item.issue),
        pages=_first(copies, lambda item: item.pages),
        doi=_first(copies, lambda item: item.doi),
        database=_first(copies, lambda item: item.database),
        first_author=_first(copies, lambda item: item.first_author),
        language=_first(copies, lambda item: item.language),
        abstract_text=_first(copies, lambda item: item.abstract_text),
        results=_first(copies, lambda item: item.results),
        accessions=_all(copies, lambda item: item.accessions),
        keywords=_all(copies, lambda item: item.keywords),
        publication_types=_types(copies),
        registry_ids=_all(copies, lambda item: item.registry_ids),
        related=_all(copies, lambda item: item.related),
    )


def earliest(dates: Iterable[PartialDate | None]) -> PartialDate | None:
    """The first day that is certain: a year alone is its last day, and of one day the more precise word counts."""
    return min((day for day in dates if day), key=lambda day: (last_day(day), -len(day)), default=None)


def _first(copies: Sequence[Report], of: Callable[[Report], _Item | None]) -> _Item | None:
    return next((found for item in copies if (found := of(item))), None)


def _all(copies: Sequence[Report], of: Callable[[Report], tuple[_Item, ...]]) -> tuple[_Item, ...]:
    return tuple(dict.fromkeys(found for item in copies for found in of(item)))


def _types(copies: Sequence[Report]) -> tuple[str, ...]:
    """Publication types of all copies, each once whatever its capitals."""
    once: dict[str, str] = {}
    for word in _all(copies, lambda item: item.publication_types):
        once.setdefault(word.casefold(), word)
    return tuple(once.values())
