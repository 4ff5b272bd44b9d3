"""Trials of CTIS: two shapes of record, numbers for statuses, and a search that does not say where it stops."""

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors import CONNECTORS
from connectors.ctis.api import MOST_ROWS
from connectors.ctis.words import STATUS, STATUS_NAMES
from connectors.http import HttpClient
from models.connector import SourceFailure
from models.trial import Page, Rejected, SourceQuery, TrialRecord
from models.vocabulary import Masked

Connect = Callable[..., HttpClient]
Read = Callable[..., tuple[list[TrialRecord], list[Rejected]]]
CTIS = CONNECTORS["ctis"]


@pytest.fixture(scope="module")
def whole(fixtures: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((fixtures / "ctis" / "made_up_trial.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture
def read(page_of: Callable[..., Page]) -> Read:
    def of(value: object, **fields: Any) -> tuple[list[TrialRecord], list[Rejected]]:
        found = list(CTIS.parse(page_of("ctis", json.dumps(value).encode(), **fields)))
        return (
            [item for item in found if isinstance(item, TrialRecord)],
            [item for item in found if isinstance(item, Rejected)],
        )

    return of


def _with(whole: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return deepcopy(whole) | fields


def _without(whole: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in deepcopy(whole).items() if name not in names}


def _events(*kinds: tuple[str, str]) -> dict[str, Any]:
    """Events by member state."""
    told: dict[str, list[dict[str, str]]] = {}
    for state, kind in kinds:
        told.setdefault(state, []).append({"notificationType": kind, "date": "2025-01-01"})
    return {"trialEvents": [{"mscName": state, "events": events} for state, events in told.items()]}


CODES = [
    (1, "Under evaluation", "not_yet_recruiting"),
    (2, "Authorised, recruitment pending", "not_yet_recruiting"),
    (3, "Authorised, recruiting", "recruiting"),
    (4, "Ongoing, recruiting", "recruiting"),
    (5, "Ongoing, recruitment ended", "ended_recruiting"),
    (6, "Temporarily halted", "suspended"),
    (7, "Suspended", "suspended"),
    (8, "Ended", "completed"),
    (9, "Expired", "withdrawn"),
    (10, "Revoked", "withdrawn"),
    (11, "Not authorised", "withdrawn"),
    (12, "Cancelled", "withdrawn"),
]
FORMER = [
    ("Authorised, not started", "not_yet_recruiting"),
    ("Ongoing, not yet recruiting", "not_yet_recruiting"),
    ("Halted", "suspended"),
]


@pytest.mark.parametrize(("code", "text", "status"), CODES)
def test_every_code_has_its_word_and_its_meaning(
    whole: dict[str, Any], read: Read, code: int, text: str, status: str
) -> None:
    for given in (code, str(code)):
        [trial], rejected = read(_with(whole, ctPublicStatusCode=given, ctStatus=given, events={}))
        assert (trial.status_text, trial.status, rejected) == (text, status, [])


@pytest.mark.parametrize(("text", "status"), [*FORMER, *((text, status) for _, text, status in CODES)])
def test_every_text_of_the_former_shape_means_the_same(
    whole: dict[str, Any], read: Read, text: str, status: str
) -> None:
    [trial], rejected = read(_with(whole, ctPublicStatusCode=None, ctStatus=text, events=None))
    assert (trial.status_text, trial.status, rejected) == (text, status, [])


def test_no_status_is_without_a_row_in_the_tables() -> None:
    assert {text for _, text, _ in CODES} == set(STATUS_NAMES.values())
    assert {text for _, text, _ in CODES} | {text for text, _ in FORMER} == set(STATUS)


@pytest.mark.parametrize(
    ("code", "events", "status"),
    [
        (8, [("ES", "EARLY_TERMINATION")], "terminated"),
        (8, [("ES", "EARLY_TERMINATION"), ("IT", "EARLY_TERMINATION")], "terminated"),
        (8, [("ES", "EARLY_TERMINATION"), ("IT", "END_OF_TRIAL")], "completed"),
        (8, [("ES", "EARLY_TERMINATION"), ("ES", "END_OF_TRIAL")], "terminated"),
        (8, [("ES", "END_OF_TRIAL")], "completed"),
        (8, [], "completed"),
        (5, [("ES", "EARLY_TERMINATION")], "ended_recruiting"),
        (10, [("ES", "START_OF_TRIAL")], "terminated"),
        (10, [], "withdrawn"),
    ],
)
def test_events_tell_how_a_trial_ended(
    whole: dict[str, Any], read: Read, code: int, events: list[tuple[str, str]], status: str
) -> None:
    [trial], _ = read(_with(whole, ctPublicStatusCode=code, events=_events(*events)))
    assert trial.status == status


def test_the_former_shape_tells_it_by_notifications(whole: dict[str, Any], read: Read) -> None:
    told = [{"mscName": "Spain", "mscNotificationsListInfo": [{"notificationType": "Early Termination"}]}]
    former = _with(whole, ctPublicStatusCode=None, ctStatus="Ended", events=None, mscTrialNotificationsInfoList=told)
    [trial], _ = read(former)
    assert trial.status == "terminated"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("ctPublicStatusCode", 13),
        ("ctPublicStatusCode", "Paused"),
        ("publishDate", "yesterday"),
        ("startDateEU", "31/02/2024"),
    ],
)
def test_what_is_not_known_is_queued_and_not_guessed(
    whole: dict[str, Any], read: Read, path: str, value: object
) -> None:
    [trial], [rejected] = read(_with(whole, events=_events(), **{path: value}))
    assert rejected.record_ref == "2023-500001-11"
    assert rejected.value == str(value)
    if path == "ctPublicStatusCode":
        assert (trial.status, trial.status_text) == (None, str(value))


@pytest.mark.parametrize(
    "text", ["29/01/2024", "2024-01-29", "2024-01-29T00:00:00", "2024-01-29T03:39:42.531268872", " 29/01/2024 "]
)
def test_dates_come_in_three_forms(whole: dict[str, Any], read: Read, text: str) -> None:
    [trial], rejected = read(_with(whole, startDateEU=text, events={}))
    assert (trial.start_date, rejected) == ("2024-01-29", [])


def test_a_resubmission_is_the_same_trial(whole: dict[str, Any], read: Read) -> None:
    [first], _ = read(_with(whole, ctNumber="2023-500001-11-00"))
    [again], _ = read(_with(whole, ctNumber="2023-500001-11-02"))
    assert first.registry_id == again.registry_id == "2023-500001-11"
    assert again.aliases == ("2023-500001-11-00", "2023-500001-11-01", "2023-500001-11-02")
    assert again.secondary_ids[0].id == "2023-500001-11-02"


def test_a_design_that_is_empty_leaves_allocation_open_and_arms_to_the_products(
    whole: dict[str, Any], read: Read
) -> None:
    transitioned = deepcopy(whole)
    part = transitioned["authorizedApplication"]["authorizedPartI"]
    part["trialDetails"]["protocolInformation"]["studyDesign"]["periodDetails"] = []
    [trial], rejected = read(transitioned)
    assert (trial.allocation, trial.masking_text, rejected) == (None, None, [])
    assert [(arm.label, arm.type) for arm in trial.arms] == [
        ("Test: FAT-02", "experimental"),
        ("Placebo", "placebo_comparator"),
    ]


@pytest.mark.parametrize(
    ("codes", "allocation"),
    [(["1", "2"], "randomised"), (["2"], "non_randomised"), (["3"], "not_applicable"), ([], None)],
)
def test_one_randomised_period_makes_a_randomised_trial(
    whole: dict[str, Any], read: Read, codes: list[str], allocation: str | None
) -> None:
    given = deepcopy(whole)
    periods = [{"allocationMethod": code} for code in codes]
    part = given["authorizedApplication"]["authorizedPartI"]
    part["trialDetails"]["protocolInformation"]["studyDesign"]["periodDetails"] = periods
    [trial], _ = read(given)
    assert trial.allocation == allocation


def test_null_is_absent(whole: dict[str, Any], read: Read) -> None:
    [trial], rejected = read(
        {"ctNumber": "2023-500001-11-00", "publishDate": "2024-01-01", "authorizedApplication": None, "events": None}
    )
    assert (trial.status, trial.arms, trial.countries, rejected) == (None, (), (), [])


def test_before_the_first_authorisation_the_application_tells(whole: dict[str, Any], read: Read) -> None:
    former = _without(whole, "authorizedApplication", "ctPublicStatusCode") | {
        "ctStatus": "Under evaluation",
        "applications": [{"partI": whole["authorizedApplication"]["authorizedPartI"]}],
        "totalNumberEnrolled": "50",
    }
    [trial], rejected = read(former)
    assert (trial.brief_title, trial.enrolment_count, rejected) == ("Cells in a made-up disease", 50, [])


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"ctNumber": None},
        {"ctNumber": "2023-500001-11"},
        {"ctNumber": 5},
        [],
        [{}],
        3,
        {"ctNumber": "2023-500001-11-00"},
    ],
)
def test_json_that_is_no_trial_is_rejected(read: Read, value: object) -> None:
    trials, [rejected] = read(value)
    assert trials == []
    assert rejected.action


def test_a_record_of_another_shape_is_rejected_with_the_path(read: Read, whole: dict[str, Any]) -> None:
    trials, [rejected] = read(_with(whole, events=["none"]))
    assert trials == []
    assert "$.events" in rejected.reason
    assert rejected.record_ref == "2023-500001-11"


def test_a_listing_holds_no_record(read: Read) -> None:
    listing = {"pagination": {"totalRecords": 1}, "data": [{"ctNumber": "2023-500001-11-00"}]}
    assert read(listing, kind="search") == ([], [])
    [rejected] = read(listing, kind="file")[1]
    assert "retrieve" in rejected.reason


REAL = [
    ("2022-500244-37-00", "2022-500244-37", "Authorised, not started", "not_yet_recruiting", 440, None, "2022-08-03"),
    (
        "2023-508143-51-01",
        "2023-508143-51",
        "Authorised, not started",
        "not_yet_recruiting",
        11,
        "2021-004994-30",
        "2024-05-06",
    ),
    ("2024-510663-34-00", "2024-510663-34", "Ongoing, recruiting", "recruiting", 11, "2019-001588-63", "2025-09-16"),
]


@pytest.mark.parametrize(("name", "number", "text", "status", "count", "eudract", "registry_date"), REAL)
def test_real_records_of_both_shapes_are_read_whole(
    samples: Path, page_of: Callable[..., Page], name: str, number: str, text: str, status: str, count: int,
    eudract: str | None, registry_date: str,
) -> None:  # fmt: skip
    [trial] = CTIS.parse(page_of("ctis", (samples / "ctis" / f"{name}.json").read_bytes(), kind="file"))
    assert isinstance(trial, TrialRecord)
    assert (trial.registry_id, trial.status_text, trial.status) == (number, text, status)
    assert (trial.enrolment_count, trial.registry_date) == (count, registry_date)
    assert name in {item.id for item in trial.secondary_ids}
    assert eudract in {item.id for item in trial.secondary_ids} or eudract is None
    assert trial.allocation is None
    assert trial.phase_text
    assert trial.sponsor
    assert trial.countries
    assert trial.outcomes
    assert trial.conditions


class Register:
    """Answers search and retrieve from the rows that a test puts into it."""

    def __init__(self, httpserver: HTTPServer, whole: dict[str, Any]) -> None:
        self.rows: list[dict[str, Any]] = []
        self.total: int | None = None
        self.answer: Callable[[dict[str, Any]], Response] | None = None
        self.record: Callable[[str], Response] = lambda number: _json(whole | {"ctNumber": number})
        self.asked: list[Any] = []
        httpserver.expect_request("/ctis-public-api/search", method="POST").respond_with_handler(self._search)
        for number in range(12):
            for suffix in ("00", "01", "02"):
                path = f"/ctis-public-api/retrieve/2023-{500000 + number}-11-{suffix}"
                httpserver.expect_request(path, method="GET").respond_with_handler(self._retrieve)

    def _search(self, request: Request) -> Response:
        asked = json.loads(request.data)
        self.asked.append(asked)
        if self.answer:
            return self.answer(asked)
        wanted = asked["searchCriteria"].get("number", "")
        rows = [row for row in self.rows if str(row.get("ctNumber")).startswith(wanted)]
        page, size = asked["pagination"]["page"], asked["pagination"]["size"]
        total = len(rows) if self.total is None else self.total
        return _json({"pagination": {"totalRecords": total}, "data": rows[(page - 1) * size : page * size]})

    def _retrieve(self, request: Request) -> Response:
        number = request.path.rpartition("/")[2]
        self.asked.append(number)
        return self.record(number)


@pytest.fixture
def register(httpserver: HTTPServer, whole: dict[str, Any]) -> Register:
    return Register(httpserver, whole)


def _json(value: object) -> Response:
    return Response(json.dumps(value), content_type="application/json")


def _row(number: int, suffix: str = "00", **fields: Any) -> dict[str, Any]:
    return {"ctNumber": f"2023-{500000 + number}-11-{suffix}", "lastUpdated": "01/11/2026"} | fields


def _fetch(http: HttpClient, since: date | None = None, **query: Any) -> list[Page]:
    assert CTIS.fetch is not None
    return list(CTIS.fetch(SourceQuery(**query), since, http))


def test_a_topic_is_listed_by_post_and_every_trial_retrieved_once_in_its_last_form(
    register: Register, client: Connect
) -> None:
    register.rows = [_row(1), _row(2, "00"), _row(2, "01")]
    pages = _fetch(client("ctis"), topic="amyotrophic, motor neurone")
    assert register.asked == [
        {
            "pagination": {"page": 1, "size": 100},
            "sort": {"property": "decisionDate", "direction": "DESC"},
            "searchCriteria": {"containAny": "amyotrophic, motor neurone"},
        },
        "2023-500001-11-00",
        "2023-500002-11-01",
    ]
    assert [(page.kind, page.listing, page.total) for page in pages] == [
        ("search", None, None),
        ("record", "search", 2),
        ("record", "search", 2),
    ]
    assert "motor" in pages[0].url
    trials = [item for page in pages for item in CTIS.parse(page)]
    assert {item.registry_id for item in trials if isinstance(item, TrialRecord)} == {
        "2023-500001-11",
        "2023-500002-11",
    }


def test_a_long_listing_is_read_to_its_end(register: Register, client: Connect) -> None:
    old = {"lastUpdated": "01/01/2020"}
    register.rows = [{"ctNumber": f"2023-{500000 + n}-11-00"} | old for n in range(100, 350)] + [_row(3)]
    pages = _fetch(client("ctis"), since=date(2026, 10, 1), topic="ALS")
    assert [page.kind for page in pages] == ["search", "search", "search", "record"]


@pytest.mark.parametrize(
    ("fields", "is_retrieved"),
    [
        ({"lastUpdated": "02/11/2026"}, True),
        ({"lastUpdated": "01/11/2026"}, False),
        ({"lastUpdated": "01/11/2026", "lastPublicationUpdate": "02/11/2026"}, True),
        ({"lastUpdated": None}, True),
        ({"lastUpdated": "lately"}, True),
    ],
)
def test_only_what_may_have_changed_is_retrieved(
    register: Register, client: Connect, fields: dict[str, Any], is_retrieved: bool
) -> None:
    register.rows = [_row(1, **fields)]
    pages = _fetch(client("ctis"), since=date(2026, 11, 2), topic="ALS")
    assert [page.kind for page in pages] == ["search", *(["record"] if is_retrieved else [])]


def test_a_trial_is_followed_by_its_number_without_suffix(register: Register, client: Connect) -> None:
    register.rows = [_row(1, "00"), _row(1, "02"), _row(2)]
    pages = _fetch(client("ctis"), record_ids=("2023-500001-11",))
    assert register.asked[0]["searchCriteria"] == {"number": "2023-500001-11"}
    assert register.asked[1:] == ["2023-500001-11-02"]
    assert [page.kind for page in pages] == ["search", "record"]


def test_a_trial_that_is_gone_is_a_rejection_that_names_it(register: Register, client: Connect) -> None:
    register.record = lambda number: Response("none", status=404)
    pages = _fetch(client("ctis"), record_ids=("2023-500001-11",))
    [rejected] = [item for page in pages for item in CTIS.parse(page)]
    assert isinstance(rejected, Rejected)
    assert rejected.record_ref == "2023-500001-11"
    assert "HTTP 404" in rejected.reason


def test_a_search_that_reaches_the_silent_limit_is_a_failure(register: Register, client: Connect) -> None:
    register.rows, register.total = [_row(1)], MOST_ROWS
    with pytest.raises(SourceFailure, match="10000 trials, of which CTIS lists 10000: narrow the search"):
        _fetch(client("ctis"), topic="cancer")
    assert len(register.asked) == 1


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            lambda asked: _json({"pagination": {"totalRecords": 2}, "data": [_row(1)]}),
            "2 trials announced, 1 different",
        ),
        (lambda asked: _json({"pagination": {"totalRecords": 1}, "data": []}), "none on page 1"),
        (lambda asked: _json({"pagination": {"totalRecords": 1}, "data": [{}]}), "row without an EU CT number"),
        (lambda asked: _json({"pagination": {}, "data": []}), "no list of trials"),
        (lambda asked: _json({"error": "no"}), "no list of trials"),
        (lambda asked: Response("<html>", content_type="text/html"), "text/html where JSON was expected"),
        (lambda asked: Response('{"data": [', content_type="application/json"), "unreadable JSON"),
        (lambda asked: Response(b"\xff" * 50, content_type="application/json"), "unreadable JSON"),
        (lambda asked: Response("no", status=403), "HTTP 403"),
        (lambda asked: Response("busy", status=429, headers={"Retry-After": "0"}), "no whole answer in 2 attempts"),
        (
            lambda asked: _json(
                {
                    "pagination": {"totalRecords": 150 + asked["pagination"]["page"]},
                    "data": [_row(n) for n in range(100)],
                }
            ),
            "151 trials before and 152 now",
        ),
        (
            lambda asked: _json({"pagination": {"totalRecords": 150}, "data": [_row(n) for n in range(100)]}),
            "150 trials announced, 100 different",
        ),
    ],
)
def test_an_answer_that_is_none_is_a_failure_that_names_the_address(
    register: Register, client: Connect, answer: Callable[[dict[str, Any]], Response], message: str
) -> None:
    register.answer = answer
    with pytest.raises(SourceFailure, match=message) as failure:
        _fetch(client("ctis"), topic="ALS")
    assert "/ctis-public-api/search" in str(failure.value)


@pytest.mark.parametrize(
    "record",
    [
        Response("<html>", content_type="text/html"),
        Response('{"ctNumber": ', content_type="application/json"),
        Response('{"pagination": {"totalRecords": 0}, "data": []}', content_type="application/json"),
        Response("busy", status=503),
    ],
)
def test_a_record_that_is_none_is_a_failure_and_the_pages_before_are_kept(
    register: Register, client: Connect, record: Response
) -> None:
    register.rows, register.record = [_row(1)], lambda number: record
    assert CTIS.fetch is not None
    pages = CTIS.fetch(SourceQuery(topic="ALS"), None, client("ctis"))
    assert next(pages).kind == "search"
    with pytest.raises(SourceFailure, match="retrieve/2023-500001-11-00"):
        list(pages)


def test_an_id_of_another_register_is_not_asked_for(client: Connect) -> None:
    with pytest.raises(SourceFailure, match="2011-006254-85"):
        _fetch(client("ctis"), record_ids=("2011-006254-85",))


def _period(whole: dict[str, Any]) -> Any:
    part = whole["authorizedApplication"]["authorizedPartI"]
    return part["trialDetails"]["protocolInformation"]["studyDesign"]["periodDetails"][0]


def test_roles_that_are_blinded_are_named(whole: dict[str, Any], read: Read) -> None:
    [trial], rejected = read(whole)
    assert (trial.who_masked, trial.masking_details_text, rejected) == (
        (Masked.PARTICIPANT, Masked.CARE_PROVIDER), "Bags are covered.", [],
    )  # fmt: skip


@pytest.mark.parametrize("roles", [[{"name": "Subject"}, {"name": "Pharmacist"}], [{"name": "Subject"}, {"name": {}}]])
def test_a_role_that_is_not_known_goes_to_a_person(whole: dict[str, Any], read: Read, roles: list[Any]) -> None:
    changed = deepcopy(whole)
    _period(changed)["blindedRoles"] = roles
    [trial], [note] = read(changed)
    assert trial.who_masked == (Masked.PARTICIPANT,)
    assert note.path.startswith(
        "authorizedApplication.authorizedPartI.trialDetails.protocolInformation.studyDesign.periodDetails[0].blindedRoles[1]"
    )


@pytest.mark.parametrize("roles", ["Subject", 5, {"name": "Subject"}])
def test_malformed_roles_cost_themselves_alone(whole: dict[str, Any], read: Read, roles: object) -> None:
    changed = deepcopy(whole)
    _period(changed)["blindedRoles"] = roles
    [trial], [_] = read(changed)
    assert (trial.who_masked, trial.masking_text) == ((), "blindingMethodCode 3")
