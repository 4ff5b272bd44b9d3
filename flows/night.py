"""One night of one review, from the registries to the alert: gather, conclude, publish, tell; read from top to bottom."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import rmtree

import msgspec

from alerts.channels import Channel
from flows.conclude import Concluded, conclude, deliver, tell_failure, tell_unfinished, write_outbox
from flows.failures import in_words
from flows.gather import Gathered, NightRequest, as_asked_by, gather
from flows.inbox import take_in
from flows.receivers import receivers
from flows.same_ledger import begin_anew, recognise
from flows.steps import InOrder, Steps
from models.alert import Alert
from models.judgement import Judgement
from models.page import ReviewPage
from models.review import review_named
from models.screening import Event
from models.search import SourceCheck
from models.settings import Settings
from stores.claim import claim
from stores.ledger import Ledger
from stores.lock import run_lock
from stores.published import current_folder, publish

log = logging.getLogger("trialwatch")

PUNCTUAL = timedelta(minutes=30)
"""How far a night on live registries may be from the clock: they answer as of now, whatever is asked."""


def wall_clock() -> datetime:
    """Now, UTC."""
    return datetime.now(UTC)


class WrongMoment(Exception):
    """Live registries cannot be asked as of another moment than now."""


class NightResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a night did, for people and programs."""

    concluded: Concluded
    gathered: Gathered
    withheld: str = ""
    """Why it is not published, and the page of an earlier night stays; '' when it is."""
    undelivered: tuple[str, ...] = ()
    """What has not reached people, in sentences."""

    @property
    def judgement(self) -> Judgement:
        return self.concluded.judgement

    @property
    def page(self) -> ReviewPage:
        return self.concluded.page

    @property
    def new_events(self) -> tuple[Event, ...]:
        """Events that no earlier night has dealt with, back-filled ones among them."""
        return self.concluded.new_events

    @property
    def alerts(self) -> tuple[Alert, ...]:
        return self.concluded.alerts

    @property
    def checks(self) -> tuple[SourceCheck, ...]:
        return self.gathered.checks

    @property
    def folder(self) -> Path:
        """Where the night is published, if it is."""
        return self.concluded.target

    @property
    def state(self) -> str:
        """``done``; ``partial`` when a source was not searched to the end, the archive lacks something, or something
        has not reached people; ``failed`` when no source was searched or the night is withheld."""
        if self.withheld:
            return "failed"
        is_lacking = self.concluded.lost.items or self.undelivered
        return "partial" if is_lacking and self.gathered.state == "done" else self.gathered.state

    @property
    def reason(self) -> str:
        """Why it is not ``done``; '' when it is."""
        told = (self.withheld,) if self.withheld else (self.gathered.reason, self.concluded.lost.told)
        return "; ".join(text for text in (*told, *self.undelivered) if text)


def night(
    request: NightRequest,
    settings: Settings,
    steps: Steps | None = None,
    clock: Callable[[], datetime] = wall_clock,
) -> NightResult:
    """Carry out one night.

    Raises
    ------
    WrongMoment, AlreadyRunning, LedgerError, OtherLedger
        Nothing has happened then.
    Exception
        Anything else that ends a night. It is recorded as failed with its reason and told once; what was published
        before stays, and the next night finds everything as it was.
    """
    steps = steps or InOrder()
    settings = as_asked_by(request, settings)
    if request.registries == "live" and abs(clock() - request.as_of) > PUNCTUAL:
        raise WrongMoment(
            f"live registries answer as of now, and not as of {request.as_of:%Y-%m-%d %H:%M} UTC: leave the day out, or"
            " ask their replay (--registries replay)"
        )
    channels = receivers(settings, request.review)
    settings.data.mkdir(parents=True, exist_ok=True)
    patience = settings.lock_patience
    with run_lock(settings.data / "run.lock", patience), Ledger(settings.ledger) as ledger, ledger.lock(patience):
        if request.new_ledger:
            begin_anew(settings, ledger, request.review, request.as_of)
        else:
            recognise(settings, ledger, request.review)
        ledger.claim(request.registries)
        claim(settings.archive, request.registries, ledger.ledger_id() or "")
        with _recorded(request, settings, ledger, channels) as run_id:
            review = steps.run("read the review folder", review_named, settings.reviews, request.review)
            review = review.as_of(request.as_of.date())
            if request.registries == "live":
                databases = review.protocol.by_hand
                steps.run("take in the inbox", take_in, settings, request.review, request.as_of, databases)
            gathered = gather(request, settings, steps, ledger, run_id, review)
            concluded = steps.run("judge", conclude, settings, ledger, review, request, gathered.holdings, True)
            result = NightResult(
                concluded=concluded, gathered=gathered, withheld=_why_withheld(gathered, concluded, settings)
            )
            if result.withheld:
                rmtree(concluded.build)
                steps.run("tell", tell_failure, settings, ledger, run_id, request, result.reason, channels)
            else:
                steps.run("publish", publish, concluded.build, concluded.target, settings.keep_snapshots)
                beat = steps.run("write the outbox", write_outbox, ledger, run_id, concluded, channels)
                undelivered = steps.run("deliver", deliver, settings, ledger, beat, channels)
                result = msgspec.structs.replace(result, undelivered=undelivered)
            ledger.finish_run(run_id, result.state, result.reason)
    return result


def _why_withheld(gathered: Gathered, concluded: Concluded, settings: Settings) -> str:
    """Why the last good page says more than this night could; '' when it does not.

    What was lost is waited for as long as a source that could give it back was not searched, and no longer than
    the age that the protocol allows a search of that source.
    """
    if not current_folder(settings.published, concluded.judgement.decision.review).exists():
        return ""
    if gathered.state == "failed":
        return gathered.reason
    lost, today = concluded.lost, concluded.judgement.context.today
    searches = concluded.judgement.review.protocol.searches
    waited_for = {
        source: lost.on + timedelta(days=searches[source].freshness_limit_days)
        for source in sorted(set().union(*lost.items.values()) & set(searches))
        if lost.on and not gathered.has_searched(source)
    }
    if not waited_for or max(waited_for.values()) < today:
        return ""
    reason = f"; {gathered.reason}" if gathered.reason else ""
    return (
        f"{lost.told}, and {', '.join(waited_for)} could not be asked for them; the page stays until"
        f" {max(waited_for.values())}, or until the archive is restored{reason}"
    )


@contextmanager
def _recorded(request: NightRequest, settings: Settings, ledger: Ledger, channels: Sequence[Channel]) -> Iterator[int]:
    """A run that ends in the ledger whatever ends it, and that tells people once why it failed."""
    run_id = ledger.begin_run(request.review, request.as_of)
    tell_unfinished(settings, ledger, run_id, request, channels)
    try:
        yield run_id
    except BaseException as error:
        reason = in_words(error)
        log.debug("the night failed", exc_info=True)
        ledger.finish_run(run_id, "failed", reason)
        if isinstance(error, Exception):
            tell_failure(settings, ledger, run_id, request, reason, channels)
        raise
