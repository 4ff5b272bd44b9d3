"""How a review stands now: the decision in force, held against the clock, and what waits for a person.

What a night published is what was known on that night. Whether it still is depends on when it is read, so sources,
missing nights and the status itself are asked of the clock, and the exit code is 0 only when all of it is fresh.
"""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import typer
from rich.console import Console

from cli.common import PARTIAL, THE_ONLY_REVIEW, AsJson, ReviewName, console, now, print_json, settings_of
from cli.show import strong
from flows.conclude import untold
from flows.searches import freshness_now, unfollowed
from judging.freshness import is_over, nights_missing, standing
from models.folder_files import ReviewError
from models.review import review_named
from models.settings import Settings
from models.synthesis import SourceFreshness
from models.vocabulary import SourceState
from reporting.claims import hand_search, staleness
from reporting.numbers import counted
from stores.ledger import Ledger, Run
from stores.loaded_files import files_published
from stores.lock import is_held
from stores.published import NothingPublished, published_folder
from stores.snapshot import records

telling = typer.Typer()

_LONGEST_NIGHT = timedelta(hours=12)
"""A run on another machine, which shares the ledger and not the folder, may be at work for so long."""
_ENDED_WELL = ("done", "partial")


@telling.command("status")
def status_command(context: typer.Context, review: ReviewName = THE_ONLY_REVIEW, as_json: AsJson = False) -> None:
    """Tell the decision in force, the sources' freshness as of now, and what waits for a person."""
    report = status_of(review, settings_of(context), now())
    if as_json:
        print_json(report)
    else:
        _print(report, console())
    if report["problems"]:
        raise typer.Exit(PARTIAL)


def status_of(review: str, settings: Settings, moment: datetime) -> dict[str, Any]:
    """Decision in force, sources, open questions and deliveries, as of a moment.

    Parameters
    ----------
    review : name of its folder
    settings : where state and reviews are
    moment : the clock, UTC

    Returns
    -------
    dict
        `problems` tells in sentences why not all is fresh and done; it is empty when it is.
    """
    with Ledger(settings.ledger) as ledger:
        runs = tuple(_as_it_is(run, settings, moment) for run in ledger.runs(review))
        beats = ledger.heartbeats(review)
        try:
            folder = published_folder(review, settings)
        except NothingPublished as problem:
            raise NothingPublished(f"{problem}{_last_failure(runs)}") from None
        alerts = len(ledger.alerts(review))
        undelivered = ledger.undelivered(review)
        decisions = [item for item in ledger.decisions(review) if item.decided_at <= moment]
        freshness, faults = _freshness(review, settings, ledger, folder, moment)
    decision = standing(decisions[-1], freshness, moment) if decisions else None
    missing = nights_missing([run.as_of for run in runs if run.state in _ENDED_WELL], moment)
    problems = [*faults, *_of_sources(freshness), *_of_nights(runs, missing)]
    problems += [untold(item) for item in undelivered]
    return {
        "published": str(folder.resolve()),
        "as_of": moment,
        "status": decision.status if decision else None,
        "decision": [msgspec.to_builtins(decision)] if decision else [],
        "sources": [msgspec.structs.asdict(item) for item in sorted(freshness, key=lambda item: item.source)],
        "unfollowed": _unfollowed(review, settings, freshness),
        "lists": _table(folder, "SELECT list, count(*) AS n FROM out_study GROUP BY list ORDER BY list"),
        "queue": _table(folder, "SELECT * FROM out_queue"),
        "heartbeat": msgspec.to_builtins(beats[-1]) if beats else None,
        "last_run": msgspec.to_builtins(runs[-1]) if runs else None,
        "missing_nights": missing,
        "n_alerts": alerts,
        "undelivered": [msgspec.to_builtins(item) for item in undelivered],
        "problems": problems,
    }


def _as_it_is(run: Run, settings: Settings, moment: datetime) -> Run:
    """A run that was killed still stands as running in the ledger: it is, only while somebody holds the folder."""
    is_elsewhere = bool(settings.ledger_url) and moment - run.started_at < _LONGEST_NIGHT
    if run.state != "running" or is_elsewhere or is_held(settings.data / "run.lock"):
        return run
    return msgspec.structs.replace(run, state="interrupted")


def _freshness(
    review: str, settings: Settings, ledger: Ledger, folder: Path, moment: datetime
) -> tuple[tuple[SourceFreshness, ...], list[str]]:
    """Of each source as of a moment; where the review folder cannot be read, by what its last night required."""
    try:
        files = files_published(folder / "warehouse.duckdb")
        return freshness_now(review_named(settings.reviews, review), ledger, moment, files), []
    except ReviewError as problem:
        published = [
            msgspec.convert(_aware(row), SourceFreshness)
            for row in _table(folder, "SELECT * FROM out_source_freshness")
        ]
        aged = [
            msgspec.structs.replace(item, is_overdue=is_overdue, is_stale=item.is_stale or is_overdue)
            for item in published
            for is_overdue in [is_over(item.last_complete_at, item.limit_days, moment, is_by_hand=item.is_by_hand)]
        ]
        return tuple(aged), [f"the review folder cannot be read: {problem}"]


def _unfollowed(review: str, settings: Settings, freshness: tuple[SourceFreshness, ...]) -> tuple[str, ...]:
    """What nobody searches here although the review rests on it; nothing is said where its folder cannot be read."""
    try:
        return unfollowed(review_named(settings.reviews, review), freshness)
    except ReviewError:
        return ()


def _aware(row: dict[str, Any]) -> dict[str, Any]:
    known = {
        name: value for name, value in row.items() if value is not None or name in {"last_complete_at", "n_expected"}
    }
    return {name: f"{value.isoformat()}Z" if isinstance(value, datetime) else value for name, value in known.items()}


def _of_sources(freshness: tuple[SourceFreshness, ...]) -> list[str]:
    told = []
    for item in freshness:
        since = f"{item.last_complete_at:%Y-%m-%d %H:%M} UTC" if item.last_complete_at else ""
        if item.is_by_hand:
            told += [staleness(item)] if item.is_stale else []
        elif item.is_overdue:
            told.append(
                f"{item.title}: " + (f"not searched to the end since {since}" if since else "never searched to the end")
            )
        elif item.state is not SourceState.COMPLETE:
            told.append(f"{item.title}: last search {item.state} ({item.reason}); known until {since}")
    return told


def _of_nights(runs: tuple[Run, ...], missing: tuple[date, ...]) -> list[str]:
    told = []
    good = [run for run in runs if run.state in _ENDED_WELL]
    if missing:
        which = f"{missing[0]} to {missing[-1]}" if len(missing) > 1 else str(missing[0])
        last = f" since {good[-1].as_of:%Y-%m-%d %H:%M} UTC" if good else ""
        told.append(f"nothing was checked{last}: {counted(len(missing), 'night')} missing, {which}")
    if runs and runs[-1].state not in _ENDED_WELL:
        told.append(_last_failure(runs).removeprefix("; "))
    return told


def _last_failure(runs: tuple[Run, ...]) -> str:
    """What became of the last night, where it did not end well. A night that is not over is told as what it is."""
    if not runs or runs[-1].state in _ENDED_WELL:
        return ""
    run = runs[-1]
    how = {"failed": f"failed: {run.reason or 'no reason was kept'}", "running": "has begun and not ended"}
    return f"; the night of {run.as_of:%Y-%m-%d %H:%M} UTC {how.get(run.state, 'was interrupted')}"


def _print(report: dict[str, Any], console: Console) -> None:
    """The same for people."""
    for decision in report["decision"]:
        console.print(strong(decision["status"], f": {decision['rationale']}"))
        console.print(decision["explanation"])
    for problem in report["problems"]:
        console.print(problem)
    for source in report["sources"]:
        word = "OVERDUE" if source["is_overdue"] else "STALE" if source["is_stale"] else "fresh"
        console.print(f"{source['title']}: {word}, {_last(source)}")
    if report["unfollowed"]:
        console.print(f"not followed: {', '.join(report['unfollowed'])}")
    console.print(", ".join(f"{row['list']} {row['n']}" for row in report["lists"]))
    if report["heartbeat"]:
        night = str(report["heartbeat"]["as_of"])[:10]
        console.print(f"night of {night}: {report['heartbeat']['message']}")
    console.print(f"{counted(report['n_alerts'], 'alert')}, {len(report['undelivered'])} not delivered")
    for item in report["queue"]:
        value = f" [{item['value']}]" if item["value"] and item["value"] not in item["reason"] else ""
        console.print(f"for a person ({item['item']}): {item['subject']}: {item['reason']}{value}: {item['action']}")


def _last(source: dict[str, Any]) -> str:
    """Until when a source is known, in words; of a search by hand, what it brought."""
    if source["is_by_hand"]:
        told = hand_search(SourceFreshness(**source))
        return f"searched by hand, {told.removeprefix(source['title'] + ': ')}"
    last = source["last_complete_at"]
    return f"{source['state']}, last complete {f'{last:%Y-%m-%d %H:%M} UTC' if last else 'never'}"


def _table(folder: Path, statement: str) -> list[dict[str, Any]]:
    return records(folder / "warehouse.duckdb", statement)
