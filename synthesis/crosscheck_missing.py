"""The second engine for the missing: corners of the surface and every tipping point again, from the formulas.

As `synthesis.crosscheck`, it starts from the arms' numbers and shares no code with what it confirms.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from mpmath import mp, mpf

from models.analysis import Applicability
from models.missing import MissingAnswer, SurfacePoint, TippingPoint
from models.synthesis import EffectInput, PooledEffect
from models.vocabulary import ArmRole, Measure, Model
from synthesis.crosscheck import DIGITS, TOLERANCE, Number, effect_again, recompute

OF_EVENTS = (Measure.RR, Measure.OR, Measure.RD, Measure.PETO)


@dataclass(frozen=True)
class MissingDisagreement:
    """A number of what the missing would change that the second engine does not confirm."""

    answer: MissingAnswer
    at: SurfacePoint | TippingPoint
    name: str
    stated: float
    recomputed: float

    def __str__(self) -> str:
        where = self.answer
        return (
            f"{where.analysis or where.outcome}, {where.timepoint}, {where.evidence_set}, missing with"
            f" {self.at.intervention:g} (intervention) and {self.at.control:g} (control): {self.name} is {self.stated},"
            f" recomputed {self.recomputed}"
        )


def crosscheck_missing(
    inputs: Sequence[EffectInput], effects: Sequence[PooledEffect], answers: Sequence[MissingAnswer]
) -> tuple[MissingDisagreement, ...]:
    """Recompute the corners, the middles of the sides and the middle of each surface, and the margin at each tipping point.

    Returns
    -------
    tuple of MissingDisagreement
        Empty if everything is confirmed to `TOLERANCE`, on the analysis scale relative to the larger of a number and its
        standard error. Tables with a zero cell under models that pool cells are left out: their correction is a
        convention, which has no second formula.
    """
    found: list[MissingDisagreement] = []
    with mp.workdps(DIGITS):
        for answer in answers:
            rows = [row for row in inputs if _counts(row, answer)]
            effect = next((item for item in effects if _is_of(item, answer)), None)
            if effect is not None and answer.surface and not _has_corrected_cells(rows, effect):
                found += _disagreements(answer, rows, effect)
    return tuple(found)


def without_second_formula(
    inputs: Sequence[EffectInput], effects: Sequence[PooledEffect], answers: Sequence[MissingAnswer]
) -> list[str]:
    """Sentences on the surfaces that `crosscheck_missing` leaves out."""
    found = []
    for answer in answers:
        rows = [row for row in inputs if _counts(row, answer)]
        effect = next((item for item in effects if _is_of(item, answer)), None)
        if answer.surface and (effect is None or _has_corrected_cells(rows, effect)):
            where = f"{answer.analysis or answer.outcome}, {answer.evidence_set}"
            found.append(f"what the missing would change in {where}: cells are pooled of which one is zero")
    return found


def _counts(row: EffectInput, answer: MissingAnswer) -> bool:
    is_of = (row.evidence_set, row.analysis) == (answer.evidence_set, answer.analysis)
    return is_of and row.counts_in is not Applicability.SUBGROUP


def _is_of(effect: PooledEffect, answer: MissingAnswer) -> bool:
    same = ("evidence_set", "convention", "analysis")
    return effect.is_headline and all(getattr(effect, name) == getattr(answer, name) for name in same)


def _has_corrected_cells(rows: Sequence[EffectInput], effect: PooledEffect) -> bool:
    """Whether cells are pooled, or measured around, of which one is zero."""
    is_of_cells = effect.model in (Model.MH, Model.PETO) or effect.centre is not None or effect.measure is Measure.PETO
    return is_of_cells and any(_has_zero(row) for row in rows)


def _has_zero(row: EffectInput) -> bool:
    cells = (row.events_intervention, row.events_control)
    return 0 in cells or cells[0] == row.n_intervention or cells[1] == row.n_control


def _disagreements(
    answer: MissingAnswer, rows: Sequence[EffectInput], effect: PooledEffect
) -> Iterator[MissingDisagreement]:
    for point in _spread(answer.surface):
        again = recompute([_again(row, answer, point) for row in rows], effect)
        for name in ("estimate", "ci_low", "ci_high"):
            stated, value = getattr(point, name), again[name]
            if stated is None or value is None:
                continue
            number = mp.log(mpf(stated)) if effect.is_ratio else mpf(stated)
            if not abs(number - value) <= TOLERANCE * max(abs(value), again["se"] or mpf(0)):
                yield MissingDisagreement(answer, point, name, float(number), float(value))
    for edge in answer.tipping_points:
        if edge.size is not None:
            again = recompute([_again(row, answer, edge) for row in rows], effect)
            margin = _margin(edge, again)
            if not abs(margin) <= TOLERANCE * max(abs(again["estimate"] or mpf(0)), again["se"] or mpf(0)):
                yield MissingDisagreement(answer, edge, f"margin of {edge.question}", 0.0, float(margin))


def _spread(surface: Sequence[SurfacePoint]) -> list[SurfacePoint]:
    """Ends and middle of both axes, in every combination."""
    axis = sorted({point.control for point in surface})
    chosen = {axis[0], axis[len(axis) // 2], axis[-1]}
    return [point for point in surface if point.intervention in chosen and point.control in chosen]


def _margin(edge: TippingPoint, again: dict[str, Number | None]) -> Number:
    """What is 0 where the answer changes: a limit at no effect, the estimate there, or the estimate at the MID."""
    estimate, low, high = (again[name] or mpf(0) for name in ("estimate", "ci_low", "ci_high"))
    if edge.question == "no effect":
        return min(abs(low), abs(high))
    if edge.question == "side" or edge.size is None or not edge.in_mids:
        return estimate
    return abs(estimate) - mpf(edge.size) / mpf(edge.in_mids)


def _again(row: EffectInput, answer: MissingAnswer, at: SurfacePoint | TippingPoint) -> EffectInput:
    """A row with everybody in it, as an estimate, or as cells where cells are pooled."""
    whole = {
        arm.arm: arm.n_analysed + (arm.n_missing or 0)
        for arm in answer.arms
        if (arm.study_id, arm.part, arm.subgroup) == (row.study_id, row.part, row.subgroup)
    }
    if row.yi is None or row.vi is None or all(whole[role] == _analysed(row, role) for role in ArmRole):
        return row
    assumed = {ArmRole.INTERVENTION: mpf(at.intervention or 0), ArmRole.CONTROL: mpf(at.control or 0)}
    if row.measure in OF_EVENTS:
        return _events_again(row, whole, assumed)
    return _means_again(row, answer, whole, assumed)


def _analysed(row: EffectInput, role: ArmRole) -> int:
    return row.n_intervention if role is ArmRole.INTERVENTION else row.n_control


def _share(row: EffectInput, role: ArmRole) -> Number:
    """By what people of an arm are divided."""
    return mpf(row.design_effect) * (row.shared_by if role is ArmRole.CONTROL else 1)


def _means_again(
    row: EffectInput, answer: MissingAnswer, whole: dict[ArmRole, int], assumed: dict[ArmRole, Number]
) -> EffectInput:
    means, more = {}, {}
    for role in ArmRole:
        n, people, mean = mpf(_analysed(row, role)), mpf(whole[role]), mpf(getattr(row, f"mean_{role}"))
        measured, difference = n / people, assumed[role]
        if answer.lowest is not None and answer.highest is not None:
            bounds = min(mpf(answer.lowest) - mean, mpf(0)), max(mpf(answer.highest) - mean, mpf(0))
            difference = min(max(difference, bounds[0]), bounds[1])
        means[role] = measured * mean + (1 - measured) * (mean + difference)
        more[role] = difference**2 * measured * (1 - measured) * _share(row, role) / people
    changed = msgspec.structs.replace(
        row, mean_intervention=float(means[ArmRole.INTERVENTION]), mean_control=float(means[ArmRole.CONTROL])
    )
    yi, vi = (value or mpf(0) for value in effect_again(changed))
    for role in ArmRole:
        vi += _slope(changed, role) ** 2 * more[role]
    return msgspec.structs.replace(row, is_contrast=True, yi=float(yi), vi=float(vi))


def _slope(row: EffectInput, role: ArmRole) -> Number:
    """By how much an effect grows with the mean of an arm, by the definition of the measure."""
    if row.measure is Measure.ROM:
        return 1 / mpf(getattr(row, f"mean_{role}"))
    unit, _ = effect_again(msgspec.structs.replace(row, mean_intervention=1.0, mean_control=0.0))
    return unit


def _events_again(row: EffectInput, whole: dict[ArmRole, int], assumed: dict[ArmRole, Number]) -> EffectInput:
    """Risks of everybody: the change of effect and variance that they make, and cells that say as much."""
    add = mpf("0.5") if _has_zero(row) else mpf(0)
    now, at_random, cells = {}, {}, {}
    for role in ArmRole:
        share = _share(row, role)
        n, people = mpf(_analysed(row, role)) / share, mpf(whole[role]) / share
        total = n + 2 * add
        risk, missing = (mpf(getattr(row, f"events_{role}")) / share + add) / total, 1 - n / people
        odds = assumed[role] * risk / (1 - risk)
        of_missing = odds / (1 + odds)
        slope = 1 - missing + missing * assumed[role] / (1 - risk + assumed[role] * risk) ** 2
        value = (1 - missing) * risk + missing * of_missing
        variance = slope**2 * risk * (1 - risk) / total + (of_missing - risk) ** 2 * missing * (1 - missing) / people
        now[role], at_random[role] = (value, variance), (risk, risk * (1 - risk) / total)
        size = value * (1 - value) / variance
        cells[role] = value * size, size
    made: dict[str, Any] = {"design_effect": 1.0, "shared_by": 1}
    for role, (events, size) in cells.items():
        made |= {f"events_{role}": float(events), f"n_{role}": float(size)}
    if row.measure is not Measure.PETO:
        yi, vi = (value or mpf(0) for value in effect_again(row))
        (effect, variance), (before, variance_before) = (_compared(row.measure, arms) for arms in (now, at_random))
        made |= {
            "is_contrast": True,
            "yi": float(yi + effect - before),
            "vi": float(vi * variance / variance_before),
        }
    return msgspec.structs.replace(row, **made)


def _compared(measure: Measure, arms: dict[ArmRole, tuple[Number, Number]]) -> tuple[Number, Number]:
    """Effect of two risks with their variances."""
    (one, v1), (two, v2) = arms[ArmRole.INTERVENTION], arms[ArmRole.CONTROL]
    if measure is Measure.RR:
        return mp.log(one / two), v1 / one**2 + v2 / two**2
    if measure is Measure.OR:
        odds = mp.log(one / (1 - one)) - mp.log(two / (1 - two))
        return odds, v1 / (one * (1 - one)) ** 2 + v2 / (two * (1 - two)) ** 2
    return one - two, v1 + v2
