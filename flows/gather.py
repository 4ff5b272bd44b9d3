"""The first half of a night: every question of a review asked of its source, and what answered put into the corpus.

A question that another review has had answered tonight is not asked again: both have the answer.
"""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from flows.harvest import Harvested, HarvestTask, base_url_of, harvest, since_last
from flows.load import Holdings, ReadFiles, load_archive
from flows.searches import known_questions, searched_sources, studies_of, topics_of
from flows.steps import Steps
from judging.screened import ids_to_follow, screen_records
from models.connector import Connector
from models.review import Review
from models.search import Question, SourceCheck
from models.settings import Settings
from models.trial import SourceQuery, TrialRecord
from models.vocabulary import SourceState
from replay.server import CREDENTIALS, SPEAKERS, ReplayServer
from stores.duck import MEMORY
from stores.ledger import Ledger
from stores.snapshot import Snapshot
from stores.verdicts import KnownVerdicts
from studies.identifiers import identify
from studies.literature import literature_of
from studies.verdicts import Verdicts, fingerprint

log = logging.getLogger("trialwatch")


class NightRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a night is to do.

    `as_of` is the moment at which the sources are observed, UTC, whole seconds. `sources` narrows the search
    to some of the protocol's sources; `full_sweep` asks for everything instead of what changed. `new_ledger`
    goes on where the ledger is not the one that belongs to the folder.
    """

    review: str
    as_of: datetime
    registries: str = "live"
    sources: tuple[str, ...] = ()
    full_sweep: bool = False
    new_ledger: bool = False


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """How each question of a night was answered, and what the archive holds."""

    checks: tuple[SourceCheck, ...]
    holdings: Holdings = Holdings()

    @property
    def is_searched(self) -> bool:
        """Whether every question was answered to its end."""
        return all(check.state is SourceState.COMPLETE for check in self.checks)

    def has_searched(self, source: str) -> bool:
        """Whether a source was asked, and answered every question to its end."""
        states = {check.state for check in self.checks if check.source == source}
        return states == {SourceState.COMPLETE}

    @property
    def state(self) -> str:
        """``done``; ``partial`` when a source was not searched to the end or the archive lacks something; ``failed``
        when no source was searched."""
        if self.is_searched:
            return "partial" if self.holdings.reason else "done"
        return "failed" if {check.state for check in self.checks} == {SourceState.FAILED} else "partial"

    @property
    def reason(self) -> str:
        """What was not searched to the end or is lacking, and why; '' when nothing is."""
        lacking = [check for check in self.checks if check.state is not SourceState.COMPLETE]
        told = [f"{check.source}, {check.scope}: {check.reason or check.state}" for check in lacking]
        told += [self.holdings.reason] if self.holdings.reason else []
        return ("no source could be searched: " if self.state == "failed" else "") + "; ".join(told)


def gather(
    request: NightRequest, settings: Settings, steps: Steps, ledger: Ledger, run_id: int, review: Review
) -> Gathered:
    """Ask every question of a review: first its topics, then the studies that turn out to matter."""
    sources = searched_sources(review.protocol, settings, request.sources)
    with addresses_of(request, settings) as addresses:
        asking = _Asking(request, settings, steps, ledger, run_id, addresses)
        held = steps.run("see what the archive holds", load_archive, settings)
        short = ledger.hold_against(held.n_pages, request.review, known_questions(review, ledger))
        topics = topics_of(review.protocol, sources)
        for source, question in topics.items():
            asking.ask(source, question, SourceQuery(topic=question.query))
        steps.run("load what was found", load_archive, settings, asking.read)
        followed = steps.run("choose what to follow", to_follow, settings, ledger, review, request, sources)
        for source, query in followed.items():
            if asking.has_answered(source):
                asking.ask(source, studies_of(review, source), query)
        held = steps.run("load what was followed", load_archive, settings, asking.read)
    return Gathered(checks=tuple(asking.checks), holdings=held.without(short))


class _Asking:
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
        self.read = ReadFiles()

    def ask(self, source: Connector, question: Question, query: SourceQuery) -> None:
        """Ask a question, or take the answer that another review has got to it."""
        check = self._shared(question)
        if check is None:
            harvested = self._asked(source, question, query)
            if harvested.file:
                self.read.keep(harvested.file, harvested.pages)
            check = harvested.check
        self._ledger.record_source(self._run_id, check)
        self.checks.append(check)

    def _shared(self, question: Question) -> SourceCheck | None:
        shared = self._ledger.shared_answer(self._request.review, question, self._request.as_of)
        if shared is None or (self._request.full_sweep and shared.since is not None):
            return None
        log.info("%s: another review has asked the same at %s", question.source, shared.checked_at)
        return msgspec.structs.replace(shared, n_requests=0, n_bytes=0)

    def _asked(self, source: Connector, question: Question, query: SourceQuery) -> Harvested:
        review, as_of = self._request.review, self._request.as_of
        last_complete = self._ledger.last_complete(review, question, before=as_of)
        task = HarvestTask(
            connector=source,
            scope=question.scope,
            question=question.id,
            query=query,
            since=since_last(source, last_complete, self._request.full_sweep),
            base_url=base_url_of(source, self._addresses),
            observed_at=as_of,
            run_id=self._run_id,
            usual_total=self._ledger.usual_total(review, question),
        )
        return self._steps.attempt(f"harvest {source.slug}, {question.scope}", harvest, task, self._settings)

    def has_answered(self, source: Connector) -> bool:
        """Whether a source gave at least part of an answer tonight: one that is down is not asked again."""
        return not any(check.source == source.slug and check.state is SourceState.FAILED for check in self.checks)


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


def to_follow(
    settings: Settings, ledger: Ledger, review: Review, request: NightRequest, sources: Sequence[Connector]
) -> dict[Connector, SourceQuery]:
    """What to ask each source about single studies: only once what matters is known can it be followed.

    A source whose answers change with the record alone is asked again only about records that have changed
    since it was last asked to the end; about all of them, while no search of the topic would tell what has changed.
    """
    with Snapshot(MEMORY, settings.corpus, request.as_of, known_questions(review, ledger)) as known:
        newest, reports = known.newest_trials(), known.report_versions()
    literature = literature_of(reports)
    with verdicts_of(review, settings) as verdicts:
        screened, rulings = screen_records(
            newest, literature, review, verdicts, ledger.study_aliases(request.review, request.as_of)
        )
    observed = {item.item.record_id: item.observed_at for item in newest if isinstance(item.item, TrialRecord)}
    ids = ids_to_follow(screened, rulings.review)
    # A registration that a version lists is asked about in the literature, whether or not its register has answered.
    listed = {study.study_id for version in review.versions for study in version.watched if identify(study.study_id)}
    queries = {}
    for source in sources:
        asked = ledger.last_complete(review.protocol.review, studies_of(review, source), before=request.as_of)
        if asked is None or request.full_sweep or not source.follows_changes_only or not review.protocol.is_written:
            changed = ids
        else:
            changed = [item for item in ids if item not in observed or observed[item] > asked]
        own = tuple(item for item in changed if re.fullmatch(source.id_pattern, item))
        about = tuple(item for item in changed if item in observed or item in listed)
        if own or about:
            queries[source] = SourceQuery(record_ids=own, registry_ids=about)
    return queries


@contextmanager
def verdicts_of(review: Review, settings: Settings) -> Iterator[Verdicts]:
    """The verdicts of the review's rules, with those of earlier nights; new ones are kept for later ones."""
    eligibility = review.protocol.eligibility
    path = settings.data / "verdicts.sqlite"
    with KnownVerdicts(path, review.protocol.review, fingerprint(eligibility)) as known:
        verdicts = Verdicts(eligibility, known.find)
        yield verdicts
        known.keep(verdicts.new)
