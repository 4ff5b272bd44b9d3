"""Whether a study takes people of the review's ages: by registered limits, or else by registered groups."""

from models import ages
from models.ages import AgeSpan
from models.limits import AgeRule
from models.screening import CriterionVerdict
from models.trial import TrialRecord
from models.vocabulary import Criterion, Verdict
from studies.criteria.said import verdict


def age(record: TrialRecord, rule: AgeRule) -> CriterionVerdict | None:
    """Met where all ages are the review's, not met where none is; None where nothing is told and nothing is required."""
    field, quote = _quoted(record)
    if not quote:
        return verdict(Criterion.AGE, Verdict.UNCLEAR, "minimum_age", "not stated") if rule.required else None
    try:
        spans = _registered(record)
    except ValueError:
        return verdict(Criterion.AGE, Verdict.UNCLEAR, field, quote)
    return verdict(Criterion.AGE, held_against(spans, rule), field, quote)


def held_against(spans: list[AgeSpan], rule: AgeRule) -> Verdict:
    """Whether all, none or some of the ages are the review's."""
    if all(rule.span.holds(item) for item in spans):
        return Verdict.MET
    return Verdict.UNCLEAR if any(rule.span.meets(item) for item in spans) else Verdict.NOT_MET


def _quoted(record: TrialRecord) -> tuple[str, str]:
    low, high = record.minimum_age_text, record.maximum_age_text
    if low or high:
        quote = " to ".join((low or "no minimum", high or "no maximum"))
        return ("minimum_age" if low else "maximum_age"), quote
    return "age_groups", "; ".join(record.age_groups)


def _registered(record: TrialRecord) -> list[AgeSpan]:
    if record.minimum_age_text or record.maximum_age_text:
        return [ages.limits(record.minimum_age_text, record.maximum_age_text)]
    return [ages.group(text) for text in record.age_groups]
