"""What a page or an alert may claim on a night, given how far each source was searched."""

from collections.abc import Sequence

from models.page import ReviewPage
from models.synthesis import SourceFreshness
from models.vocabulary import EventCode, SourceState
from reporting import numbers, words

_RESULTS = frozenset({EventCode.RESULTS_POSTED, EventCode.REPORT_LINKED})


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
        return f"Nothing new since the run of {since}: every source was searched to the end; {told}."
    missing = words.listed([item.title for item in unsearched(page.freshness)]) or "any source"
    return (
        f"No event was found in what could be searched since the run of {since}. {missing} could not be"
        " searched to the end, so it is not known whether anything happened there."
    )


def because(page: ReviewPage) -> str:
    """Whose results became public since the version in force was searched, by name; '' when nobody's decided."""
    labels = words.study_labels(page.baseline)
    reasons = [event for event in page.events_since_version if event.key in page.decision.event_keys]
    results = [event for event in reasons if event.event_code in _RESULTS]
    newest = sorted(results, key=lambda event: (event.public_date, event.key), reverse=True)
    names = list(dict.fromkeys(labels.get(event.study_id, event.study_id) for event in newest))
    if not names:
        return ""
    search = words.day(page.baseline.search_date)
    return f"Results of {words.listed(names)} became public after its search of {search}."


def staleness(item: SourceFreshness) -> str:
    """Why a source cannot be relied on tonight, in one sentence."""
    state = words.SOURCE_STATES[item.state].lower()
    last = f"last complete search {words.moment(item.last_complete_at)}"
    limit = f"limit {numbers.counted(item.limit_days, 'day')}"
    return f"{item.title}: tonight {state}; {last} ({limit}).{' ' + item.reason if item.reason else ''}"
