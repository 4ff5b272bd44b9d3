"""A protocol may wait for its words, as that of an adopted review does; one that is half written says what it lacks."""

from pathlib import Path

import pytest

from models.folder_files import ReviewError, load_yaml
from models.protocol import Protocol

WAITING = """
review: made_up
title: Made up
version: "1.0"
searches: {ctgov: {freshness_limit_days: 3}}
comparisons: []
timepoints: []
outcomes: []
conventions: [{name: published}]
"""


def load(folder: Path, more: str = "", without: str = "") -> Protocol:
    path = folder / "protocol.yaml"
    path.write_text(WAITING.replace(without, "") + more, encoding="utf-8")
    return load_yaml(path, Protocol)


def test_a_protocol_without_words_and_analyses_is_one(tmp_path: Path) -> None:
    protocol = load(tmp_path)
    assert not protocol.pico.is_written
    assert not protocol.eligibility.population.terms
    assert (protocol.question, protocol.analyses) == ("", ())


def test_words_that_all_reviews_share_stand_beside_none(tmp_path: Path) -> None:
    assert "sham" in load(tmp_path).eligibility.comparator.terms


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("pico: {intervention: [cells]}", "pico: population has no words"),
        ("pico: {population: [], abbreviations: [ALS]}", "population has no words"),
        ("eligibility: {population: {terms: [ALS]}}", "intervention: has no terms; give some"),
        ("eligibility: {not_population: {terms: [ALS]}}", "population and intervention: has no terms; give some"),
    ],
)  # fmt: skip
def test_words_that_are_begun_are_to_be_finished(more: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ReviewError) as raised:
        load(tmp_path, more)
    assert said in str(raised.value)


def test_a_review_with_times_and_nothing_to_compare_has_forgotten_it(tmp_path: Path) -> None:
    with pytest.raises(ReviewError) as raised:
        load(tmp_path, "timepoints: [{name: later}]\n", without="timepoints: []\n")
    assert "comparisons and outcomes: empty; give at least one" in str(raised.value)


@pytest.mark.parametrize(
    ("looks", "said"),
    [
        ("{g: 0.04}", "looks.g: value 0.04: is given by outcome, since scales differ: write g: {OUTCOME: 0.04}"),
        ("{g: {score: 1}}", "g.score: value 'score': is none of the outcomes: remove it"),
        ("{g: {score: 0}}", "looks.g.score: value 0: "),
        ("{relative_reduction: 25}", "looks.relative_reduction: value 25: "),
        ("{stake: 1}", "looks.stake: "),
    ],
)
def test_what_is_bet_on_is_of_the_review_and_above_0(looks: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ReviewError) as raised:
        load(tmp_path, f"supplements: {{looks: {looks}}}\n")
    assert said in str(raised.value)
