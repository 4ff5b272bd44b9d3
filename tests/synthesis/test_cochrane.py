"""RevMan's arithmetic: every number of published analyses is found again from their rows.

Two sources, neither of which ships with the program: whole data packages, and rows out of 595 reviews.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from models.vocabulary import Model
from synthesis.analysis import TAU2_PRINTED_AT_MOST, AnalysisResult, Total, analyse

ALL_DIGITS, BY_T, ITERATED = 1e-9, 1e-8, 1e-6
"""Relative tolerances of closed forms, of HKSJ limits, and of what RevMan solves in steps: REML, limits of tau2, P."""

SIX_DECIMALS = 5.1e-7
"""Half a unit of the sixth decimal, which older packages end with."""

OLDER = {"CD011506", "Fleiss1993"}

NEVER_COMPUTED = "Fleiss1993 1.2"
"""All zeros."""

NOT_BY_OVERALL = {
    "CD004661_pub4 5.5": "two subgroups of one number, which the sample does not tell apart: weights sum to 200",
    "CD014544_pub3 5.1": "as above, to 500 over four numbers",
    "CD011535_pub7 1.8": "rows for the overall estimate alone beside rows said to be for both: weights sum to 115",
    "CD015610_pub2 4.2": "as above, the same rows twice: weights sum to 200",
    "CD015610_pub2 4.3": "as above",
}
"""Analyses whose published weights no choice of model gives."""

ENDED_EARLY = 1e-4
"""Largest gap, in per cent, of a weight by RevMan's REML, which ends at 2e-8 of tau2."""


class Compared(NamedTuple):
    what: str
    ours: float | None
    theirs: float | None
    tolerance: float = ALL_DIGITS
    """Relative to the larger of 1 and the published number."""

    @property
    def agrees(self) -> bool:
        if self.ours is None or self.theirs is None:
            return self.ours is self.theirs
        return abs(self.ours - self.theirs) <= self.tolerance * max(1.0, abs(self.theirs))


def test_effects_limits_and_weights_of_the_rows_of_595_reviews_are_found_again(cochrane):
    analyses = cochrane.told()
    effects, weights = [], {}
    for told in analyses:
        pairs = list(zip(analyse(told.rows, told.settings).rows, told.published, strict=True))
        effects += [found for row, published in pairs for found in of_row(told.name, row, published)]
        tolerance = ENDED_EARLY if told.settings.estimator is Model.REML else SIX_DECIMALS
        weights[told.name] = [
            Compared(f"{told.name} weight", row.weight_pct, published["weight"], tolerance) for row, published in pairs
        ]
    assert (len(analyses), len(effects)) == (474, 3 * 2349)
    assert [found for found in effects if not found.agrees] == []
    differing = {name: found for name, found in weights.items() if not all(weight.agrees for weight in found)}
    assert differing.keys() == NOT_BY_OVERALL.keys()


def of_row(name, row, published) -> Iterator[Compared]:
    for column, ours in (("mean", row.estimate), ("ci_low", row.ci_low), ("ci_high", row.ci_high)):
        yield Compared(f"{name} {row.study} {column} {row.reason}", ours, published[column], SIX_DECIMALS)


def test_every_number_of_whole_data_packages_is_found_again(cochrane):
    counts, found = Counter(), []
    for package, analyses in cochrane.packages().items():
        least = SIX_DECIMALS if package in OLDER else 0.0
        for published in analyses:
            if published.name != NEVER_COMPUTED:
                result = analyse(published.rows, published.settings)
                numbers = list(of_analysis(cochrane.number, published, result))
                counts.update(number.what.split(":")[0] for number in numbers)
                found += [
                    number._replace(what=f"{published.name} {number.what}", tolerance=max(number.tolerance, least))
                    for number in numbers
                ]
    assert [number for number in found if not number.agrees] == []
    assert counts == {"row": 1140, "overall": 1051, "subgroup": 338, "test": 149}


def of_analysis(number, published, result: AnalysisResult) -> Iterator[Compared]:
    is_reml = result.overall.pooled.model is Model.REML
    for row, cells in zip(result.rows, published.cells, strict=True):
        for column, ours in (("Mean", row.estimate), ("CI start", row.ci_low), ("CI end", row.ci_high)):
            yield Compared(f"row: {row.study} {column}", ours, number(cells[column]))
        tolerance = ITERATED if is_reml else ALL_DIGITS
        yield Compared(f"row: {row.study} weight", row.weight_pct, number(cells["Weight"]), tolerance)
    if result.overall.is_shown:
        yield from of_total(number, "overall", result.overall, published.line)
    for total in result.subgroups:
        if total.subgroup in published.subgroups:
            line = published.subgroups[total.subgroup]
            yield from of_total(number, f"subgroup: {total.subgroup}", total, line)
            yield Compared(f"subgroup: {total.subgroup} weight", total.weight_pct, number(line["Weight"]), ITERATED)
    test, line = result.test, published.line
    if test is None:
        yield Compared("test: none", None, number(line["Subgroup Chi²"]))
    else:
        numbers = {"Chi²": test.chi2, "df": test.df, "P": test.p, "I²": test.i2_pct}
        for name, ours in numbers.items():
            yield Compared(f"test: {name}", ours, number(line[f"Subgroup {name}"]), ITERATED)


def of_total(number, where: str, total: Total, line) -> Iterator[Compared]:
    """What a line of totals has. With one study, heterogeneity is rounding noise; with HKSJ, T is printed as 0."""
    pooled = total.pooled
    is_reml, is_random = pooled.model is Model.REML, pooled.tau2 is not None and pooled.model in (Model.REML, Model.DL)
    of_estimate = ITERATED if is_reml else BY_T if total.t else ALL_DIGITS
    numbers = {
        "Mean": (total.estimate, of_estimate),
        "CI start": (total.ci_low, of_estimate),
        "CI end": (total.ci_high, of_estimate),
        "Experimental cases": (total.cases_1, 0.0),
        "Experimental N": (total.n_1, 0.0),
        "Control cases": (total.cases_2, 0.0),
        "Control N": (total.n_2, 0.0),
        "Effect P": (total.p_as_revman, ITERATED),
    }
    if total.k:
        numbers |= {"Heterogeneity df": (total.df, 0.0), "Heterogeneity Chi²": (pooled.q, ALL_DIGITS)}
    if total.k > 1:
        numbers |= {
            "Heterogeneity P": (pooled.q_p, ITERATED),
            "Heterogeneity I²": (pooled.i2_pct, ITERATED if is_reml else ALL_DIGITS),
            "Effect Z": (total.z, of_estimate),
            "Effect T": (total.t, ITERATED),
        }
        if is_random:
            numbers["Heterogeneity Tau²"] = pooled.tau2, ITERATED if is_reml else ALL_DIGITS
    if number(line.get("Tau² CI end")) is not None:
        high = min(pooled.tau2_high or 0.0, TAU2_PRINTED_AT_MOST)
        numbers |= {"Tau² CI start": (pooled.tau2_low, ITERATED), "Tau² CI end": (high, ITERATED)}
    for column, (ours, tolerance) in numbers.items():
        if column in line or column not in ("Effect T", "Heterogeneity Tau²"):
            yield Compared(
                f"{where}: {column}" if ":" not in where else f"{where} {column}", ours, number(line[column]), tolerance
            )
