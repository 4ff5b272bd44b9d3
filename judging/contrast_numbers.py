"""Numbers of a row of contrasts.csv on the analysis scale: as they are given, or made from what stands in their place."""

from dataclasses import dataclass
from math import log

from models.folder_rows import ContrastRow
from models.vocabulary import RATIOS, ArmRole
from synthesis.conversions import Conversion, se_from_ci, se_from_p
from synthesis.survival import Events, ObservedLessExpected, PValue, o_minus_e_from_p, o_minus_e_from_z


@dataclass(frozen=True)
class ContrastNumbers:
    """An effect and its standard error, or O - E with V, on the analysis scale; None is not given.

    `computed` has every number that was made from others.
    """

    yi: float | None = None
    sei: float | None = None
    o_minus_e: float | None = None
    variance: float | None = None
    computed: tuple[Conversion, ...] = ()


def numbers_of_contrast(row: ContrastRow) -> ContrastNumbers:
    """The first of O - E, a test with its events, and an estimate with what tells its error."""
    if row.o_minus_e is not None and row.variance is not None:
        return _of_o_minus_e(row.o_minus_e, row.variance)
    if row.has_test:
        found = _of_test(row)
        return _of_o_minus_e(found.o_minus_e.value, found.v.value, (found.o_minus_e, found.v))
    if row.estimate is None:
        return ContrastNumbers(sei=row.se)
    is_ratio = row.measure in RATIOS and not row.is_log
    yi = log(row.estimate) if is_ratio else row.estimate
    if row.se is not None:
        return ContrastNumbers(yi, row.se)
    if row.ci_low is not None and row.ci_high is not None:
        low, high = (log(row.ci_low), log(row.ci_high)) if is_ratio else (row.ci_low, row.ci_high)
        return _with_error(yi, se_from_ci(low, high, row.level) if high > low else None)
    if row.p_value is not None:
        two_sided = 2 * min(row.p_value, 1 - row.p_value) if row.is_one_sided else row.p_value
        return _with_error(yi, se_from_p(yi, two_sided) if yi and two_sided < 1 else None)
    if row.has_events_alone:
        v = _events(row).variance
        return ContrastNumbers(yi, v.value**-0.5, computed=(v,))
    return ContrastNumbers(yi)


def _with_error(yi: float, se: Conversion | None) -> ContrastNumbers:
    return ContrastNumbers(yi, se.value, computed=(se,)) if se else ContrastNumbers(yi)


def _of_o_minus_e(o_minus_e: float, variance: float, computed: tuple[Conversion, ...] = ()) -> ContrastNumbers:
    """A variance of 0 is kept as it is printed, and gives no effect."""
    if not variance:
        return ContrastNumbers(o_minus_e=o_minus_e, variance=variance)
    return ContrastNumbers(o_minus_e / variance, variance**-0.5, o_minus_e, variance, computed)


def _events(row: ContrastRow) -> Events:
    """Events behind a row; of a total the people of both arms tell the allocation, and else arms count as equal."""
    if row.events_intervention is not None and row.events_control is not None:
        return Events(intervention=row.events_intervention, control=row.events_control)
    allocation = row.n_intervention / row.n_control if row.n_intervention and row.n_control else 1.0
    return Events(total=row.events_total, allocation=allocation)


def _of_test(row: ContrastRow) -> ObservedLessExpected:
    if row.z_value is not None:
        return o_minus_e_from_z(row.z_value, _events(row))
    assert row.p_value is not None
    p = PValue(row.p_value, sides=1 if row.is_one_sided else 2)
    return o_minus_e_from_p(p, _events(row), row.favours or ArmRole.INTERVENTION)
