"""What people say of searches is applied, or refused with file, line, field, value and what to do."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from models.database_names import TITLES, database_called, database_meant, numbered_in
from models.folder_files import ReviewError
from models.review import load_review
from models.search import FileSearch, day_in_name

LIMITED = "{freshness_limit_days: 90}"


@pytest.fixture
def folder(second_review: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(second_review, tmp_path / second_review.name))


def with_searches(folder: Path, *lines: str) -> Path:
    path = folder / "protocol.yaml"
    text = path.read_text(encoding="utf-8")
    added = "".join(f"  {line}\n" for line in lines)
    path.write_text(
        text.replace("  pubmed: {freshness_limit_days: 3}\n", f"  pubmed: {LIMITED}\n{added}"), encoding="utf-8"
    )
    return folder


def line_of(path: Path, beginning: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(n for n, line in enumerate(lines, start=1) if line.strip().startswith(beginning))


def test_databases_are_named_beside_the_sources(folder: Path) -> None:
    own = "wounds: {freshness_limit_days: 180, title: Wounds Index}"
    crs = "crs: {freshness_limit_days: 365, title: Wounds Specialised Register}"
    protocol = load_review(with_searches(folder, f"embase: {LIMITED}", crs, own)).protocol
    assert protocol.by_hand == {"embase": "Embase", "crs": "Wounds Specialised Register", "wounds": "Wounds Index"}
    assert list(protocol.by_program) == ["ctgov", "pubmed"]


WRONG = [
    ("embase: {}", "embase", "freshness_limit_days: 90"),
    ("wounds: {title: Wounds Index}", "wounds", "freshness_limit_days: 90"),
    (f"Embase: {LIMITED}", "Embase", "write embase"),
    (f"Web of Science: {LIMITED}", "Web of Science", "write wos"),
    ("other: {freshness_limit_days: 90, title: Others}", "other", "cannot name a database"),
    ("done: {freshness_limit_days: 90, title: Done}", "done", "cannot name a database"),
    ("My Base: {freshness_limit_days: 90, title: Mine}", "My Base", "cannot name a database"),
    ("mine: {freshness_limit_days: 90, title: embase}", "mine", "embase has it already"),
    ("embase: {freshness_limit_days: 0}", "embase.freshness_limit_days", "greater than 0"),
    ("embase: {freshness_limit: 90}", "embase.freshness_limit", "correct its spelling"),
]


@pytest.mark.parametrize(("line", "field", "action"), WRONG, ids=[row[0] for row in WRONG])
def test_a_database_that_is_named_badly_is_refused_with_its_line(
    folder: Path, line: str, field: str, action: str
) -> None:
    with_searches(folder, line)
    with pytest.raises(ReviewError) as refused:
        load_review(folder)
    place = f"{folder / 'protocol.yaml'}:{line_of(folder / 'protocol.yaml', line)}: searches.{field}: "
    assert any(place in said and action in said for said in str(refused.value).splitlines()), refused.value


HEADER = "database,searched_on,n_records,file,searched_by,known_from,note\n"
ROWS = [
    ("embsae,2026-11-02,0,,A. Author,2026-11-20,", "database", "write 'embase'"),
    ("embase,2026-11-02,,,A. Author,2026-11-20,", "row", "number of records found"),
    ("embase,,0,,A. Author,2026-11-20,", "row", "the day on which it was made"),
    ("other,2026-11-02,0,,A. Author,2026-11-20,", "row", "said of a file"),
    ("embase,2026-11-21,0,,A. Author,2026-11-20,", "row", "is after known_from"),
    ("embase,2026-11-02,-1,,A. Author,2026-11-20,", "n_records", "greater than or equal to 0"),
    ("embase,2026-11-02,0,export.ris,A. Author,2026-11-20,", "file", "form"),
    ("embase,2.11.2026,0,,A. Author,2026-11-20,", "searched_on", "date"),
]


@pytest.mark.parametrize(("row", "field", "action"), ROWS, ids=[row[0] for row in ROWS])
def test_a_row_that_cannot_be_is_refused_with_its_line(folder: Path, row: str, field: str, action: str) -> None:
    (folder / "searches.csv").write_text(HEADER + row + "\n", encoding="utf-8")
    with pytest.raises(ReviewError) as refused:
        load_review(folder)
    [said] = str(refused.value).splitlines()
    assert said.startswith(f"{folder / 'searches.csv'}:2: {field}: ")
    assert action in said


def test_rows_that_contradict_each_other_are_refused(folder: Path) -> None:
    said = "embase,,,f0123456789ab,A. Author,2026-11-20,\n"
    (folder / "searches.csv").write_text(HEADER + said + said + said.replace("embase", "other"), encoding="utf-8")
    with pytest.raises(ReviewError, match="lines 2 and 3 say one thing twice") as refused:
        load_review(folder)
    assert "searches.csv:2: file: f0123456789ab: line 4 says that it is no database's search" in str(refused.value)


def test_a_search_is_known_from_the_day_that_its_row_says(folder: Path) -> None:
    (folder / "searches.csv").write_text(HEADER + "crs,2026-11-02,0,,A. Author,2026-11-20,\n", encoding="utf-8")
    review = load_review(folder)
    assert [len(review.as_of(date(2026, 11, day)).searches) for day in (19, 20)] == [0, 1]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("embase", "embase"),
        ("EMBASE", "embase"),
        ("Web of Science", "wos"),
        (" mine ", "wounds"),
        ("embsae", ""),
        ("", ""),
    ],
)
def test_people_call_a_database_by_slug_or_title(name: str, slug: str) -> None:
    assert database_called(name, {"wounds": "Mine"}) == slug


@pytest.mark.parametrize(("slug", "title"), TITLES.items())
def test_a_database_is_meant_by_its_slug_and_title_alone(slug: str, title: str) -> None:
    assert {database_meant(slug), database_meant(title)} == {slug}


def test_what_everybody_prints_numbers_nothing() -> None:
    names = ["PMID:1", "DOI:10.0000/a", "EMBASE:624760001", "CENTRAL:CN-02999001", "RIS:0123456789abcdef"]
    assert numbered_in(names) == ("central", "embase")


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("embase_2026-11-18.ris", "2026-11-18"),
        ("2026-11-18.ris", "2026-11-18"),
        ("2026-11-18 (2026-11-18).ris", "2026-11-18"),
        ("2015-01-01_to_2026-11-18.ris", ""),
        ("2026-13-18.ris", ""),
        ("2026-11-21.ris", ""),
        ("12026-11-18.ris", ""),
        ("export.ris", ""),
    ],
)
def test_a_name_tells_one_day_that_has_come(name: str, day: str) -> None:
    assert day_in_name(name, date(2026, 11, 20)) == day


@pytest.mark.parametrize(("name", "slug"), [("Embase", "embase"), ("mine", "wounds"), ("other", "other"), ("", "")])
def test_what_is_said_of_a_search_is_understood(name: str, slug: str) -> None:
    today = date(2026, 11, 20)
    assert FileSearch(database=name, on=today).checked({"wounds": "Mine"}, today) == FileSearch(database=slug, on=today)


def test_what_cannot_be_is_refused_with_what_to_write() -> None:
    today = date(2026, 11, 20)
    with pytest.raises(ValueError, match=r"no database 'embsae'; write one of wounds, central, medline, embase"):
        FileSearch(database="embsae").checked({"wounds": "Mine"}, today)
    with pytest.raises(ValueError, match="still to come"):
        FileSearch(on=date(2026, 11, 21)).checked({}, today)
