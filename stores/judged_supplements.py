"""The supplements of a judgement as rows."""

import msgspec

from models.rare_events import RareEvents
from models.supplements import Supplements
from stores.rows import Row, columns_of, plain


def supplements_as_rows(supplements: Supplements) -> dict[str, list[Row]]:
    """Rows by table."""
    return {"review_rare_model": [row for item in supplements.rare for row in _rare(item)]}


def _rare(item: RareEvents) -> list[Row]:
    shared = columns_of(item, "evidence_set", "analysis", "comparison", "outcome", "timepoint")
    return [
        shared
        | plain(msgspec.structs.asdict(line))
        | {"agrees": None if None in (line.side, item.headline_side) else line.side == item.headline_side}
        for line in item.lines
    ]
