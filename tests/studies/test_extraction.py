"""Candidate numbers from posted results: what is read, from where, and what is left to a person."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from pydantic import ValidationError

from models.protocol import Outcome, Protocol
from models.results import (
    AdverseEvents,
    AdverseGroup,
    FlowCount,
    Measurement,
    MeasureTable,
    ParticipantFlow,
    PostedResults,
    ResultGroup,
)
from models.synthesis import ArmResult
from models.trial import TrialRecord
from models.vocabulary import ArmRole, EvidenceWord, OutcomeRole
from replay.archive import load_archive
from studies.extraction import Extracted, extract, mixed_groups

Trials = Callable[..., TrialRecord]
GROUPS = (ResultGroup(id="G1", title="MSC"), ResultGroup(id="G2", title="Placebo"))


def cell(group: str, value: str, spread: str | None = None, **more: str) -> Measurement:
    return Measurement(group_id=group, value_text=value, spread_text=spread, **more)


def table(title: str = "Change in ALSFRS-R", **fields: Any) -> MeasureTable:
    usual: dict[str, Any] = {
        "title": title,
        "role": OutcomeRole.PRIMARY,
        "time_frame": "6 months",
        "param_text": "MEAN",
        "dispersion_text": "Standard Deviation",
        "unit_text": "points",
        "groups": GROUPS,
        "denominators": {"G1": 31, "G2": 25},
        "measurements": (cell("G1", "-3.10", "3.51"), cell("G2", "−6.48", "4.53")),
        "path": "outcomeMeasures[0]",
    }
    return MeasureTable(**(usual | fields))


def group(id_: str, title: str, **numbers: int) -> AdverseGroup:
    return AdverseGroup(id=id_, title=title, path=f"eventGroups[{id_[-1]}]", **numbers)


@pytest.fixture(scope="module")
def read(trial: Trials, protocol: Protocol) -> Callable[..., Extracted]:
    def found(*tables: MeasureTable, **more: Any) -> Extracted:
        return extract("NCT10000001", trial(results=PostedResults(outcomes=tables, **more)), protocol)

    return found


def numbers(arms: Sequence[ArmResult]) -> list[tuple[str, str, int, int | None, float | None, float | None]]:
    return [(arm.outcome, arm.arm, arm.n_analysed, arm.n_events, arm.mean, arm.sd and round(arm.sd, 4)) for arm in arms]


def test_a_mean_change_with_its_sd_is_read_as_it_stands(read: Callable[..., Extracted]):
    found = read(table())
    assert numbers(found.arms) == [
        ("alsfrs_r_change", ArmRole.INTERVENTION, 31, None, -3.10, 3.51),
        ("alsfrs_r_change", ArmRole.CONTROL, 25, None, -6.48, 4.53),
    ]
    assert {(arm.place, arm.report, arm.evidence, arm.is_confirmed) for arm in found.arms} == {
        ("outcomeMeasures[0]", "NCT10000001", EvidenceWord.VERBATIM, False)
    }


@pytest.mark.parametrize(
    ("dispersion", "cells", "sds"),
    [
        ("Standard Error", (cell("G1", "1", "2"), cell("G2", "1", "3")), (2 * 31**0.5, 3 * 25**0.5)),
        ("Standard Error of the Mean", (cell("G1", "1", "2"), cell("G2", "1", "3")), (2 * 31**0.5, 3 * 25**0.5)),
        # t(30) = 2.0423, t(24) = 2.0639; t(30) at 90 % = 1.6973, t(24) = 1.7109.
        ("95% Confidence Interval",
         (cell("G1", "1", lower_text="0", upper_text="2"), cell("G2", "1", lower_text="-1", upper_text="3")),
         (31**0.5 * 2 / (2 * 2.042272), 25**0.5 * 4 / (2 * 2.063899))),
        ("90% Confidence Interval",
         (cell("G1", "1", lower_text="0", upper_text="2"), cell("G2", "1", lower_text="-1", upper_text="3")),
         (31**0.5 * 2 / (2 * 1.697261), 25**0.5 * 4 / (2 * 1.710882))),
    ],
)  # fmt: skip
def test_an_sd_is_worked_out_where_it_can_be(
    read: Callable[..., Extracted], dispersion: str, cells: tuple[Measurement, ...], sds: tuple[float, float]
):
    found = read(table(dispersion_text=dispersion, measurements=cells))
    assert [arm.sd for arm in found.arms] == [pytest.approx(sd, rel=1e-6) for sd in sds]
    assert {arm.evidence for arm in found.arms} == {EvidenceWord.DERIVED}
    assert all(arm.note.startswith("SD from the ") for arm in found.arms)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"dispersion_text": "Full Range"}, "no SD can be had from Full Range"),
        ({"dispersion_text": None}, "no SD can be had from no dispersion"),
        ({"measurements": (cell("G1", "NA", "1"), cell("G2", "1", "1"))}, "mean or number analysed is missing"),
        ({"measurements": (cell("G1", "1", "0"), cell("G2", "1", "1"))}, "no SD can be had"),
        ({"denominators": {"G1": 31}}, "mean or number analysed is missing"),
        ({"param_text": "LEAST_SQUARES_MEAN"}, "posted as LEAST_SQUARES_MEAN"),
        ({"param_text": "MEDIAN"}, "posted as MEDIAN"),
        ({"title": "Slope of change in ALSFRS-R"}, "a rate, not a change"),
        ({"unit_text": "points per month"}, "a rate, not a change"),
        ({"unit_text": "points/month"}, "a rate, not a change"),
        ({"groups": (ResultGroup(id="G1", title="Arm A"), ResultGroup(id="G2", title="Arm B"))}, "cannot be told apart"),
        ({"groups": (*GROUPS, ResultGroup(id="G3", title="MSC, high dose"))}, "cannot be told apart"),
        ({"measurements": (cell("G1", "1", "1", class_title="Month 3"), cell("G1", "1", "1", class_title="Month 6"))},
         "several rows for one group"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_waits_for_a_person(read: Callable[..., Extracted], fields: dict[str, Any], reason: str):
    found = read(table(**fields))
    assert found.arms == ()
    assert [(item.kind, item.subject, item.field) for item in found.queue] == [
        ("extraction", "NCT10000001", "alsfrs_r_change, 4 to 6 months")
    ]
    assert reason in found.queue[0].reason


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "Change in Appel scale"},
        {"title": "ALSFRS-R at baseline"},
        {"time_frame": "9 months"},
        {"time_frame": None},
    ],
)
def test_another_outcome_or_time_is_passed_over(read: Callable[..., Extracted], fields: dict[str, Any]):
    assert read(table(**fields)) == Extracted()


@pytest.mark.parametrize(
    ("unit", "title", "is_read"),
    [
        ("percent predicted", "Change in FVC", True),
        ("liters", "Change in FVC", False),
        ("points", "Change in forced vital capacity (% of predicted)", True),
    ],
)
def test_litres_are_no_percentage(read: Callable[..., Extracted], unit: str, title: str, is_read: bool):
    found = read(table(title=title, unit_text=unit))
    assert ([arm.outcome for arm in found.arms] == ["fvc_change"] * 2) == is_read
    assert bool(found.queue) != is_read


def test_a_table_that_can_be_read_is_preferred(read: Callable[..., Extracted]):
    found = read(table(param_text="LEAST_SQUARES_MEAN"), table(path="outcomeMeasures[1]"))
    assert {arm.place for arm in found.arms} == {"outcomeMeasures[1]"}
    assert found.queue == ()


def test_adverse_events_are_group_totals_and_other_events_never_the_total(read: Callable[..., Extracted]):
    events = AdverseEvents(
        time_frame="28 weeks",
        frequency_threshold_text="5",
        groups=(
            group("G1", "MSC", serious_affected=23, serious_at_risk=95, other_affected=93, other_at_risk=95),
            group("G2", "Placebo", serious_affected=17, serious_at_risk=94, other_affected=92, other_at_risk=94),
        ),
    )
    assert numbers(read(adverse_events=events).arms) == [
        ("serious_adverse_events", ArmRole.INTERVENTION, 95, 23, None, None),
        ("serious_adverse_events", ArmRole.CONTROL, 94, 17, None, None),
    ]


def test_survivors_are_those_at_risk_less_the_dead(read: Callable[..., Extracted]):
    events = AdverseEvents(
        time_frame="6 months",
        groups=(
            group("G1", "MSC", deaths_affected=10, deaths_at_risk=95),
            group("G2", "Placebo", deaths_affected=4, serious_at_risk=94),
        ),
    )
    arms = read(adverse_events=events).arms
    assert [(arm.outcome, arm.n_events, arm.n_analysed) for arm in arms] == [
        ("overall_survival", 85, 95),
        ("overall_survival", 90, 94),
    ]
    assert ["empty" in arm.note for arm in arms] == [False, True]


def test_half_a_comparison_is_none(read: Callable[..., Extracted]):
    events = AdverseEvents(
        time_frame="6 months",
        groups=(group("G1", "MSC", serious_affected=3, serious_at_risk=33), group("G2", "Placebo", serious_at_risk=31)),
    )
    assert read(adverse_events=events).arms == ()


def test_events_over_a_time_that_is_not_stated_belong_to_no_window(read: Callable[..., Extracted]):
    groups = (
        group("G1", "MSC", serious_affected=3, serious_at_risk=33),
        group("G2", "Placebo", serious_affected=6, serious_at_risk=31),
    )
    assert read(adverse_events=AdverseEvents(time_frame="for the duration of the study", groups=groups)).arms == ()


def test_a_group_that_mixes_randomised_and_other_people_is_never_pooled(read: Callable[..., Extracted]):
    flow = ParticipantFlow(
        groups=(ResultGroup(id="F1", title="MSC"), ResultGroup(id="F2", title="Control")),
        counts=(
            FlowCount(period="Study", milestone="STARTED", group_id="F1", count=41, comment_text="including 8 subjects from stage 1"),
            FlowCount(period="Study", milestone="STARTED", group_id="F2", count=31),
        ),
    )  # fmt: skip
    found = read(table(), flow=flow)
    assert found.arms == ()
    [item] = found.queue
    assert (item.value, "41 = 33 randomised + 8 not randomised" in item.reason) == ("MSC: 41", True)


@pytest.mark.parametrize(("n", "is_mixed"), [(72, True), (64, False), (60, False)])
def test_more_people_than_were_randomised(n: int, is_mixed: bool):
    flow = ParticipantFlow(
        recruitment_text="64 subjects were randomised",
        counts=(FlowCount(period="Study", milestone="STARTED", group_id="F1", count=n),),
    )
    assert bool(mixed_groups("NCT10000001", PostedResults(flow=flow))) == is_mixed


def test_nct01363401_its_arm_of_41_is_queued(archived: Mapping[str, Sequence[TrialRecord]], protocol: Protocol):
    found = extract("NCT01363401", archived["NCT01363401"][-1], protocol)
    assert found.arms == ()
    assert ["41 = 33 randomised + 8 not randomised" in item.reason for item in found.queue] == [True]


def test_nct03280056_its_candidates_are_the_posted_numbers(
    archived: Mapping[str, Sequence[TrialRecord]], protocol: Protocol
):
    found = extract("NCT03280056", archived["NCT03280056"][-1], protocol)
    assert numbers(found.arms) == [
        ("overall_survival", ArmRole.INTERVENTION, 95, 85, None, None),
        ("overall_survival", ArmRole.CONTROL, 94, 90, None, None),
        ("serious_adverse_events", ArmRole.INTERVENTION, 95, 23, None, None),
        ("serious_adverse_events", ArmRole.CONTROL, 94, 17, None, None),
    ]
    assert found.queue == ()


def test_every_candidates_path_leads_to_its_number_in_the_raw_record(
    archived: Mapping[str, Sequence[TrialRecord]], protocol: Protocol
):
    raw = json.loads(load_archive().history["NCT03280056"][-1].encoded)
    for arm in extract("NCT03280056", archived["NCT03280056"][-1], protocol).arms:
        found = raw
        for part in re.findall(r"[A-Za-z]+|\d+", arm.place):
            found = found[int(part)] if part.isdigit() else found[part]
        assert found["seriousNumAtRisk"] == arm.n_analysed
        if arm.outcome == "serious_adverse_events":
            assert found["seriousNumAffected"] == arm.n_events
        else:
            assert found["seriousNumAtRisk"] - found["deathsNumAffected"] == arm.n_events


def test_an_outcome_of_deaths_is_filled_with_the_dead(protocol: Protocol, trial: Callable[..., TrialRecord]):
    survival = next(item for item in protocol.outcomes if item.registry == "survivors")
    mortality = survival.model_copy(update={"id": "mortality", "registry": "deaths", "direction": "lower"})
    events = AdverseEvents(
        time_frame="6 months",
        groups=(
            group("G1", "MSC", deaths_affected=2, deaths_at_risk=50),
            group("G2", "Placebo", deaths_affected=10, deaths_at_risk=50),
        ),
    )
    record = trial(has_results=True, results=PostedResults(adverse_events=events))
    arms = extract("NCT10000001", record, protocol.model_copy(update={"outcomes": [survival, mortality]})).arms
    assert [(arm.outcome, arm.n_events, arm.n_analysed, str(arm.evidence)) for arm in arms] == [
        (survival.id, 48, 50, "derived"),
        (survival.id, 40, 50, "derived"),
        ("mortality", 2, 50, "verbatim"),
        ("mortality", 10, 50, "verbatim"),
    ]


@pytest.mark.parametrize(("registry", "direction"), [("deaths", "higher"), ("survivors", "lower")])
def test_an_outcome_that_likes_death_is_refused_with_what_to_write(protocol: Protocol, registry: str, direction: str):
    survival = next(item for item in protocol.outcomes if item.registry == "survivors")
    with pytest.raises(ValidationError, match=r"write registry: .*, or direction: "):
        Outcome.model_validate(survival.model_dump() | {"registry": registry, "direction": direction})
