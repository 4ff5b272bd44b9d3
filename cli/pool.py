"""The command that pools spreadsheets, and needs no review."""

from pathlib import Path
from typing import Annotated

import typer

from cli.plain import PARTIAL, AsJson, console, print_json
from models.vocabulary import Convention, Interval, Measure, Model
from models.zero_cells import AddTo
from pooling.forest import around, forest, label
from pooling.pool import Analysis, Preset, analyses, record
from pooling.spreadsheet import PoolError
from pooling.wanted import Further, Wanted
from synthesis.tables import ZeroChoice

pooling = typer.Typer()


@pooling.command("pool")
def pool_command(
    files: Annotated[
        list[Path], typer.Argument(help="CSV or .xlsx files with the column names of metafor, meta or RevMan.")
    ],
    measure: Annotated[Measure, typer.Option(help="Effect measure.")],
    model: Annotated[list[Model] | None, typer.Option(help="Pooling model; may be repeated.")] = None,
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
    as_json: AsJson = False,
) -> None:
    """Pool any data; no review is needed."""
    if not 0 < level < 1:
        raise typer.BadParameter(f"{level:g} is no level: give a number between 0 and 1, such as 0.95")
    wanted = Wanted(_further(also or [], group_by), group_by, order_by, smallest_effect, g)
    zero_cells = ZeroChoice(add, to, by_arm, drop_double)
    problems = []
    for path in files:
        try:
            found = analyses(
                path,
                measure,
                model or (),
                interval or (),
                [Convention(item) for item in convention or ()],
                level=level,
                zero_cells=zero_cells,
            )
            more = [_around(analysis, wanted) for analysis in found]
        except PoolError as problem:
            problems.append(problem)
            continue
        if as_json:
            for analysis, around_it in zip(found, more, strict=True):
                print_json(record(analysis) | around_it)
        else:
            text = [around(part, label(analysis)) for analysis, part in zip(found, more, strict=True) if part]
            console().print("\n".join([forest(found), *text, ""]))
    if len(problems) == len(files):
        raise PoolError("\n".join(map(str, problems)))
    for said in problems:
        typer.echo(f"trialwatch: {said}", err=True)
    if problems:
        raise typer.Exit(PARTIAL)


def _around(analysis: Analysis, wanted: Wanted) -> dict[str, object]:
    if not wanted.further:
        return {}
    from pooling.further import further_of  # noqa: PLC0415 (certainty and sequential analysis, for those who ask)

    return further_of(analysis, wanted)


def _further(also: list[Further], group_by: str | None) -> tuple[Further, ...]:
    """What is asked for, a column of groups being a wish for subgroups."""
    return tuple(dict.fromkeys([*([Further.SUBGROUPS] if group_by else []), *also]))
