"""Registrations of a made-up drug, in every design and form: what is tried, what is background, and what is neither."""

import csv
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors import CONNECTORS
from models.dates import at_night
from models.eligibility import Eligibility
from models.terms import TermRule
from models.trial import Arm, Intervention, Page, TrialRecord
from models.vocabulary import Allocation, ArmType, StudyType, Verdict
from studies.eligibility import screen

TABLE = yaml.safe_load((Path(__file__).parent / "reference" / "arm_roles.yaml").read_text(encoding="utf-8"))
ELIGIBILITY = Eligibility.model_validate(TABLE["eligibility"])
LABEL = {True: "yes", False: "no", "person": "person"}
"""YAML reads the words yes and no as truth."""


def _record(facts: Mapping[str, Any]) -> TrialRecord:
    split = [text.partition(" -> ") for text in facts.get("given", ())]
    products = [*facts.get("products", ()), *filter(None, [facts.get("text")])]
    allocation = facts.get("allocation", "randomised")
    return TrialRecord(
        source="labelled",
        registry="a register",
        registry_id="NCT40000001",
        registry_date="2020-01-01",
        brief_title=facts["title"],
        conditions=tuple(facts.get("conditions", ["Influenza"])),
        study_type=StudyType.INTERVENTIONAL,
        allocation=Allocation(allocation) if allocation else None,
        intervention_model_text=facts.get("model"),
        arms=tuple(
            Arm(
                label=label,
                type=ArmType(kind) if kind else None,
                description_text=facts.get("descriptions", {}).get(label),
                intervention_names=tuple(facts.get("lists", {}).get(label, ())),
            )
            for label, kind in facts.get("arms", {}).items()
        ),
        interventions=(
            *(Intervention(name=name, arm_labels=tuple(labels.split(", "))) for name, _, labels in split),
            *(Intervention(name=name, description_text=facts.get("told")) for name in products),
        ),
    )


@pytest.mark.parametrize("facts", TABLE["trials"], ids=lambda facts: facts["id"])
def test_no_eligible_trial_is_refused_and_no_other_is_taken(facts: Mapping[str, Any]) -> None:
    found = screen("NCT40000001", _record(facts), ELIGIBILITY)
    forbidden = {"yes": Verdict.NOT_MET, "no": Verdict.MET}.get(LABEL[facts["label"]])
    assert found.verdict is not forbidden, [(item.criterion, item.verdict, item.quote) for item in found.criteria]


def test_few_are_left_to_a_person() -> None:
    counts = Counter((LABEL[facts["label"]], _verdict(facts)) for facts in TABLE["trials"])
    unclear = [facts["id"] for facts in TABLE["trials"] if facts["label"] is True and _verdict(facts) == "unclear"]
    print(counts, "eligible and left to a person:", unclear)
    assert len(TABLE["trials"]) >= 60
    assert counts["person", "met"] == 0
    assert counts["yes", "unclear"] <= counts["yes", "met"] / 10


def _verdict(facts: Mapping[str, Any]) -> str:
    return str(screen("NCT40000001", _record(facts), ELIGIBILITY).verdict)


SPELT = {
    "lopinavir": ["lopinavir*", "LPV"],
    "chloroquine": ["chloroquin*"],
    "hydroxychloroquine": ["hydroxychlor*", "hydroxycholor*"],
    "arbidol": ["arbidol*"],
    "favipiravir": ["favipiravir*", "fabiravir*"],
}
"""The interventions of `antivirals.csv` as their registrations spell them."""


def test_real_registrations_of_drugs_are_judged_as_their_labels_say(samples: Path) -> None:
    """Each is asked as a review of one drug asks, so that background and controls of one are what others try."""
    path = samples / "ictrp" / "portal_export_first150_2020-03-18.xml"
    page = Page(
        source="ictrp", kind="file", url=path.name, body=path.read_bytes(), observed_at=at_night(date(2026, 11, 20))
    )
    records = {item.record_id: item for item in CONNECTORS["ictrp"].parse(page) if isinstance(item, TrialRecord)}
    with (Path(__file__).parent / "reference" / "antivirals.csv").open(encoding="utf-8", newline="") as table:
        labels = list(csv.DictReader(table))
    counts: Counter[tuple[str, str]] = Counter()
    for row in labels:
        asked = Eligibility(
            population=TermRule(terms=["COVID*", "coronavirus*", "2019-nCoV"]),
            intervention=TermRule(terms=SPELT[row["intervention"]]),
        )
        counts[row["label"], str(screen(row["id"], records[row["id"]], asked).verdict)] += 1
    print(counts)
    assert (counts["yes", "not_met"], counts["no", "met"], counts["person", "met"]) == (0, 0, 0)
    assert counts["yes", "met"] >= counts["yes", "unclear"]
