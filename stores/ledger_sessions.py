"""How the ledger is opened, read and written: every write is one transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Self, TypeVar

import msgspec
from sqlalchemy import Select
from sqlalchemy.orm import Session

from stores.ledger_database import open_engine

Value = TypeVar("Value")


class Sessions:
    """A ledger at a SQLAlchemy address, opened and at the present revision."""

    def __init__(self, url: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._engine = open_engine(url)
        self._reader = self._engine.execution_options(reads_only=True)
        self._now = now

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with Session(self._reader) as session:
            yield session

    def _values(self, query: Select[Any], kind: type[Value]) -> tuple[Value, ...]:
        with self._reading() as session:
            return tuple(msgspec.convert(row, kind, from_attributes=True) for row in session.scalars(query))

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with Session(self._engine) as session, session.begin():
            yield session
