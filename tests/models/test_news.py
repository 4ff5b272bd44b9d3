"""The same news is recognised whatever number its study has; other news is never taken for it."""

from datetime import UTC, date, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.news import Emitted, Names, not_yet_told, told_of_another
from models.screening import Event
from models.vocabulary import AlertGrade, EventCode

NIGHT = datetime(2024, 3, 1, 6, tzinfo=UTC)
COMPLETED, NEW, POSTED, REPORT, OVERDUE, REVERSAL = (
    EventCode.COMPLETED,
    EventCode.NEW_TRIAL,
    EventCode.RESULTS_POSTED,
    EventCode.REPORT_LINKED,
    EventCode.OVERDUE,
    EventCode.REVERSAL,
)


def event(code: EventCode, study: str, reference: str, rests_on: str = "") -> Event:
    return Event(
        event_code=code,
        study_id=study,
        event_date="2024-02",
        public_date=date(2024, 2, 1),
        first_seen_at=NIGHT,
        grade=AlertGrade.ACTION,
        evidence="made up",
        reference=reference,
        is_news=True,
        rests_on=rests_on,
    )


ISRCTN, NCT, OTHER = "ISRCTN90000001", "NCT90000001", "NCT90000009"


@pytest.mark.parametrize(
    ("told", "tonight", "studies", "reports", "is_known"),
    [
        pytest.param(
            event(COMPLETED, ISRCTN, "completed", ISRCTN), event(COMPLETED, NCT, "completed", NCT),
            {ISRCTN: NCT, NCT: NCT}, {}, True, id="completed in ISRCTN first, then in the NCT record of the same study",
        ),
        pytest.param(
            event(NEW, ISRCTN, "registered", ISRCTN), event(NEW, NCT, "registered", NCT),
            {ISRCTN: ISRCTN, NCT: ISRCTN}, {}, True, id="new in ISRCTN first, then the study that kept its id is in NCT",
        ),
        pytest.param(
            event(POSTED, ISRCTN, f"{ISRCTN}, posted", ISRCTN), event(POSTED, ISRCTN, f"{NCT}, posted", NCT),
            {ISRCTN: ISRCTN, NCT: ISRCTN}, {}, False, id="results that another record posts are other news",
        ),
        pytest.param(
            event(POSTED, ISRCTN, f"{ISRCTN}, posted", ISRCTN), event(POSTED, NCT, f"{ISRCTN}, posted", ISRCTN),
            {ISRCTN: NCT, NCT: NCT}, {}, True, id="the same record's results under another study id",
        ),
        pytest.param(
            event(REPORT, OTHER, "PMID:1"), event(REPORT, NCT, "PMID:1"),
            {OTHER: NCT, NCT: NCT}, {}, True, id="a person merged two studies, the report was told of one",
        ),
        pytest.param(
            event(COMPLETED, OTHER, "completed", OTHER), event(COMPLETED, NCT, "completed", NCT),
            {OTHER: NCT, NCT: NCT}, {}, True, id="a person merged two studies, one of which had completed",
        ),
        pytest.param(
            event(COMPLETED, NCT, "completed", NCT), event(COMPLETED, OTHER, "completed", OTHER),
            {OTHER: OTHER, NCT: NCT}, {}, False, id="split: the part that is not told has news of its own",
        ),
        pytest.param(
            event(COMPLETED, NCT, "completed", OTHER), event(COMPLETED, OTHER, "completed", OTHER),
            {OTHER: OTHER, NCT: NCT}, {}, True, id="split: the record that showed it takes its news with it",
        ),
        pytest.param(
            event(COMPLETED, NCT, "completed", OTHER), event(COMPLETED, NCT, "completed", NCT),
            {OTHER: OTHER, NCT: NCT}, {}, False, id="split: the part that keeps the number completes later",
        ),
        pytest.param(
            event(REPORT, "PMID:7", "PMID:7"), event(REPORT, NCT, "PMID:7"),
            {"PMID:7": NCT, NCT: NCT}, {}, True, id="known by its report alone, registered later",
        ),
        pytest.param(
            event(REPORT, NCT, "PMID:7"), event(REPORT, NCT, "DOI:10.1/7"),
            {NCT: NCT}, {"PMID:7": "PMID:7", "DOI:10.1/7": "PMID:7"}, True, id="two copies of one report",
        ),
        pytest.param(
            event(REPORT, NCT, "PMID:7"), event(REPORT, NCT, "PMID:8"),
            {NCT: NCT}, {}, False, id="another report of the same study",
        ),
        pytest.param(
            event(OVERDUE, ISRCTN, "2024", ISRCTN), event(OVERDUE, NCT, "2025", NCT),
            {ISRCTN: NCT, NCT: NCT}, {}, False, id="overdue for the second time",
        ),
        pytest.param(
            event(OVERDUE, ISRCTN, "2024", ISRCTN), event(OVERDUE, NCT, "2024", NCT),
            {ISRCTN: NCT, NCT: NCT}, {}, True, id="the same delay under another number",
        ),
        pytest.param(
            event(POSTED, NCT, f"{NCT}, posted"), event(REVERSAL, NCT, f"{NCT}, posted"),
            {NCT: NCT}, {}, False, id="the same reference of another kind of event",
        ),
    ],
)  # fmt: skip
def test_news_is_known_by_what_it_rests_on(
    told: Event, tonight: Event, studies: dict[str, str], reports: dict[str, str], is_known: bool
) -> None:
    names = Names(studies=studies, reports=reports)
    assert not_yet_told([tonight], [told], names) == (() if is_known else (tonight,))


def test_a_record_that_leaves_its_study_took_its_news_with_it() -> None:
    """What was told of the study is recorded for the record's new study, and what happens later is told."""
    told = event(COMPLETED, ISRCTN, "completed", ISRCTN)
    tonight = [told, event(COMPLETED, NCT, "completed", NCT), event(OVERDUE, NCT, "2024", NCT)]
    names = Names(studies={ISRCTN: ISRCTN, NCT: NCT}, before={ISRCTN: ISRCTN, NCT: ISRCTN})
    assert not_yet_told(tonight, [told], names) == (tonight[2],)
    assert told_of_another(tonight, [told], names) == (tonight[1],)
    after = Names(studies=names.studies, before={ISRCTN: ISRCTN, NCT: NCT})
    assert not_yet_told(tonight, [told, tonight[1], tonight[2]], after) == ()


RECORDS = [f"NCT9000000{n}" for n in range(5)]


@given(
    st.lists(st.lists(st.sampled_from(RECORDS), min_size=5, max_size=5), min_size=1, max_size=6),
    st.lists(st.sets(st.sampled_from(RECORDS)), min_size=6, max_size=6),
)
def test_over_all_comings_together_and_partings_nothing_is_told_twice_and_nothing_new_swallowed(
    groupings: list[list[str]], posting: list[set[str]]
) -> None:
    """Records post results on some night; night by night people and registers group them otherwise."""
    emitted: list[Event] = []
    ever: set[str] = set()
    for grouping, new in zip(groupings, posting, strict=False):
        studies = dict(zip(RECORDS, grouping, strict=True))
        known = sorted(ever | new)
        events = [event(POSTED, studies[record], f"{record}, posted", record) for record in known]
        news = not_yet_told(events, emitted, Names(studies=studies))
        assert {item.rests_on for item in news} == new - ever
        emitted += news
        ever |= new


@given(
    st.lists(st.lists(st.integers(0, 4), min_size=5, max_size=5), min_size=1, max_size=6),
    st.lists(st.sets(st.sampled_from(RECORDS)), min_size=6, max_size=6),
)
def test_a_study_completes_once_however_its_records_come_together_and_part(
    groupings: list[list[int]], completing: list[set[str]]
) -> None:
    """What a night tells is each study that completed and of which no record that it holds had told so."""
    emitted: list[Event] = []
    told: set[str] = set()
    ever: set[str] = set()
    for grouping, new in zip(groupings, completing, strict=False):
        # A study is called by the first of its records.
        first = {group: record for record, group in reversed(list(zip(RECORDS, grouping, strict=True)))}
        studies = {record: first[group] for record, group in zip(RECORDS, grouping, strict=True)}
        ever |= new
        events = [
            event(COMPLETED, study, "completed", min(record for record in ever if studies[record] == study))
            for study in sorted({studies[record] for record in ever})
        ]
        news = not_yet_told(events, emitted, Names(studies=studies))
        expected = {studies[record] for record in ever} - {studies[record] for record in told}
        assert {item.study_id for item in news} == expected
        emitted += news
        told |= {item.rests_on for item in news}


def graded(item: Event, grade: AlertGrade) -> Event:
    return msgspec.structs.replace(item, grade=grade)


@pytest.mark.parametrize(
    ("told", "tonight", "is_new"),
    [
        (AlertGrade.WATCH, AlertGrade.ACTION, True),
        (AlertGrade.INFO, AlertGrade.WATCH, True),
        (AlertGrade.ACTION, AlertGrade.WATCH, False),
        (AlertGrade.WATCH, AlertGrade.WATCH, False),
        ("", AlertGrade.ACTION, False),
    ],
    ids=["watch, then action", "info, then watch", "action, then watch", "the same", "not known, as of older ledgers"],
)
def test_what_calls_for_more_is_told_again(told: str, tonight: AlertGrade, is_new: bool) -> None:
    results = event(EventCode.REPORT_LINKED, NCT, "PMID:1")
    before = Emitted(event_code=results.event_code, study_id=NCT, reference="PMID:1", grade=told)
    news = not_yet_told([graded(results, tonight)], [before], Names(studies={NCT: NCT}))
    assert bool(news) is is_new
