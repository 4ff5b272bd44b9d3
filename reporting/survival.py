"""How much longer people lived, in sentences for readers who are no statisticians."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from models.rmst import RmstDifference
from models.survival_rows import DAYS
from models.vocabulary import EvidenceSet
from reporting import numbers
from reporting.results import AnalysisResult, as_phrase

_DAYS_IN_SIGHT = 91
"""Longer times are told in months."""
_OF_LIFE = re.compile(r"\b(?:deaths?|dying|mortality|survival|alive|living)\b", re.IGNORECASE)
_OF_MORE = re.compile(r"\b(?:free|or|and|without|progression|relapse|recurrence)\b", re.IGNORECASE)


@dataclass(frozen=True)
class TimeAlive:
    """One study's sentences, with the study and whether its numbers wait for a person."""

    study_id: str
    is_provisional: bool
    title: str
    sentence: str
    caution: str
    source: str


def times_alive(items: Sequence[RmstDifference], result: AnalysisResult) -> tuple[TimeAlive, ...]:
    """What an analysis shows of restricted means: each study once, provisional where that says something else."""
    if result.is_closed:
        return ()
    own = [item for item in items if item.analysis == result.analysis.analysis]
    told: dict[str, list[str]] = {}
    found = []
    for item in sorted(own, key=lambda item: item.evidence_set is not EvidenceSet.CONFIRMED):
        sentence = _sentence(item, result)
        if sentence not in told.setdefault(item.study_id, []):
            told[item.study_id].append(sentence)
            is_provisional = item.evidence_set is not EvidenceSet.CONFIRMED
            title = "Time alive" if _is_of_life(result) else "Time without the event"
            found.append(TimeAlive(item.study_id, is_provisional, title, sentence, _caution(item), item.source))
    return tuple(found)


def _sentence(item: RmstDifference, result: AnalysisResult) -> str:
    of = _Words(item, result)
    compared = f"with {as_phrase(result.intervention)} {{}} with {as_phrase(result.control)}"
    if of.is_equal:
        return f"Within the first {item.until_text} people {of.lived} equally long {compared.format('and')}, on average{of.limits}."
    side = of.side(item.difference)
    return (
        f"Within the first {item.until_text} people {of.lived} on average {side} {compared.format('than')}{of.limits}."
    )


def _caution(item: RmstDifference) -> str:
    """What landmarks leave open."""
    times = numbers.counted(item.n_landmarks, "time")
    unit = _unit(item)
    low, high = (_side(value, unit) for value in (item.least, item.most))
    said = [
        f"Survival is printed at {times} after the start, and taken to fall evenly between them; whatever really happened"
        f" there, the printed curves allow no other difference than from {low} to {high}."
    ]
    if item.ci_low is None:
        said.append("How far chance may have made it cannot be computed from what is printed.")
    if item.note:
        said.append(f"Limits are computed {item.note}.")
    return " ".join(said)


@dataclass(frozen=True)
class _Words:
    """The words for one study's numbers, all in one unit."""

    item: RmstDifference
    result: AnalysisResult

    @property
    def lived(self) -> str:
        return "lived" if _is_of_life(self.result) else "remained free of the event"

    @property
    def is_equal(self) -> bool:
        return _amount(self.item.difference, _unit(self.item)).startswith("0 ")

    def side(self, difference: float) -> str:
        return _side(difference, _unit(self.item))

    @property
    def limits(self) -> str:
        if self.item.ci_low is None or self.item.ci_high is None:
            return ""
        name = numbers.confidence(self.item.level)
        unclear = ": no clear difference" if self.item.ci_low <= 0 <= self.item.ci_high else ""
        return f" ({name} {self.side(self.item.ci_low)} to {self.side(self.item.ci_high)}){unclear}"


def _is_of_life(result: AnalysisResult) -> bool:
    """Whether the event is death alone, so that people lived; elsewhere they were free of the event."""
    title = result.outcome.title
    return _OF_LIFE.search(title) is not None and _OF_MORE.search(title) is None


def _unit(item: RmstDifference) -> str:
    widest = max(abs(value) for value in (item.difference, item.ci_low, item.ci_high) if value is not None)
    return "days" if widest <= _DAYS_IN_SIGHT else "months"


def _side(difference: float, unit: str) -> str:
    amount = _amount(difference, unit)
    if amount.startswith("0 "):
        return amount
    return f"{amount} {'longer' if difference > 0 else 'shorter'}"


def _amount(difference: float, unit: str) -> str:
    """A time without its sign: whole days, or months with one decimal."""
    printed = numbers.fixed(abs(difference) / DAYS[unit], 0 if unit == "days" else 1)
    printed = "0" if not float(printed.replace(",", "")) else printed
    return f"{printed} {unit[:-1] if printed in {'1', '1.0'} else unit}"
