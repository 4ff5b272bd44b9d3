"""Checks of a snapshot: each file of ``sql/checks/`` selects violations and says in its head how grave they are.

A violated check of a *row* is put before a person, and the night goes on; one of the *whole* ends the night.
"""

from typing import Literal

import msgspec

from models.screening import QueueItem
from stores.duck import COMMENT, SQL, DuckFile, WarehouseError


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One file of ``sql/checks/``; a check of a row calls its first column `subject`."""

    name: str
    query: str
    severity: Literal["row", "whole"]
    says: str
    action: str = ""
    """What a person can do about a row; every check of a row has it."""


def checks() -> tuple[Check, ...]:
    """All checks, by name."""
    found = []
    for path in sorted((SQL / "checks").glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        found.append(msgspec.convert({"name": path.stem, "query": text, **dict(COMMENT.findall(text))}, Check))
    return tuple(found)


def violated_rows(snapshot: DuckFile) -> tuple[QueueItem, ...]:
    """Run every check; returns what it says against single rows.

    Raises
    ------
    WarehouseError
        If the whole is not sound, naming each violated check with its first row.
    """
    items, problems = [], []
    for check in checks():
        found = snapshot.rows(check.query)
        if found and check.severity == "whole":
            problems.append(f"{check.name}: {check.says}: {len(found)} rows, the first is {found[0]}")
        elif check.severity == "row":
            items += [_item(check, **row) for row in found]
    if problems:
        raise WarehouseError("nothing is published: " + "; ".join(problems))
    return tuple(items)


def _item(check: Check, subject: str, **further: object) -> QueueItem:
    return QueueItem(
        kind="check",
        subject=subject,
        reason=check.says,
        field=check.name.partition("__")[0],
        value=", ".join(f"{name} {value}" for name, value in further.items()),
        action=check.action,
    )
