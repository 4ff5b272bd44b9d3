"""What ongoing trials could do to the review, and how good earlier forecasts were."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console

from cli.common import THE_ONLY_REVIEW, AsJson, ReviewName, console, print_json, settings_of
from cli.show import strong
from models.chance import chance
from models.vocabulary import Rule
from reporting.forecast import MEASURED, month, rule_chance
from reporting.numbers import counted, effect, interval
from stores.published import published_folder
from stores.snapshot import records

forecasting = typer.Typer()

_TRIALS = "SELECT * FROM out_forecast"
_EFFECTS = "SELECT e.* FROM out_forecast_effect AS e JOIN out_analysis AS a USING (analysis)"
_SCORES = "SELECT * FROM out_forecast_score ORDER BY scored_at, study_id, analysis, convention"
_RULES = (Rule.S1, Rule.S2, Rule.S3, Rule.S4, Rule.S5, Rule.S6)


@forecasting.command("forecast")
def forecast_command(
    context: typer.Context,
    review: ReviewName = THE_ONLY_REVIEW,
    scores: Annotated[
        bool, typer.Option("--scores", help="How good kept forecasts were, of trials that reported.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Tell when each ongoing trial reports, and what it would do to each analysis."""
    warehouse = published_folder(review, settings_of(context)) / "warehouse.duckdb"
    if scores:
        found = records(warehouse, _SCORES)
        if as_json:
            for row in found:
                print_json(row)
        else:
            _print_scores(found, console())
        return
    trials, effects = records(warehouse, _TRIALS), records(warehouse, _EFFECTS)
    if as_json:
        for trial in trials:
            own = [item for item in effects if item["study_id"] == trial["study_id"]]
            print_json(trial | {"effects": own})
        return
    out = console()
    if not trials:
        out.print("no ongoing eligible trial is known")
    for trial in trials:
        _print_trial(trial, [item for item in effects if item["study_id"] == trial["study_id"]], out)


def _print_trial(trial: dict[str, Any], effects: Sequence[dict[str, Any]], out: Console) -> None:
    planned = trial["planned_participants"]
    of = f"{planned} participants planned" if planned else "how many participants it plans is not registered"
    out.print(strong(trial["study_id"], f"  {trial['title']} ({of})"))
    if trial["results_median"]:
        low50, high50, low90, high90 = (
            month(trial[f"results_{name}"]) for name in ("low50", "high50", "low90", "high90")
        )
        out.print(f"  results between {low50} and {high50} (50%), {low90} and {high90} (90%), if there ever are any")
        within = f"within {trial['results_horizon_months']} months of its end"
        out.print(
            f"  chance that results become public {within}: {chance(trial['results_chance'])} ({trial['delay_from']})"
        )
        out.print(f"  its end: {trial['slippage_from']}")
    else:
        out.print(f"  when it reports is not known: {trial['results_unknown']}")
    for doubt in trial["results_doubts"] or ():
        out.print(f"  the date: {doubt}")
    for analysis, parts in _by_analysis(effects).items():
        out.print(f"  {analysis}:")
        for line in lines_of_conventions(parts):
            out.print(f"    {line}")
    silent = [item for item in effects if item["chance_excludes"] is None]
    for reason in dict.fromkeys(item["unknown"] for item in silent):
        names = dict.fromkeys(item["analysis"] for item in silent if item["unknown"] == reason)
        out.print(f"  {reason}: {', '.join(names)}")


def _by_analysis(effects: Sequence[dict[str, Any]]) -> dict[str, dict[str, list[str]]]:
    """What each convention says of each analysis, part by part."""
    found: dict[str, dict[str, list[str]]] = {}
    for item in effects:
        if item["chance_excludes"] is not None:
            found.setdefault(item["analysis"], {})[item["convention"]] = _parts(item)
    return found


def lines_of_conventions(parts: Mapping[str, Sequence[str]]) -> list[str]:
    """What all conventions say, once; then what each says otherwise, those together that say the same.

    Parameters
    ----------
    parts : what each convention says, by its name
    """
    first, *others = parts.values()
    shared = [part for part in first if all(part in other for other in others)]
    names: dict[str, list[str]] = {}
    for convention, said in parts.items():
        names.setdefault("; ".join(part for part in said if part not in shared), []).append(convention)
    own = [f"{', '.join(conventions)}: {said}" for said, conventions in names.items() if said]
    return [*filter(None, ["; ".join(shared)]), *own]


def _parts(item: dict[str, Any]) -> list[str]:
    """What one trial would do to one analysis, one thing each."""
    is_ratio = item["is_ratio"]
    parts = [
        f"predicted {effect(item['predicted'], is_ratio)} ({interval(item['pi_low'], item['pi_high'], is_ratio)})",
        f"rules out no effect {chance(item['chance_excludes'])} (today {'yes' if item['excludes_now'] else 'no'})",
    ]
    if item["chance_clears"] is not None:
        parts.append(f"beyond the smallest important difference {chance(item['chance_clears'])}")
    parts.append(f"imprecision rated otherwise {chance(item['chance_imprecision_changes'])}")
    if item["n_needed"]:
        parts.append(f"{item['n_needed']} participants more would rule out no effect if it stays as it is")
    parts += [
        f"{rule} {rule_chance(rule, item[_column(rule)], rule in item['fires_now'])}"
        for rule in _RULES
        if item[_column(rule)] is not None
    ]
    return [*parts, *filter(None, [MEASURED[item["measures"]].rstrip(".").lower()])]


def _column(rule: Rule) -> str:
    return f"chance_{rule.lower()}"


def _print_scores(found: Sequence[dict[str, Any]], out: Console) -> None:
    """Each score, and what they come to."""
    if not found:
        out.print("no forecast has been answered yet: none of the trials that were forecast has numbers in an analysis")
        return
    for row in found:
        said = [f"{row['study_id']}, {row['analysis']} ({row['convention']}, {row['evidence_set']})"]
        if row["pit"] is not None:
            inside = [f"{size}%" for size in (50, 80, 95) if row[f"in_{size}"]]
            said.append(f"its estimate is percentile {100 * row['pit']:.0f} of the prediction")
            said.append(f"inside {', '.join(inside)}" if inside else "outside 95%")
        if row["brier_excludes"] is not None:
            said.append(f"Brier {row['brier_excludes']:.2f}")
        if row["brier_rules"] is not None:
            said.append(f"of the rules {row['brier_rules']:.2f}")
        if row["days_late"] is not None:
            said.append(
                f"results {counted(abs(row['days_late']), 'day')} {'later' if row['days_late'] > 0 else 'earlier'}"
            )
        out.print(f"{row['made_at']:%Y-%m-%d}  {'; '.join(said)}")
    for size in (50, 80, 95):
        hits = [row[f"in_{size}"] for row in found if row[f"in_{size}"] is not None]
        if hits:
            out.print(f"inside the central {size}%: {sum(hits)} of {len(hits)}")
