"""What people without a value would change, as a published night tells it."""

import re
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
    assert "NCT01363401, intervention: 33 randomised, 31 with a value, 2 missing" in said.out
    told = " ".join(said.out.split())
    assert "control better: no effect at 0 and 5.587 (1.4 MIDs); side at 0 and 17.46" in told
    assert "MID nowhere up to 54.48 (the end)" in told
    assert said.out.count("\n       8     m") == 1


def test_no_line_is_wider_than_a_terminal_and_every_tipping_point_is_told_or_is_nowhere(data, trialwatch, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    out = trialwatch("--data", data, "missing").out
    assert [line for line in out.splitlines() if len(line) > 80 or not line.strip()] == []
    [found] = trialwatch("--data", data, "missing", "--json").lines
    sizes = [row["size"] for row in found["tipping_points"]]
    assert out.count("nowhere") == sizes.count(None) > 0
    assert len(re.findall(r"(?:no effect|side|MID)\s+at\s+-?\d", out)) == len(sizes) - sizes.count(None) > 0


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
