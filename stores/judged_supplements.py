"""The supplements of a judgement as rows."""

from models.supplements import Supplements
from stores.rows import Row


def supplements_as_rows(supplements: Supplements) -> dict[str, list[Row]]:
    """Rows by table."""
    return {}
