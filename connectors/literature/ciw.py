"""Web of Science: the plain text file with its own tags, which it calls CIW as well, and the table with tabs.

Loaded by hand or through the inbox. Terms: the records belong to Clarivate and to publishers; exports are for the
review that searched and are not to be republished. "Full record" is what to choose: a shorter one has no abstract.
Early access has no year yet: its month stands in ``EA``.
"""

from collections.abc import Iterator

from connectors.literature.exports import OF_PUBLISHERS, read_export
from models.connector import Connector
from models.databases import ID_PATTERN
from models.trial import Page, Parsed

SLUG = "ciw"


def parse(page: Page) -> Iterator[Parsed]:
    """Every record of a file, read or rejected with its line."""
    yield from read_export(page)


CONNECTOR = Connector(
    slug=SLUG,
    title="Web of Science text (CIW)",
    id_pattern=ID_PATTERN,
    parse=parse,
    loads="a plain text file, or a table with tabs, as Web of Science exports it with full records",
    terms=OF_PUBLISHERS,
)
