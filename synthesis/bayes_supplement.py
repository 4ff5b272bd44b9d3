"""Bayesian analyses beside the pooled effects of a review: a supplement that Cochrane's methods allow beside RevMan's.

Every analysis that shows a total has a posterior for each evidence set and each of its priors, as a rule three.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf, isfinite

import numpy as np

from models.analysis import Analysis
from models.bayes import BayesLine, BayesStudy, BayesSupplement, Curve
from models.bayes_choice import BayesChoice
from models.empirical_priors import RHODES, TURNER
from models.prior_names import NamedPrior, named_mu_prior, named_prior
from models.protocol import Outcome, Protocol
from models.synthesis import EffectInput, PooledEffect
from models.vocabulary import EvidenceSet, Measure
from synthesis.analyses import rows_of
from synthesis.bayes import Posterior, posterior
from synthesis.bayes_answer import answer_of, no_answer, verdict_of
from synthesis.default_priors import STANDARDISED, TABLE_RATIOS, three_priors, unit_of
from synthesis.natural_scale import natural_of
from synthesis.priors import MuPrior, prior_of

POINTS = 81
"""Of a curve in a picture."""

KEPT = 2048
"""Posteriors that are kept: from night to night most data are the same."""


@dataclass(frozen=True)
class _Question:
    """What is pooled: the studies of one analysis in one evidence set."""

    analysis: Analysis
    outcome: Outcome
    evidence_set: EvidenceSet
    level: float
    measure: Measure
    is_ratio: bool
    rows: tuple[EffectInput, ...]

    @property
    def yi(self) -> tuple[float, ...]:
        return tuple(row.yi for row in self.rows if row.yi is not None)

    @property
    def vi(self) -> tuple[float, ...]:
        return tuple(row.vi for row in self.rows if row.vi is not None)

    def natural(self, value: float) -> float:
        return natural_of(value, is_ratio=self.is_ratio)


def bayes_supplement(
    inputs: Sequence[EffectInput], effects: Sequence[PooledEffect], protocol: Protocol
) -> BayesSupplement:
    """Posteriors and answers of a review.

    Parameters
    ----------
    inputs : effects of studies, all evidence sets together
    effects : pooled from them: what has a total is asked of a posterior, too, and frequentist lines stand beside it
    protocol : outcomes with their direction and smallest difference that matters, and what is chosen for priors
    """
    choice = protocol.supplements.bayes
    mu = named_mu_prior(choice.mu)
    lines, answers = [], []
    for question in _questions(inputs, effects, protocol):
        try:
            priors = _priors(question, choice)
        except ValueError as problem:
            answers.append(no_answer(question.evidence_set, question.analysis, str(problem)))
            continue
        own = [_line(question, prior, mu) for prior in priors]
        lines += own
        beside = [item for item in effects if _is_of(item, question)]
        answers.append(answer_of(own, beside, question.outcome))
    return BayesSupplement(lines=tuple(lines), answers=tuple(answers))


def _questions(inputs: Sequence[EffectInput], effects: Sequence[PooledEffect], protocol: Protocol) -> list[_Question]:
    outcomes = {outcome.id: outcome for outcome in protocol.outcomes}
    first: dict[tuple[EvidenceSet, str], PooledEffect] = {}
    for effect in effects:
        if effect.k and not effect.subgroup.number:
            first.setdefault((effect.evidence_set, effect.analysis), effect)
    found = []
    for (evidence_set, name), effect in first.items():
        analysis = protocol.analysis(name)
        rows = rows_of(inputs, effect)
        outcome = outcomes[analysis.outcome]
        if rows:
            found.append(
                _Question(analysis, outcome, evidence_set, effect.level, effect.measure, effect.is_ratio, rows)
            )
    return found


def _is_of(effect: PooledEffect, question: _Question) -> bool:
    is_same = (effect.evidence_set, effect.analysis) == (question.evidence_set, question.analysis.analysis)
    return is_same and not effect.subgroup.number


def _priors(question: _Question, choice: BayesChoice) -> tuple[NamedPrior, ...]:
    """The review's own, or three; the third by what the protocol says of outcome and comparison."""
    own = choice.priors.get(question.analysis.analysis) or choice.priors.get(question.outcome.id)
    if own:
        return tuple(dict.fromkeys(named_prior(name) for name in own))
    kind, table = choice.outcomes.get(question.outcome.id, ""), None
    if question.measure in TABLE_RATIOS:
        table = TURNER
    elif question.measure in STANDARDISED or question.measure is Measure.MD:
        table = RHODES
    is_told = table is not None and kind and choice.comparison and table.has_outcome(kind)
    empirical = f"{table.name}: {kind}; {choice.comparison}" if table and is_told else None
    people = np.array([row.n_participants or np.nan for row in question.rows], dtype=np.float64)
    unit = 1.0 if question.is_ratio else unit_of(question.measure, np.array(question.vi), people)
    return tuple(prior.named for prior in three_priors(question.measure, unit, empirical))


@lru_cache(maxsize=KEPT)
def _line_of_numbers(
    yi: tuple[float, ...], vi: tuple[float, ...], prior: NamedPrior, mu: tuple[float, float], level: float
) -> "_Numbers":
    found = posterior(yi, vi, tau=prior_of(prior), mu=MuPrior(*mu), level=level)
    return _Numbers.of(found)


@dataclass(frozen=True)
class _Numbers:
    """One posterior's numbers, on the analysis scale."""

    found: Posterior
    median: float
    limits: tuple[float, float]
    new: tuple[float, float]
    tau: tuple[float, float, float]
    studies: tuple[tuple[float, float, float], ...]
    tau_curve: Curve
    mu_curve: Curve

    @classmethod
    def of(cls, found: Posterior) -> "_Numbers":
        shrunk = found.studies
        limits = float(found.low[0]), float(found.high[0])
        return cls(
            found=found,
            median=float(found.median[0]),
            limits=limits,
            new=(float(found.pi_low[0]), float(found.pi_high[0])),
            tau=(float(found.tau_median[0]), float(found.tau_low[0]), float(found.tau_high[0])),
            studies=tuple(
                zip(*(values[0].tolist() for values in (shrunk.median, shrunk.low, shrunk.high)), strict=True)
            ),
            tau_curve=_tau_curve(found),
            mu_curve=_mu_curve(found, *limits),
        )


def _tau_curve(found: Posterior) -> Curve:
    end = min(1.15 * float(found.nodes.quantile(0.975)[0]), found.tau_prior.ceiling)
    x = np.linspace(end / (4 * POINTS), end, POINTS)
    return Curve(
        x=tuple(x.tolist()),
        prior=tuple(np.exp(found.tau_prior.log_density(x)).tolist()),
        posterior=tuple(found.tau_density(x)[0].tolist()),
    )


def _mu_curve(found: Posterior, low: float, high: float) -> Curve:
    spare = 0.15 * (high - low)
    x = np.linspace(low - spare, high + spare, POINTS)
    heights = tuple(float(found.mu.density(place)[0]) for place in x)
    mu = found.mu_prior
    prior = (
        ()
        if mu.is_flat
        else tuple((np.exp(-0.5 * ((x - mu.mean) / mu.sd) ** 2) / (mu.sd * np.sqrt(2 * np.pi))).tolist())
    )
    return Curve(x=tuple(x.tolist()), prior=prior, posterior=heights)


def _line(question: _Question, prior: NamedPrior, mu: tuple[float, float]) -> BayesLine:
    numbers = _line_of_numbers(question.yi, question.vi, prior, mu, question.level)
    found, natural = numbers.found, question.natural
    below = float(found.below(0.0)[0])
    low, high = numbers.limits
    return BayesLine(
        evidence_set=question.evidence_set,
        comparison=question.analysis.comparison,
        outcome=question.analysis.outcome,
        timepoint=question.analysis.timepoint,
        analysis=question.analysis.analysis,
        measure=question.measure,
        is_ratio=question.is_ratio,
        prior=found.tau_prior.name,
        prior_family=prior.family,
        prior_scale=prior.scale,
        prior_location=prior.location,
        mu_prior=found.mu_prior.name,
        mu_prior_mean=mu[0],
        mu_prior_sd=mu[1] if mu[1] < inf else None,
        level=question.level,
        k=len(question.rows),
        yi=numbers.median,
        mean=_exists(found.mean),
        sd=_exists(found.sd),
        estimate=natural(numbers.median),
        ci_low=natural(low),
        ci_high=natural(high),
        pi_low=natural(numbers.new[0]),
        pi_high=natural(numbers.new[1]),
        tau_median=numbers.tau[0],
        tau_low=numbers.tau[1],
        tau_high=numbers.tau[2],
        tau_mean=_exists(found.tau_mean),
        tau_sd=_exists(found.tau_sd),
        p_below_no_effect=below,
        p_benefit={"higher": 1 - below, "lower": below}.get(question.outcome.direction),
        p_beyond_mid=_beyond_mid(found, question),
        bf_tau_zero=_exists(found.bf_tau_zero),
        verdict=verdict_of(low, high, question.outcome),
        studies=tuple(
            BayesStudy(
                study_id=row.study_id,
                part=row.part,
                subgroup=row.subgroup,
                estimate=natural(yi),
                shrunk=natural(middle),
                ci_low=natural(begin),
                ci_high=natural(end),
            )
            for row, yi, (middle, begin, end) in zip(question.rows, question.yi, numbers.studies, strict=True)
        ),
        tau_curve=numbers.tau_curve,
        mu_curve=numbers.mu_curve,
    )


def _beyond_mid(found: Posterior, question: _Question) -> float | None:
    mid = question.outcome.mid
    if mid is None or question.measure is not Measure.MD:
        return None
    if question.outcome.direction == "higher":
        return 1 - float(found.below(mid)[0])
    return float(found.below(-mid)[0]) if question.outcome.direction == "lower" else None


def _exists(value: np.ndarray) -> float | None:
    return float(value[0]) if isfinite(value[0]) else None
