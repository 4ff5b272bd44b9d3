"""Ages: how registers print them, and how they are held against the review's."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import ages
from models.limits import AgeRule
from models.trial import TrialRecord
from models.vocabulary import Verdict
from studies.criteria.age import age

Build = Callable[..., TrialRecord]
MET, NOT_MET, UNCLEAR = Verdict.MET, Verdict.NOT_MET, Verdict.UNCLEAR
WEEK, DAY = 7 / 365.25, 1 / 365.25


@pytest.mark.parametrize(
    ("minimum", "maximum", "low", "below"),
    [
        ("18 Years", "65 Years", 18, 66),
        ("18 Years", None, 18, math.inf),
        (None, "17 Years", 0, 18),
        ("6 Months", "23 Months", 0.5, 2),
        ("N/A", "17 years", 0, 18),
        ("18Y", "65Y", 18, 66),
        ("18", "65", 18, 66),
        ("18.00 Year(s)", "65.00 Year(s)", 18, 66),
        ("20years-old<=", "75years-old>", 20, 75),
        (">= 20age old", "Not applicable", 20, math.inf),
        ("1 day", "2 weeks", DAY, 3 * WEEK),
        ("18 years of age", "0 N/A (No limit)", 18, math.inf),
        ("No limit", "no maximum age", 0, math.inf),
    ],
)
def test_limits_are_read_in_years(minimum: str | None, maximum: str | None, low: float, below: float):
    span = ages.limits(minimum, maximum)
    assert (span.from_years, span.below_years) == pytest.approx((low, below))


@pytest.mark.parametrize(
    ("text", "low", "below"),
    [
        ("Adults (18-64 years)", 18, 65),
        ("Infants and toddlers (28 days-23 months)", 28 * DAY, 2),
        ("Elderly (>=65 years)", 65, math.inf),
        ("2-11years", 2, 12),
        ("65+ years", 65, math.inf),
        ("18 years and over", 18, math.inf),
        ("under 18", 0, 18),
        ("up to 17 years", 0, 18),
        ("from 2 to 17", 2, 18),
        ("CHILD", 0, 18),
        ("OLDER_ADULT", 65, math.inf),
        ("Neonate", 0, 28 * DAY),
    ],
)
def test_groups_are_read_in_years(text: str, low: float, below: float):
    span = ages.group(text)
    assert (span.from_years, span.below_years) == pytest.approx((low, below))


@pytest.mark.parametrize("text", ["", "In utero", "Mixed", "adults only", "18 to", "Phase 2"])
def test_what_names_no_ages_is_no_group(text: str):
    with pytest.raises(ValueError):
        ages.group(text)


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Patients aged 12 to 17 years were enrolled.", (12, 18)),
        ("Children aged 6 months to 5 years took part.", (0.5, 6)),
        ("Women of age 18–65 took part.", (18, 66)),
        ("They received 12 to 17 mg.", None),
        ("Vials aged 3 to 2 years", None),
        ("Adults took part.", None),
    ],
)
def test_a_sentence_tells_ages_in_so_many_words(sentence: str, said: tuple[float, float] | None):
    spoken = ages.spoken(sentence)
    assert (spoken and (spoken[0].from_years, spoken[0].below_years)) == said


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"minimum_age_text": "12 Years", "maximum_age_text": "17 Years"}, MET),
        ({"minimum_age_text": "13 Years", "maximum_age_text": "16 Years"}, MET),
        ({"minimum_age_text": "12 Years", "maximum_age_text": "18 Years"}, UNCLEAR),
        ({"minimum_age_text": "12 Years"}, UNCLEAR),
        ({"minimum_age_text": "18 Years"}, NOT_MET),
        ({"maximum_age_text": "11 Years"}, NOT_MET),
        ({"minimum_age_text": "6 Months", "maximum_age_text": "35 Months"}, NOT_MET),
        ({"minimum_age_text": "adolescents"}, UNCLEAR),
        ({"minimum_age_text": "65 Years", "maximum_age_text": "18 Years"}, UNCLEAR),
        ({"age_groups": ("Adolescents (12-17 years)",)}, MET),
        ({"age_groups": ("Adolescents (12-17 years)", "Adults (18-64 years)")}, UNCLEAR),
        ({"age_groups": ("Adults (18-64 years)", "Elderly (>=65 years)")}, NOT_MET),
        ({"age_groups": ("CHILD",), "minimum_age_text": "12 Years", "maximum_age_text": "17 Years"}, MET),
        ({"age_groups": ("Mixed",)}, UNCLEAR),
        ({}, None),
    ],
)
def test_ages_of_a_record(trial: Build, fields: dict[str, Any], expected: Verdict | None):
    told = age(trial(**fields), AgeRule(from_years=12, to_years=17))
    assert (told and told.verdict) == expected


def test_ages_that_are_not_told_are_unclear_where_they_are_required(trial: Build):
    told = age(trial(), AgeRule(from_years=12, required=True))
    assert told and (told.verdict, told.quote) == (UNCLEAR, "not stated")


def test_the_quote_is_what_the_register_prints(trial: Build):
    told = age(trial(minimum_age_text="18 Years"), AgeRule(to_years=17))
    assert told and (told.field, told.quote) == ("minimum_age", "18 Years to no maximum")


def test_the_newborn_are_counted_in_days(trial: Build):
    rule = AgeRule(to_days=27)
    assert (told := age(trial(age_groups=("Newborns (0-27 days)",)), rule)) and told.verdict is MET
    assert (told := age(trial(minimum_age_text="28 Days"), rule)) and told.verdict is NOT_MET


ROOM = st.integers(0, 30)


@given(low=st.integers(0, 90), length=ROOM, less=ROOM, more=ROOM, registered=st.tuples(st.integers(0, 90), ROOM))
def test_a_wider_range_never_turns_met_into_anything_else(
    low: int, length: int, less: int, more: int, registered: tuple[int, int]
):
    record = TrialRecord(
        source="made-up",
        registry="made-up",
        registry_id="X1",
        registry_date="2020-01-01",
        minimum_age_text=f"{registered[0]} Years",
        maximum_age_text=f"{sum(registered)} Years",
    )
    order = [NOT_MET, UNCLEAR, MET]
    narrow = age(record, AgeRule(from_years=low, to_years=min(120, low + length)))
    wide = age(record, AgeRule(from_years=max(0, low - less), to_years=min(120, low + length + more)))
    assert narrow and wide and order.index(wide.verdict) >= order.index(narrow.verdict)
