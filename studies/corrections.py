"""What has become of a report after it appeared: retracted, corrected, or put in doubt."""

from collections.abc import Iterator, Sequence, Set
from datetime import datetime
from typing import NamedTuple

import msgspec

from models.dates import PartialDate, first_day
from models.report import RelatedReport, Report
from models.trial import Observation
from models.vocabulary import RelationKind, ReportKind
from studies.lifecycle import LinkedReport

_WORDS = {
    RelationKind.RETRACTION_IN: "retracted",
    RelationKind.ERRATUM_IN: "corrected",
    RelationKind.CONCERN_IN: "put in doubt by its editors",
}
_GRAVE = {RelationKind.RETRACTION_IN, RelationKind.CONCERN_IN}
_SAID = (
    ("expression of concern", RelationKind.CONCERN_IN),
    ("retract", RelationKind.RETRACTION_IN),
    ("withdraw", RelationKind.RETRACTION_IN),
)
"""What a notice is, by the words of its title and type; all others correct."""
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
    notices = [_by_notice(linked.report, item) for item in others if _is_about(item, linked.report)]
    # An index may tell of a notice by its place alone, which then comes as a report of its own.
    by_place = sorted({item.reference for item in told if not item.is_named and not item.is_grave})
    others_told = {item.reference for item in notices if not item.is_grave} - {item.reference for item in told}
    told = [item for item in told if item.reference not in by_place[: len(others_told)]] + notices
    found: dict[str, Correction] = {}
    for correction in sorted(told, key=lambda item: (first_day(item.shown), item.seen_at)):
        known = found.setdefault(correction.reference, correction)
        seen = min(known.seen_at, correction.seen_at)
        named = max(known, correction, key=lambda item: item.is_named)
        found[correction.reference] = msgspec.structs.replace(named, shown=known.shown, seen_at=seen)
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
    """Whether a linked notice is about a report."""
    return notice.link.kind is ReportKind.NOTICE and notice.link.about == report.report_id


def _by_notice(report: Report, linked: LinkedReport) -> Correction:
    words = " ".join((linked.report.title, *linked.report.publication_types)).casefold()
    kind = next((kind for word, kind in _SAID if word in words), RelationKind.ERRATUM_IN)
    shown = linked.report.entered_date or linked.report.published_date or linked.report.registry_date
    return _correction(report, _Notice(kind, linked.report.report_id, True), shown, linked.first_seen_at)


def _shown_in(version: Observation) -> Iterator[Correction]:
    report = version.item
    assert isinstance(report, Report)
    named = [item for item in report.related if item.kind in _WORDS]
    told = [_Notice(item.kind, _called(item), bool(item.pmid or item.report_id)) for item in named]
    types = {word.casefold() for word in report.publication_types}
    if _RETRACTED_TYPE in types and RelationKind.RETRACTION_IN not in {item.kind for item in named}:
        told.append(_Notice(RelationKind.RETRACTION_IN, "its publication type", False))
    yield from (_correction(report, notice, report.registry_date, version.observed_at) for notice in told)


def _called(notice: RelatedReport) -> str:
    return f"PMID:{notice.pmid}" if notice.pmid else notice.report_id or notice.source_text or "a notice without an id"


class _Notice(NamedTuple):
    kind: RelationKind
    words: str
    """Its id, or its place, or how else it is known."""
    is_named: bool


def _correction(report: Report, notice: _Notice, shown: PartialDate, seen_at: datetime) -> Correction:
    is_grave = notice.kind in _GRAVE
    return Correction(
        # A report is retracted once, and by whatever index or notice that is told; it may be corrected again.
        reference=f"{report.report_id}, {notice.kind}" + ("" if is_grave else f", {notice.words}"),
        shown=shown,
        seen_at=seen_at,
        evidence=f"{report.report_id} was {_WORDS[notice.kind]}: {notice.words}",
        is_grave=is_grave,
        is_named=notice.is_named,
    )
