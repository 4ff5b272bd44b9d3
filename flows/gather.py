"""The first half of a night: every question of a review asked of its source, and what answered put into the corpus."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from connectors.boundary import read_page
from flows.harvest import HarvestTask, base_url_of, harvest, since_last
from flows.steps import Steps
from judging.judge import ids_to_follow, screen_records
from models.connector import Connector
from models.review import Review
from models.search import SourceCheck
from models.settings import Settings
from models.trial import Report, SourceQuery, TrialRecord
from models.vocabulary import Scope, SourceState
from replay.server import CREDENTIALS, SPEAKERS, ReplayServer
from stores.archive import archive_files, read_pages
from stores.ledger import Ledger
from stores.versions import Loaded, VersionStore


class NightRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a night is to do.

    `as_of` is the moment at which the sources are observed, UTC, whole seconds. `sources` narrows the search
    to some of the protocol's sources; `full_sweep` asks for everything instead of what changed.
    """

    review: str
    as_of: datetime
    registries: str = "live"
    sources: tuple[str, ...] = ()
    full_sweep: bool = False


class Harvester:
    """Asks sources one by one; the failure of one is written down and the others go on."""

    def __init__(
        self,
        request: NightRequest,
        settings: Settings,
        steps: Steps,
        ledger: Ledger,
        run_id: int,
        addresses: Mapping[str, str],
    ) -> None:
        self._request, self._settings, self._steps = request, settings, steps
        self._ledger, self._run_id, self._addresses = ledger, run_id, addresses
        self.checks: list[SourceCheck] = []

    def ask(self, queries: Mapping[Connector, SourceQuery], scope: Scope) -> None:
        for connector, query in queries.items():
            last_complete = self._ledger.last_complete(
                self._request.review, connector.slug, scope, before=self._request.as_of
            )
            task = HarvestTask(
                connector=connector,
                scope=scope,
                query=query,
                since=since_last(connector, last_complete, self._request.full_sweep),
                base_url=base_url_of(connector, self._addresses),
                observed_at=self._request.as_of,
                run_id=self._run_id,
                usual_total=self._ledger.usual_total(self._request.review, connector.slug, scope),
            )
            check = self._steps.attempt(f"harvest {connector.slug}, {scope}", harvest, task, self._settings)
            self._ledger.record_source(self._run_id, check)
            self.checks.append(check)

    def has_answered(self, connector: Connector) -> bool:
        """Whether a source gave at least part of an answer tonight: one that is down is not asked again."""
        return not any(check.source == connector.slug and check.state is SourceState.FAILED for check in self.checks)


def as_asked_by(request: NightRequest, settings: Settings) -> Settings:
    """The settings of a night: replayed registries take their own credentials where none are set."""
    if request.registries == "live":
        return settings
    lacking: dict[str, Any] = {name: word for name, word in CREDENTIALS.items() if not getattr(settings, name)}
    return replace(settings, **lacking)


@contextmanager
def addresses_of(request: NightRequest, settings: Settings) -> Iterator[Mapping[str, str]]:
    """Addresses by slug that replace the live ones: those of the settings, or of a replay as of the night."""
    if request.registries == "live":
        yield settings.base_urls
        return
    with ReplayServer(request.as_of.date()) as server:
        replayed = {slug: server.base_url(slug) for slug in SPEAKERS}
        yield {**replayed, **settings.base_urls}


def ids_by_source(
    settings: Settings, ledger: Ledger, review: Review, request: NightRequest, sources: Sequence[Connector]
) -> dict[Connector, SourceQuery]:
    """What to ask each source about single studies: only once what matters is known can it be followed.

    A source whose answers change with the record alone is asked again only about records that have changed
    since it was last asked to the end.
    """
    with VersionStore(settings.warehouse) as store:
        newest, reports = store.newest_trials(), store.report_versions()
    by_id = {item.item.report_id: item.item for item in reports if isinstance(item.item, Report)}
    screened = screen_records(newest, by_id, review)
    observed = {item.item.record_id: item.observed_at for item in newest if isinstance(item.item, TrialRecord)}
    ids = ids_to_follow(screened, review)
    queries = {}
    for source in sources:
        asked = ledger.last_complete(review.protocol.review, source.slug, Scope.STUDIES, before=request.as_of)
        if asked is None or request.full_sweep or not source.follows_changes_only:
            changed = ids
        else:
            changed = [item for item in ids if item not in observed or observed[item] > asked]
        own = tuple(item for item in changed if re.fullmatch(source.id_pattern, item))
        about = tuple(item for item in changed if item in observed)
        if own or about:
            queries[source] = SourceQuery(record_ids=own, registry_ids=about)
    return queries


def load_archive(settings: Settings) -> Loaded:
    """Parse every archive file that the version store does not hold yet."""
    total = Loaded()
    with VersionStore(settings.warehouse) as store:
        loaded_files = store.loaded_files()
        for path in archive_files(settings.archive):
            file, n_bytes = str(path.relative_to(settings.archive)), path.stat().st_size
            if loaded_files.get(file) != n_bytes:
                pages = ((item, read_page(item.page)) for item in read_pages(settings.archive, path))
                total = total + store.load(file, n_bytes, pages)
    return total
