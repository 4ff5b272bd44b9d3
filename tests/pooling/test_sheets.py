"""Workbooks and encodings are read as their programs write them; what is something else is told what to become."""

import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from models.vocabulary import Measure, Model
from pooling.pool import analyses
from pooling.spreadsheet import PoolError


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


TWO = [["study", "ai", "n1i", "ci", "n2i"], ["Oh 2018", 3, 33, 6, 31], ["NurOwn 3", 23, 95, 17, 94]]


def one(path, measure=Measure.RR):
    (found,) = analyses(path, measure, [Model.COMMON])
    return found


def test_a_workbook_is_read_from_its_first_sheet_with_names_of_columns(tmp_path):
    path = workbook(
        tmp_path / "trials.xlsx",
        About=[["Made by", "somebody"], ["on", date(2024, 5, 3)]],
        Data=[["Trials of cells"], [], *TWO, [None] * 5, ["Third", None, 24, None, 24]],
    )
    found = one(path)
    assert found.studies.names == ("Oh 2018", "NurOwn 3")
    assert [row.line for row in found.studies.rows] == [4, 5]
    assert "left out, not all of ai, n1i, ci, n2i given: line 7" in found.studies.notes
    assert any("sheet 'Data'" in note for note in found.studies.notes)


def test_numbers_of_a_workbook_are_those_that_it_stores(tmp_path):
    rows = [["study", "yi", "vi", "when"], ["A", 0.25, 0.1, date(2020, 1, 2)], ["B", -0.1, 0.2, None]]
    path = workbook(tmp_path / "effects.xlsx", Data=rows)
    book = openpyxl.load_workbook(path)
    book["Data"]["B2"].number_format = "0%"
    book.save(path)
    found = one(path, Measure.GEN)
    assert found.pooled.estimate == pytest.approx((2.5 - 0.5) / 15)


BROKEN = {
    "a date in place of a number": ([["yi", "vi"], [date(2020, 3, 5), 0.1]], r"line 2, column yi: '2020-03-05' is a date"),
    "an error of a formula": ([["yi", "vi"], ["#DIV/0!", 0.1]], "error of the spreadsheet's own formula"),
    "a formula without a result": ([["yi", "vi"], ["=1/4", 0.1]], r"line 2, column A: the formula =1/4 has no stored result"),
    "nothing": ([[]], "no rows"),
    "names alone": ([["yi", "vi"]], "no rows"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_workbook_is_refused_for(tmp_path, name):
    rows, message = BROKEN[name]
    with pytest.raises(PoolError, match=message):
        one(workbook(tmp_path / "trials.xlsx", Data=rows), Measure.GEN)


OTHER_FILES = {
    "trials.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), r"old kind \(.xls\), or one with a password; save it as .xlsx"),
    "half.xlsx": (b"PK\x03\x04 and then nothing", "broken archive"),
    "noise.csv": (b"yi,vi\n\x81\x8d\x8f\xff,1\n", "cannot be read as text"),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHER_FILES)
def test_other_files_are_told_what_to_become(tmp_path, name):
    data, message = OTHER_FILES[name]
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(PoolError, match=message):
        one(path, Measure.GEN)


@pytest.mark.parametrize(("inside", "message"), [("content.xml", "OpenDocument"), ("photo.jpg", "not a workbook")])
def test_other_archives_are_named(tmp_path, inside, message):
    path = tmp_path / "trials.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(inside, "<x/>")
    with pytest.raises(PoolError, match=message):
        one(path, Measure.GEN)


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_text_is_read_in_the_encodings_of_spreadsheets(write, encoding):
    found = one(write("study;yi;vi\nÉtude à Köln;0,25;0,1\n", encoding=encoding), Measure.GEN)
    assert found.studies.names == ("Étude à Köln",)
    assert any("cp1252" in note for note in found.studies.notes) == (encoding in ("cp1252", "latin-1"))


def test_a_title_above_the_names_is_passed_over(write):
    found = one(write("Table 1. Trials\n(not all)\nstudy,ai,n1i,ci,n2i\nOh 2018,3,33,6,31\n"))
    assert [row.line for row in found.studies.rows] == [4]
