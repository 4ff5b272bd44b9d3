"""The supplements of a judgement as rows."""

import msgspec

from models.supplements import Supplements
from stores.rows import Row, plain


def supplements_as_rows(supplements: Supplements) -> dict[str, list[Row]]:
    """Rows by table."""
    return {
        "review_rmst": [plain(msgspec.structs.asdict(item)) for item in supplements.survival],
    }
