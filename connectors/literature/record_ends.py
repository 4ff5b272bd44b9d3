"""What becomes of a record that nothing ends, or that nothing begins: it is read, or named with its line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from connectors.literature.tagged_text import Ending, TaggedRecord
from connectors.reading import FieldReader
from models.trial import Rejected

_ASK = "export the file again"


@dataclass(frozen=True)
class Words:
    """What messages call the beginning and the end of a record in a format."""

    beginning: str
    end: str


OF_RIS, OF_NBIB, OF_CIW = Words("TY", "ER"), Words("PMID", "SO"), Words("PT", "ER")


def accounted(
    records: Iterable[TaggedRecord], source: str, url: str, words: Words, *, ends_on_a_line: bool
) -> Iterator[TaggedRecord | Rejected]:
    """Every record of a file that is not cut, and what is, or stands outside of one, with its line.

    A record without an end is read where another follows, which is said once for all of them; the last of a file may
    have been cut, unless the file never ends one.

    Parameters
    ----------
    words : of the format, for messages
    ends_on_a_line : whether the file ends with a line end, so that its last record may be whole without its own end
    """
    unended: list[TaggedRecord] = []
    n_ended, last = 0, None
    for record in records:
        if last:
            unended.append(last)
            yield last
        last = record if record.ending is Ending.OPEN else None
        n_ended += record.ending is Ending.WHOLE
        if record.ending is Ending.WHOLE:
            yield record
        elif not last:
            yield _rejected(record, source, url, words)
    if last and unended and not n_ended and ends_on_a_line:
        unended.append(last)
        yield last
    elif last:
        yield _rejected(last, source, url, words)
    if unended:
        reader = FieldReader(source, url)
        reason = (
            f"{len(unended)} records do not end with {words.end} and are read as far as the next begins, from here on"
        )
        reader.note(f"line {unended[0].line}", name_of(unended[0], url), reason, "see whether they are whole")
        yield from reader.notes


def name_of(record: TaggedRecord, url: str) -> str:
    """What a message calls a record."""
    if pmid := record.text("PMID"):
        return f"PMID:{pmid}"
    return record.text("AN", "DO", "TI", "T1") or f"{url} line {record.line}"


def _rejected(record: TaggedRecord, source: str, url: str, words: Words) -> Rejected:
    reader = FieldReader(source, name_of(record, url))
    shown = record.fields[0].value if record.fields else ""
    reasons = {
        Ending.OPEN: f"a record that stops before {words.end}, and does not end with it",
        Ending.CUT: "a record that was cut",
        Ending.STRAY: f"fields that no {words.beginning} begins",
    }
    reader.note(f"line {record.line}", shown, reasons[record.ending], _ASK)
    return reader.notes[0]
