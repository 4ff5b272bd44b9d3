"""Items of the queue that a person has looked at, and left as they are, as rows of settled.csv."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from cli.folder_rows import append_rows
from judging.tasks import BY_ROWS_ALONE
from models.protocol import SettledRow
from models.settings import Settings
from stores.published import published_folder
from stores.snapshot import query

FILE = "settled.csv"


class NothingToSettle(Exception):
    """An item is not in the queue, or closes in another way; the message says what to do."""


def settle(items: Sequence[str], by: str, reason: str, day: date, review: str, settings: Settings) -> Path:
    """Add a row for each item of the published night's queue, all or none; returns the file.

    Raises
    ------
    NothingToSettle, NothingPublished, ReviewError
        The file is as it was then.
    """
    warehouse = published_folder(review, settings) / "warehouse.duckdb"
    _, rows = query(warehouse, "SELECT item, kind, subject, action FROM out_queue")
    known = {item: (kind, subject, action) for item, kind, subject, action in rows}
    for item in items:
        kind, _, action = known.get(item, ("", "", ""))
        if not kind:
            raise NothingToSettle(f"{item}: not in the queue; 'trialwatch queue' shows what is")
        if kind in BY_ROWS_ALONE:
            raise NothingToSettle(f"{item}: closes in another way: {action}")
    path = settings.reviews / review / FILE
    said = {"settled_by": by, "known_from": day.isoformat(), "reason": reason}
    append_rows(
        path, [{"item": item, "subject": known[item][1], **said} for item in items], list(SettledRow.model_fields)
    )
    return path
