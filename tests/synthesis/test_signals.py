"""Rules compare like with like: what is new evidence, and what only looks like it."""

from collections.abc import Mapping, Sequence
from datetime import date
from math import exp

import msgspec
import pytest

from models.analysis import Analysis
from models.dates import at_night
from models.protocol import Protocol
from models.published import EstimateRow, PublishedEstimate, PublishedVersion
from models.screening import Event, RunContext
from models.synthesis import EffectInput, PooledEffect, Signal, SourceFreshness
from models.vocabulary import AlertGrade, Convention, EventCode, EvidenceSet, Measure, Rule, SourceState, UpdateStatus
from synthesis.analyses import pool_review
from synthesis.reproduction import reproduce
from synthesis.signals import compare, decide

BASELINE = PublishedVersion.model_validate(
    {"version": "1", "search_date": "2019-07-31", "included": [], "ongoing": [], "estimates": []}
)
CONTEXT = RunContext(as_of=at_night(date(2024, 1, 1)), baseline_search_date=date(2019, 7, 31))
PUBLISHED, CONFIRMED, PROVISIONAL = EvidenceSet.PUBLISHED, EvidenceSet.CONFIRMED, EvidenceSet.PROVISIONAL
ESTIMATES = [("MD", 2.0), ("RR", 1.5), ("OR", 1.5), ("RD", 0.2)]


def protocol(measure: str = "MD", mid: float | None = None) -> Protocol:
    kinds = ("population", "not_population", "intervention", "not_intervention", "needs_person", "comparator")
    old, new = {"model": "common", "interval": "wald"}, {"model": "REML", "interval": "wald"}
    outcome = {"id": "o", "title": "Outcome", "short": "O", "measure": measure, "unit": "", "direction": "higher"}
    return Protocol.model_validate(
        {
            "review": "r",
            "title": "R",
            "version": "1",
            "question": "?",
            "pico": {"population": ["x"]},
            "searches": {},
            "eligibility": {kind: {"terms": ["x"]} for kind in kinds},
            "comparisons": [{"id": "c", "title": "C", "intervention": "i", "control": "k"}],
            "timepoints": [{"name": "t", "from_days": 1, "to_days": 200}],
            "outcomes": [outcome | {"timepoints": ["t"], "registry": "none", "mid": mid}],
            "conventions": [
                {"name": "revman5", "continuous": [old], "dichotomous": [old]},
                {"name": "revman2025", "continuous": [new], "dichotomous": [new]},
            ],
        }
    )


def studies(
    evidence_set: EvidenceSet, *effects: tuple[float, float], measure: Measure = Measure.MD
) -> list[EffectInput]:
    """Studies of 50 and 50 people by effect and standard error, on the analysis scale."""
    return [
        EffectInput(
            study_id=f"S{number}",
            comparison="c",
            outcome="o",
            timepoint="t",
            analysis="o:t",
            measure=measure,
            evidence_set=evidence_set,
            n_intervention=50,
            n_control=50,
            yi=yi,
            vi=se**2,
        )
        for number, (yi, se) in enumerate(effects)
    ]


def pooled(of: Protocol, **sets: Sequence[tuple[float, float]]) -> list[PooledEffect]:
    measure = of.outcomes[0].measure
    inputs = [item for name, effects in sets.items() for item in studies(EvidenceSet(name), *effects, measure=measure)]
    return [effect for name in (PUBLISHED, CONFIRMED, PROVISIONAL) for effect in pool_review(inputs, of, name)]


def fired(of: Protocol, effects: Sequence[PooledEffect], new: Mapping[str, tuple[int, str]] | None = None) -> set[str]:
    """Rules that fired, with the set and convention on which they did."""
    found = compare(of, effects, new or {})
    return {f"{item.rule} {item.evidence_set} {item.convention}" for item in found if item.fired}


def rules(of: Protocol, **sets: Sequence[tuple[float, float]]) -> set[str]:
    """Rules that fired on confirmed evidence, under either convention."""
    return {name.split()[0] for name in fired(of, pooled(of, **sets)) if "confirmed" in name}


DISAGREEING = [(3.0, 0.5), (0.0, 0.5), (0.2, 0.5)]
"""Significant under a common effect, not under random effects."""


def test_old_data_under_another_model_is_a_change_of_model_and_no_new_evidence() -> None:
    of = protocol()
    effects = pooled(of, published=DISAGREEING, confirmed=DISAGREEING, provisional=DISAGREEING)
    first, second = (item for item in effects if item.evidence_set is PUBLISHED)
    assert first.p_value is not None
    assert second.p_value is not None
    assert first.p_value < 0.05 < second.p_value
    assert fired(of, effects) == set()
    assert [effect.note.count("a change of model, not new evidence") for effect in effects] == [0, 1] * 3
    verdict = decide(of, BASELINE, CONTEXT, "1", [], compare(of, effects, {}), [])
    assert (verdict.status, verdict.fired_rules) == ("Up to date", ())


def test_models_that_agree_on_significance_say_nothing_of_it() -> None:
    assert {effect.note for effect in pooled(protocol(), published=[(3.0, 0.5), (2.5, 0.5)])[:2]} == {""}


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ([(1.0, 0.3)], [(1.0, 0.3), (1.0, 0.3)], {"S5"}),
        ([(1.0, 0.3), (1.0, 0.3)], [(1.0, 0.3)] * 3, set()),
        ([], [(1.0, 0.3)], {"S5"}),
        ([(0.5, 0.3), (0.5, 0.5)], [(0.5, 0.3), (0.5, 0.5), (0.6, 0.3)], {"S1"}),
        ([(0.5, 0.3), (0.5, 0.5)], [(0.5, 0.3), (0.5, 0.5), (1.9, 0.3)], {"S1", "S2"}),
        ([(1.0, 0.3), (1.0, 0.3)], [(1.0, 0.3), (1.0, 0.3), (-3.0, 0.3)], {"S1", "S2"}),
        ([(0.4, 0.201), (0.4, 10.0)], [(0.4, 0.199), (0.4, 10.0)], set()),
        ([(1.0, 0.3)], [], set()),
        ([], [], set()),
    ],
    ids=[
        "a second study",
        "a third study of the same",
        "a first study",
        "significance gained",
        "significance gained and effect moved",
        "effect reversed",
        "borderline on both sides of 5 %",
        "nothing left",
        "nothing ever",
    ],
)
def test_rules_by_what_became_of_the_numbers(before: list, now: list, expected: set[str]) -> None:
    assert rules(protocol(), published=before, confirmed=now) == expected


def test_an_interval_that_comes_to_exclude_the_smallest_important_difference_fires() -> None:
    of = protocol(mid=1.5)
    before, now = [(1.2, 0.3), (1.2, 0.3)], [(1.2, 0.3), (1.2, 0.3), (1.1, 0.2)]
    assert rules(of, published=before, confirmed=now) == {"S4"}


@pytest.mark.parametrize(("measure", "estimate"), ESTIMATES)
def test_a_move_is_measured_on_the_analysis_scale_of_every_measure(measure: str, estimate: float) -> None:
    """Half of the effect again: of the difference, or of the log of the ratio."""
    of = protocol(measure)
    yi = estimate if measure in ("MD", "RD") else 0.4
    [old, *_] = pooled(of, published=[(yi, 0.1), (yi, 0.1)], confirmed=[(1.5 * yi, 0.1), (1.5 * yi, 0.1)])
    assert old.estimate == pytest.approx(yi if measure in ("MD", "RD") else exp(yi))
    signals = compare(of, pooled(of, published=[(yi, 0.1)] * 2, confirmed=[(1.5 * yi, 0.1)] * 2), {})
    moved = [item.value for item in signals if item.rule is Rule.S2 and item.evidence_set is CONFIRMED]
    assert moved == [pytest.approx(0.5)] * 2


def test_an_effect_without_a_p_value_fires_nothing_and_stops_nothing() -> None:
    of = protocol()
    effects = [
        msgspec.structs.replace(effect, p_value=None) if effect.evidence_set is CONFIRMED else effect
        for effect in pooled(of, published=[(1.0, 0.3)] * 2, confirmed=[(1.0, 0.3)] * 3)
    ]
    assert fired(of, effects) == set()


@pytest.mark.parametrize(
    ("new", "is_fired", "words"),
    [
        ({"NCT1": (196, "randomised")}, True, "NCT1 (196 randomised)"),
        ({"NCT1": (263, "registered, estimated")}, True, "NCT1 (263 registered, estimated)"),
        ({"NCT1": (40, "started"), "NCT2": (9, "randomised")}, False, "NCT1 (40 started), NCT2 (9 randomised)"),
        ({}, False, "0 participants"),
    ],
)
def test_new_participants_are_told_with_what_their_number_counts(
    new: dict[str, tuple[int, str]], is_fired: bool, words: str
) -> None:
    of = protocol()
    signals = compare(of, pooled(of, published=[(1.0, 0.3)]), new)
    [signal] = [item for item in signals if item.rule is Rule.S3]
    assert signal.fired is is_fired
    assert words in signal.explanation
    assert signal.value == pytest.approx(sum(n for n, _ in new.values()) / 100)


def estimate(**changes: float) -> list[EstimateRow]:
    printed = {"outcome": "o", "timepoint": "t", "measure": "MD", "estimate": 1.0, "ci_low": 0.41, "ci_high": 1.59}
    row = printed | {"k": 1, "n_participants": 100, "decimals": 2} | changes
    return [PublishedEstimate.model_validate(row).of_analysis("o:t", "2019")]


@pytest.mark.parametrize(
    ("changes", "is_reproduced"),
    [({}, True), ({"ci_high": 1.58}, False), ({"k": 2}, False), ({"n_participants": 101}, False)],
)
def test_the_gate_is_open_while_every_printed_number_is_reproduced(
    changes: dict[str, float], is_reproduced: bool
) -> None:
    effects = pooled(protocol(), published=[(1.0, 0.3)], confirmed=[(1.0, 0.3), (1.6, 0.3)])
    gate = reproduce(protocol(), estimate(**changes), effects)
    assert [signal.fired for signal in gate] == [not is_reproduced]


def searched(*, is_overdue: bool, is_stale: bool) -> SourceFreshness:
    return SourceFreshness(
        source="ctgov",
        title="ClinicalTrials.gov",
        state=SourceState.FAILED if is_stale else SourceState.COMPLETE,
        last_checked_at=CONTEXT.as_of,
        last_complete_at=at_night(date(2023, 12, 1)),
        limit_days=3,
        is_stale=is_stale,
        is_overdue=is_overdue,
        n_records=1,
        n_expected=1,
        last_sweep_at=None,
        reason="down" if is_stale else "",
    )


A_RESULT = Event(
    event_code=EventCode.RESULTS_POSTED,
    study_id="NCT1",
    reference="NCT1",
    event_date="2023-12-20",
    public_date=date(2023, 12, 20),
    first_seen_at=CONTEXT.as_of,
    grade=AlertGrade.ACTION,
    evidence="made up",
    is_news=True,
)
STANDINGS: list[tuple[list[Event], tuple[bool, bool], UpdateStatus, str]] = [
    ([], (False, False), UpdateStatus.UP_TO_DATE, "No results of an eligible trial have become public"),
    ([], (False, True), UpdateStatus.UP_TO_DATE, "as far as was searched"),
    ([], (True, True), UpdateStatus.NOT_KNOWN, "Not searched to the end, so there may be more: ClinicalTrials.gov"),
    ([A_RESULT], (False, False), UpdateStatus.UPDATE_PENDING, "NCT1 results posted 2023-12-20"),
    (
        [A_RESULT],
        (True, True),
        UpdateStatus.UPDATE_PENDING,
        "there may be more: ClinicalTrials.gov (last on 2023-12-01)",
    ),
]


@pytest.mark.parametrize(("events", "source", "status", "words"), STANDINGS)
def test_news_stays_news_and_without_it_nothing_is_known_beyond_what_was_searched(
    events: list[Event], source: tuple[bool, bool], status: UpdateStatus, words: str
) -> None:
    is_overdue, is_stale = source
    freshness = [searched(is_overdue=is_overdue, is_stale=is_stale)]
    verdict = decide(protocol(), BASELINE, CONTEXT, "1", events, [], freshness)
    assert verdict.status is status
    assert words in verdict.explanation
    assert ("No results" in verdict.explanation) is (status is UpdateStatus.UP_TO_DATE)


@pytest.mark.parametrize("measure", ["SMD", "RR", "RD"])
def test_a_smallest_important_difference_is_held_against_effects_in_its_unit_alone(measure):
    of = protocol(measure=measure, mid=0.15)
    found = compare(of, pooled(of, published=[(0.1, 0.2)], confirmed=[(0.1, 0.2), (0.1, 0.01)]), {})
    assert Rule.S4 not in {item.rule for item in found}
    assert not any("MID" in item.explanation for item in found)


def test_a_generic_ratio_moves_on_the_scale_of_its_logarithm():
    analysis = Analysis(analysis="a", comparison="c", outcome="o", timepoint="t", measure=Measure.GEN, is_log=True)
    of = protocol(measure="GEN").with_analyses([analysis])
    inputs = [
        msgspec.structs.replace(item, analysis="a")
        for name, yi in ((PUBLISHED, -0.7), (CONFIRMED, -0.3))
        for item in studies(name, (yi, 0.1), measure=Measure.GEN)
    ]
    effects = [effect for name in (PUBLISHED, CONFIRMED) for effect in pool_review(inputs, of, name)]
    moved = [item for item in compare(of, effects, {}) if item.rule is Rule.S2]
    assert [item.value for item in moved] == pytest.approx([0.4 / 0.7] * len(moved))
    assert moved


def test_a_quiet_night_says_of_how_many_analyses_it_knows_nothing() -> None:
    of = protocol()
    closed = Signal(
        rule=Rule.S0, outcome="o", timepoint="t", evidence_set=PUBLISHED, convention=Convention.REVMAN5, fired=True
    )
    said = decide(of, BASELINE, CONTEXT, "1", [], [closed], []).explanation
    assert "does not hold for 1 analysis, whose published estimate is not reproduced (S0)" in said
    assert "does not hold" not in decide(of, BASELINE, CONTEXT, "1", [], [], []).explanation


WHOM = [
    # how many the old rows tell, the ratio of 100 new people to them, and what is said
    ((50, 50), 0.5, "200 analysed before."),
    ((0, 0), None, "how many were analysed before is not known: no ratio."),
    ((50, 0), None, "at least 100 analysed before, not all told: no ratio."),
]


@pytest.mark.parametrize(("told", "ratio", "words"), WHOM)
def test_new_people_are_held_against_old_ones_only_where_it_is_known_how_many_these_are(
    told: tuple[int, int], ratio: float | None, words: str
) -> None:
    rows = [
        msgspec.structs.replace(item, n_intervention=n, n_control=n, is_contrast=True)
        for item, n in zip(studies(PUBLISHED, (1.0, 0.3), (1.0, 0.3)), told, strict=True)
    ]
    found = compare(protocol(), pool_review(rows, protocol(), PUBLISHED), {"NEW": (100, "randomised")})
    [signal] = [item for item in found if item.rule is Rule.S3]
    assert (signal.value, signal.fired) == (ratio, ratio is not None)
    assert words in signal.explanation


def test_a_second_study_is_news_whatever_rows_the_first_has() -> None:
    one = [
        msgspec.structs.replace(item, study_id="S", part=f"{number}", evidence_set=evidence_set)
        for evidence_set in (PUBLISHED, CONFIRMED)
        for number, item in enumerate(studies(evidence_set, (1.0, 0.3), (1.0, 0.3)))
    ]
    for more, expected in (([], []), (studies(CONFIRMED, (1.0, 0.3)), [2])):
        effects = [item for name in (PUBLISHED, CONFIRMED) for item in pool_review([*one, *more], protocol(), name)]
        found = [item for item in compare(protocol(), effects, {}) if item.rule is Rule.S5 and item.fired]
        assert sorted({item.value for item in found}) == expected


def test_a_search_day_that_nobody_told_is_not_told_as_one() -> None:
    assumed = BASELINE.model_copy(update={"search_date_is": "assumed"})
    for version, words in (
        (BASELINE, "since the search of 2019-07-31"),
        (assumed, "since 2019-07-31 (taken for the day of the search, which is not told)"),
    ):
        assert words in decide(protocol(), version, CONTEXT, "1", [], [], []).explanation
