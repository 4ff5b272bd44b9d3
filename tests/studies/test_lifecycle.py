"""State and list of a study, from all the evidence."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from models.folder_rows import DecisionRow
from models.protocol import Protocol, Thresholds
from models.published import PublishedStudy, ToldState
from models.report import Report
from models.screening import RunContext, StudyStatus
from models.trial import Reference, TrialRecord
from models.vocabulary import CountType, EvidenceWord, ReferenceType, ReportKind, Status, StudyList, Verdict
from studies.lifecycle import LinkedReport, StudyFile, status_of

Judge = Callable[..., StudyStatus]
OXFORD = PublishedStudy(study_id="NCT10000001", label="Oxford 2018", evidence=EvidenceWord.VERBATIM)


@pytest.fixture(scope="module")
def judge(
    trial: Callable[..., TrialRecord],
    study_of: Callable[..., StudyFile],
    night_of: Callable[..., RunContext],
    protocol: Protocol,
) -> Judge:
    def status(as_of: str = "2022-01-01", decisions: tuple[DecisionRow, ...] = (), **fields: Any) -> StudyStatus:
        about = {name: fields.pop(name) for name in list(fields) if name in StudyFile.__struct_fields__}
        about |= {name: fields.pop(name) for name in ("eligible",) if name in fields}
        return status_of(study_of(trial(**fields), **about), night_of(as_of), protocol.thresholds, decisions)

    return status


@pytest.mark.parametrize(
    ("status", "fields", "state", "list_"),
    [
        (Status.NOT_YET_RECRUITING, {}, "planned", "ongoing"),
        (Status.RECRUITING, {}, "recruiting", "ongoing"),
        (Status.ENROLLING_BY_INVITATION, {}, "recruiting", "ongoing"),
        # The end of recruitment is not the end of the study.
        (Status.ENDED_RECRUITING, {}, "follow_up", "ongoing"),
        (Status.SUSPENDED, {}, "suspended", "ongoing"),
        (Status.COMPLETED, {}, "completed_no_results", "awaiting"),
        (Status.TERMINATED, {}, "terminated", "awaiting"),
        (Status.WITHDRAWN, {}, "withdrawn", "excluded"),
        (Status.UNKNOWN, {}, "stale", "ongoing"),
        (None, {}, "stale", "ongoing"),
        # An open status is not believed a year after the completion it announced.
        (Status.RECRUITING, {"completion_date": "2020-12"}, "stale", "ongoing"),
        (Status.RECRUITING, {"completion_date": "2021-02"}, "recruiting", "ongoing"),
        (Status.ENDED_RECRUITING, {"primary_completion_date": "2019"}, "stale", "ongoing"),
        # Results that are public complete a study whatever its status.
        (Status.RECRUITING, {"has_results": True, "results_posted_date": "2021-05-01"}, "results_posted", "awaiting"),
        (Status.UNKNOWN, {"has_results": True}, "results_posted", "awaiting"),
        # A promise of results is none.
        (Status.COMPLETED, {"results_submitted_date": "2021-05-01"}, "completed_no_results", "awaiting"),
    ],
)
def test_state_and_list(judge: Judge, status: Status | None, fields: dict[str, Any], state: str, list_: str):
    found = judge(status=status, status_text=str(status), **fields)
    assert (found.state, found.list) == (state, list_)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"status": Status.UNKNOWN, "status_text": "UNKNOWN", "last_known_status_text": "ACTIVE_NOT_RECRUITING",
             "completion_date": "2018-12"},
            "status UNKNOWN since 2020-01-10, last known as ACTIVE_NOT_RECRUITING, completion registered for 2018-12",
        ),
        ({"completion_date": "2020-12"}, "though completion was registered for 2020-12"),
        ({"status": Status.COMPLETED, "disposition_posted_date": "2018-07-18"}, "certificate of delay posted 2018-07-18"),
        ({"status": Status.COMPLETED, "results_submitted_date": "2021-05-01"}, "results submitted 2021-05-01, not public"),
        ({"status": Status.COMPLETED, "results_submitted_date": "2021-05-01", "results_returned_date": "2021-07-01"},
         "results submitted 2021-05-01, returned by quality control 2021-07-01"),
        ({"eligible": Verdict.NOT_MET}, "design not met: as it says"),
        ({"eligible": Verdict.UNCLEAR}, "design unclear: as it says"),
        ({"eligible": Verdict.UNCLEAR, "is_pooled": True}, "people have confirmed its numbers; design unclear: as it says"),
        ({"has_results": True}, "results are public and not yet assessed; results posted on a day not stated"),
    ],
)  # fmt: skip
def test_the_reason_names_the_evidence(judge: Judge, fields: dict[str, Any], words: str):
    assert words in judge(**fields).reason


@pytest.mark.parametrize(
    ("fields", "state", "list_"),
    [
        ({"is_pooled": True, "is_extracted": True, "published": OXFORD}, "pooled", "included"),
        ({"is_extracted": True, "published": OXFORD}, "extracted", "included"),
        ({"published": OXFORD}, "recruiting", "included"),
        ({"published": OXFORD, "status": Status.WITHDRAWN}, "withdrawn", "included"),
        # Whose numbers people have entered and confirmed is no longer waited for, whatever the version lists it as.
        ({"is_pooled": True, "is_extracted": True, "listed_awaiting": "2019"}, "pooled", "included"),
        ({"is_pooled": True, "is_extracted": True, "listed_ongoing": "2019"}, "pooled", "included"),
        ({"is_extracted": True, "status": Status.COMPLETED}, "extracted", "included"),
        ({"is_pooled": True, "eligible": Verdict.UNCLEAR, "listed_awaiting": "2019"}, "pooled", "included"),
        ({"is_pooled": True, "eligible": Verdict.NOT_MET, "listed_awaiting": "2019"}, "pooled", "excluded"),
        ({"eligible": Verdict.UNCLEAR}, "recruiting", "awaiting"),
        ({"eligible": Verdict.NOT_MET}, "recruiting", "excluded"),
        ({"eligible": Verdict.NOT_MET, "has_results": True}, "results_posted", "excluded"),
    ],
)
def test_the_list_follows_the_verdict_and_the_version(judge: Judge, fields: dict[str, Any], state: str, list_: str):
    found = judge(**fields)
    assert (found.state, found.list) == (state, list_)


def test_a_person_puts_a_study_on_any_list(judge: Judge):
    row = DecisionRow(
        study_id="NCT10000001",
        criterion="list",
        verdict=StudyList.AWAITING,
        decided_by="A. Author",
        known_from=date(2021, 1, 1),
        reason="translation awaited",
    )
    found = judge(decisions=(row,), eligible=Verdict.NOT_MET)
    assert (found.list, found.reason) == (
        "awaiting",
        "A. Author: translation awaited; status recruiting since 2020-01-10",
    )


def test_an_abstract_without_numbers_leaves_the_state_and_is_named(
    judge: Judge, report: Callable[..., Report], linked: Callable[..., LinkedReport]
):
    found = judge(status=Status.COMPLETED, reports=(linked(report(), kind=ReportKind.ABSTRACT),))
    assert (found.state, found.list) == ("completed_no_results", "awaiting")
    assert "PMID:1 no more than an abstract" in found.reason


def test_a_report_of_results_outranks_the_registry(
    judge: Judge, report: Callable[..., Report], linked: Callable[..., LinkedReport]
):
    paper = linked(report(published_date="2021-12"))
    found = judge(status=Status.UNKNOWN, reports=(paper,), has_results=True, results_posted_date="2024-02-29")
    assert (found.state, found.results_date) == ("results_published", "2021-12")
    protocol_paper = linked(report(), kind=ReportKind.PROTOCOL)
    assert judge(status=Status.UNKNOWN, reports=(protocol_paper,)).state == "stale"


def test_a_paper_that_only_the_registry_names_is_a_result(judge: Judge):
    named = Reference(doi="10.9999/paper", type=ReferenceType.RESULT, declared_date="2026-09-01")
    found = judge(status=Status.COMPLETED, references=(named,))
    assert (found.state, found.list) == ("results_published", "awaiting")
    assert "the registry names DOI:10.9999/paper as a result since 2026-09-01" in found.reason


@pytest.mark.parametrize(
    ("status", "kind", "planned"),
    [
        (Status.RECRUITING, CountType.ESTIMATED, 60),
        (Status.ENDED_RECRUITING, CountType.ACTUAL, 60),
        (Status.UNKNOWN, CountType.ESTIMATED, 60),
        (Status.UNKNOWN, CountType.ACTUAL, None),
        (Status.COMPLETED, CountType.ACTUAL, None),
    ],
)
def test_participants_are_expected_of_a_study_that_goes_on(
    judge: Judge, status: Status, kind: CountType, planned: int | None
):
    assert judge(status=status, enrolment_count=60, enrolment_type=kind).planned_participants == planned


def test_another_register_resolves_a_status_that_nobody_vouches_for(
    trial: Callable[..., TrialRecord],
    study_of: Callable[..., StudyFile],
    night_of: Callable[..., RunContext],
    protocol: Protocol,
):
    ours = trial(status=Status.UNKNOWN)
    other = trial("ISRCTN17473621", registry="ISRCTN", status=Status.COMPLETED, registry_date="2019-06-01")
    found = status_of(study_of(ours, other), night_of("2022-01-01"), protocol.thresholds)
    assert (found.study_id, found.state) == ("NCT10000001", "completed_no_results")
    assert "ISRCTN17473621: status completed since 2019-06-01" in found.reason
    known = status_of(study_of(trial(), other), night_of("2022-01-01"), protocol.thresholds)
    assert known.state == "recruiting"


def test_results_in_another_register_are_results(
    trial: Callable[..., TrialRecord],
    study_of: Callable[..., StudyFile],
    night_of: Callable[..., RunContext],
    protocol: Protocol,
):
    other = trial(
        "EUCTR2006-003096-12-ES", registry_date="2019-06-01", has_results=True, results_posted_date="2019-06-01"
    )
    found = status_of(study_of(trial(), other), night_of("2022-01-01"), protocol.thresholds)
    assert (found.state, found.results_date) == ("results_posted", "2019-06-01")
    assert "in EUCTR2006-003096-12-ES" in found.reason


def test_a_copy_without_results_does_not_hide_them(
    trial: Callable[..., TrialRecord],
    study_of: Callable[..., StudyFile],
    night_of: Callable[..., RunContext],
    protocol: Protocol,
):
    ours = trial("ISRCTN17473621", has_results=True, results_posted_date="2019-06-01", registry_date="2019-06-01")
    copy = trial("ISRCTN17473621", source="ictrp", registry_date="2020-01-01")
    found = status_of(study_of(trial(), ours, copy), night_of("2022-01-01"), protocol.thresholds)
    assert found.state == "results_posted"


def test_of_a_study_of_which_no_source_has_told_the_version_says_what_its_authors_noted(
    trial: Callable[..., TrialRecord], study_of: Callable[..., StudyFile], night_of: Callable[..., RunContext]
) -> None:
    told = ToldState(status_text="Recruiting", status=Status.RECRUITING, told_date="2025-08-28")
    study = replace(study_of(trial(status=None)), versions=(), told_state=told, listed_ongoing="2026")
    found = status_of(study, night_of("2026-06-11"), Thresholds())
    assert (found.state, found.list) == ("recruiting", "ongoing")
    assert "the version's authors noted 'Recruiting' on 2025-08-28" in found.reason
