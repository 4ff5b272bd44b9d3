"""The second engine: every pooled effect again, with 50 digits, from the formulas, sharing no code.

Nothing of `synthesis` is imported here but this rule: what two programs compute in two ways from the same
printed formulas, and get equal to eight digits, is not a slip of either. It is slow and knows no shortcuts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, TypeAlias

from mpmath import mp, mpf

from models.analysis import Applicability, Method
from models.synthesis import EffectInput, PooledEffect
from models.vocabulary import Interval, Measure, Model

TOLERANCE = 1e-8
"""Largest relative difference at which two engines agree."""

DIGITS = 50

Number: TypeAlias = Any
"""An mpf; mpmath carries no types."""

Tau2: TypeAlias = Callable[[list[Number], list[Number]], Number]


@dataclass(frozen=True)
class Disagreement:
    """A number of a pooled effect that the second engine does not confirm."""

    effect: PooledEffect
    name: str
    stated: float | None
    recomputed: float | None

    def __str__(self) -> str:
        where = self.effect
        return (
            f"{where.analysis or where.outcome}, {where.timepoint}, {where.evidence_set}, {where.convention}, {where.model}, "
            f"{where.interval}: {self.name} is {self.stated}, recomputed {self.recomputed}"
        )


def crosscheck(inputs: Sequence[EffectInput], effects: Sequence[PooledEffect]) -> tuple[Disagreement, ...]:
    """Recompute every pooled effect from the numbers of its studies' arms.

    Parameters
    ----------
    inputs : effects of studies, all evidence sets together; their `yi` and `vi` are not trusted where the
        arms' numbers are there
    effects : pooled effects that were computed from them

    Returns
    -------
    tuple of Disagreement
        Empty if everything is confirmed to `TOLERANCE`. Estimate and limits are compared on the analysis
        scale relative to the larger of their size and the standard error, tau2 to the larger of itself and
        the squared standard error, I2 in fractions of 100, everything else relative to itself.
    """
    found = []
    with mp.workdps(DIGITS):
        for effect in effects:
            own = [
                item
                for item in inputs
                if (item.evidence_set, item.analysis) == (effect.evidence_set, effect.analysis)
                and _counts(item, effect)
            ]
            again = recompute(own, effect)
            stated = {name: getattr(effect, name) for name in again}
            for name, value in again.items():
                if not _agree(name, _on_analysis_scale(name, stated[name], effect), value, again):
                    found.append(Disagreement(effect, name, stated[name], None if value is None else float(value)))
    return tuple(found)


def _counts(item: EffectInput, effect: PooledEffect) -> bool:
    """Whether a row is of an effect: of its subgroup, or of the whole."""
    if effect.subgroup.number:
        return item.subgroup == effect.subgroup and item.counts_in is not Applicability.OVERALL
    return item.counts_in is not Applicability.SUBGROUP


def recompute(inputs: Sequence[EffectInput], effect: PooledEffect) -> dict[str, Number | None]:
    """Estimate, limits (both on the analysis scale), se, p_value, tau2, q, i2_pct and k, anew."""
    known = [(item, *effect_again(item)) for item in inputs]
    studies = [(item, yi, vi) for item, yi, vi in known if yi is not None and vi is not None]
    names = ("estimate", "ci_low", "ci_high", "se", "p_value", "tau2", "q", "i2_pct")
    if not studies:
        return {"k": mpf(0)} | dict.fromkeys(names)
    y, v = [study[1] for study in studies], [study[2] for study in studies]
    k = len(y)
    around, _ = _weighted([1 / vi for vi in v], y)
    tau2, df = mpf(0), None
    if effect.model in (Model.MH, Model.PETO):
        tables = [(_cells(item), item) for item, _, _ in studies]
        estimate, se = _pool_tables(tables, effect)
        around = estimate
        if effect.model is Model.PETO:
            y, v = map(
                list, zip(*((oe / var, 1 / var) for oe, var in (_peto(cells) for cells, _ in tables)), strict=True)
            )
    else:
        if effect.centre is Method.MH:
            around, _ = _pool_tables([(_cells(item), item) for item, _, _ in studies], effect)
        if effect.model is Model.DL and k > 1:
            tau2 = _dersimonian_laird(y, v, around)
        elif effect.model is not Model.COMMON and k > 1:
            tau2 = TAU2[effect.model](y, v)
        w = [1 / (vi + tau2) for vi in v]
        estimate, variance = _weighted(w, y)
        if effect.interval is not Interval.WALD and k > 1:
            factor = sum(wi * (yi - estimate) ** 2 for wi, yi in zip(w, y, strict=True)) / (k - 1)
            variance *= factor if effect.interval is Interval.HKSJ else max(factor, mpf(1))
            df = k - 1
        se = mp.sqrt(variance)
    q = _q_around(y, v, around) if k > 1 else mpf(0)
    half = _quantile(effect.level, df) * se
    if effect.model in TAU2:
        i2 = 100 * tau2 / (tau2 + (k - 1) / _c(v)) if k > 1 else mpf(0)
    else:
        i2 = max(mpf(0), 100 * (1 - (k - 1) / q)) if q > 0 else mpf(0)
    return {
        "k": mpf(k),
        "estimate": estimate,
        "ci_low": estimate - half,
        "ci_high": estimate + half,
        "se": se,
        "p_value": _two_sided(estimate / se, df) if se > 0 else mpf(estimate == 0),
        "tau2": tau2,
        "q": q,
        "i2_pct": i2,
    }


_MH = (Measure.RR, Measure.OR, Measure.RD)


def _on_analysis_scale(name: str, value: float | None, effect: PooledEffect) -> Number | None:
    if value is None:
        return None
    is_ratio = effect.is_ratio and name in ("estimate", "ci_low", "ci_high")
    return mp.log(mpf(value)) if is_ratio else mpf(value)


def _agree(name: str, stated: Number | None, value: Number | None, again: dict[str, Number | None]) -> bool:
    if stated is None or value is None:
        return stated is None and value is None
    se = again["se"] or mpf(0)
    scale = abs(value)
    if name in ("estimate", "ci_low", "ci_high"):
        scale = max(scale, se)
    elif name == "tau2":
        scale = max(scale, se**2)
    elif name == "i2_pct":
        scale = mpf(100)
    return bool(abs(stated - value) <= TOLERANCE * scale or abs(stated - value) < mpf("1e-15"))


def effect_again(item: EffectInput) -> tuple[Number | None, Number | None]:
    """Effect and variance from the arms' numbers, from the stated ones only where there are none."""
    if item.yi is None or item.vi is None:
        return None, None
    if item.is_contrast:
        return mpf(item.yi), mpf(item.vi)
    if item.measure in (*_MH, Measure.PETO) and item.events_intervention is not None:
        return _table_effect(item)
    if item.mean_intervention is not None and item.mean_control is not None:
        return _means_effect(item)
    return mpf(item.yi), mpf(item.vi)


def _means_effect(item: EffectInput) -> tuple[Number, Number]:
    m1, s1, n1 = mpf(item.mean_intervention), mpf(item.sd_intervention), mpf(item.n_intervention)
    m2, s2, n2 = mpf(item.mean_control), mpf(item.sd_control), mpf(item.n_control)
    if item.correlation is not None:
        return m1 - m2, (s1**2 + s2**2 - 2 * mpf(item.correlation) * s1 * s2) / n1
    n1, n2 = n1 / mpf(item.design_effect), n2 / mpf(item.design_effect) / item.shared_by
    if item.measure is Measure.ROM:
        return mp.log(m1 / m2), s1**2 / (n1 * m1**2) + s2**2 / (n2 * m2**2)
    if item.measure is Measure.ROM_GEOMETRIC:
        l1, l2 = mp.log(1 + (s1 / m1) ** 2), mp.log(1 + (s2 / m2) ** 2)
        return mp.log(m1) - l1 / 2 - mp.log(m2) + l2 / 2, l1 / n1 + l2 / n2
    if item.measure in (Measure.SMD, Measure.SMD_APPROXIMATE):
        total, df = n1 + n2, n1 + n2 - 2
        d = (m1 - m2) / mp.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / df)
        if item.measure is Measure.SMD:
            g = d * mp.gamma(df / 2) * mp.rgamma((df - 1) / 2) / mp.sqrt(df / 2)
            return g, 1 / n1 + 1 / n2 + g**2 / (2 * total)
        g = d * (1 - 3 / (4 * total - 9))
        return g, total / (n1 * n2) + g**2 / (2 * (total - mpf("3.94")))
    return m1 - m2, s1**2 / n1 + s2**2 / n2


def _cells(item: EffectInput) -> tuple[Number, Number, Number, Number]:
    one, two = mpf(item.design_effect), mpf(item.design_effect) * item.shared_by
    a, c = mpf(item.events_intervention or 0) / one, mpf(item.events_control or 0) / two
    return a, item.n_intervention / one - a, c, item.n_control / two - c


def _corrected(cells: tuple[Number, ...], said: EffectInput | None = None) -> tuple[Number, ...]:
    """Cells with what is added to them: half a person where one is zero, unless an analysis says otherwise."""
    is_asked = 0 in cells
    if said is not None and said.zero_to is not None:
        is_asked = {"all": True, "none": False}.get(said.zero_to, is_asked)
    if not is_asked:
        return cells
    add = mpf("0.5") if said is None or said.zero_add is None else mpf(said.zero_add)
    if said is None or not said.zero_by_arm:
        return tuple(cell + add for cell in cells)
    n1, n2 = cells[0] + cells[1], cells[2] + cells[3]
    shares = (2 * add * n1 / (n1 + n2), 2 * add * n2 / (n1 + n2))
    return tuple(cell + shares[place // 2] for place, cell in enumerate(cells))


def _table_effect(item: EffectInput) -> tuple[Number, Number]:
    """Effect of one table; a rule for the cells that Mantel-Haenszel pools is none for the effects beside it."""
    raw = _cells(item)
    if item.measure is Measure.PETO:
        o_minus_e, variance = _peto(raw)
        return o_minus_e / variance, 1 / variance
    a, b, c, d = _corrected(raw, None if item.zero_of_cells else item)
    n1, n2 = a + b, c + d
    if item.measure is Measure.RR:
        variance = 1 / a - 1 / n1 + 1 / c - 1 / n2
        return mpf(0) if _is_everybody(raw) else mp.log((a / n1) / (c / n2)), variance
    if item.measure is Measure.OR:
        return mp.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d
    difference = raw[0] / (raw[0] + raw[1]) - raw[2] / (raw[2] + raw[3])
    return difference, a * b / n1**3 + c * d / n2**3


def _is_everybody(cells: tuple[Number, ...]) -> bool:
    """Whether everybody had the event in both arms: two risks of 1, whatever is added to the cells."""
    return bool(cells[1] == 0 and cells[3] == 0)


def _peto(cells: tuple[Number, ...]) -> tuple[Number, Number]:
    a, b, c, d = cells
    n1, n2, events, others = a + b, c + d, a + c, b + d
    total = n1 + n2
    return a - n1 * events / total, n1 * n2 * events * others / (total**2 * (total - 1))


def _pool_tables(tables: list[tuple[tuple[Number, ...], EffectInput]], effect: PooledEffect) -> tuple[Number, Number]:
    """Mantel-Haenszel as RevMan has it, or Peto; (None, None) never occurs for studies with an effect."""
    if effect.model is Model.PETO:
        observed = [_peto(cells) for cells, _ in tables]
        variance = sum(v for _, v in observed)
        return sum(oe for oe, _ in observed) / variance, 1 / mp.sqrt(variance)
    above = below = spread = pr = ps_qr = qs = mpf(0)
    for raw, item in tables:
        a, b, c, d = _corrected(raw, item)
        n1, n2 = a + b, c + d
        n = n1 + n2
        if effect.measure is Measure.RR:
            above += (c * n1 if _is_everybody(raw) else a * n2) / n
            below += c * n1 / n
            spread += (n1 * n2 * (a + c) - a * c * n) / n**2
        elif effect.measure is Measure.OR:
            r, s, p, q = a * d / n, b * c / n, (a + d) / n, (b + c) / n
            above, below = above + r, below + s
            pr, ps_qr, qs = pr + p * r, ps_qr + p * s + q * r, qs + q * s
        else:
            one, two = raw[0] + raw[1], raw[2] + raw[3]
            weight = one * two / (one + two)
            above += weight * (raw[0] / one - raw[2] / two)
            below += weight
            spread += weight**2 * (a * b / n1**3 + c * d / n2**3)
    if effect.measure is Measure.RR:
        return mp.log(above / below), mp.sqrt(spread / (above * below))
    if effect.measure is Measure.OR:
        variance = pr / (2 * above**2) + ps_qr / (2 * above * below) + qs / (2 * below**2)
        return mp.log(above / below), mp.sqrt(variance)
    return above / below, mp.sqrt(spread) / below


def _weighted(w: list[Number], y: list[Number]) -> tuple[Number, Number]:
    total = sum(w)
    return sum(wi * yi for wi, yi in zip(w, y, strict=True)) / total, 1 / total


def _q_around(y: list[Number], v: list[Number], centre: Number) -> Number:
    return sum((yi - centre) ** 2 / vi for yi, vi in zip(y, v, strict=True))


def _c(v: list[Number]) -> Number:
    w = [1 / vi for vi in v]
    return sum(w) - sum(wi**2 for wi in w) / sum(w)


def _generalised_q(y: list[Number], v: list[Number], tau2: Number) -> Number:
    w = [1 / (vi + tau2) for vi in v]
    mean, _ = _weighted(w, y)
    return sum(wi * (yi - mean) ** 2 for wi, yi in zip(w, y, strict=True))


def _variance_of(y: list[Number]) -> Number:
    mean = sum(y) / len(y)
    return sum((yi - mean) ** 2 for yi in y) / (len(y) - 1)


def _dersimonian_laird(y: list[Number], v: list[Number], around: Number | None = None) -> Number:
    q = _generalised_q(y, v, mpf(0)) if around is None else _q_around(y, v, around)
    return max(mpf(0), (q - (len(y) - 1)) / _c(v))


def _hedges(y: list[Number], v: list[Number]) -> Number:
    return max(mpf(0), _variance_of(y) - sum(v) / len(v))


def _sidik_jonkman(y: list[Number], v: list[Number]) -> Number:
    k = len(y)
    crude = _variance_of(y) * (k - 1) / k
    return crude * _generalised_q(y, v, crude) / (k - 1) if crude > 0 else mpf(0)


def _paule_mandel(y: list[Number], v: list[Number]) -> Number:
    def excess(tau2: Number) -> Number:
        return _generalised_q(y, v, tau2) - (len(y) - 1)

    return mpf(0) if excess(mpf(0)) <= 0 else _bisect(excess, mpf(0), _variance_of(y))


def _log_likelihood(y: list[Number], v: list[Number], tau2: Number, *, is_restricted: bool) -> Number:
    value = -sum(mp.log(vi + tau2) for vi in v) - _generalised_q(y, v, tau2)
    return value - (mp.log(sum(1 / (vi + tau2) for vi in v)) if is_restricted else 0)


def _slope(y: list[Number], v: list[Number], tau2: Number, *, is_restricted: bool) -> Number:
    w = [1 / (vi + tau2) for vi in v]
    mean, _ = _weighted(w, y)
    squares = sum(wi**2 for wi in w)
    value = sum(wi**2 * (yi - mean) ** 2 for wi, yi in zip(w, y, strict=True)) - sum(w)
    return value + (squares / sum(w) if is_restricted else 0)


def _most_likely(y: list[Number], v: list[Number], *, is_restricted: bool) -> Number:
    """The highest of all local maxima that a fine search of tau2 finds."""

    def slope(tau2: Number) -> Number:
        return _slope(y, v, tau2, is_restricted=is_restricted)

    high = max(_variance_of(y), min(v))
    while slope(high) > 0:
        high *= 2
    low, steps = min(v) / 100, 12 * int(mp.ceil(mp.log10(100 * high / min(v))))
    grid = [mpf(0)] + [low * (high / low) ** (mpf(i) / steps) for i in range(steps + 1)]
    slopes = [slope(tau2) for tau2 in grid]
    peaks = [mpf(0)]
    for i in range(len(grid) - 1):
        if slopes[i] > 0 >= slopes[i + 1]:
            peaks.append(_bisect(slope, grid[i], grid[i + 1]))
    return max(peaks, key=lambda tau2: _log_likelihood(y, v, tau2, is_restricted=is_restricted))


def _bisect(function: Callable[[Number], Number], low: Number, high: Number) -> Number:
    """The point where a function turns from positive to not positive, by halving."""
    while function(high) > 0:
        high *= 2
    for _ in range(120):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) > 0 else (low, middle)
    return (low + high) / 2


def _two_sided(t: Number, df: int | None) -> Number:
    if df is None:
        return mp.erfc(abs(t) / mp.sqrt(2))
    return mp.betainc(mpf(df) / 2, mpf("0.5"), 0, df / (df + t**2), regularized=True)


@cache
def _quantile(level: float, df: int | None) -> Number:
    if df is None:
        return mp.sqrt(2) * mp.erfinv(mpf(level))
    return _bisect(lambda t: _two_sided(t, df) - (1 - mpf(level)), mpf(0), mpf(2))


TAU2: dict[Model, Tau2] = {
    Model.DL: _dersimonian_laird,
    Model.HE: _hedges,
    Model.SJ: _sidik_jonkman,
    Model.PM: _paule_mandel,
    Model.EB: _paule_mandel,
    Model.ML: partial(_most_likely, is_restricted=False),
    Model.REML: partial(_most_likely, is_restricted=True),
}
