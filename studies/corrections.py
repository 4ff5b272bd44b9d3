"""What has become of a report after it appeared: retracted, corrected, or put in doubt."""

from collections.abc import Iterator, Sequence, Set
from datetime import datetime

import msgspec

from models.dates import PartialDate, first_day
from models.report import Report
from models.trial import Observation
from models.vocabulary import RelationKind, ReportKind, VersionOrigin
from studies.lifecycle import LinkedReport

_WORDS = {
    RelationKind.RETRACTION_IN: "retracted",
    RelationKind.ERRATUM_IN: "corrected",
    RelationKind.CONCERN_IN: "put in doubt by its editors",
}
_GRAVE = {RelationKind.RETRACTION_IN, RelationKind.CONCERN_IN}
_RETRACTED_TYPE = "retracted publication"


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """One notice about a report: the index version that first shows it, and when we saw that."""

    reference: str
    shown: PartialDate
    seen_at: datetime
    evidence: str
    is_grave: bool
    """Retraction or expression of concern, not an erratum."""


def newest_of(versions: Sequence[Observation]) -> dict[str, Report]:
    """What is known of each report, by id: its newest version, and the notices that files have told of beside it.

    A file may say no more than that a report is retracted: what the index declares of it stays. `versions` are in order,
    the newest last.
    """
    newest = {item.report_id: item for version in of_index(versions) if isinstance(item := version.item, Report)}
    of_files: dict[str, list[Report]] = {}
    for version in versions:
        if isinstance(report := version.item, Report) and _is_notice(report):
            of_files.setdefault(report.report_id, []).append(report)
    return {name: _with_notices(report, of_files.get(name, ())) for name, report in newest.items()}


def of_index(versions: Sequence[Observation]) -> list[Observation]:
    """Versions of reports without those that a copy has only for its notice, where there are others of the report."""
    others = {
        version.item.report_id
        for version in versions
        if isinstance(version.item, Report) and not _is_notice(version.item)
    }
    return [
        version
        for version in versions
        if not isinstance(version.item, Report) or not _is_notice(version.item) or version.item.report_id not in others
    ]


def _is_notice(report: Report) -> bool:
    return report.origin is VersionOrigin.EXPORT and report.has_notice


def _with_notices(report: Report, files: Sequence[Report]) -> Report:
    if not files:
        return report
    types = dict.fromkeys((*report.publication_types, *(word for file in files for word in file.notices)))
    related = dict.fromkeys((*report.related, *(item for file in files for item in file.related)))
    return msgspec.structs.replace(report, publication_types=tuple(types), related=tuple(related))


def corrections_of(linked: LinkedReport) -> list[Correction]:
    """Notices that the index attaches to a report, each once, oldest first."""
    found: dict[str, Correction] = {}
    versions = linked.versions or (Observation(item=linked.report, observed_at=linked.first_seen_at),)
    for version in sorted(versions, key=lambda item: (first_day(item.item.registry_date), item.observed_at)):
        for correction in _shown_in(version):
            known = found.get(correction.reference)
            if known is None:
                found[correction.reference] = correction
            elif correction.seen_at < known.seen_at:
                found[correction.reference] = msgspec.structs.replace(known, seen_at=correction.seen_at)
    return list(found.values())


def is_disputed(reports: Sequence[LinkedReport], extracted_from: Set[str]) -> bool:
    """Whether the index now says that a study's results, or what its numbers come from, are retracted or in doubt."""
    return any(
        correction.is_grave
        for item in reports
        if item.link.kind is ReportKind.RESULTS or item.report.report_id in extracted_from
        for correction in corrections_of(msgspec.structs.replace(item, versions=()))
    )


def _shown_in(version: Observation) -> Iterator[Correction]:
    report = version.item
    assert isinstance(report, Report)
    named = [item for item in report.related if item.kind in _WORDS]
    for item in named:
        notice = f"PMID:{item.pmid}" if item.pmid else (item.source_text or "a notice without an id")
        yield _correction(version, report, item.kind, notice)
    types = {word.casefold() for word in report.publication_types}
    if _RETRACTED_TYPE in types and RelationKind.RETRACTION_IN not in {item.kind for item in named}:
        yield _correction(version, report, RelationKind.RETRACTION_IN, "its publication type")


def _correction(version: Observation, report: Report, kind: RelationKind, notice: str) -> Correction:
    return Correction(
        reference=f"{report.report_id}, {kind}, {notice}",
        shown=report.registry_date,
        seen_at=version.observed_at,
        evidence=f"{report.report_id} was {_WORDS[kind]}: {notice}",
        is_grave=kind in _GRAVE,
    )
