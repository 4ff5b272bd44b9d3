"""CSV files hold the night's numbers to the last digit, and the data package says what each column means."""

import csv
import io
import json

import pytest

from exchange.tabular import TABLES, csv_files
from models.night import PublishedNight
from models.vocabulary import EvidenceSet

SETS = [EvidenceSet.PUBLISHED, EvidenceSet.CONFIRMED, EvidenceSet.PROVISIONAL]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("evidence", SETS)
def test_the_package_describes_every_file_and_every_column(night: PublishedNight, evidence: EvidenceSet):
    files = csv_files(night, evidence)
    package = json.loads(files["datapackage.json"])
    described = {item["path"]: item for item in package["resources"]}
    assert set(described) == set(files) - {"datapackage.json", "README.md"} == {f"{name}.csv" for name in TABLES}
    for name, item in described.items():
        header = next(csv.reader(io.StringIO(files[name])))
        assert header == [field["name"] for field in item["schema"]["fields"]]
        assert all(field["description"] for field in item["schema"]["fields"])
        assert item["description"] in files["README.md"]


NOT_EXPORTED = {"out_queue", "out_report_screening", "out_study_relation", "out_tombstone"}
"""Views on how a night was made, and not on what it found."""


def test_every_view_of_analysts_is_exported_but_those_on_the_work(night: PublishedNight):
    views = {name for name in night.tables if name.startswith("out_")}
    assert views - {*TABLES.values()} == NOT_EXPORTED


@pytest.mark.parametrize("evidence", SETS)
def test_pooled_effects_are_those_of_the_night_to_the_last_digit(told, night: PublishedNight, evidence: EvidenceSet):
    found = {
        (row["analysis"], row["convention"], row["model"], row["interval"]): row
        for row in rows(csv_files(night, evidence)["pooled_effects.csv"])
    }
    effects = [item for item in told.result.judgement.effects if item.evidence_set is evidence]
    assert len(found) == len(effects)
    for effect in effects:
        row = found[effect.analysis, effect.convention, effect.model, effect.interval]
        for name in ("estimate", "ci_low", "ci_high", "p_value", "tau2"):
            assert (float(row[name]) if row[name] else None) == getattr(effect, name)
        assert (int(row["k"]), int(row["n_participants"])) == (effect.k, effect.n_participants)
        assert row["evidence_set"] == evidence


def test_signals_are_those_of_the_set_and_the_gate(night: PublishedNight):
    signals = rows(csv_files(night, EvidenceSet.PROVISIONAL)["signals.csv"])
    assert {row["evidence_set"] for row in signals if row["rule"] != "S0"} == {"provisional"}
    assert "S0" in {row["rule"] for row in signals}


def test_lists_and_dates_can_be_read_by_a_program(night: PublishedNight):
    files = csv_files(night, EvidenceSet.CONFIRMED)
    by_study = {row["study_id"]: row for row in night["out_study"]}
    for row in rows(files["studies.csv"]):
        assert json.loads(row["registry_ids"] or "null") == by_study[row["study_id"]]["registry_ids"]
    package = json.loads(files["datapackage.json"])
    [decision] = [item for item in package["resources"] if item["name"] == "decision"]
    kinds = {field["name"]: field["type"] for field in decision["schema"]["fields"]}
    assert (kinds["decided_at"], kinds["fired_rules"], kinds["is_confirmed_only"]) == ("datetime", "array", "boolean")
    assert rows(files["decision.csv"])[-1]["decided_at"] == f"{night.as_of:%Y-%m-%dT%H:%M:%SZ}"


def test_a_replay_says_so(night: PublishedNight):
    assert "replayed" in csv_files(night, EvidenceSet.CONFIRMED)["README.md"]
