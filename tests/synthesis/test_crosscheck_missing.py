"""The second engine confirms what the missing would change, and finds what was changed."""

import msgspec
import pytest

from synthesis.crosscheck_missing import crosscheck_missing
from synthesis.missing_answers import missing_answers

MEANS = [
    ("A", "intervention", 31, 33, {"mean": 13.1, "sd": 3.51}),
    ("A", "control", 25, 31, {"mean": 9.48, "sd": 4.53}),
    ("B", "intervention", 95, 100, {"mean": 10.5, "sd": 6.0, "design_effect": 1.4}),
    ("B", "control", 94, 96, {"mean": 9.9, "sd": 6.5, "design_effect": 1.4, "shared_by": 2}),
    ("C", "intervention", 20, None, {"mean": 10.5, "sd": 6.0}),
    ("C", "control", 30, 35, {"mean": 7.9, "sd": 6.5}),
]
EVENTS = [
    ("A", "intervention", 95, 110, {"n_events": 10}),
    ("A", "control", 92, 98, {"n_events": 4}),
    ("B", "intervention", 40, 47, {"n_events": 5, "design_effect": 1.3}),
    ("B", "control", 50, 52, {"n_events": 7, "design_effect": 1.3}),
]
WITH_ZERO = [*EVENTS, ("Z", "intervention", 20, 25, {"n_events": 0}), ("Z", "control", 22, 22, {"n_events": 3})]
SCALE = {"lowest": 0, "highest": 48}
CASES = [
    (MEANS, {"measure": "MD", "model": "REML", "mid": 2.0, "missing": SCALE}),
    (MEANS, {"measure": "MD", "model": "DL", "interval": "hksj", "mid": 2.0}),
    (MEANS, {"measure": "SMD", "model": "common"}),
    (MEANS, {"measure": "ROM", "model": "REML", "missing": SCALE}),
    (EVENTS, {"measure": "RR", "model": "mh"}),
    (EVENTS, {"measure": "OR", "model": "mh"}),
    (EVENTS, {"measure": "RD", "model": "mh"}),
    (EVENTS, {"measure": "OR", "model": "peto"}),
    (EVENTS, {"measure": "PETO", "model": "common"}),
    (EVENTS, {"measure": "RR", "model": "DL", "convention": "revman5"}),
    (WITH_ZERO, {"measure": "OR", "model": "REML"}),
    (WITH_ZERO, {"measure": "RD", "model": "common"}),
]


@pytest.mark.parametrize(("rows", "choices"), CASES, ids=[" ".join(map(str, list(c.values())[:3])) for _, c in CASES])
def test_surface_and_tipping_points_are_confirmed(with_missing, rows, choices):
    inputs, effect, protocol = with_missing(rows, **choices)
    answers = missing_answers(inputs, [effect], protocol)
    assert answers[0].surface
    assert [str(item) for item in crosscheck_missing(inputs, [effect], answers)] == []


@pytest.mark.parametrize("rows_and_choices", [CASES[0], CASES[4], CASES[10]], ids=["means", "cells", "odds ratios"])
def test_a_number_that_is_wrong_is_found(with_missing, rows_and_choices):
    rows, choices = rows_and_choices
    inputs, effect, protocol = with_missing(rows, **choices)
    [answer] = missing_answers(inputs, [effect], protocol)
    first, *others = answer.surface
    moved = msgspec.structs.replace(first, ci_low=first.ci_low * (1 + 1e-6))
    edges = [
        msgspec.structs.replace(edge, intervention=edge.intervention * 1.001, control=edge.control * 1.001)
        if edge.size is not None
        else edge
        for edge in answer.tipping_points
    ]
    n_edges = sum(edge.size is not None for edge in edges)
    wrong = msgspec.structs.replace(answer, surface=(moved, *others), tipping_points=tuple(edges))
    found = crosscheck_missing(inputs, [effect], [wrong])
    assert [item.name for item in found if not item.name.startswith("margin")] == ["ci_low"]
    assert sum(item.name.startswith("margin") for item in found) == n_edges > 0
