"""Whether a study belongs to the review: a verdict per criterion, with the field that decided it.

Each criterion is a module of `studies.criteria`. None rests on the kind of intervention or on the type of an arm alone:
one registry calls a drug what another calls a device or a procedure, and arms of what is tested "active comparator".
"""

from collections.abc import Sequence

from models.eligibility import Eligibility
from models.folder_rows import DecisionRow
from models.published import PublishedStudy, PublishedVersion
from models.screening import CriterionVerdict, ScreeningDecision
from models.trial import TrialRecord
from models.vocabulary import Criterion, EvidenceWord, StudyList, Verdict
from studies.criteria.age import age
from studies.criteria.comparison import co_interventions
from studies.criteria.dates import dates
from studies.criteria.design import control, design
from studies.criteria.intervention import intervention
from studies.criteria.population import population
from studies.criteria.said import verdict
from studies.criteria.setting import setting

NOT_WRITTEN = "the protocol has no words for its question yet"


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
    criteria += _further_by_people(criteria, study_id, decisions)
    return ScreeningDecision(
        study_id=study_id, verdict=_overall(criteria), criteria=tuple(criteria), by_rules=_overall(ruled)
    )


def judge_by_rules(record: TrialRecord, eligibility: Eligibility) -> tuple[CriterionVerdict, ...]:
    """A verdict on every criterion from the record alone, in the order in which a reader asks them.

    Without words of the review's question nothing can be said. Ages, settings and dates are judged where the review
    limits them and the record tells of them.
    """
    if not eligibility.is_written:
        return tuple(verdict(item, Verdict.UNCLEAR, "protocol.yaml", NOT_WRITTEN) for item in eligibility.asked)
    limited = (
        age(record, eligibility.age) if eligibility.age else None,
        setting(record, eligibility.setting) if eligibility.setting else None,
        dates(record, eligibility.dates) if eligibility.dates else None,
    )
    return (
        population(record, eligibility),
        intervention(record, eligibility),
        design(record, eligibility),
        control(record, eligibility),
        co_interventions(record, eligibility),
        *(item for item in limited if item),
    )


def _further_by_people(
    judged: Sequence[CriterionVerdict], study_id: str, decisions: Sequence[DecisionRow]
) -> list[CriterionVerdict]:
    """People's verdicts on criteria of which the record tells nothing, or which the review does not ask."""
    known = {item.criterion for item in judged}
    rows = {Criterion(row.criterion): row for row in decisions if row.study_id == study_id and row.criterion != "list"}
    return [
        verdict(criterion, Verdict(row.verdict), "decisions.csv", row.reason, row.decided_by)
        for criterion, row in sorted(rows.items(), key=lambda item: list(Criterion).index(item[0]))
        if criterion not in known
    ]


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
            return verdict(item.criterion, Verdict.MET, item.field, item.quote, f"authors of version {version.version}")
    return item


def _is_told(study: PublishedStudy, study_id: str) -> bool:
    """Whether a list says by its own words that it holds a study: what was inferred is nobody's voice."""
    return study.study_id == study_id and study.evidence is EvidenceWord.VERBATIM


def _decided_by_person(item: CriterionVerdict, study_id: str, decisions: Sequence[DecisionRow]) -> CriterionVerdict:
    """A person's verdict on a criterion; who puts a study among the included ones has found all of them met."""
    for row in reversed(decisions):
        if row.study_id == study_id and row.criterion == item.criterion:
            return verdict(item.criterion, Verdict(row.verdict), "decisions.csv", row.reason, row.decided_by)
        if row.study_id == study_id and row.criterion == "list" and row.verdict == StudyList.INCLUDED:
            return verdict(item.criterion, Verdict.MET, "decisions.csv", row.reason, row.decided_by)
    return item
