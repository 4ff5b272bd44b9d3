"""Archive files into the corpus: each page is parsed once, what cannot be read is named, and what is gone is missed."""

import logging
from collections.abc import Iterator, Sequence, Set
from pathlib import Path

import msgspec

from connectors.boundary import read_page
from flows.failures import in_words
from models.settings import Settings
from stores.archive import ArchiveError, archive_files, read_pages, unreadable
from stores.corpus import Corpus, ReadPage

log = logging.getLogger("trialwatch")

_SHOWN = 3
"""Files that a message names."""


class Holdings(msgspec.Struct, frozen=True, kw_only=True):
    """What the archive holds, against what the corpus was read from: names of files below it."""

    readable: frozenset[str] = frozenset()
    damaged: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    """Were read before, and are no longer there."""

    @property
    def missed(self) -> str:
        """What is gone, and what to do; '' when nothing is."""
        if not self.missing:
            return ""
        return (
            f"archive files that were read before and are gone: {_named(self.missing)}; restore them, or move the corpus"
            " away and run 'trialwatch rebuild' to go on without what they hold"
        )

    @property
    def reason(self) -> str:
        """What is wrong with it, and what to do; '' when nothing is."""
        told = [f"archive files that cannot be read: {_named(self.damaged)}"] if self.damaged else []
        return "; ".join([*told, *([self.missed] if self.missed else [])])


def _named(files: Set[str]) -> str:
    shown = ", ".join(sorted(files)[:_SHOWN])
    return f"{len(files)} ({shown}{', …' if len(files) > _SHOWN else ''})"


class ReadFiles:
    """What new pages say, by the archive file that holds them, until the corpus has it."""

    def __init__(self) -> None:
        self._pages: dict[str, Sequence[ReadPage]] = {}

    def keep(self, file: str, pages: Sequence[ReadPage]) -> None:
        """Remember all pages of a file."""
        self._pages[file] = pages

    def take(self, file: str) -> Sequence[ReadPage] | None:
        """The pages of a file, once; None when they are not known."""
        return self._pages.pop(file, None)


def load_archive(settings: Settings, read: ReadFiles | None = None) -> Holdings:
    """Put every archive file that the corpus does not hold yet into it; one that cannot be read is named, and the rest
    goes on. What was `read` already is not parsed again."""
    read = read or ReadFiles()
    with Corpus(settings.corpus) as corpus:
        loaded_files = corpus.loaded_files()
        files = {str(path.relative_to(settings.archive)): path for path in archive_files(settings.archive)}
        corpus.forget_damage(list(files))
        for file, path in files.items():
            n_bytes = path.stat().st_size
            if loaded_files.get(file) != n_bytes:
                corpus.load(file, n_bytes, read.take(file) or _pages_of(settings.archive, path))
        damaged = corpus.damaged_files()
    there = frozenset(files)
    return Holdings(readable=there - damaged, damaged=damaged, missing=frozenset(loaded_files) - there)


def _pages_of(archive: Path, path: Path) -> Iterator[ReadPage]:
    """Pages of a file with what they say; where it cannot be read, one that says so stands for the rest of it."""
    try:
        for item in read_pages(archive, path):
            yield item, read_page(item.page)
    except (ArchiveError, OSError) as error:
        reason = in_words(error)
        log.warning("%s", reason)
        yield unreadable(archive, path, reason)
