"""Ten years of the review in five nights: what was known when, and each printed number computed again."""

import json
from collections.abc import Iterator
from datetime import date
from email import message_from_bytes
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from cli.main import app
from models.settings import Settings
from replay.archive import known_until
from stores.ledger import Ledger

pytestmark = pytest.mark.slow

REVIEW = "als_cell_therapy"
SEARCH_2016, RESULTS_POSTED, SEARCH_2019, PHASE_3_POSTED = "2016-06-21", "2016-07-20", "2019-07-31", "2024-02-29"
IN_FORCE_2019 = "2019-12-31"
TODAY = known_until().isoformat()
NIGHTS = [SEARCH_2016, RESULTS_POSTED, SEARCH_2019, IN_FORCE_2019, PHASE_3_POSTED, TODAY]

Night = dict[str, Any]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("backtest") / "data"


@pytest.fixture(scope="module")
def nights(data: Path) -> dict[str, Night]:
    """What ``trialwatch backtest --json`` prints, by date."""
    asked = [f"--date={day}" for day in NIGHTS]
    told = CliRunner().invoke(app, ["--data", str(data), "backtest", *asked, "--json"], catch_exceptions=False)
    assert told.exit_code == 0, told.output
    found = [json.loads(line) for line in told.stdout.splitlines()]
    return {night["as_of"]: night for night in found}


@pytest.fixture(scope="module")
def ledger(nights: dict[str, Night], data: Path) -> Iterator[Ledger]:
    with Ledger(Settings(data=data).ledger) as opened:
        yield opened


def news(night: Night) -> set[tuple[str, str, str]]:
    return {
        (event["event_code"], event["study_id"], event["public_date"]) for event in night["events"] if event["is_news"]
    }


def headline(night: Night, evidence_set: str, outcome: str, convention: str = "revman5") -> Night:
    [line] = [
        effect
        for effect in night["pooled"]
        if (effect["evidence_set"], effect["outcome"], effect["convention"]) == (evidence_set, outcome, convention)
        and effect["is_headline"]
    ]
    return line


def test_every_night_is_one_json_object_of_the_agreed_shape(nights: dict[str, Night]) -> None:
    assert list(nights) == NIGHTS
    for night in nights.values():
        assert isinstance(night["included"], int)
        assert isinstance(night["participants"], int)
        assert isinstance(night["excluded"], int)
        for name in ("ongoing", "awaiting", "pooled", "events", "signals"):
            assert isinstance(night[name], list), name
        assert {"status", "rationale", "explanation", "fired_rules"} <= set(night["decision"])
        assert len(night["decision"]["explanation"]) <= 400
        assert night["state"] == "done"


def test_every_registry_record_of_every_night_was_read(nights: dict[str, Night]) -> None:
    rejected = [item for night in nights.values() for item in night["queue"] if item["kind"] == "rejected"]
    assert [item for item in rejected if item["subject"].startswith("NCT")] == []


def test_the_search_of_2016_is_reproduced(nights: dict[str, Night]) -> None:
    night = nights[SEARCH_2016]
    assert night["included"] == 0
    assert night["participants"] == 0
    assert night["ongoing"] == ["NCT01254539", "NCT02017912", "NCT02286011", "NCT02290886"]
    assert night["awaiting"] == ["NCT01363401"]
    assert night["states"]["NCT01363401"] == "completed_no_results"
    assert night["pooled"] == []
    assert news(night) == set()
    assert night["alerts"] == []
    assert night["decision"]["status"] == "Up to date"


def test_results_are_seen_on_the_day_they_are_posted(nights: dict[str, Night]) -> None:
    night = nights[RESULTS_POSTED]
    assert ("E2", "NCT01363401", "2016-07-20") in news(night)
    assert night["states"]["NCT01363401"] == "results_posted"
    assert night["decision"]["status"] == "Update pending"
    [alert] = night["alerts"]
    assert alert["grade"] == "action"
    assert "NCT01363401" in alert["title"]


@pytest.mark.parametrize(
    ("outcome", "measure", "printed", "decimals"),
    [
        # 2019 review, abstract: estimate, limits, participants.
        ("alsfrs_r_change", "MD", (3.38, 1.22, 5.54, 56), 2),
        ("fvc_change", "MD", (-0.53, -5.37, 4.31, 56), 2),
        ("overall_survival", "RR", (1.07, 0.94, 1.22, 64), 2),
        ("total_adverse_events", "RR", (0.86, 0.62, 1.19, 64), 2),
        ("serious_adverse_events", "RR", (0.47, 0.13, 1.72, 64), 2),
    ],
)
@pytest.mark.parametrize("evidence_set", ["published", "confirmed"])
def test_the_numbers_of_2019_are_computed_to_the_printed_decimal(
    nights: dict[str, Night], evidence_set: str, outcome: str, measure: str, printed: tuple[float, ...], decimals: int
) -> None:
    line = headline(nights[IN_FORCE_2019], evidence_set, outcome)
    computed = [round(line[name], decimals) for name in ("estimate", "ci_low", "ci_high")]
    assert (*computed, line["n_participants"]) == printed
    assert (line["measure"], line["k"]) == (measure, 1)


def test_on_the_day_of_its_search_nobody_knows_the_version_of_2019(nights: dict[str, Night]) -> None:
    night = nights[SEARCH_2019]
    assert night["decision"]["baseline_version"] == "2016"
    assert night["included_studies"] == ["NCT01363401"], "people have confirmed its numbers"
    assert "NCT02017912" in night["awaiting"]
    assert night["decision"]["status"] == "Update pending"
    assert {effect["evidence_set"] for effect in night["pooled"]} == {"confirmed", "provisional"}


def test_the_version_of_2019_is_reproduced(nights: dict[str, Night]) -> None:
    night = nights[IN_FORCE_2019]
    assert night["included"] == 2
    assert night["included_studies"] == ["NCT01363401", "NCT02017912"]
    assert night["participants"] == 112
    assert {"NCT02286011", "NCT02290886", "NCT03280056"} <= set(night["ongoing"])
    assert night["states"]["NCT02017912"] not in {"pooled", "extracted"}
    assert {effect["k"] for effect in night["pooled"]} == {1}
    assert not [signal for signal in night["signals"] if signal["rule"] == "S0" and signal["fired"]]
    assert night["decision"]["status"] == "Update pending", "a report of November 2019 is younger than its search"


def test_the_included_study_without_data_contributes_none(nights: dict[str, Night], data: Path) -> None:
    folder = data / "published" / REVIEW / IN_FORCE_2019
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as warehouse:
        pooled = warehouse.execute("SELECT DISTINCT study_id FROM review_effect_input WHERE yi IS NOT NULL").fetchall()
        listed = warehouse.execute("SELECT list, n_randomised FROM out_study WHERE study_id = 'NCT02017912'").fetchone()
    assert pooled == [("NCT01363401",)]
    assert listed == ("included", 48)


def test_the_numbers_are_computed_and_not_copied_from_the_published_version(nights: dict[str, Night]) -> None:
    line = headline(nights[IN_FORCE_2019], "published", "alsfrs_r_change")
    assert line["ci_low"] == pytest.approx(1.2166946, abs=1e-6)
    assert line["ci_high"] == pytest.approx(5.5433054, abs=1e-6)


def test_the_phase_3_results_are_pooled_beside_the_confirmed_ones(nights: dict[str, Night]) -> None:
    night = nights[PHASE_3_POSTED]
    assert ("E2", "NCT03280056", "2024-02-29") in news(night)
    assert night["decision"]["status"] == "Update pending"
    for outcome in ("overall_survival", "serious_adverse_events"):
        assert headline(night, "provisional", outcome)["k"] == 2
        assert headline(night, "provisional", outcome)["n_participants"] == 253
        assert headline(night, "confirmed", outcome)["k"] == 1
    assert headline(night, "provisional", "alsfrs_r_change")["k"] == 1
    assert not night["decision"]["is_confirmed_only"]


def test_today_has_a_decision_its_rules_and_a_forecast(nights: dict[str, Night], data: Path) -> None:
    night = nights[TODAY]
    assert night["decision"]["status"] == "Update pending"
    fired = [signal for signal in night["signals"] if signal["fired"]]
    assert {"S3", "S5"} & {signal["rule"] for signal in fired}
    assert len(night["decision"]["fired_rules"]) == len(fired)
    assert night["ongoing"]
    with duckdb.connect(str(data / "published" / REVIEW / "current" / "warehouse.duckdb"), read_only=True) as warehouse:
        forecast = warehouse.execute("SELECT study_id, planned_participants, n_pooled FROM out_forecast").fetchall()
    assert sorted(study for study, _, _ in forecast) == night["ongoing"]
    assert [(study, planned) for study, planned, _ in forecast] == [
        (row["study_id"], row["planned_participants"]) for row in night["forecast"]
    ]
    assert all(planned > 0 and pooled == 64 for _, planned, pooled in forecast)
    completions = [row["completion_date"] for row in night["forecast"]]
    assert completions == sorted(completions)


def test_the_new_convention_is_shown_beside_the_old(nights: dict[str, Night]) -> None:
    lines = [
        (effect["model"], effect["interval"])
        for effect in nights[PHASE_3_POSTED]["pooled"]
        if (effect["evidence_set"], effect["outcome"], effect["convention"])
        == ("provisional", "overall_survival", "revman2025")
    ]
    assert ("REML", "wald") in lines
    assert ("REML", "hksj") in lines


def test_an_event_is_new_on_one_night_only(nights: dict[str, Night]) -> None:
    keys = [event["event_key"] for night in nights.values() for event in night["events"]]
    assert len(keys) == len(set(keys))


def test_back_filled_trials_raise_no_alert(nights: dict[str, Night], ledger: Ledger) -> None:
    old = {event["event_key"] for night in nights.values() for event in night["events"] if not event["is_news"]}
    assert old, "the first night meets trials that were registered long before"
    assert not old & {key for alert in ledger.alerts(REVIEW) for key in alert.event_keys}


def test_every_alert_is_in_the_outbox_once(nights: dict[str, Night], ledger: Ledger, data: Path) -> None:
    raised = [alert["key"] for night in nights.values() for alert in night["alerts"]]
    assert [alert.key for alert in ledger.alerts(REVIEW)] == raised
    sent = [message_from_bytes(path.read_bytes())["X-Trialwatch-Alert"] for path in (data / "outbox").glob("*.eml")]
    assert sorted(sent) == sorted(raised)


def test_every_night_has_one_heartbeat_and_one_decision(nights: dict[str, Night], ledger: Ledger) -> None:
    days = [date.fromisoformat(day) for day in NIGHTS]
    assert [beat.as_of.date() for beat in ledger.heartbeats(REVIEW)] == days
    assert [decision.decided_at.date() for decision in ledger.decisions(REVIEW)] == days


def test_every_night_stays_published(nights: dict[str, Night], data: Path) -> None:
    published = data / "published" / REVIEW
    assert sorted(path.name for path in published.iterdir()) == sorted([*NIGHTS, "current"])
    assert (published / "current").resolve().name == TODAY


def test_a_backtest_starts_anew_and_finds_the_same(nights: dict[str, Night], data: Path) -> None:
    other = data.with_name("other")
    for days in (NIGHTS[1:2], NIGHTS[:2]):
        asked = [f"--date={day}" for day in days]
        told = CliRunner().invoke(app, ["--data", str(other), "backtest", *asked, "--json"], catch_exceptions=False)
    assert [json.loads(line) for line in told.stdout.splitlines()] == [nights[day] for day in NIGHTS[:2]]
    assert len(list((other / "outbox").glob("*.eml"))) == 1
