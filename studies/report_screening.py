"""Whether a report may be of a trial that the review counts: a verdict per criterion, with the words that decided it.

A title and index terms name what a report is about; an abstract mentions much beside it, so that a word found there counts
only in a sentence that tells who took part or what they were given, and otherwise leaves the criterion unclear. What is
written in a language that the protocol has no words of is not known; that is not the same as not met.
"""

import re

import msgspec

from models import design, documents
from models.eligibility import Eligibility
from models.report import Report
from models.screening import LANGUAGE, CriterionVerdict, ReportScreening
from models.terms import TermRule
from models.vocabulary import Criterion, ReportKind, Verdict
from studies.prose import sentences
from studies.report_designs import by_designs
from studies.report_kinds import report_kind, types_of
from studies.report_limits import limits_told
from studies.terms import Field, Found, find

_LEAST_ABSTRACT = 80
"""Letters below which an abstract is a note that there is none."""
_NOT_SAID = "not said"
"""Field of a criterion of which a report tells nothing, as reports may."""
_ADDED = re.compile(r"\b(?:added|add-on|adjunct|adjunctive|addition) to\b|\bon top of\b", re.IGNORECASE)
_JOINING = re.compile(
    r"\b(?:der|die|das|und|bei|mit|el|la|los|las|del|en|con|para|le|les|des|du|et|chez|avec|il|lo|della|nella|di|da|dos|das|em"
    r"|och|med|og|van|het|een|ile|ve|w|na|z|oraz)\b",
    re.IGNORECASE,
)
"""Words that hold sentences together in languages with Latin letters other than English."""
_ENGLISH = re.compile(r"\b(?:the|of|and|in|with|for|to|was|were)\b", re.IGNORECASE)


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    """A report's texts, as they are asked."""

    report: Report
    types: frozenset[str]
    title: list[Field]
    keywords: list[Field]
    sentences: list[Field]
    kind: ReportKind

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing but a title."""
        return not self.sentences

    @property
    def is_foreign(self) -> bool:
        """Whether it is in a language that the protocol may have no words of; a title may be the index's translation.

        A title alone tells its language by its letters, or by words that hold sentences together.
        """
        if self.report.language and not self.sentences:
            return not self.report.language.casefold().startswith("en")
        text = " ".join(item.text for item in self.sentences or self.title)
        letters = [letter for letter in text if letter.isalpha()]
        if sum(letter > "\u024f" for letter in letters) > len(letters) / 3:
            return True
        return len(_ENGLISH.findall(text)) < max(1, len(text) // 100) and bool(_JOINING.search(text))


def screen_report(report: Report, eligibility: Eligibility) -> ReportScreening:
    """Judge a report by what an index shows of it."""
    return screening_of(report, judge_report(report, eligibility))


def judge_report(report: Report, eligibility: Eligibility) -> tuple[CriterionVerdict, ...]:
    """A verdict on every criterion that a report can tell of, in the order in which a reader asks them."""
    told = _told(report)
    return (
        _population(told, eligibility),
        _intervention(told, eligibility),
        _design(told, eligibility),
        _comparator(told, eligibility),
        *limits_told(report, [*told.title, *told.keywords], told.sentences, eligibility),
    )


def screening_of(report: Report, criteria: tuple[CriterionVerdict, ...]) -> ReportScreening:
    """The verdicts put together: what the others received need not be said in an abstract, and leaves no doubt."""
    asked = {item.verdict for item in criteria if item.field != _NOT_SAID}
    verdict = next((item for item in (Verdict.NOT_MET, Verdict.UNCLEAR) if item in asked), Verdict.MET)
    kind = report_kind(report, is_declared=True)
    return ReportScreening(report_id=report.report_id, kind=kind, verdict=verdict, criteria=criteria)


def _told(report: Report) -> _Told:
    text = report.abstract_text or ""
    told = sentences(text) if len(text) >= _LEAST_ABSTRACT else []
    return _Told(
        report=report,
        types=frozenset(types_of(report)),
        title=[Field("title", report.title)],
        keywords=[Field("keywords", word) for word in report.keywords],
        sentences=[Field("abstract", sentence) for sentence in told],
        kind=report_kind(report, is_declared=True),
    )


def _population(told: _Told, eligibility: Eligibility) -> CriterionVerdict:
    criterion, wanted = Criterion.POPULATION, eligibility.population
    named = [*told.title, *told.keywords]
    everywhere = [*named, *told.sentences]
    found, others = find(wanted, told.title), find(eligibility.other_populations, told.title)
    found = found if found and not found.is_abbreviation else find(wanted, told.keywords) or found
    if found and found.is_abbreviation:
        spelled = find(wanted, told.sentences)
        found = spelled if spelled and not spelled.is_abbreviation else found
    others = others or find(design.OUTSIDE, told.title)
    if found and not found.is_abbreviation:
        return _said(criterion, Verdict.UNCLEAR if others else Verdict.MET, others or found)
    if found and (meant := find(eligibility.not_population, everywhere)):
        return _said(criterion, Verdict.NOT_MET, meant)
    if found:
        # An abbreviation stands for the population only where something else speaks for it.
        is_meant = find(eligibility.intervention, [*told.title, *told.keywords]) and not others
        return _said(criterion, Verdict.MET if is_meant else Verdict.UNCLEAR, found)
    if told_of := _told_of(wanted, documents.PEOPLE, told):
        return _said(criterion, Verdict.UNCLEAR if others else Verdict.MET, others or told_of)
    mentioned = find(wanted, [item for item in told.sentences if not find(documents.LEFT_OUT, [item])])
    if mentioned and not mentioned.is_abbreviation and not others and find(eligibility.intervention, told.title):
        return _said(criterion, Verdict.MET, mentioned)
    if near := find(eligibility.near_population, everywhere) or mentioned:
        return _said(criterion, Verdict.NOT_MET if others else Verdict.UNCLEAR, others or near)
    return _not_found(criterion, told, others)


def _intervention(told: _Told, eligibility: Eligibility) -> CriterionVerdict:
    criterion, wanted = Criterion.INTERVENTION, eligibility.intervention
    named = [*told.title, *told.keywords]
    found = find(wanted, told.title)
    if asked := find(eligibility.needs_person, told.title):
        return _said(criterion, Verdict.UNCLEAR, asked)
    other = find(eligibility.not_intervention, told.title) or find(design.ACTING, told.title)
    if found:
        return _said(criterion, Verdict.UNCLEAR if other else Verdict.MET, other or found)
    if other and not (found := _told_of(wanted, documents.GIVEN, told)):
        is_named = find(wanted, told.keywords)
        return _said(criterion, Verdict.UNCLEAR if is_named else Verdict.NOT_MET, is_named or other)
    if found := found or _told_of(wanted, documents.GIVEN, told):
        return _said(criterion, Verdict.UNCLEAR if other else Verdict.MET, other or found)
    if found := find(wanted, [*named, *told.sentences]) or find(eligibility.needs_person, [*named, *told.sentences]):
        return _said(criterion, Verdict.UNCLEAR, found)
    return _not_found(criterion, told)


def _told_of(rule: TermRule, context: TermRule, told: _Told) -> Found | None:
    """A term in a sentence of the abstract that also has a word of the context."""
    told_here = (item for item in told.sentences if not find(documents.LEFT_OUT, [item]))
    return next((found for item in told_here if (found := find(rule, [item])) and find(context, [item])), None)


def _design(told: _Told, eligibility: Eligibility) -> CriterionVerdict:
    if (no_trial := _no_trial(told)) is not None:
        return no_trial
    return by_designs(_by_chance(told, eligibility), told.title, told.sentences, eligibility)


def _by_chance(told: _Told, eligibility: Eligibility) -> CriterionVerdict:
    """Whether a report tells of persons allocated at random."""
    criterion = Criterion.DESIGN
    here = [item for item in told.sentences if not find(documents.RANDOMISED_ELSEWHERE, [item])]
    stated = [*told.title, *here]
    by_turns = _beside(design.ALTERNATION, eligibility.intervention)
    if said := find(design.QUASI, stated) or find(design.CLUSTERS, stated) or find(by_turns, here):
        return _said(criterion, Verdict.UNCLEAR, said)
    if told.types & documents.RANDOMISED_TYPES:
        return _said(criterion, Verdict.MET, Found("publication_types", "Randomized Controlled Trial", False))
    uncontrolled = find(documents.UNCONTROLLED, stated)
    if random := find(design.RANDOM, told.title) or find(design.RANDOM, [*here, *told.keywords]):
        return _said(criterion, Verdict.UNCLEAR if uncontrolled else Verdict.MET, uncontrolled or random)
    if uncontrolled or (uncontrolled := find(documents.OBSERVATIONAL, told.title)):
        return _said(criterion, Verdict.NOT_MET, uncontrolled)
    if told.types & documents.OBSERVATIONAL_TYPES:
        return _by_type(told, documents.OBSERVATIONAL_TYPES)
    if by_chance := find(documents.CHANCE, here):
        return _said(criterion, Verdict.UNCLEAR, by_chance)
    if told.is_silent and told.types & documents.FIRST_PHASE_TYPES:
        return _by_type(told, documents.FIRST_PHASE_TYPES)
    if told.is_silent:
        return _verdict(criterion, Verdict.UNCLEAR, "abstract", "there is none")
    if controlled := find(documents.CONTROLLED, stated):
        return _said(criterion, Verdict.UNCLEAR, controlled)
    if "controlled clinical trial" in told.types:
        return _verdict(criterion, Verdict.UNCLEAR, "publication_types", "Controlled Clinical Trial")
    verdict = Verdict.UNCLEAR if told.is_foreign else Verdict.NOT_MET
    return _verdict(criterion, verdict, "abstract", "no word of random allocation")


def _beside(rule: TermRule, other: TermRule) -> TermRule:
    """A rule whose words do not count inside those of another: a treatment may alternate, too."""
    return rule.model_copy(update={"except_terms": [*rule.except_terms, *other.terms]})


def _no_trial(told: _Told) -> CriterionVerdict | None:
    """Why a report is of no trial in people; None if it may be."""
    is_trial = bool(told.types & documents.RANDOMISED_TYPES)
    if pooled := find(documents.POOLED, told.title):
        return _said(Criterion.DESIGN, Verdict.NOT_MET, pooled)
    if told.kind is ReportKind.OTHER and not is_trial and _is_about_others(told):
        return _about_others(told)
    animals, people = find(documents.ANIMALS, told.title), _with_people(told)
    if animals and not people:
        return _said(Criterion.DESIGN, Verdict.NOT_MET, animals)
    keywords = {word.casefold() for word in told.report.keywords}
    if "animals" in keywords and not keywords & {"humans", "human"} and not is_trial:
        return _verdict(Criterion.DESIGN, Verdict.NOT_MET, "keywords", "Animals, not Humans")
    if (bench := find(documents.BENCH, told.title)) and not is_trial and not _were_given(told):
        return _said(Criterion.DESIGN, Verdict.NOT_MET, bench)
    if not is_trial and not people and (animals := find(documents.ANIMALS, told.sentences)):
        return _said(Criterion.DESIGN, Verdict.NOT_MET, animals)
    return None


def _with_people(told: _Told) -> Found | None:
    """Whether anybody took part: in the title, or in a sentence of the abstract that tells of no animals."""
    here = [item for item in told.sentences if not find(documents.ANIMALS, [item])]
    of_groups = [item for item in here if find(design.RANDOM, [item]) or find(documents.GIVEN, [item])]
    return find(documents.PEOPLE, [*told.title, *of_groups])


def _were_given(told: _Told) -> Found | None:
    """People in a sentence that tells what they received."""
    return _told_of(documents.PEOPLE, documents.GIVEN, told)


def _is_about_others(told: _Told) -> bool:
    return bool(told.types & documents.SECONDARY_TYPES or find(documents.SECONDARY_TITLE, told.title))


def _about_others(told: _Told) -> CriterionVerdict:
    if types := told.types & documents.SECONDARY_TYPES:
        return _by_type(told, frozenset(types))
    said = find(documents.SECONDARY_TITLE, told.title)
    return _said(Criterion.DESIGN, Verdict.NOT_MET, said or Found("title", told.report.title, False))


def _by_type(told: _Told, types: frozenset[str]) -> CriterionVerdict:
    named = [word for word in told.report.publication_types if word.casefold().replace("-", " ") in types]
    return _verdict(Criterion.DESIGN, Verdict.NOT_MET, "publication_types", ", ".join(named))


def _comparator(told: _Told, eligibility: Eligibility) -> CriterionVerdict:
    """Named in the title or abstract; an abstract need not say what the others received."""
    criterion, texts = Criterion.COMPARATOR, [*told.title, *told.sentences]
    if alike := find(documents.ALL_ALIKE, texts):
        return _said(criterion, Verdict.UNCLEAR, alike)
    if added := find(documents.ADDED, told.title):
        behind = [Field("title", re.split(_ADDED, told.report.title, maxsplit=1)[-1])]
        if find(eligibility.intervention, behind):
            return _said(criterion, Verdict.UNCLEAR, added)
    if found := find(eligibility.comparator, [*texts, *told.keywords]):
        return _said(criterion, Verdict.MET, found)
    return _verdict(criterion, Verdict.UNCLEAR, _NOT_SAID, "what the others received")


def _not_found(criterion: Criterion, told: _Told, others: Found | None = None) -> CriterionVerdict:
    if others:
        return _said(criterion, Verdict.NOT_MET, others)
    if told.is_foreign:
        language = told.report.language or "not English"
        return _verdict(criterion, Verdict.UNCLEAR, LANGUAGE, f"{language}: no word of the protocol is found")
    return _verdict(criterion, Verdict.NOT_MET, "title", told.report.title)


def _said(criterion: Criterion, verdict: Verdict, found: Found) -> CriterionVerdict:
    return _verdict(criterion, verdict, found.field, found.quote)


def _verdict(criterion: Criterion, verdict: Verdict, field: str, quote: str) -> CriterionVerdict:
    return CriterionVerdict(criterion=criterion, verdict=verdict, field=field, quote=quote[:300])
