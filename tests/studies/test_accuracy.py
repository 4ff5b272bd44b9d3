"""The project's targets on labelled data, and the script that prints them."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from models.protocol import Protocol
from reporting.statements.measured import MEASURED
from studies.eligibility import screen

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "accuracy.py"


@pytest.fixture(scope="module")
def accuracy() -> ModuleType:
    spec = importlib.util.spec_from_file_location("accuracy", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["accuracy"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("question", ["records joined", "records shown", "relations", "reports of results"])
def test_no_labelled_pair_is_answered_wrongly(accuracy: ModuleType, question: str):
    tally = accuracy.linkage()[question]
    assert (tally.wrong, tally.missed) == ([], [])
    assert tally.found


def test_there_are_enough_pairs_for_a_recall_of_two_decimals(accuracy: ModuleType):
    assert accuracy.linkage()["records joined"].found >= 50


def test_every_eligible_trial_is_met_and_nothing_else_is(accuracy: ModuleType, protocol: Protocol):
    tally, unclear = accuracy.eligibility(protocol)
    assert (tally.found, tally.wrong, tally.missed) == (6, [], [])
    assert [item.rpartition("labelled ")[2] for item in unclear] == ["unclear", "unclear"]


def test_every_made_up_registration_is_judged_as_an_expert_reads_it(accuracy: ModuleType, protocol: Protocol):
    """Criterion by criterion, so that no verdict is right by luck; a criterion that is not named is met."""
    wrong = []
    for facts, record in accuracy.made_up_trials():
        found = screen(record.record_id, record, protocol.eligibility)
        wrong += [
            (facts["trial"], item.criterion, item.verdict, item.quote)
            for item in found.criteria
            if item.verdict != facts.get("criteria", {}).get(item.criterion, "met")
        ]
        if found.verdict != facts["verdict"]:
            wrong.append((facts["trial"], "verdict", found.verdict, ""))
    assert wrong == []


def test_there_are_enough_made_up_registrations_of_each_verdict(accuracy: ModuleType):
    said = [facts["verdict"] for facts, _ in accuracy.made_up_trials()]
    assert {word: said.count(word) >= 25 for word in ("met", "not_met", "unclear")} == dict.fromkeys(set(said), True)


def test_no_extracted_number_differs_from_the_archive(accuracy: ModuleType, protocol: Protocol):
    n, different = accuracy.extraction(protocol, None)
    assert different == []
    assert n >= 8


def test_the_script_prints_its_figures_and_says_that_targets_are_met(
    accuracy: ModuleType, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    assert accuracy.main(["--samples", str(tmp_path / "absent")]) == 0
    printed = capsys.readouterr().out
    assert "records joined" in printed and "0 different from the record (replay archive only)" in printed


def test_a_wrong_answer_is_counted_and_named(accuracy: ModuleType):
    tally = accuracy.Tally()
    tally.count({"a", "b"}, {"b", "c"}, "trap")
    assert (tally.precision, tally.recall) == (0.5, 0.5)
    assert (tally.wrong, tally.missed) == (["trap: a"], ["trap: c"])


def test_what_the_statement_of_automation_says_of_records_is_what_is_measured(accuracy: ModuleType, protocol: Protocol):
    linkage = accuracy.linkage()
    eligible, left = accuracy.made_up_eligibility(protocol)
    found = {
        ("registrations joined without a person", "labelled pairs"): linkage["records joined"],
        ("reports of results linked", "labelled pairs"): linkage["reports of results"],
        ("eligible registrations", "labelled records of the replay archive"): accuracy.eligibility(protocol)[0],
        ("eligible registrations", "made-up registrations"): eligible,
        ("registrations left to a person", "made-up registrations"): left,
    }
    said = [item for item in MEASURED if item.where == "benchmarks/accuracy.py"]
    assert {(item.question, item.labelled) for item in said} == set(found)
    for item in said:
        tally = found[item.question, item.labelled]
        assert item.n == tally.found + len(tally.missed)
        assert (item.precision, item.recall) == (round(tally.precision, 3), round(tally.recall, 3))
