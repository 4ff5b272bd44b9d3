"""What answers say again, from limits alone: right ones are confirmed, and each slip is named."""

from typing import Any

import pytest
from made_up_rows import headline, means, protocol
from msgspec.structs import replace

from models.bayes import BayesSupplement, Verdict
from models.protocol import Protocol
from models.synthesis import PooledEffect
from models.vocabulary import Measure
from synthesis.bayes_supplement import bayes_supplement
from synthesis.crosscheck_answers import crosscheck_answers


def stated(direction: str = "lower", **of: Any) -> tuple[list[PooledEffect], BayesSupplement, Protocol]:
    choice = protocol("HR", "REML", of.get("interval", "wald"), direction=direction)
    rows = [means(f"S{i}", yi, 0.15, Measure.HR) for i, yi in enumerate(of.get("effects", (-0.5, -0.2)))]
    effects = [headline(choice, rows)]
    return effects, bayes_supplement(rows, effects, choice), choice


@pytest.mark.parametrize("direction", ["higher", "lower", "unknown"])
@pytest.mark.parametrize("interval", ["wald", "hksj"])
@pytest.mark.parametrize("effects", [(-0.5, -0.2), (0.6,), (0.4, 0.45, 0.5, 0.41), (-0.01, 0.01), (1.0, -1.0)])
def test_right_answers_are_confirmed(direction: str, interval: str, effects: tuple[float, ...]) -> None:
    assert crosscheck_answers(*stated(direction, interval=interval, effects=effects)) == ()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("wald", Verdict.HARM, "what Wald limits say"),
        ("hksj", Verdict.OPEN, "what Hartung-Knapp limits say"),
        ("agrees", True, "that all ways agree"),
        ("p_benefit_low", 0.5, "the least probability of benefit"),
        ("p_benefit_high", None, "the greatest probability of benefit"),
    ],
)
def test_a_slip_of_an_answer_is_named(name: str, value: object, said: str) -> None:
    effects, bayes, choice = stated()
    [answer] = bayes.answers
    assert answer.agrees is False
    wrong = replace(bayes, answers=(replace(answer, **{name: value}),))
    [slip] = crosscheck_answers(effects, wrong, choice)
    assert slip.name == said and str(slip).startswith("o:t, t, confirmed, answer: ")


@pytest.mark.parametrize(("name", "value"), [("p_benefit", 0.5), ("verdict", Verdict.HARM)])
def test_a_slip_of_a_posterior_is_named(name: str, value: object) -> None:
    effects, bayes, choice = stated()
    wrong = replace(bayes, lines=(replace(bayes.lines[0], **{name: value}), *bayes.lines[1:]))
    assert [slip.name for slip in crosscheck_answers(effects, wrong, choice)] == [name]
