"""An empty warehouse with every declared table and every view, to be filled with a case's rows."""

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest

from models.tables import metadata
from stores.duck import ddl, view_files

Rows = list[dict[str, Any]]
Given = Callable[[dict[str, Rows]], duckdb.DuckDBPyConnection]


@pytest.fixture
def given() -> Iterator[Given]:
    """A warehouse that holds the rows that a case gives; what a row leaves out is NULL."""
    with duckdb.connect() as connection:
        for table in metadata.sorted_tables:
            connection.execute(ddl(table))
        for path in view_files(""):
            connection.execute(path.read_text(encoding="utf-8"))

        def fill(tables: dict[str, Rows]) -> duckdb.DuckDBPyConnection:
            for name, rows in tables.items():
                for row in rows:
                    marks = ", ".join("?" for _ in row)
                    connection.execute(f"INSERT INTO {name} ({', '.join(row)}) VALUES ({marks})", list(row.values()))
            return connection

        yield fill
