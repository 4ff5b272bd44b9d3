"""E6: what a registry took back, and what only looks like it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from models.screening import Event
from models.trial import Intervention, Observation, PlannedOutcome, TrialRecord
from models.vocabulary import Allocation, CountType, OutcomeRole, Status, Verdict
from studies.lifecycle import StudyFile
from studies.reversals import reversals_of

Trials = Callable[..., TrialRecord]
ACTUAL, PLANNED = CountType.ACTUAL, CountType.ESTIMATED


def primary(*measures: str, role: OutcomeRole = OutcomeRole.PRIMARY) -> tuple[PlannedOutcome, ...]:
    return tuple(PlannedOutcome(role=role, measure=measure) for measure in measures)


def told(trial: Trials, *versions: Mapping[str, Any]) -> list[str]:
    records = [trial(registry_date=f"202{place}-01-01", **fields) for place, fields in enumerate(versions)]
    return [item.evidence for item in reversals_of(records)]


@pytest.mark.parametrize(
    ("statuses", "words"),
    [
        ([Status.COMPLETED, Status.RECRUITING], "completed became recruiting"),
        ([Status.TERMINATED, Status.ENDED_RECRUITING], "terminated became ended_recruiting"),
        ([Status.COMPLETED, Status.UNKNOWN, Status.RECRUITING], "completed became recruiting"),
        ([Status.COMPLETED, Status.WITHDRAWN], "completed became withdrawn"),
        ([Status.COMPLETED, Status.COMPLETED], None),
        ([Status.COMPLETED, Status.TERMINATED], None),
        ([Status.COMPLETED, Status.UNKNOWN], None),
        ([Status.ENDED_RECRUITING, Status.UNKNOWN], None),
        ([Status.ENDED_RECRUITING, Status.RECRUITING], None),
        ([Status.SUSPENDED, Status.RECRUITING], None),
        ([Status.RECRUITING, Status.WITHDRAWN], None),
        ([Status.COMPLETED, None], None),
    ],
)
def test_a_study_that_is_open_again_or_never_was(trial: Trials, statuses: list[Status | None], words: str | None):
    found = told(trial, *({"status": status} for status in statuses))
    assert len(found) == (words is not None)
    assert not words or words in found[0]


def test_completed_again_and_open_again_are_two_reversals_of_one_kind_told_once(trial: Trials):
    found = told(trial, *({"status": status} for status in [Status.COMPLETED, Status.RECRUITING] * 2))
    assert len(found) == 1


def test_results_that_are_gone(trial: Trials):
    posted = {"has_results": True, "results_posted_date": "2020-01-01"}
    assert told(trial, posted, {}) == [
        "NCT10000001: results posted 2020-01-01 are no longer there, version of 2021-01-01"
    ]
    assert told(trial, {}, posted) == []


def test_results_sent_in_that_are_gone_without_having_been_posted(trial: Trials):
    sent = {"results_submitted_date": "2018-03-07"}
    assert told(trial, sent, {}) == [
        "NCT10000001: results submitted 2018-03-07 are no longer there, and none are posted, version of 2021-01-01"
    ]
    assert told(trial, sent, {"has_results": True, "results_posted_date": "2020-06-01"}) == []
    assert told(trial, sent, sent | {"results_returned_date": "2018-05-01"}) == []


def test_another_sources_copy_without_results_takes_nothing_back(trial: Trials):
    ours = trial(has_results=True, results_posted_date="2020-01-01", status=Status.COMPLETED)
    copy = trial(source="ictrp", registry_date="2021-01-01", status=Status.RECRUITING)
    assert reversals_of([ours, copy]) == []


@pytest.mark.parametrize(
    ("dates", "kinds", "words"),
    [
        (["2020-01", "2021-01"], [PLANNED, PLANNED], "from 2020-01 to 2021-01, 366 days"),
        (["2020-01-15", "2020-07-16"], [PLANNED, PLANNED], "183 days"),
        (["2020-01-15", "2020-07-15"], [PLANNED, PLANNED], None),
        (["2020-01", "2020-01-31"], [PLANNED, PLANNED], None),
        (["2020-01", "2020-12"], [PLANNED, ACTUAL], None),
        (["2021-01", "2020-01"], [PLANNED, ACTUAL], None),
        (["2020-01", None], [PLANNED, None], None),
        # Small steps add up and are measured from the first date told of.
        (["2020-01", "2020-05", "2020-09"], [PLANNED] * 3, "from 2020-01 to 2020-09, 243 days"),
        (["2020-01", "2021-01", "2021-03"], [PLANNED] * 3, "366 days"),
    ],
)
def test_completion_put_off(trial: Trials, dates: list[str | None], kinds: list[CountType | None], words: str | None):
    pairs = zip(dates, kinds, strict=True)
    found = told(trial, *({"primary_completion_date": day, "primary_completion_type": kind} for day, kind in pairs))
    assert len(found) == (words is not None)
    assert not words or words in found[0]


def test_a_second_delay_tells_the_whole(trial: Trials):
    dates = ["2020-01", "2021-01", "2022-01"]
    found = told(trial, *({"primary_completion_date": day, "primary_completion_type": PLANNED} for day in dates))
    assert "365 days, 731 days since 2020-01" in found[1]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (["ALSFRS-R at 6 months"], ["Forced vital capacity"], "gave way to"),
        (["ALSFRS-R", "Survival"], ["ALSFRS-R"], "is gone"),
        (["ALSFRS-R"], ["ALSFRS-R"], None),
        # Posting results rewords the outcome.
        (["Revised ALS functional rating scale (ALSFRS-R) scores"],
         ["Change From Baseline in Revised ALS Functional Rating Scale (ALSFRS-R) Score in Full Analysis Set at 24 Weeks"],
         None),
        (["Number of patients with adverse events"], ["Number of Participants With Adverse Events"], None),
        (["ALSFRS-R"], ["ALSFRS-R", "Survival"], None),
        (["ALSFRS-R"], [], None),
        ([], ["ALSFRS-R"], None),
    ],
)  # fmt: skip
def test_a_primary_outcome_switched(trial: Trials, before: list[str], after: list[str], words: str | None):
    found = told(trial, {"outcomes": primary(*before)}, {"outcomes": primary(*after)})
    assert len(found) == (words is not None)
    assert not words or words in found[0]


def test_a_primary_outcome_made_secondary_is_told_as_such(trial: Trials):
    after = (*primary("Survival"), *primary("ALSFRS-R", role=OutcomeRole.SECONDARY))
    [item] = told(trial, {"outcomes": primary("ALSFRS-R", "Survival")}, {"outcomes": after})
    assert "“ALSFRS-R” is secondary now" in item


def test_drift_of_form_is_no_reversal(trial: Trials):
    """Every kind of drift between dumps of 2018, 2020 and 2022 that no sponsor made."""
    of_2018 = {
        "allocation": None,
        "collaborators": ("Fundación Diógenes", "California Institute for Regenerative Medicine"),
        "sponsor_class_text": "Other",
        "masking_text": "Double (Participant, Investigator)",
        "enrolment_type": PLANNED,
        "enrolment_count": 18,
        "start_date": "2018-04",
        "interventions": (Intervention(name="MSC-NTF (i.m.)"),),
    }
    of_2022 = {
        "allocation": Allocation.NOT_APPLICABLE,
        "collaborators": ("Diógenes Foundation", "California Institute for Regenerative Medicine (CIRM)"),
        "sponsor_class_text": "OTHER_GOV",
        "masking_text": "Double",
        "enrolment_type": ACTUAL,
        "enrolment_count": 18,
        "start_date": "2018-04-12",
        "interventions": (Intervention(name="MSC-NTF (IM)"),),
    }
    assert told(trial, of_2018, of_2022) == []


def test_the_archive_holds_exactly_these_reversals(archived: Mapping[str, Sequence[TrialRecord]]):
    found = {nct_id: [item.reference for item in reversals_of(versions)] for nct_id, versions in archived.items()}
    assert {nct_id: items for nct_id, items in found.items() if items} == {
        "NCT01051882": ["NCT01051882, submission taken back"],  # submitted 2018-03-07, never posted
        "NCT02242071": ["NCT02242071, completed to withdrawn"],  # 40 participants became none
        "NCT02290886": ["NCT02290886, completion 2018-12 to 2020-12"],
        "NCT02478450": ["NCT02478450, completion 2023-12 to 2025-12"],
        "NCT03268603": ["NCT03268603, completion 2019-12 to 2022-12"],
        "NCT03280056": ["NCT03280056, completion 2019-04-30 to 2020-10"],
    }


def test_a_reversal_is_an_event_with_the_day_it_was_shown_and_seen(
    trial: Trials,
    study_of: Callable[..., StudyFile],
    seen: Callable[..., Observation],
    events: Callable[..., list[Event]],
):
    posted = trial(has_results=True, results_posted_date="2020-01-10")
    gone = trial(registry_date="2021-03-01")
    [event] = [
        item for item in events(study_of(posted, seen(gone, "2021-03-04")), "2021-04-01") if item.event_code == "E6"
    ]
    assert event.key == "E6:NCT10000001:NCT10000001, results withdrawn"
    assert (event.public_date, event.first_seen_at.date()) == (date(2021, 3, 1), date(2021, 3, 4))
    assert (event.grade, event.is_news) == ("action", True)


def test_a_reversal_of_a_screened_out_study_is_nobodys_news(
    archived: Mapping[str, Sequence[TrialRecord]],
    study_of: Callable[..., StudyFile],
    events: Callable[..., list[Event]],
):
    assert events(study_of(*archived["NCT02242071"], eligible=Verdict.NOT_MET), "2022-01-01") == []
