"""What is said to readers of a Bayesian supplement: who is asked, what each way of pooling says, and two small pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, sqrt

from models.bayes import BayesAnswer, BayesLine, BayesSupplement, Curve
from models.chance import chance
from models.looks import MOST_LOG
from models.synthesis import PooledEffect
from models.vocabulary import EvidenceSet, Interval
from reporting import numbers, words

WIDTH, HEIGHT, FOOT = 240, 96, 18
"""Of a picture, in the units of its view box; the foot below it has the ends of the axis."""

PUBLISHED_LAST = (EvidenceSet.CONFIRMED, EvidenceSet.PROVISIONAL, EvidenceSet.PUBLISHED)

FAMILIES = {
    "HN": "half-normal",
    "HC": "half-Cauchy",
    "Exp": "exponential",
    "U": "uniform",
    "LN": "log-normal",
    "LT5": "log-t",
}

_TWO = ("moderate", "large")
"""What two half-normal priors expect, the narrower first."""

INTERVALS = {
    Interval.WALD: "Usual interval (Wald)",
    Interval.HKSJ: "Hartung-Knapp (HKSJ)",
    Interval.HKSJ_TRUNCATED: "Hartung-Knapp (HKSJ)",
}


@dataclass(frozen=True)
class WayOfPooling:
    """One line of the table; what it does not say is empty."""

    name: str
    remark: str
    effect: str
    benefit: str
    beyond: str
    tau: str


@dataclass(frozen=True)
class Picture:
    """One drawing: paths of densities, the place of no effect if it is in it, and the ends of its axis."""

    title: str
    description: str
    posterior: tuple[str, ...]
    prior: tuple[str, ...]
    null: float | None
    low: str
    high: str


@dataclass(frozen=True)
class Believed:
    """What one evidence set says."""

    answer: BayesAnswer
    ways: tuple[WayOfPooling, ...]
    pictures: tuple[Picture, ...]
    has_mid: bool

    @property
    def agreement(self) -> str:
        """Which ways agree, or which choice would change the conclusion: what is read before anything is unfolded."""
        return words.with_evidence(self.answer.evidence_set, self._agreement)

    @property
    def rest(self) -> str:
        """What is said beyond that."""
        beyond = self.answer.sentence.removeprefix(self._agreement).strip()
        return words.with_evidence(self.answer.evidence_set, beyond) if beyond else ""

    @property
    def _agreement(self) -> str:
        return self.answer.agreement or self.answer.sentence


def told(supplement: BayesSupplement, effects: Sequence[PooledEffect], analysis: str) -> list[Believed]:
    """Evidence sets of one analysis, the review's result first; one that says the same as one before is not told again."""
    found: list[Believed] = []
    seen: list[list[tuple[str, float, float]]] = []
    for evidence_set in PUBLISHED_LAST:
        answer = next(
            (item for item in supplement.answers if (item.evidence_set, item.analysis) == (evidence_set, analysis)),
            None,
        )
        if answer is None:
            continue
        lines = [item for item in supplement.lines if (item.evidence_set, item.analysis) == (evidence_set, analysis)]
        numbers_ = [(item.prior, item.yi, item.tau_median) for item in lines]
        if numbers_ in seen or (found and evidence_set is EvidenceSet.PUBLISHED):
            continue
        seen.append(numbers_)
        own = [item for item in effects if (item.evidence_set, item.analysis) == (evidence_set, analysis)]
        found.append(
            Believed(
                answer=answer,
                ways=(*_frequentist(own), *(_bayesian(line, expectation(line, lines)) for line in lines)),
                pictures=(*_of_mu(lines), *filter(None, (_of_tau(line, expectation(line, lines)) for line in lines)))
                if lines
                else (),
                has_mid=any(item.p_beyond_mid is not None for item in lines),
            )
        )
    return found


def _frequentist(effects: Sequence[PooledEffect]) -> list[WayOfPooling]:
    """Lines of the newest convention that have an estimate: Wald, and HKSJ from two studies on."""
    convention = effects[-1].convention if effects else None
    own = [item for item in effects if item.convention is convention and item.estimate is not None]
    return [
        WayOfPooling(
            name=INTERVALS[item.interval],
            remark="" if item.k > 1 else "one study: no room for differences between studies",
            effect=numbers.estimate(item.estimate, item.ci_low, item.ci_high, item.is_ratio),
            benefit="",
            beyond="",
            tau=numbers.fixed(sqrt(item.tau2), 2) if item.tau2 is not None and item.k > 1 else "",
        )
        for item in own
        if item.interval is Interval.WALD or item.k > 1
    ]


def _bayesian(line: BayesLine, expected: str) -> WayOfPooling:
    return WayOfPooling(
        name=f"Bayesian: {expected}",
        remark=f"prior of τ: {_family(line)}",
        effect=numbers.estimate(line.estimate, line.ci_low, line.ci_high, line.is_ratio),
        benefit=_probability(line.p_benefit),
        beyond=_probability(line.p_beyond_mid),
        tau=f"{numbers.fixed(line.tau_median, 2)} ({numbers.fixed(line.tau_low, 2)} to {numbers.fixed(line.tau_high, 2)})",
    )


def expectation(line: BayesLine, lines: Sequence[BayesLine]) -> str:
    """What a prior expects of differences between studies, in words; the wider of two half-normals expects larger ones."""
    if line.prior.startswith(("Turner", "Rhodes")):
        return "differences as in past Cochrane reviews"
    scales = sorted(item.prior_scale for item in lines if item.prior_family == "HN")
    if line.prior_family == "HN" and len(scales) == len(_TWO):
        return f"{_TWO[scales.index(line.prior_scale)]} differences expected"
    return f"differences expected as by {line.prior}"


def _family(line: BayesLine) -> str:
    """The prior as statisticians name it."""
    if line.prior.startswith(("Turner", "Rhodes")):
        return line.prior
    return f"{FAMILIES[line.prior_family]}, scale {numbers.fixed(line.prior_scale, 2)}"


def _probability(value: float | None) -> str:
    return "" if value is None else chance(value)


def _of_mu(lines: Sequence[BayesLine]) -> list[Picture]:
    """Posteriors of the mean effect under all priors, one over another."""
    curves = [line.mu_curve for line in lines if line.mu_curve]
    if not curves:
        return []
    narrow = min(lines, key=lambda line: line.ci_high - line.ci_low).mu_curve or curves[0]
    spare = 0.5 * (narrow.x[-1] - narrow.x[0])
    low, high = min(narrow.x[0] - spare, 0.0), max(narrow.x[-1] + spare, 0.0)
    top = max(max(curve.posterior) for curve in curves)
    priors = tuple(
        path
        for curve in curves[:1]
        if curve.prior
        for path in [_path(curve.x, curve.prior, (low, high), top, is_filled=False)]
    )
    first = lines[0]

    def label(value: float) -> str:
        return numbers.effect(exp(min(value, MOST_LOG)) if first.is_ratio else value, first.is_ratio)

    return [
        Picture(
            title="Effect: an area for each assumption",
            description=f"What is believed of the mean effect under {len(curves)} assumptions, and no effect as a line.",
            posterior=tuple(_path(curve.x, curve.posterior, (low, high), top) for curve in curves),
            prior=priors,
            null=_across(0.0, (low, high)),
            low=label(low),
            high=label(high),
        )
    ]


def _of_tau(line: BayesLine, expected: str) -> Picture | None:
    """What was believed of differences between studies before and after."""
    curve = line.tau_curve
    if curve is None or line.k == 1:  # One study says nothing of it: both curves would be the same.
        return None
    ends = (0.0, curve.x[-1])
    top = max(_inside(curve))
    return Picture(
        title=f"Differences between studies (τ): {expected}",
        description="Dashed what was believed of tau before the studies, filled what is believed after them.",
        posterior=(_path(curve.x, curve.posterior, ends, top),),
        prior=(_path(curve.x, curve.prior, ends, top, is_filled=False),),
        null=None,
        low="0",
        high=numbers.fixed(curve.x[-1], 2),
    )


def _inside(curve: Curve) -> list[float]:
    """Heights that a picture must hold: a prior may be endless at 0, a posterior is what is looked at."""
    return [*curve.posterior, *(height for height in curve.prior if height <= 2 * max(curve.posterior))]


def _path(
    x: Sequence[float], heights: Sequence[float], ends: tuple[float, float], top: float, *, is_filled: bool = True
) -> str:
    """A density as a path, closed along the axis where it is filled; what lies beyond the picture is cut at its edge."""
    points = [(_across(a, ends), HEIGHT - HEIGHT * 0.95 * min(h / top, 1.05)) for a, h in zip(x, heights, strict=True)]
    known = [(a, y) for a, y in points if a is not None]
    if not known:
        return ""
    line = "".join(f"L{a:.1f} {y:.1f}" for a, y in known)
    if is_filled:
        return f"M{known[0][0]:.1f} {HEIGHT}{line}L{known[-1][0]:.1f} {HEIGHT}Z"
    return f"M{line[1:]}"


def _across(value: float, ends: tuple[float, float]) -> float | None:
    low, high = ends
    place = WIDTH * (value - low) / (high - low)
    return round(place, 1) if -0.01 <= place <= WIDTH + 0.01 else None
