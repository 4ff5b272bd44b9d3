"""What has not reached people is seen, said, and sent again when somebody asks for it."""

import shutil
import socket
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from models.settings import Settings
from stores.ledger import Ledger

REVIEW = "als_cell_therapy"
NIGHT = ["nightly", "--registries=replay", "--as-of=2016-07-20"]

Command = Callable[..., Any]


@pytest.fixture
def dead(data: Path, monkeypatch: pytest.MonkeyPatch, free_port: int) -> str:
    """The address of a chat where nobody listens."""
    monkeypatch.setenv("TRIALWATCH_CHANNELS", f"json://127.0.0.1:{free_port}/")
    return f"json:127.0.0.1:{free_port}"


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_night_whose_alert_does_not_arrive_says_so_and_is_only_partly_done(
    trialwatch: Command, data: Path, dead: str
) -> None:
    told = trialwatch("--data", data, *NIGHT, "--json")
    [night] = told.lines
    [sentence] = night["undelivered"]
    assert (told.code, night["state"]) == (3, "partial")
    assert "has not arrived" in sentence
    assert "trialwatch alerts resend" in sentence
    status = trialwatch("--data", data, "status", "--json")
    assert status.code == 3
    assert len(status.lines[0]["undelivered"]) == 1
    assert sentence in status.lines[0]["problems"]
    with Ledger(Settings(data=data).ledger) as ledger:
        assert (ledger.runs(REVIEW)[-1].state, ledger.runs(REVIEW)[-1].reason) == ("partial", sentence)


@pytest.mark.parametrize("by", ["its key", "--undelivered"])
def test_what_has_not_arrived_is_sent_again_where_it_has_not(
    trialwatch: Command, data: Path, dead: str, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    trialwatch("--data", data, *NIGHT)
    [alert] = trialwatch("--data", data, "alerts", "--json").lines
    words = [alert["key"]] if by == "its key" else ["--undelivered"]
    told = trialwatch("--data", data, "alerts", "resend", *words, "--json")
    assert (told.code, len(told.lines)) == (3, 1)
    assert told.lines[0]["error"]
    trialwatch("--data", data, "ack", alert["key"])
    again = trialwatch("--data", data, "alerts", "resend", alert["key"])
    assert (again.code, "is acknowledged" in again.err) == (1, True)
    assert trialwatch("--data", data, "alerts", "resend", "--undelivered").out == "every alert has arrived\n"


def test_an_alert_that_has_arrived_goes_out_once_more_when_it_is_asked_for(trialwatch: Command, data: Path) -> None:
    trialwatch("--data", data, *NIGHT)
    [path] = (data / "outbox").glob("*.eml")
    before = path.read_bytes()
    path.unlink()
    assert trialwatch("--data", data, "alerts", "resend", "--undelivered").code == 0
    assert not path.exists()
    [alert] = trialwatch("--data", data, "alerts", "--json").lines
    told = trialwatch("--data", data, "alerts", "resend", alert["key"])
    assert (told.code, told.out) == (0, f"alert {alert['key']} on file: delivered\n")
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (["resend"], 2, "give the keys"),
        (["resend", "x", "--undelivered"], 2, "give the keys"),
        (["resend", "x"], 1, "no alert 'x'"),
        (["list"], 0, ""),
        ([REVIEW], 0, ""),
        (["no_such_review"], 2, "no_such_review"),
    ],
)
def test_alerts_are_listed_unless_something_else_is_asked(
    trialwatch: Command, data: Path, words: list[str], code: int, why: str
) -> None:
    told = trialwatch("--data", data, "alerts", *words)
    assert (told.code, why in " ".join(told.err.split())) == (code, True)


def test_an_outbox_that_cannot_be_written_holds_up_no_other_channel(
    trialwatch: Command, data: Path, monkeypatch: pytest.MonkeyPatch, free_port: int
) -> None:
    received = []

    class Chat(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    shutil.rmtree(data / "outbox")
    (data / "outbox").write_text("a file stands here")
    monkeypatch.setenv("TRIALWATCH_CHANNELS", f"json://127.0.0.1:{free_port}/")
    with HTTPServer(("127.0.0.1", free_port), Chat) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        told = trialwatch("--data", data, *NIGHT, "--json")
        server.shutdown()
    assert len(received) == 1
    assert told.code == 3
    sentences = told.lines[0]["undelivered"]
    assert ["on file" in item for item in sentences] == [True, False]
    assert "the heartbeat was not written" in sentences[1]
    assert str(data / "outbox") in sentences[1]
    (data / "outbox").unlink()
    assert trialwatch("--data", data, "alerts", "resend", "--undelivered").code == 0
    assert len(list((data / "outbox").glob("*.eml"))) == 1
    assert len(received) == 1
