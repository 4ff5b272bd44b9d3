"""What a PubMed citation says, element by element (NLM PubMed DTD of January 2025, and older ones).

Only DataBankList declares registry ids, and only some data banks are trial registries. Relations are
kept as far as they touch the findings. A citation's own elements are addressed by full path, because
lists of references carry PMIDs and DOIs of other papers under the same names.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from connectors.literature.written_dates import date_in
from connectors.markup import texts, whole_text
from connectors.reading import FieldReader, different, doi_in, tidy
from models.dates import PartialDate, check_partial, month_number
from models.registers import is_bank
from models.report import RelatedReport, Report
from models.trial import Rejected
from models.vocabulary import RelationKind

SLUG = "pubmed"

OTHER_BANKS = frozenset(
    [
        "bioproject",
        "dbgap",
        "dbsnp",
        "dbvar",
        "dryad",
        "figshare",
        "gdb",
        "genbank",
        "geo",
        "mendeley",
        "omim",
        "pdb",
        "pir",
        "protein",
        "pubchembioassay",
        "pubchemcompound",
        "pubchemsubstance",
        "refseq",
        "sra",
        "swissprot",
        "unimes",
        "uniparc",
        "uniprotkb",
        "uniref",
        "osf",
        "zenodo",
    ]
)
"""Data banks of molecules and data sets: their accession numbers are not trials."""

RELATIONS = {
    "RetractionIn": RelationKind.RETRACTION_IN,
    "RetractedandRepublishedIn": RelationKind.RETRACTION_IN,
    "ErratumIn": RelationKind.ERRATUM_IN,
    "CorrectedandRepublishedIn": RelationKind.ERRATUM_IN,
    "ExpressionOfConcernIn": RelationKind.CONCERN_IN,
    "RetractionOf": RelationKind.RETRACTION_OF,
    "RetractedandRepublishedFrom": RelationKind.RETRACTION_OF,
    "ErratumFor": RelationKind.ERRATUM_FOR,
    "CorrectedandRepublishedFrom": RelationKind.ERRATUM_FOR,
    "ExpressionOfConcernFor": RelationKind.CONCERN_FOR,
}
"""``RefType`` of comments and corrections that touch the findings."""

OTHER_RELATIONS = frozenset(
    [
        "AssociatedDataset",
        "AssociatedPublication",
        "Cites",
        "CommentIn",
        "CommentOn",
        "OriginalReportIn",
        "ReprintIn",
        "ReprintOf",
        "RepublishedIn",
        "RepublishedFrom",
        "SummaryForPatientsIn",
        "UpdateIn",
        "UpdateOf",
    ]
)
"""The DTD's other values of ``RefType``."""

_LOOK = "look at the citation in PubMed and in the archive"


def citations(root: etree._Element, url: str) -> Iterator[Report | Rejected]:
    """Every citation of a document: a set of articles and books, or one of them alone."""
    found = [root] if root.tag in _FORMS else [child for child in root if child.tag in _FORMS]
    if not found and root.tag != "PubmedArticleSet":
        reader = FieldReader(SLUG, url)
        reader.note(url, str(root.tag), "a document without citations", "load XML of efetch")
        yield from reader.notes
    for number, element in enumerate(found, start=1):
        form = _FORMS[str(element.tag)]
        pmid = tidy(element.findtext(f"{form.citation}/PMID"))
        reader = FieldReader(SLUG, f"PMID:{pmid}" if pmid else f"{url} citation {number}")
        if report := _report(element, form, pmid, reader):
            yield report
        yield from reader.notes


@dataclass(frozen=True)
class _Form:
    """Where the parts of an article, or of a book, stand below its element."""

    citation: str
    article: str
    journal: str
    issue: str
    titles: tuple[str, ...]
    published: tuple[str, ...]
    history: str
    ids: str


_FORMS = {
    "PubmedArticle": _Form(
        citation="MedlineCitation",
        article="MedlineCitation/Article",
        journal="Journal/Title",
        issue="Journal/JournalIssue",
        titles=("ArticleTitle", "VernacularTitle"),
        published=("ArticleDate", "Journal/JournalIssue/PubDate"),
        history="PubmedData/History",
        ids="PubmedData/ArticleIdList",
    ),
    "PubmedBookArticle": _Form(
        citation="BookDocument",
        article="BookDocument",
        journal="Book/BookTitle",
        issue="Book",
        titles=("ArticleTitle", "VernacularTitle", "Book/BookTitle"),
        published=("ContributionDate", "Book/PubDate"),
        history="PubmedBookData/History",
        ids="BookDocument/ArticleIdList",
    ),
}


def _report(element: etree._Element, form: _Form, pmid: str | None, reader: FieldReader) -> Report | None:
    article = element.find(form.article)
    if not pmid or not re.fullmatch(r"[1-9]\d{0,8}", pmid) or article is None:
        reader.note(f"{form.citation}/PMID", pmid or "", "a citation without a PMID or without an article", _LOOK)
        return None
    title = next((text for path in form.titles if (text := whole_text(article.find(path)))), None)
    revised = _date(element, f"{form.citation}/DateRevised", reader)
    entered = _date(element, f"{form.history}/PubMedPubDate[@PubStatus='entrez']", reader)
    published = next((day for path in form.published if (day := _date(article, path, reader))), None)
    registry_date = revised or entered or published
    if title is None or registry_date is None:
        missing = "title" if title is None else "date"
        reader.note(form.article, "", f"a citation without a {missing}", _LOOK)
        return None
    return Report(
        source=SLUG,
        report_id=f"PMID:{pmid}",
        title=title,
        registry_date=registry_date,
        entered_date=entered,
        published_date=published,
        journal=whole_text(article.find(form.journal)),
        volume=whole_text(article.find(f"{form.issue}/Volume")),
        issue=whole_text(article.find(f"{form.issue}/Issue")),
        pages=_pages(article),
        doi=_doi(element, form),
        accessions=_accessions(element, form, pmid),
        first_author=_first_author(article),
        language="; ".join(texts(article, "Language")) or None,
        keywords=different(_keywords(element, form)),
        publication_types=texts(article, "PublicationTypeList/PublicationType") + texts(article, "PublicationType"),
        registry_ids=tuple(_registry_ids(article, reader)),
        related=tuple(_related(element, reader)),
        abstract_text=_abstract(article),
    )


def _date(parent: etree._Element, path: str, reader: FieldReader) -> PartialDate | None:
    element = parent.find(path)
    if element is None:
        return None
    if medline := tidy(element.findtext("MedlineDate")):
        return reader.date(f"{path}/MedlineDate", medline, date_in)
    year, month, day = (tidy(element.findtext(tag)) for tag in ("Year", "Month", "Day"))
    parts = [year or "", *([month] if month else []), *([day] if month and day else [])]
    return reader.date(path, "-".join(parts), _from_parts)


def _from_parts(text: str) -> PartialDate:
    """``2011-Aug-09``, ``2011-8``, ``2011``: months come as names or as numbers."""
    year, *rest = text.split("-")
    numbers = [month_number(part) if place == 0 else int(part) for place, part in enumerate(rest)]
    return check_partial("-".join([year, *(f"{number:02d}" for number in numbers)]))


def _doi(element: etree._Element, form: _Form) -> str | None:
    """The DOI that PubMed lists for the citation itself, else the one the publisher gave, unless marked invalid."""
    listed = texts(element, f"{form.ids}/ArticleId[@IdType='doi']")
    given = [
        text
        for place in element.iterfind(f"{form.article}/ELocationID[@EIdType='doi']")
        if place.get("ValidYN") != "N" and (text := tidy(place.text))
    ]
    return next((doi for text in (*listed, *given) if (doi := doi_in(text))), None)


def _accessions(element: etree._Element, form: _Form, pmid: str) -> tuple[str, ...]:
    """PubMed's own number and that of the full text in PubMed Central."""
    full_texts = texts(element, f"{form.ids}/ArticleId[@IdType='pmc']")
    return (f"PMID:{pmid}", *(f"PMC:{number}" for number in full_texts if re.fullmatch(r"PMC\d+", number)))


def _pages(article: etree._Element) -> str | None:
    """As MEDLINE prints them; older citations and books have only the first and the last."""
    first, last = (whole_text(article.find(f"Pagination/{tag}")) for tag in ("StartPage", "EndPage"))
    return whole_text(article.find("Pagination/MedlinePgn")) or "-".join(page for page in (first, last) if page) or None


def _keywords(element: etree._Element, form: _Form) -> Iterator[str | None]:
    """Headings of MeSH with their qualifiers as NBIB writes them, then keywords, of authors and of others."""
    for heading in element.iterfind(f"{form.citation}/MeshHeadingList/MeshHeading"):
        parts = [heading.find("DescriptorName"), *heading.iterfind("QualifierName")]
        yield "/".join(_starred(part) for part in parts if part is not None)
    for path in ("SupplMeshList/SupplMeshName", "KeywordList/Keyword"):
        yield from (whole_text(item) for item in element.iterfind(f"{form.citation}/{path}"))


def _starred(term: etree._Element) -> str:
    """A term of MeSH; the asterisk says that the paper is mainly about it."""
    return f"{'*' if term.get('MajorTopicYN') == 'Y' else ''}{whole_text(term) or ''}"


def _first_author(article: etree._Element) -> str | None:
    author = article.find("AuthorList/Author")
    if author is None:
        return None
    name = " ".join(text for tag in ("LastName", "Initials") if (text := whole_text(author.find(tag))))
    return name or whole_text(author.find("CollectiveName"))


def _abstract(article: etree._Element) -> str | None:
    parts = [
        f"{label}: {text}" if (label := part.get("Label")) else text
        for part in article.iterfind("Abstract/AbstractText")
        if (text := whole_text(part))
    ]
    return "\n".join(parts) or None


def _registry_ids(article: etree._Element, reader: FieldReader) -> Iterator[str]:
    for number, bank in enumerate(article.iterfind("DataBankList/DataBank"), start=1):
        name = tidy(bank.findtext("DataBankName")) or ""
        plain = re.sub(r"[^a-z]", "", name.lower())
        if is_bank(name):
            yield from ("".join(text.split()) for text in texts(bank, "AccessionNumberList/AccessionNumber"))
        elif plain not in OTHER_BANKS:
            reader.note(
                f"DataBankList/DataBank[{number}]/DataBankName",
                name,
                "an unknown data bank",
                "decide whether it is a trial registry and add it to the connector",
            )


def _related(element: etree._Element, reader: FieldReader) -> Iterator[RelatedReport]:
    """What touches the findings; and the article that a preprint became, which PubMed calls its update."""
    path = "MedlineCitation/CommentsCorrectionsList/CommentsCorrections"
    types = element.iterfind("MedlineCitation/Article/PublicationTypeList/PublicationType")
    is_preprint = "Preprint" in {whole_text(item) for item in types}
    for number, given in enumerate(element.iterfind(path), start=1):
        word = given.get("RefType", "")
        if word == "UpdateIn" and is_preprint:
            kind: RelationKind | None = RelationKind.PREPRINT_OF
        elif word in OTHER_RELATIONS:
            continue
        else:
            kind = reader.word(f"{path}[{number}]/@RefType", word, RELATIONS)
        pmid = tidy(given.findtext("PMID"))
        if kind:
            source = None if pmid else whole_text(given.find("RefSource"))
            yield RelatedReport(kind=kind, pmid=pmid, source_text=source)
