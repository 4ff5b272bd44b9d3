"""Rules on participants alone: Barrowman's n, the power of an update, and what S6 makes of them."""

from collections.abc import Mapping
from math import sqrt

import numpy as np
import pytest
from made_up_rows import means, protocol
from scipy import special

from models.synthesis import EffectInput, PooledEffect, Signal
from models.vocabulary import EvidenceSet, Measure, Rule
from synthesis.analyses import pool_review
from synthesis.participant_rules import Participants, participant_rules, participants_needed, power_with

OF = protocol("MD", "common")


def published(yi: float, se: float, n: int = 50) -> PooledEffect:
    row = means("S1", yi, se)
    row = EffectInput(
        **({name: getattr(row, name) for name in row.__struct_fields__} | {"n_intervention": n, "n_control": n})
    )
    [effect] = pool_review([row], OF, EvidenceSet.CONFIRMED)
    return effect


@pytest.mark.parametrize(
    ("yi", "se", "n", "needed"),
    [
        # z = 1: 100 people become 100 x 1.96^2 = 384.1, so 285 more.
        (1.0, 1.0, 50, 285),
        (-1.0, 1.0, 50, 285),
        (1.0, 1.0, 100, 569),
        (1.959, 1.0, 50, 1),
        # Nothing is needed of what is significant, and nothing helps what is exactly nothing.
        (3.0, 1.0, 50, None),
        (0.0, 1.0, 50, None),
    ],
)
def test_barrowmans_n(yi: float, se: float, n: int, needed: int | None) -> None:
    assert participants_needed(published(yi, se, n), 0.05) == needed


def test_with_barrowmans_n_the_result_is_just_significant() -> None:
    """Pooled with a study of so many people and the same effect, z is that of alpha."""
    needed = participants_needed(published(1.0, 1.0), 0.05)
    assert needed is not None
    rows = [means("S1", 1.0, 1.0), means("S2", 1.0, sqrt(100 / needed))]
    [after] = pool_review(rows, OF, EvidenceSet.CONFIRMED)
    assert after.p_value == pytest.approx(0.05, abs=5e-4)
    assert after.p_value < 0.05


@pytest.mark.parametrize("n_new", [20, 100, 1000])
def test_power_is_what_a_simulated_update_has(n_new: int) -> None:
    """Sutton's simulation, with its draws replaced by many equal parts of the same distribution."""
    effect = published(1.2, 1.0)
    se = sqrt(100 / n_new)
    draws = 1.2 + se * special.ndtri((np.arange(200_000) + 0.5) / 200_000)
    weights = 1.0, 1 / se**2
    pooled = (weights[0] * 1.2 + weights[1] * draws) / sum(weights)
    simulated = float(np.mean(np.abs(pooled) > -special.ndtri(0.025) / sqrt(sum(weights))))
    assert power_with(effect, n_new, 0.05) == pytest.approx(simulated, abs=1e-4)


def test_nobody_new_leaves_the_result_as_it_is() -> None:
    assert power_with(published(1.0, 1.0), 0, 0.05) == 0.0
    assert power_with(published(3.0, 1.0), 0, 0.05) == 1.0


def signals(old: PooledEffect | None, new: Mapping[str, Participants]) -> dict[Rule, Signal]:
    return {signal.rule: signal for signal in participant_rules(OF, OF.analyses[0], old, new)}


@pytest.mark.parametrize(("n", "fired"), [(284, False), (285, True), (5000, True)])
def test_s6_fires_when_the_new_participants_could_change_a_result_without_a_difference(n: int, fired: bool) -> None:
    found = signals(published(1.0, 1.0), {"NEW": (n, "registered")})[Rule.S6]
    assert found.fired is fired
    assert found.value == pytest.approx(n / 285)
    assert "285 more participants would exclude no effect" in found.explanation
    assert "with a probability of" in found.explanation


@pytest.mark.parametrize(
    ("old", "said"),
    [
        (None, "Not computable"),
        (published(3.0, 1.0), "excludes no effect already"),
        (published(0.0, 1.0), "no number of participants"),
    ],
)
def test_s6_stays_silent_where_it_has_nothing_to_ask(old: PooledEffect | None, said: str) -> None:
    found = signals(old, {"NEW": (5000, "registered")})[Rule.S6]
    assert (found.fired, found.value) == (False, None)
    assert said in found.explanation


def test_participants_that_are_not_all_told_give_no_number() -> None:
    row = means("S1", 1.0, 1.0)
    ready = EffectInput(
        **(
            {name: getattr(row, name) for name in row.__struct_fields__}
            | {"n_control": 0, "is_contrast": True, "measure": Measure.MD}
        )
    )
    [effect] = pool_review([ready], OF, EvidenceSet.CONFIRMED)
    assert effect.n_is_least
    assert participants_needed(effect, 0.05) is None
    assert power_with(effect, 100, 0.05) is None
