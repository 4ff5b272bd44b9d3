"""Other programs' numbers are met, and docs/agreement.md says which are not, and why."""

import re

import pytest

LEAST_VALUES = {
    "mpmath_reference": 9500,
    "metafor": 23000,
    "revman_conventions": 2900,
    "als": 400,
    "conversions": 34,
    "sequential": 140,
}


@pytest.fixture(scope="module")
def compared(agreement):
    return {source: compare() for source, (_, compare) in agreement.SOURCES.items()}


@pytest.mark.parametrize("source", LEAST_VALUES)
def test_every_reference_number_is_met_or_its_difference_is_explained(compared, source):
    tallies = compared[source]
    assert [miss for tally in tallies.values() for miss in tally.misses] == []
    assert sum(tally.n for tally in tallies.values()) >= LEAST_VALUES[source]


def test_hardly_anything_needs_an_explanation(compared):
    tallies = [tally for source in compared.values() for tally in source.values()]
    n_explained = sum(len(names) for tally in tallies for names in tally.explained.values())
    assert n_explained < 0.005 * sum(tally.n for tally in tallies)


def test_the_document_is_what_the_script_writes(agreement, compared, monkeypatch):
    sources = {name: (title, lambda name=name: compared[name]) for name, (title, _) in agreement.SOURCES.items()}
    monkeypatch.setattr(agreement, "SOURCES", sources)

    def without_digits(text):  # how many digits agree beyond the tolerance depends on the machine's libm
        return re.sub(r"\| \d+ (\| \de-\d+ \|)", r"\1", text)

    written = agreement.DOCUMENT.read_text(encoding="utf-8")
    assert without_digits(written) == without_digits(agreement.document())
