"""Effects of studies beyond what the reference files hold: edges, log-rank statistics, geometric means."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.vocabulary import TABLE_MEASURES, Convention, Measure, Model
from models.zero_cells import AddTo
from synthesis.mantel_haenszel import mantel_haenszel, peto
from synthesis.measures import (
    MEAN_MEASURES,
    Means,
    effect_of_means,
    effect_of_o_minus_e,
    effect_of_tables,
    hedges_j,
    log_rate_ratio,
    log_ratio_of_geometric_means,
)
from synthesis.tables import CORRECTED, UNCORRECTED, Tables, ZeroCells, zero_cells_of

count = st.integers(0, 60)


@pytest.mark.parametrize(
    ("df", "exact"),
    [(1, 0.0), (2, math.sqrt(1 / math.pi)), (3, math.sqrt(math.pi / 6) * 2 / math.sqrt(math.pi)), (200.5, None)],
)
def test_exact_j_is_a_ratio_of_gamma_functions(df, exact):
    if df == 3:
        exact = math.gamma(1.5) / (math.sqrt(1.5) * math.gamma(1))
    if exact is None:
        exact = math.exp(math.lgamma(df / 2) - math.lgamma((df - 1) / 2)) / math.sqrt(df / 2)
        assert hedges_j(df) == pytest.approx(exact, rel=1e-12)
    else:
        assert hedges_j(df) == pytest.approx(exact, rel=1e-15)


def test_exact_j_is_smooth_where_its_computation_changes():
    assert float(hedges_j(201.0)) == pytest.approx(float(hedges_j(201.0 + 1e-9)), rel=1e-13)


@given(count, count, count, count)
@settings(deadline=None)
def test_swapping_arms_or_the_event_mirrors_the_effect(a, b, c, d):
    if a + b == 0 or c + d == 0:
        return
    there, back, others = (
        Tables.of(*cells) for cells in ((a, a + b, c, c + d), (c, c + d, a, a + b), (b, a + b, d, c + d))
    )
    for measure in TABLE_MEASURES:
        one, two = (effect_of_tables(tables.corrected(CORRECTED), measure) for tables in (there, back))
        np.testing.assert_allclose(one[0], -two[0], rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(one[1], two[1], rtol=1e-12)
    for measure in (Measure.OR, Measure.RD, Measure.PETO):
        one, two = (effect_of_tables(tables.corrected(CORRECTED), measure) for tables in (there, others))
        np.testing.assert_allclose(one[0], -two[0], rtol=1e-12, atol=1e-12)


def test_which_tables_get_a_continuity_correction_is_an_explicit_choice():
    tables = Tables.of([0, 5, 0, 9], [10, 10, 8, 9], [0, 4, 3, 7], [10, 10, 8, 7])
    table = {
        (AddTo.ONLY_ZERO, True): [np.nan, 5, 0.5, np.nan],
        (AddTo.ONLY_ZERO, False): [0.5, 5, 0.5, 9.5],
        (AddTo.IF_ZERO_ALL, True): [np.nan, 5.5, 0.5, np.nan],
        (AddTo.ALL, False): [0.5, 5.5, 0.5, 9.5],
        (AddTo.NONE, False): [0, 5, 0, 9],
    }
    kept = tables.corrected(ZeroCells(keep_everybody=True))
    assert kept.counts.tolist() == [[False, True, True, True]]
    for (to, drop), events in table.items():
        kept = tables.corrected(ZeroCells(0.5, to, drop))
        np.testing.assert_array_equal(np.where(kept.counts, kept.events_1, np.nan)[0], events)


def test_what_happens_to_zero_cells_unless_someone_says_otherwise():
    assert zero_cells_of(Measure.OR) == CORRECTED
    assert zero_cells_of(Measure.OR, Model.MH) == UNCORRECTED
    assert zero_cells_of(Measure.OR, Model.MH, Convention.REVMAN5) == CORRECTED
    assert zero_cells_of(Measure.OR, Model.PETO, Convention.REVMAN5) == UNCORRECTED
    assert zero_cells_of(Measure.RR) == replace(CORRECTED, keep_everybody=True)
    assert zero_cells_of(Measure.RR, Model.MH) == replace(UNCORRECTED, keep_everybody=True)
    assert not zero_cells_of(Measure.RD).drop_double


@pytest.mark.parametrize("cells", [(5, 4, 1, 9), (-1, 4, 1, 9), (1, 0, 0, 9)])
def test_impossible_tables_are_named(cells):
    with pytest.raises(ValueError, match=r"set 1, study 2: -?\d of \d and \d of \d"):
        Tables.of(*([good, bad] for good, bad in zip((1, 4, 1, 4), cells, strict=True)))


def test_log_rank_statistics_are_an_effect_and_its_variance():
    yi, vi = effect_of_o_minus_e([2.78, 0.0, 1.0], [2.857, 4.0, 0.0])
    assert yi[0] == pytest.approx(2.78 / 2.857)
    assert (vi[1], yi[1]) == (0.25, 0)
    assert np.isnan([yi[2], vi[2]]).all()


def test_rate_ratio_of_person_time_with_a_half_where_an_arm_has_no_event():
    yi, vi = log_rate_ratio([4, 0], [100.0, 50.0], [8, 3], [100.0, 60.0])
    assert yi == pytest.approx([math.log(0.5), math.log(0.5 / 50 / (3.5 / 60))])
    assert vi == pytest.approx([1 / 4 + 1 / 8, 1 / 0.5 + 1 / 3.5])


def test_ratio_of_geometric_means_is_that_of_the_logarithms_of_log_normal_data():
    rng = np.random.default_rng(3)
    logs = [rng.normal(mean, sd, 400_000) for mean, sd in ((1.0, 0.6), (0.7, 0.3))]
    arms = [Means(np.exp(values).mean(), np.exp(values).std(ddof=1), len(values)) for values in logs]
    yi, vi = log_ratio_of_geometric_means(*arms)
    assert yi == pytest.approx(0.3, abs=0.01)
    assert vi == pytest.approx((0.36 + 0.09) / 400_000, rel=0.05)


def test_ratios_of_means_of_different_sign_do_not_exist():
    for measure in (Measure.ROM, Measure.ROM_GEOMETRIC):
        yi, vi = effect_of_means(Means(-1.0, 1.0, 9), Means(1.0, 1.0, 9), measure)
        assert np.isnan([yi, vi]).all()


def test_measures_of_one_kind_refuse_the_numbers_of_another():
    tables, arm = Tables.of(1, 2, 1, 2), Means(1.0, 1.0, 9)
    for measure in set(Measure) - TABLE_MEASURES:
        with pytest.raises(ValueError, match="not for 2 x 2 tables"):
            effect_of_tables(tables, measure)
    for measure in set(Measure) - MEAN_MEASURES:
        with pytest.raises(ValueError, match="does not compare means"):
            effect_of_means(arm, arm, measure)
    with pytest.raises(ValueError, match="not MD"):
        mantel_haenszel(tables, Measure.MD)


def test_peto_of_tables_without_information_does_not_exist():
    estimate, se, _ = peto(Tables.of([0, 3], [5, 3], [0, 4], [6, 4]))
    assert np.isnan([estimate[0], se[0]]).all()
