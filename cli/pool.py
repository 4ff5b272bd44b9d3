"""The command that pools spreadsheets, and needs no review."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from cli.plain import PARTIAL, AsJson, console, print_json
from models.vocabulary import Convention, Interval, Measure
from models.zero_cells import AddTo
from pooling.asked import AskedModel, pooled_models
from pooling.forest import Beside, around, forest, label
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
    covariate: Annotated[
        list[str] | None, typer.Option(help="Column for a meta-regression, numbers or words; may be repeated.")
    ] = None,
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
    covariates = tuple(covariate or ())
    wanted = Wanted(
        _further(also or [], group_by, covariates), group_by, order_by, smallest_effect, covariates=covariates, g=g
    )
    zero_cells = ZeroChoice(add, to, by_arm, drop_double)
    models = pooled_models(model or [])
    is_bayes = AskedModel.BAYES in (model or ())
    _can_act_with_bayes(
        is_bayes, bool(prior) or mu_prior != "flat", [] if models else [*(interval or []), *wanted.further]
    )
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
            more = [_around(analysis, wanted) for analysis in found]
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


def _can_act_with_bayes(is_bayes: bool, has_prior: bool, of_estimates: Sequence[str]) -> None:
    """Priors need the Bayesian model, and what is for estimates needs another beside it."""
    if has_prior and not is_bayes:
        raise typer.BadParameter("priors are for --model bayes: name it, too", param_hint="--prior")
    if is_bayes and of_estimates:
        said = f"{', '.join(of_estimates)} cannot act on posteriors: name a model beside bayes, too"
        raise typer.BadParameter(said, param_hint="--model")


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


def _around(analysis: Analysis, wanted: Wanted) -> dict[str, object]:
    if not wanted.further:
        return {}
    from pooling.further import further_of  # noqa: PLC0415 (certainty and sequential analysis, for those who ask)

    return further_of(analysis, wanted)


def _further(also: list[Further], group_by: str | None, covariates: tuple[str, ...]) -> tuple[Further, ...]:
    """What is asked for, a column of groups being a wish for subgroups, and covariates one for a meta-regression."""
    meant = [*([Further.SUBGROUPS] if group_by else []), *([Further.META_REGRESSION] if covariates else [])]
    return tuple(dict.fromkeys([*meant, *also]))
