"""How many were randomised to an arm: one row tells it for all rows of the same arm."""

from collections import defaultdict
from collections.abc import Sequence

from models.folder_rows import ExtractionRow

EVERYBODY = frozenset({"randomised", "randomized", "all randomised", "all randomized"})
"""Words of `population` by which those analysed are all who were randomised."""

Arm = tuple[str, str, str, str, str, int | None]
"""Study, comparison or analysis, arm, its label, part, subgroup."""


def randomised_by_arm(rows: Sequence[ExtractionRow]) -> dict[Arm, int]:
    """How many were randomised to each arm, where a row tells it and no other one contradicts.

    A row tells it in `n_randomised`, or by analysing a population that it calls randomised.
    """
    told: dict[Arm, set[int]] = defaultdict(set)
    for row in rows:
        if row.n_randomised is not None:
            told[arm_named(row)].add(row.n_randomised)
        elif row.population.casefold() in EVERYBODY:
            told[arm_named(row)].add(row.n_analysed)
    return {arm: next(iter(numbers)) for arm, numbers in told.items() if len(numbers) == 1}


def arm_named(row: ExtractionRow) -> Arm:
    """Which arm a row is of, whatever its outcome and time."""
    where = row.comparison or row.analysis
    return row.study_id, where, str(row.arm), row.arm_label, row.part, row.subgroup_number
