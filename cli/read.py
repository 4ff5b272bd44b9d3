"""Commands that read what is published, or a spreadsheet, and change nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from cli import show
from cli.common import (
    FAILED,
    PARTIAL,
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
from models.vocabulary import Convention, Interval, Measure
from models.zero_cells import AddTo
from pooling.asked import AskedModel, pooled_models
from pooling.forest import Beside, around, forest, label
from pooling.further import Further, Wanted, further_of
from pooling.pool import Analysis, Preset, analyses, record
from pooling.spreadsheet import PoolError
from reporting.numbers import counted
from stores.published import fingerprint_of, published_folder
from stores.snapshot import query
from synthesis.tables import ZeroChoice

reading = typer.Typer()


@reading.command("pool")
def pool_command(
    files: Annotated[list[Path], typer.Argument(help="CSV files with metafor's column names.")],
    measure: Annotated[Measure, typer.Option(help="Effect measure.")],
    model: Annotated[list[AskedModel] | None, typer.Option(help="Pooling model; may be repeated.")] = None,
    interval: Annotated[list[Interval] | None, typer.Option(help="Confidence interval; may be repeated.")] = None,
    convention: Annotated[list[Preset] | None, typer.Option(help="Preset; may be repeated.")] = None,
    level: Annotated[float, typer.Option(help="Confidence level, between 0 and 1.")] = 0.95,
    add: Annotated[float | None, typer.Option(min=0, help="Continuity correction added to each cell.")] = None,
    to: Annotated[AddTo | None, typer.Option(help="Which tables are corrected.")] = None,
    by_arm: Annotated[
        bool | None, typer.Option("--by-arm/--equal", help="Correct each arm by its size, or all cells alike.")
    ] = None,
    drop_double: Annotated[
        bool | None,
        typer.Option("--drop-double/--keep-double", help="Studies where nobody, or everybody, had the event."),
    ] = None,
    also: Annotated[list[Further] | None, typer.Option(help="What else to compute; may be repeated.")] = None,
    group_by: Annotated[str | None, typer.Option(help="Column that names each study's subgroup.")] = None,
    order_by: Annotated[str | None, typer.Option(help="Column that puts studies in order, such as year.")] = None,
    smallest_effect: Annotated[
        float | None, typer.Option(help="Smallest effect that matters: relative reduction of risk, or difference.")
    ] = None,
    g: Annotated[
        float | None, typer.Option(help="Variance of the effects that --also anytime bets on, on the analysis scale.")
    ] = None,
    prior: Annotated[
        list[str] | None,
        typer.Option(help="Prior of tau for --model bayes, such as 'HN(0.5)'; may be repeated, three by default."),
    ] = None,
    mu_prior: Annotated[str, typer.Option(help="Prior of the mean effect: flat, or 'N(0; 4^2)'.")] = "flat",
    as_json: AsJson = False,
) -> None:
    """Pool any data; no review is needed."""
    if not 0 < level < 1:
        raise typer.BadParameter(f"{level:g} is no level: give a number between 0 and 1, such as 0.95")
    wanted = Wanted(_further(also or [], group_by), group_by, order_by, smallest_effect, g)
    zero_cells = ZeroChoice(add, to, by_arm, drop_double)
    models = pooled_models(model or [])
    is_bayes = AskedModel.BAYES in (model or ())
    if (prior or mu_prior != "flat") and not is_bayes:
        raise typer.BadParameter("priors are for --model bayes: name it, too", param_hint="--prior")
    problems = []
    for path in files:
        try:
            found = analyses(
                path,
                measure,
                models,
                interval or (),
                [Convention(item) for item in convention or ()],
                level=level,
                zero_cells=zero_cells,
            )
            more = [further_of(analysis, wanted) for analysis in found]
            beside = _beliefs(found, prior or (), mu_prior) if is_bayes else _Beside()
        except PoolError as problem:
            problems.append(problem)
            continue
        if as_json:
            if models or not is_bayes:
                for analysis, around_it in zip(found, more, strict=True):
                    print_json(record(analysis) | around_it)
            for row in beside.rows:
                print_json(row)
        else:
            text = [around(part, label(analysis)) for analysis, part in zip(found, more, strict=True) if part]
            console().print("\n".join([forest(found, beside=beside.lines), *text, ""]))
    if len(problems) == len(files):
        raise PoolError("\n".join(map(str, problems)))
    for said in problems:
        typer.echo(f"trialwatch: {said}", err=True)
    if problems:
        raise typer.Exit(PARTIAL)


@dataclass(frozen=True)
class _Beside:
    """Posteriors beside what is pooled: rows of JSON, and lines of a forest plot."""

    rows: tuple[dict[str, object], ...] = ()
    lines: tuple[Beside, ...] = ()


def _beliefs(found: Sequence[Analysis], priors: Sequence[str], mu_prior: str) -> _Beside:
    """Posteriors of the studies of one file, once for each convention; loaded only when asked for."""
    from pooling.bayes import Beliefs, believed_of, line_of, record_of  # noqa: PLC0415

    beliefs = Beliefs.named(priors, mu_prior)
    first = {analysis.choice.convention: analysis for analysis in reversed(found)}
    items = [item for analysis in reversed(first.values()) for item in believed_of(analysis, beliefs)]
    return _Beside(tuple(map(record_of, items)), tuple(map(line_of, items)))


def _further(also: list[Further], group_by: str | None) -> tuple[Further, ...]:
    """What is asked for, a column of groups being a wish for subgroups."""
    return tuple(dict.fromkeys([*([Further.SUBGROUPS] if group_by else []), *also]))


@reading.command("crosscheck")
def crosscheck_command(context: typer.Context, review: ReviewName = THE_ONLY_REVIEW, as_json: AsJson = False) -> None:
    """Recompute every published pooled effect and look with mpmath, effects with metafor where R has it."""
    found = crosscheck_published(review, settings_of(context))
    disagreements = [str(item) for item in found.disagreements]
    if as_json:
        print_json(
            {
                "effects": found.n_effects,
                "looks": found.n_looks,
                "posteriors": found.n_posteriors,
                "metafor": found.n_metafor,
                "disagreements": disagreements,
            }
        )
    else:
        for item in disagreements:
            console().print(item)
        metafor = "metafor is not installed" if found.n_metafor is None else f"{found.n_metafor} of them by metafor"
        console().print(
            f"{found.n_effects} effects, {found.n_looks} looks and {found.n_posteriors} posteriors recomputed, {metafor}; {len(disagreements)} not confirmed"
        )
    if disagreements:
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
