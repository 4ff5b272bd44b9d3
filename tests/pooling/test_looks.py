"""A spreadsheet looked at study by study: what `pool --also anytime` gives."""

import json
from math import exp, log, sqrt

import pytest
from typer.testing import CliRunner

from cli.main import app
from models.vocabulary import Measure, Model
from pooling.further import Further, Wanted, further_of
from pooling.pool import analyses
from pooling.spreadsheet import PoolError

ROWS = "study,year,yi,vi\nLate,2020,-0.5,0.05\nEarly,1999,-0.2,0.02\nMiddle,2010,0.1,0.3\n"


def looked(path, measure=Measure.GEN, level=0.95, **wanted):
    (analysis,) = analyses(path, measure, [Model.REML], level=level)
    return further_of(analysis, Wanted((Further.ANYTIME,), **wanted))["anytime"]


@pytest.fixture
def three(tmp_path):
    path = tmp_path / "three.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def test_looks_come_in_their_order_and_the_last_is_all_studies(three):
    found = looked(three, g=0.04, order_by="year")
    assert [look["study"] for look in found["looks"]] == ["Early", "Middle", "Late"]
    i, s = 1 / 0.02 + 1 / 0.3 + 1 / 0.05, -0.2 / 0.02 + 0.1 / 0.3 - 0.5 / 0.05
    grown = 1 + 0.04 * i
    half = sqrt(grown * (log(grown) + 2 * log(20)) / (0.04 * i**2))
    assert (found["e_value"], found["ci_low"], found["ci_high"]) == pytest.approx(
        (grown**-0.5 * exp(0.04 * s**2 / (2 * grown)), s / i - half, s / i + half), rel=1e-12
    )
    assert found["looks"][-1]["e_value"] == found["e_value"]
    assert looked(three, g=0.04)["e_value"] == pytest.approx(found["e_value"], rel=1e-12)
    assert "discourages" in found["note"]


@pytest.mark.parametrize(
    ("measure", "wanted", "g"),
    [
        (Measure.RR, {}, log(0.75) ** 2),
        (Measure.RR, {"smallest_effect": 0.1}, log(0.9) ** 2),
        (Measure.MD, {"smallest_effect": 0.3}, 0.09),
        (Measure.MD, {"smallest_effect": 0.3, "g": 2.0}, 2.0),
        (Measure.SMD, {}, 0.25),
        (Measure.SMD, {"smallest_effect": 0.2}, 0.04),
    ],
)
def test_g_is_given_or_the_square_of_the_smallest_effect(three, measure, wanted, g):
    found = looked(three, measure, **wanted)
    assert found["g"] == pytest.approx(g, rel=1e-12)
    assert ("est_ratio" in found) is (measure is Measure.RR)


@pytest.mark.parametrize(
    ("measure", "wanted", "why"),
    [
        (Measure.MD, {}, "give --smallest-effect, or --g"),
        (Measure.RR, {"smallest_effect": 4}, "give a number between 0 and 1"),
        (Measure.RR, {"g": -1.0}, "a finite number above 0"),
    ],
)
def test_what_cannot_be_bet_on_is_refused_with_what_to_do(three, measure, wanted, why):
    assert why in looked(three, measure, **wanted)["refused"]


def test_an_unknown_column_is_an_error(three):
    with pytest.raises(PoolError, match="no column 'yeer'"):
        looked(three, g=1.0, order_by="yeer")


def test_the_command_line_gives_it_as_json_and_as_text(three):
    arguments = ["pool", str(three), "--measure", "RR", "--also", "anytime", "--g", "0.04", "--level", "0.9"]
    told = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout)["anytime"]
    assert (told["g"], told["level"], told["needed"]) == (0.04, 0.9, pytest.approx(10))
    assert told["ci_low_ratio"] == pytest.approx(exp(told["ci_low"]))
    text = CliRunner().invoke(app, arguments).stdout
    assert f"e_value: {told['e_value']:.4g}" in text


def test_an_e_value_that_no_number_holds_is_none_beside_its_logarithm(tmp_path):
    path = tmp_path / "huge.csv"
    path.write_text("yi,vi\n1000,0.001\n", encoding="utf-8")
    found = looked(path, g=1.0)
    assert found["e_value"] is None
    assert found["log_e"] > 1e8
