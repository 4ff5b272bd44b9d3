"""How precise a planned trial will be, by what the review's own studies tell."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.forecast import PlannedStudy
from models.synthesis import EffectInput
from models.vocabulary import EvidenceSet, Measure
from synthesis.planned_error import Basis, basis_of, control_risk, planned_error


def row(measure: Measure, **cells: object) -> EffectInput:
    usual = {"study_id": "S", "comparison": "c", "outcome": "o", "timepoint": "t", "analysis": "o:t"}
    return EffectInput(measure=measure, evidence_set=EvidenceSet.CONFIRMED, **(usual | cells))  # type: ignore[arg-type]


def planned(n1: float, n2: float | None = None) -> PlannedStudy:
    return PlannedStudy(study_id="NEW", n_intervention=n1, n_control=n1 if n2 is None else n2)


MEANS = row(
    Measure.MD, n_intervention=10, n_control=20, sd_intervention=3.0, sd_control=4.0, yi=1.0, vi=9 / 10 + 16 / 20
)
TABLE = row(
    Measure.RR, n_intervention=50, n_control=50, events_intervention=10, events_control=20, yi=-0.69, vi=0.11
)  # fmt: skip


def test_of_means_the_pooled_sd_counts() -> None:
    sd = sqrt((9 * 9 + 19 * 16) / 28)
    found = planned_error(basis_of([MEANS], Measure.MD), planned(100), 0.0)
    assert found is not None
    assert found.se == pytest.approx(sd * sqrt(2 / 100))
    assert "pooled SD" in found.source


def test_of_tables_the_control_risk_counts_and_the_effect() -> None:
    found = planned_error(basis_of([TABLE], Measure.RR), planned(100), -0.6931471805599453)
    assert found is not None
    assert found.se == pytest.approx(sqrt(0.8 / 20 + 0.6 / 40))
    assert "control risk 0.4" in found.source


@pytest.mark.parametrize(
    ("measure", "n", "vi"), [(Measure.HR, (100, 100), 0.04), (Measure.GEN, (30, 60), 2.0), (Measure.MD, (40, 40), 1.0)]
)
def test_of_ready_estimates_precision_per_participant_counts(measure: Measure, n: tuple[int, int], vi: float) -> None:
    """A trial of the same size as the only study has its variance; one four times as large half its error."""
    contrast = row(measure, n_intervention=n[0], n_control=n[1], yi=0.5, vi=vi, is_contrast=True)
    basis = basis_of([contrast], measure)
    same, four = (planned_error(basis, planned(*(factor * each for each in n)), 0.5) for factor in (1, 4))
    assert same is not None and four is not None
    assert same.se == pytest.approx(sqrt(vi))
    assert four.se == pytest.approx(sqrt(vi) / 2)


@pytest.mark.parametrize(
    ("rows", "size"),
    [
        ([], planned(100)),
        ([row(Measure.HR, n_intervention=0, n_control=0, yi=0.1, vi=0.1, is_contrast=True)], planned(100)),
        ([row(Measure.HR, n_intervention=50, n_control=50, yi=0.1, vi=0.1, is_contrast=True)], planned(100, 0)),
    ],
)
def test_what_nobody_tells_is_not_made_up(rows: list[EffectInput], size: PlannedStudy) -> None:
    assert planned_error(basis_of(rows, Measure.HR), size, 0.0) is None


def test_one_study_without_sds_leaves_precision_to_all() -> None:
    contrast = row(Measure.MD, n_intervention=40, n_control=40, yi=0.5, vi=1.0, is_contrast=True)
    basis = basis_of([MEANS, contrast], Measure.MD)
    assert basis.sd is None
    assert basis.unit_variance == pytest.approx((20 / 3 + 20) / (1 / MEANS.vi + 1))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("basis", "is_ratio", "unit"),
    [
        (Basis(measure=Measure.OR, risk=0.9), True, 1.0),
        # Where 90 of 100 have the event anyway, ratios of risk lie in a tenth of the room that odds have.
        (Basis(measure=Measure.RR, risk=0.9), True, 0.1),
        (Basis(measure=Measure.RR, risk=0.1), True, 0.9),
        (Basis(measure=Measure.RD, risk=0.5), False, 0.25),
        (Basis(measure=Measure.MD, sd=7.0), False, 7.0),
        (Basis(measure=Measure.MD, unit_variance=49.0), False, 7.0),
        (Basis(measure=Measure.SMD, unit_variance=1.0), False, 1.0),
        (Basis(measure=Measure.HR, unit_variance=4.0), True, 1.0),
        (Basis(measure=Measure.MD), False, None),
    ],
)
def test_a_prior_has_the_unit_of_its_measure(basis: Basis, is_ratio: bool, unit: float | None) -> None:
    assert basis.tau_unit(is_ratio) == (None if unit is None else pytest.approx(unit))


@given(
    sizes=st.tuples(st.integers(20, 5000), st.integers(20, 5000)),
    measure=st.sampled_from([Measure.MD, Measure.RR, Measure.OR, Measure.RD, Measure.HR, Measure.SMD]),
    effect=st.floats(-1.5, 1.5),
    risk=st.floats(0.05, 0.95),
)
def test_the_larger_trial_is_the_more_precise_one(
    sizes: tuple[int, int], measure: Measure, effect: float, risk: float
) -> None:
    small, large = sorted(sizes)
    basis = Basis(measure=measure, sd=3.0, risk=risk, unit_variance=2.0)
    one, two = planned_error(basis, planned(small), effect), planned_error(basis, planned(large), effect)
    assert one is not None and two is not None
    assert one.se >= two.se * (1 - 1e-12)


def test_a_risk_that_nobody_has_seen_is_half_a_participant() -> None:
    assert control_risk(Basis(measure=Measure.RR, risk=0.0), planned(50)) == pytest.approx(0.01)
    assert control_risk(Basis(measure=Measure.RR), planned(50)) is None
