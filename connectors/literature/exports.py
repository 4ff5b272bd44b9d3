"""Files in which databases and programs for references hand out what a search found.

A file is read by what it is, whichever of these sources it was loaded as: RIS, NBIB, Web of Science, EndNote's XML,
PubMed's XML, one after the other where they were joined. Every record comes out, read or rejected; what is no such
file is refused with the name of the button that gives one. What an encoding is was guessed, if it was, is said once.
"""

import re
from collections.abc import Iterator

import msgspec

from connectors.literature import endnote_xml, nbib_citations, ris_lines, wos_text
from connectors.literature.downloads import format_of, refusal
from connectors.literature.encodings import Decoded, decoded
from connectors.literature.one_file import counted, parted
from connectors.literature.pubmed_citation import citations
from connectors.literature.record_ends import OF_CIW, OF_RIS, accounted, name_of
from connectors.literature.ris_report import own_id, report_of
from connectors.literature.tagged_text import BLANK, CIW_START, NBIB_START, RIS_START, TaggedRecord, separated
from connectors.markup import UnreadableMarkup, read_xml
from connectors.reading import FieldReader, refused, unusable
from models.report import Report
from models.trial import Page, Parsed, Rejected

_START = re.compile(rf"^{BLANK}*(?:(?P<ris>{RIS_START})|(?P<nbib>{NBIB_START})|(?P<ciw>{CIW_START}))", re.MULTILINE)
_ENDED = re.compile(r"(?:^|\n)[ \t]*(?:ER(?: {0,3}-)?|EF|SO {2}- [^\n]*(?:\n+ {6}[^\n]*)*)\s*\Z")
_SURE = {
    "ris": re.compile(
        rf"{BLANK}*{RIS_START}{BLANK}*(?:[A-Z][A-Za-z]*{BLANK}?){{0,3}}\n+{BLANK}*[A-Z][A-Z0-9]{BLANK}+-"
    ),
    "nbib": re.compile(r"PMID- ?\d{1,8} *\n+(?:[A-Z]{3,4} ?- )"),
    "ciw": re.compile(r"(?:FN [^\n]*\n+VR [^\n]*\n+)?PT [A-Z] *\n+(?:A[UF]|B[AE]|CA|GP|TI) "),
}
"""Lines with which a record begins, whatever stands before them."""
_BACK = 4_000
"""Characters before a record that are looked through for the end of the one before."""
_DECLARED = re.compile(r"\A\s*<\?xml[^>]*\?>")
_NOTHING = {
    "ris": "no RIS: no record begins with TY",
    "nbib": "no NBIB: no citation begins with PMID",
    "ciw": "no text of Web of Science: no record begins with PT",
    "endnote": "no EndNote XML: no <record> in it",
}
_AGAIN = {
    "ris": "look at the file and export it again as RIS",
    "nbib": "save the citations again from PubMed, format PubMed",
    "ciw": "export the records again from Web of Science, as RIS or plain text file",
    "endnote": "export the library again from EndNote, as XML",
}
OF_PUBLISHERS = "the databases belong to their publishers; for the review that searched them, not to be republished"
"""Terms of exports."""
_Found = tuple[Report, str]


def read_export(page: Page) -> Iterator[Parsed]:
    """Every record of a file, read or rejected with its place."""
    file = decoded(page.body) if page.status == 200 else Decoded("")
    text = separated(file.text)
    form = format_of(text)
    if form not in _READ:
        known = None if page.status != 200 else refusal(page, text)
        problem = unusable(page, "") or _NOTHING[page.source]
        yield known or refused(page, problem, _AGAIN[page.source])
        return
    found: list[_Found] = []
    n_items = 0
    for item in _items(page, text, form):
        n_items += 1
        if isinstance(item, Rejected):
            yield item
        else:
            found.append(item)
    yield from counted(parted(found))
    if not n_items:
        yield refused(page, _NOTHING[page.source], _AGAIN[page.source])
    elif file.guess and form not in {"endnote", "pubmed"}:
        yield _guessed(page, file)


def _items(page: Page, text: str, form: str) -> Iterator[_Found | Rejected]:
    if form == "pubmed":
        yield from _cited(page, _bytes(page, text))
    elif form == "endnote":
        yield from _described(page, endnote_xml.tagged_records(_bytes(page, text), page.source, page.url))
    else:
        for name, part in _parts(text):
            if name == "nbib":
                for item in nbib_citations.reports(part, page.source, page.url):
                    yield item if isinstance(item, Rejected) else (item, item.report_id)
            else:
                read, words = _TAGGED[name]
                is_line = part.endswith("\n")
                yield from _described(page, accounted(read(part), page.source, page.url, words, ends_on_a_line=is_line))


_TAGGED = {"ris": (ris_lines.tagged_records, OF_RIS), "ciw": (wos_text.tagged_records, OF_CIW)}
_READ = {"ris", "nbib", "ciw", "endnote", "pubmed"}


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """The files of which one was joined, with their formats; empty lines stand for those before, so that lines count."""
    if text.lstrip().startswith("PT\t"):
        yield "ciw", text
        return
    start, form = 0, ""
    for found in _START.finditer(text):
        name = found.lastgroup or ""
        if form and name != form and _begins(name, text, start, found.start()):
            yield form, _at_its_line(text, start, found.start())
            start, form = found.start(), name
        form = form or name
    yield form or "ris", _at_its_line(text, start, len(text))


def _begins(form: str, text: str, start: int, place: int) -> bool:
    """Whether a file of another format begins at a place, and not a line of a text."""
    return bool(_SURE[form].match(text, place) or _ENDED.search(text, max(start, place - _BACK), place))


def _at_its_line(text: str, start: int, end: int) -> str:
    return "\n" * text.count("\n", 0, start) + text[start:end]


def _described(page: Page, records: Iterator[TaggedRecord | Rejected]) -> Iterator[_Found | Rejected]:
    for record in records:
        if isinstance(record, Rejected):
            yield record
            continue
        reader = FieldReader(page.source, name_of(record, page.url))
        if report := report_of(record, page.source, reader):
            yield report, own_id(record, report.accessions)
        yield from reader.notes


def _cited(page: Page, body: bytes) -> Iterator[_Found | Rejected]:
    try:
        root = read_xml(body)
    except UnreadableMarkup as error:
        yield refused(page, f"line {error.line}: {error}", "save the citations again from PubMed")
        return
    for item in citations(root, page.url):
        own = msgspec.structs.replace(item, source=page.source)
        yield own if isinstance(own, Rejected) else (own, own.report_id)


def _bytes(page: Page, text: str) -> bytes:
    """A document's bytes; in UTF-8 and without a word about it where its encoding has two bytes a letter."""
    return _DECLARED.sub("", text).encode() if b"\0" in page.body[:100] else page.body.removeprefix(b"\xef\xbb\xbf")


def _guessed(page: Page, text: Decoded) -> Rejected:
    reader = FieldReader(page.source, page.url)
    action = "where its letters are wrong, export the file again in UTF-8"
    reader.note(page.url, text.example, f"read as {text.guess}, a guess: the file does not tell its encoding", action)
    return reader.notes[0]
