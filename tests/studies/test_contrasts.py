"""Posted analyses as contrasts: which scale, which way round, adjusted or not; and why others are none."""

from collections.abc import Callable
from math import log
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.protocol import Protocol
from models.results import (
    FlowCount,
    Measurement,
    MeasureTable,
    ParticipantFlow,
    PostedAnalysis,
    PostedResults,
    ResultGroup,
)
from models.review import load_review
from models.trial import TrialRecord
from models.vocabulary import Measure, OutcomeRole
from studies.contrasts import Contrast, Contrasts, contrasts

Trials = Callable[..., TrialRecord]
Read = Callable[..., Contrasts]
GROUPS = (ResultGroup(id="G1", title="MSC"), ResultGroup(id="G2", title="Placebo"))
TITLE = "Change in ALSFRS-R"
ULCERS = Path(__file__).parents[1] / "reviews" / "pressure_ulcers"


def analysis(**fields: Any) -> PostedAnalysis:
    usual: dict[str, Any] = {
        "outcome_title": TITLE,
        "role": OutcomeRole.PRIMARY,
        "time_frame": "6 months",
        "unit_text": "points",
        "groups": GROUPS,
        "method_text": "Mixed Models Analysis",
        "estimate_type_text": "Mean Difference (Final Values)",
        "estimate_text": "3.38",
        "ci_pct_text": "95",
        "ci_sides_text": "TWO_SIDED",
        "ci_lower_text": "1.22",
        "ci_upper_text": "5.54",
        "path": "outcomeMeasures[0].analyses[0]",
    }
    return PostedAnalysis(**(usual | fields))


def table(first: str = "-3.10", second: str = "-6.48", **fields: Any) -> MeasureTable:
    usual: dict[str, Any] = {
        "title": TITLE,
        "role": OutcomeRole.PRIMARY,
        "time_frame": "6 months",
        "param_text": "LEAST_SQUARES_MEAN",
        "groups": GROUPS,
        "measurements": (
            Measurement(group_id="G1", value_text=first),
            Measurement(group_id="G2", value_text=second),
        ),
    }
    return MeasureTable(**(usual | fields))


@pytest.fixture(scope="module")
def read(trial: Trials, protocol: Protocol) -> Read:
    def found(*posted: PostedAnalysis, tables: tuple[MeasureTable, ...] | None = None, **more: Any) -> Contrasts:
        frames = {item.time_frame: table(time_frame=item.time_frame) for item in posted}
        outcomes = tuple(frames.values()) if tables is None else tables
        results = PostedResults(outcomes=outcomes, analyses=posted, **more)
        return contrasts("NCT10000001", trial(results=results), protocol)

    return found


def one(found: Contrasts) -> Contrast:
    [contrast] = found.contrasts
    assert found.refused == ()
    return contrast


def test_an_analysis_is_read_as_it_stands(read: Read):
    contrast = one(read(analysis()))
    assert (contrast.outcome, contrast.timepoint, contrast.measure) == ("alsfrs_r_change", "4 to 6 months", Measure.MD)
    assert (contrast.estimate, contrast.ci_low, contrast.ci_high, contrast.ci_pct) == (3.38, 1.22, 5.54, 95)
    # (5.54 − 1.22) / (2 × 1.959964)
    assert contrast.se == pytest.approx(1.102061, abs=1e-6)
    assert (contrast.intervention, contrast.control, contrast.report) == ("MSC", "Placebo", "NCT10000001")
    assert contrast.place == "outcomeMeasures[0].analyses[0]"


@pytest.mark.parametrize(
    ("kind", "measure", "is_log"),
    [
        ("Hazard Ratio (HR)", Measure.HR, False),
        ("Hazard Ratio, log", Measure.HR, True),
        ("Cox Proportional Hazard", Measure.HR, False),
        ("Odds Ratio (OR)", Measure.OR, False),
        ("odds ratio", Measure.OR, False),
        ("Odds Ratio, log", Measure.OR, True),
        ("Risk Ratio (RR)", Measure.RR, False),
        ("Relative risk", Measure.RR, False),
        ("Risk Ratio, log", Measure.RR, True),
        ("Incidence rate ratio", Measure.IRR, False),
        ("Mean Difference (Net)", Measure.MD, False),
        ("LS Mean Difference", Measure.MD, False),
        ("Difference in adjusted least squares means", Measure.MD, False),
        ("mean difference final", Measure.MD, False),
    ],
)
def test_registries_words_for_a_scale(read: Read, kind: str, measure: Measure, is_log: bool):
    contrast = one(read(analysis(estimate_type_text=kind)))
    assert (contrast.measure, contrast.is_log) == (measure, is_log)
    assert (contrast.note == "") == (measure is Measure.MD), "the review pools MD"
    logged = measure is not Measure.MD and not is_log
    width = log(5.54) - log(1.22) if logged else 5.54 - 1.22
    assert contrast.se == pytest.approx(width / (2 * 1.959964), rel=1e-6)


@pytest.mark.parametrize(
    ("fields", "direction"),
    [
        ({"estimate_comment_text": "MSC minus placebo"}, "intervention against control"),
        ({"estimate_comment_text": "Placebo minus MSC."}, "control against intervention"),
        ({"estimate_comment_text": "Placebo - MSC"}, "control against intervention"),
        ({"group_text": "Mean difference: MSC vs. Placebo, all randomised"}, "intervention against control"),
        ({"group_text": "The hazard of placebo relative to MSC"}, "control against intervention"),
        ({"method_comment_text": "Model for the odds ratio MSC/Placebo"}, "intervention against control"),
        # A comparison that is merely named has no direction, nor has one that is told both ways round.
        ({"group_text": "Placebo vs MSC"}, "not stated"),
        ({"estimate_comment_text": "MSC minus placebo", "group_text": "placebo minus MSC"}, "not stated"),
        ({"estimate_comment_text": "Week 24 minus baseline"}, "not stated"),
        ({}, "not stated"),
    ],
)
def test_direction_is_read_where_words_say_it(read: Read, fields: dict[str, Any], direction: str):
    contrast = one(read(analysis(**fields), tables=(table("1", "2", param_text="MEDIAN"),)))
    assert contrast.direction == direction
    assert contrast.direction_source.startswith("in words: ") == (direction != "not stated")


@pytest.mark.parametrize(
    ("estimate", "first", "second", "direction"),
    [
        ("3.38", "-3.10", "-6.48", "intervention against control"),
        ("-3.38", "-3.10", "-6.48", "control against intervention"),
        ("3.4", "-3.1", "-6.5", "intervention against control"),
        ("2.9", "-3.10", "-6.48", "not stated"),
        ("0.0", "-3.1", "-3.1", "not stated"),
        ("3.38", "NA", "-6.48", "not stated"),
    ],
)
def test_direction_is_read_where_the_groups_own_numbers_give_it(
    read: Read, estimate: str, first: str, second: str, direction: str
):
    posted = analysis(estimate_text=estimate, ci_lower_text="-9", ci_upper_text="9")
    assert one(read(posted, tables=(table(first, second),))).direction == direction


@pytest.mark.parametrize(
    ("fields", "is_adjusted"),
    [
        ({"method_text": "ANCOVA"}, True),
        ({"method_comment_text": "Adjusted for site"}, True),
        ({"method_comment_text": "baseline score as a covariate"}, True),
        ({"estimate_type_text": "Unadjusted mean difference"}, False),
        ({"method_comment_text": "No adjustment was made"}, False),
        ({"method_comment_text": "Not adjusted for multiplicity"}, None),
        ({"method_comment_text": "adjusted for multiple comparisons"}, None),
        ({"p_comment_text": "adjusted"}, None),
        ({}, None),
    ],
)
def test_adjustment_is_as_stated(read: Read, fields: dict[str, Any], is_adjusted: bool | None):
    assert one(read(analysis(**fields))).is_adjusted is is_adjusted


def test_a_posted_standard_error_stands_where_limits_do_not(read: Read):
    bare = {"ci_lower_text": None, "ci_upper_text": None, "ci_pct_text": None}
    contrast = one(read(analysis(**bare, dispersion_type_text="STANDARD_ERROR_OF_MEAN", dispersion_text="1.1")))
    assert (contrast.se, contrast.se_source, contrast.ci_low) == (1.1, "as posted", None)


def test_one_sided_limits_give_no_standard_error(read: Read):
    contrast = one(read(analysis(ci_sides_text="ONE_SIDED")))
    assert (contrast.se, contrast.ci_low) == (None, 1.22)


def test_a_test_of_another_hypothesis_is_noted(read: Read):
    assert one(read(analysis(hypothesis_text="NON_INFERIORITY"))).note == "a test of non inferiority"


TWO_ROWS = table(
    measurements=tuple(
        Measurement(group_id=key, value_text="1", class_title=month) for key in ("G1", "G2") for month in ("3", "6")
    )
)


@pytest.mark.parametrize(
    ("fields", "tables", "reason"),
    [
        ({"estimate_type_text": "Slope"}, (table(),), "posted as Slope"),
        ({"estimate_type_text": "Difference"}, (table(),), "posted as Difference"),
        ({"estimate_type_text": "Median Difference (Net)"}, (table(),), "posted as Median Difference"),
        ({"estimate_type_text": "Standardized mean difference"}, (table(),), "no scale known here"),
        ({"estimate_type_text": None}, (table(),), "a kind not stated"),
        ({"estimate_text": "NA"}, (table(),), "the estimate is no number: NA"),
        ({"estimate_text": "1,36"}, (table(),), "the estimate is no number: 1,36"),
        ({"estimate_text": "9"}, (table(),), "is not between its limits"),
        ({"estimate_type_text": "Odds Ratio (OR)", "estimate_text": "-1", "ci_lower_text": "-2"}, (table(),), "no ratio"),
        ({"estimate_type_text": "Risk Difference (RD)"}, (table(),), "in per cent"),
        ({"ci_upper_text": None}, (table(),), "neither both limits nor a standard error"),
        ({"groups": GROUPS[:1]}, (table(),), "1 groups enter the analysis"),
        ({"groups": (*GROUPS, ResultGroup(id="G3", title="MSC high"))}, (table(),), "3 groups enter the analysis"),
        ({"groups": (GROUPS[0], ResultGroup(id="G2", title="Arm B"))}, (table(),), "cannot be told apart"),
        ({"unit_text": "points per month"}, (table(),), "a rate, not a change"),
        ({}, (TWO_ROWS,), "several rows for one group"),
        ({}, (table(), table()), "several rows for one group"),
        ({"time_frame": "Months 4 and 6"}, (table(time_frame="Months 4 and 6"),), "names several times"),
    ],
)  # fmt: skip
def test_what_gives_no_contrast_says_why(
    read: Read, fields: dict[str, Any], tables: tuple[MeasureTable, ...], reason: str
):
    found = read(analysis(**fields), tables=tables)
    assert found.contrasts == ()
    [refused] = found.refused
    assert reason in refused.reason
    assert (refused.outcome, refused.place) == ("alsfrs_r_change", "outcomeMeasures[0].analyses[0]")


def test_groups_with_people_who_were_not_randomised_give_no_contrast(read: Read):
    counts = (
        FlowCount(period="All", milestone="STARTED", group_id="F1", count=41, comment_text="8 of them not randomised"),
    )
    flow = ParticipantFlow(groups=(ResultGroup(id="F1", title="MSC"),), counts=counts)
    [refused] = read(analysis(), flow=flow).refused
    assert "mixes randomised and other" in refused.reason


@pytest.mark.parametrize("fields", [{"outcome_title": "Change in Appel scale"}, {"time_frame": "9 months"}])
def test_another_outcome_or_time_is_passed_over(read: Read, fields: dict[str, Any]):
    assert read(analysis(**fields)) == Contrasts()


def test_a_record_without_results_offers_nothing(trial: Trials, protocol: Protocol):
    assert contrasts("NCT10000001", trial(), protocol) == Contrasts()


def test_another_review_reads_by_its_own_words(trial: Trials):
    groups = (ResultGroup(id="G1", title="Alternating air overlay"), ResultGroup(id="G2", title="Standard mattress"))
    posted = analysis(
        outcome_title="Change in ulcer area", time_frame="12 weeks", groups=groups, unit_text="cm2",
        estimate_comment_text="Alternating air overlay minus standard mattress",
    )  # fmt: skip
    frame = table(title="Change in ulcer area", time_frame="12 weeks", groups=groups)
    results = PostedResults(outcomes=(frame,), analyses=(posted,))
    contrast = one(contrasts("NCT10000001", trial(results=results), load_review(ULCERS).protocol))
    assert (contrast.outcome, contrast.timepoint, contrast.direction) == (
        "ulcer_area_change", "12 weeks", "intervention against control",
    )  # fmt: skip


texts = (
    st.none() | st.sampled_from(["", "NA", "1", "-1", "0", "1,5", "1e308", "<0.1", "95", "0.5"]) | st.text(max_size=9)
)


@given(
    kind=texts | st.sampled_from(["Odds Ratio (OR)", "Mean Difference (Net)", "Risk Difference (RD)"]),
    numbers=st.lists(texts, min_size=5, max_size=5),
    said=st.text(max_size=30),
    sides=st.sampled_from([None, "ONE_SIDED", "TWO_SIDED"]),
)
def test_every_posted_analysis_is_a_contrast_or_says_why_not(
    read: Read, kind: str | None, numbers: list[str | None], said: str, sides: str | None
):
    estimate, low, high, level, spread = numbers
    found = read(
        analysis(
            estimate_type_text=kind, estimate_text=estimate, ci_lower_text=low, ci_upper_text=high, ci_pct_text=level,
            dispersion_text=spread, dispersion_type_text="STANDARD_ERROR_OF_MEAN", ci_sides_text=sides,
            estimate_comment_text=said,
        )
    )  # fmt: skip
    assert len(found.contrasts) + len(found.refused) == 1
    for contrast in found.contrasts:
        assert contrast.se is None or 0 < contrast.se < float("inf")
        assert contrast.se is not None or (contrast.ci_low is not None and contrast.ci_high is not None)
