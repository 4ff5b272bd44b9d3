"""Small inputs that went wrong, read as their right answers say; they live beside the project and not in it."""

import csv
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.boundary import read_page
from models.review import load_review
from models.trial import Page, Parsed, Rejected, TrialRecord
from models.vocabulary import Criterion, ReferenceType, Verdict
from studies.verdicts import Verdicts

CASES = Path(__file__).parents[2] / "shared" / "cases" / "sources"
REGISTRATIONS = CASES.with_name("registrations")
LABELS = {
    "is_population": Criterion.POPULATION,
    "is_cell_therapy": Criterion.INTERVENTION,
    "is_randomised": Criterion.DESIGN,
    "has_inactive_control": Criterion.COMPARATOR,
}
"""Columns of the labels, by the criterion that they judge."""
SEEN = datetime(2026, 11, 20, 6, tzinfo=UTC)
Load = Callable[[str, str], tuple[list[Any], list[Rejected]]]


@pytest.fixture(scope="module")
def load() -> Load:
    """Reads a case as a file of a source."""
    if not CASES.is_dir():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"no cases at {CASES}")

    def load(name: str, source: str) -> tuple[list[Any], list[Rejected]]:
        page = Page(source=source, kind="file", url=f"file:{name}", body=(CASES / name).read_bytes(), observed_at=SEEN)
        found: list[Parsed] = read_page(page)
        rejected = [item for item in found if isinstance(item, Rejected)]
        return [item for item in found if not isinstance(item, Rejected)], rejected

    return load


def test_abstracts_that_share_the_doi_of_their_supplement_are_three(load: Load) -> None:
    reports, rejected = load("ris_embase_abstracts_one_doi.ris", "ris")
    assert [item.report_id for item in reports] == ["EMBASE:624760001", "EMBASE:624760002", "EMBASE:624760003"]
    assert (rejected, {item.doi for item in reports}) == ([], {None})


def test_files_that_were_joined_are_three_reports(load: Load) -> None:
    reports, rejected = load("ris_two_files_joined_bom.ris", "ris")
    assert [(item.title.partition(",")[0], item.doi) for item in reports] == [
        ("First file", "10.9999/first"),
        ("Second file", "10.9999/second"),
        ("Second file", "10.9999/third"),
    ]
    assert rejected == []


def test_a_month_beside_its_year_is_a_date(load: Load) -> None:
    reports, rejected = load("ris_wos_da_month.ris", "ris")
    assert [item.published_date for item in reports] == ["2019-06-13", "2018-09", "2018-11"]
    assert rejected == []


def test_what_is_ahead_of_print_is_kept(load: Load) -> None:
    reports, rejected = load("ris_no_year_early_access.ris", "ris")
    assert [(item.published_date, item.registry_date) for item in reports] == [
        ("2026-01", "2026-01"),
        (None, "2026-11-20"),
    ]
    assert rejected == []


def test_a_zip_is_opened(load: Load) -> None:
    trials, rejected = load("ctg-studies.json.zip", "ctgov")
    assert ([item.record_id for item in trials], rejected) == (["NCT09990001", "NCT09990002"], [])


@pytest.mark.parametrize(
    ("name", "source", "to_do"),
    [
        ("ctgov_new_download.csv", "ctgov", "choose JSON instead of CSV"),
        ("ctis_download.csv", "ctis", "CTIS is asked for these trials every night"),
    ],
)
def test_a_download_that_says_too_little_names_the_one_that_says_enough(
    load: Load, name: str, source: str, to_do: str
) -> None:
    read, [rejected] = load(name, source)
    assert (read, to_do in rejected.action) == ([], True)


def test_an_export_that_a_spreadsheet_saved_with_semicolons_is_read(load: Load) -> None:
    trials, _ = load("ictrp_excel_semicolon.csv", "ictrp")
    assert trials


def test_a_header_inside_a_field_begins_no_record(load: Load) -> None:
    trials, rejected = load("euctr_number_inside_field.txt", "euctr")
    assert [item.record_id for item in trials] == ["2011-004999-15", "2012-004998-30"]
    assert rejected == []


def test_quasi_randomised_is_left_to_a_person_in_its_own_words(load: Load) -> None:
    [trial], rejected = load("ictrp_quasi.csv", "ictrp")
    eligibility = load_review(Path(__file__).parents[1] / "reviews" / "als_cell_therapy").protocol.eligibility
    [design] = [item for item in Verdicts(eligibility).of(trial) if item.criterion is Criterion.DESIGN]
    assert (design.verdict, design.quote, rejected) == (Verdict.UNCLEAR, "Quasi-randomized controlled", [])


def test_a_number_of_japans_regenerative_medicine_is_read(load: Load) -> None:
    [trial], rejected = load("ictrp_jrctb.csv", "ictrp")
    assert (trial.record_id, rejected) == ("jRCTb032100001", [])


def test_a_paper_that_a_registry_names_by_doi_is_a_result(load: Load) -> None:
    [trial], rejected = load("isrctn_output_by_doi_only.xml", "isrctn")
    [reference] = trial.references
    assert (reference.name, reference.type, reference.declared_date, rejected) == (
        "DOI:10.1001/jamaneurol.2026.0001",
        ReferenceType.RESULT,
        "2026-09-01",
        [],
    )


def test_registrations_that_no_earlier_file_held_are_judged_as_their_labels_say(load: Load) -> None:
    """What is labelled yes is never refused, what is labelled no never taken; a person may be asked."""
    with (REGISTRATIONS / "labels.csv").open(encoding="utf-8", newline="") as table:
        labels = {row["id"]: row for row in csv.DictReader(table)}
    eligibility = load_review(Path(__file__).parents[1] / "reviews" / "als_cell_therapy").protocol.eligibility
    seen, wrong = set(), []
    for path in sorted(REGISTRATIONS.iterdir()):
        if path.suffix == ".csv":
            continue
        source = "ictrp" if path.name.endswith(".ictrp.xml") else "ctgov"
        page = Page(source=source, kind="file", url=path.name, body=path.read_bytes(), observed_at=SEEN)
        [record] = [item for item in read_page(page) if isinstance(item, TrialRecord)]
        found = {item.criterion: item.verdict for item in Verdicts(eligibility).of(record)}
        said = labels[record.record_id]
        seen.add(record.record_id)
        opposite = {"yes": Verdict.NOT_MET, "no": Verdict.MET}
        wrong += [(record.record_id, name) for name, of in LABELS.items() if found[of] is opposite.get(said[name])]
        is_taken = set(found.values()) == {Verdict.MET}
        wrong += [(record.record_id, "eligible")] if is_taken and said["eligible"] == "no" else []
    assert len(seen) == 33
    assert wrong == []
