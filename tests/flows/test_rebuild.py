"""A rebuild builds beside what is there: it never leaves less than it found."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.boundary import reading
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
    assert rebuild(REVIEW, settings) == (before, before, "")


def test_a_rebuild_that_fails_leaves_the_corpus_as_it_was(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(data=data)
    with Corpus(settings.corpus, reading()) as corpus:
        loaded = corpus.loaded_files()

    def fails(*_: object) -> None:
        raise RuntimeError("the power fails")

    monkeypatch.setattr(rebuilding, "conclude", fails)
    with pytest.raises(RuntimeError):
        rebuild(REVIEW, settings)
    with Corpus(settings.corpus, reading()) as corpus:
        assert corpus.loaded_files() == loaded
    assert list(data.glob("corpus.duckdb.before")) == []


@pytest.mark.parametrize("damage", [lambda body: body[:-40], lambda body: body[:90] + b"\x00" + body[91:]])
def test_an_archive_that_was_cut_or_garbled_is_named_and_nothing_poorer_is_published(
    data: Path, damage: Callable[[bytes], bytes], trialwatch: Callable[..., Any]
) -> None:
    settings = Settings(data=data)
    before = fingerprint_of(REVIEW, settings)
    [path] = [path for path in archive_files(settings.archive) if path.match("ctgov/*topic*")]
    body = path.read_bytes()
    path.write_bytes(damage(body))
    with pytest.raises(PoorerArchive, match=path.name):
        rebuild(REVIEW, settings)
    assert fingerprint_of(REVIEW, settings) == before
    # A person may go on without it, and is told what is lacking.
    settings.corpus.unlink()
    ended = trialwatch("--data", data, "rebuild")
    assert (ended.code, "other than before" in ended.out) == (3, True), ended.err
    path.write_bytes(body)
    assert rebuild(REVIEW, settings).after == before
