"""The watched inbox: exports that people put into a folder are loaded by the next night.

A file lies in a folder named for its review and source (``inbox/REVIEW/ris/``), or in the review's folder itself when
its ending names the source (``.ris``, ``.nbib``). With one review its folder can be left out; with several, a file
that does not say whose it is stays where it is. Loaded is what the archive has; then the file moves to ``done/`` beside it, under its
digest and name, so that people see what is still waiting and the same bytes are not loaded again under
another name. A night that is killed in between loads them again, which adds nothing. What stays is logged
with what to do.
"""

import hashlib
import logging
from collections.abc import Iterator, Set
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import msgspec

from connectors import CONNECTORS
from flows.searches import files_of
from models.reviews import review_names
from models.settings import Settings
from models.trial import Page
from stores.archive import ArchiveWriter, free_name

log = logging.getLogger("trialwatch")

SETTLED = timedelta(minutes=2)
"""A file that changed within this time before the night may still be being written."""

DONE = "done"
_UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp", "~")
"""Endings under which browsers and copying programs write until they have finished."""


class InboxOutcome(StrEnum):
    """What became of a file of the inbox."""

    LOADED = "loaded"
    KNOWN = "known"
    """The same bytes were loaded before."""
    LEFT = "left"
    """It may still be being written: the next night looks again."""
    REFUSED = "refused"
    """It stays where it is until a person has done what the reason says."""


class InboxFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the inbox, by its path below it."""

    name: str
    source: str
    outcome: InboxOutcome
    reason: str = ""


def take_in(settings: Settings, review: str, observed_at: datetime) -> tuple[InboxFile, ...]:
    """Load what lies in the inbox for a review into the archive, in the order of folders and names.

    Parameters
    ----------
    settings : where inbox, archive and reviews are; folders for each file source are made in the inbox
    review : whose night it is
    observed_at : moment of the night, UTC; a file that is younger is not there yet
    """
    inbox = settings.inbox
    names = {review, *review_names(settings.reviews)}
    is_only = len(names) == 1
    for source in _file_sources():
        ((inbox if is_only else inbox / review) / source / DONE).mkdir(parents=True, exist_ok=True)
    taken = []
    for waiting in _waiting(inbox, review, names):
        outcome, reason = _take(waiting, settings.archive, observed_at)
        name = waiting.path.relative_to(inbox).as_posix()
        taken.append(InboxFile(name=name, source=waiting.source, outcome=outcome, reason=reason))
        stays = outcome in {InboxOutcome.LEFT, InboxOutcome.REFUSED}
        log.log(logging.WARNING if stays else logging.INFO, "inbox: %s %s: %s", name, outcome, reason or waiting.source)
    return tuple(taken)


class _Waiting(msgspec.Struct, frozen=True):
    """A file that is not done: its source's slug or '', whose it is, and why it cannot be taken, if so."""

    path: Path
    source: str
    review: str
    done: Path
    refusal: str = ""


def _file_sources() -> list[str]:
    return sorted(slug for slug, connector in CONNECTORS.items() if connector.is_loaded_by_hand)


def _waiting(inbox: Path, review: str, names: Set[str]) -> Iterator[_Waiting]:
    """What lies in the review's own folder, and what does not say whose it is."""
    folders = names - set(CONNECTORS)
    several = f"there are several reviews: put it into the folder of its review and source, e.g. {inbox}/{review}/ris/"
    yield from _in_folder(inbox, review, folders, several if len(names) > 1 else "")
    if review in folders and (inbox / review).is_dir():
        yield from _in_folder(inbox / review, review, frozenset(), "")


def _in_folder(folder: Path, review: str, others: Set[str], refusal: str) -> Iterator[_Waiting]:
    for path in sorted(folder.iterdir()):
        if _is_hidden(path) or (path.is_dir() and path.name in others):
            continue
        if not path.is_dir():
            ending = path.suffix.removeprefix(".").lower()
            source = ending if ending in CONNECTORS else ""
            yield _Waiting(path, source, review, folder / source / DONE, refusal)
            continue
        source = path.name if path.name in CONNECTORS else ""
        for file in sorted(path.iterdir()):
            if file.is_file() and not _is_hidden(file):
                yield _Waiting(file, source, review, path / DONE, refusal)


def _is_hidden(path: Path) -> bool:
    return path.name.startswith(".")


def _take(waiting: _Waiting, archive: Path, observed_at: datetime) -> tuple[InboxOutcome, str]:
    path, source, done = waiting.path, waiting.source, waiting.done
    if path.name.lower().endswith(_UNFINISHED):
        return InboxOutcome.LEFT, "its name says that it is still being written"
    if waiting.refusal:
        return InboxOutcome.REFUSED, waiting.refusal
    if not source:
        return InboxOutcome.REFUSED, f"put it into a folder named for its source: {', '.join(sorted(CONNECTORS))}"
    try:
        before = path.stat()
        body = path.read_bytes()
        after = path.stat()
    except OSError as error:
        return InboxOutcome.REFUSED, f"cannot be read: {error.strerror}; give the program the right to read it"
    written = datetime.fromtimestamp(after.st_mtime, UTC)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or observed_at - written < SETTLED:
        return InboxOutcome.LEFT, f"written at {written:%Y-%m-%d %H:%M} UTC, perhaps not to its end"
    if not body.strip():
        return InboxOutcome.LEFT, "it is empty"
    digest = hashlib.sha256(body).hexdigest()[:16]
    is_known = next(done.glob(f"{digest}_*"), None) is not None
    if not is_known:
        page = Page(
            source=source,
            kind="file",
            url=f"file:{path.name}",
            body=body,
            observed_at=observed_at,
            question=files_of(waiting.review, source).id,
        )
        with ArchiveWriter(archive, source, free_name(archive, source, observed_at, "inbox")) as writer:
            writer.append(page)
    moved = done / f"{digest}_{path.name}"
    try:
        done.mkdir(parents=True, exist_ok=True)
        moved.touch()
        path.replace(moved)
    except OSError as error:
        loaded = "it was loaded before" if is_known else "it is loaded"
        return InboxOutcome.REFUSED, f"{loaded} but cannot be moved to {done}: {error.strerror}; move or delete it"
    return (InboxOutcome.KNOWN, "the same bytes were loaded before") if is_known else (InboxOutcome.LOADED, "")
