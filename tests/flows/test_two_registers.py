"""One study whose results two registers post: counted once, and shown side by side where they differ."""

from datetime import date
from pathlib import Path

import pytest

from connectors import CONNECTORS
from judging.judge import judge
from models.dates import at_night
from models.judgement import Judgement, Told
from models.report import Report
from models.review import load_review
from models.screening import RunContext
from models.settings import Settings
from models.trial import Observation, Page, TrialRecord
from models.vocabulary import EvidenceSet, ReportKind
from replay.archive import load_archive

STUDY, NIGHT = "NCT03280056", date(2024, 3, 1)
TABLES = Path(__file__).parents[1] / "connectors" / "fixtures" / "euctr" / "made_up_results.xml"


def read(source: str, body: bytes) -> TrialRecord | Report:
    page = Page(source=source, kind="file", url="https://registry.example", body=body, observed_at=at_night(NIGHT))
    [item] = CONNECTORS[source].parse(page)
    assert isinstance(item, TrialRecord | Report)
    return item


@pytest.fixture(scope="module")
def judged() -> Judgement:
    shown = load_archive().version_shown(STUDY, NIGHT)
    assert shown
    american = Observation(item=read("ctgov", shown.encoded), observed_at=at_night(NIGHT))
    made_up = TABLES.read_bytes().replace(b"NCT10000001", STUDY.encode())
    european = Observation(item=read("euctr", made_up), observed_at=at_night(NIGHT))
    review = load_review(Settings().reviews / "als_cell_therapy").as_of(NIGHT)
    context = RunContext(as_of=at_night(NIGHT), baseline_search_date=review.baseline.search_date)
    told = Told(newest=[american], trials=[american], reports=[european], nights=[at_night(NIGHT)])
    return judge(context, review, told)


def test_the_second_registers_tables_are_a_summary_and_no_publication(judged: Judgement):
    assert [(item.study_id, item.kind) for item in judged.screened.linked.reports] == [
        (STUDY, ReportKind.REGISTRY_SUMMARY)
    ]
    assert "E3" not in {event.event_code for event in judged.events if event.study_id == STUDY}


def test_every_outcome_of_the_study_enters_once(judged: Judgement):
    entered = [
        (item.outcome, item.timepoint)
        for item in judged.inputs
        if item.study_id == STUDY and item.evidence_set is EvidenceSet.PROVISIONAL
    ]
    assert sorted(entered) == sorted(set(entered))
    assert {outcome for outcome, _ in entered} == {
        "alsfrs_r_change", "fvc_change", "overall_survival", "serious_adverse_events",
    }  # fmt: skip


def test_what_the_registers_post_differently_is_shown_side_by_side(judged: Judgement):
    told = {item.field: item.reason for item in judged.queue if item.kind == "discrepancy" and item.subject == STUDY}
    assert told["serious_adverse_events, 4 to 6 months, intervention"] == (
        "NCT03280056 has 23 of 95, 2011-006254-85/tables has 4 of 20"
    )
    assert "overall_survival, 4 to 6 months, control" in told
