"""Knows how the replayed sources stand on one loopback address, and how they can be made to fail.

Each source has its own base address, so that a connector reaches it by base address alone and runs the
same code as against the live one.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Literal as OneOf
from typing import Self, get_args
from urllib.parse import parse_qsl, urlsplit

from replay import ctgov, ctis, euctr, europepmc, ictrp, isrctn, pubmed
from replay.answer import Answer, not_found_page
from replay.archive import DEFAULT_ARCHIVE, Archive, load_archive

Speaker = Callable[[str, Mapping[str, str], date, Archive], Answer]
Failure = OneOf["status", "html", "truncate", "timeout"]

SPEAKERS: dict[str, Speaker] = {
    "ctgov": ctgov.answer,
    "pubmed": pubmed.answer,
    "europepmc": europepmc.answer,
    "isrctn": isrctn.answer,
    "euctr": euctr.answer,
    "ctis": ctis.answer,
    "ictrp": ictrp.answer,
}
CREDENTIALS = {"ictrp_username": "replay", "ictrp_password": "replay"}
"""What the sources that ask for credentials accept, by the settings that hold them; they accept anything."""

LONGEST_WAIT = 60.0
"""Seconds after which a request that was made to time out is dropped; any client gives up before."""


@dataclass(frozen=True)
class Fault:
    """How a source fails, and how often before it recovers by itself (None: until repaired)."""

    kind: Failure
    status: int = 503
    headers: tuple[tuple[str, str], ...] = ()
    times: int | None = None


class ReplayServer:
    """The replayed sources on 127.0.0.1, for as long as the context lasts.

    Parameters
    ----------
    archive : the folder from which it answers
    further : folders whose records it shows beside those

    Attributes
    ----------
    as_of : the date as of which every source answers; may be set while running
    requests : address of each request so far, with the query
    """

    def __init__(
        self, as_of: date, *, port: int = 0, archive: Path = DEFAULT_ARCHIVE, further: Sequence[Path] = ()
    ) -> None:
        self.as_of = as_of
        self.requests: list[str] = []
        self._archive = load_archive(archive, *further)
        self._faults: dict[str, Fault] = {}
        self._lock = threading.Lock()
        self._released = threading.Event()
        self._http = _Server(self, port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def base_url(self, source: str) -> str:
        """Base address of a source by its connector's slug; KeyError names the ones there are."""
        if source not in SPEAKERS:
            raise KeyError(f"no source {source!r} is replayed; there are {', '.join(SPEAKERS)}")
        return f"{self.url}/{source}"

    def break_source(
        self,
        source: str,
        kind: Failure = "status",
        *,
        status: int = 503,
        headers: Mapping[str, str] | None = None,
        times: int | None = None,
    ) -> None:
        """Make a source fail.

        Parameters
        ----------
        source : slug
        kind : ``status`` answers with `status`; ``html`` a page with status 200; ``truncate`` cuts the body
            half way; ``timeout`` does not answer until repaired
        headers : sent with the failure, e.g. ``{"Retry-After": "1"}``
        times : recover after so many failures; None: only by `repair`
        """
        self.base_url(source)
        if kind not in get_args(Failure):
            raise ValueError(f"a source cannot fail by {kind!r}; choose one of {', '.join(get_args(Failure))}")
        with self._lock:
            self._faults[source] = Fault(kind, status, tuple((headers or {}).items()), times)

    def repair(self, source: str | None = None) -> None:
        """End the failure of one source, or of all; requests that were kept waiting are dropped."""
        with self._lock:
            for each in [source] if source else list(self._faults):
                self._faults.pop(each, None)
            self._released.set()
            self._released = threading.Event()

    def start(self) -> Self:
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def serve_here(self) -> None:
        """Serve in this thread, until interrupted."""
        self._http.serve_forever()

    def stop(self) -> None:
        self.repair()
        self._http.shutdown()
        self._http.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def answer(self, address: str, body: bytes) -> tuple[Answer, Fault | None]:
        """What is answered to a request, and the failure it meets, if any."""
        parts = urlsplit(address)
        _, source, *rest = parts.path.split("/", 2)
        with self._lock:
            self.requests.append(address)
            fault = self._next_fault(source)
        if source not in SPEAKERS:
            return not_found_page(), None
        parameters = dict(parse_qsl(parts.query, keep_blank_values=True) + _asked(body.decode()))
        told = SPEAKERS[source](f"/{''.join(rest)}", parameters, self.as_of, self._archive)
        if location := told.headers.get("Location"):
            told = replace(told, headers={"Location": f"/{source}{location}"})
        return told, fault

    def wait_for_repair(self) -> None:
        self._released.wait(LONGEST_WAIT)

    def _next_fault(self, source: str) -> Fault | None:
        fault = self._faults.get(source)
        if fault is None or fault.times is None:
            return fault
        if fault.times > 1:
            self._faults[source] = replace(fault, times=fault.times - 1)
        else:
            del self._faults[source]
        return fault


def _asked(body: str) -> list[tuple[str, str]]:
    """Parameters of a POST: those of a form, or a JSON document whole as ``body``."""
    return [("body", body)] if body.startswith("{") else parse_qsl(body, keep_blank_values=True)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, replay: ReplayServer, port: int) -> None:
        self.replay = replay
        super().__init__(("127.0.0.1", port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._speak(b"")

    def do_POST(self) -> None:
        self._speak(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: the requests are kept in ReplayServer.requests."""

    def _speak(self, body: bytes) -> None:
        answer, fault = self.server.replay.answer(self.path, body)
        if fault is None:
            self._send(answer)
        elif fault.kind == "timeout":
            self.server.replay.wait_for_repair()
            self.close_connection = True
        elif fault.kind == "truncate":
            self._send(answer, sent=len(answer.body) // 2)
            self.close_connection = True
        else:
            page = b"<html><head><title>Maintenance</title></head><body><h1>Please come back later</h1></body></html>"
            status = 200 if fault.kind == "html" else fault.status
            self._send(Answer(page, status, "text/html", dict(fault.headers)))

    def _send(self, answer: Answer, sent: int | None = None) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        # One write for head and body: two would wait for the client's delayed acknowledgement.
        self._headers_buffer.append(b"\r\n" + answer.body[:sent])  # type: ignore[attr-defined]
        self.flush_headers()
