"""What the second engine says of forecasts: those that are right are confirmed by every model, and a slip is named."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_rows import CONFIRMED, headline, means, protocol, row
from msgspec.structs import replace

from models.forecast import EffectForecast, PlannedStudy
from models.protocol import Protocol
from models.synthesis import EffectInput
from models.vocabulary import EvidenceSet, Measure, Rule
from synthesis.analyses import pool_review
from synthesis.crosscheck_forecast import ForecastCheck, Known, crosscheck_forecasts
from synthesis.forecast import Believed, Situation, forecast_effect
from synthesis.measures import effect_of_tables
from synthesis.tables import Tables, zero_cells_of

EFFECTS = st.lists(st.tuples(st.floats(-2, 2), st.floats(0.1, 1.5)), min_size=1, max_size=6)
WAYS = [
    ("common", "wald"), ("DL", "wald"), ("DL", "hksj"), ("REML", "wald"), ("REML", "hksj"), ("REML", "hksj-truncated"),
    ("ML", "wald"), ("PM", "wald"), ("HE", "wald"), ("SJ", "hksj"),
]  # fmt: skip
COUNTS = [(12, 60, 18, 60), (4, 30, 9, 31), (20, 110, 22, 100)]


def stated(
    of: Protocol, rows: Sequence[EffectInput], n: float = 100.0, k_before: int = 1
) -> tuple[Known, EffectForecast]:
    """What the first engine says, and what it rests on."""
    now = headline(of, list(rows))
    [old] = pool_review(list(rows[:k_before]), of, CONFIRMED)
    old = replace(old, evidence_set=EvidenceSet.PUBLISHED)
    known = Situation(
        protocol=of, analysis=of.analyses[0], now=now, old=old, before=old, rows=tuple(rows), new_participants={}
    )
    planned = PlannedStudy(study_id="NEW", n_intervention=n / 2, n_control=n / 2)
    found = forecast_effect(known, Believed.from_rows(rows, now), planned)
    return Known(list(rows), [now], [old], of), found


def check(of: Protocol, rows: Sequence[EffectInput], n: float = 100.0) -> ForecastCheck:
    known, found = stated(of, rows, n)
    assert found.is_computed
    return crosscheck_forecasts(known, [found])


def made(effects: Sequence[tuple[float, float]], measure: Measure = Measure.HR) -> list[EffectInput]:
    return [means(f"S{i}", yi, se, measure) for i, (yi, se) in enumerate(effects)]


def of_tables(measure: Measure, counts: Sequence[tuple[int, int, int, int]]) -> list[EffectInput]:
    tables = Tables.of(*(list(column) for column in zip(*counts, strict=True)))
    yi, vi = effect_of_tables(tables.corrected(zero_cells_of(measure)), measure, uncorrected=tables)
    return [
        row(
            f"S{i}", measure, n_intervention=n1, n_control=n2, events_intervention=a, events_control=c,
            yi=float(yi[0, i]), vi=float(vi[0, i]),
        )
        for i, (a, n1, c, n2) in enumerate(counts)
    ]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=4, deadline=None)
@given(effects=EFFECTS, n=st.floats(4, 3000), direction=st.sampled_from(["higher", "lower", "unknown"]))
def test_what_the_first_engine_says_is_confirmed(way: tuple[str, str], effects, n: float, direction: str) -> None:
    found = check(protocol("HR", *way, direction=direction), made(effects), n)
    assert (found.n_recomputed, found.not_recomputed, [str(item) for item in found.disagreements]) == (1, (), [])


# REML and a common effect pool tables alike under both conventions.
@pytest.mark.parametrize("measure", ["RR", "OR", "RD"])
@pytest.mark.parametrize(
    ("name", "model"),
    [("revman5", "mh"), ("revman5", "DL"), *(("revman2025", model) for model in ("mh", "DL", "REML", "common"))],
)
@pytest.mark.parametrize(
    "counts", [COUNTS, COUNTS[:1], [(0, 30, 4, 30), *COUNTS], [(29, 30, 28, 30), (47, 50, 50, 50)]]
)
def test_what_is_said_of_tables_is_confirmed(name: str, measure: str, model: str, counts) -> None:
    found = check(protocol(measure, model, name=name), of_tables(Measure(measure), counts), 80)
    assert (found.n_recomputed, found.not_recomputed, [str(item) for item in found.disagreements]) == (1, (), [])


@pytest.mark.parametrize("mid", [None, 0.3, 2.0])
@pytest.mark.parametrize("measure", ["MD", "SMD"])
def test_what_is_said_of_means_is_confirmed(measure: str, mid: float | None) -> None:
    found = check(protocol(measure, "REML", "hksj", mid=mid), made([(0.4, 0.2), (0.1, 0.3)], Measure(measure)))
    assert (found.n_recomputed, found.not_recomputed, [str(item) for item in found.disagreements]) == (1, (), [])


SLIPS = [
    ("se", 1.0001), ("predicted", 1.001), ("pi_low", 1.001), ("pi_high", 1.001), ("excludes", 0.9), ("clears", 0.5),
    ("excludes_benefit", 0.5), ("important_difference", 1.01),
]  # fmt: skip


@pytest.mark.parametrize(("name", "factor"), SLIPS)
def test_a_slip_is_named(name: str, factor: float) -> None:
    known, found = stated(protocol("HR", "REML"), made([(0.3, 0.15), (0.1, 0.3)]), 400)
    assert crosscheck_forecasts(known, [found]).disagreements == ()
    wrong = replace(found, **{name: getattr(found, name) * factor})
    [slip] = crosscheck_forecasts(known, [wrong]).disagreements
    assert name in slip.name and str(slip).startswith("NEW in o:t, revman2025: ")


@pytest.mark.parametrize("rule", [Rule.S1, Rule.S2, Rule.S4])
def test_a_slip_of_a_rule_is_named(rule: Rule) -> None:
    known, found = stated(protocol("MD", "REML", mid=0.3), made([(0.4, 0.25), (0.1, 0.3)], Measure.MD))
    moved = tuple(replace(one, chance=one.chance + 0.05 * (one.rule is rule)) for one in found.rules)
    turned = tuple(replace(one, fires_now=one.fires_now != (one.rule is rule)) for one in found.rules)
    for rules, name in ((moved, f"chance of {rule}"), (turned, f"{rule} tonight")):
        [slip] = crosscheck_forecasts(known, [replace(found, rules=rules)]).disagreements
        assert slip.name == name


@pytest.mark.parametrize("name", ["excludes_now", "rated_down_now"])
def test_a_slip_about_today_is_named(name: str) -> None:
    known, found = stated(protocol("HR", "REML"), made([(0.3, 0.15), (0.1, 0.3)]))
    [slip] = crosscheck_forecasts(known, [replace(found, **{name: not getattr(found, name)})]).disagreements
    assert slip.name == name


def test_what_has_no_second_formula_is_said() -> None:
    rows = [replace(item, zero_to="all", zero_add=0.1) for item in of_tables(Measure.RR, COUNTS)]
    found = check(protocol("RR", "mh"), rows)
    assert found.n_recomputed == 0
    assert found.not_recomputed == ("NEW in o:t, revman2025: its analysis has a rule of its own for zero cells",)


def test_of_what_cannot_be_forecast_there_is_nothing_to_confirm() -> None:
    known, found = stated(protocol("HR", "REML"), made([(0.3, 0.15)]))
    assert crosscheck_forecasts(known, [replace(found, excludes=None)]) == ForecastCheck(0, (), ())
