"""The numbers of a spreadsheet become studies with effects and variances."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.counts import in_people, joined, k_equals
from models.vocabulary import Convention, Measure
from pooling.columns import EFFECT_COLUMNS, LOGRANK_COLUMNS, MEAN_COLUMNS, RATE_COLUMNS, TABLE_COLUMNS
from pooling.reported import Numbers
from pooling.spreadsheet import Row
from synthesis.study_effects import CELLS, RATIO_OF_EVERYBODY, DataType, study_effects
from synthesis.study_sets import Array, Mask
from synthesis.tables import Tables, ZeroCells

DATA_TYPES = {
    TABLE_COLUMNS: DataType.DICHOTOMOUS,
    MEAN_COLUMNS: DataType.CONTINUOUS,
    RATE_COLUMNS: DataType.RATES,
    LOGRANK_COLUMNS: DataType.O_E,
    EFFECT_COLUMNS: DataType.CONTRAST,
}
"""What the columns of a file come to."""


@dataclass(frozen=True)
class Studies:
    """The studies of one file that have an effect, as arrays (k,), and what was left out of them.

    `added` is what was done to the cells of each study, "" where nothing was.
    """

    path: Path
    rows: tuple[Row, ...]
    names: tuple[str, ...]
    yi: Array
    vi: Array
    people: Array
    values: dict[str, Array]
    added: tuple[str, ...]
    tables: Tables | None
    notes: tuple[str, ...]
    conversions: tuple[str, ...]

    @property
    def dataset(self) -> str:
        return self.path.stem

    @property
    def n_participants(self) -> int | None:
        """People in them, as far as they are told; None where no study tells."""
        told = self.people[~np.isnan(self.people)]
        return None if len(self.people) and not len(told) else round(float(told.sum()))

    @property
    def n_is_least(self) -> bool:
        """Whether some studies tell their people and others do not."""
        untold = np.isnan(self.people)
        return bool(untold.any() and not untold.all())

    @property
    def size(self) -> str:
        """``k = 5 in 7 rows, 640 participants``."""
        people = in_people(self.n_participants, self.n_is_least) if self.names else ""
        return joined(k_equals(len(set(self.names)), len(self.names)), people)

    def only(self, kept: Sequence[bool] | Mask) -> "Studies":
        """Some of these studies, (k,) True for those that stay."""
        mask = np.asarray(kept, dtype=bool)
        return Studies(
            path=self.path,
            rows=tuple(row for row, keep in zip(self.rows, mask, strict=True) if keep),
            names=tuple(name for name, keep in zip(self.names, mask, strict=True) if keep),
            yi=self.yi[mask],
            vi=self.vi[mask],
            people=self.people[mask],
            values={name: column[mask] for name, column in self.values.items()},
            added=tuple(said for said, keep in zip(self.added, mask, strict=True) if keep),
            tables=None if self.tables is None else self.tables.columns(mask),
            notes=self.notes,
            conversions=self.conversions,
        )


def studies_of(
    numbers: Numbers,
    measure: Measure,
    convention: Convention | None = None,
    zero_cells: ZeroCells | None = None,
    *,
    says_added: bool = True,
) -> Studies:
    """Compute the effect of every study.

    Parameters
    ----------
    numbers : of one file
    measure : for which they were read
    convention : RevMan's SMD has the approximate J, and its risk differences are not corrected for zeros. The risk
        ratio of a study in which everybody has the event is 1 under any convention and without one.
    zero_cells : of effects, instead of what measure and convention say
    says_added : whether a number that was added to cells is told; not where the estimate goes without it
    """
    data_type = DATA_TYPES[numbers.columns]
    cells = {name: numbers.values[column] for name, column in zip(CELLS[data_type], numbers.columns, strict=True)}
    is_revman = convention is not None and measure is Measure.SMD
    found = study_effects(
        cells,
        data_type,
        Measure.SMD_APPROXIMATE if is_revman else measure,
        convention=convention,
        zero_cells=zero_cells,
    )
    notes = [*numbers.notes, *_left_out(numbers.names, found.reasons)]
    for note in dict.fromkeys(filter(None, found.notes)):
        if note != RATIO_OF_EVERYBODY and not says_added:
            continue
        which = ", ".join(name for name, said in zip(numbers.names, found.notes, strict=True) if said == note)
        notes.append(f"{note}: {which}")
    return Studies(
        path=numbers.path,
        rows=numbers.rows,
        names=numbers.names,
        yi=found.yi,
        vi=found.vi,
        people=numbers.people,
        values=numbers.values,
        added=found.notes,
        tables=found.tables,
        notes=tuple(notes),
        conversions=numbers.conversions,
    ).only(found.exist)


def _left_out(names: Sequence[str], reasons: Sequence[str]) -> list[str]:
    """One sentence on the studies without an effect, by reason."""
    told = [
        f"{reason}: " + ", ".join(name for name, said in zip(names, reasons, strict=True) if said == reason)
        for reason in dict.fromkeys(filter(None, reasons))
    ]
    n_without = sum(map(bool, reasons))
    return [f"{n_without} without an effect that can be pooled ({'; '.join(told)})"] if told else []
