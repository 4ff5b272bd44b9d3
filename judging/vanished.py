"""What a review knew and no longer finds: records that a source stopped listing, and records that the archive has lost.

Both are put before a person; nothing is deleted for it.
"""

from collections.abc import Sequence, Set
from datetime import datetime

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
    sweeps = {item.source: item.last_sweep_at for item in judgement.freshness if item.last_sweep_at}
    queue = [
        QueueItem(
            kind="vanished",
            subject=item_id,
            reason=f"{source}: complete searches no longer hold it, last listed {seen:%Y-%m-%d}",
            action="look in the source whether it was withdrawn or merged, or no longer has the words of the search",
        )
        for source, item_id, seen in last_listed
        if item_id in belonging and source in sweeps and seen < sweeps[source]
    ]
    return msgspec.structs.replace(judgement, queue=(*judgement.queue, *queue))


def lost(judgement: Judgement, shown: Set[str]) -> str:
    """That records and reports which the published night shows are not known any more; '' when all are.

    What was seen once stays known as long as the archive holds it, whatever its source does.
    """
    missed = sorted(shown - set(judgement.screened.newest) - set(judgement.reports))
    if not missed:
        return ""
    named = ", ".join(missed[:_SHOWN]) + (", …" if len(missed) > _SHOWN else "")
    return f"{len(missed)} of {len(shown)} records and reports of the published night are not in the archive: {named}"


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
