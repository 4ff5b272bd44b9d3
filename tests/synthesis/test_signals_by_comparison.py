"""New participants weigh on the comparison that they are of; rules are applied to main analyses, each by itself."""

from collections.abc import Mapping
from datetime import date

import pytest

from models.analysis import Analysis
from models.dates import at_night
from models.protocol import Protocol
from models.published import PublishedVersion
from models.screening import RunContext
from models.synthesis import EffectInput, Signal
from models.vocabulary import EvidenceSet, Measure, Rule
from synthesis.analyses import pool_review
from synthesis.signals import compare, decide

NEW = {"NCT1": (90, "randomised"), "NCT2": (20, "registered, actual")}
PUBLISHED, CONFIRMED = EvidenceSet.PUBLISHED, EvidenceSet.CONFIRMED


def protocol(*analyses: dict[str, object]) -> Protocol:
    told = Protocol.model_validate(
        {
            "review": "r",
            "title": "R",
            "version": "1",
            "searches": {},
            "comparisons": [
                {"id": name, "title": f"{name} versus placebo", "intervention": name, "control": "placebo"}
                for name in ("high", "low")
            ],
            "timepoints": [{"name": "t"}],
            "outcomes": [
                {
                    "id": name, "title": name, "short": name, "measure": "MD", "unit": "", "direction": "higher",
                    "timepoints": ["t"], "is_primary": name == "pain",
                }
                for name in ("sleep", "pain")
            ],
            "conventions": [{"name": "published"}],
        }
    )  # fmt: skip
    usual = {"timepoint": "t", "method": "iv", "model": "fixed"}
    return told.with_analyses([Analysis.model_validate(usual | item) for item in analyses])


TWO = protocol(
    {"analysis": "1.1", "comparison": "high", "outcome": "sleep"},
    {"analysis": "2.1", "comparison": "low", "outcome": "pain"},
)


def studies(of: Protocol, evidence_set: EvidenceSet, *effects: float) -> list[EffectInput]:
    """A study of 100 people for each effect, in every analysis."""
    return [
        EffectInput(
            study_id=f"S{number}", comparison=item.comparison, outcome=item.outcome, timepoint="t",
            analysis=item.analysis, measure=Measure.MD, evidence_set=evidence_set, n_intervention=50, n_control=50,
            yi=yi, vi=0.04, is_contrast=True,
        )
        for item in of.analyses
        for number, yi in enumerate(effects)
    ]  # fmt: skip


def signals(
    of: Protocol,
    new: Mapping[str, tuple[int, str]] = NEW,
    membership: Mapping[tuple[str, str], bool | None] | None = None,
    confirmed: tuple[float, ...] = (1.0,),
) -> list[Signal]:
    inputs = [*studies(of, PUBLISHED, 1.0), *studies(of, CONFIRMED, *confirmed)]
    effects = [effect for name in (PUBLISHED, CONFIRMED) for effect in pool_review(inputs, of, name)]
    return compare(of, effects, new, membership=membership or {})


ANNOUNCED = [
    # whose trials NCT1 (90 people) and NCT2 (20) are; participants against 100, and whether S3 fires, in high and in low
    ({}, (1.1, True), (1.1, True)),
    ({("NCT1", "low"): False}, (1.1, True), (0.2, False)),
    ({("NCT1", "high"): False, ("NCT2", "low"): False}, (0.2, False), (0.9, True)),
    ({("NCT1", "low"): None}, (1.1, True), (1.1, True)),
    ({(study, name): False for study in NEW for name in ("high", "low")}, (0.0, False), (0.0, False)),
]


@pytest.mark.parametrize(("membership", "high", "low"), ANNOUNCED)
def test_new_participants_count_where_their_arms_are(
    membership: Mapping[tuple[str, str], bool | None], high: tuple[float, bool], low: tuple[float, bool]
) -> None:
    found = {item.comparison: item for item in signals(TWO, membership=membership) if item.rule is Rule.S3}
    assert [(found[name].value, found[name].fired) for name in ("high", "low")] == [
        (pytest.approx(high[0]), high[1]),
        (pytest.approx(low[0]), low[1]),
    ]


def test_a_trial_of_no_known_comparison_counts_and_it_is_said() -> None:
    membership = {("NCT1", "low"): None, ("NCT2", "low"): True}
    found = {item.comparison: item.explanation for item in signals(TWO, membership=membership) if item.rule is Rule.S3}
    assert found["low"].endswith("Of which comparison is not known: NCT1.")
    assert "not known" not in found["high"]


def test_an_announcement_names_its_comparison_primary_outcomes_first() -> None:
    baseline = PublishedVersion(version="1", search_date=date(2019, 7, 31))
    context = RunContext(as_of=at_night(date(2024, 1, 1)), baseline_search_date=date(2019, 7, 31))
    verdict = decide(TWO, baseline, context, "1", [], signals(TWO), [])
    assert "low versus placebo: 110 participants in newly completed" in verdict.explanation


def test_what_changed_names_outcome_and_comparison() -> None:
    baseline = PublishedVersion(version="1", search_date=date(2019, 7, 31))
    context = RunContext(as_of=at_night(date(2024, 1, 1)), baseline_search_date=date(2019, 7, 31))
    changed = signals(TWO, confirmed=(1.0, -2.0), new={})
    assert {item.analysis for item in changed if item.fired and item.rule is Rule.S2} == {"1.1", "2.1"}
    explanation = decide(TWO, baseline, context, "1", [], changed, []).explanation
    assert "S2 pain (low versus placebo), sleep (high versus placebo)" in explanation


@pytest.mark.parametrize(("role", "n_rules"), [("main", True), ("subgroup", False), ("sensitivity", False)])
def test_rules_are_applied_to_main_analyses(role: str, n_rules: bool) -> None:
    of = protocol({"analysis": "1.1", "comparison": "high", "outcome": "pain", "role": role})
    assert bool(signals(of)) == n_rules


def test_a_generic_ratio_moves_on_the_scale_of_its_logarithm() -> None:
    """From 0.25 to 0.5 is half of the published effect as a logarithm, and no share of it as a number."""
    of = protocol({"analysis": "1.1", "comparison": "high", "outcome": "pain", "measure": "GEN", "is_log": True})
    inputs = [
        *(item for item in _logs(of, PUBLISHED, -1.3862943611198906)),
        *(item for item in _logs(of, CONFIRMED, -0.6931471805599453)),
    ]
    effects = [effect for name in (PUBLISHED, CONFIRMED) for effect in pool_review(inputs, of, name)]
    [moved] = [item for item in compare(of, effects, {}) if item.rule is Rule.S2]
    assert (moved.value, moved.fired) == (pytest.approx(0.5), True)


def _logs(of: Protocol, evidence_set: EvidenceSet, yi: float) -> list[EffectInput]:
    [item] = studies(of, evidence_set, yi)
    return [type(item)(**{name: getattr(item, name) for name in item.__struct_fields__} | {"measure": Measure.GEN})]
