"""The sources: one module per source, and nothing about a source anywhere else.

A connector fetches (network without meaning) and parses (meaning without network or clock). A new source
is a module here, a fixture folder under ``tests/connectors`` and a line in `CONNECTORS`.
"""

from connectors.ctgov import api as ctgov
from connectors.ctgov import classic as ctgov_classic
from connectors.ctis import api as ctis
from connectors.euctr import register as euctr
from connectors.isrctn import api as isrctn
from connectors.literature import ciw, endnote, europepmc, nbib, pubmed, ris
from connectors.who import exchange as who_xml
from connectors.who import ictrp
from models.connector import Connector

CONNECTORS: dict[str, Connector] = {
    connector.slug: connector
    for connector in (
        ctgov.CONNECTOR,
        ctgov_classic.CONNECTOR,
        pubmed.CONNECTOR,
        ris.CONNECTOR,
        nbib.CONNECTOR,
        ciw.CONNECTOR,
        endnote.CONNECTOR,
        euctr.CONNECTOR,
        ctis.CONNECTOR,
        isrctn.CONNECTOR,
        europepmc.CONNECTOR,
        ictrp.CONNECTOR,
        who_xml.CONNECTOR,
    )
}
"""Every connector by its slug, the name of the source on the command line, in the archive and in tables."""
