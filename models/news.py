"""When two events are the same news, whatever numbers their studies had when each was told.

A study may be known by one register's number first and by another's later, come together with another study
and part from it again. Records and reports stay what they are, so the same news is recognised by them: an event
belongs to the study that now holds the record on which it rested.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Self

import msgspec

from models.screening import Event
from models.value import Value
from models.vocabulary import AlertGrade, EventCode, RelationKind

_ONCE_PER_STUDY = {EventCode.COMPLETED, EventCode.NEW_TRIAL}
"""A study completes once and is new once, whichever of its records shows it first."""
_ONCE_PER_REPORT = (RelationKind.RETRACTION_IN, RelationKind.CONCERN_IN)
"""Notices that a report has once, by whatever index they are told."""
_GRADES = (AlertGrade.INFO, AlertGrade.WATCH, AlertGrade.ACTION)
_REPEATED = {EventCode.OVERDUE, EventCode.LISTED_LATE}
"""May happen to a study again; the reference tells one from the next. All others refer to a record or report."""


class Emitted(Value, frozen=True, kw_only=True):
    """An event that a conclusion has dealt with, as it was called then."""

    event_code: EventCode
    study_id: str
    reference: str
    rests_on: str = ""
    grade: str = ""
    """How urgent it was told; '' where that is not known."""

    @property
    def key(self) -> str:
        return f"{self.event_code}:{self.study_id}:{self.reference}"

    @classmethod
    def of_key(cls, key: str, study_id: str, rests_on: str, grade: str = "") -> Self:
        """Read back from an event's key; ids of studies may hold colons themselves."""
        code, _, rest = key.partition(":")
        return cls(
            event_code=EventCode(code),
            study_id=study_id,
            reference=rest.removeprefix(f"{study_id}:"),
            rests_on=rests_on,
            grade=grade,
        )


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What everything is called tonight, by every name it ever had."""

    studies: Mapping[str, str] = MappingProxyType({})
    """Study id by alias: every number of a study, the ids it once had, and the records and reports it holds."""
    reports: Mapping[str, str] = MappingProxyType({})
    """Report id by the id of any of its copies."""
    before: Mapping[str, str] = MappingProxyType({})
    """Study id by alias as it was on earlier nights: a record that has left its study took its news with it."""


def identity(event: Event | Emitted, names: Names) -> tuple[str, str, str]:
    """What is equal for the same news: code, study (where it is news of one), and what distinguishes it there."""
    code, reference = event.event_code, event.reference
    study = names.studies.get(event.rests_on) or names.studies.get(event.study_id, event.study_id)
    if code in _ONCE_PER_STUDY:
        return code, study, ""
    if code in _REPEATED:
        return code, study, reference
    document, comma, what = reference.partition(", ")
    if code is EventCode.CORRECTION and what.startswith(_ONCE_PER_REPORT):
        what = what.partition(", ")[0]
    elif code is EventCode.CORRECTION:
        kind, between, notice = what.partition(", ")
        what = f"{kind}{between}{names.reports.get(notice, notice)}"
    return code, "", names.reports.get(document, document) + comma + what


def not_yet_told(events: Iterable[Event], emitted: Iterable[Event | Emitted], names: Names) -> tuple[Event, ...]:
    """Those of a night's events that no other night has dealt with under any name.

    Nor as urgently: results of a study that may belong here are told again once it is known to.
    """
    told: dict[tuple[str, str, str], int] = {}
    for item in emitted:
        key = identity(item, names)
        told[key] = max(told.get(key, 0), _urgency(item))
    carried = {event.key for event in told_of_another(events, emitted, names)}
    return tuple(
        event for event in events if event.key not in carried and _urgency(event) > told.get(identity(event, names), -1)
    )


def _urgency(item: Event | Emitted) -> int:
    """What is not known was told as urgently as can be."""
    return _GRADES.index(item.grade) if item.grade in _GRADES else len(_GRADES)


def told_of_another(events: Iterable[Event], emitted: Iterable[Event | Emitted], names: Names) -> tuple[Event, ...]:
    """Those that were told of the study to which their record belonged until tonight."""
    told = {identity(item, names) for item in emitted}
    earlier = Names(studies=names.before, reports=names.reports)
    return tuple(
        event
        for event in events
        if identity(event, names) not in told and event.rests_on in names.before and identity(event, earlier) in told
    )
