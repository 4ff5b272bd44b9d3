"""Of which database a loaded file is, when each was searched last, and what is due: never more than what was told."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from judging.freshness import Required, freshness_of
from judging.hand_searches import due, search_log, unfollowed_databases
from models.protocol import Protocol
from models.review import Review, load_review
from models.search import HandSearch, LoadedFile, ToldRecords
from models.search_rows import SearchRow, SourceSearch

NIGHT = datetime(2026, 11, 20, 6, tzinfo=UTC)
FILE = "f0123456789ab"
BY_HAND = {
    "central": SourceSearch(freshness_limit_days=90),
    "embase": SourceSearch(freshness_limit_days=90),
    "crs": SourceSearch(freshness_limit_days=365, title="Wounds Specialised Register"),
    "wounds": SourceSearch(freshness_limit_days=180, title="Wounds Index"),
}
SPANNING = {"ris", "nbib", "who-xml"}


@pytest.fixture(scope="session")
def review(second_review: Path) -> Review:
    """The second review with databases that people search."""
    read = load_review(second_review)
    searches = {"ctgov": SourceSearch(), "pubmed": SourceSearch(), **BY_HAND}
    return with_protocol(read, read.protocol.model_copy(update={"searches": searches}))


def with_protocol(review: Review, protocol: Protocol) -> Review:
    return Review(**{**vars(review), "protocol": protocol})


def saying(review: Review, *rows: dict[str, Any]) -> Review:
    said = {"searched_by": "A. Author", "known_from": date(2026, 11, 20)}
    return Review(**{**vars(review), "searches": tuple(SearchRow(**(said | row)).at(2) for row in rows)})


def records(*told: tuple[str, tuple[str, ...], int]) -> tuple[ToldRecords, ...]:
    return tuple(ToldRecords(are_reports=True, named=a, numbered=b, n=n, n_new=1) for a, b, n in told)


def loaded(**fields: Any) -> LoadedFile:
    known = {
        "key": FILE,
        "name": "export.ris",
        "source": "ris",
        "loaded_at": NIGHT,
        "records": records(("", (), 3)),
    }
    return LoadedFile(**(known | fields))


SILENT = records(("", (), 3))
OF_EMBASE = records(("", ("embase",), 3))
TELLING = [
    ("folder or option", {"database": "embase", "records": SILENT}, ["embase"]),
    ("a database of the protocol's own", {"database": "wounds", "records": SILENT}, ["wounds"]),
    ("named by every record", {"records": records(("embase", (), 2), ("embase", ("central",), 1))}, ["embase"]),
    ("numbered in one", {"records": OF_EMBASE}, ["embase"]),
    ("CENTRAL repeats Embase's numbers", {"records": records(("", ("central", "embase"), 9))}, ["central"]),
    ("CENTRAL numbers all, Embase some", {"records": records(("", ("central", "embase"), 1), ("", ("central",), 1))}, ["central"]),
    ("another form, whose records name MEDLINE", {"source": "nbib", "records": records(("medline", (), 9))}, ["medline"]),
    ("a name goes before a number", {"records": records(("scopus", ("embase",), 1))}, ["scopus"]),
    ("folder that some records agree with", {"database": "embase", "records": records(("embase", (), 1), ("medline", (), 5))}, ["embase"]),
    ("a register's records bear CENTRAL's numbers", {"database": "crs", "records": records(("", ("central",), 5))}, ["crs"]),
    ("no database's search", {"database": "other", "records": OF_EMBASE}, []),
    ("a register's file", {"source": "who-xml", "records": (ToldRecords(are_reports=False, n=3, n_new=3),)}, []),
    ("a file of a fetched source", {"source": "pubmed", "records": SILENT}, []),
    ("nothing could be read", {"records": (), "database": "embase", "n_rejected": 1}, []),
]  # fmt: skip
ASKED = [
    ("nothing tells", {"records": SILENT}, "neither its folder nor all of its records tell"),
    ("some tell nothing", {"records": records(("embase", (), 99), ("", (), 1))}, "nor all of its records tell"),
    ("two are named", {"records": records(("embase", (), 2), ("medline", (), 2))}, "MEDLINE and Embase"),
    ("two have numbered", {"records": records(("", ("embase",), 2), ("", ("wos",), 2))}, "Embase and Web of Science"),
    (
        "folder against every name",
        {"database": "embase", "records": records(("scopus", (), 4))},
        "it was loaded as Embase, and its records are of Scopus",
    ),
    (
        "folder against every number",
        {"database": "central", "records": records(("", ("embase",), 4), ("", (), 9))},
        "it was loaded as CENTRAL, and its records are of Embase",
    ),
]


@pytest.mark.parametrize(("fields", "databases"), [row[1:] for row in TELLING], ids=[row[0] for row in TELLING])
def test_a_file_is_of_the_database_that_is_told(review: Review, fields: dict[str, Any], databases: list[str]) -> None:
    log = search_log([loaded(**fields)], review, SPANNING)
    assert [item.database for item in log.searches] == databases
    assert log.tasks == ()


@pytest.mark.parametrize(("fields", "why"), [row[1:] for row in ASKED], ids=[row[0] for row in ASKED])
def test_a_file_that_nothing_or_too_much_tells_of_is_asked_and_the_answer_works(
    review: Review, fields: dict[str, Any], why: str
) -> None:
    log = search_log([loaded(**fields)], review, SPANNING)
    [task] = log.tasks
    assert (log.searches, task.kind, task.subject, task.value) == ((), "search", "export.ris", FILE)
    assert why in task.reason
    assert f"trialwatch searched DATABASE --file {FILE}" in task.action
    answered = saying(review, {"database": "embase", "file": FILE, "searched_on": date(2026, 11, 3)})
    log = search_log([loaded(**fields)], answered, SPANNING)
    [search] = log.searches
    assert (search.database, search.searched_on, search.is_day_given, log.tasks) == (
        "embase",
        date(2026, 11, 3),
        True,
        (),
    )
    other = saying(review, {"database": "other", "file": FILE})
    log = search_log([loaded(**fields)], other, SPANNING)
    assert (log.searches, log.tasks) == ((), ())


def test_a_file_of_two_databases_counts_for_those_that_a_person_names_each_with_its_own_records(review: Review) -> None:
    file = loaded(records=records(("embase", (), 7), ("medline", (), 4)))
    both = saying(review, {"database": "embase", "file": FILE}, {"database": "medline", "file": FILE})
    log = search_log([file], both, SPANNING)
    assert {item.database: (item.n_records, item.n_new) for item in log.searches} == {
        "embase": (7, 1),
        "medline": (4, 1),
    }


def test_a_row_about_a_file_that_was_never_loaded_is_a_task(review: Review) -> None:
    log = search_log([], saying(review, {"database": "embase", "file": FILE}), SPANNING)
    [task] = log.tasks
    assert (task.kind, task.reason.startswith("searches.csv:2: no file")) == ("ruling", True)


DAY, EARLIER, LATER = date(2026, 11, 20), date(2026, 11, 2), date(2026, 12, 24)
AGAIN = [
    ("twice without a day", [(None, 0), (None, 40)], [(DAY, False)]),
    ("again with the day of the first", [(None, 0), (EARLIER, 1)], [(EARLIER, True)]),
    ("again as another search", [(None, 0), (LATER, 40)], [(DAY, False), (LATER, True)]),
    ("twice with one day", [(EARLIER, 0), (EARLIER, 1)], [(EARLIER, True)]),
]


@pytest.mark.parametrize(("loadings", "searches"), [row[1:] for row in AGAIN], ids=[row[0] for row in AGAIN])
def test_the_same_file_counts_again_only_as_the_search_of_another_day(
    review: Review, loadings: list[tuple[date | None, int]], searches: list[tuple[date, bool]]
) -> None:
    files = [
        loaded(database="embase", searched_on=day, loaded_at=NIGHT + timedelta(days=later)) for day, later in loadings
    ]
    found = search_log(files, review, SPANNING).searches
    assert [(item.searched_on, item.is_day_given) for item in found] == searches


def test_what_one_copy_of_a_file_tells_of_its_database_stands_for_the_others(review: Review) -> None:
    files = [loaded(), loaded(database="wounds", loaded_at=NIGHT + timedelta(days=3), records=())]
    log = search_log(files, review, SPANNING)
    assert [(item.database, item.searched_on, item.n_records) for item in log.searches] == [("wounds", DAY, 3)]
    assert log.tasks == ()


def test_several_files_of_one_day_are_one_search(review: Review) -> None:
    files = [loaded(key=f"f{n:012d}", name=f"{n}.ris", database="embase", searched_on=EARLIER) for n in (1, 2)]
    [search] = search_log(files, review, SPANNING).searches
    assert (search.n_records, search.n_new, search.n_known, search.files) == (6, 2, 4, ("1.ris", "2.ris"))


WHOLE = [(0, 0, True), (0, 3, True), (3, 3, True), (12, 3, False), (12, 0, False)]
"""Records that people say were found, records in the loaded file (0: no file), and whether that is a whole search."""


@pytest.mark.parametrize(("n_said", "n_loaded", "is_whole"), WHOLE)
def test_a_search_is_whole_once_all_that_it_found_is_loaded(
    review: Review, n_said: int, n_loaded: int, is_whole: bool
) -> None:
    files = [loaded(database="embase", searched_on=EARLIER)] if n_loaded else []
    stated = saying(review, {"database": "embase", "searched_on": EARLIER, "n_records": n_said})
    [search] = search_log(files, stated, SPANNING).searches
    assert (search.n_expected, search.reason == "") == (n_said, is_whole)
    [found] = freshness_of([required("embase")], (), NIGHT, [search])
    assert (found.is_overdue, found.is_stale) == (not is_whole, not is_whole)


def test_the_published_version_has_searched_what_it_names(review: Review) -> None:
    versions = (review.versions[-1].model_copy(update={"databases": ["Embase", "MEDLINE", "AMED", "Wounds Index"]}),)
    named = Review(**{**vars(review), "versions": versions})
    found = search_log([], named, SPANNING).searches
    assert {(item.database, item.searched_on, item.n_records) for item in found} == {
        ("embase", versions[0].search_date, None),
        ("wounds", versions[0].search_date, None),
    }
    assert unfollowed_databases(named) == ("AMED",)
    without = named.protocol.model_copy(update={"searches": {"ctgov": SourceSearch()}})
    assert unfollowed_databases(with_protocol(named, without)) == ("Embase", "MEDLINE", "AMED", "Wounds Index")


def required(*databases: str) -> Any:
    [found] = [
        Required(source=slug, title=slug, limit_days=BY_HAND[slug].freshness_limit_days, is_by_hand=True)
        for slug in databases
    ]
    return found


DAYS = st.integers(0, 400).map(lambda n: (NIGHT - timedelta(days=n)).date())
SEARCHES = st.lists(
    st.builds(
        HandSearch,
        database=st.sampled_from(sorted(BY_HAND)),
        title=st.just("made up"),
        searched_on=DAYS,
        told_by=st.just("made up"),
        reason=st.sampled_from(["", "", "not all is loaded"]),
    ),
    max_size=9,
)


@given(SEARCHES)
def test_a_database_is_in_date_by_a_whole_search_of_its_own_and_by_nothing_else(searches: Sequence[HandSearch]) -> None:
    in_order = sorted(searches, key=lambda item: item.searched_on)
    every = [required(slug) for slug in BY_HAND]
    for found in freshness_of(every, (), NIGHT, in_order):
        limit = BY_HAND[found.source].freshness_limit_days
        own = [item for item in in_order if item.database == found.source]
        ages = [(NIGHT.date() - item.searched_on).days for item in own if not item.reason]
        assert found.is_overdue is not any(age <= limit for age in ages)
        assert found.is_stale is (found.is_overdue or bool(own and own[-1].reason))
        assert freshness_of([required(found.source)], (), NIGHT, own) == (found,)


@pytest.mark.parametrize(
    ("age", "said"),
    [(0, ""), (80, ""), (81, "is due"), (90, "is due"), (91, "is due"), (None, "has not been searched yet")],
)
def test_a_search_is_asked_for_before_its_limit_and_until_it_is_made(
    review: Review, age: int | None, said: str
) -> None:
    files = [] if age is None else [loaded(database="embase", searched_on=DAY - timedelta(days=age))]
    searches = search_log(files, review, SPANNING).searches
    freshness = freshness_of([required("embase")], (), NIGHT, searches)
    assert freshness[0].is_overdue is (age is None or age > 90)
    tasks = list(due(freshness, review, NIGHT))
    assert [said in task.reason for task in tasks] == [True] * bool(said)
    for task in tasks:
        for command in (
            "searches pressure_ulcers --for embase.com",
            "ingest ris FILE --database embase",
            "searched embase",
        ):
            assert command in task.action


def test_the_same_task_has_one_name_until_something_changes(review: Review) -> None:
    searches = search_log([loaded(database="embase", searched_on=DAY - timedelta(days=85))], review, SPANNING).searches
    names = set()
    for later in (0, 5, 6, 200):
        moment = NIGHT + timedelta(days=later)
        names |= {task.item for task in due(freshness_of([required("embase")], (), moment, searches), review, moment)}
    assert len(names) == 1


def test_a_day_that_is_still_to_come_counts_for_nothing() -> None:
    later = HandSearch(database="embase", title="Embase", searched_on=LATER, told_by="made up")
    [found] = freshness_of([required("embase")], (), NIGHT, [later])
    assert (found.is_overdue, found.last_complete_at, msgspec.to_builtins(found.state)) == (True, None, "failed")


@pytest.mark.parametrize("is_told", [True, False])
def test_the_search_of_a_version_says_whether_its_day_was_told(review: Review, is_told: bool) -> None:
    changed = {"databases": ["Embase"], "search_date_is": "stated" if is_told else "assumed"}
    versions = tuple(version.model_copy(update=changed) for version in review.versions)
    log = search_log([], Review(**{**vars(review), "versions": versions}), SPANNING)
    assert {(item.database, item.is_day_given) for item in log.searches} == {("embase", is_told)}
