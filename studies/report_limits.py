"""What a report tells of ages, of the setting and of its own date, where the review limits them and the report says it."""

from collections.abc import Iterator

from models import ages
from models.eligibility import Eligibility
from models.limits import AgeRule
from models.report import Report
from models.screening import CriterionVerdict
from models.vocabulary import Criterion
from studies.criteria import age, dates, setting
from studies.criteria.said import verdict
from studies.terms import Field


def limits_told(
    report: Report, named: list[Field], sentences: list[Field], eligibility: Eligibility
) -> Iterator[CriterionVerdict]:
    """A verdict on each limit of which the report tells; of the others it is not asked.

    Parameters
    ----------
    named : title and keywords
    sentences : of the abstract
    """
    if eligibility.age and (told := _age(report, [*named, *sentences], eligibility.age)):
        yield told
    if eligibility.setting and (told := setting.by_words(named, sentences, eligibility.setting)):
        yield told
    if eligibility.dates:
        time = eligibility.dates.of("published")
        if told := dates.held_against("published_date", report.published_date, time, eligibility.dates):
            yield told


def _age(report: Report, texts: list[Field], rule: AgeRule) -> CriterionVerdict | None:
    """By ages in so many words, or else by the index's groups of age, which count everybody who was in the study."""
    for item in texts:
        if spoken := ages.spoken(item.text):
            return verdict(Criterion.AGE, age.held_against([spoken[0]], rule), item.name, spoken[1])
    tags = [word for word in report.keywords if word.casefold() in ages.MESH]
    if not tags:
        return None
    found = age.held_against([ages.MESH[word.casefold()] for word in tags], rule)
    return verdict(Criterion.AGE, found, "keywords", "; ".join(tags))
