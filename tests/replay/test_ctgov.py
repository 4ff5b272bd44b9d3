"""The interface of ClinicalTrials.gov, from outside: what a client of the real one relies on and trips over."""

import json
import re
from datetime import date

import pytest

from replay import ReplayServer

STUDIES = "/api/v2/studies"
EVERYTHING = '"amyotrophic lateral sclerosis" OR "motor neuron disease" OR ALS'


def ids(response):
    return [each["protocolSection"]["identificationModule"]["nctId"] for each in response.json()["studies"]]


def test_pages_add_up_to_the_total_and_no_record_comes_twice(ctgov):
    parameters = {"query__cond": EVERYTHING, "pageSize": "7"}
    page = ctgov(STUDIES, countTotal="true", **parameters)
    total, listed, pages = page.json()["totalCount"], ids(page), 1
    while token := page.json().get("nextPageToken"):
        page = ctgov(STUDIES, pageToken=token, countTotal="true", **parameters)
        assert "totalCount" not in page.json()
        listed += ids(page)
        pages += 1
    assert pages == -(-total // 7) > 3
    assert len(listed) == len(set(listed)) == total
    assert listed == ids(ctgov(STUDIES, query__cond=EVERYTHING, pageSize="1000"))


def test_the_total_is_told_only_when_asked_for(ctgov):
    assert "totalCount" not in ctgov(STUDIES, query__cond=EVERYTHING).json()


@pytest.mark.parametrize(("asked", "got"), [(None, 10), ("0", 10), ("3", 3), ("5000", 62)])
def test_page_sizes(ctgov, asked, got):
    parameters = {"pageSize": asked} if asked else {}
    assert len(ids(ctgov(STUDIES, query__cond=EVERYTHING, **parameters))) == got


def test_a_page_token_is_void_when_another_parameter_or_the_data_has_changed(ctgov):
    token = ctgov(STUDIES, query__cond="ALS", pageSize="5").json()["nextPageToken"]
    assert ctgov(STUDIES, query__cond="ALS", pageSize="9", pageToken=token).status_code == 200
    for refused in (
        ctgov(STUDIES, query__cond="sclerosis", pageSize="5", pageToken=token),
        ctgov(STUDIES, query__cond="ALS", pageSize="5", pageToken="zzz"),
        ctgov(STUDIES, "2020-01-01", query__cond="ALS", pageSize="5", pageToken=token),
    ):
        assert refused.status_code == 400
        assert refused.headers["Content-Type"].startswith("text/plain")
        assert "page token" in refused.text


@pytest.mark.parametrize(
    ("path", "parameters", "said"),
    [
        (STUDIES, {"query__everything": "ALS"}, "query.everything"),
        (STUDIES, {"query__cond": "(ALS"}, "parenthesis"),
        (STUDIES, {"pageSize": "many"}, "pageSize"),
        (STUDIES, {"filter__advanced": "AREA[LastUpdatePostDate]RANGE[yesterday,MAX]"}, "yesterday"),
        (STUDIES, {"filter__advanced": "AREA[Colour]red"}, "Colour"),
        (STUDIES, {"fields": "Colour"}, "Colour"),
        (f"{STUDIES}/NCT0136340x", {}, "NCT0136340x"),
        (f"{STUDIES}/NCT00000000", {}, "NCT00000000"),
    ],
)
def test_what_cannot_be_understood_is_a_400_in_plain_text(ctgov, path, parameters, said):
    refused = ctgov(path, **parameters)
    assert refused.status_code == 400
    assert refused.headers["Content-Type"].startswith("text/plain")
    assert said in refused.text


@pytest.mark.parametrize("path", ["/api/v2/studies/NCT01363401/history", "/api/v3/studies", "/ct2/show/NCT01363401"])
def test_a_wrong_path_is_an_html_page(ctgov, path):
    missing = ctgov(path)
    assert missing.status_code == 404
    assert missing.headers["Content-Type"] == "text/html"


def test_a_record_that_does_not_exist_is_a_404_without_a_page(ctgov):
    missing = ctgov(f"{STUDIES}/NCT09999999")
    assert (missing.status_code, missing.headers["Content-Type"].split(";")[0]) == (404, "text/plain")


@pytest.mark.parametrize("written", ["nct01363401", "NCT001363401", "NCT1363401"])
def test_an_id_is_read_however_it_is_padded(ctgov, written):
    assert ctgov(f"{STUDIES}/{written}").json()["protocolSection"]["identificationModule"]["nctId"] == "NCT01363401"


def test_an_obsolete_id_leads_to_the_current_one(tmp_path, session):
    (tmp_path / "ctgov").mkdir()
    (tmp_path / "pubmed").mkdir()
    status = {"overallStatus": "COMPLETED", "lastUpdatePostDateStruct": {"date": "2020-01-01"}}
    identification = {"nctId": "NCT00000002", "nctIdAliases": ["NCT00000001"], "briefTitle": "ALS"}
    study = {"protocolSection": {"identificationModule": identification, "statusModule": status}, "hasResults": False}
    version = {"shown_from": "2020-01-01", "basis": "seen", "why": "test", "submitted": None, "study": study}
    (tmp_path / "ctgov" / "NCT00000002.jsonl").write_text(json.dumps(version) + "\n", encoding="utf-8")
    with ReplayServer(date(2021, 1, 1), archive=tmp_path) as server:
        address = f"{server.base_url('ctgov')}{STUDIES}/NCT00000001?format=json"
        moved = session.get(address, allow_redirects=False, timeout=5)
        assert moved.status_code == 301
        assert moved.headers["Location"] == "/ctgov/api/v2/studies/NCT00000002?format=json"
        assert session.get(address, timeout=5).json()["protocolSection"]["identificationModule"] == identification
        server.as_of = date(2019, 12, 31)
        assert session.get(address, allow_redirects=False, timeout=5).status_code == 404


@pytest.mark.parametrize(
    ("advanced", "expected"),
    [
        ("AREA[LastUpdatePostDate]RANGE[2022-09-01,2022-09-30]", {"NCT04514952", "NCT04681118"}),
        ("AREA[ResultsFirstPostDate]RANGE[MIN,2016-12-31]", {"NCT00349622", "NCT01363401"}),
        ("AREA[StudyFirstPostDate]RANGE[2023-01-25,2023-01-25]", {"NCT05695521"}),
        ("AREA[StudyFirstPostDate]RANGE[2021-02-01,MAX] AND NOT AREA[OverallStatus]RECRUITING AND AREA[Phase]PHASE3", {"NCT04745299"}),
        ("AREA[DesignAllocation]RANDOMIZED AND AREA[LastUpdatePostDate]RANGE[2024-01-01,2024-02-29]", {"NCT03280056"}),
    ],
)  # fmt: skip
def test_advanced_filters(ctgov, advanced, expected):
    assert (
        set(ids(ctgov(STUDIES, query__cond="ALS OR sclerosis", filter__advanced=advanced, pageSize="1000"))) == expected
    )


def test_an_incremental_search_finds_what_was_posted_since(ctgov):
    since = "AREA[LastUpdatePostDate]RANGE[2016-07-18,MAX]"
    found = ctgov(STUDIES, "2016-07-20", query__cond=EVERYTHING, filter__advanced=since, pageSize="1000")
    assert set(ids(found)) == {"NCT01363401", "NCT02017912"}


def test_filters_by_status_and_by_id(ctgov):
    withdrawn = ctgov(STUDIES, query__cond="ALS OR sclerosis", filter__overallStatus="WITHDRAWN", pageSize="100")
    assert set(ids(withdrawn)) == {"NCT01759784", "NCT02116634", "NCT02242071"}
    named = "NCT01363401,NCT02241057|NCT03280056"
    assert ids(ctgov(STUDIES, filter__ids=named)) == ["NCT01363401", "NCT02241057", "NCT03280056"]
    assert ids(ctgov(STUDIES, query__cond="ALS", filter__ids=named)) == ["NCT01363401", "NCT03280056"]


@pytest.mark.parametrize("parameter", ["query__term", "query__id", "query__cond"])
def test_a_query_of_nct_numbers_alone_ignores_filters(ctgov, parameter):
    filters = {"filter__overallStatus": "WITHDRAWN", "filter__advanced": "AREA[LastUpdatePostDate]RANGE[2030,MAX]"}
    with_words = ctgov(STUDIES, query__term="NCT01363401 AND stem", **filters)
    assert ids(with_words) == []
    alone = ctgov(STUDIES, **{parameter: "NCT01363401"}, **filters)
    assert ids(alone) == ([] if parameter == "query__cond" else ["NCT01363401"])
    several = ctgov(STUDIES, query__id="NCT01363401 OR NCT03280056", **filters)
    assert ids(several) == ["NCT01363401", "NCT03280056"]


def test_searches_match_whole_words_in_their_area(ctgov):
    def found(**query):
        return set(ids(ctgov(STUDIES, pageSize="1000", **query)))

    assert found(query__titles="NurOwn") == {"NCT02017912", "NCT03280056", "NCT04681118", "NCT06973629"}
    assert found(query__intr="lenzumestrocel") == {"NCT04745299"}
    assert "NCT01363401" not in found(query__term="lenzumestrocel OR mesenchymal")
    assert "NCT00212953" in found(query__cond="ALS")
    assert "NCT00212953" not in found(query__cond='"amyotrophic lateral sclerosis"')
    assert found(query__cond="blepharoptosis") == {"NCT02436759"}
    assert found(query__term="2006-003096-12") == {"NCT00855400", "NCT01254539"}


def test_history_counts_from_zero_and_dates_by_submission(ctgov):
    short = ctgov("/api/int/studies/NCT01363401/history", "2018-12-31").json()["changes"]
    assert [each["version"] for each in short] == [0, 1, 2, 3, 4]
    assert [short[number]["date"] for number in (0, 1, 3, 4)] == [
        "2011-05-30",
        "2016-06-08",
        "2017-02-02",
        "2018-09-10",
    ]
    assert "Participant Flow" in short[2]["moduleLabels"]
    assert short[4]["moduleLabels"] == ["Study Status", "References"]
    long = ctgov("/api/int/studies/NCT01363401", history="true").json()
    assert long["history"]["changes"] == short
    assert long["study"]["hasResults"]
    assert "history" not in ctgov("/api/int/studies/NCT01363401").json()
    version = ctgov("/api/int/studies/NCT01363401/history/1").json()
    assert version["studyVersion"] == 1
    assert not version["study"]["hasResults"]
    assert ctgov("/api/int/studies/NCT01363401/history/5").status_code == 404


def test_history_shows_no_version_before_its_day(ctgov):
    assert len(ctgov("/api/int/studies/NCT01363401/history", "2016-06-21").json()["changes"]) == 2


def test_fields_leave_the_rest_out(ctgov):
    kept = ctgov(f"{STUDIES}/NCT03280056", fields="NCTId,LastUpdatePostDate,HasResults").json()
    assert kept == {
        "protocolSection": {
            "identificationModule": {"nctId": "NCT03280056"},
            "statusModule": {"lastUpdatePostDateStruct": {"date": "2024-02-29"}},
        },
        "hasResults": True,
    }
    module = ctgov(f"{STUDIES}/NCT03280056", fields="AdverseEventsModule").json()
    assert list(module) == ["resultsSection"]


def test_records_can_be_sorted_by_a_date(ctgov):
    newest = ids(ctgov(STUDIES, query__cond="ALS", sort="LastUpdatePostDate:desc", pageSize="3"))
    assert newest[0] == "NCT05695521"
    assert ctgov(STUDIES, query__cond="ALS", sort="Colour").status_code == 400


def test_enum_words_are_the_registrys_own(ctgov, shared):
    told = json.loads((shared / "samples/ctgov/spec/v2_studies_enums.json").read_text(encoding="utf-8"))
    words = {enum["type"]: {value["value"] for value in enum["values"]} for enum in told}
    kind_of = {
        "overallStatus": "Status", "lastKnownStatus": "Status", "studyType": "StudyType", "phases": "Phase",
        "allocation": "DesignAllocation", "interventionModel": "InterventionalAssignment",
        "observationalModel": "ObservationalModel", "timePerspective": "DesignTimePerspective",
        "primaryPurpose": "PrimaryPurpose", "masking": "DesignMasking", "whoMasked": "WhoMasked",
        "class": "AgencyClass", "paramType": "MeasureParam", "reportingStatus": "ReportingStatus",
    }  # fmt: skip
    typed = {
        "armGroups": "ArmGroupType", "interventions": "InterventionType", "references": "ReferenceType",
        "secondaryIdInfos": "SecondaryIdType", "enrollmentInfo": "EnrollmentType", "outcomeMeasures": "OutcomeMeasureType",
        "unpostedEvents": "UnpostedEventType",
    }  # fmt: skip
    checked = 0

    def check(value, under):
        nonlocal checked
        if isinstance(value, list):
            for each in value:
                check(each, under)
        elif isinstance(value, dict):
            for name, each in value.items():
                kind = kind_of.get(name) or (
                    name == "type" and (typed.get(under) or ("Struct" in under and "DateType"))
                )
                if kind:
                    for word in each if isinstance(each, list) else [each]:
                        assert word in words[kind], (kind, word)
                        checked += 1
                check(each, name)

    for day in ("2014-01-01", "2018-01-01", "2020-07-28", "2026-11-20"):
        for study in ctgov(STUDIES, day, pageSize="1000").json()["studies"]:
            check(study, "")
    assert checked > 3000


def test_every_key_of_a_record_is_one_of_the_registrys(ctgov, shared):
    declared = (shared / "samples/ctgov/spec/ctg-oas-v2_2.0.0-draft.yaml").read_text(encoding="utf-8")
    known = set(re.findall(r"^\s+(\w+):", declared, re.MULTILINE))

    def keys(value):
        if isinstance(value, list):
            for each in value:
                yield from keys(each)
        elif isinstance(value, dict):
            for name, each in value.items():
                yield name
                yield from keys(each)

    used = {name for study in ctgov(STUDIES, pageSize="1000").json()["studies"] for name in keys(study)}
    assert used - known == set()
