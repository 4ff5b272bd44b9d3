"""The version store: record versions as the archive grows, each with both clocks.

It is a cache of the archive: a file that is torn or has other tables than today's is built again.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import msgspec

from models.dates import PartialDate
from models.trial import TOPIC_LISTING, Parsed, Rejected, Report, TrialRecord
from models.vocabulary import VersionOrigin
from stores.archive import ArchivedPage
from stores.duck import CORE, DuckFile, ddl, view_files
from stores.rows import Row, rejected_row, report_row, trial_row, utc


class Loaded(msgspec.Struct):
    """What one archive file brought."""

    n_pages: int = 0
    n_read: int = 0
    n_rejected: int = 0
    n_new_versions: int = 0

    def __add__(self, other: "Loaded") -> "Loaded":
        return Loaded(
            *(a + b for a, b in zip(msgspec.structs.astuple(self), msgspec.structs.astuple(other), strict=True))
        )


class VersionStore(DuckFile):
    """Record versions, loaded from archive files; the same file twice adds nothing."""

    def __init__(self, path: Path) -> None:
        if path.exists() and not _is_current(path):
            path.unlink()
        is_new = not path.exists()
        super().__init__(path, "store")
        if is_new:
            with self.transaction():
                for table in CORE:
                    self.create_table(table)
                self._connection.execute("CREATE TABLE loaded_file (file VARCHAR, n_bytes BIGINT)")
                self._connection.execute("CREATE TABLE other_file (file VARCHAR, n_bytes BIGINT, question VARCHAR)")
                self._connection.execute(f"CREATE TABLE schema_is AS SELECT '{_schema_fingerprint()}' AS fingerprint")
                self.create_views("0")
        self._known: dict[tuple[str, PartialDate], dict[tuple[str, str], list[str]]] = {}
        self._first_hand: set[str] = set()
        self._copied: set[str] = set()
        self._new_copies: Counter[str] = Counter()
        self._read_known()

    def loaded_files(self) -> dict[str, int]:
        """Archive files that are in, each with the size in bytes that it had when it was read."""
        return {row["file"]: row["n_bytes"] for row in self.rows("SELECT file, n_bytes FROM loaded_file")}

    def other_files(self) -> dict[str, tuple[int, str]]:
        """Archive files that answer questions of others, each with its size in bytes and the question."""
        found = self.rows("SELECT file, n_bytes, question FROM other_file")
        return {row["file"]: (row["n_bytes"], row["question"]) for row in found}

    def pass_over(self, file: str, n_bytes: int, question: str) -> None:
        """Remember that an archive file answers a question of others, so that it need not be opened again."""
        with self.transaction():
            self._connection.execute("DELETE FROM other_file WHERE file = ?", [file])
            self._connection.execute("INSERT INTO other_file VALUES (?, ?, ?)", [file, n_bytes, question])

    def load(self, file: str, n_bytes: int, pages: Iterable[tuple[ArchivedPage, Sequence[Parsed]]]) -> Loaded:
        """Add the pages of one archive file with what was parsed from them, all or nothing."""
        loaded = Loaded()
        rows: dict[str, list[Row]] = {table.name: [] for table in CORE}
        known = {row["capture_id"] for row in self.rows("SELECT capture_id FROM core_capture")}
        for archived, parsed in pages:
            capture_id = f"{archived.file}#{archived.offset}"
            if capture_id in known:
                continue
            n_rejected = sum(isinstance(item, Rejected) for item in parsed)
            loaded.n_pages += 1
            loaded.n_rejected += n_rejected
            loaded.n_read += len(parsed) - n_rejected
            rows["core_capture"].append(_capture_row(archived, capture_id, len(parsed) - n_rejected, n_rejected))
            for item in parsed:
                self._take(item, archived, capture_id, rows)
        loaded.n_new_versions = len(rows["core_trial_version"]) + len(rows["core_report_version"])
        with self.transaction():
            for table in CORE:
                self.insert(table, rows[table.name])
            loaded.n_new_versions -= self._withdraw_copies()
            self._connection.execute("DELETE FROM loaded_file WHERE file = ?", [file])
            self._connection.execute("INSERT INTO loaded_file VALUES (?, ?)", [file, n_bytes])
        return loaded

    def _take(self, item: Parsed, archived: ArchivedPage, capture_id: str, rows: dict[str, list[Row]]) -> None:
        observed_at = archived.page.observed_at
        if isinstance(item, Rejected):
            rows["core_rejected"].append(rejected_row(item, observed_at, capture_id))
            return
        if archived.page.listing == TOPIC_LISTING:
            item_id = item.record_id if isinstance(item, TrialRecord) else item.report_id
            listed = {"source": item.source, "item_id": item_id, "capture_id": capture_id}
            rows["core_listed"].append(listed | {"observed_at": utc(observed_at)})
        if isinstance(item, TrialRecord):
            row = trial_row(item, observed_at, capture_id)
            if self._is_new(item.record_id, item, row["content_hash"]):
                rows["core_trial_version"].append(row)
        else:
            row = report_row(item, observed_at, capture_id)
            if self._is_new(item.report_id, item, row["content_hash"]):
                rows["core_report_version"].append(row)

    def _is_new(self, item_id: str, item: TrialRecord | Report, digest: str) -> bool:
        """Whether a version says something that is not known for its registry date.

        What a source shows now is compared with what the same source showed last: two sources that describe one
        report in different words would otherwise take turns at being new, night after night. A version from a
        registry's history only fills a gap: such bodies are in today's schema and differ in form from what was
        seen at the time. A copy counts only as long as nothing is known from the source itself.
        """
        known = self._known.setdefault((item_id, item.registry_date), {})
        of_this_source = known.get((item.source, item.origin), [])
        if item.origin is VersionOrigin.CURRENT:
            is_new = of_this_source[-1:] != [digest]
        elif item.origin is VersionOrigin.HISTORY:
            is_new = all(origin == VersionOrigin.COPY for _, origin in known)
        else:
            is_new = not any(digest in digests for digests in known.values())
        if item.origin is VersionOrigin.COPY:
            is_new = is_new and item_id not in self._first_hand
            if is_new:
                self._copied.add(item_id)
                self._new_copies[item_id] += 1
        else:
            self._first_hand.add(item_id)
        if is_new:
            known[item.source, item.origin] = [*of_this_source, digest]
        return is_new

    def _withdraw_copies(self) -> int:
        """Remove the copies of what has since been heard from the source itself.

        Returns how many of them had been counted as new since the store was opened.

        A copy is a portal's rendering of another registry's record, often newer by date and poorer in content;
        side by side with the original it would be read as a change of the trial, and back.
        """
        if not (stale := sorted(self._copied & self._first_hand)):
            return 0
        self._connection.execute(
            "DELETE FROM core_trial_version WHERE origin = 'copy' AND record_id IN (SELECT unnest(?))", [stale]
        )
        self._connection.execute(
            "DELETE FROM core_report_version WHERE document ->> 'origin' = 'copy' AND report_id IN (SELECT unnest(?))",
            [stale],
        )
        self._copied -= self._first_hand
        return sum(self._new_copies.pop(item_id, 0) for item_id in stale)

    def _read_known(self) -> None:
        """Hashes of all versions in the order of observation, and which ids are known first hand or as copies."""
        found = self._connection.execute(
            """
            SELECT record_id, document ->> 'registry_date', source, origin, content_hash, observed_at
            FROM core_trial_version
            UNION ALL
            SELECT
                report_id, document ->> 'registry_date', source, coalesce(document ->> 'origin', 'current'),
                content_hash, observed_at
            FROM core_report_version
            ORDER BY observed_at
            """
        ).fetchall()
        for item_id, registry_date, source, origin, digest, _ in found:
            self._known.setdefault((item_id, registry_date), {}).setdefault((source, origin), []).append(digest)
            (self._copied if origin == VersionOrigin.COPY else self._first_hand).add(item_id)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _capture_row(archived: ArchivedPage, capture_id: str, n_records: int, n_rejected: int) -> Row:
    page = archived.page
    return {
        "capture_id": capture_id,
        "source": page.source,
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


def _schema_fingerprint() -> str:
    definitions = ["other_file", *(ddl(table) for table in CORE)] + [
        path.read_text(encoding="utf-8") for path in view_files("0")
    ]
    return hashlib.sha256("".join(definitions).encode()).hexdigest()


def _is_current(path: Path) -> bool:
    """Whether a version store is whole and has today's tables."""
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            found = connection.execute("SELECT fingerprint FROM schema_is").fetchone()
    except duckdb.Error:
        return False
    return found is not None and bool(found[0] == _schema_fingerprint())
