"""Publishing: a finished night appears all at once, or not at all, and readers of the old one are not disturbed."""

import hashlib
import json
import logging
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from models.settings import Settings
from stores.snapshot import fingerprint, query

log = logging.getLogger("trialwatch")

MANIFEST = "manifest.json"
"""File by which we know a night of ours, and what of its folder is ours."""
_ITEMS = """
SELECT record_id, list(DISTINCT source) FROM review_study_record JOIN core_trial_version USING (record_id) GROUP BY ALL
UNION ALL
SELECT report_id, list(DISTINCT source) FROM review_study_report JOIN core_report_version USING (report_id) GROUP BY ALL
"""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class NothingPublished(Exception):
    """There is no published night yet."""


class Fingerprint(msgspec.Struct, frozen=True, kw_only=True):
    """Content of a published warehouse in one number, and table by table."""

    fingerprint: str
    tables: dict[str, str]


def night_folder(published: Path, review: str, as_of: datetime) -> Path:
    """Where a night's snapshot is kept."""
    return published / review / f"{as_of:%Y-%m-%d}"


def current_folder(published: Path, review: str) -> Path:
    """Link to the newest published night."""
    return published / review / "current"


def reviews_kept(settings: Settings) -> frozenset[str]:
    """Reviews of which the data folder holds a published night."""
    return frozenset(link.parent.name for link in settings.published.glob("*/current"))


def published_folder(review: str, settings: Settings) -> Path:
    """Folder of the newest published night.

    Raises
    ------
    NothingPublished
        If there is none.
    """
    folder = current_folder(settings.published, review)
    if not folder.exists():
        raise NothingPublished(f"{folder}: nothing is published yet; run 'trialwatch nightly' or 'make demo' first")
    return folder


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """Records and reports that belong to studies on the night that readers saw before, each with its sources."""

    on: date | None = None
    """Day of that night; None when there was none."""
    items: dict[str, list[str]] = {}


def shown_before(settings: Settings, review: str, day: date) -> Shown:
    """What the newest published night before a day shows, as far as it can be read."""
    parent = settings.published / review
    nights = sorted(path for path in parent.glob("*-*-*") if _is_night(path) and path.name < day.isoformat())
    if not nights:
        return Shown()
    try:
        _, rows = query(nights[-1] / "warehouse.duckdb", _ITEMS)
    except (duckdb.Error, OSError) as error:
        log.warning("%s cannot be compared with: %s", nights[-1], error)
        return Shown()
    return Shown(on=date.fromisoformat(nights[-1].name), items=dict(rows))


def day_published(folder: Path) -> date:
    """Day of the night in a folder, which may be the link to the newest one."""
    return date.fromisoformat(_day_shown(folder) if folder.is_symlink() else folder.name)


def fingerprint_of(review: str, settings: Settings) -> Fingerprint:
    """Fingerprint of the newest published warehouse: the same content gives the same one."""
    tables = fingerprint(published_folder(review, settings) / "warehouse.duckdb")
    digest = hashlib.sha256(msgspec.json.encode(sorted(tables.items()))).hexdigest()
    return Fingerprint(fingerprint=digest, tables=tables)


def write_manifest(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write ``manifest.json``: the given facts, and size and SHA-256 of every file in the folder."""
    files = {
        str(path.relative_to(folder)): {"bytes": path.stat().st_size, "sha256": _sha256(path)}
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    text = msgspec.json.format(msgspec.json.encode({**facts, "files": files}), indent=2)
    (folder / MANIFEST).write_bytes(text + b"\n")


def publish(build: Path, target: Path, keep: int) -> bool:
    """Move a finished folder to its place, point ``current`` to it, and drop all but the newest `keep` nights.

    The link is replaced by a rename, so that there is a whole current night at every moment. Whoever has a file
    of an earlier night open keeps reading it. What lies in a night's folder and is not ours stays there.

    Returns
    -------
    bool
        Whether readers see it: ``current`` only moves forward, and a night before it stays beside it.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    _sync(build)
    link = target.parent / "current"
    is_forward = not link.exists() or _day_shown(link) <= target.name
    if target.exists():
        _keep_strangers(target, build)
        # No rename puts one folder in another's place: meanwhile the link shows a copy of the new one.
        names = (target.with_name(f".{target.name}.{n}.aside") for n in range(10_000))
        aside = next(name for name in names if not name.exists())
        aside.mkdir()
        if is_forward:
            _point_current(target.parent, shutil.copytree(build, aside / "new"))
        target.rename(aside / "old")
    build.rename(target)
    if is_forward:
        _point_current(target.parent, target)
    _sync_folder(target.parent)
    for leftover in target.parent.glob(".[0-9]*.aside"):
        shutil.rmtree(leftover)
    nights = sorted(path for path in target.parent.iterdir() if _is_night(path))
    for old in nights[:-keep]:
        if old not in {target, link.resolve()}:
            _remove_night(old)
    return is_forward


def _ours(night: Path) -> set[Path]:
    """Files of a night's folder that we made, as its manifest names them."""
    try:
        named = json.loads((night / MANIFEST).read_bytes()).get("files", {})
    except (OSError, ValueError):
        return set()
    return {night / MANIFEST, *(night / name for name in named)}


def _keep_strangers(night: Path, build: Path) -> None:
    """Take what somebody else has put into a night's folder over into the one that replaces it."""
    for path in sorted(set(night.rglob("*")) - _ours(night)):
        place = build / path.relative_to(night)
        if path.is_file() and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, place)


def _remove_night(night: Path) -> None:
    """Remove what we made of a night, and its folders where nothing else is left in them."""
    for path in _ours(night):
        path.unlink(missing_ok=True)
    for folder in [*sorted((path for path in night.rglob("*") if path.is_dir()), reverse=True), night]:
        with suppress(OSError):
            folder.rmdir()


def _day_shown(link: Path) -> str:
    """Day of the night that a link shows, in its own folder or in the one of a publication that was killed."""
    day = _DAY.search(str(link.readlink()))
    return day[0] if day else ""


def _is_night(path: Path) -> bool:
    """Whether a folder is a night that we published."""
    return bool(_DAY.fullmatch(path.name)) and not path.is_symlink() and (path / MANIFEST).is_file()


def _point_current(review: Path, folder: Path) -> None:
    link = review / ".current.new"
    link.unlink(missing_ok=True)
    link.symlink_to(folder.relative_to(review))
    link.replace(review / "current")


def _sync(folder: Path) -> None:
    """Wait until everything in a folder is on disk: a name must never come before what it names."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
        else:
            _sync_folder(path)
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
