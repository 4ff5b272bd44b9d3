"""Whether a study was registered and began, or a report was published, in the time that the review covers."""

from models.dates import PartialDate, first_day, last_day
from models.limits import DatesRule
from models.screening import CriterionVerdict
from models.trial import TrialRecord
from models.vocabulary import Criterion, Verdict
from studies.criteria.said import verdict

_ORDER = (Verdict.NOT_MET, Verdict.UNCLEAR, Verdict.MET)


def dates(record: TrialRecord, rule: DatesRule) -> CriterionVerdict | None:
    """The weightiest of what registration and start say; None where nothing is told and nothing is required."""
    told = (
        held_against("first_posted_date", record.first_posted_date, rule.of("registered"), rule),
        held_against("start_date", record.start_date, rule.of("started"), rule),
    )
    return min(filter(None, told), key=lambda item: _ORDER.index(item.verdict), default=None)


def held_against(
    field: str, day: PartialDate | None, time: tuple[PartialDate | None, PartialDate | None], rule: DatesRule
) -> CriterionVerdict | None:
    """A date held against begin and end; a year or a month that is partly inside is unclear."""
    begin, end = time
    if not begin and not end:
        return None
    if day is None:
        return verdict(Criterion.DATES, Verdict.UNCLEAR, field, "not stated") if rule.required else None
    is_before = begin is not None and last_day(day) < first_day(begin)
    is_after = end is not None and first_day(day) > last_day(end)
    is_inside = (begin is None or first_day(day) >= first_day(begin)) and (
        end is None or last_day(day) <= last_day(end)
    )
    word = Verdict.NOT_MET if is_before or is_after else Verdict.MET if is_inside else Verdict.UNCLEAR
    return verdict(Criterion.DATES, word, field, day)
