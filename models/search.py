"""What is asked of a source, and how far it was searched."""

import hashlib
from datetime import date, datetime

import msgspec

from models.vocabulary import Scope, SourceState


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a source. Cursor, listing, completeness and search log belong to it, not to a review.

    A review is a set of questions; two reviews that ask the same share the answer.
    """

    source: str
    scope: Scope
    query: str
    """The topic in the source's own search language, as it is sent; for the other scopes the review's name, since
    each review follows studies, and loads files, of its own."""

    @property
    def id(self) -> str:
        """The same for the same question, whoever asks."""
        return hashlib.sha256(msgspec.json.encode([self.source, self.scope, self.query])).hexdigest()[:16]


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
    question: str = ""
    """Id of the question that was asked; '' of checks made before questions were kept."""
