"""How versions are dated from a few dated copies of a record."""

import pytest

from replay.reconstruct import dated_versions


def copy_of(record_version, updated, status="Completed", **facts):
    return {
        "nct_id": "NCT00000002",
        "record_version": record_version,
        "source": {"dump": "a copy"},
        "brief_title": "Cells",
        "overall_status": status,
        "start_date": {"date": "March 2012", "type": None},
        "completion_date": {"date": "June 2015", "type": "Actual"},
        "enrollment": {"count": 30, "type": "Actual"},
        "study_first_submitted": "January 3, 2012",
        "study_first_posted": {"date": "January 5, 2012", "type": "Estimate"},
        "last_update_submitted": updated,
        "last_update_posted": {"date": updated, "type": "Actual"},
        "verification_date": "May 2016",
        "has_results": False,
    } | facts


def told(records):
    return [
        (each["shown_from"], each["basis"], each["study"]["protocolSection"]["statusModule"]["overallStatus"])
        for each in dated_versions(records)
    ]


def test_planned_then_open_then_as_seen():
    assert told([copy_of("2018-05-29", "May 4, 2016")]) == [
        ("2012-01-05", "reconstructed", "NOT_YET_RECRUITING"),
        ("2012-03-31", "reconstructed", "RECRUITING"),
        ("2016-05-04", "seen", "COMPLETED"),
    ]


def test_two_copies_with_one_update_date_are_one_version_told_by_the_first():
    drifted = copy_of("2020-07-28", "May 4, 2016", lead_sponsor={"name": "Renamed", "class": "Other"})
    versions = dated_versions([copy_of("2018-05-29", "May 4, 2016"), drifted])
    assert [each["basis"] for each in versions].count("seen") == 1
    assert "sponsorCollaboratorsModule" not in versions[-1]["study"]["protocolSection"]


def test_a_status_that_the_registry_set_is_a_version_of_its_own():
    unknown = {"last_known_status": "Recruiting", "completion_date": {"date": "June 2016", "type": "Anticipated"}}
    assert told([copy_of("2020-07-28", "May 4, 2016", "Unknown status", **unknown)])[-2:] == [
        ("2016-05-04", "seen", "RECRUITING"),
        ("2018-05-31", "reconstructed", "UNKNOWN"),
    ]


def test_an_unknown_status_outside_the_rule_is_refused():
    early = copy_of("2017-01-01", "May 4, 2016", "Unknown status", last_known_status="Recruiting")
    with pytest.raises(ValueError, match="two-year rule"):
        dated_versions([early])


def test_results_are_shown_from_the_day_they_were_posted():
    posted = {"has_results": True, "results_first_posted": {"date": "July 1, 2015", "type": "Actual"}}
    versions = dated_versions([copy_of("2018-05-29", "May 4, 2016", results_first_submitted="May 1, 2015", **posted)])
    assert [(each["shown_from"], each["study"]["hasResults"]) for each in versions[2:]] == [
        ("2015-07-01", True),
        ("2016-05-04", True),
    ]
    assert "resultsFirstSubmitDate" not in versions[1]["study"]["protocolSection"]["statusModule"]


def test_a_withdrawn_trial_was_never_open():
    withdrawn = copy_of("2018-05-29", "May 4, 2016", "Withdrawn", enrollment={"count": 0, "type": "Actual"})
    assert [status for _, _, status in told([withdrawn])] == ["NOT_YET_RECRUITING", "WITHDRAWN"]


def test_a_trial_registered_after_its_end_was_completed_all_along():
    late = copy_of("2018-05-29", "May 4, 2016", study_first_posted={"date": "January 5, 2016", "type": "Actual"})
    versions = dated_versions([late])
    assert [each["study"]["protocolSection"]["statusModule"]["overallStatus"] for each in versions] == ["COMPLETED"] * 2
    assert versions[0]["study"]["protocolSection"]["designModule"]["enrollmentInfo"]["count"] == 30


def test_an_actual_number_is_not_told_before_it_could_be_known():
    first = dated_versions([copy_of("2018-05-29", "May 4, 2016")])[0]["study"]["protocolSection"]
    assert "enrollmentInfo" not in first.get("designModule", {})
    assert "completionDateStruct" not in first["statusModule"]
    assert "statusVerifiedDate" not in first["statusModule"]


def test_a_record_without_an_update_date_is_named():
    with pytest.raises(ValueError, match="NCT00000002 of 2018-05-29: last_update_posted"):
        dated_versions([copy_of("2018-05-29", "May 4, 2016", last_update_posted={"date": None, "type": None})])


def test_an_unreadable_date_names_the_record():
    with pytest.raises(ValueError, match="NCT00000002 of 2018-05-29: 'soon'"):
        dated_versions([copy_of("2018-05-29", "May 4, 2016", verification_date="soon")])
