"""The numbers of a spreadsheet become studies with effects and variances."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.vocabulary import Convention, Measure
from pooling.reported import ARMS, LOGRANK_COLUMNS, MEAN_COLUMNS, RATE_COLUMNS, TABLE_COLUMNS, Numbers
from pooling.spreadsheet import Row
from synthesis.measures import Means, effect_of_means, effect_of_o_minus_e, effect_of_tables, log_rate_ratio
from synthesis.study_sets import Array, Mask
from synthesis.tables import Tables, ZeroCells, zero_cells_of


@dataclass(frozen=True)
class Studies:
    """The studies of one file that have an effect, as arrays (k,), and what was left out of them."""

    path: Path
    rows: tuple[Row, ...]
    names: tuple[str, ...]
    yi: Array
    vi: Array
    people: Array
    values: dict[str, Array]
    tables: Tables | None
    notes: tuple[str, ...]
    conversions: tuple[str, ...]

    @property
    def dataset(self) -> str:
        return self.path.stem

    @property
    def n_participants(self) -> int:
        return round(float(self.people.sum()))

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
            tables=None if self.tables is None else self.tables.columns(mask),
            notes=self.notes,
            conversions=self.conversions,
        )


def studies_of(
    numbers: Numbers, measure: Measure, convention: Convention | None = None, zero_cells: ZeroCells | None = None
) -> Studies:
    """Compute the effect of every study.

    Parameters
    ----------
    numbers : of one file
    measure : for which they were read
    convention : RevMan's SMD has the approximate J, and its risk differences are not corrected for zeros. The risk
        ratio of a study in which everybody has the event is 1 under any convention and without one.
    zero_cells : of effects, instead of what measure and convention say
    """
    values, tables = numbers.values, None
    if numbers.has_tables:
        tables = Tables.of(*(values[name] for name in TABLE_COLUMNS))
        corrected = tables.corrected(zero_cells or zero_cells_of(measure, None, convention))
        as_counted = tables if convention or measure is Measure.RR else None
        yi, vi = (of[0] for of in effect_of_tables(corrected, measure, uncorrected=as_counted))
    elif numbers.columns == MEAN_COLUMNS:
        one, two = (Means(*(values[f"{name}{arm}i"] for name in ("m", "sd", "n"))) for arm in ARMS)
        is_revman = convention is not None and measure is Measure.SMD
        yi, vi = effect_of_means(one, two, Measure.SMD_APPROXIMATE if is_revman else measure)
    elif numbers.columns == RATE_COLUMNS:
        yi, vi = log_rate_ratio(*(values[name] for name in RATE_COLUMNS))
    elif numbers.columns == LOGRANK_COLUMNS:
        yi, vi = effect_of_o_minus_e(values["oei"], values["vi_oe"])
    else:
        yi, vi = values["yi"], values["vi"]
    kept = np.isfinite(yi) & np.isfinite(vi) & (vi > 0)
    notes = list(numbers.notes)
    if n_without := int((~kept).sum()):
        which = ", ".join(name for name, keep in zip(numbers.names, kept, strict=True) if not keep)
        notes.append(f"{n_without} without an effect that can be pooled ({which})")
    return Studies(
        path=numbers.path,
        rows=numbers.rows,
        names=numbers.names,
        yi=yi,
        vi=vi,
        people=numbers.people,
        values=values,
        tables=tables,
        notes=tuple(notes),
        conversions=numbers.conversions,
    ).only(kept)
