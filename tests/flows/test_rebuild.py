"""A rebuild builds beside what is there: it never leaves less than it found."""

from pathlib import Path

import pytest

from flows import rebuild as rebuilding
from flows.rebuild import PoorerArchive, rebuild
from models.settings import Settings
from stores.archive import archive_files
from stores.corpus import Corpus
from stores.published import fingerprint_of

REVIEW = "als_cell_therapy"


def test_an_archive_that_has_lost_files_is_named_and_nothing_is_published(data: Path) -> None:
    settings = Settings(data=data)
    before = fingerprint_of(REVIEW, settings)
    [lost, *_] = archive_files(settings.archive)
    body = lost.read_bytes()
    lost.unlink()
    with pytest.raises(PoorerArchive, match=lost.name):
        rebuild(REVIEW, settings)
    assert fingerprint_of(REVIEW, settings) == before
    lost.write_bytes(body)
    assert rebuild(REVIEW, settings) == (before, before)


def test_a_rebuild_that_fails_leaves_the_corpus_as_it_was(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(data=data)
    with Corpus(settings.corpus) as corpus:
        loaded = corpus.loaded_files()

    def fails(*_: object) -> None:
        raise RuntimeError("the power fails")

    monkeypatch.setattr(rebuilding, "conclude", fails)
    with pytest.raises(RuntimeError):
        rebuild(REVIEW, settings)
    with Corpus(settings.corpus) as corpus:
        assert corpus.loaded_files() == loaded
    assert list(data.glob("corpus.duckdb.before")) == []
