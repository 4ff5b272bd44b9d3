"""What the corpus and a snapshot have in common: tables from their declarations, views from their files."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa
from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Date, DateTime, Float, String, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateTable

from stores.rows import Row

SQL = Path(__file__).parent.parent / "sql"
STORAGE = "v1.5.0"
"""DuckDB storage version that clients since 1.5 can open, and 2.x writes on request."""
MEMORY = ":memory:"
"""Path of a file that is asked and not kept."""

_DIALECT: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
_ARROW: dict[type, pa.DataType] = {
    String: pa.string(),
    BigInteger: pa.int64(),
    Float: pa.float64(),
    Boolean: pa.bool_(),
    Date: pa.date32(),
    DateTime: pa.timestamp("us"),
}
COMMENT = re.compile(r"--\s*(\w+):\s*(.+)")
"""A line at the head of a file of ``sql/``: a name, and what is said of it."""


class WarehouseError(Exception):
    """A snapshot violates a check, or a view's file is not as it should be; nothing is published."""


class DuckFile:
    """An open warehouse file under its alias."""

    def __init__(self, path: Path | str, alias: str) -> None:
        self._alias = alias
        self._connection = duckdb.connect()
        if path == MEMORY:
            self._connection.execute(f"ATTACH '{MEMORY}' AS {alias}")
        else:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            self._connection.execute(f"ATTACH {literal(str(path))} AS {alias} (STORAGE_VERSION '{STORAGE}')")
        self._connection.execute(f"USE {alias}")

    def create_table(self, table: Table) -> None:
        """Create a declared table with its comments."""
        self._connection.execute(_definition(table))

    def create_views(self, layer: str) -> None:
        """Create the views of one layer, ``0`` core, ``1`` review or ``2`` out, with the comments in their files.

        Raises
        ------
        WarehouseError
            If a column of a view has no comment.
        """
        for path in view_files(layer):
            text = path.read_text(encoding="utf-8")
            self._connection.execute(text)
            name, comments = path.stem.split("_", 1)[1], dict(COMMENT.findall(text))
            columns = self.rows(
                "SELECT column_name FROM duckdb_columns() WHERE table_name = ? AND database_name = ?",
                [name, self._alias],
            )
            missing = [row["column_name"] for row in columns if row["column_name"] not in comments]
            if missing:
                raise WarehouseError(f"{path.name}: column {missing[0]} has no line '-- {missing[0]}: meaning'")
            statements = [f"COMMENT ON VIEW {name} IS {literal(comments[name])}"] if columns else []
            for row in columns:
                column = row["column_name"]
                statements.append(f'COMMENT ON COLUMN {name}."{column}" IS {literal(comments[column])}')
            self._connection.execute(";\n".join(statements))

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Add rows to a declared table; absent columns are NULL."""
        if not rows:
            return
        if unknown := set().union(*rows) - {column.name for column in table.columns}:
            raise WarehouseError(f"{table.name} has no columns {sorted(unknown)}")
        self._append(table.name, pa.Table.from_pylist(list(rows), schema=arrow_schema(table)))

    def _append(self, name: str, batch: pa.Table) -> None:
        """Add a batch to a table by the names of its columns."""
        if batch.num_rows:
            self._connection.register("batch", batch)
            self._connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM batch")
            self._connection.unregister("batch")

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Run a query and return its rows as dictionaries."""
        cursor = self._connection.execute(query, list(parameters))
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements inside, or none."""
        self._connection.begin()
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        self._connection.commit()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            # What went wrong may be that nothing more can be written.
            self._connection.close()

    def close(self) -> None:
        """Write everything to the file and close it."""
        self._connection.execute(f"CHECKPOINT {self._alias}")
        self._connection.close()


@lru_cache
def _definition(table: Table) -> str:
    comments = [f"COMMENT ON TABLE {table.name} IS {literal(table.comment or '')}"]
    comments += [
        f"COMMENT ON COLUMN {table.name}.{column.name} IS {literal(column.comment or '')}" for column in table.columns
    ]
    return ";\n".join([ddl(table), *comments])


def view_files(layer: str) -> list[Path]:
    """Files of one layer of views, in order."""
    return sorted(SQL.glob(f"{layer}*.sql"))


def ddl(table: Table) -> str:
    """CREATE TABLE of a declared table; DuckDB reads PostgreSQL's dialect."""
    return str(CreateTable(table).compile(dialect=_DIALECT))


def literal(text: str) -> str:
    """Text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def arrow_schema(table: Table) -> pa.Schema:
    """Columns of a declared table as Arrow has them."""
    return pa.schema([(column.name, _arrow_type(column)) for column in table.columns])


def _arrow_type(column: Column[Any]) -> pa.DataType:
    return pa.list_(pa.string()) if isinstance(column.type, ARRAY) else _ARROW[type(column.type)]
