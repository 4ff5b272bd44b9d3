"""Whether a trial tries what the question is about.

A name settles it: of a product, of an arm, in a title that says what is given. Sentences leave it to a person, since
what they speak of may be done to people and be no treatment; and so do titles and products that do not agree.
"""

import re

from models import arm_words, design
from models.eligibility import Eligibility
from models.screening import CriterionVerdict
from models.trial import TrialRecord
from models.vocabulary import Criterion, StudyType, Verdict
from studies import arm_roles, fields
from studies.criteria.said import by_absence, by_found, verdict
from studies.terms import Field, Found, find, places

_CODE = re.compile(r"\w*\d[\w-]*|\w[\w-]{3,}")
_CLAUSE = re.compile(r"[,;:()]|\s[-–—]\s")
_WITH = re.compile(r"\b(?:with|by|using|con|com|avec|mit|met)\b", re.IGNORECASE)
"""Behind it stands what is given, whatever is said of people before: *after exposure with …*."""
_PARTING = re.compile(
    r"\b(?:after|for|in|from|with|by|on|to|using|via|following|before|versus|vs|against|and|or|tras|après|nach|dopo)\b",
    re.IGNORECASE,
)
"""Between a product and another name: the two are not one thing."""
_NEAR = 5


def intervention(record: TrialRecord, eligibility: Eligibility) -> CriterionVerdict:
    """An intervention that is given by name settles it, whatever else is given: that is a co-intervention."""
    products, titles, labels = fields.products(record), fields.titles(record), fields.arms(record)
    given = [*products, *labels]
    is_observed = record.study_type is StudyType.OBSERVATIONAL and not eligibility.takes_observational
    if is_observed and not record.interventions:
        return verdict(Criterion.INTERVENTION, Verdict.NOT_MET, "study_type", "observational, no intervention")
    if found := find(eligibility.needs_person, given):
        return by_found(Criterion.INTERVENTION, Verdict.UNCLEAR, found)
    if found := find(eligibility.intervention, [item for item in products if not _is_other(item, eligibility)]):
        disagreed = _title_of_another(record, eligibility)
        return by_found(Criterion.INTERVENTION, Verdict.UNCLEAR if disagreed else Verdict.MET, disagreed or found)
    active = [item for item in given if not find(eligibility.comparator, [item])]
    named, other = find(eligibility.intervention, given), find(eligibility.not_intervention, [*active, *titles])
    told = fields.told(record)
    if named:
        other = other or _title_of_another(record, eligibility)
        return by_found(Criterion.INTERVENTION, Verdict.UNCLEAR if other else Verdict.MET, other or named)
    if other and not find(eligibility.intervention, told):
        return by_found(Criterion.INTERVENTION, Verdict.NOT_MET, other)
    if found := other or find(eligibility.needs_person, titles):
        return by_found(Criterion.INTERVENTION, Verdict.UNCLEAR, found)
    if found := _in_an_arm(record, eligibility):
        return by_found(Criterion.INTERVENTION, Verdict.MET, found)
    if found := find(eligibility.intervention, titles):
        word = Verdict.MET if _is_tried_by_title(record, eligibility) else Verdict.UNCLEAR
        return by_found(Criterion.INTERVENTION, word, found)
    described = [item for item in fields.descriptions(record) if item.name != "summary"]
    for rule in (eligibility.intervention, eligibility.needs_person):
        if found := find(rule, [*told, *fields.keywords(record), *described]):
            return by_found(Criterion.INTERVENTION, Verdict.UNCLEAR, found)
    return by_absence(Criterion.INTERVENTION, Verdict.NOT_MET, [*given, *told], "interventions")


def _is_other(item: Field, eligibility: Eligibility) -> bool:
    return find(eligibility.not_intervention, [item]) is not None


def _title_of_another(record: TrialRecord, eligibility: Eligibility) -> Found | None:
    """Where titles speak of what is not the intervention, or waits for a person, and never of the intervention."""
    titles = fields.titles(record)
    if find(eligibility.intervention, titles):
        return None
    return find(eligibility.not_intervention, titles) or find(eligibility.needs_person, titles)


def _in_an_arm(record: TrialRecord, eligibility: Eligibility) -> Found | None:
    """The intervention by name in an arm that the register's text tells apart."""
    if record.arms:
        return None
    for group in arm_roles.roles_of(record, eligibility).giving:
        if not find(eligibility.needs_person, fields_of := [Field("interventions", text) for text in group.texts]):
            return find(eligibility.intervention, fields_of)
    return None


def _is_tried_by_title(record: TrialRecord, eligibility: Eligibility) -> bool:
    """Whether a title says that the intervention is given: by itself, or as another name of a product.

    A treatment may be titled by what it acts on, by what happened to people before, or by how it was found.
    """
    titles = fields.titles(record)
    if find(design.ACTING, titles):
        return False
    products = [item for item in fields.products(record) if not find(eligibility.comparator, [item])]
    words = {word for item in products for word in _CODE.findall(item.text)}
    return any(
        _is_given(title.text, start) and (not products or _is_one_of(words, title.text, start, end))
        for title in titles
        for start, end in places(eligibility.intervention, title.text)
    )


def _is_given(title: str, start: int) -> bool:
    """Whether nothing in front of a treatment makes it a circumstance, or what everybody gets."""
    clause = _CLAUSE.split(title[:start])[-1]
    nearest = _WITH.split(clause)[-1]
    told = ((arm_words.BACKGROUND, clause), (arm_words.CIRCUMSTANCE, nearest))
    return not any(find(rule, [Field("", " ".join(text.split()[-_NEAR:]))]) for rule, text in told)


def _is_one_of(words: set[str], title: str, start: int, end: int) -> bool:
    """Whether a product's word stands in a title as part of the intervention's name or beside it."""
    for word in words:
        for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", title, re.IGNORECASE):
            between = title[match.end() : start] if match.end() <= start else title[end : match.start()]
            if not _PARTING.search(between):
                return True
    return False
