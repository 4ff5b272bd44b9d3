"""How the people of an ongoing trial fall to the arms of a comparison, and what is said where nobody knows."""

from collections.abc import Callable
from typing import Any

import pytest

from models.protocol import Protocol
from models.trial import Arm, PlannedOutcome, TrialRecord
from models.vocabulary import ArmType, OutcomeRole
from studies.planned_arms import allocation_ratio, measures, planned_in

Trial = Callable[..., TrialRecord]


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("Participants are randomised 2:1 to cells or placebo.", (2, 1)),
        ("Randomization ratio 3 : 2", (3, 2)),
        ("Patients will be allocated (1:1:1).", (1, 1, 1)),
        # No allocation: a dilution, a time, a part of zero.
        ("The product is diluted 1:10 in saline.", ()),
        ("Visits take place at 10:30, after randomisation.", ()),
        ("Randomised without a ratio", ()),
        ("", ()),
    ],
)
def test_an_allocation_is_read_where_a_word_says_that_it_is_one(
    trial: Trial, text: str, ratio: tuple[int, ...]
) -> None:
    assert allocation_ratio(trial(summary_text=text or None)) == ratio


@pytest.mark.parametrize(
    ("fields", "arms", "said"),
    [
        ({}, (50, 50), "arms of one size are assumed"),
        ({"summary_text": "Randomised 3:1."}, (75, 25), "allocation 3:1"),
        # Two doses against placebo: both are the intervention.
        (
            {"arms": tuple(Arm(label=label, type=kind) for label, kind in (
                ("Low dose cells", ArmType.EXPERIMENTAL), ("High dose cells", ArmType.EXPERIMENTAL), ("Placebo", ArmType.PLACEBO_COMPARATOR)
            ))},
            (200 / 3, 100 / 3),
            "arms of one size are assumed",
        ),
        ({"arms": ()}, (50, 50), "which of its arms are compared is not registered"),
        ({"arms": (), "summary_text": "Randomised 4:1."}, (80, 20), "allocation as registered"),
        ({"intervention_model_text": "CROSSOVER"}, (50, 50), "cross-over"),
    ],
)  # fmt: skip
def test_people_fall_to_the_arms_and_what_is_assumed_is_said(
    trial: Trial, protocol: Protocol, fields: dict[str, Any], arms: tuple[float, float], said: str
) -> None:
    found = planned_in(trial(**fields), 100, protocol.comparisons[0], protocol)
    assert found is not None
    assert (found.n_intervention, found.n_control) == pytest.approx(arms)
    assert any(said in sentence for sentence in found.assumed), found.assumed


def test_a_placebo_that_names_what_it_imitates_is_control(trial: Trial, protocol: Protocol) -> None:
    arms = (
        Arm(label="Stem cells", type=ArmType.EXPERIMENTAL, intervention_names=("Stem cells",)),
        Arm(label="Placebo for stem cells", type=ArmType.PLACEBO_COMPARATOR, intervention_names=("Placebo",)),
    )
    found = planned_in(trial(arms=arms, interventions=()), 90, protocol.comparisons[0], protocol)
    assert found is not None
    assert (found.n_intervention, found.n_control) == (45, 45)
    assert not any("is not registered" in sentence and "which" in sentence for sentence in found.assumed)


@pytest.mark.parametrize(
    ("outcomes", "timepoint", "word"),
    [
        ((), "4 to 6 months", "not known"),
        ((("Change in ALSFRS-R", "24 weeks"),), "4 to 6 months", "named"),
        ((("Change in ALSFRS-R", "24 weeks"),), "12 months", "named at another time"),
        ((("Grip strength", "24 weeks"),), "4 to 6 months", "not named"),
    ],
)
def test_whether_a_trial_measures_an_outcome(
    trial: Trial, protocol: Protocol, outcomes: tuple[tuple[str, str], ...], timepoint: str, word: str
) -> None:
    planned = tuple(PlannedOutcome(role=OutcomeRole.PRIMARY, measure=m, time_frame=t) for m, t in outcomes)
    assert measures(trial(outcomes=planned), protocol.outcome("alsfrs_r_change"), timepoint, protocol)[0] == word


def test_an_outcome_without_words_is_not_known_to_be_measured(trial: Trial, protocol: Protocol) -> None:
    planned = (PlannedOutcome(role=OutcomeRole.PRIMARY, measure="Overall survival", time_frame="24 weeks"),)
    assert measures(trial(outcomes=planned), protocol.outcome("overall_survival"), "4 to 6 months", protocol) == (
        "not known",
        "",
    )
