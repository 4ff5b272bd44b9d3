"""Posteriors of a spreadsheet: rows of JSON, lines of a forest plot, priors that nobody named."""

import json
import math
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from models.vocabulary import Measure, Model
from pooling.asked import AskedModel
from pooling.bayes import Beliefs, believed_of, record_of
from pooling.pool import analyses
from pooling.spreadsheet import PoolError

TWO_TRIALS = "study,ai,n1i,ci,n2i\nOh 2018,3,33,6,31\nNurOwn 3,23,95,17,94\n"
ONE_OF_MEANS = "study,m1i,sd1i,n1i,m2i,sd2i,n2i\nOh 2018,-3.1,3.51,31,-6.48,4.53,25\n"
NO_PEOPLE = "study,yi,sei\na,1.2,0.5\nb,0.3,0.4\n"


def rows(path: Path, measure: Measure, *priors: str, mu: str = "flat") -> list[dict]:
    (analysis,) = analyses(path, measure)
    return [record_of(item) for item in believed_of(analysis, Beliefs.named(priors, mu))]


def test_a_row_has_the_numbers_of_the_reference(write) -> None:
    (row,) = rows(write(TWO_TRIALS), Measure.RR, "half-normal 0.5")
    assert (row["model"], row["prior"], row["mu_prior"], row["k"]) == ("bayes", "HN(0.5)", "flat", 2)
    assert row["est"] == pytest.approx(0.031391517278321374, abs=1e-9)
    assert row["mean"] == pytest.approx(0.002953206307283407, abs=1e-9)
    assert row["sd"] == pytest.approx(0.47147513107540945, rel=1e-9)
    assert row["est_ratio"] == pytest.approx(math.exp(row["est"]))
    assert row["pi_low"] < row["ci_low"] < row["est"] < row["ci_high"] < row["pi_high"]
    assert 0 < row["p_below_zero"] < 1
    assert [study["study"] for study in row["studies"]] == ["Oh 2018", "NurOwn 3"]
    assert json.loads(json.dumps(row)) == row


@pytest.mark.parametrize(
    ("text", "measure", "names"),
    [
        (TWO_TRIALS, Measure.RR, ["HN(0.5)", "HN(1.0)", "Turner: any"]),
        (TWO_TRIALS, Measure.OR, ["HN(0.5)", "HN(1.0)", "Turner: any"]),
        (TWO_TRIALS, Measure.RD, ["HN(0.1945)", "HN(0.389)", "HC(0.1945)"]),
        (ONE_OF_MEANS, Measure.MD, ["HN(2.065)", "HN(4.13)", "Rhodes: any x 4.13"]),
        (ONE_OF_MEANS, Measure.SMD, ["HN(0.5)", "HN(1.0)", "Rhodes: any"]),
        (NO_PEOPLE, Measure.HR, ["HN(0.5)", "HN(1.0)", "HC(0.5)"]),
    ],
)
def test_without_a_name_three_priors_stand_side_by_side_in_the_unit_of_the_outcome(
    write, text: str, measure: Measure, names: list[str]
) -> None:
    assert [row["prior"] for row in rows(write(text), measure)] == names


@pytest.mark.parametrize("measure", [Measure.MD, Measure.GEN])
def test_where_the_unit_is_not_known_priors_must_be_named(write, measure: Measure) -> None:
    path = write(NO_PEOPLE)
    with pytest.raises(PoolError, match="name priors in the unit of the effects"):
        rows(path, measure)
    assert [row["prior"] for row in rows(path, measure, "HN(2)", "HN(2.0)")] == ["HN(2.0)"]


def test_a_moment_that_does_not_exist_is_no_number_and_said(write) -> None:
    (row,) = rows(write(ONE_OF_MEANS), Measure.MD, "HC(1)")
    assert (row["mean"], row["sd"], row["tau_mean"]) == (None, None, None)
    assert any("does not exist" in note for note in row["notes"])
    assert any("single study" in note for note in row["notes"])


def test_a_ratio_beyond_what_a_number_can_hold_is_none_and_json_stays_json(write) -> None:
    (row,) = rows(write("study,yi,vi\nOh 2018,0.1,0.04\n"), Measure.RR, "HC(100)")
    assert row["pi_high"] > 710
    assert (row["pi_high_ratio"], row["est_ratio"]) == (None, pytest.approx(math.exp(row["est"])))
    assert json.loads(json.dumps(row, allow_nan=False)) == row


def test_a_prior_of_mu_is_named_in_the_row(write) -> None:
    (row,) = rows(write(TWO_TRIALS), Measure.RR, "HN(1)", mu="N(0; 4^2)")
    assert row["mu_prior"] == "N(0;4^2)"
    assert row["bf_mu_zero"] > 0


def test_the_command_prints_rows_and_lines(write) -> None:
    path = str(write(TWO_TRIALS))
    run = CliRunner().invoke
    said = run(app, ["pool", path, "--measure", "RR", "--model", "bayes", "--prior", "HN(0.5)", "--json"])
    (row,) = map(json.loads, said.stdout.splitlines())
    assert row["prior"] == "HN(0.5)"

    said = run(app, ["pool", path, "--measure", "RR", "--model", "REML", "--model", "bayes", "--json"])
    assert [json.loads(line)["model"] for line in said.stdout.splitlines()] == ["REML", "bayes", "bayes", "bayes"]

    said = run(app, ["pool", path, "--measure", "RR", "--model", "bayes"])
    assert "bayes Turner: any" in said.stdout
    assert "probability below no effect" in said.stdout


def test_priors_without_the_model_that_has_them_are_no_choice(write) -> None:
    said = CliRunner().invoke(app, ["pool", str(write(TWO_TRIALS)), "--measure", "RR", "--prior", "HN(1)"])
    assert said.exit_code == 2
    assert "priors are for --model bayes" in said.output.replace("\n", " ")


@pytest.mark.parametrize("option", [["--interval", "hksj"], ["--also", "leave-one-out"]])
def test_what_is_for_estimates_needs_one(write, option: list[str]) -> None:
    asked = ["pool", str(write(TWO_TRIALS)), "--measure", "RR", "--model", "bayes", *option]
    alone = CliRunner().invoke(app, asked)
    assert alone.exit_code == 2
    assert "cannot act on posteriors" in alone.output.replace("\n", " ")
    assert CliRunner().invoke(app, [*asked, "--model", "REML"]).exit_code == 0


def test_every_model_can_be_asked_for() -> None:
    assert {model.value for model in AskedModel} == {*(model.value for model in Model), "bayes"}
