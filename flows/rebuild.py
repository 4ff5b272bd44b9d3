"""Rebuilding the published warehouse from archive, ledger and review folder alone."""

import hashlib
from datetime import datetime
from pathlib import Path

import msgspec

from flows.night import NightRequest, conclude, load_archive
from models.review import load_review
from models.settings import Settings
from stores.ledger import Ledger
from stores.lock import run_lock
from stores.publish import current_folder, publish
from stores.snapshot import fingerprint


class NothingPublished(Exception):
    """There is no published night yet."""


class Fingerprint(msgspec.Struct, frozen=True, kw_only=True):
    """Content of a published warehouse in one number, and table by table."""

    fingerprint: str
    tables: dict[str, str]


class Manifest(msgspec.Struct, frozen=True):
    """What a rebuild needs from a manifest."""

    as_of: datetime
    registries: str


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


def fingerprint_of(review: str, settings: Settings) -> Fingerprint:
    """Fingerprint of the newest published warehouse: the same content gives the same one."""
    tables = fingerprint(published_folder(review, settings) / "warehouse.duckdb")
    digest = hashlib.sha256(msgspec.json.encode(sorted(tables.items()))).hexdigest()
    return Fingerprint(fingerprint=digest, tables=tables)


def rebuild(review_name: str, settings: Settings) -> tuple[Fingerprint, Fingerprint]:
    """Throw the version store away, read the whole archive again and publish the newest night anew.

    Returns
    -------
    tuple of Fingerprint
        Before and after. Nothing is sent and no decision is taken.
    """
    folder = published_folder(review_name, settings)
    manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Manifest)
    before = fingerprint_of(review_name, settings)
    review = load_review(settings.reviews / review_name).as_of(manifest.as_of.date())
    with run_lock(settings.data / "run.lock"), Ledger(settings.ledger) as ledger, ledger.lock():
        for path in settings.data.glob("warehouse.duckdb*"):
            path.unlink()
        load_archive(settings)
        request = NightRequest(review=review_name, as_of=manifest.as_of, registries=manifest.registries)
        concluded = conclude(settings, ledger, review, request)
        publish(concluded.build, concluded.target, settings.keep_snapshots)
    return before, fingerprint_of(review_name, settings)
