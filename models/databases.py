"""The bibliographic databases that people search by hand, by the words in which exports name them."""

import re

import msgspec


class Database(msgspec.Struct, frozen=True, kw_only=True):
    """One database: how exports name it, and the form of its accession numbers.

    Attributes
    ----------
    slug : how a protocol, a folder of the inbox and the command line call it
    title : how readers call it
    named : found in the field in which an export names its database
    accession : form of its numbers, None where they tell nothing
    prefix : before a number in the id of a report
    """

    slug: str
    title: str
    named: re.Pattern[str]
    accession: re.Pattern[str] | None = None
    prefix: str = ""


def _words(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


DATABASES = (
    Database(
        slug="central",
        title="CENTRAL",
        named=_words(r"\bCENTRAL\b|Cochrane Central|Cochrane Library"),
        accession=re.compile(r"\bCN-\d{8}\b"),
        prefix="CENTRAL",
    ),
    Database(slug="medline", title="MEDLINE", named=_words(r"MEDLINE|PubMed"), prefix="PMID"),
    Database(
        slug="embase",
        title="Embase",
        named=_words("embase"),
        accession=re.compile(r"\bL\d{7,10}\b|(?<=EMBASE )\d{7,10}\b"),
        prefix="EMBASE",
    ),
    Database(slug="crs", title="Specialised Register", named=_words("specialised register|specialized register|CRS")),
    Database(
        slug="wos",
        title="Web of Science",
        named=_words("Web of Science|Science Citation Index"),
        accession=re.compile(r"\bWOS:[A-Z0-9]{15}\b"),
        prefix="WOS",
    ),
    Database(
        slug="scopus",
        title="Scopus",
        named=_words("scopus"),
        accession=re.compile(r"\b2-s2\.0-\d{10,12}\b"),
        prefix="SCOPUS",
    ),
    Database(slug="cinahl", title="CINAHL", named=_words("cinahl")),
)
"""In the order in which readers meet them."""
