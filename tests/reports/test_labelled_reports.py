"""The labelled set of made-up reports says nothing that its own files contradict."""

import csv
import re
from collections import Counter, defaultdict
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import msgspec
import pytest
from lxml import etree

from connectors.boundary import read_page
from models.registers import ids_in
from models.report import Report
from models.trial import Page, Parsed, Rejected, TrialRecord

HERE = Path(__file__).parent
FILES = HERE / "files"
SOURCES = {".ris": "ris", ".nbib": "nbib", ".xml": "pubmed", ".json": "europepmc"}
"""Connector that reads a file, by the ending of its name."""
SEEN = datetime(2026, 11, 20, tzinfo=UTC)
WORDS = {"met", "not_met", "unclear"}
CRITERIA = ("population", "intervention", "design")
LEAST_OF_A_KIND = 4
MADE_UP_NUMBER = re.compile(r"(?:NCT|ISRCTN|RBR-)9|\d{4}-5?9\d{4,5}-\d\d|.*99")
"""Where no register has arrived."""
Row = dict[str, str]

with (HERE / "labels.csv").open(encoding="utf-8", newline="") as _file:
    ROWS: list[Row] = list(csv.DictReader(_file))
RECORDS = msgspec.json.decode((HERE / "records.json").read_bytes(), type=dict[str, list[TrialRecord]])
HELD = {record.registry_id for records in RECORDS.values() for record in records}
NAMES = sorted({row["file"] for row in ROWS})

every_file = pytest.mark.parametrize("name", NAMES)


@cache
def entries(name: str) -> list[str]:
    """The records of a file as they stand there, in its order."""
    text = in_letters((FILES / name).read_bytes())
    match Path(name).suffix:
        case ".ris":
            return re.findall(r"^TY  - .*?^ER  - ?$", text, re.MULTILINE | re.DOTALL)
        case ".nbib":
            return re.findall(r"^PMID- .*?(?=^PMID- |\Z)", text, re.MULTILINE | re.DOTALL)
        case ".xml":
            found = etree.fromstring(text.encode()).iterfind("PubmedArticle")
            return [etree.tostring(item, encoding="unicode") for item in found]
        case _:
            results = msgspec.json.decode(text)["resultList"]["result"]
            return [msgspec.json.encode(item).decode() for item in results]


def in_letters(body: bytes) -> str:
    """UTF-8, or what Windows wrote; marks of an encoding and line ends of Windows are no text."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("cp1252")
    return text.replace("\ufeff", "").replace("\r\n", "\n")


@cache
def parsed(name: str) -> list[Parsed]:
    source, body = SOURCES[Path(name).suffix], (FILES / name).read_bytes()
    return list(read_page(Page(source=source, kind="file", url=f"file:{name}", body=body, observed_at=SEEN)))


def read(name: str) -> list[Parsed]:
    """What a file gives, without the one word that its encoding was guessed."""
    return [item for item in parsed(name) if not (isinstance(item, Rejected) and "a guess" in item.reason)]


def test_only_the_file_of_windows_is_guessed() -> None:
    assert [name for name in NAMES if len(parsed(name)) > len(read(name))] == ["als_crs.ris"]


def bare(title: str) -> str:
    return " ".join(re.findall(r"\w+", title.casefold()))


def parts(cell: str) -> set[str]:
    return {part for part in cell.split("; ") if part}


def grouped(column: str) -> dict[str, list[Row]]:
    found = defaultdict(list)
    for row in ROWS:
        found[row[column]].append(row)
    return found


def test_the_set_is_large_enough_to_measure_on() -> None:
    assert len(ROWS) >= 180
    assert sum(len(copies) - 1 for copies in grouped("report").values()) >= 60
    assert {len(copies) for copies in grouped("report").values()} == {1, 2, 3, 4}


def test_every_file_has_labels() -> None:
    assert sorted(path.name for path in FILES.iterdir()) == NAMES


@every_file
def test_every_record_of_a_file_is_labelled_once_and_in_order(name: str) -> None:
    rows = grouped("file")[name]
    assert [row["n"] for row in rows] == [str(number) for number, _ in enumerate(entries(name), start=1)]


@every_file
def test_a_file_is_read_whole_and_in_order(name: str) -> None:
    found = read(name)
    assert [item for item in found if not isinstance(item, Report)] == []
    titles = [bare(item.title) for item in found if isinstance(item, Report)]
    starts = [bare(row["title_start"]) for row in grouped("file")[name]]
    assert [title[: len(start)] for title, start in zip(titles, starts, strict=True)] == starts


@every_file
def test_the_numbers_of_a_row_are_those_of_its_record(name: str) -> None:
    """Whoever reads the record finds them, in a field or in a text, and finds no other."""
    for row, entry in zip(grouped("file")[name], entries(name), strict=True):
        text = re.sub(r"<[^<>]+>|10\.99999/\S+", " ", entry).replace("\n      ", " ")
        assert parts(row["number"]) == set(ids_in(text)), row


def test_labels_use_their_words() -> None:
    for row in ROWS:
        assert row["reason"], row
        assert {row[criterion] for criterion in (*CRITERIA, "comparator", "verdict")} <= WORDS, row
        assert row["expected"] in {"joins", "asked", "study_of_its_own", "nothing"}, row


def test_a_number_is_held_where_a_record_has_it() -> None:
    for row in ROWS:
        numbers = parts(row["number"])
        assert row["number_held"] == ("held" if numbers & HELD else "not_held" if numbers else "none"), row


def test_a_verdict_follows_from_its_criteria() -> None:
    """What is not said of the comparison leaves the verdict; what is said against it does not."""
    for row in ROWS:
        said = {row[criterion] for criterion in CRITERIA}
        worst = "unclear" if "unclear" in said else "met"
        assert row["verdict"] == ("not_met" if "not_met" in said | {row["comparator"]} else worst), row


def test_a_study_is_a_record_or_has_none() -> None:
    for row in ROWS:
        here = {record.registry_id for record in RECORDS[row["review"]]}
        candidates = parts(row["candidates"])
        assert candidates <= here, row
        is_right = {
            "joins": row["study"] in here,
            "asked": row["study"] == "unclear",
            "study_of_its_own": re.fullmatch(r"(?:unregistered|not-held)-\d+", row["study"]) is not None,
            "nothing": row["study"] == "none",
        }
        assert is_right[row["expected"]], row
        assert bool(candidates) == (row["expected"] == "asked"), row


def test_nothing_that_could_be_eligible_is_left_out() -> None:
    for row in ROWS:
        if row["expected"] == "nothing":
            assert row["verdict"] == "not_met", row
        if row["expected"] in {"asked", "study_of_its_own"}:
            assert row["verdict"] != "not_met", row


def test_copies_of_a_report_tell_of_one_study_in_one_review() -> None:
    for copies in grouped("report").values():
        for column in ("review", "study", "expected", "candidates"):
            assert len({row[column] for row in copies}) == 1, copies


def test_copies_of_a_report_stand_in_different_files() -> None:
    places = Counter((row["report"], row["file"]) for row in ROWS)
    assert max(places.values()) == 1


@pytest.mark.parametrize(("column", "least"), [("kind", LEAST_OF_A_KIND), ("language", 3)])
def test_each_kind_and_language_occurs_often_enough_and_in_both_reviews(column: str, least: int) -> None:
    for word, rows in grouped(column).items():
        assert len(rows) >= least, word
        assert {row["review"] for row in rows} == set(RECORDS), word


def test_the_readme_counts_what_is_there() -> None:
    text = (HERE / "README.md").read_text(encoding="utf-8")
    told = {word: int(n) for word, n in re.findall(r"^\| `(\w+)` \| (\d+) \|", text, re.MULTILINE)}
    assert told == Counter(row["kind"] for row in ROWS)
    n_languages = len(grouped("language"))
    assert (
        f"**{len(ROWS)} rows, {len(grouped('report'))} reports, {len(NAMES)} files, {n_languages} languages**" in text
    )
    for column in ("verdict", "expected", "number_held"):
        for word, n in Counter(row[column] for row in ROWS).items():
            assert f"{word} {n}" in " ".join(text.split())


@every_file
def test_nothing_in_a_file_is_a_real_paper(name: str) -> None:
    """DOIs stand under a prefix that is given to nobody, PMIDs where PubMed has not arrived."""
    for item in read(name):
        assert isinstance(item, Report)
        assert item.doi is None or item.doi.lower().startswith("10.99999/")
        if item.report_id.startswith("PMID:"):
            assert int(item.report_id.removeprefix("PMID:")) >= 90_000_000


def test_nothing_in_the_set_is_a_real_registration() -> None:
    numbers = HELD.union(*(parts(row["number"]) for row in ROWS))
    assert [number for number in sorted(numbers) if not MADE_UP_NUMBER.match(number)] == []


def test_the_registrations_of_a_study_name_each_other() -> None:
    for records in RECORDS.values():
        known = {record.registry_id: {item.id for item in record.secondary_ids} for record in records}
        for number, others in known.items():
            assert all(number in known[other] for other in others)
