"""Decisions are looked at again when the record under them has changed."""

from collections.abc import Callable
from datetime import date

from models.folder_rows import DecisionRow
from models.protocol import Protocol
from models.trial import TrialRecord
from models.vocabulary import Allocation, Criterion, Verdict
from studies.reopening import eligible_from, reopened
from studies.verdicts import Verdicts

Trials = Callable[..., TrialRecord]


def row(known_from: date, criterion: Criterion = Criterion.DESIGN) -> DecisionRow:
    return DecisionRow(
        study_id="NCT10000001",
        criterion=criterion,
        verdict=Verdict.MET,
        decided_by="A. Author",
        known_from=known_from,
        reason="wrote to the sponsor",
    )


def test_a_decision_under_which_the_deciding_field_changed_is_queued(trial: Trials, protocol: Protocol):
    versions = [trial(allocation=None), trial(registry_date="2022-05-01", allocation=Allocation.NON_RANDOMISED)]
    [item] = reopened("NCT10000001", versions, Verdicts(protocol.eligibility), [row(date(2021, 1, 1))])
    assert (item.subject, item.field, item.value) == ("NCT10000001", "allocation", "non_randomised")
    assert "A. Author decided that design is met on 2021-01-01" in item.reason
    assert "“not stated” (allocation)" in item.reason


def test_a_decision_on_the_list_rests_on_every_criterion(trial: Trials, protocol: Protocol):
    versions = [trial(allocation=None), trial(registry_date="2022-05-01", allocation=Allocation.NON_RANDOMISED)]
    listed = DecisionRow(
        study_id="NCT10000001",
        criterion="list",
        verdict="excluded",
        decided_by="A. Author",
        known_from=date(2021, 1, 1),
        reason="never began",
    )
    [item] = reopened("NCT10000001", versions, Verdicts(protocol.eligibility), [listed])
    assert "A. Author decided that list is excluded on 2021-01-01" in item.reason
    assert (item.field, item.value) == ("allocation", "non_randomised")
    assert list(reopened("NCT10000001", versions[:1], Verdicts(protocol.eligibility), [listed])) == []


def test_a_newer_decision_settles_it(trial: Trials, protocol: Protocol):
    versions = [trial(allocation=None), trial(registry_date="2022-05-01", allocation=Allocation.NON_RANDOMISED)]
    rows = [row(date(2021, 1, 1)), row(date(2022, 6, 1))]
    assert list(reopened("NCT10000001", versions, Verdicts(protocol.eligibility), rows)) == []


def test_a_change_elsewhere_in_the_record_reopens_nothing(trial: Trials, protocol: Protocol):
    versions = [trial(), trial(registry_date="2022-05-01", enrolment_count=99, sponsor="Another")]
    assert list(reopened("NCT10000001", versions, Verdicts(protocol.eligibility), [row(date(2021, 1, 1))])) == []


def test_another_studys_decision_is_not_touched(trial: Trials, protocol: Protocol):
    versions = [trial("NCT10000002", allocation=None), trial("NCT10000002", registry_date="2022-05-01")]
    assert list(reopened("NCT10000002", versions, Verdicts(protocol.eligibility), [row(date(2021, 1, 1))])) == []


def test_the_day_from_which_a_study_belonged(trial: Trials, protocol: Protocol):
    single = trial(allocation=Allocation.NOT_APPLICABLE)
    randomised = trial(registry_date="2022-05-01")
    assert eligible_from([single, randomised], Verdicts(protocol.eligibility)) == "2022-05-01"
    assert eligible_from([randomised], Verdicts(protocol.eligibility)) is None, "no change was seen"
    assert eligible_from([single], Verdicts(protocol.eligibility)) is None


def test_a_copy_with_fewer_fields_is_no_version_before_a_change(trial: Trials, protocol: Protocol):
    copy = trial(source="ictrp", arms=(), interventions=(), brief_title="Treatment of ALS")
    versions = [copy, trial(registry_date="2020-02-01"), trial(registry_date="2022-05-01")]
    assert eligible_from(versions, Verdicts(protocol.eligibility)) is None
