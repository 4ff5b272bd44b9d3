"""Whether a trial compares the intervention with what the question compares it with, and with nothing else between them."""

import re
from collections.abc import Sequence

from models import design
from models.eligibility import Eligibility
from models.screening import CriterionVerdict
from models.trial import TrialRecord
from models.vocabulary import Allocation, ArmType, Criterion, Verdict
from studies import arm_roles, fields
from studies.arm_roles import INACTIVE, Group, Roles
from studies.criteria.said import LONGEST_QUOTE, by_absence, by_found, verdict
from studies.prose import is_prose, sentences
from studies.terms import Field, Found, find

_PHASE_ONE = re.compile(r"(?:early[\s_]*)?phase[\s_]*(?:1|i)", re.IGNORECASE)
_FACTORIAL = re.compile(r"\bfactorial\b", re.IGNORECASE)


def comparator(record: TrialRecord, eligibility: Eligibility) -> CriterionVerdict:
    """By the roles of the arms where they are known; otherwise by the words of a comparator."""
    roles = arm_roles.roles_of(record, eligibility)
    if len(roles.groups) > 1 and roles.with_it:
        return _by_roles(record, roles, eligibility)
    return _by_words(record, roles.groups, eligibility)


def co_interventions(record: TrialRecord, eligibility: Eligibility) -> CriterionVerdict:
    """What only some arms get besides the intervention; what an arm gets instead of it is its comparator.

    One pair of arms that differ in nothing else is enough, unless the design is factorial: a person says then which
    arms the review takes.
    """
    roles = arm_roles.roles_of(record, eligibility)
    pairs = list(arm_roles.compared(roles, eligibility))
    pairs = pairs or [(giving, without) for without in roles.without for giving in roles.with_it]
    differences = [(arm_roles.beside(giving, without, eligibility), giving) for giving, without in pairs]
    only = [(items[0], giving) for items, giving in differences if items]
    is_factorial = _FACTORIAL.search(record.intervention_model_text or "") is not None
    if only and (is_factorial or len(only) == len(differences)):
        item, giving = only[0]
        return verdict(
            Criterion.CO_INTERVENTIONS, Verdict.UNCLEAR, "interventions.arm_labels", f"{item}: only in {giving.label}"
        )
    if not roles.groups and (others := _others_without_arms(record, eligibility)):
        quote = f"{others[0]}: the record does not tell who gets it"
        return verdict(Criterion.CO_INTERVENTIONS, Verdict.UNCLEAR, "interventions", quote)
    return verdict(Criterion.CO_INTERVENTIONS, Verdict.MET, "interventions", "none given to some arms only")


def _by_roles(record: TrialRecord, roles: Roles, eligibility: Eligibility) -> CriterionVerdict:
    if pair := next(arm_roles.compared(roles, eligibility), None):
        without = pair[1]
        if without.kind in INACTIVE:
            return _verdict(Verdict.MET, "arms.type", f"{without.label} ({without.kind})")
        gets = "" if without.gets == without.label else f": {without.gets}"
        return _verdict(Verdict.MET, "arms", f"{without.label}{gets}, without the intervention")
    if delayed := find(design.DELAYED, [Field("arms", group.label) for group in roles.groups]):
        return by_found(Criterion.COMPARATOR, Verdict.MET, delayed)
    if roles.without:
        return _something_instead(record, roles, eligibility)
    if roles.giving and roles.perhaps:
        told = roles.perhaps[0]
        field = "arms.description" if told.description else "interventions"
        return _verdict(Verdict.UNCLEAR, field, f"{told.label}: {told.description or told.told}")
    return _all_give_it(record, roles, eligibility)


def _something_instead(record: TrialRecord, roles: Roles, eligibility: Eligibility) -> CriterionVerdict:
    """No arm is without the intervention and without another treatment in its place."""
    giving, without = roles.with_it[0], roles.without[0]
    instead = [item for group in roles.without for item in arm_roles.beside(group, giving, eligibility)]
    if all(_is_control(group) for group in roles.with_it) and not all(_is_control(group) for group in roles.without):
        quote = f"{without.label} ({without.gets}) is tried; {giving.label} gives the intervention as its control"
        return _verdict(Verdict.UNCLEAR, "arms", quote)
    titles = fields.titles(record)
    titled = find(eligibility.comparator, titles)
    is_titled_too = any(item.casefold() in title.text.casefold() for item in instead for title in titles)
    if titled and not is_titled_too and all(group.kind is not ArmType.EXPERIMENTAL for group in roles.without):
        return by_found(Criterion.COMPARATOR, Verdict.MET, titled)
    return _verdict(Verdict.UNCLEAR, "arms", f"{without.label}: {without.gets}, in the place of the intervention")


def _is_control(group: Group) -> bool:
    return group.kind is ArmType.ACTIVE_COMPARATOR or find(design.CONTROL, [Field("", group.label)]) is not None


def _all_give_it(record: TrialRecord, roles: Roles, eligibility: Eligibility) -> CriterionVerdict:
    """Every arm gives the intervention: it may still be compared with a placebo inside the arms, or over time."""
    groups = roles.groups
    named = [_comparator_in(group, eligibility) for group in groups]
    found, is_everywhere = next(filter(None, named), None), all(named)
    if find(design.CROSSOVER, [Field("", record.intervention_model_text or "")]) and found:
        return by_found(Criterion.COMPARATOR, Verdict.MET, found)
    differing = arm_roles.differing(groups, eligibility)
    if differing and not roles.perhaps:
        item, group = differing
        quote = f"every arm receives the intervention; {item}: only in {group.label}"
        return _verdict(_unless_crossover(record), "arms", quote)
    if found and not is_everywhere and len({_given(group, eligibility) for group in groups}) == 1:
        return by_found(Criterion.COMPARATOR, Verdict.MET, found)
    titled = find(eligibility.comparator, fields.titles(record))
    if found:
        is_titled = titled is not None and is_everywhere
        return by_found(
            Criterion.COMPARATOR,
            Verdict.MET if is_titled else Verdict.UNCLEAR,
            (titled if is_titled else None) or found,
        )
    if titled:
        return by_found(Criterion.COMPARATOR, Verdict.UNCLEAR, titled)
    word = Verdict.UNCLEAR if roles.perhaps else Verdict.NOT_MET
    quote = "; ".join(f"{group.label}: {group.gets}" for group in groups)
    return _verdict(word, "arms", f"every arm receives the intervention: {quote}")


def _unless_crossover(record: TrialRecord) -> Verdict:
    is_crossover = find(design.CROSSOVER, [Field("", record.intervention_model_text or "")])
    return Verdict.UNCLEAR if is_crossover else Verdict.NOT_MET


def _comparator_in(group: Group, eligibility: Eligibility) -> Found | None:
    return find(eligibility.comparator, [Field("arms", text) for text in group.texts])


def _given(group: Group, eligibility: Eligibility) -> frozenset[str]:
    """The names under which a group gets the intervention."""
    names = (name for name in group.given if arm_roles.gives(name, eligibility.intervention))
    return frozenset(map(str.casefold, names))


def _by_words(record: TrialRecord, groups: Sequence[Group], eligibility: Eligibility) -> CriterionVerdict:
    """By types and words of a comparator, where no arm is known to give the intervention."""
    arms = [arm for arm in record.arms if not find(design.OUTSIDE, [Field("arms", arm.label)])]
    for arm in arms:
        if arm.type in INACTIVE:
            return _verdict(Verdict.MET, "arms.type", f"{arm.label} ({arm.type})")
    labels = {arm.label for arm in record.arms}
    inactive = [Field("arms", arm.label) for arm in arms if not find(eligibility.intervention, [Field("", arm.label)])]
    given_to_some = [
        Field("interventions", item.name)
        for item in record.interventions
        if not item.arm_labels or set(item.arm_labels) < labels
    ]
    titled = find(eligibility.comparator, fields.titles(record))
    if titled and not arms and (quote := _said_to_be_background(record, eligibility)):
        return _verdict(Verdict.UNCLEAR, "title", quote)
    names = [*inactive, *(item for item in given_to_some if not is_prose(item.text))]
    if not arms:
        names += [Field("interventions", text) for group in groups for text in (group.label, *group.given)]
    if found := find(eligibility.comparator, names) or titled:
        return by_found(Criterion.COMPARATOR, Verdict.MET, found)
    if not arms and (withheld := _withheld(record, eligibility)):
        return by_found(Criterion.COMPARATOR, Verdict.MET, withheld)
    if not arms and (told := find(eligibility.comparator, fields.told(record))):
        return by_found(Criterion.COMPARATOR, Verdict.UNCLEAR, told)
    is_silent = not record.arms and record.allocation is None and not _PHASE_ONE.fullmatch(record.phase_text or "")
    if len(arms) < 2 and len(groups) < 2:
        is_open = is_silent or record.allocation is Allocation.RANDOMISED
        word = Verdict.UNCLEAR if is_open else Verdict.NOT_MET
        return by_absence(Criterion.COMPARATOR, word, fields.arms(record), "arms")
    if described := find(eligibility.comparator, [Field("arms.description", group.description) for group in groups]):
        return by_found(Criterion.COMPARATOR, Verdict.MET, described)
    if delayed := find(design.DELAYED, [Field("arms", arm.label) for arm in arms]):
        return by_found(Criterion.COMPARATOR, Verdict.MET, delayed)
    if named := find(eligibility.comparator, [*fields.interventions(record), *fields.arms(record)]):
        return by_found(Criterion.COMPARATOR, Verdict.UNCLEAR, named)
    return by_absence(Criterion.COMPARATOR, Verdict.UNCLEAR, fields.arms(record), "arms")


def _withheld(record: TrialRecord, eligibility: Eligibility) -> Found | None:
    """An entry among the interventions that says in one sentence that the intervention is not given."""
    entries = [item for item in fields.interventions(record) if len(sentences(item.text)) == 1]
    rule = eligibility.intervention
    return find(
        rule, [item for item in entries if len(record.interventions) > 1 and not arm_roles.gives(item.text, rule)]
    )


def _said_to_be_background(record: TrialRecord, eligibility: Eligibility) -> str | None:
    texts = (field.text for field in fields.titles(record))
    return next((said for text in texts if (said := arm_roles.background(text, eligibility.intervention))), None)


def _others_without_arms(record: TrialRecord, eligibility: Eligibility) -> list[str]:
    """Other treatments that a record names beside the intervention."""
    names = tuple(item.text for item in fields.products(record) if item.name == "interventions")
    if not any(arm_roles.gives(name, eligibility.intervention) for name in names):
        return []
    return arm_roles.treatments(Group("", given=names), eligibility)


def _verdict(word: Verdict, field: str, quote: str) -> CriterionVerdict:
    return verdict(Criterion.COMPARATOR, word, field, quote[:LONGEST_QUOTE])
