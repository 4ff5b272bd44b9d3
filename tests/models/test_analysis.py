"""What a review cannot compute is refused when it is loaded, with file, line and field; what it can is taken."""

from pathlib import Path

import pytest
from made_up_folders import Cells, analysis, arm, arms, contrast, outcome, write_folder

from models.analysis import Analysis
from models.folder_files import ReviewError
from models.review import load_review

TWO = arms("Ash 2001", 3, 50, 6, 50)
MEANS = (arm("Ash 2001", "intervention", 50, mean=1, sd=2), arm("Ash 2001", "control", 50, mean=2, sd=2))
RATIO = contrast("Ash 2001", "HR", estimate=0.8, se=0.1)

LINES: list[tuple[str, Cells, str, str]] = [
    # what a line of analyses.csv says, which field is named, and what is to be done
    ("hazard ratios from arms", {"measure": "HR", "method": "iv", "given": "arms"}, "given", "write 'contrast' or 'o_minus_e'"),
    ("a generic measure from arms", {"measure": "GEN", "method": "iv", "is_log": "false", "given": "arms"}, "given", "write 'contrast'"),
    ("Peto under random effects", {"measure": "PETO", "method": "peto", "model": "random", "estimator": "DL"}, "row", "fixed-effect"),
    ("Peto of risk ratios", {"measure": "RR", "method": "peto"}, "row", "Peto's method pools odds ratios"),
    ("HKSJ under a common effect", {"interval": "hksj"}, "row", "hksj needs a random-effects model"),
    ("truncated HKSJ under a common effect", {"interval": "hksj-truncated"}, "row", "needs a random-effects model"),
    ("a generic measure without a scale", {"measure": "GEN", "method": "iv"}, "is_log", "write true if its estimates are logarithms"),
    ("a scale that the measure has itself", {"is_log": "true"}, "is_log", "leave it empty"),
    ("random effects without an estimator", {"method": "iv", "model": "random"}, "row", "needs an estimator"),
    ("an estimator under a fixed effect", {"method": "iv", "estimator": "REML"}, "row", "leave estimator REML empty"),
    ("a common effect as estimator", {"method": "iv", "model": "random", "estimator": "common"}, "row", "take REML or DL"),
    ("an unknown estimator", {"method": "iv", "model": "random", "estimator": "REMl"}, "estimator", "write 'REML'"),
    ("method without model", {"model": ""}, "row", "method and model go together"),
    ("Mantel-Haenszel of means", {"measure": "MD"}, "row", "write method iv"),
    ("Mantel-Haenszel of rates", {"measure": "IRR"}, "method", "write 'iv'"),
    ("Mantel-Haenszel of hazards", {"measure": "HR"}, "method", "write 'iv'"),
    ("swapped events of means", {"measure": "MD", "method": "iv", "swaps_events": "true"}, "swaps_events", "write false"),
    ("zero cells of means", {"measure": "MD", "method": "iv", "zero_add": 0.5}, "zero_add", "leave it empty"),
    ("zero cells of rates", {"measure": "IRR", "method": "iv", "zero_to": "none"}, "zero_to", "leave it empty"),
    ("zero cells of estimates", {"method": "iv", "given": "contrast", "zero_double": "keep"}, "zero_double", "leave it empty"),
    ("zero cells of nobody's method", {"method": "", "model": "", "zero_add": 0.5}, "row", "give method and model"),
    ("nothing added, and something", {"zero_to": "none", "zero_add": 0.5}, "row", "zero_to none adds nothing"),
    ("an unknown rule for zero cells", {"zero_to": "only"}, "zero_to", "write 'only0'"),
    ("an unknown rule for double zeros", {"zero_double": "kept"}, "zero_double", "write 'keep'"),
    ("less than nothing", {"zero_add": -1}, "zero_add", "greater than or equal to 0"),
    ("a level of per cent", {"level": 95}, "level", "less than 1"),
    ("an unknown comparison", {"comparison": "drugs"}, "comparison", "write 'drug'"),
    ("an unknown outcome", {"outcome": "relieve"}, "outcome", "write 'relief'"),
    ("an unknown time", {"timepoint": "6 month"}, "timepoint", "write '6 months'"),
    ("unknown totals", {"totals": "subgroup"}, "totals", "write 'subgroups'"),
]  # fmt: skip


def complaint(folder: Path) -> str:
    with pytest.raises(ReviewError) as raised:
        load_review(folder)
    return str(raised.value)


@pytest.mark.parametrize(("told", "field", "to_do"), [line[1:] for line in LINES], ids=[line[0] for line in LINES])
def test_an_analysis_that_cannot_be_computed_is_refused(tmp_path: Path, told: Cells, field: str, to_do: str) -> None:
    write_folder(tmp_path, analyses=[analysis("1.1", **told)])
    [said] = complaint(tmp_path).splitlines()
    assert said.startswith(f"{tmp_path / 'analyses.csv'}:2: {field}: ")
    assert to_do in said


ROWS: list[tuple[str, Cells, str, tuple[Cells, ...], str, str]] = [
    # analysis, file, its rows, which field is named, and what is to be done
    ("arms for hazard ratios", {"measure": "HR", "method": "iv"}, "extraction", TWO, "arm", "enter its estimate in contrasts.csv"),
    ("arms for a generic measure", {"measure": "GEN", "method": "iv", "is_log": "false"}, "extraction", TWO, "arm", "contrasts.csv"),
    ("arms where estimates are taken", {"method": "iv", "given": "contrast"}, "extraction", TWO, "arm", "contrasts.csv"),
    ("estimates where arms are taken", {"given": "arms"}, "contrasts", (contrast("Ash 2001", "RR", estimate=0.8, se=0.1),), "measure", "extraction.csv"),
    ("an estimate where O - E is taken", {"measure": "HR", "method": "iv", "given": "o_minus_e"}, "contrasts", (RATIO,), "estimate", "takes o_minus_e"),
    ("an estimate of another measure", {"method": "iv"}, "contrasts", (RATIO,), "measure", "not the same"),
    ("means for risk ratios", {}, "extraction", MEANS, "mean", "give n_events"),
    ("events for means", {"measure": "MD", "method": "iv"}, "extraction", TWO, "n_events", "give mean and sd"),
    ("rates without time", {"measure": "IRR", "method": "iv"}, "extraction", TWO, "person_time", "give the person-time"),
    ("Peto's estimate", {"measure": "PETO", "method": "peto"}, "contrasts", (contrast("Ash 2001", "PETO", estimate=0.8, se=0.1),), "row", "o_minus_e with variance"),
    ("a ratio below 0", {"measure": "HR", "method": "iv"}, "contrasts", (contrast("Ash 2001", "HR", estimate=-0.2, se=0.1),), "row", "is_log true"),
    ("an estimate without an error", {"measure": "HR", "method": "iv"}, "contrasts", (contrast("Ash 2001", "HR", estimate=0.8),), "row", "needs se"),
    ("a shared intervention", {}, "extraction", (TWO[0] | {"shared_by": 2}, TWO[1]), "row", "shared_by divides a control group"),
    ("clusters without their size", {}, "extraction", (TWO[0] | {"icc": 0.02}, TWO[1]), "row", "icc and cluster_size go together"),
    ("an unknown analysis", {}, "extraction", tuple(row | {"analysis": "1.2"} for row in TWO), "analysis", "write '1.1'"),
    ("another outcome than the analysis has", {}, "extraction", tuple(row | {"outcome": "harm"} for row in TWO), "outcome", "is about 'relief'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("told", "file", "rows", "field", "to_do"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_numbers_that_an_analysis_cannot_use_are_refused(
    tmp_path: Path, told: Cells, file: str, rows: tuple[Cells, ...], field: str, to_do: str
) -> None:
    write_folder(tmp_path, analyses=[analysis("1.1", **told)], **{file: rows})
    said = [line for line in complaint(tmp_path).splitlines() if line.startswith(f"{tmp_path / file}.csv:2: ")]
    assert [line for line in said if f":2: {field}: " in line and to_do in line], said


def test_a_method_is_that_of_the_outcomes_measure(tmp_path: Path) -> None:
    """A line without a measure has its outcome's."""
    for measure, method, instead in (("RR", "peto", "mh"), ("PETO", "mh", "peto"), ("RD", "peto", "mh")):
        write_folder(
            tmp_path, told={"outcomes": [outcome("relief", measure=measure)]}, analyses=[analysis("1", method=method)]
        )
        wanted = f"analyses.csv:2: method: {method!r}: it does not pool {measure}; write 'iv' or {instead!r}"
        assert wanted in complaint(tmp_path)


def test_a_convention_pools_every_measure_that_the_review_has(tmp_path: Path) -> None:
    models = {"continuous": [{"model": "REML"}], "dichotomous": [{"model": "mh"}]}
    told = {"outcomes": [outcome("relief", measure="PETO")], "conventions": [{"name": "revman2025"} | models]}
    write_folder(tmp_path, told=told)
    assert "conventions.revman2025: 'mh' does not pool PETO, the measure of relief:6 months" in complaint(tmp_path)


def test_a_generic_outcome_without_analyses_says_what_to_write(tmp_path: Path) -> None:
    write_folder(tmp_path, told={"outcomes": [outcome("relief", measure="GEN")]})
    assert "say in analyses.csv whether its estimates are logarithms (is_log)" in complaint(tmp_path)


def test_an_analysis_of_which_nobody_says_how_it_is_pooled_is_refused(tmp_path: Path) -> None:
    write_folder(tmp_path, analyses=[analysis("1.1", method="", model="")])
    assert f"{tmp_path / 'analyses.csv'}:2: method: '': nothing says how 1.1 is pooled as published" in complaint(
        tmp_path
    )


NAMES: list[tuple[list[str], list[str]]] = [
    # comparisons, the names that analyses are derived by
    (["drug"], ["relief:6 months", "relief:12 months", "harm:12 months"]),
    (
        ["drug", "dose"],
        [
            f"{item}:{name}"
            for item in ("drug", "dose")
            for name in ("relief:6 months", "relief:12 months", "harm:12 months")
        ],
    ),
]


@pytest.mark.parametrize(("comparisons", "names"), NAMES)
def test_without_analyses_each_outcome_is_one_at_each_time_of_each_comparison(
    tmp_path: Path, comparisons: list[str], names: list[str]
) -> None:
    told = {
        "comparisons": [{"id": name, "title": name, "intervention": "A", "control": "B"} for name in comparisons],
        "timepoints": [{"name": "6 months"}, {"name": "12 months"}],
        "outcomes": [
            outcome("relief", timepoints=["6 months", "12 months"]),
            outcome("harm", timepoints=["12 months"]),
        ],
        "conventions": [{"name": "revman2025", "continuous": [{"model": "REML"}], "dichotomous": [{"model": "REML"}]}],
    }
    protocol = load_review(write_folder(tmp_path, told=told)).protocol
    assert [item.analysis for item in protocol.analyses] == names
    assert {type(item) for item in protocol.analyses} == {Analysis}


def test_a_review_without_a_published_version_judges_bias_and_certainty(tmp_path: Path) -> None:
    """At the stage of a protocol no version has a name: the column stays empty."""
    rows: Cells = {"study_id": "Ash 2001", "domain": "overall", "judgement": "some concerns", "tool": "RoB 2"}
    write_folder(
        tmp_path,
        told={"watched_from": "2024-01-01"},
        analyses=[analysis("1.1")],
        risk_of_bias=[rows | {"analysis": "1.1", "version": "", "source": "own"}],
        certainty=[{"analysis": "1.1", "certainty": "low", "reasons": "imprecision", "version": "", "source": "own"}],
    )
    (tmp_path / "published" / "2020.yaml").unlink()
    review = load_review(tmp_path)
    assert review.baseline.version == ""
    assert [(row.analysis, row.outcome) for row in review.certainty] == [("1.1", "relief")]
    assert [row.judgement for row in review.as_of(review.baseline.search_date).risk_of_bias] == ["some concerns"]
    assert review.as_of(review.baseline.search_date).certainty == review.certainty
