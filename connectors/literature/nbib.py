"""NBIB files, the tagged form in which PubMed saves citations; also for what is copied from there by hand.

Loaded by hand or through the inbox. Terms as for PubMed: citations are free to use with attribution, abstracts
belong to their publishers. A citation begins with its PMID and ends with its source (SO); nothing marks the end
of a file, so the last citation must have its source, and that a full stop or a line break after it.
"""

from collections.abc import Iterator

from connectors.literature.exports import read_export
from models.connector import Connector
from models.databases import ID_PATTERN
from models.trial import Page, Parsed

SLUG = "nbib"


def parse(page: Page) -> Iterator[Parsed]:
    """Every record of a file, read or rejected with its line."""
    yield from read_export(page)


CONNECTOR = Connector(
    slug=SLUG,
    title="NBIB files (PubMed format)",
    id_pattern=ID_PATTERN,
    parse=parse,
    loads="a file that PubMed saved in its own format, any number of citations",
    terms="National Library of Medicine; citations free to use with attribution, abstracts belong to publishers",
)
