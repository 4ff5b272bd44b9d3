"""Whether a study belongs to the review: a verdict per criterion, with the field that decided it.

No criterion rests on the kind of intervention or on the type of an arm alone: one registry calls a drug what another
calls a device or a procedure, and arms of what is tested "active comparator".
"""

import re
from collections.abc import Sequence

from models import design
from models.eligibility import Eligibility
from models.protocol import DecisionRow, PublishedStudy, PublishedVersion
from models.screening import CriterionVerdict, ScreeningDecision
from models.trial import Arm, TrialRecord
from models.vocabulary import Allocation, ArmType, Criterion, EvidenceWord, StudyList, StudyType, Verdict
from studies import fields
from studies.terms import Field, Found, find

_INACTIVE_ARMS = {ArmType.PLACEBO_COMPARATOR, ArmType.SHAM_COMPARATOR, ArmType.NO_INTERVENTION}
_CODE = re.compile(r"\w*\d[\w-]*|\w[\w-]{3,}")
_PHASE_ONE = re.compile(r"(?:early[\s_]*)?phase[\s_]*(?:1|i)", re.IGNORECASE)


def screen(
    study_id: str,
    record: TrialRecord,
    eligibility: Eligibility,
    decisions: Sequence[DecisionRow] = (),
    versions: Sequence[PublishedVersion] = (),
    ruled: Sequence[CriterionVerdict] | None = None,
) -> ScreeningDecision:
    """Judge a study by its newest record, then let people overrule the rules.

    A study that a published version lists as included or ongoing was accepted by its authors, who read more
    than a registry: that settles what a rule leaves unclear, and for an included study what a rule denies. A
    row of decisions.csv settles anything. What the rules alone say stays in `by_rules`; `ruled` is that, where it is
    known already.
    """
    ruled = judge_by_rules(record, eligibility) if ruled is None else ruled
    criteria = [_accepted_by_authors(item, study_id, versions) for item in ruled]
    criteria = [_decided_by_person(item, study_id, decisions) for item in criteria]
    return ScreeningDecision(
        study_id=study_id, verdict=_overall(criteria), criteria=tuple(criteria), by_rules=_overall(ruled)
    )


def judge_by_rules(record: TrialRecord, eligibility: Eligibility) -> tuple[CriterionVerdict, ...]:
    """A verdict on every criterion from the record alone, in the order in which a reader asks them."""
    return (
        _population(record, eligibility),
        _intervention(record, eligibility),
        _design(record, eligibility),
        _comparator(record, eligibility),
        _co_interventions(record, eligibility),
    )


def _overall(criteria: Sequence[CriterionVerdict]) -> Verdict:
    verdicts = {item.verdict for item in criteria}
    if Verdict.NOT_MET in verdicts:
        return Verdict.NOT_MET
    return Verdict.UNCLEAR if Verdict.UNCLEAR in verdicts else Verdict.MET


def _accepted_by_authors(
    item: CriterionVerdict, study_id: str, versions: Sequence[PublishedVersion]
) -> CriterionVerdict:
    if item.verdict is Verdict.MET:
        return item
    for version in reversed(versions):
        is_included = any(_is_told(study, study_id) for study in version.included)
        is_ongoing = any(_is_told(study, study_id) for study in version.ongoing)
        if is_included or (is_ongoing and item.verdict is Verdict.UNCLEAR):
            return _verdict(
                item.criterion, Verdict.MET, item.field, item.quote, f"authors of version {version.version}"
            )
    return item


def _is_told(study: PublishedStudy, study_id: str) -> bool:
    """Whether a list says by its own words that it holds a study: what was inferred is nobody's voice."""
    return study.study_id == study_id and study.evidence is EvidenceWord.VERBATIM


def _decided_by_person(item: CriterionVerdict, study_id: str, decisions: Sequence[DecisionRow]) -> CriterionVerdict:
    """A person's verdict on a criterion; who puts a study among the included ones has found all of them met."""
    for row in reversed(decisions):
        if row.study_id == study_id and row.criterion == item.criterion:
            return _verdict(item.criterion, Verdict(row.verdict), "decisions.csv", row.reason, row.decided_by)
        if row.study_id == study_id and row.criterion == "list" and row.verdict == StudyList.INCLUDED:
            return _verdict(item.criterion, Verdict.MET, "decisions.csv", row.reason, row.decided_by)
    return item


def _population(record: TrialRecord, eligibility: Eligibility) -> CriterionVerdict:
    """A disease spelled out among the conditions settles it; an abbreviation only where nothing speaks against it.

    Other diseases beside it leave it unclear whether its own people can be told apart.
    """
    conditions, titles, keywords = fields.conditions(record), fields.titles(record), fields.keywords(record)
    found, in_titles = find(eligibility.population, conditions), find(eligibility.population, titles)
    others = find(eligibility.other_populations, [*conditions, *titles])
    if not (found and not found.is_abbreviation) and (found or in_titles):
        if meant := find(eligibility.not_population, [*conditions, *titles, *keywords]):
            return _by_found(Criterion.POPULATION, Verdict.NOT_MET, meant)
        spelled = next((item for item in (in_titles, found) if item and not item.is_abbreviation), None)
        found = spelled or found or find(eligibility.population, [*keywords, *fields.outcomes(record)])
        if found is None or (found.is_abbreviation and found.field != "conditions"):
            assert in_titles
            return _by_found(Criterion.POPULATION, Verdict.UNCLEAR, in_titles)
    if found:
        return _by_found(Criterion.POPULATION, Verdict.UNCLEAR if others else Verdict.MET, others or found)
    if (found := find(eligibility.population, keywords)) and not find(eligibility.not_population, conditions):
        return _by_found(Criterion.POPULATION, Verdict.UNCLEAR, found)
    if not others and (near := find(eligibility.near_population, [*conditions, *titles])):
        return _by_found(Criterion.POPULATION, Verdict.UNCLEAR, near)
    return _by_absence(Criterion.POPULATION, Verdict.NOT_MET, conditions, "conditions")


def _intervention(record: TrialRecord, eligibility: Eligibility) -> CriterionVerdict:
    """An intervention that is given by name settles it, whatever else is given: that is a co-intervention."""
    products, titles = fields.interventions(record), fields.titles(record)
    given = [*products, *fields.arms(record)]
    if record.study_type is StudyType.OBSERVATIONAL and not record.interventions:
        return _verdict(Criterion.INTERVENTION, Verdict.NOT_MET, "study_type", "observational, no intervention")
    if found := find(eligibility.needs_person, given):
        return _by_found(Criterion.INTERVENTION, Verdict.UNCLEAR, found)
    if found := find(eligibility.intervention, [item for item in products if not _is_other(item, eligibility)]):
        return _by_found(Criterion.INTERVENTION, Verdict.MET, found)
    active = [item for item in given if not find(eligibility.comparator, [item])]
    named, other = find(eligibility.intervention, given), find(eligibility.not_intervention, [*active, *titles])
    if named:
        return _by_found(Criterion.INTERVENTION, Verdict.UNCLEAR if other else Verdict.MET, other or named)
    if other:
        return _by_found(Criterion.INTERVENTION, Verdict.NOT_MET, other)
    if found := find(eligibility.needs_person, titles):
        return _by_found(Criterion.INTERVENTION, Verdict.UNCLEAR, found)
    if found := find(eligibility.intervention, titles):
        verdict = Verdict.MET if _is_named_in_title(record, eligibility) else Verdict.UNCLEAR
        return _by_found(Criterion.INTERVENTION, verdict, found)
    described = [item for item in fields.descriptions(record) if item.name != "summary"]
    for rule in (eligibility.intervention, eligibility.needs_person):
        if found := find(rule, [*fields.keywords(record), *described]):
            return _by_found(Criterion.INTERVENTION, Verdict.UNCLEAR, found)
    return _by_absence(Criterion.INTERVENTION, Verdict.NOT_MET, given, "interventions")


def _is_other(item: Field, eligibility: Eligibility) -> bool:
    return find(eligibility.not_intervention, [item]) is not None


def _is_named_in_title(record: TrialRecord, eligibility: Eligibility) -> bool:
    """Whether a title that names the intervention says so of a product by another name, or no product is named.

    A treatment may be titled by what it acts on.
    """
    if find(design.ACTING, fields.titles(record)):
        return False
    products = [item for item in record.interventions if not find(eligibility.comparator, [Field("", item.name)])]
    titles = " ".join(field.text for field in fields.titles(record)).casefold()
    words = {word for item in products for name in (item.name, *item.other_names) for word in _CODE.findall(name)}
    return not products or any(word.casefold() in titles for word in words)


def _design(record: TrialRecord, eligibility: Eligibility) -> CriterionVerdict:
    if record.study_type not in {StudyType.INTERVENTIONAL, None}:
        return _verdict(Criterion.DESIGN, Verdict.NOT_MET, "study_type", record.study_type)
    stated = [*fields.titles(record), Field("design", record.intervention_model_text or "")]
    if said := find(design.QUASI, stated) or find(design.CLUSTERS, stated):
        return _by_found(Criterion.DESIGN, Verdict.UNCLEAR, said)
    if record.allocation is Allocation.RANDOMISED:
        return _randomised(record, eligibility)
    titled, told = find(design.RANDOM, fields.titles(record)), fields.descriptions(record)
    if record.allocation is not None:
        said = titled or find(design.QUASI, told) or find(design.ALTERNATION, told)
        if not said and record.allocation is Allocation.NON_RANDOMISED and len(record.arms) > 1:
            said = find(design.RANDOM, told)
        if said:
            return _by_found(Criterion.DESIGN, Verdict.UNCLEAR, said)
        return _verdict(Criterion.DESIGN, Verdict.NOT_MET, "allocation", record.allocation)
    if titled:
        return _by_found(Criterion.DESIGN, Verdict.MET, titled)
    if said := find(design.RANDOM, told) or find(design.QUASI, told) or find(design.ALTERNATION, told):
        return _by_found(Criterion.DESIGN, Verdict.UNCLEAR, said)
    if len(record.arms) == 1:
        return _verdict(Criterion.DESIGN, Verdict.NOT_MET, "arms", f"one arm: {record.arms[0].label}")
    return _verdict(Criterion.DESIGN, Verdict.UNCLEAR, "allocation", "not stated")


def _randomised(record: TrialRecord, eligibility: Eligibility) -> CriterionVerdict:
    """Registered as randomised; unclear where sides of one person rather than persons may have been."""
    given = [*fields.titles(record), *fields.interventions(record), *fields.arms(record), *fields.descriptions(record)]
    if found := find(eligibility.within_person, [*given, *fields.outcomes(record)]):
        return _by_found(Criterion.DESIGN, Verdict.UNCLEAR, found)
    local = eligibility.local_treatment
    if local and find(local.given, given) and (found := find(local.parts, [*fields.outcomes(record), *given])):
        return _by_found(Criterion.DESIGN, Verdict.UNCLEAR, found)
    quote = str(record.allocation)
    if found := find(design.RUN_IN, [*fields.titles(record), *fields.arms(record), *fields.interventions(record)]):
        quote = f"{quote}, after a part that is not: {found.quote}"
    return _verdict(Criterion.DESIGN, Verdict.MET, "allocation", quote)


def _comparator(record: TrialRecord, eligibility: Eligibility) -> CriterionVerdict:
    arms = [arm for arm in record.arms if not find(design.OUTSIDE, [Field("arms", arm.label)])]
    for arm in arms:
        if arm.type in _INACTIVE_ARMS:
            return _verdict(Criterion.COMPARATOR, Verdict.MET, "arms.type", f"{arm.label} ({arm.type})")
    labels = {arm.label for arm in record.arms}
    inactive = [Field("arms", arm.label) for arm in arms if not find(eligibility.intervention, [Field("", arm.label)])]
    given_to_some = [
        Field("interventions", item.name)
        for item in record.interventions
        if not item.arm_labels or set(item.arm_labels) < labels
    ]
    if found := find(eligibility.comparator, [*inactive, *given_to_some]):
        return _by_found(Criterion.COMPARATOR, Verdict.MET, found)
    titled = find(eligibility.comparator, fields.titles(record))
    if titled:
        return _by_found(Criterion.COMPARATOR, Verdict.MET, titled)
    is_silent = not record.arms and record.allocation is None and not _PHASE_ONE.fullmatch(record.phase_text or "")
    if len(arms) < 2:
        is_open = is_silent or record.allocation is Allocation.RANDOMISED
        verdict = Verdict.UNCLEAR if is_open else Verdict.NOT_MET
        return _by_absence(Criterion.COMPARATOR, verdict, fields.arms(record), "arms")
    if found := _without_intervention(record, arms, eligibility):
        return _by_found(Criterion.COMPARATOR, Verdict.MET, found)
    if delayed := find(design.DELAYED, [Field("arms", arm.label) for arm in arms]):
        return _by_found(Criterion.COMPARATOR, Verdict.MET, delayed)
    if named := find(eligibility.comparator, [*fields.interventions(record), *fields.arms(record)]):
        is_crossover = find(design.CROSSOVER, [Field("", record.intervention_model_text or "")])
        return _by_found(Criterion.COMPARATOR, Verdict.MET if is_crossover else Verdict.UNCLEAR, named)
    if all(_gives_intervention(record, arm.label, eligibility) for arm in arms):
        return _verdict(Criterion.COMPARATOR, Verdict.NOT_MET, "arms", "every arm receives the intervention")
    return _by_absence(Criterion.COMPARATOR, Verdict.UNCLEAR, fields.arms(record), "arms")


def _without_intervention(record: TrialRecord, arms: Sequence[Arm], eligibility: Eligibility) -> Found | None:
    """An arm that gets what an arm of the intervention gets, less the intervention; or that is described as inactive."""
    given = {arm.label: {item.name for item in record.interventions if arm.label in item.arm_labels} for arm in arms}
    with_intervention = [arm.label for arm in arms if _gives_intervention(record, arm.label, eligibility)]
    for arm in arms:
        described = [Field("arms.description", arm.description_text)] if arm.description_text else []
        if arm.label in with_intervention or find(eligibility.intervention, described):
            continue
        if any(given[label] > given[arm.label] for label in with_intervention):
            what = ", ".join(sorted(given[arm.label])) or "nothing"
            return Found("interventions.arm_labels", f"{arm.label}: {what}, without the intervention", False)
        if found := find(eligibility.comparator, described):
            return found
    return None


def _co_interventions(record: TrialRecord, eligibility: Eligibility) -> CriterionVerdict:
    """What only some arms get besides the intervention; what an arm gets instead of it is its comparator."""
    labels = {arm.label for arm in record.arms}
    for intervention in record.interventions:
        name = [Field("interventions", intervention.name)]
        is_known = any(
            find(rule, name) for rule in (eligibility.intervention, eligibility.comparator, eligibility.procedures)
        )
        given_to = set(intervention.arm_labels)
        is_for_some = bool(given_to) and given_to < labels
        if is_known or not is_for_some or _is_product(record, intervention.name, eligibility):
            continue
        if any(_gives_intervention(record, label, eligibility) or _others_in(record, label) > 1 for label in given_to):
            quote = f"{intervention.name}: only in {', '.join(sorted(given_to))}"
            return _verdict(Criterion.CO_INTERVENTIONS, Verdict.UNCLEAR, "interventions.arm_labels", quote)
    return _verdict(Criterion.CO_INTERVENTIONS, Verdict.MET, "interventions", "none given to some arms only")


def _others_in(record: TrialRecord, label: str) -> int:
    return sum(label in item.arm_labels for item in record.interventions)


def _is_product(record: TrialRecord, name: str, eligibility: Eligibility) -> bool:
    """Whether an intervention that no term names is the one meant: a term names no other."""
    others = [Field("interventions", item.name) for item in record.interventions if item.name != name]
    return not find(eligibility.intervention, others)


def _gives_intervention(record: TrialRecord, label: str, eligibility: Eligibility) -> bool:
    names = [item.name for item in record.interventions if label in item.arm_labels]
    return find(eligibility.intervention, [Field("arms", text) for text in (label, *names)]) is not None


def _by_found(criterion: Criterion, verdict: Verdict, found: Found) -> CriterionVerdict:
    return _verdict(criterion, verdict, found.field, found.quote)


def _by_absence(criterion: Criterion, verdict: Verdict, fields: Sequence[Field], name: str) -> CriterionVerdict:
    quote = "; ".join(field.text for field in fields)
    return _verdict(criterion, verdict, name, quote[:300] if quote else "none registered")


def _verdict(
    criterion: Criterion, verdict: Verdict, field: str, quote: str, decided_by: str = "rule"
) -> CriterionVerdict:
    return CriterionVerdict(criterion=criterion, verdict=verdict, field=field, quote=str(quote), decided_by=decided_by)
