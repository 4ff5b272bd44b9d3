"""A snapshot: one night's warehouse, built anew from the version store, checked, and published read-only."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from models.tables import metadata
from models.trial import Rejected
from stores.duck import CORE, SQL, DuckFile, WarehouseError, literal
from stores.rows import aware, utc

_READING = frozenset(
    {duckdb.StatementType.SELECT, duckdb.StatementType.PRAGMA, duckdb.StatementType.MULTI}  # PIVOT is MULTI
)


class Snapshot(DuckFile):
    """One night's warehouse while it is being built."""

    def __init__(self, path: Path, store: Path, as_of: datetime) -> None:
        """Create the file with all tables, and copy the versions observed by `as_of`."""
        path.unlink(missing_ok=True)
        super().__init__(path, "snapshot")
        self._connection.execute(f"ATTACH {literal(str(store))} AS store (READ_ONLY)")
        with self.transaction():
            for table in metadata.sorted_tables:
                self.create_table(table)
            for table in CORE:
                self._connection.execute(
                    f"INSERT INTO {table.name} BY NAME"
                    f" SELECT * FROM store.{table.name} WHERE observed_at <= ? ORDER BY ALL",
                    [utc(as_of)],
                )
            self.create_views("0")
        self._connection.execute("DETACH store")

    def nights(self) -> list[datetime]:
        """Moments at which sources were observed, ascending."""
        found = self.rows("SELECT DISTINCT observed_at AS night FROM core_capture ORDER BY 1")
        return [aware(row["night"]) for row in found]

    def rejected(self) -> list[Rejected]:
        """What could not be read, each once, as long as its record has not been read since, in a new version or,
        unchanged, in a listing without the same complaint.

        A page of which nothing could be read is settled by the next whole answer of its kind, since a source is
        asked again until it has answered; a file by its next loading.
        """
        found = self.rows(
            """
            SELECT DISTINCT source, record_ref, reason, path, value, action
            FROM core_rejected AS r
            WHERE observed_at = (
                SELECT max(c.observed_at) FROM core_rejected AS c
                WHERE c.record_ref = r.record_ref AND c.source = r.source
            )
            AND NOT EXISTS (
                FROM core_trial_version AS v WHERE v.record_id = r.record_ref AND v.observed_at > r.observed_at
            )
            AND NOT EXISTS (
                FROM core_report_version AS v WHERE v.report_id = r.record_ref AND v.observed_at > r.observed_at
            )
            AND NOT EXISTS (
                FROM core_listed AS l
                WHERE l.item_id = r.record_ref AND l.source = r.source AND l.observed_at > r.observed_at
            )
            AND NOT EXISTS (
                FROM core_capture AS page
                JOIN core_capture AS later USING (source, kind)
                WHERE page.capture_id = r.capture_id AND page.url = r.record_ref
                AND later.observed_at > page.observed_at AND later.n_rejected = 0
                AND (later.kind <> 'file' OR later.url = page.url)
            )
            ORDER BY ALL
            """
        )
        return [Rejected(**row) for row in found]

    def last_listed(self) -> list[tuple[str, str, datetime]]:
        """Source, record or report, and when a listing of the topic last held it."""
        found = self.rows("SELECT source, item_id, max(observed_at) AS seen FROM core_listed GROUP BY ALL ORDER BY ALL")
        return [(row["source"], row["item_id"], aware(row["seen"])) for row in found]

    def n_versions_since(self, moment: datetime | None) -> int:
        """Record and report versions first observed after a moment, all of them if None."""
        found = self.rows(
            """
            SELECT count(*) AS n
            FROM (SELECT observed_at FROM core_trial_version UNION ALL SELECT observed_at FROM core_report_version)
            WHERE observed_at > ?
            """,
            [utc(moment) if moment else datetime.min],
        )
        return int(found[0]["n"])

    def check(self) -> None:
        """Run every file of ``sql/checks/``: rows are violations.

        Raises
        ------
        WarehouseError
            Naming each violated check with its first row.
        """
        problems = []
        for path in sorted((SQL / "checks").glob("*.sql")):
            if found := self.rows(path.read_text(encoding="utf-8")):
                problems.append(f"{path.stem}: {len(found)} rows, the first is {found[0]}")
        if problems:
            raise WarehouseError("nothing is published: " + "; ".join(problems))

    def export_parquet(self, folder: Path) -> dict[str, int]:
        """Write every table and view as Parquet; returns the number of rows by name."""
        folder.mkdir(parents=True, exist_ok=True)
        counts = {}
        for name in relations(self._connection):
            self._connection.execute(
                f"COPY (FROM {name}) TO {literal(str(folder / name) + '.parquet')} (FORMAT parquet)"
            )
            counts[name] = int(self.rows(f"SELECT count(*) AS n FROM {name}")[0]["n"])
        return counts


def relations(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Tables and views of the current database, sorted."""
    found = connection.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_catalog = current_database() ORDER BY table_name"
    ).fetchall()
    return [name for (name,) in found]


def fingerprint(path: Path) -> dict[str, str]:
    """SHA-256 of the content of every table and view of a warehouse file, by name.

    Row order does not count, nor the address that gave an answer and its place in the archive: a replay has
    another port each time, and a night that was killed and run again has some answers twice.
    """
    with duckdb.connect(str(path), read_only=True) as connection:
        result = {}
        for name in relations(connection):
            digest = hashlib.sha256()
            cursor = connection.execute(
                f"SELECT DISTINCT COLUMNS(lambda name: name NOT IN ('capture_id', 'url'))::VARCHAR FROM {name} ORDER BY ALL"
            )
            while chunk := cursor.fetchmany(10_000):
                digest.update(msgspec.json.encode(chunk))
            result[name] = digest.hexdigest()
        return result


def query(path: Path, statement: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Run one statement on a published warehouse, read-only; returns column names and rows.

    Raises
    ------
    WarehouseError
        If it is not one statement, or does more than read: DuckDB guards the warehouse itself, not other files.
    """
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.extract_statements(statement)
        if len(found) != 1:
            raise WarehouseError(f"give one SQL statement; {len(found)} were given")
        if found[0].type not in _READING:
            kind = found[0].type.name
            raise WarehouseError(f"{kind} does more than read; give a SELECT, DESCRIBE, SUMMARIZE or SHOW statement")
        cursor = connection.execute(found[0])
        return [column[0] for column in cursor.description or ()], cursor.fetchall()
