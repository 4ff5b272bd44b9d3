"""How recently each source of a review was searched to its end, as of a moment: asked of the clock, never stored.

What a night publishes is what was known on that night; whoever reads it later asks again with a later moment.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from models.search import HandSearch, SourceCheck
from models.synthesis import SourceFreshness, UpdateDecision
from models.vocabulary import Rationale, Scope, SourceState, UpdateStatus

_LONGEST = 400
"""Characters of an explanation, as `synthesis.signals` has it."""
_WORST_LAST = (SourceState.COMPLETE, SourceState.PARTIAL, SourceState.FAILED, SourceState.LOST)


class Required(msgspec.Struct, frozen=True, kw_only=True):
    """A source that a protocol requires, and how old its last complete search may be."""

    source: str
    title: str
    limit_days: int
    is_by_hand: bool = False
    scope: Scope = Scope.TOPIC
    """What has to be asked of it: the review's question, or its studies while nobody has written that."""


def freshness_of(
    required: Sequence[Required],
    checks: Sequence[SourceCheck],
    as_of: datetime,
    searches: Sequence[HandSearch] = (),
) -> tuple[SourceFreshness, ...]:
    """State of every required source as of a moment.

    Parameters
    ----------
    required : sources in the order in which readers meet them
    checks : how the questions of the review were answered, in any order; later ones than `as_of` do not count
    as_of : the night, or the moment at which somebody reads
    searches : what people searched by hand, oldest first

    Returns
    -------
    tuple of SourceFreshness
        A source is stale when its last check did not reach the end. It is overdue, and stale, when its last
        complete search is older than the limit, or when there was none.
    """
    known = [check for check in checks if check.checked_at <= as_of]
    return tuple(
        _by_hand(item, [search for search in searches if search.database == item.source], as_of)
        if item.is_by_hand
        else _freshness(item, [check for check in known if check.source == item.source], as_of)
        for item in required
    )


def is_over(last_complete_at: datetime | None, limit_days: int, as_of: datetime, *, is_by_hand: bool) -> bool:
    """Whether a last complete search is older than its limit, or there was none; people's searches have days."""
    if last_complete_at is None:
        return True
    if is_by_hand:
        return (as_of.date() - last_complete_at.date()).days > limit_days
    return as_of - last_complete_at > timedelta(days=limit_days)


def _by_hand(required: Required, searches: Sequence[HandSearch], as_of: datetime) -> SourceFreshness:
    """Of a database that people search: its newest whole search counts, by the day on which it was made."""
    made = [search for search in searches if search.searched_on <= as_of.date()]
    whole = [search for search in made if not search.reason]
    newest, last = (made[-1] if made else None), (whole[-1] if whole else None)
    complete = datetime.combine(last.searched_on, time(), UTC) if last else None
    is_overdue = is_over(complete, required.limit_days, as_of, is_by_hand=True)
    lacking = newest.reason if newest else "never searched"
    return SourceFreshness(
        source=required.source,
        title=required.title,
        state=SourceState.COMPLETE if last and not lacking else SourceState.PARTIAL if made else SourceState.FAILED,
        last_checked_at=datetime.combine(newest.searched_on, time(), UTC) if newest else as_of,
        last_complete_at=complete,
        limit_days=required.limit_days,
        is_stale=is_overdue or bool(lacking),
        is_overdue=is_overdue,
        is_by_hand=True,
        is_day_given=last.is_day_given if last else True,
        n_records=last.n_records if last else None,
        n_expected=last.n_expected if last else None,
        n_new=last.n_new if last else None,
        reason=lacking or ("its last search is too old" if is_overdue else ""),
    )


def _freshness(required: Required, checks: Sequence[SourceCheck], as_of: datetime) -> SourceFreshness:
    in_order = sorted(checks, key=lambda check: check.checked_at)
    newest = {check.scope: check for check in in_order}
    topic = newest.get(required.scope)
    searches = [check for check in in_order if check.scope == required.scope and check.state is SourceState.COMPLETE]
    complete = searches[-1].checked_at if searches else None
    sweep = max((check.checked_at for check in searches if check.since is None), default=None)
    worst = max(newest.values(), key=lambda check: _WORST_LAST.index(check.state), default=None)
    state = worst.state if worst else SourceState.FAILED
    is_overdue = is_over(complete, required.limit_days, as_of, is_by_hand=False)
    return SourceFreshness(
        source=required.source,
        title=required.title,
        state=state,
        last_checked_at=in_order[-1].checked_at if in_order else as_of,
        last_complete_at=complete,
        limit_days=required.limit_days,
        is_stale=is_overdue or state is not SourceState.COMPLETE,
        is_overdue=is_overdue,
        n_records=topic.n_records if topic else 0,
        n_expected=topic.n_expected if topic else None,
        last_sweep_at=sweep,
        reason=(worst.reason if worst else "never searched")
        or ("last complete search is too old" if is_overdue else ""),
    )


def standing(decision: UpdateDecision, freshness: Sequence[SourceFreshness], moment: datetime) -> UpdateDecision:
    """A night's decision as it stands when it is read later.

    News stays news. That nothing is due is known only as long as every source is within its limit.
    """
    overdue = [item for item in freshness if item.is_overdue]
    is_quiet = decision.status in {UpdateStatus.UP_TO_DATE, UpdateStatus.NOT_KNOWN}
    is_unpublished = decision.rationale is Rationale.IN_PREPARATION
    if not overdue or not (is_quiet or is_unpublished):
        return decision
    titles = ", ".join(item.title for item in overdue)
    known = f"Decided on {decision.decided_at:%Y-%m-%d}; on {moment:%Y-%m-%d} it is not known whether it still holds."
    text = f"{known} Not searched within the limit: {titles}."
    return msgspec.structs.replace(
        decision,
        status=decision.status if is_unpublished else UpdateStatus.NOT_KNOWN,
        rationale=Rationale.SEARCH_INCOMPLETE,
        explanation=text
        if len(text) <= _LONGEST
        else f"{known} {len(overdue)} sources were not searched within the limit.",
    )


def silent_since(begun: Sequence[datetime], as_of: datetime, limit_days: int) -> datetime | None:
    """The last night that was begun before one, if more days than a source may be old have passed since."""
    last = max(begun, default=None)
    return last if last is not None and as_of - last > timedelta(days=limit_days) else None


def nights_missing(nights: Sequence[datetime], until: datetime) -> tuple[date, ...]:
    """Days after the last night that ended well and before today on which no night ended well: one is due each day."""
    if not nights:
        return ()
    last = max(nights).date()
    return tuple(last + timedelta(days=n) for n in range(1, (until.date() - last).days))
