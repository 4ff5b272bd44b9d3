"""What people without a value would change, as a published night tells it."""

from datetime import date

import pytest


@pytest.fixture(scope="module")
def data(carry_out, tmp_path_factory):
    folder = tmp_path_factory.mktemp("missing") / "data"
    carry_out(folder, date(2019, 8, 1))
    return folder


def test_arms_tipping_points_and_the_surface_are_printed(data, trialwatch):
    said = trialwatch("--data", data, "missing", "--analysis", "alsfrs_r_change:4 to 6 months")
    assert said.code == 0
    assert "NCT01363401        intervention  33" in said.out
    assert "control better" in said.out
    assert "5.587" in said.out
    assert said.out.count("\n       8     m") == 1


def test_programs_get_every_digit(data, trialwatch):
    said = trialwatch("--data", data, "missing", "--json")
    assert said.code == 0
    [found] = said.lines
    assert set(found) == {"arms", "estimands", "tipping_points", "surface"}
    [edge] = [
        row
        for row in found["tipping_points"]
        if (row["analysis"], row["line"], row["question"])
        == ("alsfrs_r_change:4 to 6 months", "control better", "no effect")
    ]
    assert edge["size"] == pytest.approx(5.587113796368605, rel=1e-12)


def test_an_analysis_that_is_not_there_is_answered_with_those_that_are(data, trialwatch):
    said = trialwatch("--data", data, "missing", "--analysis", "alsfrs")
    assert said.code != 0
    assert "write one of" in said.err
    assert "alsfrs_r_change:4 to 6 months" in said.err


def test_evidence_without_a_study_is_said(data, trialwatch):
    assert (
        "no study is pooled in undisputed evidence"
        in trialwatch("--data", data, "missing", "--evidence", "undisputed").out
    )
