"""Columns that analyses need and a table does not have, as when somebody has renamed them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches

from exchange.cochrane.package import Loss
from exchange.cochrane.tables import Table

_NEAR = 0.5
"""How alike two names are at least, of which one may have become the other; a name that was cut short counts."""
_JUDGED = ("(judgement)", "(support)")
_SHOWN = 12
"""Analyses that a loss names."""


def losses_of_columns(table: Table, costs: Mapping[str, str], known: Collection[str]) -> Iterator[Loss]:
    """What is lost with columns that are not there: once each, and the columns that nobody knows beside them.

    Parameters
    ----------
    costs : what the lack of a column comes to, by its name
    known : names of columns that a table of this kind may have
    """
    lost = {column: cost for column, cost in costs.items() if column not in table.header}
    strange = [name for name in table.header if name not in known and not name.endswith(_JUDGED)] if lost else []
    for column, cost in lost.items():
        yield Loss(file=table.name, line=1, column=column, done=f"there is no such column, so {cost}")
    for name in strange:
        meant = _nearest(name, lost)
        done = "not known, and not read" + (f"; perhaps this is {meant!r}: name it so" if meant else "")
        yield Loss(file=table.name, line=1, column=name, done=done)


def _nearest(name: str, columns: Collection[str]) -> str:
    by_plain = {column.casefold(): column for column in columns}
    return next((by_plain[found] for found in get_close_matches(name.casefold(), by_plain, n=1, cutoff=_NEAR)), "")


def uncomputable(keys: Sequence[str]) -> str:
    """What the lack of a column comes to for analyses that need it."""
    more = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
    return f"these analyses cannot be computed: {', '.join(keys[:_SHOWN])}{more}"
