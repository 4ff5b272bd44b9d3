"""Odd spreadsheets that others made, and what a statistician expects of each; a fresh clone does not have them."""

import csv
import os
import re
import shlex
from pathlib import Path

import pytest

from models.vocabulary import Interval, Measure, Model
from models.zero_cells import AddTo
from pooling.pool import analyses
from pooling.spreadsheet import PoolError
from synthesis.tables import ZeroChoice

FOLDER = Path(__file__).parents[3] / "shared" / "golden" / "next"

TOLD = {
    # case: what the message or the notes must say; a case that is not here is only known to the file
    "h2": "narrower than Wald",
    "f15": "outside its own limits",
    "c1": "CARDIa .*not in the middle of its limits on the log scale",
    "c2": None,
    "j4": "mean lies outside its own limits",
    "j3": "not the square of the SE",
    "j9": "not 0.9",
    "f35": "SE of 0.365, not 2",
    "j1": "icc without cluster_size",
    "f5": "between thousands",
    "f8": "hold the same numbers",
    "sk": "T = 0.75",
    "sk2": "T = 0.97",
    "caffeine": "an arm without people: Kahve-Paradiso",
    "c5": "an arm without people: r3, r4",
    "g11": "a difference of 0 has no SE by its p",
    "g14": "0.5 added to each cell because one is zero: A, B",
    "f28": "too far apart",
    "h4": "too far apart",
    "h5": "too small",
}
REFUSED = {"f15", "j4", "j3", "j9", "f35", "f5"}


def cases() -> dict[str, list[str]]:
    with (FOLDER / "cases.csv").open(encoding="utf-8", newline="") as file:
        return {row["case"]: shlex.split(row["command"])[1:] for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def commands() -> dict[str, list[str]]:
    if not FOLDER.exists():
        assert os.environ.get("CI") != "true", "the odd spreadsheets are missing"
        pytest.skip("the odd spreadsheets are not here")
    return cases()


@pytest.mark.parametrize("case", TOLD)
def test_a_case_comes_out_as_a_statistician_expects(commands, case):
    file, *words = commands[case]
    path = next(at for at in (FOLDER / "cases" / file, FOLDER / "inputs" / Path(file).name) if at.exists())
    options = _options(words)
    measure = Measure(options["--measure"])
    models = [Model(options["--model"])] if "--model" in options else []
    intervals = [Interval(options["--interval"])] if "--interval" in options else []
    zero_cells = ZeroChoice(
        float(options["--add"]) if "--add" in options else None,
        AddTo(options["--to"]) if "--to" in options else None,
        None,
        True if "--drop-double" in options else None,
    )
    try:
        (found,) = analyses(path, measure, models, intervals, zero_cells=zero_cells)
        said, is_refused = "\n".join((*found.studies.notes, *found.pooled.notes)), False
    except PoolError as refused:
        said, is_refused = str(refused), True
    assert is_refused == (case in REFUSED)
    assert re.search(TOLD[case], said) if TOLD[case] else not said, said


def _options(words: list[str]) -> dict[str, str]:
    return {word: following for word, following in zip(words, [*words[1:], ""], strict=True) if word.startswith("--")}
