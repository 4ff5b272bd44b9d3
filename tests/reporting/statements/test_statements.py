"""Every item of a checklist stands once, says what the night holds, or names what a person owes; nothing else is claimed."""

import re
from dataclasses import replace
from datetime import date, datetime

import msgspec
import pytest

from models.eligibility import Eligibility
from models.night import PublishedNight
from models.terms import TermRule
from models.vocabulary import EvidenceSet, SourceState
from reporting.statements.facts import facts_of
from reporting.statements.flow import flow_of_night, flow_table
from reporting.statements.items import Item
from reporting.statements.write import as_json, as_markdown, statements_of
from stores.nights import read_night

PRISMA = [
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
    "10a",
    "10b",
    "11",
    "12",
    "13a",
    "13b",
    "13c",
    "13d",
    "13e",
    "13f",
    "14",
    "15",
    "16a",
    "16b",
    "17",
    "18",
    "19",
    "20a",
    "20b",
    "20c",
    "20d",
    "21",
    "22",
    "23a",
    "23b",
    "23c",
    "23d",
    "24a",
    "24b",
    "24c",
    "25",
    "26",
    "27",
]
NUMBERS = {
    "prisma-2020": PRISMA,
    "prisma-lsr": ["1", "2", "3", "4", "L1", "9", "13", "L2", "16a", "L3", "23c", "L4"],
    "prisma-s": [str(n) for n in range(1, 17)],
    "raise": [f"R{n}" for n in range(1, 9)],
}


@pytest.fixture(scope="session")
def night(told) -> PublishedNight:
    return read_night(told.review, told.settings)


@pytest.fixture(scope="session")
def shipped(night_with_posted_results) -> PublishedNight:
    return read_night(night_with_posted_results.review, night_with_posted_results.settings)


def item(night: PublishedNight, statement: str, number: str) -> Item:
    [found] = [
        at for told in statements_of(night) if told.name == statement for at in told.items if at.number == number
    ]
    return found


def with_rows(night: PublishedNight, table: str, rows: list[dict[str, object]]) -> PublishedNight:
    columns = [column.name for column in night[table].columns]
    other = msgspec.structs.replace(night[table], rows=tuple(tuple(row.get(name) for name in columns) for row in rows))
    return msgspec.structs.replace(night, tables={**night.tables, table: other})


def test_every_item_stands_once_and_in_order(night: PublishedNight):
    assert {told.name: [at.number for at in told.items] for told in statements_of(night)} == NUMBERS


def test_every_item_says_something_or_names_what_a_person_owes(night: PublishedNight):
    for told in statements_of(night):
        for at in told.items:
            assert at.said or at.owed, (told.name, at.number)
            assert all(sentence.strip() for sentence in (*at.said, *at.owed)), (told.name, at.number)
            assert at.state == ("owed" if not at.said else "partly" if at.owed else "filled")
        assert set(told.remembered) <= {at.number for at in told.items}


def test_the_flow_is_that_of_the_page(told, night: PublishedNight):
    assert flow_of_night(night) == told.result.page.flow
    told_numbers = {(row["part"], row["step"]): row["n"] for row in flow_table(night)}
    assert told_numbers["flow", "included"] == told.result.page.flow.n_included
    assert told_numbers["flow", "studies"] == told.result.page.flow.n_studies


def test_what_is_not_followed_is_what_the_page_says(told, night: PublishedNight):
    assert facts_of(night).unfollowed == told.result.page.unfollowed
    said = " ".join(item(night, "prisma-2020", "6").said)
    assert all(name in said for name in told.result.page.unfollowed)


def test_estimates_are_printed_as_on_the_page(told, night: PublishedNight):
    page = (told.settings.published / told.review / "current" / "site" / "index.html").read_text(encoding="utf-8")
    sentences = item(night, "prisma-2020", "20b").said
    estimates = [found[1] for sentence in sentences if (found := re.search(r"CI ([^)]+)\)", sentence))]
    confirmed = [
        effect
        for effect in told.result.page.effects
        if effect.evidence_set is EvidenceSet.CONFIRMED
        and effect.is_headline
        and effect.estimate is not None
        and effect.convention is night.review.protocol.conventions[0].name
    ]
    assert len(estimates) == len(confirmed) > 0
    assert all(limits in page for limits in estimates)


def test_decision_and_questions_are_those_of_the_night(told, night: PublishedNight):
    said = " ".join(item(night, "prisma-lsr", "L3").said)
    decision = told.result.judgement.decision
    assert f"{decision.status}: {decision.rationale}. {decision.explanation}" in said
    waiting = sum(facts_of(night).owed.values())
    assert waiting == len(told.result.page.queue)


def test_every_source_has_its_question_in_the_log(shipped: PublishedNight):
    [log] = [told.log for told in statements_of(shipped) if told.name == "prisma-s"]
    assert "[tiab]" in log
    assert "query.cond=" in log
    for source in shipped.sources:
        assert f"| {source.title} |" in log


def test_a_source_that_was_not_searched_to_its_end_is_never_called_searched(shipped: PublishedNight):
    first, *others = shipped.sources
    stale = msgspec.structs.replace(
        first, state=SourceState.FAILED, is_stale=True, is_overdue=True, last_complete_at=datetime(2024, 1, 2, 6)
    )
    night = msgspec.structs.replace(shipped, sources=(stale, *others))
    for statement, number in (("prisma-2020", "6"), ("prisma-s", "13")):
        [said] = [text for text in item(night, statement, number).said if text.startswith(first.title)]
        assert "2024-01-02" in said
        assert "no longer within its limit" in said
    text = as_markdown(night)
    assert "Every source that is followed was searched to its end" not in text
    assert "every source that is followed was within its limit" not in text
    assert f"longer ago than allowed: {first.title}" in text


def test_a_source_that_was_never_searched_is_named(shipped: PublishedNight):
    first, *others = shipped.sources
    never = msgspec.structs.replace(first, is_stale=True, is_overdue=True, last_complete_at=None, last_sweep_at=None)
    night = msgspec.structs.replace(shipped, sources=(never, *others))
    assert f"{first.title}: never searched to its end." in item(night, "prisma-s", "13").said


def test_searches_by_hand_are_told_and_their_strategies_owed(shipped: PublishedNight):
    by_hand = msgspec.structs.replace(
        shipped.sources[0], source="embase", title="Embase", is_by_hand=True, last_sweep_at=None
    )
    night = msgspec.structs.replace(shipped, sources=(*shipped.sources, by_hand))
    search = {
        "database": "embase", "title": "Embase", "searched_on": date(2024, 2, 1), "is_day_given": False,
        "files": ["a.ris"], "n_records": 17, "n_new": 3,
    }  # fmt: skip
    night = with_rows(night, "review_search", [search])
    assert "the platform on which Embase was searched" in item(night, "prisma-s", "1").owed
    assert any("as run for Embase" in owed for owed in item(night, "prisma-s", "8").owed)
    assert item(night, "prisma-s", "13").owed == ("the day of the search of Embase in a.ris",)
    assert "Embase, 2024-02-01: 17 records." in item(night, "prisma-s", "15").said


def test_what_people_decided_is_counted_apart_from_rules(shipped: PublishedNight):
    rows = [dict(row) for row in shipped["review_screening_decision"]]
    for row in rows[:3]:
        row["decided_by"] = "A. Author"
    said = " ".join(item(with_rows(shipped, "review_screening_decision", rows), "raise", "R3").said)
    assert f"{len(rows) - 3} by rule, 3 by people (A. Author 3)" in said


def test_a_protocol_without_words_claims_none(shipped: PublishedNight):
    eligibility = shipped.review.protocol.eligibility.model_copy(update={"population": TermRule()})
    protocol = shipped.review.protocol.model_copy(update={"question": "", "eligibility": eligibility})
    night = msgspec.structs.replace(shipped, review=replace(shipped.review, protocol=protocol))
    assert item(night, "prisma-2020", "4").state == "owed"
    assert item(night, "prisma-2020", "5").owed == ("the criteria of eligibility",)
    assert "are judged for each study" not in as_markdown(night)


def test_criteria_are_those_that_the_protocol_asks(shipped: PublishedNight):
    plain = " ".join(item(shipped, "prisma-2020", "5").said)
    assert "5 criteria are judged" in plain
    assert "Designs that are taken: randomised." in plain
    given = {"age": {"from_years": 18}, "designs": ["randomised", "single_arm"]}
    eligibility = Eligibility.model_validate(shipped.review.protocol.eligibility.model_dump(exclude_unset=True) | given)
    protocol = shipped.review.protocol.model_copy(update={"eligibility": eligibility})
    limited = msgspec.structs.replace(shipped, review=replace(shipped.review, protocol=protocol))
    told = " ".join(item(limited, "prisma-2020", "5").said)
    assert "6 criteria are judged" in told
    assert "co-interventions and age." in told
    assert "randomised; single arm." in told


def test_a_review_before_its_first_version_says_so(shipped: PublishedNight):
    protocol = shipped.review.protocol.model_copy(update={"watched_from": date(2020, 1, 1)})
    night = msgspec.structs.replace(shipped, review=replace(shipped.review, protocol=protocol, versions=()))
    text = as_markdown(night)
    assert "No version was published before this one." in text
    assert "version ," not in text


def test_a_study_without_a_judgement_on_bias_is_owed_by_name(shipped: PublishedNight):
    assert item(shipped, "prisma-2020", "18").owed == ("the risk of bias of NurOwn phase 2 (abstract)",)


def test_the_replay_is_not_taken_for_the_registries(shipped: PublishedNight):
    assert "were replayed from a dated archive" in as_markdown(shipped)
    live = msgspec.structs.replace(shipped, registries="live")
    assert "replayed" not in as_markdown(live)


def test_the_same_night_gives_the_same_text(told, night: PublishedNight):
    again = read_night(told.review, told.settings)
    assert (as_markdown(again), as_json(again)) == (as_markdown(night), as_json(night))


def test_a_search_day_that_nobody_told_is_not_told_as_one(shipped: PublishedNight):
    assert f"searched on {shipped.review.baseline.search_date}." in as_markdown(shipped)
    *older, newest = shipped.review.versions
    assumed = newest.model_copy(update={"search_date_is": "assumed"})
    text = as_markdown(msgspec.structs.replace(shipped, review=replace(shipped.review, versions=(*older, assumed))))
    assert f"searched on {newest.search_date}." not in text
    assert f"{newest.search_date} (taken for the day of the search, which is not told)" in text


def test_studies_are_told_apart_from_their_rows_and_people_only_where_they_are_known(shipped: PublishedNight):
    rows = [
        row | {"k": 7, "n_studies": 5, "n_participants": None} if row["k"] else row
        for row in shipped["out_pooled_effect"]
    ]
    text = as_markdown(with_rows(shipped, "out_pooled_effect", rows))
    assert "5 studies in 7 rows." in text
    assert "n = None" not in text
