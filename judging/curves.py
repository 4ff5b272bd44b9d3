"""Curves of studies from rows of survival.csv: every row is part of a curve, or is a task."""

from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import nan
from typing import NamedTuple

import numpy as np

from models.screening import QueueItem
from models.survival_rows import SurvivalRow
from models.vocabulary import ArmRole, EvidenceSet, EvidenceWord
from synthesis.rmst import Curve
from synthesis.survival import se_from_limits_of_survival


class Place(NamedTuple):
    """Of which study and outcome curves are; an empty analysis is every one of the place."""

    study_id: str
    comparison: str
    outcome: str
    timepoint: str
    analysis: str

    @property
    def field(self) -> str:
        return f"{self.outcome}, {self.timepoint}"


@dataclass(frozen=True)
class StudyCurves:
    """Both curves of a study for one outcome, times in days, with the rows that they are made of."""

    place: Place
    evidence_set: EvidenceSet
    intervention: Curve
    control: Curve
    rows: tuple[SurvivalRow, ...]

    @property
    def source(self) -> str:
        return "; ".join(dict.fromkeys(f"{row.report}, {row.table}" for row in self.rows))

    def when(self, days: float) -> SurvivalRow:
        """The row of a time, whose words and unit are the report's."""
        return next(row for row in self.rows if row.days == days)


@dataclass(frozen=True)
class CurvesOfReview:
    """Curves of the review's studies, confirmed ones first, and what people owe them."""

    curves: tuple[StudyCurves, ...] = ()
    tasks: tuple[QueueItem, ...] = ()

    def without(self, studies: Container[str]) -> "CurvesOfReview":
        """Those of other studies than these."""
        return CurvesOfReview(
            tuple(item for item in self.curves if item.place.study_id not in studies),
            tuple(item for item in self.tasks if item.subject not in studies),
        )


class _NoCurve(Exception):
    """Why rows give no curve."""


def curves_of(rows: Sequence[SurvivalRow]) -> CurvesOfReview:
    """Curves by study and outcome: of confirmed rows, and, where some are not, of all of them as provisional.

    Parameters
    ----------
    rows : of survival.csv, of studies that are not out of the evidence; those from memory are not used
    """
    groups: dict[Place, list[SurvivalRow]] = defaultdict(list)
    for row in rows:
        if row.evidence is not EvidenceWord.MEMORY:
            groups[Place(row.study_id, row.comparison, row.outcome, row.timepoint, row.analysis)].append(row)
    found: list[StudyCurves] = []
    tasks: list[QueueItem] = []
    for place, own in groups.items():
        tasks += _of_unknown_shares(place, own)
        usable = [row for row in own if row.time == 0 or _share(row, own) is not None]
        firm = [row for row in usable if row.is_confirmed]
        if len(firm) < len(usable):
            tasks.append(_to_confirm(place, usable))
            found += _curves(place, EvidenceSet.CONFIRMED, firm, [])
            found += _curves(place, EvidenceSet.PROVISIONAL, usable, tasks)
        else:
            found += _curves(place, EvidenceSet.CONFIRMED, firm, tasks)
    return CurvesOfReview(tuple(found), tuple(tasks))


def _curves(
    place: Place, evidence_set: EvidenceSet, rows: Sequence[SurvivalRow], tasks: list[QueueItem]
) -> Iterator[StudyCurves]:
    """Both curves, or a task that says why there are none."""
    try:
        first, second = (
            _curve([row for row in rows if row.arm is role], role) for role in (ArmRole.INTERVENTION, ArmRole.CONTROL)
        )
        if len(np.intersect1d(first.times, second.times)) < 2:
            raise _NoCurve("the two arms have no time after 0 in common")
    except (_NoCurve, ValueError) as why:
        tasks.append(
            QueueItem(
                kind="extraction",
                subject=place.study_id,
                reason=f"rows of survival.csv give no two curves: {why}",
                field=place.field,
                value=_lines(rows),
                action="enter survival of both arms at the same times, or correct the rows",
            )
        )
        return
    yield StudyCurves(place, evidence_set, first, second, tuple(sorted(rows, key=lambda row: (row.arm, row.days))))


def _curve(rows: Sequence[SurvivalRow], role: ArmRole) -> Curve:
    ordered = sorted(rows, key=lambda row: row.days)
    if not any(row.time for row in ordered):
        raise _NoCurve(f"no row after time 0 is of the {role} arm")
    if any(before.days == row.days for before, row in pairwise(ordered)):
        raise _NoCurve(f"a time of the {role} arm stands twice, under two numbers of the study")
    start = [] if ordered[0].time == 0 else [(0.0, 1.0, 0.0, nan)]
    points = [
        (row.days, _share(row, rows), _error(row), nan if row.at_risk is None else row.at_risk) for row in ordered
    ]
    return Curve(*np.array([*start, *points], dtype=np.float64).T)


def _share(row: SurvivalRow, rows: Sequence[SurvivalRow]) -> float | None:
    """Survival at a row's time: as printed, or from counts where everybody is accounted for; None where people are not."""
    if row.time == 0:
        return 1.0
    if row.survival is not None:
        return row.survival
    everybody = next((other.at_risk for other in rows if other.arm is row.arm and other.time == 0), None)
    if row.at_risk is None or row.n_events is None or not everybody or row.at_risk + row.n_events != everybody:
        return None
    return row.at_risk / everybody


def _error(row: SurvivalRow) -> float:
    """Standard error of survival, as printed or from its limits; NaN where numbers at risk tell it."""
    if row.time == 0:
        return 0.0
    if row.se is not None:
        # An error that is printed as 0 has been rounded away, unless nobody or everybody has died.
        return row.se or nan
    if row.survival and row.survival < 1 and row.ci_low is not None and row.ci_high is not None:
        return se_from_limits_of_survival(row.survival, row.ci_low, row.ci_high, row.level).value
    return nan


def _of_unknown_shares(place: Place, rows: Sequence[SurvivalRow]) -> Iterator[QueueItem]:
    """Times at which people are neither at risk nor have had the event: what became of them is not told."""
    for row in rows:
        if _share(row, rows) is None:
            yield QueueItem(
                kind="extraction",
                subject=place.study_id,
                reason=f"survival.csv:{row.line}: some people of the {row.arm} arm are neither at risk nor have had the event"
                f" at {row.when}, so that survival is not known and the row is not used",
                field=place.field,
                value=f"{row.at_risk} at risk, {row.n_events} events",
                action="give survival as the report estimates it, or correct the counts",
            )


def _to_confirm(place: Place, rows: Sequence[SurvivalRow]) -> QueueItem:
    waiting = [row for row in rows if not row.is_confirmed]
    return QueueItem(
        kind="extraction",
        subject=place.study_id,
        reason=f"survival of {', '.join(dict.fromkeys(row.report for row in waiting))} is provisional: nobody has"
        " confirmed it",
        field=place.field,
        value=_lines(waiting),
        action="hold the rows against their place and write is_confirmed true",
    )


def _lines(rows: Sequence[SurvivalRow]) -> str:
    return f"survival.csv: {', '.join(str(row.line) for row in rows)}" if rows else "survival.csv"
