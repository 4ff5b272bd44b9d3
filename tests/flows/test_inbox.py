"""Files in the inbox: loaded once, left while they grow, never lost."""

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from connectors import CONNECTORS
from flows.inbox import InboxFile, InboxOutcome, take_in
from flows.night import NightResult
from models.dates import at_night
from models.report import Report
from models.settings import Settings
from replay.server import ReplayServer
from stores.archive import archive_files, read_pages
from stores.duck import MEMORY
from stores.snapshot import Snapshot

NIGHT = datetime(2026, 11, 20, 6, tzinfo=UTC)
RECORD = "TY  - JOUR\nTI  - {title}\nPY  - 2019\nDO  - 10.0000/{title}\nER  - \n"


class Inbox:
    """An inbox with the archive that it fills."""

    def __init__(self, folder: Path) -> None:
        reviews = folder / "reviews"
        (reviews / "one").mkdir(parents=True)
        (reviews / "one" / "protocol.yaml").touch()
        self.settings = Settings(data=folder, reviews=reviews)
        self.folder, self.archive = self.settings.inbox, self.settings.archive
        self.night(NIGHT - timedelta(days=1))

    def put(self, name: str, text: str | bytes, age: timedelta = timedelta(hours=5)) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        written = (NIGHT - age).timestamp()
        os.utime(path, (written, written))
        return path

    def night(self, observed_at: datetime = NIGHT) -> dict[str, InboxFile]:
        return {item.name: item for item in take_in(self.settings, "one", observed_at)}

    def outcomes(self, observed_at: datetime = NIGHT) -> dict[str, str]:
        return {name: str(item.outcome) for name, item in self.night(observed_at).items()}

    def waiting(self) -> list[str]:
        files = (path for path in self.folder.rglob("*") if path.is_file() and path.parent.name != "done")
        return sorted(path.relative_to(self.folder).as_posix() for path in files)

    def reports(self) -> list[str]:
        """Ids of the reports in the archive, as often as they are there."""
        pages = [item.page for path in archive_files(self.archive) for item in read_pages(self.archive, path)]
        assert all(page.kind == "file" for page in pages)
        found = [item for page in pages for item in CONNECTORS[page.source].parse(page)]
        return [item.report_id for item in found if isinstance(item, Report)]


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


def _record(title: str) -> str:
    return RECORD.format(title=title)


def test_an_empty_inbox_has_a_folder_for_every_source_of_files(inbox: Inbox) -> None:
    assert inbox.night() == {}
    assert {path.name for path in inbox.folder.iterdir()} == {
        "ris",
        "nbib",
        "ciw",
        "endnote",
        "ictrp",
        "who-xml",
        "ctgov-classic",
    }


def test_files_are_loaded_and_moved_aside(inbox: Inbox) -> None:
    inbox.put("ris/central.ris", _record("one"))
    inbox.put("embase.RIS", _record("two"))
    inbox.put("ris/notes.txt", _record("three"))
    assert inbox.outcomes() == {"embase.RIS": "loaded", "ris/central.ris": "loaded", "ris/notes.txt": "loaded"}
    assert sorted(inbox.reports()) == ["DOI:10.0000/one", "DOI:10.0000/three", "DOI:10.0000/two"]
    assert inbox.waiting() == []
    assert inbox.night() == {}
    done = sorted(path.name.partition("_")[2] for path in (inbox.folder / "ris" / "done").iterdir())
    assert done == ["central.ris", "embase.RIS", "notes.txt"]


def test_the_same_bytes_are_loaded_once_under_any_name(inbox: Inbox) -> None:
    inbox.put("ris/a.ris", _record("one"))
    inbox.put("ris/b.ris", _record("one"))
    assert inbox.outcomes() == {"ris/a.ris": "loaded", "ris/b.ris": "known"}
    inbox.put("ris/a.ris", _record("one"))
    assert inbox.outcomes(NIGHT + timedelta(days=1)) == {"ris/a.ris": "known"}
    assert inbox.reports() == ["DOI:10.0000/one"]
    assert inbox.waiting() == []


def test_a_file_of_the_same_name_with_other_content_is_loaded_too(inbox: Inbox) -> None:
    inbox.put("ris/export.ris", _record("one"))
    inbox.night()
    inbox.put("ris/export.ris", _record("one") + _record("two"))
    assert inbox.outcomes(NIGHT + timedelta(days=1)) == {"ris/export.ris": "loaded"}
    assert inbox.reports() == ["DOI:10.0000/one", "DOI:10.0000/one", "DOI:10.0000/two"]


def test_a_night_that_was_killed_while_loading_is_repeated_whole(inbox: Inbox) -> None:
    path = inbox.put("ris/export.ris", _record("one"))
    inbox.night()
    [torn] = archive_files(inbox.archive)
    torn.write_bytes(torn.read_bytes()[:-20])
    for done in (inbox.folder / "ris" / "done").iterdir():
        done.replace(path)
    assert inbox.reports() == []
    assert inbox.outcomes() == {"ris/export.ris": "loaded"}
    assert inbox.reports() == ["DOI:10.0000/one"]


@pytest.mark.parametrize(
    ("name", "text", "age"),
    [
        ("ris/fresh.ris", _record("one"), timedelta(seconds=5)),
        ("ris/later.ris", _record("one"), -timedelta(hours=1)),
        ("ris/empty.ris", "", timedelta(hours=5)),
        ("ris/blank.ris", "\n\n", timedelta(hours=5)),
        ("ris/export.ris.part", _record("one"), timedelta(hours=5)),
        ("ris/export.ris.crdownload", _record("one"), timedelta(hours=5)),
    ],
)
def test_a_file_that_may_still_be_being_written_waits_for_the_next_night(
    inbox: Inbox, name: str, text: str, age: timedelta
) -> None:
    inbox.put(name, text, age)
    [item] = inbox.night().values()
    assert item.outcome is InboxOutcome.LEFT
    assert item.reason
    assert (inbox.waiting(), inbox.reports()) == ([name], [])


def test_a_file_that_was_left_is_loaded_whole_the_night_after(inbox: Inbox) -> None:
    path = inbox.put("ris/growing.ris", "TY  - JOUR\nTI  - on", timedelta(seconds=1))
    assert inbox.outcomes() == {"ris/growing.ris": "left"}
    inbox.put("ris/growing.ris", _record("one"), -timedelta(minutes=1))
    assert path.exists()
    assert inbox.outcomes(NIGHT + timedelta(days=1)) == {"ris/growing.ris": "loaded"}
    assert inbox.reports() == ["DOI:10.0000/one"]


def test_a_file_without_a_source_stays_and_says_where_it_belongs(inbox: Inbox) -> None:
    inbox.put("review.docx", b"PK")
    inbox.put("citavi/export.ris", _record("one"))
    found = inbox.night()
    assert {name: str(item.outcome) for name, item in found.items()} == {
        "citavi/export.ris": "refused",
        "review.docx": "refused",
    }
    assert all("nbib" in item.reason and "ris" in item.reason for item in found.values())
    assert inbox.waiting() == ["citavi/export.ris", "review.docx"]


def test_hidden_files_and_folders_are_passed_over(inbox: Inbox) -> None:
    inbox.put(".DS_Store", b"\x00")
    inbox.put("ris/.hidden.ris", _record("one"))
    inbox.put("ris/older/export.ris", _record("one"))
    assert inbox.night() == {}


def test_a_file_that_cannot_be_moved_is_loaded_and_says_so(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    inbox.put("ris/export.ris", _record("one"))
    monkeypatch.setattr(Path, "replace", refuse)
    [item] = inbox.night().values()
    assert item.outcome is InboxOutcome.REFUSED
    assert "it is loaded but cannot be moved" in item.reason
    [item] = inbox.night(NIGHT + timedelta(days=1)).values()
    assert "it was loaded before but cannot be moved" in item.reason
    assert inbox.reports() == ["DOI:10.0000/one"]


def test_what_stays_is_logged(inbox: Inbox, caplog: pytest.LogCaptureFixture) -> None:
    inbox.put("ris/fresh.ris", _record("one"), timedelta(seconds=5))
    inbox.night()
    [told] = caplog.records
    assert told.levelname == "WARNING"
    assert "ris/fresh.ris left: written at" in told.getMessage()


def test_what_is_no_export_is_loaded_and_queued_by_the_parser(inbox: Inbox) -> None:
    inbox.put("ris/letter.ris", b"\xff\xfe\x00 Dear colleague")
    assert inbox.outcomes() == {"ris/letter.ris": "loaded"}
    assert inbox.reports() == []


def test_a_live_night_loads_what_lies_in_the_inbox_and_a_replay_does_not(
    tmp_path: Path, carry_out: Callable[..., NightResult]
) -> None:
    data, day = tmp_path / "data", date(2016, 6, 21)
    export = data / "inbox" / "ris" / "central.ris"
    export.parent.mkdir(parents=True)
    export.write_text(_record("one"))
    os.utime(export, (at_night(day).timestamp() - 600,) * 2)
    assert carry_out(data, day, sources=("pubmed",)).state == "done"
    assert export.exists()
    with ReplayServer(day) as server:
        urls = {"base_urls": {"pubmed": server.base_url("pubmed")}}
        live = carry_out(tmp_path / "live", day, settings=urls, registries="live", sources=("pubmed",))
        assert live.state == "done"
        other = tmp_path / "live" / "inbox" / "ris" / "central.ris"
        export.replace(other)
        assert carry_out(tmp_path / "live", day, settings=urls, registries="live", sources=("pubmed",)).state == "done"
    assert not other.exists()
    with Snapshot(MEMORY, Settings(data=tmp_path / "live").corpus, at_night(date(2100, 1, 1))) as store:
        found = [item.item.report_id for item in store.report_versions() if isinstance(item.item, Report)]
    assert "DOI:10.0000/one" in found


@pytest.fixture
def shared_inbox(inbox: Inbox) -> Inbox:
    """The inbox of a folder with two reviews, *one* and *two*."""
    (inbox.settings.reviews / "two").mkdir()
    (inbox.settings.reviews / "two" / "protocol.yaml").touch()
    return inbox


def test_with_several_reviews_each_takes_what_lies_in_its_own_folder(shared_inbox: Inbox) -> None:
    shared_inbox.put("one/ris/export.ris", _record("one"))
    shared_inbox.put("two/ris/export.ris", _record("two"))
    shared_inbox.put("two/loose.ris", _record("three"))
    assert shared_inbox.outcomes() == {"one/ris/export.ris": "loaded"}
    assert shared_inbox.waiting() == ["two/loose.ris", "two/ris/export.ris"]
    found = {item.name: str(item.outcome) for item in take_in(shared_inbox.settings, "two", NIGHT)}
    assert found == {"two/ris/export.ris": "loaded", "two/loose.ris": "loaded"}
    assert shared_inbox.waiting() == []
    assert sorted(shared_inbox.reports()) == ["DOI:10.0000/one", "DOI:10.0000/three", "DOI:10.0000/two"]


def test_with_several_reviews_a_file_that_does_not_say_whose_it_is_stays_for_both(shared_inbox: Inbox) -> None:
    shared_inbox.put("ris/export.ris", _record("one"))
    shared_inbox.put("loose.ris", _record("two"))
    for review in ("one", "two"):
        found = take_in(shared_inbox.settings, review, NIGHT)
        assert {(item.name, str(item.outcome)) for item in found} == {
            ("ris/export.ris", "refused"),
            ("loose.ris", "refused"),
        }
        assert all(f"/{review}/ris/" in item.reason for item in found)
    assert shared_inbox.waiting() == ["loose.ris", "ris/export.ris"]
