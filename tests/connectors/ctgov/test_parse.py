"""What a ClinicalTrials.gov record means, field by field, and what one bad field costs: that field."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors import CONNECTORS, classic_words
from connectors.ctgov import words
from models.trial import Page, Rejected, TrialRecord, content_hash
from models.vocabulary import Status

Parse = Callable[..., tuple[list[TrialRecord], list[Rejected]]]


@pytest.fixture
def study(fixtures: Path) -> dict[str, Any]:
    made_up: dict[str, Any] = json.loads((fixtures / "ctgov" / "made_up_trial.json").read_bytes())
    return made_up


@pytest.fixture
def parse(page_of: Callable[..., Page]) -> Parse:
    def read(value: object, **fields: Any) -> tuple[list[TrialRecord], list[Rejected]]:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        found = list(CONNECTORS["ctgov"].parse(page_of("ctgov", body, **fields)))
        records = [item for item in found if isinstance(item, TrialRecord)]
        return records, [item for item in found if isinstance(item, Rejected)]

    return read


def _set(study: dict[str, Any], path: str, value: object) -> None:
    *parents, last = path.replace("[", ".[").split(".")
    place: Any = study
    for step in parents:
        place = place[int(step[1:-1])] if step.startswith("[") else place[step]
    place[last] = value


@pytest.mark.parametrize(
    ("path", "word", "field"),
    [
        ("protocolSection.statusModule.overallStatus", "PAUSED_BY_MOON", "status"),
        ("protocolSection.designModule.studyType", "GAME", "study_type"),
        ("protocolSection.designModule.designInfo.allocation", "BY_LOT", "allocation"),
        ("protocolSection.designModule.enrollmentInfo.type", "GUESSED", "enrolment_type"),
        ("protocolSection.statusModule.completionDateStruct.type", "Actual", "completion_type"),
    ],
)
def test_an_unknown_word_is_not_guessed(parse: Parse, study: dict[str, Any], path: str, word: str, field: str) -> None:
    _set(study, path, word)
    [record], [rejected] = parse(study)
    assert getattr(record, field) is None
    assert (rejected.record_ref, rejected.path, rejected.value) == ("NCT90000001", path, word)
    assert "add it to the connector" in rejected.action


def test_an_unknown_status_stays_readable(parse: Parse, study: dict[str, Any]) -> None:
    _set(study, "protocolSection.statusModule.overallStatus", "PAUSED_BY_MOON")
    [record], _ = parse(study)
    assert record.status_text == "PAUSED_BY_MOON"


@pytest.mark.parametrize(
    ("path", "word", "field"),
    [
        ("protocolSection.designModule.phases", ["PHASE5"], "phase_text"),
        ("protocolSection.designModule.designInfo.maskingInfo.masking", "FULL", "masking_text"),
        ("protocolSection.designModule.designInfo.interventionModel", "STEPPED", "intervention_model_text"),
    ],
)
def test_an_unknown_word_without_meaning_of_ours_is_kept_and_told(
    parse: Parse, study: dict[str, Any], path: str, word: Any, field: str
) -> None:
    _set(study, path, word)
    [record], [rejected] = parse(study)
    assert getattr(record, field) == (word if isinstance(word, str) else word[0])
    assert rejected.path.startswith(path)


@pytest.mark.parametrize(
    ("path", "value", "read"),
    [
        ("protocolSection.designModule.enrollmentInfo.count", -1, "enrolment_count"),
        ("protocolSection.designModule.enrollmentInfo.count", 10**30, "enrolment_count"),
        ("protocolSection.statusModule.startDateStruct.date", "2014-13", "start_date"),
        ("protocolSection.statusModule.startDateStruct.date", "June 2014", "start_date"),
        ("protocolSection.statusModule.completionDateStruct.date", "2019-02-30", "completion_date"),
    ],
)
def test_a_value_that_cannot_be_costs_its_field_alone(
    parse: Parse, study: dict[str, Any], path: str, value: object, read: str
) -> None:
    _set(study, path, value)
    [record], [rejected] = parse(study)
    assert getattr(record, read) is None
    assert (rejected.path, rejected.value) == (path, str(value))
    assert record.sponsor == "A Company"


@pytest.mark.parametrize(
    ("printed", "count"), [("111", 111), ("1,234", 1234), ("12,34", None), ("NA", None), ("<5", None), ("3.5", None)]
)
def test_participants_are_read_as_numbers_or_told(
    parse: Parse, study: dict[str, Any], printed: str, count: int | None
) -> None:
    place = "resultsSection.participantFlowModule.periods[0].milestones[0].achievements[0].numSubjects"
    _set(study, place, printed)
    [record], rejected = parse(study)
    assert record.results is not None
    assert record.results.flow.counts[0].count == count
    assert [(item.path, item.value) for item in rejected] == ([] if count is not None else [(place, printed)])


def test_results_keep_what_was_printed_and_where(parse: Parse, study: dict[str, Any]) -> None:
    [record], _ = parse(study)
    results = record.results
    assert results is not None
    started = results.flow.counts[0]
    assert (started.milestone, started.count, started.comment_text) == ("STARTED", 41, "8 of them not randomised")
    assert results.flow.pre_assignment_text == "Stage 1 before randomisation."
    assert results.flow.recruitment_text == "One centre."
    [outcome] = results.outcomes
    assert outcome.path == "resultsSection.outcomeMeasuresModule.outcomeMeasures[0]"
    assert (outcome.role, outcome.param_text, outcome.dispersion_text) == ("primary", "MEAN", "Standard Deviation")
    assert outcome.denominators == {"OG000": 39, "OG001": 27}, "participants, not eyes"
    first, second = outcome.measurements
    assert (first.value_text, first.spread_text) == ("-1.36", "2.39")
    assert (second.value_text, second.lower_text, second.upper_text) == ("NA", "<0.001", "9")
    [age] = results.baseline
    assert (age.role, age.denominators) == (None, {"BG000": 41, "BG001": 72})
    cells, control = results.adverse_events.groups
    assert (cells.serious_affected, cells.serious_at_risk, cells.deaths_affected) == (3, 41, None)
    assert control.path == "resultsSection.adverseEventsModule.eventGroups[1]"


def test_classes_with_denominators_of_their_own_are_tables_of_their_own(parse: Parse, study: dict[str, Any]) -> None:
    outcome = study["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"][0]
    month = {"measurements": [{"groupId": "OG000", "value": "1"}]}
    counts = [{"groupId": "OG000", "value": "30"}]
    outcome["classes"] = [
        {"title": "Month 4", "categories": [month]},
        {"title": "Month 6", "categories": [month], "denoms": [{"units": "Participants", "counts": counts}]},
    ]
    [record], _ = parse(study)
    assert record.results is not None
    at_four, at_six = record.results.outcomes
    assert at_four.denominators == {"OG000": 39, "OG001": 27}
    assert at_six.denominators == {"OG000": 30, "OG001": 27}
    assert at_six.path.endswith("outcomeMeasures[0].classes[1]")
    assert [cell.class_title for cell in at_six.measurements] == ["Month 6"]


def test_no_results_are_no_results_whatever_else_is_dated(parse: Parse, study: dict[str, Any]) -> None:
    del study["resultsSection"]
    study["hasResults"] = False
    [record], _ = parse(study)
    assert record.has_results is False
    assert record.results is None
    assert record.disposition_posted_date == "2017-11-05"


@pytest.mark.parametrize(
    ("absent", "registry_date"),
    [
        (["lastUpdatePostDateStruct"], "2018-05-24"),
        (["lastUpdatePostDateStruct", "lastUpdateSubmitDate"], "2014-06-01"),
    ],
)
def test_the_next_best_date_says_from_when_a_version_stood(
    parse: Parse, study: dict[str, Any], absent: list[str], registry_date: str
) -> None:
    for name in absent:
        del study["protocolSection"]["statusModule"][name]
    [record], _ = parse(study)
    assert record.registry_date == registry_date


def test_a_record_without_any_date_is_rejected(parse: Parse, study: dict[str, Any]) -> None:
    study["protocolSection"]["statusModule"] = {}
    records, [rejected] = parse(study)
    assert records == []
    assert "when it was posted" in rejected.reason


def test_an_unreadable_record_costs_no_other(parse: Parse, study: dict[str, Any]) -> None:
    broken = json.loads(json.dumps(study))
    broken["protocolSection"]["identificationModule"]["nctId"] = "NCT90000002"
    broken["protocolSection"]["designModule"]["enrollmentInfo"]["count"] = {"value": 72}
    records, [rejected] = parse({"studies": [study, broken, {}, study]})[0], parse({"studies": [broken]})[1]
    assert [record.registry_id for record in records] == ["NCT90000001", "NCT90000001"]
    assert rejected.record_ref == "NCT90000002"
    assert "$.protocolSection.designModule.enrollmentInfo.count" in rejected.reason


def test_a_drift_of_the_derived_section_is_no_new_version(parse: Parse, study: dict[str, Any]) -> None:
    [before], _ = parse(study)
    study["derivedSection"] = {
        "miscInfoModule": {"versionHolder": "2026-11-20"},
        "conditionBrowseModule": {"meshes": []},
    }
    [after], _ = parse(study)
    assert content_hash(before) == content_hash(after)


def test_a_change_of_the_record_is_a_new_version(parse: Parse, study: dict[str, Any]) -> None:
    [before], _ = parse(study)
    _set(study, "protocolSection.designModule.enrollmentInfo.count", 73)
    [after], _ = parse(study)
    assert content_hash(before) != content_hash(after)


@pytest.mark.parametrize(
    ("answer", "origins"),
    [
        ("{study}", ["current"]),
        ('{{"totalCount":2,"studies":[{study},{study}]}}', ["current", "current"]),
        ('{{"studyVersion":0,"study":{study}}}', ["history"]),
        ('{{"study":{study},"topics":[],"history":{{"changes":[{{"version":0,"date":"2013-03-22"}}]}}}}', []),
        ('{{"changes":[{{"version":0,"date":"2013-03-22"}}]}}', []),
        ('{{"apiVersion":"2.0.5","dataTimestamp":"2026-11-19T09:00:05"}}', []),
        ('{{"studies":[],"totalCount":0}}', []),
    ],
    ids=["study", "listing", "historic version", "change list", "short change list", "version", "empty listing"],
)
def test_every_form_of_answer_is_recognised(
    parse: Parse, study: dict[str, Any], answer: str, origins: list[str]
) -> None:
    records, rejected = parse(answer.format(study=json.dumps(study)).encode())
    assert [record.origin for record in records] == origins
    assert rejected == []


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_loaded_file_may_hold_one_study_or_a_downloaded_list(
    parse: Parse, study: dict[str, Any], wrapped: bool
) -> None:
    body = b"\xef\xbb\xbf" + json.dumps([study, study] if wrapped else study).encode()
    records, rejected = parse(body, kind="file", content_type="text/plain")
    assert [record.origin for record in records] == ["export"] * (2 if wrapped else 1)
    assert rejected == []


def test_json_of_something_else_is_rejected(parse: Parse) -> None:
    records, [rejected] = parse({"Rank": 1, "NCTId": ["NCT03280056"]})
    assert records == []
    assert "no study" in rejected.reason


def test_a_huge_field_is_read(parse: Parse, study: dict[str, Any]) -> None:
    _set(study, "protocolSection.descriptionModule.briefSummary", "x" * 20_000_000)
    [record], rejected = parse(study)
    assert rejected == []
    assert len(record.summary_text or "") == 20_000_000


def test_ended_recruiting_is_not_completed() -> None:
    assert classic_words.STATUS["ACTIVE_NOT_RECRUITING"] is Status.ENDED_RECRUITING
    assert [word for word, status in classic_words.STATUS.items() if status is Status.COMPLETED] == ["COMPLETED"]


@pytest.mark.parametrize(
    ("enumeration", "api", "classic"),
    [
        ("Status", classic_words.STATUS, classic_words.CLASSIC_STATUS),
        ("Status", words.LAST_KNOWN_STATUS, classic_words.CLASSIC_STATUS),
        ("StudyType", words.STUDY_TYPE, words.CLASSIC_STUDY_TYPE),
        ("DesignAllocation", words.ALLOCATION, words.CLASSIC_ALLOCATION),
        ("ArmGroupType", words.ARM_TYPE, words.CLASSIC_ARM_TYPE),
        ("EnrollmentType", words.COUNT_TYPE, words.CLASSIC_COUNT_TYPE),
        ("DateType", words.COUNT_TYPE, words.CLASSIC_COUNT_TYPE),
        ("OutcomeMeasureType", words.OUTCOME_ROLE, words.CLASSIC_OUTCOME_ROLE),
        ("Phase", words.PHASE, words.CLASSIC_PHASE),
        ("InterventionalAssignment", words.MODEL, words.CLASSIC_MODEL),
        ("DesignMasking", words.MASKING, words.CLASSIC_MASKING),
        ("PrimaryPurpose", words.PURPOSE, words.CLASSIC_PURPOSE),
        ("InterventionType", words.INTERVENTION_TYPE, classic_words.CLASSIC_INTERVENTION_TYPE),
        ("MeasureParam", words.PARAM, words.CLASSIC_PARAM),
        ("ReferenceType", words.REFERENCE_TYPE, None),
        ("AgencyClass", words.SPONSOR_CLASS, None),
    ],
)
def test_every_word_of_the_registrys_own_list_is_known_in_both_forms(
    samples: Path, enumeration: str, api: dict[str, object], classic: dict[str, str] | None
) -> None:
    lists = {item["type"]: item for item in json.loads((samples / "ctgov/spec/v2_studies_enums.json").read_bytes())}
    values = lists[enumeration]["values"]
    assert {item["value"] for item in values} == set(api)
    if classic is not None:
        assert {item["legacyValue"]: classic.get(item["legacyValue"]) for item in values} == {
            item["legacyValue"]: item["value"] for item in values
        }


def test_every_real_study_is_read_with_nothing_rejected(samples: Path, parse: Parse) -> None:
    paths = sorted((samples / "ctgov" / "v2").glob("*.json"))
    assert len(paths) == 10
    for path in paths:
        [record], rejected = parse(path.read_bytes(), kind="file")
        assert (record.registry_id, rejected) == (path.stem, [])
        assert record.status is not None
        assert (record.results is not None) == record.has_results


def test_real_results_are_read_cell_by_cell(samples: Path, parse: Parse) -> None:
    """Cells of the raw file counted by another reader than ours."""
    for path in sorted((samples / "ctgov" / "v2").glob("*.json")):
        [record], _ = parse(path.read_bytes(), kind="file")
        raw = json.loads(path.read_bytes()).get("resultsSection", {})
        outcomes = raw.get("outcomeMeasuresModule", {}).get("outcomeMeasures", [])
        cells = [
            cell["value"]
            for outcome in outcomes
            for part in outcome.get("classes", [])
            for category in part.get("categories", [])
            for cell in category["measurements"]
        ]
        tables = record.results.outcomes if record.results else ()
        assert [cell.value_text for table in tables for cell in table.measurements] == cells


@pytest.mark.parametrize(
    ("events", "submitted", "returned"),
    [
        ([], None, None),
        ([("RELEASE", "2017-09-06")], "2017-09-06", None),
        ([("RELEASE", "2017-09-06"), ("RESET", "2017-11-01")], "2017-09-06", "2017-11-01"),
        ([("RELEASE", "2017-09-06"), ("RESET", "2017-11-01"), ("RELEASE", "2018-01-15")], "2018-01-15", None),
        ([("RELEASE", "2017-09-06"), ("UNRELEASE", "2017-10-01")], None, None),
    ],
)
def test_results_in_quality_control_are_submitted_and_not_results(
    parse: Parse, study: dict[str, Any], events: list[tuple[str, str]], submitted: str | None, returned: str | None
) -> None:
    status = study["protocolSection"]["statusModule"]
    for field in ("resultsFirstSubmitDate", "resultsFirstPostDateStruct"):
        status.pop(field, None)
    study.pop("resultsSection", None)
    study["hasResults"] = False
    told = [{"type": kind, "date": day} for kind, day in events]
    study["annotationSection"] = {"annotationModule": {"unpostedAnnotation": {"unpostedEvents": told}}}
    [record], rejected = parse(study)
    assert (record.has_results, record.results_submitted_date, rejected) == (False, submitted, [])
    assert record.results_returned_date == returned
