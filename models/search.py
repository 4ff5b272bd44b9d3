"""How far a source was searched, in one run and over all of them."""

from datetime import date, datetime

import msgspec

from models.vocabulary import SourceState


class SourceCheck(msgspec.Struct, frozen=True, kw_only=True):
    """How one scope of one source (a search, the histories, …) was searched in one run."""

    source: str
    scope: str
    state: SourceState
    checked_at: datetime
    since: date | None = None
    n_records: int = 0
    n_expected: int | None = None
    n_requests: int = 0
    n_bytes: int = 0
    reason: str = ""
