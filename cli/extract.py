"""Posted results of one study as rows for extraction.csv and contrasts.csv: a person checks, pastes and confirms them.

What is posted beside the arms goes with them as comments.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec

from cli import folder_rows
from cli.folder_rows import append_rows, as_csv
from cli.named_study import study_named
from cli.posted import Posted, posted_of
from judging.curves import curves_of
from judging.evidence import arm_of
from judging.landmark_contrasts import offered_by
from judging.posted_contrasts import offered
from models.dates import first_day
from models.folder_rows import ContrastRow, ExtractionRow
from models.report import Report
from models.review import review_named
from models.screening import QueueItem
from models.settings import Settings
from models.synthesis import ArmResult
from models.trial import TrialRecord
from models.vocabulary import ReportKind
from stores.published import published_folder
from stores.snapshot import query
from studies.discrepancies import in_results
from studies.extraction import extract

FILE, CONTRASTS = "extraction.csv", "contrasts.csv"
_COLUMNS = tuple(ExtractionRow.model_fields)
_OF_CONTRASTS = tuple(ContrastRow.model_fields)


class Candidates(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one study that posted results give, what keeps others from being rows, and what they contradict."""

    study_id: str
    known_from: dict[str, date]
    """Day on which results were posted, by the record or summary that holds them."""
    rows: tuple[ArmResult, ...]
    contrasts: tuple[dict[str, object], ...]
    """Rows of contrasts.csv as they are typed: estimates of places for which there are no numbers of arms."""
    settled: tuple[ArmResult, ...]
    """Candidates for whose outcome and time extraction.csv has rows already."""
    queue: tuple[QueueItem, ...]
    discrepancies: tuple[QueueItem, ...]
    posted: tuple[Posted, ...]
    """What each source says beside the arms: analyses, who left and why, limitations, who was masked."""


def candidates(identifier: str, review_name: str, settings: Settings) -> Candidates:
    """Read candidate rows from the posted results of a study's newest records, as of the newest published night.

    Raises
    ------
    NothingPublished
        If there is no published night yet.
    UnknownStudy
        If no study is called so.
    ReviewError
        If the review folder cannot be read.
    """
    warehouse = published_folder(review_name, settings) / "warehouse.duckdb"
    study_id = study_named(identifier, review_name, settings)
    review = review_named(settings.reviews, review_name)
    _, documents = query(warehouse, "SELECT document FROM core_trial_latest ORDER BY record_id")
    records = [msgspec.json.decode(text, type=TrialRecord) for (text,) in documents]
    _, links = query(warehouse, "SELECT study_id, record_id FROM review_study_record")
    study_of = {record_id: study_id for study_id, record_id in links}
    members = [record for record in records if study_of.get(record.record_id) == study_id]
    summaries = _summaries(warehouse, study_id)
    sources: list[TrialRecord | Report] = [*members, *(report for report in summaries if report.results)]
    found = [extract(study_id, source, review.protocol) for source in sources]
    arms = [arm for item in found for arm in item.arms]
    entered = [arm_of(row) for row in review.extraction if row.study_id == study_id]
    places = {_place(arm) for arm in entered}
    known = (
        places | {_place(arm) for arm in arms} | {_place(row) for row in review.contrasts if row.study_id == study_id}
    )
    estimates = [row for source in sources for row in offered(study_id, source, review.protocol)]
    own_curves = curves_of([row for row in review.survival if row.study_id == study_id]).curves
    estimates += filter(None, map(offered_by, reversed(own_curves)))
    contrasts = {_place(row): row for row in reversed(estimates) if _place(row) not in known}
    known_from = _posted(members, summaries)
    return Candidates(
        study_id=study_id,
        known_from=known_from,
        rows=tuple(arm for arm in arms if _place(arm) not in places),
        contrasts=tuple(
            _typed(row.model_copy(update={"known_from": known_from.get(row.report, row.known_from)}))
            for row in contrasts.values()
        ),
        settled=tuple(arm for arm in arms if _place(arm) in places),
        queue=tuple(item for one in found for item in one.queue),
        discrepancies=tuple(in_results(entered, arms)),
        posted=tuple(posted_of(study_id, source, review.protocol) for source in sources),
    )


def _place(item: ArmResult | ContrastRow) -> tuple[str, str, str]:
    return item.comparison, item.outcome, item.timepoint


def _summaries(warehouse: Path, study_id: str) -> list[Report]:
    """Results that a registry publishes on pages of their own, beside the study's records."""
    _, rows = query(
        warehouse,
        "SELECT study_id, kind, document FROM core_report_latest JOIN review_study_report USING (report_id)"
        " ORDER BY report_id",
    )
    return [
        msgspec.json.decode(text, type=Report)
        for study, kind, text in rows
        if study == study_id and kind == ReportKind.REGISTRY_SUMMARY
    ]


def _posted(records: Sequence[TrialRecord], summaries: Sequence[Report]) -> dict[str, date]:
    """Tables of results say nothing of their day: it stands on the page beside them."""
    days = {item.record_id: item.results_posted_date or item.registry_date for item in records if item.has_results}
    pages = {item.report_id.partition("/")[0]: item.published_date for item in summaries if item.published_date}
    for item in summaries:
        days[item.report_id] = pages.get(item.report_id.partition("/")[0]) or item.registry_date
    return {source: first_day(day) for source, day in days.items()}


def as_text(found: Candidates, columns: Sequence[str] = _COLUMNS, of_contrasts: Sequence[str] = _OF_CONTRASTS) -> str:
    """What there is to paste, each file's rows under a comment that names it where there are both; and as comments,
    which the files may hold, what is settled, contradicted, for people, or posted beside the arms.
    """
    lines = [as_csv(_rows(found), columns).rstrip("\n")] if found.rows else []
    if found.contrasts:
        lines += [f"# For {CONTRASTS}:", as_csv(found.contrasts, of_contrasts).rstrip("\n")]
    lines = lines or [f"# {found.study_id}: no rows to paste"]
    said = []
    if found.settled:
        places = sorted({f"{arm.outcome}, {arm.timepoint}" for arm in found.settled})
        said.append(f"extraction.csv has rows already for {'; '.join(places)}")
    said += [f"{item.field}: {item.reason}" for item in found.discrepancies]
    said += [f"{item.reason} ({item.value}): {item.action}" for item in found.queue]
    said += [line for one in found.posted for line in one.lines]
    return "\n".join([*lines, *("# " + " ".join(item.split()) for item in said)])


def columns_of(folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Columns of a review's extraction.csv and contrasts.csv in their order, or all of them where there is no such file."""
    return (
        folder_rows.columns_of(folder / FILE, _COLUMNS),
        folder_rows.columns_of(folder / CONTRASTS, _OF_CONTRASTS),
    )


def append(found: Candidates, folder: Path) -> dict[str, int]:
    """Add the rows to a review's extraction.csv and contrasts.csv, each all or none; returns how many by file.

    Raises
    ------
    ReviewError
        If the folder could not be read with them; the file is as it was.
    """
    if found.rows:
        append_rows(folder / FILE, _rows(found), _COLUMNS)
    if found.contrasts:
        append_rows(folder / CONTRASTS, found.contrasts, _OF_CONTRASTS)
    return {FILE: len(found.rows)} | ({CONTRASTS: len(found.contrasts)} if found.contrasts else {})


def _typed(row: ContrastRow) -> dict[str, object]:
    """A row as people type it: yes and no in the files' words."""
    cells = row.model_dump(mode="json")
    return {name: str(value).lower() if isinstance(value, bool) else value for name, value in cells.items()}


def _rows(found: Candidates) -> list[dict[str, object]]:
    """Not confirmed: a person checks each against its place, then says true."""
    return [_row(arm, found.known_from.get(arm.report)) for arm in found.rows]


def _row(arm: ArmResult, known_from: date | None) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(arm, name) for name in _COLUMNS if name in arm.__struct_fields__}
    return row | {
        "subgroup": arm.subgroup.name,
        "subgroup_number": arm.subgroup.number or None,
        "table": arm.place,
        "page": None,
        "known_from": known_from,
        "is_confirmed": "false",
        "evidence": str(arm.evidence),
        "arm": str(arm.arm),
        "note": arm.note or None,
    }
