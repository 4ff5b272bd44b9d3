"""Targets on the labelled reports, and the script that prints the figures."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from reporting.statements.measured import MEASURED

pytestmark = pytest.mark.slow

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def measured() -> ModuleType:
    sys.path.insert(0, str(BENCHMARKS))
    spec = importlib.util.spec_from_file_location("reports_measured", BENCHMARKS / "reports.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("review", ["als_cell_therapy", "pressure_ulcers"])
def test_no_two_papers_are_one(measured: ModuleType, review: str) -> None:
    tally = measured.identity(measured.labelled(review))
    assert tally.wrong == []
    assert tally.recall >= 0.95


@pytest.mark.parametrize("review", ["als_cell_therapy", "pressure_ulcers"])
def test_few_reports_that_count_are_excluded_and_none_is_joined_to_a_wrong_study_by_likeness(
    measured: ModuleType, review: str
) -> None:
    given = measured.labelled(review)
    screened = measured.judged(given)
    assert measured.screening(given, screened).recall >= 0.92
    joined = measured.joining(given, screened)["joined"]
    # Reviews and pooled analyses name numbers of studies that they are not of: they are linked as other reports.
    by_number = {item.rpartition(" to ")[0].rpartition(" ")[2] for item in joined.wrong}
    assert all(name.endswith(("-meta", "-pooled")) for name in by_number)
    assert joined.recall >= 0.74


def test_what_the_statement_of_automation_says_of_reports_is_what_is_measured(measured: ModuleType) -> None:
    reviews = {"made-up reports, first review": "als_cell_therapy", "made-up reports, second review": "pressure_ulcers"}
    found = {}
    for labelled, review in reviews.items():
        given = measured.labelled(review)
        screened = measured.judged(given)
        tallies = {
            "two descriptions of one report": measured.identity(given),
            "reports not excluded": measured.screening(given, screened),
            "reports joined to their study": measured.joining(given, screened)["joined"],
        }
        found |= {(question, labelled): tally for question, tally in tallies.items()}
    said = [item for item in MEASURED if item.where == "benchmarks/reports.py"]
    assert {(item.question, item.labelled) for item in said} == set(found)
    for item in said:
        tally = found[item.question, item.labelled]
        assert item.n == tally.found + len(tally.missed)
        assert (item.precision, item.recall) == (round(tally.precision, 3), round(tally.recall, 3))


@pytest.mark.slow
def test_ten_years_with_an_empty_links_file_join_five_of_six_and_ask_about_the_sixth(measured: ModuleType) -> None:
    years = measured.ten_years()
    assert len(years.linked) == 6
    assert years.by_machine < years.linked
    [left] = years.linked - years.by_machine
    assert left == "NCT02286011, PMID:32265627"
    assert "PMID:32265627" in years.asked


@pytest.mark.slow
def test_the_script_prints_its_figures_and_meets_its_targets(
    measured: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert measured.main([]) == 0
    assert "5 of 6 reports of results are joined" in capsys.readouterr().out
