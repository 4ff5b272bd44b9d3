"""Faults of a real server on loopback, and what the client makes of them."""

import gzip
import json
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response
from werkzeug.datastructures import Headers

from connectors.http import HttpClient
from models.connector import SourceFailure
from models.settings import Limits

OBSERVED = datetime(2026, 11, 20, 6, tzinfo=UTC)

Connect = Callable[..., HttpClient]


def test_a_page_says_what_was_served_where_and_when(httpserver: HTTPServer, client: Connect) -> None:
    httpserver.expect_request("/a/b").respond_with_data(b"\xff body", content_type="Text/HTML; charset=latin-1")
    page = client("some-source", now=lambda: OBSERVED).get("/a/b", {"q": "x y&z"}, kind="search")
    assert (page.source, page.kind, page.status, page.content_type) == ("some-source", "search", 200, "text/html")
    assert page.body == b"\xff body"
    assert page.url == httpserver.url_for("/a/b?q=x+y%26z")
    assert page.observed_at == OBSERVED
    assert (page.listing, page.total) == (None, None)


def test_the_user_agent_tells_whom_to_write_to(httpserver: HTTPServer, client: Connect) -> None:
    httpserver.expect_request("/").respond_with_data("")
    client(contact="review@example.org").get("/", {}, kind="record")
    request, _ = httpserver.log[0]
    assert request.headers["User-Agent"].startswith("trialwatch/")
    assert "review@example.org" in request.headers["User-Agent"]


def test_a_proxy_of_the_environment_is_not_asked_for_a_loopback_address(
    httpserver: HTTPServer, client: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpserver.expect_request("/").respond_with_data("here")
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert client().get("/", {}, kind="record").body == b"here"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_refusal_is_an_answer_and_is_asked_once(httpserver: HTTPServer, client: Connect, status: int) -> None:
    httpserver.expect_request("/").respond_with_data("no", status=status)
    assert client().get("/", {}, kind="record").status == status
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_passing_fault_is_waited_out(httpserver: HTTPServer, client: Connect, status: int) -> None:
    httpserver.expect_ordered_request("/").respond_with_data("busy", status=status)
    httpserver.expect_ordered_request("/").respond_with_data("good")
    assert client().get("/", {}, kind="record").body == b"good"


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_lasting_fault_is_a_failure_that_names_address_and_status(
    httpserver: HTTPServer, client: Connect, status: int
) -> None:
    httpserver.expect_request("/v2").respond_with_data("busy", status=status)
    with pytest.raises(
        SourceFailure, match=rf"ctgov: http://\S+/v2\?id=1: no whole answer in 3 attempts.*HTTP {status}"
    ):
        client(retries=2).get("/v2", {"id": "1"}, kind="record")
    assert len(httpserver.log) == 3


def test_a_server_error_that_does_not_pass_is_not_repeated(httpserver: HTTPServer, client: Connect) -> None:
    httpserver.expect_request("/").respond_with_data("", status=501)
    with pytest.raises(SourceFailure, match="HTTP 501"):
        client().get("/", {}, kind="record")
    assert len(httpserver.log) == 1


def test_retry_after_is_obeyed(httpserver: HTTPServer, client: Connect) -> None:
    httpserver.expect_ordered_request("/").respond_with_data("", status=429, headers={"Retry-After": "1"})
    httpserver.expect_ordered_request("/").respond_with_data("good")
    started = time.monotonic()
    assert client().get("/", {}, kind="record").body == b"good"
    assert time.monotonic() - started >= 1


def test_a_retry_after_that_says_nothing_is_ignored(httpserver: HTTPServer, client: Connect) -> None:
    httpserver.expect_ordered_request("/").respond_with_data("", status=503, headers={"Retry-After": "soon"})
    httpserver.expect_ordered_request("/").respond_with_data("good")
    assert client().get("/", {}, kind="record").body == b"good"


def test_silence_is_a_failure(httpserver: HTTPServer, client: Connect) -> None:
    def sleep(request: Request) -> Response:
        time.sleep(0.5)
        return Response("late")

    httpserver.expect_request("/").respond_with_handler(sleep)
    with pytest.raises(SourceFailure, match=r"no whole answer in 2 attempts.*ReadTimeout"):
        client(timeout=0.1).get("/", {}, kind="record")


def test_nobody_there_is_a_failure(client: Connect) -> None:
    with pytest.raises(SourceFailure, match=r"127\.0\.0\.1:9/x.*no whole answer in 2 attempts"):
        client(base_url="http://127.0.0.1:9").get("/x", {}, kind="record")


class _Cutting(BaseHTTPRequestHandler):
    """Promises 1,000 bytes and closes after ten, as often as the server's `cuts` say."""

    def do_GET(self) -> None:
        self.server.asked += 1  # type: ignore[attr-defined]
        whole = self.server.asked > self.server.cuts  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", "10" if whole else "1000")
        self.end_headers()
        self.wfile.write(b"0123456789")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def cutting() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Cutting) as server:
        server.asked = 0  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_cut_body_is_asked_for_again(cutting: ThreadingHTTPServer, client: Connect) -> None:
    cutting.cuts = 1  # type: ignore[attr-defined]
    page = client(base_url=f"http://127.0.0.1:{cutting.server_port}").get("/", {}, kind="record")
    assert page.body == b"0123456789"


def test_a_body_that_is_always_cut_is_a_failure(cutting: ThreadingHTTPServer, client: Connect) -> None:
    cutting.cuts = 99  # type: ignore[attr-defined]
    with pytest.raises(SourceFailure, match=r"/studies: no whole answer in 2 attempts.*IncompleteRead"):
        client(base_url=f"http://127.0.0.1:{cutting.server_port}").get("/studies", {}, kind="record")
    assert cutting.asked == 2  # type: ignore[attr-defined]


def test_a_body_that_grows_beyond_the_limit_when_unpacked_is_a_failure(httpserver: HTTPServer, client: Connect) -> None:
    bomb = gzip.compress(bytes(20_000_000))
    httpserver.expect_request("/bomb").respond_with_data(bomb, headers={"Content-Encoding": "gzip"})
    with pytest.raises(SourceFailure, match="more than 1000000 bytes"):
        client(largest_body=1_000_000).get("/bomb", {}, kind="record")
    assert len(bomb) < 30_000
    assert [request.path for request, _ in httpserver.log].count("/bomb") == 1


def test_a_compressed_body_arrives_unpacked(httpserver: HTTPServer, client: Connect) -> None:
    httpserver.expect_request("/").respond_with_data(gzip.compress(b"text"), headers={"Content-Encoding": "gzip"})
    assert client().get("/", {}, kind="record").body == b"text"


def test_a_body_that_is_not_what_its_encoding_says_is_a_failure(httpserver: HTTPServer, client: Connect) -> None:
    httpserver.expect_request("/").respond_with_data(b"plain", headers={"Content-Encoding": "gzip"})
    with pytest.raises(SourceFailure, match="DecodeError"):
        client().get("/", {}, kind="record")


def test_an_alias_is_followed_and_the_page_names_the_current_address(httpserver: HTTPServer, client: Connect) -> None:
    httpserver.expect_request("/studies/old").respond_with_data("", status=301, headers={"Location": "/studies/new"})
    httpserver.expect_request("/studies/new").respond_with_data("current")
    page = client().get("/studies/old", {}, kind="record")
    assert (page.status, page.body, page.url) == (200, b"current", httpserver.url_for("/studies/new"))


@pytest.mark.parametrize(
    "target", ["http://registry.example/", "//registry.example/x", "http://127.0.0.1:1/", "ftp://127.0.0.1/"]
)
def test_a_redirect_to_another_host_is_not_followed(httpserver: HTTPServer, client: Connect, target: str) -> None:
    httpserver.expect_request("/").respond_with_data("", status=302, headers={"Location": target})
    with pytest.raises(SourceFailure, match="another host"):
        client().get("/", {}, kind="record")


def test_redirects_in_a_circle_are_a_failure(httpserver: HTTPServer, client: Connect) -> None:
    httpserver.expect_request("/a").respond_with_data("", status=301, headers={"Location": "/a"})
    with pytest.raises(SourceFailure, match="more than 5 redirects"):
        client().get("/a", {}, kind="record")


SECRET = "k3y/with+signs"


def test_a_secret_is_sent_and_not_kept(httpserver: HTTPServer, client: Connect) -> None:
    httpserver.expect_request("/", query_string={"term": "x", "api_key": SECRET}).respond_with_data(
        f'{{"error":"API rate limit exceeded","api-key":"{SECRET}"}}', status=400
    )
    page = client(secrets={"api_key": SECRET, "email": ""}).get("/", {"term": "x"}, kind="search")
    assert page.status == 400
    assert page.url == httpserver.url_for("/?term=x")
    assert SECRET.encode() not in page.body


def test_a_secret_that_may_be_a_word_of_a_record_blanks_none(httpserver: HTTPServer, client: Connect) -> None:
    httpserver.expect_request("/").respond_with_data("a trial of who takes part")
    assert client(secrets={"username": "who"}).get("/", {}, kind="record").body == b"a trial of who takes part"


def test_a_short_secret_is_blanked_where_it_stands_as_in_the_address(httpserver: HTTPServer, client: Connect) -> None:
    httpserver.expect_request("/").respond_with_data("/?username=who&password=a%26b is not allowed, who asks?")
    page = client(secrets={"username": "who", "password": "a&b"}).get("/", {}, kind="record")
    assert page.body == b"/?username=*&password=* is not allowed, who asks?"
    with pytest.raises(SourceFailure, match="no whole answer") as failure:
        client(base_url="http://127.0.0.1:9", secrets={"username": "who", "password": "a&b"}).get("/", {}, kind="x")
    assert "who&" not in str(failure.value)
    assert "a%26b" not in str(failure.value)


@pytest.mark.parametrize("fault", ["status", "refused", "redirect"])
def test_no_failure_tells_a_secret(httpserver: HTTPServer, client: Connect, fault: str) -> None:
    where = f"http://registry.example/?api_key={SECRET}"
    httpserver.expect_request("/redirect").respond_with_data("", status=302, headers={"Location": where})
    httpserver.expect_request("/status").respond_with_data("", status=500)
    base_url = "http://127.0.0.1:9" if fault == "refused" else None
    with pytest.raises(SourceFailure) as failure:
        client(base_url=base_url, secrets={"api_key": SECRET}).get(f"/{fault}", {}, kind="record")
    told = "".join(traceback.format_exception(failure.value))
    for form in (SECRET, "k3y%2Fwith%2Bsigns"):
        assert form not in told


def test_the_rate_is_kept(httpserver: HTTPServer, client: Connect) -> None:
    httpserver.expect_request("/").respond_with_data("")
    assert _seconds(client(rate=5), 7) > 1


def _seconds(http: HttpClient, requests: int) -> float:
    started = time.monotonic()
    for _ in range(requests):
        http.get("/", {}, kind="record")
    return time.monotonic() - started


QUESTION = {"searchCriteria": {"containAny": "motor neurone, ÅLS"}, "pagination": {"page": 1}}


def test_a_question_by_post_is_sent_as_json_and_kept_in_the_address(httpserver: HTTPServer, client: Connect) -> None:
    httpserver.expect_request("/search", method="POST", json=QUESTION).respond_with_json({"data": []})
    page = client("ctis").post("/search", QUESTION, kind="search")
    assert (page.source, page.kind, page.status, page.content_type) == ("ctis", "search", 200, "application/json")
    address, _, asked = page.url.partition("#")
    assert address == httpserver.url_for("/search")
    assert json.loads(unquote(asked)) == QUESTION


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_fault_is_waited_out_by_post_too(httpserver: HTTPServer, client: Connect, status: int) -> None:
    httpserver.expect_ordered_request("/", method="POST", json=QUESTION).respond_with_data("busy", status=status)
    httpserver.expect_ordered_request("/", method="POST", json=QUESTION).respond_with_data("good")
    assert client().post("/", QUESTION, kind="search").body == b"good"


@pytest.mark.parametrize(("status", "attempts"), [(503, 2), (501, 1)])
def test_a_lasting_fault_by_post_is_a_failure(
    httpserver: HTTPServer, client: Connect, status: int, attempts: int
) -> None:
    httpserver.expect_request("/").respond_with_data("busy", status=status)
    with pytest.raises(SourceFailure, match=f"HTTP {status}"):
        client().post("/", QUESTION, kind="search")
    assert len(httpserver.log) == attempts


def test_a_question_by_post_is_not_sent_elsewhere(httpserver: HTTPServer, client: Connect) -> None:
    httpserver.expect_request("/search").respond_with_data("", status=307, headers={"Location": "/other"})
    with pytest.raises(SourceFailure, match="HTTP 307: a question by POST is not sent elsewhere"):
        client().post("/search", QUESTION, kind="search")
    assert [request.path for request, _ in httpserver.log] == ["/search"]


def test_a_secret_is_sent_by_post_and_not_kept(httpserver: HTTPServer, client: Connect) -> None:
    httpserver.expect_request("/", query_string={"api_key": SECRET}).respond_with_data(SECRET)
    page = client(secrets={"api_key": SECRET}).post("/", QUESTION, kind="search")
    assert SECRET not in unquote(page.url)
    assert page.body == b"*"


@pytest.mark.parametrize("pause", ["3600", " 121 ", "99999999999999999999", "Fri, 31 Dec 2100 23:59:59 GMT"])
@pytest.mark.parametrize("status", [429, 503])
def test_a_source_that_asks_for_a_longer_pause_than_a_night_has_is_left_alone(
    httpserver: HTTPServer, client: Connect, status: int, pause: str
) -> None:
    httpserver.expect_request("/").respond_with_data("", status=status, headers={"Retry-After": pause})
    with pytest.raises(SourceFailure, match=f"HTTP {status}.*Retry-After: {pause.strip()}") as told:
        client(retries=4).get("/", {}, kind="record")
    assert "next night" in str(told.value)
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("pause", ["-1", "", "9" * 5000, "Fri, 99 Foo 99999 25:61:61 GMT", "1e9", "Mon, 01 Jan 0001"])
def test_a_pause_that_cannot_be_read_is_no_pause(httpserver: HTTPServer, client: Connect, pause: str) -> None:
    httpserver.expect_ordered_request("/").respond_with_data("", status=503, headers={"Retry-After": pause})
    httpserver.expect_ordered_request("/").respond_with_data("good")
    assert client().get("/", {}, kind="record").body == b"good"


def dripping(_: Request) -> Response:
    def drops() -> Iterator[bytes]:
        while True:
            yield b"x"
            time.sleep(0.05)

    return Response(drops(), direct_passthrough=True)


def test_an_answer_that_drips_ends_at_the_deadline(httpserver: HTTPServer, client: Connect) -> None:
    httpserver.expect_request("/").respond_with_handler(dripping)
    began = time.monotonic()
    with pytest.raises(SourceFailure, match=r"not at an end after 0\.5 seconds"):
        client(limits=Limits(seconds=0.5)).get("/", {}, kind="record")
    assert time.monotonic() - began < 3


def test_a_pause_beyond_the_deadline_is_not_waited_for(httpserver: HTTPServer, client: Connect) -> None:
    httpserver.expect_request("/").respond_with_data("", status=503, headers={"Retry-After": "60"})
    with pytest.raises(SourceFailure, match="no time is left"):
        client(limits=Limits(seconds=5)).get("/", {}, kind="record")


@pytest.mark.parametrize(
    ("limits", "told"), [(Limits(requests=3), "3 requests"), (Limits(bytes=30), "30 bytes"), (Limits(seconds=0), "0 s")]
)
def test_requests_and_bytes_of_a_question_are_limited(
    httpserver: HTTPServer, client: Connect, limits: Limits, told: str
) -> None:
    httpserver.expect_request("/").respond_with_data("0123456789")
    asking = client(limits=limits)
    with pytest.raises(SourceFailure, match=f"not at an end after {told}"):
        for _ in range(10):
            asking.get("/", {}, kind="record")
    assert len(httpserver.log) <= 4


@pytest.mark.parametrize("user", ["someone:pass%20word-long", "u:p", "someone-alone"])
def test_who_asks_is_told_to_the_source_and_to_nobody_else(httpserver: HTTPServer, client: Connect, user: str) -> None:
    host = httpserver.url_for("").removeprefix("http://").rstrip("/")
    httpserver.expect_request("/page").respond_with_data("pass word-long")
    httpserver.expect_request("/moved").respond_with_data(
        "", status=302, headers={"Location": f"http://{user}@{host}/page?as={unquote(user.partition(':')[0])}&x=1"}
    )
    httpserver.expect_request("/away").respond_with_data(
        "", status=302, headers={"Location": f"http://{user}@elsewhere.example/{unquote(user.partition(':')[2])}/x"}
    )
    httpserver.expect_request("/down").respond_with_data("", status=501)
    asking = client(base_url=f"http://{user}@{host}")
    pages = [asking.get(path, {}, kind="record") for path in ("/page", "/moved")]
    assert httpserver.log[0][0].authorization is not None
    assert [page.url for page in pages] == [f"http://{host}/page", f"http://{host}/page?x=1"]
    assert all(b"word-long" not in page.body for page in pages if "long" in user)
    for path in ("/away", "/down"):
        with pytest.raises(SourceFailure) as told:
            asking.get(path, {}, kind="record")
        assert "@" not in str(told.value)
        assert "pass" not in str(told.value)


@pytest.mark.parametrize("target", ["http://127.0.0.1:port/", "http://a:99999/", "http://[::1"])
def test_a_redirect_to_what_is_no_address_is_a_failure(httpserver: HTTPServer, client: Connect, target: str) -> None:
    class AsItStands(Response):
        def get_wsgi_headers(self, _: object) -> Headers:
            return Headers({"Location": target, "Content-Length": "0"})

    httpserver.expect_request("/").respond_with_response(AsItStands("", status=302))
    with pytest.raises(SourceFailure, match=r"redirected to|Invalid IPv6 URL"):
        client().get("/", {}, kind="record")
