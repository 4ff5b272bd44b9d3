"""Whether a study is made as the review wants it: by what registers say of allocation, groups and kind of study.

A review that takes randomised trials alone asks nothing further than how persons were allocated. Another one asks what
design the record tells, never more than it tells: what names no design is unclear.
"""

import re
from collections.abc import Iterator

import msgspec

from models.design_words import WORDS, Design
from models.eligibility import Eligibility
from models.screening import CriterionVerdict
from models.trial import TrialRecord
from models.vocabulary import Allocation, Criterion, StudyType, Verdict
from studies import fields
from studies.criteria import comparison
from studies.criteria.allocation import SINGLE_GROUP, allocated
from studies.criteria.said import by_found, verdict
from studies.terms import Field, Found, find

_CONTROLLED = re.compile(r"(?:parallel|cross-?over|factorial|sequential)(?:[\s_]assignment)?", re.IGNORECASE)
_MODELS = {
    "cohort": Design.COHORT,
    "case control": Design.CASE_CONTROL,
    "case crossover": Design.CASE_CONTROL,
    "cross sectional": Design.CROSS_SECTIONAL,
}
"""ClinicalTrials.gov's observational models, as far as they name a design that a review may take."""
_IN_TITLES = (Design.COHORT, Design.CASE_CONTROL, Design.CROSS_SECTIONAL)
_WITHOUT_CONTROL = frozenset({Design.SINGLE_ARM, Design.TIME_SERIES, Design.CROSS_SECTIONAL, Design.DIAGNOSTIC})
"""Designs that compare people with themselves, or with nobody."""


def design(record: TrialRecord, eligibility: Eligibility) -> CriterionVerdict:
    """Met by a design that the review takes, not met by another, unclear where none is told."""
    by_chance = allocated(record, eligibility)
    if eligibility.designs == [Design.RANDOMISED] and not eligibility.not_designs:
        return by_chance
    told = list(designs_told(record, by_chance))
    if refused := next((found for kind, found in told if kind in eligibility.not_designs), None):
        return by_found(Criterion.DESIGN, Verdict.NOT_MET, refused)
    if record.study_type is StudyType.EXPANDED_ACCESS:
        return by_chance
    takes_random = Design.RANDOMISED in eligibility.designs
    kind, found = next(((kind, found) for kind, found in told if is_taken(kind, eligibility)), (None, None))
    if kind in {Design.RANDOMISED, Design.CROSS_OVER}:
        return by_chance
    is_disputed = by_chance.verdict is Verdict.UNCLEAR and by_chance.field != "allocation"
    is_of_chance = kind in {Design.QUASI_RANDOMISED, Design.CLUSTER_RANDOMISED}
    if found and (is_of_chance or takes_random or not is_disputed):
        return by_found(Criterion.DESIGN, Verdict.MET, found)
    if is_disputed and (takes_random or found):
        return by_chance
    if told:
        return by_found(Criterion.DESIGN, Verdict.NOT_MET, told[0][1])
    if eligibility.takes_only_trials or (by_chance.field == "study_type" and not eligibility.takes_observational):
        return by_chance
    return verdict(Criterion.DESIGN, Verdict.UNCLEAR, by_chance.field, f"{by_chance.quote}: tells no design")


def control(record: TrialRecord, eligibility: Eligibility) -> CriterionVerdict:
    """The verdict on the comparator, of which designs without one are not asked.

    Of other studies in which nobody allocates, a register tells no arms: what it does not tell is unclear.
    """
    compared = comparison.comparator(record, eligibility)
    if eligibility.takes_only_trials or compared.verdict is Verdict.MET:
        return compared
    told = designs_told(record, allocated(record, eligibility))
    kind = next((kind for kind, _ in told if is_taken(kind, eligibility)), None)
    if kind in _WITHOUT_CONTROL:
        quote = f"{kind.replace('_', ' ')}: none is asked for"
        return verdict(Criterion.COMPARATOR, Verdict.MET, "design", quote)
    if record.study_type is StudyType.OBSERVATIONAL and compared.verdict is Verdict.NOT_MET:
        return msgspec.structs.replace(compared, verdict=Verdict.UNCLEAR)
    return compared


def is_taken(kind: Design, eligibility: Eligibility) -> bool:
    """Whether the review takes a design: randomised trials may cross over unless it says otherwise."""
    if kind in eligibility.not_designs:
        return False
    return kind in eligibility.designs or (kind is Design.CROSS_OVER and Design.RANDOMISED in eligibility.designs)


def designs_told(record: TrialRecord, by_chance: CriterionVerdict) -> Iterator[tuple[Design, Found]]:
    """The designs that a record tells of, the surest first, each with the words that tell it."""
    titles, model = fields.titles(record), Field("design", record.intervention_model_text or "")
    stated = [*titles, model]
    if (found := find(WORDS[Design.DIAGNOSTIC], titles)) is not None:
        yield Design.DIAGNOSTIC, found
    if (found := find(WORDS[Design.QUASI_RANDOMISED], stated)) is not None:
        yield Design.QUASI_RANDOMISED, found
        return
    clusters = find(WORDS[Design.CLUSTER_RANDOMISED], stated)
    if record.allocation is Allocation.RANDOMISED or by_chance.verdict is Verdict.MET:
        crossed = find(WORDS[Design.CROSS_OVER], [model])
        if clusters:
            yield Design.CLUSTER_RANDOMISED, clusters
        elif crossed:
            yield Design.CROSS_OVER, crossed
        else:
            yield Design.RANDOMISED, Found(by_chance.field, by_chance.quote, False)
        return
    if clusters and "random" in clusters.quote.casefold() and record.allocation is None:
        yield Design.CLUSTER_RANDOMISED, clusters
        return
    if record.study_type is StudyType.OBSERVATIONAL:
        yield from _observational(record, stated)
    elif record.study_type is not StudyType.EXPANDED_ACCESS:
        yield from _not_by_chance(record, stated)


def _observational(record: TrialRecord, stated: list[Field]) -> Iterator[tuple[Design, Found]]:
    model = record.observational_model_text or ""
    known = _MODELS.get(re.sub(r"[\s_-]+", " ", model).strip().lower())
    if known:
        yield known, Found("observational_model", model, False)
    for kind in _IN_TITLES:
        if kind is not known and (found := find(WORDS[kind], [Field("observational_model", model), *stated])):
            yield kind, found


def _not_by_chance(record: TrialRecord, stated: list[Field]) -> Iterator[tuple[Design, Found]]:
    """What somebody gives to people without drawing lots; by words first, then by allocation and groups."""
    for kind in (Design.BEFORE_AFTER, Design.TIME_SERIES):
        if found := find(WORDS[kind], stated):
            yield kind, found
            return
    model, n_arms = record.intervention_model_text or "", len(record.arms)
    is_single = SINGLE_GROUP.fullmatch(model) is not None or n_arms == 1
    if is_single or (record.allocation is Allocation.NOT_APPLICABLE and n_arms < 2):
        quote = model or (f"one arm: {record.arms[0].label}" if record.arms else str(record.allocation))
        yield Design.SINGLE_ARM, Found("design" if model else "arms" if record.arms else "allocation", quote, False)
    elif record.allocation is Allocation.NON_RANDOMISED and (n_arms > 1 or _CONTROLLED.fullmatch(model)):
        yield Design.NON_RANDOMISED, Found("allocation", str(record.allocation), False)
    else:
        for kind in (Design.SINGLE_ARM, Design.NON_RANDOMISED, *_IN_TITLES):
            if found := find(WORDS[kind], stated):
                yield kind, found
                return
