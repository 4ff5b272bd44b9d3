"""Dated facts of real trials, each once a trap for whoever watches registries, on the archive's own versions."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import pairwise

import pytest

from models.literature import Literature
from models.report import Report
from models.review import Review
from models.screening import Event
from models.trial import Observation, TrialRecord
from models.vocabulary import ReportKind, Verdict
from studies.changes import changed_by, changes_between
from studies.extraction import extract
from studies.lifecycle import LinkedReport, StudyFile
from studies.linkage import link

Archived = Mapping[str, Sequence[TrialRecord]]


@pytest.fixture(scope="module")
def watched(
    archived: Archived, study_of: Callable[..., StudyFile], seen: Callable[..., Observation]
) -> Callable[..., StudyFile]:
    """A study of the archive, as a watch on three days has seen it; its eligibility is taken for granted."""

    def build(nct_id: str, **fields: object) -> StudyFile:
        days = ["2018-05-29", "2020-07-28", "2022-10-10"]
        shown = {
            day: [version for version in archived[nct_id] if version.registry_date <= day][-1]
            for day in days
            if archived[nct_id][0].registry_date <= day
        }
        changed = [
            seen(version, day)
            for day, version in shown.items()
            if day == min(shown) or version != shown[max(other for other in shown if other < day)]
        ]
        return study_of(*changed, eligible=Verdict.MET, **fields)

    return build


def test_nct02242071_completed_with_forty_and_then_withdrawn_with_none_is_a_reversal(
    watched: Callable[..., StudyFile], events: Callable[..., list[Event]]
):
    found = {event.event_code: event for event in events(watched("NCT02242071"), "2022-10-10", "2016-06-21")}
    assert "participants 40 became 0" in found["E6"].evidence
    assert (found["E6"].public_date, found["E6"].is_news) == (date(2018, 10, 25), True)


def test_nct01051882_results_sent_in_and_gone_without_being_posted_are_a_reversal(
    watched: Callable[..., StudyFile], events: Callable[..., list[Event]]
):
    found = [event.evidence for event in events(watched("NCT01051882"), "2022-10-10", "2016-06-21")
             if event.event_code == "E6"]  # fmt: skip
    assert len(found) == 1
    assert "results submitted 2018-03-07 are no longer there, and none are posted" in found[0]


def test_nct02286011_turned_unknown_by_the_registry_is_no_event_and_its_results_are_known_from_2020(
    archived: Archived,
    watched: Callable[..., StudyFile],
    events: Callable[..., list[Event]],
    report: Callable[..., Report],
    linked: Callable[..., LinkedReport],
):
    before, after = next(
        (one, other) for one, other in pairwise(archived["NCT02286011"]) if other.status_text == "UNKNOWN"
    )
    assert changed_by(before, after) == "registry"
    assert [item for item in changes_between(before, after) if item.is_substantive] == []
    paper = linked(report("PMID:32265627", entered_date="2020-03-24"), kind=ReportKind.RESULTS)
    found = [
        event.event_code
        for event in events(watched("NCT02286011", reports=(paper,)), "2022-10-10")
        if event.public_date >= date(2019, 8, 1)
    ]
    assert found == ["E3"]


def test_nct00855400_and_nct01254539_share_a_eudract_number_and_stay_two(archived: Archived):
    records = {nct_id: archived[nct_id][-1] for nct_id in ("NCT00855400", "NCT01254539")}
    linked = link(records, Literature(), ())
    assert {(item.study_id, item.record_id) for item in linked.records} == {(key, key) for key in records}
    assert {item.kind for item in linked.relations} == {"shared_number", "extension"}


def test_nct01363401_its_arm_of_41_is_queued_and_not_pooled(archived: Archived, review: Review):
    found = extract("NCT01363401", archived["NCT01363401"][-1], review.protocol)
    assert found.arms == ()
    assert ["41 = 33 randomised + 8 not randomised" in item.reason for item in found.queue] == [True]
