"""Whether a trial allocates persons at random."""

import re

from models import design
from models.eligibility import Eligibility
from models.screening import CriterionVerdict
from models.trial import TrialRecord
from models.vocabulary import Allocation, Criterion, StudyType, Verdict
from studies import fields
from studies.criteria.said import by_found, verdict
from studies.terms import Field, find

SINGLE_GROUP = re.compile(r"single[\s_-]*(?:group|arm)?(?:\s+assignment)?", re.IGNORECASE)


def allocated(record: TrialRecord, eligibility: Eligibility) -> CriterionVerdict:
    """By the registry's field, by titles, and by what is told where the field does not say."""
    if record.study_type not in {StudyType.INTERVENTIONAL, None}:
        return verdict(Criterion.DESIGN, Verdict.NOT_MET, "study_type", record.study_type)
    stated = [*fields.titles(record), Field("design", record.intervention_model_text or "")]
    if said := find(design.QUASI, stated) or find(design.CLUSTERS, stated):
        return by_found(Criterion.DESIGN, Verdict.UNCLEAR, said)
    if record.allocation is Allocation.RANDOMISED:
        return _randomised(record, eligibility)
    titled, told = find(design.RANDOM, fields.titles(record)), fields.descriptions(record)
    if record.allocation is not None:
        said = titled or find(design.QUASI, told) or find(design.ALTERNATION, told)
        if not said and record.allocation is Allocation.NON_RANDOMISED and len(record.arms) > 1:
            said = find(design.RANDOM, told)
        if said:
            return by_found(Criterion.DESIGN, Verdict.UNCLEAR, said)
        return verdict(Criterion.DESIGN, Verdict.NOT_MET, "allocation", record.allocation)
    if titled:
        return by_found(Criterion.DESIGN, Verdict.MET, titled)
    if said := find(design.RANDOM, told) or find(design.QUASI, told) or find(design.ALTERNATION, told):
        return by_found(Criterion.DESIGN, Verdict.UNCLEAR, said)
    if SINGLE_GROUP.fullmatch(record.intervention_model_text or ""):
        return verdict(Criterion.DESIGN, Verdict.NOT_MET, "design", record.intervention_model_text or "")
    if len(record.arms) == 1:
        return verdict(Criterion.DESIGN, Verdict.NOT_MET, "arms", f"one arm: {record.arms[0].label}")
    return verdict(Criterion.DESIGN, Verdict.UNCLEAR, "allocation", "not stated")


def _randomised(record: TrialRecord, eligibility: Eligibility) -> CriterionVerdict:
    """Registered as randomised; unclear where sides of one person rather than persons may have been."""
    given = [*fields.titles(record), *fields.interventions(record), *fields.arms(record), *fields.descriptions(record)]
    if found := find(eligibility.within_person, [*given, *fields.outcomes(record)]):
        return by_found(Criterion.DESIGN, Verdict.UNCLEAR, found)
    local = eligibility.local_treatment
    if local and find(local.given, given) and (found := find(local.parts, [*fields.outcomes(record), *given])):
        return by_found(Criterion.DESIGN, Verdict.UNCLEAR, found)
    quote = str(record.allocation)
    if found := find(design.RUN_IN, [*fields.titles(record), *fields.arms(record), *fields.interventions(record)]):
        quote = f"{quote}, after a part that is not: {found.quote}"
    return verdict(Criterion.DESIGN, Verdict.MET, "allocation", quote)
