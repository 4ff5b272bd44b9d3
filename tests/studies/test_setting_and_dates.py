"""Where and when a study takes place, held against what the review limits."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.limits import DatesRule, SettingRule
from models.trial import TrialRecord
from models.vocabulary import Verdict
from studies.criteria.dates import dates, held_against
from studies.criteria.setting import setting

Build = Callable[..., TrialRecord]
MET, NOT_MET, UNCLEAR = Verdict.MET, Verdict.NOT_MET, Verdict.UNCLEAR
WARD = {
    "terms": ["hospital*", "inpatient*"],
    "except_terms": ["hospital discharge"],
    "not_terms": ["school*", "at home"],
}


@pytest.mark.parametrize(
    ("rule", "fields", "expected"),
    [
        (WARD, {"brief_title": "Hospitalised adolescents"}, MET),
        (WARD, {"summary_text": "Inpatients take part."}, MET),
        (WARD, {"brief_title": "After hospital discharge"}, None),
        (WARD, {"brief_title": "A programme in schools"}, NOT_MET),
        (WARD, {"brief_title": "From hospital to school"}, UNCLEAR),
        (WARD, {"summary_text": "Visits may take place at home."}, UNCLEAR),
        (WARD, {}, None),
        (WARD | {"required": True}, {}, UNCLEAR),
        ({"countries": ["Spain", "France"]}, {"countries": ("France",)}, MET),
        ({"countries": ["Spain", "France"]}, {"countries": ("France", "Italy")}, UNCLEAR),
        ({"countries": ["Spain", "France"]}, {"countries": ("Italy",)}, NOT_MET),
        ({"countries": ["Spain", "France"]}, {}, None),
        ({"countries": ["Spain"], "required": True}, {}, UNCLEAR),
        ({"countries": ["South Korea"]}, {"countries": ("Korea, Republic of",)}, MET),
        ({"countries": ["USA"]}, {"countries": ("United States",)}, MET),
        ({"countries": ["Spain"]}, {"countries": ("Atlantis",)}, UNCLEAR),
        ({"not_countries": ["Italy"]}, {"countries": ("Italy",)}, NOT_MET),
        ({"not_countries": ["Italy"]}, {"countries": ("Italy", "Spain")}, UNCLEAR),
        ({"not_countries": ["Italy"]}, {"countries": ("Spain",)}, MET),
        (WARD | {"countries": ["Spain"]}, {"brief_title": "In hospital", "countries": ("Italy",)}, NOT_MET),
        (WARD | {"countries": ["Spain"]}, {"brief_title": "In hospital", "countries": ("Spain",)}, MET),
        (WARD | {"countries": ["Spain"], "required": True}, {"countries": ("Spain",)}, UNCLEAR),
    ],
)
def test_setting(trial: Build, rule: dict[str, Any], fields: dict[str, Any], expected: Verdict | None):
    told = setting(trial(**({"brief_title": "A trial", "countries": ()} | fields)), SettingRule.model_validate(rule))
    assert (told and told.verdict) == expected


@pytest.mark.parametrize(
    ("rule", "fields", "expected"),
    [
        ({"started_from": 2015}, {"start_date": "2015-01-01"}, MET),
        ({"started_from": 2015}, {"start_date": "2014-12"}, NOT_MET),
        ({"started_from": "2015-06"}, {"start_date": "2015"}, UNCLEAR),
        ({"started_from": "2015-06-15"}, {"start_date": "2015-06"}, UNCLEAR),
        ({"started_to": 2015}, {"start_date": "2015-12-31"}, MET),
        ({"started_to": 2015}, {"start_date": "2016"}, NOT_MET),
        ({"started_from": 2015}, {"start_date": None}, None),
        ({"started_from": 2015, "required": True}, {"start_date": None}, UNCLEAR),
        ({"registered_from": 2015}, {"first_posted_date": "2014-05-05"}, NOT_MET),
        (
            {"registered_from": 2015, "started_from": 2016},
            {"first_posted_date": "2015-05", "start_date": "2015"},
            NOT_MET,
        ),
        ({"published_from": 2015}, {"first_posted_date": "2010-05-05", "start_date": "2010"}, None),
    ],
)
def test_dates(trial: Build, rule: dict[str, Any], fields: dict[str, Any], expected: Verdict | None):
    told = dates(trial(**fields), DatesRule.model_validate(rule))
    assert (told and told.verdict) == expected


@given(day=st.dates(date(1990, 1, 1), date(2030, 1, 1)), begin=st.dates(date(1990, 1, 1), date(2030, 1, 1)),
       days=st.integers(0, 3000), earlier=st.integers(0, 3000), later=st.integers(0, 3000))  # fmt: skip
def test_a_longer_time_never_turns_met_into_anything_else(day: date, begin: date, days: int, earlier: int, later: int):
    def word(first: date, last: date) -> int:
        rule = DatesRule(started_from=first.isoformat(), started_to=last.isoformat())
        told = held_against("start_date", day.isoformat()[:7], rule.of("started"), rule)
        assert told
        return [NOT_MET, UNCLEAR, MET].index(told.verdict)

    end = begin + timedelta(days)
    assert word(begin - timedelta(earlier), end + timedelta(later)) >= word(begin, end)
