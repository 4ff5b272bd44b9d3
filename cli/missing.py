"""What people without a value would change, as it is published: who they are, tipping points, the surface."""

from typing import Annotated, Any

import typer
from rich.console import Console

from cli import show
from cli.common import THE_ONLY_REVIEW, AsJson, ReviewName, console, print_json, settings_of
from models.vocabulary import EvidenceSet
from stores.published import published_folder
from stores.snapshot import query

telling_missing = typer.Typer()

_VIEWS = {
    "arms": "out_missing",
    "estimands": "out_missing_estimand",
    "tipping_points": "out_tipping_point",
    "surface": "out_missing_surface",
}
_PLACE = ("evidence_set", "analysis", "comparison", "outcome", "timepoint")
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
    found: dict[str, Rows] = {}
    for name, view in _VIEWS.items():
        names, rows = query(warehouse, f"SELECT * FROM {view}")
        found[name] = [dict(zip(names, row, strict=True)) for row in rows]
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
    for name, rows in found.items():
        if rows and name != "surface":
            columns = [column for column in rows[0] if column not in _PLACE]
            show.rows(columns, [[_short(row[column]) for column in columns] for row in rows], out)
    if found["surface"]:
        out.print(_surface(found["surface"]))


def _short(value: Any) -> Any:
    """A number as a table has room for it; JSON has all of its digits."""
    return f"{value:.4g}" if isinstance(value, float) else value


def _surface(points: Rows) -> str:
    """Assumptions about the control group from left to right, about the intervention group upwards."""
    control = sorted({point["delta_control"] for point in points})
    by_place = {(point["delta_intervention"], point["delta_control"]): point for point in points}
    lines = ["missing of the control group to the right, of the intervention group upwards:"]
    lines += [
        " ".join([f"{up:>8.3g}", *(f"{_mark(by_place[up, right]):>5}" for right in control)]) for up in control[::-1]
    ]
    lines.append(" ".join([" " * 8, *(f"{value:>5.3g}" for value in control)]))
    lines.append(
        "x: another answer to whether no effect is ruled out; s: on its other side; m: another answer about the MID"
    )
    return "\n".join(lines)


def _mark(point: dict[str, Any]) -> str:
    return next((mark for change, mark in _MARKS if change in (point["changes"] or [])), ".")
