"""`trialwatch adopt` as people type it: what it prints, what it asks, what it refuses."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from made_up_packages import analysis, entry, row, study, write_package
from typer.testing import CliRunner, Result

from cli.main import app
from exchange.cochrane.read import read_package
from flows.recompute import REPRODUCED, recompute

EXAMPLE = Path(__file__).parents[2] / "examples" / "CD900001-dataPackage"
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    environment = {"TRIALWATCH_REVIEWS": str(tmp_path / "reviews")}

    def run(*words: str) -> Result:
        return CliRunner(env=environment).invoke(app, ["--data", str(tmp_path / "data"), "adopt", *words])

    return run


def test_a_package_is_computed_again_and_watched_from_its_first_night(run: Run, tmp_path: Path) -> None:
    result = run(str(EXAMPLE), "--published", "2021-03-01", "--registries", "replay")
    assert result.exit_code == 0, result.output
    assert "4 of 4 analyses are reproduced: 3 to 1e-9, 1 to RevMan's precision" in result.output
    assert "Ongoing: 2 of 2 studies have a registry number and are followed by it." in result.output
    assert "E8 NCT02496767" in result.output
    assert (
        "does not say the day of its search (--searched), its title (--title), its question (--question)"
        in result.output
    )
    assert (tmp_path / "reviews" / "CD900001" / "estimates.csv").is_file()


def test_adopting_again_changes_nothing(run: Run, tmp_path: Path) -> None:
    run(str(EXAMPLE), "--published", "2021-03-01", "--registries", "none")
    before = {path: path.read_bytes() for path in tmp_path.rglob("reviews/**/*") if path.is_file()}
    result = run(str(EXAMPLE), "--published", "2021-03-01", "--registries", "none")
    assert "was adopted already, and is unchanged" in result.output
    assert {path: path.read_bytes() for path in tmp_path.rglob("reviews/**/*") if path.is_file()} == before


def test_programs_read_every_line(run: Run) -> None:
    result = run(str(EXAMPLE), "--registries", "none", "--json")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert lines[0]["n_analyses"] == lines[0]["n_reproduced"] == 4
    assert [line["verdict"] for line in lines if "analysis" in line] == [
        "to 1e-9",
        "to RevMan's precision",
        "to 1e-9",
        "to 1e-9",
    ]
    assert [line["numbers"] for line in lines if line.get("list") == "ongoing"] == [["NCT02496767"], ["NCT03505021"]]


def test_an_analysis_that_is_not_reproduced_is_named_with_both_numbers(run: Run, tmp_path: Path) -> None:
    package = write_package(tmp_path, analyses=[analysis(1, 1, Mean=0.7)], rows=[row(1, 1, "Ash 2001")])
    result = run(str(package), "--registries", "none")
    assert result.exit_code == 0, result.output
    assert "0 of 1 analyses are reproduced: 1 not reproduced" in result.output
    assert "overall, estimate: printed 0.7, computed 0.5" in result.output


def test_a_number_under_two_studies_is_to_be_looked_at(run: Run, tmp_path: Path) -> None:
    url = "https://clinicaltrials.gov/study/NCT02496767"
    listed = {"ongoing": [study("NCT02496767 2015")], "awaiting": [study("Elder 2020")]}
    references = {
        "ongoing": [entry("NCT02496767 2015", url, "NCT02496767")],
        "awaiting": [entry("Elder 2020", url, "NCT02496767")],
    }
    package = write_package(tmp_path, studies=listed, references=references)
    result = run(str(package), "--registries", "none")
    assert "Elder 2020: NCT02496767: also the number of NCT02496767 2015 (ongoing)" in result.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nowhere.zip"], "nowhere.zip"),
        ([str(EXAMPLE), "--published", "1 March"], "is not a day of the form"),
        (
            [str(EXAMPLE), "--published", "2021-03-01", "--searched", "2021-03-02"],
            "2021-03-02 is after 2021-03-01, the day of publication",
        ),
        ([str(EXAMPLE), "--name", "a name"], "cannot name a review"),
        ([str(EXAMPLE), "--registries", "tomorrow"], "none of live, replay, none"),
        ([str(Path(__file__))], "PACKAGE"),
    ],
)
def test_what_cannot_be_adopted_is_refused_with_a_sentence(run: Run, words: list[str], told: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert told in result.output
    assert "Traceback" not in result.output


def test_the_audit_is_told_where_it_is_asked_for(run: Run) -> None:
    told = run(str(EXAMPLE), "--registries", "none", "--audit").output
    assert "What the review contradicts in itself:" in told
    assert "What the review contradicts" not in run(str(EXAMPLE), "--registries", "none").output


def test_what_was_adopted_is_given_back_as_a_package_with_the_same_numbers(run: Run, tmp_path: Path) -> None:
    run(str(EXAMPLE), "--published", "2021-03-01", "--registries", "replay")
    words = ["export", "CD900001", "--as", "cochrane", "--evidence", "published", "--to", str(tmp_path / "given")]
    ended = CliRunner(env={"TRIALWATCH_REVIEWS": str(tmp_path / "reviews")}).invoke(
        app, ["--data", str(tmp_path / "data"), *words]
    )
    assert ended.exit_code == 0, ended.output
    [package] = (tmp_path / "given").glob("*.zip")
    given, shipped = read_package(package), read_package(EXAMPLE)
    assert [item.published for item in given.analyses] == [item.published for item in shipped.analyses]
    assert all(item.verdict in REPRODUCED for item in recompute(given))


def test_a_search_after_the_publication_names_the_option(run: Run, tmp_path: Path) -> None:
    result = run(str(EXAMPLE), "--published", "2021-03-01", "--searched", "2022-01-01", "--registries", "none")
    assert result.exit_code == 2
    assert "--searched" in result.output
    assert ".adopting-" not in result.output
    assert not (tmp_path / "reviews").exists()
