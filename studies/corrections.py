"""What has become of a report after it appeared: retracted, corrected, or put in doubt."""

from collections.abc import Iterator, Sequence, Set
from datetime import datetime

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


def corrections_of(linked: LinkedReport) -> list[Correction]:
    """Notices that the index attaches to a report, each once, oldest first."""
    found: dict[str, Correction] = {}
    versions = linked.versions or (Observation(item=linked.report, observed_at=linked.first_seen_at),)
    for version in sorted(versions, key=lambda item: (first_day(item.item.registry_date), item.observed_at)):
        for correction in _shown_in(version):
            known = found.get(correction.reference)
            if known is None:
                found[correction.reference] = correction
            else:
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
        for correction in corrections_of(msgspec.structs.replace(item, versions=()))
    )


def _shown_in(version: Observation) -> Iterator[Correction]:
    report = version.item
    assert isinstance(report, Report)
    named = [item for item in report.related if item.kind in _WORDS]
    for item in named:
        yield _correction(version, report, item.kind, _called(item))
    types = {word.casefold() for word in report.publication_types}
    if _RETRACTED_TYPE in types and RelationKind.RETRACTION_IN not in {item.kind for item in named}:
        yield _correction(version, report, RelationKind.RETRACTION_IN, _BY_TYPE)


def _called(notice: RelatedReport) -> str:
    return f"PMID:{notice.pmid}" if notice.pmid else (notice.source_text or "a notice without an id")


def _correction(version: Observation, report: Report, kind: RelationKind, notice: str) -> Correction:
    return Correction(
        # A report is retracted once, and by whatever index or notice that is told; it may be corrected again.
        reference=f"{report.report_id}, {kind}" + ("" if kind in _GRAVE else f", {notice}"),
        shown=report.registry_date,
        seen_at=version.observed_at,
        evidence=f"{report.report_id} was {_WORDS[kind]}: {notice}",
        is_grave=kind in _GRAVE,
        is_named=notice != _BY_TYPE,
    )
