"""The part of GRADE that can be computed: what numbers say about each reason to rate certainty down.

A computed domain rates down one level at most. GRADE's second level ("very serious") and indirectness are
judgements: where numbers suggest them, the reason says so and leaves them to a person, whose own rating in
certainty.csv stands beside the computed one and goes before it.
"""

from collections.abc import Sequence
from math import ceil, exp, log, sqrt
from typing import NamedTuple

from scipy import special

from models.certainty import AbsoluteEffect, Certainty, Concern, Domain
from models.folder_rows import CertaintyRow, RiskOfBiasRow
from models.people import People, people_in
from models.protocol import Outcome, Protocol
from models.risk_of_bias import BiasOfRow, Risk, bias_of
from models.screening import StudyStatus
from models.synthesis import EffectInput, PooledEffect
from models.vocabulary import EvidenceSet, Measure, StudyState
from synthesis.natural_scale import analysis_limits
from synthesis.risks import with_intervention
from synthesis.sequential import information_size_of_means, information_size_of_risks

APPRECIABLE_RATIOS = (0.75, 1.25)
"""Relative effects of 25 %, GRADE's default for appreciable benefit or harm. Guyatt et al. (2011), J Clin
Epidemiol 64:1283 (GRADE guidelines 6)."""

RELATIVE_REDUCTION = 0.25
"""Relative risk reduction for which the optimal information size is computed. GRADE guidelines 6."""

HALF_SD = 0.5
"""Difference in standard deviations for the information size where an outcome has no MID. GRADE guidelines 6
and Cochrane Handbook 6.5, section 15.5.3.1 (0.5 as a moderate effect)."""

SUBSTANTIAL_I2, HETEROGENEITY_P = 50.0, 0.10
"""I2 from which, with this p of Q, differences count as serious. Cochrane Handbook 6.5, section 10.10.2."""

HALF = 0.5
"""Share of weight, or of people, from which a domain is rated down: most of what the estimate rests on."""

LEVELS = ("very low", "low", "moderate", "high")

STARTS_HIGH = frozenset({"RoB 1", "RoB 2", "ROBINS-I"})
"""Tools whose judgement lets a study start high: those for randomised trials, and ROBINS-I, which holds every study against
a randomised trial, so that confounding is rated once. Cochrane Handbook 6.5, section 14.2.1; Schünemann et al. (2019),
J Clin Epidemiol 111:105."""


def rate_certainty(
    effect: PooledEffect,
    inputs: Sequence[EffectInput],
    outcome: Outcome,
    *,
    risk_of_bias: Sequence[RiskOfBiasRow] = (),
    statuses: Sequence[StudyStatus] = (),
    stated: Sequence[CertaintyRow] = (),
    baseline_risks: Sequence[float] = (),
    takes_only_trials: bool = True,
) -> Certainty:
    """Rate one pooled effect: randomised trials start high, studies that are not known to be randomised start low.

    Parameters
    ----------
    effect : the headline of the convention that is rated
    inputs : effects of studies; those of the same evidence set and analysis count
    outcome : with its MID and direction
    risk_of_bias : people's judgements by study, or by result, and domain
    statuses : states of all eligible studies, for what was completed and not published
    stated : people's ratings; of the last version that rates this analysis, the row that names it most closely counts
    baseline_risks : risks under control at which absolute effects are given; the studies' own by default
    takes_only_trials : whether the review takes randomised trials alone; of another one the tools tell (`STARTS_HIGH`)

    Source
    ------
    Cochrane Handbook 6.5, chapter 14; GRADE guidelines 4 to 7, J Clin Epidemiol 64 (2011):407, 1277, 1283, 1294.
    """
    key = (effect.evidence_set, effect.analysis)
    own = [item for item in inputs if (item.evidence_set, item.analysis) == key]
    pooled = [item for item in own if item.yi is not None and item.vi is not None]
    rating, information = _rating(stated, effect), information_of(pooled, outcome)
    concerns: tuple[Concern, ...] = ()
    computed = None
    starts_low = (
        bool(effect.k) and not takes_only_trials and not all(_starts_high(item, risk_of_bias) for item in pooled)
    )
    if effect.k:
        concerns = (
            of_risk_of_bias(effect, pooled, risk_of_bias),
            of_inconsistency(effect),
            Concern(Domain.INDIRECTNESS, False, "judged by people", needs_person=True),
            of_imprecision(effect, information, outcome),
            of_publication_bias(effect, statuses),
        )
        start = LEVELS.index("low" if starts_low else "high")
        computed = LEVELS[max(0, start - sum(concern.is_rated_down for concern in concerns))]
    return Certainty(
        analysis=effect.analysis,
        comparison=effect.comparison,
        outcome=effect.outcome,
        timepoint=effect.timepoint,
        computed=computed,
        concerns=concerns,
        stated=rating.certainty if rating else None,
        stated_reasons=rating.reasons if rating else "",
        information_size=information.wanted if effect.k else None,
        absolute=absolute_effects(effect, baseline_risks or _own_risk(pooled)),
        starts_low=starts_low,
    )


def _starts_high(item: EffectInput, rows: Sequence[RiskOfBiasRow]) -> bool:
    return (bias := bias_of(item, rows)) is not None and bias.tool in STARTS_HIGH


def _rating(stated: Sequence[CertaintyRow], effect: PooledEffect) -> CertaintyRow | None:
    """People's rating in force: a row that names the analysis goes before one of its comparison, or of its outcome."""
    place = (effect.comparison, effect.outcome, effect.timepoint)
    rows = [row for row in stated if row.is_of(effect.analysis, place)]
    newest = [row for row in rows if row.version == rows[-1].version]
    return max(reversed(newest), key=lambda row: (bool(row.analysis), bool(row.comparison)), default=None)


def rate_review(
    effects: Sequence[PooledEffect],
    inputs: Sequence[EffectInput],
    protocol: Protocol,
    *,
    risk_of_bias: Sequence[RiskOfBiasRow] = (),
    statuses: Sequence[StudyStatus] = (),
    stated: Sequence[CertaintyRow] = (),
) -> tuple[tuple[EvidenceSet, Certainty], ...]:
    """Rate every outcome and time of a review, on the headline of the newest convention of its protocol.

    Returns
    -------
    tuple
        Evidence set and certainty, confirmed before provisional, in the protocol's order; the published set
        is people's and is only stated.
    """
    newest = protocol.conventions[-1].name
    return tuple(
        (
            effect.evidence_set,
            rate_certainty(
                effect,
                inputs,
                protocol.outcome(effect.outcome),
                risk_of_bias=risk_of_bias,
                statuses=statuses,
                stated=stated,
                takes_only_trials=protocol.eligibility.takes_only_trials,
            ),
        )
        for evidence_set in (EvidenceSet.CONFIRMED, EvidenceSet.PROVISIONAL)
        for effect in effects
        if effect.evidence_set is evidence_set and effect.convention is newest and effect.is_headline
    )


def of_risk_of_bias(effect: PooledEffect, inputs: Sequence[EffectInput], rows: Sequence[RiskOfBiasRow]) -> Concern:
    """Rated down when rows at high risk carry half of the weight or more; what is between low and high is a person's.

    The risk of a row is its tool's overall judgement, or that of its worst domain where there is none. High are, too,
    a serious and a critical risk of ROBINS-I.
    """
    weights = {weight.row: weight.pct for weight in effect.weights}
    judged = {item.row: bias_of(item, rows) for item in inputs}
    risks = {row: bias.risk if bias else Risk.UNJUDGED for row, bias in judged.items()}
    high = sum(weights.get(row, 0.0) for row, risk in risks.items() if risk is Risk.HIGH)
    told = dict.fromkeys(_of_bias(item, judged[item.row]) for item in sorted(inputs, key=lambda item: item.study_id))
    reason = "; ".join(filter(None, told)) or "no domain of any study at high risk"
    is_open = {Risk.UNJUDGED, Risk.OPEN} & set(risks.values())
    return Concern(Domain.RISK_OF_BIAS, 0 < 100 * HALF <= high, reason, needs_person=bool(is_open))


def _of_bias(item: EffectInput, bias: BiasOfRow | None) -> str:
    """What is to be said of the risk of one row; nothing of a low one."""
    if bias is None or bias.risk is Risk.UNJUDGED:
        return f"{item.study_id} not judged"
    if bias.risk is Risk.LOW:
        return ""
    why = f" ({', '.join(bias.reasons)})" if bias.reasons and bias.overall else ""
    if bias.overall:
        return f"{item.study_id}: overall {bias.overall}{why}"
    word = "high risk of" if bias.risk is Risk.HIGH else "not clear:"
    return f"{item.study_id}: {word} {', '.join(bias.reasons)}"


def of_inconsistency(effect: PooledEffect) -> Concern:
    """Rated down when I2 is substantial and Q says that it is not chance."""
    if effect.k < 2 or effect.i2_pct is None or effect.q is None:
        return Concern(Domain.INCONSISTENCY, False, "a single study cannot be inconsistent")
    p = _q_p(effect.q, effect.k)
    reason = f"I² = {effect.i2_pct:.0f} %, p of Q = {p:.2f}"
    is_serious = effect.i2_pct >= SUBSTANTIAL_I2 and p < HETEROGENEITY_P
    return Concern(Domain.INCONSISTENCY, is_serious, reason, needs_person=effect.i2_pct >= SUBSTANTIAL_I2)


class Information(NamedTuple):
    """People that rows have, and the optimal information size, None where the rows do not tell it."""

    people: People
    wanted: int | None


def information_of(inputs: Sequence[EffectInput], outcome: Outcome) -> Information:
    """What rows have, and what they would need."""
    return Information(people_in(inputs), information_size(inputs, outcome))


def of_imprecision(effect: PooledEffect, information: Information, outcome: Outcome) -> Concern:
    """Rated down when the interval holds different decisions, or fewer people than one trial would need.

    Decisions differ on the two sides of no effect and of a smallest important difference: the MID of a mean
    difference, 25 % of a ratio. An interval that holds both important benefit and important harm suggests a
    second level, which is a person's to take.
    """
    limits = analysis_limits(effect)
    if limits is None:
        return Concern(Domain.IMPRECISION, True, "no confidence interval", needs_person=True)
    (low, high), said = limits, []
    if low < 0 < high:
        said.append("the interval includes no effect")
    crossed = [limit for limit in important_differences(effect, outcome) if low < limit < high]
    said += [f"the interval lies on both sides of {_natural(limit, effect):g}" for limit in crossed]
    people, size = information
    is_known = people.n is not None and not people.is_least
    if size is not None and people.n is not None and is_known and people.n < size:
        said.append(f"{people.n} participants of an optimal information size of {size}")
    is_very_wide = len(crossed) == 2
    if is_very_wide:
        said.append("important benefit and important harm are both possible: people may rate down two levels")
    is_reached = is_known or (people.n is not None and size is not None and people.n >= size)
    size_said = "the information size is reached" if is_reached else "how many participants there are is not known"
    reason = "; ".join(said) or f"the interval allows one decision, and {size_said}"
    return Concern(Domain.IMPRECISION, bool(said), reason, needs_person=is_very_wide or not (said or is_reached))


def of_publication_bias(effect: PooledEffect, statuses: Sequence[StudyStatus]) -> Concern:
    """For a person when ended and unpublished eligible trials have half as many people as those pooled, or more.

    Silence makes publication bias suspected; whether it is *strongly* suspected, which is what rates down, is
    a judgement that no count replaces.
    """
    silent = [
        status
        for status in statuses
        if status.state in (StudyState.COMPLETED_NO_RESULTS, StudyState.TERMINATED) and status.results_date is None
    ]
    people = [_people(status) for status in silent]
    n = sum(number for number in people if number is not None)
    unknown = sum(number is None for number in people)
    reason = f"{len(silent)} ended trials without results, {n} participants beside {_pooled_people(effect)}"
    if unknown:
        reason += f"; {unknown} of them without a number"
    is_suspected = unknown > 0 or (bool(silent) if effect.n_participants is None else n >= HALF * effect.n_participants)
    return Concern(Domain.PUBLICATION_BIAS, False, reason, needs_person=is_suspected)


def _pooled_people(effect: PooledEffect) -> str:
    if effect.n_participants is None:
        return "those pooled, whose number is not known"
    return f"{'at least ' if effect.n_is_least else ''}{effect.n_participants} pooled"


def information_size(inputs: Sequence[EffectInput], outcome: Outcome) -> int | None:
    """Optimal information size, rounded up: people in one trial with power 0.8 at two-sided 0.05.

    For risks a relative reduction of 25 % of the rarer of event and no event, at the risk of the studies'
    control groups; for means the MID, or half an SD where there is none, at the pooled SD of all arms.
    None where studies do not give these numbers.
    """
    arms = [
        arm
        for item in inputs
        for arm in ((item.n_intervention, item.sd_intervention), (item.n_control, item.sd_control))
    ]
    squares = [(n - 1, sd**2) for n, sd in arms if sd is not None]
    if arms and len(squares) == len(arms):
        sd = sqrt(sum(df * square for df, square in squares) / sum(df for df, _ in squares))
        difference = outcome.mid if outcome.measure is Measure.MD and outcome.mid is not None else HALF_SD * sd
        return ceil(information_size_of_means(difference, sd))
    (risk,) = _own_risk(inputs) or (0.0,)
    rarer = min(risk, 1 - risk)
    if rarer <= 0:
        return None
    return ceil(information_size_of_risks(rarer, rarer * (1 - RELATIVE_REDUCTION)))


def absolute_effects(effect: PooledEffect, baseline_risks: Sequence[float]) -> tuple[AbsoluteEffect, ...]:
    """What a relative effect means per 1,000 people at each risk under control; risks end at 0 and 1,000.

    Source: Cochrane Handbook 6.5, section 15.4.4; GRADE guidelines 12, J Clin Epidemiol 66 (2013):158.
    """
    if effect.estimate is None or effect.ci_low is None or effect.ci_high is None:
        return ()
    if effect.measure not in (Measure.RR, Measure.OR, Measure.PETO, Measure.RD):
        return ()
    found = []
    for risk in baseline_risks:
        one, low, high = (
            1000 * with_intervention(risk, value, effect.measure)
            for value in (effect.estimate, effect.ci_low, effect.ci_high)
        )
        found.append(AbsoluteEffect(risk, 1000 * risk, one, low, high))
    return tuple(found)


def _own_risk(inputs: Sequence[EffectInput]) -> tuple[float, ...]:
    """Risk in all control groups together, nothing where studies do not count events."""
    counted = [
        (item.events_control, item.n_control) for item in inputs if item.events_control is not None and item.n_control
    ]
    people = sum(n for _, n in counted)
    return (sum(events for events, _ in counted) / people,) if people else ()


def important_differences(effect: PooledEffect, outcome: Outcome) -> tuple[float, ...]:
    """Smallest important effects on the analysis scale, downwards and upwards; none where nobody has set one."""
    if effect.is_ratio:
        return tuple(log(ratio) for ratio in APPRECIABLE_RATIOS)
    least = HALF_SD if effect.measure in (Measure.SMD, Measure.SMD_APPROXIMATE) else outcome.mid
    return () if least is None else (-least, least)


def _natural(value: float, effect: PooledEffect) -> float:
    return round(exp(value), 2) if effect.is_ratio else value


def _people(status: StudyStatus) -> int | None:
    numbers = status.numbers
    known = (numbers.n_randomised, numbers.n_started, numbers.n_registered, status.planned_participants)
    return next((number for number in known if number is not None), None)


def _q_p(q: float, k: int) -> float:
    return float(special.chdtrc(k - 1, q))
