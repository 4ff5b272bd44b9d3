"""A night appears all at once, and nobody who reads an earlier one notices."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from threading import Event

import duckdb
import pytest

from stores.published import current_folder, night_folder, publish, write_manifest

REVIEW = "als_cell_therapy"


def night(day: int) -> datetime:
    return datetime(2016, 7, day, 6, tzinfo=UTC)


def built(root: Path, content: str) -> Path:
    """A finished folder with one table and a page."""
    build = root / REVIEW / ".build"
    (build / "site").mkdir(parents=True)
    (build / "site" / "index.html").write_text(content)
    with duckdb.connect(str(build / "warehouse.duckdb")) as connection:
        connection.execute(f"CREATE TABLE told AS SELECT '{content}' AS word, range AS n FROM range(10_000)")
    write_manifest(build, {"content": content})
    return build


def publish_night(root: Path, day: int, content: str, keep: int = 30) -> None:
    publish(built(root, content), night_folder(root, REVIEW, night(day)), keep)


def shown(root: Path) -> str:
    return (current_folder(root, REVIEW) / "site" / "index.html").read_text()


def test_the_newest_published_night_is_current(tmp_path: Path) -> None:
    for day, content in [(20, "first"), (21, "second")]:
        publish_night(tmp_path, day, content)
        assert shown(tmp_path) == content
    assert sorted(path.name for path in (tmp_path / REVIEW).iterdir()) == ["2016-07-20", "2016-07-21", "current"]


def test_a_night_that_is_published_again_takes_the_place_of_the_first(tmp_path: Path) -> None:
    publish_night(tmp_path, 20, "first")
    publish_night(tmp_path, 20, "second")
    assert shown(tmp_path) == "second"
    assert sorted(path.name for path in (tmp_path / REVIEW).iterdir()) == ["2016-07-20", "current"]


def test_the_link_still_works_when_the_folder_is_moved(tmp_path: Path) -> None:
    publish_night(tmp_path / "here", 20, "first")
    (tmp_path / "here").rename(tmp_path / "there")
    assert shown(tmp_path / "there") == "first"


@pytest.mark.parametrize("again", [20, 21], ids=["same night", "next night"])
def test_a_reader_who_has_the_old_night_open_keeps_reading_it(tmp_path: Path, again: int) -> None:
    publish_night(tmp_path, 20, "first")
    with duckdb.connect(str(current_folder(tmp_path, REVIEW) / "warehouse.duckdb"), read_only=True) as reader:
        publish_night(tmp_path, again, "second", keep=1)
        assert reader.execute("SELECT DISTINCT word FROM told").fetchall() == [("first",)]
    with duckdb.connect(str(current_folder(tmp_path, REVIEW) / "warehouse.duckdb"), read_only=True) as reader:
        assert reader.execute("SELECT DISTINCT word FROM told").fetchall() == [("second",)]


def test_there_is_a_whole_current_night_at_every_moment(tmp_path: Path) -> None:
    publish_night(tmp_path, 20, "0")
    ended = Event()

    def read_all_the_time() -> int:
        n = 0
        while not ended.is_set():
            told = json.loads((current_folder(tmp_path, REVIEW) / "manifest.json").read_bytes())
            assert set(told["files"]) == {"site/index.html", "warehouse.duckdb"}
            n += 1
        return n

    with ThreadPoolExecutor() as pool:
        reading = pool.submit(read_all_the_time)
        for number in range(1, 30):
            publish_night(tmp_path, 20 + number % 2, str(number), keep=1)
        ended.set()
        assert reading.result() > 100


def test_what_a_killed_publication_left_behind_is_cleared_away(tmp_path: Path) -> None:
    publish_night(tmp_path, 20, "first")
    built(tmp_path, "second")
    program = f"""
import os, shutil, signal
from pathlib import Path
from stores.published import publish

rename = Path.rename
Path.rename = lambda self, target: os.kill(os.getpid(), signal.SIGKILL) if self.name == ".build" else rename(self, target)
publish(Path({str(tmp_path / REVIEW / ".build")!r}), Path({str(tmp_path / REVIEW / "2016-07-20")!r}), 30)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -9
    assert shown(tmp_path) == "second", "the killed publication had got as far as that"
    publish(tmp_path / REVIEW / ".build", tmp_path / REVIEW / "2016-07-20", 30)
    assert shown(tmp_path) == "second"
    assert sorted(path.name for path in (tmp_path / REVIEW).iterdir()) == ["2016-07-20", "current"]


def test_only_the_newest_nights_are_kept(tmp_path: Path) -> None:
    for day in (20, 21, 22, 23):
        publish_night(tmp_path, day, str(day), keep=2)
    assert sorted(path.name for path in (tmp_path / REVIEW).iterdir()) == ["2016-07-22", "2016-07-23", "current"]


def test_a_night_that_was_just_published_is_kept_whatever_its_date(tmp_path: Path) -> None:
    for day in (21, 22, 20):
        publish_night(tmp_path, day, str(day), keep=1)
    assert shown(tmp_path) == "22", "readers see the newest"
    assert (tmp_path / REVIEW / "2016-07-20" / "site" / "index.html").read_text() == "20"


def test_reviews_are_published_side_by_side(tmp_path: Path) -> None:
    publish_night(tmp_path, 20, "first")
    other = tmp_path / "another" / ".build"
    other.mkdir(parents=True)
    publish(other, night_folder(tmp_path, "another", night(21)), keep=1)
    assert shown(tmp_path) == "first"


def test_the_manifest_lists_every_file_with_its_true_hash(tmp_path: Path) -> None:
    build = built(tmp_path, "first")
    told = json.loads((build / "manifest.json").read_bytes())
    assert told["content"] == "first"
    paths = [path for path in build.rglob("*") if path.is_file() and path.name != "manifest.json"]
    assert told["files"] == {
        str(path.relative_to(build)): {"bytes": path.stat().st_size, "sha256": sha256(path.read_bytes()).hexdigest()}
        for path in paths
    }


def test_current_only_moves_forward(tmp_path: Path) -> None:
    review = tmp_path / "a_review"
    assert publish(a_build(tmp_path, "late"), review / "2026-01-01", keep=3)
    assert not publish(a_build(tmp_path, "early"), review / "2018-01-10", keep=3)
    assert (review / "current").resolve().name == "2026-01-01"
    assert (review / "2018-01-10" / "page.html").read_text() == "early"
    assert publish(a_build(tmp_path, "late, again"), review / "2026-01-01", keep=3)
    assert (review / "current" / "page.html").read_text() == "late, again"


def test_what_somebody_put_into_a_night_outlives_it(tmp_path: Path) -> None:
    review = tmp_path / "a_review"
    for text in ("first", "again"):
        publish(a_build(tmp_path, text), review / "2016-06-21", keep=1)
        notes = review / "2016-06-21" / "notes" / "mine.txt"
        notes.parent.mkdir(exist_ok=True)
        notes.write_text(notes.read_text() + "!" if notes.exists() else "kept")
    assert (review / "2016-06-21" / "page.html").read_text() == "again"
    publish(a_build(tmp_path, "later"), review / "2016-06-22", keep=1)
    assert [path.name for path in (review / "2016-06-21").rglob("*")] == ["notes", "mine.txt"]
    assert notes.read_text() == "kept!"
    assert not list(review.glob(".*aside"))


def test_what_is_no_night_of_ours_is_never_dropped(tmp_path: Path) -> None:
    review = tmp_path / "a_review"
    for name in ("2016-thesis", "2015-01-01", "12345"):
        (review / name).mkdir(parents=True)
        (review / name / "mine.txt").write_text("kept")
    for day in ("2016-06-21", "2016-06-22", "2016-06-23"):
        publish(a_build(tmp_path, day), review / day, keep=1)
    assert sorted(path.name for path in review.iterdir()) == [
        "12345",
        "2015-01-01",
        "2016-06-23",
        "2016-thesis",
        "current",
    ]


def a_build(tmp_path: Path, text: str) -> Path:
    build = tmp_path / "build"
    build.mkdir()
    (build / "page.html").write_text(text)
    write_manifest(build, {})
    return build
