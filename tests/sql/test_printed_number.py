"""The warehouse reads a printed number as the program does."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.printed import printed_number
from stores.duck import SQL

PIECES = ["1", "23", "456", "0", ".", ",", "-", "+", "−", "–", "‒", "e", "E", "5", "<", "NA", " ", "nan", "inf", "_"]
printed = st.lists(st.sampled_from(PIECES), max_size=8).map("".join) | st.floats(allow_nan=False).map(str)


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    found = duckdb.connect()
    found.execute((SQL / "005_printed_number.sql").read_text(encoding="utf-8"))
    return found


@given(texts=st.lists(printed, min_size=1, max_size=40))
def test_one_text_is_one_number(connection: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    rows = connection.execute("SELECT printed_number(text) FROM (SELECT unnest(?) AS text)", [texts]).fetchall()
    assert [number for (number,) in rows] == [printed_number(text) for text in texts]
