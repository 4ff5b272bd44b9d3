"""A review has every measure and model that ``trialwatch pool`` has: the same numbers give the same estimate either way."""

from collections.abc import Callable, Mapping, Sequence
from math import exp
from pathlib import Path

import pytest
from made_up_folders import STUDIES, Cells, analysis, arm, arms, contrast, made_up_review, table

from judging.evidence import inputs_of, numbers_of_review
from models.review import Review
from models.synthesis import EffectInput, PooledEffect
from models.vocabulary import RATIOS, Convention, EvidenceSet, Interval, Measure, Model
from models.zero_cells import AddTo
from pooling.pool import analyses
from synthesis.analyses import pool_review
from synthesis.crosscheck import crosscheck
from synthesis.tables import ZeroChoice

EVENTS = [(12, 120, 20, 118), (5, 60, 4, 63), (30, 210, 41, 205), (8, 33, 15, 36)]
SPARSE = [(0, 40, 3, 41), (2, 60, 0, 30), (5, 80, 9, 85), (0, 25, 0, 50), (12, 12, 9, 9), (4, 70, 4, 66)]
MEANS = [(20.1, 4.0, 40, 22.0, 5.1, 38), (18.3, 3.1, 25, 18.9, 2.9, 27), (25.4, 6.6, 60, 29.3, 6.0, 66)]
RATES = [(14, 320.5, 40, 22, 310.0, 41), (3, 90.0, 12, 8, 95.25, 12), (31, 700.0, 88, 40, 650.0, 85)]
ESTIMATES = [(-0.31, 0.12), (-0.05, 0.2), (-0.42, 0.31), (0.1, 0.25)]
O_MINUS_E = [(-4.2, 11.0), (-1.5, 6.25), (0.8, 9.1)]

Numbers = tuple[dict[str, Sequence[Cells]], Sequence[Cells]]
"""Rows of a folder's files, and the same as a spreadsheet with metafor's columns."""


def of_events(tables: Sequence[tuple[int, int, int, int]]) -> Numbers:
    rows = [row for study, cells in zip(STUDIES, tables, strict=False) for row in arms(study, *cells)]
    return {"extraction": rows}, [dict(zip(("ai", "n1i", "ci", "n2i"), cells, strict=True)) for cells in tables]


def of_means() -> Numbers:
    rows = [
        row
        for study, (m1, sd1, n1, m2, sd2, n2) in zip(STUDIES, MEANS, strict=False)
        for row in (arm(study, "intervention", n1, mean=m1, sd=sd1), arm(study, "control", n2, mean=m2, sd=sd2))
    ]
    names = ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")
    return {"extraction": rows}, [dict(zip(names, numbers, strict=True)) for numbers in MEANS]


def of_rates() -> Numbers:
    rows = [
        row
        for study, (x1, t1, n1, x2, t2, n2) in zip(STUDIES, RATES, strict=False)
        for row in (
            arm(study, "intervention", n1, n_events=x1, person_time=t1),
            arm(study, "control", n2, n_events=x2, person_time=t2),
        )
    ]
    return {"extraction": rows}, [{"x1i": x1, "t1i": t1, "x2i": x2, "t2i": t2} for x1, t1, _, x2, t2, _ in RATES]


def of_estimates(measure: Measure) -> Numbers:
    def shown(yi: float) -> float:
        return exp(yi) if measure in RATIOS else yi

    rows = [
        contrast(study, measure, estimate=repr(shown(yi)), se=se)
        for study, (yi, se) in zip(STUDIES, ESTIMATES, strict=False)
    ]
    return {"contrasts": rows}, [{"yi": yi, "vi": se**2} for yi, se in ESTIMATES]


def of_o_minus_e(measure: Measure) -> Numbers:
    rows = [
        contrast(study, measure, o_minus_e=o_e, variance=v) for study, (o_e, v) in zip(STUDIES, O_MINUS_E, strict=False)
    ]
    return {"contrasts": rows}, [{"oei": o_e, "vi_oe": v} for o_e, v in O_MINUS_E]


def nightly(
    folder: Path, line: Cells, rows: Mapping[str, Sequence[Cells]]
) -> tuple[Review, list[EffectInput], PooledEffect]:
    """The one estimate of a folder's published evidence."""
    review = made_up_review(folder, analyses=[line], **rows)
    numbers, _ = numbers_of_review(review, {})
    inputs = inputs_of(review, numbers, set())
    [effect] = pool_review(inputs, review.protocol, EvidenceSet.PUBLISHED)
    return review, inputs, effect


def by_spreadsheet(
    folder: Path,
    rows: Sequence[Cells],
    measure: Measure,
    model: Model,
    interval: Interval = Interval.WALD,
    level: float = 0.95,
    zeros: ZeroChoice | None = None,
) -> Mapping[str, float | int | None]:
    path = folder / "rows.csv"
    path.write_text(table([{"study": name} | row for name, row in zip(STUDIES, rows, strict=False)]), encoding="utf-8")
    # Under RevMan's conventions `pool` has no other standardised mean difference than the approximate one.
    conventions = [] if measure is Measure.SMD else [Convention.REVMAN2025]
    [found] = analyses(path, measure, [model], [interval], conventions, level=level, zero_cells=zeros)
    pooled = found.pooled
    return {
        "k": pooled.k,
        "yi": pooled.estimate,
        "se": pooled.se,
        "p_value": pooled.p_value,
        "tau2": pooled.tau2,
        "tau2_low": pooled.tau2_low,
        "tau2_high": pooled.tau2_high,
        "q": pooled.q,
        "i2_pct": pooled.i2_pct,
        "ci_low": pooled.ci_low if measure not in RATIOS or pooled.ci_low is None else exp(pooled.ci_low),
        "ci_high": pooled.ci_high if measure not in RATIOS or pooled.ci_high is None else exp(pooled.ci_high),
    }


def same(effect: PooledEffect, expected: Mapping[str, float | int | None]) -> None:
    known = {name: value for name, value in expected.items() if value is not None}
    assert {name: getattr(effect, name) for name in known} == pytest.approx(known, rel=1e-12, abs=1e-12)
    assert [name for name in expected if getattr(effect, name) is None] == [n for n in expected if n not in known]
    assert effect.k
    assert effect.estimate is not None


ALL = ["DL", "PM", "REML", "ML", "EB", "HE", "SJ"]
MEASURES: list[tuple[str, Callable[[], Numbers], list[str]]] = [
    # measure, numbers, models beside inverse variance under a common effect and under random effects
    ("RR", lambda: of_events(EVENTS), ["mh"]),
    ("OR", lambda: of_events(EVENTS), ["mh", "peto"]),
    ("RD", lambda: of_events(EVENTS), ["mh"]),
    ("PETO", lambda: of_events(EVENTS), ["peto"]),
    ("MD", of_means, []),
    ("SMD", of_means, []),
    ("SMD-approximate", of_means, []),
    ("ROM", of_means, []),
    ("ROM-geometric", of_means, []),
    ("IRR", of_rates, []),
    ("HR", lambda: of_estimates(Measure.HR), []),
    ("IRR", lambda: of_estimates(Measure.IRR), []),
    ("RR", lambda: of_estimates(Measure.RR), []),
    ("MD", lambda: of_estimates(Measure.MD), []),
    ("GEN", lambda: of_estimates(Measure.GEN), []),
    ("HR", lambda: of_o_minus_e(Measure.HR), []),
    ("PETO", lambda: of_o_minus_e(Measure.PETO), []),
]
CASES = [
    (measure, numbers, method, "fixed", "") for measure, numbers, methods in MEASURES for method in [*methods, "iv"]
] + [(measure, numbers, "iv", "random", model) for measure, numbers, _ in MEASURES for model in ALL]


@pytest.mark.parametrize(("measure", "numbers", "method", "model", "estimator"), CASES)
def test_a_review_pools_as_a_spreadsheet_does(
    tmp_path: Path, measure: str, numbers: Callable[[], Numbers], method: str, model: str, estimator: str
) -> None:
    rows, sheet = numbers()
    line = analysis("1.1", measure=measure, method=method, model=model, estimator=estimator)
    if measure == "GEN":
        line |= {"is_log": "false"}
    _, inputs, effect = nightly(tmp_path, line, rows)
    wanted = Model(estimator or {"mh": "mh", "peto": "peto"}.get(method, "common"))
    same(effect, by_spreadsheet(tmp_path, sheet, Measure(measure), wanted))
    assert crosscheck(inputs, [effect]) == ()


@pytest.mark.parametrize("interval", ["wald", "hksj", "hksj-truncated"])
@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_intervals_and_levels_are_those_of_a_spreadsheet(tmp_path: Path, interval: str, level: float) -> None:
    rows, sheet = of_events(EVENTS)
    line = analysis("1.1", method="iv", model="random", estimator="PM", interval=interval, level=level)
    _, inputs, effect = nightly(tmp_path, line, rows)
    same(effect, by_spreadsheet(tmp_path, sheet, Measure.RR, Model.PM, Interval(interval), level))
    assert crosscheck(inputs, [effect]) == ()


ZEROS: list[tuple[str, Cells, ZeroChoice]] = [
    ("as usual", {}, ZeroChoice()),
    ("none for cells that are pooled", {"zero_to": "none"}, ZeroChoice(to=AddTo.NONE)),
    ("a quarter", {"zero_add": 0.25}, ZeroChoice(add=0.25)),
    ("to all if one is zero", {"zero_to": "if0all"}, ZeroChoice(to=AddTo.IF_ZERO_ALL)),
    ("to all", {"zero_add": 1, "zero_to": "all"}, ZeroChoice(add=1, to=AddTo.ALL)),
    ("by arm", {"zero_by_arm": "true"}, ZeroChoice(by_arm=True)),
    ("double kept", {"zero_double": "keep"}, ZeroChoice(drop_double=False)),
    ("double dropped", {"zero_double": "drop"}, ZeroChoice(drop_double=True)),
    (
        "all at once",
        {"zero_add": 0.3, "zero_by_arm": "true", "zero_to": "if0all", "zero_double": "keep"},
        ZeroChoice(0.3, AddTo.IF_ZERO_ALL, by_arm=True, drop_double=False),
    ),
]


@pytest.mark.parametrize(("said", "zeros"), [case[1:] for case in ZEROS], ids=[case[0] for case in ZEROS])
@pytest.mark.parametrize("measure", ["RR", "OR", "RD"])
@pytest.mark.parametrize(("method", "estimator"), [("mh", ""), ("iv", ""), ("iv", "REML"), ("iv", "DL")])
def test_zero_cells_are_corrected_as_an_analysis_says(
    tmp_path: Path, measure: str, method: str, estimator: str, said: Cells, zeros: ZeroChoice
) -> None:
    rows, sheet = of_events(SPARSE)
    model = "random" if estimator else "fixed"
    line = analysis("1.1", measure=measure, method=method, model=model, estimator=estimator) | said
    _, inputs, effect = nightly(tmp_path, line, rows)
    wanted = Model(estimator or {"mh": "mh"}.get(method, "common"))
    same(effect, by_spreadsheet(tmp_path, sheet, Measure(measure), wanted, zeros=zeros))
    assert crosscheck(inputs, [effect]) == ()


def test_rules_for_zeros_change_an_estimate_and_say_so(tmp_path: Path) -> None:
    rows, _ = of_events(SPARSE)
    usual = nightly(tmp_path / "usual", analysis("1.1"), rows)
    other = nightly(tmp_path / "other", analysis("1.1", method="iv", zero_add=0.1), rows)
    none = nightly(tmp_path / "none", analysis("1.1", zero_to="none"), rows)
    assert len({effect.estimate for _, _, effect in (usual, other, none)}) == 3
    assert next(item.note for item in other[1] if item.note) == "0.1 added to each cell because one is zero"
    assert not [item.note for item in none[1] if "added" in item.note]
