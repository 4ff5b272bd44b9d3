"""Items of the queue that a person has looked at, and left as they are, as rows of settled.csv."""

from collections.abc import Sequence
from pathlib import Path

from cli.folder_rows import append_rows
from judging.tasks import BY_ROWS_ALONE
from models.folder_rows import SettledRow
from models.review import review_named
from models.settings import Settings
from stores.published import day_published, published_folder
from stores.snapshot import records

FILE = "settled.csv"


class NothingToSettle(Exception):
    """An item is not in the queue, or closes in another way; the message says what to do."""


def settle(items: Sequence[str], by: str, reason: str, review: str, settings: Settings) -> Path:
    """Add a row for each item of the published night's queue, all or none, known from that night; returns the file.

    Raises
    ------
    NothingToSettle, NothingPublished, ReviewError
        The file is as it was then.
    """
    folder = published_folder(review, settings)
    queue = records(folder / "warehouse.duckdb", "SELECT * FROM out_queue")
    if any("item" not in row for row in queue):
        raise NothingToSettle("the published night is of an older version, which names no items: run a night first")
    known = {row["item"]: row for row in queue}
    before = {row.item for row in review_named(settings.reviews, review).settled}
    for item in items:
        if item in before:
            raise NothingToSettle(f"{item}: is settled already; the next night leaves it out")
        if item not in known:
            raise NothingToSettle(f"{item}: not in the queue; 'trialwatch queue' shows what is")
        if known[item]["kind"] in BY_ROWS_ALONE:
            raise NothingToSettle(f"{item}: closes in another way: {known[item]['action']}")
    said = {"settled_by": by, "known_from": day_published(folder).isoformat(), "reason": reason}
    path = settings.reviews / review / FILE
    append_rows(path, [known[item] | said for item in dict.fromkeys(items)], list(SettledRow.model_fields))
    return path
