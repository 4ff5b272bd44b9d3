"""What the rows of survival.csv say of each other, and of what they are entered under.

Each problem is one line: file, line, field, value, and what to do.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from models.analysis import Analysis
from models.folder_rows import NumbersRow
from models.survival_rows import SurvivalRow
from models.vocabulary import Measure


def problems_of_curves(path: Path, rows: Sequence[SurvivalRow]) -> Iterator[str]:
    """Times that stand twice, curves that rise, and arms of more people than they began with."""
    arms: dict[tuple[str, ...], list[SurvivalRow]] = defaultdict(list)
    for row in rows:
        place = (row.comparison, row.outcome, row.timepoint, row.analysis)
        arms[row.study_id.casefold(), *place, row.arm].append(row)
    for arm in arms.values():
        arm.sort(key=lambda row: (row.days, row.line))
        yield from _of_neighbours(path, arm)
        yield from _of_counts(path, arm)


def _of_neighbours(path: Path, arm: Sequence[SurvivalRow]) -> Iterator[str]:
    told: dict[str, SurvivalRow] = {}
    for before, row in pairwise(arm):
        if before.days == row.days:
            yield (
                f"{path}:{row.line}: time: {row.when}: lines {before.line} and {row.line} are the same arm at one time; keep"
                " one of them"
            )
    for row in arm:
        for field in ("survival", "at_risk"):
            value, earlier = getattr(row, field), told.get(field)
            if value is not None and earlier is not None and value > getattr(earlier, field):
                yield (
                    f"{path}:{row.line}: {field}: {value:g} at {row.when} is more than {getattr(earlier, field):g} at"
                    f" {earlier.when} (line {earlier.line}): nobody comes back; correct one of them"
                )
            if value is not None:
                told[field] = row
        earlier = told.get("n_events")
        if row.n_events is not None and earlier is not None and row.n_events < (earlier.n_events or 0):
            yield (
                f"{path}:{row.line}: n_events: {row.n_events} up to {row.when} are fewer than {earlier.n_events} up to"
                f" {earlier.when} (line {earlier.line}): they are all events so far; correct one of them"
            )
        if row.n_events is not None:
            told["n_events"] = row


def _of_counts(path: Path, arm: Sequence[SurvivalRow]) -> Iterator[str]:
    everybody = next((row.at_risk for row in arm if row.time == 0), None)
    for row in arm:
        if row.time and row.survival is None and everybody is None:
            yield (
                f"{path}:{row.line}: survival: '': follows from counts only if the arm has a row at time 0 that says how"
                " many people it has; add that, or give survival"
            )
        known = (row.at_risk or 0) + (row.n_events or 0)
        if everybody is not None and known > everybody:
            yield (
                f"{path}:{row.line}: at_risk: {row.at_risk}: with {row.n_events or 0} events these are {known} people, and"
                f" the arm has {everybody}; correct one of them"
            )


def problem_of_measure(row: NumbersRow, analysis: Analysis) -> str:
    """A curve belongs to an outcome of time to an event; a share at one time pooled as a risk is another outcome."""
    if analysis.measure is Measure.HR:
        return ""
    assert isinstance(row, SurvivalRow)
    return (
        f"outcome: {analysis.outcome!r}: is pooled as {analysis.measure}, and survival.csv is of outcomes with measure HR;"
        " enter people with the event at one time in extraction.csv, or name the outcome of time to the event"
    )
