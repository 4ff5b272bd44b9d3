"""A look is a day on which an analysis changed: what was known then, and what the rules for looking often say of it."""

from datetime import date
from math import log

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.analysis import Analysis, Applicability
from models.protocol import Protocol
from models.synthesis import EffectInput
from models.vocabulary import EvidenceSet, Measure
from synthesis.analyses import pool_review
from synthesis.anytime import Bet, accumulate
from synthesis.certainty import information_size
from synthesis.crosscheck_looks import crosscheck_looks
from synthesis.looks import NO_STAKE, looks_of
from synthesis.sequential import boundaries

PUBLISHED, CONFIRMED, PROVISIONAL = EvidenceSet.PUBLISHED, EvidenceSet.CONFIRMED, EvidenceSet.PROVISIONAL
SEARCHED = date(2019, 7, 31)


def protocol(measure: str = "MD", mid: float | None = 4, supplements: dict[str, object] | None = None) -> Protocol:
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
                    "id": "score", "title": "Score", "short": "Score", "measure": measure, "unit": "points",
                    "direction": "higher", "timepoints": ["6 months"], "mid": mid,
                }
            ],
            "conventions": [{"name": "revman2025", "continuous": [{"model": "REML"}], "dichotomous": [{"model": "mh"}]}],
            "supplements": supplements or {},
        }
    )  # fmt: skip
    return base.with_analyses(
        [
            Analysis.model_validate(
                {"analysis": "1.1", "comparison": "drug", "outcome": "score", "timepoint": "6 months"}
            )
        ]
    )


def means(study: str, difference: float, known: date | None, n: int = 50, **told: object) -> EffectInput:
    usual = {
        "study_id": study, "comparison": "drug", "outcome": "score", "timepoint": "6 months", "analysis": "1.1",
        "measure": Measure.MD, "evidence_set": CONFIRMED, "n_intervention": n, "n_control": n,
        "mean_intervention": difference, "sd_intervention": 8.0, "mean_control": 0.0, "sd_control": 8.0,
        "yi": difference, "vi": 128 / n, "known_from": known,
    }  # fmt: skip
    return EffectInput(**(usual | told))


def in_set(evidence_set: EvidenceSet, *rows: EffectInput) -> list[EffectInput]:
    return [msgspec.structs.replace(row, evidence_set=evidence_set) for row in rows]


OLD = (means("Ash", 3.0, date(2014, 5, 1)), means("Birch", 1.0, date(2018, 8, 31)))
NEW = (means("Cedar", 5.0, date(2021, 3, 2)), means("Elm", 2.5, date(2021, 3, 2)), means("Fir", 4.0, date(2024, 1, 9)))
POSTED = means("Gum", 6.0, None)
REVIEW = [
    *in_set(PUBLISHED, *OLD),
    *in_set(CONFIRMED, *NEW, *OLD),
    *in_set(PROVISIONAL, POSTED, *NEW, *OLD),
]


def looked(rows: list[EffectInput], given: Protocol | None = None):
    given = given or protocol()
    effects = [effect for name in EvidenceSet for effect in pool_review(rows, given, name)]
    return looks_of(rows, effects, given)


def test_the_published_version_is_the_first_look_and_what_nobody_entered_is_the_last():
    confirmed, provisional = looked(REVIEW)
    assert [(look.day, look.studies, look.k) for look in confirmed.looks] == [
        (date(2018, 8, 31), ("Ash", "Birch"), 2),
        (date(2021, 3, 2), ("Cedar", "Elm"), 4),
        (date(2024, 1, 9), ("Fir",), 5),
    ]
    assert [look.day for look in provisional.looks] == [look.day for look in confirmed.looks] + [None]
    assert provisional.looks[-1].studies == ("Gum",)


def test_each_look_is_what_had_accumulated_by_then():
    confirmed, _ = looked(REVIEW)
    rows = [*OLD, *NEW]
    for look in confirmed.looks:
        now = accumulate([row.yi for row in rows[: look.k]], [row.vi for row in rows[: look.k]], Bet(16.0))
        assert (look.log_e, look.ci_low, look.ci_high) == pytest.approx(
            (now.log_e[-1], now.ci_low[-1], now.ci_high[-1]), rel=1e-12
        )
        assert look.n_participants == 100 * look.k
    assert confirmed.g == 16
    assert confirmed.g_from == "a difference of 4, the smallest that matters"


def test_boundaries_are_those_of_all_looks_so_far_on_the_way_to_the_required_size():
    confirmed, _ = looked(REVIEW)
    size = information_size([*OLD, *NEW], protocol().outcome("score"))
    assert size is not None
    assert confirmed.required is not None
    assert confirmed.required >= size
    shares = [min(1.0, look.n_participants / confirmed.required) for look in confirmed.looks]
    assert [look.share for look in confirmed.looks] == pytest.approx(shares)
    rising = [share for at, share in enumerate(shares) if share not in shares[:at]]
    limits = dict(zip(rising, boundaries(rising).z, strict=True))
    assert [look.z_boundary for look in confirmed.looks] == pytest.approx([limits[share] for share in shares])
    assert confirmed.has_crossed is any(abs(look.z) >= look.z_boundary for look in confirmed.looks)


def test_a_look_does_not_depend_on_what_came_later_but_for_the_required_size():
    early = looked([*in_set(PUBLISHED, *OLD), *OLD])[0].looks
    late = looked(REVIEW)[0].looks
    for name in ("k", "n_participants", "log_e", "ci_low", "ci_high", "z"):
        assert getattr(early[0], name) == pytest.approx(getattr(late[0], name), rel=1e-12)


def test_one_study_is_a_look():
    (one,) = looked([*in_set(PUBLISHED, OLD[0]), OLD[0]])
    assert [look.k for look in one.looks] == [1]
    assert one.diversity == 0


def test_a_review_without_a_published_version_looks_from_its_first_numbers_on():
    (confirmed,) = looked([*OLD, *NEW])
    assert [look.k for look in confirmed.looks] == [1, 2, 4, 5]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"n_control": 0, "is_contrast": True}, "an estimate that tells one arm alone"),
        ({"sd_control": None, "is_contrast": True}, "an estimate without the spread of the outcome"),
    ],
)
def test_without_people_or_a_size_there_is_evidence_and_no_boundary(changed, why):
    rows = [msgspec.structs.replace(OLD[0], **changed), OLD[1]]
    (confirmed,) = looked(rows)
    assert {(look.share, look.z_boundary, look.has_crossed) for look in confirmed.looks} == {(None, None, None)}, why
    assert confirmed.has_crossed is None
    assert all(look.z is not None and look.log_e is not None for look in confirmed.looks)


def test_a_difference_without_a_mid_is_not_bet_on_and_says_so():
    confirmed, _ = looked(REVIEW, protocol(mid=None))
    assert (confirmed.g, confirmed.g_from, confirmed.looks) == (None, NO_STAKE, ())


@pytest.mark.parametrize(
    ("supplements", "g"),
    [
        ({}, 16.0),
        ({"looks": {"g": {"score": 2.5}}}, 2.5),
        ({"looks": {"relative_reduction": 0.1}}, 16.0),  # of ratios, and this is none
    ],
)
def test_what_the_protocol_stakes_is_what_counts(supplements, g):
    confirmed, _ = looked(REVIEW, protocol(supplements=supplements))
    assert confirmed.g == g


def test_ratios_are_read_as_ratios_and_bet_on_as_logarithms():
    def row(study: str, yi: float, known: date) -> EffectInput:
        return means(study, yi, known, measure=Measure.HR, vi=0.03, is_contrast=True)

    rows = [row("Ash", -0.3, date(2020, 1, 1)), row("Birch", -0.1, date(2021, 1, 1))]
    (confirmed,) = looked(rows, protocol("HR", mid=None))
    assert confirmed.is_ratio
    assert confirmed.g == pytest.approx(log(0.75) ** 2)
    now = accumulate([-0.3, -0.1], [0.03, 0.03], Bet(confirmed.g))
    assert log(confirmed.looks[-1].ci_low) == pytest.approx(now.ci_low[-1])


def test_a_standardised_difference_has_no_mid_in_units_of_the_outcome():
    row = means("Ash", 0.4, date(2020, 1, 1), measure=Measure.SMD, vi=0.04, is_contrast=True)
    (confirmed,) = looked([row], protocol("SMD", mid=4))
    assert confirmed.g == 0.25


def test_rows_of_a_subgroup_alone_and_rows_without_an_effect_are_not_looked_at():
    more = [
        means("Sub", 9.0, date(2020, 1, 1), counts_in=Applicability.SUBGROUP),
        means("None", 9.0, date(2020, 1, 1), yi=None, vi=None),
    ]
    assert looked([*OLD, *more])[0].looks == looked([*OLD])[0].looks


def test_a_hundred_looks_have_their_boundaries():
    rows = [means(f"S{at:03}", 1.0, date.fromordinal(735_000 + at), n=5) for at in range(100)]
    (confirmed,) = looked(rows)
    told = [look.z_boundary for look in confirmed.looks if look.z_boundary is not None]
    assert told == sorted(told, reverse=True)
    assert confirmed.looks[-1].k == 100


def test_the_second_engine_confirms_every_look():
    assert crosscheck_looks(REVIEW, looked(REVIEW)) == ()


@pytest.mark.parametrize("name", ["information", "estimate", "ci_low", "ci_high", "log_e"])
def test_the_second_engine_names_a_number_that_is_another(name):
    confirmed, provisional = looked(REVIEW)
    wrong = msgspec.structs.replace(confirmed.looks[1], **{name: getattr(confirmed.looks[1], name) + 1e-6})
    looks = (confirmed.looks[0], wrong, confirmed.looks[2])
    (found,) = crosscheck_looks(REVIEW, (msgspec.structs.replace(confirmed, looks=looks), provisional))
    assert (found.name, found.look.place) == (name, 2)
    assert str(found).startswith(f"1.1, 6 months, confirmed, look 2: {name} is ")


@given(
    st.lists(st.tuples(st.floats(-3, 3), st.floats(1e-3, 5), st.integers(0, 4)), min_size=1, max_size=6),
    st.sampled_from([("HR", None), ("MD", 0.5), ("MD", 50.0)]),
    st.sampled_from([1e-8, 0.1, 1e6]),
)
@settings(max_examples=30)
def test_the_second_engine_confirms_whatever_there_is(studies, told, g):
    measure, mid = told
    rows = [
        means(f"S{at}", yi, date(2020, 1, 1 + day), vi=vi, measure=Measure(measure), is_contrast=True)
        for at, (yi, vi, day) in enumerate(studies)
    ]
    for supplements in ({}, {"looks": {"g": {"score": g}}}):
        found = looked(rows, protocol(measure, mid=mid, supplements=supplements))
        assert found[0].looks
        assert crosscheck_looks(rows, found) == ()


def test_the_second_engine_starts_from_the_arms():
    rows = [msgspec.structs.replace(row, yi=row.yi + 0.5) for row in REVIEW]
    assert {item.name for item in crosscheck_looks(rows, looked(rows))} >= {"estimate", "log_e"}
