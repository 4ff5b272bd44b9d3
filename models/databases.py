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
    prefix : before a number in the id of a report
    accession : form of its numbers that can be nothing else, the number in a group; None where they tell nothing
    alone : form of its numbers in the field for them, where the export names the database
    hosted : how Ovid and EBSCO call it in their addresses
    """

    slug: str
    title: str
    named: re.Pattern[str]
    prefix: str = ""
    accession: re.Pattern[str] | None = None
    alone: re.Pattern[str] | None = None
    hosted: re.Pattern[str] | None = None

    def report_id(self, match: re.Match[str]) -> str:
        """Of a report whose number was found by one of the forms."""
        return f"{self.prefix}:{match[match.lastindex or 0]}"


def _words(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


DATABASES = (
    Database(
        slug="central",
        title="CENTRAL",
        named=_words(r"\bCENTRAL\b|Cochrane Central|Cochrane Library"),
        prefix="CENTRAL",
        accession=re.compile(r"\b(CN-\d{8})\b"),
        hosted=_words("cctr"),
    ),
    Database(
        slug="medline",
        title="MEDLINE",
        named=_words(r"MEDLINE|PubMed|\bNLM\b"),
        prefix="PMID",
        alone=re.compile(r"[1-9]\d{0,7}"),
        hosted=_words("o?med[a-z0-9]*|prem[a-z0-9]*|pmnm[a-z0-9]*|ppez[a-z0-9]*|mesz|c?medm|mnh|mdc|mdl"),
    ),
    Database(
        slug="embase",
        title="Embase",
        named=_words("embase"),
        prefix="EMBASE",
        accession=re.compile(r"\bL(\d{7,10})\b|\b(?:EMBASE|Embase)[ :]+L?(\d{7,10})\b"),
        alone=re.compile(r"L?(\d{7,10})"),
        hosted=_words("o?em[ce][a-z0-9]*|oemez[a-z0-9]*"),
    ),
    Database(
        slug="crs",
        title="Specialised Register",
        named=_words(r"speciali[sz]ed register|\bCRS"),
        prefix="CRS",
        accession=re.compile(r"\bCRS (\d{5,9})\b"),
    ),
    Database(
        slug="wos",
        title="Web of Science",
        named=_words(r"Web of Science|\bWOS\b|Science Citation Index"),
        prefix="WOS",
        accession=re.compile(r"\b(?:WOS|ISI):([A-Z0-9]{15})\b"),
    ),
    Database(
        slug="scopus",
        title="Scopus",
        named=_words("scopus"),
        prefix="SCOPUS",
        accession=re.compile(r"\b(2-s2\.0-\d{9,12})\b"),
    ),
    Database(
        slug="cinahl",
        title="CINAHL",
        named=_words("cinahl|Cumulative Index to Nursing"),
        prefix="CINAHL",
        accession=re.compile(r"\bccm-(\d{6,10})\b"),
        alone=re.compile(r"\d{6,10}"),
        hosted=_words("ccm|c8h|rzh|jlh|cin20"),
    ),
    Database(
        slug="psycinfo",
        title="PsycInfo",
        named=_words("psyc[ -]?info"),
        prefix="PSYCINFO",
        accession=re.compile(r"\b((?:19|20)\d\d-\d{5}-\d{3})\b"),
        hosted=_words("psy[a-z0-9]+"),
    ),
    Database(slug="amed", title="AMED", named=_words(r"\bAMED\b"), prefix="AMED", hosted=_words("amed[a-z0-9]*")),
    Database(
        slug="lilacs",
        title="LILACS",
        named=_words("lilacs"),
        prefix="LILACS",
        accession=_words(r"\b(lil-\d{3,9})\b"),
    ),
    Database(
        slug="proquest",
        title="ProQuest",
        named=_words(r"ProQuest"),
        prefix="PROQUEST",
        alone=re.compile(r"(\d{8,10})(?:; ?\d+)?"),
    ),
)
"""In the order in which readers meet them. Forms of numbers from exports in public repositories; how the hosts call
the databases in addresses from memory."""

BY_SLUG = {database.slug: database for database in DATABASES}

ID_PATTERN = "|".join(
    [
        r"PMID:[1-9]\d{0,8}",
        r"DOI:10\.\d{4,9}/\S+",
        r"RIS:[0-9a-f]{16}",
        rf"(?:{'|'.join(database.prefix for database in DATABASES if database.prefix != 'PMID')}):[A-Za-z0-9.-]+",
    ]
)
"""Ids of reports by the widest of their numbers, or by a digest where they have none."""


def database_named(text: str) -> Database | None:
    """The database that an export's field names, the first if there are several."""
    found = [(match.start(), database) for database in DATABASES if (match := database.named.search(text))]
    return min(found, key=lambda item: item[0])[1] if found else None


def database_hosted(code: str) -> Database | None:
    """The database that Ovid or EBSCO call so in an address."""
    return next((item for item in DATABASES if item.hosted and item.hosted.fullmatch(code)), None)
