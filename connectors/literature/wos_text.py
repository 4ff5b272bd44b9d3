"""Text of Web of Science, in its own tags (CIW) or as a table with tabs, read into the tags of RIS.

``PT`` begins a record and ``ER`` ends it; further lines of a field are indented. ``UT`` is the accession number,
``PM`` PubMed's, ``EA`` the month of early access, ``PD`` day and month without the year, ``ID`` the index's keywords.
"""

import csv
import re
from collections.abc import Iterator

from connectors.literature.tagged_text import Ending, FieldLines, TaggedRecord, TagLine

_TAG = re.compile(r"([A-Z][A-Z0-9])(?: (.*)|)", re.DOTALL)
_IN_RIS = {
    "AU": "AU", "TI": "TI", "SO": "T2", "LA": "LA", "DT": "M3", "DE": "KW", "ID": "KW", "AB": "AB", "PD": "DA",
    "PY": "PY", "VL": "VL", "IS": "IS", "SI": "IS", "BP": "SP", "EP": "EP", "AR": "AR", "DI": "DO", "EA": "EA",
    "UT": "AN", "PM": "PM",
}  # fmt: skip
_NAME = "Web of Science"


def tagged_records(text: str) -> Iterator[TaggedRecord]:
    """Every record, whichever of the two forms the file has."""
    lines = text.split("\n")
    head = next((line for line in lines if line.strip()), "")
    yield from map(_in_ris, _of_table(lines) if "\t" in head else _of_tags(lines))


def _of_tags(lines: list[str]) -> Iterator[TaggedRecord]:
    record: TaggedRecord | None = None
    field = FieldLines()
    for number, line in enumerate(lines, start=1):
        plain = line.rstrip(" \t\x1a\0")
        found = _TAG.fullmatch(plain.lstrip(" ") if plain.strip() in {"ER", "EF"} else plain)
        is_end = found is not None and found[1] == "ER" and not found[2]
        if record and (is_end or (found and found[1] == "PT")):
            record.fields += field.end()
            record.ending = Ending.WHOLE if is_end else Ending.OPEN
            yield record
            record = None
        if found and found[1] == "PT":
            record = TaggedRecord(number)
        if record and found:
            record.fields += field.begin(found[1], found[2] or "", number)
        elif record:
            field.go_on(line)
    if record:
        record.fields += field.end()
        yield record


def _of_table(lines: list[str]) -> Iterator[TaggedRecord]:
    """A row is a record, on one line; the last may be cut where no line end is behind it."""
    head, *rows = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    names = [name.strip() for name in head[1].split("\t")]
    for number, row in rows:
        cells = next(csv.reader([row], delimiter="\t", quoting=csv.QUOTE_NONE))
        fields = [TagLine(name, cell.strip(), number) for name, cell in zip(names, cells, strict=False) if name]
        is_whole = len(cells) >= len(names) and number < len(lines)
        yield TaggedRecord(number, fields, Ending.WHOLE if is_whole else Ending.CUT)


def _in_ris(record: TaggedRecord) -> TaggedRecord:
    fields = [TagLine("DB", _NAME, record.line)]
    for item in record.fields:
        if not (tag := _IN_RIS.get(item.tag)):
            continue
        if item.tag == "AU":
            names = item.lines or item.value.split("; ")
            fields += [TagLine(tag, " ".join(name.split()), item.line) for name in names]
        else:
            # Lines of these fields are wrapped, not listed.
            fields.append(TagLine(tag, item.value, item.line))
    return TaggedRecord(record.line, fields, record.ending)
