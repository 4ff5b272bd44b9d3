"""The command line. Prefect is imported only by the commands that orchestrate."""

import logging
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console

from cli import show
from cli.adopt import adopting
from cli.alerts import answering
from cli.check import checking
from cli.common import (
    FAILED,
    PARTIAL,
    REVIEW_HELP,
    THE_ONLY_REVIEW,
    AsJson,
    Plain,
    ReviewName,
    ReviewOption,
    console,
    day_of,
    known_review,
    now,
    print_json,
    settings_of,
)
from cli.draft import drafting
from cli.export import exporting
from cli.forecast import forecasting
from cli.new_review import beginning
from cli.read import reading
from cli.searched import searching
from cli.statements import stating
from cli.status import telling
from connectors import CONNECTORS
from flows import backtest as backtesting
from flows import rebuild as rebuilding
from flows.failures import in_words
from flows.gather import NightRequest
from flows.ingest import ingest
from flows.night import night
from flows.portfolio import ReviewNight, portfolio, worst
from flows.probe import ProbeState, can_be_probed, probe
from models.dates import at_night
from models.review import review_named
from models.reviews import review_names
from models.search import FileSearch
from models.settings import Settings, load_settings
from replay.archive import known_until

log = logging.getLogger("trialwatch")

app = typer.Typer(
    add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False,
    help="Keeps a systematic review alive: from a registry's change to one explained alert.",
)  # fmt: skip
app.add_typer(beginning)
app.add_typer(checking)
app.add_typer(telling)
app.add_typer(reading)
app.add_typer(searching)
app.add_typer(answering)
app.add_typer(adopting)
app.add_typer(exporting)
app.add_typer(forecasting)
app.add_typer(stating)
app.add_typer(drafting)


class Registries(StrEnum):
    LIVE = "live"
    REPLAY = "replay"


class Every(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half-year"
    YEAR = "year"


_PREFECT = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "DO_NOT_TRACK": "1",
}
"""What a Prefect server inside this process needs to be told before it is imported, unless somebody did."""

_MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.HALF_YEAR: 6, Every.YEAR: 12}


def main() -> None:
    """Run the command line; problems that a person can mend are one message and an exit code."""
    try:
        app()
    except Exception as problem:
        log.debug("the command failed", exc_info=True)
        Plain(stderr=True).print(f"trialwatch: {in_words(problem)}")
        sys.exit(FAILED)


@app.callback()
def read_settings(
    context: typer.Context,
    data: Annotated[Path | None, typer.Option(help="Folder that holds all state (TRIALWATCH_DATA).")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Tell each step.")] = False,
) -> None:
    """Read settings from the environment; --data goes before them."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s", stream=sys.stderr)
    logging.getLogger("trialwatch").setLevel(logging.DEBUG if verbose else logging.INFO)
    settings = load_settings()
    settings = replace(settings, data=data) if data else settings
    if settings.data.exists() and not settings.data.is_dir():
        raise typer.BadParameter(f"{settings.data} is not a folder", param_hint="--data or TRIALWATCH_DATA")
    context.obj = settings


@app.command("nightly")
def nightly_command(
    context: typer.Context,
    review: Annotated[str, typer.Argument(help=REVIEW_HELP)] = THE_ONLY_REVIEW,
    as_of: Annotated[str | None, typer.Option(help="Day (YYYY-MM-DD); for live registries only today.")] = None,
    registries: Annotated[Registries, typer.Option(help="Ask the live registries or their replay.")] = Registries.LIVE,
    source: Annotated[list[str] | None, typer.Option(help="Only this source; may be repeated.")] = None,
    every_review: Annotated[
        bool, typer.Option("--all", help="Every review under reviews/, one after the other.")
    ] = False,
    full: Annotated[bool, typer.Option("--full", help="Ask for everything instead of what changed.")] = False,
    new_ledger: Annotated[
        bool,
        typer.Option("--new-ledger", help="Go on without the ledger that was lost: what is published counts as told."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Carry out the nightly run now."""
    settings = settings_of(context)
    if every_review and (review or source):
        raise typer.BadParameter("--all goes without a review and without --source", param_hint="--all")
    names = review_names(settings.reviews) if every_review else (known_review(settings, review),)
    if not names:
        raise typer.BadParameter(f"there is no review under {settings.reviews}", param_hint="--all")
    moment = _moment(as_of, registries)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    request = NightRequest(
        review=names[0],
        as_of=moment,
        registries=registries,
        sources=tuple(source or ()),
        full_sweep=full,
        new_ledger=new_ledger,
    )
    if every_review:
        _leave(_told(portfolio(names, request, settings), as_json))
        return
    _known_sources(settings, names[0], source or [])
    try:
        result = night(request, settings)
    except Exception as problem:
        if as_json:
            print_json({"review": names[0], "state": "failed", "reason": in_words(problem)})
        raise
    if as_json:
        print_json(backtesting.as_json(result))
    else:
        show.night(result, console())
    _leave(result.state)


def _told(nights: Iterable[ReviewNight], as_json: bool) -> str:
    """Tell each review's night as it ends; returns the state that stands for all."""
    ended = []
    for item in nights:
        ended.append(item)
        if as_json:
            told = backtesting.as_json(item.result) if item.result else {"state": item.state, "reason": item.reason}
            print_json({"review": item.review} | told)
        elif item.result:
            show.night(item.result, console())
        else:
            console().print(f"{item.review}: failed: {item.reason}")
    return worst(ended)


@app.command("backtest")
def backtest_command(
    context: typer.Context,
    review: ReviewName = THE_ONLY_REVIEW,
    day: Annotated[list[str] | None, typer.Option("--date", help="Day (YYYY-MM-DD); may be repeated.")] = None,
    every: Annotated[
        Every | None, typer.Option(help="So often since the first published search, or since it is watched.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Carry out the nightly run at past dates, on the replayed registries."""
    settings = settings_of(context)
    dates = [_past(text) for text in day or []]
    if every or not dates:
        dates += backtesting.dates_every(_MONTHS[every or Every.MONTH], review, settings)
    results = backtesting.backtest(review, dates, settings)
    if as_json:
        for result in results:
            print_json(backtesting.as_json(result))
    else:
        show.years(_with_progress(results, len(set(dates))), console())


@app.command("ingest")
def ingest_command(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="Connector slug, e.g. ctgov-classic.")],
    files: Annotated[list[Path], typer.Argument(help="Exports or saved payloads.")],
    database: Annotated[
        str, typer.Option(help="Database of whose search they are the export, e.g. embase; other when of none.")
    ] = "",
    searched_on: Annotated[str | None, typer.Option(help="Day of that search (YYYY-MM-DD).")] = None,
    review: ReviewOption = THE_ONLY_REVIEW,
    as_json: AsJson = False,
) -> None:
    """Load exports or saved payloads as if they had been fetched."""
    settings = settings_of(context)
    if source not in CONNECTORS:
        raise typer.BadParameter(
            f"no source {source!r}; there are {', '.join(sorted(CONNECTORS))}", param_hint="SOURCE"
        )
    search = FileSearch(database=database, on=day_of(searched_on, "--searched-on") if searched_on else None)
    records = ingest(source, files, review, now(), settings, search)
    if as_json:
        for record in records:
            print_json(msgspec.to_builtins(record))
    else:
        show.ingested(records, console())
    if any(record.kind == "rejected" for record in records):
        raise typer.Exit(PARTIAL)


@app.command("rebuild")
def rebuild_command(context: typer.Context, review: ReviewName = THE_ONLY_REVIEW, as_json: AsJson = False) -> None:
    """Rebuild the published warehouse from archive, ledger and review folder."""
    before, after, reason = rebuilding.rebuild(review, settings_of(context))
    differing = sorted(name for name in after.tables if after.tables[name] != before.tables.get(name))
    if as_json:
        told = {
            "fingerprint": after.fingerprint,
            "before": before.fingerprint,
            "differing": differing,
            "reason": reason,
        }
        print_json(told)
    else:
        same = "the same as before" if not differing else f"other than before in {', '.join(differing)}"
        console().print(f"{after.fingerprint}: {same}" + (f"; {reason}" if reason else ""))
    if reason:
        raise typer.Exit(PARTIAL)


@app.command("probe")
def probe_command(
    context: typer.Context,
    source: Annotated[list[str] | None, typer.Option(help="Only this source; may be repeated.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask each live source for one known record."""
    settings = settings_of(context)
    able = [item.slug for item in CONNECTORS.values() if can_be_probed(item, settings)]
    if unknown := set(source or ()) - set(able):
        raise typer.BadParameter(
            f"{', '.join(sorted(unknown))}: sources that can be asked are {', '.join(able)}", param_hint="--source"
        )
    found = probe(now(), settings, source or ())
    if as_json:
        for item in found:
            print_json(msgspec.to_builtins(item))
    else:
        show.probes(found, console())
    if any(item.state is not ProbeState.REACHABLE for item in found):
        raise typer.Exit(PARTIAL)


@app.command("serve")
def serve_command(context: typer.Context) -> None:
    """Run the schedule of prefect.yaml on this machine until it is stopped."""
    # The nights are processes of their own, which read their settings from the environment.
    os.environ["TRIALWATCH_DATA"] = str(context.obj.data)
    for name, value in _PREFECT.items():
        os.environ.setdefault(name, value)
    from flows.surveillance import serve_here  # noqa: PLC0415 (Prefect takes seconds to import)

    serve_here()


def _moment(as_of: str | None, registries: Registries) -> datetime:
    """Live sources are observed now, whatever is asked; a replay has its nights at six in the morning."""
    if registries is Registries.LIVE:
        if as_of and day_of(as_of, "--as-of") != now().date():
            raise typer.BadParameter(
                "live registries answer as of today only; use --registries replay", param_hint="--as-of"
            )
        return now()
    return at_night(_past(as_of, "--as-of") if as_of else known_until())


def _past(text: str, option: str = "--date") -> date:
    """A day that a replay can tell of: what is still to come it does not know."""
    day, last = day_of(text, option), max(known_until(), now().date())
    if day > last:
        raise typer.BadParameter(f"{day} is still to come; the replay ends on {known_until()}", param_hint=option)
    return day


def _known_sources(settings: Settings, review: str, sources: Sequence[str]) -> None:
    if not sources:
        return
    searched = review_named(settings.reviews, review).protocol.by_program
    if unknown := set(sources) - set(searched):
        raise typer.BadParameter(
            f"{', '.join(sorted(unknown))}: the protocol searches {', '.join(searched)}", param_hint="--source"
        )


def _leave(state: str) -> None:
    if state != "done":
        raise typer.Exit(FAILED if state == "failed" else PARTIAL)


@contextmanager
def _progress(total: int) -> Iterator[Any]:
    from rich.progress import Progress  # noqa: PLC0415 (only on a terminal)

    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        yield progress.track(range(total), description="nights")


def _with_progress(results: Iterable[Any], total: int) -> Iterator[Any]:
    with _progress(total) as steps:
        for result, _ in zip(results, steps, strict=False):
            yield result


if __name__ == "__main__":
    main()
