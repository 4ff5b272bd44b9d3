"""EndNote's XML, as EndNote and the programs that write it export a library, read into the tags of RIS.

Every text may lie in ``<style>`` elements, several in a row where a word is in italics. A record that is not closed
costs itself and no other.
"""

import re
from collections.abc import Iterator

from lxml import etree

from connectors.fragments import fragments, unclosed_root
from connectors.literature.tagged_text import Ending, TaggedRecord, TagLine
from connectors.markup import UnreadableMarkup, read_xml, whole_text
from connectors.reading import FieldReader, beginning
from models.trial import Rejected

_IN_RIS = {
    "titles/title": "TI",
    "contributors/authors/author": "AU",
    "titles/secondary-title": "T2",
    "periodical/full-title": "T2",
    "titles/alt-title": "J2",
    "dates/year": "PY",
    "dates/pub-dates/date": "DA",
    "volume": "VL",
    "number": "IS",
    "issue": "IS",
    "pages": "SP",
    "electronic-resource-num": "DO",
    "accession-num": "AN",
    "remote-database-name": "DB",
    "remote-database-provider": "DP",
    "urls/related-urls/url": "UR",
    "urls/web-urls/url": "UR",
    "urls/text-urls/url": "L2",
    "urls/pdf-urls/url": "L1",
    "keywords/keyword": "KW",
    "abstract": "AB",
    "notes": "N1",
    "research-notes": "RN",
    "language": "LA",
    "work-type": "M3",
    "label": "LB",
    "call-num": "CN",
    **{f"custom{number}": f"C{number}" for number in range(1, 9)},
}
_ASK = "export the library again"
_CONTROL = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:[0-8]|1[124-9]|2\d|3[01]|x0*(?:[0-8bcef]|1[0-9a-f]));", re.IGNORECASE
)
"""Characters that XML does not have, and EndNote copies from abstracts."""


def tagged_records(body: bytes, source: str, url: str) -> Iterator[TaggedRecord | Rejected]:
    """Every record of a document."""
    for number, (raw, line) in enumerate(fragments(body, "record"), start=1):
        reader = FieldReader(source, f"{url} record {number}")
        try:
            yield _record(read_xml(_CONTROL.sub(b"", raw)), line)
        except UnreadableMarkup as error:
            reader.note(f"line {line + error.line - 1}", beginning(raw), str(error), _ASK)
            yield from reader.notes
    if cut := unclosed_root(body):
        reader = FieldReader(source, url)
        reader.note(url, beginning(body), f"<{cut}> does not end: records may be missing", _ASK)
        yield from reader.notes


def _record(root: etree._Element, line: int) -> TaggedRecord:
    fields = [
        TagLine(tag, text, line)
        for path, tag in _IN_RIS.items()
        for element in root.iterfind(path)
        if (text := whole_text(element))
    ]
    return TaggedRecord(line, fields, Ending.WHOLE)
