"""Everything of a night that a second engine recomputes: one list, for the night and for whoever asks afterwards."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from judging.survival import unconfirmed
from models.judgement import Judgement
from models.review import Review
from models.supplements import Supplements
from models.synthesis import EffectInput, PooledEffect
from synthesis.crosscheck import crosscheck
from synthesis.crosscheck_answers import crosscheck_answers
from synthesis.crosscheck_bayes import crosscheck_bayes
from synthesis.crosscheck_forecast import Known, crosscheck_forecasts
from synthesis.crosscheck_looks import crosscheck_looks
from synthesis.crosscheck_missing import crosscheck_missing, without_second_formula
from synthesis.crosscheck_rare import crosscheck_rare

KINDS = {
    "effects": "effects",
    "looks": "looks",
    "posteriors": "posteriors",
    "answers": "answers",
    "missing": "surfaces of the missing",
    "rare": "lines of rare events",
    "restricted_means": "restricted means",
    "forecasts": "forecasts",
}
"""What is recomputed, in words."""


class Unlike(Protocol):
    """A number that the second engine does not confirm; as text it says which, what is stated and what comes out."""

    @property
    def name(self) -> str: ...

    def __str__(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Stated:
    """A night's numbers, from the run or read back from what is published.

    Attributes
    ----------
    effects : pooled, those of subgroups among them
    as_published : what the data of the version in force give
    review : as of the night; None where it is not known any more
    unknown : sentences on what cannot be recomputed for want of what it rests on
    """

    inputs: Sequence[EffectInput]
    effects: Sequence[PooledEffect]
    as_published: Sequence[PooledEffect]
    supplements: Supplements
    review: Review | None
    unknown: tuple[str, ...] = ()

    @classmethod
    def of(cls, judgement: Judgement) -> "Stated":
        return cls(
            inputs=judgement.inputs,
            effects=(*judgement.effects, *judgement.subgroup_effects),
            as_published=judgement.as_published,
            supplements=judgement.supplements,
            review=judgement.review,
        )


@dataclass
class Confirmation:
    """How many of each of `KINDS` were recomputed, what was not and why, and every number that is not confirmed."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    not_recomputed: list[str] = field(default_factory=list)
    disagreements: list[Unlike] = field(default_factory=list)

    def add(self, kind: str, n: int, disagreements: Iterable[Unlike]) -> None:
        self.counts[kind] = n
        self.disagreements += disagreements

    def __str__(self) -> str:
        return f"{in_words(self.counts)} recomputed, {len(self.disagreements)} numbers not confirmed"


def in_words(counts: Mapping[str, int]) -> str:
    """Every kind with its number."""
    *first, last = (f"{counts[kind]} {words}" for kind, words in KINDS.items())
    return f"{', '.join(first)} and {last}"


def confirm(stated: Stated) -> Confirmation:
    """Recompute every number of a night that has a second formula.

    Returns
    -------
    Confirmation
        Without the review's files of that night answers, restricted means and forecasts are not recomputed.
    """
    inputs, effects, beside = stated.inputs, stated.effects, stated.supplements
    headlines = [item for item in effects if not item.subgroup.number]
    found = Confirmation(not_recomputed=list(stated.unknown))
    found.add("effects", len(effects), crosscheck(inputs, effects))
    found.add("looks", sum(len(item.looks) for item in beside.looks), crosscheck_looks(inputs, beside.looks))
    found.add("posteriors", len(beside.bayes.lines), crosscheck_bayes(inputs, beside.bayes.lines))
    left_out = without_second_formula(inputs, headlines, beside.missing)
    found.not_recomputed += left_out
    n_missing = sum(bool(item.surface) for item in beside.missing) - len(left_out)
    found.add("missing", n_missing, crosscheck_missing(inputs, headlines, beside.missing))
    lines = [line for item in beside.rare for line in item.lines if line.is_computable]
    found.add("rare", len(lines), crosscheck_rare(inputs, beside.rare))
    if stated.review is not None:
        _confirm_with(stated.review, stated, found)
    return found


def _confirm_with(review: Review, stated: Stated, found: Confirmation) -> None:
    """What rests on the protocol, or on rows of the folder."""
    beside, protocol = stated.supplements, review.protocol
    answers = crosscheck_answers(stated.effects, beside.bayes, protocol)
    found.add("answers", sum(item.agrees is not None for item in beside.bayes.answers), answers)
    found.add("restricted_means", len(beside.survival), unconfirmed(beside.survival, review.survival))
    known = Known(stated.inputs, stated.effects, stated.as_published, protocol)
    forecasts = crosscheck_forecasts(known, [item for trial in beside.forecast for item in trial.effects])
    found.not_recomputed += forecasts.not_recomputed
    found.add("forecasts", forecasts.n_recomputed, forecasts.disagreements)
