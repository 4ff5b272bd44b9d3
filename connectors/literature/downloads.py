"""What people bring instead of an export that can be read, and which button gives one that can.

Lists say too little: a summary has no abstract, a list of numbers no title. Words on buttons as the platforms showed
them when this was written, from memory.
"""

import re
from dataclasses import dataclass

from connectors.literature.encodings import decoded
from connectors.literature.tagged_text import BLANK, CIW_START, NBIB_START, RIS_START, separated
from connectors.reading import refused
from models.trial import Page, Rejected

_PUBMED = 'in PubMed choose Save, all results, format "PubMed", and load that file as nbib'
_ENDNOTE = (
    'in EndNote choose File, Export, with output style "RefMan (RIS) Export" and load it as ris, or save as type XML and'
    " load it as endnote"
)
_ELSEWHERE = "export the references again in the format RIS and load that file as ris"
_LOOKED_AT = 4_000
"""Characters that tell what a file is."""


@dataclass(frozen=True)
class _Download:
    """A kind of file: how it begins, what it is, and what to do."""

    form: re.Pattern[str]
    what: str
    action: str
    ending: str = ""


def _kind(form: str, what: str, action: str, ending: str = "") -> _Download:
    return _Download(re.compile(form, re.IGNORECASE | re.MULTILINE), what, action, ending)


_KINDS = (
    _kind(r"\A%PDF", "a PDF, which is for reading", _ELSEWHERE, ".pdf"),
    _kind(r"\A\{\\rtf", "a document of a word processor", _ELSEWHERE, ".rtf"),
    _kind(r"\A(?!)", "an EndNote library, which only EndNote opens", _ENDNOTE, ".enl"),
    _kind(r"\A(?!)", "a packed EndNote library, which only EndNote opens", _ENDNOTE, ".enlx"),
    _kind(r"\A(?!)", "an old spreadsheet or document", _ELSEWHERE, ".xls"),
    _kind(r"\ASQLite format 3", "the library of a program, which only that program opens", _ELSEWHERE),
    _kind(r"\A(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:!doctype )?html", "a page of a web site", _ELSEWHERE),
    _kind(r"^%0 [A-Z][A-Za-z ]+$", "EndNote's refer format (%0), which has no field for numbers of databases", _ENDNOTE),
    _kind(r"^\s*@[A-Za-z]+\s*\{", "BibTeX, which has no fields for database, index terms and numbers", _ELSEWHERE),
    _kind(r"\A<\?xml[^>]*>\s*<rdf:RDF|\A<rdf:RDF|<modsCollection", "a library of Zotero in another format",
          "in Zotero choose Export Library, format RIS, and load it as ris"),
    _kind(r'\A\s*\[\s*\{\s*"', "references as JSON", _ELSEWHERE),
    _kind(r"\A\s*\d{1,9}(?:\s+\d{1,9})*\s*\Z", "a list of numbers without titles and abstracts", _PUBMED),
    _kind(r"\A[\"']?PMID[\"']?,\s*[\"']?Title", "PubMed's table (CSV), which has no abstracts and index terms", _PUBMED),
    _kind(r"\A\s*1: \S[\s\S]{0,3000}?PMID: ?\d", "PubMed's summary (text), which has no abstracts", _PUBMED),
    _kind(r"\A\s*1\. \S.*\d{4}[\s\S]*?^PMID: ?\d", "PubMed's abstracts as text, whose fields have no names", _PUBMED),
    _kind(r"\A.*Covidence #", "Covidence's table (CSV)",
          "in Covidence choose Export, the list of references, format RIS or EndNote, and load it as ris"),
    _kind(r"^VN  - Ovid Technologies|^<\d+\.? ?>\s*$|\ADatabase: .*<", "Ovid's own tagged text",
          "in Ovid choose Export, format RIS, complete reference, and load it as ris"),
    _kind(r"\ARecord #\d+ of \d+", "the Cochrane Library's plain text",
          "in the Cochrane Library choose Export selected citations, format RIS, and load it as ris"),
    _kind(r"\A.*(?:Cochrane (?:Library )?ID|\bCN-\d{8}).*,", "the Cochrane Library's table (CSV)",
          "in the Cochrane Library choose Export selected citations, format RIS, and load it as ris"),
    _kind(r"\A.*\bEID\b", "Scopus' table (CSV)", "in Scopus choose Export, format RIS, all fields, and load it as ris"),
    _kind(r"\A.*\b(?:Embase Accession ID|PUI)\b", "Embase's table (CSV)",
          'in Embase.com choose Export, format "RIS format (Mendeley, EndNote)", and load it as ris'),
    _kind(r"\A(?=.*\b(?:title|titel|titre)\b)(?=.*\b(?:authors?|year|journal|abstract|doi)\b).*[,;\t]",
          "a table of references", _ELSEWHERE),
)  # fmt: skip
"""In the order in which they are asked: the surest first."""

_READABLE = (
    ("ris", re.compile(rf"^{BLANK}*{RIS_START}", re.MULTILINE)),
    ("nbib", re.compile(rf"^{NBIB_START}", re.MULTILINE)),
    ("ciw", re.compile(rf"^(?:{CIW_START}|PT\tAU)", re.MULTILINE)),
    ("endnote", re.compile(r"<records?>[\s\S]*<(?:ref-type|rec-number|titles|database)\b")),
    ("pubmed", re.compile(r"<Pubmed(?:Article|BookArticle)")),
    ("europepmc", re.compile(r'\A\s*\{[\s\S]{0,200}"(?:hitCount|resultList)"')),
)
"""Formats that are read, by the source under which they are loaded."""


def format_of(text: str) -> str:
    """The source whose format a text is in: of several, the one that begins first; '' if it is in none."""
    found = [(match.start(), slug) for slug, form in _READABLE if (match := form.search(text))]
    return min(found)[1] if found else ""


def refusal(page: Page, text: str) -> Rejected | None:
    """What to say of a file that another source reads, or that none can; None of what is not known."""
    slug = format_of(text)
    if slug and slug != page.source:
        return refused(page, f"it is a file in the format of {slug}", f"trialwatch ingest {slug} reads it")
    start, name = text[:_LOOKED_AT].lstrip(), page.url.lower()
    for kind in _KINDS:
        if not slug and (kind.form.search(start) or (kind.ending and name.endswith(kind.ending))):
            return refused(page, f"it is {kind.what}", kind.action)
    return None


def misplaced(page: Page) -> Rejected | None:
    """The same of a file that was loaded as a source that is asked over the network."""
    return refusal(page, separated(decoded(page.body[:_LOOKED_AT]).text)) if page.kind == "file" else None
