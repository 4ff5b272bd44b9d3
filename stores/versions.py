"""Which observations are versions: what says something that was not known, in the order of arrival."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Self

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
    side with the original it would be read as a change of the trial, and back. So a copy of a record counts only as long
    as nothing is known from the source itself; a copy of a report is put together with it.
    """
    items = list(observed)
    first_hand = {item.item_id for item in items if item.origin != VersionOrigin.COPY}
    known: dict[tuple[str, str], dict[tuple[str, str], _Shown]] = {}
    found: dict[tuple[object, ...], Observed] = {}
    for item in items:
        # Copies of a report are put together with it (`studies.literature`): they may bring a notice, a number, a day.
        if item.is_trial and item.origin == VersionOrigin.COPY and item.item_id in first_hand:
            continue
        of_date = known.setdefault((item.item_id, item.registry_date), {})
        of_source = of_date.setdefault((item.source, item.origin), _Shown())
        is_new = _is_new(item, of_date, of_source.at(item.observed_at))
        is_last = of_source.last == [item.content_hash]
        of_source.show(item.content_hash)
        key = (item.item_id, item.registry_date, item.observed_at, item.content_hash)
        # What comes back within a night stands where it came back.
        if is_new or (key in found and not is_last):
            of_source.is_version = True
            found.pop(key, None)
            found[key] = item
    return list(found.values())


class _Shown:
    """What a source has shown of one item and date: now, and when it showed it last."""

    def __init__(self) -> None:
        self.before: list[str] = []
        self.now: list[str] = []
        self.is_version = False
        """Whether any of it was a version."""
        self._moment: datetime | None = None

    def at(self, moment: datetime) -> Self:
        """The same, at a moment that may be a later one."""
        if moment != self._moment:
            self.before, self.now, self._moment = self.now or self.before, [], moment
        return self

    def show(self, content: str) -> None:
        self.now.append(content)

    @property
    def last(self) -> list[str]:
        return (self.now or self.before)[-1:]


def _is_new(item: Observed, of_date: dict[tuple[str, str], _Shown], of_source: _Shown) -> bool:
    if item.origin == VersionOrigin.CURRENT:
        return of_source.last != [item.content_hash]
    if item.origin == VersionOrigin.HISTORY:
        return not any(shown.is_version for (_, origin), shown in of_date.items() if origin != VersionOrigin.COPY)
    # An export holds variants side by side, such as the entries of several countries: they are new as they come first.
    if item.content_hash in of_source.now:
        return False
    if of_source.before:
        return item.content_hash not in of_source.before
    return not any(item.content_hash in (*shown.now, *shown.before) for shown in of_date.values())
