"""Columns of a spreadsheet that somebody names: for subgroups, for an order, for what effects are explained by."""

from pooling.effects import Studies
from pooling.spreadsheet import PoolError

NOT_GIVEN = "not given"


def column_of(studies: Studies, name: str) -> str:
    """The column that is meant by a name, as rows have it.

    Raises
    ------
    PoolError
        If there is none; the message lists those that there are.
    """
    column = name.strip().lower()
    for row in studies.rows:
        if column not in row.cells:
            given = ", ".join(sorted(filter(None, row.cells)))
            raise PoolError(f"{studies.path}: no column {name!r}; there are {given}")
    return column


def words_of_column(studies: Studies, name: str) -> list[str]:
    """A column as words, what is not given being said so."""
    column = column_of(studies, name)
    return [row.cells[column] if row.has(column) else NOT_GIVEN for row in studies.rows]


def numbers_of_column(studies: Studies, name: str) -> list[float | None] | None:
    """A column as numbers, None where a study does not give it; None for a column of words alone.

    Raises
    ------
    PoolError
        If some cells are numbers and one is not, which is a slip.
    """
    column = column_of(studies, name)
    numbers: list[float | None] = []
    slips = []
    for row in studies.rows:
        try:
            numbers.append(row.number(column))
        except PoolError as slip:
            slips.append(slip)
    if all(number is None for number in numbers):
        return None
    if slips:
        raise slips[0]
    return numbers
