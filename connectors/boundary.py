"""Where what a source says enters the program: whatever a page holds, what comes in is a record, a report or a rejection.

A parser that fails costs its page, an impossible date the field that holds it, and a version that says to be of the
future its record. Nothing that passed here can stop a later night.
"""

import hashlib
import logging
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import msgspec

from connectors import CONNECTORS
from connectors.packed import NotOpened, is_packed, unpacked
from connectors.reading import refused
from models.connector import Connector
from models.dates import first_day
from models.report import UNDATED, Report
from models.trial import Page, Parsed, Rejected, TrialRecord

log = logging.getLogger("trialwatch")

GRACE = timedelta(days=1)
"""A registry's day may have begun before ours."""
EARLIEST = date(1900, 1, 1)
"""Nothing that registers and indexes date is older."""
YEARS_AHEAD = 50
"""No trial plans further; what is further is a slip."""
LARGEST_TOTAL = 10**9
"""No registry has more records."""

_SAID = {
    TrialRecord: (
        "first_posted_date",
        "last_update_submitted_date",
        "last_update_posted_date",
        "results_submitted_date",
        "results_returned_date",
        "results_posted_date",
        "disposition_posted_date",
        "verified_date",
    ),
    Report: ("entered_date", "published_date"),
}
"""Dates of what has happened, which cannot lie ahead; the date of the version itself is treated by itself."""
_PLANNED = ("start_date", "primary_completion_date", "completion_date")


def read_page(page: Page, connector: Connector | None = None) -> list[Parsed]:
    """Everything that a page holds, read or rejected, by its source's connector or the given one; never an exception."""
    connector = connector or CONNECTORS.get(page.source)
    if connector is None:
        known = ", ".join(sorted(CONNECTORS))
        return [refused(page, f"no source {page.source!r} is known; there are {known}", "load it under its source")]
    found: list[Parsed] = []
    try:
        for part in unpacked(page) if is_packed(page) and not connector.opens_zips else [page]:
            for item in connector.parse(part):
                found += _bounded(item, part)
    except NotOpened as error:
        reason, _, action = str(error).rpartition(": ")
        found.append(refused(page, reason, action))
    # Whatever it is, it is the page's: the records before it stand, and the other pages go on.
    except Exception as error:
        log.debug("%s", page.url, exc_info=True)
        reason = f"cannot be read: {type(error).__name__}: {error}"[:300]
        found.append(refused(page, reason, "look at the page in the archive; report it if it looks right"))
    return found


@cache
def reading() -> str:
    """Changes with whatever reads pages: an archive is read anew after that."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def bounded_total(total: int | None) -> int | None:
    """A registry's own total, None where no registry can have so many."""
    return total if total is not None and 0 <= total <= LARGEST_TOTAL else None


def _bounded(item: Parsed, page: Page) -> Iterator[Parsed]:
    """An item whose dates are possible on the day it was seen, and a rejection for each that was not."""
    if isinstance(item, Rejected):
        yield item
        return
    today = page.observed_at.date() + GRACE
    furthest = date(page.observed_at.year + YEARS_AHEAD, 12, 31)
    name = item.record_id if isinstance(item, TrialRecord) else item.report_id
    changes: dict[str, object] = {}
    planned = _PLANNED if isinstance(item, TrialRecord) else ()
    for field, last in [*((field, today) for field in _SAID[type(item)]), *((field, furthest) for field in planned)]:
        value = getattr(item, field)
        if value is not None and (why := _impossible(value, last)):
            changes[field] = None
            yield _wrong(page, name, field, value, why)
    if isinstance(item, Report) and item.has_notice and item.registry_date == item.published_date:
        # A file without dates of its own says that a report is retracted on the day on which it is seen.
        item = msgspec.structs.replace(item, registry_date=UNDATED)
    if isinstance(item, Report) and item.registry_date == UNDATED:
        # Ahead of print, or cut by the database: what is certain is that it was there when it was seen.
        changes["registry_date"] = page.observed_at.date().isoformat()
    elif why := _impossible(item.registry_date, today):
        yield _wrong(page, name, "registry_date", item.registry_date, why)
        if isinstance(item, TrialRecord):
            return
        # A report is worth having without its date: what is certain is that it was there when it was seen.
        changes["registry_date"] = page.observed_at.date().isoformat()
    yield msgspec.structs.replace(item, **changes) if changes else item


def _impossible(value: str, last: date) -> str:
    """Why a date cannot be; '' when it can."""
    try:
        day = first_day(value)
    except ValueError as error:
        return str(error)
    if day < EARLIEST:
        return f"a date before {EARLIEST.year}"
    return f"a date after {last}, which was still to come" if day > last else ""


def _wrong(page: Page, name: str, field: str, value: str, why: str) -> Rejected:
    return Rejected(
        source=page.source,
        record_ref=name,
        reason=why,
        path=field,
        value=value,
        action="look it up in the source and have it corrected there",
    )
