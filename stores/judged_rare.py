"""Other ways of pooling rare events as rows."""

from collections.abc import Iterator, Sequence

import msgspec

from models.rare_events import RareEvents
from stores.rows import OF_ANALYSIS, Row, columns_of, plain


def rare_rows(rare: Sequence[RareEvents]) -> list[Row]:
    """One row per analysis and way."""
    return [row for item in rare for row in _rows_of(item)]


def _rows_of(item: RareEvents) -> Iterator[Row]:
    shared = columns_of(item, *OF_ANALYSIS)
    for line in item.lines:
        is_known = line.side is not None and item.headline_side is not None
        agrees = line.side == item.headline_side if is_known else None
        yield shared | plain(msgspec.structs.asdict(line)) | {"agrees": agrees}
