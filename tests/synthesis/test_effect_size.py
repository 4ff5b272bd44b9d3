"""Arms become an effect, or the reason why there is none."""

import math

import pytest

from models.analysis import Analysis
from models.synthesis import Contrast
from models.vocabulary import EvidenceSet, EvidenceWord, Measure
from synthesis.effect_size import combine_means, effect_inputs

ANALYSES = [
    Analysis(analysis=outcome, comparison="cells", outcome=outcome, timepoint="6 months", measure=measure)
    for outcome, measure in (("alsfrsr", Measure.MD), ("survival", Measure.RR))
]


def effects(*arms):
    return effect_inputs(arms, ANALYSES, EvidenceSet.CONFIRMED)


def only(*arms):
    (effect,) = effects(*arms)
    return effect


def test_mean_difference_and_its_variance_are_those_of_the_published_table(arm):
    # Oh 2018, table 3: change of ALSFRS-R at 6 months
    effect = only(
        arm("intervention", outcome="alsfrsr", n_analysed=31, mean=-3.1, sd=3.51),
        arm("control", outcome="alsfrsr", n_analysed=25, mean=-6.48, sd=4.53),
    )
    assert effect.yi == pytest.approx(3.38, rel=1e-12)
    assert effect.vi == pytest.approx(3.51**2 / 31 + 4.53**2 / 25, rel=1e-15)
    assert (effect.n_intervention, effect.n_control, effect.n_participants) == (31, 25, 56)
    assert effect.note == ""


def test_risk_ratio_without_zero_cells_is_left_as_it_is(arm):
    effect = only(arm("intervention", n_analysed=33, n_events=32), arm("control", n_analysed=31, n_events=28))
    assert effect.yi == pytest.approx(math.log(32 / 33 / (28 / 31)), rel=1e-14)
    assert effect.vi == pytest.approx(1 / 32 - 1 / 33 + 1 / 28 - 1 / 31, rel=1e-13)
    assert effect.note == ""


@pytest.mark.parametrize(
    ("events", "others", "control", "control_others"),
    [(0, 12, 3, 9), (3, 9, 0, 12), (12, 0, 3, 9), (3, 9, 12, 0), (0, 12, 12, 0)],
)
def test_a_zero_cell_adds_a_half_to_all_four(arm, events, others, control, control_others):
    effect = only(
        arm("intervention", n_analysed=events + others, n_events=events),
        arm("control", n_analysed=control + control_others, n_events=control),
    )
    a, b, c, d = (cell + 0.5 for cell in (events, others, control, control_others))
    assert effect.yi == pytest.approx(math.log(a / (a + b) / (c / (c + d))), rel=1e-13)
    assert effect.vi == pytest.approx(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d), rel=1e-13)
    assert "0.5 added" in effect.note
    assert (effect.events_intervention, effect.events_control) == (events, control)


def test_a_study_where_no_one_has_the_event_has_no_effect(arm):
    effect = only(arm("intervention", n_analysed=15, n_events=0), arm("control", n_analysed=12, n_events=0))
    assert (effect.yi, effect.vi) == (None, None)
    assert "nobody" in effect.note
    assert effect.n_participants == 27


def test_where_everyone_has_the_event_the_risk_ratio_is_1_and_the_variance_that_of_corrected_cells(arm):
    effect = only(arm("intervention", n_analysed=15, n_events=15), arm("control", n_analysed=12, n_events=12))
    assert effect.yi == 0
    assert effect.vi == pytest.approx(1 / 15.5 - 1 / 16 + 1 / 12.5 - 1 / 13, rel=1e-13)
    assert "everybody" in effect.note


def test_several_intervention_arms_count_as_one_group_and_the_note_says_so(arm):
    dichotomous = only(
        arm("intervention", n_analysed=10, n_events=4, place="G1"),
        arm("intervention", n_analysed=12, n_events=6, place="G2"),
        arm("control", n_analysed=11, n_events=8),
    )
    assert (dichotomous.n_intervention, dichotomous.events_intervention) == (22, 10)
    assert "2 intervention arms combined" in dichotomous.note

    continuous = only(
        *(
            arm("intervention", outcome="alsfrsr", n_analysed=10, mean=mean, sd=sd)
            for mean, sd in [(-3, 2), (-4.5, 3.5), (-6.1, 4.2)]
        ),
        arm("control", outcome="alsfrsr", n_analysed=11, mean=-7.0, sd=3.0),
    )
    # reference/conversions.csv, group combine.groups
    assert continuous.n_intervention == 30
    assert continuous.sd_intervention == pytest.approx(3.4892774998936908, rel=1e-14)
    assert continuous.mean_intervention == pytest.approx((-3 - 4.5 - 6.1) / 3, rel=1e-14)


def test_combining_people_one_by_one_gives_their_own_mean_and_sd():
    values = [2.0, 3.5, 3.5, 7.0, -1.0]
    mean = sum(values) / 5
    sd = math.sqrt(sum((value - mean) ** 2 for value in values) / 4)
    assert combine_means((1, value, 0.0) for value in values) == (5, pytest.approx(mean), pytest.approx(sd))


INCOMPLETE = {
    "no control arm": ([("intervention", {"n_analysed": 33, "n_events": 32})], "no control arm reported"),
    "no events": (
        [("intervention", {"n_analysed": 33}), ("control", {"n_analysed": 31, "n_events": 28})],
        "without a number of events",
    ),
    "more events than people": (
        [("intervention", {"n_analysed": 3, "n_events": 4}), ("control", {"n_analysed": 31, "n_events": 28})],
        "without a number of events",
    ),
    "mean without sd": (
        [
            ("intervention", {"outcome": "alsfrsr", "n_analysed": 95, "mean": -5.5}),
            ("control", {"outcome": "alsfrsr", "n_analysed": 94, "mean": -5.9, "sd": 7.0}),
        ],
        "without a mean, a standard deviation",
    ),
    "no spread at all": (
        [
            ("intervention", {"outcome": "alsfrsr", "n_analysed": 9, "mean": -5.5, "sd": 0.0}),
            ("control", {"outcome": "alsfrsr", "n_analysed": 9, "mean": -5.9, "sd": 0.0}),
        ],
        "an SD that is not above 0",
    ),
    "an SD of 0 in one arm": (
        [
            ("intervention", {"outcome": "alsfrsr", "n_analysed": 9, "mean": -5.5, "sd": 4.1}),
            ("control", {"outcome": "alsfrsr", "n_analysed": 9, "mean": -5.9, "sd": 0.0}),
        ],
        "an SD that is not above 0",
    ),
    "same arm from two reports": (
        [
            ("intervention", {"n_analysed": 33, "n_events": 32}),
            ("intervention", {"n_analysed": 33, "n_events": 32, "report": "NCT01363401"}),
            ("control", {"n_analysed": 31, "n_events": 28}),
        ],
        "may be the same people",
    ),
    "from memory": (
        [
            ("intervention", {"n_analysed": 33, "n_events": 32, "evidence": EvidenceWord.MEMORY}),
            ("control", {"n_analysed": 31, "n_events": 28}),
        ],
        "recalled from memory",
    ),
}


@pytest.mark.parametrize(("rows", "reason"), INCOMPLETE.values(), ids=INCOMPLETE.keys())
def test_rows_that_do_not_determine_an_effect_stay_in_the_list_with_the_reason(arm, rows, reason):
    effect = only(*(arm(role, **changes) for role, changes in rows))
    assert (effect.yi, effect.vi) == (None, None)
    assert reason in effect.note
    assert "not pooled" in effect.note


def test_confirmed_rows_go_before_what_the_registry_posted(arm):
    effect = only(
        arm("intervention", n_analysed=33, n_events=32),
        arm("control", n_analysed=31, n_events=28),
        arm("intervention", n_analysed=35, n_events=30, report="NCT01363401", is_confirmed=False),
        arm("control", n_analysed=30, n_events=30, report="NCT01363401", is_confirmed=False),
    )
    assert (effect.n_intervention, effect.n_control) == (33, 31)
    assert effect.yi is not None
    assert "2 unconfirmed rows set aside" in effect.note
    assert effect.source == "PMID:30048006"


def test_order_of_rows_does_not_matter_and_the_weakest_evidence_is_named(arm):
    rows = [
        arm(role, study_id=study, n_analysed=20, n_events=events, evidence=evidence)
        for study, role, events, evidence in [
            ("B", "control", 4, EvidenceWord.VERBATIM),
            ("A", "intervention", 5, EvidenceWord.DERIVED),
            ("B", "intervention", 7, EvidenceWord.INFERRED),
            ("A", "control", 6, EvidenceWord.VERBATIM),
        ]
    ]
    assert effects(*rows) == effects(*reversed(rows))
    assert [(effect.study_id, effect.evidence) for effect in effects(*rows)] == [
        ("A", EvidenceWord.DERIVED),
        ("B", EvidenceWord.INFERRED),
    ]


@pytest.mark.parametrize("sei", [None, 0.0, 1e-200, 1e200, math.inf])
def test_a_standard_error_without_a_variance_leaves_the_study_out_and_pools_the_others(sei):
    analysis = Analysis(analysis="a", comparison="c", outcome="o", timepoint="t", measure=Measure.HR)
    place = {"comparison": "c", "outcome": "o", "timepoint": "t", "measure": Measure.HR, "is_confirmed": True}
    contrasts = [Contrast(study_id="A", yi=0.1, sei=sei, **place), Contrast(study_id="B", yi=0.2, sei=0.1, **place)]
    first, second = effect_inputs([], [analysis], EvidenceSet.CONFIRMED, contrasts)
    assert (first.yi, first.vi, second.yi) == (None, None, 0.2)
    assert "its standard error gives no variance above 0" in first.note
