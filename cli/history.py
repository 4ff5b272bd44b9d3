"""A study's life as a person would tell it: what happened, when, by whose hand, and where it stands written.

Read from the newest published night, so that it says nothing that readers of the warehouse cannot check.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from cli.named_study import study_named
from models.dates import PartialDate, first_day
from models.report import Report
from models.settings import Settings
from models.trial import Observation, TrialRecord
from stores.published import published_folder
from stores.rows import aware
from stores.snapshot import query, records
from studies.changes import Change, changed_by, changes_between


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a life.

    `day` is when it happened or was shown, `seen_at` when we first observed it.
    """

    day: PartialDate
    what: str
    who: str
    """``sponsor``, ``registry``, ``index``, ``trialwatch``, or the name of a person."""
    where: str
    seen_at: datetime | None = None
    event_code: str | None = None


class History(msgspec.Struct, frozen=True, kw_only=True):
    """A study with its records, reports and everything that happened to it, oldest first."""

    study_id: str
    title: str
    list: str
    state: str
    reason: str
    eligibility: str
    criteria: tuple[tuple[str, str, str, str, str], ...]
    """Criterion, verdict, field, quote, and who decided."""
    records: tuple[tuple[str, str], ...]
    """Record and why it belongs."""
    reports: tuple[tuple[str, str, str], ...]
    """Report, what it is, and why it belongs."""
    relations: tuple[tuple[str, str, str], ...]
    """The other study, the kind of relation, and what it rests on."""
    moments: tuple[Moment, ...]


def history(identifier: str, review: str, settings: Settings) -> History:
    """Tell the life of the study that has a given label, or study, record or report id.

    Raises
    ------
    NothingPublished
        If there is no published night yet.
    UnknownStudy
        If no study is called so; the message says what to do.
    """
    warehouse = published_folder(review, settings) / "warehouse.duckdb"
    study_id = study_named(identifier, review, settings)
    records = _rows(warehouse, "review_study_record", study_id)
    reports = _rows(warehouse, "review_study_report", study_id)
    trial_versions = _observations(warehouse, "core_trial_version", "record_id", records, TrialRecord)
    report_versions = _observations(warehouse, "core_report_version", "report_id", reports, Report)
    [status] = _rows(warehouse, "review_study_status", study_id)
    moments = [
        *_of_records(trial_versions),
        *_of_reports(report_versions, {row["report_id"]: row for row in reports}),
        *_of_events(_rows(warehouse, "review_event", study_id), _news_since(warehouse)),
    ]
    return History(
        study_id=study_id,
        title=status["title"],
        list=status["list"],
        state=status["state"],
        reason=status["reason"],
        eligibility=status["eligibility"],
        criteria=tuple(
            (row["criterion"], row["verdict"], row["field"], row["quote"], row["decided_by"])
            for row in _rows(warehouse, "review_screening_decision", study_id)
        ),
        records=tuple((row["record_id"], _why(row)) for row in records),
        reports=tuple((row["report_id"], row["kind"], _why(row)) for row in reports),
        relations=tuple(_relations(warehouse, study_id)),
        moments=tuple(sorted(moments, key=lambda item: (first_day(item.day), item.event_code or ""))),
    )


def as_text(told: History) -> str:
    """A history as plain text, a line or more per moment."""
    lines = [
        f"{told.study_id}: {told.title}",
        f"{told.list}, {told.state.replace('_', ' ')}: {told.reason}",
        f"eligibility {told.eligibility.replace('_', ' ')}",
        *(
            f"  {name.replace('_', '-')} {verdict.replace('_', ' ')}: “{quote}” ({field}{_by(decided_by)})"
            for name, verdict, field, quote, decided_by in told.criteria
        ),
        "records",
        *(f"  {record_id} ({why})" for record_id, why in told.records),
    ]
    if told.reports:
        lines += ["reports", *(f"  {report_id}, {kind} ({why})" for report_id, kind, why in told.reports)]
    if told.relations:
        lines += ["related studies", *(f"  {other}, {kind}: {why}" for other, kind, why in told.relations)]
    lines.append("")
    for moment in told.moments:
        mark = f"{moment.event_code} " if moment.event_code else ""
        seen = f", first seen {moment.seen_at:%Y-%m-%d}" if moment.seen_at else ""
        lines.append(f"{moment.day:<10}  {mark}{moment.what}")
        lines.append(f"{'':12}{moment.who}; {moment.where}{seen}")
    return "\n".join(lines)


def _why(link: Mapping[str, Any]) -> str:
    return f"{link['method'].replace('_', ' ')}: {link['evidence']}, since {link['known_from']}"


def _by(decided_by: str) -> str:
    return "" if decided_by == "rule" else f", settled by {decided_by}"


def _rows(warehouse: Path, table: str, study_id: str) -> list[dict[str, Any]]:
    return [row for row in records(warehouse, f"SELECT * FROM {table}") if row["study_id"] == study_id]


def _relations(warehouse: Path, study_id: str) -> Iterator[tuple[str, str, str]]:
    _, rows = query(warehouse, "SELECT study_id, other_id, kind, evidence FROM review_study_relation ORDER BY ALL")
    for first, second, kind, evidence in rows:
        if study_id in {first, second}:
            yield second if first == study_id else first, kind.replace("_", " "), evidence


def _observations(
    warehouse: Path,
    table: str,
    column: str,
    wanted: Sequence[Mapping[str, Any]],
    kind: type[TrialRecord] | type[Report],
) -> list[Observation]:
    ids = {row[column] for row in wanted}
    _, rows = query(
        warehouse,
        f"SELECT {column}, document, observed_at FROM {table} ORDER BY registry_date, observed_at, version_id",
    )
    decoder = msgspec.json.Decoder(kind)
    return [Observation(item=decoder.decode(text), observed_at=aware(seen)) for key, text, seen in rows if key in ids]


def _of_records(versions: Sequence[Observation]) -> Iterator[Moment]:
    by_record: dict[tuple[str, str], list[tuple[TrialRecord, datetime]]] = {}
    for version in versions:
        if isinstance(version.item, TrialRecord):
            key = (version.item.record_id, version.item.source)
            by_record.setdefault(key, []).append((version.item, version.observed_at))
    for observed in by_record.values():
        first, seen_at = observed[0]
        posted = first.first_posted_date or first.registry_date
        yield Moment(
            day=posted, what=_registered(first), who="sponsor", where=_version(first), seen_at=seen_at
        )  # fmt: skip
        for (before, _), (after, seen) in pairwise(observed):
            if changes := changes_between(before, after):
                is_dated = after.registry_date != before.registry_date
                yield Moment(
                    day=after.registry_date if is_dated else seen.date().isoformat(),
                    what=_changed(changes) + ("" if is_dated else "; no date of update moved"),
                    who=changed_by(before, after),
                    where=_version(after),
                    seen_at=seen,
                )


def _registered(record: TrialRecord) -> str:
    parts = [
        f"registered by {record.sponsor or 'a sponsor not stated'}, status {_said(record.status_text or 'not stated')}"
    ]
    if record.enrolment_count is not None:
        parts.append(f"{record.enrolment_count} participants ({record.enrolment_type or 'kind not stated'})")
    if record.primary_completion_date:
        parts.append(f"primary completion {record.primary_completion_date}")
    return ", ".join(parts)


def _changed(changes: Sequence[Change]) -> str:
    told = [f"{item.field}: {_said(item.before)} → {_said(item.after)}" for item in changes if item.is_substantive]
    others = [item.field for item in changes if not item.is_substantive]
    if unknown := next((item for item in changes if item.field == "status" and not item.is_substantive), None):
        told.append(f"status: {_said(unknown.before)} → {_said(unknown.after)}, set by the registry")
        others.remove("status")
    if not told:
        return f"nothing of substance ({', '.join(others)})"
    return "; ".join(told) + (f"; of form only: {', '.join(others)}" if others else "")


def _said(text: str | None) -> str:
    """A registry's word as a person reads it: ``ACTIVE_NOT_RECRUITING`` is active not recruiting."""
    if not text:
        return "nothing"
    is_word = text.isupper() and (len(text) > 4 or "_" in text)
    return text.replace("_", " ").lower() if is_word else text


def _version(record: TrialRecord) -> str:
    return f"{record.record_id}, version of {record.registry_date} ({record.source}, {record.origin})"


def _of_reports(versions: Sequence[Observation], links: Mapping[str, Mapping[str, Any]]) -> Iterator[Moment]:
    seen: set[str] = set()
    for version in versions:
        report = version.item
        if isinstance(report, Report) and report.report_id not in seen:
            seen.add(report.report_id)
            kind = links[report.report_id]["kind"].replace("_", "-")
            yield Moment(
                day=report.published_date or report.registry_date,
                what=f"{report.report_id} published, {kind}: {report.title}",
                who="index",
                where=f"{report.source}, entered {report.entered_date or report.registry_date}",
                seen_at=version.observed_at,
            )


def _news_since(warehouse: Path) -> str:
    """What parts news from what was known: a review without a published version has no search of its own yet."""
    [(version,)] = query(warehouse, "SELECT arg_max(baseline_version, decided_at) FROM review_update_decision")[1]
    return "the review's last search" if version else "the review was watched"


def _of_events(rows: Sequence[Mapping[str, Any]], news_since: str) -> Iterator[Moment]:
    for row in rows:
        news = "" if row["is_news"] else f", known before {news_since}"
        yield Moment(
            day=row["public_date"].isoformat(),
            what=f"{row['evidence']} ({row['grade']}{news})",
            who="trialwatch",
            where=f"happened {row['event_date']}, public {row['public_date']}",
            seen_at=aware(row["first_seen_at"]),
            event_code=row["event_code"],
        )
