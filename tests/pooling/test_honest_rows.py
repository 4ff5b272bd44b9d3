"""Rows made from one truth and rounded agree with themselves, whatever they tell twice; a cell that is moved does not."""

import math
from collections.abc import Callable, Iterator
from random import Random

import pytest
from scipy import stats

from models.vocabulary import Measure
from pooling.cells import READERS
from pooling.columns import EFFECT_COLUMNS, LOGRANK_COLUMNS, MEAN_COLUMNS, RATE_COLUMNS, TABLE_COLUMNS
from pooling.spreadsheet import Row

Cells = dict[str, float]
Z = 1.959963984540054
COUNTS = {"ai", "n1i", "ci", "n2i", "x1i", "x2i", "t1i", "t2i"}


def _told(effect: float, se: float, p: float, t: float, is_ratio: bool) -> Cells:
    """Everything that a row may say of an effect."""
    ends = (effect, effect - t * se, effect + t * se)
    name = "ratio" if is_ratio else "yi"
    shown = [math.exp(end) if is_ratio else end for end in ends]
    return dict(zip((name, "ci.lb", "ci.ub"), shown, strict=True)) | {"sei": se, "vi": se**2, "pval": p}


def _by_z(effect: float, se: float) -> float:
    return float(2 * stats.norm.sf(abs(effect) / se))


def effects(random: Random) -> tuple[Cells, float]:
    effect, se = random.uniform(-1, 1), random.uniform(0.1, 0.6)
    return _told(effect, se, _by_z(effect, se), Z, is_ratio=True), se


def differences(random: Random) -> tuple[Cells, float]:
    effect, se = random.uniform(-9, 9), random.uniform(0.5, 4)
    return _told(effect, se, _by_z(effect, se), Z, is_ratio=False), se


def tables(random: Random) -> tuple[Cells, float]:
    n1, n2 = random.randint(60, 400), random.randint(60, 400)
    a, c = random.randint(25, n1 - 25), random.randint(25, n2 - 25)
    effect, se = math.log(a / n1 * n2 / c), math.sqrt(1 / a - 1 / n1 + 1 / c - 1 / n2)
    tests = [
        _by_z(effect, se),
        stats.fisher_exact([[a, n1 - a], [c, n2 - c]]).pvalue,
        *(stats.chi2_contingency([[a, n1 - a], [c, n2 - c]], correction=is_yates).pvalue for is_yates in (True, False)),
    ]
    return {"ai": a, "n1i": n1, "ci": c, "n2i": n2} | _told(effect, se, random.choice(tests), Z, is_ratio=True), se


def rates(random: Random) -> tuple[Cells, float]:
    x1, x2, t1, t2 = (random.randint(30, 200) for _ in range(4))
    effect, se = math.log(x1 / t1 * t2 / x2), math.sqrt(1 / x1 + 1 / x2)
    return {"x1i": x1, "t1i": t1, "x2i": x2, "t2i": t2} | _told(effect, se, _by_z(effect, se), Z, is_ratio=True), se


def _with_limits(cells: Cells, low: float, high: float, p: float) -> Cells:
    return cells | {"ci.lb": low, "ci.ub": high, "pval": p}


def tables_with_exact_limits(random: Random) -> tuple[Cells, float]:
    n1, n2 = random.randint(10, 300), random.randint(10, 300)
    a, c = random.randint(1, n1 - 1), random.randint(1, n2 - 1)
    table = [[a, n1 - a], [c, n2 - c]]
    effect, se = math.log(a / (n1 - a) * (n2 - c) / c), math.sqrt(sum(1 / cell for arm in table for cell in arm))
    fisher = stats.contingency.odds_ratio(table, kind="conditional").confidence_interval(0.95)
    p = stats.fisher_exact(table).pvalue
    told = _with_limits(_told(effect, se, p, Z, is_ratio=True), fisher.low, fisher.high, p)
    return {"ai": a, "n1i": n1, "ci": c, "n2i": n2} | told, se


def rates_with_exact_limits(random: Random) -> tuple[Cells, float]:
    x1, x2, t1, t2 = (random.randint(1, 200) for _ in range(4))
    effect, se = math.log(x1 / t1 * t2 / x2), math.sqrt(1 / x1 + 1 / x2)
    share = stats.binomtest(x1, x1 + x2, t1 / (t1 + t2))
    low, high = (end / (1 - end) * t2 / t1 for end in share.proportion_ci(0.95, "exact"))
    told = _with_limits(_told(effect, se, share.pvalue, Z, is_ratio=True), low, high, share.pvalue)
    return {"x1i": x1, "t1i": t1, "x2i": x2, "t2i": t2} | told, se


def log_ranks(random: Random) -> tuple[Cells, float]:
    v = random.uniform(8, 80)
    effect, se = random.uniform(-1, 1), 1 / math.sqrt(v)
    return {"oei": effect * v, "vi_oe": v} | _told(effect, se, _by_z(effect, se), Z, is_ratio=True), se


def means(random: Random) -> tuple[Cells, float]:
    n1, n2 = random.randint(15, 200), random.randint(15, 200)
    m1, m2, sd1, sd2 = random.uniform(20, 60), random.uniform(20, 60), random.uniform(6, 14), random.uniform(6, 14)
    df = n1 + n2 - 2
    pooled = math.sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / df)
    se = random.choice([math.sqrt(sd1**2 / n1 + sd2**2 / n2), pooled * math.sqrt(1 / n1 + 1 / n2)])
    t = (m1 - m2) / se
    told = _told(m1 - m2, se, float(2 * stats.t.sf(abs(t), df)), float(stats.t.isf(0.025, df)), is_ratio=False)
    cells = {"m1i": m1, "sd1i": sd1, "m2i": m2, "sd2i": sd2, "se1i": sd1 / math.sqrt(n1), "se2i": sd2 / math.sqrt(n2)}
    return cells | {"n1i": n1, "n2i": n2, "ti": t} | told, se


def standardised(random: Random) -> tuple[Cells, float]:
    n1, n2 = random.randint(15, 200), random.randint(15, 200)
    m1, m2, sd1, sd2 = random.uniform(20, 40), random.uniform(20, 40), random.uniform(6, 14), random.uniform(6, 14)
    df, n = n1 + n2 - 2, n1 + n2
    pooled = math.sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / df)
    g = (m1 - m2) / pooled * (1 - 3 / (4 * df - 1))
    se = math.sqrt(1 / n1 + 1 / n2 + g**2 / (2 * n))
    cells = {"m1i": m1, "sd1i": sd1, "n1i": n1, "m2i": m2, "sd2i": sd2, "n2i": n2}
    t = (m1 - m2) / pooled / math.sqrt(1 / n1 + 1 / n2)
    return cells | _told(g, se, float(2 * stats.t.sf(abs(t), df)), Z, is_ratio=False), se


KINDS: dict[str, tuple[Callable[[Random], tuple[Cells, float]], Measure, tuple[str, ...]]] = {
    "ratios": (effects, Measure.HR, EFFECT_COLUMNS),
    "differences": (differences, Measure.MD, EFFECT_COLUMNS),
    "events": (tables, Measure.RR, TABLE_COLUMNS),
    "rates": (rates, Measure.IRR, RATE_COLUMNS),
    "events with Fisher's limits": (tables_with_exact_limits, Measure.OR, TABLE_COLUMNS),
    "rates with Clopper and Pearson's limits": (rates_with_exact_limits, Measure.IRR, RATE_COLUMNS),
    "log-rank tests": (log_ranks, Measure.HR, LOGRANK_COLUMNS),
    "means": (means, Measure.MD, MEAN_COLUMNS),
    "standardised means": (standardised, Measure.SMD, MEAN_COLUMNS),
}


def _row(cells: Cells, digits: int) -> Row:
    texts = {name: f"{value:.{0 if name in COUNTS else digits}f}" for name, value in cells.items()}
    return Row(__file__, 2, texts, has_decimal_comma=False)


def _findings(row: Row, kind: str) -> list[str]:
    _, measure, columns = KINDS[kind]
    found = READERS[columns].findings
    assert found is not None
    return [item.said for item in found(row, measure)]


def _made(kind: str, n: int) -> Iterator[tuple[Cells, float]]:
    random = Random(kind)
    for _ in range(n):
        yield KINDS[kind][0](random)


@pytest.mark.parametrize("digits", range(4))
@pytest.mark.parametrize("kind", KINDS)
def test_rows_made_from_one_truth_are_never_mentioned(kind, digits):
    for cells, _ in _made(kind, 60):
        row = _row(cells, digits)
        if row.cells.get("ratio", "1").strip("0.") and row.cells.get("vi", "1").strip("0."):
            assert not _findings(row, kind), row.cells


MOVED = {
    # by so many standard errors: what another usual test, formula or interval would explain is not told apart
    "ratios": {"ci.lb": 0.2, "ci.ub": 0.2, "ratio": 0.2},
    "differences": {"ci.lb": 0.2, "ci.ub": 0.2, "yi": 0.2},
    "events": {"ratio": 0.2, "ci.lb": 0.6, "ci.ub": 0.6},
    "rates": {"ratio": 0.2, "ci.lb": 0.6, "ci.ub": 0.6},
    "log-rank tests": {"ratio": 0.2, "ci.lb": 0.4, "ci.ub": 0.4},
    "means": {"yi": 0.2, "ci.lb": 0.2, "ci.ub": 0.2},
    "standardised means": {"yi": 0.2, "ci.lb": 0.3, "ci.ub": 0.3},
}


@pytest.mark.parametrize(("kind", "column"), [(kind, column) for kind, columns in MOVED.items() for column in columns])
def test_a_cell_that_is_moved_is_always_mentioned(kind, column):
    """The others are as printed with three digits; p is not there to give it away."""
    by = MOVED[kind][column]
    for i, (cells, se) in enumerate(_made(kind, 60)):
        away = (by if i % 2 else -by) * se
        value = cells[column] * math.exp(away) if "ratio" in cells else cells[column] + away
        kept = {name: number for name, number in cells.items() if name != "pval"} | {column: value}
        assert _findings(_row(kept, 3), kind), (column, kept)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("factor", [0.8, 1.25])
def test_a_standard_error_that_is_moved_is_always_mentioned(kind, factor):
    for cells, se in _made(kind, 60):
        kept = {name: number for name, number in cells.items() if name not in {"pval", "vi"}}
        assert _findings(_row(kept | {"sei": se * factor}, 4), kind), kept
