"""Which reports are of a study: by the numbers that they declare, the references of its records, and people's links."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from models.folder_rows import LinkRow
from models.literature import Literature
from models.report import Report
from models.screening import QueueItem, ReportLink
from models.trial import TrialRecord
from models.vocabulary import LinkMethod, ReferenceType, RelationKind, ReportKind
from studies.bibliography import description
from studies.identifiers import Identifier, identifiers_in
from studies.report_kinds import report_kind
from studies.stated_numbers import claimed_in, stated_numbers


def link_reports(
    records: Mapping[str, TrialRecord],
    literature: Literature,
    study_of: Mapping[str, str],
    leading: Mapping[str, TrialRecord],
    declared: Mapping[str, tuple[Identifier, ...]],
    rows: Sequence[LinkRow],
) -> tuple[list[ReportLink], list[QueueItem]]:
    """Links of reports to studies, by study and report, and what a person has to settle.

    Parameters
    ----------
    records : newest version by id
    literature : reports, each once
    study_of : study by record id
    leading : the record that a study is judged by, by study id
    declared : register numbers that each record declares, its own among them
    rows : links.csv as known on the night; its last word on a pair holds
    """
    found: dict[tuple[str, str], ReportLink] = {}
    queue: list[QueueItem] = []
    reports = literature.reports
    carriers = _carriers(study_of, declared)
    for report in reports.values():
        for method, where, numbers in stated_numbers(report):
            for number in numbers:
                studies = carriers.get(number, set())
                if len(studies) == 1:
                    study = next(iter(studies))
                    if (study, report.report_id) not in found:
                        evidence = f"{where} names {number}"
                        found[study, report.report_id] = _link(study, report, leading[study], method, evidence)
                elif studies:
                    queue.append(_shared_by(report, number, studies))
    for record in records.values():
        study = study_of[record.record_id]
        for reference in record.references:
            cited = reports.get(literature.as_written(reference.name))
            if cited and reference.type is ReferenceType.RESULT and (study, cited.report_id) not in found:
                evidence = f"{record.record_id} names it as a result"
                found[study, cited.report_id] = _link(study, cited, record, LinkMethod.REGISTRY_REFERENCE, evidence)
    _join_preprints(found, literature, leading)
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


def _join_preprints(
    found: dict[tuple[str, str], ReportLink], literature: Literature, leading: Mapping[str, TrialRecord]
) -> None:
    """A preprint and its article are one document: where one of them names its study, both belong to it."""
    reports = literature.reports
    pairs = preprints_of(reports, literature.as_written)
    by_article = {article: preprint for preprint, article in pairs.items()}
    for (study, report_id), known in sorted(found.items()):
        other = pairs.get(report_id) or by_article.get(report_id)
        if other is None or any(linked == other for _, linked in found):
            continue
        is_preprint = other in pairs
        evidence = f"{'preprint' if is_preprint else 'article'} of {report_id}, and {known.evidence}"
        link = _link(study, reports[other], leading[study], LinkMethod.SAME_REPORT, evidence)
        is_known_better = link.kind is ReportKind.OTHER
        found[study, other] = msgspec.structs.replace(link, kind=known.kind) if is_known_better else link


def with_notices(links: Sequence[ReportLink], literature: Literature, notices: Iterable[str]) -> list[ReportLink]:
    """The links, with retractions, errata and concerns that nothing links yet; each notice says what it is about.

    `notices` are ids of reports that are such, linked or not.

    A notice is about the report that it names, or else the one whose title it bears, and is of that report's study.
    """
    studies: dict[str, list[str]] = defaultdict(list)
    for link in links:
        if link.kind is not ReportKind.NOTICE:
            studies[link.report_id].append(link.study_id)
    by_title = {
        item.title: report_id
        for report_id in sorted(studies)
        if len((item := description(literature.reports[report_id])).title) >= _LONG_TITLE and not item.about
    }

    def subject(report: Report) -> str:
        named = [item.report_id or f"PMID:{item.pmid}" for item in report.related if item.kind in _OF]
        found = [name for text in named if (name := literature.resolve(text)) in studies]
        return found[0] if found else by_title.get(description(report).title, "")

    told = [
        msgspec.structs.replace(link, about=subject(literature.reports[link.report_id]))
        if link.kind is ReportKind.NOTICE
        else link
        for link in links
    ]
    linked = {link.report_id for link in links}
    for report_id in notices:
        if report_id in linked:
            continue
        about = subject(literature.reports[report_id])
        for study_id in sorted(studies.get(about, ())):
            evidence = f"a notice about {about}"
            told.append(
                ReportLink(
                    study_id=study_id,
                    report_id=report_id,
                    kind=ReportKind.NOTICE,
                    method=LinkMethod.SAME_REPORT,
                    evidence=evidence,
                    about=about,
                )
            )
    return told


_OF = {RelationKind.RETRACTION_OF, RelationKind.ERRATUM_FOR, RelationKind.CONCERN_FOR}
"""What a notice says of the report that it is about."""
_LONG_TITLE = 40
"""Letters from which a title is told from all others."""


def preprints_of(reports: Mapping[str, Report], called: Callable[[str], str] = str) -> dict[str, str]:
    """Articles by the preprint that either of the two says it was, of reports that are known.

    `called` tells the id of a report by any of its names.
    """
    pairs: dict[str, str] = {}
    for report in reports.values():
        for item in report.related:
            other = called(item.report_id or f"PMID:{item.pmid}")
            if other in reports and item.kind is RelationKind.PREPRINT_OF:
                pairs[report.report_id] = other
            elif other in reports and item.kind is RelationKind.PREPRINT_IN:
                pairs[other] = report.report_id
    return pairs


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
    kind = report_kind(report, record, is_declared=method is not LinkMethod.MINED_ID)
    if method is LinkMethod.MINED_ID and len(claimed_in(report.abstract_text or "")) > 1:
        kind = ReportKind.OTHER if kind is ReportKind.RESULTS else kind
    return ReportLink(study_id=study, report_id=report.report_id, kind=kind, method=method, evidence=evidence)
