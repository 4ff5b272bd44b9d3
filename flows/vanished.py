"""Records that a source no longer lists, put before a person where they matter; nothing is deleted for it."""

import msgspec

from flows.judge import Judgement
from models.screening import QueueItem
from stores.snapshot import Snapshot


def with_vanished(judgement: Judgement, snapshot: Snapshot) -> Judgement:
    """The judgement with a question about each vanished record or report of a study that is or may be eligible."""
    screened = judgement.screened
    matter = set(screened.studies_that_matter)
    belonging = {item.record_id for item in screened.linked.records if item.study_id in matter}
    belonging |= {item.report_id for item in screened.linked.reports if item.study_id in matter}
    sweeps = {item.source: item.last_sweep_at for item in judgement.freshness if item.last_sweep_at}
    queue = [
        QueueItem(
            kind="vanished",
            subject=item_id,
            reason=f"{source}: not in the complete search of {sweeps[source]:%Y-%m-%d}, last listed {seen:%Y-%m-%d}",
            action="look in the source whether it was withdrawn or merged, or no longer has the words of the search",
        )
        for source, item_id, seen in snapshot.last_listed()
        if item_id in belonging and source in sweeps and seen < sweeps[source]
    ]
    return msgspec.structs.replace(judgement, queue=(*judgement.queue, *queue))
