"""What a statistician mistypes: each slip is applied, refused with line, column and what to write, or noticed."""

from pathlib import Path

import openpyxl
import pytest

from models.vocabulary import Measure, Model
from pooling.pool import analyses
from pooling.spreadsheet import PoolError

TABLES = "study,ai,n1i,ci,n2i\n"
MEANS = "study,m1i,sd1i,n1i,m2i,sd2i,n2i\n"
TWO = "A,12,100,20,101\nB,5,50,8,52\n"


def one(path: Path, measure: str):
    (found,) = analyses(path, Measure(measure), [Model.COMMON])
    return found.studies


APPLIED = {
    "a mark of byte order, tabs and Windows line ends": (
        "\ufeff" + (TABLES + TWO).replace(",", "\t").replace("\n", "\r\n")
    ),
    "line ends of an old Macintosh": (TABLES + TWO).replace("\n", "\r"),
    "bars between columns": (TABLES + TWO).replace(",", "|"),
    "blanks that do not break": TABLES + TWO.replace("12,", "12\u00a0,\u00a0"),
    "bars around a drawn table": "| study | ai | n1i | ci | n2i |\n|---|:--|---|---|--:|\n"
    + "".join(f"| {' | '.join(line.split(','))} |\n" for line in TWO.splitlines()),
    "an apostrophe before a number": TABLES + TWO.replace("12,", "'12,"),
    "characters that nobody sees": TABLES.replace("ai", "a\u200bi") + TWO.replace("12,", "12\u200b,"),
}


@pytest.mark.parametrize("name", APPLIED)
def test_a_file_is_read_as_it_is_meant_in_spite_of(write, name):
    path = write("")
    path.write_bytes(APPLIED[name].encode())
    found = one(path, "RR")
    assert found.names == ("A", "B")
    assert found.values["ai"].tolist() == [12, 5]
    assert found.notes == ()


@pytest.mark.parametrize("minus", "-−–‐‑‒﹣－")
def test_a_minus_is_one_in_any_typeface(write, minus):
    assert one(write(f"study,yi,sei\nA,{minus}0.25,0.1\n"), "GEN").yi.tolist() == [-0.25]


NOTHING = [
    *("NA", "n/a", "N.A.", "n. a.", "N\\A", "#N/A", "NaN", "null", "-", "--", "–", "—", "−", "?", ".", "..."),
    *("NR", "n.r.", "nd", "n.d.", "N/D", "NK", "unk", "unclear", "not reported", "Not Done", "unreported", "no data"),
    *("missing", "k.A.", "k. A.", "keine Angabe", "TBD"),
]


@pytest.mark.parametrize("cell", NOTHING)
def test_a_word_for_nothing_leaves_its_row_out_and_says_so(write, cell):
    found = one(write(f"{TABLES}{TWO}C,{cell},60,9,61\n"), "RR")
    assert found.names == ("A", "B")
    assert found.notes == ("left out, not all of ai, n1i, ci, n2i given: line 4",)


REFUSED = {
    # file, measure, what is said besides the file's name
    "limits the wrong way round": ("study,ratio,ci.lb,ci.ub\nA,0.8,1.1,0.6\n", "HR", "line 2, columns ci.lb, ci.ub: ci.lb 1.1, ci.ub 0.6: the lower limit is above the upper"),
    "ratios with limits as yi": ("study,yi,ci.lb,ci.ub\nA,0.80,0.60,1.07\n", "HR", "name the column ratio"),
    "a mark between thousands": (f'{TABLES}A,12,"1,234",20,1250\n', "RR", "line 2, column n1i: '1,234' has marks between thousands, or a decimal comma in a file with commas between columns; write 1234"),
    "a decimal comma between commas": ('study,yi,sei\nA,"-0,25",0.1\n', "GEN", "line 2, column yi: '-0,25' has a decimal comma; write -0.25"),
    "more events than people": (f"{TABLES}A,120,100,20,101\n", "RR", "line 2, column ai: 120 events among 100 people (n1i)"),
    "events below none": (f"{TABLES}A,-12,100,20,101\n", "RR", "line 2, column ai: -12; give 0 or more"),
    "a percentage": (f"{TABLES}A,12%,100,20,101\n", "RR", "line 2, column ai: '12%' is a percentage; give people"),
    "a day": (f"{TABLES}A,05-Mar,100,20,101\n", "RR", "line 2, column ai: '05-Mar' is a date"),
    "a month": (f"{TABLES}A,Dec-50,100,20,101\n", "RR", "column ai: 'Dec-50' is a date"),
    "a day of a year": (f"{TABLES}A,3/5/2024,100,20,101\n", "RR", "column ai: '3/5/2024' is a date"),
    "a day in German": (f"{TABLES}A,05. Mrz,100,20,101\n", "RR", "column ai: '05. Mrz' is a date"),
    "the mark of a footnote": (f"{TABLES}A,12*,100,20,101\n", "RR", "column ai: '12*' has words or marks beside its number; write 12 alone"),
    "another mark of a footnote": (f"{TABLES}A,12†,100,20,101\n", "RR", "write 12 alone"),
    "brackets of accountants": ("study,yi,sei\nA,(0.25),0.1\n", "GEN", "column yi: '(0.25)' is in brackets, which may mean that it is below 0; write -0.25 or 0.25"),
    "names in two lines": ("Study,Intervention,,Control,\n,Events,Total,Events,Total\nA,12,100,20,101\n", "RR", "names stand in two lines? join them in one, such as 'intervention events'"),
    "arms above the names": (",Intervention,,Control,\nStudy,Events,Total,Events,Total\nA,12,100,20,101\n", "RR", "two columns are named events, total; keep one of them, or name the arm in both, such as 'intervention events' and 'control events'"),
    "an estimate and its limits in one cell": ("study,HR,95% CI\nA,0.8,0.6-1.1\n", "HR", "ratio ci.lb ci.ub; 95% ci: more than one number in a cell, give each a column"),
    "events of people in one cell": ("study,intervention events,control events\nA,12/100,20/101\n", "RR", "intervention events, control events: more than one number in a cell"),
    "a mean with its SD in one cell": ("study,intervention mean (SD),intervention n,control mean (SD),control n\nA,12.1 (3.2),40,10.2 (3.1),41\n", "MD", "more than one number"),
    "per cent by their name": ("study,intervention events (%),intervention n,control events (%),control n\nA,12,40,10,41\n", "RR", "do not give RR"),
    "a quotation mark that nothing closes": (f'{TABLES}A,12,100,20,101\n"B,5,50,8,52\nC,5,50,8,52\n', "RR", "line 3: a quotation mark opens a cell and none closes it"),
    "blanks between columns": ((TABLES + TWO).replace(",", " "), "RR", "comma, semicolon, tab or bar between them"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_is_refused_with_what_to_do_for(write, name):
    text, measure, said = REFUSED[name]
    path = write(text)
    with pytest.raises(PoolError) as refused:
        one(path, measure)
    assert str(refused.value).startswith(str(path))
    assert said in str(refused.value)


NOTICED = {
    "ratios as yi": ("study,yi,sei\nA,0.82,0.1\nB,0.91,0.1\nC,1.05,0.2\n", "HR", "every yi is above 0, from 0.82 to 1.05, around 1: ratios in place of"),
    "standard errors in one row": (MEANS + "A,12.1,0.8,40,10.2,0.7,41\nB,11.5,5.1,35,10.1,4.8,36\nC,12.9,4.7,60,11.2,5.2,58\nD,12,4.9,22,10.9,5.3,25\n", "MD", "A (line 2): sd1i 0.8 and sd2i 0.7 beside SDs of about 4.85: a standard error"),
    "standard errors in all rows": (MEANS + "A,12.1,0.8,40,10.2,0.7,41\nB,11.5,0.86,35,10.1,0.8,36\nC,12.9,0.61,60,11.2,0.68,58\n", "MD", "means differ by about 2.4 SDs"),
    "one study in two spellings": (f"{TABLES}Müller 2004,3,40,5,41\nMuller  2004,9,60,8,61\n", "RR", "lines 2 and 3 (Müller 2004, Muller  2004): one study in two spellings"),
    "the same row in two spellings": (f"{TABLES}O'Brien,3,40,5,41\nO’Brien,3,40,5,41\n", "RR", "lines 2 and 3 (O'Brien, O’Brien) hold the same numbers"),
    "a total at the end": (f"{TABLES}{TWO}Total,17,150,28,153\n", "RR", "line 4 (Total) is the sum of the others"),
    "a total without a name": (f"{TABLES}{TWO},17,150,28,153\n", "RR", "line 4 (row 4) is the sum of the others"),
    "per cent as events": (f"{TABLES}A,12.5,100,20.3,101\n", "RR", "ai 12.5 (line 2), ci 20.3 (line 2); right only if they were divided or imputed, not as per cent"),
    "a p printed as 0": ("study,yi,pval\nA,0.5,0.00\nB,0.3,0.03\n", "GEN", "left out, a p printed as 0.00 tells no SE: A (line 2)"),
    "a remark below": (f"{TABLES}{TWO}* adjusted for baseline\n", "RR", "line 4 is read as a remark, not as a study: * adjusted for baseline"),
    "a remark with commas": (f"{TABLES}{TWO}\nSource: Table 2, read by two, checked, page 3, and more\n", "RR", "line 5 is read as a remark"),
    "commas beside points": ("study;yi;sei\nA;-0,25;0,1\nB;0.12;0,2\n", "GEN", "decimal commas and points in one file, both read as decimal marks: yi -0,25 (line 2) and yi 0.12 (line 3)"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOTICED)
def test_a_file_is_pooled_and_a_note_tells_of(write, name):
    text, measure, said = NOTICED[name]
    found = one(write(text), measure)
    assert [note for note in found.notes if said in note], found.notes


ORDINARY = {
    "logarithms on one side of 1": ("study,yi,sei\nA,0.12,0.1\nB,0.31,0.1\nC,0.25,0.2\n", "HR"),
    "logarithms on both sides of 0": ("study,yi,sei\nA,-0.12,0.4\nB,1.1,0.4\nC,0.25,0.4\n", "HR"),
    "a study that is called Total": (f"{TABLES}{TWO}Totalis 2001,3,70,6,72\n", "RR"),
    "decimal commas alone": ("study;yi;sei\nA;-0,25;0,1\nB;0,12;0,2\n", "GEN"),
    "two authors of one letter": (f"{TABLES}Li 2004,3,40,5,41\nLi 2005,9,60,8,61\n", "RR"),
}


@pytest.mark.parametrize("name", ORDINARY)
def test_nothing_is_said_of(write, name):
    text, measure = ORDINARY[name]
    assert one(write(text), measure).notes == ()


def workbook(path: Path) -> tuple[openpyxl.Workbook, Path]:
    book = openpyxl.Workbook()
    book.active.title = "Data"
    for line in (TABLES + TWO).splitlines():
        book.active.append([int(cell) if cell.isdigit() else cell for cell in line.split(",")])
    return book, path / "trials.xlsx"


def test_a_hidden_sheet_is_not_read_and_a_hidden_row_is_and_both_are_told(tmp_path):
    book, path = workbook(tmp_path)
    hidden = book.create_sheet("Old", 0)
    for row in (["study", "ai", "n1i", "ci", "n2i"], ["X", 1, 10, 2, 10]):
        hidden.append(row)
    hidden.sheet_state = "hidden"
    book["Data"].row_dimensions[3].hidden = True
    book.active = 1
    book.save(path)
    found = one(path, "RR")
    assert found.names == ("A", "B")
    assert found.notes == (
        "the hidden sheet 'Old' is not read",
        "rows that are hidden in the workbook are read, too: line 3",
    )


def test_arms_in_merged_cells_above_the_names_are_refused_with_what_to_do(tmp_path):
    book, path = workbook(tmp_path)
    sheet = book["Data"]
    sheet.insert_rows(1)
    for cell, text in {"A1": "Study", "B1": "Intervention", "D1": "Control", "B2": "Events", "C2": "Total"}.items():
        sheet[cell] = text
    for merged in ("A1:A2", "B1:C1", "D1:E1"):
        sheet.merge_cells(merged)
    book.save(path)
    with pytest.raises(PoolError, match="names stand in two lines"):
        one(path, "RR")


def test_a_decimal_comma_in_a_workbook_is_text_and_refused_with_what_to_write(tmp_path):
    book, path = workbook(tmp_path)
    book["Data"]["B2"] = "12,0"
    book.save(path)
    with pytest.raises(PoolError, match=r"line 2, column ai: '12,0' has a decimal comma; write 12\.0"):
        one(path, "RR")
