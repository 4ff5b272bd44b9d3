"""What people wrote, resolved before anything is judged: every row is applied to a study, or is a task.

A row may call a study by any of its numbers. What names no study, what is said twice under two numbers, and what speaks
of a study that is out of the review stands in a task with its file and line; nothing is ignored.
"""

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal, TypeVar

import msgspec

from models.folder_rows import ContrastRow, DecisionRow, ExtractionRow, LinkRow, RiskOfBiasRow, SettledRow
from models.judgement import Screened
from models.published import PublishedStudy, PublishedVersion
from models.review import Review
from models.screening import QueueItem
from models.survival_rows import SurvivalRow
from models.trial import TrialRecord
from models.vocabulary import StudyList, Verdict
from studies.identifiers import Identifier, identify
from studies.linkage import declared_numbers
from studies.near_names import names_near

Named = TypeVar("Named", DecisionRow, LinkRow, ExtractionRow, ContrastRow, SurvivalRow, RiskOfBiasRow)
Numbered = TypeVar("Numbered", ExtractionRow, ContrastRow)
Resolve = Callable[[str], str | None]

_OF_STUDIES = frozenset({"results", "extraction", "discrepancy", "recall"})
"""Kinds of items whose subject is a study."""
_OF_REPORT = re.compile(r"(?:PMID|PMCID|DOI|CRS):\s*\S", re.IGNORECASE)


class Rulings(msgspec.Struct, frozen=True, kw_only=True):
    """A review folder whose rows name studies by tonight's ids, and what could not be applied."""

    review: Review
    tasks: tuple[QueueItem, ...] = ()


def with_links_resolved(
    review: Review,
    records: Mapping[str, TrialRecord],
    known: Mapping[str, str],
    report_named: Callable[[str], str | None] = lambda _: None,
) -> Review:
    """The review with each link row naming records by their ids, whatever number people wrote.

    `known` tells the study that each number stood for on earlier nights. What versions list of their studies counts as
    links, too; of their reports those that some source has told of.
    """
    resolve = record_named(records, known)
    links = tuple(
        row.model_copy(
            update={
                "study_id": resolve(row.study_id) or row.study_id,
                "item_id": (resolve(row.item_id) or row.item_id) if row.relation == "record" else row.item_id,
            }
        )
        for row in (*_links_of_versions(review, report_named), *review.links)
    )
    return replace(review, links=links)


def _links_of_versions(review: Review, report_named: Callable[[str], str | None]) -> Iterator[LinkRow]:
    """What versions say of their studies: several numbers of one trial, and its reports. A row of links.csv comes after."""
    for version in review.versions:
        for study in version.watched:
            yield from (_listed(version, study, item, "record") for item in study.numbers)
            named = filter(None, map(report_named, study.reports))
            yield from (_listed(version, study, item, "report") for item in named)


def _listed(
    version: PublishedVersion, study: PublishedStudy, item: str, relation: Literal["record", "report"]
) -> LinkRow:
    return LinkRow(
        study_id=study.study_id,
        item_id=item,
        relation=relation,
        known_from=version.in_force_from,
        decided_by=f"version {version.version}",
        reason=f"listed under {study.label}",
    )


def with_reports_resolved(review: Review, called: Callable[[str], str]) -> Review:
    """The review with each row naming reports by their ids; `called` tells it of any name."""
    links = tuple(
        row.model_copy(update={"item_id": called(row.item_id)}) if row.relation == "report" else row
        for row in review.links
    )
    extraction = tuple(row.model_copy(update={"report": called(row.report)}) for row in review.extraction)
    contrasts = tuple(row.model_copy(update={"report": called(row.report)}) for row in review.contrasts)
    survival = tuple(row.model_copy(update={"report": called(row.report)}) for row in review.survival)
    return replace(review, links=links, extraction=extraction, contrasts=contrasts, survival=survival)


def rule(review: Review, screened_studies: Mapping[str, str], resolve: Resolve) -> Rulings:
    """Resolve every row of a review folder to a study.

    Parameters
    ----------
    review : the folder as of the night
    screened_studies : the study of every record
    resolve : the record that a number names, None when it names none
    """
    labels = _labels(review)

    def study_of(text: str) -> str | None:
        record = resolve(text) or resolve(labels.get(text.strip(), ""))
        return None if record is None else screened_studies.get(record)

    tasks: list[QueueItem] = []
    names = sorted({*screened_studies, *screened_studies.values(), *labels})
    decisions = _applied("decisions.csv", review.decisions, study_of, names, tasks)
    parts = _told_apart(labels, study_of)
    extraction = _applied("extraction.csv", _with_parts(review.extraction, parts), study_of, names, tasks)
    contrasts = _applied("contrasts.csv", _with_parts(review.contrasts, parts), study_of, names, tasks)
    survival = _applied("survival.csv", review.survival, study_of, names, tasks)
    risk_of_bias = _applied("risk_of_bias.csv", review.risk_of_bias, study_of, names, tasks)
    links = _applied("links.csv", review.links, study_of, names, tasks)
    settled = tuple(_about(row, study_of, names, tasks) for row in review.settled)
    tasks += _of_records(links, screened_studies)
    tasks += _said_twice(
        "decisions.csv", decisions, lambda row: (row.study_id, row.criterion, row.known_from), "verdict"
    )
    extraction, doubled = _once(extraction)
    tasks += doubled
    return Rulings(
        review=replace(
            review,
            versions=tuple(_version(item, study_of) for item in review.versions),
            decisions=decisions,
            links=links,
            extraction=extraction,
            contrasts=contrasts,
            survival=survival,
            risk_of_bias=risk_of_bias,
            settled=settled,
        ),
        tasks=tuple(tasks),
    )


def _labels(review: Review) -> dict[str, str]:
    """Studies by the names that the lists of versions give them; a name that two studies have names neither."""
    named: dict[str, set[str]] = {}
    for version in review.versions:
        for study in version.listed:
            named.setdefault(study.label.strip(), set()).add(study.study_id)
    return {label: next(iter(studies)) for label, studies in named.items() if len(studies) == 1}


def _told_apart(labels: Mapping[str, str], study_of: Resolve) -> set[str]:
    """Names that the lists give to one study beside others: its authors report it in parts, which stay apart."""
    named: dict[str, list[str]] = {}
    for label in labels:
        if study_id := study_of(label):
            named.setdefault(study_id, []).append(label)
    return {label for given in named.values() if len(given) > 1 for label in given}


def _with_parts(rows: Sequence[Numbered], parts: Container[str]) -> Sequence[Numbered]:
    return [
        row.model_copy(update={"part": row.study_id}) if row.study_id in parts and not row.part else row for row in rows
    ]


def record_named(records: Mapping[str, TrialRecord], known: Mapping[str, str]) -> Resolve:
    """How people's numbers are read: as an id of a record, as a number that one study declares, or as it stood before."""
    by_case = {record_id.casefold(): record_id for record_id in records}
    owners: dict[Identifier, set[str]] = {}
    for record_id, numbers in declared_numbers(records).items():
        for number in numbers:
            owners.setdefault(number, set()).add(record_id)

    def resolve(text: str) -> str | None:
        plain = text.strip()
        if found := by_case.get(plain.casefold()):
            return found
        number = identify(plain)
        own = sorted(owners.get(number, ())) if number else []
        exact = [record_id for record_id in own if identify(record_id) == number]
        if exact or len(own) == 1:
            return (exact or own)[0]
        before = known.get(plain)
        return before if before in records else None

    return resolve


def excluded_by_people(decisions: Sequence[DecisionRow]) -> dict[str, DecisionRow]:
    """Studies that a person took out of the review, by their list or by a criterion, with the row that stands."""
    last: dict[tuple[str, str], DecisionRow] = {(row.study_id, row.criterion): row for row in decisions}
    out = {
        study_id: row
        for (study_id, criterion), row in last.items()
        if criterion != "list" and row.verdict == Verdict.NOT_MET
    }
    for (study_id, criterion), row in last.items():
        if criterion == "list" and row.verdict == StudyList.EXCLUDED:
            out[study_id] = row
        elif criterion == "list":
            out.pop(study_id, None)
    return out


def out_of_evidence(review: Review, screened: Screened) -> dict[str, QueueItem | None]:
    """Studies whose numbers enter no set of evidence; with a task where the rules, and no person, have decided it."""
    by_people = excluded_by_people(review.decisions)
    found: dict[str, QueueItem | None] = dict.fromkeys(by_people)
    files = (
        ("extraction.csv", review.extraction),
        ("contrasts.csv", review.contrasts),
        ("survival.csv", review.survival),
    )
    with_rows = {row.study_id for _, rows in files for row in rows}
    for study_id in sorted(with_rows - set(found)):
        screening = screened.screening[study_id]
        if screening.verdict is Verdict.NOT_MET:
            failed = next(item for item in screening.criteria if item.verdict is Verdict.NOT_MET)
            places = [
                f"{file}:{_lines(lines)}"
                for file, rows in files
                if (lines := [row.line for row in rows if row.study_id == study_id])
            ]
            found[study_id] = QueueItem(
                kind="ruling",
                subject=study_id,
                reason=f"{' and '.join(places)} has numbers of a study that is not eligible",
                field=failed.criterion,
                value=failed.quote,
                action="decide the criterion in decisions.csv, or remove the rows; until then they are not pooled",
            )
    return found


def _applied(
    file: str, rows: Sequence[Named], study_of: Resolve, names: Sequence[str], tasks: list[QueueItem]
) -> tuple[Named, ...]:
    found = []
    for row in rows:
        study_id = study_of(row.study_id)
        if study_id is None:
            tasks.append(_unknown(f"{file}:{row.line}", "study_id", row.study_id, names))
        else:
            found.append(row.model_copy(update={"study_id": study_id}))
    return tuple(found)


def _about(row: SettledRow, study_of: Resolve, names: Sequence[str], tasks: list[QueueItem]) -> SettledRow:
    """A row of settled.csv about tonight's study, whatever number people wrote; other items are about other things."""
    if row.kind not in _OF_STUDIES:
        return row
    study_id = study_of(row.subject)
    if study_id is None:
        tasks.append(_unknown(f"settled.csv:{row.line}", "subject", row.subject, names))
    return row.model_copy(update={"subject": study_id or row.subject})


def _unknown(place: str, field: str, number: str, names: Sequence[str]) -> QueueItem:
    near = names_near(number, names)
    meant = f"if {' or '.join(near)} is meant, write that; otherwise " if near else ""
    return QueueItem(
        kind="ruling",
        subject=number,
        reason=f"{place}: no study is known by this number, so the row is not applied",
        field=field,
        value=number,
        action=f"{meant}{_what_helps(number)}",
    )


def _what_helps(number: str) -> str:
    if identify(number):
        return "correct the number, or load a file that has it (trialwatch ingest)"
    if _OF_REPORT.match(number.strip()):
        return (
            "load this report (trialwatch ingest): named so in extraction.csv, contrasts.csv or links.csv, it is a study"
            " of its own"
        )
    return (
        "load its report (trialwatch ingest), and name the study by PMID:… or DOI:… in extraction.csv, contrasts.csv or"
        " links.csv, which makes it a study of its own"
    )


def _of_records(links: Sequence[LinkRow], screened_studies: Mapping[str, str]) -> Iterator[QueueItem]:
    """Links of records that no source has told of; those of reports are put to people where reports are linked."""
    for row in links:
        if row.relation == "record" and row.item_id not in screened_studies:
            yield QueueItem(
                kind="ruling",
                subject=row.study_id,
                reason=f"links.csv:{row.line}: no source has told of {row.item_id}, so the row is not applied",
                field="item_id",
                value=row.item_id,
                action="correct the number, or load a file that has it (trialwatch ingest)",
            )


def _said_twice(
    file: str, rows: Sequence[DecisionRow], key: Callable[[DecisionRow], object], field: str
) -> Iterator[QueueItem]:
    """Rows that meet only under tonight's ids and say different things: the later line counts, and both are shown."""
    first: dict[object, DecisionRow] = {}
    for row in rows:
        other = first.setdefault(key(row), row)
        if getattr(other, field) != getattr(row, field):
            yield QueueItem(
                kind="ruling",
                subject=row.study_id,
                reason=f"{file}:{other.line} and {row.line} decide {row.criterion} of one study differently on one day:"
                f" {getattr(other, field)} and {getattr(row, field)}; line {row.line} is applied",
                field=field,
                value=f"{getattr(other, field)} | {getattr(row, field)}",
                action="remove one of the two rows",
            )


def _once(rows: Sequence[ExtractionRow]) -> tuple[tuple[ExtractionRow, ...], list[QueueItem]]:
    """Rows without those that say an arm again under another number of its study, and a task for each of these."""
    first: dict[tuple[object, ...], ExtractionRow] = {}
    tasks = []
    for row in rows:
        place = (row.study_id, row.comparison, row.outcome, row.timepoint, row.analysis, row.subgroup_number, row.part)
        key = (*place, row.arm, row.arm_label, row.is_confirmed)
        other = first.setdefault(key, row)
        if other is not row:
            tasks.append(
                QueueItem(
                    kind="ruling",
                    subject=row.study_id,
                    reason=f"extraction.csv:{other.line} and {row.line} are the same arm of one study under two numbers;"
                    f" line {other.line} is applied",
                    field=f"{row.outcome}, {row.timepoint}, {row.arm}",
                    value=f"{other.report} | {row.report}",
                    action="remove one of the two rows, or tell two arms apart by arm_label",
                )
            )
    return tuple(first.values()), tasks


def _version(version: PublishedVersion, study_of: Resolve) -> PublishedVersion:
    """A published version whose lists name studies by tonight's ids; what is not found stays as it was printed."""

    def named(study: PublishedStudy) -> PublishedStudy:
        return study.model_copy(update={"study_id": study_of(study.study_id) or study.study_id})

    return version.model_copy(
        update={
            name: [named(item) for item in getattr(version, name)]
            for name in ("included", "ongoing", "awaiting", "excluded")
        }
    )


def _lines(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))
