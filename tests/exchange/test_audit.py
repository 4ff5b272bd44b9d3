"""What a review contradicts in itself: each kind on a made-up package, and on real ones what is known of them."""

import os
from pathlib import Path

import pytest
from made_up_packages import analysis, article, entry, row, study, write_package

from exchange.audit.audit import audit_lines, contradictions
from exchange.audit.contradiction import Computed, Grade, Kind
from exchange.audit.names import are_opposites, are_other_outcomes, may_be_one_arm, side_of, without_time
from exchange.cochrane.read import read_package

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "cochrane"
MEANS = {
    "Data type": "Continuous",
    "Effect measure": "Mean Difference",
    "Statistical method": "IV",
    "Log-scale data": "false",
}
RATIO = {"Data type": "Contrast level", "Effect measure": "Hazard Ratio", "Statistical method": "IV"}
HKSJ = {"Analysis model": "Random effect", "Heterogeneity estimator": "REML", "CI method": "HKSJ"}
NO_TOTALS = {"Overall estimates": "false", "Subgroup estimates": "false"}


def means(group: int, number: int, name: str, *numbers: float, **told: object) -> dict[str, object]:
    columns = ("Experimental mean", "Experimental SD", "Experimental N", "Control mean", "Control SD", "Control N")
    return row(group, number, name, **dict(zip(columns, numbers, strict=True)), **told)


def counts(group: int, number: int, name: str, *numbers: float, **told: object) -> dict[str, object]:
    columns = ("Experimental cases", "Experimental N", "Control cases", "Control N")
    return row(group, number, name, **dict(zip(columns, numbers, strict=True)), **told)


def hazard(group: int, number: int, name: str, estimate: float, se: float, **told: object) -> dict[str, object]:
    return row(
        group, number, name, **{"GIV Mean": estimate, "GIV SE": se, "Experimental N": 50, "Control N": 50}, **told
    )


def analyses(*names: str, group: int = 1, **told: object) -> list[dict[str, object]]:
    """Analyses of one group, by the names of their outcomes."""
    return [analysis(group, number, **{"Analysis name": name, **told}) for number, name in enumerate(names, start=1)]


SHOWN = {"Mean": 0.5, "CI start": 0.25, "CI end": 1}
"""An effect of a row that is estimable."""

SLIPS = {
    "the arms of a row stand the other way round in another analysis": (
        Kind.ARMS_EXCHANGED,
        analyses("Weight", **MEANS) + analyses("Weight", group=2, **MEANS),
        [means(1, 1, "Ash 2001", 3, 1.5, 40, 5, 2.5, 42), means(2, 1, "Ash 2001", 5, 2.5, 42, 3, 1.5, 40)],
    ),
    "the labels are not those of the comparison's name": (
        Kind.LABELS_EXCHANGED,
        analyses("Weight", **{"Analysis group name": "Fish oil versus placebo", "Experimental group label": "Placebo", "Control group label": "Fish oil"}),
        [],
    ),
    "one arm has two names": (
        Kind.ARM_UNDER_TWO_LABELS,
        analyses("Weight", **MEANS, **{"Experimental group label": "Low dose"})
        + analyses("Weight", group=2, **MEANS, **{"Experimental group label": "Exercise"}),
        [means(1, 1, "Ash 2001", 3, 1.5, 40, 5, 2.5, 42), means(2, 1, "Ash 2001", 3, 1.5, 40, 6, 2.5, 43)],
    ),
    "one graph favours the drug on the side on which the others favour the placebo": (
        Kind.DIRECTION,
        analyses("Death") + analyses("Death", group=2)
        + analyses("Death", group=3, **{"Graph label (left)": "Favors placebo", "Graph label (right)": "Favors drug"}),
        [],
    ),
    "both sides of a graph favour one arm": (
        Kind.DIRECTION, analyses("Death", **{"Graph label (right)": "Favours drug"}), [],
    ),
    "an arm's mean stands again under another outcome": (
        Kind.NUMBER_UNDER_TWO_OUTCOMES,
        analyses("Growth: weight", "Growth: length", **MEANS),
        [means(1, 1, "Ash 2001", -1.03, 0.96, 40, -1.05, 0.98, 42), means(1, 2, "Ash 2001", -1.03, 0.96, 40, -1.78, 1.05, 42)],
    ),
    "serious and non-serious events have the same few cases": (
        Kind.NUMBER_UNDER_TWO_OUTCOMES,
        analyses("Complications, serious", "Complications, non-serious"),
        [counts(1, 1, "Ash 2001", 4, 209, 3, 217), counts(1, 2, "Ash 2001", 4, 209, 3, 217)],
    ),
    "an estimate stands under another outcome": (
        Kind.NUMBER_UNDER_TWO_OUTCOMES,
        analyses("Time to recurrence", "Time to progression", **RATIO),
        [hazard(1, 1, "Ash 2001", -0.04, 0.16), hazard(1, 2, "Ash 2001", -0.04, 0.16)],
    ),
    "an estimate has the other sign": (
        Kind.OTHER_NUMBERS,
        analyses("Time to recurrence", **RATIO) + analyses("Time to recurrence", group=2, **RATIO),
        [hazard(1, 1, "Ash 2001", -0.04, 0.16), hazard(2, 1, "Ash 2001", 0.04, 0.16)],
    ),
    "the cases of an arm differ": (
        Kind.OTHER_NUMBERS,
        analyses("Death") + analyses("Death", group=2),
        [counts(1, 1, "Ash 2001", 13, 86, 22, 80), counts(2, 1, "Ash 2001", 13, 86, 20, 80)],
    ),
    "the people of an arm differ": (
        Kind.OTHER_NUMBERS,
        analyses("Death") + analyses("Death", group=2),
        [counts(1, 1, "Ash 2001", 13, 86, 22, 80), counts(2, 1, "Ash 2001", 13, 86, 22, 82)],
    ),
    "one study is told at a later time, the others at the same": (
        Kind.OTHER_NUMBERS_AT_ANOTHER_TIME,
        analyses("Death prior to discharge", "Death at longest follow-up"),
        [counts(1, number, "Ash 2001", 12, 86, 20, 80) for number in (1, 2)]
        + [counts(1, 1, "Elm 2002", 5, 50, 6, 50), counts(1, 2, "Elm 2002", 7, 50, 9, 50)],
    ),
    "subgroups have more people than the study": (
        Kind.PARTS_EXCEED_WHOLE,
        analyses("Time to recurrence", **RATIO) + analyses("Time to recurrence", group=2, **RATIO),
        [
            hazard(1, 1, "Ash 2001", -0.04, 0.16),
            row(2, 1, "Ash 2001", **{"Subgroup": "young", "GIV Mean": 0.1, "GIV SE": 0.2, "Experimental N": 40, "Control N": 20}),
            row(2, 1, "Ash 2001", **{"Subgroup": "old", "GIV Mean": 0.2, "GIV SE": 0.2, "Experimental N": 30, "Control N": 21}),
        ],
    ),
    "more events than people": (Kind.MORE_EVENTS_THAN_PEOPLE, analyses("Death"), [counts(1, 1, "Ash 2001", 12, 10, 1, 10)]),
    "two doses share a control group": (
        Kind.SHARED_CONTROL,
        analyses("Weight", **MEANS),
        [
            means(1, 1, "Ash 2001", 3, 1.5, 40, 5, 2.5, 42, **SHOWN),
            means(1, 1, "Ash 2001", 2, 1.5, 41, 5, 2.5, 42, **SHOWN),
        ],
    ),
    "arms of several comparisons stand against one control group": (
        Kind.CONTROL_IN_SEVERAL_ANALYSES,
        analyses("Weight", **MEANS, **{"Experimental group label": "Exercise"})
        + analyses("Weight", group=2, **MEANS, **{"Experimental group label": "Diet"}),
        [means(1, 1, "Ash 2001", 3, 1.5, 40, 5, 2.5, 42), means(2, 1, "Ash 2001", 2, 1.4, 41, 5, 2.5, 42)],
    ),
    "a study counts twice": (
        Kind.STUDY_SEVERAL_TIMES,
        analyses("Weight", **MEANS),
        [
            means(1, 1, "Ash 2001", 3, 1.5, 40, 5, 2.5, 42, **SHOWN),
            means(1, 1, "Ash 2001", 2, 1.5, 41, 6, 2.5, 39, **SHOWN),
        ],
    ),
    "totals are not the sums of the rows": (
        Kind.ROWS_AGAINST_TOTALS,
        analyses("Death", **{"Experimental cases": 10, "Experimental N": 101, "Control cases": 20, "Control N": 100}),
        [row(1, 1, "Ash 2001")],
    ),
    "weights do not sum to 100": (
        Kind.WEIGHTS,
        analyses("Death"),
        [row(1, 1, "Ash 2001", Weight=60), row(1, 1, "Elm 2002", Weight=30)],
    ),
    "an estimate is outside its limits": (
        Kind.OUTSIDE_LIMITS, analyses("Death", **{"Mean": 1.5, "CI start": 0.5, "CI end": 1.2}), [],
    ),
    "an effect is outside its limits": (
        Kind.OUTSIDE_LIMITS,
        analyses("Death"),
        [row(1, 1, "Ash 2001", **{"Mean": 1.5, "CI start": 0.5, "CI end": 1.2})],
    ),
    "P and limits lead to other conclusions": (
        Kind.P_AGAINST_LIMITS,
        analyses("Death", **{"Mean": 0.8, "CI start": 0.6, "CI end": 0.9, "Effect P": 0.2, "Heterogeneity df": 3}),
        [],
    ),
    "Wald's P stands beside HKSJ limits": (
        Kind.P_OF_WALD,
        analyses("Death", **HKSJ, **{"Mean": 0.8, "CI start": 0.4, "CI end": 1.6, "Effect T": 0.9, "Effect P": 0.2, "Heterogeneity df": 4}),
        [],
    ),
    "the upper limit of tau² is 100": (
        Kind.TAU2_CUT,
        analyses("Death", **HKSJ, **{"Heterogeneity Tau²": 2, "Tau² CI start": 0.1, "Tau² CI end": 100, "Heterogeneity df": 2}),
        [],
    ),
    "a single study has heterogeneity": (
        Kind.HETEROGENEITY_OF_ONE,
        analyses("Death", **{"Heterogeneity df": 0, "Heterogeneity P": 0, "Heterogeneity I²": 100}),
        [],
    ),
    "a subgroup has small and capital letters": (
        Kind.SUBGROUP_NAMES,
        analyses("Death", "Pain", **NO_TOTALS),
        [row(1, 1, "Ash 2001", Subgroup="Any Oil"), row(1, 2, "Elm 2002", Subgroup="Any oil")],
    ),
    "two subgroups have one name": (
        Kind.SUBGROUP_NAMES,
        analyses("Death"),
        [row(1, 1, f"{name} 2001", **{"Subgroup": "Oil", "Subgroup number": number}) for number, name in enumerate(["Ash", "Elm"])],
    ),
    "a year differs": (Kind.YEAR, analyses("Death"), [row(1, 1, "Ash 2001", **{"Study year": 2003})]),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_found_and_nothing_else(slip: str, tmp_path: Path) -> None:
    kind, told, rows = SLIPS[slip]
    found = contradictions(read_package(write_package(tmp_path, analyses=told, rows=rows)))
    assert [item.kind for item in found] == [kind]
    assert all(place.line and place.value and place.file.startswith("CD000001-") for place in found[0].places)


SOUND = {
    "subgroups of a study in one estimate": (
        analyses("Death"),
        [counts(1, 1, "Ash 2001", 4, 30, 5, 32, Subgroup=name, **SHOWN) if name == "young" else counts(1, 1, "Ash 2001", 6, 40, 7, 41, Subgroup=name, **SHOWN) for name in ("young", "old")],
    ),
    "two doses against one control group without totals": (
        analyses("Weight", **MEANS, **NO_TOTALS),
        [means(1, 1, "Ash 2001", mean, 1.5, 40, 5, 2.5, 42, **SHOWN) for mean in (2, 3)],
    ),
    "one outcome at two times with the same numbers": (
        analyses("Death at 6 months", "Death at 12 months"), [counts(1, number, "Ash 2001", 30, 90, 31, 90) for number in (1, 2)],
    ),
    "a sensitivity analysis repeats": (
        analyses("Death") + analyses("Death - sensitivity analysis excluding high risk of bias", group=2),
        [counts(group, 1, "Ash 2001", 30, 90, 31, 90) for group in (1, 2)],
    ),
    "few events of two outcomes are as many": (
        analyses("Death", "Stroke"), [counts(1, number, "Ash 2001", 1, 90, 2, 90) for number in (1, 2)],
    ),
    "arms of a trial of several arms, as large as each other": (
        analyses("Death", **{"Experimental group label": "Exercise"}) + analyses("Death", group=2, **{"Experimental group label": "Diet"}),
        [counts(1, 1, "Ash 2001", 3, 50, 9, 50), counts(2, 1, "Ash 2001", 5, 50, 8, 50)],
    ),
    "a year within the years of a label": (analyses("Death"), [row(1, 1, "Ash 2001-2006", **{"Study year": 2004})]),
    "rows of subgroups alone beside one that joins them": (
        analyses("Death", **{"Experimental cases": 10, "Experimental N": 100, "Control cases": 20, "Control N": 100}),
        [
            counts(1, 1, "Ash 2001", 4, 40, 9, 40, Applicability="SUBGROUP_ONLY", Subgroup="a", Weight=40),
            counts(1, 1, "Ash 2001", 6, 60, 11, 60, Applicability="SUBGROUP_ONLY", Subgroup="b", Weight=60),
            counts(1, 1, "Ash 2001", 10, 100, 20, 100, Applicability="OVERALL_ONLY", Weight=100),
        ],
    ),
    "limits that reach no effect where P says so": (
        analyses("Death", **{"Mean": 0.8, "CI start": 0.6, "CI end": 1.1, "Effect P": 0.2, "Heterogeneity df": 3}), [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", SOUND)
def test_what_has_an_explanation_is_not_told(what: str, tmp_path: Path) -> None:
    told, rows = SOUND[what]
    assert contradictions(read_package(write_package(tmp_path, analyses=told, rows=rows))) == ()


@pytest.mark.parametrize("layout", ["v1", "middle", "v2"])
def test_subgroups_of_every_layout_are_held_against_their_rows(layout: str, tmp_path: Path) -> None:
    rows = [row(1, 1, f"{name} 2001", **{"Subgroup": "Oil", "Subgroup number": 1}) for name in ("Ash", "Elm")]
    key = {"Analysis group": 1, "Analysis number": 1, "Subgroup": "Oil", "Subgroup number": 1}
    sums = {"Experimental cases": 20, "Experimental N": 200, "Control cases": 40}
    for control, n_found in ((200, 0), (199, 1)):
        path = write_package(
            tmp_path,
            layout=layout,
            analyses=analyses("Death"),
            rows=rows,
            subgroups=[key | sums | {"Control N": control}],
        )
        found = contradictions(read_package(path))
        assert [item.kind for item in found] == [Kind.ROWS_AGAINST_TOTALS] * n_found


def test_lists_of_studies_are_held_against_rows_registers_and_each_other(tmp_path: Path) -> None:
    url = "https://clinicaltrials.gov/study/NCT01363401"
    path = write_package(
        tmp_path,
        analyses=analyses("Death"),
        rows=[row(1, 1, "Ash 2001"), row(1, 1, "Pérez 2002")],
        studies={
            "included": [study("Ash 2001"), study("Perez 2002"), study("Oak 2003")],
            "ongoing": [study("Elm 2020"), study("Ash 2001")],
            "awaiting": [study("Fir 2021")],
        },
        references={
            "included": [article("Oak 2003")],
            "ongoing": [entry("Elm 2020", url)],
            "awaiting": [entry("Fir 2021", url)],
        },
    )
    found = {item.kind: item for item in contradictions(read_package(path))}
    assert set(found) == {Kind.TWO_LISTS, Kind.ONE_REGISTRATION, Kind.NOT_LISTED, Kind.NO_ROWS}
    assert "Perez 2002 is meant, perhaps" in found[Kind.NOT_LISTED].sentence
    assert found[Kind.ONE_REGISTRATION].studies == ("Fir 2021", "Elm 2020")
    assert "NCT01363401" in found[Kind.ONE_REGISTRATION].sentence
    assert found[Kind.NO_ROWS].studies == ("Perez 2002", "Oak 2003")


def test_what_was_computed_again_stands_beside_what_was_printed(tmp_path: Path) -> None:
    told = analyses("Death", **HKSJ, **{"Heterogeneity Tau²": 2, "Tau² CI end": 100, "Heterogeneity df": 2})
    package = read_package(write_package(tmp_path, analyses=told))
    (cut,) = contradictions(package, {("1.1", ""): Computed(tau2_high=1808.2)})
    assert "it is 1808.2" in cut.sentence
    assert contradictions(package, {("1.1", ""): Computed(tau2_high=100.0)}) == ()


def test_lines_begin_with_what_cannot_be_true(tmp_path: Path) -> None:
    told = analyses("Death", **{"Mean": 1.5, "CI start": 0.5, "CI end": 1.2})
    path = write_package(tmp_path, analyses=told, rows=[row(1, 1, "Ash 2001", **{"Study year": 2003})])
    lines = audit_lines(contradictions(read_package(path)), "CD000001")
    assert lines[0] == "CD000001: cannot be true as it stands (1)"
    assert "      CD000001-data-rows.csv:2: 1.1 Ash 2001: 2003" in lines
    assert audit_lines((), "CD000001") == ["CD000001: nothing found that contradicts itself"]


def test_names_of_outcomes() -> None:
    assert are_other_outcomes("Growth - Weight (z-scores)", "Growth - Length (z-scores)")
    assert are_other_outcomes("Complications, serious", "Complications, non-serious")
    assert are_opposites("Complications, serious", "Complications, non-serious")
    assert not are_opposites("Weight", "Length")
    assert not are_other_outcomes("Mortality at 6 months", "Mortality at 2 years of life")
    assert not are_other_outcomes("Mortality", "All-cause mortality: sensitivity analysis")
    assert without_time("Death prior to discharge") == without_time("Death at longest follow-up") == "death"


def test_labels_of_arms() -> None:
    assert may_be_one_arm("Placebo", "Placebo or no treatment")
    assert may_be_one_arm("Algal oil", "Experimental oil")
    assert not may_be_one_arm("2-hourly", "4-hourly")
    assert side_of("Favours ICSI", "HA-ICSI", "ICSI") == ""
    assert side_of("Favours HA-ICSI", "HA-ICSI", "ICSI") == "experimental"


@pytest.fixture(scope="module")
def samples() -> Path:
    if not SAMPLES.is_dir():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"no real packages at {SAMPLES}")
    return SAMPLES


KNOWN = [
    ("CD014353", Kind.NUMBER_UNDER_TWO_OUTCOMES, {"1.3", "1.4"}),
    ("CD014353", Kind.OTHER_NUMBERS, {"2.5", "3.6"}),
    ("CD014353", Kind.ARMS_EXCHANGED, {"1.5", "3.6"}),
    ("CD014353", Kind.LABELS_EXCHANGED, {"1.3", "1.4", "1.5"}),
    ("CD014353", Kind.P_AGAINST_LIMITS, {"3.7"}),
    ("CD014353", Kind.SUBGROUP_NAMES, {"3.1", "3.2"}),
    ("CD013776", Kind.NUMBER_UNDER_TWO_OUTCOMES, {"1.1", "4.2"}),
    ("CD013776", Kind.NUMBER_UNDER_TWO_OUTCOMES, {"1.3", "5.3", "6.3"}),
    ("CD013776", Kind.OTHER_NUMBERS, {"1.6", "5.3", "6.3"}),
    ("CD009958", Kind.TAU2_CUT, {"2.1"}),
    ("CD009958", Kind.TAU2_CUT, {"6.1"}),
    ("CD009958", Kind.CONTROL_IN_SEVERAL_ANALYSES, {"1.1", "3.1"}),
    ("CD011506", Kind.OTHER_NUMBERS_AT_ANOTHER_TIME, {"1.1", "1.2", "1.3"}),
    ("CD011506", Kind.HETEROGENEITY_OF_ONE, {"1.12"}),
    ("CD010461", Kind.DIRECTION, {"1.1", "4.1"}),
]


@pytest.mark.parametrize(("review", "kind", "keys"), KNOWN)
def test_a_real_review_is_caught_at_what_is_known_of_it(review: str, kind: Kind, keys: set[str], samples: Path) -> None:
    found = contradictions(read_package(samples / review))
    assert any(item.kind is kind and keys <= set(item.analyses) for item in found)


def test_real_registrations_under_two_lists(samples: Path) -> None:
    found = [item for item in contradictions(read_package(samples / "CD010461")) if item.kind is Kind.ONE_REGISTRATION]
    assert {item.studies[0] for item in found} == {"Karimi 2020", "Tehrani 2019"}


@pytest.mark.parametrize(("review", "errors"), [("CD007654", 0), ("CD009958", 0), ("CD010461", 2), ("CD011506", 0), ("CD013776", 5), ("CD014353", 6)])  # fmt: skip
def test_no_more_is_called_an_error_than_was_found_right_by_hand(review: str, errors: int, samples: Path) -> None:
    found = contradictions(read_package(samples / review))
    assert sum(item.grade is Grade.ERROR for item in found) == errors
