"""E7: reports that were retracted, corrected or put in doubt."""

from collections.abc import Callable
from datetime import date

import pytest

from models.report import RelatedReport, Report
from models.screening import Event
from models.trial import TrialRecord
from models.vocabulary import RelationKind, ReportKind, Verdict
from studies.corrections import corrections_of
from studies.lifecycle import LinkedReport, StudyFile

Trials, Reports = Callable[..., TrialRecord], Callable[..., Report]
Linked, Studies, Events = Callable[..., LinkedReport], Callable[..., StudyFile], Callable[..., list[Event]]


def related(kind: RelationKind, pmid: str | None = "7", source: str | None = None) -> tuple[RelatedReport, ...]:
    return (RelatedReport(kind=kind, pmid=pmid, source_text=source),)


def of(events: list[Event]) -> list[Event]:
    return [event for event in events if event.event_code == "E7"]


@pytest.mark.parametrize(
    ("kind", "is_extracted", "eligible", "grade"),
    [
        (RelationKind.RETRACTION_IN, False, Verdict.MET, "action"),
        (RelationKind.CONCERN_IN, False, Verdict.MET, "action"),
        (RelationKind.ERRATUM_IN, False, Verdict.MET, "watch"),
        (RelationKind.ERRATUM_IN, True, Verdict.MET, "action"),
        (RelationKind.RETRACTION_IN, False, Verdict.UNCLEAR, "watch"),
        (RelationKind.RETRACTION_IN, False, Verdict.NOT_MET, None),
        (RelationKind.RETRACTION_OF, False, Verdict.MET, None),
        (RelationKind.ERRATUM_FOR, False, Verdict.MET, None),
    ],
)
def test_a_notice_is_as_urgent_as_what_rests_on_the_report(
    trial: Trials, report: Reports, linked: Linked, study_of: Studies, events: Events,
    kind: RelationKind, is_extracted: bool, eligible: Verdict, grade: str | None,
):  # fmt: skip
    paper = linked(report(), report(registry_date="2024-08-31", related=related(kind)))
    rows = frozenset({"PMID:1"} if is_extracted else {"PMID:9"})
    found = of(events(study_of(trial(), reports=(paper,), extracted_from=rows, eligible=eligible), "2024-09-01"))
    assert [event.grade for event in found] == ([grade] if grade else [])
    assert ["extraction.csv" in event.evidence for event in found] == [is_extracted for _ in found]


def test_the_day_is_that_of_the_version_that_first_shows_it(
    trial: Trials, report: Reports, linked: Linked, study_of: Studies, events: Events
):
    notice = related(RelationKind.ERRATUM_IN, None, "Muscle Nerve. 2022 Aug")
    paper = linked(
        report(), report(registry_date="2024-08-31", related=notice), report(registry_date="2025-01-01", related=notice)
    )
    [event] = of(events(study_of(trial(), reports=(paper,)), "2026-01-01"))
    assert (event.public_date, event.first_seen_at.date()) == (date(2024, 8, 31), date(2024, 8, 31))
    assert event.evidence == "PMID:1 was corrected: Muscle Nerve. 2022 Aug"


def test_a_retraction_without_a_notice_is_read_from_the_publication_type(report: Reports, linked: Linked):
    retracted = report(publication_types=("Journal Article", "Retracted Publication"))
    [item] = corrections_of(linked(retracted))
    assert (item.is_grave, item.reference) == (True, "PMID:1, retraction_in")


def test_one_retraction_is_told_once(report: Reports, linked: Linked):
    types = ("Retracted Publication",)
    both = report(publication_types=types, related=related(RelationKind.RETRACTION_IN))
    assert [item.reference for item in corrections_of(linked(both))] == ["PMID:1, retraction_in"]


def test_a_retraction_by_type_and_by_notice_is_one_and_the_notice_is_named(report: Reports, linked: Linked):
    by_type = report(source="ris", publication_types=("Retracted Publication",), registry_date="2024-01-01")
    by_notice = report(related=related(RelationKind.RETRACTION_IN), registry_date="2024-08-31")
    [told] = corrections_of(linked(by_type, by_notice))
    assert (told.shown, told.evidence) == ("2024-01-01", "PMID:1 was retracted: PMID:7")


def test_two_errata_are_two_events(report: Reports, linked: Linked):
    both = related(RelationKind.ERRATUM_IN, "7") + related(RelationKind.ERRATUM_IN, "8")
    assert len(corrections_of(linked(report(related=both)))) == 2


@pytest.mark.parametrize("kind", [ReportKind.PROTOCOL, ReportKind.OTHER, ReportKind.NOTICE])
def test_a_correction_of_what_reports_no_results_is_none(
    trial: Trials, report: Reports, linked: Linked, study_of: Studies, events: Events, kind: ReportKind
):
    paper = linked(report(related=related(RelationKind.ERRATUM_IN)), kind=kind)
    assert of(events(study_of(trial(), reports=(paper,)), "2024-09-01")) == []
