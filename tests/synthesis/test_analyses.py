"""Analyses of a review from their rows: subgroups, totals, several rows of a study, and what may not change anything."""

from itertools import product
from math import log

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.analysis import Analysis, Applicability, Totals
from models.protocol import Protocol
from models.synthesis import NO_SUBGROUP, EffectInput, PooledEffect, Subgroup, SubgroupTest
from models.vocabulary import EvidenceSet, Measure
from synthesis.analyses import pool_review, pool_subgroups_of
from synthesis.crosscheck import crosscheck
from synthesis.row_notes import MIXED_QUANTITIES

MEN, WOMEN = Subgroup(number=1, name="Men"), Subgroup(number=2, name="Women")
PUBLISHED = EvidenceSet.PUBLISHED


def protocol(**told: object) -> Protocol:
    """One analysis, named 1.1: REML of log odds ratios unless told otherwise."""
    usual = {
        "analysis": "1.1", "comparison": "drug", "outcome": "relief", "timepoint": "6 months", "measure": "OR",
        "method": "iv", "model": "random", "estimator": "REML",
    }  # fmt: skip
    base = Protocol.model_validate(
        {
            "review": "made_up",
            "title": "A drug",
            "version": "1",
            "searches": {},
            "comparisons": [{"id": "drug", "title": "Drug", "intervention": "Drug", "control": "Placebo"}],
            "timepoints": [{"name": "6 months"}],
            "outcomes": [
                {
                    "id": "relief", "title": "Relief", "short": "Relief", "measure": "OR", "unit": "",
                    "direction": "higher", "timepoints": ["6 months"],
                }
            ],
            "conventions": [{"name": "published"}],
        }
    )  # fmt: skip
    return base.with_analyses([Analysis.model_validate(usual | told)])


def row(study: str, yi: float | None, vi: float | None = 0.04, **told: object) -> EffectInput:
    usual = {
        "study_id": study, "comparison": "drug", "outcome": "relief", "timepoint": "6 months", "analysis": "1.1",
        "measure": Measure.OR, "evidence_set": PUBLISHED, "n_intervention": 50, "n_control": 50,
        "yi": yi, "vi": None if yi is None else vi, "is_contrast": True,
    }  # fmt: skip
    return EffectInput(**(usual | told))


ROWS = [
    row("Ash", -0.2, 0.05, subgroup=MEN),
    row("Birch", 0.1, 0.08, subgroup=MEN),
    row("Cedar", -0.6, 0.04, subgroup=WOMEN),
    row("Dogwood", -0.3, 0.1, subgroup=WOMEN),
]


def overall(rows: list[EffectInput], **told: object) -> PooledEffect:
    [effect] = pool_review(rows, protocol(**told), PUBLISHED)
    return effect


def subgroups(rows: list[EffectInput], **told: object) -> tuple[dict[str, PooledEffect], tuple[SubgroupTest, ...]]:
    effects, tests = pool_subgroups_of(rows, protocol(**told), PUBLISHED)
    return {item.subgroup.name: item for item in effects}, tests


SHOWN = [
    # totals, whether subgroups are tested: how many overall estimates, subgroups and tests there are
    (Totals.ALL, True, 1, 2, 1),
    (Totals.ALL, False, 1, 2, 0),
    (Totals.OVERALL, True, 1, 0, 1),
    (Totals.OVERALL, False, 1, 0, 0),
    (Totals.SUBGROUPS, True, 0, 2, 1),
    (Totals.SUBGROUPS, False, 0, 2, 0),
    (Totals.NONE, True, 0, 0, 1),
    (Totals.NONE, False, 0, 0, 0),
]


@pytest.mark.parametrize(("totals", "is_tested", "n_overall", "n_subgroups", "n_tests"), SHOWN)
def test_an_analysis_shows_what_its_authors_show(
    totals: Totals, is_tested: bool, n_overall: int, n_subgroups: int, n_tests: int
) -> None:
    told = protocol(totals=totals, tests_subgroups=is_tested)
    effects, tests = pool_subgroups_of(ROWS, told, PUBLISHED)
    found = len(pool_review(ROWS, told, PUBLISHED)), len(effects), len(tests)
    assert found == (n_overall, n_subgroups, n_tests)


def test_every_combination_of_totals_is_told_above() -> None:
    assert {case[:2] for case in SHOWN} == set(product(Totals, (True, False)))


@pytest.mark.parametrize("estimator", ["REML", "DL", "PM", ""])
def test_the_test_of_subgroups_is_cochrans_q_between_their_estimates(estimator: str) -> None:
    told = {"estimator": estimator or None, "model": "random" if estimator else "fixed"}
    found, [test] = subgroups(ROWS, **told)
    estimates = [(item.yi or 0, 1 / (item.se or 1) ** 2) for item in found.values()]
    mean = sum(w * y for y, w in estimates) / sum(w for _, w in estimates)
    q = sum(w * (y - mean) ** 2 for y, w in estimates)
    assert (test.chi2, test.df) == (pytest.approx(q, rel=1e-12), 1)
    assert test.i2_pct == pytest.approx(max(0, 100 * (1 - 1 / q)), rel=1e-12)
    assert 0 < test.p_value < 1


def test_a_subgroup_alone_is_the_overall_estimate() -> None:
    """Its between-study variance is its own; of one subgroup that is the overall one."""
    rows = [msgspec.structs.replace(item, subgroup=MEN) for item in ROWS]
    found, tests = subgroups(rows)
    one, whole = found["Men"], overall(rows)
    for name in ("k", "estimate", "ci_low", "ci_high", "se", "tau2", "q", "i2_pct", "p_value", "n_participants"):
        assert getattr(one, name) == getattr(whole, name)
    assert tests == ()


COUNTED = [
    # what the row of a study in two subgroups counts in: studies overall, of men, of women
    ((Applicability.BOTH, Applicability.BOTH), 6, 3, 3),
    ((Applicability.BOTH, Applicability.SUBGROUP), 5, 3, 3),
    ((Applicability.SUBGROUP, Applicability.SUBGROUP), 4, 3, 3),
    ((Applicability.OVERALL, Applicability.SUBGROUP), 5, 2, 3),
    ((Applicability.OVERALL, Applicability.OVERALL), 6, 2, 2),
]


@pytest.mark.parametrize(("counts_in", "k", "k_men", "k_women"), COUNTED)
def test_a_row_counts_where_it_applies(
    counts_in: tuple[Applicability, Applicability], k: int, k_men: int, k_women: int
) -> None:
    rows = [
        *ROWS,
        row("Elm", -0.1, subgroup=MEN, counts_in=counts_in[0]),
        row("Elm", -0.4, subgroup=WOMEN, counts_in=counts_in[1]),
    ]
    found, _ = subgroups(rows)
    whole = overall(rows)
    assert (whole.k, found["Men"].k, found["Women"].k) == (k, k_men, k_women)
    assert sum(weight.pct for weight in whole.weights) == pytest.approx(100)
    said = "Elm: 2 rows count in the overall estimate, as if they were 2 studies"
    assert (said in whole.note) == (k == 6)
    assert crosscheck(rows, [whole, *found.values()]) == ()


def test_nobody_counts_twice_when_a_subgroup_row_stands_beside_its_whole() -> None:
    """A study's whole, beside its men and women: the overall estimate takes the whole, the subgroups its parts."""
    rows = [
        *ROWS,
        row("Elm", -0.2, counts_in=Applicability.OVERALL),
        row("Elm", -0.1, subgroup=MEN, counts_in=Applicability.SUBGROUP),
        row("Elm", -0.4, subgroup=WOMEN, counts_in=Applicability.SUBGROUP),
    ]
    assert (overall(rows).k, overall(rows).n_participants) == (5, 500)
    assert {name: item.k for name, item in subgroups(rows)[0].items()} == {"Men": 3, "Women": 3}


effects_of_studies = st.lists(
    st.tuples(
        st.floats(-2, 2), st.floats(0.01, 1), st.sampled_from([NO_SUBGROUP, MEN, WOMEN]), st.sampled_from(Applicability)
    ),
    min_size=1,
    max_size=6,
)


@given(numbers=effects_of_studies, data=st.data())
def test_neither_order_nor_a_row_without_an_effect_changes_a_number(numbers: list, data: st.DataObject) -> None:
    rows = [
        row(f"S{place}", yi, vi, subgroup=subgroup, counts_in=counts)
        for place, (yi, vi, subgroup, counts) in enumerate(numbers)
    ]
    others = data.draw(st.permutations([*rows, row("not estimable", None, subgroup=MEN)]))
    for one, other in zip(_all(rows), _all(others), strict=True):
        for name in ("k", "n_participants", "yi", "se", "tau2", "q"):
            assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-9, abs=1e-12)


def _all(rows: list[EffectInput]) -> list[PooledEffect]:
    """Estimates that have studies; a subgroup whose only row has no effect is one without."""
    found, _ = subgroups(rows, estimator="DL")
    return [item for item in (overall(rows, estimator="DL"), *found.values()) if item.k]


PARTS = [row("Ash", -0.2, part="1"), row("Ash", -0.1, part="2"), row("Birch", 0.2)]


def test_parts_of_a_study_stay_apart_and_it_is_said() -> None:
    effect = overall(PARTS)
    assert [weight.row[2:] for weight in effect.weights] == [("Ash", "1"), ("Ash", "2"), ("Birch", "")]
    assert effect.note == "Ash: 2 rows count in the overall estimate, as if they were 2 studies"


def arms(study: str, a: int, c: int, n2: int = 50, **told: object) -> EffectInput:
    counts = {"events_intervention": a, "events_control": c, "n_control": n2, "is_contrast": False}
    return row(
        study, log((a / (50 - a)) / (c / (n2 - c))), 1 / a + 1 / (50 - a) + 1 / c + 1 / (n2 - c), **counts | told
    )


SHARED = "Ash: the same control data in 2 rows of the overall estimate"


def test_the_same_control_group_in_two_rows_is_noted() -> None:
    assert SHARED in overall([arms("Ash", 5, 9, part="low"), arms("Ash", 8, 9, part="high")]).note
    for other in (arms("Ash", 8, 10, part="high"), arms("Birch", 8, 9, part="high")):
        assert SHARED not in overall([arms("Ash", 5, 9, part="low"), other]).note


def test_a_control_group_that_is_divided_among_its_rows_counts_once() -> None:
    rows = [arms("Ash", 5, 9, part="low", shared_by=2), arms("Ash", 8, 9, part="high", shared_by=2)]
    assert SHARED not in overall(rows).note
    assert overall(rows).n_participants == 2 * 50 + 50


QUANTITIES = [
    ("SMD", ("final", "change"), True),
    ("SMD-approximate", ("change", "final"), True),
    ("SMD", ("final", "final"), False),
    ("SMD", ("final", ""), False),
    ("MD", ("final", "change"), False),
]


@pytest.mark.parametrize(("measure", "quantities", "is_said"), QUANTITIES)
def test_final_values_and_changes_in_one_standardised_difference_are_noted(
    measure: str, quantities: tuple[str, str], is_said: bool
) -> None:
    rows = [
        row(f"S{place}", 0.1 * place, measure=Measure(measure), quantity=quantity)
        for place, quantity in enumerate(quantities)
    ]
    assert (MIXED_QUANTITIES in overall(rows, measure=measure).note) == is_said


PEOPLE = [
    # rows as they tell people, and what is pooled: studies, rows, people, whether there are more, the sum of arms
    ([{}, {}], (2, 2, 200, False, 200)),
    ([{"study_id": "Ash"}, {"study_id": "Ash", "part": "high"}], (1, 2, 200, False, 200)),
    ([{"n_intervention": 20, "n_control": 20, "correlation": 0.5}, {}], (2, 2, 120, False, 140)),
    ([{"n_intervention": 0, "n_control": 0}] * 2, (2, 2, None, False, None)),
    ([{"n_intervention": 0, "n_control": 0}, {}], (2, 2, 100, True, 100)),
    ([{"n_control": 0}, {}], (2, 2, 150, True, 150)),
    ([], (0, 0, 0, False, 0)),
]


@pytest.mark.parametrize(("told", "expected"), PEOPLE)
def test_studies_and_people_count_once_and_who_is_not_told_is_not_nobody(
    told: list[dict[str, object]], expected: tuple[object, ...]
) -> None:
    found = overall([row(f"S{number}", 0.1, **item) for number, item in enumerate(told)])
    assert (found.n_studies, found.k, found.n_participants, found.n_is_least, found.n_in_arms) == expected


def test_a_study_in_two_subgroups_is_one_of_each() -> None:
    rows = [row("Ash", 0.1, subgroup=MEN), row("Ash", 0.2, subgroup=WOMEN), row("Birch", 0.3, subgroup=WOMEN)]
    found, _ = subgroups(rows)
    assert (overall(rows).n_studies, found["Men"].n_studies, found["Women"].n_studies) == (2, 1, 2)
