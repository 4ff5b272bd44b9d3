"""What a registry took back between two versions of a record, and what only looks like it.

A change counts when it changes what a reviewer would do: a study that is open again or never was, results that
are gone, completion put off by more than half a year, another primary outcome. Rewording, added precision, a
type that turns from planned to actual, agencies renamed and statuses set by the registry itself do not.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec
from rapidfuzz import fuzz

from models.dates import add_months, last_day
from models.trial import PlannedOutcome, TrialRecord
from models.vocabulary import CountType, OutcomeRole, Status
from studies.lifecycle import ENDED, OPEN

SLIP_MONTHS = 6
"""Completion put off by more than this is an event; the registries themselves ask for updates twice a year."""
_SAME_OUTCOME = 75
"""Likeness, 0 to 100, from which two wordings name one outcome. In the replay archive, of 857 pairs of different
outcomes of one trial 7 % are as alike as this, and the one outcome that was reworded scores 93."""


class Reversal(msgspec.Struct, frozen=True, kw_only=True):
    """One thing taken back, in the version that shows it."""

    reference: str
    evidence: str
    after: TrialRecord
    takes_results_back: bool = False


def reversals_of(versions: Sequence[TrialRecord]) -> list[Reversal]:
    """What the records of a study took back, from their versions, oldest registry date first.

    Versions of one entry are compared within a source: another source's copy has other words and fewer fields.
    """
    by_record: dict[tuple[str, str], list[TrialRecord]] = defaultdict(list)
    for version in versions:
        by_record[version.record_id, version.source].append(version)
    found: dict[str, Reversal] = {}
    for record_versions in by_record.values():
        for item in [
            *_statuses(record_versions),
            *_results(record_versions),
            *_slips(record_versions),
            *_outcomes(record_versions),
        ]:
            found.setdefault(item.reference, item)
    return list(found.values())


def _statuses(versions: Sequence[TrialRecord]) -> Iterator[Reversal]:
    """Unknown is the registry's word and no step back: the status before it goes on."""
    before: TrialRecord | None = None
    for after in versions:
        if after.status is None or after.status is Status.UNKNOWN:
            continue
        if before and before.status in ENDED and (after.status in OPEN or after.status is Status.SUSPENDED):
            yield _reversal(
                after, f"{before.status} to {after.status}", f"{before.status_text} became {after.status_text}"
            )
        if before and before.status in ENDED and after.status is Status.WITHDRAWN:
            numbers = f"{_count(before)} became {_count(after)}"
            what = f"{before.status_text} became {after.status_text}, participants {numbers}"
            yield _reversal(after, f"{before.status} to {after.status}", what)
        before = after


def _results(versions: Sequence[TrialRecord]) -> Iterator[Reversal]:
    for before, after in pairwise(versions):
        if before.has_results and not after.has_results:
            what = f"results posted {before.results_posted_date or 'earlier'} are no longer there"
            yield msgspec.structs.replace(_reversal(after, "results withdrawn", what), takes_results_back=True)
        is_gone = before.results_submitted_date and not after.results_submitted_date and not after.has_results
        if is_gone and not before.has_results:
            what = f"results submitted {before.results_submitted_date} are no longer there, and none are posted"
            yield _reversal(after, "submission taken back", what)


def _slips(versions: Sequence[TrialRecord]) -> Iterator[Reversal]:
    """Measured from the date last told of, so that many small steps do not pass unseen."""
    told = first = None
    for after in versions:
        if (planned := after.primary_completion_date or after.completion_date) is None:
            continue
        if told is None or first is None:
            told = first = planned
        elif _is_planned(after) and last_day(planned) > add_months(last_day(told), SLIP_MONTHS):
            days = (last_day(planned) - last_day(told)).days
            since = f", {(last_day(planned) - last_day(first)).days} days since {first}" if first != told else ""
            yield _reversal(
                after,
                f"completion {told} to {planned}",
                f"completion put off from {told} to {planned}, {days} days{since}",
            )
            told = planned
        elif last_day(planned) < last_day(told):
            told = planned


def _is_planned(record: TrialRecord) -> bool:
    """Whether completion is still ahead; a study that ended later than planned has completed, which is E1."""
    kind = record.primary_completion_type if record.primary_completion_date else record.completion_type
    return kind is not CountType.ACTUAL and record.status not in ENDED


def _outcomes(versions: Sequence[TrialRecord]) -> Iterator[Reversal]:
    before: TrialRecord | None = None
    for after in versions:
        if not _primary(after):
            continue
        if before:
            dropped = [item for item in _primary(before) if not _is_among(item, _primary(after))]
            added = [item for item in _primary(after) if not _is_among(item, _primary(before))]
            if dropped and added:
                what = f"primary outcome “{dropped[0].measure}” gave way to “{added[0].measure}”"
                yield _reversal(after, f"primary outcome {after.registry_date}", what)
            elif dropped:
                others = [item for item in after.outcomes if item.role is not OutcomeRole.PRIMARY]
                where = "is secondary now" if _is_among(dropped[0], others) else "is gone"
                yield _reversal(
                    after, f"primary outcome {after.registry_date}", f"primary outcome “{dropped[0].measure}” {where}"
                )
        before = after


def _primary(record: TrialRecord) -> list[PlannedOutcome]:
    return [outcome for outcome in record.outcomes if outcome.role is OutcomeRole.PRIMARY]


def _is_among(outcome: PlannedOutcome, others: Sequence[PlannedOutcome]) -> bool:
    words = outcome.measure.casefold()
    return any(fuzz.token_set_ratio(words, other.measure.casefold()) >= _SAME_OUTCOME for other in others)


def _count(record: TrialRecord) -> str:
    return "not stated" if record.enrolment_count is None else str(record.enrolment_count)


def _reversal(after: TrialRecord, what: str, evidence: str) -> Reversal:
    return Reversal(
        reference=f"{after.record_id}, {what}",
        evidence=f"{after.record_id}: {evidence}, version of {after.registry_date}",
        after=after,
    )
