"""By how much trials run over, from what their versions said of their end."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from models.trial import TrialRecord
from models.vocabulary import CountType, Status
from studies.lifecycle import StudyFile
from studies.slippage import Plan, has_ended, middle, plan_of, stretched

Trial = Callable[..., TrialRecord]
StudyOf = Callable[..., StudyFile]


@pytest.fixture
def plan(trial: Trial, study_of: StudyOf) -> Callable[..., Plan | None]:
    """The plan of versions, each by the day on which it was shown and its fields."""

    def read(*versions: tuple[str, dict[str, Any]]) -> Plan | None:
        study = study_of(*(trial(registry_date=day, start_date="2020-01-01", **fields) for day, fields in versions))
        return plan_of(study.versions, study.newest.record_id)

    return read


@pytest.mark.parametrize(
    ("text", "day"), [("2020", date(2020, 7, 1)), ("2020-02", date(2020, 2, 15)), ("2020-02-03", date(2020, 2, 3))]
)
def test_a_partial_date_is_its_middle(text: str, day: date) -> None:
    assert middle(text) == day


def test_every_postponement_counts_and_what_was_brought_forward_does_not(plan: Callable[..., Plan | None]) -> None:
    found = plan(
        ("2020-01-10", {"completion_date": "2021-01-01"}),
        ("2020-06-01", {"completion_date": "2022-01-01"}),
        ("2020-09-01", {"completion_date": "2021-12-01"}),
        ("2021-06-01", {"completion_date": "2022-12-01"}),
    )
    assert found is not None
    assert (found.n_put_off, found.days_put_off) == (2, 365 + 365)
    assert (found.first_end, found.last_end) == (date(2021, 1, 1), date(2022, 12, 1))
    assert not found.has_ended
    assert found.stretch is None, "nobody knows yet how long it takes"


def test_a_trial_that_ended_tells_how_many_times_as_long_as_planned_it_took(plan: Callable[..., Plan | None]) -> None:
    found = plan(
        ("2020-01-10", {"completion_date": "2021-01-01"}),
        ("2022-02-01", {"completion_date": "2022-01-01", "status": Status.COMPLETED}),
    )
    assert found is not None
    assert found.stretch == pytest.approx(731 / 366)


@pytest.mark.parametrize(
    ("versions", "why"),
    [
        ([("2022-02-01", {"completion_date": "2022-01-01", "status": Status.COMPLETED})], "a single version"),
        (
            [
                ("2022-02-01", {"completion_date": "2022-01-01", "status": Status.COMPLETED}),
                ("2022-03-01", {"completion_date": "2022-01-05", "status": Status.COMPLETED}),
            ],
            "registered after its end",
        ),
        (
            [
                ("2020-01-10", {"primary_completion_date": "2021-01-01"}),
                ("2022-02-01", {"completion_date": "2022-01-01", "status": Status.COMPLETED}),
            ],
            "another kind of end",
        ),
    ],
)
def test_what_was_never_planned_says_nothing_of_running_over(
    plan: Callable[..., Plan | None], versions: list[tuple[str, dict[str, Any]]], why: str
) -> None:
    found = plan(*versions)
    assert found is not None, why
    assert found.stretch is None, why


def test_a_record_without_an_end_has_no_plan(plan: Callable[..., Plan | None]) -> None:
    assert plan(("2020-01-10", {})) is None


@pytest.mark.parametrize(
    ("status", "kind", "is_over"),
    [
        (Status.COMPLETED, None, True),
        (Status.TERMINATED, CountType.ESTIMATED, True),
        (Status.ENDED_RECRUITING, CountType.ACTUAL, True),
        (Status.ENDED_RECRUITING, CountType.ESTIMATED, False),
        # A recruiting trial whose end is called actual has a slip of the pen.
        (Status.RECRUITING, CountType.ACTUAL, False),
    ],
)
def test_ended_is_what_says_so(trial: Trial, status: Status, kind: CountType | None, is_over: bool) -> None:
    assert has_ended(trial(status=status, completion_type=kind)) is is_over


def test_ends_stretch_the_first_plan_and_none_lies_before_a_day_to_which_it_was_put_off() -> None:
    first = Plan(
        start=date(2020, 1, 1),
        first_end=date(2020, 12, 31),
        last_end=date(2020, 12, 31),
        n_put_off=0,
        days_put_off=0,
        has_ended=False,
    )
    assert stretched(first, [1.0, 1.5, 2.0]) == [date(2020, 12, 31), date(2021, 7, 2), date(2021, 12, 31)]
    put_off = Plan(
        start=date(2020, 1, 1),
        first_end=date(2020, 12, 31),
        last_end=date(2021, 10, 1),
        n_put_off=1,
        days_put_off=274,
        has_ended=False,
    )
    assert stretched(put_off, [1.0, 1.5, 2.0]) == [date(2021, 10, 1), date(2021, 10, 1), date(2021, 12, 31)]
