"""One night of one review, from the registries to the alert: the line of the design, read from top to bottom."""

import logging
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from alerts.channels import Channel, deliver_pending, open_channels, write_heartbeat
from alerts.feed import render_feed
from alerts.rules import heartbeat, raise_alerts
from connectors import CONNECTORS
from flows.fill import fill
from flows.freshness import freshness_of
from flows.harvest import HarvestTask, base_url_of, harvest, since_last
from flows.inbox import take_in
from flows.judge import Judgement, ids_to_follow, judge, screen_records
from flows.page import gather_page
from flows.searches import query_for, searched_sources
from flows.steps import InOrder, Steps
from flows.vanished import with_vanished
from models.alert import Alert
from models.connector import Connector
from models.page import ReviewPage
from models.review import Review, load_review
from models.screening import Event, RunContext
from models.settings import Settings
from models.trial import Report, SourceQuery, TrialRecord
from models.vocabulary import Scope, SourceState
from replay.server import CREDENTIALS, SPEAKERS, ReplayServer
from reporting.digest import render_digest
from reporting.render import render_page
from stores.archive import archive_files, read_pages
from stores.ledger import Ledger, Run, SourceCheck
from stores.lock import run_lock
from stores.publish import night_folder, publish, write_manifest
from stores.snapshot import Snapshot, fingerprint
from stores.versions import Loaded, VersionStore
from synthesis.crosscheck import crosscheck

log = logging.getLogger("trialwatch")


class NotConfirmed(Exception):
    """A pooled effect of the night is not what the second engine computes; nothing is published."""


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


class NightResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a night did, for people and programs."""

    judgement: Judgement
    page: ReviewPage
    new_events: tuple[Event, ...]
    """Events that no earlier night has dealt with, back-filled ones among them."""
    alerts: tuple[Alert, ...]
    checks: tuple[SourceCheck, ...]
    loaded: Loaded
    folder: Path

    @property
    def state(self) -> str:
        """``done``, ``partial`` when a source was not searched to the end, ``failed`` when none was."""
        states = {check.state for check in self.checks}
        if states <= {SourceState.COMPLETE}:
            return "done"
        return "failed" if states == {SourceState.FAILED} else "partial"


class Concluded(msgspec.Struct, frozen=True, kw_only=True):
    """A judged night whose snapshot is built and not yet published."""

    judgement: Judgement
    page: ReviewPage
    new_events: tuple[Event, ...]
    alerts: tuple[Alert, ...]
    build: Path
    target: Path


def night(request: NightRequest, settings: Settings, steps: Steps | None = None) -> NightResult:
    """Carry out one night.

    Raises
    ------
    ReviewError, ChannelError, AlreadyRunning, LedgerError, ArchiveError, WarehouseError, NotConfirmed
        Nothing is published then, and the next night finds everything as it was.
    """
    steps = steps or InOrder()
    settings = as_asked_by(request, settings)
    review = steps.run("read the review folder", load_review, settings.reviews / request.review)
    review = review.as_of(request.as_of.date())
    sources = searched_sources(review.protocol, settings, request.sources)
    channels = open_channels(settings.channels, settings.outbox)
    settings.data.mkdir(parents=True, exist_ok=True)
    with run_lock(settings.data / "run.lock"), Ledger(settings.ledger) as ledger, ledger.lock():
        ledger.claim(request.registries)
        run_id = ledger.begin_run(request.review, request.as_of)
        if request.registries == "live":
            steps.run("take in the inbox", take_in, settings.inbox, settings.archive, request.as_of)
        with addresses_of(request, settings) as addresses:
            harvester = _Harvester(request, settings, steps, ledger, run_id, addresses)
            topics = {source: SourceQuery(topic=query_for(review.protocol, source)) for source in sources}
            harvester.ask(topics, Scope.TOPIC)
            loaded = steps.run("load the archive", load_archive, settings)
            ids = steps.run("choose what to follow", ids_by_source, settings, ledger, review, request, sources)
            harvester.ask(
                {source: query for source, query in ids.items() if harvester.has_answered(source)}, Scope.STUDIES
            )
            loaded = loaded + steps.run("load what was followed", load_archive, settings)
        concluded = steps.run("judge", conclude, settings, ledger, review, request, True)
        steps.run("publish", publish, concluded.build, concluded.target, settings.keep_snapshots)
        steps.run("write the outbox", write_outbox, settings, ledger, run_id, concluded, channels)
        steps.run("deliver", deliver, ledger, request.review, channels)
        result = NightResult(
            judgement=concluded.judgement,
            page=concluded.page,
            new_events=concluded.new_events,
            alerts=concluded.alerts,
            checks=tuple(harvester.checks),
            loaded=loaded,
            folder=concluded.target,
        )
        ledger.finish_run(run_id, result.state)
    return result


class _Harvester:
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
                pages = (
                    (item, list(CONNECTORS[item.page.source].parse(item.page)))
                    for item in read_pages(settings.archive, path)
                )
                total = total + store.load(file, n_bytes, pages)
    return total


def conclude(
    settings: Settings, ledger: Ledger, review: Review, request: NightRequest, is_told: bool = False
) -> Concluded:
    """Judge what is known on the night and build its snapshot, page, feed and manifest; publishes nothing.

    The feed holds what the ledger remembers up to the night, and its own alert when that `is_told`.
    """
    protocol, as_of = review.protocol, request.as_of
    target = night_folder(settings.published, protocol.review, as_of)
    build = target.with_name(".build")
    shutil.rmtree(build, ignore_errors=True)
    previous = max((run.as_of for run in ledger.runs(protocol.review) if _is_earlier(run, as_of)), default=None)
    past = [item for item in ledger.decisions(protocol.review) if item.decided_at < as_of]
    snapshot = Snapshot(build / "warehouse.duckdb", settings.warehouse, as_of)
    rejected = snapshot.rejected()
    judgement = judge(
        RunContext(as_of=as_of, baseline_search_date=review.baseline.search_date),
        review,
        snapshot.newest_trials(),
        snapshot.trial_versions(),
        snapshot.report_versions(),
        rejected,
        freshness_of(protocol, ledger, as_of),
        snapshot.nights(),
    )
    judgement = with_vanished(judgement, snapshot)
    if disagreements := crosscheck(judgement.inputs, judgement.effects):
        raise NotConfirmed("the second engine does not confirm: " + "; ".join(map(str, disagreements)))
    with snapshot.transaction():
        fill(snapshot, judgement, past)
        snapshot.create_views("1")
        snapshot.create_views("2")
    snapshot.check()
    page = gather_page(
        judgement, request.registries, previous, past, snapshot.n_versions_since(previous), len(rejected)
    )
    rows = snapshot.export_parquet(build / "parquet")
    snapshot.close()
    new_events, alerts = news_of(ledger, judgement, page)
    told = {alert.key: alert for alert in ledger.alerts(protocol.review) if alert.raised_at <= as_of}
    told |= {alert.key: alert for alert in alerts if is_told}
    feed = render_feed(protocol.review, protocol.title, as_of, list(told.values()))
    (build / "site").mkdir()
    (build / "site" / "index.html").write_text(render_page(page), encoding="utf-8")
    (build / "site" / "feed.atom").write_text(feed, encoding="utf-8")
    write_manifest(
        build,
        {
            "review": protocol.review,
            "as_of": as_of,
            "registries": request.registries,
            "trialwatch": version("trialwatch"),
            "protocol": judgement.decision.protocol_version,
            "baseline_version": review.baseline.version,
            "decision": judgement.decision.status,
            "sources": [msgspec.to_builtins(item) for item in judgement.freshness],
            "rows": rows,
            "fingerprint": fingerprint(build / "warehouse.duckdb"),
        },
    )
    return Concluded(judgement=judgement, page=page, new_events=new_events, alerts=alerts, build=build, target=target)


def _is_earlier(run: Run, as_of: datetime) -> bool:
    return run.state in {"done", "partial"} and run.as_of < as_of


def news_of(ledger: Ledger, judgement: Judgement, page: ReviewPage) -> tuple[tuple[Event, ...], tuple[Alert, ...]]:
    """Events that no other night has dealt with, and what is to be told of the night."""
    context, review = judgement.context, judgement.decision.review
    emitted = ledger.emitted_events(review, context.as_of)
    new_events = tuple(event for event in judgement.events if event.key not in emitted)
    earlier = [item for item in ledger.heartbeats(review) if item.as_of < context.as_of]
    previous = [item for item in ledger.decisions(review) if item.decided_at < context.as_of]
    alerts = raise_alerts(
        context=context,
        review_title=judgement.review.protocol.title,
        decision=judgement.decision,
        previous=previous[-1] if previous else None,
        events=judgement.events,
        emitted=emitted,
        signals=judgement.signals,
        fired_before=ledger.fired_signals(review, context.as_of),
        freshness=judgement.freshness,
        stale_before=frozenset(earlier[-1].stale_sources) if earlier else frozenset(),
        render=lambda **told: render_digest(page, told["events"], told["signals"]),
    )
    return new_events, alerts


def write_outbox(
    settings: Settings, ledger: Ledger, run_id: int, concluded: Concluded, channels: Sequence[Channel]
) -> None:
    """Write decision, events, alerts and heartbeat to the ledger in one transaction."""
    judgement = concluded.judgement
    beat = heartbeat(
        context=judgement.context,
        review=judgement.decision.review,
        n_new_versions=concluded.page.n_new_versions,
        n_new_events=len(concluded.new_events),
        n_alerts=len(concluded.alerts),
        freshness=judgement.freshness,
    )
    ledger.conclude(
        run_id,
        judgement.decision,
        events=concluded.new_events,
        signals=judgement.signals,
        alerts=concluded.alerts,
        heartbeat=beat,
        channels=[channel.name for channel in channels],
    )
    write_heartbeat(beat, settings.outbox)


def deliver(ledger: Ledger, review: str, channels: Sequence[Channel]) -> None:
    """Send what is due on every channel; what fails is tried again on a later night."""
    for attempt in deliver_pending(ledger, review, channels):
        if attempt.error:
            log.warning("alert %s was not delivered on %s: %s", attempt.alert_key, attempt.channel, attempt.error)
