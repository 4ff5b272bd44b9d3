"""Which records and reports are one study. Every link says how and why; a person overrides any of them.

Records join by declared identifiers only. Two entries of one register are never one study because a third
record names both: that is a conflict for a person.
"""

import re
from collections.abc import Mapping, Sequence

import msgspec

from models.dates import first_day, last_day
from models.protocol import LinkRow, TermRule
from models.screening import QueueItem, ReportLink, StudyLink
from models.trial import Report, TrialRecord
from models.vocabulary import LinkMethod, ReferenceType, ReportKind
from studies.terms import Field, find

_PLACEHOLDER = re.compile(r"[A-Z]*[-/ ]?0+")
_FIRST_REGISTRY = "ClinicalTrials.gov"
"""Its entries name a study when it has several: most of the review's literature cites them."""
_RANDOMISED = TermRule(terms=["random*"], except_terms=["non-random*", "nonrandom*", "not random*"])
_NOTICES = {"Retraction of Publication", "Published Erratum", "Expression of Concern", "Retraction Notice"}
_PROTOCOLS = {"Clinical Trial Protocol"}
_RESULTS = {"Randomized Controlled Trial"}
_SECONDARY = {"Review", "Systematic Review", "Meta-Analysis", "Editorial", "Comment", "Letter", "News"}


class Linked(msgspec.Struct, frozen=True, kw_only=True):
    """All links of a night, and what only a person can settle."""

    records: tuple[StudyLink, ...]
    reports: tuple[ReportLink, ...]
    queue: tuple[QueueItem, ...]


def link(records: Mapping[str, TrialRecord], reports: Mapping[str, Report], rows: Sequence[LinkRow]) -> Linked:
    """Join records to studies and reports to records' studies.

    Parameters
    ----------
    records, reports : newest version by id
    rows : links.csv as known on the night
    """
    groups, conflicts = _group(records, rows)
    study_of = {record_id: study for study, members in groups.items() for record_id in members}
    links = [
        _record_link(study, record_id, records, rows) for study in sorted(groups) for record_id in sorted(groups[study])
    ]
    report_links, unsettled = _link_reports(records, reports, study_of, rows)
    return Linked(records=tuple(links), reports=tuple(report_links), queue=(*conflicts, *unsettled))


def _group(records: Mapping[str, TrialRecord], rows: Sequence[LinkRow]) -> tuple[dict[str, set[str]], list[QueueItem]]:
    owner = {alias: record.record_id for record in records.values() for alias in record.aliases}
    owner.update({record_id: record_id for record_id in records})
    forbidden = {(row.study_id, row.item_id) for row in rows if row.relation == "record" and not row.is_linked}
    edges: list[tuple[str, str]] = []
    for record in records.values():
        for secondary in record.secondary_ids:
            other = owner.get(secondary.id)
            if other and other != record.record_id and not _PLACEHOLDER.fullmatch(secondary.id):
                edges.append((record.record_id, other))
    edges += [
        (row.study_id, row.item_id)
        for row in rows
        if row.relation == "record" and row.is_linked and row.study_id in records and row.item_id in records
    ]
    groups = {record_id: {record_id} for record_id in records}
    conflicts = []
    for first, second in edges:
        if (first, second) in forbidden or (second, first) in forbidden:
            continue
        joined = groups[first] | groups[second]
        registries = [records[member].registry for member in joined]
        if len(set(registries)) < len(registries):
            conflicts.append(
                QueueItem(
                    kind="link",
                    subject=first,
                    reason="records of one register would become one study",
                    field="secondary_ids",
                    value=", ".join(sorted(joined)),
                    action="say in links.csv which of them belong together",
                )
            )
            continue
        for member in joined:
            groups[member] = joined
    named = {min(members, key=lambda item: _preference(records[item])): members for members in groups.values()}
    return named, conflicts


def _preference(record: TrialRecord) -> tuple[bool, str]:
    return record.registry != _FIRST_REGISTRY, record.record_id


def _record_link(study: str, record_id: str, records: Mapping[str, TrialRecord], rows: Sequence[LinkRow]) -> StudyLink:
    if study == record_id:
        return StudyLink(study_id=study, record_id=record_id, method=LinkMethod.OWN_ID, evidence=record_id)
    for row in rows:
        if row.relation == "record" and {row.study_id, row.item_id} == {study, record_id}:
            evidence = f"{row.decided_by}: {row.reason}"
            return StudyLink(study_id=study, record_id=record_id, method=LinkMethod.PERSON, evidence=evidence)
    declared = [item.id for item in (*records[study].secondary_ids, *records[record_id].secondary_ids)]
    evidence = ", ".join(item for item in declared if item in {study, record_id}) or ", ".join(declared)
    return StudyLink(study_id=study, record_id=record_id, method=LinkMethod.DECLARED_ID, evidence=evidence)


def _link_reports(
    records: Mapping[str, TrialRecord],
    reports: Mapping[str, Report],
    study_of: Mapping[str, str],
    rows: Sequence[LinkRow],
) -> tuple[list[ReportLink], list[QueueItem]]:
    found: dict[tuple[str, str], ReportLink] = {}
    queue = []
    for record in records.values():
        study = study_of[record.record_id]
        for reference in record.references:
            report = reports.get(f"PMID:{reference.pmid}")
            if report and reference.type is ReferenceType.RESULT:
                evidence = f"{record.record_id} names it as a result"
                found[study, report.report_id] = _report_link(
                    study, report, record, LinkMethod.REGISTRY_REFERENCE, evidence
                )
    for report in reports.values():
        for registry_id in report.registry_ids:
            if registry_id in records:
                record = records[registry_id]
                study = study_of[registry_id]
                evidence = f"DataBank list names {registry_id}"
                found[study, report.report_id] = _report_link(study, report, record, LinkMethod.DATABANK, evidence)
    for row in rows:
        if row.relation != "report" or row.study_id not in study_of:
            continue
        key = (study_of[row.study_id], row.item_id)
        if not row.is_linked:
            found.pop(key, None)
        elif row.item_id not in reports:
            queue.append(
                QueueItem(
                    kind="link",
                    subject=row.study_id,
                    reason=f"links.csv names {row.item_id}, which no source has returned",
                    field="item_id",
                    value=row.item_id,
                    action="check the id, or wait until the index has it",
                )
            )
        else:
            found[key] = ReportLink(
                study_id=key[0],
                report_id=row.item_id,
                kind=row.kind or ReportKind.OTHER,
                method=LinkMethod.PERSON,
                evidence=f"{row.decided_by}: {row.reason}",
            )
    return [found[key] for key in sorted(found)], queue


def _report_link(study: str, report: Report, record: TrialRecord, method: LinkMethod, evidence: str) -> ReportLink:
    return ReportLink(
        study_id=study,
        report_id=report.report_id,
        kind=report_kind(report, record),
        method=method,
        evidence=evidence,
    )


def report_kind(report: Report, record: TrialRecord) -> ReportKind:
    """What a report is to a study.

    A paper that cites a registration is not its results: results are those of the randomised comparison,
    published after the study began.
    """
    types = set(report.publication_types)
    if types & _NOTICES:
        return ReportKind.NOTICE
    if types & _PROTOCOLS:
        return ReportKind.PROTOCOL
    if types & _SECONDARY and not types & _RESULTS:
        return ReportKind.OTHER
    if _precedes(report, record):
        return ReportKind.OTHER
    if types & _RESULTS or find(_RANDOMISED, [Field("title", report.title)]):
        return ReportKind.RESULTS
    return ReportKind.OTHER


def _precedes(report: Report, record: TrialRecord) -> bool:
    if report.published_date is None or record.start_date is None:
        return False
    return last_day(report.published_date) < first_day(record.start_date)
