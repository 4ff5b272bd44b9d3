"""A night's warehouse: what was known by then, explained column by column, and readable by older programs."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from models.tables import metadata
from models.trial import Page, Parsed, Rejected, TrialRecord
from stores import duck
from stores.archive import ArchivedPage
from stores.corpus import Corpus
from stores.duck import SQL, STORAGE, WarehouseError
from stores.snapshot import Snapshot, fingerprint, query

NIGHT = datetime(2016, 6, 21, 6, tzinfo=UTC)
LATER = NIGHT + timedelta(days=29)


def a_record(title: str, registry_date: str = "2015-02-01") -> TrialRecord:
    return TrialRecord(
        source="ctgov",
        registry="ClinicalTrials.gov",
        registry_id="NCT01363401",
        registry_date=registry_date,
        brief_title=title,
    )


def see(
    store: Corpus,
    moment: datetime,
    *items: Parsed,
    url: str = "https://registry.example/",
    kind: str = "search",
    listing: str | None = None,
) -> None:
    page = Page(source="ctgov", kind=kind, url=url, body=b"", observed_at=moment, listing=listing)
    store.load(f"ctgov/{moment:%Y%m%d}.warc.gz", 1, [(ArchivedPage(page, f"ctgov/{moment:%Y%m%d}", 0), items)])


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A corpus with two nights."""
    path = tmp_path / "store.duckdb"
    unreadable = Rejected(source="ctgov", record_ref="NCT01363401", reason="no status")
    with Corpus(path) as opened:
        see(opened, NIGHT, a_record("first"), unreadable)
        see(opened, LATER, a_record("second", "2016-07-20"))
    return path


@pytest.fixture
def snapshot(tmp_path: Path, store: Path) -> Iterator[Snapshot]:
    made = Snapshot(tmp_path / "warehouse.duckdb", store, LATER)
    made.create_views("1")
    made.create_views("2")
    yield made
    made.close()


def test_later_observations_are_hidden(tmp_path: Path, store: Path) -> None:
    for moment, titles in [(NIGHT - timedelta(seconds=1), []), (NIGHT, ["first"]), (LATER, ["first", "second"])]:
        snapshot = Snapshot(tmp_path / "warehouse.duckdb", store, moment)
        assert [item.item.brief_title for item in snapshot.trial_versions()] == titles  # type: ignore[union-attr]
        assert snapshot.nights() == [night for night in (NIGHT, LATER) if night <= moment]
        snapshot.close()


def test_the_store_is_not_touched(tmp_path: Path, store: Path) -> None:
    before = store.read_bytes()
    Snapshot(tmp_path / "warehouse.duckdb", store, LATER).close()
    assert store.read_bytes() == before


def test_versions_are_counted_since_the_last_run(snapshot: Snapshot) -> None:
    assert [snapshot.n_versions_since(moment) for moment in (None, NIGHT, LATER)] == [2, 1, 0]


def test_what_could_not_be_read_is_forgotten_once_it_can_be(tmp_path: Path, store: Path) -> None:
    for moment, expected in [(NIGHT, ["NCT01363401"]), (LATER, [])]:
        snapshot = Snapshot(tmp_path / "warehouse.duckdb", store, moment)
        assert [item.record_ref for item in snapshot.rejected()] == expected
        snapshot.close()


@pytest.mark.parametrize(("is_repeated", "expected"), [(False, []), (True, ["NCT01363401"])])
def test_a_complaint_ends_when_the_unchanged_record_is_listed_without_it(
    tmp_path: Path, is_repeated: bool, expected: list[str]
) -> None:
    complaint = Rejected(source="ctgov", record_ref="NCT01363401", reason="half a field")
    with Corpus(tmp_path / "store.duckdb") as opened:
        see(opened, NIGHT, a_record("first"), complaint, listing="search")
        see(opened, LATER, a_record("first"), *([complaint] if is_repeated else []), listing="search")
    snapshot = Snapshot(tmp_path / "warehouse.duckdb", tmp_path / "store.duckdb", LATER)
    assert [item.record_ref for item in snapshot.rejected()] == expected
    snapshot.close()


@pytest.mark.parametrize(
    ("kind", "url", "next_kind", "next_url", "is_settled"),
    [
        ("search", "https://r/?since=1", "search", "https://r/?since=2", True),
        ("search", "https://r/?since=1", "record", "https://r/NCT1", False),
        ("file", "file:one.xml", "file", "file:other.xml", False),
        ("file", "file:one.xml", "file", "file:one.xml", True),
    ],
)
def test_a_page_that_was_none_is_forgotten_once_the_source_has_answered(
    tmp_path: Path, kind: str, url: str, next_kind: str, next_url: str, is_settled: bool
) -> None:
    with Corpus(tmp_path / "store.duckdb") as opened:
        see(opened, NIGHT, Rejected(source="ctgov", record_ref=url, reason="a web page"), kind=kind, url=url)
        see(opened, LATER, a_record("first"), kind=next_kind, url=next_url)
    for moment, expected in [(NIGHT, [url]), (LATER, [] if is_settled else [url])]:
        snapshot = Snapshot(tmp_path / "warehouse.duckdb", tmp_path / "store.duckdb", moment)
        assert [item.record_ref for item in snapshot.rejected()] == expected
        snapshot.close()


def test_every_table_view_and_column_has_a_comment(snapshot: Snapshot) -> None:
    tables = snapshot.rows("SELECT table_name AS name, comment FROM duckdb_tables() WHERE database_name = 'snapshot'")
    views = snapshot.rows(
        "SELECT view_name AS name, comment FROM duckdb_views() WHERE database_name = 'snapshot' AND NOT internal"
    )
    columns = snapshot.rows(
        "SELECT table_name || '.' || column_name AS name, comment FROM duckdb_columns()"
        " WHERE database_name = 'snapshot' AND NOT internal"
    )
    assert {row["name"] for row in tables} == set(metadata.tables)
    assert len(views) >= 10
    assert len(columns) > 200
    assert [row["name"] for row in (*tables, *views, *columns) if not (row["comment"] or "").strip()] == []


def test_a_view_whose_file_leaves_a_column_unexplained_is_refused(
    tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql" / "290_out_made_up.sql").write_text(
        "-- out_made_up: x\nCREATE VIEW out_made_up AS SELECT 1 AS n;"
    )
    snapshot = Snapshot(tmp_path / "warehouse.duckdb", store, LATER)
    monkeypatch.setattr(duck, "SQL", tmp_path / "sql")
    with pytest.raises(WarehouseError, match=r"290_out_made_up\.sql: column n has no line '-- n: meaning'"):
        snapshot.create_views("2")
    snapshot.close()


def test_a_row_with_an_undeclared_column_is_refused(snapshot: Snapshot) -> None:
    with pytest.raises(WarehouseError, match=r"review_queue has no columns \['colour'\]"):
        snapshot.insert(metadata.tables["review_queue"], [{"kind": "link", "colour": "red"}])


def test_older_clients_can_open_the_file(tmp_path: Path, store: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    Snapshot(path, store, LATER).close()
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.execute("SELECT tags['storage_version'] FROM duckdb_databases() WHERE path IS NOT NULL")
        versions = [version for (version,) in found.fetchall()]
    assert versions
    assert all(version.startswith(STORAGE.removesuffix(".0")) for version in versions), versions


def test_a_closed_snapshot_is_one_file(tmp_path: Path, store: Path) -> None:
    folder = tmp_path / "build"
    Snapshot(folder / "warehouse.duckdb", store, LATER).close()
    assert [path.name for path in folder.iterdir()] == ["warehouse.duckdb"]


def test_every_relation_is_exported(snapshot: Snapshot, tmp_path: Path) -> None:
    counts = snapshot.export_parquet(tmp_path / "parquet")
    assert set(counts) >= set(metadata.tables)
    assert {path.stem for path in (tmp_path / "parquet").iterdir()} == set(counts)
    file = tmp_path / "parquet" / "core_trial_version.parquet"
    assert snapshot.rows(f"SELECT count(*) AS n FROM '{file}'") == [{"n": 2}]


def test_the_fingerprint_is_one_of_content(tmp_path: Path, store: Path) -> None:
    one, other, earlier = (tmp_path / name for name in ("one.duckdb", "other.duckdb", "earlier.duckdb"))
    for path, moment in [(one, LATER), (other, LATER), (earlier, NIGHT)]:
        Snapshot(path, store, moment).close()
    assert one.read_bytes() != earlier.read_bytes()
    assert fingerprint(one) == fingerprint(other)
    changed = {name for name, digest in fingerprint(earlier).items() if fingerprint(one)[name] != digest}
    assert changed == {"core_capture", "core_trial_version", "core_trial_latest", "core_trial_change"}


def test_a_query_cannot_write(tmp_path: Path, store: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    Snapshot(path, store, LATER).close()
    assert query(path, "SELECT count(*) AS n FROM core_trial_version") == (["n"], [(2,)])
    elsewhere = tmp_path / "elsewhere"
    for statement in (
        "DELETE FROM core_trial_version",
        f"COPY (SELECT 1) TO '{elsewhere}'",
        f"ATTACH '{elsewhere}'",
        f"EXPLAIN ANALYZE COPY (SELECT 1) TO '{elsewhere}'",
    ):
        with pytest.raises(WarehouseError, match="does more than read"):
            query(path, statement)
    assert not elsewhere.exists()


@pytest.mark.parametrize(("statement", "n"), [("", 0), ("-- nothing", 0), ("SELECT 1; SELECT 2", 2)])
def test_a_query_is_one_statement(tmp_path: Path, store: Path, statement: str, n: int) -> None:
    path = tmp_path / "warehouse.duckdb"
    Snapshot(path, store, LATER).close()
    with pytest.raises(WarehouseError, match=f"{n} were given"):
        query(path, statement)
    assert query(path, "PIVOT (SELECT 'a' AS x, 1 AS n) ON x USING sum(n)") == (["a"], [(1,)])


def test_views_come_from_their_files(snapshot: Snapshot) -> None:
    found = snapshot.rows(
        "SELECT view_name AS name FROM duckdb_views() WHERE database_name = 'snapshot' AND NOT internal"
    )
    texts = {path.stem.split("_", 1)[1]: path.read_text(encoding="utf-8") for path in SQL.glob("*.sql")}
    assert {row["name"] for row in found} == {name for name, text in texts.items() if "CREATE MACRO" not in text}
