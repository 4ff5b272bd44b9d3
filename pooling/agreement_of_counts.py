"""Whether events of two arms agree with themselves, and with an effect that stands beside them."""

from collections.abc import Iterator
from math import expm1, log, log1p, sqrt

import numpy as np
from scipy import special

from models.vocabulary import RATIOS, Measure
from pooling.agreement_beside import Given, beside
from pooling.contradictions import Finding, all_people, shown, value_of, z_of_p
from pooling.spans import Span, joined
from pooling.spreadsheet import Row

_LAST_DIGITS = 1e-6
_MOST_SUMMED = 100_000
"""Tables with more possible outcomes need no exact test: it is the chi-squared one."""
_PLAIN_SLACK = 0.1
"""Standard errors by which limits of other kinds are elsewhere than Wald's, however many people there are."""


def of_tables(row: Row, measure: Measure) -> Iterator[Finding]:
    """Events, others and people of both arms; an effect that stands beside them."""
    for events, others, people in (("ai", "bi", "n1i"), ("ci", "di", "n2i")):
        one, two, both = (row.printed(name) for name in (events, others, people))
        if (
            one is not None
            and two is not None
            and both is not None
            and abs(one.middle + two.middle - both.middle) > _LAST_DIGITS
        ):
            columns = (events, others, people)
            yield Finding(columns, f"{shown(row, *columns)}: {events} + {others} is not {people}", True)
    yield from all_people(row)
    if _tells_effect(row) and (table := _table(row)) is not None:
        yield from beside(row, measure, _given_by_table(table, measure, is_tested=row.has("pval")))


def of_rates(row: Row, measure: Measure) -> Iterator[Finding]:
    """Events and person-time of both arms against an effect that stands beside them."""
    x1, t1, x2, t2 = (value_of(row, name) for name in ("x1i", "t1i", "x2i", "t2i"))
    if not _tells_effect(row) or not (x1 and t1 and x2 and t2):
        return
    effect, se = log(x1 / t1 / (x2 / t2)), sqrt(1 / x1 + 1 / x2)
    sizes = (abs(effect) / se, *_sizes_of_rates(x1, t1, x2, t2))
    yield from beside(
        row,
        measure,
        Given(
            by="events and person-time",
            effect=_about(effect),
            se=_about(se),
            slack=_slack(x1, x2),
            z=Span(min(sizes), max(sizes)),
        ),
    )


def _tells_effect(row: Row) -> bool:
    return any(row.has(column) for column in ("ratio", "yi", "vi", "sei", "ci.lb", "pval"))


def _table(row: Row) -> tuple[float, float, float, float] | None:
    """Events and people of both arms, if all four cells can be."""
    a, n1, c, n2 = (value_of(row, name) for name in ("ai", "n1i", "ci", "n2i"))
    b, d = value_of(row, "bi"), value_of(row, "di")
    n1 = a + b if n1 is None and a is not None and b is not None else n1
    n2 = c + d if n2 is None and c is not None and d is not None else n2
    if a is None or c is None or n1 is None or n2 is None:
        return None
    if not (0 <= a <= n1 and 0 <= c <= n2 and n1 and n2) or a + c in {0, n1 + n2}:
        return None
    return a, n1, c, n2


def _given_by_table(table: tuple[float, float, float, float], measure: Measure, *, is_tested: bool) -> Given:
    """Effect, error and tests; a zero in a cell is met by half a person in each, as everywhere."""
    a, n1, c, n2 = table
    size = _sizes(a, n1, c, n2) if is_tested else ()
    least = min(a, n1 - a, c, n2 - c)
    if not least:
        a, n1, c, n2 = a + 0.5, n1 + 1, c + 0.5, n2 + 1
    b, d = n1 - a, n2 - c
    ratios = {"risk ratio": log(a / n1 * n2 / c), "odds ratio": log(a / b * d / c)}
    errors = {"risk ratio": sqrt(1 / a - 1 / n1 + 1 / c - 1 / n2), "odds ratio": sqrt(1 / a + 1 / b + 1 / c + 1 / d)}
    size = (*size, *(abs(ratios[name]) / errors[name] for name in ratios))
    events, people = a + c, n1 + n2
    v = n1 * n2 * events * (people - events) / (people**2 * (people - 1))
    peto = (a - n1 * events / people) / v
    own_a, own_n1, own_c, own_n2 = table
    difference = own_a / own_n1 - own_c / own_n2
    error_of_difference = sqrt(own_a * (own_n1 - own_a) / own_n1**3 + own_c * (own_n2 - own_c) / own_n2**3)
    found = {name: (_about(value), _about(errors[name])) for name, value in ratios.items()} | {
        "Peto odds ratio": (_about(peto), _about(1 / sqrt(v))),
        "risk difference": (_about(difference), _about(error_of_difference)),
    }
    name = {Measure.RR: "risk ratio", Measure.RD: "risk difference", Measure.PETO: "Peto odds ratio"}.get(
        measure, "odds ratio"
    )
    effect, se = found.pop(name)
    if not least and measure is Measure.RD:
        # Some correct a difference of risks, too.
        effect = joined(effect, _about(a / n1 - c / n2))
        se = joined(se, _about(sqrt(a * b / n1**3 + c * d / n2**3)))
    others = {other: value for other, (value, _) in found.items()}
    others |= {"reduction of the risk": _about(-expm1(ratios["risk ratio"]))} if measure in RATIOS else {}
    return Given(
        by="events and people",
        effect=effect,
        se=se,
        others=others,
        slack=_slack(least),
        z=Span(min(size), max(size)),
    )


def _sizes(a: float, n1: float, c: float, n2: float) -> tuple[float, ...]:
    """Z by chi-squared, also with the correction for continuity, and by Fisher's test, also its mid-P."""
    people, events = n1 + n2, a + c
    v = n1 * n2 * events * (people - events) / people**2 / people
    away = abs(a - n1 * events / people)
    found = [away / sqrt(v), max(away - 0.5, 0.0) / sqrt(v)]
    least, most = max(0.0, events - n2), min(events, n1)
    if all(value.is_integer() for value in (a, n1, c, n2)) and most - least < _MOST_SUMMED:
        cells = np.arange(least, most + 1)
        found += _by_exact_test(_log_choose(n1, cells) + _log_choose(n2, events - cells), int(a - least))
    return tuple(found)


def _sizes_of_rates(x1: float, t1: float, x2: float, t2: float) -> list[float]:
    """Z by the score test, also with the correction for continuity, and by the exact test of a share of events."""
    events, share = x1 + x2, t1 / (t1 + t2)
    away, error = abs(x1 - events * share), sqrt(events * share * (1 - share))
    found = [away / error, max(away - 0.5, 0.0) / error]
    if x1.is_integer() and x2.is_integer() and events < _MOST_SUMMED:
        cells = np.arange(events + 1)
        log_ways = _log_choose(events, cells) + cells * log(share) + (events - cells) * log1p(-share)
        found += _by_exact_test(log_ways, int(x1))
    return found


def _by_exact_test(log_ways: "np.ndarray", place: int) -> Iterator[float]:
    """Z of an exact p: of what is no more probable, of the smaller tail doubled, and the mid-P of both."""
    p = np.exp(log_ways - special.logsumexp(log_ways))
    own = p[place]
    as_rare = min(1.0, float(p[p <= own * (1 + 1e-7)].sum()))
    doubled = min(1.0, 2 * min(float(p[: place + 1].sum()), float(p[place:].sum())))
    for value in (as_rare, doubled, as_rare - own / 2, doubled - own):
        yield z_of_p(Span.exactly(value)).low


def _log_choose(n: float, k: "np.ndarray") -> "np.ndarray":
    found: np.ndarray = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    return found


def _about(value: float) -> Span:
    reach = _LAST_DIGITS * abs(value)
    return Span(value - reach, value + reach)


def _slack(*cells: float) -> float:
    """Standard errors from Wald's limits to exact ones, by the smallest cell: these go half an event further, and are skew."""
    least = max(1.0, min(cells))
    return max(_PLAIN_SLACK, 1 / sqrt(least) + 0.75 / least)
