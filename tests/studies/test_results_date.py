"""When an ongoing trial reports: from its plan and from how others reported."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.forecast import ResultsDate
from models.protocol import Protocol
from models.screening import RunContext
from models.trial import TrialRecord
from models.vocabulary import Status, Verdict
from studies.lifecycle import StudyFile, status_of
from studies.reporting_delay import LEAST_REPORTED, PUBLISHED, Delays, Ended, delays_for, ended, is_industry
from studies.results_date import LEAST_ENDED, Experience, expected_results, experience_of

Trial = Callable[..., TrialRecord]
StudyOf = Callable[..., StudyFile]
Expected = Callable[..., ResultsDate]
TODAY = date(2024, 1, 1)
NO_EXPERIENCE = Experience()


@pytest.fixture(scope="module")
def expect(trial: Trial, study_of: StudyOf, night_of: Callable[..., RunContext], protocol: Protocol) -> Expected:
    def results(
        experience: Experience = NO_EXPERIENCE, earlier: Sequence[dict[str, Any]] = (), **fields: Any
    ) -> ResultsDate:
        versions = [trial(**(fields | one)) for one in earlier]
        study = study_of(*versions, trial(**({"registry_date": "2023-06-01"} | fields)))
        status = status_of(study, night_of(TODAY.isoformat()), protocol.thresholds)
        return expected_results(study, status, experience, TODAY)

    return results


def others(n: int, days: int, *, is_industry: bool | None = None, reported: bool = True) -> list[Ended]:
    return [
        Ended(
            study_id=f"NCT{i}",
            registry="ClinicalTrials.gov",
            is_industry=is_industry,
            days=days,
            has_reported=reported,
        )
        for i in range(n)
    ]


def test_without_own_experience_delays_are_a_published_figure(expect: Expected) -> None:
    found = expect(completion_date="2024-06-30", start_date="2022-01-01")
    assert "Saito and Gill" in found.delay_from
    assert found.chance == pytest.approx(282 / 400)
    assert found.horizon_months == 48
    assert found.spread is not None
    assert found.spread.low90 < found.spread.low50 < found.spread.median < found.spread.high50 < found.spread.high90
    assert found.spread.low90 > date(2024, 6, 30)
    assert found.spread.high90 < date(2024, 6, 30) + timedelta(days=4 * 366)
    assert "the true interval is wider" in found.slippage_from, "nobody knows by how much such trials run over"


def test_the_published_figure_has_its_mean_and_its_spread() -> None:
    """647 days on average, SD 454; cut at four years a little less of both."""
    mean = sum(PUBLISHED.days) / len(PUBLISHED.days)
    sd = (sum((day - mean) ** 2 for day in PUBLISHED.days) / len(PUBLISHED.days)) ** 0.5
    assert 550 < mean <= 647
    assert 330 < sd <= 454
    assert sum(PUBLISHED.masses) == pytest.approx(282 / 400)


def test_a_late_start_moves_the_end_and_is_doubted(expect: Expected) -> None:
    """Planned for two years from January 2022 and not begun: two years from tonight at the earliest."""
    found = expect(status=Status.NOT_YET_RECRUITING, start_date="2022-01-01", completion_date="2024-01-01")
    assert found.earliest_completion == TODAY + timedelta(days=730)
    assert found.spread is not None and found.spread.low90 > found.earliest_completion
    assert any("not recruiting yet" in doubt for doubt in found.doubts)
    on_time = expect(status=Status.NOT_YET_RECRUITING, start_date="2024-03-01", completion_date="2026-03-01")
    assert on_time.earliest_completion is None
    assert not on_time.doubts


def test_a_trial_that_runs_past_its_end_ends_after_tonight(expect: Expected) -> None:
    found = expect(start_date="2021-01-01", completion_date="2023-10-01")
    as_if = expect(start_date="2021-01-01", completion_date="2024-01-01")
    assert found.spread == as_if.spread


def test_a_status_that_nobody_vouches_for_may_have_ended_as_planned(expect: Expected) -> None:
    found = expect(status=Status.UNKNOWN, completion_date="2022-01-01")
    assert found.spread is not None and found.spread.low90 >= TODAY
    assert found.chance is not None and found.chance < 282 / 400, "two silent years make a report less likely"
    assert any("vouched" in doubt for doubt in found.doubts)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "no end is registered"),
        ({"status": Status.UNKNOWN, "completion_date": "2015-01"}, "no trial reported so late"),
    ],
)
def test_what_cannot_be_known_is_said_to_be_so(expect: Expected, fields: dict[str, Any], why: str) -> None:
    found = expect(**fields)
    assert found.spread is None and found.chance is None
    assert why in found.unknown


def test_postponements_of_the_trial_itself_are_told(expect: Expected) -> None:
    found = expect(
        earlier=[{"registry_date": "2022-01-01", "completion_date": "2024-01-01"}],
        completion_date="2025-01-01",
        start_date="2022-01-01",
    )
    assert (found.n_put_off, found.days_put_off) == (1, 366)


def test_trials_that_ran_over_move_the_day_and_widen_it(expect: Expected) -> None:
    fields = {"completion_date": "2024-06-30", "start_date": "2022-01-01"}
    plain = expect(**fields)
    stretches = tuple(1.0 + i / 10 for i in range(LEAST_ENDED))
    slipping = expect(Experience(stretches=stretches), **fields)
    assert plain.spread is not None and slipping.spread is not None
    assert slipping.spread.median > plain.spread.median
    assert slipping.spread.high90 - slipping.spread.low90 > plain.spread.high90 - plain.spread.low90
    assert f"{LEAST_ENDED} trials" in slipping.slippage_from
    too_few = expect(Experience(stretches=stretches[:-1]), **fields)
    assert too_few.spread == plain.spread


@pytest.mark.parametrize(
    ("word", "is_company"),
    [
        ("INDUSTRY", True), ("Commercial", True), ("Pharmaceutical company", True),
        ("OTHER", False), ("NIH", False), ("Non-Commercial", False),
        ("Hospital/Clinic/Other health care facility", False), (None, None),
    ],
)  # fmt: skip
def test_each_register_has_its_own_word_for_a_company(trial: Trial, word: str | None, is_company: bool | None) -> None:
    assert is_industry(trial(sponsor_class_text=word)) is is_company


def test_delays_are_of_the_trials_most_like_it_of_which_enough_reported(trial: Trial) -> None:
    company = trial(sponsor_class_text="INDUSTRY")
    ours = [*others(LEAST_REPORTED, 100, is_industry=True), *others(LEAST_REPORTED, 900, is_industry=False)]
    assert set(delays_for(company, ours).days) == {100.0}
    assert set(delays_for(trial(sponsor_class_text="OTHER"), ours).days) == {900.0}
    assert set(delays_for(trial(), ours).days) == {100.0, 900.0}, "whose class is not told is like everybody"
    assert delays_for(company, ours[1:]).days == delays_for(trial(), ours[1:]).days, "one too few of its own kind"
    assert delays_for(company, ours[: LEAST_REPORTED - 1]) == PUBLISHED


def test_who_is_silent_for_a_short_time_is_no_trial_that_never_reports(trial: Trial) -> None:
    """Kaplan and Meier: 20 report after 500 days; 20 more have been silent for 100 days, or for 1000."""
    reported = others(20, 500)
    early = delays_for(trial(), [*reported, *others(20, 100, reported=False)])
    late = delays_for(trial(), [*reported, *others(20, 1000, reported=False)])
    assert sum(early.masses) == pytest.approx(1.0)
    assert sum(late.masses) == pytest.approx(0.5)


def test_only_trials_registered_before_their_end_tell_of_delays(trial: Trial, study_of: StudyOf) -> None:
    """Whoever registers after the end may do so because there is something to publish."""
    over = {"status": Status.COMPLETED, "completion_date": "2022-01-01", "registry_date": "2022-06-01"}
    before = study_of(trial("NCT1", first_posted_date="2020-01-01", **over))
    after = study_of(trial("NCT2", first_posted_date="2022-05-01", **over))
    still = study_of(trial("NCT3", first_posted_date="2020-01-01", completion_date="2022-01-01"))
    found = ended([before, after, still], TODAY)
    assert [(item.study_id, item.has_reported, item.days) for item in found] == [("NCT1", False, 730)]


def test_results_in_a_registry_end_the_delay(trial: Trial, study_of: StudyOf) -> None:
    study = study_of(
        trial(
            status=Status.COMPLETED,
            completion_date="2022-01-01",
            has_results=True,
            results_posted_date="2022-12-01",
            registry_date="2022-12-01",
        )
    )
    [found] = ended([study], TODAY)
    assert (found.has_reported, found.days) == (True, 334)


def test_studies_that_are_not_eligible_tell_of_ends_and_not_of_delays(trial: Trial, study_of: StudyOf) -> None:
    """Of them no reports are looked for, so that their silence says nothing."""
    versions = [
        trial(registry_date="2020-01-10", start_date="2020-01-01", completion_date="2021-01-01"),
        trial(
            registry_date="2022-02-01", start_date="2020-01-01", completion_date="2022-01-01", status=Status.COMPLETED
        ),
    ]
    found = experience_of([study_of(*versions, eligible=Verdict.NOT_MET)], TODAY)
    assert len(found.stretches) == 1
    assert found.ended == ()


@given(
    delays=st.lists(st.tuples(st.floats(1, 3000), st.floats(0.01, 1)), min_size=1, max_size=30),
    share=st.floats(0.05, 1.0),
    until_end=st.integers(-2000, 2000),
)
def test_dates_are_in_order_and_chances_are_probabilities(
    delays: list[tuple[float, float]], share: float, until_end: int
) -> None:
    from studies.results_date import _put_together  # noqa: PLC0415 (only this property needs it)

    total = sum(mass for _, mass in delays)
    known = Delays(
        days=tuple(day for day, _ in delays),
        masses=tuple(mass / total * share for _, mass in delays),
        horizon=3000.0,
        source="made up",
    )
    found = _put_together(ResultsDate(), [TODAY + timedelta(days=until_end)], known, TODAY)
    if found.spread is None:
        assert found.unknown
        return
    spread = found.spread
    assert TODAY <= spread.low90 <= spread.low50 <= spread.median <= spread.high50 <= spread.high90
    assert found.chance is not None and 0 <= found.chance <= share + 1e-9
