"""What is asked of ISRCTN, and what a record says on the day it is seen."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from lxml import etree
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors import CONNECTORS
from connectors.http import HttpClient
from models.trial import Page, Rejected, SourceQuery, TrialRecord

Connect = Callable[..., HttpClient]
Take = Callable[[Iterator[Page]], tuple[list[Page], str]]
ISRCTN = CONNECTORS["isrctn"]
SEARCH = "/api/query/format/default"
NAMESPACE = "http://www.67bricks.com/isrctn"


def _full_trial(digits: str = "99999901", design: str = "", participants: str = "", trial: str = "") -> str:
    return (
        f'<fullTrial><trial lastUpdated="2020-01-02T00:00:00.123456789Z"><isrctn>{digits}</isrctn>'
        f"<trialDesign>{design}</trialDesign><participants>{participants}</participants>{trial}</trial></fullTrial>"
    )


def _all(*trials: str, total: int | str | None = None) -> str:
    counted = len(trials) if total is None else total
    return f'<allTrials xmlns="{NAMESPACE}" totalCount="{counted}">{"".join(trials)}</allTrials>'


class Registry:
    """Answers a search with as many of its records as asked for, and single records by id."""

    def __init__(self, httpserver: HTTPServer) -> None:
        self.trials: list[str] = []
        self.announced: list[int] = []
        self.asked: list[dict[str, str]] = []
        httpserver.expect_request(SEARCH).respond_with_handler(self._search)

    def _search(self, request: Request) -> Response:
        self.asked.append(dict(request.args))
        total = self.announced.pop(0) if self.announced else len(self.trials)
        body = _all(*self.trials[: int(request.args["limit"])], total=total)
        return Response(body, content_type="application/xml;charset=UTF-8")


@pytest.fixture
def registry(httpserver: HTTPServer) -> Registry:
    return Registry(httpserver)


def _ids(pages: list[Page]) -> list[str]:
    return [item.registry_id for page in pages for item in ISRCTN.parse(page) if isinstance(item, TrialRecord)]


def test_a_topic_is_counted_first_and_then_asked_for_as_a_whole(
    registry: Registry, client: Connect, take: Take
) -> None:
    registry.trials = [_full_trial(str(99_990_000 + number)) for number in range(234)]
    pages, failure = take(ISRCTN.fetch(SourceQuery(topic="condition:ALS"), None, client("isrctn")))
    assert failure == ""
    assert [(asked["q"], asked["limit"]) for asked in registry.asked] == [
        ("condition:ALS", "0"),
        ("condition:ALS", "234"),
    ]
    assert [(page.kind, page.listing, page.total) for page in pages] == [
        ("count", None, None),
        ("search", "search", 234),
    ]
    assert _ids(pages) == [f"ISRCTN{99_990_000 + number}" for number in range(234)]


def test_since_asks_for_what_was_edited_from_that_day_on(registry: Registry, client: Connect, take: Take) -> None:
    take(ISRCTN.fetch(SourceQuery(topic="ALS OR MND"), date(2026, 11, 1), client("isrctn")))
    assert registry.asked[0]["q"] == "(ALS OR MND) AND lastEdited GE 2026-11-01T00:00:00.000Z"


def test_a_search_without_result_asks_no_further(registry: Registry, client: Connect, take: Take) -> None:
    pages, failure = take(ISRCTN.fetch(SourceQuery(topic="ALS"), None, client("isrctn")))
    assert (len(pages), failure, list(ISRCTN.parse(pages[0]))) == (1, "", [])


@pytest.mark.parametrize("announced", [[2, 3], [3, 3], [5, 2]])
def test_a_number_that_changes_or_is_not_received_is_a_failure(
    registry: Registry, client: Connect, announced: list[int], take: Take
) -> None:
    registry.trials = [_full_trial("99999901"), _full_trial("99999902")]
    registry.announced = list(announced)
    pages, failure = take(ISRCTN.fetch(SourceQuery(topic="ALS"), None, client("isrctn")))
    assert f"{announced[0]} records announced" in failure
    assert len(pages) == 2


def test_single_records_are_fetched_and_one_that_the_registry_lacks_is_no_failure_of_it(
    httpserver: HTTPServer, client: Connect, take: Take
) -> None:
    for digits in ("99999901", "99999903"):
        path = f"/api/trial/ISRCTN{digits}/format/default"
        httpserver.expect_request(path).respond_with_data(_all(_full_trial(digits)), content_type="text/xml")
    ids = tuple(f"ISRCTN9999990{number}" for number in (1, 2, 3))
    httpserver.expect_request(f"/api/trial/{ids[1]}/format/default").respond_with_data("no", status=404)
    pages, failure = take(ISRCTN.fetch(SourceQuery(record_ids=ids), None, client("isrctn")))
    assert failure == ""
    assert [item.reason for item in ISRCTN.parse(pages[1]) if isinstance(item, Rejected)] != []
    assert _ids(pages) == [ids[0], ids[2]]


def test_an_id_of_another_registry_is_refused_before_it_is_asked_for(client: Connect, take: Take) -> None:
    _, failure = take(ISRCTN.fetch(SourceQuery(record_ids=("NCT01363401",)), None, client("isrctn")))
    assert "no id of this registry" in failure


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Response("<html>down</html>", mimetype="text/html"), "text/html where XML was expected"),
        (Response("<html>down</html>", mimetype="text/xml"), "<html> where <allTrials>"),
        (Response("busy", status=403, mimetype="text/plain"), "HTTP 403"),
        (Response("busy", status=500, mimetype="text/plain"), "no whole answer"),
        (Response("busy", status=429, headers={"Retry-After": "0"}), "HTTP 429"),
        (Response(_all()[:40], mimetype="text/xml"), "not well-formed"),
        (Response(_all(total="many"), mimetype="text/xml"), "totalCount 'many'"),
        (Response(b"<allTrials totalCount='1'>\xff</allTrials>", mimetype="text/xml"), "not well-formed"),
        (
            Response('<!DOCTYPE a [<!ENTITY a "b">]><allTrials totalCount="1">&a;</allTrials>', mimetype="text/xml"),
            "entities of its own",
        ),
    ],
    ids=["html", "html as xml", "403", "500", "429", "cut", "no total", "invalid UTF-8", "entities"],
)
def test_a_search_that_is_not_answered_is_named_and_stops(
    httpserver: HTTPServer, client: Connect, answer: Response, told: str, take: Take
) -> None:
    httpserver.expect_request(SEARCH).respond_with_response(answer)
    pages, failure = take(ISRCTN.fetch(SourceQuery(topic="ALS"), None, client("isrctn")))
    assert told in failure
    assert "/api/query/format/default" in failure
    assert all(isinstance(item, Rejected) for page in pages for item in ISRCTN.parse(page))


def _read(
    page_of: Callable[..., Page], full_trial: str, observed_at: datetime | None = None
) -> tuple[TrialRecord, list[Rejected]]:
    fields = {"observed_at": observed_at} if observed_at else {}
    record, *rejected = ISRCTN.parse(page_of("isrctn", _all(full_trial).encode(), **fields))
    assert isinstance(record, TrialRecord)
    return record, [item for item in rejected if isinstance(item, Rejected)]


DATES = (
    "<recruitmentStart>2021-03-01T00:00:00.000Z</recruitmentStart>"
    "<recruitmentEnd>2022-03-01T00:00:00.000Z</recruitmentEnd>"
)
END = "<overallEndDate>2023-03-01T00:00:00.000Z</overallEndDate>"


@pytest.mark.parametrize(
    ("on", "status"),
    [
        ("2021-02-28", "not_yet_recruiting"),
        ("2021-03-01", "recruiting"),
        ("2022-03-01", "recruiting"),
        ("2022-03-02", "ended_recruiting"),
        ("2023-03-01", "ended_recruiting"),
        ("2023-03-02", "completed"),
    ],
)
def test_the_status_is_that_of_the_day_of_observation(page_of: Callable[..., Page], on: str, status: str) -> None:
    observed_at = datetime.fromisoformat(on).replace(tzinfo=UTC)
    record, rejected = _read(page_of, _full_trial(design=END, participants=DATES), observed_at)
    assert (record.status, record.status_text, rejected) == (status, None, [])


def test_a_trial_whose_end_is_not_known_is_never_completed(page_of: Callable[..., Page]) -> None:
    record, _ = _read(page_of, _full_trial(participants=DATES))
    assert record.status == "ended_recruiting"


@pytest.mark.parametrize(
    ("overall", "recruitment", "status", "text"),
    [
        ("Stopped", "Stopped", "terminated", "Stopped"),
        ("", "Stopped", "ended_recruiting", "Stopped"),
        ("Suspended", "", "suspended", "Suspended"),
        ("", "Suspended", "suspended", "Suspended"),
    ],
)
def test_a_person_overrides_the_dates(
    page_of: Callable[..., Page], overall: str, recruitment: str, status: str, text: str
) -> None:
    design = f"<overallStatusOverride>{overall}</overallStatusOverride>{END}"
    participants = f"{DATES}<recruitmentStatusOverride>{recruitment}</recruitmentStatusOverride>"
    record, rejected = _read(page_of, _full_trial(design=design, participants=participants))
    assert (record.status, record.status_text, rejected) == (status, text, [])


def test_an_override_that_nobody_knows_is_not_guessed(page_of: Callable[..., Page]) -> None:
    design = f"<overallStatusOverride>Postponed</overallStatusOverride>{END}"
    record, [rejected] = _read(page_of, _full_trial(design=design, participants=DATES))
    assert (record.status, record.status_text) == (None, "Postponed")
    assert rejected.path == "trialDesign/overallStatusOverride"


@pytest.mark.parametrize(
    ("target", "final", "count", "kind"),
    [
        ("60", "", 60, "estimated"),
        ("60", "0", 60, "estimated"),
        ("60", "58", 58, "actual"),
        ("", "", None, None),
    ],
)
def test_a_final_number_of_0_is_not_a_number_of_participants(
    page_of: Callable[..., Page], target: str, final: str, count: int | None, kind: str | None
) -> None:
    numbers = f"<targetEnrolment>{target}</targetEnrolment><totalFinalEnrolment>{final}</totalFinalEnrolment>"
    record, _ = _read(page_of, _full_trial(participants=numbers))
    assert (record.enrolment_count, record.enrolment_type) == (count, kind)


@pytest.mark.parametrize(
    ("attribute", "told"),
    [("", "no day on which"), ("soon", "not a date"), ("2031-01-01T00:00:00Z", "no day on which")],
)
def test_a_record_without_a_believable_date_is_rejected_by_itself(
    page_of: Callable[..., Page], attribute: str, told: str
) -> None:
    broken = _full_trial("99999902").replace("2020-01-02T00:00:00.123456789Z", attribute)
    found = list(ISRCTN.parse(page_of("isrctn", _all(_full_trial(), broken, _full_trial("99999903")).encode())))
    assert [item.registry_id for item in found if isinstance(item, TrialRecord)] == ["ISRCTN99999901", "ISRCTN99999903"]
    rejected = [item for item in found if isinstance(item, Rejected)]
    assert {item.record_ref for item in rejected} == {"ISRCTN99999902"}
    assert told in rejected[0].reason


def test_json_of_ctrdata_with_a_stray_backslash_is_read_as_a_copy(page_of: Callable[..., Page]) -> None:
    record = {
        "isrctn": "99999901",
        "trialDescription": {"title": "Cells X"},
        "record_last_import": "2026-03-08 17:34:31",
    }
    body = json.dumps(record).replace("Cells X", r"Cells \person")
    [read] = ISRCTN.parse(page_of("isrctn", body.encode(), kind="file"))
    assert isinstance(read, TrialRecord)
    assert (read.registry_id, read.registry_date, read.origin) == ("ISRCTN99999901", "2026-03-08", "copy")
    assert read.brief_title == r"Cells \person"


@pytest.mark.parametrize(
    "body", ['{"isrctn": {"a": "b"}}', '[{"isrctn": "1"}, 7]', '{"is rctn": 1}', '{"isrctn": "9", "a b": 1}']
)
def test_json_of_something_else_is_rejected(page_of: Callable[..., Page], body: str) -> None:
    found = list(ISRCTN.parse(page_of("isrctn", body.encode(), kind="file")))
    assert found
    assert all(isinstance(item, Rejected) for item in found)


def test_every_real_record_is_read_and_none_of_its_words_is_unknown(
    samples: Path, page_of: Callable[..., Page]
) -> None:
    read = {}
    for path in sorted((samples / "isrctn").iterdir()):
        for item in ISRCTN.parse(page_of("isrctn", path.read_bytes(), kind="file")):
            assert isinstance(item, TrialRecord)
            read[item.registry_id] = item
    assert sorted(read) == [f"ISRCTN{n}" for n in ("12949496", "17473621", "20343063", "76463425", "88261002")]
    assert {item.allocation for item in read.values()} == {"randomised"}
    stopped, jaundice, sift = (read[f"ISRCTN{n}"] for n in ("12949496", "17473621", "76463425"))
    assert (stopped.status, stopped.enrolment_count, stopped.why_stopped_text) == (
        "terminated",
        9,
        "Participant recruitment issue",
    )
    assert (jaundice.secondary_ids, jaundice.enrolment_type) == ((), "estimated")
    assert (sift.status, sift.enrolment_count, sift.countries) == ("completed", 2804, ("Ireland", "United Kingdom"))
    assert [item.id for item in sift.secondary_ids] == ["NCT01727609", "HTA 11/01/25"]
    assert sift.references[0].pmid == "31597020"


def test_a_real_record_says_the_same_as_xml_with_its_attributes(samples: Path, page_of: Callable[..., Page]) -> None:
    """The interface's own form, made from the real record by putting back what its conversion lost."""
    raw = json.loads((samples / "isrctn" / "88261002.json").read_text())
    full = etree.Element("fullTrial")
    trial = etree.SubElement(full, "trial", lastUpdated=f"{raw['record_last_import'].replace(' ', 'T')}.000000001Z")
    _put(trial, raw)
    xml = _all(etree.tostring(full, encoding="unicode"))
    [from_xml] = ISRCTN.parse(page_of("isrctn", xml.encode()))
    [from_json] = ISRCTN.parse(page_of("isrctn", json.dumps(raw).encode(), kind="file"))
    assert isinstance(from_xml, TrialRecord)
    assert isinstance(from_json, TrialRecord)
    fields = set(TrialRecord.__struct_fields__) - {"origin"}
    assert {name: getattr(from_xml, name) for name in fields} == {name: getattr(from_json, name) for name in fields}


def _put(parent: etree._Element, value: object) -> None:
    assert isinstance(value, dict)
    for name, inner in value.items():
        for one in inner if isinstance(inner, list) else [inner]:
            element = etree.SubElement(parent, name)
            if isinstance(one, dict):
                _put(element, one)
            else:
                element.text = str(one)
