"""Records that a source no longer lists, put before a person where they matter; nothing is deleted for it."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from models.judgement import Judgement
from models.screening import QueueItem


def with_vanished(judgement: Judgement, last_listed: Sequence[tuple[str, str, datetime]]) -> Judgement:
    """The judgement with a question about each vanished record or report of a study that is or may be eligible.

    `last_listed` tells source, record or report, and when a listing of the topic last held it.
    """
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
        for source, item_id, seen in last_listed
        if item_id in belonging and source in sweeps and seen < sweeps[source]
    ]
    return msgspec.structs.replace(judgement, queue=(*judgement.queue, *queue))
