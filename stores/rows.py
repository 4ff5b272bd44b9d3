"""How the nouns become rows of the warehouse's tables, and records rows again."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from models.dates import PartialDate, first_day, precision
from models.report import Report
from models.trial import Rejected, TrialRecord, content_hash

Row = dict[str, Any]

OF_ANALYSIS = ("evidence_set", "analysis", "comparison", "outcome", "timepoint")
"""Fields that tell what a supplement is about."""


def utc(moment: datetime) -> datetime:
    """The same moment as UTC without zone, as the warehouse keeps it."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def aware(moment: datetime) -> datetime:
    """A moment of the warehouse with its zone."""
    return moment.replace(tzinfo=UTC)


def dated(name: str, value: PartialDate | None) -> Row:
    """Columns of a partial date."""
    return {
        f"{name}_date": first_day(value) if value else None,
        f"{name}_date_precision": precision(value) if value else None,
    }


def plain(values: Mapping[str, Any]) -> Row:
    """Values as a column takes them: enum members as their words, moments as UTC."""
    return {
        name: utc(value) if isinstance(value, datetime) else str(value) if isinstance(value, str) else value
        for name, value in values.items()
    }


def columns_of(item: msgspec.Struct, *names: str) -> Row:
    """The named fields of an item as columns of the same names."""
    return plain({name: getattr(item, name) for name in names})


def trial_row(record: TrialRecord, observed_at: datetime, capture_id: str) -> Row:
    """Row of core_trial_version."""
    digest = content_hash(record)
    return {
        "version_id": version_id(record.record_id, record.registry_date, observed_at, digest),
        **columns_of(
            record,
            "record_id",
            "registry",
            "source",
            "origin",
            "brief_title",
            "official_title",
            "status",
            "status_text",
            "study_type",
            "phase_text",
            "allocation",
            "enrolment_count",
            "enrolment_type",
            "primary_completion_type",
            "completion_type",
            "has_results",
            "sponsor",
        ),
        **dated("registry", record.registry_date),
        **dated("start", record.start_date),
        **dated("primary_completion", record.primary_completion_date),
        **dated("completion", record.completion_date),
        **dated("first_posted", record.first_posted_date),
        **dated("results_posted", record.results_posted_date),
        "observed_at": utc(observed_at),
        "content_hash": digest,
        "capture_id": capture_id,
        "conditions": list(record.conditions),
        "interventions": [intervention.name for intervention in record.interventions],
        "arms": [arm.label for arm in record.arms],
        "primary_outcomes": [outcome.measure for outcome in record.outcomes if outcome.role == "primary"],
        "secondary_ids": [secondary.id for secondary in record.secondary_ids],
        "reference_pmids": [reference.pmid for reference in record.references if reference.pmid],
        "countries": list(record.countries),
        "document": msgspec.json.encode(record).decode(),
    }


def report_row(report: Report, observed_at: datetime, capture_id: str) -> Row:
    """Row of core_report_version."""
    digest = content_hash(report)
    return {
        "version_id": version_id(report.report_id, report.registry_date, observed_at, digest),
        **columns_of(report, "report_id", "source", "title", "journal", "doi"),
        **dated("registry", report.registry_date),
        **dated("published", report.published_date),
        **dated("entered", report.entered_date),
        "observed_at": utc(observed_at),
        "content_hash": digest,
        "capture_id": capture_id,
        "publication_types": list(report.publication_types),
        "registry_ids": list(report.registry_ids),
        "document": msgspec.json.encode(report).decode(),
    }


def rejected_row(rejected: Rejected, observed_at: datetime, capture_id: str) -> Row:
    """Row of core_rejected."""
    return {
        **columns_of(rejected, "source", "record_ref", "reason", "path", "value", "action"),
        "capture_id": capture_id,
        "observed_at": utc(observed_at),
    }


def rows_of(items: Iterable[msgspec.Struct], *names: str, **more: Any) -> list[Row]:
    """One row per item with the named fields, and the same further columns in each."""
    return [{**columns_of(item, *names), **plain(more)} for item in items]


def version_id(item_id: str, registry_date: PartialDate, observed_at: datetime, digest: str) -> str:
    """Record or report, registry date, observation and content: unique among versions."""
    return f"{item_id}@{registry_date}/{utc(observed_at):%Y%m%dT%H%M%S}/{digest[:12]}"
