"""What a review knew and no longer finds: records that a source stopped listing, and records that the archive has lost.

Both are put before a person; nothing is deleted for it.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec

from models.judgement import Judgement
from models.screening import QueueItem

_SHOWN = 5
"""Records that a sentence names."""


def with_vanished(judgement: Judgement, last_listed: Sequence[tuple[str, str, datetime]]) -> Judgement:
    """The judgement with a question about each vanished record or report of a study that is or may be eligible.

    `last_listed` tells source, record or report, and when a listing of the topic last held it.
    """
    screened = judgement.screened
    matter = set(screened.studies_that_matter)
    belonging = {item.record_id for item in screened.linked.records if item.study_id in matter}
    belonging |= {item.report_id for item in screened.linked.reports if item.study_id in matter}
    told_as = judgement.literature.told_as
    sweeps = {item.source: item.last_sweep_at for item in judgement.freshness if item.last_sweep_at}
    queue = [
        QueueItem(
            kind="vanished",
            subject=item_id,
            reason=f"{source}: complete searches no longer hold it, last listed {seen:%Y-%m-%d}",
            action="look in the source whether it was withdrawn or merged, or no longer has the words of the search",
        )
        for source, item_id, seen in last_listed
        if belonging & {item_id, *told_as.get(item_id, ())} and source in sweeps and seen < sweeps[source]
    ]
    return msgspec.structs.replace(judgement, queue=(*judgement.queue, *queue))


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """Records and reports that an earlier night showed and this one does not know, each with its sources."""

    items: dict[str, list[str]] = {}
    n_shown: int = 0
    on: date | None = None
    """Day of the night that showed them."""

    @property
    def told(self) -> str:
        """In a sentence; '' when there are none."""
        if not self.items:
            return ""
        named = ", ".join(sorted(self.items)[:_SHOWN]) + (", …" if len(self.items) > _SHOWN else "")
        return f"{len(self.items)} of {self.n_shown} records and reports of the night of {self.on} are not known any more: {named}"


def lost(judgement: Judgement, shown: Mapping[str, list[str]], on: date | None) -> Lost:
    """What was `shown` on a night and is not known: what was seen once stays known as long as the archive holds it,
    whatever its source does."""
    known = {*judgement.screened.newest, *judgement.literature.told_as}
    items = {item: sources for item, sources in shown.items() if item not in known}
    return Lost(items=items, n_shown=len(shown), on=on)


def with_lost(judgement: Judgement, told: Sequence[str]) -> Judgement:
    """The judgement with what the archive has lost, in sentences, before a person."""
    queue = [
        QueueItem(
            kind="vanished",
            subject=judgement.decision.review,
            reason=sentence,
            action="restore the archive from a backup; what its sources still list is asked for again",
        )
        for sentence in told
    ]
    return msgspec.structs.replace(judgement, queue=(*judgement.queue, *queue))
