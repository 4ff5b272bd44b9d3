"""Commands that read what is published, or a spreadsheet, and change nothing."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from flows import show
from flows.cli_common import DEFAULT_REVIEW, FAILED, AsJson, ReviewName, ReviewOption, console, print_json, settings_of
from flows.crosscheck import crosscheck_published
from flows.extract import as_text as candidates_text
from flows.extract import candidates
from flows.forest import forest
from flows.history import as_text as history_text
from flows.history import history
from flows.pool import analyses, record
from flows.rebuild import fingerprint_of, published_folder
from flows.searches import searches
from models.review import load_review
from models.vocabulary import Convention, Interval, Measure, Model
from stores.snapshot import query

reading = typer.Typer()


@reading.command("pool")
def pool_command(
    files: Annotated[list[Path], typer.Argument(help="CSV files with metafor's column names.")],
    measure: Annotated[Measure, typer.Option(help="Effect measure.")],
    model: Annotated[list[Model] | None, typer.Option(help="Pooling model; may be repeated.")] = None,
    interval: Annotated[list[Interval] | None, typer.Option(help="Confidence interval; may be repeated.")] = None,
    convention: Annotated[list[Convention] | None, typer.Option(help="Preset; may be repeated.")] = None,
    level: Annotated[float, typer.Option(help="Confidence level.")] = 0.95,
    as_json: AsJson = False,
) -> None:
    """Pool any data; no review is needed."""
    found = analyses(files, measure, model or (), interval or (), convention or (), level=level)
    if as_json:
        for analysis in found:
            print_json(record(analysis))
    else:
        console().print(forest(found), markup=False)


@reading.command("crosscheck")
def crosscheck_command(context: typer.Context, review: ReviewName = DEFAULT_REVIEW, as_json: AsJson = False) -> None:
    """Recompute every published pooled effect with mpmath, and with metafor where R has it."""
    found = crosscheck_published(review, settings_of(context))
    disagreements = [str(item) for item in found.disagreements]
    if as_json:
        print_json({"effects": found.n_effects, "metafor": found.n_metafor, "disagreements": disagreements})
    else:
        for item in disagreements:
            console().print(item, markup=False)
        metafor = "metafor is not installed" if found.n_metafor is None else f"{found.n_metafor} of them by metafor"
        console().print(f"{found.n_effects} effects recomputed, {metafor}; {len(disagreements)} not confirmed")
    if disagreements:
        raise typer.Exit(FAILED)


@reading.command("status")
def status_command(context: typer.Context, review: ReviewName = DEFAULT_REVIEW, as_json: AsJson = False) -> None:
    """Tell the decision in force, the sources' freshness, and what waits for a person."""
    settings = settings_of(context)
    report = show.status_of(review, settings)
    if as_json:
        print_json(report)
    else:
        show.status(report, console())


@reading.command("sql")
def sql_command(
    context: typer.Context,
    statement: Annotated[str, typer.Argument(help="One SQL statement, read-only.")],
    review: ReviewOption = DEFAULT_REVIEW,
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
def fingerprint_command(context: typer.Context, review: ReviewName = DEFAULT_REVIEW, as_json: AsJson = False) -> None:
    """Print one number for the content of the published warehouse."""
    found = fingerprint_of(review, settings_of(context))
    if as_json:
        print_json(msgspec.to_builtins(found))
    else:
        console().print(found.fingerprint)


@reading.command("searches")
def searches_command(context: typer.Context, review: ReviewName = DEFAULT_REVIEW, as_json: AsJson = False) -> None:
    """Print each source's query, written from the protocol's one question; as sent they are in out_search."""
    settings = settings_of(context)
    found = searches(load_review(settings.reviews / review), settings)
    if as_json:
        for item in found:
            print_json(msgspec.to_builtins(item))
    else:
        show.searches(found, console())


@reading.command("queue")
def queue_command(context: typer.Context, review: ReviewName = DEFAULT_REVIEW, as_json: AsJson = False) -> None:
    """List what only a person can settle."""
    folder = published_folder(review, settings_of(context))
    names, rows = query(folder / "warehouse.duckdb", "SELECT * FROM out_queue ORDER BY kind, subject, reason")
    if as_json:
        for row in rows:
            print_json(dict(zip(names, row, strict=True)))
    else:
        show.rows(names, rows, console())


@reading.command("history")
def history_command(
    context: typer.Context,
    identifier: Annotated[str, typer.Argument(metavar="ID", help="Study, record or report, e.g. NCT03280056.")],
    review: ReviewOption = DEFAULT_REVIEW,
    as_json: AsJson = False,
) -> None:
    """Tell a study's life: what happened, when, by whom, in which version."""
    told = history(identifier, review, settings_of(context))
    if as_json:
        print_json(msgspec.to_builtins(told))
    else:
        console().print(history_text(told), markup=False)


@reading.command("extract")
def extract_command(
    context: typer.Context,
    identifier: Annotated[str, typer.Argument(metavar="STUDY", help="Study or record, e.g. NCT03280056.")],
    review: ReviewOption = DEFAULT_REVIEW,
    as_json: AsJson = False,
) -> None:
    """Print rows for extraction.csv, ready to paste, from a study's posted results."""
    found = candidates(identifier, review, settings_of(context))
    if as_json:
        print_json(msgspec.to_builtins(found))
    else:
        console().print(candidates_text(found), markup=False)
