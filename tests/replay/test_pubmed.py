"""The interface of PubMed's E-utilities, from outside."""

import pytest
from lxml import etree

SEARCH, FETCH = "/entrez/eutils/esearch.fcgi", "/entrez/eutils/efetch.fcgi"
TOPIC = '("amyotrophic lateral sclerosis"[tiab] OR ALS[tiab]) AND (cell*[tiab] OR NurOwn[tiab])'


@pytest.fixture
def found(pubmed):
    def search(term, as_of=None, **parameters):
        answer = pubmed(SEARCH, as_of, db="pubmed", retmode="json", term=term, **parameters)
        return answer.json()["esearchresult"]

    return search


@pytest.mark.parametrize(
    ("term", "pmids"),
    [
        ("NCT03280056[si]", ["34890069"]),
        ("2011-006254-85[si]", ["41132886"]),
        ("NCT01363401[si] OR NCT02017912[si]", ["31740545", "30048006"]),
        ("32265627[pmid]", ["32265627"]),
        ("NurOwn", ["31740545"]),
        ("intramuscular injection[ti] AND randomized controlled trial[pt]", ["32265627"]),
        ("edaravone NOT cell*", ["28522181"]),
        ("NCT00000000[si]", []),
    ],
)
def test_searches_by_field(found, term, pmids):
    assert found(term)["idlist"] == pmids
    assert found(term)["count"] == str(len(pmids))


def test_a_paper_that_names_no_registry_entry_is_found_by_topic_only(found):
    assert found("NCT02286011[si]")["count"] == "0"
    assert "32265627" in found(TOPIC)["idlist"]


@pytest.mark.parametrize(
    ("low", "high", "pmids"),
    [
        ("2020/01/01", "2022/12/31", ["36038262", "35585556", "34890069", "32265627"]),
        ("2020/03/24", "2020/03/24", ["32265627"]),
        ("2025", "3000", ["41132886"]),
    ],
)
def test_entry_dates_bound_a_search(found, low, high, pmids):
    assert found("ALS OR sclerosis", datetype="edat", mindate=low, maxdate=high)["idlist"] == pmids


def test_pages_of_ids_add_up(found):
    whole = found("sclerosis", retmax="100")["idlist"]
    pages = [found("sclerosis", retstart=str(start), retmax="4") for start in range(0, len(whole), 4)]
    assert [pmid for page in pages for pmid in page["idlist"]] == whole
    assert {page["count"] for page in pages} == {str(len(whole))}
    assert len(whole) > 8


def test_search_answers_in_xml_too(pubmed):
    root = etree.fromstring(pubmed(SEARCH, db="pubmed", term="NurOwn").content)
    assert (root.findtext("Count"), root.findtext("IdList/Id")) == ("1", "31740545")


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"db": "pubmed", "term": ""}, "Empty term"),
        ({"db": "genes", "term": "ALS"}, "Invalid db"),
        ({"db": "pubmed", "term": "(ALS"}, "parenthesis"),
        ({"db": "pubmed", "term": "ALS[colour]"}, "colour"),
        ({"db": "pubmed", "term": "ALS", "mindate": "2020/01/01"}, "together"),
        ({"db": "pubmed", "term": "ALS", "colour": "red"}, "colour"),
    ],
)
def test_errors_of_a_search_come_with_status_200(pubmed, parameters, said):
    answer = pubmed(SEARCH, retmode="json", **parameters)
    assert answer.status_code == 200
    assert said in answer.json()["esearchresult"]["ERROR"]
    assert said in etree.fromstring(pubmed(SEARCH, **parameters).content).findtext("ERROR")


def fetched(pubmed, pmids, as_of=None):
    return etree.fromstring(pubmed(FETCH, as_of, db="pubmed", id=pmids, retmode="xml").content)


def test_a_citation_has_what_links_it(pubmed):
    article = fetched(pubmed, "30048006").find("PubmedArticle")
    assert article.findtext("MedlineCitation/Article/ArticleTitle").startswith(
        "Repeated Intrathecal Mesenchymal Stem Cells"
    )
    assert article.findtext(".//DataBank/DataBankName") == "ClinicalTrials.gov"
    assert [each.text for each in article.iter("AccessionNumber")] == ["NCT01363401"]
    assert "Randomized Controlled Trial" in [each.text for each in article.iter("PublicationType")]
    assert article.findtext(".//ELocationID[@EIdType='doi']") == "10.1002/ana.25302"
    assert [each.text for each in article.find(".//PubMedPubDate[@PubStatus='entrez']")] == ["2018", "08", "31"]
    assert article.findtext(".//AuthorList/Author/LastName") == "Oh"
    assert article.find(".//Abstract") is None


def test_only_reports_that_were_there_are_fetched(pubmed):
    both = fetched(pubmed, "30048006,31740545,99999999", "2019-07-31")
    assert [each.text for each in both.iter("PMID")] == ["30048006"]


def test_a_correction_shows_from_its_day(pubmed):
    path = ".//CommentsCorrections[@RefType='ErratumIn']"
    assert fetched(pubmed, "34890069", "2022-08-30").find(path) is None
    after = fetched(pubmed, "34890069", "2022-08-31")
    assert after.find(path) is not None
    assert [each.text for each in after.find(".//DateRevised")] == ["2022", "08", "31"]


def test_fetching_nothing_is_an_error(pubmed):
    assert pubmed(FETCH, db="pubmed", id="", retmode="xml").status_code == 400


def test_long_lists_of_ids_may_be_posted(server, session):
    address = server.base_url("pubmed") + FETCH
    answer = session.post(address, data={"db": "pubmed", "id": "30048006,31740545", "retmode": "xml"}, timeout=5)
    assert len(etree.fromstring(answer.content)) == 2
