"""What is asked of PubMed, how its refusals are recognised, and what a citation declares."""

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors import CONNECTORS
from connectors.http import HttpClient
from connectors.literature import pubmed
from models.report import Report
from models.trial import Page, Rejected, SourceQuery

Connect = Callable[..., HttpClient]
Take = Callable[[Iterator[Page]], tuple[list[Page], str]]
Parse = Callable[..., tuple[list[Report], list[Rejected]]]
PUBMED = CONNECTORS["pubmed"]
MOST = 9_999
SEARCH, FETCH = "/entrez/eutils/esearch.fcgi", "/entrez/eutils/efetch.fcgi"


class Index:
    """Answers esearch from a list of ids and efetch with a bare citation for each id asked for."""

    def __init__(self, httpserver: HTTPServer) -> None:
        self.ids: list[str] = []
        self.count: int | None = None
        self.entered: dict[str, date] = {}
        self.unknown: set[str] = set()
        self.searched: list[dict[str, str]] = []
        self.fetched: list[dict[str, str]] = []
        httpserver.expect_request(SEARCH).respond_with_handler(self._search)
        httpserver.expect_request(FETCH).respond_with_handler(self._fetch)

    def _search(self, request: Request) -> Response:
        self.searched.append(dict(request.args))
        start, size = int(request.args["retstart"]), int(request.args["retmax"])
        ids = self.ids
        if self.entered and "mindate" in request.args:
            low, high = (request.args[name].replace("/", "-") for name in ("mindate", "maxdate"))
            ids = [pmid for pmid in ids if low <= self.entered[pmid].isoformat() <= high]
        count = len(ids) if self.count is None else self.count
        result = {"count": str(count), "retstart": str(start), "idlist": ids[start : min(start + size, MOST)]}
        return Response(
            json.dumps({"header": {"type": "esearch"}, "esearchresult": result}), mimetype="application/json"
        )

    def _fetch(self, request: Request) -> Response:
        self.fetched.append(dict(request.args))
        asked = request.args["id"].split(",")
        articles = "".join(_article(pmid) for pmid in asked if pmid not in self.unknown)
        return Response(f"<PubmedArticleSet>{articles}</PubmedArticleSet>", content_type="text/xml; charset=UTF-8")


def _article(pmid: str, article: str = "", citation: str = "") -> str:
    return (
        f"<PubmedArticle><MedlineCitation><PMID>{pmid}</PMID>"
        f"<DateRevised><Year>2020</Year><Month>01</Month><Day>02</Day></DateRevised>"
        f"<Article><ArticleTitle>A title</ArticleTitle>{article}</Article>{citation}</MedlineCitation></PubmedArticle>"
    )


@pytest.fixture
def index(httpserver: HTTPServer) -> Index:
    return Index(httpserver)


@pytest.fixture
def parse(page_of: Callable[..., Page]) -> Parse:
    def read(body: str | bytes, **fields: Any) -> tuple[list[Report], list[Rejected]]:
        found = list(PUBMED.parse(page_of("pubmed", body if isinstance(body, bytes) else body.encode(), **fields)))
        reports = [item for item in found if isinstance(item, Report)]
        return reports, [item for item in found if isinstance(item, Rejected)]

    return read


def _reports(pages: list[Page]) -> list[str]:
    return [item.report_id for page in pages for item in PUBMED.parse(page) if isinstance(item, Report)]


def test_a_topic_is_searched_page_by_page_and_fetched_in_batches(index: Index, client: Connect, take: Take) -> None:
    index.ids = [str(90_000_000 + number) for number in range(1_234)]
    pages, failure = take(PUBMED.fetch(SourceQuery(topic="als"), None, client("pubmed")))
    assert failure == ""
    assert [page.kind for page in pages] == ["search"] * 2 + ["record"] * 7
    assert {(page.listing, page.total) for page in pages[2:]} == {("search", 1_234)}
    assert {page.listing for page in pages[:2]} == {None}
    assert _reports(pages) == [f"PMID:{pmid}" for pmid in index.ids]
    assert [search["retstart"] for search in index.searched] == ["0", "1000"]
    assert not {"mindate", "maxdate", "datetype"} & index.searched[0].keys()
    assert {item["tool"] for item in index.searched + index.fetched} == {"trialwatch"}


def test_since_asks_for_what_was_entered_from_that_day_on(index: Index, client: Connect, take: Take) -> None:
    take(PUBMED.fetch(SourceQuery(topic="als"), date(2026, 11, 1), client("pubmed")))
    [search] = index.searched
    assert (search["datetype"], search["mindate"], search["maxdate"]) == ("edat", "2026/11/01", "3000")


def test_a_search_without_result_fetches_nothing(index: Index, client: Connect, take: Take) -> None:
    pages, failure = take(PUBMED.fetch(SourceQuery(topic="als"), None, client("pubmed")))
    assert (len(pages), failure, index.fetched) == (1, "", [])
    assert list(PUBMED.parse(pages[0])) == []


def test_registry_ids_are_searched_in_bounded_batches_whenever_they_were_entered(
    index: Index, client: Connect, take: Take
) -> None:
    index.ids = ["90000001"]
    registry_ids = tuple(f"NCT{number:08d}" for number in range(120))
    pages, failure = take(PUBMED.fetch(SourceQuery(registry_ids=registry_ids), date(2026, 1, 1), client("pubmed")))
    assert failure == ""
    terms = [search["term"] for search in index.searched]
    assert [term.count("[si]") for term in terms] == [50, 50, 20]
    assert terms[2].startswith("NCT00000100[si] OR NCT00000101[si]")
    assert "mindate" not in index.searched[0]
    assert [(page.listing, page.total) for page in pages if page.kind == "record"] == [("registry_ids", 1)]


def test_single_records_are_fetched_by_their_pmid_once(index: Index, client: Connect, take: Take) -> None:
    query = SourceQuery(record_ids=("PMID:90000001", "90000002", "PMID:90000001"))
    pages, _ = take(PUBMED.fetch(query, None, client("pubmed")))
    assert [item["id"] for item in index.fetched] == ["90000001,90000002"]
    assert _reports(pages) == ["PMID:90000001", "PMID:90000002"]


@pytest.mark.parametrize("unknown", [set(), {"90000002"}, {"90000001", "90000002"}])
def test_a_number_that_pubmed_does_not_have_is_a_question_and_no_shortfall(
    index: Index, client: Connect, take: Take, unknown: set[str]
) -> None:
    index.unknown = unknown
    pages, failure = take(
        PUBMED.fetch(SourceQuery(record_ids=("PMID:90000001", "PMID:90000002")), None, client("pubmed"))
    )
    assert failure == ""
    assert [page.total for page in pages] == [None]
    told = [item for page in pages for item in PUBMED.parse(page) if isinstance(item, Rejected)]
    assert {(item.record_ref, item.reason) for item in told} == {
        (f"PMID:{pmid}", "PubMed has no citation of this number") for pmid in unknown
    }
    assert len(_reports(pages)) == 2 - len(unknown)


@pytest.mark.parametrize("since", [None, date(2020, 1, 1)])
def test_more_than_pubmed_hands_out_is_asked_for_by_days_of_entry(
    index: Index, client: Connect, monkeypatch: pytest.MonkeyPatch, since: date | None, take: Take
) -> None:
    """In a small way: of 25 citations PubMed hands out 9; on none of the days came more than 5."""
    monkeypatch.setattr(pubmed, "MOST_IDS", 9)
    index.ids = [str(90_000_000 + number) for number in range(25)]
    index.entered = {pmid: date(2020, 1, 1) + timedelta(days=number // 5) for number, pmid in enumerate(index.ids)}
    pages, failure = take(PUBMED.fetch(SourceQuery(topic="als"), since, client("pubmed")))
    assert failure == ""
    assert sorted(_reports(pages)) == [f"PMID:{pmid}" for pmid in index.ids]
    assert {(page.listing, page.total) for page in pages if page.kind == "record"} == {("search", 25)}
    assert {search["term"] for search in index.searched} == {"als"}


def test_more_on_one_day_than_pubmed_hands_out_is_a_failure(
    index: Index, client: Connect, monkeypatch: pytest.MonkeyPatch, take: Take
) -> None:
    monkeypatch.setattr(pubmed, "MOST_IDS", 9)
    index.ids = [str(90_000_000 + number) for number in range(10)]
    index.entered = dict.fromkeys(index.ids, date(2020, 1, 1))
    pages, failure = take(PUBMED.fetch(SourceQuery(topic="als"), None, client("pubmed")))
    assert "10 citations of one day, of which PubMed hands out 9" in failure
    assert _reports(pages) == []


@pytest.mark.parametrize(
    ("count", "ids", "told"),
    [
        (3, ["90000001"], "3 citations announced, 1 different ids received"),
        (2, [], "2 citations announced, no id from number 0 on"),
    ],
)
def test_a_search_that_gives_less_than_it_counts_is_a_failure(
    index: Index, client: Connect, count: int, ids: list[str], told: str, take: Take
) -> None:
    index.count, index.ids = count, ids
    pages, failure = take(PUBMED.fetch(SourceQuery(topic="als"), None, client("pubmed")))
    assert told in failure
    assert len(pages) == 1


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Response('{"esearchresult":{"ERROR":"Empty term"}}', mimetype="application/json"), "Empty term"),
        (Response('{"error":"API key invalid"}', status=400, mimetype="application/json"), "HTTP 400"),
        (Response('{"error":"something"}', mimetype="application/json"), "no search result but 'something'"),
        (Response("<html>down</html>", mimetype="text/html"), "text/html where JSON was expected"),
        (Response('{"esearchresult":{"count":"1"', mimetype="application/json"), "unreadable JSON"),
        (Response('{"esearchresult":{"count":"many"}}', mimetype="application/json"), "no search result"),
        (
            Response(
                '{"esearchresult":{"count":"9","idlist":[],"errorlist":{"fieldsnotfound":["tiab2"]}}}',
                mimetype="application/json",
            ),
            "does not know the fields ['tiab2']",
        ),
    ],
    ids=["error in result", "status 400", "error in place of result", "html", "cut", "no count", "unknown field"],
)
def test_a_search_that_is_not_answered_is_kept_and_stops(
    httpserver: HTTPServer, client: Connect, answer: Response, told: str, take: Take
) -> None:
    httpserver.expect_request(SEARCH).respond_with_response(answer)
    pages, failure = take(PUBMED.fetch(SourceQuery(topic="als"), None, client("pubmed")))
    assert told in failure
    assert "esearch.fcgi?db=pubmed" in failure
    [rejected] = [item for page in pages for item in PUBMED.parse(page)]
    assert isinstance(rejected, Rejected)
    assert rejected.path == pages[0].url


def test_too_many_requests_are_told_without_the_key(httpserver: HTTPServer, client: Connect, take: Take) -> None:
    body = '{"error":"API rate limit exceeded","api-key":"s3cret-key","count":"11","limit":"10"}'
    httpserver.expect_request(SEARCH).respond_with_data(body, status=429, content_type="application/json")
    pages, failure = take(
        PUBMED.fetch(SourceQuery(topic="als"), None, client("pubmed", secrets={"api_key": "s3cret-key"}))
    )
    assert pages == []
    assert "HTTP 429" in failure
    assert "s3cret-key" not in failure


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<PubmedArticleSet><PubmedArticle>", "not well-formed"),
        (b"<ERROR>Unable to obtain query</ERROR>", "<ERROR> where <PubmedArticleSet> was expected"),
        (b"<PubmedArticleSet>\xff</PubmedArticleSet>", "not well-formed"),
        (b"", "not well-formed"),
    ],
)
def test_citations_that_do_not_arrive_whole_are_kept_and_stop(
    httpserver: HTTPServer, client: Connect, body: bytes, told: str, take: Take
) -> None:
    httpserver.expect_request(FETCH).respond_with_data(body, content_type="text/xml")
    pages, failure = take(PUBMED.fetch(SourceQuery(record_ids=("PMID:1",)), None, client("pubmed")))
    assert told in failure
    assert len(pages) == 1
    assert all(isinstance(item, Rejected) for item in PUBMED.parse(pages[0]))
    assert len(list(PUBMED.parse(pages[0]))) == 1


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("<Year>2011</Year><Month>Aug</Month><Day>09</Day>", "2011-08-09"),
        ("<Year>2011</Year><Month>8</Month><Day>9</Day>", "2011-08-09"),
        ("<Year>2011</Year><Month>Nov</Month>", "2011-11"),
        ("<Year>2011</Year>", "2011"),
        ("<Year>2011</Year><Season>Winter</Season>", "2011"),
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", "1998-12"),
        ("<MedlineDate>2000 Nov-Dec</MedlineDate>", "2000-11"),
        ("<MedlineDate>2000 Spring</MedlineDate>", "2000"),
        ("<MedlineDate>1999-2000</MedlineDate>", "1999"),
    ],
)
def test_a_date_of_publication_is_as_precise_as_printed(parse: Parse, printed: str, read: str) -> None:
    journal = f"<Journal><JournalIssue><PubDate>{printed}</PubDate></JournalIssue></Journal>"
    [report], rejected = parse(_article("90000001", journal))
    assert (report.published_date, rejected) == (read, [])


@pytest.mark.parametrize(
    "printed", ["<MedlineDate>soon</MedlineDate>", "<Year>2011</Year><Month>Brumaire</Month>", "<Year>11</Year>"]
)
def test_a_date_that_cannot_be_read_costs_itself(parse: Parse, printed: str) -> None:
    journal = f"<Journal><JournalIssue><PubDate>{printed}</PubDate></JournalIssue></Journal>"
    [report], [rejected] = parse(_article("90000001", journal))
    assert report.published_date is None
    assert rejected.record_ref == "PMID:90000001"
    assert "not a date" in rejected.reason


@pytest.mark.parametrize(
    ("ref_type", "kind"),
    [
        ("RetractionIn", "retraction_in"),
        ("ErratumIn", "erratum_in"),
        ("ExpressionOfConcernIn", "concern_in"),
        ("RetractionOf", "retraction_of"),
        ("ErratumFor", "erratum_for"),
        ("ExpressionOfConcernFor", "concern_for"),
        ("RetractedandRepublishedIn", "retraction_in"),
        ("CommentIn", None),
        ("Cites", None),
    ],
)
def test_what_touches_the_findings_is_related_and_nothing_else(parse: Parse, ref_type: str, kind: str | None) -> None:
    [report], rejected = parse(_article("90000001", citation=_correction(ref_type, "<PMID>7</PMID>")))
    assert [(one.kind, one.pmid) for one in report.related] == ([(kind, "7")] if kind else [])
    assert rejected == []


def test_a_notice_without_an_id_is_related_by_its_place(parse: Parse) -> None:
    [report], rejected = parse(_article("90000001", citation=_correction("RetractionIn", "")))
    assert [(one.kind, one.pmid, one.source_text) for one in report.related] == [("retraction_in", None, "J. 2020")]
    assert rejected == []


def test_a_notice_of_an_unknown_kind_goes_to_a_person(parse: Parse) -> None:
    [report], [rejected] = parse(_article("90000001", citation=_correction("WithdrawnBy", "<PMID>7</PMID>")))
    assert report.related == ()
    assert "not in the vocabulary" in rejected.reason


def _correction(ref_type: str, notice: str) -> str:
    given = f'<CommentsCorrections RefType="{ref_type}"><RefSource>J. 2020</RefSource>{notice}</CommentsCorrections>'
    return f"<CommentsCorrectionsList>{given}</CommentsCorrectionsList>"


@pytest.mark.parametrize(
    ("bank", "ids", "n_rejected"),
    [
        ("ClinicalTrials.gov", ("X1",), 0),
        ("EudraCT", ("X1",), 0),
        ("UMIN CTR", ("X1",), 0),
        ("GENBANK", (), 0),
        ("Some New Bank", (), 1),
    ],
)
def test_only_trial_registries_declare_trials(parse: Parse, bank: str, ids: tuple[str, ...], n_rejected: int) -> None:
    numbers = "<AccessionNumberList><AccessionNumber> X1 </AccessionNumber></AccessionNumberList>"
    declared = f"<DataBankList><DataBank><DataBankName>{bank}</DataBankName>{numbers}</DataBank></DataBankList>"
    [report], rejected = parse(_article("90000001", declared))
    assert (report.registry_ids, len(rejected)) == (ids, n_rejected)


def test_a_citation_without_pmid_costs_no_other(parse: Parse) -> None:
    articles = _article("") + _article("90000001") + _article("not a number")
    reports, rejected = parse(f"<PubmedArticleSet>{articles}</PubmedArticleSet>")
    assert [report.report_id for report in reports] == ["PMID:90000001"]
    assert len(rejected) == 2


def test_a_citation_without_title_or_date_is_rejected(parse: Parse) -> None:
    untitled = _article("90000001").replace("A title", "")
    undated = _article("90000002").replace("DateRevised", "DateForgotten")
    reports, rejected = parse(f"<PubmedArticleSet>{untitled}{undated}</PubmedArticleSet>")
    assert reports == []
    assert [item.reason for item in rejected] == ["a citation without a title", "a citation without a date"]


def test_no_entity_of_a_page_is_expanded(parse: Parse) -> None:
    bomb = '<!DOCTYPE PubmedArticleSet [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY c SYSTEM "file:///etc/hostname">]>'
    for entity in ("&b;", "&c;"):
        reports, [rejected] = parse(bomb + _article("90000001", f"<AuthorList>{entity}</AuthorList>"))
        assert reports == []
        assert "entities of its own" in rejected.reason


def test_a_document_of_something_else_is_rejected(parse: Parse) -> None:
    reports, [rejected] = parse("<html><body/></html>", kind="file")
    assert reports == []
    assert "a page of a web site" in rejected.reason


def test_every_real_citation_is_read_with_nothing_rejected(samples: Path, parse: Parse) -> None:
    read = {}
    for path in sorted((samples / "pubmed").iterdir()):
        reports, rejected = parse(path.read_bytes(), kind="search" if "esearch" in path.name else "file")
        assert rejected == []
        read |= {report.report_id: report for report in reports}
    assert sorted(read) == ["PMID:21835609", "PMID:22327499", "PMID:25364329", "PMID:28775130", "PMID:29963580"]
    assert read["PMID:22327499"].registry_ids == ("NCT00289757", "NCT00291876")
    assert read["PMID:22327499"].publication_types[1] == "Randomized Controlled Trial"
    assert read["PMID:21835609"].published_date == "2011-08-09"
    assert read["PMID:21835609"].entered_date == "2011-08-13"
    assert read["PMID:21835609"].doi == "10.1016/j.ejca.2011.07.001"


@pytest.mark.parametrize(("types", "expected"), [(["Preprint"], [("preprint_of", "7")]), (["Journal Article"], [])])
def test_the_update_of_a_preprint_is_its_article_and_that_of_another_report_is_none(
    page_of: Callable[..., Page], types: list[str], expected: list[tuple[str, str]]
) -> None:
    listed = "".join(f"<PublicationType>{word}</PublicationType>" for word in types)
    body = f"""<PubmedArticleSet><PubmedArticle><MedlineCitation>
    <PMID>1</PMID><DateRevised><Year>2022</Year><Month>05</Month><Day>01</Day></DateRevised>
    <Article><ArticleTitle>Cells in ALS</ArticleTitle><PublicationTypeList>{listed}</PublicationTypeList></Article>
    <CommentsCorrectionsList><CommentsCorrections RefType="UpdateIn"><RefSource>Nature</RefSource><PMID>7</PMID>
    </CommentsCorrections></CommentsCorrectionsList></MedlineCitation>
    <PubmedData><History><PubMedPubDate PubStatus="entrez"><Year>2022</Year><Month>5</Month><Day>1</Day></PubMedPubDate>
    </History></PubmedData></PubmedArticle></PubmedArticleSet>"""
    found = list(CONNECTORS["pubmed"].parse(page_of("pubmed", body.encode())))
    [report] = [item for item in found if isinstance(item, Report)]
    assert [(item.kind, item.pmid) for item in report.related] == expected
