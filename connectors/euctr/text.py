"""The full-text download of the EU Clinical Trials Register: lines, labels and the records that they form.

A download holds one record per trial and country, one after the other, in UTF-8. A line is ``CODE Label:
value``; a value may go on over any number of lines, some of which look like fields themselves, so a line is
a field only in the section of its own letter. A label comes again in another language, marked ``(es)``; that
is the same field and not a second value. Blocks (``Sponsor 1``, ``D.IMP: 2``, ``D.8 Placebo: 1``) repeat codes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

NOTHING = frozenset(
    [
        "",
        "-",
        "information not present in eudract",
        "n/a",
        "na",
        "nil",
        "nil known",
        "none",
        "not applicable",
        "not available",
        "not known",
        "not provided",
        "pending",
        "unknown",
    ]
)
"""What sponsors write into a field that they leave empty, in lower case."""

_NUMBER = re.compile(r"EudraCT Number:\s*(\S*)\s*")
_HEADING = re.compile(r"([A-HNP])\. [A-Z][^:]*")
_FIELD = re.compile(
    r"(?P<code>D\.IMP|[A-HNP]\.\d+(?:\.\d+)*|[NP]\.)(?: (?:and|to) [A-Z]\.[\d.]+)?(?P<label>[\s:][^:?]*[:?]|:)(?P<value>.*)"
)
_LANGUAGE = re.compile(r"\(([a-z]{2,3})\)\s*[:?]$")
_HEADER = re.compile(r"([A-Z][^:]*):\s*(.*)")


@dataclass
class Entry:
    """A field with its value and the line of the file on which it stands."""

    code: str
    label: str
    language: str | None
    line: int
    values: list[str]

    @property
    def value(self) -> str:
        text = "\n".join(self.values).replace("\0", "").strip()
        return "" if text.lower().rstrip(".") in NOTHING else text

    @property
    def written(self) -> str:
        """The value as it stands there, even if it says nothing."""
        return "\n".join(self.values).strip()


@dataclass
class CountryRecord:
    """One country's record of one trial: its header and its fields in reading order."""

    number: str
    line: int
    header: list[Entry] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    section: str = ""
    """Letter of the last section that was reached; P ends a record, but those of third countries may end before."""
    is_cut: bool = False
    """Whether its last line was not ended."""
    undecodable: Entry | None = None
    """Its first line that is not in UTF-8, which the register serves: letters of it are missing."""

    @property
    def is_ended(self) -> bool:
        """Whether its last section was reached."""
        return bool(self.all("P.")) or (self.country_code == "3RD" and self.section > "F")

    @property
    def is_whole(self) -> bool:
        return self.is_ended and not self.is_cut

    def of_header(self, label: str) -> Entry | None:
        return next((entry for entry in self.header if entry.label == label), None)

    def all(self, code: str) -> list[Entry]:
        """The fields of a code, without their translations unless there is nothing else."""
        found = [entry for entry in self.entries if entry.code == code]
        return [entry for entry in found if entry.language is None] or found

    def text(self, code: str) -> str | None:
        """The first value of a code; None if it has none."""
        return next((entry.value for entry in self.all(code) if entry.value), None)

    @property
    def country(self) -> str:
        """The country as the register names it: ``Spain`` of ``Spain - AEMPS``."""
        authority = self.of_header("National Competent Authority")
        named = (authority.value if authority else "") or self.text("A.1") or "country not stated"
        return named.partition(" - ")[0].strip()

    @property
    def country_code(self) -> str | None:
        """The code at the end of the record's address: ``ES``, or ``3RD`` for a country outside the EEA."""
        link = self.of_header("Link")
        found = re.search(r"/trial/[\d-]+/(\w+)/?$", link.value) if link else None
        return found[1].upper() if found else None

    def products(self) -> list["Block"]:
        """The blocks of investigational products, ``D.IMP: n``."""
        return self._blocks("D.IMP")

    def placebos(self) -> list["Block"]:
        """The blocks of placebos, ``D.8 Placebo: n``."""
        return [block for block in self._blocks("D.8") if block.says_yes("D.8.1")]

    def _blocks(self, start: str) -> list["Block"]:
        blocks: list[Block] = []
        for entry in self.entries:
            if entry.code in {"D.IMP", "D.8"}:
                blocks.append(Block(entry.code))
            elif blocks and entry.code.startswith("D."):
                blocks[-1].entries.append(entry)
        return [block for block in blocks if block.kind == start]


@dataclass
class Block:
    """The fields of one product or placebo."""

    kind: str
    entries: list[Entry] = field(default_factory=list)

    def text(self, code: str) -> str | None:
        return next((entry.value for entry in self.entries if entry.code == code and entry.value), None)

    def says_yes(self, code: str) -> bool:
        return self.text(code) == "Yes"


def country_records(body: bytes) -> Iterator[CountryRecord]:
    """The records of a download in its order; text before the first one is passed over.

    A record begins under the line ``Summary``, or where the one before it is at its end: sponsors paste whole
    headers into their fields.
    """
    record: CountryRecord | None = None
    current: Entry | None = None
    above = ""
    for line, raw in enumerate(body.removeprefix(b"\xef\xbb\xbf").splitlines(), start=1):
        decoded = raw.decode("utf-8", "replace")
        text = decoded.rstrip()
        found = _NUMBER.fullmatch(text)
        is_beginning = record is None or above == "Summary" or record.is_ended
        above = text or above
        if found and is_beginning:
            if record:
                yield record
            record, current = CountryRecord(found[1], line), None
        elif record is None or text == "Summary":
            continue
        elif (heading := _HEADING.fullmatch(text)) and heading[1] > record.section:
            record.section, current = heading[1], None
        elif not record.section:
            if named := _HEADER.fullmatch(text):
                record.header.append(Entry("", named[1].strip(), None, line, [named[2]]))
        elif (found := _FIELD.fullmatch(text)) and found["code"].startswith(record.section):
            language = _LANGUAGE.search(found["label"])
            label = found["label"].strip(" \t:?")
            current = Entry(found["code"], label, language[1] if language else None, line, [found["value"].strip()])
            record.entries.append(current)
        elif current is not None and not _is_caption(text, record.section):
            current.values.append(text)
        if record.undecodable is None and decoded.encode() != raw:
            record.undecodable = Entry("", "", None, line, [text])
    if record:
        record.is_cut = not body.endswith((b"\n", b"\r"))
        yield record


def _is_caption(text: str, section: str) -> bool:
    """Whether a line is a heading inside a section, such as ``E.5 End points`` or ``Sponsor 2``."""
    return bool(
        re.fullmatch(
            rf"{section}\.\d[.\d]*(?: (?:and|to) [A-Z]\.[\d.]+)?\s[^:]*|Sponsor \d+|MedDRA Classification", text
        )
    )
