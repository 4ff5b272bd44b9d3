"""A review folder as a data package, and both ways round: the same cells, the same folder."""

import csv
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import made_up_folders as folders
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_up_packages import analysis, article, entry, row, study, write_package

from exchange.adopted import AdoptedFolder
from exchange.cochrane.columns import ROW_COLUMNS, SETTINGS_COLUMNS, SUBGROUP_COLUMNS
from exchange.cochrane.package import Cells, Layout, Package
from exchange.cochrane.read import read_package
from exchange.cochrane.registrations import registrations_of
from exchange.computed import ComputedAnalysis, computed_in
from exchange.folder_package import package_of
from judging.evidence import arm_of, contrast_of
from models.folder_rows import MOST_LOG
from models.review import Review, review_named
from models.settings import Settings
from models.vocabulary import EvidenceSet
from synthesis.effect_size import effect_inputs

TODAY = date(2026, 11, 30)
V2 = ("CD007654", "CD009958", "CD010461", "CD013185", "CD013776", "CD014353")
OLDER = ("CD011506", "v1-Fleiss1993")
CONTRAST = {"Data type": "Contrast level", "Statistical method": "IV", "Effect measure": "Hazard Ratio"}
MEANS = {
    "Data type": "Continuous",
    "Effect measure": "Mean Difference",
    "Statistical method": "IV",
    "Log-scale data": "false",
}


def _there_and_back(package: Package, review: Review, folder: Path) -> Package:
    """The package that a review was adopted from, written from its folder with what it says was computed."""
    computed = {
        name: told for name, told in computed_in(package).items() if name in {a.analysis for a in review.analyses}
    }
    return read_package(package_of(review, TODAY, computed=computed).write(folder))


def _same(one: str, other: str) -> bool:
    if one == other:
        return True
    try:
        return float(one) == float(other)
    except ValueError:
        return False


def _differ(one: Cells, other: Cells) -> dict[str, tuple[str, str | None]]:
    """Columns in which two lines are not the same number or text; reasons for judgements are not taken over."""
    kept = {name: cell for name, cell in one.items() if not name.endswith("(support)")}
    return {name: (cell, other.get(name)) for name, cell in kept.items() if not _same(cell, other.get(name, "(none)"))}


@pytest.mark.parametrize("name", V2)
def test_every_cell_of_a_real_package_comes_back(
    name: str, sample: Callable[[str], Path], adopt: Callable, tmp_path: Path
) -> None:
    package = read_package(sample(name))
    back = _there_and_back(package, adopt(package)[1], tmp_path)
    for one, other in (
        (package.analyses, back.analyses),
        (package.rows, back.rows),
        (package.subgroups, back.subgroups),
    ):
        assert [_differ(a.cells, b.cells) for a, b in zip(one, other, strict=True)] == [{}] * len(one)
    assert back.losses == ()
    assert [(s.list, s.name, s.year) for s in back.studies] == [(s.list, s.name, s.year) for s in package.studies]
    told = [(j.study, j.domain, j.judgement) for j in package.judgements]
    assert [(j.study, j.domain, j.judgement) for j in back.judgements] == told


@pytest.mark.parametrize("name", OLDER)
def test_every_number_of_an_older_package_comes_back_in_the_newest_layout(
    name: str, sample: Callable[[str], Path], adopt: Callable, tmp_path: Path
) -> None:
    package = read_package(sample(name))
    back = _there_and_back(package, adopt(package)[1], tmp_path)
    display = {"line", "cells", "sort", "is_never_computed"}
    for one, other in ((package.analyses, back.analyses), (package.rows, back.rows)):
        for a, b in zip(one, other, strict=True):
            fields = [field for field in a.__struct_fields__ if field not in display]
            assert {field: getattr(b, field) for field in fields} == {field: getattr(a, field) for field in fields}
    assert back.layout is Layout.V2


@pytest.mark.parametrize("name", V2)
def test_the_folder_of_a_real_package_comes_back(
    name: str, sample: Callable[[str], Path], adopt: Callable, tmp_path: Path
) -> None:
    package = read_package(sample(name))
    first, review = adopt(package)
    second, _ = adopt(_there_and_back(package, review, tmp_path))
    assert _files(second) == _files(first)


@pytest.mark.parametrize("name", V2)
def test_registrations_come_back(name: str, sample: Callable[[str], Path], adopt: Callable, tmp_path: Path) -> None:
    package = read_package(sample(name))
    back = _there_and_back(package, adopt(package)[1], tmp_path)
    numbers = [(item.list, item.study, item.numbers) for item in registrations_of(package)]
    assert [(item.list, item.study, item.numbers) for item in registrations_of(back)] == numbers


def _files(adopted: AdoptedFolder) -> dict[str, str]:
    """The files of a folder but its README, which tells of what was read otherwise at the time."""
    return {name: text for name, text in adopted.files.items() if name != "README.md"}


def _everything(folder: Path, layout: str) -> Path:
    """A made-up package with something of everything."""
    return write_package(
        folder,
        layout=layout,
        analyses=[
            analysis(1, 1, **{"Analysis name": "Pain&nbsp;at 6 months", "Unit of effect measure": "m<sup>2</sup>"}),
            analysis(1, 2, **MEANS),
            analysis(1, 4, **{"Swap event and non-event": "true", "CI/PI level": "99%", "Subgroup estimates": "false"}),
            analysis(3, 1, **CONTRAST),
            analysis(3, 2, **{**CONTRAST, "Effect measure": "Some ratio of ours"}),
            analysis(3, 3, **{"Data type": "O-E and variance", "Effect measure": "Hazard Ratio", "Statistical method": "PETO"}),
            analysis(3, 4, **{"CI method": "HKSJ", "Overall estimates": "false"}),
        ],
        rows=[
            row(1, 1, "Ash 2001", Subgroup="A<sub>1</sub>", **{"Subgroup number": 1, "Study year": "1999"}),
            row(1, 1, "Ash 2001", Subgroup="A1", **{"Subgroup number": 2, "Applicability": "SUBGROUP_ONLY"}),
            row(1, 1, "Elm 2002", Subgroup="A1", **{"Subgroup number": 2, "Experimental cases": ""}),
            row(1, 1, "Elm 2002", Subgroup="A1", Footnotes="<b>late</b>, dose", **{"Subgroup number": 2}),
            row(1, 2, "#O'Brien, 2003", **{"Experimental mean": 1e-7, "Experimental SD": 0.1, "Experimental N": 3,
                                           "Control mean": -2.5, "Control SD": 0, "Control N": 1}),
            row(1, 2, "Fir 2004", **{"Experimental mean": "", "Experimental SD": 2, "Control mean": 4, "Control SD": ""}),
            row(1, 4, "Ash 2001"),
            row(3, 1, "García 2005", **{"GIV Mean": -0.3, "GIV SE": 0.1, "Experimental N": 40, "Control N": 41}),
            row(3, 1, "Garcia 2005", **{"GIV Mean": "", "GIV SE": ""}),
            row(3, 2, "Ash 2001", **{"GIV Mean": 0.25, "GIV SE": 0}),
            row(3, 3, "Ash 2001", **{"O-E": -1.5, "Variance": 4, "Experimental cases": 3, "Experimental N": 9}),
            row(3, 3, "Elm 2002", **{"O-E": "", "Variance": 2}),
            row(3, 4, "Ash 2001"),
        ],
        studies={
            "included": [study(name) for name in ("Ash 2001", "Elm 2002", "#O'Brien, 2003", "Fir 2004", "García 2005", "Garcia 2005")],
            "ongoing": [study("NCT02468135 2020", **{"Char: Notes": "Status on 2025-08: recruiting"}), study("Oak 2021")],
            "awaiting": [study("Yew 2020", **{"Char: Notes": "Trial registration: ISRCTN24681357\nSee also NCT03692581."})],
            "excluded": [study("Ash 2001", **{"Char: Reason for exclusion": "an <i>earlier</i> report"})],
        },
        references={
            "ongoing": [
                entry("Oak 2021", "https://trialsearch.who.int/Trial2.aspx?TrialID=IRCT20190101050505N1", "Irct"),
                entry("Oak 2021", "", "NCT02222222"),
                article("Oak 2021", C3="PubMed 123"),
            ],
            "awaiting": [article("Yew 2020", DO="10.1000/x"), entry("Yew 2020", "https://clinicaltrials.gov/ct2/show/NCT02468135")],
        },
        bias=[{"Study": "Ash 2001", "Domain (judgement): Blinding: pain": "High risk", "Domain (support): Blinding: pain": "why"}],
    )  # fmt: skip


@pytest.mark.parametrize("layout", ["v1", "middle", "v2"])
def test_the_folder_of_a_made_up_package_comes_back(layout: str, adopt: Callable, tmp_path: Path) -> None:
    package = read_package(_everything(tmp_path, layout))
    first, review = adopt(package)
    back = _there_and_back(package, review, tmp_path)
    second, _ = adopt(back)
    assert first.left_out == second.left_out == ()
    assert _files(second) == _files(first)
    assert [_data(item) for item in back.rows] == [_data(item) for item in package.rows]


def _data(line: object) -> dict[str, object]:
    fields = getattr(line, "__struct_fields__", ())
    return {field: getattr(line, field) for field in fields if field not in {"line", "cells", "subgroup_number"}}


NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=64).filter(lambda value: abs(value) < 1e100)
LOG_RATIOS = st.floats(-MOST_LOG, MOST_LOG)
PEOPLE = st.integers(0, 10**6)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mean=NUMBERS, sd=NUMBERS.map(abs), n=PEOPLE, estimate=LOG_RATIOS, se=NUMBERS.map(abs))
def test_any_number_comes_back_to_its_last_digit(
    mean: float,
    sd: float,
    n: int,
    estimate: float,
    se: float,
    adopt: Callable,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("package")
    arms = {"Experimental mean": mean, "Experimental SD": sd, "Experimental N": n, "Control mean": 1, "Control SD": 1}
    rows = [row(1, 1, "Ash 2001", **arms), row(1, 2, "Ash 2001", **{"GIV Mean": estimate, "GIV SE": se})]
    package = read_package(
        write_package(folder, analyses=[analysis(1, 1, **MEANS), analysis(1, 2, **CONTRAST)], rows=rows)
    )
    back = _there_and_back(package, adopt(package)[1], folder)
    assert [_data(item) for item in back.rows] == [_data(item) for item in package.rows]


def test_a_row_that_nobody_can_have_measured_is_left_out_by_name(adopt: Callable, tmp_path: Path) -> None:
    rows = [row(1, 1, "Ash 2001", **{"GIV Mean": MOST_LOG + 1, "GIV SE": 1})]
    package = read_package(write_package(tmp_path, analyses=[analysis(1, 1, **CONTRAST)], rows=rows))
    (left_out,) = adopt(package)[0].left_out
    assert "Ash 2001" in str(left_out)
    assert "no ratio that anybody measured" in str(left_out)


def test_the_tables_have_the_columns_of_the_newest_layout(adopt: Callable, tmp_path: Path) -> None:
    package = read_package(_everything(tmp_path, "v2"))
    back = _there_and_back(package, adopt(package)[1], tmp_path)
    assert (len(SETTINGS_COLUMNS), len(ROW_COLUMNS)) == (58, 25)
    assert back.headers["overall-estimates-and-settings.csv"] == SETTINGS_COLUMNS
    assert back.headers["data-rows.csv"] == ROW_COLUMNS
    assert back.headers["subgroup-estimates.csv"] == SUBGROUP_COLUMNS


def test_a_written_package_says_that_it_is_not_cochranes(adopt: Callable, tmp_path: Path) -> None:
    _, review = adopt(read_package(_everything(tmp_path, "v2")))
    path = package_of(review, TODAY).write(tmp_path)
    assert path.name == "CD000001-dataPackage-trialwatch-2026-11-30.zip"
    with zipfile.ZipFile(path) as packed:
        assert "It is not Cochrane's" in packed.read("not-published-by-Cochrane.txt").decode()
        assert all(b"\r" not in packed.read(name) for name in packed.namelist())
    again = package_of(review, TODAY)
    (tmp_path / "again").mkdir()
    assert again.write(tmp_path / "again").read_bytes() == path.read_bytes()


def test_without_results_the_published_estimates_are_written(adopt: Callable, tmp_path: Path) -> None:
    told = {"Mean": 0.5, "CI start": 0.25, "CI end": 1, "Effect Z": 1.96}
    path = write_package(tmp_path, analyses=[analysis(**told)], rows=[row(1, 1, "Ash 2001", Weight=100)])
    _, review = adopt(read_package(path))
    back = read_package(package_of(review, TODAY).write(tmp_path))
    assert (back.analyses[0].published.estimate, back.analyses[0].published.n1) == (0.5, 100)
    assert back.rows[0].weight is None


def test_results_for_other_rows_are_refused(adopt: Callable, tmp_path: Path) -> None:
    _, review = adopt(read_package(write_package(tmp_path, analyses=[analysis()], rows=[row(1, 1, "Ash 2001")])))
    results = computed_in(
        read_package(write_package(tmp_path, analyses=[analysis()], rows=[row(1, 1, "Ash 2001")] * 2))
    )
    with pytest.raises(ValueError, match="2 results for the 1 rows of analysis"):
        package_of(review, TODAY, computed=results)


def test_what_a_person_changes_is_written_and_markup_goes(adopt: Callable, tmp_path: Path) -> None:
    path = write_package(tmp_path, analyses=[analysis(**{"Analysis name": "Pain&nbsp;"})], rows=[row(1, 1, "Ash 2001")])
    _, review = adopt(read_package(path))
    folder = tmp_path / "reviews" / "made_up"
    table = (folder / "analyses.csv").read_text()
    (folder / "analyses.csv").write_text(table.replace(",Pain,", ",Severe pain,"))
    assert review.analyses[0].title == "Pain"
    back = read_package(package_of(review_named(folder.parent, "made_up"), TODAY).write(tmp_path))
    assert back.analyses[0].cells["Analysis name"] == "Severe pain"


def test_the_als_review_is_read_back_with_the_same_numbers(tmp_path: Path) -> None:
    review = review_named(Settings().reviews, "als_cell_therapy")
    written = package_of(review, TODAY)
    back = read_package(written.write(tmp_path))
    assert written.left_out == back.losses == ()
    assert [item.measure for item in back.analyses] == [item.measure for item in review.protocol.analyses]
    arms = [
        number
        for item in back.rows
        for number in ((item.n1, item.e1, item.m1, item.sd1), (item.n2, item.e2, item.m2, item.sd2))
    ]
    known = {analysis.place: i for i, analysis in enumerate(review.protocol.analyses)}
    rows = sorted(
        (row for row in review.extraction if row.is_confirmed),
        key=lambda row: known[row.comparison, row.outcome, row.timepoint],
    )
    assert arms == [(row.n_analysed, row.n_events, row.mean, row.sd) for row in rows]
    listed = {study.label: study.study_id for study in review.baseline.listed}
    assert {item.study: item.numbers[0] for item in registrations_of(back)} == listed


@pytest.mark.parametrize(
    ("given", "cells"),
    [
        ("contrast", {"giv_mean": -1 / 3, "giv_se": 12**-0.5, "o_e": None, "variance": None}),
        ("any", {"giv_mean": -1 / 3, "giv_se": 12**-0.5, "o_e": None, "variance": None}),
        ("o_minus_e", {"giv_mean": None, "giv_se": None, "o_e": -4, "variance": 12}),
    ],
)
def test_a_log_rank_test_is_written_as_its_analysis_takes_numbers(
    tmp_path: Path, given: str, cells: dict[str, float | None]
) -> None:
    line = folders.analysis("1.1", measure="HR", method="iv", given=given)
    test = {"z_value": -4 / 12**0.5, "events_intervention": 20, "events_control": 30}
    rows = [
        folders.contrast("Ash 2001", "HR", **test),
        folders.contrast("Birch 2002", "HR", o_minus_e=-4, variance=12),
    ]
    review = folders.made_up_review(tmp_path, analyses=[line], contrasts=rows)
    entered = [contrast_of(row) for row in review.contrasts]
    inputs = effect_inputs((), review.protocol.analyses, EvidenceSet.CONFIRMED, entered)
    written = package_of(review, TODAY, inputs)
    assert written.left_out == ()
    for item in read_package(written.write(tmp_path)).rows:
        told = {name: getattr(item, name) for name in cells}
        assert told == {name: None if value is None else pytest.approx(value) for name, value in cells.items()}


def test_landmarks_of_curves_are_left_out_of_a_package_by_name(tmp_path: Path) -> None:
    line = folders.analysis("1.1", measure="HR", method="iv")
    told = {"analysis": "1.1", "time_unit": "months", "time": 6, "survival": 0.8} | folders.SOURCE
    rows = [told | {"study_id": "Ash 2001", "arm": arm} for arm in ("intervention", "control")]
    review = folders.made_up_review(tmp_path, analyses=[line], survival=rows)
    [loss] = package_of(review, TODAY).left_out
    assert "survival.csv" in str(loss)
    assert "2 landmarks of survival curves" in str(loss)


def test_numbers_of_an_evidence_set_are_those_that_the_program_made(adopt: Callable, tmp_path: Path) -> None:
    """A spread that is given as a standard error, and a ratio with its limits, have no cells of their own."""
    path = write_package(
        tmp_path,
        analyses=[analysis(1, 1, **MEANS), analysis(1, 2, **CONTRAST)],
        rows=[
            row(1, 1, "Ash 2001", **{"Experimental mean": 1, "Experimental SD": 2, "Experimental N": 25,
                                     "Control mean": 3, "Control SD": 4, "Control N": 25}),
            row(1, 2, "Ash 2001", **{"GIV Mean": 0.5, "GIV SE": 0.25}),
        ],
    )  # fmt: skip
    adopt(read_package(path))
    folder = tmp_path / "reviews" / "made_up"
    arms = (
        "study_id,analysis,report,table,population,extractor,known_from,evidence,is_confirmed,arm,n_analysed,mean,se\n"
    )
    shared = "Ash 2001,1.1,PMID:1,1,all,A,2026-01-01,verbatim,true"
    (folder / "extraction.csv").write_text(f"{arms}{shared},intervention,25,1,0.4\n{shared},control,25,3,0.8\n")
    ratio = "study_id,analysis,report,table,population,extractor,known_from,evidence,is_confirmed,measure,estimate,ci_low,ci_high\n"
    (folder / "contrasts.csv").write_text(f"{ratio}{shared.replace('1.1', '1.2')},HR,2,1,4\n")
    review = review_named(folder.parent, "made_up")
    inputs = effect_inputs(
        [arm_of(item) for item in review.extraction],
        review.protocol.analyses,
        EvidenceSet.CONFIRMED,
        [contrast_of(item) for item in review.contrasts],
    )
    assert len(package_of(review, TODAY).left_out) == 2
    written = package_of(review, TODAY, inputs)
    means, contrast = read_package(written.write(tmp_path)).rows
    assert written.left_out == ()
    assert (means.sd1, means.sd2) == pytest.approx((2, 4))
    assert (contrast.giv_mean, contrast.giv_se) == pytest.approx((0.6931471805599453, 0.353653019151067))


def test_computed_results_of_other_analyses_are_not_asked_for(adopt: Callable, tmp_path: Path) -> None:
    _, review = adopt(read_package(_everything(tmp_path, "v2")))
    back = read_package(package_of(review, TODAY, computed={"1.1": ComputedAnalysis()}).write(tmp_path))
    assert [item.key for item in back.analyses] == ["1.1", "1.2", "1.4", "3.1", "3.2", "3.3", "3.4"]


def test_arms_and_estimates_of_one_analysis_are_written_as_estimates(adopt: Callable, tmp_path: Path) -> None:
    """As are rates, cluster-randomised trials, and everything else of which a package has no arms."""
    path = write_package(tmp_path, analyses=[analysis(1, 1)], rows=[row(1, 1, "Ash 2001"), row(1, 1, "Elm 2002")])
    adopt(read_package(path))
    folder = tmp_path / "reviews" / "made_up"
    (folder / "analyses.csv").write_text((folder / "analyses.csv").read_text().replace(",arms,", ",any,"))
    ratio = "study_id,analysis,report,table,population,extractor,known_from,evidence,is_confirmed,measure,estimate,se\n"
    (folder / "contrasts.csv").write_text(f"{ratio}Oak 2003,1.1,PMID:1,1,all,A,2026-01-01,verbatim,true,RR,2,0.5\n")
    review = review_named(folder.parent, "made_up")
    arms, contrasts = map(arm_of, review.extraction), map(contrast_of, review.contrasts)
    inputs = effect_inputs(list(arms), review.protocol.analyses, EvidenceSet.CONFIRMED, list(contrasts))
    written = package_of(review, TODAY, inputs)
    back = read_package(written.write(tmp_path))
    assert written.left_out == back.losses == ()
    assert (str(back.analyses[0].data_type), str(back.analyses[0].method)) == ("contrast", "IV")
    assert [item.study for item in back.rows] == ["Ash 2001", "Elm 2002", "Oak 2003"]
    assert [item.giv_mean for item in back.rows] == pytest.approx([-0.6931471805599453] * 2 + [0.6931471805599453])


def _text(path: Path, ending: str) -> str:
    with zipfile.ZipFile(path) as opened:
        [name] = [name for name in opened.namelist() if name.endswith(ending)]
        return opened.read(name).decode()


def test_no_value_stands_without_quotes(adopt: Callable, tmp_path: Path) -> None:
    _, review = adopt(read_package(_everything(tmp_path, "v2")))
    settings = _text(package_of(review, TODAY).write(tmp_path), "overall-estimates-and-settings.csv")
    assert ",#N/A," in settings
    assert '"#N/A"' not in settings


def test_a_website_is_an_address_again_and_an_identifier_a_number(adopt: Callable, tmp_path: Path) -> None:
    page = "https://clinicaltrials.gov/study/NCT01363402"
    studies = [study("Ash 2001", **{"ID: Website": page}), study("Birch 2002", **{"ID: Other": "ISRCTN11111112"})]
    package = read_package(write_package(tmp_path, studies={"ongoing": studies}))
    path = package_of(adopt(package)[1], TODAY).write(tmp_path)
    lines = csv.DictReader(_text(path, "ongoing-study-information.csv").splitlines())
    told = {line["Study"]: (line["ID: Website"], line["ID: Other"]) for line in lines}
    assert told == {"Ash 2001": (page, ""), "Birch 2002": ("", "ISRCTN11111112")}
