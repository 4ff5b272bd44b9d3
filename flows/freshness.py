"""How recently each source of a review was searched to its end, over all its scopes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from connectors import CONNECTORS
from models.protocol import Protocol
from models.search import SourceCheck
from models.synthesis import SourceFreshness
from models.vocabulary import Scope, SourceState
from stores.ledger import Ledger

_WORST_LAST = (SourceState.COMPLETE, SourceState.PARTIAL, SourceState.FAILED)


def freshness_of(protocol: Protocol, ledger: Ledger, as_of: datetime) -> tuple[SourceFreshness, ...]:
    """State of every source that the protocol searches, as of a night.

    A source that needs credentials is among them from the first night on which it was asked with them.
    A source is stale when its last check did not reach the end, or when that check is older than the
    protocol's limit, or when it was never searched.
    """
    checks = ledger.source_checks(protocol.review, until=as_of)
    return tuple(
        _freshness(protocol, ledger, source, [check for check in checks if check.source == source], as_of)
        for source in protocol.searches
        if not CONNECTORS[source].needs or any(check.source == source for check in checks)
    )


def _freshness(
    protocol: Protocol, ledger: Ledger, source: str, checks: Sequence[SourceCheck], as_of: datetime
) -> SourceFreshness:
    limit = protocol.searches[source].freshness_limit_days
    topic = [check for check in checks if check.scope == Scope.TOPIC]
    if topic and topic[0].state is SourceState.COMPLETE:
        complete: datetime | None = topic[0].checked_at
    else:
        complete = ledger.last_complete(protocol.review, source, Scope.TOPIC, before=as_of)
    sweep = ledger.last_complete(protocol.review, source, Scope.TOPIC, before=as_of, is_sweep=True)
    if complete == as_of and topic and topic[0].since is None:
        sweep = as_of
    worst = max(checks, key=lambda check: _WORST_LAST.index(check.state), default=None)
    state = worst.state if worst else SourceState.FAILED
    is_old = complete is None or as_of - complete > timedelta(days=limit)
    return SourceFreshness(
        source=source,
        title=CONNECTORS[source].title,
        state=state,
        last_checked_at=max((check.checked_at for check in checks), default=as_of),
        last_complete_at=complete,
        limit_days=limit,
        is_stale=is_old or state is not SourceState.COMPLETE,
        n_records=sum(check.n_records for check in topic),
        n_expected=topic[0].n_expected if topic else None,
        last_sweep_at=sweep,
        reason=(worst.reason if worst else "never searched") or ("last complete search is too old" if is_old else ""),
    )
