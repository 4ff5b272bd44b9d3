"""What the missing of each analysis would change, or why nobody can say."""

from models.vocabulary import EvidenceSet
from synthesis.missing_answers import NOBODY, missing_answers

OH = [
    ("Oh", "intervention", 31, 33, {"mean": -3.10, "sd": 3.51}),
    ("Oh", "control", 25, 31, {"mean": -6.48, "sd": 4.53}),
]
LEE = [
    ("Lee", "intervention", 20, None, {"mean": -3.0, "sd": 3.0}),
    ("Lee", "control", 20, None, {"mean": -5.0, "sd": 3.0}),
]


def answer(found):
    inputs, effect, protocol = found
    [one] = missing_answers(inputs, [effect], protocol)
    return one


def test_the_missing_are_counted_and_their_surface_is_there(with_missing):
    found = answer(with_missing(OH, mid=4.0))
    assert (found.n_missing, found.n_people, found.reason) == (8, 64, "")
    assert {point.question for point in found.tipping_points} == {"no effect", "side", "MID"}
    assert found.surface
    assert found.estimands


def test_where_everybody_has_a_value_nothing_is_assumed(with_missing):
    rows = [(study, role, n, n, numbers) for study, role, n, _, numbers in OH]
    found = answer(with_missing(rows))
    assert (found.n_missing, found.reason, found.surface, found.tipping_points) == (0, NOBODY, (), ())


def test_where_nobody_tells_how_many_were_randomised_nothing_is_computed(with_missing):
    found = answer(with_missing(LEE))
    assert found.counted == ()
    assert found.estimands == ()
    assert "n_randomised" in found.reason
    assert found.reason.startswith("Lee: ")


def test_studies_whose_missing_are_not_known_stay_as_analysed_and_are_named(with_missing):
    found = answer(with_missing([*OH, *LEE]))
    assert (found.n_missing, found.n_people) == (8, 64)
    assert found.reason.startswith("Lee: ")
    assert found.surface


def test_only_headlines_of_the_first_convention_are_answered(with_missing):
    inputs, effect, protocol = with_missing(OH)
    others = [
        effect.__class__(**{**{name: getattr(effect, name) for name in effect.__struct_fields__}, **change})
        for change in (
            {"is_headline": False},
            {"convention": "revman5"},
            {"k": 0},
            {"evidence_set": EvidenceSet.UNDISPUTED},
        )
    ]
    assert missing_answers(inputs, others, protocol) == ()


def test_counting_people_without_the_event_turns_what_is_better(with_missing):
    """An analysis that swaps events counts survivors as deaths: more of them is then worse."""
    rows = [("A", "intervention", 90, 100, {"n_events": 60}), ("A", "control", 90, 100, {"n_events": 40})]
    inputs, effect, protocol = with_missing(rows, measure="RR", model="mh")
    plain = answer((inputs, effect, protocol))
    turned_rows = [analysis.model_copy(update={"swaps_events": True}) for analysis in protocol.analyses]
    turned = answer((inputs, effect, protocol.with_analyses(turned_rows)))

    def worst(found):
        [one] = [item for item in found.estimands if item.strategy == "worst case"]
        return one.estimate

    assert worst(plain) < effect.estimate < worst(turned)
