"""Whether the arms of a row of means agree with themselves, and their difference with what is told of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce
from itertools import pairwise
from math import sqrt

from models.vocabulary import Measure
from pooling.agreement_beside import Given, beside, limits_beside
from pooling.columns import ARMS
from pooling.contradictions import (
    Finding,
    Se,
    all_people,
    critical,
    half_width,
    limits,
    p_of,
    p_of_z,
    same,
    shown,
    value_of,
    wrong_way,
)
from pooling.spans import Span, joined, middle_of
from pooling.spreadsheet import Row

_ARMS = "means and SDs"
_LAST_DIGITS, _SLACK_OF_SMD = 0.02, 0.1
"""Standard errors by which limits differ between programs: by t for unequal variances, or non-central t."""


def of_means(row: Row, measure: Measure) -> Iterator[Finding]:
    """Mean, SD, SE, limits, quartiles and range of each arm; what is told of their difference."""
    for arm in ARMS:
        yield from _of_arm(row, arm)
    yield from all_people(row)
    yield from _of_difference(row, measure)


def _of_arm(row: Row, arm: str) -> Iterator[Finding]:
    mean, sd, se, n = (f"{name}{arm}i" for name in ("m", "sd", "se", "n"))
    people = value_of(row, n)
    if people is None or people < 2:
        return
    root, told = Span.exactly(sqrt(people)), []
    if (printed := row.printed(sd)) is not None:
        told.append(Se((sd, n), printed / root))
    if (printed := row.printed(se)) is not None:
        if told and not told[0].span.meets(printed):
            columns, by_sd = (sd, n, se), told[0].span.middle
            yield Finding(
                columns, f"{shown(row, *columns)}: that SD is an SE of {by_sd:.3g}, not {row.cells[se]}", True
            )
            return
        told.append(Se((se,), printed))
    low, high = f"lb{arm}i", f"ub{arm}i"
    if (pair := limits(row, low, high)) is not None:
        yield from _mean_within(row, mean, low, high, pair)
        told.append(Se((low, high), half_width(*pair) / critical(row, people - 1)))
    yield from same(row, told)
    yield from _in_order(row, arm, people)


def _mean_within(row: Row, mean: str, low: str, high: str, pair: tuple[Span, Span]) -> Iterator[Finding]:
    columns = (mean, low, high)
    if wrong := [*wrong_way(row, low, high)]:
        yield from wrong
    elif (printed := row.printed(mean)) is not None:
        middle = middle_of(*pair)
        if not printed.is_between(*pair):
            yield Finding(columns, f"{shown(row, *columns)}: the mean lies outside its own limits", True)
        elif not printed.meets(middle):
            said = f"the mean is not in the middle of its limits ({middle.middle:.3g}) by more than rounding explains"
            yield Finding(columns, f"{shown(row, *columns)}: {said}", False)


def _in_order(row: Row, arm: str, people: float) -> Iterator[Finding]:
    """Minimum, quartiles, median and maximum in order; mean and SD as these allow them."""
    names = [f"{name}{arm}i" for name in ("min", "q1_", "med", "q3_", "max")]
    given = [(name, span) for name in names if (span := row.printed(name)) is not None]
    for (one, lower), (two, upper) in pairwise(given):
        if lower.middle > upper.middle:
            yield Finding((one, two), f"{shown(row, one, two)}: minimum, quartiles and maximum are not in order", True)
            return
    least, most = row.printed(names[0]), row.printed(names[4])
    mean, sd = row.printed(f"m{arm}i"), row.printed(f"sd{arm}i")
    if least is None or most is None:
        return
    if mean is not None and not mean.is_between(least, most):
        columns = (f"m{arm}i", names[0], names[4])
        yield Finding(columns, f"{shown(row, *columns)}: the mean lies outside minimum and maximum", True)
    largest = (most - least).high / 2 * sqrt(people / (people - 1))
    if sd is not None and sd.low > largest:
        columns = (f"sd{arm}i", names[0], names[4])
        yield Finding(columns, f"{shown(row, *columns)}: no {people:g} people of that range have so large an SD", True)


def _of_difference(row: Row, measure: Measure) -> Iterator[Finding]:
    """What is told of the difference; it may be adjusted, so that beside SDs it is never an error."""
    m1, m2 = row.printed("m1i"), row.printed("m2i")
    n1, n2 = value_of(row, "n1i"), value_of(row, "n2i")
    if m1 is None or m2 is None or not n1 or not n2 or n1 + n2 <= 2:
        return
    sds = [_sd(row, "1", n1), _sd(row, "2", n2)]
    if sds[0] is not None and sds[1] is not None:
        arms = _Arms(m1, m2, sds[0], sds[1], n1, n2)
        yield from _beside_arms(row, measure, arms)
    elif measure is Measure.MD:
        yield from _of_difference_alone(row, m1 - m2, n1 + n2 - 2)


def _sd(row: Row, arm: str, n: float) -> Span | None:
    """The SD of an arm, or what its SE says of it."""
    se = row.printed(f"se{arm}i")
    return row.printed(f"sd{arm}i") or (None if se is None else se * Span.exactly(sqrt(n)))


@dataclass(frozen=True)
class _Arms:
    """Means, SDs and people of both arms, as printed."""

    m1: Span
    m2: Span
    sd1: Span
    sd2: Span
    n1: float
    n2: float

    @property
    def df(self) -> float:
        return self.n1 + self.n2 - 2

    @property
    def sd(self) -> Span:
        """Of both arms together."""
        shares = Span.exactly((self.n1 - 1) / self.df), Span.exactly((self.n2 - 1) / self.df)
        return (self.sd1 * self.sd1 * shares[0] + self.sd2 * self.sd2 * shares[1]).root()

    @property
    def differences(self) -> tuple[Given, Given]:
        """Their difference, with a variance for each arm and with one for both."""
        separate = (self._variance(self.sd1, self.n1) + self._variance(self.sd2, self.n2)).root()
        pooled = self.sd * Span.exactly(sqrt(1 / self.n1 + 1 / self.n2))
        one, two = (
            Given(by=_ARMS, effect=self.m1 - self.m2, se=se, df=self.df, slack=_LAST_DIGITS)
            for se in (separate, pooled)
        )
        return one, two

    @staticmethod
    def _variance(sd: Span, n: float) -> Span:
        return sd * sd * Span.exactly(1 / n)

    @property
    def standardised(self) -> Given:
        """The difference in SDs, with or without correction for few people; variances by any usual formula."""
        plain, corrected = (self.m1 - self.m2) / self.sd, Span.exactly(1 - 3 / (4 * self.df - 1))
        effect, people = joined(plain, plain * corrected), self.n1 + self.n2
        size = effect.size()
        terms = (size * size * Span.exactly(1 / (2 * more)) for more in (people, self.df))
        least, most = (Span.exactly(1 / self.n1 + 1 / self.n2) + term for term in terms)
        errors = joined((least.root() * corrected), most.root() * Span.exactly(1.01))
        return Given(by=_ARMS, effect=effect, se=errors, df=self.df, others=self._others(), slack=_SLACK_OF_SMD)

    @property
    def ratio(self) -> Given:
        """The logarithm of their ratio."""
        effect = self.m1.log() - self.m2.log()
        parts = (self.sd1 / self.m1, self.n1), (self.sd2 / self.m2, self.n2)
        one, two = (self._variance(part, n) for part, n in parts)
        return Given(
            by=_ARMS, effect=effect, se=(one + two).root(), df=self.df, others=self._others(), slack=_SLACK_OF_SMD
        )

    def _others(self) -> dict[str, Span]:
        return {"mean difference": self.m1 - self.m2}


def _beside_arms(row: Row, measure: Measure, arms: _Arms) -> Iterator[Finding]:
    plain = [*_by_neither(row, arms.differences)]
    if measure is Measure.MD:
        yield from plain
        return
    yield from (finding for finding in plain if finding.columns == ("ti",))
    if measure is Measure.ROM and min(arms.m1.low, arms.m2.low) <= 0:
        return
    given = arms.ratio if measure is Measure.ROM else arms.standardised
    sizes = [of.effect.size() / of.se for of in (*arms.differences, given) if of.se.low > 0]
    if sizes:
        given = replace(given, z=reduce(joined, sizes))
    # Limits of the difference itself are as usual beside its means.
    are_of_difference = any(not [*limits_beside(row, Measure.MD, way)] for way in arms.differences)
    for finding in beside(row, measure, given):
        if finding.columns != ("ci.lb", "ci.ub") or not are_of_difference:
            yield finding


def _by_neither(row: Row, ways: tuple[Given, Given]) -> Iterator[Finding]:
    """What is explained by neither of two usual ways."""
    one, two = ([*beside(row, Measure.MD, way), *_t(row, way)] for way in ways)
    columns = {finding.columns for finding in two}
    yield from (finding for finding in one if finding.columns in columns)


def _t(row: Row, given: Given) -> Iterator[Finding]:
    """A t statistic against means and SDs."""
    t = row.printed("ti")
    if t is not None and given.se.low > 0 and not (own := given.effect / given.se).size().meets(t.size()):
        said = f"{shown(row, 'ti')}: {given.by} give t = {own.middle:.3g}; they are what is pooled"
        yield Finding(("ti",), said, False)


def _of_difference_alone(row: Row, difference: Span, df: float) -> Iterator[Finding]:
    """Limits, t and p of a mean difference whose SDs are computed from one of them."""
    told = []
    if (yi := row.printed("yi")) is not None and not yi.meets(difference):
        said = f"{shown(row, 'm1i', 'm2i', 'yi')}: the difference of the means is {difference.middle:.3g}"
        yield Finding(("m1i", "m2i", "yi"), said, False)
    if (t := row.printed("ti")) is not None and not t.size().low <= 0:
        told.append(Se(("ti",), difference.size() / t.size()))
    if (pair := limits(row, "ci.lb", "ci.ub")) is not None:
        columns = ("m1i", "m2i", "ci.lb", "ci.ub")
        middle = middle_of(*pair)
        if wrong := [*wrong_way(row, "ci.lb", "ci.ub")]:
            yield from wrong
            return
        if not difference.meets(middle):
            said = (
                f"the difference of the means is {difference.middle:.3g}, the middle of its limits {middle.middle:.3g}"
            )
            yield Finding(columns, f"{shown(row, *columns)}: {said}", not difference.is_between(*pair))
        told.append(Se(("ci.lb", "ci.ub"), half_width(*pair) / critical(row, df)))
    if (sei := row.printed("sei")) is not None:
        told.append(Se(("sei",), sei))
    if (vi := row.printed("vi")) is not None:
        told.append(Se(("vi",), vi.root()))
    yield from same(row, told)
    if told:
        yield from _p_by_t(row, difference, told[0], df)


def _p_by_t(row: Row, difference: Span, se: Se, df: float) -> Iterator[Finding]:
    """As `p_of`, where p may be by z or by t."""
    p = row.bounded("pval")
    if p is not None and se.span.low > 0:
        t = difference.size() / se.span
        if not p.meets(p_of_z(t, df)):
            yield from p_of(row, difference, se)
