"""One night of one review, from the registries to the alert: the line of the design, read from top to bottom."""

from pathlib import Path

import msgspec

from alerts.channels import open_channels
from flows.conclude import conclude, deliver, write_outbox
from flows.gather import Harvester, NightRequest, addresses_of, as_asked_by, ids_by_source, load_archive
from flows.inbox import take_in
from flows.searches import query_for, searched_sources
from flows.steps import InOrder, Steps
from models.alert import Alert
from models.judgement import Judgement
from models.page import ReviewPage
from models.review import load_review
from models.screening import Event
from models.search import SourceCheck
from models.settings import Settings
from models.trial import SourceQuery
from models.vocabulary import Scope, SourceState
from stores.ledger import Ledger
from stores.lock import run_lock
from stores.published import publish
from stores.versions import Loaded


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
            harvester = Harvester(request, settings, steps, ledger, run_id, addresses)
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
