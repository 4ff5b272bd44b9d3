"""Whatever numbers a file holds, they end in numbers or in a message, and JSON stays JSON."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.vocabulary import Convention, Interval, Measure, Model
from pooling.bayes import Beliefs, believed_of
from pooling.forest import around, forest
from pooling.further import further_of
from pooling.pool import analyses, record
from pooling.spreadsheet import PoolError
from pooling.wanted import Further, Wanted

KINDS = {
    "yi,vi": (Measure.GEN, Measure.RR),
    "yi,sei": (Measure.HR,),
    "ratio,ci.lb,ci.ub,pval": (Measure.OR,),
    "m1i,sd1i,n1i,m2i,sd2i,n2i": (Measure.MD, Measure.SMD, Measure.SMD_APPROXIMATE, Measure.ROM),
    "ai,n1i,ci,n2i,icc,cluster_size": (Measure.RR, Measure.OR, Measure.RD, Measure.PETO),
    "x1i,t1i,x2i,t2i": (Measure.IRR,),
    "oei,vi_oe": (Measure.HR,),
    "med1i,q1_1i,q3_1i,n1i,m2i,se2i,n2i": (Measure.MD,),
    "m1i,n1i,m2i,n2i,ti": (Measure.MD,),
}
MODELS = [None, *Model]

extreme = st.floats(-320, 308).map(lambda power: 10.0**power) | st.sampled_from([5e-324, 2.2e-308, 1.7e308])
usual = st.integers(1, 60).map(float) | st.floats(0.01, 1)
cell = (usual | usual | usual | extreme | extreme.map(lambda value: -value) | st.just(0.0)).map(repr)


@st.composite
def files(draw: st.DrawFn) -> tuple[str, Measure, Model | None]:
    columns = draw(st.sampled_from(sorted(KINDS)))
    row = st.lists(cell, min_size=len(columns.split(",")), max_size=len(columns.split(","))).map(",".join)
    rows = draw(st.lists(row, min_size=1, max_size=4))
    return "\n".join([columns, *rows]), draw(st.sampled_from(KINDS[columns])), draw(st.sampled_from(MODELS))


@given(files(), st.sampled_from([(), (Convention.REVMAN2025,)]))
@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.filterwarnings("error")
def test_numbers_of_any_size_end_in_numbers_or_in_a_message(tmp_path: Path, made, conventions):
    text, measure, model = made
    path = tmp_path / "extreme.csv"
    path.write_text(text)
    try:
        found = analyses(path, measure, [model] if model else [], (), conventions)
        found += analyses(path, measure, [Model.REML], list(Interval))
    except PoolError as refused:
        assert "extreme.csv" in str(refused)
        return
    assert forest(found)
    for analysis in found:
        json.dumps(record(analysis), allow_nan=False)
        further = further_of(analysis, Wanted(tuple(item for item in Further if item is not Further.SUBGROUPS)))
        json.dumps(msgspec.json.decode(msgspec.json.encode(further)), allow_nan=False)
        assert around(further, "further")


@pytest.mark.parametrize("size", [1e308, 1.7e308, 5e-324])
def test_a_forest_plot_is_drawn_at_any_distance(write, size):
    found = analyses(write(f"study,yi,vi\nA,{size},1\nB,{-size},1\nC,0.1,0.1\n"), Measure.GEN)
    assert forest(found)
    try:
        beliefs = believed_of(found[0], Beliefs.named(["HN(0.5)"], "flat"))
    except PoolError as refused:
        assert "too far apart" in str(refused)
    else:
        assert [item.analysis for item in beliefs] == found


SAID = [
    ("yi,vi\n0.5,1e-300\n0.3,0.04\n0.1,1e300\n", "too far apart"),
    ("yi,vi\n1e150,1\n-1e150,1\n", "too far apart"),
    ("yi,vi\n1e-160,1e-320\n2e-160,1e-320\n", "too small"),
    ("yi,sei\n1,1e-200\n", "beyond what a number can hold"),
    ("yi,vi\n1e15,1e-20\n", "at the precision of the computer"),
]


@pytest.mark.parametrize(("text", "said"), SAID)
def test_what_cannot_be_computed_says_why_and_nothing_else(write, text, said):
    (found,) = analyses(write(text), Measure.GEN)
    assert [note for note in (*found.studies.notes, *found.pooled.notes) if said in note]
    assert not [note for note in found.pooled.notes if "event" in note]
    assert (found.pooled.ci_low, found.pooled.p_value) == (None, None)
