"""Asked as of a date, the registry answers as of that date: the dates that the back-test stands on."""

import pytest

STUDIES = "/api/v2/studies"


def status(record):
    return record["protocolSection"]["statusModule"]["overallStatus"]


def enrolment(record):
    return record["protocolSection"]["designModule"].get("enrollmentInfo")


@pytest.mark.parametrize(
    ("nct_id", "day", "expected"),
    [
        ("NCT01363401", "2016-06-07", "RECRUITING"),
        ("NCT01363401", "2016-06-21", "COMPLETED"),
        ("NCT01254539", "2016-06-21", "RECRUITING"),
        ("NCT02017912", "2016-06-21", "RECRUITING"),
        ("NCT02286011", "2016-06-21", "RECRUITING"),
        ("NCT02290886", "2016-06-21", "RECRUITING"),
        ("NCT02017912", "2016-07-19", "RECRUITING"),
        ("NCT02017912", "2016-07-20", "COMPLETED"),
        ("NCT01254539", "2017-03-30", "COMPLETED"),
        ("NCT02242071", "2018-10-24", "COMPLETED"),
        ("NCT02242071", "2018-10-25", "WITHDRAWN"),
        ("NCT02286011", "2019-03-30", "ACTIVE_NOT_RECRUITING"),
        ("NCT02286011", "2020-07-28", "UNKNOWN"),
        ("NCT01348451", "2018-05-29", "UNKNOWN"),
        ("NCT01759784", "2015-01-01", "NOT_YET_RECRUITING"),
        ("NCT03280056", "2019-07-31", "RECRUITING"),
        ("NCT03280056", "2019-10-23", "ACTIVE_NOT_RECRUITING"),
        ("NCT03280056", "2021-10-06", "COMPLETED"),
        ("NCT04514952", "2021-01-01", "AVAILABLE"),
        ("NCT04745299", "2021-03-22", "NOT_YET_RECRUITING"),
        ("NCT04745299", "2021-03-23", "RECRUITING"),
        ("NCT04745299", "2025-01-10", "ACTIVE_NOT_RECRUITING"),
        ("NCT04055623", "2024-08-30", "ACTIVE_NOT_RECRUITING"),
        ("NCT04055623", "2026-11-20", "UNKNOWN"),
        ("NCT05695521", "2023-01-25", "NOT_YET_RECRUITING"),
    ],
)
def test_a_record_has_the_status_of_its_day(ctgov, nct_id, day, expected):
    assert status(ctgov(f"{STUDIES}/{nct_id}", day).json()) == expected


@pytest.mark.parametrize(("nct_id", "posted"), [("NCT01363401", "2011-06-01"), ("NCT03280056", "2017-09-12")])
def test_a_record_is_unknown_before_its_first_posting(ctgov, nct_id, posted):
    day_before = f"{posted[:8]}{int(posted[8:]) - 1:02d}" if posted[8:] != "01" else "2011-05-31"
    assert ctgov(f"{STUDIES}/{nct_id}", day_before).status_code == 404
    assert ctgov(f"{STUDIES}/{nct_id}", posted).status_code == 200


def test_submitted_results_stay_hidden_until_they_are_posted(ctgov):
    before = ctgov(f"{STUDIES}/NCT01363401", "2016-07-19").json()
    assert not before["hasResults"]
    assert "resultsSection" not in before
    assert "resultsFirstSubmitDate" not in before["protocolSection"]["statusModule"]
    after = ctgov(f"{STUDIES}/NCT01363401", "2016-07-20").json()
    assert after["hasResults"]
    assert after["protocolSection"]["statusModule"]["resultsFirstPostDateStruct"]["date"] == "2016-07-20"


def test_posted_results_of_nct01363401_count_the_stage_1_participants_in_the_first_group(ctgov):
    results = ctgov(f"{STUDIES}/NCT01363401").json()["resultsSection"]
    milestones = {
        each["type"]: [int(count["numSubjects"]) for count in each["achievements"]]
        for each in results["participantFlowModule"]["periods"][0]["milestones"]
    }
    assert milestones == {"STARTED": [41, 31], "COMPLETED": [39, 27], "NOT COMPLETED": [2, 4]}
    comment = results["participantFlowModule"]["periods"][0]["milestones"][0]["achievements"][0]["comment"]
    assert "8 participants" in comment
    assert "64" in results["participantFlowModule"]["recruitmentDetails"]
    primary = results["outcomeMeasuresModule"]["outcomeMeasures"][0]
    assert [count["value"] for count in primary["denoms"][0]["counts"]] == ["39", "27"]
    cells = primary["classes"][0]["categories"][0]["measurements"]
    assert [(each["value"], each["spread"]) for each in cells] == [("-1.36", "2.39"), ("-4.67", "3.25")]
    groups = results["adverseEventsModule"]["eventGroups"]
    assert [(g["seriousNumAffected"], g["seriousNumAtRisk"]) for g in groups] == [(3, 41), (3, 31)]
    assert [(g["otherNumAffected"], g["otherNumAtRisk"]) for g in groups] == [(28, 41), (22, 31)]


def test_posted_results_of_nct03280056_leave_deaths_at_risk_empty(ctgov):
    before = ctgov(f"{STUDIES}/NCT03280056", "2024-02-28").json()
    assert (before["hasResults"], enrolment(before)["count"]) == (False, 263)
    after = ctgov(f"{STUDIES}/NCT03280056", "2024-02-29").json()
    assert (after["hasResults"], enrolment(after)["count"]) == (True, 196)
    module = after["protocolSection"]["statusModule"]
    assert module["resultsFirstSubmitDate"] == "2023-12-01"
    cells, placebo = after["resultsSection"]["adverseEventsModule"]["eventGroups"]
    assert (cells["seriousNumAffected"], cells["seriousNumAtRisk"], cells["deathsNumAffected"]) == (23, 95, 10)
    assert (placebo["seriousNumAffected"], placebo["seriousNumAtRisk"], placebo["deathsNumAffected"]) == (17, 94, 4)
    assert "deathsNumAtRisk" not in cells
    assert "deathsNumAtRisk" not in placebo


def test_a_count_that_was_known_only_later_is_absent_earlier(ctgov):
    assert enrolment(ctgov(f"{STUDIES}/NCT02017912", "2016-06-21").json()) is None
    assert enrolment(ctgov(f"{STUDIES}/NCT02017912", "2016-07-20").json()) == {"count": 48, "type": "ACTUAL"}
    assert enrolment(ctgov(f"{STUDIES}/NCT02290886", "2016-06-21").json()) == {"count": 40, "type": "ESTIMATED"}


def test_a_registry_made_status_moves_no_update_date_and_is_no_version_of_the_history(ctgov):
    record = ctgov(f"{STUDIES}/NCT02286011", "2020-07-28").json()
    module = record["protocolSection"]["statusModule"]
    assert (module["overallStatus"], module["lastKnownStatus"]) == ("UNKNOWN", "ACTIVE_NOT_RECRUITING")
    assert module["lastUpdatePostDateStruct"]["date"] == "2017-03-30"
    changes = ctgov("/api/int/studies/NCT02286011/history").json()["changes"]
    assert [each["status"] for each in changes] == ["RECRUITING", "ACTIVE_NOT_RECRUITING"]
    changed_since = "AREA[LastUpdatePostDate]RANGE[2019-01-01,MAX]"
    listed = ctgov(STUDIES, query__cond="ALS", filter__advanced=changed_since, pageSize="1000").json()["studies"]
    assert "NCT02286011" not in {each["protocolSection"]["identificationModule"]["nctId"] for each in listed}


def test_the_version_holder_and_the_watermark_follow_the_date(ctgov):
    record = ctgov(f"{STUDIES}/NCT02286011", "2019-07-31").json()
    assert record["derivedSection"]["miscInfoModule"]["versionHolder"] == "2019-07-31"
    assert ctgov("/api/v2/version").json() == {"apiVersion": "2.0.5", "dataTimestamp": "2019-07-31T09:00:05"}


@pytest.mark.parametrize(("day", "n"), [("2018-08-30", 0), ("2018-08-31", 1)])
def test_a_report_is_found_from_its_entry_date(pubmed, day, n):
    found = pubmed("/entrez/eutils/esearch.fcgi", day, db="pubmed", term="NCT01363401[si]", retmode="json").json()
    assert found["esearchresult"]["count"] == str(n)
