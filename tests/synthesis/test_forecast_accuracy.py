"""The benchmark that scores predictions is right itself: on data that follow its model, and against brute force."""

import importlib
import os
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from models.vocabulary import Model
from synthesis.inverse_variance import pool_sets

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def script():
    sys.path.append(str(BENCHMARKS))
    try:
        return importlib.import_module("forecast_accuracy")
    finally:
        sys.path.remove(str(BENCHMARKS))


def drawn(script, n, k, tau, seed=4):
    """Series of k studies each around a mean of their own."""
    rng = np.random.default_rng(seed)
    found = []
    for at in range(n):
        vi = rng.uniform(0.01, 0.2, k)
        yi = rng.normal(rng.normal(0, 1), np.sqrt(vi + tau**2))
        found.append(script.Series(f"s{at}", yi, vi, np.ones(k)))
    return found


def test_studies_of_one_common_effect_are_predicted_as_often_as_said(script):
    found = script.scored(script.cases_of(drawn(script, 200, 6, 0.0)))["common effect"]
    covered = [(np.abs(found.pit - 0.5) <= level / 2).mean() for level in script.LEVELS]
    assert len(found.pit) == 1000
    assert covered == pytest.approx(script.LEVELS, abs=0.03)
    assert found.pit.mean() == pytest.approx(0.5, abs=0.02)


def test_heterogeneity_that_a_method_does_not_count_shows_as_too_little_coverage(script):
    found = script.scored(script.cases_of(drawn(script, 60, 12, 0.6)))
    covered = {name: (np.abs(item.of(5, 99).pit - 0.5) <= 0.475).mean() for name, item in found.items()}
    assert covered["common effect"] < 0.7
    assert min(covered["REML, HKSJ"], covered["Bayes, HN(0.5)"]) > 0.9


def test_the_probability_of_a_change_is_what_drawing_the_next_study_gives(script):
    rng = np.random.default_rng(8)
    cases = script.cases_of(drawn(script, 6, 4, 0.2))
    found = script.scored(cases)["REML, Wald"]
    for at, case in enumerate(cases):
        now = pool_sets(case.yi, case.vi, model=Model.REML)
        spread = np.sqrt(now.se[0] ** 2 + now.tau2[0] + case.next_v)
        drawn_next = rng.normal(now.estimate[0], spread, 4000)
        yi = np.column_stack([np.tile(case.yi, (4000, 1)), drawn_next])
        vi = np.tile(np.append(case.vi, case.next_v), (4000, 1))
        after = pool_sets(yi, vi, model=Model.REML, with_tau2_limits=False)
        changed = (np.abs(after.estimate / after.se) >= 1.96) != (abs(now.estimate[0] / now.se[0]) >= 1.96)
        assert found.changes[at] == pytest.approx(changed.mean(), abs=0.035)


def test_probabilities_are_probabilities_and_hksj_predicts_nothing_from_one_study(script):
    found = script.scored(script.cases_of(drawn(script, 20, 4, 0.3)))
    for name, item in found.items():
        told = np.isfinite(item.pit)
        assert (told == (item.k > 1)).all() if name == "REML, HKSJ" else told.all()
        assert ((item.pit[told] >= 0) & (item.pit[told] <= 1)).all()
        assert ((item.changes[told] >= 0) & (item.changes[told] <= 1)).all()


def test_differences_whose_spread_nobody_knows_have_no_prior(script):
    (series,) = drawn(script, 1, 4, 0.1)
    unknown = script.Series("unknown", series.yi, series.vi, np.full(4, np.nan))
    found = script.scored(script.cases_of([unknown]))
    assert np.isnan(found["Bayes, HN(0.5)"].pit).all()
    assert np.isfinite(found["REML, Wald"].pit).all()


def test_the_unit_of_a_series_changes_nothing(script):
    """Priors of tau are told in standard deviations of the outcome, so points and metres are predicted alike."""
    (series,) = drawn(script, 1, 5, 0.1)
    tenfold = script.Series("tenfold", 10 * series.yi, 100 * series.vi, 10 * series.unit)
    one, other = (script.scored(script.cases_of([item])) for item in (series, tenfold))
    for name in one:
        assert other[name].pit == pytest.approx(one[name].pit, abs=1e-9, nan_ok=True)


def test_a_clone_without_samples_scores_what_ships_with_the_project(script, tmp_path):
    found = script.series_found(tmp_path / "shared")
    assert "is not there: the data sets of the project's tests and examples alone" in found.said
    names = {item.name for item in found.series}
    assert {"dat.bcg", "dat.normand1999"} <= names
    assert any(name.startswith("CD900001") for name in names)
    assert all(len(item.yi) > 1 for item in found.series)


@pytest.mark.slow
def test_the_document_holds_what_the_script_prints(script):
    if not script.SHARED.is_dir():
        assert os.environ.get("CI") != "true", "the samples are not here, and CI needs them"
        pytest.skip("the samples are not here")
    text = script.DOCUMENT.read_text(encoding="utf-8")
    written = text[text.index(script.BEGIN) : text.index(script.END)]
    printed = f"{script.BEGIN}\n{script.section_of(script.SHARED)}"
    number = re.compile(r"-?\d+\.\d+")
    assert number.sub("#", written) == number.sub("#", printed)
    # The last digit may be another with another processor.
    for ours, theirs in zip(number.findall(printed), number.findall(written), strict=True):
        assert float(ours) == pytest.approx(float(theirs), abs=1.5 * 10.0 ** -len(theirs.partition(".")[2]))
    assert sum(int(n.replace(",", "")) for n in re.findall(r"([\d,]+) predictions in", written)) >= 2000
