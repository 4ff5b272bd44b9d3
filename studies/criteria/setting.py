"""Whether a study takes place where the review wants it: by words of a setting, and by countries."""

from collections.abc import Iterator

from models.countries import country_named
from models.limits import SettingRule
from models.screening import CriterionVerdict
from models.trial import TrialRecord
from models.vocabulary import Criterion, Verdict
from studies import fields
from studies.criteria.said import by_found, verdict
from studies.terms import Field, find


def setting(record: TrialRecord, rule: SettingRule) -> CriterionVerdict | None:
    """The weightiest of what words and countries say; None where nothing is told and nothing is required."""
    named = [*fields.titles(record), *fields.conditions(record), *fields.keywords(record), *fields.arms(record)]
    told = [*fields.descriptions(record), Field("eligibility", record.eligibility_text or "")]
    found = [item for item in (by_words(named, told, rule), _by_countries(record, rule)) if item]
    if rule.required:
        found += _lacking(record, rule, {item.field == "countries" for item in found})
    order = (Verdict.NOT_MET, Verdict.UNCLEAR, Verdict.MET)
    return min(found, key=lambda item: order.index(item.verdict), default=None)


def by_words(named: list[Field], told: list[Field], rule: SettingRule) -> CriterionVerdict | None:
    """Words of the review's setting and of others; sentences alone speak against nothing."""
    own, other = find(rule.own, [*named, *told]), find(rule.other, named)
    if own:
        return by_found(Criterion.SETTING, Verdict.UNCLEAR if other else Verdict.MET, other or own)
    if other:
        return by_found(Criterion.SETTING, Verdict.NOT_MET, other)
    if mentioned := find(rule.other, told):
        return by_found(Criterion.SETTING, Verdict.UNCLEAR, mentioned)
    return None


def _by_countries(record: TrialRecord, rule: SettingRule) -> CriterionVerdict | None:
    if not record.countries or not (rule.countries or rule.not_countries):
        return None
    known = [country_named(text) or text for text in record.countries]
    taken = [item for item in known if item not in rule.not_countries and item in (rule.countries or known)]
    word = Verdict.MET if len(taken) == len(known) else Verdict.UNCLEAR if taken else Verdict.NOT_MET
    if any(country_named(text) is None for text in record.countries) and word is Verdict.NOT_MET:
        word = Verdict.UNCLEAR
    return verdict(Criterion.SETTING, word, "countries", "; ".join(record.countries))


def _lacking(record: TrialRecord, rule: SettingRule, heard: set[bool]) -> Iterator[CriterionVerdict]:
    if (rule.terms or rule.not_terms) and False not in heard:
        yield verdict(Criterion.SETTING, Verdict.UNCLEAR, "setting", "not stated")
    if (rule.countries or rule.not_countries) and not record.countries:
        yield verdict(Criterion.SETTING, Verdict.UNCLEAR, "countries", "not stated")
