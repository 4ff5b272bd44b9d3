"""EndNote's XML, for libraries in which people gathered what several databases found.

Loaded by hand or through the inbox, in a folder of its own: other sources are XML, too. A record says which database it
came from where EndNote was told; its number there, and the PMID, stand where the database's own export has them.
"""

from collections.abc import Iterator

from connectors.literature.exports import OF_PUBLISHERS, read_export
from models.connector import Connector
from models.databases import ID_PATTERN
from models.trial import Page, Parsed

SLUG = "endnote"


def parse(page: Page) -> Iterator[Parsed]:
    """Every record of a file, read or rejected with its line."""
    yield from read_export(page)


CONNECTOR = Connector(
    slug=SLUG,
    title="EndNote XML",
    id_pattern=ID_PATTERN,
    parse=parse,
    loads="an EndNote library that was exported as XML",
    terms=OF_PUBLISHERS,
)
