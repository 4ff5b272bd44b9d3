"""Commands that read what is published and change nothing."""

from typing import Annotated

import msgspec
import typer

from cli import show
from cli.common import (
    FAILED,
    THE_ONLY_REVIEW,
    AsJson,
    ReviewName,
    ReviewOption,
    console,
    now,
    print_json,
    settings_of,
)
from cli.crosscheck import crosscheck_published
from cli.extract import append, candidates, columns_of
from cli.extract import as_text as candidates_text
from cli.history import as_text as history_text
from cli.history import history
from cli.settle import settle
from connectors.strategies import PLATFORMS
from flows.searches import searches, strategy
from models.review import Review, review_named
from reporting.numbers import counted
from stores.published import fingerprint_of, published_folder
from stores.snapshot import query

reading = typer.Typer()


@reading.command("crosscheck")
def crosscheck_command(context: typer.Context, review: ReviewName = THE_ONLY_REVIEW, as_json: AsJson = False) -> None:
    """Recompute every published number that has a second formula, effects with metafor where R has it."""
    found = crosscheck_published(review, settings_of(context))
    confirmation = found.confirmation
    if as_json:
        told = {
            "metafor": found.n_metafor,
            "bayesmeta": found.n_bayesmeta,
            "not_recomputed": confirmation.not_recomputed,
        }
        print_json(confirmation.counts | told | {"disagreements": found.disagreements})
    else:
        for item in found.disagreements:
            console().print(item)
        for item in confirmation.not_recomputed:
            console().print(f"not recomputed: {item}")
        console().print(str(found))
    if found.disagreements:
        raise typer.Exit(FAILED)


@reading.command("sql")
def sql_command(
    context: typer.Context,
    statement: Annotated[str, typer.Argument(help="One SQL statement, read-only.")],
    review: ReviewOption = THE_ONLY_REVIEW,
    as_json: AsJson = False,
) -> None:
    """Query the published warehouse."""
    settings = settings_of(context)
    names, rows = query(published_folder(review, settings) / "warehouse.duckdb", statement)
    if as_json:
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        show.rows(names, rows, console())


@reading.command("fingerprint")
def fingerprint_command(context: typer.Context, review: ReviewName = THE_ONLY_REVIEW, as_json: AsJson = False) -> None:
    """Print one number for the content of the published warehouse."""
    found = fingerprint_of(review, settings_of(context))
    if as_json:
        print_json(msgspec.to_builtins(found))
    else:
        console().print(found.fingerprint)


@reading.command("searches")
def searches_command(
    context: typer.Context,
    review: ReviewName = THE_ONLY_REVIEW,
    platform: Annotated[
        str | None, typer.Option("--for", help=f"The strategy for a platform: {', '.join(PLATFORMS)}.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print each source's query, written from the protocol's one question; as sent they are in out_search."""
    settings = settings_of(context)
    meant = review_named(settings.reviews, review)
    if platform is not None:
        _print_strategy(meant, platform, as_json)
        return
    found = searches(meant, settings)
    if as_json:
        for item in found:
            print_json(msgspec.to_builtins(item))
    else:
        show.searches(found, console())


def _print_strategy(review: Review, platform: str, as_json: bool) -> None:
    if platform not in PLATFORMS:
        raise typer.BadParameter(f"{platform!r} is none of {', '.join(PLATFORMS)}", param_hint="--for")
    written = strategy(review, platform, now().date())
    if as_json:
        print_json(msgspec.to_builtins(written))
    else:
        show.strategy(written, console())


@reading.command("queue")
def queue_command(context: typer.Context, review: ReviewName = THE_ONLY_REVIEW, as_json: AsJson = False) -> None:
    """List what only a person can settle."""
    folder = published_folder(review, settings_of(context))
    names, rows = query(folder / "warehouse.duckdb", "SELECT * FROM out_queue")
    if as_json:
        for row in rows:
            print_json(dict(zip(names, row, strict=True)))
    else:
        show.rows(names, rows, console())


@reading.command("settle")
def settle_command(
    context: typer.Context,
    items: Annotated[list[str], typer.Argument(metavar="ITEM...", help="As 'trialwatch queue' names them.")],
    by: Annotated[str, typer.Option(help="Who has looked at it.")],
    reason: Annotated[str, typer.Option(help="Why nothing is left to do.")],
    review: ReviewOption = THE_ONLY_REVIEW,
) -> None:
    """Close items of the queue that stay as they are, until anything about them changes."""
    path = settle(items, by, reason, review, settings_of(context))
    console().print(f"{path}: {counted(len(items), 'row')} added; the next night leaves out what they settle")


@reading.command("history")
def history_command(
    context: typer.Context,
    identifier: Annotated[
        str, typer.Argument(metavar="ID", help="Study, record or report by a number, or a label of the lists.")
    ],
    review: ReviewOption = THE_ONLY_REVIEW,
    as_json: AsJson = False,
) -> None:
    """Tell a study's life: what happened, when, by whom, in which version."""
    told = history(identifier, review, settings_of(context))
    if as_json:
        print_json(msgspec.to_builtins(told))
    else:
        console().print(history_text(told))


@reading.command("extract")
def extract_command(
    context: typer.Context,
    identifier: Annotated[
        str, typer.Argument(metavar="STUDY", help="Study, record or report by a number, or a label of the lists.")
    ],
    review: ReviewOption = THE_ONLY_REVIEW,
    append_rows: Annotated[bool, typer.Option("--append", help="Add the rows to the review's files.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print rows for extraction.csv and contrasts.csv, ready to paste, from a study's posted results."""
    settings = settings_of(context)
    found, folder = candidates(identifier, review, settings), settings.reviews / review
    if append_rows:
        added = {name: n_rows for name, n_rows in append(found, folder).items() if n_rows}
        for name, n_rows in added.items():
            console().print(f"{folder / name}: {n_rows} rows added; check each against its place and confirm it")
        if not added:
            console().print(f"{found.study_id}: no rows to add")
    if as_json:
        print_json(msgspec.to_builtins(found))
    elif not append_rows:
        console().print(candidates_text(found, *columns_of(folder)))
