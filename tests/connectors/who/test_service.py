"""What is asked of ICTRP's web service, and what its answers, empty ones above all, are taken for."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors import CONNECTORS
from connectors.http import HttpClient
from connectors.who import service as ictrp_service
from flows.harvest import HarvestTask, harvest
from models.settings import Settings
from models.trial import Page, Rejected, SourceQuery, TrialRecord
from models.vocabulary import Scope, SourceState
from stores.archive import archive_files, read_pages

Fetch = Callable[..., tuple[list[Page], str]]

ICTRP = CONNECTORS["ictrp"]
ANSWER = (Path(__file__).parents[1] / "fixtures" / "ictrp" / "made_up_answer.xml").read_text(encoding="utf-8")
EMPTY = re.sub(r">\s*<NewDataSet.*</diffgr:diffgram>", " />", ANSWER, flags=re.DOTALL)
NIGHT = datetime(2026, 11, 20, 6, tzinfo=UTC)


class Service:
    """ICTRP's service: titles with the numbers of their trials, and numbers that it tells nothing of, so often."""

    def __init__(self, titles: dict[str, list[str]], silent: dict[str, int] | None = None) -> None:
        self.titles, self.silent = titles, dict(silent or {})
        self.asked: list[tuple[str, str]] = []
        self.passwords: set[tuple[str, str]] = set()

    def answer(self, request: Request) -> Response:
        operation = request.path.rpartition("/")[2]
        words = request.args["Title" if operation == "GetTrials" else "TrialIDnum"]
        self.asked.append((operation, words))
        self.passwords.add((request.args.get("username", ""), request.args.get("password", "")))
        if self.silent.get(words, 0):
            self.silent[words] -= 1
            return self._xml(EMPTY)
        if operation == "GetTrialDetails":
            return self._xml(ANSWER.replace("JPRN-UMIN000099901", words))
        rows = "".join(f"<Trial><TrialID>{number}</TrialID></Trial>" for number in self.titles.get(words, []))
        return self._xml(re.sub(r"<Trial diffgr.*</Results>", rows, ANSWER, flags=re.DOTALL) if rows else EMPTY)

    def numbers_asked(self) -> list[str]:
        return [words for operation, words in self.asked if operation == "GetTrialDetails"]

    @staticmethod
    def _xml(text: str) -> Response:
        return Response(text, content_type="text/xml; charset=utf-8")


@pytest.fixture
def serve(httpserver: HTTPServer) -> Callable[..., Service]:
    def start(titles: dict[str, list[str]], silent: dict[str, int] | None = None) -> Service:
        service = Service(titles, silent)
        httpserver.expect_request(re.compile(r"/TrialService\.asmx/.*")).respond_with_handler(service.answer)
        return service

    return start


@pytest.fixture
def fetch(client: Callable[..., HttpClient], take: Callable[..., tuple[list[Page], str]]) -> Fetch:
    def fetch(**query: object) -> tuple[list[Page], str]:
        assert ICTRP.fetch is not None
        return take(ICTRP.fetch(SourceQuery(**query), None, client("ictrp")))  # type: ignore[arg-type]

    return fetch


def _ids(pages: list[Page]) -> list[str]:
    return [item.registry_id for page in pages for item in ICTRP.parse(page) if isinstance(item, TrialRecord)]


def test_each_phrase_of_the_question_is_searched_by_itself_and_each_trial_asked_for_once(
    serve: Callable[..., Service], fetch: Fetch
) -> None:
    service = serve({"motor neuron disease": ["KCT0001234", "ISRCTN90000001"], "ALS": ["KCT0001234"]})
    pages, failure = fetch(topic='"motor neuron disease" OR ALS')
    assert failure == ""
    assert service.asked == [
        ("GetTrials", "motor neuron disease"),
        ("GetTrials", "ALS"),
        ("GetTrialDetails", "ISRCTN90000001"),
        ("GetTrialDetails", "KCT0001234"),
    ]
    assert [(page.kind, page.listing, page.total) for page in pages] == [
        ("search", None, None),
        ("search", None, None),
        ("record", "search", 2),
        ("record", "search", 2),
    ]
    assert _ids(pages) == ["ISRCTN90000001", "KCT0001234"]


def test_of_an_eu_trials_country_records_one_is_asked_for(serve: Callable[..., Service], fetch: Fetch) -> None:
    numbers = ["EUCTR2015-002340-14-NL", "EUCTR2015-002340-14-BE", "EUCTR2016-002340-14-FR"]
    service = serve({"ALS": numbers})
    pages, failure = fetch(topic="ALS")
    assert failure == ""
    assert service.numbers_asked() == ["EUCTR2015-002340-14-BE", "EUCTR2016-002340-14-FR"]
    assert {page.total for page in pages if page.listing} == {2}


@pytest.mark.parametrize(
    ("own", "printed"),
    [
        ("ISRCTN90000001", ["ISRCTN90000001"]),
        ("UMIN000031793", ["JPRN-UMIN000031793"]),
        ("NCT03280056", ["NCT03280056"]),
        ("2015-002340-14", []),
        ("2022-500244-37", []),
    ],
)
def test_a_single_trial_is_asked_for_by_the_number_that_ictrp_prints_if_its_id_tells_it(
    serve: Callable[..., Service], fetch: Fetch, own: str, printed: list[str]
) -> None:
    service = serve({})
    pages, failure = fetch(record_ids=(own,))
    assert (service.numbers_asked(), _ids(pages), failure) == (printed, [own] if printed else [], "")


def test_an_empty_answer_is_asked_for_again_after_all_the_others(serve: Callable[..., Service], fetch: Fetch) -> None:
    service = serve({"ALS": ["KCT0001231", "KCT0001232"]}, {"ALS": 2, "KCT0001231": 2})
    pages, failure = fetch(topic="ALS")
    assert failure == ""
    assert service.numbers_asked() == ["KCT0001231", "KCT0001232", "KCT0001231", "KCT0001231"]
    assert _ids(pages) == ["KCT0001232", "KCT0001231"]
    assert len(pages) == len(service.asked)
    assert [page.listing for page in pages[3:]] == [None, "search", None, "search"]
    assert [item for page in pages for item in ICTRP.parse(page) if isinstance(item, Rejected)] == []


def test_a_trial_that_is_listed_and_never_told_makes_the_search_partial_and_waits_for_a_person(
    serve: Callable[..., Service], httpserver: HTTPServer, tmp_path: Path
) -> None:
    serve({"ALS": ["JPRN-UMIN000031793", "KCT0001232"]}, {"JPRN-UMIN000031793": 99})
    settings = Settings(data=tmp_path, ictrp_username="who", ictrp_password="s3cret-of-who")
    check = harvest(_task(httpserver), settings).check
    assert check.state is SourceState.PARTIAL
    assert check.reason == "search: the registry announced 2, 1 were read; rejected: UMIN000031793"
    pages = [found.page for path in archive_files(settings.archive) for found in read_pages(settings.archive, path)]
    [rejected] = [item for page in pages for item in ICTRP.parse(page) if isinstance(item, Rejected)]
    assert (rejected.record_ref, rejected.action) == ("UMIN000031793", "look it up in its registry")
    assert "tells nothing of it" in rejected.reason


def test_a_listed_trial_whose_answer_is_cut_is_named_and_costs_no_other(
    serve: Callable[..., Service], httpserver: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = serve({"ALS": ["JPRN-UMIN000031793", "KCT0001232"]})
    whole = service._xml

    def cut(text: str) -> Response:
        is_details = "UMIN000031793" in text and "last_updated" in text
        return whole(text[: text.index("last_updated")] if is_details else text)

    monkeypatch.setattr(service, "_xml", cut)
    check = harvest(_task(httpserver), Settings(data=tmp_path, ictrp_username="u", ictrp_password="p")).check
    assert (check.state, check.n_records) == (SourceState.PARTIAL, 1)
    assert check.reason == "search: the registry announced 2, 1 were read; rejected: UMIN000031793"


def test_credentials_are_sent_and_kept_nowhere(
    serve: Callable[..., Service], httpserver: HTTPServer, tmp_path: Path
) -> None:
    service = serve({"ALS": ["KCT0001232"]})
    settings = Settings(data=tmp_path, ictrp_username="who", ictrp_password="s3cret-of-who")
    assert harvest(_task(httpserver), settings).check.state is SourceState.COMPLETE
    assert service.passwords == {("who", "s3cret-of-who")}
    pages = [found.page for path in archive_files(settings.archive) for found in read_pages(settings.archive, path)]
    assert all("s3cret" not in page.url and "username" not in page.url for page in pages)
    # A user name that is a word of every answer does not blank it.
    assert all(b"http://www.who.int" in page.body for page in pages)


def _task(httpserver: HTTPServer) -> HarvestTask:
    return HarvestTask(
        connector=ICTRP,
        scope=Scope.TOPIC,
        query=SourceQuery(topic="ALS"),
        since=None,
        base_url=httpserver.url_for("").rstrip("/"),
        observed_at=NIGHT,
        run_id=1,
    )


def test_a_followed_trial_that_ictrp_does_not_have_is_no_failure(serve: Callable[..., Service], fetch: Fetch) -> None:
    service = serve({}, {"KCT0001232": 99})
    pages, failure = fetch(record_ids=("KCT0001232",))
    assert failure == ""
    assert len(service.asked) == ictrp_service.ROUNDS
    assert [item for page in pages for item in ICTRP.parse(page)] == []


def test_a_search_that_finds_no_trial_at_all_is_not_believed(serve: Callable[..., Service], fetch: Fetch) -> None:
    serve({})
    pages, failure = fetch(topic="ALS OR MND")
    assert "no trial at all" in failure
    assert len(pages) == 2 * ictrp_service.ROUNDS


def test_a_service_that_ignores_the_words_of_the_search_is_stopped(
    serve: Callable[..., Service], fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ictrp_service, "MOST_TRIALS", 3)
    service = serve({"ALS": [f"KCT000123{number}" for number in range(4)]})
    _, failure = fetch(topic="ALS")
    assert "4 trials found: the words of the search may have been ignored" in failure
    assert service.numbers_asked() == []


@pytest.mark.parametrize(
    ("body", "content_type", "status", "reason"),
    [
        ("<html>Sign in</html>", "text/html", 200, "text/html where XML was expected"),
        ("Missing parameter: password.", "text/plain", 400, "HTTP 400"),
        ("<Envelope><Fault/></Envelope>", "text/xml", 200, "no <DataSet>: '<Envelope><Fault/></Envelope>'"),
        (ANSWER[: len(ANSWER) // 2], "text/xml", 200, "not well-formed XML"),
    ],
)
def test_what_is_no_answer_of_the_service_fails_the_search_and_is_kept(
    httpserver: HTTPServer, fetch: Fetch, body: str, content_type: str, status: int, reason: str
) -> None:
    httpserver.expect_request("/TrialService.asmx/GetTrials").respond_with_data(body, status, content_type=content_type)
    pages, failure = fetch(topic="ALS")
    assert [page.status for page in pages] == [status]
    assert reason in failure


def test_another_trial_than_the_one_asked_for_fails(httpserver: HTTPServer, fetch: Fetch) -> None:
    httpserver.expect_request("/TrialService.asmx/GetTrialDetails").respond_with_data(ANSWER, content_type="text/xml")
    pages, failure = fetch(record_ids=("KCT0001232",))
    assert len(pages) == 1
    assert "JPRN-UMIN000099901 in the place of KCT0001232" in failure


def test_a_saved_answer_is_loaded_as_a_fetched_one(page_of: Callable[..., Page]) -> None:
    [fetched] = ICTRP.parse(page_of("ictrp", ANSWER.encode()))
    [loaded] = ICTRP.parse(page_of("ictrp", ANSWER.encode(), kind="file", url="file:answer.xml"))
    assert fetched == loaded


@pytest.mark.parametrize("n_trials", [0, 2])
def test_a_saved_answer_without_a_trial_of_its_own_is_refused(page_of: Callable[..., Page], n_trials: int) -> None:
    rows = "<Trial><TrialID>KCT0001232</TrialID></Trial>" * n_trials
    body = re.sub(r"<Trial diffgr.*</Results>", rows, ANSWER, flags=re.DOTALL).encode()
    [rejected] = ICTRP.parse(page_of("ictrp", body, kind="file", url="file:answer.xml"))
    assert isinstance(rejected, Rejected)
    assert f"with {n_trials} trials" in rejected.reason
    assert rejected.action == "load the XML or CSV that ICTRP exports"


@pytest.mark.parametrize("reference", ["&#x2;", "&#x8;", "&#x1F;", "&#xB;", "&#11;", "&#31;", "&#x0019;", "&#0;"])
def test_control_characters_that_xml_forbids_cost_nothing(page_of: Callable[..., Page], reference: str) -> None:
    body = ANSWER.replace("Cells for", f"Cells{reference} for").encode()
    [record] = ICTRP.parse(page_of("ictrp", body))
    assert isinstance(record, TrialRecord)
    assert record.brief_title == "Cells for a made-up disease"


@pytest.mark.parametrize("noise", ["<!-- a note -->", "<?instruction?>", "<Unknown><Deep>x</Deep></Unknown>"])
def test_what_is_no_column_is_passed_over(page_of: Callable[..., Page], noise: str) -> None:
    body = ANSWER.replace("<TrialID>", f"{noise}<TrialID>").replace("<Country ", f"{noise}<Country ", 1)
    assert list(ICTRP.parse(page_of("ictrp", body.encode()))) == list(ICTRP.parse(page_of("ictrp", ANSWER.encode())))


@pytest.mark.parametrize("reference", ["&#9;", "&#xA;", "&#x20;", "&#100;", "&#x19A;", "&#310;", "&#x10;0"])
def test_other_references_are_characters(reference: str) -> None:
    read = "".join(ictrp_service.read_answer(f"<a>x{reference}y</a>".encode()).itertext())
    wanted = "x0y" if reference == "&#x10;0" else f"x{chr(int(reference[2:-1].replace('x', '0x'), 0))}y"
    assert read == wanted


COLUMNS = {
    "Last_Refreshed_on": ("Trial", "last_updated"),
    "Date_registration": ("Trial", "Date_registration2"),
    "Recruitment_Status": ("Trial", "Recruitment_status2"),
    "Countries": ("Country", "CountryName"),
    "Condition": ("Health_condition", "Condition_FreeText"),
    "Intervention": ("Intervention", "Intervention_FreeText"),
    "Inclusion_Criteria": ("Criteria", "Inclusion_criteria"),
    "Exclusion_Criteria": ("Criteria", "Exclusion_criteria"),
    "Inclusion_agemin": ("Criteria", "Inclusion_agemin"),
    "Inclusion_agemax": ("Criteria", "Inclusion_agemax"),
    "Primary_outcome": ("Primary_outcome", "Outcome_Name"),
    "Secondary_outcome": ("Secondary_outcome", "Outcome_Name"),
    "results_yes_no": ("Results", "results_yes_no"),
    "results_url_link": ("Results", "results_url_link"),
    "results_date_posted": ("Results", "results_date_posted"),
    "results_date_completed": ("Results", "results_date_completed"),
}
"""Where a field of the portal's files stands in an answer; the others are columns of the trial under their own name."""


def _answer_of(trial: etree._Element) -> bytes:
    """What the service would answer about a trial of the portal's file."""
    rows = {table: etree.Element(table) for table in ("Trial", *(table for table, _ in COLUMNS.values()))}
    for field in trial:
        table, column = COLUMNS.get(str(field.tag), ("Trial", str(field.tag)))
        if field.tag != "Date_registration3":
            etree.SubElement(rows[table], column).text = field.text
    told = "".join(etree.tostring(row, encoding="unicode") for row in rows.values())
    return re.sub(r"<Trial diffgr.*</Results>", lambda _: told, ANSWER, flags=re.DOTALL).encode()


def _same_from_both(portal: bytes, page_of: Callable[..., Page]) -> int:
    exported = list(ICTRP.parse(page_of("ictrp", portal, kind="file", url="file:export.xml")))
    trials = etree.fromstring(portal).findall("Trial")
    answered = [item for trial in trials for item in ICTRP.parse(page_of("ictrp", _answer_of(trial)))]
    assert answered == exported
    return len(exported)


def test_an_answer_and_the_portals_file_of_one_trial_are_the_same_record(page_of: Callable[..., Page]) -> None:
    portal = (Path(__file__).parents[1] / "fixtures" / "ictrp" / "made_up_portal.xml").read_bytes()
    assert _same_from_both(portal, page_of) == 1


def test_every_real_trial_of_the_portal_is_the_same_record_as_an_answer(
    samples: Path, page_of: Callable[..., Page]
) -> None:
    portal = (samples / "ictrp" / "portal_export_first150_2020-03-18.xml").read_bytes()
    assert _same_from_both(portal, page_of) == 150


def test_the_real_schema_declares_every_column_that_is_read(samples: Path, page_of: Callable[..., Page]) -> None:
    head = (samples / "ictrp" / "ictrp_webservice_GetTrialDetails_header.xml").read_text(encoding="utf-8")
    schema = etree.fromstring(f"{head}</diffgr:diffgram></DataSet>".encode())
    name = "{http://www.w3.org/2001/XMLSchema}element"
    declared = {
        (table.get("name"), column.get("name"))
        for table in schema.iter(name)
        for column in table.iterfind(f"*/*/{name}")
        if table.get("name") != "NewDataSet"
    }
    tables = ictrp_service.tables_of(ictrp_service.read_answer(ANSWER.encode()))
    assert {(table, column) for table, rows in tables.items() for row in rows for column in row} <= declared
    rows = ANSWER[ANSWER.index("    <NewDataSet") :]
    [record] = ICTRP.parse(page_of("ictrp", (head.rstrip() + "\n" + rows).encode()))
    assert isinstance(record, TrialRecord)
    assert record.registry_id == "UMIN000099901"
