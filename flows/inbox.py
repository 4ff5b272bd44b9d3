"""The watched inbox: exports that people put into a folder are loaded by the next night.

A file lies in a folder named for its review and the database of whose search it is (``inbox/REVIEW/embase/``), or for
its source (``inbox/REVIEW/ris/``, ``inbox/REVIEW/ris/embase/``), or in the review's folder itself when its ending names
the source (``.ris``, ``.nbib``). A day in its name (``embase_2026-11-18.ris``) is that of the search. With one review
its folder can be left out; with nights of several, or several of which none is the default, a file that does not say
whose it is stays where it is. Loaded is what the archive has; then the file moves to ``done/`` beside it, under its
digest and name, so that people see what is still waiting and the same bytes are not loaded again under
another name. A night that is killed in between loads them again, which adds nothing. What stays is logged
with what to do.
"""

import hashlib
import logging
from collections.abc import Iterator, Mapping, Set
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

import msgspec

from connectors import CONNECTORS
from connectors.boundary import read_page
from flows.searches import SPANNING, files_of
from models.database_names import OTHER, TITLES, database_called
from models.report import Report
from models.reviews import is_alone, review_names
from models.search import day_in_name
from models.settings import Settings
from models.trial import Page
from stores.archive import ArchiveWriter, free_name
from stores.published import reviews_kept

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


def take_in(
    settings: Settings, review: str, observed_at: datetime, databases: Mapping[str, str] = MappingProxyType({})
) -> tuple[InboxFile, ...]:
    """Load what lies in the inbox for a review into the archive, in the order of folders and names.

    Parameters
    ----------
    settings : where inbox, archive and reviews are; folders for each file source are made in the inbox
    review : whose night it is
    observed_at : moment of the night, UTC; a file that is younger is not there yet
    databases : title of each database that the review's protocol has searched by hand, by slug; they have folders, too
    """
    inbox = settings.inbox
    names = {review, *review_names(settings.reviews)}
    is_only = is_alone(review, settings.reviews, reviews_kept(settings))
    for folder in (*_file_sources(), *databases):
        ((inbox if is_only else inbox / review) / folder / DONE).mkdir(parents=True, exist_ok=True)
    taken = []
    for waiting in _waiting(inbox, review, names, databases, is_only=is_only):
        outcome, reason = _take(waiting, settings.archive, observed_at)
        name = waiting.path.relative_to(inbox).as_posix()
        taken.append(InboxFile(name=name, source=waiting.source, outcome=outcome, reason=reason))
        stays = outcome in {InboxOutcome.LEFT, InboxOutcome.REFUSED}
        log.log(logging.WARNING if stays else logging.INFO, "inbox: %s %s: %s", name, outcome, reason or waiting.source)
    return tuple(taken)


class _Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is not done: its source's slug or '', its database's or '', whose it is, and why it cannot be taken."""

    path: Path
    source: str
    review: str
    done: Path
    refusal: str = ""
    database: str = ""


def _file_sources() -> list[str]:
    return sorted(slug for slug, connector in CONNECTORS.items() if connector.is_loaded_by_hand)


def _waiting(inbox: Path, review: str, names: Set[str], own: Mapping[str, str], *, is_only: bool) -> Iterator[_Waiting]:
    """What lies in the review's own folder, and what does not say whose it is."""
    folders = names - set(CONNECTORS)
    several = f"there are several reviews: put it into the folder of its review and source, e.g. {inbox}/{review}/ris/"
    yield from _in_folder(inbox, review, folders, "" if is_only else several, own)
    if review in folders and (inbox / review).is_dir():
        yield from _in_folder(inbox / review, review, frozenset(), "", own)


def _in_folder(folder: Path, review: str, others: Set[str], refusal: str, own: Mapping[str, str]) -> Iterator[_Waiting]:
    for path in _seen(folder):
        if path.is_dir() and path.name in others:
            continue
        source = path.name if path.name in CONNECTORS else ""
        if not path.is_dir():
            source = _source_by_ending(path)
            yield _Waiting(path=path, source=source, review=review, done=folder / source / DONE, refusal=refusal)
            continue
        database = "" if source else _database_of(path, own)
        for file in _files(path):
            yield _Waiting(
                path=file,
                source=source or (_source_by_ending(file) if database else ""),
                review=review,
                done=path / DONE,
                refusal=refusal,
                database=database,
            )
        for inner in (part for part in _seen(path) if source in SPANNING and part.is_dir()):
            if database := _database_of(inner, own):
                for file in _files(inner):
                    yield _Waiting(
                        path=file,
                        source=source,
                        review=review,
                        done=inner / DONE,
                        refusal=refusal,
                        database=database,
                    )


def _seen(folder: Path) -> list[Path]:
    """What lies in a folder, without what is hidden."""
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _files(folder: Path) -> list[Path]:
    return [path for path in _seen(folder) if path.is_file()]


def _database_of(folder: Path, own: Mapping[str, str]) -> str:
    return OTHER if folder.name == OTHER else database_called(folder.name, own)


def _source_by_ending(path: Path) -> str:
    ending = path.suffix.removeprefix(".").lower()
    return ending if ending in CONNECTORS else ""


def _take(waiting: _Waiting, archive: Path, observed_at: datetime) -> tuple[InboxOutcome, str]:
    path, done = waiting.path, waiting.done
    if path.name.lower().endswith(_UNFINISHED):
        return InboxOutcome.LEFT, "its name says that it is still being written"
    if waiting.refusal:
        return InboxOutcome.REFUSED, waiting.refusal
    if not waiting.source and not waiting.database:
        known = f"its source: {', '.join(sorted(CONNECTORS))}; or its database: {', '.join(TITLES)}"
        return InboxOutcome.REFUSED, f"put it into a folder named for {known}"
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
        told = f"; a search that found nothing: 'trialwatch searched {waiting.database} --on DAY --records 0'"
        return InboxOutcome.LEFT, "it is empty" + (told if waiting.database else "")
    page = _page(waiting, body, observed_at)
    if page is None:
        return InboxOutcome.REFUSED, (
            f"no export that can be read; give it the ending of its form ({', '.join(sorted(SPANNING))}), or put it into"
            f" that one's folder, e.g. ris/{waiting.database}/"
        )
    digest = hashlib.sha256(body).hexdigest()[:16]
    is_known = any(_is_same_day(known, page, observed_at) for known in done.glob(f"{digest}_*"))
    if not is_known:
        name = free_name(archive, page.source, observed_at, "inbox")
        with ArchiveWriter(archive, page.source, name) as writer:
            writer.append(page)
    moved = done / f"{digest}_{path.name}"
    try:
        done.mkdir(parents=True, exist_ok=True)
        moved.touch()
        path.replace(moved)
    except OSError as error:
        loaded = "it was loaded before" if is_known else "it is loaded"
        return InboxOutcome.REFUSED, f"{loaded} but cannot be moved to {done}: {error.strerror}; move or delete it"
    if not is_known:
        return InboxOutcome.LOADED, ""
    again = f"; when {waiting.database} was searched again, put the day into its name" if waiting.database else ""
    return InboxOutcome.KNOWN, f"the same bytes were loaded before{again}"


def _page(waiting: _Waiting, body: bytes, observed_at: datetime) -> Page | None:
    """A file as it is archived; None when nothing tells its source."""
    page = Page(
        source=waiting.source,
        kind="file",
        url=f"file:{waiting.path.name}",
        body=body,
        observed_at=observed_at,
        database=waiting.database,
        searched_on=day_in_name(waiting.path.name, observed_at.date()),
    )
    for source in [waiting.source] if waiting.source else sorted(SPANNING):
        named = msgspec.structs.replace(page, source=source, question=files_of(waiting.review, source).id)
        if waiting.source or any(isinstance(item, Report) for item in read_page(named)):
            return named
    return None


def _is_same_day(known: Path, page: Page, observed_at: datetime) -> bool:
    """Whether the same bytes were loaded as the same search; without a day nobody knows of another one."""
    return not page.searched_on or day_in_name(known.name, observed_at.date()) == page.searched_on
