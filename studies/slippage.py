"""By how much trials end later than they had planned: one trial's own postponements, and those of others."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise

from msgspec.structs import replace

from models.dates import PartialDate, first_day, last_day
from models.trial import Observation, TrialRecord
from models.value import Value
from models.vocabulary import CountType, Status


class Plan(Value, frozen=True, kw_only=True):
    """What a record's versions said of its end, each day in the middle of what its date can mean.

    Attributes
    ----------
    start : as registered last
    first_end, last_end : the end as first and as last registered
    n_put_off, days_put_off : how often, and by how many days in all, it was moved back
    has_ended : whether the last is what happened
    """

    start: date | None
    first_end: date
    last_end: date
    n_put_off: int
    days_put_off: int
    has_ended: bool

    def from_day(self, day: date) -> "Plan":
        """The same plan of a trial that begins on another day; as it is where no start is told."""
        if self.start is None:
            return self
        later = day - self.start
        return replace(self, start=day, first_end=self.first_end + later, last_end=self.last_end + later)

    @property
    def stretch(self) -> float | None:
        """How many times as long as first planned it took; None where that is not known, or nothing was planned."""
        if self.start is None or not self.has_ended or self.first_end <= self.start:
            return None
        return (self.last_end - self.start) / (self.first_end - self.start)


def middle(day: PartialDate) -> date:
    """The day in the middle of what a partial date can mean."""
    first, last = first_day(day), last_day(day)
    return first + (last - first) // 2


def end_of(record: TrialRecord) -> tuple[PartialDate, str] | None:
    """The registered end of a trial and which end it is; that of the last participant's last visit goes first."""
    if record.completion_date:
        return record.completion_date, "completion"
    if record.primary_completion_date:
        return record.primary_completion_date, "primary completion"
    return None


def has_ended(record: TrialRecord) -> bool:
    """Whether the registered end is what happened, by the record's own account."""
    is_actual = CountType.ACTUAL in (record.completion_type, record.primary_completion_type)
    return record.status in (Status.COMPLETED, Status.TERMINATED) or (is_actual and record.status not in _BEFORE_END)


_BEFORE_END = frozenset({Status.NOT_YET_RECRUITING, Status.RECRUITING, Status.ENROLLING_BY_INVITATION})


def plan_of(versions: Iterable[Observation], record_id: str) -> Plan | None:
    """The plans of one record, from all of its versions; None where none tells an end.

    A version that says that the trial has ended is no plan. Of an end of one kind nothing is said by one of the other.
    """
    records = [
        item.item for item in versions if isinstance(item.item, TrialRecord) and item.item.record_id == record_id
    ]
    records.sort(key=lambda item: first_day(item.registry_date))
    told = [(end, record) for record in records if (end := end_of(record))]
    if not told:
        return None
    (_, kind), newest = told[-1]
    same = [(middle(day), record) for (day, of_kind), record in told if of_kind == kind]
    first, last = same[0], same[-1]
    moves = [(later - earlier).days for (earlier, _), (later, _) in pairwise(same)]
    put_off = [days for days in moves if days > 0]
    # What was registered after the end was never planned.
    is_planned = not has_ended(first[1])
    return Plan(
        start=middle(newest.start_date) if newest.start_date else None,
        first_end=first[0],
        last_end=last[0],
        n_put_off=len(put_off),
        days_put_off=sum(put_off),
        has_ended=has_ended(newest) and is_planned and len(same) > 1,
    )


def stretched(plan: Plan, stretches: Iterable[float]) -> list[date]:
    """Ends of a trial if it takes as many times as long as others did, measured from its first plan.

    An end that was put off is not brought forward again: no day before the one registered last.
    """
    if plan.start is None or plan.first_end <= plan.start:
        return []
    planned = (plan.first_end - plan.start).days
    floor = plan.last_end if plan.n_put_off else date.min
    return [max(floor, plan.start + timedelta(days=round(planned * factor))) for factor in stretches]
