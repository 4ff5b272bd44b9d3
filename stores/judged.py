"""A judgement as rows of the snapshot's review tables."""

import json
from collections.abc import Sequence

import msgspec

from models import tables
from models.dates import first_day
from models.judgement import Judgement
from models.screening import QueueItem
from models.synthesis import UpdateDecision
from stores.judged_numbers import numbers_of
from stores.rows import Row, columns_of, dated, plain, rows_of
from stores.snapshot import Snapshot


def fill(snapshot: Snapshot, judgement: Judgement, past_decisions: Sequence[UpdateDecision]) -> None:
    """Write what a night concluded; views of the later layers can then be created, and say what waits for people."""
    linked, decision = judgement.screened.linked, judgement.decision
    decisions = [item for item in past_decisions if item.decided_at < decision.decided_at] + [decision]
    rows: dict[str, list[Row]] = {
        "review_study_record": rows_of(linked.records, "study_id", "record_id", "method", "evidence", "known_from"),
        "review_study_report": rows_of(
            linked.reports, "study_id", "report_id", "kind", "method", "evidence", "known_from"
        ),
        **_reports(judgement),
        "review_study_relation": rows_of(linked.relations, "study_id", "other_id", "kind", "evidence"),
        "review_screening_decision": [
            {"study_id": study_id, **columns_of(item, "criterion", "verdict", "field", "quote", "decided_by")}
            for study_id, screening in judgement.screened.screening.items()
            for item in screening.criteria
        ],
        "review_intervention": [
            {"names": item.terms, "further": json.dumps(item.further, ensure_ascii=False)}
            | {name: str(getattr(item, name)) for name in ("name", "counts", "evidence", "source")}
            for item in judgement.review.interventions
        ],
        "review_study_status": _statuses(judgement),
        "review_event": [
            {
                "event_key": event.key,
                **columns_of(
                    event, "event_code", "study_id", "public_date", "first_seen_at", "grade", "evidence", "is_news"
                ),
                **dated("event", event.event_date),
            }
            for event in judgement.events
        ],
        **numbers_of(judgement),
        "review_signal": _same_columns(judgement.signals),
        "review_update_decision": [
            plain(msgspec.structs.asdict(item))
            | {"fired_rules": list(item.fired_rules), "event_keys": list(item.event_keys)}
            for item in decisions
        ],
        "review_source_check": _same_columns(judgement.freshness),
        "review_search": [
            plain(msgspec.structs.asdict(item)) | {"files": list(item.files)} for item in judgement.searches
        ],
    }
    for name, table_rows in rows.items():
        snapshot.insert(tables.metadata.tables[name], table_rows)


def _reports(judgement: Judgement) -> dict[str, list[Row]]:
    screenings, literature = judgement.screened.reports, judgement.literature
    return {
        "review_report": [
            columns_of(report, "report_id", "title", "first_author", "journal", "doi")
            | dated("published", report.published_date)
            | {"publication_types": list(report.publication_types), "registry_ids": list(report.registry_ids)}
            | columns_of(screenings[report_id], "kind", "verdict")
            for report_id, report in literature.reports.items()
        ],
        "review_report_copy": [
            {"report_id": report_id, "told_as": item.told_as} | columns_of(item.report, "source", "database", "title")
            for report_id, copies in literature.copies.items()
            for item in copies
        ],
        "review_report_screening": [
            {"report_id": report_id, **columns_of(item, "criterion", "verdict", "field", "quote")}
            for report_id, screening in screenings.items()
            for item in screening.criteria
        ],
    }


def put_before_people(snapshot: Snapshot, items: Sequence[QueueItem]) -> None:
    """Write the queue: some of it only the filled snapshot shows."""
    rows = [{"item": item.item, **row} for item, row in zip(items, _same_columns(items), strict=True)]
    snapshot.insert(tables.metadata.tables["review_queue"], rows)


def _same_columns(items: Sequence[msgspec.Struct]) -> list[Row]:
    return [plain(msgspec.structs.asdict(item)) for item in items]


def _statuses(judgement: Judgement) -> list[Row]:
    rows = []
    for status in judgement.statuses:
        rows.append(
            {
                **columns_of(status, "study_id", "list", "state", "reason", "planned_participants", "is_start_late"),
                **columns_of(
                    status.numbers,
                    "n_registered",
                    "n_registered_type",
                    "n_screened",
                    "n_started",
                    "n_randomised",
                    "n_randomised_source",
                    "n_analysed",
                    "n_analysed_source",
                ),
                "eligibility": str(judgement.screened.screening[status.study_id].verdict),
                **columns_of(judgement.descriptions[status.study_id], "title", "design", "product", "comparator"),
                **dated("start", status.start_date),
                **dated("completion", status.completion_date),
                "results_date": first_day(status.results_date) if status.results_date else None,
            }
        )
    return rows
