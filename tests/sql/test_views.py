"""Every view says what its table of cases says: rows given, rows expected."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from stores.duck import SQL

CASES = Path(__file__).parent / "views"


def cases() -> list[Any]:
    found = []
    for path in sorted(CASES.glob("*.yaml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8")):
            found.append(pytest.param(path.stem, case, id=f"{path.stem}: {case['case']}"))
    return found


def test_every_view_and_macro_has_cases() -> None:
    assert {path.stem for path in CASES.glob("*.yaml")} == {path.stem.split("_", 1)[1] for path in SQL.glob("*.sql")}


@pytest.mark.parametrize(("name", "case"), cases())
def test_a_view_shows_what_is_expected(name: str, case: dict[str, Any], given: Any) -> None:
    connection: duckdb.DuckDBPyConnection = given(case["given"])
    expected = case["expect"]
    columns = list(expected[0]) if expected else ["*"]
    source = case.get("from", name)
    found = connection.execute(f"SELECT {', '.join(columns)} FROM {source}").fetchall()
    rows = [dict(zip(columns, map(plain, row), strict=True)) for row in found] if expected else found
    wanted = [{key: plain(value) for key, value in row.items()} for row in expected]
    assert rows == wanted if case.get("in_order") else sorted(rows, key=str) == sorted(wanted, key=str)


def plain(value: Any) -> Any:
    """Dates and moments as text, as the tables write them."""
    return str(value) if isinstance(value, date | datetime) else value
