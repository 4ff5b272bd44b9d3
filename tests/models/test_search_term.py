"""Words of a protocol become terms: endings open by one rule, names as they stand, nothing left that could be an operator."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.search_term import SearchTerm, term_of_free_text, term_of_name, term_of_words, without_doubles


@pytest.mark.parametrize(
    ("words", "term"),
    [
        ("pressure ulcer", ("pressure", "ulcer*")),
        ("pressure injury", ("pressure", "injur*")),
        ("decubitus", ("decubitus*",)),
        ("cell", ("cell",)),
        ("NurOwn", ("NurOwn",)),
        ("MND", ("MND",)),
        ("air bed", ("air", "bed")),
        ("vitamin B12", ("vitamin", "B12")),
        ("Lou Gehrig's", ("Lou", "Gehrig*")),
        ("Crohn’s disease", ("Crohn*", "disease*")),
        ("quality of life", ("quality", "life*")),
        ("hand and foot", ("hand", "foot*")),
        ("to be", ("be",)),
        ("of the", ("of", "the")),
        ("UC-MSC", ("UC-MSC",)),
        ("non‐invasive", ("non-invasive",)),
        ("筋萎縮性側索硬化症", ("筋萎縮性側索硬化症",)),
    ],
)
def test_the_last_word_may_end_otherwise(words: str, term: tuple[str, ...]) -> None:
    assert term_of_words(words).words == term


@pytest.mark.parametrize(
    ("name", "words", "written"),
    [
        ("Undulair*", ("Undulair*",), "Undulair"),
        ("HYN-CS inj*", ("HYN-CS", "inj*"), "HYN-CS"),
        ("UDA-200", ("UDA-200",), "UDA-200"),
        ("*幹細胞*", ("幹細胞*",), "幹細胞"),
        ("Neuro® (R)", ("Neuro", "R"), "Neuro R"),
        ("AB*", ("AB",), "AB"),
        ('"quoted" OR [x]', ("quoted", "OR", "x"), "quoted OR x"),
    ],
)
def test_a_name_stays_as_it_is(name: str, words: tuple[str, ...], written: str) -> None:
    assert term_of_name(name) == SearchTerm(words, written)


@pytest.mark.parametrize("name", ["*", "®", " - ", '""'])
def test_a_name_without_letters_is_no_term(name: str) -> None:
    assert term_of_name(name) is None


def test_free_text_keeps_the_truncation_that_a_person_gave() -> None:
    assert term_of_free_text("motor neuron* disease").words == ("motor", "neuron*", "disease")


@pytest.mark.parametrize(
    ("term", "text", "finds"),
    [
        (term_of_free_text("cell*"), "stem cells", True),
        (term_of_free_text("cell*"), "unicellular", False),
        (term_of_words("lateral sclerosis"), "sclerosis, amyotrophic lateral", True),
        (term_of_name("MSC-NTF*"), "MSC-NTFs in people", True),
        (term_of_name("MSC-NTF*"), "NTF of MSC", False),
    ],
)
def test_a_term_finds_what_its_words_stand_in(term: SearchTerm, text: str, finds: bool) -> None:
    assert term.finds(text) is finds


def test_what_another_term_finds_is_not_searched_twice() -> None:
    terms = [term_of_words("cell"), term_of_words("cells"), term_of_free_text("cell*"), term_of_free_text("cell*")]
    assert without_doubles(terms) == [term_of_free_text("cell*")]
    near, beside = term_of_words("stem cell"), term_of_name("stem cell*")
    assert without_doubles([near, beside]) == [near]


@given(st.text(min_size=1))
def test_a_term_is_words_whatever_was_written(text: str) -> None:
    for term in (term_of_name(text), term_of_words("x " + text), term_of_free_text("x " + text)):
        if term is not None:
            assert all(re.fullmatch(r"[^\W_]+(?:-[^\W_]+)*\*?", word) for word in term.words)
            assert not re.search(r'["*()\[\]]', term.written)


@given(st.lists(st.text("ab* -", min_size=1).map(term_of_name).filter(bool), max_size=6))
def test_nothing_is_lost_with_the_doubles(terms: list[SearchTerm]) -> None:
    kept = without_doubles(terms)
    assert all(any(term.is_within(other) for other in kept) for term in terms)
