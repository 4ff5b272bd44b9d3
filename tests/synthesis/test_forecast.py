"""What a trial would do before it reports: chances that are probabilities, agree with each other and with closed forms."""

from collections.abc import Sequence
from math import inf, log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_rows import CONFIRMED, counted, headline, means, protocol, row

from models.forecast import EffectForecast, PlannedStudy
from models.protocol import Protocol
from models.synthesis import EffectInput
from models.vocabulary import EvidenceSet, Measure, Rule
from synthesis.analyses import pool_review
from synthesis.forecast import (
    NO_ERROR,
    NOT_OF_COMPARISON,
    NOTHING_POOLED,
    PARTS,
    Believed,
    Situation,
    equal_parts,
    forecast_effect,
)
from synthesis.measures import effect_of_tables
from synthesis.normal_mixture import NormalMixture
from synthesis.signals import compare
from synthesis.tables import Tables, zero_cells_of

EFFECTS = st.lists(st.tuples(st.floats(-2, 2), st.floats(0.1, 1.5)), min_size=1, max_size=6)
WAYS = st.sampled_from([("common", "wald"), ("REML", "wald"), ("REML", "hksj"), ("DL", "wald")])
MODERATE = settings(max_examples=15, deadline=None)


def situation(of: Protocol, rows: Sequence[EffectInput], n_published: int = 1) -> Situation:
    """Tonight: the first rows are those of the published version."""
    old = headline(of, list(rows[:n_published])) if n_published else None
    return Situation(
        protocol=of,
        analysis=of.analyses[0],
        now=headline(of, list(rows)),
        old=old,
        before=old,
        rows=tuple(rows),
        new_participants={},
    )


def planned(n: float = 100.0) -> PlannedStudy:
    return PlannedStudy(study_id="NEW", n_intervention=n / 2, n_control=n / 2)


def forecast(of: Protocol, rows: Sequence[EffectInput], n: float = 100.0) -> EffectForecast:
    known = situation(of, rows)
    return forecast_effect(known, Believed.from_rows(rows, known.now), planned(n))


def made(effects: Sequence[tuple[float, float]], measure: Measure = Measure.HR) -> list[EffectInput]:
    return [means(f"S{i}", yi, se, measure) for i, (yi, se) in enumerate(effects)]


def test_equal_parts_are_the_quantiles_of_a_mixture() -> None:
    mixture = NormalMixture(np.array([[0.3, 0.7]]), np.array([[-2.0, 1.0]]), np.array([[0.5, 2.0]]))
    found = equal_parts(mixture, 9)
    for i, x in enumerate(found):
        assert mixture.below(x)[0] == pytest.approx((i + 0.5) / 9, abs=1e-9)


@pytest.mark.parametrize("n", [20, 100, 1000])
def test_under_a_common_effect_the_chance_is_that_of_a_closed_form(n: int) -> None:
    """The pooled interval excludes no effect where the new estimate lies beyond two lines, of which its distribution tells."""
    of, rows = protocol("HR", "common"), made([(-0.4, 0.3)])
    known = situation(of, rows)
    believed = Believed.from_rows(rows, known.now)
    assert believed is not None
    found = forecast_effect(known, believed, planned(n))
    assert found.se is not None and found.excludes is not None
    w0, w1 = 1 / 0.3**2, 1 / found.se**2
    reach = 1.959963984540054 * sqrt(w0 + w1)
    low, high = ((limit - w0 * -0.4) / w1 for limit in (-reach, reach))
    mixture = believed.estimates(found.se)
    wanted = float(mixture.below(low)[0] + 1 - mixture.below(high)[0])
    assert found.excludes == pytest.approx(wanted, abs=1 / PARTS)


@MODERATE
@given(effects=EFFECTS, way=WAYS, n=st.floats(4, 5000), direction=st.sampled_from(["higher", "lower", "unknown"]))
def test_chances_are_probabilities_and_agree(
    effects: list[tuple[float, float]], way: tuple[str, str], n: float, direction: str
) -> None:
    found = forecast(protocol("HR", *way, direction=direction), made(effects), n)
    chances = [found.excludes, found.clears, found.imprecision_changes, *(rule.chance for rule in found.rules)]
    assert all(chance is not None and 0 <= chance <= 1 for chance in chances)
    assert found.excludes is not None and found.clears is not None
    assert found.clears <= found.excludes, "what lies beyond an important difference lies beyond none"
    if direction == "unknown":
        assert found.excludes_benefit is None and found.excludes_harm is None
    else:
        assert found.excludes_benefit is not None and found.excludes_harm is not None
        assert found.excludes_benefit + found.excludes_harm == pytest.approx(found.excludes)
    assert found.pi_low is not None and found.predicted is not None and found.pi_high is not None
    assert found.pi_low < found.predicted < found.pi_high
    assert list(found.quantiles) == sorted(found.quantiles)


@MODERATE
@given(effects=EFFECTS, way=WAYS, seed=st.randoms())
def test_the_order_of_the_studies_tells_nothing(effects: list[tuple[float, float]], way: tuple[str, str], seed) -> None:
    rows = made(effects)
    shuffled = list(rows)
    seed.shuffle(shuffled)
    of = protocol("HR", *way)
    known = situation(of, rows)
    one = forecast_effect(known, Believed.from_rows(rows, known.now), planned())
    two = forecast_effect(known, Believed.from_rows(shuffled, known.now), planned())
    assert one.excludes == pytest.approx(two.excludes, abs=1.5 / PARTS)
    assert one.quantiles == pytest.approx(two.quantiles, rel=1e-6, abs=1e-8)


@MODERATE
@given(effects=EFFECTS, way=st.sampled_from([("common", "wald"), ("REML", "wald")]))
def test_a_trial_of_nobody_leaves_everything_as_it_is(effects: list[tuple[float, float]], way: tuple[str, str]) -> None:
    of, rows = protocol("HR", *way), made(effects)
    now = headline(of, rows)
    # Of two studies REML knows the difference alone, so that even a second trial of nobody can undo the first.
    if way[0] == "REML" and len(rows) == 1:
        return
    # On the very line of a rule the least step is one across it.
    old, lines = headline(of, rows[:1]), (0.0, log(0.75), log(1.25))
    limits = [log(limit) for limit in (now.ci_low or 1.0, now.ci_high or 1.0)]
    is_near = any(abs(limit - line) < 1e-2 for limit in limits for line in lines)
    before, after = old.yi or 0.0, now.yi or 0.0
    if is_near or abs(before) < 1e-2 or abs(abs(after - before) - 0.5 * abs(before)) < 1e-2 * abs(before):
        return
    found = forecast(of, rows, 1e-7)
    assert found.excludes == float(found.excludes_now or False)
    assert found.imprecision_changes == 0
    for rule in found.rules:
        if rule.rule in (Rule.S1, Rule.S2, Rule.S4):
            assert rule.chance == float(rule.fires_now)


@MODERATE
@given(effects=EFFECTS, sizes=st.tuples(st.integers(10, 4000), st.integers(10, 4000)))
def test_a_larger_trial_is_predicted_more_narrowly(effects: list[tuple[float, float]], sizes: tuple[int, int]) -> None:
    small, large = sorted(sizes)
    of, rows = protocol("HR", "REML"), made(effects)
    one, two = forecast(of, rows, small), forecast(of, rows, large)
    assert one.se is not None and two.se is not None and one.se >= two.se
    assert one.quantiles[-1] - one.quantiles[0] >= (two.quantiles[-1] - two.quantiles[0]) * (1 - 1e-9)


@MODERATE
@given(effects=EFFECTS, shift=st.floats(0.1, 20))
def test_another_unit_of_an_outcome_changes_no_chance(effects: list[tuple[float, float]], shift: float) -> None:
    """Points or tenths of points: the prior grows with the spread of one participant."""
    of = protocol("MD", "REML")
    one = forecast(of, made(effects, Measure.MD))
    two = forecast(of, made([(yi * shift, se * shift) for yi, se in effects], Measure.MD))
    assert one.excludes == pytest.approx(two.excludes, abs=1.5 / PARTS)
    assert two.quantiles == pytest.approx([q * shift for q in one.quantiles], rel=1e-4, abs=1e-4 * shift)


def test_the_rules_are_those_of_every_night() -> None:
    """With the median of the prediction as the trial's result, the rules fire as they will when it is entered."""
    of = protocol("MD", "common", mid=1.0)
    rows = [means("S1", 0.9, 0.5), means("S2", 1.4, 0.4)]
    found = forecast(of, rows)
    old, now = [
        [EffectInput(**({n: getattr(r, n) for n in r.__struct_fields__} | {"evidence_set": kind})) for r in some]
        for kind, some in ((EvidenceSet.PUBLISHED, rows[:1]), (CONFIRMED, rows))
    ]
    assert found.se is not None
    fired: dict[Rule, int] = {}
    for estimate in found.quantiles:
        inputs = [*old, *now, means("NEW", estimate, found.se)]
        effects = [e for kind in (EvidenceSet.PUBLISHED, CONFIRMED) for e in pool_review(inputs, of, kind)]
        for signal in compare(of, effects, {}):
            if signal.evidence_set is CONFIRMED:
                fired[signal.rule] = fired.get(signal.rule, 0) + signal.fired
    assert {rule.rule: round(rule.chance * PARTS) for rule in found.rules if rule.rule in fired} == fired
    assert set(fired) == {Rule.S1, Rule.S2, Rule.S4, Rule.S5}


def test_a_result_can_be_lost_as_well_as_won() -> None:
    """One small significant trial: a large further one takes its significance with the chance with which it stays out."""
    of, rows = protocol("HR", "common"), made([(-0.7, 0.3)])
    found = forecast(of, rows, 2000)
    assert found.excludes_now
    assert found.excludes is not None and 0.2 < found.excludes < 0.95
    assert found.chance_of(Rule.S1) == pytest.approx(1 - found.excludes, abs=0.05), "S1 leaves borderline p alone"


def test_high_risks_leave_ratios_little_room() -> None:
    """90 of 100 live under control: nothing near a ratio of 2 is predicted."""
    rows = [counted("S1", 45, 50, 46, 50)]
    found = forecast(protocol("RR", "mh", name="revman5"), rows, 200)
    assert found.pi_high is not None and found.pi_high < 1.5
    assert found.prior == "HN(0.5) x 0.08"


@pytest.mark.parametrize(
    ("rows", "arms", "unknown", "why"),
    [
        ([], planned(), "", NOTHING_POOLED),
        (made([(0.1, 0.2)]), None, NOT_OF_COMPARISON, NOT_OF_COMPARISON),
        (made([(0.1, 0.2)]), PlannedStudy(study_id="NEW", n_intervention=10, n_control=0), "", NO_ERROR),
        (
            [row("S1", Measure.HR, n_intervention=0, n_control=0, yi=0.1, vi=0.1, is_contrast=True)],
            planned(),
            "",
            NO_ERROR,
        ),
    ],
)
def test_what_cannot_be_computed_says_why(
    rows: list[EffectInput], arms: PlannedStudy | None, unknown: str, why: str
) -> None:
    known = situation(protocol("HR", "REML"), rows, n_published=0)
    found = forecast_effect(known, Believed.from_rows(rows, known.now), arms, unknown)
    assert found.unknown == why
    assert not found.is_computed
    assert found.excludes is None and found.predicted is None and found.quantiles == ()


def test_the_first_study_makes_an_outcome_poolable() -> None:
    known = situation(protocol("HR", "REML"), [], n_published=0)
    found = forecast_effect(known, None, planned())
    assert (found.chance_of(Rule.S5), found.excludes_now) == (1.0, None)


def test_participants_announce_themselves_before_any_result() -> None:
    """100 people beside 100: S3 fires; S6 asks for more than them of an effect of one standard error."""
    of, rows = protocol("HR", "common"), made([(0.3, 0.3)])
    known = situation(of, rows)
    believed = Believed.from_rows(rows, known.now)
    found = forecast_effect(known, believed, planned(100))
    assert (found.chance_of(Rule.S3), found.chance_of(Rule.S6)) == (1.0, 0.0)
    assert found.n_needed == 285
    assert forecast_effect(known, believed, planned(300)).chance_of(Rule.S6) == 1.0


def test_ratios_are_told_as_ratios() -> None:
    found = forecast(protocol("HR", "common"), made([(log(0.5), 0.2)]))
    assert found.predicted == pytest.approx(0.5)
    assert found.important_difference == pytest.approx(1.25)
    assert 0 < (found.pi_low or 0) < 0.5 < (found.pi_high or inf)


ARMS = st.tuples(st.integers(0, 60), st.integers(1, 60)).map(lambda pair: (min(pair), max(pair)))
TABLES = st.lists(st.tuples(ARMS, ARMS), min_size=1, max_size=4)
OF_TABLES = [("RR", "mh"), ("OR", "mh"), ("RD", "mh"), ("OR", "peto"), ("PETO", "peto"), ("RR", "DL"), ("RD", "REML")]


@settings(max_examples=60, deadline=None)
@given(
    tables=TABLES,
    way=st.sampled_from(OF_TABLES),
    name=st.sampled_from(["revman5", "revman2025"]),
    arms=st.tuples(st.floats(0, 1000), st.floats(0, 1000)),
)
def test_whatever_tables_there_are_a_night_gets_through(
    tables: list[tuple[tuple[int, int], tuple[int, int]]], way: tuple[str, str], name: str, arms: tuple[float, float]
) -> None:
    """Nobody, everybody, one person: chances are probabilities, or it is said why there are none."""
    measure = Measure(way[0])
    cells = [[np.array([n], dtype=float) for n in (a, n1, c, n2)] for (a, n1), (c, n2) in tables]
    raw = [Tables.of(*four) for four in cells]
    effects = [effect_of_tables(table.corrected(zero_cells_of(measure)), measure, table) for table in raw]
    rows = [
        row(
            f"S{i}", measure, n_intervention=n1, n_control=n2, events_intervention=a, events_control=c,
            yi=float(yi[0, 0]), vi=float(vi[0, 0]),
        )
        for i, (((a, n1), (c, n2)), (yi, vi)) in enumerate(zip(tables, effects, strict=True))
        if np.isfinite(yi[0, 0]) and vi[0, 0] > 0
    ]  # fmt: skip
    known = situation(protocol(*way, name=name), rows, n_published=min(1, len(rows)))
    two = PlannedStudy(study_id="NEW", n_intervention=arms[0], n_control=arms[1])
    found = forecast_effect(known, Believed.from_rows(rows, known.now), two)
    assert found.is_computed != bool(found.unknown)
    chances = [found.excludes, found.clears, found.imprecision_changes, *(rule.chance for rule in found.rules)]
    assert all(chance is None or 0 <= chance <= 1 for chance in chances)
    if found.clears is not None and found.excludes is not None:
        assert found.clears <= found.excludes
