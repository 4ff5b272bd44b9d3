"""What has become of a report after it appeared: retracted, corrected, or put in doubt."""

from collections.abc import Iterator, Sequence, Set
from datetime import datetime

import msgspec

from models.dates import PartialDate, first_day
from models.report import RelatedReport, Report
from models.trial import Observation
from models.vocabulary import RelationKind, ReportKind
from studies.bibliography import description, has_one_work
from studies.lifecycle import LinkedReport

_WORDS = {
    RelationKind.RETRACTION_IN: "retracted",
    RelationKind.ERRATUM_IN: "corrected",
    RelationKind.CONCERN_IN: "put in doubt by its editors",
}
_GRAVE = {RelationKind.RETRACTION_IN, RelationKind.CONCERN_IN}
_ABOUT = {RelationKind.RETRACTION_OF, RelationKind.ERRATUM_FOR, RelationKind.CONCERN_FOR}
_SAID = (
    ("expression of concern", RelationKind.CONCERN_IN),
    ("retract", RelationKind.RETRACTION_IN),
    ("withdraw", RelationKind.RETRACTION_IN),
)
"""What a notice is, by the words of its title and type; all others correct."""
_BY_TYPE = "its publication type"
_RETRACTED_TYPE = "retracted publication"


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """One notice about a report: the index version that first shows it, and when we saw that."""

    reference: str
    shown: PartialDate
    seen_at: datetime
    evidence: str
    is_grave: bool
    """Retraction or expression of concern, not an erratum."""
    is_named: bool
    """Whether the index says which notice it is."""


def corrections_of(linked: LinkedReport, others: Sequence[LinkedReport] = ()) -> list[Correction]:
    """Notices about a report, each once, oldest first: as an index attaches them to it, or as reports of their own.

    `others` are the reports of its study, among which notices may be.
    """
    versions = linked.versions or (Observation(item=linked.report, observed_at=linked.first_seen_at),)
    told = [correction for version in versions for correction in _shown_in(version)]
    told += [_by_notice(linked.report, item) for item in others if _is_about(item, linked.report)]
    found: dict[str, Correction] = {}
    for correction in sorted(told, key=lambda item: (first_day(item.shown), item.seen_at)):
        known = found.setdefault(correction.reference, correction)
        seen = min(known.seen_at, correction.seen_at)
        named = max(known, correction, key=lambda item: item.is_named)
        found[correction.reference] = msgspec.structs.replace(known, seen_at=seen, evidence=named.evidence)
    return list(found.values())


def is_disputed(reports: Sequence[LinkedReport], extracted_from: Set[str]) -> bool:
    """Whether the index now says that a study's results, or what its numbers come from, are retracted or in doubt."""
    return any(
        correction.is_grave
        for item in reports
        if item.link.kind is ReportKind.RESULTS or item.report.report_id in extracted_from
        for correction in corrections_of(msgspec.structs.replace(item, versions=()), reports)
    )


def _is_about(notice: LinkedReport, report: Report) -> bool:
    """Whether a linked notice is about a report: it names it, or bears its title."""
    if notice.link.kind is not ReportKind.NOTICE or notice.report is report:
        return False
    named = {item.report_id or f"PMID:{item.pmid}" for item in notice.report.related if item.kind in _ABOUT}
    if named:
        return bool(named & report.names)
    return has_one_work(description(notice.report), description(report))


def _by_notice(report: Report, notice: LinkedReport) -> Correction:
    words = " ".join((notice.report.title, *notice.report.publication_types)).casefold()
    kind = next((kind for word, kind in _SAID if word in words), RelationKind.ERRATUM_IN)
    shown = notice.report.entered_date or notice.report.published_date or notice.report.registry_date
    return _correction(report, kind, notice.report.report_id, shown, notice.first_seen_at)


def _shown_in(version: Observation) -> Iterator[Correction]:
    report = version.item
    assert isinstance(report, Report)
    named = [item for item in report.related if item.kind in _WORDS]
    for item in named:
        yield _correction(report, item.kind, _called(item), report.registry_date, version.observed_at)
    types = {word.casefold() for word in report.publication_types}
    if _RETRACTED_TYPE in types and RelationKind.RETRACTION_IN not in {item.kind for item in named}:
        yield _correction(report, RelationKind.RETRACTION_IN, _BY_TYPE, report.registry_date, version.observed_at)


def _called(notice: RelatedReport) -> str:
    return f"PMID:{notice.pmid}" if notice.pmid else (notice.source_text or "a notice without an id")


def _correction(report: Report, kind: RelationKind, notice: str, shown: PartialDate, seen_at: datetime) -> Correction:
    return Correction(
        # A report is retracted once, and by whatever index or notice that is told; it may be corrected again.
        reference=f"{report.report_id}, {kind}" + ("" if kind in _GRAVE else f", {notice}"),
        shown=shown,
        seen_at=seen_at,
        evidence=f"{report.report_id} was {_WORDS[kind]}: {notice}",
        is_grave=kind in _GRAVE,
        is_named=notice != _BY_TYPE,
    )
