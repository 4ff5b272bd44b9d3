"""What a night pools of an adopted review equals what the whole-analysis engine computes of the package, number by number."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from exchange.adopted import folder_of
from exchange.adopted_lists import Told
from exchange.cochrane.package import Package
from exchange.cochrane.read import read_package
from flows.recompute import row_of, settings_of
from judging.evidence import as_printed, numbers_of_review
from judging.rulings import rule
from models.analysis import Applicability
from models.review import Review, load_review
from models.synthesis import EffectInput, PooledEffect, SubgroupTest
from models.vocabulary import Convention, EvidenceSet
from synthesis.analyses import pool_review, pool_subgroups_of
from synthesis.analysis import AnalysisResult, Total, analyse
from synthesis.crosscheck import crosscheck

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "cochrane"
NAMES = ["CD007654", "CD009958", "CD010461", "CD011506", "CD013776", "CD014353", "v1-Fleiss1993"]
TOLERANCE = 1e-12
"""Of max(1, |x|): two paths through one arithmetic."""


Results = dict[str, AnalysisResult]


class Night(NamedTuple):
    """The published evidence set of an adopted review, pooled as published."""

    review: Review
    inputs: list[EffectInput]
    effects: dict[str, PooledEffect]
    subgroups: dict[tuple[str, str], PooledEffect]
    tests: dict[str, SubgroupTest]


def night_of(package: Package, folder: Path) -> Night:
    told = Told(review="adopted", adopted_on=date(2026, 11, 28), search_date=date(2026, 1, 1), version="2026")
    for name, text in folder_of(package, told).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    review = load_review(folder)
    studies = {item.study_id: item.study_id for version in review.versions for item in version.listed}
    rulings = rule(review, studies, lambda text: text if text in studies else None)
    assert not rulings.tasks
    numbers, queue = numbers_of_review(rulings.review, {})
    assert not queue
    inputs = as_printed(rulings.review, numbers)
    effects = pool_review(inputs, review.protocol, EvidenceSet.PUBLISHED)
    subgroups, tests = pool_subgroups_of(inputs, review.protocol, EvidenceSet.PUBLISHED)
    return Night(
        review,
        inputs,
        {item.analysis: item for item in effects if item.convention is Convention.PUBLISHED},
        {(item.analysis, _named(item)): item for item in subgroups if item.convention is Convention.PUBLISHED},
        {item.analysis: item for item in tests if item.convention is Convention.PUBLISHED},
    )


def _named(effect: PooledEffect) -> str:
    return f"{effect.subgroup.number} {effect.subgroup.name}".strip()


def results_of(package: Package) -> Iterator[tuple[str, AnalysisResult]]:
    for told in package.analyses:
        yield told.key, analyse([row_of(item) for item in package.rows_of(told.key)], settings_of(told))


def differences(where: str, total: Total, found: PooledEffect) -> Iterator[str]:
    """Numbers that the two paths do not give alike; those of heterogeneity say nothing of one study."""
    pooled = total.pooled
    pairs = {
        "k": (total.k, found.k),
        "estimate": (total.estimate, found.estimate),
        "ci_low": (total.ci_low, found.ci_low),
        "ci_high": (total.ci_high, found.ci_high),
        "se": (pooled.se, found.se),
        "p": (total.p, found.p_value),
        "tau2": (pooled.tau2, found.tau2),
        "tau2_low": (pooled.tau2_low, found.tau2_low),
        "tau2_high": (pooled.tau2_high, found.tau2_high),
        "q": (pooled.q, found.q),
        "i2": (pooled.i2_pct, found.i2_pct),
        "n": (pooled.n_participants, found.n_participants),
    }
    if found.pi_low is not None:
        pairs |= {"pi_low": (total.pi_low, found.pi_low), "pi_high": (total.pi_high, found.pi_high)}
    for name, (one, other) in pairs.items():
        if not is_near(one, other):
            yield f"{where} {name}: {one} whole, {other} nightly"


def is_near(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= TOLERANCE * max(1.0, abs(one))


def folder_of_package(name: str) -> Path:
    """Where a sample's package lies: a zip, or an unpacked folder."""
    return next(path for path in (SAMPLES / name).iterdir() if path.is_dir() or path.suffix == ".zip")


@pytest.fixture(scope="module", params=NAMES)
def adopted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Night, Results]:
    package = read_package(folder_of_package(request.param))
    return night_of(package, tmp_path_factory.mktemp("adopted")), dict(results_of(package))


def test_every_total_of_a_night_is_that_of_the_whole_analysis(adopted: tuple[Night, Results]) -> None:
    night, results = adopted
    shown = {key: result for key, result in results.items() if result.settings.has_overall}
    assert set(night.effects) == set(shown) != set()
    said = [line for key, item in shown.items() for line in differences(key, item.overall, night.effects[key])]
    assert said == []


def test_every_subgroup_of_a_night_is_that_of_the_whole_analysis(adopted: tuple[Night, Results]) -> None:
    night, results = adopted
    shown = {
        (key, total.subgroup or ""): total
        for key, result in results.items()
        if result.settings.has_subgroups
        for total in result.subgroups
    }
    assert set(night.subgroups) == set(shown)
    said = [line for key, total in shown.items() for line in differences(" ".join(key), total, night.subgroups[key])]
    assert said == []


def test_every_test_of_subgroups_is_that_of_the_whole_analysis(adopted: tuple[Night, Results]) -> None:
    night, results = adopted
    asked = {key: result.test for key, result in results.items() if result.test and result.test.df}
    assert set(night.tests) == set(asked)
    for key, test in asked.items():
        found = night.tests[key]
        assert (found.chi2, found.df, found.p_value, found.i2_pct) == pytest.approx(
            (test.chi2, test.df, test.p, test.i2_pct), rel=TOLERANCE, abs=TOLERANCE
        )


def test_every_weight_in_a_total_is_that_of_the_whole_analysis(adopted: tuple[Night, Results]) -> None:
    """Rows that count in the total; what those of subgroups alone are shown to weigh is for the forest plot."""
    night, results = adopted
    for key, result in results.items():
        if result.settings.has_overall:
            counted = [row for row in result.rows if row.applicability is not Applicability.SUBGROUP]
            weights = sorted(row.weight_pct for row in counted if row.weight_pct is not None)
            assert sorted(weight.pct for weight in night.effects[key].weights) == pytest.approx(weights, rel=1e-12)


def test_the_second_engine_confirms_every_total(adopted: tuple[Night, Results]) -> None:
    night, _ = adopted
    assert crosscheck(night.inputs, list(night.effects.values())) == ()
