"""Rebuilding the published warehouse from archive, ledger and review folder alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from flows.conclude import conclude
from flows.gather import NightRequest
from flows.load import Holdings, held_before, load_archive
from flows.same_ledger import recognise
from flows.searches import known_questions
from models.review import review_named
from models.settings import Settings
from stores.ledger import Ledger
from stores.lock import run_lock
from stores.published import Fingerprint, fingerprint_of, publish, published_folder


class PoorerArchive(Exception):
    """The archive has lost files; the message names them and says what to do."""


class Manifest(msgspec.Struct, frozen=True):
    """What a rebuild needs from a manifest."""

    as_of: datetime
    registries: str


class Rebuilt(NamedTuple):
    """Content of the published warehouse before and after, and what is wrong with the archive; '' when nothing is."""

    before: Fingerprint
    after: Fingerprint
    reason: str


def rebuild(review_name: str, settings: Settings) -> Rebuilt:
    """Read the whole archive into a new corpus and publish the newest night anew from it.

    Nothing is sent and no decision is taken.

    Raises
    ------
    PoorerArchive
        If the archive lacks what the present corpus was read from; everything is as it was.
    """
    folder = published_folder(review_name, settings)
    manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Manifest)
    before = fingerprint_of(review_name, settings)
    review = review_named(settings.reviews, review_name).as_of(manifest.as_of.date())
    with run_lock(settings.data / "run.lock"), Ledger(settings.ledger) as ledger, ledger.lock():
        recognise(settings, ledger, review_name)
        known, poorer = held_before(settings)
        if poorer.reason:
            raise PoorerArchive(f"{settings.archive}: {poorer.reason}")
        with _set_aside(settings.corpus):
            holdings = load_archive(settings)
            if worse := holdings.damaged & known:
                raise PoorerArchive(f"{settings.archive}: {Holdings(damaged=worse).reason}")
            questions = known_questions(review, ledger)
            holdings = holdings.without(ledger.hold_against(holdings.n_pages, review_name, questions))
            request = NightRequest(review=review_name, as_of=manifest.as_of, registries=manifest.registries)
            concluded = conclude(settings, ledger, review, request, holdings)
            publish(concluded.build, concluded.target, settings.keep_snapshots)
    return Rebuilt(before, fingerprint_of(review_name, settings), holdings.reason)


@contextmanager
def _set_aside(corpus: Path) -> Iterator[None]:
    """Keep the present corpus until another one is whole, and put it back if none is."""
    kept = corpus.with_name(f"{corpus.name}.before")
    if corpus.exists():
        corpus.replace(kept)
    try:
        yield
    except BaseException:
        if kept.exists():
            kept.replace(corpus)
        raise
    kept.unlink(missing_ok=True)
