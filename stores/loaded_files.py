"""The files that people loaded by hand, each with what its records tell of the database that they come from."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from models.database_names import database_meant, numbered_in
from models.report import Report
from models.search import LoadedFile, ToldRecords, file_key
from stores.rows import Row, aware

Rows = Callable[[str], list[dict[str, Any]]]
"""Runs a statement on a warehouse; rows by column."""

ITEMS = """
SELECT o.capture_id, o.source, o.item_id, NOT o.is_trial AS is_report, o.version_key, o.observed_at
FROM corpus.observation AS o
JOIN core_capture AS c USING (capture_id)
WHERE c.kind = 'file'
ORDER BY o.observed_at, c.url, o.capture_id, o.n
"""
"""What the files of a review hold, the file that was loaded first at the top."""

_DOCUMENTS = """
SELECT d.version_key, d.document
FROM corpus.report_document AS d
SEMI JOIN (
    SELECT o.version_key FROM corpus.observation AS o JOIN core_capture AS c USING (capture_id) WHERE c.kind = 'file'
) USING (version_key)
"""
_FILES = """
SELECT capture_id, source, url, body_sha256, database, searched_on, observed_at, n_rejected
FROM core_capture
WHERE kind = 'file'
ORDER BY observed_at, url, capture_id
"""
_TOLD = """
SELECT capture_id, is_report, named_database, numbered_in, count(*) AS n, count_if(is_new) AS n_new
FROM core_loaded
GROUP BY ALL
ORDER BY ALL
"""


def loaded_rows(rows: Rows) -> Iterator[Row]:
    """Rows of `core_loaded` for a warehouse that holds its versions, with the corpus attached."""
    items = rows(ITEMS)
    if not items:
        return
    decode = msgspec.json.Decoder(Report).decode
    reports = {row["version_key"]: decode(row["document"]) for row in rows(_DOCUMENTS)}
    seen = _first_seen(rows, decode)
    loaded: set[str] = set()
    for item in items:
        report = reports.get(item.pop("version_key"))
        names = report.names if report else {item["item_id"]}
        is_known = not loaded.isdisjoint(names) or any(
            seen.get(name, item["observed_at"]) < item["observed_at"] for name in names
        )
        loaded |= names
        yield item | {
            "named_database": database_meant(report.database) if report and report.database else "",
            "numbered_in": list(numbered_in(sorted(names))),
            "is_new": not is_known,
        }


def _first_seen(rows: Rows, decode: Callable[[str], Report]) -> Mapping[str, datetime]:
    """When anything first told of each record or report, by every name that it goes by."""
    seen: dict[str, datetime] = {
        row["record_id"]: row["seen"]
        for row in rows("SELECT record_id, min(observed_at) AS seen FROM core_trial_version GROUP BY ALL")
    }
    for row in rows("SELECT document, observed_at FROM core_report_version"):
        for name in decode(row["document"]).names:
            seen[name] = min(seen.get(name, row["observed_at"]), row["observed_at"])
    return seen


def loaded_files(rows: Rows) -> tuple[LoadedFile, ...]:
    """The files that a warehouse knows, in the order of loading."""
    told: dict[str, list[ToldRecords]] = {}
    for row in rows(_TOLD):
        told.setdefault(row["capture_id"], []).append(
            ToldRecords(
                are_reports=row["is_report"],
                named=row["named_database"],
                numbered=tuple(row["numbered_in"]),
                n=row["n"],
                n_new=row["n_new"],
            )
        )
    return tuple(
        LoadedFile(
            key=file_key(row["body_sha256"]),
            name=row["url"].removeprefix("file:"),
            source=row["source"],
            database=row["database"],
            searched_on=row["searched_on"],
            loaded_at=aware(row["observed_at"]),
            n_rejected=row["n_rejected"],
            records=tuple(told.get(row["capture_id"], ())),
        )
        for row in rows(_FILES)
    )


def files_published(warehouse: Path) -> tuple[LoadedFile, ...]:
    """The files that a published night knows; none of a night that was published before files were told apart."""
    if not warehouse.exists():
        return ()
    with duckdb.connect(str(warehouse), read_only=True) as connection:

        def rows(statement: str) -> list[dict[str, Any]]:
            cursor = connection.execute(statement)
            names: Sequence[str] = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

        known = {row["table_name"] for row in rows("SELECT table_name FROM duckdb_tables()")}
        return loaded_files(rows) if "core_loaded" in known else ()
