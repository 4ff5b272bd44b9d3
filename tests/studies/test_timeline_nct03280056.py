"""NCT03280056 month by month: every event once, on the first night on which it could be known.

The registry's versions and the index's entries are those of the replay archive.
"""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
import requests

from connectors import CONNECTORS
from judging.judge import judge
from models.dates import add_months, at_night
from models.judgement import Judgement, Told
from models.report import Report
from models.review import Review
from models.screening import Event, RunContext
from models.trial import Observation, Page, TrialRecord
from models.vocabulary import EvidenceSet, Rule, Verdict
from replay.archive import load_archive
from replay.server import ReplayServer

TRIAL, PAPER = "NCT03280056", "34890069"

TIMELINE = [
    # code, when it happened, when a source showed it, first night of a monthly watch, grade, what tells it from others
    ("E4", "2017-09-12", "2017-09-12", "2017-10-01", "info", "registered"),
    ("E6", "2019-10-23", "2019-10-23", "2019-11-01", "watch", "NCT03280056, completion 2019-04-30 to 2020-10"),
    ("E1", "2020-10-30", "2021-01-25", "2021-02-01", "watch", "completed"),
    ("E5", "2021-10-30", "2021-10-30", "2021-11-01", "watch", "2020-10"),
    ("E3", "2021-12", "2021-12-31", "2022-01-01", "action", "PMID:34890069"),
    ("E7", "2022-08-31", "2022-08-31", "2022-09-01", "watch", "PMID:34890069, erratum_in, Muscle Nerve. 2022 Aug"),
    ("E2Q", "2023-12-01", "2023-12-01", "2023-12-01", "info", "NCT03280056"),
    ("E2", "2024-02-29", "2024-02-29", "2024-03-01", "action", "NCT03280056"),
]


class Watch:
    """A monthly watch of one trial and its paper, from the replayed registries as of each night."""

    def __init__(self, review: Review, read_report: Callable[[date], Report | None]) -> None:
        self.review, self.read_report = review, read_report
        self.trials: list[Observation] = []
        self.reports: list[Observation] = []
        self.nights: list[date] = []

    def observe(self, day: date) -> None:
        self.nights.append(day)
        if shown := load_archive().version_shown(TRIAL, day):
            record = _parsed(shown.encoded, day)
            if not self.trials or self.trials[-1].item != record:
                self.trials.append(Observation(item=record, observed_at=at_night(day)))
        report = self.read_report(day)
        if report and (not self.reports or self.reports[-1].item != report):
            self.reports.append(Observation(item=report, observed_at=at_night(day)))

    def judgement(self, day: date) -> Judgement:
        review = self.review.as_of(day)
        return judge(
            RunContext(as_of=at_night(day), baseline_search_date=review.baseline.search_date),
            review,
            Told(
                newest=self.trials[-1:],
                trials=self.trials,
                reports=self.reports,
                nights=[at_night(night) for night in self.nights],
            ),
        )


def _parsed(body: bytes, day: date) -> TrialRecord:
    page = Page(source="ctgov", kind="record", url="https://registry.example", body=body, observed_at=at_night(day))
    [record] = CONNECTORS["ctgov"].parse(page)
    assert isinstance(record, TrialRecord)
    return record


def _months() -> Iterator[date]:
    day = date(2017, 9, 1)
    while day <= date(2024, 3, 1):
        yield day
        day = add_months(day, 1)


@pytest.fixture(scope="module")
def nights(review: Review) -> Iterator[dict[date, Judgement]]:
    with ReplayServer(date(2017, 9, 1)) as server, requests.Session() as session:

        def read(day: date) -> Report | None:
            server.as_of = day
            address = server.base_url("pubmed") + "/entrez/eutils/efetch.fcgi"
            answer = session.get(address, params={"db": "pubmed", "id": PAPER, "retmode": "xml"}, timeout=5)
            page = Page(source="pubmed", kind="record", url=address, body=answer.content, observed_at=at_night(day))
            return next((item for item in CONNECTORS["pubmed"].parse(page) if isinstance(item, Report)), None)

        watch = Watch(review, read)
        judged = {}
        for day in _months():
            watch.observe(day)
            judged[day] = watch.judgement(day)
        yield judged


def _events(judgement: Judgement) -> list[Event]:
    return [event for event in judgement.events if event.study_id == TRIAL]


def test_every_event_comes_once_on_the_first_night_that_could_know_it(nights: dict[date, Judgement]):
    first: dict[str, tuple[date, Event]] = {}
    for day, judgement in nights.items():
        for event in _events(judgement):
            first.setdefault(event.key, (day, event))
    found = [
        (
            event.event_code,
            event.event_date,
            event.public_date.isoformat(),
            day.isoformat(),
            event.grade,
            event.reference,
        )
        for day, event in first.values()
    ]
    assert sorted(found, key=lambda row: (row[3], row[2])) == TIMELINE


def test_an_event_once_told_is_told_the_same_every_night(nights: dict[date, Judgement]):
    told: dict[str, Event] = {}
    for judgement in nights.values():
        events = {event.key: event for event in _events(judgement)}
        assert set(told) <= set(events)
        for key, event in events.items():
            known = told.setdefault(key, event)
            assert (event.public_date, event.first_seen_at) == (known.public_date, known.first_seen_at)


def test_state_and_list_follow_the_evidence_and_not_the_status_alone(nights: dict[date, Judgement]):
    walked: list[tuple[str, str, str]] = []
    for day, judgement in nights.items():
        for status in (item for item in judgement.statuses if item.study_id == TRIAL):
            if not walked or walked[-1][1:] != (status.state, status.list):
                walked.append((day.isoformat(), status.state, status.list))
    assert walked == [
        ("2017-10-01", "recruiting", "ongoing"),
        ("2019-11-01", "follow_up", "ongoing"),
        ("2021-02-01", "completed_no_results", "awaiting"),
        ("2022-01-01", "results_published", "awaiting"),
    ]


def test_the_paper_is_known_two_years_before_the_registrys_results(nights: dict[date, Judgement]):
    paper = next(event for event in _events(nights[date(2024, 3, 1)]) if event.event_code == "E3")
    posted = next(event for event in _events(nights[date(2024, 3, 1)]) if event.event_code == "E2")
    assert (posted.public_date - paper.public_date).days == 790


def test_new_participants_are_labelled_before_they_are_counted(nights: dict[date, Judgement]):
    """263 were screened and 196 randomised: until the flow is posted the number is called what it is."""

    def explained(day: date) -> str:
        rules = [item for item in nights[day].signals if item.rule is Rule.S3]
        return next(item.explanation for item in rules if item.outcome == "overall_survival")

    assert "263 registered, actual" in explained(date(2021, 11, 1))
    assert "196 randomised" in explained(date(2024, 3, 1))


def test_the_registrys_numbers_enter_the_provisional_set_only(nights: dict[date, Judgement]):
    inputs = nights[date(2024, 3, 1)].inputs
    assert {item.evidence_set for item in inputs if item.study_id == TRIAL} == {EvidenceSet.PROVISIONAL}
    assert not [item for item in nights[date(2024, 2, 1)].inputs if item.study_id == TRIAL]


def test_it_was_eligible_on_every_night(nights: dict[date, Judgement]):
    for judgement in nights.values():
        if TRIAL in judgement.screened.screening:
            assert judgement.screened.screening[TRIAL].verdict is Verdict.MET
