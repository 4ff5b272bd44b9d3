"""Freshness is asked of the clock: what was searched once is fresh until its limit, and never claims more than that."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from judging.freshness import Required, freshness_of, nights_missing, silent_since
from models.search import SourceCheck
from models.vocabulary import Scope, SourceState

START = datetime(2026, 1, 1, 6, tzinfo=UTC)
REQUIRED = Required(source="ctgov", title="ClinicalTrials.gov", limit_days=3)

HOURS = st.integers(0, 40 * 24)
CHECKS = st.lists(
    st.builds(
        lambda hours, state, scope, is_sweep: SourceCheck(
            source="ctgov",
            scope=scope,
            state=state,
            checked_at=START + timedelta(hours=hours),
            since=None if is_sweep else START.date(),
            reason="" if state is SourceState.COMPLETE else "made up",
        ),
        HOURS,
        st.sampled_from(SourceState),
        st.sampled_from([Scope.TOPIC, Scope.STUDIES]),
        st.booleans(),
    ),
    max_size=12,
    unique_by=lambda check: (check.scope, check.checked_at),
)


@given(CHECKS, HOURS)
def test_fresh_is_only_what_was_searched_to_its_end_within_the_limit(checks: list[SourceCheck], hours: int) -> None:
    now = START + timedelta(hours=hours)
    [found] = freshness_of([REQUIRED], checks, now)
    past = sorted((check for check in checks if check.checked_at <= now), key=lambda check: check.checked_at)
    searches = [check for check in past if check.scope == Scope.TOPIC and check.state is SourceState.COMPLETE]
    assert found.last_complete_at == (searches[-1].checked_at if searches else None)
    is_within = bool(searches) and now - searches[-1].checked_at <= timedelta(days=3)
    assert found.is_overdue is not is_within
    newest = [[check for check in past if check.scope == scope][-1:] for scope in (Scope.TOPIC, Scope.STUDIES)]
    all_complete = all(check.state is SourceState.COMPLETE for one in newest for check in one)
    assert found.is_stale is not (is_within and all_complete)
    assert bool(found.reason) is found.is_stale


@given(CHECKS, HOURS, st.integers(0, 400))
def test_time_alone_makes_nothing_fresher(checks: list[SourceCheck], hours: int, later: int) -> None:
    now = START + timedelta(hours=hours)
    known = [check for check in checks if check.checked_at <= now]
    [then], [after] = (freshness_of([REQUIRED], known, now + timedelta(hours=n)) for n in (0, later))
    assert after.is_overdue >= then.is_overdue
    assert after.is_stale >= then.is_stale
    assert after.last_complete_at == then.last_complete_at


@given(CHECKS, HOURS)
def test_what_comes_later_and_the_order_of_what_is_known_change_nothing(checks: list[SourceCheck], hours: int) -> None:
    now = START + timedelta(hours=hours)
    known = [check for check in checks if check.checked_at <= now]
    assert freshness_of([REQUIRED], checks[::-1], now) == freshness_of([REQUIRED], known, now)


@given(st.lists(HOURS), HOURS)
def test_silence_is_longer_than_the_limit(hours: list[int], until: int) -> None:
    nights, now = [START + timedelta(hours=n) for n in hours], START + timedelta(hours=max([until, *hours]))
    last = max(nights, default=None)
    expected = last if last is not None and now - last > timedelta(days=3) else None
    assert silent_since(nights, now, 3) == expected
    assert len(nights_missing(nights, now)) == (max(0, (now.date() - last.date()).days - 1) if last else 0)
