"""Where sources disagree about a study: both are kept and shown side by side, and a person chooses."""

import re
from collections.abc import Iterator, Sequence

from models.screening import Numbers, QueueItem
from models.synthesis import ArmResult
from models.trial import TrialRecord
from models.vocabulary import CountType

_REL_TOL = 1e-9
"""Numbers are compared as typed; anything above the noise of a float is a difference."""


def in_results(entered: Sequence[ArmResult], posted: Sequence[ArmResult]) -> Iterator[QueueItem]:
    """Numbers in extraction.csv beside those a registry posts for the same arm, outcome and time.

    A confirmed row whose note names the other numbers has settled the matter, until the registry posts others.
    """
    by_place = {_place(arm): arm for arm in entered}
    for arm in posted:
        own = by_place.get(_place(arm))
        if own and _numbers(own) != _numbers(arm) and not _is_close(own, arm) and not _is_settled(own, arm):
            yield QueueItem(
                kind="discrepancy",
                subject=arm.study_id,
                reason=f"{own.report} has {in_words(own)}, {arm.report} has {in_words(arm)}",
                field=f"{arm.outcome}, {arm.timepoint}, {arm.arm}",
                value=f"{own.place} | {arm.place}",
                action=f"extraction.csv is used; once a confirmed row says why in its note, naming “{in_words(arm)}”,"
                " this is settled",
            )


def in_numbers(study_id: str, numbers: Numbers, records: Sequence[TrialRecord]) -> Iterator[QueueItem]:
    """Registered, started and randomised people that differ, and registers that differ from each other."""
    counted = {
        f"registered ({numbers.n_registered_type})": numbers.n_registered
        if numbers.n_registered_type == CountType.ACTUAL
        else None,
        "started": numbers.n_started,
        f"randomised ({numbers.n_randomised_source})": numbers.n_randomised,
    }
    known = {name: n for name, n in counted.items() if n is not None}
    if len(set(known.values())) > 1:
        yield _numbers_differ(study_id, "participants", known)
    registered = {
        record.record_id: record.enrolment_count
        for record in records
        if record.enrolment_count is not None and record.enrolment_type is not CountType.ESTIMATED
    }
    if len(set(registered.values())) > 1:
        yield _numbers_differ(study_id, "participants registered", registered)


def in_time(study_id: str, versions: Sequence[TrialRecord]) -> Iterator[QueueItem]:
    """An actual number of participants that moved after it was given as actual; `versions` of all its records."""
    moved: dict[str, dict[str, int]] = {}
    for version in versions:
        if version.enrolment_type is CountType.ACTUAL and version.enrolment_count is not None:
            counts = moved.setdefault(version.record_id, {})
            if list(counts.values())[-1:] != [version.enrolment_count]:
                counts[version.registry_date] = version.enrolment_count
    for record_id, counts in moved.items():
        if len(counts) > 1:
            named = {f"as of {day}": n for day, n in counts.items()}
            yield _numbers_differ(study_id, f"participants registered as actual, {record_id}", named)


def _numbers_differ(study_id: str, field: str, counts: dict[str, int]) -> QueueItem:
    told = ", ".join(f"{n} {name}" for name, n in counts.items())
    return QueueItem(
        kind="discrepancy",
        subject=study_id,
        reason=f"numbers of people differ and are kept apart: {told}",
        field=field,
        value=told,
        action="check which of them a report states as randomised; nothing is averaged",
    )


def _is_settled(own: ArmResult, posted: ArmResult) -> bool:
    note = " ".join(own.note.split()).casefold()
    return own.is_confirmed and re.search(rf"(?<!\w){re.escape(in_words(posted).casefold())}(?!\w)", note) is not None


def _place(arm: ArmResult) -> tuple[str, str, str, str, str]:
    return arm.study_id, arm.comparison, arm.outcome, arm.timepoint, arm.arm


def _numbers(arm: ArmResult) -> tuple[float | None, ...]:
    return arm.n_analysed, arm.n_events, arm.mean, arm.sd


def _is_close(one: ArmResult, other: ArmResult) -> bool:
    pairs = zip(_numbers(one), _numbers(other), strict=True)
    return all(
        a is b or (a is not None and b is not None and abs(a - b) <= _REL_TOL * max(abs(a), abs(b))) for a, b in pairs
    )


def in_words(arm: ArmResult) -> str:
    """Numbers of an arm as people write them."""
    if arm.n_events is not None:
        return f"{arm.n_events} of {arm.n_analysed}"
    return f"mean {arm.mean:g} (SD {arm.sd:g}), n {arm.n_analysed}"
