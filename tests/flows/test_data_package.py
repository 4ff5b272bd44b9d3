"""A review given back as a data package: everything computed anew is what the authors had published."""

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from made_up_packages import analysis, entry, row, write_package

from exchange.adopted_lists import Told
from exchange.cochrane.read import read_package
from flows.adopt import adopt
from flows.data_package import data_package
from flows.recompute import REPRODUCED, recompute
from judging.evidence import arm_of, contrast_of
from models.review import Review, review_named
from models.settings import Settings
from models.synthesis import EffectInput
from models.vocabulary import EvidenceSet, Measure
from synthesis.analyses import pool_review
from synthesis.effect_size import effect_inputs

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "cochrane"
TODAY = date(2026, 11, 30)
TOLD = Told(review="made_up", adopted_on=TODAY)
MANY = Path(__file__).parents[1] / "many_comparisons" / "reviews"
AS_REVMAN = 1e-6
"""Of max(1, |x|): what RevMan itself solves in steps; P of the effect and limits of tau² come no nearer."""


@pytest.mark.parametrize(
    ("name", "n_cells"),
    [("CD007654", 2168), ("CD009958", 1080), ("CD010461", 1403), ("CD013776", 3312), ("CD014353", 3665)],
)
def test_every_cell_of_a_real_package_is_computed_again(name: str, n_cells: int, tmp_path: Path) -> None:
    if not SAMPLES.is_dir():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"no real packages at {SAMPLES}")
    package = read_package(next((SAMPLES / name).iterdir()))
    review = adopt(package, TOLD, tmp_path).review
    back = read_package(data_package(review, TODAY).write(tmp_path))
    cells = [
        (one.key, column, cell, other.cells[column])
        for lines in ((package.analyses, back.analyses), (package.rows, back.rows), (package.subgroups, back.subgroups))
        for one, other in zip(*lines, strict=True)
        for column, cell in one.cells.items()
        if not column.endswith("(support)")
    ]
    assert [item for item in cells if not _agree(item[2], item[3])] == []
    assert len(cells) == n_cells


def _agree(printed: str, written: str) -> bool:
    try:
        one, other = float(printed), float(written)
    except ValueError:
        return printed == written
    return abs(one - other) <= AS_REVMAN * max(1.0, abs(one))


def test_a_written_package_is_reproduced_from_its_own_rows(tmp_path: Path) -> None:
    review = review_named(Settings().reviews, "als_cell_therapy")
    back = read_package(data_package(review, TODAY).write(tmp_path))
    assert {item.verdict for item in recompute(back)} <= REPRODUCED
    first = back.analyses[0].published
    assert (first.estimate, first.ci_low, first.ci_high) == pytest.approx((3.38, 1.22, 5.54), abs=0.005)
    assert [item.weight for item in back.rows] == [100] * 5


def test_the_estimates_of_the_version_may_be_written_beside_computed_weights(tmp_path: Path) -> None:
    told = {"Mean": 0.5, "CI start": 0.24, "CI end": 1.01}
    path = write_package(tmp_path, analyses=[analysis(**told)], rows=[row(1, 1, "Ash 2001")])
    review = adopt(read_package(path), TOLD, tmp_path).review
    printed = read_package(data_package(review, TODAY, published=True).write(tmp_path))
    assert (printed.analyses[0].published.ci_high, printed.rows[0].weight) == (1.01, 100)
    computed = read_package(data_package(review, TODAY).write(tmp_path))
    assert computed.analyses[0].published.ci_high == pytest.approx(1.0136, abs=1e-4)


def test_a_trial_that_was_entered_since_is_in_the_package(tmp_path: Path) -> None:
    path = write_package(tmp_path, analyses=[analysis()], rows=[row(1, 1, "Ash 2001")])
    adopt(read_package(path), TOLD, tmp_path)
    table = tmp_path / "made_up" / "extraction.csv"
    lines = table.read_text().splitlines()
    more = [line.replace("Ash 2001", "NCT02468135") for line in lines[1:]]
    table.write_text("\n".join([*lines, *more]) + "\n")
    review = review_named(tmp_path, "made_up")
    back = read_package(data_package(review, TODAY, _inputs(review)).write(tmp_path))
    assert [(item.study, item.weight) for item in back.rows] == [("Ash 2001", 50), ("NCT02468135", 50)]
    assert [item.name for item in back.studies] == ["Ash 2001", "NCT02468135"]
    assert back.analyses[0].published.n1 == 200


def _inputs(review: Review) -> tuple[EffectInput, ...]:
    arms, contrasts = map(arm_of, review.extraction), map(contrast_of, review.contrasts)
    return effect_inputs(list(arms), review.protocol.analyses, EvidenceSet.CONFIRMED, list(contrasts))


def test_parts_of_one_trial_keep_the_names_that_the_lists_give_them(tmp_path: Path) -> None:
    """A night calls both by their registration, and tells them apart by these names."""
    url = "https://clinicaltrials.gov/study/NCT02468135"
    names = ("Ash 2001a", "Ash 2001b")
    path = write_package(
        tmp_path,
        analyses=[analysis()],
        rows=[row(1, 1, name) for name in names],
        references={"included": [entry(name, url) for name in names]},
    )
    review = adopt(read_package(path), TOLD, tmp_path).review
    years = dict(zip(names, ("2001", "2003"), strict=True))
    [version] = review.versions
    listed = [item.model_copy(update={"year": years[item.label]}) for item in version.included]
    review = replace(review, versions=(version.model_copy(update={"included": listed}),))
    rows = [item.model_copy(update={"study_id": "NCT02468135", "part": item.study_id}) for item in review.extraction]
    back = read_package(data_package(replace(review, extraction=tuple(rows)), TODAY).write(tmp_path))
    assert {item.study: str(item.year) for item in back.rows} == years


def test_a_review_of_everything_is_given_back_with_the_estimates_of_its_page(tmp_path: Path) -> None:
    """Thirty-six analyses: means, counts, rates, hazard ratios, O - E, clusters, cross-over trials, shared controls."""
    review = review_named(MANY, "hiccups")
    inputs = _inputs(review)
    written = data_package(review, TODAY, inputs)
    back = read_package(written.write(tmp_path))
    assert [item.done.split(":")[0] for item in written.left_out] == ["analysis 1.4", "analysis 6.3", "analysis 9.2"]
    assert len(back.rows) == len(inputs)
    told = {written.keys[item.key]: item.published for item in back.analyses}
    ours = {
        effect.analysis: (effect.estimate, effect.ci_low, effect.ci_high)
        for effect in pool_review(inputs, review.protocol, EvidenceSet.CONFIRMED)
        if effect.is_headline and effect.convention is review.protocol.conventions[0].name
    }
    theirs = {name: (told[name].estimate, told[name].ci_low, told[name].ci_high) for name in ours}
    assert len(ours) > 20
    for name, numbers in ours.items():
        digits = 1e-3 if review.protocol.analysis(name).measure is Measure.SMD else 1e-9
        assert theirs[name] == (pytest.approx(numbers, rel=digits, abs=digits) if None not in numbers else numbers)
