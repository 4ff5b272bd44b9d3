"""Columns that analyses need and a table of rows does not have, as when somebody has renamed them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches

from exchange.cochrane.columns import ROW_COLUMNS
from exchange.cochrane.package import Loss
from exchange.cochrane.tables import Table

_NEAR = 0.5
"""How alike two names are at least, of which one may have become the other; a name that was cut short counts."""
_SHOWN = 12
"""Analyses that a loss names."""


def losses_of_columns(table: Table, needed: Mapping[str, Sequence[str]]) -> Iterator[Loss]:
    """What is lost with columns that are not there: once each, and the columns that nobody knows beside them.

    Parameters
    ----------
    needed : analyses that cannot be computed without a column, by its name
    """
    lost = {column: keys for column, keys in needed.items() if keys and column not in table.header}
    strange = [name for name in table.header if _is_strange(name)] if lost else []
    for column, keys in lost.items():
        done = f"there is no such column, so these analyses cannot be computed: {_listed(keys)}"
        yield Loss(file=table.name, line=1, column=column, done=done)
    for name in strange:
        meant = _nearest(name, lost)
        done = "not known, and not read" + (f"; perhaps this is {meant!r}: name it so" if meant else "")
        yield Loss(file=table.name, line=1, column=name, done=done)


def _is_strange(column: str) -> bool:
    return column not in ROW_COLUMNS and not column.endswith(("(judgement)", "(support)"))


def _nearest(name: str, columns: Collection[str]) -> str:
    by_plain = {column.casefold(): column for column in columns}
    return next((by_plain[found] for found in get_close_matches(name.casefold(), by_plain, n=1, cutoff=_NEAR)), "")


def _listed(keys: Sequence[str]) -> str:
    more = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
    return ", ".join(keys[:_SHOWN]) + more
