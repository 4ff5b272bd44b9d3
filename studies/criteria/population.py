"""Whether a trial takes the people of the question."""

from models.eligibility import Eligibility
from models.screening import CriterionVerdict
from models.trial import TrialRecord
from models.vocabulary import Criterion, Verdict
from studies import fields
from studies.criteria.said import by_absence, by_found
from studies.terms import find


def population(record: TrialRecord, eligibility: Eligibility) -> CriterionVerdict:
    """A disease spelled out among the conditions settles it; an abbreviation only where nothing speaks against it.

    Other diseases beside it leave it unclear whether its own people can be told apart.
    """
    conditions, titles, keywords = fields.conditions(record), fields.titles(record), fields.keywords(record)
    found, in_titles = find(eligibility.population, conditions), find(eligibility.population, titles)
    others = find(eligibility.other_populations, [*conditions, *titles])
    if not (found and not found.is_abbreviation) and (found or in_titles):
        if meant := find(eligibility.not_population, [*conditions, *titles, *keywords]):
            return by_found(Criterion.POPULATION, Verdict.NOT_MET, meant)
        spelled = next((item for item in (in_titles, found) if item and not item.is_abbreviation), None)
        found = spelled or found or find(eligibility.population, [*keywords, *fields.outcomes(record)])
        if found is None or (found.is_abbreviation and found.field != "conditions"):
            assert in_titles
            return by_found(Criterion.POPULATION, Verdict.UNCLEAR, in_titles)
    if found:
        return by_found(Criterion.POPULATION, Verdict.UNCLEAR if others else Verdict.MET, others or found)
    if (found := find(eligibility.population, keywords)) and not find(eligibility.not_population, conditions):
        return by_found(Criterion.POPULATION, Verdict.UNCLEAR, found)
    if not others and (near := find(eligibility.near_population, [*conditions, *titles])):
        return by_found(Criterion.POPULATION, Verdict.UNCLEAR, near)
    return by_absence(Criterion.POPULATION, Verdict.NOT_MET, conditions, "conditions")
