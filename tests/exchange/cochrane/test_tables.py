"""Cells are kept as they stand, whatever wrote the table; what it costs is a loss."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.cochrane.files import PackageFile
from exchange.cochrane.tables import read_table, with_decimal_point

TEXT = "Study,Year,Note\nBernabe-García 2021,2021,“30 °C” ≥ 5\nO’Brien 2013,2013,x\n"
ROWS = [["Bernabe-García 2021", "2021", "“30 °C” ≥ 5"], ["O’Brien 2013", "2013", "x"]]
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


def read(body: bytes) -> tuple[list[list[str]], list[str]]:
    table = read_table(PackageFile("t.csv", body))
    return [list(line.cells.values()) for line in table.lines], [str(loss) for loss in table.losses]


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=6), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_every_cell_comes_back_as_it_was_written(rows: list[list[str]], end: str, is_marked: bool) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([["a", "b", "c"], *rows])
    found, losses = read((b"\xef\xbb\xbf" if is_marked else b"") + text.getvalue().encode())
    assert found == [row for row in rows if any(row)]
    assert losses == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_any_line_end_and_mark_is_read_without_a_loss(end: str, encoding: str) -> None:
    assert read(TEXT.replace("\n", end).encode(encoding)) == (ROWS, [])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read_and_told(encoding: str) -> None:
    rows, losses = read(TEXT.encode(encoding))
    assert rows == ROWS
    assert losses == ["t.csv: not in UTF-8: read as UTF-16; look at its accents"]


def test_lines_in_the_encoding_of_windows_are_read_and_told() -> None:
    first, garcia, brien = TEXT.replace("≥", ">").splitlines(keepends=True)
    rows, losses = read(first.encode() + garcia.encode("cp1252") + brien.encode())
    assert rows == [["Bernabe-García 2021", "2021", "“30 °C” > 5"], ["O’Brien 2013", "2013", "x"]]
    assert losses == ["t.csv:2: not in UTF-8 (1 lines): read as Windows-1252; look at its accents"]


def test_line_ends_may_be_mixed_and_stand_inside_of_cells() -> None:
    rows, losses = read(b'a,b\n1,"x\r\ny\nz"\r\n2,w\n\n\r\n3,v')
    assert rows == [["1", "x\r\ny\nz"], ["2", "w"], ["3", "v"]]
    assert losses == []


def test_a_line_is_told_by_its_first_line_in_the_file() -> None:
    table = read_table(PackageFile("t.csv", b'a,b\n1,"x\ny"\n\n2,w\n'))
    assert [line.number for line in table.lines] == [2, 5]


def test_cells_of_any_length_are_read() -> None:
    long = "x" * 1_000_000
    assert read(f"a,b\n1,{long}\n".encode())[0] == [["1", long]]


@pytest.mark.parametrize(
    ("body", "rows", "told"),
    [
        (b"a;b\n1;2\n", [["1", "2"]], "t.csv:1: separated by semicolons, not by commas"),
        (b"a\tb\n1\t2\n", [["1", "2"]], "t.csv:1: separated by tabs, not by commas"),
        (b"a,a\n1,2\n", [["1", "2"]], "t.csv:1: a: value 'a': a column that is there twice"),
        (b"a,b\n1\n", [["1", ""]], "t.csv:2: 1 cells under 2 columns: the line may be cut off"),
        (b"a,b\n1,2,3\n", [["1", "2"]], "t.csv:2: more cells than columns: left out (3)"),
        (b"a,b\n1,2\0\n", [["1", "2"]], "t.csv: holds NUL characters: left out"),
    ],
)
def test_what_a_table_costs_is_named(body: bytes, rows: list[list[str]], told: str) -> None:
    found, losses = read(body)
    assert found == rows
    assert len(losses) == 1
    assert losses[0].startswith(told)


@pytest.mark.parametrize(
    ("cells", "has"),
    [
        (["1,5"], True),
        (["0,613"], True),
        (["1.234,5"], True),
        (["1,234"], True),
        (["1,234", "0.5"], False),
        (["1,5", "0.5"], True),
        (["1.5"], False),
        (["5"], False),
        (["97,5%"], True),
        (["4,69E-4"], True),
        (["1,5 mg"], False),
    ],
)
def test_commas_are_decimal_where_numbers_tell_it(cells: list[str], has: bool) -> None:
    body = "".join(f"{line}\n" for line in ["a;b", *(f"x;{cell}" for cell in cells)])
    assert read_table(PackageFile("t.csv", body.encode())).has_decimal_commas is has


@pytest.mark.parametrize(
    ("cell", "read_as"),
    [("1,5", "1.5"), ("-0,25", "-0.25"), ("1.234,5", "1234.5"), ("4,69E-4", "4.69E-4"), ("0.5", "0.5"), ("1.234", "?")],
)
def test_decimal_commas_are_read_and_what_could_be_two_numbers_is_not(cell: str, read_as: str) -> None:
    assert with_decimal_point(cell) == read_as


def test_names_of_columns_may_hold_the_other_separator() -> None:
    table = read_table(PackageFile("t.csv", b"Study;Domain: a, b;c\nAsh;low;high\n"))
    assert table.header == ("Study", "Domain: a, b", "c")
