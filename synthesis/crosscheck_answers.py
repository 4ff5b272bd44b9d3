"""The second engine for answers: what limits say, whether they say the same, and how probable a benefit is.

It starts from limits and posteriors that are confirmed by themselves, and shares no code with `synthesis.bayes_answer`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isclose
from typing import TypeAlias

from models.bayes import BayesAnswer, BayesLine, BayesSupplement
from models.protocol import Outcome, Protocol
from models.synthesis import PooledEffect
from models.vocabulary import Interval

TOLERANCE = 1e-12
Value: TypeAlias = str | float | bool | None


@dataclass(frozen=True)
class AnswerDisagreement:
    """Something that an answer says and its limits and posteriors do not."""

    of: BayesAnswer | BayesLine
    name: str
    stated: Value
    recomputed: Value

    def __str__(self) -> str:
        where = self.of
        return (
            f"{where.analysis or where.outcome}, {where.timepoint}, {where.evidence_set}, answer: {self.name} is"
            f" {self.stated}, recomputed {self.recomputed}"
        )


def crosscheck_answers(
    effects: Sequence[PooledEffect], bayes: BayesSupplement, protocol: Protocol
) -> tuple[AnswerDisagreement, ...]:
    """What every posterior and answer of a night is said to show, again.

    Parameters
    ----------
    effects : pooled effects, beside which posteriors stand; lines of the protocol's last convention count
    """
    found = []
    for line in bayes.lines:
        again = _of_line(line, protocol.outcome(line.outcome))
        found += [AnswerDisagreement(line, *item) for item in again if not _is_same(*item[1:])]
    for answer in bayes.answers:
        if answer.agrees is not None:
            own = [line for line in bayes.lines if _place(line) == _place(answer)]
            beside = [item for item in effects if _place(item) == _place(answer) and not item.subgroup.number]
            again = _of_answer(answer, own, beside, protocol.outcome(answer.outcome))
            found += [AnswerDisagreement(answer, *item) for item in again if not _is_same(*item[1:])]
    return tuple(found)


def _place(item: BayesAnswer | BayesLine | PooledEffect) -> tuple[str, str]:
    return item.evidence_set, item.analysis


def _is_same(stated: Value, again: Value) -> bool:
    if isinstance(stated, float) and isinstance(again, float):
        return isclose(stated, again, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return stated == again


def _says(low: float, high: float, none: float, outcome: Outcome) -> str:
    if low > none:
        return {"higher": "benefit", "lower": "harm"}.get(outcome.direction, "higher")
    if high < none:
        return {"higher": "harm", "lower": "benefit"}.get(outcome.direction, "lower")
    return "open"


def _of_line(line: BayesLine, outcome: Outcome) -> Iterator[tuple[str, Value, Value]]:
    """Name, stated and recomputed."""
    yield "verdict", str(line.verdict), _shown(line, outcome)
    yield "p_benefit", line.p_benefit, _benefit(line, outcome)


def _benefit(line: BayesLine, outcome: Outcome) -> float | None:
    below = line.p_below_no_effect
    return {"lower": below, "higher": 1 - below, "unknown": None}[outcome.direction]


def _of_answer(
    answer: BayesAnswer, lines: Sequence[BayesLine], effects: Sequence[PooledEffect], outcome: Outcome
) -> Iterator[tuple[str, Value, Value]]:
    pooled = [item for item in effects if item.k and item.convention == effects[-1].convention]
    wald = [item for item in pooled if item.interval is Interval.WALD]
    hksj = [item for item in pooled if item.interval is not Interval.WALD and item.k > 1]
    said = [_shown(items[0], outcome) if items else None for items in (wald, hksj)]
    every = {*(word for word in said if word), *(_shown(line, outcome) for line in lines)}
    benefits = sorted(p for line in lines if (p := _benefit(line, outcome)) is not None)
    yield "what Wald limits say", _word(answer.wald), said[0]
    yield "what Hartung-Knapp limits say", _word(answer.hksj), said[1]
    yield "that all ways agree", answer.agrees, len(every) == 1
    yield "the least probability of benefit", answer.p_benefit_low, benefits[0] if benefits else None
    yield "the greatest probability of benefit", answer.p_benefit_high, benefits[-1] if benefits else None


def _word(verdict: str | None) -> str | None:
    return None if verdict is None else str(verdict)


def _shown(item: BayesLine | PooledEffect, outcome: Outcome) -> str | None:
    """What limits say, by where they lie; None where there are none."""
    if item.ci_low is None or item.ci_high is None:
        return None
    return _says(item.ci_low, item.ci_high, 1.0 if item.is_ratio else 0.0, outcome)
