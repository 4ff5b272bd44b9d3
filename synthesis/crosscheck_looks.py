"""The second engine for looks: e-values by quadrature over the effects that are bet on, limits by what they refute.

As `synthesis.crosscheck`, it starts from the arms' numbers and shares no code with what it confirms.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mpmath import mp, mpf

from models.analysis import Applicability
from models.looks import Look, Looks
from models.synthesis import EffectInput
from synthesis.crosscheck import TOLERANCE, Number, effect_again

DIGITS = 30

REACH = 12
"""Standard deviations on either side of the most likely effect; what lies beyond is below 1e-31 of the whole."""

PER_DEVIATION = 2
"""Steps per standard deviation: of a bell curve the trapezium rule is then wrong by exp(-8 pi^2), about 5e-35."""


@dataclass(frozen=True)
class LookDisagreement:
    """A number of a look that the second engine does not confirm."""

    looks: Looks
    look: Look
    name: str
    stated: float
    recomputed: float

    def __str__(self) -> str:
        where = self.looks
        return (
            f"{where.analysis or where.outcome}, {where.timepoint}, {where.evidence_set}, look {self.look.place}: "
            f"{self.name} is {self.stated}, recomputed {self.recomputed}"
        )


def crosscheck_looks(inputs: Sequence[EffectInput], looks: Sequence[Looks]) -> tuple[LookDisagreement, ...]:
    """Recompute information, e-value and limits of every look from the numbers of its studies' arms.

    Returns
    -------
    tuple of LookDisagreement
        Empty if everything is confirmed to `TOLERANCE`: information relative to itself, the logarithm of the e-value
        relative to the larger of itself and 1, estimate and limits on the analysis scale relative to the larger of
        themselves and the standard error.
    """
    found = []
    with mp.workdps(DIGITS):
        for item in looks:
            rows = [row for row in inputs if _counts(row, item)]
            for look in item.looks:
                studies = _studies(rows, item.looks[: look.place])
                for name, stated, value, scale in _compared(item, look, studies):
                    if not abs(stated - value) <= TOLERANCE * scale:
                        found.append(LookDisagreement(item, look, name, float(stated), float(value)))
    return tuple(found)


def _counts(row: EffectInput, looks: Looks) -> bool:
    is_of = (row.evidence_set, row.analysis) == (looks.evidence_set, looks.analysis)
    return is_of and row.counts_in is not Applicability.SUBGROUP


def _studies(rows: Sequence[EffectInput], looks: Sequence[Look]) -> list[tuple[Number, Number]]:
    """Effects and variances of everything that was known at the last of some looks."""
    days = {look.day for look in looks}
    latest = max((day for day in days if day), default=None)
    known = [
        row for row in rows if None in days or (row.known_from and latest is not None and row.known_from <= latest)
    ]
    return [(yi, vi) for yi, vi in map(effect_again, known) if yi is not None and vi is not None]


def _compared(
    item: Looks, look: Look, studies: Sequence[tuple[Number, Number]]
) -> list[tuple[str, Number, Number, Number]]:
    """Name, what is stated, what it is again, and the scale on which they may differ."""
    information = sum((1 / vi for _, vi in studies), mpf(0))
    if not information or item.g is None:
        return [("k", mpf(look.k), mpf(len(studies)), mpf(1))]
    estimate = sum(yi / vi for yi, vi in studies) / information
    g, error = mpf(item.g), 1 / mp.sqrt(information)
    log_e = _log_e(estimate, information, g)
    compared = [
        ("k", mpf(look.k), mpf(len(studies)), mpf(1)),
        ("information", mpf(look.information), information, information),
        ("estimate", _analysed(look.estimate, item), estimate, max(abs(estimate), error)),
        ("log_e", mpf(look.log_e), log_e, max(abs(log_e), mpf(1))),
    ]
    for name, stated in (("ci_low", look.ci_low), ("ci_high", look.ci_high)):
        limit = _analysed(stated, item)
        if mp.isinf(limit):  # a limit beyond what a number can hold has nothing to be compared with
            continue
        # One step of Newton's from the stated limit to the one at which the e-value is 1 / alpha.
        excess = _log_e(estimate - limit, information, g) + mp.log(1 - mpf(item.level))
        slope = -g * information**2 * (estimate - limit) / (1 + g * information)
        compared.append((name, limit, limit - excess / slope, max(abs(limit), error)))
    return compared


def _analysed(value: float, item: Looks) -> Number:
    return mp.log(mpf(value)) if item.is_ratio else mpf(value)


def _log_e(estimate: Number, information: Number, g: Number) -> Number:
    """The mean of the likelihood ratio over effects from N(0, g), by quadrature from its summit."""

    def log_weight(effect: Number) -> Number:
        ratio = information * (effect * estimate - effect**2 / 2)
        return ratio - effect**2 / (2 * g) - mp.log(2 * mp.pi * g) / 2

    spread = 1 / mp.sqrt(information + 1 / g)
    summit = information * estimate * spread**2
    top = log_weight(summit)
    steps = range(-REACH * PER_DEVIATION, REACH * PER_DEVIATION + 1)
    heights = [mp.exp(log_weight(summit + spread * step / PER_DEVIATION) - top) for step in steps]
    return top + mp.log(mp.fsum(heights) * spread / PER_DEVIATION)
