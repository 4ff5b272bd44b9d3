"""The corpus: what every page of the archive says, one for all reviews.

An *observation* is one item of one page, in the order of arrival. What was said is stored once, however often it is
seen. What a review knows are the *versions* among the observations that answered its own questions: two reviews in
one folder know what each would know alone.

The corpus is a cache of the archive: a file that is damaged or has other tables than today's is built again.
"""

import hashlib
import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

import duckdb
import msgspec
import pyarrow as pa
from sqlalchemy import Column, MetaData, Table

from models.corpus_tables import core_capture, core_rejected, core_report_version, core_trial_version
from models.trial import Parsed, Rejected, TrialRecord
from stores.archive import DAMAGED, ArchivedPage
from stores.duck import DuckFile, ddl
from stores.rows import Row, rejected_row, report_row, trial_row, utc
from stores.versions import Observed

log = logging.getLogger("trialwatch")

ReadPage = tuple[ArchivedPage, Sequence[Parsed]]
"""A page of the archive and what it says."""

_OF_ONE_OBSERVATION = {"version_id", "observed_at", "arrival", "capture_id"}
"""Columns of a version that its document does not hold: they tell where and when it was seen."""


def _documents(version: Table) -> Table:
    """Where what versions say is stored once, by its key."""
    columns = [Column("version_key", core_capture.c.capture_id.type)]
    columns += [Column(item.name, item.type) for item in version.columns if item.name not in _OF_ONE_OBSERVATION]
    return Table(version.name.replace("core_", "").replace("_version", "_document"), MetaData(), *columns)


TRIAL_DOCUMENT, REPORT_DOCUMENT = _documents(core_trial_version), _documents(core_report_version)
_OBSERVATION = """
CREATE TABLE observation (
    file VARCHAR, position BIGINT, n INTEGER, capture_id VARCHAR, is_trial BOOLEAN, item_id VARCHAR, source VARCHAR,
    origin VARCHAR, registry_date VARCHAR, content_hash VARCHAR, version_key VARCHAR, observed_at TIMESTAMP
)
"""
_OBSERVED = pa.schema(
    [
        ("file", pa.string()),
        ("position", pa.int64()),
        ("n", pa.int32()),
        ("capture_id", pa.string()),
        ("is_trial", pa.bool_()),
        ("item_id", pa.string()),
        ("source", pa.string()),
        ("origin", pa.string()),
        ("registry_date", pa.string()),
        ("content_hash", pa.string()),
        ("version_key", pa.string()),
        ("observed_at", pa.timestamp("us")),
    ]
)


_LOADED_FILE = "CREATE TABLE loaded_file (file VARCHAR, n_bytes BIGINT, is_whole BOOLEAN)"
_LOADED = pa.schema([("file", pa.string()), ("n_bytes", pa.int64()), ("is_whole", pa.bool_())])


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """An archive file as it was read last: `n_bytes` long when it was whole, 0 if it never was."""

    n_bytes: int = 0
    is_whole: bool = False


class CorpusInUse(Exception):
    """Another program has the corpus open; the message names it."""


class Loaded(msgspec.Struct):
    """What one archive file brought."""

    n_pages: int = 0
    n_read: int = 0
    n_rejected: int = 0
    n_damaged: int = 0
    """Files that could not be read to their end."""


class Corpus(DuckFile):
    """Observations and documents, loaded from archive files; the same file twice adds nothing.

    Raises
    ------
    CorpusInUse
        If another program has the file open for writing, or we cannot write while it reads.
    """

    def __init__(self, path: Path, reading: str = "") -> None:
        """Open the file; one that was filled by another program, or by another way of `reading` pages, begins anew."""
        fingerprint = _fingerprint(reading)
        former = _make_way(path, fingerprint)
        is_new = not path.exists()
        try:
            super().__init__(path, "corpus")
        except duckdb.Error as error:
            raise _in_use(path, error) from error
        if is_new:
            former += _remove_former(path.with_name("warehouse.duckdb"))
            with self.transaction():
                for table in (core_capture, core_rejected, TRIAL_DOCUMENT, REPORT_DOCUMENT):
                    self._connection.execute(ddl(table))
                self._connection.execute(_OBSERVATION)
                self._connection.execute(_LOADED_FILE)
                if former:
                    self._append("loaded_file", pa.Table.from_pylist(former, schema=_LOADED))
                self._connection.execute(f"CREATE TABLE schema_is AS SELECT '{fingerprint}' AS fingerprint")
        self._keys = {
            key
            for table in (TRIAL_DOCUMENT, REPORT_DOCUMENT)
            for (key,) in self._connection.execute(f"SELECT version_key FROM {table.name}").fetchall()
        }

    def loaded_files(self) -> dict[str, Known]:
        """Archive files that were read, and as what."""
        found = self.rows("SELECT file, n_bytes, is_whole FROM loaded_file")
        return {row["file"]: Known(n_bytes=row["n_bytes"], is_whole=row["is_whole"]) for row in found}

    def n_pages(self) -> dict[str, int]:
        """Pages that were read, by archive file."""
        found = self.rows(
            "SELECT split_part(capture_id, '#', 1) AS file, count(*) AS n FROM core_capture WHERE kind <> ? GROUP BY ALL",
            [DAMAGED],
        )
        return {row["file"]: row["n"] for row in found}

    def damaged_files(self) -> frozenset[str]:
        """Archive files that could not be read to their end."""
        found = self.rows("SELECT split_part(capture_id, '#', 1) AS file FROM core_capture WHERE kind = ?", [DAMAGED])
        return frozenset(row["file"] for row in found)

    def load(self, file: str, n_bytes: int, pages: Iterable[ReadPage]) -> Loaded:
        """Add the pages of one archive file with what was parsed from them, all or nothing."""
        loaded = Loaded()
        rows: dict[str, list[Row]] = {"core_capture": [], "core_rejected": [], "observation": []}
        documents: dict[str, list[Row]] = {TRIAL_DOCUMENT.name: [], REPORT_DOCUMENT.name: []}
        new_keys: set[str] = set()
        known = {row["capture_id"] for row in self.rows(_CAPTURES_OF, [f"{file}#"])} - {f"{file}#-1"}
        for archived, parsed in pages:
            capture_id = f"{archived.file}#{archived.offset}"
            if capture_id in known:
                continue
            n_rejected = sum(isinstance(item, Rejected) for item in parsed)
            is_damaged = archived.page.kind == DAMAGED
            loaded.n_damaged += is_damaged
            loaded.n_pages += not is_damaged
            loaded.n_rejected += n_rejected
            loaded.n_read += len(parsed) - n_rejected
            rows["core_capture"].append(_capture_row(archived, capture_id, len(parsed) - n_rejected, n_rejected))
            moment = archived.page.observed_at
            for n, item in enumerate(parsed):
                if isinstance(item, Rejected):
                    rows["core_rejected"].append(rejected_row(item, moment, capture_id))
                    continue
                is_trial = isinstance(item, TrialRecord)
                row = trial_row(item, moment, capture_id) if is_trial else report_row(item, moment, capture_id)  # type: ignore[arg-type]
                observed = _observation(
                    archived, n, row, is_trial=is_trial, origin=str(item.origin), date=item.registry_date
                )
                rows["observation"].append(observed)
                if (key := observed["version_key"]) not in self._keys and key not in new_keys:
                    new_keys.add(key)
                    name = TRIAL_DOCUMENT.name if is_trial else REPORT_DOCUMENT.name
                    documents[name].append({"version_key": key} | _without(row, _OF_ONE_OBSERVATION))
        with self.transaction():
            # A file that could not be read whole, and now is another, speaks for itself.
            for table in ("core_capture", "core_rejected"):
                self._connection.execute(f"DELETE FROM {table} WHERE capture_id = ?", [f"{file}#-1"])
            self.insert(core_capture, rows["core_capture"])
            self.insert(core_rejected, rows["core_rejected"])
            self.insert(TRIAL_DOCUMENT, documents[TRIAL_DOCUMENT.name])
            self.insert(REPORT_DOCUMENT, documents[REPORT_DOCUMENT.name])
            self._append("observation", pa.Table.from_pylist(rows["observation"], schema=_OBSERVED))
            before = self.rows("DELETE FROM loaded_file WHERE file = ? RETURNING n_bytes", [file])
            # What could not be read to its end is looked at again every night, and how long it was is remembered.
            was = before[0]["n_bytes"] if before else 0
            size: list[object] = [was, False] if loaded.n_damaged else [n_bytes, True]
            self._connection.execute("INSERT INTO loaded_file VALUES (?, ?, ?)", [file, *size])
        self._keys |= new_keys
        return loaded

    def forget_damage(self, files: Sequence[str]) -> None:
        """Say no more of damaged files that the archive, which holds `files`, does not have any longer."""
        gone = "kind = ? AND split_part(capture_id, '#', 1) NOT IN (SELECT unnest(?))"
        with self.transaction():
            self._connection.execute(
                f"DELETE FROM core_rejected WHERE capture_id IN (SELECT capture_id FROM core_capture WHERE {gone})",
                [DAMAGED, list(files)],
            )
            self._connection.execute(f"DELETE FROM core_capture WHERE {gone}", [DAMAGED, list(files)])


_CAPTURES_OF = "SELECT capture_id FROM core_capture WHERE starts_with(capture_id, ?)"

OBSERVED_BY = """
SELECT o.is_trial, o.item_id, o.source, o.origin, o.registry_date, o.content_hash, o.version_key, o.observed_at,
    o.capture_id
FROM {corpus}.observation AS o
JOIN {corpus}.core_capture AS c USING (capture_id)
WHERE o.observed_at <= ? AND ({asked})
ORDER BY o.observed_at, o.source, split_part(o.file, '/', 2), o.file, o.position, o.n
"""
"""Observations that a review's questions brought, in the order of arrival; files are named by run and scope.

Of one moment, source by source: which of them answered first says nothing, and a night that was killed and run again
may have asked them in another order.
"""


def observed_by(
    connection: duckdb.DuckDBPyConnection, alias: str, asked: str, parameters: Sequence[object]
) -> list[Observed]:
    """Observations of an attached corpus for the captures that `asked` chooses (of ``c``), in the order of arrival."""
    found = connection.execute(OBSERVED_BY.format(corpus=alias, asked=asked), list(parameters)).fetchall()
    return [Observed(*row) for row in found]


def _observation(archived: ArchivedPage, n: int, row: Row, *, is_trial: bool, origin: str, date: str) -> Row:
    said = "\n".join((row["source"], origin, date, row["content_hash"]))
    return {
        "file": archived.file,
        "position": archived.offset,
        "n": n,
        "capture_id": row["capture_id"],
        "is_trial": is_trial,
        "item_id": row["record_id" if is_trial else "report_id"],
        "source": row["source"],
        "origin": origin,
        "registry_date": date,
        "content_hash": row["content_hash"],
        "version_key": hashlib.sha256(said.encode()).hexdigest()[:32],
        "observed_at": row["observed_at"],
    }


def _without(row: Row, names: set[str]) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def _capture_row(archived: ArchivedPage, capture_id: str, n_records: int, n_rejected: int) -> Row:
    page = archived.page
    return {
        "capture_id": capture_id,
        "source": page.source,
        "question": page.question,
        "database": page.database,
        "searched_on": date.fromisoformat(page.searched_on) if page.searched_on else None,
        "kind": page.kind,
        "url": page.url,
        "listing": page.listing,
        "registry_total": page.total,
        "http_status": page.status,
        "n_bytes": len(page.body),
        "body_sha256": hashlib.sha256(page.body).hexdigest(),
        "n_records": n_records,
        "n_rejected": n_rejected,
        "observed_at": utc(page.observed_at),
    }


def _fingerprint(reading: str) -> str:
    tables = (core_capture, core_rejected, TRIAL_DOCUMENT, REPORT_DOCUMENT)
    said = "".join([*map(ddl, tables), _OBSERVATION, _LOADED_FILE, reading])
    return hashlib.sha256(said.encode()).hexdigest()


def _make_way(path: Path, fingerprint: str) -> list[Row]:
    """Remove a corpus that was filled otherwise, and set aside what is none: both are built again from the archive.

    Returns the archive files that it was read from, as far as it can tell.
    """
    if not path.exists():
        return []
    files: list[Row] = []
    try:
        if not path.is_file():
            raise duckdb.IOException("it is no file")
        with duckdb.connect(str(path), read_only=True) as connection:
            found = connection.execute("SELECT fingerprint FROM schema_is").fetchone()
            # Only what is read shows whether it is whole: every block has a checksum.
            for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
                connection.execute(f'SELECT bit_xor(hash(item)) FROM "{name}" AS item')
            is_whole, is_current = True, found is not None and found[0] == fingerprint
            files = [] if is_current else _files_read(connection)
    except duckdb.Error as error:
        if is_locked(error):
            raise _in_use(path, error) from error
        is_whole, is_current, said = False, False, str(error).splitlines()[0]
    if is_current:
        return []
    if is_whole:
        path.unlink()
    else:
        aside = next(
            name for n in range(1, 10_000) if not (name := path.with_name(f"{path.name}.damaged-{n}")).exists()
        )
        path.rename(aside)
        log.warning(
            "%s cannot be read (%s); it is set aside as %s and built again from the archive", path, said, aside.name
        )
    with suppress(FileNotFoundError):
        path.with_name(f"{path.name}.wal").unlink()
    return files


def _files_read(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """Files that a store was read from, each to be read again and missed where it is gone."""
    found = connection.execute("SELECT file, n_bytes FROM loaded_file").fetchall()
    return [{"file": file, "n_bytes": max(n_bytes, 0), "is_whole": False} for file, n_bytes in found]


def _remove_former(path: Path) -> list[Row]:
    """Remove the version store that stood here before there was a corpus, and nothing that is not one.

    Returns the archive files that it was read from: they are read anew, and missed where they are gone.
    """
    if not path.is_file():
        return []
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
            if not tables >= _FORMER or "observation" in tables:
                return []
            files = _files_read(connection)
    except duckdb.Error:
        return []
    for name in (path, path.with_name(f"{path.name}.wal")):
        name.unlink(missing_ok=True)
    log.info("%s is removed: corpus.duckdb takes its place", path)
    return files


_FORMER = {"schema_is", "loaded_file", "core_capture", "core_trial_version", "core_report_version"}


def is_locked(error: duckdb.Error) -> bool:
    """Whether a file could not be opened because it is open elsewhere."""
    said = str(error)
    return "Could not set lock" in said or "already open" in said or "different configuration" in said


def _in_use(path: Path, error: duckdb.Error) -> CorpusInUse:
    said = " ".join(str(error).split())
    holder = said.partition("Conflicting lock is held in ")[2].partition(". ")[0]
    return CorpusInUse(
        f"{path} is in use{f' by {holder}' if holder else ''}: close what has it open and try again"
        + ("" if is_locked(error) else f" ({said})")
    )
