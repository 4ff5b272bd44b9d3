"""Whether a report tells of a design that the review takes, where that is not a randomised trial alone."""

from models.design_words import WORDS, Design
from models.eligibility import Eligibility
from models.screening import CriterionVerdict
from models.vocabulary import Criterion, Verdict
from studies.criteria.design import is_taken
from studies.criteria.said import by_found, verdict
from studies.terms import Field, Found, find


def by_designs(
    by_chance: CriterionVerdict, title: list[Field], sentences: list[Field], eligibility: Eligibility
) -> CriterionVerdict:
    """The verdict on the design, given the verdict that a review of randomised trials has.

    A design that the title names settles it. Of an abstract, one that the review takes does, since a report that may
    matter is not to be lost; one that it does not take leaves it unclear.
    """
    if eligibility.designs == [Design.RANDOMISED] and not eligibility.not_designs:
        return by_chance
    titled, told = _named(title), _named(sentences)
    for kind, found in titled:
        if kind in eligibility.not_designs:
            return by_found(Criterion.DESIGN, Verdict.NOT_MET, found)
    for kind, found in (*titled, *told):
        if is_taken(kind, eligibility) and kind is not Design.CROSS_OVER:
            return by_found(Criterion.DESIGN, Verdict.MET, found)
        if kind in eligibility.not_designs:
            return by_found(Criterion.DESIGN, Verdict.UNCLEAR, found)
    if by_chance.verdict is Verdict.MET and Design.RANDOMISED not in eligibility.designs:
        is_sure = by_chance.field in {"title", "publication_types"} and not titled
        word = Verdict.NOT_MET if is_sure else Verdict.UNCLEAR
        return verdict(Criterion.DESIGN, word, by_chance.field, by_chance.quote)
    if eligibility.takes_only_trials or by_chance.verdict is not Verdict.NOT_MET:
        return by_chance
    if titled:
        return by_found(Criterion.DESIGN, Verdict.NOT_MET, titled[0][1])
    return verdict(Criterion.DESIGN, Verdict.UNCLEAR, by_chance.field, by_chance.quote)


def _named(texts: list[Field]) -> list[tuple[Design, Found]]:
    found = [(kind, find(rule, texts)) for kind, rule in WORDS.items()]
    return [(kind, place) for kind, place in found if place]
