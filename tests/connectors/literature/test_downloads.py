"""What people bring instead of an export says what it is and which button gives one; a zip of exports is opened."""

import io
import zipfile
from collections.abc import Callable

import pytest

from connectors.boundary import read_page
from models.report import Report
from models.trial import Page, Rejected

Pages = Callable[..., Page]

DOWNLOADS = {
    "PubMed, Abstract (text)": (
        "1. Ann Neurol. 2018 Sep;84(3):361-373. doi: 10.0000/x. Epub 2018 Aug 31.\n\nA made-up title.\n\nDoe J(1).\n\n"
        "Author information:\n(1)Nowhere.\n\nOBJECTIVE: None.\n\nDOI: 10.0000/x\nPMID: 90000001 [Indexed for MEDLINE]\n",
        'format "PubMed"',
    ),
    "PubMed, Summary (text)": (
        "1: Doe J, Roe R. A made-up title. Ann Neurol. 2018\nSep;84(3):361-373. doi: 10.0000/x. PMID: 90000001.\n",
        'format "PubMed"',
    ),
    "PubMed, PMID list": ("90000001\r\n90000002\r\n90000003\r\n", 'format "PubMed"'),
    "PubMed, CSV": (
        "PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,NIHMS ID,DOI\n"
        '90000001,"A title",Doe J,x,Doe J,J,2018,2018/07/27,,,10.0000/x\n',
        'format "PubMed"',
    ),
    "Embase, PDF": ("%PDF-1.4\n%âã\n", "RIS"),
    "Embase, CSV": ('"TITLE","SOURCE","AUTHOR NAMES","PUI"\n"A title","J","Doe","L900000001"\n', "in Embase.com"),
    "Covidence, CSV": (
        "Title,Authors,Abstract,Published Year,Journal,DOI,Covidence #,Study,Notes,Tags\nA title,Doe,,2018,,,#12,,,\n",
        "in Covidence",
    ),
    "Rayyan, CSV": ("key,title,year,journal,authors,abstract,notes\nrayyan-1,A title,2018,J,Doe,,\n", "RIS"),
    "Scopus, CSV": ('"Authors","Title","Year","EID"\n"Doe","A title","2018","2-s2.0-90000000001"\n', "in Scopus"),
    "CENTRAL, CSV": (
        '"Cochrane Library ID","Title","Author(s)","Source"\n"CN-90000001","A title","Doe","CENTRAL"\n',
        "in the Cochrane Library",
    ),
    "CENTRAL, plain text": ("Record #1 of 2\nID: CN-90000001\nAU: Doe J\nTI: A title\n", "in the Cochrane Library"),
    "Ovid, its own tags": ("<1. >\nVN  - Ovid Technologies\nDB  - Embase\nUI  - 1\nTI  - A title\n", "in Ovid"),
    "Ovid, for reading": (
        "Database: Embase <1974 to 2018 July 01>\n\n<1>\nUnique Identifier\n  900000001\n",
        "in Ovid",
    ),
    "EndNote, refer": ("%0 Journal Article\n%A Doe, J.\n%T A title\n%D 2018\n\n", "RefMan (RIS) Export"),
    "BibTeX": ("@article{doe2018,\n  title = {A title},\n  year = 2018\n}\n", "RIS"),
    "Zotero, CSL JSON": ('[\n  {"id": "x/1", "type": "article-journal", "title": "A title"}\n]\n', "RIS"),
    "Zotero, RDF": ('<?xml version="1.0"?>\n<rdf:RDF xmlns:rdf="x"></rdf:RDF>', "in Zotero"),
    "a page that asks to sign in": ("<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>", "RIS"),
    "a document": ("{\\rtf1\\ansi A title}", "RIS"),
}


def _refused(page_of: Pages, source: str, body: bytes, name: str = "download.txt") -> Rejected:
    [rejected] = read_page(page_of(source, body, kind="file", url=f"file:{name}"))
    assert isinstance(rejected, Rejected)
    assert rejected.path == f"file:{name}"
    return rejected


@pytest.mark.parametrize("source", ["ris", "nbib", "ciw", "endnote", "pubmed", "europepmc"])
@pytest.mark.parametrize(("text", "button"), DOWNLOADS.values(), ids=list(DOWNLOADS))
def test_a_download_that_says_too_little_names_the_button_that_gives_more(
    page_of: Pages, source: str, text: str, button: str
) -> None:
    rejected = _refused(page_of, source, text.encode("latin-1"))
    assert rejected.reason.startswith("it is ")
    assert button in rejected.action


@pytest.mark.parametrize("name", ["library.enl", "Library.ENLX"])
def test_an_endnote_library_is_known_by_its_name(page_of: Pages, name: str) -> None:
    assert "File, Export" in _refused(page_of, "ris", b"\0\5\x16\7\0\2\0\0", name).action


@pytest.mark.parametrize(
    ("source", "text", "named"),
    [
        ("pubmed", "PMID- 1\nTI  - A title\nDP  - 2018\nSO  - A J.\n", "ingest nbib"),
        ("pubmed", "TY  - JOUR\nTI  - A title\nER  - \n", "ingest ris"),
        ("pubmed", "FN Clarivate\nVR 1.0\nPT J\nTI A title\nER\nEF\n", "ingest ciw"),
        ("europepmc", "<xml><records><record><ref-type>17</ref-type></record></records></xml>", "ingest endnote"),
        ("europepmc", "<PubmedArticleSet><PubmedArticle></PubmedArticle></PubmedArticleSet>", "ingest pubmed"),
        ("ris", '{"version": "6.9", "hitCount": 1, "resultList": {"result": []}}', "ingest europepmc"),
    ],
)
def test_a_file_of_another_source_names_that_source(page_of: Pages, source: str, text: str, named: str) -> None:
    assert named in _refused(page_of, source, text.encode()).action


def test_a_zip_of_exports_of_several_formats_is_opened(page_of: Pages) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("embase.ris", "TY  - JOUR\nTI  - One\nPY  - 2018\nDO  - 10.1234/1\nER  - \n")
        archive.writestr("older/pubmed.nbib", "PMID- 2\nTI  - Two\nDP  - 2018\nSO  - A J.\n")
        archive.writestr("wos.ciw", "FN Clarivate\nVR 1.0\nPT J\nTI Three\nPY 2018\nUT WOS:000900000000001\nER\nEF\n")
        archive.writestr("readme.pdf", "%PDF-1.4\n")
    *found, rejected = read_page(page_of("ris", out.getvalue(), kind="file", url="file:exports.zip"))
    assert [item.report_id for item in found if isinstance(item, Report)] == [
        "DOI:10.1234/1",
        "PMID:2",
        "WOS:000900000000001",
    ]
    assert isinstance(rejected, Rejected)
    assert rejected.record_ref == "file:exports.zip/readme.pdf"
