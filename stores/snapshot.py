"""A snapshot: one night's warehouse of one review, built anew from the corpus, checked, and published read-only."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Set
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pyarrow as pa

from models.corpus_tables import core_loaded, core_report_version, core_trial_version
from models.judgement import Told
from models.report import Report
from models.search import LoadedFile
from models.tables import metadata
from models.trial import TOPIC_LISTING, Observation, Rejected, TrialRecord
from stores.archive import DAMAGED
from stores.corpus import REPORT_DOCUMENT, TRIAL_DOCUMENT, observed_by
from stores.duck import MEMORY, DuckFile, WarehouseError, literal
from stores.loaded_files import loaded_files, loaded_rows
from stores.rows import aware, utc, version_id
from stores.versions import Observed, versions_among

_SEEN = pa.schema(
    [
        ("version_key", pa.string()),
        ("version_id", pa.string()),
        ("capture_id", pa.string()),
        ("observed_at", pa.timestamp("us")),
        ("arrival", pa.int64()),
    ]
)

_READING = frozenset(
    {duckdb.StatementType.SELECT, duckdb.StatementType.PRAGMA, duckdb.StatementType.MULTI}  # PIVOT is MULTI
)


class Snapshot(DuckFile):
    """One night's warehouse while it is being built."""

    def __init__(self, path: Path | str, corpus: Path, as_of: datetime, questions: Set[str] | None = None) -> None:
        """Create the file with all tables, and copy what the review's questions had brought by `as_of`.

        Parameters
        ----------
        path : of the file, ``:memory:`` for one that nobody else reads
        corpus : file of the corpus
        as_of : observations up to this moment count
        questions : ids of the review's questions; None for those of everybody
        """
        if path != MEMORY:
            Path(path).unlink(missing_ok=True)
        super().__init__(path, "snapshot")
        self._connection.execute(f"ATTACH {literal(str(corpus))} AS corpus (READ_ONLY)")
        with self.transaction():
            for table in metadata.sorted_tables:
                self.create_table(table)
            self._fill(as_of, questions)
            self.create_views("0")
        self._connection.execute("DETACH corpus")

    def _fill(self, as_of: datetime, questions: Set[str] | None) -> None:
        """Captures that answered the questions, with what they listed, rejected and said anew."""
        asked = "true"
        given: list[object] = [utc(as_of)]
        if questions is not None:
            # Answers archived before questions were kept belong to every review of the folder.
            asked, given = "c.question IN (SELECT unnest(?))", [utc(as_of), [*sorted(questions), ""]]
        chosen = f"FROM corpus.core_capture AS c WHERE c.observed_at <= ? AND {asked}"
        self._connection.execute(f"INSERT INTO core_capture BY NAME SELECT * {chosen} ORDER BY ALL", given)
        self._connection.execute(
            "INSERT INTO core_rejected BY NAME SELECT r.* FROM corpus.core_rejected AS r"
            " SEMI JOIN core_capture USING (capture_id) ORDER BY ALL"
        )
        self._connection.execute(
            "INSERT INTO core_listed BY NAME SELECT o.source, o.item_id, o.capture_id, o.observed_at"
            " FROM corpus.observation AS o JOIN core_capture AS c USING (capture_id) WHERE c.listing = ? ORDER BY ALL",
            [TOPIC_LISTING],
        )
        found = _by_arrival(versions_among(observed_by(self._connection, "corpus", asked, given)))
        for table, documents, is_trial in (
            (core_trial_version, TRIAL_DOCUMENT, True),
            (core_report_version, REPORT_DOCUMENT, False),
        ):
            seen = [_seen(item, arrival) for item, arrival in found if item.is_trial is is_trial]
            self._connection.register("seen", pa.Table.from_pylist(seen, schema=_SEEN))
            columns = ", ".join(column.name for column in table.columns)
            self._connection.execute(
                f"INSERT INTO {table.name} SELECT {columns} FROM seen"
                f" JOIN corpus.{documents.name} USING (version_key) ORDER BY version_id"
            )
            self._connection.unregister("seen")
        self.insert(core_loaded, list(loaded_rows(self.rows)))

    def told(self) -> Told:
        """Everything that a judgement needs of the sources."""
        return Told(
            newest=self.newest_trials(),
            trials=self.trial_versions(),
            reports=self.report_versions(),
            rejected=self.rejected(),
            nights=self.nights(),
        )

    def trial_versions(self) -> list[Observation]:
        """All versions of registry records, by registry date and observation."""
        return self._observations(
            "core_trial_version ORDER BY registry_date, observed_at, record_id, arrival", TrialRecord
        )

    def newest_trials(self) -> list[Observation]:
        """The newest version of each registry record."""
        return self._observations("core_trial_latest ORDER BY record_id", TrialRecord)

    def report_versions(self) -> list[Observation]:
        """All versions of reports, by registry date and observation; what has no date comes before what has one."""
        order = "published_date IS NOT NULL, registry_date, observed_at, report_id, arrival"
        return self._observations(f"core_report_version ORDER BY {order}", Report)

    def _observations(self, source: str, kind: type[TrialRecord] | type[Report]) -> list[Observation]:
        found = self._connection.execute(f"SELECT document, observed_at FROM {source}").fetchall()
        decoder = msgspec.json.Decoder(kind)
        return [Observation(item=decoder.decode(text), observed_at=aware(moment)) for text, moment in found]

    def nights(self) -> list[datetime]:
        """Moments at which sources were observed, ascending."""
        found = self.rows(
            "SELECT DISTINCT observed_at AS night FROM core_capture WHERE kind <> ? ORDER BY 1", [DAMAGED]
        )
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

    def loaded_files(self) -> tuple[LoadedFile, ...]:
        """The files that people loaded by hand, in the order of loading."""
        return loaded_files(self.rows)

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


def _by_arrival(versions: Iterable[Observed]) -> list[tuple[Observed, int]]:
    """Each version with its place among those of its record or report, from 1."""
    n_of: Counter[str] = Counter()
    result = []
    for item in versions:
        n_of[item.item_id] += 1
        result.append((item, n_of[item.item_id]))
    return result


def _seen(item: Observed, arrival: int) -> dict[str, Any]:
    return {
        "version_key": item.version_key,
        "version_id": version_id(item.item_id, item.registry_date, aware(item.observed_at), item.content_hash),
        "capture_id": item.capture_id,
        "observed_at": item.observed_at,
        "arrival": arrival,
    }


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


def records(path: Path, statement: str) -> list[dict[str, Any]]:
    """The same as `query`, each row by the names of its columns."""
    names, rows = query(path, statement)
    return [dict(zip(names, row, strict=True)) for row in rows]
