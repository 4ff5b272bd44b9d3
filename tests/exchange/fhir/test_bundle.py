"""The bundle is valid FHIR R5, holds together, and says the night's numbers in EBMonFHIR's words."""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from exchange.fhir.bundle import NotExported, bundle_of, fhir_files, see_that_it_is_valid
from models.night import PublishedNight
from models.vocabulary import EvidenceSet

SETS = [EvidenceSet.PUBLISHED, EvidenceSet.CONFIRMED, EvidenceSet.PROVISIONAL]


def resources(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [item["resource"] for item in bundle["entry"] if item["resource"]["resourceType"] == kind]


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "reference" in value:
            yield value["reference"]
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


@pytest.mark.parametrize("evidence", SETS)
def test_fhirs_own_rules_hold_for_it(night: PublishedNight, evidence: EvidenceSet):
    from fhir.resources.bundle import Bundle  # noqa: PLC0415

    read = Bundle.model_validate_json(fhir_files(night, evidence)["bundle.json"])
    kinds = Counter(entry.resource.get_resource_type() for entry in read.entry)
    assert set(kinds) == {"Citation", "EvidenceVariable", "Evidence", "ResearchStudy", "ArtifactAssessment"}


@pytest.mark.parametrize("evidence", SETS)
def test_every_reference_leads_to_a_resource_and_no_id_stands_twice(night: PublishedNight, evidence: EvidenceSet):
    bundle = bundle_of(night, evidence)
    ids = [item["fullUrl"] for item in bundle["entry"]]
    assert len(ids) == len(set(ids))
    assert set(references(bundle)) <= set(ids)


@pytest.mark.parametrize("evidence", SETS)
def test_pooled_effects_stand_in_it_with_limits_and_people(told, night: PublishedNight, evidence: EvidenceSet):
    effects = {
        (item.estimate, item.ci_low, item.ci_high, item.k, item.n_participants)
        for item in told.result.judgement.effects
        if item.evidence_set is evidence and item.is_headline and item.estimate is not None
    }
    found = set()
    for item in resources(bundle_of(night, evidence), "Evidence"):
        is_whole = "synthesisType" in item and len(item["variableDefinition"]) == 4
        for statistic in item["statistic"] if is_whole else []:
            [limits] = [at for at in statistic["attributeEstimate"] if at["type"]["text"] == "Confidence interval"]
            size = statistic["sampleSize"]
            found.add(
                (
                    statistic["quantity"]["value"], limits["range"]["low"]["value"], limits["range"]["high"]["value"],
                    size["numberOfStudies"], size["numberOfParticipants"],
                )
            )  # fmt: skip
    assert found == effects


def test_measures_models_and_roles_have_their_codes(shipped: PublishedNight):
    bundle = bundle_of(shipped, EvidenceSet.PROVISIONAL)
    [survival] = [
        item
        for item in resources(bundle, "Evidence")
        if "synthesisType" in item and item["title"].startswith("Overall survival, 4 to 6 months")
    ]
    first = survival["statistic"][0]
    assert first["statisticType"]["coding"][0]["code"] == "C93152"
    assert [item["code"]["coding"][0]["code"] for item in first["modelCharacteristic"]] == [
        "effectsFixed",
        "poolMantelHaenzsel",
    ]
    roles = [item["variableRole"]["coding"][0]["code"] for item in survival["variableDefinition"]]
    assert roles == ["population", "exposure", "referenceExposure", "measuredVariable"]
    ratings = {item["rater"].split()[0]: item["rating"]["coding"][0]["code"] for item in survival["certainty"]}
    assert ratings == {"version": "low", "trialwatch": "low"}
    assert len(survival["relatedArtifact"]) == 2


def test_a_study_has_its_registrations_reports_and_results(shipped: PublishedNight):
    bundle = bundle_of(shipped, EvidenceSet.CONFIRMED)
    [oh] = [item for item in resources(bundle, "ResearchStudy") if item["label"] == [{"value": "Oh 2018"}]]
    assert oh["identifier"] == [
        {"system": "https://clinicaltrials.gov/study/", "value": "NCT01363401", "type": {"text": "ClinicalTrials.gov"}}
    ]
    assert oh["recruitment"] == {"actualNumber": 64}
    assert len(oh["relatedArtifact"]) == 2
    by_id = {item["fullUrl"]: item["resource"] for item in bundle["entry"]}
    results = [by_id[item["reference"]] for item in oh["result"]]
    assert {item["title"].split(":")[0] for item in results} == {"Oh 2018"}


def test_every_listed_study_is_there_once(told, night: PublishedNight):
    found = resources(bundle_of(night, EvidenceSet.CONFIRMED), "ResearchStudy")
    assert len(found) == len(told.result.page.studies)


def test_what_rests_on_numbers_has_an_id_of_its_own_in_each_evidence_set(shipped: PublishedNight):
    ids = [
        {item["id"] for item in resources(bundle_of(shipped, evidence), "Evidence")}
        for evidence in (EvidenceSet.CONFIRMED, EvidenceSet.PROVISIONAL)
    ]
    studies = [
        {item["id"] for item in resources(bundle_of(shipped, evidence), "ResearchStudy")}
        for evidence in (EvidenceSet.CONFIRMED, EvidenceSet.PROVISIONAL)
    ]
    assert ids[0].isdisjoint(ids[1])
    assert studies[0] == studies[1]


def test_the_decision_is_an_assessment_of_the_version_in_force(told, night: PublishedNight):
    bundle = bundle_of(night, EvidenceSet.CONFIRMED)
    [decision] = [
        item for item in resources(bundle, "ArtifactAssessment") if item["title"].startswith("Update decision")
    ]
    said = told.result.judgement.decision
    assert [item["text"] for item in decision["content"][0]["classifier"]] == [said.status, said.rationale]


def test_what_breaks_fhirs_rules_is_not_written(shipped: PublishedNight):
    bundle = bundle_of(shipped, EvidenceSet.CONFIRMED)
    resources(bundle, "Evidence")[0]["statistic"][0]["sampleSize"]["numberOfParticipants"] = -1
    with pytest.raises(NotExported, match=r"not valid FHIR R5, in \d+ places, first entry\."):
        see_that_it_is_valid(bundle)


def test_without_what_checks_it_nothing_is_written(shipped: PublishedNight, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "fhir.resources.bundle", None)
    with pytest.raises(NotExported, match=r"pip install 'trialwatch\[exchange\]'"):
        fhir_files(shipped, EvidenceSet.CONFIRMED)


def test_no_element_is_empty(night: PublishedNight):
    def empty(value: Any) -> bool:
        if isinstance(value, dict):
            return not value or any(empty(item) for item in value.values())
        if isinstance(value, list):
            return not value or any(empty(item) for item in value)
        return value in (None, "")

    assert not empty(json.loads(fhir_files(night, EvidenceSet.PROVISIONAL)["bundle.json"]))
