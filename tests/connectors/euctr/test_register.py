"""Trials of the EU register: many countries, one trial; and what is asked of the register."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors import CONNECTORS
from connectors.euctr.record import STATUS
from connectors.http import HttpClient
from models.connector import SourceFailure
from models.report import Report
from models.review import load_review
from models.settings import Settings
from models.trial import Page, Rejected, SourceQuery, TrialRecord
from models.vocabulary import Criterion, Verdict, VersionOrigin
from studies.eligibility import screen

Connect = Callable[..., HttpClient]
Read = Callable[..., tuple[list[TrialRecord], list[Rejected]]]
EUCTR = CONNECTORS["euctr"]
NEWLINE = "\n"


@pytest.fixture(scope="module")
def spain(fixtures: Path) -> str:
    """A whole made-up country record, preamble left out."""
    text = (fixtures / "euctr" / "made_up_trial.txt").read_text(encoding="utf-8")
    return text[text.index("Summary") :]


@pytest.fixture
def read(page_of: Callable[..., Page]) -> Read:
    def of(*texts: str, **fields: Any) -> tuple[list[TrialRecord], list[Rejected]]:
        found = list(EUCTR.parse(page_of("euctr", "\n".join(texts).encode(), **fields)))
        return (
            [item for item in found if isinstance(item, TrialRecord)],
            [item for item in found if isinstance(item, Rejected)],
        )

    return of


def _country(spain: str, name: str, code: str, status: str, entered: str = "2011-01-01") -> str:
    text = spain.replace("Spain - AEMPS", name).replace("/ES/", f"/{code}/").replace("2010-03-15", entered)
    return re.sub(r"(Trial Status|End of Trial Status): .*", rf"\1: {status}", text)


ONE_COUNTRY = [
    ("Ongoing", "unknown"),
    ("Restarted", "unknown"),
    ("Temporarily Halted", "suspended"),
    ("Suspended by CA", "suspended"),
    ("Completed", "completed"),
    ("Prematurely Ended", "terminated"),
    ("Not Authorised", "withdrawn"),
    ("Prohibited by CA", "withdrawn"),
    ("Trial now transitioned", None),
    ("GB - no longer in EU/EEA", None),
]


@pytest.mark.parametrize(("text", "status"), ONE_COUNTRY)
def test_every_status_word_means_one_thing(spain: str, read: Read, text: str, status: str | None) -> None:
    [trial], rejected = read(_country(spain, "Spain - AEMPS", "ES", text))
    assert (trial.status, trial.status_text, rejected) == (status, f"Spain: {text}", [])


def test_no_status_word_is_without_a_row_in_the_table() -> None:
    assert {text for text, _ in ONE_COUNTRY} == set(STATUS)


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        (["Completed", "Ongoing"], "unknown"),
        (["Completed", "Temporarily Halted"], "suspended"),
        (["Completed", "Prematurely Ended"], "completed"),
        (["Prematurely Ended", "Prematurely Ended"], "terminated"),
        (["Not Authorised", "Completed"], "completed"),
        (["Not Authorised", "Prematurely Ended"], "terminated"),
        (["GB - no longer in EU/EEA", "Completed"], "completed"),
        (["GB - no longer in EU/EEA", "Ongoing"], "unknown"),
        (["Trial now transitioned", "Completed"], None),
        (["Completed", ""], "completed"),
        (["Completed", "Paused"], None),
    ],
)
def test_a_trial_has_the_status_that_its_countries_allow(
    spain: str, read: Read, statuses: list[str], status: str | None
) -> None:
    first, second = statuses
    [trial], _ = read(
        _country(spain, "France - ANSM", "FR", first, "2010-01-01"),
        _country(spain, "Italy - AIFA", "IT", second).replace(
            "P. End of Trial Status:", "P. End of Trial Status: -\nx"
        ),
    )
    assert trial.status == status
    assert trial.status_text == f"France: {first}; Italy: {second or 'not stated'}"
    assert trial.countries == ("France", "Italy", "Norway")


def test_a_status_that_is_not_known_is_queued_and_not_guessed(spain: str, read: Read) -> None:
    [trial], [rejected] = read(spain.replace("Trial Status: Completed", "Trial Status: Paused", 1))
    assert (trial.status, trial.status_text) == (None, "Spain: Paused")
    assert (rejected.record_ref, rejected.path, rejected.value) == ("2009-000001-11", "line 6, Trial Status", "Paused")
    assert "vocabulary" in rejected.reason


def test_fields_come_from_the_country_that_was_entered_first_whatever_the_order(spain: str, read: Read) -> None:
    old = _country(spain, "France - ANSM", "FR", "Ongoing", "2009-12-01").replace(
        "clinical trial: 40", "clinical trial: 38"
    )
    new = _country(spain, "Italy - AIFA", "IT", "Ongoing", "2012-02-02").replace("2010-06-01", "2012-06-01")
    [one], _ = read(old, new)
    [other], _ = read(new, old)
    assert one == other
    assert (one.enrolment_count, one.first_posted_date, one.registry_date) == (38, "2009-12-01", "2012-02-02")
    assert one.start_date == "2010-06-01"
    assert [item.name for item in one.interventions] == ["FAT-01", "Placebo"]


def test_a_trial_that_moved_to_ctis_names_the_number_it_has_there(spain: str, read: Read) -> None:
    moved = spain.replace("Link:", "Trial in CTIS: https://euclinicaltrials.eu/view/2023-500001-11-00\nLink:")
    [trial], _ = read(moved)
    assert [item.id for item in trial.secondary_ids if item.kind == "CTIS"] == ["2023-500001-11-00"]


def test_a_field_that_only_a_translation_fills_is_read_from_it(spain: str, read: Read) -> None:
    only = spain.replace("E.1.1 Medical condition(s) being investigated: A made-up disease\n", "")
    [trial], _ = read(only)
    assert trial.conditions[0] == "Una enfermedad inventada"


def test_countries_that_differ_on_randomisation_leave_it_open(spain: str, read: Read) -> None:
    other = _country(spain, "Italy - AIFA", "IT", "Ongoing").replace(
        "E.8.1.1 Randomised: Yes", "E.8.1.1 Randomised: No"
    )
    [trial], [rejected] = read(spain, other)
    assert trial.allocation is None
    line = spain[: spain.index("E.8.1.1")].count(NEWLINE) + 1
    assert rejected.value == f"Yes in line {line}; No in line {line + spain.count(NEWLINE) + 1}"
    assert "differ" in rejected.reason


def test_two_records_of_one_country_count_once_and_their_difference_is_queued(spain: str, read: Read) -> None:
    [trial], rejected = read(spain, spain)
    assert rejected == []
    [again], [difference] = read(spain, spain.replace("clinical trial: 40", "clinical trial: 44"))
    assert again == trial
    line = spain[: spain.index("F.4.2.2")].count(NEWLINE) + spain.count(NEWLINE) + 2
    assert (difference.path, difference.value) == (f"line {line}, F.4.2.2", "44")
    assert "second record of Spain" in difference.reason


def test_one_bad_field_costs_that_field(spain: str, read: Read) -> None:
    [trial], [first, second] = read(
        spain.replace("clinical trial: 40", "clinical trial: forty").replace("2014-09-30", "2014-09-31")
    )
    assert (trial.enrolment_count, trial.completion_date, trial.official_title is None) == (None, None, False)
    assert {first.value, second.value} == {"forty", "2014-09-31"}
    assert all(item.path.startswith("line ") for item in (first, second))


@pytest.mark.parametrize("cut", ["P. End of Trial\n", "N. Ethics", "D.IMP: 1", "A.3 Full"])
def test_a_trial_of_which_one_country_is_cut_is_not_read_in_part(spain: str, read: Read, cut: str) -> None:
    italy = _country(spain, "Italy - AIFA", "IT", "Ongoing")
    trials, [rejected] = read(spain, italy[: italy.index(cut)])
    assert trials == []
    assert "stops before its end" in rejected.reason
    assert rejected.record_ref == "2009-000001-11"


def test_a_bad_trial_does_not_take_the_next_one_with_it(spain: str, read: Read) -> None:
    trials, rejected = read(spain.replace("2010-03-15", "soon"), spain.replace("2009-000001-11", "2009-000002-22"))
    assert [trial.registry_id for trial in trials] == ["2009-000002-22"]
    assert {item.record_ref for item in rejected} == {"2009-000001-11"}


def test_a_trial_with_letters_that_are_not_utf_8_is_rejected_by_line_and_costs_no_other(
    spain: str, page_of: Callable[..., Page]
) -> None:
    other = spain.replace("2009-000001-11", "2009-000002-11")
    body = spain.replace("A Foundation", "Fundación").encode("latin-1") + b"\n" + other.encode()
    rejected, trial = EUCTR.parse(page_of("euctr", body))
    assert isinstance(trial, TrialRecord)
    assert trial.registry_id == "2009-000002-11"
    assert isinstance(rejected, Rejected)
    assert rejected.reason.startswith("not UTF-8")
    assert rejected.record_ref == "2009-000001-11"
    assert rejected.path == f"line {spain[: spain.index('Células')].count(NEWLINE) + 1}"


def test_a_record_of_a_third_country_may_end_before_the_last_section(spain: str, read: Read) -> None:
    third = spain.replace("Spain - AEMPS", "Outside EU/EEA").replace("/ES/", "/3rd/")
    third = third[: third.index("N. Review")].replace("Trial Status: Completed\n", "Trial Status:\n")
    [trial], rejected = read(third)
    assert (trial.status, trial.status_text, trial.countries) == (None, "Outside EU/EEA: not stated", ("Norway",))
    assert rejected == []


def test_a_record_may_end_without_a_status(spain: str, read: Read) -> None:
    blank = re.sub(r"(Trial Status|End of Trial Status): .*", r"\1:", spain)
    [trial], rejected = read(blank)
    assert (trial.status, trial.status_text, rejected) == (None, "Spain: not stated", [])


def test_the_flag_for_somatic_cells_reaches_eligibility(spain: str, read: Read) -> None:
    review = load_review(Settings().reviews / "als_cell_therapy")
    nameless = (
        spain.replace("AUTOLOGOUS FAT CELLS", "FAT-01").replace("Cells", "FAT-01").replace("A made-up disease", "ALS")
    )
    [trial], _ = read(nameless)
    decision = screen(trial.registry_id, trial, review.protocol.eligibility)
    assert {item.criterion for item in decision.criteria if item.verdict is Verdict.MET} >= {
        Criterion.INTERVENTION,
        Criterion.DESIGN,
        Criterion.COMPARATOR,
    }
    assert "Somatic cell therapy" in decision.of(Criterion.INTERVENTION).quote
    [without], _ = read(nameless.replace("medicinal product: Yes", "medicinal product: No"))
    undecided = screen(without.registry_id, without, review.protocol.eligibility)
    assert undecided.of(Criterion.INTERVENTION).verdict is Verdict.NOT_MET


RESULTS = b"""<html><body><table>
<tr><td class="labelColumn"><div>EudraCT number</div></td><td class="valueColumn">2009-000001-11</td></tr>
<tr><td>Full title of the trial</td><td>Cells: a randomised trial</td></tr>
<tr><td class="labelColumn">This version publication date</td><td class="valueColumn"><div>03 Mar 2016</div></td></tr>
<tr><td class="labelColumn">First version publication date</td><td class="valueColumn"><div>29 Jul 2015</div></td></tr>
</table></body></html>"""


@pytest.mark.parametrize("kind", ["results", "file"])
def test_a_results_page_is_a_report_about_the_trial(page_of: Callable[..., Page], kind: str) -> None:
    [report] = EUCTR.parse(
        page_of("euctr", RESULTS, kind=kind, url="https://x/ctr-search/trial/2009-000001-11/results")
    )
    assert isinstance(report, Report)
    assert (report.report_id, report.registry_ids) == ("2009-000001-11/results", ("2009-000001-11",))
    assert (report.published_date, report.registry_date) == ("2015-07-29", "2016-03-03")
    assert report.title == "Cells: a randomised trial"
    assert re.fullmatch(EUCTR.id_pattern, report.report_id)


def test_a_results_page_without_results_holds_nothing(page_of: Callable[..., Page]) -> None:
    url = "https://x/ctr-search/trial/2009-000001-11/results"
    assert list(EUCTR.parse(page_of("euctr", b"<p>2009-000001-11: no results</p>", kind="results", url=url))) == []
    assert list(EUCTR.parse(page_of("euctr", b"not found", kind="results", url=url, status=404))) == []


def test_the_real_download_is_read_but_for_what_was_altered_in_it(samples: Path, page_of: Callable[..., Page]) -> None:
    body = (samples / "euctr" / "fulltext_download_5records.txt").read_bytes()
    found = list(EUCTR.parse(page_of("euctr", body, kind="file", url="file:download.txt")))
    trials = {item.registry_id: item for item in found if isinstance(item, TrialRecord)}
    assert body.count(b"\nEudraCT Number:") == 5
    assert set(trials) == {"2022-002568-62", "2021-002179-21"}
    assert all(item.origin is VersionOrigin.EXPORT for item in trials.values())
    assert trials["2022-002568-62"].status_text == "Spain: Ongoing; Sweden: Ongoing"
    assert trials["2021-002179-21"].status_text == "France: Ongoing; Spain: Ongoing"
    assert (trials["2021-002179-21"].allocation, trials["2021-002179-21"].enrolment_count) == ("randomised", 600)
    assert trials["2022-002568-62"].interventions[0].type_text == "Gene therapy medicinal product"
    rejected = [(item.record_ref, item.path, item.value) for item in found if isinstance(item, Rejected)]
    assert rejected == [
        ("2022-002568-62", "line 21, A.7", "JSON_ERROR_HERE"),
        ("2022-002568-62", "line 601, D.3.10.3", "1.0E13"),
        ("2021-002179-21", "line 818, A.8", "JSON_ERROR_HERE"),
    ]


def test_a_saved_page_of_a_trial_is_refused_with_what_to_do(samples: Path, page_of: Callable[..., Page]) -> None:
    [path] = (samples / "euctr").glob("*.html")
    [rejected] = EUCTR.parse(page_of("euctr", path.read_bytes(), kind="file", url=f"file:{path.name}"))
    assert isinstance(rejected, Rejected)
    assert "download" in rejected.reason


class Register:
    """Answers the register's addresses from the trials that a test puts into it."""

    def __init__(self, httpserver: HTTPServer, spain: str) -> None:
        self.spain = spain
        self.pages: list[str | Response] = []
        self.total: int | str = 0
        self.feed = ""
        self.asked: list[Request] = []
        httpserver.expect_request("/ctr-search/search").respond_with_handler(self._count)
        httpserver.expect_request("/ctr-search/rest/download/full").respond_with_handler(self._full)
        httpserver.expect_request("/ctr-search/rest/feed/bydates").respond_with_handler(self._feed)
        httpserver.expect_request(re.compile("/ctr-search/trial/.*/results")).respond_with_handler(self._results)
        packed = re.compile("/ctr-search/rest/download/result/zip/xml/.*")
        httpserver.expect_request(packed).respond_with_handler(self._tables)

    def trials(self, *numbers: int) -> str:
        return "\n".join(self.spain.replace("2009-000001-11", f"2009-{number:06d}-11") for number in numbers)

    def _count(self, request: Request) -> Response:
        self.asked.append(request)
        return Response(f"<html>Trials with a EudraCT protocol ({self.total}) and so on", content_type="text/html")

    def _full(self, request: Request) -> Response:
        self.asked.append(request)
        if found := re.fullmatch(r"2009-(\d{6})-11", request.args["query"]):
            return Response(self.trials(int(found[1])), content_type="text/plain")
        answer = self.pages[int(request.args["page"]) - 1]
        return answer if isinstance(answer, Response) else Response(answer, content_type="text/plain;charset=UTF-8")

    def _feed(self, request: Request) -> Response:
        self.asked.append(request)
        return Response(self.feed, content_type="application/rss+xml")

    def _tables(self, request: Request) -> Response:
        self.asked.append(request)
        text = f'<result eudractNumber="{request.path.rpartition("/")[2]}"><trialInformation>'
        return Response(f"{text}<primaryCompletionDate>2014-05-30</primaryCompletionDate></trialInformation></result>")

    def _results(self, request: Request) -> Response:
        self.asked.append(request)
        return Response("none", status=404) if "000002" in request.path else Response(RESULTS)


@pytest.fixture
def register(httpserver: HTTPServer, spain: str) -> Register:
    return Register(httpserver, spain)


def _fetch(http: HttpClient, since: date | None = None, **query: Any) -> list[Page]:
    assert EUCTR.fetch is not None
    return list(EUCTR.fetch(SourceQuery(**query), since, http))


def test_a_topic_is_read_page_by_page_and_counted(register: Register, client: Connect) -> None:
    register.total = 21
    register.pages = [register.trials(*range(1, 21)), register.trials(21)]
    pages = _fetch(client("euctr"), topic="ALS OR MND")
    assert [(page.kind, page.listing, page.total) for page in pages] == [
        ("count", None, None),
        ("search", "search", 21),
        ("search", "search", 21),
    ]
    assert [dict(request.args) for request in register.asked] == [
        {"query": "ALS OR MND"},
        {"query": "ALS OR MND", "page": "1", "mode": "current_page"},
        {"query": "ALS OR MND", "page": "2", "mode": "current_page"},
    ]
    read = {item.registry_id for page in pages for item in EUCTR.parse(page) if isinstance(item, TrialRecord)}
    assert len(read) == 21


def test_a_thousand_is_written_with_a_comma(register: Register, client: Connect) -> None:
    register.total, register.pages = "44,000", [register.trials(1), Response("gone", status=500)]
    with pytest.raises(SourceFailure, match="HTTP 500"):
        _fetch(client("euctr"), topic="ALS")


def test_nothing_found_is_an_answer(register: Register, client: Connect) -> None:
    assert [page.kind for page in _fetch(client("euctr"), topic="ALS")] == ["count"]


FEED = "<rss><channel>{}</channel></rss>"
ENTRY = (
    "<item><title>A trial</title><link>https://x/ctr-search/search?query=eudract_number:2009-{:06d}-11</link></item>"
)


def test_a_week_is_asked_of_the_feed_and_a_longer_time_of_the_listing(register: Register, client: Connect) -> None:
    register.total, register.pages = 3, [register.trials(1, 2, 3)]
    register.feed = FEED.format(ENTRY.format(2) + ENTRY.format(3))
    pages = _fetch(client("euctr"), since=date(2026, 11, 13), topic="ALS")
    assert [(page.kind, page.listing, page.total) for page in pages] == [
        ("count", None, None),
        ("feed", None, None),
        ("record", "changes", 2),
        ("record", "changes", 2),
    ]
    longer = _fetch(client("euctr"), since=date(2026, 11, 12), topic="ALS")
    assert [page.kind for page in longer] == ["count", "search"]


def test_a_trial_is_followed_with_its_results(register: Register, client: Connect) -> None:
    pages = _fetch(client("euctr"), record_ids=("2009-000001-11", "2009-000001-11/results", "2009-000002-11"))
    assert [(page.kind, page.status) for page in pages] == [
        ("record", 200),
        ("results", 200),
        ("tables", 200),
        ("record", 200),
        ("results", 404),
    ]
    found = [item for page in pages for item in EUCTR.parse(page)]
    assert [type(item).__name__ for item in found] == ["TrialRecord", "Report", "Report", "TrialRecord"]
    assert [item.report_id for item in found if isinstance(item, Report)] == [
        "2009-000001-11/results",
        "2009-000001-11/tables",
    ]


@pytest.mark.parametrize(
    ("total", "pages", "feed", "message"),
    [
        ("many", [], None, "does not say how many"),
        (
            1,
            [Response("<html>Maintenance</html>", content_type="text/html")],
            None,
            "no trial, though 1 were announced",
        ),
        (1, [""], None, "no trial, though 1"),
        (1, [Response("no", status=404)], None, "HTTP 404"),
        (1, [Response("busy", status=503)], None, "no whole answer in 2 attempts"),
        (1, [b"\xff" * 100], None, "no trial, though 1"),
        (30, ["first", "first"], None, "an earlier page again"),
        (1, [], "<html>", "line 1"),
        (1, [], "<!DOCTYPE r [<!ENTITY a 'b'>]><rss>&a;</rss>", "entities"),
        (1, [], FEED.format("<item><link>https://x/</link></item>"), "1 entries, 0 EudraCT numbers"),
        (1, [], "<feed/>", "no feed"),
    ],
)
def test_an_answer_that_is_none_is_a_failure_that_names_the_address(
    register: Register, client: Connect, total: int | str, pages: list[Any], feed: str | None, message: str
) -> None:
    register.total, register.feed = total, feed or ""
    register.pages = [register.trials(1) if page == "first" else page for page in pages]
    with pytest.raises(SourceFailure, match=message) as failure:
        _fetch(client("euctr"), since=None if feed is None else date(2026, 11, 18), topic="ALS")
    assert "/ctr-search/" in str(failure.value)


def test_an_id_of_another_register_is_not_asked_for(client: Connect) -> None:
    with pytest.raises(SourceFailure, match="2023-500001-11"):
        _fetch(client("euctr"), record_ids=("2023-500001-11",))
