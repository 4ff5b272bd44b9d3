"""The watched inbox: exports that people put into a folder are loaded by the next night.

A file lies in a folder named for its source (``inbox/ris/``), or in the inbox itself when its ending names one
(``.ris``, ``.nbib``). Loaded is what the archive has; then the file moves to ``done/`` beside it, under its
digest and name, so that people see what is still waiting and the same bytes are not loaded again under
another name. A night that is killed in between loads them again, which adds nothing. What stays is logged
with what to do.
"""

import hashlib
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import msgspec

from connectors import CONNECTORS
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


def take_in(inbox: Path, archive: Path, observed_at: datetime) -> tuple[InboxFile, ...]:
    """Load what lies in the inbox into the archive, in the order of sources and names.

    Parameters
    ----------
    inbox : folder of folders; made if it is not there, with one for each file source
    archive : root of the archive
    observed_at : moment of the night, UTC; a file that is younger is not there yet
    """
    for source in _file_sources():
        (inbox / source / DONE).mkdir(parents=True, exist_ok=True)
    taken = []
    for path, source in _waiting(inbox):
        outcome, reason = _take(path, source, inbox, archive, observed_at)
        name = path.relative_to(inbox).as_posix()
        taken.append(InboxFile(name=name, source=source, outcome=outcome, reason=reason))
        stays = outcome in {InboxOutcome.LEFT, InboxOutcome.REFUSED}
        log.log(logging.WARNING if stays else logging.INFO, "inbox: %s %s: %s", name, outcome, reason or source)
    return tuple(taken)


def _file_sources() -> list[str]:
    return sorted(slug for slug, connector in CONNECTORS.items() if connector.is_loaded_by_hand)


def _waiting(inbox: Path) -> Iterator[tuple[Path, str]]:
    """Files that are not done, each with its source's slug, or '' where none is named."""
    for path in sorted(inbox.iterdir()):
        if path.name.startswith("."):
            continue
        if not path.is_dir():
            ending = path.suffix.removeprefix(".").lower()
            yield path, ending if ending in CONNECTORS else ""
            continue
        source = path.name if path.name in CONNECTORS else ""
        yield from ((file, source) for file in sorted(path.iterdir()) if file.is_file() and not _is_hidden(file))


def _is_hidden(path: Path) -> bool:
    return path.name.startswith(".")


def _take(path: Path, source: str, inbox: Path, archive: Path, observed_at: datetime) -> tuple[InboxOutcome, str]:
    if path.name.lower().endswith(_UNFINISHED):
        return InboxOutcome.LEFT, "its name says that it is still being written"
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
    done = inbox / source / DONE
    digest = hashlib.sha256(body).hexdigest()[:16]
    is_known = next(done.glob(f"{digest}_*"), None) is not None
    if not is_known:
        page = Page(source=source, kind="file", url=f"file:{path.name}", body=body, observed_at=observed_at)
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
