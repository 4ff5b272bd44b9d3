"""Which reports are of a study, and what each of them is to it.

Results are the randomised comparison, reported after the study began. A protocol, a review, a later look or a
paper that only cites a registration is none, whatever field its number stands in.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from models.dates import first_day, last_day
from models.protocol import LinkRow, TermRule
from models.screening import QueueItem, ReportLink
from models.trial import Report, TrialRecord
from models.vocabulary import LinkMethod, ReferenceType, ReportKind
from studies.identifiers import Identifier, identifiers_in
from studies.terms import Field, find

_NOTICES = {
    "Retraction of Publication",
    "Retraction Notice",
    "Published Erratum",
    "Expression of Concern",
    "Correction and Republication",
}
_PROTOCOLS = {"Clinical Trial Protocol"}
_RANDOMISED_TYPES = {"Randomized Controlled Trial"}
_ABSTRACTS = {"Meeting Abstract", "Meeting Abstracts", "Conference Abstract", "Congress"}
_SECONDARY = {
    "Review",
    "Systematic Review",
    "Meta-Analysis",
    "Network Meta-Analysis",
    "Editorial",
    "Comment",
    "Letter",
    "News",
    "Practice Guideline",
    "Guideline",
}
_RANDOMISED = TermRule(terms=["random*"], except_terms=["non-random*", "nonrandom*", "not random*"])
_PROTOCOL_TITLE = TermRule(
    terms=["study protocol", "trial protocol", "protocol for", "protocol of", "rationale and design", "design and rationale",
           "study design of", "statistical analysis plan"]
)  # fmt: skip
_SECONDARY_TITLE = TermRule(
    terms=["systematic review", "meta-analysis", "metaanalysis", "scoping review", "narrative review", "literature review",
           "umbrella review", "commentary", "editorial", "reply", "response to", "guideline*"]
)  # fmt: skip
_LATER_TITLE = TermRule(
    terms=["long-term follow-up", "long term follow up", "extended follow-up", "open-label extension", "extension study",
           "post hoc", "post-hoc", "secondary analysis", "subgroup analysis", "pooled analysis", "exploratory analysis"]
)  # fmt: skip


def link_reports(
    records: Mapping[str, TrialRecord],
    reports: Mapping[str, Report],
    study_of: Mapping[str, str],
    declared: Mapping[str, tuple[Identifier, ...]],
    rows: Sequence[LinkRow],
) -> tuple[list[ReportLink], list[QueueItem]]:
    """Links of reports to studies, by study and report, and what a person has to settle.

    Parameters
    ----------
    study_of : study by record id
    declared : register numbers that each record declares, its own among them
    rows : links.csv as known on the night; its last word on a pair holds
    """
    found: dict[tuple[str, str], ReportLink] = {}
    queue: list[QueueItem] = []
    carriers = _carriers(study_of, declared)
    for report in reports.values():
        for method, where, numbers in _numbers(report):
            for number in numbers:
                studies = carriers.get(number, set())
                if len(studies) == 1:
                    study = next(iter(studies))
                    if (study, report.report_id) not in found:
                        evidence = f"{where} names {number}"
                        found[study, report.report_id] = _link(study, report, records[study], method, evidence)
                elif studies:
                    queue.append(_shared_by(report, number, studies))
    for record in records.values():
        study = study_of[record.record_id]
        for reference in record.references:
            cited = reports.get(f"PMID:{reference.pmid}")
            if cited and reference.type is ReferenceType.RESULT and (study, cited.report_id) not in found:
                evidence = f"{record.record_id} names it as a result"
                found[study, cited.report_id] = _link(study, cited, record, LinkMethod.REGISTRY_REFERENCE, evidence)
    queue += _decided(found, reports, study_of, rows)
    settled = {row.item_id for row in rows if row.relation == "report"}
    return [found[key] for key in sorted(found)], [item for item in queue if item.subject not in settled]


def _carriers(
    study_of: Mapping[str, str], declared: Mapping[str, tuple[Identifier, ...]]
) -> dict[Identifier, set[str]]:
    """Studies by number: whose own it is, or, where it is nobody's own, who declares it."""
    own: dict[Identifier, set[str]] = defaultdict(set)
    others: dict[Identifier, set[str]] = defaultdict(set)
    for record_id, numbers in declared.items():
        mine = set(identifiers_in(record_id))
        for number in numbers:
            (own if number in mine else others)[number].add(study_of[record_id])
    return {**others, **own}


def _numbers(report: Report) -> Iterator[tuple[LinkMethod, str, tuple[Identifier, ...]]]:
    """Where a report says its number; words are read only where the index lists none: they may cite another's."""
    listed = tuple(dict.fromkeys(number for text in report.registry_ids for number in identifiers_in(text)))
    yield LinkMethod.DATABANK, "DataBank list", listed
    if not listed:
        yield LinkMethod.MINED_ID, "title", identifiers_in(report.title)
        yield LinkMethod.MINED_ID, "abstract", identifiers_in(report.abstract_text or "")


def _decided(
    found: dict[tuple[str, str], ReportLink],
    reports: Mapping[str, Report],
    study_of: Mapping[str, str],
    rows: Sequence[LinkRow],
) -> Iterator[QueueItem]:
    for row in rows:
        if row.relation != "report" or row.study_id not in study_of:
            continue
        key = (study_of[row.study_id], row.item_id)
        if not row.is_linked:
            found.pop(key, None)
        elif row.item_id in reports:
            found[key] = ReportLink(
                study_id=key[0],
                report_id=row.item_id,
                kind=row.kind or ReportKind.OTHER,
                method=LinkMethod.PERSON,
                evidence=f"{row.decided_by}: {row.reason}",
            )
        else:
            yield QueueItem(
                kind="link",
                subject=row.study_id,
                reason=f"links.csv names {row.item_id}, which no source has returned",
                field="item_id",
                value=row.item_id,
                action="check the id, or wait until the index has it",
            )


def _shared_by(report: Report, number: Identifier, studies: set[str]) -> QueueItem:
    return QueueItem(
        kind="link",
        subject=report.report_id,
        reason=f"{number} is declared by several studies",
        field="registry_ids",
        value=", ".join(sorted(studies)),
        action="say in links.csv which of them the report is of",
    )


def _link(study: str, report: Report, record: TrialRecord, method: LinkMethod, evidence: str) -> ReportLink:
    kind = report_kind(report, record)
    if method is LinkMethod.MINED_ID and len(identifiers_in(report.abstract_text or "")) > 1:
        kind = ReportKind.OTHER if kind is ReportKind.RESULTS else kind
    return ReportLink(study_id=study, report_id=report.report_id, kind=kind, method=method, evidence=evidence)


def report_kind(report: Report, record: TrialRecord) -> ReportKind:
    """What a report is to a study, by its publication types, its title and its date."""
    types, title = set(report.publication_types), [Field("title", report.title)]
    if types & _NOTICES:
        return ReportKind.NOTICE
    if types & _PROTOCOLS or find(_PROTOCOL_TITLE, title):
        return ReportKind.PROTOCOL
    is_trial = bool(types & _RANDOMISED_TYPES)
    if (types & _SECONDARY and not is_trial) or find(_SECONDARY_TITLE, title):
        return ReportKind.OTHER
    if _precedes(report, record):
        return ReportKind.OTHER
    if find(_LATER_TITLE, title):
        return ReportKind.FOLLOW_UP
    if types & _ABSTRACTS:
        return ReportKind.ABSTRACT
    return ReportKind.RESULTS if is_trial or find(_RANDOMISED, title) else ReportKind.OTHER


def _precedes(report: Report, record: TrialRecord) -> bool:
    if report.published_date is None or record.start_date is None:
        return False
    return last_day(report.published_date) < first_day(record.start_date)
