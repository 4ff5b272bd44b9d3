"""Reads a published night back, whole: what others are given comes from what readers were shown."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from models.night import NightColumn, NightTable, PublishedNight
from models.report import Report
from models.review import review_named
from models.settings import Settings
from models.synthesis import SourceFreshness
from stores.duck import WarehouseError
from stores.published import MANIFEST, NothingPublished, published_folder

_ORDERED = frozenset({"out_analysis", "out_forecast"})
"""Views with an order of their own; all other rows are sorted."""
_LEFT_OUT = ("core_trial_version", "core_trial_latest", "core_trial_change", "core_report_version")
"""Tables of whole documents, and what follows from them."""
_COLUMNS = """
SELECT c.table_name, coalesce(t.comment, v.comment, ''), c.column_name, c.data_type, coalesce(c.comment, '')
FROM duckdb_columns() AS c
LEFT JOIN duckdb_tables() AS t USING (database_name, table_name)
LEFT JOIN duckdb_views() AS v ON v.database_name = c.database_name AND v.view_name = c.table_name
WHERE c.database_name = current_database() AND NOT c.internal AND c.table_name NOT IN (SELECT unnest(?))
ORDER BY c.table_name, c.column_index
"""
_COPIES = """
SELECT c.report_id, r.document
FROM review_report_copy AS c JOIN core_report_latest AS r ON r.report_id = c.told_as
ORDER BY ALL
"""
_NEEDED = frozenset(
    {
        "out_analysis",
        "out_study",
        "out_report",
        "out_pooled_effect",
        "out_subgroup",
        "out_search",
        "review_effect_input",
    }
)


def read_night(review: str, settings: Settings, day: date | None = None) -> PublishedNight:
    """A published night of a review, the newest one if no day is given.

    Raises
    ------
    NothingPublished
        If there is no such night; the message tells which there are.
    WarehouseError
        If the night was published by a version of the program whose tables are others.
    ReviewError
        If the review folder cannot be read.
    """
    folder = _folder_of(review, settings, day)
    manifest = json.loads((folder / MANIFEST).read_bytes())
    as_of = datetime.fromisoformat(manifest["as_of"])
    known = review_named(settings.reviews, review)
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        tables = _tables(connection)
        if missing := _NEEDED - set(tables):
            raise WarehouseError(
                f"{folder}: published by another version of trialwatch, without {', '.join(sorted(missing))}; run the"
                " night again, or 'trialwatch rebuild'"
            )
        copies = _copies(connection)
    return PublishedNight(
        review=known.as_of(as_of.date()),
        as_of=as_of,
        registries=manifest["registries"],
        program=manifest["trialwatch"],
        protocol_version=manifest["protocol"],
        is_folder_as_then=manifest["protocol"].endswith(f"/{known.fingerprint}"),
        sources=tuple(msgspec.convert(item, SourceFreshness) for item in manifest["sources"]),
        tables=tables,
        copies=copies,
    )


def _folder_of(review: str, settings: Settings, day: date | None) -> Path:
    newest = published_folder(review, settings)
    if day is None:
        return newest
    folder = newest.parent / day.isoformat()
    if not (folder / MANIFEST).is_file():
        nights = sorted(path.parent.name for path in newest.parent.glob(f"*-*-*/{MANIFEST}"))
        raise NothingPublished(f"{folder}: no published night; there are {', '.join(nights)}")
    return folder


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[str, NightTable]:
    comments: dict[str, str] = {}
    columns: dict[str, list[NightColumn]] = {}
    for name, about, column, kind, comment in connection.execute(_COLUMNS, [list(_LEFT_OUT)]).fetchall():
        comments[name] = about
        columns.setdefault(name, []).append(NightColumn(name=column, kind=kind, comment=comment))
    return {
        name: NightTable(
            name=name, comment=comments[name], columns=tuple(columns[name]), rows=tuple(_rows(connection, name))
        )
        for name in columns
    }


def _rows(connection: duckdb.DuckDBPyConnection, name: str) -> list[tuple[Any, ...]]:
    order = "" if name in _ORDERED else " ORDER BY ALL"
    return connection.execute(f"SELECT * FROM {name}{order}").fetchall()


def _copies(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[Report, ...]]:
    decoder = msgspec.json.Decoder(Report)
    found: dict[str, tuple[Report, ...]] = {}
    for report_id, document in connection.execute(_COPIES).fetchall():
        found[report_id] = (*found.get(report_id, ()), decoder.decode(document))
    return found
