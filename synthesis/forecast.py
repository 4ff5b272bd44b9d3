"""What a trial that has not reported would do to an analysis: from what it may find to the chance that a rule fires.

Its estimate is predicted with everything that is not known: the mean effect, how far trials lie from it, and the error of
a trial of its size. The prediction is cut into equal parts of probability, the middle of each is pooled with the studies
as the convention does it, and the same rules as every night are asked. Nothing is drawn by lot.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, inf, nan

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from models.analysis import Analysis
from models.forecast import EffectForecast, PlannedStudy, RuleChance
from models.protocol import Outcome, Protocol
from models.synthesis import EffectInput, PooledEffect, Signal
from models.vocabulary import Rule
from synthesis.bayes import Posterior, posterior
from synthesis.certainty import important_differences, information_of, of_imprecision
from synthesis.default_priors import SMALL
from synthesis.natural_scale import analysis_limits
from synthesis.normal_mixture import NormalMixture
from synthesis.one_more_study import OneMore, ratio_of, with_one_more
from synthesis.participant_rules import Participants, participant_rules, participants_needed
from synthesis.planned_error import Basis, PlannedError, basis_of, control_risk, planned_error
from synthesis.signals import rules_of_pair
from synthesis.study_sets import Array

PARTS = 199
"""Equal parts of probability: a chance moves in steps of half a per cent, and their middle is the median."""

NOTHING_POOLED = "nothing is pooled yet, so no effect can be predicted"
NOT_OF_COMPARISON = "its arms are not of this comparison"
NO_NUMBER = "how many participants it plans is not registered"
NO_ERROR = "the pooled studies do not tell how precise a trial of its size would be"


@dataclass(frozen=True)
class Situation:
    """One analysis under one convention tonight, before any of the ongoing trials has reported.

    Attributes
    ----------
    now : the headline of confirmed evidence; k = 0 where nothing is pooled
    old : the published headline of the same convention, None where no version has one
    before : the published headline of the first convention, with which participants are compared
    rows : confirmed rows of the whole analysis that have an effect
    new_participants : of trials that completed or reported since, by study
    """

    protocol: Protocol
    analysis: Analysis
    now: PooledEffect
    old: PooledEffect | None
    before: PooledEffect | None
    rows: tuple[EffectInput, ...]
    new_participants: Mapping[str, Participants]

    @property
    def outcome(self) -> Outcome:
        return self.protocol.outcome(self.analysis.outcome)

    @property
    def alpha(self) -> float:
        return self.protocol.thresholds.alpha


@dataclass(frozen=True)
class Believed:
    """What the rows of an analysis say of a further study, before its size is known.

    The prior of tau is `default_priors.SMALL` of log odds ratios and standardised means; for other measures it is scaled
    by `Basis.tau_unit`.
    """

    basis: Basis
    prior: str
    of: Posterior

    @classmethod
    def from_rows(cls, rows: Sequence[EffectInput], effect: PooledEffect) -> "Believed | None":
        """None without rows, or where the prior's unit is not told."""
        basis = basis_of(rows, effect.measure)
        unit = basis.tau_unit(effect.is_ratio)
        if not rows or not unit:
            return None
        yi, vi = [row.yi or 0.0 for row in rows], [row.vi or nan for row in rows]
        told = SMALL.name if unit == 1 else f"{SMALL.name} x {unit:.3g}"
        return cls(basis, told, posterior(yi, vi, tau=SMALL.scaled(unit)))

    def estimates(self, se: float) -> NormalMixture:
        """Of the estimate that a further study of this standard error reports."""
        of = self.of
        return NormalMixture(of.weights, of.mu_mean, np.sqrt(of.mu_sd**2 + of.tau**2 + se**2))


def forecast_effect(
    situation: Situation, believed: Believed | None, planned: PlannedStudy | None, unknown: str = ""
) -> EffectForecast:
    """What an ongoing trial would do to one analysis under one convention, if it reports this outcome.

    Parameters
    ----------
    situation : the analysis tonight
    believed : what its rows say, `Believed.from_rows`
    planned : arms of the trial in this comparison; None where `unknown` says why there are none

    Returns
    -------
    EffectForecast
        With the probabilities that can be computed, and the reason why others cannot.

    Source
    ------
    Sutton et al. (2007), Statistics in Medicine 26:2479, and Roloff, Higgins and Sutton (2013), 32:11, whose simulated
    further study is integrated here.
    """
    told = _told(situation, planned, unknown)
    if planned is None:
        return told
    announced = _announced(situation, planned)
    if not situation.now.k:
        poolable = rules_of_pair(situation.protocol, situation.outcome, situation.old, _of_one(situation.now))
        return replace(told, rules=(*_certain(poolable, situation), *announced), unknown=NOTHING_POOLED)
    error = _error(believed, planned, situation.now)
    if believed is None or error is None:
        return replace(told, rules=announced, unknown=NO_ERROR)
    return _computed(replace(told, rules=announced), situation, believed, error)


def _computed(told: EffectForecast, situation: Situation, believed: Believed, error: PlannedError) -> EffectForecast:
    assert told.planned is not None
    estimates = believed.estimates(error.se)
    natural = ratio_of if told.is_ratio else np.asarray
    study = OneMore(planned=told.planned, se=error.se, risk=control_risk(believed.basis, told.planned))
    return replace(
        _judged(told, situation, believed.basis, study, equal_parts(estimates)),
        prior=believed.prior,
        se=error.se,
        se_from=error.source,
        predicted=float(natural(estimates.quantile(0.5)[0])),
        pi_low=float(natural(estimates.quantile(0.025)[0])),
        pi_high=float(natural(estimates.quantile(0.975)[0])),
    )


def equal_parts(mixture: NormalMixture, parts: int = PARTS) -> Array:
    """The middle of each of `parts` equal parts of the probability of a single mixture, rising."""
    levels = (np.arange(parts) + 0.5) / parts
    alike = np.zeros(parts, dtype=np.intp)
    return NormalMixture(mixture.weights[alike], mixture.means[alike], mixture.sds[alike]).quantile(levels)


def _told(situation: Situation, planned: PlannedStudy | None, unknown: str) -> EffectForecast:
    analysis, now = situation.analysis, situation.now
    return EffectForecast(
        study_id=planned.study_id if planned else "",
        analysis=analysis.analysis,
        comparison=analysis.comparison,
        outcome=analysis.outcome,
        timepoint=analysis.timepoint,
        convention=now.convention,
        measure=now.measure,
        is_ratio=now.is_ratio,
        planned=planned,
        excludes_now=excludes_no_effect(now) if now.k else None,
        n_needed=participants_needed(now, situation.alpha) if now.k else None,
        unknown=unknown,
    )


def _error(believed: Believed | None, planned: PlannedStudy, now: PooledEffect) -> PlannedError | None:
    return planned_error(believed.basis, planned, now.yi or 0.0) if believed else None


def _of_one(now: PooledEffect) -> PooledEffect:
    """An analysis that had no study, with one whose result nobody can say."""
    return replace(now, k=1, n_studies=1)


def _certain(signals: Sequence[Signal], situation: Situation) -> tuple[RuleChance, ...]:
    """Rules that fire or not whatever is found."""
    now = _fired(rules_of_pair(situation.protocol, situation.outcome, situation.old, situation.now))
    return tuple(
        RuleChance(rule=signal.rule, chance=float(signal.fired), fires_now=now.get(signal.rule, False))
        for signal in signals
    )


def _announced(situation: Situation, planned: PlannedStudy) -> tuple[RuleChance, ...]:
    """Rules on participants, which are known before any result is; none where they cannot be computed."""

    def signals(new: Mapping[str, Participants]) -> dict[Rule, Signal]:
        found = participant_rules(situation.protocol, situation.analysis, situation.before, new)
        return {signal.rule: signal for signal in found}

    known = dict(situation.new_participants)
    now, after = signals(known), signals(known | {planned.study_id: (round(planned.n), "planned")})
    return tuple(
        RuleChance(rule=rule, chance=float(signal.fired), fires_now=now[rule].fired)
        for rule, signal in after.items()
        if signal.value is not None
    )


def _judged(told: EffectForecast, situation: Situation, basis: Basis, study: OneMore, results: Array) -> EffectForecast:
    """The probabilities: shares of the possible results after which a thing is so."""
    now, outcome = situation.now, situation.outcome
    after = with_one_more(now, situation.rows, study, results)
    limits = np.array([_limits(effect) for effect in after])
    harms, helps = _sides(limits, outcome)
    excludes = (limits[:, 0] > 0) | (limits[:, 1] < 0)
    differences = important_differences(now, outcome)
    information = information_of([*situation.rows, _as_row(study, basis, now)], outcome)
    is_down = of_imprecision(now, information_of(situation.rows, outcome), outcome).is_rated_down
    goes_down = [of_imprecision(effect, information, outcome).is_rated_down for effect in after]
    return replace(
        told,
        quantiles=tuple(results.tolist()),
        excludes=_share(excludes),
        excludes_benefit=None if helps is None else _share(helps),
        excludes_harm=None if harms is None else _share(harms),
        clears=_share((limits[:, 0] > differences[1]) | (limits[:, 1] < differences[0])) if differences else None,
        important_difference=(exp(differences[1]) if now.is_ratio else differences[1]) if differences else None,
        imprecision_changes=_share(np.array(goes_down) != is_down),
        rated_down_now=is_down,
        rules=(*_chances(situation, after), *told.rules),
    )


def _share(holds: NDArray[np.bool_]) -> float:
    return float(np.mean(holds))


def _chances(situation: Situation, after: Sequence[PooledEffect]) -> tuple[RuleChance, ...]:
    """How often each rule on results fires."""
    now = _fired(rules_of_pair(situation.protocol, situation.outcome, situation.old, situation.now))
    fired: dict[Rule, list[bool]] = {}
    for effect in after:
        for signal in rules_of_pair(situation.protocol, situation.outcome, situation.old, effect):
            fired.setdefault(signal.rule, []).append(signal.fired)
    return tuple(
        RuleChance(rule=rule, chance=sum(found) / len(after), fires_now=now.get(rule, False))
        for rule, found in sorted(fired.items())
    )


def _fired(signals: Sequence[Signal]) -> dict[Rule, bool]:
    return {signal.rule: signal.fired for signal in signals}


def _sides(limits: Array, outcome: Outcome) -> tuple[NDArray[np.bool_] | None, NDArray[np.bool_] | None]:
    """Where the interval shows harm, and where benefit; None where nobody says which direction is better."""
    above, below = limits[:, 0] > 0, limits[:, 1] < 0
    sides = {"higher": (below, above), "lower": (above, below)}
    return sides.get(outcome.direction, (None, None))


def excludes_no_effect(effect: PooledEffect) -> bool:
    """Whether a pooled interval lies on one side of no effect."""
    low, high = _limits(effect)
    return low > 0 or high < 0


def _limits(effect: PooledEffect) -> tuple[float, float]:
    """Limits on the analysis scale; of an effect that does not exist they exclude nothing."""
    return analysis_limits(effect) or (-inf, inf)


def _as_row(study: OneMore, basis: Basis, now: PooledEffect) -> EffectInput:
    """The planned trial as a row, as far as the size of the information goes."""
    n1, n2 = round(study.planned.n_intervention), round(study.planned.n_control)
    return EffectInput(
        study_id=study.planned.study_id,
        comparison=now.comparison,
        outcome=now.outcome,
        timepoint=now.timepoint,
        analysis=now.analysis,
        measure=now.measure,
        evidence_set=now.evidence_set,
        n_intervention=n1,
        n_control=n2,
        yi=now.yi,
        vi=study.se**2,
        sd_intervention=basis.sd,
        sd_control=basis.sd,
        events_intervention=None if study.risk is None else round(study.risk * n1),
        events_control=None if study.risk is None else round(study.risk * n2),
    )
