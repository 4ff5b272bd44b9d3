"""Data packages of every layout are read to the last cell, and what cannot be read is named."""

import csv
import io
import os
import re
import time
from collections import Counter
from pathlib import Path

import pytest
from made_up_packages import analysis, article, entry, package_files, row, study, write_package

from exchange.cochrane.package import (
    Applicability,
    DataType,
    EffectModel,
    Layout,
    Method,
    Package,
    PackageError,
    RiskOfBias,
    StudyList,
)
from exchange.cochrane.read import read_package
from models.vocabulary import Interval, Measure, Model

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "cochrane"


@pytest.fixture(scope="session")
def samples() -> Path:
    """Real packages, which live beside the project and not in it."""
    if not SAMPLES.is_dir():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"no real packages at {SAMPLES}")
    return SAMPLES


def losses(package: Package) -> list[str]:
    return [str(loss) for loss in package.losses]


@pytest.mark.parametrize(
    ("sample", "layout", "counts", "lists"),
    [
        ("CD010461", Layout.V2, (4, 16, 16, 19, 0, 5), {"included": 5, "awaiting": 36, "ongoing": 19}),
        ("CD007654", Layout.V2, (5, 21, 5, 38, 0, 8), {"included": 8, "awaiting": 1}),
        ("CD014353", Layout.V2, (3, 28, 27, 66, 17, 11), {"included": 11, "awaiting": 1, "ongoing": 1}),
        ("CD009958", Layout.V2, (9, 9, 8, 18, 0, 11), {"included": 11, "ongoing": 9}),
        ("CD013776", Layout.V2, (6, 16, 12, 88, 8, 16), {"included": 16, "ongoing": 2}),
        ("CD011506", Layout.MIDDLE, (1, 13, 13, 49, 0, 5), {"included": 5, "ongoing": 5}),
        ("CD013185", Layout.V2, (0, 0, 0, 0, 0, 0), {"awaiting": 17}),
        # One of the two was never computed, and has noughts for an estimate.
        ("v1-Fleiss1993/Fleiss1993.zip", Layout.V1, (1, 2, 1, 12, 0, 12), {"included": 12}),
    ],
)
def test_real_packages_are_read_without_a_loss_but_of_files_that_they_lack(
    samples: Path, sample: str, layout: Layout, counts: tuple[int, ...], lists: dict[str, int]
) -> None:
    package = read_package(samples / sample)
    assert package.layout is layout
    assert counts == (
        len({item.group for item in package.analyses}),
        len(package.analyses),
        sum(item.published.estimate is not None for item in package.analyses),
        len(package.rows),
        len(package.subgroups),
        len({item.study for item in package.rows}),
    )
    assert Counter(str(item.list) for item in package.studies) == lists
    assert [loss for loss in losses(package) if ": missing: " not in loss] == []
    assert all(item.measure and item.data_type and item.model and item.level == 0.95 for item in package.analyses)


def test_real_packages_say_what_only_they_say(samples: Path) -> None:
    never = read_package(samples / "v1-Fleiss1993/Fleiss1993.zip").analyses[1]
    assert (never.is_never_computed, never.published.estimate, never.published.p, never.published.n1) == (
        True,
        None,
        None,
        106,
    )
    judged = read_package(samples / "CD009958")
    assert judged.rob_tool == "RoB 2"
    assert {row.rob["Overall bias"] for row in judged.rows} == {RiskOfBias.SOME_CONCERNS, RiskOfBias.HIGH}
    names = {row.study for row in read_package(samples / "CD014353").rows}
    assert {"Bernabe-Garcia 2019", "Bernabe-García 2021"} <= names
    hazards = next(iter(read_package(samples / "CD013776").rows_of("1.1")))
    assert (hazards.giv_mean, hazards.giv_se, hazards.m1, hazards.n1) == (-0.478, 0.223601, None, 60)


def full(layout: str) -> dict[str, object]:
    """An analysis of each data type, with subgroups, lists and references."""
    return {
        "layout": layout,
        "analyses": [
            analysis(1, 1, **{"Mean": 0.5, "CI start": 0.25, "CI end": 1, "Effect P": "4.69E-4"}),
            analysis(
                1,
                3,
                **{
                    "Analysis name": "Pain&nbsp;at <b>1&nbsp;year</b>",
                    "Data type": "Continuous",
                    "Log-scale data": "false",
                    "Statistical method": "IV",
                    "Effect measure": "Standardized Mean Difference" if layout == "v1" else "Std. Mean Difference",
                    "Analysis model": "Random effect",
                    "Heterogeneity estimator": "REML",
                    "CI method": "HKSJ",
                    "CI/PI level": "99%",
                    "Study CI": "95%",
                    "Estimate CI": "99%",
                    "Unit of effect measure": "mm Hg",
                },
            ),
            analysis(
                2,
                1,
                **{
                    "Data type": "Contrast level",
                    "Statistical method": "IV",
                    "Effect measure": "Ratio of Geometric Means",
                },
            ),
            analysis(
                2,
                2,
                **{"Data type": "O-E and variance", "Statistical method": "PETO", "Effect measure": "Peto Odds Ratio"},
            ),
        ],
        "rows": [
            row(
                1,
                1,
                "Ash 2001",
                Subgroup="Adults",
                **{"Subgroup number": 1, "Footnotes": "at 4&nbsp;weeks, long\nlines"},
            ),
            row(1, 1, "Birch 2002", Subgroup="Children", Applicability="OVERALL_ONLY"),
            row(
                1,
                3,
                "Ash 2001",
                **{
                    "Experimental mean": 0,
                    "Experimental SD": 1.5,
                    "Experimental N": 20,
                    "Control mean": "-1.0E-1",
                    "Control SD": 0,
                    "Control N": 20,
                },
            ),
            row(2, 1, "Ash 2001", **{"GIV Mean": 0, "GIV SE": 0.25}),
            row(2, 2, "Ash 2001", **{"O-E": -2, "Variance": 4}),
        ],
        "subgroups": [
            {
                "Analysis group": 1,
                "Analysis number": 1,
                "Subgroup": "Adults",
                "Subgroup number": 1,
                "Mean": 0.5,
                "CI start": 0.25,
                "CI end": 1,
                "Weight": 60,
            }
        ],
        "studies": {"included": [study("Ash 2001"), study("Birch 2002")]},
        "references": {"included": [article("Ash 2001"), article("Birch 2002")]},
        "bias": [
            {
                "Study": "Ash 2001",
                "Domain (judgement): Allocation concealment": "Low risk",
                "Domain (support): Allocation concealment": "sealed",
            }
        ],
    }


@pytest.mark.parametrize("packed", ["zip", "zip in zip", "folder"])
@pytest.mark.parametrize("layout", ["v1", "middle", "v2"])
def test_every_layout_is_read_from_a_zip_a_zip_in_a_zip_and_a_folder(tmp_path: Path, layout: str, packed: str) -> None:
    package = read_package(write_package(tmp_path, packed=packed, mark=layout == "v1", **full(layout)))
    assert losses(package) == []
    assert (package.review, package.layout) == ("CD000001", layout)
    first, pain, ratio, peto = package.analyses
    assert (first.key, first.data_type, first.measure, first.method) == (
        "1.1",
        DataType.DICHOTOMOUS,
        Measure.RR,
        Method.MH,
    )
    assert (first.published.estimate, first.published.ci_high, first.published.p) == (0.5, 1, 0.000469)
    assert (first.model, first.estimator, first.interval) == (EffectModel.FIXED, None, Interval.WALD)
    assert (pain.name, pain.unit, pain.measure, pain.is_log) == (
        "Pain at 1 year",
        "mm Hg",
        Measure.SMD_APPROXIMATE,
        False,
    )
    assert (pain.level, pain.study_level) == (0.99, 0.95 if layout == "v1" else 0.99)
    assert (pain.estimator, pain.interval) == (
        (Model.DL, Interval.WALD) if layout == "v1" else (Model.REML, Interval.HKSJ)
    )
    assert (ratio.measure, ratio.measure_text) == (Measure.GEN, "Ratio of Geometric Means")
    assert (peto.measure, peto.data_type) == (Measure.PETO, DataType.O_E_VARIANCE)
    assert (first.graph_scale, first.sort) == ((100, "STUDY") if layout == "v2" else (None, ""))
    ash, birch, mean, log_ratio, o_e = package.rows
    assert (ash.e1, ash.n1, ash.e2, ash.n2, ash.m1, ash.giv_se) == (10, 100, 20, 100, None, None)
    assert (ash.subgroup, ash.footnotes) == ("Adults", "at 4 weeks, long lines")
    assert ash.subgroup_number == (None if layout == "v1" else 1)
    assert birch.applicability is Applicability.OVERALL_ONLY
    assert (mean.m1, mean.sd1, mean.m2, mean.sd2, mean.e1) == (0, 1.5, -0.1, 0, None)
    assert (log_ratio.giv_mean, log_ratio.giv_se, log_ratio.n1) == (0, 0.25, None)
    assert (o_e.o_e, o_e.variance) == (-2, 4)
    assert package.subgroups[0].published.ci_low == 0.25
    assert [(item.domain, item.judgement, item.tool, item.support) for item in package.judgements] == [
        ("Allocation concealment", RiskOfBias.LOW, "RoB 1", "sealed")
    ]


def test_an_analysis_that_v1_never_computed_has_no_estimate(tmp_path: Path) -> None:
    noughts = dict.fromkeys(["Mean", "CI start", "CI end", "Heterogeneity Chi²", "Effect Z", "Effect P"], 0)
    told = {
        "analyses": [analysis(**noughts)],
        "rows": [row(1, 1, "Ash 2001", **{"Mean": 0, "CI start": 0, "CI end": 0})],
    }
    old = read_package(write_package(tmp_path, "CD000001", layout="v1", **told))
    new = read_package(write_package(tmp_path, "CD000002", layout="v2", **told))
    assert (old.analyses[0].is_never_computed, old.analyses[0].published.chi2, old.rows[0].estimate) == (
        True,
        None,
        None,
    )
    assert (new.analyses[0].is_never_computed, new.analyses[0].published.chi2, new.rows[0].estimate) == (False, 0, 0)


def test_rob_2_stands_in_the_rows(tmp_path: Path) -> None:
    domain = "Bias due to missing outcome data"
    rows = [row(1, 1, "Ash 2001", **{f"{domain} (judgement)": "Some concerns", f"{domain} (support)": "<p>few</p>"})]
    package = read_package(write_package(tmp_path, analyses=[analysis()], rows=rows))
    assert package.rob_tool == "RoB 2"
    assert package.rows[0].rob == {domain: RiskOfBias.SOME_CONCERNS}
    assert package.rows[0].cells[f"{domain} (support)"] == "<p>few</p>"


def test_unknown_columns_are_kept_and_columns_are_found_by_name(tmp_path: Path) -> None:
    path = write_package(tmp_path, analyses=[analysis(Novelty="kept")], rows=[row(1, 1, "Ash 2001")], packed="folder")
    settings = next(path.rglob("*settings.csv"))
    turned = "\n".join(",".join(reversed(line.split(","))) for line in settings.read_text("utf-8").splitlines())
    settings.write_text(turned, "utf-8")
    package = read_package(path)
    assert package.analyses[0].cells["Novelty"] == "kept"
    assert package.analyses[0].measure is Measure.RR
    assert package.headers["overall-estimates-and-settings.csv"][0] == "Novelty"


@pytest.mark.parametrize(
    ("settings", "rows", "told"),
    [
        ({"Effect measure": "Vibes Ratio"}, {}, "settings.csv:2: Effect measure: value 'Vibes Ratio'"),
        ({"Effect measure": "Mean Difference"}, {}, "settings.csv:2: Effect measure: value 'Mean Difference'"),
        ({"Data type": "Diagnostic"}, {}, "settings.csv:2: Data type: value 'Diagnostic'"),
        ({"Data type": ""}, {}, "settings.csv:2: Data type: value '': empty"),
        ({"Statistical method": "GLMM"}, {}, "settings.csv:2: Statistical method: value 'GLMM'"),
        ({"Analysis model": "Mixed"}, {}, "settings.csv:2: Analysis model: value 'Mixed'"),
        ({"CI method": "Bootstrap"}, {}, "settings.csv:2: CI method: value 'Bootstrap'"),
        ({"CI/PI level": "9500%"}, {}, "settings.csv:2: CI/PI level: value '9500%'"),
        ({"CI/PI level": "abc"}, {}, "settings.csv:2: CI/PI level: value 'abc': no confidence level: taken as 95%"),
        ({"Mean": "about 1"}, {}, "settings.csv:2: Mean: value 'about 1': not a number"),
        ({"Swap event and non-event": "maybe"}, {}, "settings.csv:2: Swap event and non-event: value 'maybe'"),
        ({"Analysis model": "Random effect"}, {}, "settings.csv:2: Heterogeneity estimator: value '#N/A'"),
        ({"Analysis group": "one"}, {}, "settings.csv:2: Analysis group: value 'one'"),
        ({}, {"Analysis number": 9}, "data-rows.csv:2: Analysis number: value '9': no settings of analysis 1.9"),
        ({}, {"Applicability": "NEVER"}, "data-rows.csv:2: Applicability: value 'NEVER'"),
        ({}, {"Experimental SD": -1}, "data-rows.csv:2: Experimental SD: value '-1': below nought"),
        ({}, {"Control cases": -5}, "data-rows.csv:2: Control cases: value '-5': below nought"),
        ({}, {"Control cases": 101}, "data-rows.csv:2: Control cases: value '101': more than the 100 people"),
        ({}, {"Experimental N": "1,5"}, "data-rows.csv:2: Experimental N: value '1,5': not a number"),
        ({}, {"GIV Mean": "NaN"}, "data-rows.csv:2: GIV Mean: value 'NaN': not a number"),
        ({}, {"GIV SE": "1e999"}, "data-rows.csv:2: GIV SE: value '1e999': not a number"),
        ({}, {"Study": " "}, "data-rows.csv:2: Study: value '': no study"),
        ({}, {"Analysis group": ""}, "data-rows.csv:2: Analysis group: value '': no key"),
        ({}, {"Overall bias (judgement)": "Awful"}, "data-rows.csv:2: Overall bias (judgement): value 'Awful'"),
        ({}, {"Subgroup number": 1.5}, "data-rows.csv:2: Subgroup number: value '1.5': not a whole number"),
    ],
)
def test_what_cannot_be_read_is_named_with_file_line_column_and_value(
    tmp_path: Path, settings: dict[str, object], rows: dict[str, object], told: str
) -> None:
    lines = [row(1, 1, "Ash 2001") | rows, row(7, 1, "Birch 2002")]
    package = read_package(
        write_package(tmp_path, analyses=[analysis() | settings, analysis(7, 1)], rows=lines, studies={"included": []})
    )
    assert [loss for loss in losses(package) if told in loss], losses(package)
    assert losses(package)[0].startswith("CD000001-")
    # The rest is adopted.
    assert package.analyses[-1].key == "7.1"
    assert package.rows[-1].study == "Birch 2002"


def test_an_empty_cell_and_an_excel_error_are_no_value_and_no_loss(tmp_path: Path) -> None:
    cells = {"Weight": "#N/A", "Mean": "", "CI start": "#DIV/0!", "GIV SE": "N/A"}
    package = read_package(
        write_package(tmp_path, analyses=[analysis()], rows=[row(1, 1, "Ash 2001", **cells)], studies={"included": []})
    )
    assert losses(package) == []
    assert package.rows[0].weight is None


def test_a_key_that_is_there_twice_counts_once(tmp_path: Path) -> None:
    twice = [analysis(**{"Effect measure": "Odds Ratio"}), analysis()]
    package = read_package(write_package(tmp_path, analyses=twice))
    assert [item.measure for item in package.analyses] == [Measure.OR]
    assert (
        "CD000001-overall-estimates-and-settings.csv:3: Analysis number: value '1': analysis 1.1 is there twice: the line is left out"
        in losses(package)
    )


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        ("overall-estimates-and-settings.csv", "all rows are left out"),
        ("data-rows.csv", "the analyses have no rows"),
        ("subgroup-estimates.csv", "the published estimates of subgroups are not known"),
        ("study-information.csv", "the studies are those of CD000001-included.ris"),
    ],
)
def test_a_file_that_is_missing_is_named_and_the_others_are_read(tmp_path: Path, ending: str, told: str) -> None:
    package = read_package(write_package(tmp_path, without=[ending], **full("v2")))
    assert any(f"CD000001-{ending}: missing: " in loss and told in loss for loss in losses(package)), losses(package)
    assert [item.name for item in package.listed(StudyList.INCLUDED)] == ["Ash 2001", "Birch 2002"]


def test_without_lists_and_references_the_included_studies_are_those_of_the_rows(tmp_path: Path) -> None:
    package = read_package(write_package(tmp_path, analyses=[analysis()], rows=[row(1, 1, "Ash 2001")]))
    assert [(item.name, item.year, item.file) for item in package.studies] == [
        ("Ash 2001", 2001, "CD000001-data-rows.csv")
    ]


def test_a_list_is_read_from_json_where_its_table_is_missing(tmp_path: Path) -> None:
    listed = {
        "risk-of-bias-method": "RISK_OF_BIAS_1",
        "studies": [
            {
                "name": "NCT01363499",
                "year": "",
                "identifiers": [{"name": "CRS", "value": "1"}],
                "references": [
                    {
                        "reference-type": "OTHER",
                        "title": "A trial",
                        "source": "https://clinicaltrials.gov/study/NCT01363499",
                    }
                ],
                "characteristics": [
                    {"name": "Notes", "value": "<p>Status: recruiting</p>"},
                    {"name": "Contact information", "value": "A. Ash"},
                ],
            }
        ],
    }
    package = read_package(write_package(tmp_path, analyses=[], studies_json={"ongoing": listed}))
    (only,) = package.listed(StudyList.ONGOING)
    assert (only.name, only.ids, only.characteristics) == ("NCT01363499", {"CRS": "1"}, {"Notes": "Status: recruiting"})
    assert package.references[0].first("JF") == "https://clinicaltrials.gov/study/NCT01363499"
    assert (
        "CD000001-ongoing-study-information.csv: missing: the studies are read from CD000001-ongoing-study-data.json"
        in losses(package)
    )


@pytest.mark.parametrize("broken", ["{", "[]", '{"studies": [{"year": 1}]}', '{"studies": 3}'])
def test_json_of_another_shape_is_a_loss(tmp_path: Path, broken: str) -> None:
    path = write_package(tmp_path, extra={"CD000001-study-data/CD000001-ongoing-study-data.json": broken})
    assert any("CD000001-ongoing-study-data.json: not of the shape" in loss for loss in losses(read_package(path)))


def test_references_keep_every_tag_and_those_without_a_study_are_named(tmp_path: Path) -> None:
    told = [
        entry("Ash 2001", "https://clinicaltrials.gov/study/NCT01363499", C3="CRS 1"),
        [("TY", "JOUR"), ("C3", "CRS 2"), ("DO", "10.1/x"), ("C3", "PubMed 3"), ("NS", "Ash 2001")],
        [("TY", "JOUR"), ("TI", "Nobody's")],
    ]
    package = read_package(
        write_package(tmp_path, studies={"ongoing": [study("Ash 2001")]}, references={"ongoing": told})
    )
    assert [item.study for item in package.references] == ["Ash 2001", "Ash 2001", ""]
    assert package.references[1].tags == tuple(told[1])
    assert package.references[1].identifiers("pubmed") == ("3",)
    assert [loss for loss in losses(package) if "ongoing.ris:15: NS: value 'Nobody's'" in loss]


def test_contacts_and_addresses_are_not_taken_over(tmp_path: Path) -> None:
    told = study(
        "Ash 2001",
        **{
            "Char: Contact information": "A. Ash, Tel. +44 20 7946 0018",
            "Char: Notes": "<p>Wrote to a.ash@example.org in May</p>",
        },
    )
    package = read_package(write_package(tmp_path, studies={"ongoing": [told]}))
    assert package.studies[0].characteristics == {"Notes": "Wrote to […] in May"}


def test_needed_columns_that_are_missing_are_refused_by_name(tmp_path: Path) -> None:
    path = write_package(tmp_path, packed="folder", analyses=[analysis()])
    settings = next(path.rglob("*settings.csv"))
    settings.write_text(settings.read_text("utf-8").replace("Data type", "Kind"), "utf-8")
    with pytest.raises(PackageError, match=r"settings\.csv has no column 'Data type'"):
        read_package(path)


def test_a_large_package_is_read_in_a_second_or_two(tmp_path: Path) -> None:
    domains = {f"Domain {number} (judgement)": "Low risk" for number in range(6)}
    domains |= {f"Domain {number} (support)": "reasons " * 30 for number in range(6)}
    rows = [row(group, 1, f"Ash {1900 + number}", **domains) for group in range(1, 26) for number in range(40)]
    path = write_package(tmp_path, analyses=[analysis(group, 1) for group in range(1, 26)], rows=rows)
    begun = time.perf_counter()
    assert len(read_package(path).rows) == 1000
    assert time.perf_counter() - begun < 2


def test_references_and_json_of_studies_that_a_list_lacks_are_named(tmp_path: Path) -> None:
    path = write_package(
        tmp_path,
        studies={"ongoing": [study("Ash 2001")]},
        references={"ongoing": [entry("Birch 2002", "https://clinicaltrials.gov/study/NCT01363402")]},
        studies_json={"ongoing": {"studies": [{"name": "Ash 2001"}, {"name": "Cedar 2003"}]}},
    )
    assert losses(read_package(path)) == [
        "CD000001-ongoing.ris:1: NS: value 'Birch 2002': a study that the ongoing list does not have: kept without one",
        "CD000001-ongoing-study-data.json: name: value 'Cedar 2003': a study that "
        "CD000001-ongoing-study-information.csv does not have: left out",
    ]


def renamed(text: str, **columns: str) -> str:
    header, _, lines = text.partition("\n")
    for name, other in columns.items():
        header = header.replace(name.replace("_", " "), other)
    return f"{header}\n{lines}"


def test_a_column_that_analyses_need_is_lost_once_with_them_and_the_nearest_is_named(tmp_path: Path) -> None:
    contrast = analysis(2, 1, **{"Data type": "Contrast level"})
    estimate = {"GIV Mean": 0.1, "GIV SE": 0.2}
    files = package_files(
        analyses=[analysis(1, 1), analysis(1, 2), analysis(1, 3), contrast],
        rows=[row(1, 1, "Ash 2001"), row(1, 1, "Birch 2002"), row(1, 2, "Ash 2001"), row(2, 1, "Ash 2001", **estimate)],
    )
    path = next(name for name in files if name.endswith("data-rows.csv"))
    changed = renamed(files[path], Experimental_cases="Exp cases", Control_N="Mood", GIV_SE="GIV Standard Error")
    found = losses(read_package(write_package(tmp_path, extra=files | {path: changed})))
    assert [loss for loss in found if loss.startswith("CD000001-data-rows.csv")] == [
        "CD000001-data-rows.csv:1: Experimental cases: there is no such column, so these analyses cannot be computed:"
        " 1.1, 1.2",
        "CD000001-data-rows.csv:1: Control N: there is no such column, so these analyses cannot be computed: 1.1, 1.2",
        "CD000001-data-rows.csv:1: GIV SE: there is no such column, so these analyses cannot be computed: 2.1",
        "CD000001-data-rows.csv:1: GIV Standard Error: not known, and not read; perhaps this is 'GIV SE': name it so",
        "CD000001-data-rows.csv:1: Exp cases: not known, and not read; perhaps this is 'Experimental cases': name it so",
        "CD000001-data-rows.csv:1: Mood: not known, and not read",
    ]


def test_columns_of_settings_and_subgroups_that_are_missing_say_what_it_comes_to(tmp_path: Path) -> None:
    subgroup = {"Analysis group": 1, "Analysis number": 1, "Subgroup": "Young", "Subgroup number": 1}
    files = package_files(analyses=[analysis()], rows=[row(1, 1, "Ash 2001", Subgroup="Young")], subgroups=[subgroup])
    changed = {
        path: renamed(text, CI_start="Lower", CI_method="Limits by").replace("Log-scale data", "Log scale")
        for path, text in files.items()
        if not path.endswith("data-rows.csv")
    }
    found = losses(read_package(write_package(tmp_path, extra=files | changed)))
    at = "CD000001-overall-estimates-and-settings.csv:1"
    assert f"{at}: Log-scale data: there is no such column, so no analysis is taken to be one of logarithms" in found
    assert f"{at}: CI method: there is no such column, so limits are taken to be Wald's" in found
    compared = "CI start: there is no such column, so what is published there cannot be compared"
    assert f"{at}: {compared}" in found
    assert f"CD000001-subgroup-estimates.csv:1: {compared}" in found
    assert f"{at}: Log scale: not known, and not read; perhaps this is 'Log-scale data': name it so" in found


def test_columns_that_no_analysis_needs_are_no_loss(tmp_path: Path) -> None:
    files = package_files(analyses=[analysis()], rows=[row(1, 1, "Ash 2001", Mood="good")])
    path = next(name for name in files if name.endswith("data-rows.csv"))
    package = read_package(write_package(tmp_path, extra=files | {path: renamed(files[path], GIV_SE="Spread")}))
    assert not [loss for loss in losses(package) if loss.startswith("CD000001-data-rows.csv")]


def as_a_spreadsheet_saves_it(text: str) -> str:
    """With semicolons, decimal commas, and the words of another language."""
    own = {"true": "WAHR", "false": "FALSCH", "#N/A": "#NV"}
    lines = csv.reader(io.StringIO(text))
    out = io.StringIO(newline="")
    cells = ([own.get(cell, re.sub(r"^(-?\d+)\.(\d+)", r"\1,\2", cell)) for cell in line] for line in lines)
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(cells)
    return out.getvalue()


def test_tables_with_decimal_commas_are_read_with_one_loss_each(tmp_path: Path) -> None:
    mean = {"Experimental mean": 1.5, "Experimental SD": 0.25, "Control mean": -2.125, "Control SD": 1.0e-2}
    people = {"Experimental N": 10, "Control N": 12}
    continuous = {"Data type": "Continuous", "Effect measure": "Mean Difference", "CI/PI level": "97.5%"}
    told = {
        "analyses": [analysis(1, 1, **continuous, Mean=3.625, **{"CI start": 3.25, "CI end": 4.0})],
        "rows": [row(1, 1, "Ash 2001", **mean, **people, Weight=12.345)],
    }
    plain = read_package(write_package(tmp_path, **told))
    files = package_files(**told)
    saved = {path: as_a_spreadsheet_saves_it(text) for path, text in files.items() if "subgroup" not in path}
    package = read_package(write_package(tmp_path, extra=files | saved))
    assert [loss for loss in losses(package) if loss not in losses(plain)] == [
        f"CD000001-{name}.csv:1: separated by semicolons, not by commas; its numbers have decimal commas: 1,5 is read as"
        " 1.5"
        for name in ("overall-estimates-and-settings", "data-rows")
    ]
    numbers = [(item.m1, item.sd1, item.m2, item.sd2, item.n1, item.weight) for item in package.rows]
    assert numbers == [(1.5, 0.25, -2.125, 0.01, 10, 12.345)]
    assert package.analyses[0].published == plain.analyses[0].published
    assert package.analyses[0].level == plain.analyses[0].level == 0.975
    assert package.analyses[0].is_log is plain.analyses[0].is_log is True


def test_what_a_contrast_without_a_label_comes_to_is_said(tmp_path: Path) -> None:
    cells = {"Data type": "Contrast level", "Effect measure": ""}
    found = losses(read_package(write_package(tmp_path, analyses=[analysis(**cells)])))
    [loss] = [item for item in found if "Effect measure" in item]
    assert loss.endswith("empty: its estimates are pooled as they stand, without the name of a measure")
