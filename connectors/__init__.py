"""The sources: one module per source, and nothing about a source anywhere else.

A connector fetches (network without meaning) and parses (meaning without network or clock). A new source
is a module here, a fixture folder under ``tests/connectors`` and a line in `CONNECTORS`.
"""

from connectors import (
    ctgov,
    ctgov_classic,
    ctis,
    euctr,
    europepmc,
    ictrp,
    isrctn,
    nbib,
    pubmed,
    ris,
    who_xml,
)
from models.connector import Connector

CONNECTORS: dict[str, Connector] = {
    connector.slug: connector
    for connector in (
        ctgov.CONNECTOR,
        ctgov_classic.CONNECTOR,
        pubmed.CONNECTOR,
        ris.CONNECTOR,
        nbib.CONNECTOR,
        euctr.CONNECTOR,
        ctis.CONNECTOR,
        isrctn.CONNECTOR,
        europepmc.CONNECTOR,
        ictrp.CONNECTOR,
        who_xml.CONNECTOR,
    )
}
"""Every connector by its slug, the name of the source on the command line, in the archive and in tables."""
