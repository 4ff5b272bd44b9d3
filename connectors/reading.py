"""How a record's fields are read so that one bad field costs that field and no more.

Every connector reads through this: a value that cannot be used becomes None, and a note in the words
of the registry goes to a person. Words are never guessed.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

import msgspec

from models.dates import PartialDate, check_partial
from models.trial import Page, Rejected

Meaning = TypeVar("Meaning")
Block = TypeVar("Block")

LARGEST_COUNT = 2**31 - 1
"""No number of participants is larger; what is larger is a misprint."""

SHOWN = 80
"""Characters of an offending value that a message shows."""

_DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+|\d+")


_DOI = re.compile(r"10\.\d{4,9}/[^\s\"'<>]+")
_AROUND = {")": "(", "]": "[", "}": "{"}


def doi_in(text: str | None) -> str:
    """The first DOI of a text, in lower case and without what its sentence puts behind it; '' if there is none.

    A bracket that the DOI itself opens belongs to it.
    """
    found = _DOI.search(text or "")
    doi = found[0].lower() if found else ""
    while doi and (doi[-1] in ".,;:" or doi.count(doi[-1]) > doi.count(_AROUND.get(doi[-1], doi[-1]))):
        doi = doi[:-1]
    return doi


class FieldReader:
    """Reads the fields of one record and remembers what it could not read.

    Attributes
    ----------
    notes : one :class:`~models.trial.Rejected` per field that could not be used, in reading order
    """

    def __init__(self, source: str, record_ref: str) -> None:
        self._source = source
        self._record_ref = record_ref
        self.notes: list[Rejected] = []

    def note(self, path: str, value: object, reason: str, action: str) -> None:
        """Remember that the field at `path` could not be used."""
        self.notes.append(
            Rejected(
                source=self._source,
                record_ref=self._record_ref,
                reason=reason,
                path=path,
                value=shown(value),
                action=action,
            )
        )

    def word(self, path: str, word: str | None, meanings: Mapping[str, Meaning]) -> Meaning | None:
        """What a word of a closed list means; None if absent or not in the list."""
        if not word:
            return None
        if word not in meanings:
            self.note(
                path, word, "a word that is not in the vocabulary", "decide what it means and add it to the connector"
            )
        return meanings.get(word)

    def known(self, path: str, word: str | None, words: Mapping[str, str]) -> str | None:
        """The same for a verbatim field: the word's common form, or the word itself if it has none."""
        return self.word(path, word, words) or word or None

    def count(self, path: str, value: int | str | None) -> int | None:
        """A number of participants, printed as ``1234`` or ``1,234``; None if absent or no such number."""
        if value is None or value == "":
            return None
        text = str(value).strip()
        if not _DIGITS.fullmatch(text) or (count := int(text.replace(",", "")[:12])) > LARGEST_COUNT:
            self.note(path, value, "not a number of participants", "look it up in the registry and correct it there")
            return None
        return count

    def date(
        self, path: str, text: str | None, read: Callable[[str], PartialDate] = check_partial
    ) -> PartialDate | None:
        """A date as precise as it is known; None if absent or no date."""
        if not text:
            return None
        try:
            return read(text)
        except ValueError as error:
            self.note(path, text, f"not a date: {error}", "look it up in the registry and correct it there")
            return None

    def block(self, path: str, raw: msgspec.Raw, kind: type[Block]) -> Block | None:
        """A part of a JSON record decoded by itself; None if absent or not of its form, which costs no other part."""
        if bytes(raw) in {b"", b"null"}:
            return None
        try:
            return msgspec.json.decode(raw, type=kind)
        except msgspec.DecodeError as error:
            action = "look at the record in the registry and in the archive"
            self.note(path, beginning(bytes(raw)), f"not of the form that the registry declares: {error}", action)
            return None

    def blocks(self, path: str, raw: msgspec.Raw, kind: type[Block]) -> Iterator[tuple[str, Block]]:
        """The parts of a JSON list that are of their form, each with its place."""
        for number, part in enumerate(self.block(path, raw, list[msgspec.Raw]) or ()):
            place = f"{path}[{number}]"
            if (found := self.block(place, part, kind)) is not None:
                yield place, found


def tidy(text: str | None) -> str | None:
    """Text without blanks around it and NUL characters; None instead of an empty one."""
    return (text or "").replace("\0", "").strip() or None


def different(texts: Iterable[str | None]) -> tuple[str, ...]:
    """Texts that differ by more than case, as first written and in that order; absent ones are passed over."""
    first: dict[str, str] = {}
    for text in texts:
        if text:
            first.setdefault(text.casefold(), text)
    return tuple(first.values())


def shown(value: object) -> str:
    """A value as a message shows it: on one line and not longer than `SHOWN` characters."""
    return " ".join(str(value)[: SHOWN * 4].split())[:SHOWN]


def no_answer(page: Page, problem: object) -> Rejected:
    """What is said of a page that is no answer to the question."""
    return Rejected(
        source=page.source,
        record_ref=page.url,
        reason=str(problem),
        path=page.url,
        value=beginning(page.body),
        action="load another file" if page.kind == "file" else "look at the page in the archive and fetch it again",
    )


def beginning(body: bytes) -> str:
    """How a body begins, as a message shows it."""
    return shown(body[: SHOWN * 4].decode("utf-8", "replace"))


def unusable(page: Page, content: str) -> str | None:
    """Why a page's envelope says that it cannot hold `content`, ``json`` or ``xml``; None if it may.

    A hand-loaded file has no trustworthy content type, so only its bytes can speak against it.
    """
    found = f"{beginning(page.body)!r}"
    if page.status != 200:
        return f"HTTP {page.status} ({page.content_type or 'no content type'}): {found}"
    if page.kind != "file" and page.content_type and content not in page.content_type:
        return f"{page.content_type} where {content.upper()} was expected: {found}"
    return None


def refused(page: Page, reason: str, action: str) -> Rejected:
    """A page or file of which nothing can be used, with its beginning and what a person should do."""
    return Rejected(
        source=page.source,
        record_ref=page.url,
        reason=reason,
        path=page.url,
        value=beginning(page.body),
        action=action,
    )
