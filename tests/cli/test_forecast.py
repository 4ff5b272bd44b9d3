"""trialwatch forecast: what ongoing trials could do, kept on one night and scored on a later one."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.forecast import lines_of_conventions
from cli.main import app
from models.dates import at_night
from models.settings import Settings
from stores.ledger import Ledger

pytestmark = pytest.mark.slow

REVIEW = "als_cell_therapy"
FIRST, QUIET, REPORTED = date(2019, 12, 31), date(2020, 1, 1), date(2024, 2, 29)
PHASE_3 = "NCT03280056"


@pytest.fixture(scope="module")
def data(carry_out: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three nights: the phase 3 trial is ongoing, nothing happens, its results are posted."""
    folder = tmp_path_factory.mktemp("forecast") / "data"
    for day in (FIRST, QUIET, REPORTED):
        carry_out(folder, day)
    return folder


def asked(data: Path, *options: str) -> str:
    told = CliRunner().invoke(app, ["--data", str(data), "forecast", REVIEW, *options], catch_exceptions=False)
    assert told.exit_code == 0, told.output
    return told.stdout


def test_a_quiet_night_keeps_no_forecast_again(data: Path) -> None:
    with Ledger(Settings(data=data).ledger) as ledger:
        kept = [item for item in ledger.forecasts(REVIEW, at_night(REPORTED)) if item.study_id == PHASE_3]
    assert {item.made_at.date() for item in kept} == {FIRST}
    assert len(kept) == len({(item.analysis, item.convention) for item in kept})


def test_a_forecast_is_scored_when_the_trial_reports(data: Path) -> None:
    scores = [json.loads(line) for line in asked(data, "--scores", "--json").splitlines()]
    assert {(score["study_id"], score["evidence_set"]) for score in scores} == {(PHASE_3, "provisional")}
    survival = [score for score in scores if score["analysis"] == "overall_survival:4 to 6 months"]
    assert len(survival) == 2, "under each convention"
    # As docs/methods.md tells it.
    serious = [score for score in scores if score["analysis"] == "serious_adverse_events:4 to 6 months"]
    assert [round(100 * score["pit"]) for score in survival] == [8, 8]
    assert [round(100 * score["pit"]) for score in serious] == [88, 88]
    for score in survival:
        assert score["in_95"] is (abs(score["pit"] - 0.5) <= 0.475)
        assert 0 <= score["brier_excludes"] <= 1
        assert score["days_late"] is not None
    words = asked(data, "--scores")
    assert "is percentile" in words and "inside the central 95%" in words


def test_every_ongoing_trial_is_told_with_its_dates_and_every_analysis(data: Path) -> None:
    trials = [json.loads(line) for line in asked(data, "--json").splitlines()]
    assert trials
    for trial in trials:
        assert trial["results_median"] or trial["results_unknown"]
        assert trial["effects"]
        for effect in trial["effects"]:
            assert (effect["chance_excludes"] is None) == bool(effect["unknown"])
    words = asked(data)
    assert all(trial["study_id"] in words for trial in trials)
    assert "rules out no effect" in words and "nothing is pooled yet" in words


def test_what_all_conventions_say_is_printed_once(data: Path) -> None:
    trials = [json.loads(line) for line in asked(data, "--json").splitlines()]
    known = {
        (trial["study_id"], effect["analysis"])
        for trial in trials
        for effect in trial["effects"]
        if effect["chance_excludes"] is not None
    }
    words = " ".join(asked(data).split())
    assert words.count("predicted ") == len(known) + words.count("be predicted ")
    assert "revman5: rules out no effect" in words, "they differ somewhere"


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        ({"old": ["a", "b"]}, ["a; b"]),
        ({"old": ["a", "b"], "new": ["a", "b"]}, ["a; b"]),
        ({"old": ["a", "b", "c"], "new": ["a", "x", "c"]}, ["a; c", "old: b", "new: x"]),
        ({"old": ["a"], "new": ["b"]}, ["old: a", "new: b"]),
        ({"old": ["a", "b"], "new": ["a"]}, ["a", "old: b"]),
        ({"one": ["a", "b"], "two": ["a", "b"], "three": ["a", "c"]}, ["a", "one, two: b", "three: c"]),
    ],
)
def test_conventions_are_told_apart_only_where_they_differ(said: dict[str, list[str]], lines: list[str]) -> None:
    assert lines_of_conventions(said) == lines
