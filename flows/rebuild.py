"""Rebuilding the published warehouse from archive, ledger and review folder alone."""

from datetime import datetime

import msgspec

from flows.conclude import conclude
from flows.gather import NightRequest, load_archive
from flows.same_ledger import recognise
from models.review import review_named
from models.settings import Settings
from stores.ledger import Ledger
from stores.lock import run_lock
from stores.published import Fingerprint, fingerprint_of, publish, published_folder


class Manifest(msgspec.Struct, frozen=True):
    """What a rebuild needs from a manifest."""

    as_of: datetime
    registries: str


def rebuild(review_name: str, settings: Settings) -> tuple[Fingerprint, Fingerprint]:
    """Throw the corpus away, read the whole archive again and publish the newest night anew.

    Returns
    -------
    tuple of Fingerprint
        Before and after. Nothing is sent and no decision is taken.
    """
    folder = published_folder(review_name, settings)
    manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Manifest)
    before = fingerprint_of(review_name, settings)
    review = review_named(settings.reviews, review_name).as_of(manifest.as_of.date())
    with run_lock(settings.data / "run.lock"), Ledger(settings.ledger) as ledger, ledger.lock():
        recognise(settings, ledger, review_name)
        for path in settings.data.glob("corpus.duckdb*"):
            path.unlink()
        load_archive(settings)
        request = NightRequest(review=review_name, as_of=manifest.as_of, registries=manifest.registries)
        concluded = conclude(settings, ledger, review, request)
        publish(concluded.build, concluded.target, settings.keep_snapshots)
    return before, fingerprint_of(review_name, settings)
