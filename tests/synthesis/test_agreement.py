"""Other programs' numbers are met, and docs/agreement.md says which are not, and why."""

import math
import re
import sys

import mpmath
import pytest

from models.vocabulary import Model
from synthesis.inverse_variance import pool_sets

pytestmark = pytest.mark.slow

LEAST_VALUES = {
    "mpmath_reference": 9500,
    "metafor": 23000,
    "revman_conventions": 2900,
    "als": 400,
    "conversions": 34,
    "sequential": 140,
    "bayes_nnhm_exact": 472,
    "bayes_nnhm": 2040,
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
    assert n_explained < 0.007 * sum(tally.n for tally in tallies)


def test_the_document_is_what_the_script_writes(agreement, compared, monkeypatch):
    sources = {name: (title, lambda name=name: compared[name]) for name, (title, _) in agreement.SOURCES.items()}
    monkeypatch.setattr(agreement, "SOURCES", sources)

    def without_digits(text):  # how many digits agree beyond the tolerance depends on the machine's libm
        return re.sub(r"\| \d+ (\| \de-\d+ \|)", r"\1", text)

    written = agreement.DOCUMENT.read_text(encoding="utf-8")
    assert without_digits(written) == without_digits(agreement.document())


def test_where_metafor_rounds_40_digits_side_with_us(agreement):
    """Cochran's Q of dat.curtis1998, and the unbiased variances of g of dat.normand1999."""
    recomputed = sys.modules["recomputed"]
    theirs = {tuple(row.values())[:5]: float(row["value"]) for row in recomputed.read("metafor")}

    yi, vi = recomputed.effects("dat.curtis1998", "MD", "vtype=LS")
    rows = recomputed.data_sets()["dat.curtis1998"]
    with mpmath.workdps(40):
        n = mpmath.mpf
        y = [n(row["m1i"]) - n(row["m2i"]) for row in rows]
        w = [1 / (n(row["sd1i"]) ** 2 / n(row["n1i"]) + n(row["sd2i"]) ** 2 / n(row["n2i"])) for row in rows]
        mean = sum(a * b for a, b in zip(w, y, strict=True)) / sum(w)
        exact = float(sum(a * (b - mean) ** 2 for a, b in zip(w, y, strict=True)))
    ours = pool_sets(yi, vi, model=Model.COMMON).q[0]
    assert abs(ours - exact) < abs(theirs["dat.curtis1998", "MD", "IV.EE.z", "vtype=LS", "QE"] - exact)
    assert ours == pytest.approx(exact, rel=1e-14)

    _, variances = recomputed.effects("dat.normand1999", "SMD", "vtype=UB")
    for i, row in enumerate(recomputed.data_sets()["dat.normand1999"]):
        with mpmath.workdps(40):
            m1, s1, n1, m2, s2, n2 = (mpmath.mpf(row[f"{name}{arm}i"]) for arm in "12" for name in ("m", "sd", "n"))
            df = n1 + n2 - 2
            j = mpmath.gamma(df / 2) / (mpmath.sqrt(df / 2) * mpmath.gamma((df - 1) / 2))
            g = j * (m1 - m2) / mpmath.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / df)
            exact = float(1 / n1 + 1 / n2 + (1 - (df - 2) / (df * j**2)) * g**2)
        assert variances[i] == pytest.approx(exact, rel=1e-14)
        reference = theirs.get(("dat.normand1999", "SMD", "escalc", "vtype=UB", f"vi.{i + 1}"), math.nan)
        assert abs(variances[i] - exact) <= abs(reference - exact) + 1e-15
