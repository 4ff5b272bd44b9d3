"""How well the next study is predicted from those before it, on every data set there is.

    python benchmarks/forecast_accuracy.py [--shared ../shared] [--write]

Study k + 1 of each series is predicted from the first k: its estimate, whose own sampling variance is taken as known,
and whether the pooled result changes its significance once it is added (REML with Wald limits, two-sided 0.05). Studies
stand in the order of their files, which is hardly ever that of time. Printed as it comes out; `--write` puts it into
docs/agreement.md. Nothing here is tuned, and status is 0 whatever comes out.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats
from series import PROJECT, SHARED, Found, Series, series_found

from models.vocabulary import Model
from synthesis.bayes import posterior
from synthesis.inverse_variance import PooledSets, pool_sets
from synthesis.priors import prior_named

Array = NDArray[np.float64]
Below = Callable[[Array], Array]
"""Probability that the next estimate is below x, (n, m) for x of (n, m)."""

DOCUMENT = PROJECT / "docs" / "agreement.md"
BEGIN, END = "<!-- forecasts: written by benchmarks/forecast_accuracy.py -->", "<!-- end of forecasts -->"
PRIORS = ("HN(0.5)", "HN(1)")
LEVELS = (0.5, 0.8, 0.95)
GROUPS = {"1": (1, 1), "2": (2, 2), "3-4": (3, 4), "5+": (5, 10**9), "all": (1, 10**9)}
BINS = 10
CRITICAL = 1.959963984540054
STEPS = np.sinh(np.linspace(-6, 6, 121))
"""Where significance is asked, in standard deviations from the middle: close together there, and out to 200."""
BATCH = 400
"""Predictions that are computed at once; those from as many studies stand together."""


@dataclass(frozen=True)
class Case:
    """The first k studies of a series and the next one, in units of the outcome's spread where that is known."""

    yi: Array
    vi: Array
    next_y: float
    next_v: float
    has_unit: bool

    @property
    def k(self) -> int:
        return len(self.yi)


@dataclass(frozen=True)
class Scored:
    """Predictions of one method: (n,) each, NaN where it predicts nothing.

    `pit` is the probability that was given to estimates below the one that came, `changes` that of a change of
    significance.
    """

    k: Array
    pit: Array
    changes: Array
    has_changed: Array

    def of(self, low: int, high: int) -> "Scored":
        """Those from `low` to `high` studies that were predicted."""
        kept = (self.k >= low) & (self.k <= high) & np.isfinite(self.pit)
        return Scored(self.k[kept], self.pit[kept], self.changes[kept], self.has_changed[kept])


def cases_of(series: Sequence[Series]) -> list[Case]:
    """Every study but the first of each series, those from few studies first."""
    found = []
    for item in series:
        for k in range(1, len(item.yi)):
            has_unit = bool(item.unit[k - 1] > 0)
            unit = item.unit[k - 1] if has_unit else 1.0
            y, v = item.yi[: k + 1] / unit, item.vi[: k + 1] / unit**2
            found.append(Case(y[:k], v[:k], float(y[k]), float(v[k]), has_unit))
    return sorted(found, key=lambda case: case.k)


def scored(cases: Sequence[Case]) -> dict[str, Scored]:
    """Every prediction of every method."""
    parts: dict[str, list[Scored]] = {}
    for begin in range(0, len(cases), BATCH):
        batch = _Batch(cases[begin : begin + BATCH])
        for name, below in batch.methods():
            parts.setdefault(name, []).append(batch.score(below))
    return {
        name: Scored(*(np.concatenate([getattr(part, field) for part in found]) for field in Scored.__annotations__))
        for name, found in parts.items()
    }


class _Batch:
    """Predictions that are computed at once."""

    def __init__(self, cases: Sequence[Case]) -> None:
        width = max(case.k for case in cases)
        self.k = np.array([case.k for case in cases], dtype=np.float64)
        self.mask = np.arange(width) < self.k[:, None]
        self.yi, self.vi = np.zeros(self.mask.shape), np.ones(self.mask.shape)
        for row, case in enumerate(cases):
            self.yi[row, : case.k], self.vi[row, : case.k] = case.yi, case.vi
        self.next_y = np.array([case.next_y for case in cases])
        self.next_v = np.array([case.next_v for case in cases])
        self.has_unit = np.array([case.has_unit for case in cases])
        self.reml = self._pooled(Model.REML)
        self.is_significant = np.abs(self.reml.estimate / self.reml.se) >= CRITICAL
        spread = np.sqrt(self.next_v + self.reml.tau2 + self.reml.se**2)
        self.points = self.reml.estimate[:, None] + spread[:, None] * STEPS
        self.excess = self._excess(self.points)
        self.has_changed = (self._excess(self.next_y[:, None])[:, 0] >= 0) != self.is_significant

    def _pooled(self, model: Model) -> PooledSets:
        return pool_sets(self.yi, self.vi, model=model, mask=self.mask, with_tau2_limits=False)

    def _excess(self, points: Array) -> Array:
        """How far |z| would be beyond its critical value if the next estimate were each of these, (n, m)."""
        n, m = points.shape
        yi = np.concatenate([np.repeat(self.yi, m, axis=0), points.reshape(-1, 1)], axis=1)
        vi = np.concatenate([np.repeat(self.vi, m, axis=0), np.repeat(self.next_v, m)[:, None]], axis=1)
        mask = np.concatenate([np.repeat(self.mask, m, axis=0), np.ones((n * m, 1), dtype=bool)], axis=1)
        found = pool_sets(yi, vi, model=Model.REML, mask=mask, with_tau2_limits=False)
        excess: Array = (np.abs(found.estimate / found.se) - CRITICAL).reshape(n, m)
        return excess

    def methods(self) -> Iterator[tuple[str, Below]]:
        """Each with what it expects; NaN where it says nothing."""
        common = self._pooled(Model.COMMON)
        yield "common effect", self._normal(common.estimate, common.se**2)
        yield "REML, Wald", self._normal(self.reml.estimate, self.reml.se**2 + self.reml.tau2)
        yield "REML, HKSJ", self._t()
        for prior in PRIORS:
            yield f"Bayes, {prior}", self._mixture(prior)

    def _normal(self, mean: Array, variance: Array) -> Below:
        sd = np.sqrt(variance + self.next_v)

        def below(x: Array) -> Array:
            found: Array = special.ndtr((x - mean[:, None]) / sd[:, None])
            return found

        return below

    def _t(self) -> Below:
        """As the prediction interval beside HKSJ limits: t with k - 1 degrees of freedom, from two studies on."""
        sd = np.sqrt(self.reml.tau2 + self.reml.se**2 + self.next_v)

        def below(x: Array) -> Array:
            df = np.where(self.k > 1, self.k - 1, np.nan)[:, None]
            found: Array = stats.t.cdf((x - self.reml.estimate[:, None]) / sd[:, None], df)
            return found

        return below

    def _mixture(self, prior: str) -> Below:
        """The posterior predictive of a new study's estimate; nothing where nobody knows in which unit tau is."""
        found = posterior(self.yi, self.vi, tau=prior_named(prior), mask=self.mask)
        sd = np.sqrt(found.mu_sd**2 + found.tau**2 + self.next_v[:, None])
        unknown = np.where(self.has_unit, 0.0, np.nan)

        def below(x: Array) -> Array:
            columns = [
                np.einsum("sn,sn->s", found.weights, special.ndtr((at[:, None] - found.mu_mean) / sd)) for at in x.T
            ]
            return np.column_stack(columns) + unknown[:, None]

        return below

    def score(self, below: Below) -> Scored:
        significant = self._probability_of_significance(below)
        changes = np.where(self.is_significant, 1 - significant, significant)
        pit = below(self.next_y[:, None])[:, 0]
        return Scored(self.k, pit, np.clip(changes, 0, 1), self.has_changed.astype(np.float64))

    def _probability_of_significance(self, below: Below) -> Array:
        """Mass where the next estimate makes the result significant; borders by linear interpolation of |z|."""
        left, right = self.excess[:, :-1], self.excess[:, 1:]
        start, end = self.points[:, :-1], self.points[:, 1:]
        with np.errstate(divide="ignore", invalid="ignore"):
            border = start + (end - start) * left / (left - right)
        crosses = (left >= 0) != (right >= 0)
        border = np.where(crosses, border, end)
        at, at_border = below(self.points), below(border)
        first, second = at_border - at[:, :-1], at[:, 1:] - at_border
        inside = (np.where(left >= 0, first, 0) + np.where(right >= 0, second, 0)).sum(axis=1)
        outside = np.where(self.excess[:, 0] >= 0, at[:, 0], 0) + np.where(self.excess[:, -1] >= 0, 1 - at[:, -1], 0)
        total: Array = inside + outside
        return total


def lines_of(found: dict[str, Scored]) -> Iterator[str]:
    """A table by number of studies and method, and how the predictions spread."""
    yield "| k | method | n | 50 % | 80 % | 95 % | PIT mean | KS | Brier | base rate | skill |"
    yield "|--|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    for group, (low, high) in GROUPS.items():
        for name, item in found.items():
            own = item.of(low, high)
            if len(own.pit):
                yield f"| {group} | {name} | {len(own.pit)} | {' | '.join(_scores(own))} |"
    yield ""
    yield "PIT of all predictions in ten equal parts, per cent of predictions (10 each if perfectly calibrated):"
    yield ""
    yield f"| method | {' | '.join(f'{part / BINS:.1f}' for part in range(1, BINS + 1))} |"
    yield "|---|" + "--:|" * BINS
    for name, item in found.items():
        own = item.of(*GROUPS["all"])
        # A study that comes out just as predicted has a PIT of 0.5, on whichever side its last digits fall.
        counts, _ = np.histogram(own.pit.round(9), bins=BINS, range=(0, 1))
        yield f"| {name} | {' | '.join(f'{100 * count / len(own.pit):.1f}' for count in counts)} |"


def _scores(own: Scored) -> list[str]:
    covered = [float((np.abs(own.pit - 0.5) <= level / 2).mean()) for level in LEVELS]
    brier = float(((own.changes - own.has_changed) ** 2).mean())
    rate = float(own.has_changed.mean())
    by_rate = rate * (1 - rate)
    skill = f"{1 - brier / by_rate:.2f}" if by_rate else "-"
    distance = float(stats.kstest(own.pit, "uniform").statistic)
    return [
        *(f"{100 * share:.1f}" for share in covered),
        f"{own.pit.mean():.3f}",
        f"{distance:.3f}",
        f"{brier:.4f}",
        f"{rate:.3f}",
        skill,
    ]


def section(found: Found) -> str:
    """What is printed, and written into the document."""
    lines = [INTRODUCTION]
    for title, is_made_up in (("Published data", False), ("Data made up for tests", True)):
        series = [item for item in found.series if item.is_made_up is is_made_up]
        cases = cases_of(series)
        if cases:
            lines += [f"### {title}", "", f"{len(cases):,} predictions in {len(series):,} series.", ""]
            lines += [*lines_of(scored(cases)), ""]
    return "\n".join(lines)


INTRODUCTION = """## The next study, predicted from those before it

Written by `python benchmarks/forecast_accuracy.py --write`. Study k + 1 of every series is predicted from the first k,
with its own sampling variance taken as known, in the order of the files, which is hardly ever that of time. 50, 80 and
95 %: how many estimates fell into the central prediction interval, per cent. PIT: the probability given to estimates
below the one that came; its mean is 0.5 and its Kolmogorov-Smirnov distance (KS) small if predictions are calibrated.
Brier: of the probability that the result changes its significance (REML with Wald limits, two-sided 0.05) when the study is
added; skill is what that saves against always saying the base rate of the same line, which is known only afterwards. HKSJ is
t with k - 1 degrees of freedom. Priors of tau are told on the scale of logarithms and standardised means, and of mean
differences and risk differences in standard deviations of the outcome so far; where that is not known there is no such
prediction. Only lines of the same k are of nearly the same predictions: with one study HKSJ predicts nothing, and is not
in that line. Predictions of one series depend on each other, so that no p-value is given.
"""


@cache
def section_of(shared: Path) -> str:
    """The same, computed once."""
    return section(series_found(shared))


def in_document(text: str, forecasts: str) -> str:
    """The document with the section in its place."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{forecasts}{END}{after}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args(arguments)
    print(f"predicted: {series_found(given.shared).said}\n")
    print(section_of(given.shared))
    if given.write:
        text = DOCUMENT.read_text(encoding="utf-8")
        DOCUMENT.write_text(in_document(text, section_of(given.shared)), encoding="utf-8")
        print(f"{DOCUMENT} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
