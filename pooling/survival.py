"""Columns of a spreadsheet that stand for a hazard ratio, row by row: trials of one file report it in different ways.

    oei vi_oe                           O - E and its variance
    ratio or yi, with its error         hazard ratio, as for any ratio, limits at `level`; in place of an error events
    o1i e1i o2i e2i                     observed and expected events of a log-rank table
    zi, or pval with favours            log-rank test, with events1i events2i, or events (and n1i n2i: allocation)
    surv1i surv2i                       survival at one time, with se1i se2i, lb1i ub1i lb2i ub2i, nrisk1i nrisk2i, or n1i n2i

`favours` is intervention or control, the arm with the lower hazard; `zi` is below 0 where that is the intervention.
A p is two-sided unless `sides` is 1. The first of these that a row fills is taken.
"""

from collections.abc import Callable
from math import exp
from typing import Literal

from models.vocabulary import ArmRole
from pooling.bounds import people_of, possible
from pooling.spreadsheet import Row
from synthesis.conversions import Conversion, Effect
from synthesis.survival import (
    Events,
    Landmark,
    ObservedLessExpected,
    PValue,
    bound_of_ratio,
    hazard_ratio_at_landmark,
    hazard_ratio_from_observed_and_expected,
    o_minus_e_from_p,
    o_minus_e_from_ratio_and_events,
    o_minus_e_from_z,
    se_from_at_risk,
    se_from_limits_of_survival,
    se_of_share,
)

Values = dict[str, float | None]
Reader = Callable[[Row, list[Conversion]], Values]

WANTED = "events1i events2i zi; events1i events2i pval favours; surv1i surv2i n1i n2i"
"""What a file may have, as messages show it."""


class NoNumber(ValueError):
    """A row is as it should be, and no effect comes of it: it is left out with the reason."""


def is_given(names: set[str]) -> bool:
    """Whether a file has columns that only a hazard ratio is made of."""
    return bool(names & {"events", "events1i", "zi", "level", "e1i"}) or {"surv1i", "surv2i"} <= names


def reader(of_effects: Reader) -> Reader:
    """Reads a row by what it has; `of_effects` reads ratios and logarithms with their errors, as of any measure."""

    def effects(row: Row, said: list[Conversion]) -> Values:
        if (found := _of(row, said)) is None:
            return of_effects(_without_bound(row), said)
        return {"yi": found.yi.value, "vi": found.vi.value, "people": people_of(row)}

    return effects


def _of(row: Row, said: list[Conversion]) -> Effect | None:
    """The effect of a row that has more than an effect; None where it has that, or nothing."""
    if (found := _observed_less_expected(row)) is not None:
        said += [item for item in found if item.given]
        return found.effect
    if possible(row, "ratio") is not None or possible(row, "yi") is not None:
        return None
    return _of_table(row, said) or _at_landmark(row, said)


def _of_table(row: Row, said: list[Conversion]) -> Effect | None:
    """Observed and expected events of both arms."""
    o1, e1, o2, e2 = (possible(row, name) for name in ("o1i", "e1i", "o2i", "e2i"))
    if o1 is None or e1 is None or o2 is None or e2 is None:
        return None
    if not o1 or not o2:
        raise NoNumber(f"line {row.line}, column {'o2i' if o1 else 'o1i'}: 0: no ratio comes of an arm without events")
    found = hazard_ratio_from_observed_and_expected(o1, e1, o2, e2)
    said += found
    return found


def _observed_less_expected(row: Row) -> ObservedLessExpected | None:
    """O - E and V, as given or from a test or a ratio with events."""
    oe, v = possible(row, "oei"), possible(row, "vi_oe")
    if oe is not None and v is not None:
        if not v:
            raise NoNumber(f"line {row.line}, column vi_oe: 0: nobody had the event")
        return ObservedLessExpected(Conversion(oe, "O - E", {}, "as given"), Conversion(v, "V", {}, "as given"))
    ratio, log_ratio = possible(row, "ratio"), possible(row, "yi")
    if log_ratio is not None:
        ratio = exp(log_ratio)
    if ratio is not None and (_has_error(row) or row.has("pval")):
        return None
    events = _events(row)
    if ratio is not None:
        return None if events is None else o_minus_e_from_ratio_and_events(ratio, events)
    z = possible(row, "zi")
    if z is not None and events is not None:
        return o_minus_e_from_z(z, events)
    if row.has("pval") and events is not None:
        favours = _favours(row)
        return o_minus_e_from_p(_p(row, events, favours), events, favours)
    return None


def _events(row: Row) -> Events | None:
    first, second, total = (possible(row, name) for name in ("events1i", "events2i", "events"))
    for name, value in zip(("events1i", "events2i", "events"), (first, second, total), strict=True):
        if value == 0:
            raise NoNumber(f"line {row.line}, column {name}: 0: no ratio comes of a test without events in an arm")
    if first is not None and second is not None:
        return Events(intervention=first, control=second)
    if total is None:
        return None
    n1, n2 = possible(row, "n1i"), possible(row, "n2i")
    return Events(total=total, allocation=n1 / n2 if n1 and n2 else 1.0)


def _has_error(row: Row) -> bool:
    return any(possible(row, name) is not None for name in ("vi", "sei", "ci.lb"))


def _without_bound(row: Row) -> Row:
    """A row whose p is only bounded is read by its other error; where it has none, no number comes of it."""
    text = row.cells.get("pval", "")
    if not row.is_bound("pval"):
        return row
    if not _has_error(row):
        raise NoNumber(
            f"line {row.line}, column pval: {text} bounds p, and no error comes of it; give limits or the exact p"
        )
    return Row(row.path, row.line, row.cells | {"pval": ""}, row.has_decimal_comma)


def _p(row: Row, events: Events, favours: ArmRole) -> PValue:
    """The exact p of a row.

    Raises
    ------
    NoNumber
        If p is only bounded, or rounded to 0 or 1: no number comes of that.
    """
    sides = possible(row, "sides") or 2
    if sides not in (1, 2):
        raise row.problem("sides", f"{sides:g}; a test has 1 or 2 sides")
    told = f"line {row.line}, column pval: {row.cells['pval']}"
    if row.is_bound("pval"):
        said = bound_of_ratio(_bound(row, 1 if sides == 1 else 2), events, favours)
        raise NoNumber(f"{told} bounds p, and no estimate comes of it: {said}; give the exact p, zi, or limits")
    value = possible(row, "pval")
    if not value or value == 1:
        raise NoNumber(f"{told} tells no z; give more digits of p, zi, or limits")
    return PValue(value, sides=1 if sides == 1 else 2)


def _bound(row: Row, sides: Literal[1, 2]) -> PValue:
    span = row.bounded("pval")
    value = 0.0 if span is None else span.high if span.low <= 0 else span.low
    if span is None or not 0 < value < 1:
        raise row.problem("pval", f"{row.cells['pval']}; give a number between 0 and 1")
    return PValue(value, "below" if span.low <= 0 else "above", sides)


def _favours(row: Row) -> ArmRole:
    text = row.cells.get("favours", "").strip().lower()
    words = {
        "intervention": ArmRole.INTERVENTION,
        "1": ArmRole.INTERVENTION,
        "control": ArmRole.CONTROL,
        "2": ArmRole.CONTROL,
    }
    if text not in words:
        raise row.problem(
            "favours",
            f"{text!r}; a p does not tell which arm has the lower hazard: write intervention or control, or give zi with its"
            " sign",
        )
    return words[text]


def _at_landmark(row: Row, said: list[Conversion]) -> Effect | None:
    first, second = (_landmark(row, arm, said) for arm in ("1", "2"))
    if first is None or second is None:
        return None
    found = hazard_ratio_at_landmark(first, second)
    said += [found.yi, found.vi]
    return found


def _landmark(row: Row, arm: str, said: list[Conversion]) -> Landmark | None:
    share = possible(row, f"surv{arm}i")
    if share is None:
        return None
    if share > 1:
        raise row.problem(
            f"surv{arm}i", f"{share:g}; a share of people lies between 0 and 1: write {share / 100:g} for per cent"
        )
    if share in (0, 1):
        who = "everybody" if share == 0 else "nobody"
        raise NoNumber(f"line {row.line}, column surv{arm}i: {share:g}: {who} had the event, which tells of no ratio")
    se, low, high, at_risk, n = (possible(row, f"{name}{arm}i") for name in ("se", "lb", "ub", "nrisk", "n"))
    made = None
    if se is None and low is not None and high is not None:
        made = se_from_limits_of_survival(share, low, high)
    elif se is None and at_risk is not None:
        made = se_from_at_risk(share, at_risk)
    elif se is None and n is not None:
        made = se_of_share(share, n)
    if made is not None:
        said.append(made)
        se = made.value
    return None if se is None else Landmark(share, se)
