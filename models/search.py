"""What is asked of a source, and how far it was searched."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from models.database_names import OTHER, database_called, names_for_people
from models.vocabulary import Scope, SourceState

_ISO_DAY = re.compile(r"(?<!\d)\d{4}-\d\d-\d\d(?!\d)")


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


class ToldRecords(msgspec.Struct, frozen=True, kw_only=True):
    """How many records of a file tell the same of their database."""

    are_reports: bool
    named: str = ""
    """Slug of the database that they name; '' when they name none that is known."""
    numbered: tuple[str, ...] = ()
    """Slugs of the databases among whose own numbers they have one."""
    n: int
    n_new: int


class LoadedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that people loaded by hand: facts of its loading, and what its records tell."""

    key: str
    name: str
    source: str
    database: str = ""
    """Slug of the database that its folder or an option told; '' when neither did."""
    searched_on: date | None = None
    loaded_at: datetime
    n_rejected: int = 0
    records: tuple[ToldRecords, ...] = ()


class FileSearch(msgspec.Struct, frozen=True, kw_only=True):
    """What people say of the search whose export a file is: its database and its day, as far as they say."""

    database: str = ""
    on: date | None = None

    def checked(self, own: Mapping[str, str], today: date) -> "FileSearch":
        """The same with the database's slug; `own` are the databases that the protocol names.

        Raises
        ------
        ValueError
            If no database is called so, or the day is still to come.
        """
        slug = OTHER if self.database == OTHER else database_called(self.database, own)
        if self.database and not slug:
            raise ValueError(
                f"no database {self.database!r}; write one of {names_for_people(own)}, {OTHER}, or name yours with a title under searches in"
                " protocol.yaml"
            )
        if self.on and self.on > today:
            raise ValueError(f"a search of {self.on} is still to come; give the day on which it was made")
        return FileSearch(database=slug, on=self.on)


def day_in_name(name: str, today: date) -> str:
    """The day of the search that a file's name tells, ``embase_2026-11-18.ris``; '' when it tells none, or several."""
    days = {day for text in _ISO_DAY.findall(name) if (day := _day(text)) and day <= today}
    return days.pop().isoformat() if len(days) == 1 else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def file_key(sha256: str) -> str:
    """What searches.csv calls a file by: its content, whatever its name; no spreadsheet takes it for a number."""
    return f"f{sha256[:12]}"


class HandSearch(msgspec.Struct, frozen=True, kw_only=True):
    """One search of one database that people carried out (PRISMA-S, items 1, 13 and 14)."""

    database: str
    title: str
    searched_on: date
    is_day_given: bool = True
    """False when nobody told the day of the search, and that of loading stands for it."""
    loaded_at: datetime | None = None
    """When its last file was loaded; None when it has none."""
    files: tuple[str, ...] = ()
    told_by: str
    """What tells that this is a search of the database."""
    n_records: int | None = None
    """Records in its files, or that people say it found; None when nobody has told."""
    n_new: int | None = None
    """Records of its files of which nothing had told before."""
    n_expected: int | None = None
    """Records that it found, as people say."""
    reason: str = ""
    """Why it does not count as a whole search; '' when it does."""

    @property
    def n_known(self) -> int | None:
        """Records of its files of which something had told before."""
        return None if self.n_records is None or self.n_new is None else self.n_records - self.n_new
