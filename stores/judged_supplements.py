"""The supplements of a judgement as rows."""

from models.supplements import Supplements
from stores.forecast_rows import forecast_rows
from stores.rows import Row


def supplements_as_rows(supplements: Supplements) -> dict[str, list[Row]]:
    """Rows by table."""
    return {**forecast_rows(supplements.forecast, supplements.forecast_scores)}
