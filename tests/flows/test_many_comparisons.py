"""A night of a review with nine comparisons, a closed gate, and trials that no register lists."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from flows.night import NightResult
from models.vocabulary import EvidenceSet, Rule, StudyList
from stores.snapshot import query

QUIET, NEWS, AFTER = date(2020, 6, 1), date(2022, 6, 1), date(2022, 6, 2)
CLOSED = "3.2"


@pytest.fixture(scope="module")
def nights(
    nights_of_hiccups: dict[date, NightResult], carry_out_hiccups: Callable[..., NightResult], data_of_hiccups: Path
) -> dict[date, NightResult]:
    """Those nights and the one after, on which nothing is new."""
    return nights_of_hiccups | {AFTER: carry_out_hiccups(data_of_hiccups, AFTER)}


def test_every_night_ends_well_and_has_a_page(nights: dict[date, NightResult]) -> None:
    for night in nights.values():
        assert night.state == "done", night.reason
        page = (night.folder / "site" / "index.html").read_text(encoding="utf-8")
        assert page.count('class="comparison"') == 9


def test_it_alerts_once_and_the_night_after_is_silent(nights: dict[date, NightResult]) -> None:
    assert [len(nights[day].alerts) for day in (QUIET, NEWS, AFTER)] == [1, 1, 0]
    [alert] = nights[NEWS].alerts
    assert alert.title.endswith("S1 statistical significance changed")


def test_trials_without_a_registration_are_included_and_pooled(nights_of_hiccups: dict[date, NightResult]) -> None:
    judgement = nights_of_hiccups[NEWS].judgement
    lists = {status.study_id: status.list for status in judgement.statuses}
    unregistered = {"Lindqvist 1998", "Moreau 2003", "Okafor 2011", "Devine 2009"}
    assert {lists[name] for name in unregistered} == {StudyList.INCLUDED}
    pooled = {weight.row[2] for effect in judgement.effects for weight in effect.weights}
    assert unregistered <= pooled


def test_a_closed_gate_closes_its_own_analysis_alone(nights_of_hiccups: dict[date, NightResult]) -> None:
    judgement = nights_of_hiccups[NEWS].judgement
    gate = {signal.analysis: signal.fired for signal in judgement.signals if signal.rule is Rule.S0}
    assert [analysis for analysis, fired in gate.items() if fired] == [CLOSED]
    assert {signal.rule for signal in judgement.signals if signal.analysis == CLOSED} == {Rule.S0}
    newer = {effect.evidence_set for effect in judgement.effects if effect.analysis == CLOSED}
    assert newer == {EvidenceSet.PUBLISHED}
    assert Counter(signal.rule for signal in judgement.signals if signal.fired)[Rule.S1] == 1


def test_weights_of_every_pooled_effect_come_to_a_hundred(nights_of_hiccups: dict[date, NightResult]) -> None:
    judgement = nights_of_hiccups[NEWS].judgement
    for effect in (*judgement.effects, *judgement.subgroup_effects):
        assert len(effect.weights) == effect.k
        assert abs(sum(weight.pct for weight in effect.weights) - 100 * bool(effect.k)) < 1e-9


def test_analysts_find_subgroups_and_their_tests(nights_of_hiccups: dict[date, NightResult]) -> None:
    warehouse = nights_of_hiccups[NEWS].folder / "warehouse.duckdb"
    _, tests = query(warehouse, "SELECT DISTINCT analysis FROM review_subgroup_test ORDER BY analysis")
    assert [name for (name,) in tests] == ["1.1", "1.11", "4.1"]
    _, shown = query(warehouse, "SELECT DISTINCT analysis FROM review_subgroup_effect ORDER BY analysis")
    assert [name for (name,) in shown] == ["1.1", "4.1"]
