"""What people without a value would change, as it is published: who they are, tipping points, the surface."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from textwrap import fill
from typing import Annotated, Any

import typer
from rich.console import Console

from cli import show
from cli.common import THE_ONLY_REVIEW, AsJson, ReviewName, console, print_json, settings_of
from models.vocabulary import EvidenceSet
from stores.published import published_folder
from stores.snapshot import records

telling_missing = typer.Typer()

_VIEWS = {
    "arms": "out_missing",
    "estimands": "out_missing_estimand",
    "tipping_points": "out_tipping_point",
    "surface": "out_missing_surface",
}
_WIDTH = 80
_MARKS = (("side", "s"), ("no effect", "x"), ("MID", "m"))
"""Changes, the weightiest first, as they are marked in the surface."""

Rows = list[dict[str, Any]]


@telling_missing.command("missing")
def missing_command(
    context: typer.Context,
    review: ReviewName = THE_ONLY_REVIEW,
    analysis: Annotated[str, typer.Option(help="Analysis, as out_analysis names it; all of them without it.")] = "",
    evidence: Annotated[EvidenceSet, typer.Option(help="Set of evidence.")] = EvidenceSet.CONFIRMED,
    as_json: AsJson = False,
) -> None:
    """Tell who has no value in each analysis, and how they must have fared for another answer."""
    warehouse = published_folder(review, settings_of(context)) / "warehouse.duckdb"
    found = {name: records(warehouse, f"SELECT * FROM {view}") for name, view in _VIEWS.items()}
    known = list(dict.fromkeys(row["analysis"] for row in found["arms"]))
    if analysis and analysis not in known:
        raise typer.BadParameter(
            f"{analysis!r} is no analysis with a study: write one of {', '.join(known) or 'none'}",
            param_hint="--analysis",
        )
    chosen = {
        name: [row for row in rows if row["evidence_set"] == evidence and analysis in {"", row["analysis"]}]
        for name, rows in found.items()
    }
    if as_json:
        print_json(chosen)
        return
    out = console()
    for one in dict.fromkeys(row["analysis"] for row in chosen["arms"]):
        _show(one, {name: [row for row in rows if row["analysis"] == one] for name, rows in chosen.items()}, out)
    if not chosen["arms"]:
        out.print(f"no study is pooled in {evidence} evidence")


def _show(analysis: str, found: dict[str, Rows], out: Console) -> None:
    out.print(show.strong(analysis))
    lines = [
        *map(_arm, found["arms"]),
        *map(_estimand, found["estimands"]),
        *_tipping_points(found["tipping_points"]),
    ]
    for line in lines:
        out.print(fill(line, _WIDTH, initial_indent="  ", subsequent_indent="      "))
    if found["surface"]:
        out.print(_surface(found["surface"]))


def _arm(row: dict[str, Any]) -> str:
    """One arm of one study: who is missing, or why nobody can tell."""
    counts = {
        "n_randomised": "randomised",
        "n_started": "started",
        "n_analysed": "with a value",
        "n_missing": "missing",
    }
    told = [f"{row[name]} {words}" for name, words in counts.items() if row[name] is not None]
    told += [] if row["n_died"] is None else [f"of whom {row['n_died']} had died"]
    who = ", ".join(filter(None, (row["study_id"], row["part"], row["subgroup"], row["arm"])))
    return f"{who}: {', '.join([*told, *filter(None, [row['reason']])])}"


def _estimand(row: dict[str, Any]) -> str:
    """One way to ask about those who died or left: its number, or what it lacks."""
    if row["estimate"] is None:
        return f"{row['strategy']}: {row['reason'] or 'not computable'}"
    limits = "" if row["ci_low"] is None else f" ({row['ci_low']:.4g} to {row['ci_high']:.4g})"
    return f"{row['strategy']}: {row['measure']} {row['estimate']:.4g}{limits}"


def _tipping_points(rows: Rows) -> Iterator[str]:
    """For each line of assumptions where each answer changes, or that it does so nowhere."""
    for convention, of_convention in groupby(rows, key=itemgetter("convention")):
        yield f"under {convention} the least change of the missing, intervention and control, that gives another answer"
        for line, points in groupby(of_convention, key=itemgetter("line")):
            yield f"{line}: {'; '.join(map(_tipping_point, points))}"


def _tipping_point(row: dict[str, Any]) -> str:
    if row["size"] is None:
        end = " (the end)" if row["is_whole"] else ""
        return f"{row['question']} nowhere up to {row['furthest']:.4g}{end}"
    mids = "" if row["in_mids"] is None else f" ({row['in_mids']:.3g} MIDs)"
    return f"{row['question']} at {row['delta_intervention']:.4g} and {row['delta_control']:.4g}{mids}"


def _surface(points: Rows) -> str:
    """Assumptions about the control group from left to right, about the intervention group upwards."""
    control = sorted({point["delta_control"] for point in points})
    by_place = {(point["delta_intervention"], point["delta_control"]): point for point in points}
    lines = ["missing of the control group to the right, of the intervention group upwards:"]
    lines += [
        " ".join([f"{up:>8.3g}", *(f"{_mark(by_place[up, right]):>5}" for right in control)]) for up in control[::-1]
    ]
    lines.append(" ".join([" " * 8, *(f"{value:>5.3g}" for value in control)]))
    lines.append("x: another answer to whether no effect is ruled out; s: on its other side;")
    lines.append("m: another answer about the MID")
    return "\n".join(lines)


def _mark(point: dict[str, Any]) -> str:
    return next((mark for change, mark in _MARKS if change in (point["changes"] or [])), ".")
