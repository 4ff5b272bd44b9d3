"""What a reader has to know of the rows that one estimate counts: one study several times, one control group twice.

Whoever pools says it in these words: a night, and the whole analysis of a data package.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from models.analysis import Analysis, Applicability
from models.synthesis import EffectInput
from models.vocabulary import Measure

SEVERAL_ROWS = "{study}: {n} rows count in {where}, as if they were {n} studies"
SHARED_CONTROL = (
    "{study}: the same control data in {n} rows of {where}; the people of one control arm may count {n} times"
)
MIXED_QUANTITIES = (
    "final values and changes from baseline in one standardised mean difference, whose standard deviations differ in kind"
    " (Handbook 10.5.2)"
)
OVERALL = "the overall estimate"
_STANDARDISED = frozenset({Measure.SMD, Measure.SMD_APPROXIMATE})


class Counted(NamedTuple):
    """A row that counts in an estimate, with the numbers of its control arm, by which a shared one is known."""

    study: str
    control: tuple[float | None, ...] = ()


def repeated(rows: Sequence[Counted], where: str) -> Iterator[str]:
    """Studies that are in several rows of one estimate, and control groups that are."""
    for study, n in Counter(row.study for row in rows).items():
        if n > 1:
            yield SEVERAL_ROWS.format(study=study, n=n, where=where)
    yield from shared_controls(rows, where)


def shared_controls(rows: Sequence[Counted], where: str) -> Iterator[str]:
    """Control groups that count several times."""
    for row, n in Counter(rows).items():
        if n > 1 and any(number is not None for number in row.control):
            yield SHARED_CONTROL.format(study=row.study, n=n, where=where)


def counted(inputs: Sequence[EffectInput]) -> list[Counted]:
    """The rows of a night that have an effect. A control group that is divided among its rows counts once."""
    return [Counted(item.study_id, _control(item)) for item in inputs if item.yi is not None]


def mixed(inputs: Sequence[EffectInput]) -> str:
    """What is said when standardised differences are of final values here and of changes there; else nothing."""
    kinds = {item.quantity for item in inputs if item.yi is not None and item.measure in _STANDARDISED}
    return MIXED_QUANTITIES if {"final", "change"} <= kinds else ""


def estimates_of(analysis: Analysis, inputs: Sequence[EffectInput]) -> dict[str, list[EffectInput]]:
    """The rows of each estimate that an analysis shows: of the overall one, or else of its subgroups."""
    own = [item for item in inputs if item.analysis == analysis.analysis]
    if analysis.totals.has_overall:
        return {OVERALL: [item for item in own if item.counts_in is not Applicability.SUBGROUP]}
    found: dict[str, list[EffectInput]] = {}
    for item in own if analysis.totals.has_subgroups else ():
        if item.counts_in is not Applicability.OVERALL and item.subgroup.number:
            found.setdefault(f"subgroup {item.subgroup.name or item.subgroup.number}", []).append(item)
    return found


def _control(item: EffectInput) -> tuple[float | None, ...]:
    if item.is_contrast or item.shared_by > 1:
        return ()
    return item.n_control, item.events_control, item.mean_control, item.sd_control, item.time_control
