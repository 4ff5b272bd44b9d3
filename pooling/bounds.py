"""Which numbers a study can have in a column; what no study can have is refused where it stands."""

from pooling.spreadsheet import Row

_COUNTS = ("ai", "bi", "ci", "di", "n1i", "n2i", "ni", "events", "events1i", "events2i", "nrisk1i", "nrisk2i")
_LEAST = {
    **dict.fromkeys((*_COUNTS, "x1i", "x2i", "t1i", "t2i", "o1i", "o2i"), (0, False)),
    **dict.fromkeys(("sd1i", "sd2i", "se1i", "se2i", "surv1i", "surv2i", "icc", "pval", "vi_oe"), (0, False)),
    **dict.fromkeys(("vi", "sei", "ratio", "e1i", "e2i"), (0, True)),
    "ri": (-1, False),
    **dict.fromkeys(("cluster_size", "shared_by"), (1, False)),
    "ni": (2, False),
}
"""Least value by column, and whether that value itself is out."""
_MOST = {"pval": 1, "icc": 1, "ri": 1, **dict.fromkeys(_COUNTS, 1e10)}
"""Largest value by column; no study has more people than have lived at any time."""


def possible(row: Row, column: str) -> float | None:
    """The number in a column, None if it is missing.

    Raises
    ------
    PoolError
        If the cell holds something else than a number, or one that no study can have.
    """
    value = row.number(column)
    if value is None:
        return None
    least, is_open = _LEAST.get(column, (value, False))
    if value < least or (is_open and value == least):
        hint = "; a ratio is never below 0: if this is a logarithm, name the column yi" if column == "ratio" else ""
        raise row.problem(column, f"{value:g}; give {f'above {least:g}' if is_open else f'{least:g} or more'}{hint}")
    if value > (most := _MOST.get(column, value)):
        raise row.problem(column, f"{value:g}; give {most:g} or less")
    return value


def people_of(row: Row) -> float | None:
    """People of both arms, or of the study; None where neither is told."""
    n1, n2 = possible(row, "n1i"), possible(row, "n2i")
    return n1 + n2 if n1 and n2 else possible(row, "ni") or None
