"""Numbers of reports wherever vendors put them, and the database that a record is from."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import CONNECTORS
from connectors.boundary import read_page
from models.databases import DATABASES, database_hosted, database_named
from models.report import Report
from models.trial import Page, Rejected

Pages = Callable[..., Page]

RECORDS = [
    pytest.param(
        [
            "U2  - L39097156",
            "C5  - 15368318",
            "DB  - Embase",
            "DB  - Medline",
            "M1  - (Doe) Univ 12345678",
            "UR  - http://www.embase.com/search/results?subaction=viewrecord&from=export&id=L39097156",
            "L2  - http://dx.doi.org/10.1002/cncr.20369",
            "LK  - http://sfx.x.nl/?sid=EMBASE&issn=0008&id=doi:10.1002%2Fcncr.20369&atitle=A",
        ],
        "PMID:15368318",
        "10.1002/cncr.20369",
        ("PMID:15368318", "EMBASE:39097156"),
        "embase",
        id="embase.com",
    ),
    pytest.param(
        [
            "UR  - http://ovidsp.ovid.com/ovidweb.cgi?T=JS&CSC=Y&NEWS=N&PAGE=fulltext&D=med16&AN=16733162",
            "UR  - http://x.search.serialssolutions.com/?sid=OVID:medline&id=pmid:16733162&id=doi:&issn=0022",
        ],
        "PMID:16733162",
        None,
        ("PMID:16733162",),
        "medline",
        id="ovid medline",
    ),
    pytest.param(
        ["L1  - https://ovidsp.ovid.com/ovidweb.cgi?T=JS&CSC=Y&NEWS=N&PAGE=fulltext&D=emed20&AN=629867342"],
        "EMBASE:629867342",
        None,
        ("EMBASE:629867342",),
        "embase",
        id="ovid embase",
    ),
    pytest.param(
        ["AN  - 629867342", "DB  - Embase", "DP  - Ovid Technologies"],
        "EMBASE:629867342",
        None,
        ("EMBASE:629867342",),
        "embase",
        id="ovid embase db",
    ),
    pytest.param(
        ["UR  - http://ovidsp.ovid.com/ovidweb.cgi?T=JS&PAGE=fulltext&D=cctr&AN=CN-01234567"],
        "CENTRAL:CN-01234567",
        None,
        ("CENTRAL:CN-01234567",),
        "central",
        id="ovid cctr",
    ),
    pytest.param(
        [
            "AN  - 30048006",
            "DB  - Medline",
            "DP  - NLM",
            "N1  - 1531-8249 Oh, Ki-Wook Comment in: Ann Neurol. 2018. PMID: 30112233 Journal Article",
        ],
        "PMID:30048006",
        None,
        ("PMID:30048006",),
        "medline",
        id="endnote medline",
    ),
    pytest.param(
        ["AN  - 30048006", "DP  - NLM"],
        "PMID:30048006",
        None,
        ("PMID:30048006",),
        "medline",
        id="endnote nlm",
    ),
    pytest.param(
        ["AN  - WOS:000444108200009", "C2  - 30048006"],
        "PMID:30048006",
        None,
        ("PMID:30048006", "WOS:000444108200009"),
        "wos",
        id="wos",
    ),
    pytest.param(
        [
            "DB  - Scopus",
            "C2  - 30048006",
            "UR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-85050000000&doi=10.1002%2fana.25302&partnerID=40",
            "N1  - References: Foo PMID: 11111111; doi: 10.1/x; Bar DOI: 10.1234/other",
            "M3  - Article",
        ],
        "PMID:30048006",
        "10.1002/ana.25302",
        ("PMID:30048006", "SCOPUS:2-s2.0-85050000000"),
        "scopus",
        id="scopus",
    ),
    pytest.param(
        [
            "AN  - 104862135",
            "DB  - CINAHL Complete",
            "DP  - EBSCOhost",
            "UR  - http://search.ebscohost.com/login.aspx?direct=true&db=ccm&AN=104862135&site=ehost-live",
        ],
        "CINAHL:104862135",
        None,
        ("CINAHL:104862135",),
        "cinahl",
        id="cinahl",
    ),
    pytest.param(
        [
            "N1  - Accession Number: 104862135. Language: English. Entry Date: 20180101.",
            "DP  - EBSCOhost",
            "DB  - CINAHL",
        ],
        "CINAHL:104862135",
        None,
        ("CINAHL:104862135",),
        "cinahl",
        id="cinahl n1",
    ),
    pytest.param(
        [
            "AN  - 30048006",
            "UR  - http://search.ebscohost.com/login.aspx?direct=true&db=mdc&AN=30048006&site=ehost-live",
            "DP  - EBSCOhost",
        ],
        "PMID:30048006",
        None,
        ("PMID:30048006",),
        "medline",
        id="ebsco medline",
    ),
    pytest.param(
        ["DP  - PubMed", "AN  - 30048006", "N1  - PMID: 30048006 PMCID: PMC6175096"],
        "PMID:30048006",
        None,
        ("PMID:30048006", "PMC:PMC6175096"),
        "medline",
        id="zotero",
    ),
    pytest.param(
        ["N1  - PMID: 30048006"],
        "PMID:30048006",
        None,
        ("PMID:30048006",),
        None,
        id="zotero2",
    ),
    pytest.param(
        ["U1  - 30048006[pmid]", "U2  - PMC6175096[pmcid]"],
        "PMID:30048006",
        None,
        ("PMID:30048006", "PMC:PMC6175096"),
        None,
        id="ncbi",
    ),
    pytest.param(
        ["AN  - 2214991469; 51887", "DB  - ProQuest Central"],
        "PROQUEST:2214991469",
        None,
        ("PROQUEST:2214991469",),
        "proquest",
        id="proquest",
    ),
    pytest.param(
        ["AN  - 2019-12345-001", "DB  - APA PsycInfo"],
        "PSYCINFO:2019-12345-001",
        None,
        ("PSYCINFO:2019-12345-001",),
        "psycinfo",
        id="psycinfo",
    ),
    pytest.param(
        ["AN  - rayyan-123456789", 'N1  - RAYYAN-INCLUSION: {"A"=>"Included"} | USER-NOTES: {}'],
        "RIS:",
        None,
        (),
        None,
        id="rayyan",
    ),
    pytest.param(
        ["U1  - 2346", "ID  - #123", "DO  - 10.1002/ana.25302"],
        "DOI:10.1002/ana.25302",
        "10.1002/ana.25302",
        (),
        None,
        id="covidence",
    ),
    pytest.param(
        [
            "AN  - CN-01234567",
            "C3  - PUBMED 31740545,EMBASE 629867342",
            "UR  - https://www.cochranelibrary.com/central/doi/10.1002/central/CN-01234567/full",
        ],
        "PMID:31740545",
        None,
        ("PMID:31740545", "CENTRAL:CN-01234567", "EMBASE:629867342"),
        "central",
        id="central",
    ),
    pytest.param(
        ["C3  - CRS 29493941", "C3  - PubMed 37075142"],
        "PMID:37075142",
        None,
        ("PMID:37075142", "CRS:29493941"),
        None,
        id="crs",
    ),
    pytest.param(
        ["M3  - 10.1002/ana.25302"],
        "DOI:10.1002/ana.25302",
        "10.1002/ana.25302",
        (),
        None,
        id="m3 doi",
    ),
    pytest.param(
        ["M3  - doi: 10.1002/ana.25302", "L3  - 10.1002/ana.25302"],
        "DOI:10.1002/ana.25302",
        "10.1002/ana.25302",
        (),
        None,
        id="m3 doi2",
    ),
    pytest.param(
        ["L3  - 10.1002/ANA.25302"],
        "DOI:10.1002/ana.25302",
        "10.1002/ana.25302",
        (),
        None,
        id="l3",
    ),
    pytest.param(
        ["UR  - https://onlinelibrary.wiley.com/doi/abs/10.1002/ana.25302"],
        "DOI:10.1002/ana.25302",
        "10.1002/ana.25302",
        (),
        None,
        id="wiley",
    ),
    pytest.param(
        ["UR  - https://onlinelibrary.wiley.com/doi/10.1002/ana.25302/full?x=1"],
        "DOI:10.1002/ana.25302",
        "10.1002/ana.25302",
        (),
        None,
        id="wiley full",
    ),
    pytest.param(
        ["N1  - Accession Number: 2010392156. Language: English. DOI: 10.1353/hph.2008.1073. "],
        "DOI:10.1353/hph.2008.1073",
        "10.1353/hph.2008.1073",
        (),
        None,
        id="n1 doi",
    ),
    pytest.param(
        ["C7  - 10.1002/ana.25302"],
        "DOI:10.1002/ana.25302",
        "10.1002/ana.25302",
        (),
        None,
        id="c7 doi",
    ),
    pytest.param(
        ["UR  - https://europepmc.org/article/MED/30048006"],
        "PMID:30048006",
        None,
        ("PMID:30048006",),
        None,
        id="epmc url",
    ),
    pytest.param(
        ["UR  - https://pubmed.ncbi.nlm.nih.gov/30048006/"],
        "PMID:30048006",
        None,
        ("PMID:30048006",),
        None,
        id="pubmed url",
    ),
    pytest.param(
        [
            "UR  - http://www.ncbi.nlm.nih.gov/pubmed/30048006",
            "L1  - https://www.ncbi.nlm.nih.gov/pmc/articles/PMC6175096/pdf/x.pdf",
        ],
        "PMID:30048006",
        None,
        ("PMID:30048006", "PMC:PMC6175096"),
        None,
        id="pubmed url2",
    ),
    pytest.param(
        ["C3  - PUBMED 1,PUBMED 2"],
        "RIS:",
        None,
        (),
        None,
        id="2 pmids",
    ),
    pytest.param(
        ["AN  - PMID:30048006", "DB  - Embase"],
        "PMID:30048006",
        None,
        ("PMID:30048006",),
        "embase",
        id="pmid from embase",
    ),
    pytest.param(
        ["C2  - 30048006", "DO  - 10.1002/ana.25302"],
        "DOI:10.1002/ana.25302",
        "10.1002/ana.25302",
        (),
        None,
        id="Mendeley",
    ),
    pytest.param(
        ["AN  - MEDLINE:30048006"],
        "PMID:30048006",
        None,
        ("PMID:30048006",),
        None,
        id="WoS medline",
    ),
    pytest.param(
        ["ID  - lil-123456", "DB  - LILACS"],
        "LILACS:lil-123456",
        None,
        ("LILACS:lil-123456",),
        "lilacs",
        id="lilacs",
    ),
    pytest.param(
        ["AB  - PMID: 11111111 doi 10.1234/abc NCT00000001"],
        "RIS:",
        None,
        (),
        None,
        id="abstract",
    ),
    pytest.param(
        ["N1  - see also PMID: 11111111"],
        "RIS:",
        None,
        (),
        None,
        id="free note",
    ),
    pytest.param(
        ["N1  - PMID: 11111111; PMID: 22222222"],
        "RIS:",
        None,
        (),
        None,
        id="2 notes",
    ),
    pytest.param(
        ["UR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-85050000000&doi=10.1002%2fana.25302&partnerID=40"],
        "DOI:10.1002/ana.25302",
        "10.1002/ana.25302",
        ("SCOPUS:2-s2.0-85050000000",),
        "scopus",
        id="an address with a DOI of its own",
    ),
]


def _read(page_of: Pages, lines: list[str], source: str = "ris") -> tuple[list[Report], list[Rejected]]:
    body = "\n".join(["TY  - JOUR", "TI  - A title", "PY  - 2019", *lines, "ER  - ", ""]).encode()
    found = read_page(page_of(source, body, kind="file", url="file:x.ris"))
    reports = [item for item in found if isinstance(item, Report)]
    return reports, [item for item in found if isinstance(item, Rejected)]


@pytest.mark.parametrize(("lines", "report_id", "doi", "accessions", "database"), RECORDS)
def test_every_number_is_found_where_its_vendor_puts_it(
    page_of: Pages, lines: list[str], report_id: str, doi: str | None, accessions: tuple[str, ...], database: str | None
) -> None:
    [report], rejected = _read(page_of, lines)
    assert (report.report_id[:4] if report_id == "RIS:" else report.report_id) == report_id
    assert (report.doi, report.accessions, report.database) == (doi, accessions, database)
    assert [item.reason for item in rejected] == (
        ["more than one PMID; none is used"] if any("PUBMED 2" in line for line in lines) else []
    )


@pytest.mark.parametrize(
    ("lines", "database"),
    [
        (["DB  - Ovid MEDLINE(R) ALL"], "medline"),
        (["DB  - MEDLINE Complete", "DP  - EBSCOhost"], "medline"),
        (["DB  - PubMed"], "medline"),
        (["DB  - Embase Medline"], "embase"),
        (["DB  - Embase Classic+Embase"], "embase"),
        (["DB  - Cochrane Central Register of Controlled Trials"], "central"),
        (["DB  - EBM Reviews - Cochrane Central Register of Controlled Trials"], "central"),
        (["DB  - Cochrane Neuromuscular Specialised Register"], "crs"),
        (["DB  - Web of Science Core Collection"], "wos"),
        (["DB  - APA PsycInfo"], "psycinfo"),
        (["DB  - CINAHL Plus with Full Text"], "cinahl"),
        (["DB  - AMED (Allied and Complementary Medicine)"], "amed"),
        (["DB  - A library's own list"], None),
        (["DB  - A library's own list", "AN  - CN-01234567"], "central"),
        (["C3  - PUBMED 1,EMBASE 623789012"], None),
        (["AB  - We searched Embase and CENTRAL."], None),
        ([], None),
    ],
)
def test_the_database_is_told_by_its_name_or_by_the_records_own_number(
    page_of: Pages, lines: list[str], database: str | None
) -> None:
    [report], _ = _read(page_of, lines)
    assert report.database == database


@pytest.mark.parametrize("database", DATABASES, ids=lambda database: database.slug)
def test_a_database_is_known_by_its_title(database: object) -> None:
    assert database_named(database.title) is database  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("code", "slug"),
    [("med16", "medline"), ("prem", "medline"), ("emed20", "embase"), ("emez", "embase"), ("oemezd", "embase"),
     ("cctr", "central"), ("psyc16", "psycinfo"), ("psyh", "psycinfo"), ("ccm", "cinahl"), ("rzh", "cinahl"),
     ("mdc", "medline"), ("cmedm", "medline"), ("amed", "amed"), ("ovft", None)],
)  # fmt: skip
def test_hosts_call_databases_by_codes(code: str, slug: str | None) -> None:
    found = database_hosted(code)
    assert (found.slug if found else None) == slug


@given(number=st.integers(1, 99_999_999), tag=st.sampled_from(["N1", "AB", "TI", "KW", "AD", "M1", "SN", "VL"]))
def test_a_bare_number_outside_of_its_field_is_no_id(page_of: Pages, number: int, tag: str) -> None:
    for said in (str(number), f"L{number:08}x", f"see PMID: {number}", f"Comment in: J. 2019. PMID: {number}"):
        [report], _ = _read(page_of, [f"{tag}  - {said}", "DB  - Embase"])
        assert report.accessions == ()


@pytest.mark.parametrize("source", ["ris", "nbib", "ciw", "endnote"])
def test_every_id_is_of_the_pattern_of_its_source(page_of: Pages, source: str) -> None:
    for param in RECORDS:
        reports, _ = _read(page_of, param.values[0], source)  # type: ignore[arg-type]
        assert all(re.fullmatch(CONNECTORS[source].id_pattern, item.report_id) for item in reports)
