"""The corpus keeps what is said once and every sight of it, with both clocks, and is nothing but a cache of the archive."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.report import Report
from models.trial import Observation, Page, Parsed, Rejected, TrialRecord
from models.vocabulary import Status, VersionOrigin
from stores.archive import ArchivedPage
from stores.corpus import Corpus, CorpusInUse, Known, Loaded
from stores.duck import MEMORY
from stores.snapshot import Snapshot

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
    return tmp_path / "corpus.duckdb"


FAR = NIGHT + timedelta(days=10_000)


def known(path: Path, as_of: datetime = FAR) -> list[Observation]:
    """All versions that a review of every question knows, records first."""
    with Snapshot(MEMORY, path, as_of) as snapshot:
        return [*snapshot.trial_versions(), *snapshot.report_versions()]


def newest(path: Path) -> TrialRecord:
    with Snapshot(MEMORY, path, FAR) as snapshot:
        [found] = snapshot.newest_trials()
    assert isinstance(found.item, TrialRecord)
    return found.item


def see(path: Path, *items: Parsed, night: int = 0) -> int:
    """Load one page of a night; returns the number of versions that it brought."""
    before = [(item.item, item.observed_at) for item in known(path)] if path.exists() else []
    with Corpus(path) as corpus:
        corpus.load(f"ctgov/{night}.warc.gz", 1, an_answer(*items, night=night))
    return sum((item.item, item.observed_at) not in before for item in known(path))


TABLES = ["core_capture", "core_trial_version", "core_report_version", "core_listed", "core_rejected"]


def contents(path: Path) -> dict[str, list[dict[str, Any]]]:
    with Snapshot(MEMORY, path, FAR) as snapshot:
        return {name: snapshot.rows(f"FROM {name} ORDER BY ALL") for name in TABLES}


# --- what counts as new ---


def test_a_record_that_is_seen_again_unchanged_is_no_new_version(path: Path) -> None:
    counts = [see(path, a_record(), a_report(), night=night) for night in range(3)]
    assert counts == [2, 0, 0]


def test_the_same_file_twice_adds_nothing(path: Path) -> None:
    answer = an_answer(a_record(), Rejected(source="ctgov", record_ref="NCT1", reason="no status"))
    for expected in (Loaded(n_pages=1, n_read=1, n_rejected=1), Loaded()):
        with Corpus(path) as store:
            assert store.load("ctgov/0.warc.gz", 1, answer) == expected
    assert [len(rows) for rows in contents(path).values()] == [1, 1, 0, 0, 1]


def test_a_file_that_has_grown_is_read_on(path: Path) -> None:
    with Corpus(path) as corpus:
        corpus.load("ctgov/0.warc.gz", 10, an_answer(a_record()))
        assert corpus.loaded_files() == {"ctgov/0.warc.gz": Known(n_bytes=10, is_whole=True)}
        grown = an_answer(a_record()) + an_answer(a_record(registry_date="2016-01-01"), offset=10)
        assert corpus.load("ctgov/0.warc.gz", 20, grown) == Loaded(n_pages=1, n_read=1)


def test_a_content_that_comes_and_goes_without_a_moved_date_is_kept_each_time(path: Path) -> None:
    """A registry may change a record and its update date not at all, and change it back."""
    one, other = a_record(), a_record(status=Status.COMPLETED, status_text="COMPLETED")
    counts = [see(path, item, night=night) for night, item in enumerate([one, other, one, one])]
    assert counts == [1, 1, 1, 0]
    seen = [item.observed_at for item in known(path)]
    assert seen == [NIGHT, NIGHT + timedelta(days=1), NIGHT + timedelta(days=2)]
    assert newest(path) == one


def test_history_only_fills_gaps(path: Path) -> None:
    see(path, a_record())
    past = a_record(origin=VersionOrigin.HISTORY, brief_title="in the words of today's schema")
    assert see(path, past, night=1) == 0
    assert see(path, msgspec.structs.replace(past, registry_date="2013-05-01"), night=2) == 1
    assert newest(path) == a_record()


def test_what_is_seen_after_history_is_kept_beside_it(path: Path) -> None:
    see(path, a_record(origin=VersionOrigin.HISTORY, brief_title="other words"))
    assert see(path, a_record(), night=1) == 1
    assert newest(path) == a_record()


def test_an_export_that_says_what_is_known_adds_nothing(path: Path) -> None:
    see(path, a_record())
    assert see(path, a_record(origin=VersionOrigin.EXPORT, source="export"), night=1) == 0
    later = a_record(origin=VersionOrigin.EXPORT, brief_title="Cells and more")
    assert see(path, later, night=2) == 1


def test_both_clocks_and_the_precision_of_dates_are_kept(path: Path) -> None:
    see(path, a_record(registry_date="2015-02", start_date="2014", completion_date="2016-08-30"))
    with Snapshot(MEMORY, path, FAR) as snapshot:
        [row] = snapshot.rows(
            "SELECT registry_date::VARCHAR AS r, registry_date_precision AS rp, observed_at::VARCHAR AS o,"
            " start_date::VARCHAR AS s, start_date_precision AS sp, completion_date_precision AS cp"
            " FROM core_trial_version"
        )
    assert row == {
        "r": "2015-02-01", "rp": "month", "o": "2016-06-21 06:00:00", "s": "2014-01-01", "sp": "year", "cp": "day",
    }  # fmt: skip
    [kept] = known(path)
    assert isinstance(kept.item, TrialRecord)
    assert (kept.item.start_date, kept.observed_at) == ("2014", NIGHT)


def test_what_was_rejected_is_kept_with_its_place(path: Path) -> None:
    rejected = Rejected(source="ctgov", record_ref="NCT1", reason="r", path="a.b", value="v", action="look")
    see(path, rejected)
    [row] = contents(path)["core_rejected"]
    assert list(row.values())[:7] == ["ctgov", "NCT1", "r", "a.b", "v", "look", "ctgov/0.warc.gz#0"]


# --- a cache ---

WORDS = st.sampled_from(["Cells", "More cells", "Other cells"])
ITEMS = st.builds(
    a_record,
    registry_id=st.sampled_from(["NCT00000001", "NCT00000002"]),
    registry_date=st.sampled_from(["2014-01-01", "2014-06", "2015"]),
    origin=st.sampled_from([VersionOrigin.CURRENT, VersionOrigin.HISTORY, VersionOrigin.EXPORT]),
    brief_title=WORDS,
) | st.builds(a_report, title=WORDS, registry_date=st.sampled_from(["2018-08-31", "2019-01-01"]))


@pytest.mark.slow
@settings(deadline=None, max_examples=15)
@given(nights=st.lists(st.lists(ITEMS, min_size=1, max_size=4), min_size=1, max_size=4))
def test_a_rebuild_equals_the_nights_one_by_one(
    nights: Sequence[Sequence[Parsed]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("stores")
    for number, items in enumerate(nights):
        see(folder / "nightly.duckdb", *items, night=number)
    with Corpus(folder / "rebuilt.duckdb") as corpus:
        for number, items in enumerate(nights):
            corpus.load(f"ctgov/{number}.warc.gz", 1, an_answer(*items, night=number))
    assert contents(folder / "nightly.duckdb") == contents(folder / "rebuilt.duckdb")


def test_a_load_that_fails_half_way_leaves_nothing(path: Path) -> None:
    def broken() -> Iterator[Any]:
        yield from an_answer(a_record())
        raise RuntimeError("killed here")

    with Corpus(path) as store, pytest.raises(RuntimeError):
        store.load("ctgov/0.warc.gz", 1, broken())
    with Corpus(path) as store:
        assert store.loaded_files() == {}
    assert see(path, a_record()) == 1


@pytest.mark.parametrize("content", [b"", b"torn", b"\0" * 20_000], ids=["empty", "short", "zeros"])
def test_a_torn_store_is_built_again(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with Corpus(path) as corpus:
        assert corpus.loaded_files() == {}
    assert see(path, a_record()) == 1
    assert path.with_name("corpus.duckdb.damaged-1").read_bytes() == content


def test_a_store_with_a_page_cut_off_is_built_again(path: Path) -> None:
    see(path, a_record())
    path.write_bytes(path.read_bytes()[:-10_000])
    with Corpus(path) as store:
        assert store.loaded_files() == {}


def test_a_store_of_another_schema_is_built_again(path: Path) -> None:
    see(path, a_record())
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE schema_is SET fingerprint = 'an older program'")
    assert [item.item for item in known(path)] == [a_record()], "a reader does not mind"
    with Corpus(path) as store:
        assert store.loaded_files() == {"ctgov/0.warc.gz": Known(n_bytes=1)}, "to be read again"
    assert known(path) == []


def test_a_store_that_was_read_otherwise_is_built_again(path: Path) -> None:
    for reading, is_whole in (("one", True), ("one", True), ("another", False)):
        with Corpus(path, reading) as store:
            if reading == "one":
                store.load("ctgov/0.warc.gz", 1, an_answer(a_record()))
            assert store.loaded_files() == {"ctgov/0.warc.gz": Known(n_bytes=1, is_whole=is_whole)}


def test_a_store_of_today_is_kept(path: Path) -> None:
    see(path, a_record())
    with Corpus(path) as store:
        assert store.loaded_files() == {"ctgov/0.warc.gz": Known(n_bytes=1, is_whole=True)}
    assert [item.item for item in known(path)] == [a_record()]


def test_a_corpus_that_another_program_has_open_is_in_use_and_stays(path: Path) -> None:
    see(path, a_record())
    program = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(CorpusInUse, match=rf"is in use by .*{other.pid}"):
            Corpus(path)
        other.kill()
    assert [item.item for item in known(path)] == [a_record()]


def test_a_folder_in_place_of_the_corpus_is_set_aside(path: Path) -> None:
    path.mkdir()
    (path / "mine.txt").write_text("kept")
    Corpus(path).close()
    assert (path.with_name("corpus.duckdb.damaged-1") / "mine.txt").read_text() == "kept"


# --- questions and clocks ---


def answered(path: Path, question: str, *items: Parsed, night: int = 0) -> None:
    file = f"ctgov/{question}-{night}.warc.gz"
    pages = [
        (ArchivedPage(msgspec.structs.replace(item.page, question=question), file, item.offset), parsed)
        for item, parsed in an_answer(*items, night=night)
    ]
    with Corpus(path) as corpus:
        corpus.load(file, 1, pages)


@pytest.mark.slow
@settings(deadline=None, max_examples=15)
@given(nights=st.lists(st.tuples(st.sampled_from(["ours", "theirs"]), st.lists(ITEMS, max_size=3)), max_size=6))
def test_a_review_knows_in_company_what_it_would_know_alone(
    nights: Sequence[tuple[str, Sequence[Parsed]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("questions")
    for number, (question, items) in enumerate(nights):
        answered(folder / "both.duckdb", question, *items, night=number)
        if question == "ours":
            answered(folder / "alone.duckdb", question, *items, night=number)
    for path in (folder / "both.duckdb", folder / "alone.duckdb"):
        Corpus(path).close()
    found = []
    for path in (folder / "both.duckdb", folder / "alone.duckdb"):
        with Snapshot(MEMORY, path, FAR, {"ours"}) as snapshot:
            found.append({name: snapshot.rows(f"FROM {name} ORDER BY ALL") for name in TABLES})
    assert found[0] == found[1]


def test_what_was_archived_before_questions_were_kept_belongs_to_every_review(path: Path) -> None:
    answered(path, "", a_record())
    answered(path, "theirs", a_record(registry_id="NCT00000002"))
    with Snapshot(MEMORY, path, FAR, {"ours"}) as snapshot:
        assert [item.item for item in snapshot.trial_versions()] == [a_record()]


def test_an_earlier_night_knows_nothing_of_what_was_seen_later(path: Path) -> None:
    see(path, a_record(origin=VersionOrigin.COPY))
    see(path, a_record(brief_title="first hand"), night=3)
    assert [item.item for item in known(path, NIGHT)] == [a_record(origin=VersionOrigin.COPY)]


def test_of_two_answers_in_one_night_the_one_that_arrived_last_is_the_newest(path: Path) -> None:
    one, other = a_record(brief_title="one"), a_record(brief_title="other")
    for first, last in ((one, other), (other, one)):
        folder = path.with_name(first.brief_title or "")
        with Corpus(folder / "corpus.duckdb") as corpus:
            corpus.load("ctgov/0.warc.gz", 2, an_answer(first) + an_answer(last, offset=10))
        assert newest(folder / "corpus.duckdb") == last
