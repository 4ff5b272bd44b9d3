"""The boolean search language: precedence, phrases, fields, and what is refused."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.search import SearchError, Term, matches, parse_search, words_of

TEXT = words_of(["Autologous BM-MSC in amyotrophic lateral sclerosis (ALS)", "Stem cells, intrathecal"])


def holds(search, text=TEXT):
    return matches(parse_search(search), lambda atom: atom.stands_in(text))


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("als", True),
        ("AL", False),
        ("al*", True),
        ('"lateral sclerosis"', True),
        ('"sclerosis lateral"', False),
        ('"ALS stem"', False),
        ("sclerosis intrathecal", True),
        ("bm-msc", True),
        ("placebo OR als AND intrathecal", True),
        ("(placebo OR als) AND oral", False),
        ("als NOT placebo", True),
        ("als AND NOT (placebo OR intrathecal)", False),
        ("NOT placebo", True),
    ],
)
def test_a_search_holds_or_not(search, expected):
    assert holds(search) is expected


def test_a_field_tags_the_whole_run_of_words():
    assert parse_search("randomized controlled trial[pt]") == Term("randomized controlled trial", "pt")
    assert parse_search('"stem cells"[Title]') == Term("stem cells", "Title")
    assert parse_search("AREA[BriefTitle]cells") == Term("cells", "BriefTitle")


@pytest.mark.parametrize("search", ["", "  ", "(als", "als)", "als AND", "OR als", '"als', "als AND OR als", "[pt]"])
def test_what_cannot_be_read_is_refused(search):
    with pytest.raises(SearchError):
        parse_search(search)


WORDS = st.lists(st.sampled_from(["als", "placebo", "sclerosis", "oral"]), min_size=1, max_size=4)


@given(WORDS, WORDS)
def test_de_morgan_holds(left, right):
    one, other = " ".join(left), " OR ".join(right)
    assert holds(f"NOT (({one}) AND ({other}))") is holds(f"(NOT ({one})) OR (NOT ({other}))")


@given(st.text(max_size=40))
def test_no_text_makes_the_reader_fail_otherwise(text):
    with contextlib.suppress(SearchError):
        parse_search(text)
