"""The second engine confirms every model, and finds a number that was tampered with."""

import msgspec
import numpy as np
import pytest

from models.analysis import Analysis, Method
from models.further_ways import CONVENTIONAL_INTERVALS
from models.synthesis import EffectInput, PooledEffect
from models.vocabulary import ArmRole, Convention, EvidenceSet, Interval, Measure, Model
from synthesis.crosscheck import crosscheck
from synthesis.effect_size import effect_inputs
from synthesis.pooling import MH_MEASURES, natural, pool

RANDOM = (Model.DL, Model.PM, Model.REML, Model.ML, Model.EB, Model.HE, Model.SJ)
TABLES = {
    "no zeros": [(12, 60, 8, 61), (3, 33, 6, 31), (23, 95, 17, 94), (40, 210, 61, 205)],
    "zeros": [(0, 20, 3, 20), (2, 30, 0, 31), (5, 50, 6, 48), (0, 15, 0, 15)],
    "two": [(3, 33, 6, 31), (23, 95, 17, 94)],
    "one": [(0, 12, 3, 12)],
    "none": [(0, 15, 0, 15)],
    "everybody": [(14, 14, 18, 18), (20, 33, 15, 31), (9, 9, 7, 8)],
}
MEANS = [((-3.1, 3.51, 31), (-6.48, 4.53, 25)), ((-5.5, 6.1, 84), (-5.9, 6.3, 85)), ((-9.1, 7.7, 30), (-8.2, 6.9, 10))]


def inputs_of(arm, arms, measure):
    rows = [
        arm(role, study_id=f"S{i}", outcome="x", **numbers)
        for i, pair in enumerate(arms)
        for role, numbers in zip(ArmRole, pair, strict=True)
    ]
    analysis = Analysis(analysis="x", comparison="cells", outcome="x", timepoint="6 months", measure=measure)
    return effect_inputs(rows, [analysis], EvidenceSet.CONFIRMED)


def tables(arm, name, measure):
    pairs = [({"n_events": a, "n_analysed": n}, {"n_events": c, "n_analysed": m}) for a, n, c, m in TABLES[name]]
    return inputs_of(arm, pairs, measure)


def effect(inputs, model, interval=Interval.WALD, convention=Convention.REVMAN2025):
    measure = inputs[0].measure
    is_centred = convention is Convention.REVMAN5 and model is Model.DL and measure in MH_MEASURES
    pooled = pool(inputs, measure=measure, model=model, interval=interval, convention=convention)
    return PooledEffect(
        evidence_set=EvidenceSet.CONFIRMED,
        convention=convention,
        comparison=inputs[0].comparison,
        outcome=inputs[0].outcome,
        timepoint=inputs[0].timepoint,
        analysis=inputs[0].analysis,
        centre=Method.MH if is_centred else None,
        measure=measure,
        model=model,
        interval=interval,
        k=pooled.k,
        n_studies=pooled.k,
        n_participants=pooled.n_participants,
        estimate=natural(pooled.estimate, measure),
        ci_low=natural(pooled.ci_low, measure),
        ci_high=natural(pooled.ci_high, measure),
        se=pooled.se,
        p_value=pooled.p_value,
        tau2=pooled.tau2,
        i2_pct=pooled.i2_pct,
        q=pooled.q,
    )


@pytest.mark.parametrize("convention", [Convention.REVMAN5, Convention.REVMAN2025])
@pytest.mark.parametrize("measure", [Measure.RR, Measure.OR, Measure.RD, Measure.PETO])
@pytest.mark.parametrize("name", TABLES)
def test_both_engines_agree_on_2_x_2_tables(arm, name, measure, convention):
    inputs = tables(arm, name, measure)
    models = [Model.COMMON, Model.PETO if measure in (Measure.PETO, Measure.OR) else Model.MH, Model.DL, Model.REML]
    effects = [effect(inputs, model, convention=convention) for model in models]
    assert crosscheck(inputs, effects) == ()


@pytest.mark.parametrize("interval", CONVENTIONAL_INTERVALS)
@pytest.mark.parametrize(
    "measure", [Measure.MD, Measure.SMD, Measure.SMD_APPROXIMATE, Measure.ROM, Measure.ROM_GEOMETRIC]
)
def test_both_engines_agree_on_means(arm, measure, interval):
    sign = -1 if measure is Measure.ROM_GEOMETRIC else 1
    pairs = [tuple({"mean": sign * m, "sd": sd, "n_analysed": n} for m, sd, n in pair) for pair in MEANS]
    inputs = inputs_of(arm, pairs, measure)
    assert crosscheck(inputs, [effect(inputs, model, interval) for model in RANDOM]) == ()


def test_both_engines_agree_where_variances_are_far_apart():
    rng = np.random.default_rng(7)
    inputs = [
        EffectInput(
            study_id=f"S{i}",
            comparison="c",
            outcome="x",
            timepoint="t",
            measure=Measure.GEN,
            evidence_set=EvidenceSet.CONFIRMED,
            n_intervention=1,
            n_control=1,
            yi=float(rng.normal(0, 1)),
            vi=float(10 ** rng.uniform(-8, 8)),
        )
        for i in range(6)
    ]
    assert crosscheck(inputs, [effect(inputs, model) for model in (Model.COMMON, *RANDOM)]) == ()


@pytest.mark.parametrize("name", ["estimate", "ci_low", "ci_high", "se", "p_value", "tau2", "i2_pct", "q"])
def test_a_number_changed_in_its_seventh_digit_is_found(arm, name):
    inputs = tables(arm, "no zeros", Measure.RR)
    honest = effect(inputs, Model.REML)
    value = getattr(honest, name)
    (found,) = crosscheck(inputs, [msgspec.structs.replace(honest, **{name: value * (1 + 3e-7)})])
    assert found.name == name
    assert "REML" in str(found)


def test_a_study_too_few_is_found(arm):
    inputs = tables(arm, "no zeros", Measure.RR)
    names = {item.name for item in crosscheck(inputs, [effect(inputs[1:], Model.COMMON)])}
    assert {"k", "estimate", "se"} <= names


def test_a_claimed_effect_without_any_study_is_found(arm):
    real = effect(tables(arm, "two", Measure.RR), Model.REML)
    assert {item.name for item in crosscheck([], [real])} >= {"k", "estimate"}


def test_both_engines_agree_on_arms_of_one_and_two_people(arm):
    pairs = [({"mean": 1.0, "sd": 1.0, "n_analysed": 1}, {"mean": 2.0, "sd": 1.0, "n_analysed": 2})]
    inputs = inputs_of(arm, pairs, Measure.SMD)
    assert crosscheck(inputs, [effect(inputs, Model.COMMON)]) == ()
