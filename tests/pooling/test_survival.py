"""A spreadsheet of trials that report survival in different ways comes to one pooled hazard ratio."""

import math
from pathlib import Path

import pytest
from scipy.stats import norm

from models.vocabulary import Interval, Measure, Model
from pooling.pool import pool_files
from pooling.reported import Numbers, read_numbers
from pooling.spreadsheet import PoolError

HEADER = "study,ratio,level,o1i,e1i,o2i,e2i,ci.lb,ci.ub,oei,vi_oe,zi,pval,sides,favours,events1i,events2i,events,surv1i,surv2i,se1i,se2i,lb1i,ub1i,lb2i,ub2i,nrisk1i,nrisk2i,n1i,n2i"
COLUMNS = HEADER.split(",")


def read(folder: Path, *rows: dict[str, object]) -> Numbers:
    path = folder / "trials.csv"
    lines = [",".join(str(row.get(name, "")) for name in COLUMNS) for row in rows]
    path.write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
    return read_numbers(path, Measure.HR)


Z = norm.ppf(0.985)
LANDMARK = math.log(math.log(0.6) / math.log(0.5))


def of_shares(se1: float, se2: float) -> float:
    return (se1 / (0.6 * math.log(0.6))) ** 2 + (se2 / (0.5 * math.log(0.5))) ** 2


ROWS: list[tuple[dict[str, object], float, float]] = [
    # cells, log hazard ratio, its variance
    ({"ratio": 0.8, "ci.lb": 0.64, "ci.ub": 1}, math.log(0.8), (math.log(1 / 0.64) / (2 * norm.ppf(0.975))) ** 2),
    ({"ratio": 0.8, "ci.lb": 0.64, "ci.ub": 1, "level": 0.9}, math.log(0.8), (math.log(1 / 0.64) / (2 * norm.ppf(0.95))) ** 2),
    ({"ratio": 0.8, "ci.lb": 0.64, "ci.ub": 1, "pval": "<0.05"}, math.log(0.8), (math.log(1 / 0.64) / (2 * norm.ppf(0.975))) ** 2),
    ({"ratio": 0.8, "ci.lb": 0.64, "ci.ub": 1, "events1i": 0, "events2i": 3}, math.log(0.8), (math.log(1 / 0.64) / (2 * norm.ppf(0.975))) ** 2),
    ({"o1i": 20, "e1i": 26.4, "o2i": 30, "e2i": 23.6}, math.log(20 / 26.4 / (30 / 23.6)), 1 / 26.4 + 1 / 23.6),
    ({"ratio": 0.8, "pval": 0.03}, math.log(0.8), (math.log(0.8) / Z) ** 2),
    ({"ratio": 0.8, "events1i": 20, "events2i": 30}, math.log(0.8), 1 / 12),
    ({"oei": -4, "vi_oe": 12}, -1 / 3, 1 / 12),
    ({"zi": -2, "events": 48}, -2 / math.sqrt(12), 1 / 12),
    ({"pval": 0.03, "favours": "intervention", "events1i": 20, "events2i": 30}, -Z / math.sqrt(12), 1 / 12),
    ({"pval": 0.03, "favours": 2, "events": 54, "n1i": 80, "n2i": 40}, Z / math.sqrt(12), 1 / 12),
    ({"pval": 0.015, "sides": 1, "favours": "control", "events": 48}, Z / math.sqrt(12), 1 / 12),
    ({"surv1i": 0.6, "surv2i": 0.5, "se1i": 0.05, "se2i": 0.06}, LANDMARK, of_shares(0.05, 0.06)),
    ({"surv1i": 0.6, "surv2i": 0.5, "n1i": 96, "n2i": 100}, LANDMARK, of_shares(0.05, 0.05)),
    ({"surv1i": 0.6, "surv2i": 0.5, "nrisk1i": 57.6, "nrisk2i": 50}, LANDMARK, of_shares(0.05, 0.05)),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "yi", "vi"), ROWS)
def test_each_way_of_reporting_gives_a_hazard_ratio_with_its_variance(
    tmp_path: Path, cells: dict[str, object], yi: float, vi: float
) -> None:
    found = read(tmp_path, {"study": "Ash 2001"} | cells)
    assert found.values["yi"] == pytest.approx([yi])
    assert found.values["vi"] == pytest.approx([vi])


def test_trials_that_report_in_different_ways_are_pooled_together(tmp_path: Path) -> None:
    rows = [{"study": f"Trial {place}"} | cells for place, (cells, _, _) in enumerate(ROWS)]
    read(tmp_path, *rows)
    [found] = pool_files([tmp_path / "trials.csv"], Measure.HR, [Model.COMMON], [Interval.WALD])
    weights = [1 / vi for _, _, vi in ROWS]
    expected = sum(w * yi for w, (_, yi, _) in zip(weights, ROWS, strict=True)) / sum(weights)
    assert (found["k"], found["est"]) == (len(ROWS), pytest.approx(expected))


def test_every_number_that_was_computed_says_from_what(tmp_path: Path) -> None:
    found = read(tmp_path, {"study": "Ash 2001", "pval": 0.03, "favours": "intervention", "events": 48})
    assert found.conversions == (
        "Ash 2001: O - E -7.51741 computed from p 0.03, sides 2, events 48, allocation 1 (Tierney 2007)",
        "Ash 2001: V 12 computed from events 48, allocation 1 (Tierney 2007)",
    )
    found = read(tmp_path, {"study": "Ash 2001", "surv1i": 0.6, "surv2i": 0.5, "n1i": 96, "n2i": 100})
    assert [said.partition(" computed from ")[0] for said in found.conversions] == [
        "Ash 2001: SE of survival 0.05", "Ash 2001: SE of survival 0.05", "Ash 2001: log HR -0.305214",
        "Ash 2001: variance of log HR 0.0474266",
    ]  # fmt: skip


@pytest.mark.parametrize(("p", "said"), [("<0.001", "at most 0.387"), ("> 0.05", "between 0.568 and 1")])
def test_a_p_that_is_only_bounded_leaves_its_row_out_and_says_what_it_bounds(tmp_path: Path, p: str, said: str) -> None:
    bounded = {"study": "Ash 2001", "pval": p, "favours": "intervention", "events": 48}
    found = read(tmp_path, bounded, {"study": "Birch 2002", "oei": -4, "vi_oe": 12})
    assert found.names == ("Birch 2002",)
    [note] = found.notes
    assert note.startswith(f"left out: Ash 2001, line 2, column pval: {p} bounds p")
    assert said in note


@pytest.mark.parametrize("p", ["0.03", ".03", "p = 0.03", "P=.03", "=0.03", "0,03"])
def test_an_exact_p_may_be_spelt_in_any_way(tmp_path: Path, p: str) -> None:
    path = tmp_path / "trials.csv"
    path.write_text(f"study;pval;favours;events\nAsh 2001;{p};1;48\n", encoding="utf-8")
    assert read_numbers(path, Measure.HR).values["yi"] == pytest.approx([-Z / math.sqrt(12)])


BOUNDS = [
    *((p, "at most 0.568") for p in ("<0.05", "< .05", "p<0.05", "P < 0.05", "≤0.05", "<=0.05", "p ≤ 0,05")),
    *((p, "between 0.568 and 1") for p in (">0.05", "≥0.05", "p>.05", "> 0,05", "NS", "n.s.")),
]


@pytest.mark.parametrize(("p", "said"), BOUNDS)
def test_a_bound_of_p_may_be_spelt_in_any_way_and_leaves_out_its_row_alone(tmp_path: Path, p: str, said: str) -> None:
    path = tmp_path / "trials.csv"
    rows = f"Ash 2001;{p};1;48\nBirch 2002;0.03;1;48\n"
    path.write_text(f"study;pval;favours;events\n{rows}", encoding="utf-8")
    found = read_numbers(path, Measure.HR)
    assert found.names == ("Birch 2002",)
    assert found.notes[0].startswith(f"left out: Ash 2001, line 2, column pval: {p} bounds p")
    assert said in found.notes[0]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"pval": 0.03, "events": 48}, "line 2, column favours: '';"),
        ({"pval": 0.03, "favours": "drug", "events": 48}, "column favours: 'drug'"),
        ({"pval": 1.3, "favours": 1, "events": 48}, "column pval: 1.3; give 1 or less"),
        ({"pval": "<1.5", "favours": 1, "events": 48}, "column pval: <1.5; give a number between 0 and 1"),
        ({"pval": 0.03, "sides": 3, "favours": 1, "events": 48}, "column sides: 3; a test has 1 or 2 sides"),
        ({"oei": -2, "vi_oe": 5, "n1i": -9, "n2i": 9}, "column n1i: -9; give 0 or more"),
        ({"surv1i": 0.6, "surv2i": 0.5, "n1i": 96, "n2i": "1e12"}, r"column n2i: 1e\+12; give 1e\+10 or less"),
        ({"pval": "nope", "favours": 1, "events": 48}, "column pval: 'nope' is not a finite number"),
        ({"zi": -2, "events1i": -1, "events2i": 9}, "column events1i: -1; give 0 or more"),
        ({"ratio": 0.8, "ci.lb": 0.6, "ci.ub": 1, "level": 95}, "column level: 95; give a number between"),
        ({"oei": -2, "vi_oe": -1}, "column vi_oe: -1; give 0 or more"),
        ({"surv1i": 60, "surv2i": 50, "n1i": 9, "n2i": 9}, "column surv1i: 60; a share of people .* write 0.6 for per cent"),
    ],
)  # fmt: skip
def test_a_row_that_gives_no_hazard_ratio_names_line_and_column(
    tmp_path: Path, cells: dict[str, object], said: str
) -> None:
    with pytest.raises(PoolError, match=said):
        read(tmp_path, {"study": "Ash 2001"} | cells)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"surv1i": 1, "surv2i": 0.5, "se1i": 0, "se2i": 0.1}, "column surv1i: 1: nobody had the event"),
        ({"surv1i": 0.5, "surv2i": 0, "se1i": 0.1, "se2i": 0}, "column surv2i: 0: everybody had the event"),
        ({"zi": -2, "events1i": 0, "events2i": 9}, "column events1i: 0: no ratio comes of a test"),
        ({"oei": 0, "vi_oe": 0}, "column vi_oe: 0: nobody had the event"),
        ({"o1i": 0, "e1i": 2, "o2i": 5, "e2i": 3}, "column o1i: 0: no ratio comes of an arm without events"),
        ({"ratio": 0.8, "pval": "<0.05"}, "column pval: <0.05 bounds p, and no error comes of it"),
        ({"pval": "0.000", "favours": 1, "events": 48}, "column pval: 0.000 tells no z"),
    ],
)
def test_a_trial_without_a_ratio_is_left_out_with_the_reason(
    tmp_path: Path, cells: dict[str, object], said: str
) -> None:
    found = read(tmp_path, {"study": "Ash 2001"} | cells, {"study": "Birch 2002", "oei": -4, "vi_oe": 12})
    assert found.names == ("Birch 2002",)
    assert found.notes[0].startswith(f"left out: Ash 2001, line 2, {said}")


def test_columns_of_survival_give_no_other_measure(tmp_path: Path) -> None:
    path = tmp_path / "trials.csv"
    path.write_text("study,surv1i,surv2i,n1i,n2i\nAsh 2001,0.6,0.5,50,50\n", encoding="utf-8")
    with pytest.raises(PoolError, match="do not give RR"):
        read_numbers(path, Measure.RR)
