"""Which observations are versions: what says something that was not known, in the order of arrival."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from models.vocabulary import VersionOrigin


class Observed(NamedTuple):
    """One item of one page, as far as it takes to tell whether it says something new."""

    is_trial: bool
    item_id: str
    source: str
    origin: str
    registry_date: str
    content_hash: str
    version_key: str
    observed_at: datetime
    capture_id: str


def versions_among(observed: Iterable[Observed]) -> list[Observed]:
    """The observations that say something which was not known before them.

    What a source shows now is compared with what the same source showed last: two sources that describe one
    report in different words would otherwise take turns at being new, night after night. A version from a
    registry's history only fills a gap: such bodies are in today's schema and differ in form from what was
    seen at the time.

    A copy is a portal's rendering of another registry's record, often newer by date and poorer in content; side by
    side with the original it would be read as a change of the trial, and back. So it counts only as long as nothing
    is known from the source itself.
    """
    items = list(observed)
    first_hand = {item.item_id for item in items if item.origin != VersionOrigin.COPY}
    known: dict[tuple[str, str], dict[tuple[str, str], list[str]]] = {}
    found: dict[tuple[object, ...], Observed] = {}
    for item in items:
        if item.origin == VersionOrigin.COPY and item.item_id in first_hand:
            continue
        of_date = known.setdefault((item.item_id, item.registry_date), {})
        of_source = of_date.setdefault((item.source, item.origin), [])
        if _is_new(item, of_date, of_source):
            of_source.append(item.content_hash)
            # What comes back within a night stands where it came back.
            key = (item.item_id, item.registry_date, item.observed_at, item.content_hash)
            found.pop(key, None)
            found[key] = item
    return list(found.values())


def _is_new(item: Observed, of_date: dict[tuple[str, str], list[str]], of_source: list[str]) -> bool:
    if item.origin == VersionOrigin.CURRENT:
        return of_source[-1:] != [item.content_hash]
    if item.origin == VersionOrigin.HISTORY:
        return not any(digests for (_, origin), digests in of_date.items() if origin != VersionOrigin.COPY)
    return not any(item.content_hash in digests for digests in of_date.values())
