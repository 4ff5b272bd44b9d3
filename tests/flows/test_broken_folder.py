"""What the file system refuses is answered by a sentence with the path and what to do, and the next night goes on."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.gather import NightRequest
from flows.night import NightResult, WrongMoment, night
from models.dates import at_night
from models.settings import Settings
from replay.server import SPEAKERS, ReplayServer
from stores.ledger import Ledger

REVIEW = "als_cell_therapy"
NEXT, AFTER = date(2016, 6, 22), date(2016, 6, 23)
Night = Callable[..., NightResult]


def a_folder_for(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir(parents=True)


def a_file_for(path: Path) -> None:
    if path.is_dir():
        path.rename(path.with_name("elsewhere"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("not ours", encoding="utf-8")


FAULTS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "the lock is a folder": ("run.lock", a_folder_for),
    "the ledger is a folder": ("ledger.sqlite", a_folder_for),
    "the corpus is a folder": ("corpus.duckdb", a_folder_for),
    "the archive is a file": ("archive", a_file_for),
    "a source's archive is a file": ("archive/ctgov", a_file_for),
    "the published nights are a file": ("published", a_file_for),
    "the review's nights are a file": ("published/als_cell_therapy", a_file_for),
    "a leftover build is a file": ("published/als_cell_therapy/.build", a_file_for),
    "the verdicts are a folder": ("verdicts.sqlite", a_folder_for),
    "the outbox is a file": ("outbox", a_file_for),
}
HARMLESS = {"verdicts.sqlite", "corpus.duckdb"}
"""Caches: they are set aside or done without."""


@pytest.mark.parametrize(("name", "put"), FAULTS.values(), ids=list(FAULTS))
def test_what_stands_in_the_way_is_named_and_never_deleted(
    data: Path, trialwatch: Callable[..., Any], name: str, put: Callable[[Path], None]
) -> None:
    put(data / name)
    ended = trialwatch("--data", data, "nightly", "--registries", "replay", "--as-of", NEXT.isoformat())
    assert "Traceback" not in ended.err
    assert "does not know" not in ended.err, ended.err
    if name in HARMLESS:
        assert ended.code == 0, ended.err
    else:
        assert ended.code in {1, 3}, ended.err
        assert name.split("/", maxsplit=1)[0] in ended.err + ended.out
    strangers = [path for path in data.rglob("*") if path.is_file() and path.stat().st_size == 8]
    if put is a_file_for and name not in HARMLESS:
        assert [path.read_text(encoding="utf-8") for path in strangers].count("not ours") == 1


@pytest.fixture
def full_disk() -> Iterator[Path]:
    """A file system with room for very little."""
    place = Path(f"/tmp/full-{os.getpid()}")
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place], check=False, capture_output=True)
    if made.returncode:
        place.rmdir()
        pytest.skip("a file system of one's own needs the right to mount one")
    yield place
    subprocess.run(["umount", "-l", place], check=False)
    place.rmdir()


def test_a_full_disk_is_said_so(full_disk: Path, trialwatch: Callable[..., Any]) -> None:
    ended = trialwatch("--data", full_disk / "data", "nightly", "--registries", "replay", "--as-of", NEXT.isoformat())
    assert ended.code == 1
    assert "Traceback" not in ended.err
    assert "make room" in ended.err or "full" in ended.err, ended.err


def test_a_night_that_is_told_to_end_is_recorded_and_the_next_one_finds_everything(
    data: Path, carry_out: Night
) -> None:
    with ReplayServer(NEXT) as registries:
        registries.break_source("pubmed", "timeout")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TRIALWATCH_")}
        environment |= {f"TRIALWATCH_BASE_URL_{slug.upper()}": registries.base_url(slug) for slug in SPEAKERS}
        words = ["--data", str(data), "nightly", "--registries", "replay", "--as-of", NEXT.isoformat()]
        program = subprocess.Popen(
            [sys.executable, "-c", "from cli.main import main; main()", *words], env=environment, stderr=subprocess.PIPE
        )
        end = time.monotonic() + 60
        while not list((data / "archive" / "ctgov").glob("20160622*topic*")):
            assert time.monotonic() < end
            time.sleep(0.1)
        time.sleep(0.5)
        program.send_signal(signal.SIGTERM)
        _, said = program.communicate(timeout=60)
    assert program.returncode == 128 + signal.SIGTERM, said
    with Ledger(Settings(data=data).ledger) as ledger:
        last = ledger.runs(REVIEW)[-1]
        assert (last.state, last.reason) == ("failed", "told to end")
    assert carry_out(data, AFTER).state == "done"


def test_live_registries_are_not_asked_as_of_another_moment(tmp_path: Path, trialwatch: Callable[..., Any]) -> None:
    request = NightRequest(review=REVIEW, as_of=at_night(NEXT))
    with pytest.raises(WrongMoment, match="live registries answer as of now, and not as of 2016-06-22"):
        night(request, Settings(data=tmp_path / "data"), clock=lambda: datetime(2026, 11, 29, tzinfo=UTC))
    assert not (tmp_path / "data").exists()
    ended = trialwatch("--data", tmp_path / "data", "nightly", "--as-of", NEXT.isoformat())
    assert (ended.code, "as of today only" in ended.err) == (2, True)


def a_former_store(path: Path, *files: tuple[str, int]) -> None:
    """A version store as it was before there was a corpus, which had been read from some files."""
    with duckdb.connect(str(path)) as store:
        store.execute("CREATE TABLE schema_is AS SELECT 'former' AS fingerprint")
        store.execute("CREATE TABLE loaded_file (file VARCHAR, n_bytes BIGINT)")
        store.executemany("INSERT INTO loaded_file VALUES (?, ?)", files)
        for table in ("core_capture", "core_trial_version", "core_report_version"):
            store.execute(f"CREATE TABLE {table} (made_up VARCHAR)")


def test_the_former_version_store_goes_once_and_what_it_was_read_from_is_missed(data: Path, carry_out: Night) -> None:
    former, corpus = data / "warehouse.duckdb", data / "corpus.duckdb"
    [topic] = (data / "archive" / "ctgov").glob("*topic*")
    a_former_store(former, (f"ctgov/{topic.name}", topic.stat().st_size), ("ctgov/gone.warc.gz", 10))
    corpus.unlink()
    result = carry_out(data, NEXT)
    assert not former.exists()
    assert (result.state, "are gone: 1 (ctgov/gone.warc.gz)" in result.reason) == ("partial", True)


@pytest.mark.parametrize("what", ["a copy of the corpus", "something else"])
def test_what_is_no_former_version_store_stays(data: Path, carry_out: Night, what: str) -> None:
    former, corpus = data / "warehouse.duckdb", data / "corpus.duckdb"
    kept = corpus.read_bytes() if what == "a copy of the corpus" else b"not ours"
    former.write_bytes(kept)
    corpus.unlink()
    carry_out(data, AFTER)
    assert former.read_bytes() == kept
