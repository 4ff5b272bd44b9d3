"""Boundaries spend what they may, sizes are what formulas say, and everything is labelled as a supplement."""

import math

import numpy as np
import pytest

from synthesis import sequential
from synthesis.sequential import (
    Spending,
    adjusted_information_size,
    boundaries,
    diversity,
    inflation,
    information_size_of_means,
    information_size_of_risks,
    position,
    power,
)


@pytest.mark.parametrize("spending", Spending)
@pytest.mark.parametrize("sides", [1, 2])
def test_under_no_effect_paths_cross_as_often_as_alpha_allows(spending, sides):
    limits = boundaries([0.2, 0.5, 0.9, 1.0], sides=sides, spending=spending)
    assert power(limits, 0.0) == pytest.approx(0.05 / sides, abs=1e-12)
    assert limits.alpha_spent[-1] == pytest.approx(0.05 / sides)


def test_simulated_paths_cross_as_often_as_computed():
    limits = boundaries([0.3, 0.6, 1.0], spending=Spending.POCOCK)
    rng = np.random.default_rng(5)
    steps = rng.normal(0, np.sqrt(np.diff([0, *limits.timing])), (400_000, 3))
    z = steps.cumsum(axis=1) / np.sqrt(limits.timing)
    assert (np.abs(z) >= limits.z).any(axis=1).mean() == pytest.approx(0.05, abs=0.0015)


def test_one_look_is_the_ordinary_critical_value():
    assert boundaries([1.0]).z[0] == pytest.approx(1.959963984540054, abs=1e-12)
    assert inflation(boundaries([1.0])) == pytest.approx(1, abs=1e-9)


def test_more_nodes_change_no_boundary(monkeypatch):
    timing = [0.05, 0.1, 0.35, 0.62, 0.97, 1.0]
    coarse = boundaries(timing, spending=Spending.POCOCK).z
    monkeypatch.setattr(sequential, "NODES", 2 * sequential.NODES)
    assert boundaries(timing, spending=Spending.POCOCK).z == pytest.approx(coarse, abs=1e-9)


@pytest.mark.parametrize("timing", [[], [0.0, 1.0], [0.5, 0.5], [0.7, 0.3], [0.5, 1.2]])
def test_looks_that_do_not_rise_within_0_and_1_are_refused(timing):
    with pytest.raises(ValueError, match="timing is"):
        boundaries(timing)


def test_sizes_are_those_of_one_trial():
    # ALSFRS-R: MID 4, SD about 4
    assert information_size_of_means(4, 4) == pytest.approx(4 * (1.959963984540054 + 0.8416212335729143) ** 2)
    assert information_size_of_risks(0.194, 0.1455) == pytest.approx(1878.7013008842423, rel=1e-12)
    for bad in ((0.2, 0.2), (1.2, 0.1)):
        with pytest.raises(ValueError, match="two different probabilities"):
            information_size_of_risks(*bad)


def test_heterogeneity_raises_the_size():
    assert diversity(0.1, 0.2) == pytest.approx(0.75)
    assert diversity(0.1, 0.1) == 0
    assert adjusted_information_size(100.2, 0.75) == 401
    with pytest.raises(ValueError, match="heterogeneity is 1"):
        adjusted_information_size(100, 1)


def test_a_position_is_labelled_as_a_supplement_and_early_looks_need_more():
    early, late = (position(people, 2.5, 1000) for people in ([112], [112, 500, 1200]))
    assert not early.has_crossed
    assert early.z_boundary > 5
    assert late.share == 1.0
    assert late.has_crossed
    assert "discourages" in early.note
    assert math.isinf(position([], 2.5, 1000).z_boundary)


def test_a_look_too_early_to_spend_anything_has_no_boundary_and_costs_nothing():
    early = boundaries([0.001, 0.02, 0.5, 1.0])
    assert early.z[:2] == (np.inf, np.inf)
    assert early.z[2:] == pytest.approx(boundaries([0.5, 1.0]).z, abs=1e-9)
    assert not position([2, 40], -11.0, 2000).has_crossed
