"""What becomes of a record that nothing ends, or that nothing begins: it is read, or named with its line."""

from collections.abc import Iterable, Iterator

from connectors.literature.tagged_text import Ending, TaggedRecord
from connectors.reading import FieldReader
from models.trial import Rejected

_ASK = "export the file again"
_REASONS = {
    Ending.OPEN: "a record that does not end with ER",
    Ending.CUT: "a record that was cut",
    Ending.STRAY: "fields before which no record begins (TY, PT)",
}


def accounted(
    records: Iterable[TaggedRecord], source: str, url: str, *, ends_on_a_line: bool
) -> Iterator[TaggedRecord | Rejected]:
    """Every record of a file that is not cut, and what is, or stands outside of one, with its line.

    A record without an end is read where another follows, which is said once for all of them; the last of a file may
    have been cut, unless the file never ends one.
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
            yield _rejected(record, source, url)
    if last and unended and not n_ended and ends_on_a_line:
        unended.append(last)
        yield last
    elif last:
        yield _rejected(last, source, url)
    if unended:
        reader = FieldReader(source, url)
        reason = f"{len(unended)} of the records do not end with ER and are read as far as the next begins, from here"
        reader.note(f"line {unended[0].line}", name_of(unended[0], url), reason, "see whether they are whole")
        yield from reader.notes


def name_of(record: TaggedRecord, url: str) -> str:
    """What a message calls a record."""
    return record.text("AN", "DO", "TI", "T1") or f"{url} line {record.line}"


def _rejected(record: TaggedRecord, source: str, url: str) -> Rejected:
    reader = FieldReader(source, name_of(record, url))
    shown = record.fields[0].value if record.fields else ""
    reader.note(f"line {record.line}", shown, _REASONS[record.ending], _ASK)
    return reader.notes[0]
