"""The computable part of GRADE, on the 2019 review and on its edges."""

from pathlib import Path

import msgspec
import pytest

from judging.evidence import arm_of
from models.folder_rows import CertaintyRow, RiskOfBiasRow
from models.protocol import Outcome
from models.review import load_review
from models.screening import Numbers, StudyStatus
from models.synthesis import EffectInput, PooledEffect, Weight
from models.vocabulary import (
    Convention,
    EvidenceSet,
    Interval,
    Measure,
    Model,
    StudyList,
    StudyState,
)
from synthesis.analyses import pool_review
from synthesis.certainty import (
    Domain,
    absolute_effects,
    information_of,
    information_size,
    of_imprecision,
    of_publication_bias,
    rate_certainty,
    rate_review,
)
from synthesis.effect_size import effect_inputs

FOLDER = Path(__file__).parents[2] / "reviews" / "als_cell_therapy"
OUTCOMES_2019 = (
    "alsfrs_r_change",
    "fvc_change",
    "overall_survival",
    "total_adverse_events",
    "serious_adverse_events",
)


@pytest.fixture(scope="module")
def review_2019():
    """Protocol, inputs, pooled headline of every outcome and people's judgements, as the 2019 review had them."""
    review = load_review(FOLDER)
    arms = [arm_of(row) for row in review.extraction if row.study_id == "NCT01363401" and row.is_confirmed]
    inputs = effect_inputs(arms, review.protocol.analyses, EvidenceSet.PUBLISHED)
    effects = pool_review(inputs, review.protocol, EvidenceSet.PUBLISHED)
    headlines = {
        effect.outcome: effect
        for effect in effects
        if effect.is_headline and effect.convention is Convention.REVMAN5 and effect.timepoint == "4 to 6 months"
    }
    return review, inputs, headlines


def rated(review_2019, name, **options):
    review, inputs, headlines = review_2019
    return rate_certainty(
        headlines[name],
        inputs,
        review.protocol.outcome(name),
        risk_of_bias=review.risk_of_bias,
        stated=review.certainty,
        **options,
    )


@pytest.mark.parametrize("name", OUTCOMES_2019)
def test_low_certainty_with_imprecision_among_its_reasons_comes_out_for_every_outcome(review_2019, name):
    certainty = rated(review_2019, name)
    assert (certainty.computed, certainty.stated) == ("low", "low")
    down = {concern.domain for concern in certainty.concerns if concern.is_rated_down}
    assert down == {Domain.RISK_OF_BIAS, Domain.IMPRECISION}
    assert "imprecision" in certainty.stated_reasons


def reasons(certainty, domain):
    return next(concern.reason for concern in certainty.concerns if concern.domain is domain)


def test_reasons_name_what_the_interval_includes_and_the_size_that_one_trial_would_need(review_2019):
    alsfrs_r = reasons(rated(review_2019, "alsfrs_r_change"), Domain.IMPRECISION)
    assert alsfrs_r == "the interval lies on both sides of 4"
    survival = reasons(rated(review_2019, "overall_survival"), Domain.IMPRECISION)
    assert "includes no effect" in survival
    assert "64 participants of an optimal information size of" in survival
    serious = rated(review_2019, "serious_adverse_events")
    assert "people may rate down two levels" in reasons(serious, Domain.IMPRECISION)
    assert "performance bias, attrition bias" in reasons(serious, Domain.RISK_OF_BIAS)


def test_an_outcome_nobody_measured_is_not_rated(review_2019):
    certainty = rated(review_2019, "muscle_strength")
    assert (certainty.computed, certainty.concerns, certainty.stated) == (None, (), "not stated")
    assert certainty.information_size is None


def test_absolute_effects_are_given_at_the_stated_or_the_studies_own_risk(review_2019):
    own = rated(review_2019, "serious_adverse_events").absolute[0]
    assert own.baseline_risk == pytest.approx(6 / 31)
    assert own.intervention == pytest.approx(1000 * 3 / 33)
    at_two = rated(review_2019, "serious_adverse_events", baseline_risks=(0.1, 0.2)).absolute
    assert [round(item.intervention) for item in at_two] == [47, 94]
    assert [round(number) for number in at_two[0].difference] == [-53, -87, 72]
    assert rated(review_2019, "alsfrs_r_change").absolute == ()


def status(people, state=StudyState.COMPLETED_NO_RESULTS, results_date=None):
    return StudyStatus(
        study_id="x",
        state=state,
        list=StudyList.ONGOING,
        reason="",
        numbers=Numbers(n_registered=people),
        results_date=results_date,
    )


@pytest.mark.parametrize(
    ("statuses", "needs_person"),
    [
        ([], False),
        ([status(31)], False),
        ([status(31), status(1)], True),
        ([status(500, StudyState.RESULTS_POSTED, "2020-01")], False),
        ([status(500, StudyState.TERMINATED)], True),
        ([status(None)], True),
    ],
)
def test_silent_trials_ask_for_a_person_when_they_hold_half_as_many_people_as_the_pooled_ones(
    review_2019, statuses, needs_person
):
    certainty = rated(review_2019, "overall_survival", statuses=statuses)
    found = next(concern for concern in certainty.concerns if concern.domain is Domain.PUBLICATION_BIAS)
    assert (found.is_rated_down, found.needs_person) == (False, needs_person)


def pooled(measure=Measure.RR, **changes):
    base = PooledEffect(
        evidence_set=EvidenceSet.CONFIRMED,
        convention=Convention.REVMAN2025,
        comparison="c",
        outcome="o",
        timepoint="t",
        measure=measure,
        model=Model.REML,
        interval=Interval.WALD,
        k=3,
        n_studies=3,
        n_participants=9000,
        estimate=0.6,
        ci_low=0.55,
        ci_high=0.65,
        q=1.0,
        i2_pct=0.0,
        weights=(Weight(row=(0, "", "A", ""), pct=100.0),),
    )
    return msgspec.structs.replace(base, **changes)


def study(name="A", n=4500, events=(900, 1500)):
    return EffectInput(
        study_id=name,
        comparison="c",
        outcome="o",
        timepoint="t",
        measure=Measure.RR,
        evidence_set=EvidenceSet.CONFIRMED,
        n_intervention=n,
        n_control=n,
        events_intervention=events[0],
        events_control=events[1],
        yi=-0.5,
        vi=0.001,
    )


OUTCOME = Outcome(
    id="o", title="o", short="o", measure=Measure.RR, unit="", direction="lower", timepoints=["t"], registry="none"
)


def test_a_large_consistent_well_made_body_of_evidence_stays_high():
    low_risk = [RiskOfBiasRow(study_id="A", domain="selection bias", judgement="low", version="1", source="s")]
    assert rate_certainty(pooled(), [study()], OUTCOME, risk_of_bias=low_risk).computed == "high"


@pytest.mark.parametrize(
    ("tool", "takes_only_trials", "expected"),
    [
        ("RoB 1", False, "high"),
        ("RoB 2", False, "high"),
        ("ROBINS-I", False, "high"),
        ("other", False, "low"),
        (None, False, "low"),
        (None, True, "high"),
    ],
)
def test_what_is_not_known_to_be_randomised_starts_low_unless_robins_i_judges_it(tool, takes_only_trials, expected):
    rows = (
        [RiskOfBiasRow(study_id="A", domain="overall", judgement="low", tool=tool, version="1", source="s")]
        if tool
        else []
    )
    certainty = rate_certainty(pooled(), [study()], OUTCOME, risk_of_bias=rows, takes_only_trials=takes_only_trials)
    assert (certainty.computed, certainty.starts_low) == (expected, expected == "low")


def test_an_unjudged_study_asks_for_a_person_and_is_not_rated_down():
    certainty = rate_certainty(pooled(), [study()], OUTCOME)
    concern = certainty.concerns[0]
    assert (concern.is_rated_down, concern.needs_person, concern.reason) == (False, True, "A not judged")


def bias(tool, rows):
    return [
        RiskOfBiasRow(study_id=study, analysis=of, domain=domain, judgement=word, tool=tool, version="1", source="s")
        for (study, of, domain), word in rows.items()
    ]


@pytest.mark.parametrize(
    ("tool", "rows", "is_rated_down", "needs_person"),
    [
        ("RoB 2", {("A", "x", "Overall bias"): "high", ("A", "x", "Missing data"): "low"}, True, False),
        ("RoB 2", {("A", "x", "Overall bias"): "some concerns"}, False, True),
        ("RoB 2", {("A", "x", "Overall bias"): "low", ("A", "x", "Missing data"): "some concerns"}, False, False),
        ("RoB 2", {("A", "x", "Missing data"): "high"}, True, False),
        ("RoB 2", {("A", "y", "Overall bias"): "high"}, False, True),
        ("RoB 2", {("A", "", "Overall bias"): "high", ("A", "x", "Overall bias"): "low"}, False, False),
        ("ROBINS-I", {("A", "x", "Overall"): "serious"}, True, False),
        ("ROBINS-I", {("A", "x", "Overall"): "critical"}, True, False),
        ("ROBINS-I", {("A", "x", "Overall"): "moderate"}, False, True),
        ("RoB 1", {("A", "", "selection bias"): "unclear"}, False, True),
        ("RoB 1", {("A", "", "selection bias"): "not stated"}, False, True),
    ],
)
def test_each_tools_words_are_understood_and_a_result_goes_before_its_study(tool, rows, is_rated_down, needs_person):
    concern = rate_certainty(
        pooled(analysis="x"), [msgspec.structs.replace(study(), analysis="x")], OUTCOME, risk_of_bias=bias(tool, rows)
    ).concerns[0]
    assert (concern.is_rated_down, concern.needs_person) == (is_rated_down, needs_person), concern.reason


def test_what_weighs_less_than_half_does_not_rate_down():
    rows = bias("RoB 2", {("A", "", "Overall bias"): "high", ("B", "", "Overall bias"): "low"})
    weights = tuple(Weight(row=(0, "", name, ""), pct=pct) for name, pct in (("A", 49.0), ("B", 51.0)))
    concern = rate_certainty(pooled(weights=weights), [study("A"), study("B")], OUTCOME, risk_of_bias=rows).concerns[0]
    assert (concern.is_rated_down, concern.reason) == (False, "A: overall high")


def test_large_and_significant_differences_between_studies_are_inconsistent():
    certainty = rate_certainty(pooled(q=20.0, i2_pct=90.0), [study()], OUTCOME)
    assert certainty.concerns[1].is_rated_down
    by_chance = rate_certainty(pooled(q=4.2, i2_pct=52.0), [study()], OUTCOME).concerns[1]
    assert (by_chance.is_rated_down, by_chance.needs_person) == (False, True)


def test_certainty_never_falls_below_very_low():
    high_risk = [RiskOfBiasRow(study_id="A", domain="attrition bias", judgement="high", version="1", source="s")]
    worst = pooled(ci_low=0.5, ci_high=1.9, q=20.0, i2_pct=90.0, n_participants=10)
    certainty = rate_certainty(worst, [study()], OUTCOME, risk_of_bias=high_risk, statuses=[status(500)])
    assert certainty.computed == "very low"


def test_information_size_counts_the_rarer_side_of_a_risk_and_is_unknown_without_events():
    often, rarely = (study(events=(0, events)) for events in (4050, 450))
    assert information_size([often], OUTCOME) == information_size([rarely], OUTCOME) > 1000
    assert information_size([study(events=(0, 0))], OUTCOME) is None


@pytest.mark.parametrize(
    ("measure", "estimate", "per_1000"), [(Measure.OR, 0.5, 111), (Measure.RD, -0.3, 0), (Measure.RR, 6.0, 1000)]
)
def test_absolute_effects_follow_the_measure_and_stay_risks(measure, estimate, per_1000):
    (found,) = absolute_effects(pooled(measure, estimate=estimate, ci_low=estimate, ci_high=estimate), [0.2])
    assert round(found.intervention) == per_1000


def test_a_review_is_rated_on_its_newest_convention_confirmed_before_provisional():
    review = load_review(FOLDER)
    effects = [
        pooled(outcome="overall_survival", timepoint="12 months", evidence_set=evidence_set, convention=convention, k=0)
        for evidence_set in (EvidenceSet.PROVISIONAL, EvidenceSet.CONFIRMED, EvidenceSet.PUBLISHED)
        for convention in Convention
    ]
    headlines = [msgspec.structs.replace(effect, is_headline=True) for effect in effects]
    found = rate_review([*effects, *headlines], [], review.protocol)
    assert [(evidence_set, item.computed) for evidence_set, item in found] == [
        (EvidenceSet.CONFIRMED, None),
        (EvidenceSet.PROVISIONAL, None),
    ]


def rating(certainty, version="2020", **place):
    usual = {"outcome": "o", "timepoint": "t", "reasons": "", "source": "table"}
    return CertaintyRow.model_validate(usual | place | {"certainty": certainty, "version": version})


STATED = [
    # people's ratings in the order of the file, and the one of analysis 1.1 of comparison c
    ([rating("low")], "low"),
    ([rating("high", analysis="1.1"), rating("low")], "high"),
    ([rating("low"), rating("high", analysis="1.2")], "low"),
    ([rating("moderate", comparison="c"), rating("low")], "moderate"),
    ([rating("moderate", comparison="d"), rating("low")], "low"),
    ([rating("high", analysis="1.1"), rating("moderate", comparison="c"), rating("low")], "high"),
    ([rating("high", version="2016", analysis="1.1"), rating("low")], "low"),
    ([rating("high", analysis="1.2")], None),
    ([rating("high", version="", analysis="1.1")], "high"),
]


@pytest.mark.parametrize(("stated", "expected"), STATED)
def test_the_rating_that_names_an_analysis_most_closely_holds(stated, expected):
    effect = pooled(analysis="1.1", comparison="c")
    assert rate_certainty(effect, [study()], OUTCOME, stated=stated).stated == expected


def test_a_generic_ratio_is_read_on_the_scale_of_its_logarithm():
    """From 0.70 to 0.80 lies on both sides of 0.75; as a plain number it has no such line."""
    of_ratio = pooled(Measure.GEN, is_log=True, estimate=0.75, ci_low=0.7, ci_high=0.8)
    of_number = pooled(Measure.GEN, estimate=0.75, ci_low=0.7, ci_high=0.8)
    said = [of_imprecision(effect, information_of([], OUTCOME), OUTCOME).reason for effect in (of_ratio, of_number)]
    assert ["both sides of 0.75" in reason for reason in said] == [True, False]


def test_a_ratio_whose_lower_limit_is_too_small_to_be_held_has_no_end_downwards():
    wide = [pooled(Measure.HR, estimate=0.4, ci_low=0.0, ci_high=high) for high in (0.5, 0.8)]
    said = [of_imprecision(effect, information_of([], OUTCOME), OUTCOME).reason for effect in wide]
    assert ["both sides of 0.75" in reason for reason in said] == [False, True]


def test_a_generic_ratio_is_precise_or_not_beside_a_ratio_of_1():
    below = pooled(Measure.GEN, is_log=True, estimate=0.6, ci_low=0.5, ci_high=0.7)
    around = pooled(Measure.GEN, is_log=True, estimate=0.9, ci_low=0.7, ci_high=1.3)
    without = [msgspec.structs.replace(study(), events_intervention=None, events_control=None)]
    assert "no effect" not in reasons(rate_certainty(below, without, OUTCOME), Domain.IMPRECISION)
    said = reasons(rate_certainty(around, without, OUTCOME), Domain.IMPRECISION)
    assert "the interval includes no effect" in said
    assert "both sides of 0.75" in said


def test_of_people_who_are_not_told_nothing_is_concluded():
    told = [msgspec.structs.replace(study(), n_control=0, n_intervention=0, is_contrast=True)]
    found = of_imprecision(pooled(), information_of(told, OUTCOME), OUTCOME)
    assert (found.is_rated_down, found.needs_person) == (False, True)
    assert "how many participants there are is not known" in found.reason
    silent = of_publication_bias(pooled(n_participants=None), [status(10)])
    assert (silent.needs_person, "whose number is not known" in silent.reason) == (True, True)
