"""What people mistype in a review folder is answered with file, line, field and what to do; nothing is ignored."""

import csv
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.folder_files import ReviewError
from models.review import load_review

SHIPPED = Path(__file__).parents[2] / "reviews" / "als_cell_therapy"
ARM = (
    "NCT01363401,cells_vs_control,alsfrs_r_change,4 to 6 months,intervention,31,,-3.10,3.51,PMID:30048006,T3,,all,me,"
    "2018-08-31,verbatim,true,"
)
EVENTS = (
    "NCT01363401,cells_vs_control,serious_adverse_events,4 to 6 months,intervention,33,3,,,PMID:30048006,T3,,all,me,"
    "2018-08-31,verbatim,true,"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / SHIPPED.name))


def complaint(folder: Path) -> str:
    with pytest.raises(ReviewError) as raised:
        load_review(folder)
    return str(raised.value)


def header(folder: Path, name: str) -> str:
    if name == "settled.csv":
        return "item,kind,subject,field,settled_by,known_from,reason"
    return (folder / name).read_text(encoding="utf-8").splitlines()[0]


ROWS = [
    # file, row, what the answer says beside file and line 2
    ("extraction.csv", ARM.replace("cells_vs_control", "cels_vs_control"), "comparison: 'cels_vs_control'", "write 'cells_vs_control'"),
    ("extraction.csv", ARM.replace("alsfrs_r_change", "alsfrs_change"), "outcome: 'alsfrs_change'", "write 'alsfrs_r_change'"),
    ("extraction.csv", ARM.replace("4 to 6 months", "4-6 months"), "timepoint: '4-6 months'", "write '4 to 6 months'"),
    ("extraction.csv", ARM.replace(",intervention,", ",interventoin,"), "arm: value 'interventoin'", "write 'intervention'"),
    ("extraction.csv", ARM.replace(",verbatim,", ",verbatm,"), "evidence: value 'verbatm'", "write 'verbatim'"),
    ("extraction.csv", ARM.replace(",31,", ",0,"), "n_analysed: value '0'", "greater than 0"),
    ("extraction.csv", ARM.replace(",31,", ",-31,"), "n_analysed: value '-31'", "greater than"),
    ("extraction.csv", ARM.replace(",31,", ",31.5,"), "n_analysed: value '31.5'", "integer"),
    ("extraction.csv", ARM.replace(",31,", ",3_1,"), "n_analysed: value '3_1'", "plain digits"),
    ("extraction.csv", ARM.replace(",31,", ",٣١,"), "n_analysed: value '٣١'", "plain digits"),
    ("extraction.csv", ARM.replace(",31,", ",thirty,"), "n_analysed: value 'thirty'", "integer"),
    ("extraction.csv", ARM.replace(",31,", ",1,"), "row: ", "one person has no standard deviation"),
    ("extraction.csv", ARM.replace("-3.10", "nan"), "mean: value 'nan'", "finite"),
    ("extraction.csv", ARM.replace("-3.10", "inf"), "mean: value 'inf'", "finite"),
    ("extraction.csv", ARM.replace("-3.10", "1e400"), "mean: value '1e400'", "finite"),
    ("extraction.csv", ARM.replace("-3.10", '"-3,10"'), "mean: value '-3,10'", "number"),
    ("extraction.csv", ARM.replace("3.51", "0"), "sd: value '0'", "greater than 0"),
    ("extraction.csv", ARM.replace("3.51", "-1"), "sd: value '-1'", "greater than"),
    ("extraction.csv", ARM.replace("3.51", "inf"), "sd: value 'inf'", "finite"),
    ("extraction.csv", ARM.replace("3.51", ""), "row: ", "a mean, and nothing else"),
    ("extraction.csv", ARM.replace("-3.10,3.51", ",3.51"), "row: ", "either n_events or mean"),
    ("extraction.csv", ARM.replace(",31,,", ",31,4,"), "row: ", "either n_events or mean"),
    ("extraction.csv", EVENTS.replace(",33,3,", ",33,34,"), "row: ", "n_events 34 is more than n_analysed 33"),
    ("extraction.csv", EVENTS.replace(",33,3,", ",33,-3,"), "n_events: value '-3'", "greater than or equal to 0"),
    ("extraction.csv", EVENTS.replace("serious_adverse_events", "alsfrs_r_change"), "n_events: 3", "give mean and sd"),
    ("extraction.csv", ARM.replace("alsfrs_r_change", "serious_adverse_events"), "mean: -3.1", "give n_events"),
    ("extraction.csv", ARM.replace("2018-08-31", "31.8.2018"), "known_from: value '31.8.2018'", "date"),
    ("extraction.csv", ARM.replace("2018-08-31", "2018-02-30"), "known_from: value '2018-02-30'", "date"),
    ("extraction.csv", ARM.replace("2018-08-31", "1018-08-31"), "known_from: 1018-08-31", "write the day"),
    ("extraction.csv", ARM.replace(",true,", ",perhaps,"), "is_confirmed: value 'perhaps'", "boolean"),
    ("extraction.csv", ARM.replace(",verbatim,true,", ",memory,true,"), "row: ", "cannot be confirmed"),
    ("extraction.csv", ARM.replace(",verbatim,true,", ",inferred,true,"), "row: ", "cannot be confirmed"),
    ("extraction.csv", ARM.replace(",verbatim,true,", ",derived,true,"), "row: ", "how it was computed"),
    ("extraction.csv", ARM.replace(",PMID:30048006", ""), "the row has another number of fields", "count the commas"),
    ("extraction.csv", ARM + ",more", "the row has another number of fields", "count the commas"),
    ("decisions.csv", "NCT01363401,desing,met,me,2020-01-01,read", "criterion", "write 'design'"),
    ("decisions.csv", "NCT01363401,design,mett,me,2020-01-01,read", "verdict", "write 'met'"),
    ("decisions.csv", "NCT01363401,design,excluded,me,2020-01-01,read", "verdict: 'excluded' is no verdict on design", "write one of"),
    ("decisions.csv", "NCT01363401,list,met,me,2020-01-01,read", "verdict: 'met' is no verdict on list", "write one of"),
    ("decisions.csv", "NCT01363401,list,include,me,2020-01-01,read", "verdict", "write 'included'"),
    ("decisions.csv", "NCT01363401,list,excluded,,2020-01-01,read", "decided_by: is empty", "give a value"),
    ("decisions.csv", "NCT01363401,list,excluded,me,soon,read", "known_from: value 'soon'", "date"),
    ("links.csv", "NCT01363401,NCT01363401,record,,true,2020-01-01,me,same", "item_id: 'NCT01363401' is linked to itself", "name the other"),
    ("links.csv", "NCT01363401,PMID:1,reprot,results,true,2020-01-01,me,why", "relation: value 'reprot'", "write 'report'"),
    ("links.csv", "NCT01363401,PMID:1,report,result,true,2020-01-01,me,why", "kind: value 'result'", "write 'results'"),
    ("links.csv", "NCT01363401,NCT02017912,record,results,true,2020-01-01,me,why", "kind: ", "leave it empty"),
    ("risk_of_bias.csv", "NCT01363401,selection bias,lo,2019,abstract", "judgement: value 'lo'", "write 'low'"),
    ("risk_of_bias.csv", "NCT01363401,selection bias,low,2018,abstract", "version: '2018'", "write '20"),
    ("certainty.csv", "alsfrs,4 to 6 months,low,imprecision,2019,abstract", "outcome: 'alsfrs'", "write one of"),
    ("certainty.csv", "alsfrs_r_change,6 months,low,imprecision,2019,abstract", "timepoint: '6 months'", "write"),
    ("certainty.csv", "alsfrs_r_change,12 months,lowish,imprecision,2019,abstract", "certainty: value 'lowish'", "write 'low'"),
    ("certainty.csv", "alsfrs_r_change,12 months,low,imprecision,2109,abstract", "version: '2109'", "write '2019'"),
    ("settled.csv", "8c11cd3,results,NCT02017912,report,me,2020-01-01,seen", "item: value '8c11cd3'", "match"),
    ("settled.csv", "q8c11cd3,result,NCT02017912,report,me,2020-01-01,seen", "kind: 'result'", "write 'results'"),
    ("settled.csv", "q8c11cd3,results,NCT02017912,report,me,1020-01-01,seen", "known_from: 1020-01-01", "write the day"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "row", "field", "to_do"), ROWS, ids=lambda value: value[:60])
def test_a_slip_in_a_row_is_answered(folder: Path, file: str, row: str, field: str, to_do: str) -> None:
    (folder / file).write_text(f"{header(folder, file)}\n{row}\n", encoding="utf-8")
    said = complaint(folder)
    [line] = [item for item in said.splitlines() if item.startswith(f"{folder / file}:2: ")]
    assert field in line
    assert to_do in line


def twice(file: str, row: str, other: str | None = None) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / file).write_text("\n".join([header(folder, file), row, other or row, ""]), encoding="utf-8")

    return write


def edited(file: str, old: str, new: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return write


def added(file: str, text: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / file).write_text(text, encoding="utf-8")

    return write


def encoded(file: str, encoding: str, old: str = "", new: str = "") -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8").replace(old, new)
        (folder / file).write_bytes(text.encode(encoding))

    return write


def renamed(old: str, new: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / old).rename(folder / new)

    return write


DECISION = "NCT01363401,design,met,me,2020-01-01,read"
SLIPS = {
    "an arm twice": (twice("extraction.csv", ARM), "lines 2 and 3 say one thing twice", "arm_label"),
    "an arm twice with other numbers": (twice("extraction.csv", ARM, ARM.replace("-3.10", "-3.20")), "lines 2 and 3", "arm_label"),
    "a decision twice": (twice("decisions.csv", DECISION), "lines 2 and 3", "keep one"),
    "two decisions of one day": (twice("decisions.csv", DECISION, DECISION.replace(",met,", ",not_met,")), "met and not_met", "keep one"),
    "a link twice": (twice("links.csv", "NCT01363401,PMID:1,report,results,true,2020-01-01,me,why"), "lines 2 and 3", "keep one"),
    "a domain twice": (twice("risk_of_bias.csv", "NCT01363401,selection bias,low,2019,a", "NCT01363401,selection bias,high,2019,a"), "lines 2 and 3", "keep one"),
    "a certainty twice": (twice("certainty.csv", "fvc_change,12 months,low,i,2019,a"), "lines 2 and 3", "keep one"),
    "an unknown column": (edited("decisions.csv", "criterion", "criterium"), "criterium: unknown column: write 'criterion'", "the column is missing"),
    "a column twice": (edited("links.csv", "reason", "study_id"), "study_id: the column stands twice", "keep one"),
    "a column without a name": (edited("links.csv", ",reason", ","), "a column has no name", "give it one"),
    "semicolons": (encoded("decisions.csv", "utf-8", ",", ";"), "set apart by commas", "save it as CSV"),
    "another encoding": (encoded("extraction.csv", "cp1252", "trialwatch", "trialwätch"), "cannot be read as UTF-8 at", "CSV UTF-8"),
    "a key twice": (edited("protocol.yaml", "title: Cell", "title: Other\ntitle: Cell"), "title: the key stands twice", "keep one"),
    "a key twice further in": (edited("protocol.yaml", "    mid: 4", "    mid: 4\n    mid: 5"), "mid: the key stands twice", "keep one"),
    "an unknown key": (edited("protocol.yaml", "thresholds:", "treshold:"), "treshold: unknown key", "correct its spelling"),
    "a tab in YAML": (edited("protocol.yaml", "  alpha", "\talpha"), "protocol.yaml:", "not YAML"),
    "a word for a number": (edited("protocol.yaml", "mid: 4", "mid: four"), "outcomes.0.mid", "number"),
    "a mean for events": (edited("protocol.yaml", "registry: survivors", "registry: deaths"), "outcomes.2", "write registry: survivors"),
    "an unknown outcome in a version": (edited("published/2019.yaml", "outcome: fvc_change", "outcome: fcv_change"), "'fcv_change'", "write 'fvc_change'"),
    "a study in two lists": (edited("published/2019.yaml", "study_id: NCT01254539", "study_id: NCT01363401"), "listed twice", "in one list"),
    "two versions of one name": (edited("published/2016.yaml", 'version: "2016"', 'version: "2019"'), "the name of two files", "give each its own"),
    "a search after its version could be read": (edited("published/2019.yaml", "2019-07-31", "2029-07-31"), "search_date: 2029-07-31", "correct the one or the other"),
    "an estimate twice": (edited("published/2019.yaml", "outcome: fvc_change", "outcome: alsfrs_r_change"), "alsfrs_r_change, 4 to 6 months stands twice", "keep one"),
    "an estimate of another measure": (edited("published/2019.yaml", "measure: MD", "measure: RR"), "alsfrs_r_change is pooled as MD", "write 'MD'"),
    "an estimate of an unknown comparison": (edited("published/2019.yaml", "{outcome: fvc_change", "{comparison: cells, outcome: fvc_change"), "comparison: 'cells'", "cells_vs_control"),
    "an estimate of what analyses.csv does not pool": (added("analyses.csv", "analysis,comparison,outcome,timepoint\n1.1,cells_vs_control,fvc_change,4 to 6 months\n"), "no row of analyses.csv pools it at '4 to 6 months'", "add one"),
    "an estimate outside its limits": (edited("published/2019.yaml", "ci_high: 5.54", "ci_high: 0.54"), "estimate 3.38 is not between", "2019.yaml:"),
    "fewer people than none": (edited("published/2019.yaml", "n_randomised: 64", "n_randomised: -64"), "n_randomised: value -64", "greater than 0"),
    "an age that no clock reaches": (edited("protocol.yaml", "ctgov: {freshness_limit_days: 3}", "ctgov: {freshness_limit_days: 99999999999}"), "freshness_limit_days", "less than or equal to 3660"),
    "an unknown design": (edited("protocol.yaml", "\neligibility:\n", "\neligibility:\n  designs: [randomised, quasi-randomised]\n"), "eligibility.designs.1: value 'quasi-randomised'", "write 'quasi_randomised'"),
    "a design taken and not taken": (edited("protocol.yaml", "\neligibility:\n", "\neligibility:\n  not_designs: [randomised]\n"), "randomised: stands among designs and not_designs", "keep one"),
    "ages the wrong way round": (edited("protocol.yaml", "\neligibility:\n", "\neligibility:\n  age: {from_years: 18, to_years: 12}\n"), "eligibility.age", "exchange them"),
    "an age in words": (edited("protocol.yaml", "\neligibility:\n", "\neligibility:\n  age: {from_years: adult}\n"), "eligibility.age.from_years: value 'adult'", "number"),
    "ages without any": (edited("protocol.yaml", "\neligibility:\n", "\neligibility:\n  age: {required: true}\n"), "eligibility.age", "give from_years or to_years"),
    "an unknown country": (edited("protocol.yaml", "\neligibility:\n", "\neligibility:\n  setting: {countries: [Germny]}\n"), "eligibility.setting.countries.0: value 'Germny'", "write 'Germany'"),
    "a setting without words": (edited("protocol.yaml", "\neligibility:\n", "\neligibility:\n  setting: {}\n"), "eligibility.setting", "leave setting out"),
    "dates the wrong way round": (edited("protocol.yaml", "\neligibility:\n", "\neligibility:\n  dates: {started_from: 2015, started_to: 2014}\n"), "eligibility.dates", "started_from 2015 is after started_to 2014"),
    "a date in words": (edited("protocol.yaml", "\neligibility:\n", "\neligibility:\n  dates: {published_from: last year}\n"), "eligibility.dates.published_from: value 'last year'", "2014-06"),
    "a day that is none": (edited("published/2019.yaml", "2019-07-31", "2019-07-32"), "not YAML: day is out of range", "correct it"),
    "a file that nobody reads": (renamed("extraction.csv", "extractions.csv"), "'extractions.csv' is not read", "write 'extraction.csv'"),
    "another such file": (renamed("decisions.csv", "descisions.csv"), "'descisions.csv' is not read", "write 'decisions.csv'"),
    "a version in a file that nobody reads": (renamed("published/2019.yaml", "published/2019.yml"), "is not read", "call it 2019.yaml"),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_in_a_file_is_answered(folder: Path, slip: str) -> None:
    write, what, to_do = SLIPS[slip]
    write(folder)
    said = complaint(folder)
    assert what in said
    assert to_do in said
    assert str(folder) in said


def test_mistakes_of_all_files_are_told_together(folder: Path) -> None:
    for slip in ("a decision twice", "an arm twice", "an unknown outcome in a version"):
        SLIPS[slip][0](folder)
    said = complaint(folder)
    assert all(name in said for name in ("decisions.csv:3", "extraction.csv:3", "fcv_change"))


@pytest.mark.parametrize(
    "write",
    [
        encoded("extraction.csv", "utf-8-sig"),
        encoded("extraction.csv", "utf-8", "\n", "\r\n"),
        encoded("extraction.csv", "utf-8", "\n", "\n\n"),
        edited("extraction.csv", "\nNCT", "\n# checked twice\nNCT"),
        edited("extraction.csv", ",intervention,", ", intervention ,"),
    ],
    ids=["byte-order mark", "CRLF", "blank lines", "a comment", "blanks around a word"],
)
def test_what_editors_add_changes_nothing(folder: Path, write: Callable[[Path], None]) -> None:
    before = load_review(folder)
    write(folder)
    after = load_review(folder)
    assert [row.model_dump() for row in after.extraction] == [row.model_dump() for row in before.extraction]


def test_a_line_is_the_one_in_the_file_below_comments_and_blank_lines(folder: Path) -> None:
    text = f"{header(folder, 'extraction.csv')}\n# first\n\n{ARM.replace(',31,', ',x,')}\n"
    (folder / "extraction.csv").write_text(text, encoding="utf-8")
    assert f"{folder / 'extraction.csv'}:4: n_analysed" in complaint(folder)


TABLES = ["extraction.csv", "links.csv", "risk_of_bias.csv", "certainty.csv", "interventions.csv"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), text=st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
def test_any_cell_is_taken_or_refused_by_file_and_line(data: st.DataObject, text: str, tmp_path: Path) -> None:
    name = data.draw(st.sampled_from(TABLES))
    rows = list(csv.reader(io.StringIO((SHIPPED / name).read_text(encoding="utf-8"))))
    line = data.draw(st.integers(1, len(rows) - 1))
    rows[line][data.draw(st.integers(0, len(rows[0]) - 1))] = text
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    folder = tmp_path / SHIPPED.name
    shutil.copytree(SHIPPED, folder, dirs_exist_ok=True)
    (folder / name).write_text(out.getvalue(), encoding="utf-8")
    try:
        load_review(folder)
    except ReviewError as error:
        assert str(folder / name) in str(error)
