"""Which groups of a trial are the two sides of a comparison, by the words of their titles and descriptions.

A review with one comparison may leave that to the words of its eligibility. With several, a comparison that has no words
of its own has no sides here: nothing is guessed.
"""

from collections.abc import Iterator, Sequence, Set

import msgspec

from models.protocol import Comparison, Protocol
from models.terms import TermRule
from models.trial import TrialRecord
from studies.terms import Field, find

NOT_TOLD_APART = "groups cannot be told apart as one intervention and one comparator"
NO_WORDS = "the review has several comparisons, and no words tell whose arms these are"


class Group(msgspec.Struct, frozen=True):
    """A group of people as a registry calls and describes it."""

    id: str
    title: str
    description: str = ""


class Pair(msgspec.Struct, frozen=True):
    """Group ids of intervention and control in one table."""

    intervention: str
    control: str


class Sides(msgspec.Struct, frozen=True):
    """Ids of the groups on either side of a comparison; the others are not of it."""

    interventions: tuple[str, ...]
    controls: tuple[str, ...]

    @property
    def has_both(self) -> bool:
        return bool(self.interventions and self.controls)

    @property
    def pair(self) -> Pair | None:
        """None unless there is one group on each side."""
        if len(self.interventions) == len(self.controls) == 1:
            return Pair(self.interventions[0], self.controls[0])
        return None


def words_of(comparison: Comparison, protocol: Protocol) -> tuple[list[str], list[str]] | None:
    """Its words for intervention and control, or those of the comparison that it is part of; None without any."""
    whole = [protocol.comparison(comparison.part_of)] if comparison.part_of else []
    for item in (comparison, *whole):
        if item.intervention_terms or item.control_terms:
            return item.intervention_terms, item.control_terms
    return None


def is_told(comparison: Comparison, protocol: Protocol) -> bool:
    """Whether anything says which arms are of a comparison."""
    return len(protocol.comparisons) == 1 or words_of(comparison, protocol) is not None


def sides_of(groups: Sequence[Group], comparison: Comparison, protocol: Protocol) -> Sides:
    """The groups on either side of a comparison.

    By its own words a group is the intervention that names it, whatever else it names, and control where it names that
    alone; a description counts where the title says neither. Where one side has no words, those of the protocol's
    eligibility stand for them. Without own words every group that is no comparator is the intervention.
    """
    tested, control = rules_of(comparison, protocol)
    if words_of(comparison, protocol) is None:
        roles = {item.id: _role([item.title], tested, control) for item in groups}
        controls = tuple(name for name, role in roles.items() if role == "control")
        return Sides(tuple(name for name in roles if name not in controls), controls)
    roles = {item.id: _role([item.title, item.description], tested, control) for item in groups}
    return Sides(
        tuple(name for name, role in roles.items() if role == "intervention"),
        tuple(name for name, role in roles.items() if role == "control"),
    )


def rules_of(comparison: Comparison, protocol: Protocol) -> tuple[TermRule, TermRule]:
    """The rules by which intervention and control of a comparison are known."""
    tested, control = words_of(comparison, protocol) or ([], [])
    return (
        TermRule(terms=tested) if tested else protocol.eligibility.intervention,
        TermRule(terms=control) if control else protocol.eligibility.comparator,
    )


def _role(texts: Sequence[str], tested: TermRule, control: TermRule) -> str:
    """What the first text that says anything says."""
    for text in texts:
        field = [Field("", text)]
        if find(tested, field):
            return "intervention"
        if find(control, field):
            return "control"
    return ""


def comparisons_of(record: TrialRecord, protocol: Protocol) -> frozenset[str]:
    """Comparisons whose both sides are among the registered arms of a trial; none where that is not known."""
    groups = [
        Group(arm.label, arm.label, "; ".join([*arm.intervention_names, arm.description_text or ""]))
        for arm in record.arms
    ]
    told = (item for item in protocol.comparisons if words_of(item, protocol))
    return frozenset(item.id for item in told if sides_of(groups, item, protocol).has_both)


def may_be_of(comparison: str, known: Set[str], protocol: Protocol) -> bool | None:
    """Whether a study is of a comparison; None where nobody can say.

    Parameters
    ----------
    known : comparisons of which it is known to be
    """
    if len(protocol.comparisons) == 1 or comparison in known:
        return True
    if words_of(protocol.comparison(comparison), protocol) is None or not known:
        return None
    return False


def places_of(protocol: Protocol) -> Iterator[tuple[Comparison, str, str]]:
    """Comparison, outcome and timepoint of every analysis, each once, in the order of the analyses."""
    for comparison, outcome, timepoint in dict.fromkeys(item.place for item in protocol.analyses):
        yield protocol.comparison(comparison), outcome, timepoint
