"""Words of the protocol are found whole, in any case that is not an abbreviation's, and quoted."""

import pytest

from models.terms import TermRule
from studies.terms import Field, find


@pytest.mark.parametrize(
    ("term", "text", "is_found"),
    [
        ("stem cell*", "Autologous Stem Cells", True),
        ("stem cell*", "stem-cell transplantation", True),
        ("stem cell*", "system cells", False),
        ("progenitor*", "hGRPs: glial progenitors", True),
        ("MSC", "three doses of MSC", True),
        ("MSC", "a thing called Msc", False),
        ("ALS", "als Zusatz zur Behandlung", False),
        ("ALS", "pALS registry", False),
        ("ALS", "people with (ALS)", True),
        ("NurOwn*", "NurOwn® in ALS", True),
        ("MSC-NTF*", "MSC NTF cells", True),
        ("transplantation of * cells", "transplantation of autologous bone marrow cells", True),
        ("transplantation of * cells", "transplantation of five or six kinds of cells", False),
        ("no cell*", "control: no cells", True),
    ],
)
def test_a_term_is_a_whole_word(term: str, text: str, is_found: bool):
    assert (find(TermRule(terms=[term]), [Field("title", text)]) is not None) == is_found


def test_an_exception_hides_the_words_inside_it_and_no_others():
    rule = TermRule(terms=["ALS", "life"], except_terms=["ALS ambulance"])
    assert find(rule, [Field("title", "ALS ambulance")]) is None
    found = find(rule, [Field("title", "ALS ambulance, people with ALS")])
    assert found and found.is_abbreviation


def test_a_spelling_is_quoted_before_an_abbreviation():
    found = find(TermRule(terms=["ALS", "lateral sclerosis"]), [Field("title", "ALS (Lateral Sclerosis)")])
    assert found and not found.is_abbreviation


def test_a_long_field_is_quoted_around_the_term():
    text = "word " * 100 + "stem cells " + "word " * 100
    found = find(TermRule(terms=["stem cell*"]), [Field("summary", text)])
    assert found and "stem cells" in found.quote and len(found.quote) <= 162
    assert found.quote.startswith("…") and found.quote.endswith("…")


def test_the_field_that_has_it_is_named():
    fields = [Field("brief_title", "cells"), Field("official_title", "Stem Cells in ALS")]
    found = find(TermRule(terms=["ALS"]), fields)
    assert found and found.field == "official_title"
