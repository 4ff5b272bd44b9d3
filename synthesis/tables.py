"""2 x 2 tables and what their zero cells mean.

Cells are named as in metafor: `ai` and `ci` events, `n1i` and `n2i` totals, of intervention and control.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from models.vocabulary import Convention, Measure, Model
from models.zero_cells import AddTo
from synthesis.study_sets import Array, Mask


@dataclass(frozen=True)
class ZeroCells:
    """What happens to tables with zero cells; the defaults are Cochrane's and, for sparse tables, metafor's.

    Attributes
    ----------
    add : number added to each of the four cells
    to : to which tables
    drop_double : tables where no one or everyone has the event, in both arms, do not count. They say
        nothing about a relative effect (Cochrane Handbook 6.5, section 10.4.4.2).
    keep_everybody : of these, tables where everyone has the event do count: risks of 1 have a ratio, odds have none
    by_arm : whether each arm gets a share of 2 `add` in proportion to its size, which is the reciprocal of the
        other arm's, instead of the same number, so that the odds ratio of an empty table is 1 whatever the sizes.
        Sweeting, Sutton and Lambert (2004), Statistics in Medicine 23:1351
    """

    add: float = 0.5
    to: AddTo = AddTo.ONLY_ZERO
    drop_double: bool = True
    keep_everybody: bool = False
    by_arm: bool = False


TABLE_MODELS = frozenset({Model.MH, Model.PETO})
"""Models that pool the cells of 2 x 2 tables."""

CORRECTED = ZeroCells()
UNCORRECTED = ZeroCells(add=0.0, to=AddTo.NONE)
"""For Mantel-Haenszel and Peto, which need no correction unless a whole column of tables is empty."""


def zero_cells_of(measure: Measure, model: Model | None = None, convention: Convention | None = None) -> ZeroCells:
    """What happens to zero cells unless someone says otherwise.

    A risk difference keeps double zeros, which do say something about a difference (Cochrane Handbook 6.5,
    section 10.4.4.2), and a risk ratio the tables in which everybody has the event; Peto needs no correction;
    Mantel-Haenszel has one under the conventions of RevMan only.
    """
    if measure is Measure.PETO or model is Model.PETO or (model is Model.MH and convention is None):
        chosen = UNCORRECTED
    else:
        chosen = CORRECTED
    return replace(chosen, drop_double=measure is not Measure.RD, keep_everybody=measure is Measure.RR)


@dataclass(frozen=True)
class ZeroChoice:
    """What somebody says about zero cells; None leaves it to measure, model and convention."""

    add: float | None = None
    to: AddTo | None = None
    by_arm: bool | None = None
    drop_double: bool | None = None

    def of(self, measure: Measure, model: Model | None, convention: Convention | None) -> ZeroCells:
        """The whole choice. Whoever names a number or a kind of correction wants it where a cell is zero."""
        chosen = zero_cells_of(measure, model, convention)
        if self.add is not None or self.by_arm is not None or self.to not in (None, AddTo.NONE):
            chosen = replace(CORRECTED, drop_double=chosen.drop_double, keep_everybody=chosen.keep_everybody)
        if self.drop_double:
            chosen = replace(chosen, keep_everybody=False)
        given = {name: value for name, value in vars(self).items() if value is not None}
        return replace(chosen, **given)

    def of_effects(self, measure: Measure, model: Model | None, convention: Convention | None) -> ZeroCells:
        """What it means for the effects of single studies.

        Models of tables pool cells, so that their own correction leaves the effects alone, which only their
        heterogeneity is measured with.
        """
        if model not in TABLE_MODELS:
            return self.of(measure, None, convention)
        of_tables = self.of(measure, model, convention)
        return replace(
            zero_cells_of(measure, None, convention),
            drop_double=of_tables.drop_double,
            keep_everybody=of_tables.keep_everybody,
        )


NOTHING_SAID = ZeroChoice()


@dataclass(frozen=True)
class Tables:
    """S sets of at most k tables, all arrays (S, k); a table that does not count has four cells of 0.

    `events_1`, `events_2` are events, `others_1`, `others_2` the people without, of intervention and control.
    """

    events_1: Array
    others_1: Array
    events_2: Array
    others_2: Array
    counts: Mask

    @classmethod
    def of(cls, ai: ArrayLike, n1i: ArrayLike, ci: ArrayLike, n2i: ArrayLike, mask: ArrayLike | None = None) -> Self:
        """Check events and totals, (S, k) or (k,).

        Raises
        ------
        ValueError
            If a table that counts has an empty arm, or events that are negative or more than the total.
        """
        a, n1, c, n2 = (np.atleast_2d(np.asarray(cell, dtype=np.float64)) for cell in (ai, n1i, ci, n2i))
        counts = np.ones(a.shape, dtype=bool) if mask is None else np.atleast_2d(np.asarray(mask, dtype=bool))
        is_table = (n1 > 0) & (n2 > 0) & (a >= 0) & (c >= 0) & (a <= n1) & (c <= n2)
        if (bad := counts & ~is_table).any():
            row, column = (int(index[0]) for index in np.nonzero(bad))
            raise ValueError(
                f"set {row + 1}, study {column + 1}: {a[row, column]:g} of {n1[row, column]:g} and "
                f"{c[row, column]:g} of {n2[row, column]:g}; events go from 0 to a total above 0"
            )
        a, b, c, d = (np.where(counts, cell, 0.0) for cell in (a, n1 - a, c, n2 - c))
        return cls(a, b, c, d, counts)

    @property
    def has_nobody(self) -> Mask:
        """(S, k) nobody has the event in either arm."""
        has_nobody: Mask = self.counts & (self.events_1 == 0) & (self.events_2 == 0)
        return has_nobody

    @property
    def has_everybody(self) -> Mask:
        """(S, k) everybody has the event in both arms."""
        has_everybody: Mask = self.counts & (self.others_1 == 0) & (self.others_2 == 0)
        return has_everybody

    def dropped(self, zero_cells: ZeroCells) -> Mask:
        """(S, k) tables that do not count for being double."""
        if not zero_cells.drop_double:
            return np.zeros_like(self.counts)
        return self.has_nobody if zero_cells.keep_everybody else self.has_nobody | self.has_everybody

    def corrected(self, zero_cells: ZeroCells) -> "Tables":
        """These tables after what `zero_cells` says."""
        kept = self.counts & ~self.dropped(zero_cells)
        cells = (self.events_1, self.others_1, self.events_2, self.others_2)
        has_zero = kept & np.any([cell == 0 for cell in cells], axis=0)
        gets = {
            AddTo.ONLY_ZERO: has_zero,
            AddTo.IF_ZERO_ALL: kept & has_zero.any(axis=1, keepdims=True),
            AddTo.ALL: kept,
            AddTo.NONE: np.zeros_like(kept),
        }[zero_cells.to]
        added = [
            np.where(kept, cell + add * gets, 0.0) for cell, add in zip(cells, self._additions(zero_cells), strict=True)
        ]
        return replace(self, events_1=added[0], others_1=added[1], events_2=added[2], others_2=added[3], counts=kept)

    def _additions(self, zero_cells: ZeroCells) -> tuple[Array | float, ...]:
        """What a correction adds to events and others of the first arm, then of the second."""
        if not zero_cells.by_arm:
            return (zero_cells.add,) * 4
        n1, n2 = self.totals
        share = n1 / np.where(self.counts, n1 + n2, 1.0)
        one, two = 2 * zero_cells.add * share, 2 * zero_cells.add * (1 - share)
        return one, one, two, two

    def columns(self, kept: Mask) -> "Tables":
        """The tables of some studies, (k,) True for those that are kept."""
        a, b, c, d = (cell[:, kept] for cell in (self.events_1, self.others_1, self.events_2, self.others_2))
        return Tables(a, b, c, d, self.counts[:, kept])

    @property
    def totals(self) -> tuple[Array, Array]:
        """(S, k) people in each arm, with what a correction added."""
        return self.events_1 + self.others_1, self.events_2 + self.others_2
