"""Archive files into the corpus: each page is parsed once, what cannot be read is named, and what is gone is missed."""

import logging
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import chain
from pathlib import Path

import msgspec

from connectors.boundary import read_page, reading
from flows.failures import in_words
from models.settings import Settings
from stores.archive import RESTORE, ArchiveError, archive_files, read_pages, unreadable
from stores.corpus import Corpus, Known, ReadPage

log = logging.getLogger("trialwatch")

_SHOWN = 3
"""Files that a message names."""


class Holdings(msgspec.Struct, frozen=True, kw_only=True):
    """What the archive holds, against what the corpus was read from: names of files below it."""

    n_pages: dict[str, int] = {}
    """Pages that can be read, of each file without damage."""
    damaged: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    """Were read before, and are no longer there."""

    def without(self, short: Set[str]) -> "Holdings":
        """The same, with files that the ledger knows to have had more pages among the damaged."""
        return msgspec.structs.replace(self, damaged=self.damaged | short)

    @property
    def missed(self) -> str:
        """What is gone, and what to do; '' when nothing is."""
        if not self.missing:
            return ""
        return f"archive files that were read before and are gone: {_named(self.missing)}; {RESTORE}"

    @property
    def reason(self) -> str:
        """What is wrong with it, and what to do; '' when nothing is."""
        told = [f"archive files that cannot be read: {_named(self.damaged)}; {RESTORE}"] if self.damaged else []
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
    files = _files(settings)
    with Corpus(settings.corpus, reading()) as corpus:
        known = corpus.loaded_files()
        corpus.forget_damage(list(files))
        for file, path in files.items():
            n_bytes, before = path.stat().st_size, known.get(file, Known())
            if before.is_whole and before.n_bytes == n_bytes:
                continue
            pages = read.take(file) or _pages_of(settings.archive, path)
            if before.n_bytes > n_bytes:
                shorter = f"{path} has {n_bytes} bytes, and had {before.n_bytes} when it was read"
                pages = chain(pages, [unreadable(settings.archive, path, shorter)])
            corpus.load(file, n_bytes, pages)
        damaged, n_pages = corpus.damaged_files(), corpus.n_pages()
    return Holdings(
        n_pages={file: n_pages.get(file, 0) for file in files if file not in damaged},
        damaged=damaged,
        missing=_missing(known, files),
    )


def held_before(settings: Settings) -> tuple[frozenset[str], Holdings]:
    """Files that the corpus was read from whole, and which of them are gone or shorter now; nothing is loaded."""
    files = _files(settings)
    with Corpus(settings.corpus, reading()) as corpus:
        known = corpus.loaded_files()
    cut = {file for file, path in files.items() if path.stat().st_size < known.get(file, Known()).n_bytes}
    whole = frozenset(file for file, before in known.items() if before.n_bytes)
    return whole, Holdings(damaged=frozenset(cut), missing=_missing(known, files))


def _files(settings: Settings) -> dict[str, Path]:
    return {str(path.relative_to(settings.archive)): path for path in archive_files(settings.archive)}


def _missing(known: Mapping[str, Known], files: Mapping[str, Path]) -> frozenset[str]:
    return frozenset(file for file, before in known.items() if before.n_bytes and file not in files)


def _pages_of(archive: Path, path: Path) -> Iterator[ReadPage]:
    """Pages of a file with what they say; where it cannot be read, one that says so stands for the rest of it."""
    try:
        for item in read_pages(archive, path):
            yield item, read_page(item.page)
    except (ArchiveError, OSError) as error:
        reason = in_words(error)
        log.warning("%s", reason)
        yield unreadable(archive, path, reason)
