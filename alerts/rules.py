"""What is worth telling people, and how soon they should look: at most one digest per review and night."""

import hashlib
import textwrap
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from models.alert import LINE_WIDTH, Alert, Heartbeat
from models.news import Emitted, Names, not_yet_told
from models.screening import Event, RunContext
from models.synthesis import Signal, SourceFreshness, UpdateDecision
from models.vocabulary import AlertGrade, EvidenceSet, SourceState, UpdateStatus

_URGENCY = (AlertGrade.ACTION, AlertGrade.WATCH, AlertGrade.INFO)


def raise_alerts(
    *,
    context: RunContext,
    review_title: str,
    decision: UpdateDecision,
    past: Sequence[UpdateDecision],
    events: Sequence[Event],
    emitted: Collection[Event | Emitted],
    names: Names,
    signals: Sequence[Signal],
    fired_before: frozenset[str],
    freshness: Sequence[SourceFreshness],
    stale_before: frozenset[str],
    silent_since: datetime | None,
    render: Callable[..., tuple[str, str]],
) -> tuple[Alert, ...]:
    """Gather a night's news into one alert, or into none when nothing is new.

    News is: an event that became public after the version in force was searched and that no earlier
    night has dealt with (DESIGN section 9); a signal that was not firing before; another status than
    the previous decision's; a source that has become stale; nights that did not take place. Back-filled events
    are none. What is said of the status after a time of not knowing is measured against what was known before it.

    Parameters
    ----------
    context
        the night
    review_title
        for the message
    decision
        tonight's
    past
        decisions of the nights before, oldest first; a review's first night starts from "Up to date", as a version is
        on the day it is published, or from having no version
    events
        the review's events, all of them or the night's
    emitted
        the events that other nights have dealt with
    names
        what studies and reports are called tonight, by every name under which an event may have been told
    signals
        tonight's, fired or not
    fired_before
        keys of the signals that were firing at the previous decision
    freshness
        every source of the review
    stale_before
        slugs of the sources that were stale at the previous decision
    silent_since
        the last night before too long a time without any; None when nights came as they should
    render
        makes title and body; called with the keywords `review_title`, `as_of`, `grade`, `decision`,
        `previous` decision or None, `events` (most urgent first), `signals` (newly firing), `newly_stale`, `freshness`,
        `silence` (a sentence about nights that did not take place, or '')

    Returns
    -------
    tuple
        None or one. Its key is the same for the same news after the same previous decision, whichever
        run finds it and whenever: a night that is run again says nothing twice, while a signal that
        stops and fires again a year later is news again.
    """
    news = sorted(
        {event.key: event for event in not_yet_told(events, emitted, names) if event.is_news}.values(),
        key=lambda event: (_URGENCY.index(event.grade), event.public_date, event.key),
    )
    fired = sorted(
        (signal for signal in signals if signal.fired and signal.key not in fired_before), key=lambda item: item.key
    )
    newly_stale = sorted(
        (source for source in freshness if source.is_stale and source.source not in stale_before),
        key=lambda item: item.source,
    )
    previous = past[-1] if past else None
    status_before = previous.status if previous else _at_the_start(decision.status)
    turned = [_turn_grade(past, decision.status)] if decision.status != status_before else []
    silence = without_nights(silent_since, context.as_of) if silent_since else ""

    grades = [event.grade for event in news]
    grades += [_signal_grade(signal) for signal in fired]
    grades += turned + [AlertGrade.WATCH] * (len(newly_stale) + bool(silence))
    if not grades:
        return ()
    grade = min(grades, key=_URGENCY.index)

    after = previous.decided_at.isoformat() if previous else "first night"
    keys_told = {item.key for item in emitted}
    # Of two studies that part, the one that keeps the number may meet news of which the key was used for the other.
    told = [f"{event.key} of {event.rests_on}" if event.key in keys_told else event.key for event in news]
    told += [f"{signal.key} after {after}" for signal in fired]
    told += [f"{status_before} to {decision.status} after {after}"] * len(turned)
    told += [f"{source.source} stale since {source.last_complete_at}" for source in newly_stale]
    told += [silence] * bool(silence)

    title, body = render(
        review_title=review_title,
        as_of=context.as_of,
        grade=grade,
        decision=decision,
        previous=previous,
        events=tuple(news),
        signals=tuple(fired),
        newly_stale=tuple(newly_stale),
        freshness=tuple(freshness),
        silence=silence,
    )
    alert = Alert(
        key=_key(decision.review, told),
        review=decision.review,
        grade=grade,
        raised_at=context.as_of,
        title=title,
        body=body,
        event_keys=tuple(event.key for event in news),
        signal_keys=tuple(signal.key for signal in fired),
    )
    return (alert,)


def heartbeat(
    *,
    context: RunContext,
    review: str,
    n_new_versions: int,
    n_new_events: int,
    n_alerts: int,
    freshness: Sequence[SourceFreshness],
    silent_since: datetime | None = None,
) -> Heartbeat:
    """Prove that a night took place. "Nothing new" is said only when every source was searched to its end."""
    unsearched = [source for source in freshness if source.is_stale or source.state is not SourceState.COMPLETE]
    counts = ((n_new_versions, "new record version"), (n_new_events, "new event"), (n_alerts, "alert"))
    found = ", ".join(_count(n, noun) for n, noun in counts)
    if not freshness:
        message = f"No source was searched: whether there is anything new is not known ({found})."
    elif unsearched:
        message = (
            f"Not every source was searched to its end, so there may be more than was found ({found}). "
            + " ".join(_state_of(source) for source in unsearched)
        )
    else:
        is_quiet = not (n_new_versions or n_new_events or n_alerts)
        message = f"{_searched(freshness)}: {'nothing new' if is_quiet else found}."
    if silent_since:
        message += f" {without_nights(silent_since, context.as_of)}"
    return Heartbeat(
        review=review,
        as_of=context.as_of,
        n_new_versions=n_new_versions,
        n_new_events=n_new_events,
        n_alerts=n_alerts,
        stale_sources=tuple(sorted(source.source for source in freshness if source.is_stale)),
        message=message,
    )


def without_nights(since: datetime, until: datetime) -> str:
    """That no night took place for a time, as a sentence."""
    return f"No night took place between {since:%Y-%m-%d %H:%M} and {until:%Y-%m-%d %H:%M} UTC."


def failed_night(review: str, as_of: datetime, reason: str, last_good: datetime | None) -> Alert:
    """A night that failed, as one message. Its key is the same until a night ends well, whatever the reasons."""
    since = (
        f"The last night that was published is that of {last_good:%Y-%m-%d}."
        if last_good
        else "No night has been published yet."
    )
    paragraphs = [
        f"The night of {as_of:%Y-%m-%d %H:%M} UTC failed, and nothing of it is published.",
        f"Why: {reason}.",
        f"{since} Whether anything has happened since is not known.",
        f"What to do: mend what is named above and run 'trialwatch nightly {review}'. Until a night ends well, this"
        " is not said again; 'trialwatch status' tells why the last one failed.",
    ]
    body = "\n\n".join(textwrap.fill(text, LINE_WIDTH, break_long_words=False) for text in paragraphs) + "\n"
    return Alert(
        key=_key(review, [f"failed after {last_good.isoformat() if last_good else 'nothing'}"]),
        review=review,
        grade=AlertGrade.WATCH,
        raised_at=as_of,
        title=f"{UpdateStatus.NOT_KNOWN}: {review} — the night failed",
        body=body,
    )


def failed_heartbeat(review: str, as_of: datetime, reason: str) -> Heartbeat:
    """Proof that a night was tried, and that it says nothing."""
    return Heartbeat(
        review=review,
        as_of=as_of,
        n_new_versions=0,
        n_new_events=0,
        n_alerts=0,
        stale_sources=(),
        message=f"The night failed, so whether there is anything new is not known: {reason}.",
    )


def _at_the_start(first: UpdateStatus) -> UpdateStatus:
    """Status before a review's first night: that there is no version yet is nothing that happened on it."""
    return first if first is UpdateStatus.NOT_PUBLISHED else UpdateStatus.UP_TO_DATE


def _turn_grade(past: Sequence[UpdateDecision], now: UpdateStatus) -> AlertGrade:
    """Action is asked for by what was not known to be so before; not knowing asks somebody to look at a source."""
    known = (item.status for item in reversed(past) if item.status is not UpdateStatus.NOT_KNOWN)
    same = (UpdateStatus.NOT_KNOWN, next(known, UpdateStatus.UP_TO_DATE))
    return AlertGrade.WATCH if now in same else AlertGrade.ACTION


def _signal_grade(signal: Signal) -> AlertGrade:
    """Numbers that a machine took from a registry prepare a decision; people's numbers change it."""
    return AlertGrade.WATCH if signal.evidence_set is EvidenceSet.PROVISIONAL else AlertGrade.ACTION


def _key(review: str, told: Sequence[str]) -> str:
    return hashlib.sha256("\n".join([review, *sorted(told)]).encode()).hexdigest()[:16]


def _searched(freshness: Sequence[SourceFreshness]) -> str:
    """How many sources were searched to the end, those by hand told apart: they were not searched tonight."""
    by_hand = sum(source.is_by_hand for source in freshness)
    searched = f"Searched {_count(len(freshness) - by_hand, 'source')} to the end"
    return f"{searched}, {_count(by_hand, 'database')} searched by hand within the limit" if by_hand else searched


def _state_of(source: SourceFreshness) -> str:
    if source.is_by_hand:
        last = f"last on {source.last_complete_at:%Y-%m-%d}" if source.last_complete_at else "never yet"
        reason = f" ({source.reason})" if source.reason else ""
        return f"{source.title}: searched by hand, {last}, to be searched every {_count(source.limit_days, 'day')}{reason}."
    last = f"last searched to its end on {source.last_complete_at:%Y-%m-%d}" if source.last_complete_at else "never yet"
    stale = f", stale after {_count(source.limit_days, 'day')}" if source.is_stale else ""
    reason = f" ({source.reason})" if source.reason else ""
    return f"{source.title}: tonight {source.state}{reason}; {last}{stale}."


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
