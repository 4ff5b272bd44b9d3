"""The cells of one row become the numbers of one measure; what its columns mean is said in `pooling.reported`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf, log

from models.vocabulary import RATIOS, Measure
from pooling import agreement, agreement_of_counts, columns, contradictions, survival
from pooling.agreement_of_means import of_means
from pooling.bounds import people_of, possible
from pooling.columns import ARMS, NAME_COLUMNS, PAIRED_COLUMNS, RATE_COLUMNS, TABLE_COLUMNS
from pooling.spreadsheet import LeftOut, Row
from synthesis import conversions
from synthesis.conversions import Conversion

Values = dict[str, float | None]


@dataclass(frozen=True)
class Reader:
    """How the rows of one set of columns are read: `gives` are the columns that come out."""

    gives: tuple[str, ...]
    numbers_of: Callable[[Row, list[Conversion], Measure], Values]
    findings: Callable[[Row, Measure], Iterator[contradictions.Finding]] | None


def _tell(said: list[Conversion], conversion: Conversion, arm: str = "") -> float:
    if arm:
        conversion = Conversion(conversion.value, f"{ARMS[arm]} {conversion.name}", conversion.given, conversion.source)
    said.append(conversion)
    return conversion.value


def _tables(row: Row, said: list[Conversion], _: Measure) -> Values:
    (a, n1), (c, n2) = _events_of(row, "ai", "n1i", "bi"), _events_of(row, "ci", "n2i", "di")
    if a is None or c is None or n1 is None or n2 is None:
        return dict.fromkeys((*TABLE_COLUMNS, "people"))
    c, n2 = _divided(row, c, n2, said)
    people = n1 + n2
    effect = _design_effect(row, said)
    return {"ai": a / effect, "n1i": n1 / effect, "ci": c / effect, "n2i": n2 / effect, "people": people}


def _events_of(row: Row, events: str, total: str, others: str) -> tuple[float | None, float | None]:
    """Events and people of one arm; people without the event may stand for the total."""
    n, people = possible(row, events), possible(row, total)
    rest = possible(row, others)
    if n is not None and people is None and rest is not None:
        people = n + rest
    if n is not None and people is not None and n > people:
        raise row.problem(events, f"{n:g} events among {people:g} people ({total})")
    return n, people


def _means(row: Row, said: list[Conversion], _: Measure) -> Values:
    values: Values = {}
    for arm in ARMS:
        n = possible(row, f"n{arm}i")
        mean, sd = _mean_and_sd(row, arm, n, said)
        values |= {f"m{arm}i": mean, f"sd{arm}i": sd, f"n{arm}i": n}
    m1, m2, n1, n2 = (values[name] for name in ("m1i", "m2i", "n1i", "n2i"))
    if m1 is None or m2 is None or n1 is None or n2 is None:
        return values | {"people": None}
    if (least := min(n1, n2)) < 2:
        raise LeftOut(f"an arm of {least:g} has no SD")
    if values["sd1i"] is None and values["sd2i"] is None:
        se = _se(row, m1 - m2, said, df=n1 + n2 - 2)
        if se is not None:
            sd = _tell(said, conversions.sd_from_se_of_difference(se, n1, n2))
            values |= {"sd1i": sd, "sd2i": sd}
    n2 = _divided(row, None, n2, said)[1]
    effect = _design_effect(row, said)
    return values | {"n1i": n1 / effect, "n2i": n2 / effect, "people": n1 + n2}


def _mean_and_sd(row: Row, arm: str, n: float | None, said: list[Conversion]) -> tuple[float | None, float | None]:
    """Mean and SD of one arm, from the first of the columns that stand for them."""

    def given(*names: str) -> list[float | None]:
        return [possible(row, f"{name}{arm}i") for name in names]

    mean, sd = given("m", "sd")
    if n is None or n < 2 or (mean is not None and sd is not None):
        return mean, sd
    se, lb, ub, before, after, median, q1, q3, low, high = given(
        "se", "lb", "ub", "sdpre", "sdpost", "med", "q1_", "q3_", "min", "max"
    )
    correlation = None if before is None or after is None else possible(row, "ri")
    if sd is None and se is not None:
        if not se:
            raise LeftOut(f"an SE of 0 in the {ARMS[arm]} arm")
        sd = _tell(said, conversions.sd_from_se(se, n), arm)
    if sd is None and lb is not None and ub is not None:
        _has_width(lb, ub)
        sd = _tell(said, conversions.sd_from_ci(lb, ub, n, _level(row)), arm)
    if sd is None and before is not None and after is not None and correlation is not None:
        sd = _tell(said, conversions.sd_of_change(before, after, correlation), arm)
    has_pair = (q1 is not None and q3 is not None) or (low is not None and high is not None)
    if median is not None and has_pair and (mean is None or sd is None):
        quantiles = {"q1": q1, "q3": q3, "low": low, "high": high}
        if n < conversions.LEAST_FOR_SKEWNESS:
            raise LeftOut(f"a median of {n:g} people tells no mean")
        skewness = conversions.skewness_of_quantiles(median, n, **quantiles)
        if skewness.is_skewed:
            raise LeftOut(f"{skewness} in the {ARMS[arm]} arm, so that its median tells no mean")
        found = conversions.mean_sd_from_quantiles(median, n, **quantiles)
        mean = _tell(said, found.mean, arm) if mean is None else mean
        sd = _tell(said, found.sd, arm) if sd is None else sd
    return mean, sd


def _paired(row: Row, said: list[Conversion], _: Measure) -> Values:
    _must_not_share(row)
    m1, sd1, m2, sd2, n, correlation = (possible(row, name) for name in PAIRED_COLUMNS)
    if m1 is None or sd1 is None or m2 is None or sd2 is None or n is None or correlation is None:
        return {"yi": None, "vi": None, "people": None}
    found = conversions.paired_mean_difference(m1, sd1, m2, sd2, n, correlation)
    return {"yi": found.yi.value, "vi": _tell(said, found.vi) * _design_effect(row, said), "people": n}


def _rates(row: Row, said: list[Conversion], _: Measure) -> Values:
    x1, t1, x2, t2 = (possible(row, name) for name in RATE_COLUMNS)
    if x1 is None or t1 is None or x2 is None or t2 is None:
        return dict.fromkeys((*RATE_COLUMNS, "people"))
    x2, t2 = _divided(row, x2, t2, said)
    effect = _design_effect(row, said)
    return {"x1i": x1 / effect, "t1i": t1 / effect, "x2i": x2 / effect, "t2i": t2 / effect, "people": people_of(row)}


def _log_rank(row: Row, said: list[Conversion], _: Measure) -> Values:
    _must_not_share(row)
    o_minus_e, v = possible(row, "oei"), possible(row, "vi_oe")
    if o_minus_e is None or v is None:
        return {"oei": None, "vi_oe": None, "people": None}
    if not v:
        raise LeftOut("an O - E with a variance of 0: nobody had the event")
    effect = _design_effect(row, said)
    return {"oei": o_minus_e / effect, "vi_oe": v / effect, "people": people_of(row)}


def _effects(row: Row, said: list[Conversion], measure: Measure) -> Values:
    _must_not_share(row)
    ratio = possible(row, "ratio") if measure in RATIOS else None
    yi, vi = possible(row, "yi"), possible(row, "vi")
    is_ratio = agreement.are_ratios(row, measure)
    if yi is None and ratio is not None:
        yi = log(ratio)
    if yi is None:
        return {"yi": None, "vi": None, "people": None}
    if vi is None:
        se = possible(row, "sei")
        se = _se(row, yi, said, is_ratio=is_ratio) if se is None else se
        vi = None if se is None else se * se
        if vi is not None and not 0 < vi < inf:
            raise LeftOut("the square of the standard error is beyond what a number can hold")
    if vi is not None:
        vi *= _design_effect(row, said)
    return {"yi": yi, "vi": vi, "people": people_of(row)}


def _se(
    row: Row, effect: float, said: list[Conversion], *, df: float | None = None, is_ratio: bool = False
) -> float | None:
    """Standard error of an effect from the first of t (where it has a df), limits and p that the row has."""
    t = None if df is None else possible(row, "ti")
    low, high = possible(row, "ci.lb"), possible(row, "ci.ub")
    if t is not None:
        if not t or not effect:
            raise LeftOut("a t or a difference of 0 tells no SE")
        return _tell(said, conversions.se_from_t(effect, t))
    if low is not None and high is not None:
        _has_width(low, high)
        if is_ratio:
            if low == 0:
                raise LeftOut("a lower limit of 0, whose logarithm does not exist, tells no SE")
            return _tell(said, conversions.log_effect_from_ratio(low, high, _level(row))[1])
        return _tell(said, conversions.se_from_ci(low, high, _level(row), df))
    if row.has("pval"):
        if row.is_bound("pval"):
            raise LeftOut(f"p {row.cells['pval']} is no exact p and tells no SE")
        p = possible(row, "pval")
        if not effect:
            raise LeftOut("a difference of 0 has no SE by its p")
        if not p or p == 1:
            raise LeftOut(f"a p printed as {row.cells['pval']} tells no SE")
        return _tell(said, conversions.se_from_p(effect, p, df))
    return None


def _level(row: Row) -> float:
    level = possible(row, "level")
    if level is not None and not contradictions.LEAST_LEVEL < level < 1:
        raise row.problem("level", f"{level:g}; give a number between 0.5 and 1, such as 0.95")
    return level or contradictions.USUAL_LEVEL


def _has_width(low: float, high: float) -> None:
    """Limits the wrong way round are a typing error, which `pooling.agreement` names."""
    if low == high:
        raise LeftOut("limits that are the same tell no SE")


def _divided(row: Row, events: float | None, n: float, said: list[Conversion]) -> tuple[float, float]:
    """Events and people, or time, of a control group that several rows share."""
    shared = possible(row, "shared_by")
    if shared is None or shared == 1:
        return events or 0.0, n
    if not shared.is_integer():
        raise row.problem("shared_by", f"{shared:g}; give the whole number of rows that share the control group")
    part, people = conversions.split_control(events, n, int(shared))
    return (0.0 if part is None else _tell(said, part, "2")), _tell(said, people, "2")


def _must_not_share(row: Row) -> None:
    """An effect cannot be taken apart into its groups."""
    if (possible(row, "shared_by") or 1) != 1:
        raise LeftOut("a shared control group can be divided in events, means or rates of arms only (shared_by)")


def _design_effect(row: Row, said: list[Conversion]) -> float:
    icc, size = possible(row, "icc"), possible(row, "cluster_size")
    if icc is None and size is None:
        return 1.0
    if icc is None:
        raise LeftOut("cluster_size without icc: give both, or empty both cells if the row is adjusted already")
    if size is None:
        raise LeftOut("icc without cluster_size: give both, or empty both cells if the row is adjusted already")
    return _tell(said, conversions.design_effect(size, icc))


def name_of(row: Row) -> str:
    """What the study is called; authors with their year where there is one."""
    for column in NAME_COLUMNS:
        if name := row.cells.get(column):
            year = row.cells.get("year", "")
            return f"{name}, {year}" if column == "author" and year else name
    return f"row {row.line}"


def _survival(row: Row, said: list[Conversion], measure: Measure) -> Values:
    _must_not_share(row)
    has_effect = False

    def of_effect(plain: Row, told: list[Conversion]) -> Values:
        nonlocal has_effect
        has_effect = True
        return _effects(plain, told, measure)

    values = survival.reader(of_effect)(row, said)
    if not has_effect and (vi := values["vi"]) is not None:
        values = values | {"vi": vi * _design_effect(row, said)}
    return values


READERS = {
    columns.TABLE_COLUMNS: Reader(TABLE_COLUMNS, _tables, agreement_of_counts.of_tables),
    columns.MEAN_COLUMNS: Reader(columns.MEAN_COLUMNS, _means, of_means),
    columns.PAIRED_COLUMNS: Reader(columns.EFFECT_COLUMNS, _paired, None),
    columns.RATE_COLUMNS: Reader(RATE_COLUMNS, _rates, agreement_of_counts.of_rates),
    columns.LOGRANK_COLUMNS: Reader(columns.LOGRANK_COLUMNS, _log_rank, agreement.of_log_rank),
    columns.SURVIVAL_COLUMNS: Reader(columns.EFFECT_COLUMNS, _survival, agreement.of_survival),
    columns.EFFECT_COLUMNS: Reader(columns.EFFECT_COLUMNS, _effects, agreement.of_effects),
}
