"""The arms of an ongoing trial as they would enter an analysis: how many people in each, and whether it measures it.

Registries give one number for the whole trial. How it is divided is read where they say so; otherwise arms are taken to
be of one size, and that is said.
"""

import re
from collections.abc import Sequence

from models.forecast import PlannedStudy
from models.protocol import Comparison, Outcome, Protocol
from models.trial import PlannedOutcome, TrialRecord
from studies.arm_roles import roles_of
from studies.comparison_arms import Group, Sides, comparisons_of, may_be_of, sides_of, words_of
from studies.extraction import is_titled
from studies.timeframe import is_within

_RATIO = re.compile(r"(?<![\d:.])([1-9](?:\s*:\s*[1-9]){1,5})(?!\d|:|\.\d)")
_NEAR = re.compile(r"random|ratio|allocat|assign|zufäll|aleator|rapport", re.IGNORECASE)
_REACH = 80
"""Characters round a ratio in which a word says that it is one of allocation; a dilution has none."""
TWO = 2


def allocation_ratio(record: TrialRecord) -> tuple[int, ...]:
    """Parts by which people are allocated, as registered: ``(2, 1)`` of *randomised 2:1*; empty where nobody tells."""
    texts = (record.official_title, record.summary_text, record.masking_details_text, record.brief_title)
    described = [arm.description_text for arm in record.arms]
    for text in filter(None, (*texts, *described)):
        for match in _RATIO.finditer(text):
            around = text[max(0, match.start() - _REACH) : match.end() + _REACH]
            parts = tuple(int(part) for part in match[1].split(":"))
            if _NEAR.search(around):
                return parts
    return ()


def planned_in(record: TrialRecord, n: int, comparison: Comparison, protocol: Protocol) -> PlannedStudy | None:
    """People planned in each arm of a comparison; None where the trial is not of that comparison.

    Parameters
    ----------
    record : newest version of the trial's registry entry
    n : participants planned in the whole trial
    """
    membership = may_be_of(comparison.id, comparisons_of(record, protocol), protocol)
    if membership is False:
        return None
    assumed = [] if membership else ["whether it is of this comparison is not known"]
    groups = [
        Group(arm.label, arm.label, "; ".join([*arm.intervention_names, arm.description_text or ""]))
        for arm in record.arms
    ]
    sides = sides_of(groups, comparison, protocol)
    if not sides.has_both:
        sides = _by_what_they_give(record, comparison, protocol)
    ratio = allocation_ratio(record)
    if sides.has_both:
        shares, how = _shares([group.id for group in groups], ratio)
        one, two = (sum(shares[name] for name in names) for names in (sides.interventions, sides.controls))
        if one + two < 1 - 1e-9:
            assumed.append(
                f"{len(groups) - len(sides.interventions) - len(sides.controls)} of its arms do not count here"
            )
    else:
        one, two = _of_two(ratio)
        how = "allocation as registered" if len(ratio) == TWO else "two arms of one size are assumed"
        assumed.append("which of its arms are compared is not registered")
    if how:
        assumed.append(how)
    if "CROSS" in (record.intervention_model_text or "").upper():
        assumed.append("a cross-over trial is counted as if its arms were other people")
    return PlannedStudy(study_id=record.record_id, n_intervention=n * one, n_control=n * two, assumed=tuple(assumed))


def _by_what_they_give(record: TrialRecord, comparison: Comparison, protocol: Protocol) -> Sides:
    """Sides of the only comparison, where the arms' own words leave both on one: a *placebo of X* names X and gives none."""
    if words_of(comparison, protocol) is not None:
        return Sides((), ())
    roles = roles_of(record, protocol.eligibility)
    labels = {arm.label for arm in record.arms}
    one, two = (
        tuple(group.label for group in groups if group.label in labels) for groups in (roles.giving, roles.without)
    )
    return Sides(one, two)


def _shares(names: Sequence[str], ratio: tuple[int, ...]) -> tuple[dict[str, float], str]:
    """Share of each arm, and what was assumed: a ratio of as many parts as there are arms is in their order."""
    if len(ratio) == len(names):
        return {name: part / sum(ratio) for name, part in zip(names, ratio, strict=True)}, (
            f"allocation {':'.join(map(str, ratio))} in the order of the registered arms"
        )
    return dict.fromkeys(names, 1 / len(names)), "arms of one size are assumed, for no allocation ratio is registered"


def _of_two(ratio: tuple[int, ...]) -> tuple[float, float]:
    one, two = ratio if len(ratio) == TWO else (1, 1)
    return one / (one + two), two / (one + two)


def measures(record: TrialRecord, outcome: Outcome, timepoint: str, protocol: Protocol) -> tuple[str, str]:
    """Whether a trial's registered outcomes name an outcome at a time, in a word, with the registry's own words.

    *not known* where the registry lists no outcomes, or the protocol has no words for this one.
    """
    if not record.outcomes or not outcome.title_terms:
        return "not known", ""
    named = [item for item in record.outcomes if is_titled(outcome, item.measure)]
    if not named:
        return "not named", ""
    for item in named:
        if is_within(item.time_frame or item.measure, protocol.timepoint(timepoint)):
            return "named", _words(item)
    return "named at another time", _words(named[0])


def _words(item: PlannedOutcome) -> str:
    return f"{item.measure} ({item.time_frame})" if item.time_frame else item.measure
