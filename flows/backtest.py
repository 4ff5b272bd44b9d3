"""The nightly run at past dates, on the replayed registries: what a living review would have known, and when."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import msgspec

from flows.gather import NightRequest
from flows.night import NightResult, night
from models.dates import add_months, at_night
from models.review import review_named
from models.settings import Settings
from models.vocabulary import StudyList
from replay.archive import known_until
from stores.claim import REPLAY, claim, empty_replay
from stores.lock import run_lock


def backtest(review: str, dates: Sequence[date], settings: Settings) -> Iterator[NightResult]:
    """Run the given nights in order of date, from an empty data folder.

    A folder that is marked as a replay is emptied first of what we made: a replay can always be made again. Alerts go to the
    file channel only.

    Raises
    ------
    ReviewError
        If the review folder cannot be read; nothing is touched then.
    ClaimError
        If the data folder holds anything that is not marked as a replay by us; nothing is touched then.
    """
    settings = replace(settings, ledger_url="", channels=(), base_urls={})
    review_named(settings.reviews, review)
    _empty(settings)
    for day in sorted(set(dates)):
        yield night(NightRequest(review=review, as_of=at_night(day), registries="replay"), settings)


def dates_every(months: int, review: str, settings: Settings) -> list[date]:
    """The published search dates, the archive's end, and every so many months between the first and the last.

    A review without a published version begins with the day since which it is watched.
    """
    read = review_named(settings.reviews, review)
    searches = [version.search_date for version in read.versions]
    searched = {day for day in (read.protocol.watched_from, *searches) if day}
    first, last = min(searched), known_until()
    span = (last.year - first.year) * 12 + last.month - first.month
    steps = (add_months(first, n) for n in range(0, span + 1, months))
    return sorted({day for day in steps if day <= last} | searched | {last})


def as_json(result: NightResult) -> dict[str, Any]:
    """One night as the object that ``backtest --json`` prints."""
    judgement = result.judgement
    of_list: dict[StudyList, list[str]] = {name: [] for name in StudyList}
    for status in judgement.statuses:
        of_list[status.list].append(status.study_id)
    included = [status for status in judgement.statuses if status.list is StudyList.INCLUDED]
    new = {event.key for event in result.new_events}
    return {
        "as_of": judgement.context.today,
        "included": len(included),
        "included_studies": of_list[StudyList.INCLUDED],
        "participants": sum(status.numbers.n_randomised or 0 for status in included),
        "ongoing": of_list[StudyList.ONGOING],
        "awaiting": of_list[StudyList.AWAITING],
        "excluded": len(of_list[StudyList.EXCLUDED]),
        "states": {
            status.study_id: status.state
            for status in judgement.statuses
            if status.list not in {StudyList.EXCLUDED, StudyList.SCREENED_OUT}
        },
        "pooled": [_every_field(effect) for effect in judgement.effects if effect.k],
        "forecast": [
            {name: getattr(status, name) for name in _FORECAST}
            for status in sorted(
                judgement.statuses, key=lambda item: (item.is_start_late, item.completion_date or "9999")
            )
            if status.list is StudyList.ONGOING
        ],
        "events": [{**_every_field(event), "event_key": event.key} for event in judgement.events if event.key in new],
        "signals": [_every_field(signal) for signal in judgement.signals],
        "decision": _every_field(judgement.decision),
        "alerts": [{"key": alert.key, "grade": alert.grade, "title": alert.title} for alert in result.alerts],
        "queue": [{"item": item.item, **_every_field(item)} for item in judgement.queue],
        "new_versions": result.page.n_new_versions,
        "state": result.state,
        "reason": result.reason,
        "undelivered": result.undelivered,
    }


_FORECAST = ("study_id", "state", "planned_participants", "completion_date", "is_start_late")


def _every_field(item: msgspec.Struct) -> dict[str, Any]:
    """An item with the same keys every time, also those of fields that are at their defaults."""
    return {name: msgspec.to_builtins(value) for name, value in msgspec.structs.asdict(item).items()}


def _empty(settings: Settings) -> None:
    settings.data.mkdir(parents=True, exist_ok=True)
    with run_lock(settings.data / "run.lock"):
        empty_replay(settings)
        claim(settings.archive, REPLAY)
