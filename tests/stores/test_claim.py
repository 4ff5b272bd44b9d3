"""What a folder holds is said by its archive, and what we did not make is never removed."""

from pathlib import Path

import pytest

from models.settings import Settings
from stores.claim import CLAIM, ClaimError, claim, empty_replay, held_by


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


def put(path: Path, text: str = "mine") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_an_archive_says_what_it_holds_and_takes_nothing_else(settings: Settings) -> None:
    assert held_by(settings.archive) is None
    claim(settings.archive, "live")
    claim(settings.archive, "live")
    assert held_by(settings.archive) == "live"
    with pytest.raises(ClaimError, match="holds live registries and cannot take a run on replay ones"):
        claim(settings.archive, "replay")


def test_an_archive_that_does_not_say_is_taken_for_live(settings: Settings) -> None:
    put(settings.archive / "ctgov" / "20160621T060000-000001-0-topic.warc.gz")
    with pytest.raises(ClaimError, match="taken for live"):
        claim(settings.archive, "replay")


@pytest.mark.parametrize(
    "place",
    [
        "archive/ctgov/20160621T060000-000001-0-topic.warc.gz",
        "archive/anything.txt",
        "published/thesis.pdf",
        "outbox/2016-06-21-a.eml",
        "ledger.sqlite",
        "corpus.duckdb",
        "warehouse.duckdb",
    ],
)
def test_what_is_not_marked_by_us_is_never_emptied(settings: Settings, place: str) -> None:
    path = put(settings.data / place)
    with pytest.raises(ClaimError, match="not marked as a replay"):
        empty_replay(settings)
    assert path.read_text(encoding="utf-8") == "mine"


def test_a_live_folder_is_never_emptied(settings: Settings) -> None:
    claim(settings.archive, "live")
    path = put(settings.archive / "ctgov" / "20160621T060000-000001-0-topic.warc.gz")
    with pytest.raises(ClaimError):
        empty_replay(settings)
    assert path.exists()


def test_a_folder_of_other_things_is_nobodys_replay_and_is_left(settings: Settings) -> None:
    path = put(settings.data / "notes" / "a.txt")
    empty_replay(settings)
    assert path.exists()


def test_of_a_replay_only_what_we_made_goes(settings: Settings) -> None:
    claim(settings.archive, "replay")
    night = settings.published / "a_review" / "2016-06-21"
    made = [
        put(settings.archive / "ctgov" / "20160621T060000-000001-0-topic.warc.gz"),
        put(night / "warehouse.duckdb"),
        put(night / "manifest.json", '{"files": {"warehouse.duckdb": {}}}'),
        put(settings.outbox / "2016-06-21-0123456789abcdef.eml"),
        put(settings.data / "ledger.sqlite"),
    ]
    theirs = [
        put(settings.archive / "ctgov" / "notes.txt"),
        put(night / "annotated.pdf"),
        put(settings.published / "2016-thesis" / "text.md"),
        put(settings.outbox / "sent" / "mail.txt"),
        put(settings.data / "inbox" / "ris" / "embase.ris"),
    ]
    empty_replay(settings)
    assert [path for path in made if path.exists()] == []
    assert [path for path in theirs if not path.exists()] == []
    assert not (settings.archive / CLAIM).exists()
