"""From the effects of a review's studies to the pooled effects of its analyses, under the conventions of its protocol."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from models.analysis import Analysis, Applicability, Method
from models.bayes import BayesLine
from models.people import people_in
from models.protocol import PoolingChoice, Protocol
from models.synthesis import NO_SUBGROUP, EffectInput, PooledEffect, Subgroup, SubgroupTest, Weight
from models.value import Value
from models.vocabulary import Convention, EvidenceSet, Measure, Model
from synthesis.effect_size import measure_of
from synthesis.heterogeneity import differences_of_groups
from synthesis.pooling import MH_MEASURES, Pooled, has_table, natural, pool
from synthesis.row_notes import OVERALL, counted, mixed, repeated

LEAST_FOR_T = 3
"""Studies from which on a prediction interval by t says something: with two it rests on one degree of freedom."""

MODEL_CHANGE = "p = {now:.2g}, under {convention} {before:.2g} on the same data: a change of model, not new evidence"
NO_TABLES = "not every study gives people with events, so {model} cannot pool them: inverse variance"


class Way(Value, frozen=True, kw_only=True):
    """One way in which an analysis is pooled: of which numbers, under which convention, by which of its models."""

    analysis: Analysis
    evidence_set: EvidenceSet
    convention: Convention
    choice: PoolingChoice
    is_headline: bool


def _ways(protocol: Protocol, analysis: Analysis, evidence_set: EvidenceSet) -> Iterator[Way]:
    """Every convention and model of an analysis, in the protocol's order."""
    for convention in protocol.conventions:
        for place, choice in enumerate(protocol.choices(analysis, convention)):
            yield Way(
                analysis=analysis,
                evidence_set=evidence_set,
                convention=convention.name,
                choice=choice,
                is_headline=place == 0,
            )


def pool_review(
    inputs: Sequence[EffectInput], protocol: Protocol, evidence_set: EvidenceSet
) -> tuple[PooledEffect, ...]:
    """Pool every analysis of a review under every convention and model of its protocol.

    Parameters
    ----------
    inputs : effects of the review's studies; those of other evidence sets are left out
    protocol : analyses, conventions with their models
    evidence_set : which effects to pool

    Returns
    -------
    tuple of PooledEffect
        One per analysis that shows a total, convention and model, in the protocol's order, with k = 0 too. The first
        model of a convention is its headline; where its significance is another than under the first convention, its
        note says that the model changed and not the evidence.

    Raises
    ------
    ValueError
        As `synthesis.pooling.pool`: an input's measure is not its analysis's.
    """
    return tuple(
        effect
        for analysis in protocol.analyses
        if analysis.totals.has_overall
        for effect in _told_apart(
            [
                _pooled(overall_rows(inputs, analysis.analysis, evidence_set), way)
                for way in _ways(protocol, analysis, evidence_set)
            ],
            protocol,
        )
    )


def pool_subgroups_of(
    inputs: Sequence[EffectInput], protocol: Protocol, evidence_set: EvidenceSet
) -> tuple[tuple[PooledEffect, ...], tuple[SubgroupTest, ...]]:
    """Pool each subgroup of each analysis under the headline model of every convention, and test whether they differ.

    Each subgroup has a between-study variance of its own. The test takes the standard errors of the intervals that are
    shown, as RevMan does; subgroups without an estimate do not count in it.
    """
    effects: list[PooledEffect] = []
    tests: list[SubgroupTest] = []
    for analysis in protocol.analyses:
        groups = _groups(inputs, analysis, evidence_set)
        for way in _ways(protocol, analysis, evidence_set) if groups else ():
            if way.is_headline:
                pooled = [_pooled(members, way, subgroup) for subgroup, members in groups.items()]
                effects += pooled if analysis.totals.has_subgroups else []
                tests += _test(pooled, way) if analysis.tests_subgroups else []
    return tuple(effects), tuple(tests)


def overall_rows(inputs: Sequence[EffectInput], analysis: str, evidence_set: EvidenceSet) -> list[EffectInput]:
    """Rows of an analysis as a whole in one evidence set, with an effect or without."""
    return [
        item
        for item in inputs
        if (item.evidence_set, item.analysis) == (evidence_set, analysis)
        and item.counts_in is not Applicability.SUBGROUP
    ]


def rows_in(inputs: Sequence[EffectInput], analysis: str, evidence_set: EvidenceSet) -> tuple[EffectInput, ...]:
    """Rows of an analysis as a whole in one evidence set that have an effect."""
    rows = overall_rows(inputs, analysis, evidence_set)
    return tuple(item for item in rows if item.yi is not None and item.vi is not None)


def rows_of(inputs: Sequence[EffectInput], effect: PooledEffect | BayesLine) -> tuple[EffectInput, ...]:
    """The rows that an overall effect was pooled from, or a posterior computed."""
    return rows_in(inputs, effect.analysis, effect.evidence_set)


def _groups(
    inputs: Sequence[EffectInput], analysis: Analysis, evidence_set: EvidenceSet
) -> dict[Subgroup, list[EffectInput]]:
    groups: dict[Subgroup, list[EffectInput]] = {}
    for item in inputs:
        is_own = (item.evidence_set, item.analysis) == (evidence_set, analysis.analysis)
        if is_own and item.subgroup.number and item.counts_in is not Applicability.OVERALL:
            groups.setdefault(item.subgroup, []).append(item)
    return dict(sorted(groups.items(), key=lambda pair: pair[0].number))


def _test(pooled: Sequence[PooledEffect], way: Way) -> Iterator[SubgroupTest]:
    known = [(item.yi, item.se) for item in pooled if item.yi is not None and item.se]
    between = differences_of_groups([yi for yi, _ in known], [se for _, se in known])
    if between.df:
        yield SubgroupTest(
            evidence_set=way.evidence_set,
            convention=way.convention,
            analysis=way.analysis.analysis,
            model=way.choice.model,
            interval=way.choice.interval,
            chi2=between.q,
            df=between.df,
            p_value=between.p_value,
            i2_pct=between.i2_pct,
        )


def _told_apart(effects: Sequence[PooledEffect], protocol: Protocol) -> Iterator[PooledEffect]:
    """The lines of one analysis; a headline says when its model alone makes or unmakes significance."""
    alpha = protocol.thresholds.alpha
    first = effects[0].p_value if effects else None
    for effect in effects:
        now, note = effect.p_value, ""
        if effect.is_headline and first is not None and now is not None and (now < alpha) != (first < alpha):
            note = MODEL_CHANGE.format(convention=effects[0].convention, before=first, now=now)
        yield msgspec.structs.replace(effect, note="; ".join(filter(None, (effect.note, note))))


def _pooled(inputs: Sequence[EffectInput], way: Way, subgroup: Subgroup = NO_SUBGROUP) -> PooledEffect:
    analysis, model, note = way.analysis, way.choice.model, ""
    if model in {Model.MH, Model.PETO} and not all(has_table(item) for item in inputs if item.yi is not None):
        note, model = NO_TABLES.format(model=model), Model.COMMON
    measure = measure_of(analysis)
    pooled = pool(
        inputs,
        measure=measure,
        model=model,
        interval=way.choice.interval,
        level=analysis.level,
        convention=way.convention,
        q_around_mh=_is_around_mh(way),
    )
    known = [item for item in inputs if item.yi is not None and item.vi is not None]
    people = people_in(known)
    where = f"subgroup {subgroup.name or subgroup.number}" if subgroup.number else OVERALL
    return PooledEffect(
        evidence_set=way.evidence_set,
        convention=way.convention,
        comparison=analysis.comparison,
        outcome=analysis.outcome,
        timepoint=analysis.timepoint,
        analysis=analysis.analysis,
        subgroup=subgroup,
        measure=measure,
        is_log=bool(analysis.is_log),
        model=model,
        interval=way.choice.interval,
        level=analysis.level,
        k=pooled.k,
        n_studies=len({item.study_id for item in known}),
        n_participants=people.n,
        n_is_least=people.is_least,
        n_in_arms=people.in_arms,
        yi=pooled.estimate,
        estimate=_natural(pooled.estimate, analysis),
        ci_low=_natural(pooled.ci_low, analysis),
        ci_high=_natural(pooled.ci_high, analysis),
        se=pooled.se,
        p_value=pooled.p_value,
        tau2=pooled.tau2,
        tau2_low=pooled.tau2_low,
        tau2_high=pooled.tau2_high,
        i2_pct=pooled.i2_pct,
        h2=pooled.h2,
        q=pooled.q,
        q_p=pooled.q_p,
        **_prediction(pooled, analysis),
        is_headline=way.is_headline,
        centre=_centre(way, inputs),
        weights=_weights(pooled, inputs),
        note="; ".join(filter(None, (note, *pooled.notes, *repeated(counted(inputs), where), mixed(inputs)))),
    )


def _weights(pooled: Pooled, inputs: Sequence[EffectInput]) -> tuple[Weight, ...]:
    """The weight of each row that has an effect, as it was pooled."""
    known = [item for item in inputs if item.yi is not None and item.vi is not None]
    return tuple(Weight(row=item.row, pct=pct) for item, pct in zip(known, pooled.weights_pct, strict=bool(known)))


def _is_around_mh(way: Way) -> bool:
    """Whether DerSimonian-Laird measures Q around the Mantel-Haenszel estimate: as its authors chose, or as RevMan 5."""
    if way.convention is Convention.PUBLISHED:
        return way.analysis.method is Method.MH
    return way.convention is Convention.REVMAN5


def _centre(way: Way, inputs: Sequence[EffectInput]) -> Method | None:
    has_tables = all(has_table(item) for item in inputs if item.yi is not None)
    is_centred = way.choice.model is Model.DL and _is_around_mh(way) and measure_of(way.analysis) in MH_MEASURES
    return Method.MH if is_centred and has_tables else None


def _natural(value: float | None, analysis: Analysis) -> float | None:
    """A number of the analysis scale on the scale that people read."""
    return natural(value, Measure.RR if analysis.is_ratio else measure_of(analysis))


def _prediction(pooled: Pooled, analysis: Analysis) -> dict[str, Any]:
    """Prediction interval on the natural scale; by t not for fewer than three studies."""
    if pooled.pi_df is not None and pooled.k < LEAST_FOR_T:
        return {}
    limits = {"pi_low": _natural(pooled.pi_low, analysis), "pi_high": _natural(pooled.pi_high, analysis)}
    return limits | {"pi_df": pooled.pi_df}
