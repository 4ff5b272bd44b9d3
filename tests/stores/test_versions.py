"""The version store keeps every version once, with both clocks, and is nothing but a cache of the archive."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.trial import Page, Parsed, Rejected, Report, TrialRecord
from models.vocabulary import Status, VersionOrigin
from stores.archive import ArchivedPage
from stores.versions import Loaded, VersionStore

NIGHT = datetime(2016, 6, 21, 6, tzinfo=UTC)


def a_record(**given: Any) -> TrialRecord:
    record = TrialRecord(
        source="ctgov",
        registry="ClinicalTrials.gov",
        registry_id="NCT01363401",
        registry_date="2015-02-01",
        brief_title="Cells",
        status=Status.RECRUITING,
        status_text="RECRUITING",
    )
    return msgspec.structs.replace(record, **given)


def a_report(**given: Any) -> Report:
    report = Report(source="pubmed", report_id="PMID:30048006", title="Cells", registry_date="2018-08-31")
    return msgspec.structs.replace(report, **given)


def an_answer(*items: Parsed, night: int = 0, offset: int = 0, file: str | None = None) -> list[Any]:
    """One archived page of a night with what was read from it."""
    page = Page(
        source="ctgov",
        kind="search",
        url="https://registry.example/",
        body=b"{}",
        observed_at=NIGHT + timedelta(days=night),
    )
    return [(ArchivedPage(page, file or f"ctgov/{night}.warc.gz", offset), list(items))]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "warehouse.duckdb"


@pytest.fixture
def store(path: Path) -> Iterator[VersionStore]:
    with VersionStore(path) as opened:
        yield opened


def see(store: VersionStore, *items: Parsed, night: int = 0) -> Loaded:
    return store.load(f"ctgov/{night}.warc.gz", 1, an_answer(*items, night=night))


def contents(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        names = ["core_capture", "core_trial_version", "core_report_version", "core_listed", "core_rejected"]
        return {name: connection.execute(f"FROM {name} ORDER BY ALL").fetchall() for name in names}


# --- what counts as new ---


def test_a_record_that_is_seen_again_unchanged_is_no_new_version(store: VersionStore) -> None:
    counts = [see(store, a_record(), a_report(), night=night).n_new_versions for night in range(3)]
    assert counts == [2, 0, 0]


def test_the_same_file_twice_adds_nothing(path: Path) -> None:
    answer = an_answer(a_record(), Rejected(source="ctgov", record_ref="NCT1", reason="no status"))
    for expected in (Loaded(n_pages=1, n_read=1, n_rejected=1, n_new_versions=1), Loaded()):
        with VersionStore(path) as store:
            assert store.load("ctgov/0.warc.gz", 1, answer) == expected
    assert [len(rows) for rows in contents(path).values()] == [1, 1, 0, 0, 1]


def test_a_file_that_has_grown_is_read_on(store: VersionStore) -> None:
    store.load("ctgov/0.warc.gz", 10, an_answer(a_record()))
    assert store.loaded_files() == {"ctgov/0.warc.gz": 10}
    grown = an_answer(a_record()) + an_answer(a_record(registry_date="2016-01-01"), offset=10)
    assert store.load("ctgov/0.warc.gz", 20, grown) == Loaded(n_pages=1, n_read=1, n_new_versions=1)


def test_a_content_that_comes_and_goes_without_a_moved_date_is_kept_each_time(store: VersionStore) -> None:
    """A registry may change a record and its update date not at all, and change it back."""
    one, other = a_record(), a_record(status=Status.COMPLETED, status_text="COMPLETED")
    counts = [see(store, item, night=night).n_new_versions for night, item in enumerate([one, other, one, one])]
    assert counts == [1, 1, 1, 0]
    seen = [item.observed_at for item in store.trial_versions()]
    assert seen == [NIGHT, NIGHT + timedelta(days=1), NIGHT + timedelta(days=2)]
    [newest] = store.newest_trials()
    assert newest.item == one


def test_history_only_fills_gaps(store: VersionStore) -> None:
    see(store, a_record())
    past = a_record(origin=VersionOrigin.HISTORY, brief_title="in the words of today's schema")
    assert see(store, past, night=1).n_new_versions == 0
    assert see(store, msgspec.structs.replace(past, registry_date="2013-05-01"), night=2).n_new_versions == 1
    [newest] = store.newest_trials()
    assert newest.item == a_record()


def test_what_is_seen_after_history_is_kept_beside_it(store: VersionStore) -> None:
    see(store, a_record(origin=VersionOrigin.HISTORY, brief_title="other words"))
    assert see(store, a_record(), night=1).n_new_versions == 1
    [newest] = store.newest_trials()
    assert newest.item == a_record()


def test_an_export_that_says_what_is_known_adds_nothing(store: VersionStore) -> None:
    see(store, a_record())
    assert see(store, a_record(origin=VersionOrigin.EXPORT, source="export"), night=1).n_new_versions == 0
    later = a_record(origin=VersionOrigin.EXPORT, brief_title="Cells and more")
    assert see(store, later, night=2).n_new_versions == 1


def test_both_clocks_and_the_precision_of_dates_are_kept(store: VersionStore) -> None:
    see(store, a_record(registry_date="2015-02", start_date="2014", completion_date="2016-08-30"))
    [row] = store.rows(
        "SELECT registry_date::VARCHAR AS r, registry_date_precision AS rp, observed_at::VARCHAR AS o,"
        " start_date::VARCHAR AS s, start_date_precision AS sp, completion_date_precision AS cp"
        " FROM core_trial_version"
    )
    assert row == {
        "r": "2015-02-01", "rp": "month", "o": "2016-06-21 06:00:00", "s": "2014-01-01", "sp": "year", "cp": "day",
    }  # fmt: skip
    [kept] = store.trial_versions()
    assert isinstance(kept.item, TrialRecord)
    assert (kept.item.start_date, kept.observed_at) == ("2014", NIGHT)


def test_what_was_rejected_is_kept_with_its_place(path: Path) -> None:
    rejected = Rejected(source="ctgov", record_ref="NCT1", reason="r", path="a.b", value="v", action="look")
    with VersionStore(path) as store:
        see(store, rejected)
    [row] = contents(path)["core_rejected"]
    assert row[:7] == ("ctgov", "NCT1", "r", "a.b", "v", "look", "ctgov/0.warc.gz#0")


# --- a cache ---

WORDS = st.sampled_from(["Cells", "More cells", "Other cells"])
ITEMS = st.builds(
    a_record,
    registry_id=st.sampled_from(["NCT00000001", "NCT00000002"]),
    registry_date=st.sampled_from(["2014-01-01", "2014-06", "2015"]),
    origin=st.sampled_from([VersionOrigin.CURRENT, VersionOrigin.HISTORY, VersionOrigin.EXPORT]),
    brief_title=WORDS,
) | st.builds(a_report, title=WORDS, registry_date=st.sampled_from(["2018-08-31", "2019-01-01"]))


@settings(deadline=None, max_examples=15)
@given(nights=st.lists(st.lists(ITEMS, min_size=1, max_size=4), min_size=1, max_size=4))
def test_a_rebuild_equals_the_nights_one_by_one(
    nights: Sequence[Sequence[Parsed]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("stores")
    for number, items in enumerate(nights):
        with VersionStore(folder / "nightly.duckdb") as store:
            see(store, *items, night=number)
    with VersionStore(folder / "rebuilt.duckdb") as store:
        for number, items in enumerate(nights):
            see(store, *items, night=number)
    assert contents(folder / "nightly.duckdb") == contents(folder / "rebuilt.duckdb")


def test_a_load_that_fails_half_way_leaves_nothing(path: Path) -> None:
    def broken() -> Iterator[Any]:
        yield from an_answer(a_record())
        raise RuntimeError("killed here")

    with VersionStore(path) as store, pytest.raises(RuntimeError):
        store.load("ctgov/0.warc.gz", 1, broken())
    with VersionStore(path) as store:
        assert store.loaded_files() == {}
        assert see(store, a_record()).n_new_versions == 1


@pytest.mark.parametrize("content", [b"", b"torn", b"\0" * 20_000], ids=["empty", "short", "zeros"])
def test_a_torn_store_is_built_again(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with VersionStore(path) as store:
        assert see(store, a_record()).n_new_versions == 1


def test_a_store_with_a_page_cut_off_is_built_again(path: Path) -> None:
    with VersionStore(path) as store:
        see(store, a_record())
    path.write_bytes(path.read_bytes()[:-10_000])
    with VersionStore(path) as store:
        assert store.loaded_files() == {}


def test_a_store_of_another_schema_is_built_again(path: Path) -> None:
    with VersionStore(path) as store:
        see(store, a_record())
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE schema_is SET fingerprint = 'an older program'")
    with VersionStore(path) as store:
        assert store.trial_versions() == []
        assert store.loaded_files() == {}


def test_a_store_of_today_is_kept(path: Path) -> None:
    with VersionStore(path) as store:
        see(store, a_record())
    with VersionStore(path) as store:
        assert [item.item for item in store.trial_versions()] == [a_record()]
