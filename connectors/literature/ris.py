"""RIS files of databases without an open interface: CENTRAL, Embase, specialised registers of review groups.

Loaded by hand or through the inbox. Terms: the databases belong to their publishers (Cochrane, Elsevier);
exports are for the review that searched them and are not to be republished.

Each export has habits of its own. The Cochrane Library writes ``AN  - CN-01234567``, the ids of PubMed and
Embase into ``C3`` (``PUBMED 31740545,EMBASE 629867342``) and, for a registry record, the registry's address
as its source; Embase writes ``U2  - L629867342`` and the PMID into ``C5``. A report is known by the widest of its ids:
PMID, DOI, accession number of its database, and only without any of them by a digest of title, year and author.
Registry ids count where a field declares them; those in titles and abstracts stay text.
"""

from collections.abc import Iterator

from connectors.literature.exports import OF_PUBLISHERS, read_export
from connectors.search_words import any_of, both
from models.connector import Connector
from models.databases import ID_PATTERN
from models.pico import Pico
from models.trial import Page, Parsed

SLUG = "ris"


def parse(page: Page) -> Iterator[Parsed]:
    """Every record of a file, read or rejected with its line."""
    yield from read_export(page)


def write_query(pico: Pico) -> str:
    """For title, abstract and keywords, in the form that the Cochrane Library and Embase share; typed in by hand."""
    form = "({}):ti,ab,kw"
    return both(any_of((*pico.population, *pico.abbreviations), form), any_of(pico.narrowing, form))


CONNECTOR = Connector(
    slug=SLUG,
    title="RIS files (CENTRAL, Embase, specialised registers)",
    id_pattern=ID_PATTERN,
    parse=parse,
    write_query=write_query,
    loads="a RIS file as a database exports it, any number of records; what ciw, endnote and nbib read as well",
    terms=OF_PUBLISHERS,
)
