"""What a page or an alert may claim on a night, given how far each source was searched."""

from collections.abc import Sequence

from models.page import ReviewPage
from models.search_day import is_told, search_day
from models.synthesis import SourceFreshness
from models.vocabulary import EventCode, SourceState
from reporting import numbers, words

RESULTS = frozenset({EventCode.RESULTS_POSTED, EventCode.REPORT_LINKED})


def unsearched(freshness: Sequence[SourceFreshness]) -> tuple[SourceFreshness, ...]:
    """Sources that were not searched to the end tonight, or whose last complete search is too old."""
    return tuple(item for item in freshness if item.is_stale or item.state is not SourceState.COMPLETE)


def may_claim_nothing_new(page: ReviewPage) -> bool:
    """Only a night without events, on which every source was searched to the end, may say so."""
    return (
        page.previous_run is not None
        and bool(page.freshness)
        and not page.events_since_run
        and not unsearched(page.freshness)
    )


def news(page: ReviewPage) -> str:
    """One sentence on what the run found since the one before it."""
    versions = numbers.counted(page.n_new_versions, "new record version")
    if page.previous_run is None:
        return f"This is the first run: it read {versions}, and there is no earlier run to compare them with."
    since = words.moment(page.previous_run)
    if page.events_since_run:
        return f"{numbers.counted(len(page.events_since_run), 'event')} and {versions} since the run of {since}."
    if may_claim_nothing_new(page):
        told = f"{versions} brought no event" if page.n_new_versions else "no record has changed"
        return f"Nothing new since the run of {since}: {searched(page)}; {told}."
    missing = words.listed([item.title for item in unsearched(page.freshness)]) or "any source"
    return (
        f"No event was found in what could be searched since the run of {since}. {missing} could not be"
        " searched to the end, so it is not known whether anything happened there."
    )


def searched(page: ReviewPage) -> str:
    """That all was searched, in words no wider than what is followed; for a night on which it was."""
    if not page.protocol.is_written:
        return "every source was asked to its end for the studies that are followed by number"
    if not any(item.is_by_hand for item in page.freshness):
        return "every source that is searched by program was searched to the end"
    which = "every source that is followed" if page.unfollowed else "every source"
    return f"{which} was searched to the end, those that people search by hand within their limits"


def not_followed(page: ReviewPage) -> str:
    """What nobody searches here although the review rests on it, in a sentence or two; '' when there is nothing."""
    if not page.unfollowed:
        return ""
    version = f"the version of {page.baseline.version} was searched there or " if page.baseline.is_published else ""
    return (
        f"Not followed here, though {version}the protocol names it:"
        f" {words.listed(list(page.unfollowed))}. What only they hold is not known."
    )


def because(page: ReviewPage) -> str:
    """Whose results became public since the search of the version in force, or since the review without one is watched.

    By name; '' when nobody's decided.
    """
    labels = words.study_labels(page.baseline)
    reasons = [event for event in page.events_since_version if event.key in page.decision.event_keys]
    results = [event for event in reasons if event.event_code in RESULTS]
    newest = sorted(results, key=lambda event: (event.public_date, event.key), reverse=True)
    names = list(dict.fromkeys(labels.get(event.study_id, event.study_id) for event in newest))
    if not names:
        return ""
    search = words.day(page.baseline.search_date)
    if not page.baseline.is_published:
        return f"Results of {words.listed(names)} have become public since {search}."
    if not is_told(page.baseline):
        return f"Results of {words.listed(names)} became public after {search_day(page.baseline, words.day)}."
    return f"Results of {words.listed(names)} became public after its search of {search}."


def gate(page: ReviewPage) -> str:
    """How many of the estimates that the version in force gives come out of its own data; '' when it gives none."""
    n, good = len(page.comparisons), sum(item.is_reproduced for item in page.comparisons)
    if not n:
        return ""
    version = page.baseline.version
    if n == good:
        which = "The one estimate" if n == 1 else f"All {n} estimates"
        return f"{which} of the version of {version} {'is' if n == 1 else 'are'} reproduced from its own data."
    return f"{good} of {n} estimates of the version of {version} are reproduced from its own data; {n - good} {'is' if n - good == 1 else 'are'} not."


def hand_search(item: SourceFreshness) -> str:
    """When people last searched a database, what it brought, and until when that holds, in one sentence."""
    if item.last_complete_at is None:
        return f"{item.title}: never yet; the limit is {numbers.counted(item.limit_days, 'day')}."
    loading = "" if item.is_day_given else " (taken for the day of the search)"
    brought = "" if item.n_records is None else f", {numbers.counted(item.n_records, 'record')}"
    new = "" if item.n_new is None else f", {numbers.count(item.n_new)} of them new"
    last = f"last on {words.day(item.last_complete_at.date())}{loading}{brought}{new}"
    return (
        f"{item.title}: {last}; the limit is {numbers.counted(item.limit_days, 'day')}, until {words.day(item.due_on)}."
    )


def staleness(item: SourceFreshness) -> str:
    """Why a source cannot be relied on tonight, in one sentence."""
    if item.is_by_hand:
        reason = f" {item.reason[0].upper()}{item.reason[1:]}." if item.reason else ""
        return f"Searched by hand: {hand_search(item)}{reason}"
    state = words.SOURCE_STATES[item.state].lower()
    last = f"last complete search {words.moment(item.last_complete_at)}"
    limit = f"limit {numbers.counted(item.limit_days, 'day')}"
    return f"{item.title}: tonight {state}; {last} ({limit}).{' ' + item.reason if item.reason else ''}"
