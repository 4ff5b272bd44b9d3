"""Supplements become rows that have exactly the columns of their tables."""

from datetime import date

import pytest

from models.looks import Look, Looks
from models.supplements import Supplements
from models.tables import metadata
from models.vocabulary import EvidenceSet, Measure
from stores.judged_supplements import supplements_as_rows

LOOKS = Looks(
    evidence_set=EvidenceSet.CONFIRMED, comparison="drug", outcome="score", timepoint="6 months", analysis="1.1",
    measure=Measure.MD, is_ratio=False, level=0.95, g=16.0, g_from="a difference of 4",
    looks=tuple(
        Look(
            place=place, day=date(2018, 8, place), studies=("Ash",), k=place, n_participants=50, information=1.0,
            score=1.0, estimate=1.0, ci_low=-1.0, ci_high=3.0, log_e=log_e,
        )
        for place, log_e in [(1, 2.0), (2, 1.0)]
    ),
)  # fmt: skip
NONE = Looks(
    evidence_set=EvidenceSet.CONFIRMED, comparison="drug", outcome="pain", timepoint="6 months", analysis="1.2",
    measure=Measure.MD, is_ratio=False, level=0.95, g=None, g_from="nobody said",
)  # fmt: skip


@pytest.mark.parametrize("table", ["review_anytime", "review_look"])
def test_rows_have_the_columns_of_their_table(table):
    rows = supplements_as_rows(Supplements(looks=(LOOKS, NONE)))[table]
    assert len(rows) == 2
    for row in rows:
        assert set(row) == {column.name for column in metadata.tables[table].columns}


def test_what_holds_now_is_the_last_look_beside_the_highest_e_value():
    now, none = supplements_as_rows(Supplements(looks=(LOOKS, NONE)))["review_anytime"]
    assert (now["k"], now["log_e"], now["highest_e_value"]) == (2, 1.0, LOOKS.looks[0].e_value)
    assert (none["k"], none["e_value"], none["highest_e_value"], none["g_from"]) == (None, None, None, "nobody said")
