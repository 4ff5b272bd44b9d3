"""The second half of a night: what is known is judged, the snapshot built, the outbox written and delivered."""

import logging
import shutil
from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import msgspec

from alerts.channels import GONE, Channel, deliver_pending, write_heartbeat
from alerts.feed import render_feed
from alerts.rules import failed_heartbeat, failed_night, heartbeat, raise_alerts
from flows.failures import in_words
from flows.gather import NightRequest, verdicts_of
from flows.load import Holdings
from flows.searches import freshness_now, known_questions, log_of, unfollowed
from judging.forecast_scores import kept_of, with_scores
from judging.freshness import silent_since
from judging.hand_searches import with_searches
from judging.judge import judge
from judging.second_engine import Confirmation, Stated, confirm
from judging.tasks import open_items
from judging.vanished import Lost, lost, with_lost, with_vanished
from models.alert import Alert, Heartbeat
from models.judgement import Judgement
from models.news import Names, not_yet_told, told_of_another
from models.page import ReplayedRecord, ReviewPage
from models.review import Review
from models.screening import Event, RunContext
from models.settings import Settings
from replay.archive import basis_shown, unknown_since
from reporting.digest import render_digest
from reporting.gathering import gather_page
from reporting.render import render_page
from stores.checks import violated_rows
from stores.judged import fill, put_before_people
from stores.ledger import Delivery, Ledger, Run
from stores.published import night_folder, shown_before, write_manifest
from stores.snapshot import Snapshot, fingerprint

log = logging.getLogger("trialwatch")

ENDED_WELL = ("done", "partial")
"""States of a run that published what it found."""


class Unsound(Exception):
    """The numbers of a night are not to be trusted; nothing of the review is published, and the message says why."""


class Concluded(msgspec.Struct, frozen=True, kw_only=True):
    """A judged night whose snapshot is built and not yet published."""

    judgement: Judgement
    page: ReviewPage
    new_events: tuple[Event, ...]
    carried: tuple[Event, ...]
    """Events that were told of another study, to which their record belonged: they are not told again."""
    alerts: tuple[Alert, ...]
    lost: Lost
    build: Path
    target: Path


def conclude(
    settings: Settings,
    ledger: Ledger,
    review: Review,
    request: NightRequest,
    holdings: Holdings,
    is_told: bool = False,
) -> Concluded:
    """Judge what is known on the night and build its snapshot, page, feed and manifest; publishes nothing.

    The feed holds what the ledger remembers up to the night, and its own alert when that `is_told`.

    Raises
    ------
    Unsound
        If the published estimates are not reproduced, or the second engine does not confirm the pooled ones.
    WarehouseError
        If a check of the whole snapshot is violated.
    """
    protocol, as_of = review.protocol, request.as_of
    target = night_folder(settings.published, protocol.review, as_of)
    build = target.with_name(".build")
    shutil.rmtree(build, ignore_errors=True)
    previous = max((run.as_of for run in ledger.runs(protocol.review) if _is_earlier(run, as_of)), default=None)
    past = [item for item in ledger.decisions(protocol.review) if item.decided_at < as_of]
    with Snapshot(build / "warehouse.duckdb", settings.corpus, as_of, known_questions(review, ledger)) as snapshot:
        context = RunContext(as_of=as_of, baseline_search_date=review.baseline.search_date)
        told, known = snapshot.told(), ledger.study_aliases(protocol.review, as_of)
        with verdicts_of(review, settings) as verdicts:
            files = snapshot.loaded_files()
            freshness = freshness_now(review, ledger, as_of, files)
            judgement = judge(context, review, told, freshness, verdicts, known)
        judgement = with_searches(judgement, log_of(review, files, as_of), unfollowed(review, freshness))
        judgement = with_vanished(judgement, snapshot.last_listed())
        before = shown_before(settings, protocol.review, as_of.date())
        gone = lost(judgement, before.items, before.on)
        judgement = with_lost(judgement, [sentence for sentence in (holdings.missed, gone.told) if sentence])
        judgement = with_scores(
            judgement, ledger.forecasts(protocol.review, as_of), ledger.forecast_scores(protocol.review, as_of)
        )
        confirmed = _see_that_it_is_sound(judgement)
        with snapshot.transaction():
            fill(snapshot, judgement, past)
            snapshot.create_views("1")
            snapshot.create_views("2")
            queue = open_items([*judgement.queue, *violated_rows(snapshot)], judgement.review.settled)
            put_before_people(snapshot, queue)
        judgement = msgspec.structs.replace(judgement, queue=queue)
        page = gather_page(
            judgement,
            request.registries,
            previous,
            past,
            snapshot.n_versions_since(previous),
            len(told.rejected),
            _replayed(judgement) if request.registries == "replay" else {},
        )
        rows = snapshot.export_parquet(build / "parquet")
    new_events, carried, alerts = news_of(ledger, judgement, page)
    raised = {alert.key: alert for alert in ledger.alerts(protocol.review) if alert.raised_at <= as_of}
    raised |= {alert.key: alert for alert in alerts if is_told}
    feed = render_feed(protocol.review, protocol.title, as_of, list(raised.values()))
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
            "ledger": ledger.ledger_id() or "",
            "is_night": is_told,
            "recomputed": confirmed.counts,
            "not_recomputed": confirmed.not_recomputed,
            "rows": rows,
            "fingerprint": fingerprint(build / "warehouse.duckdb"),
        },
    )
    return Concluded(
        judgement=judgement,
        page=page,
        new_events=new_events,
        carried=carried,
        alerts=alerts,
        lost=gone,
        build=build,
        target=target,
    )


def _see_that_it_is_sound(judgement: Judgement) -> Confirmation:
    """A second engine comes to the same. What is not reproduced (S0) has closed its own analysis already."""
    found = confirm(Stated.of(judgement))
    if found.disagreements:
        raise Unsound("the second engine does not confirm: " + "; ".join(map(str, found.disagreements)))
    log.info("second engine: %s", found)
    for sentence in found.not_recomputed:
        log.info("not recomputed: %s", sentence)
    return found


def _replayed(judgement: Judgement) -> dict[str, ReplayedRecord]:
    """How the replay knows each study's record, and until when."""
    today = judgement.context.today
    return {
        item: ReplayedRecord(
            is_reconstructed=basis_shown(item, today) == "reconstructed", known_until=unknown_since(item, today)
        )
        for item in judgement.descriptions
    }


def _is_earlier(run: Run, as_of: datetime) -> bool:
    return run.state in ENDED_WELL and run.as_of < as_of


def names_of(ledger: Ledger, judgement: Judgement) -> Names:
    """What studies are called tonight, by every number that they have or ever had."""
    known = ledger.study_aliases(judgement.decision.review, judgement.context.as_of)
    studies = {**known, **judgement.screened.study_of}
    return Names(studies=studies, reports=judgement.literature.names, before=known)


def news_of(
    ledger: Ledger, judgement: Judgement, page: ReviewPage
) -> tuple[tuple[Event, ...], tuple[Event, ...], tuple[Alert, ...]]:
    """Events that no other night has dealt with, those that were told of another study, and what is to be told."""
    context, review = judgement.context, judgement.decision.review
    emitted, names = ledger.emitted_events(review, context.as_of), names_of(ledger, judgement)
    new_events = not_yet_told(judgement.events, emitted, names)
    earlier = [item for item in ledger.heartbeats(review) if item.as_of < context.as_of]
    previous = [item for item in ledger.decisions(review) if item.decided_at < context.as_of]
    alerts = raise_alerts(
        context=context,
        review_title=judgement.review.protocol.title,
        decision=judgement.decision,
        past=previous,
        events=judgement.events,
        emitted=emitted,
        names=names,
        signals=judgement.signals,
        fired_before=ledger.fired_signals(review, context.as_of),
        freshness=judgement.freshness,
        stale_before=frozenset(earlier[-1].stale_sources) if earlier else frozenset(),
        silent_since=silence_before(ledger, judgement, page),
        render=lambda **told: render_digest(page, told["events"], told["signals"], told["silence"]),
    )
    # A night that is run again after an older one was told of it already, by the key that it had then.
    on_this_night = [item for item in ledger.alerts(review) if item.raised_at == context.as_of]
    again = {item.key for item in alerts if any(_says_the_same(item, other) for other in on_this_night)}
    carried = told_of_another(judgement.events, emitted, names)
    return new_events, carried, tuple(item for item in alerts if item.key not in again)


def _says_the_same(alert: Alert, other: Alert) -> bool:
    told, before = ((item.title, item.event_keys, item.signal_keys, item.grade) for item in (alert, other))
    return alert.key != other.key and told == before


def silence_before(ledger: Ledger, judgement: Judgement, page: ReviewPage) -> datetime | None:
    """The last night before too long a time without any. A replay has only the nights that it is asked for."""
    limits = [item.limit_days for item in judgement.freshness if not item.is_by_hand]
    if page.registries != "live" or not limits:
        return None
    as_of = judgement.context.as_of
    # An attempt of the same day that failed is this night's, begun again.
    begun = [
        run.as_of
        for run in ledger.runs(judgement.decision.review)
        if run.as_of < as_of and (run.as_of.date() < as_of.date() or run.state in ENDED_WELL)
    ]
    return silent_since(begun, as_of, min(limits))


def tell_unfinished(
    settings: Settings, ledger: Ledger, run_id: int, request: NightRequest, channels: Sequence[Channel]
) -> None:
    """Tell of the night before, if it was stopped before it could: an attempt of the same day is only begun again."""
    earlier = [run for run in ledger.runs(request.review) if run.run_id < run_id]
    if earlier and earlier[-1].state not in ENDED_WELL and earlier[-1].as_of.date() < request.as_of.date():
        stopped = msgspec.structs.replace(request, as_of=earlier[-1].as_of)
        tell_failure(settings, ledger, earlier[-1].run_id, stopped, earlier[-1].reason, channels)


def write_outbox(ledger: Ledger, run_id: int, concluded: Concluded, channels: Sequence[Channel]) -> Heartbeat:
    """Write decision, events, alerts and heartbeat to the ledger in one transaction; returns the heartbeat."""
    judgement = concluded.judgement
    beat = heartbeat(
        context=judgement.context,
        review=judgement.decision.review,
        n_new_versions=concluded.page.n_new_versions,
        n_new_events=len(concluded.new_events),
        n_alerts=len(concluded.alerts),
        freshness=judgement.freshness,
        silent_since=silence_before(ledger, judgement, concluded.page),
    )
    ledger.conclude(
        run_id,
        judgement.decision,
        events=(*concluded.new_events, *concluded.carried),
        signals=judgement.signals,
        alerts=concluded.alerts,
        heartbeat=beat,
        channels=[channel.name for channel in channels],
        aliases=judgement.screened.study_of,
        forecasts=kept_of(judgement),
        scores=[item for item in judgement.supplements.forecast_scores if item.scored_at == judgement.context.as_of],
    )
    return beat


def tell_failure(
    settings: Settings, ledger: Ledger, run_id: int, request: NightRequest, reason: str, channels: Sequence[Channel]
) -> None:
    """Tell people once that nights fail in this way. What goes wrong in telling does not hide why the night failed."""
    review, as_of = request.review, request.as_of
    good = [run.as_of for run in ledger.runs(review) if _is_earlier(run, as_of)]
    try:
        alert = failed_night(review, as_of, reason, max(good, default=None))
        ledger.tell(run_id, alert, [channel.name for channel in channels])
        deliver(settings, ledger, failed_heartbeat(review, as_of, reason), channels)
    except Exception as problem:
        log.warning("that the night failed could not be told: %s", in_words(problem))


def deliver(settings: Settings, ledger: Ledger, beat: Heartbeat, channels: Sequence[Channel]) -> tuple[str, ...]:
    """Send what is due on every channel, and put the heartbeat beside it; returns what has not gone out, in sentences.

    One channel that fails holds up no other. What fails is tried again on a later night.
    """
    deliver_pending(ledger, beat.review, channels)
    lacking = [untold(item) for item in ledger.undelivered(beat.review)]
    try:
        write_heartbeat(beat, settings.outbox)
    except OSError as problem:
        lacking.append(f"the heartbeat was not written: {in_words(problem)}")
    for sentence in lacking:
        log.warning("%s", sentence)
    return tuple(lacking)


def untold(delivery: Delivery) -> str:
    """That an alert has not arrived, why, and what to do."""
    key = delivery.alert_key
    resend = f"run 'trialwatch alerts resend {key}'"
    what = f"{resend} to send it on the present ones" if delivery.error == GONE else f"mend that and {resend}"
    return (
        f"alert {key} has not arrived on {delivery.channel}: {delivery.error or 'not yet tried'}; {what}, or take note of"
        " it with 'trialwatch ack'"
    )
