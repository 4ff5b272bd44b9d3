"""The verdicts of earlier nights: a file that saves time and is made again whenever it is missing.

A review's verdict on a content counts as long as the rules that found it are the same; others are overwritten. A
file that is damaged, locked or cannot be written costs its time and nothing else, and is named once.
"""

import logging
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from models.screening import CriterionVerdict

log = logging.getLogger("trialwatch")

Ruled = tuple[CriterionVerdict, ...]
_TABLE = """CREATE TABLE IF NOT EXISTS verdict (
    review TEXT NOT NULL, content TEXT NOT NULL, rules TEXT NOT NULL, verdicts BLOB NOT NULL,
    PRIMARY KEY (review, content)
) WITHOUT ROWID"""
_decode = msgspec.json.Decoder(Ruled).decode


class KnownVerdicts:
    """Verdicts of one review by one set of rules, for as long as the context lasts."""

    def __init__(self, path: Path, review: str, rules: str) -> None:
        self._path, self._review, self._rules = path, review, rules
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        try:
            self._connection = sqlite3.connect(self._path, timeout=1.0)
            self._connection.execute(_TABLE)
        except sqlite3.Error as error:
            self._do_without(error)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def find(self, content: str) -> Ruled | None:
        """The verdicts on a content, None if these rules have not judged it yet."""
        if self._connection is None:
            return None
        try:
            found = self._connection.execute(
                "SELECT verdicts FROM verdict WHERE review = ? AND content = ? AND rules = ?",
                (self._review, content, self._rules),
            ).fetchone()
            return _decode(found[0]) if found else None
        except (sqlite3.Error, msgspec.DecodeError) as error:
            self._do_without(error)
            return None

    def keep(self, new: Mapping[str, Ruled]) -> None:
        """Remember verdicts for later nights."""
        if self._connection is None or not new:
            return
        rows = [
            (self._review, content, self._rules, msgspec.json.encode(verdicts)) for content, verdicts in new.items()
        ]
        try:
            with self._connection:
                self._connection.executemany("INSERT OR REPLACE INTO verdict VALUES (?, ?, ?, ?)", rows)
        except sqlite3.Error as error:
            self._do_without(error)

    def _do_without(self, error: Exception) -> None:
        self._close()
        is_in_use = isinstance(error, sqlite3.OperationalError)
        told = "look who uses it, and whether it can be written" if is_in_use else "it is set aside and made again"
        _warn(f"{self._path}: {error}; every record is judged anew, {told}")
        if not is_in_use:
            with suppress(OSError):
                self._path.replace(self._path.with_name(f"{self._path.name}.damaged"))

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@cache
def _warn(message: str) -> None:
    """Say it once: a night looks twice, and a schedule every night."""
    log.warning(message)
