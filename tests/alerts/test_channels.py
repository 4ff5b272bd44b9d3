"""Each channel against the real thing: files, a mail server, a webhook."""

import json
import logging
import shutil
import ssl
import subprocess
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from alerts.channels import Channel, ChannelError, FileChannel, NotDelivered, open_channels, write_heartbeat
from models.alert import Heartbeat


def names(channels: tuple[Channel, ...]) -> list[str]:
    return [channel.name for channel in channels]


def only(address: str, outbox: Path) -> Channel:
    """The one channel of an address, beside the file."""
    file, channel = open_channels([address], outbox)
    assert file.name == "file"
    return channel


def refusal(channel: Channel, alert: Any) -> NotDelivered:
    with pytest.raises(NotDelivered) as raised:
        channel.send(alert)
    return raised.value


# --- addresses ---


def test_without_addresses_there_is_the_file(tmp_path: Path) -> None:
    assert names(open_channels([], tmp_path)) == ["file"]


def test_every_recipient_is_a_channel_of_its_own_and_named_once(tmp_path: Path) -> None:
    addresses = [
        "mailto://ann:secret@mail.example.org?to=ann@example.org,bob@example.net&cc=carol@example.com",
        "mailto://ann:secret@mail.example.org?to=Ann@example.org",
    ]
    found = names(open_channels(addresses, tmp_path))
    assert [name.rpartition(":")[0] for name in found] == [
        "",
        "mail:example.org",
        "mail:example.net",
        "mail:example.com",
    ]


def test_a_review_s_own_recipients_get_mail_through_the_server_that_is_known(
    review: Any, mail_server: Any, tmp_path: Path
) -> None:
    addresses = ["jsons://hooks.example.org/review", mail_server.address("ann@example.net")]
    found = open_channels(addresses, tmp_path, ["Ann@example.net", "dora@example.edu"])
    assert [name.rpartition(":")[0] for name in names(found)] == [
        "",
        "jsons:hooks.example.org",
        "mail:example.net",
        "mail:example.edu",
    ]
    found[-1].send(review.alert())
    assert mail_server.recipients == ["dora@example.edu"]


def test_without_a_mail_server_recipients_are_known_to_get_nothing(tmp_path: Path, caplog: Any) -> None:
    with caplog.at_level("INFO"):
        assert names(open_channels([], tmp_path, ["dora@example.edu"])) == ["file"]
    assert "the recipients of the review get no mail" in caplog.text


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("jsons://ann:old@hooks.example.org/review", "jsons://ann:new@hooks.example.org/review", True),
        ("jsons://hooks.example.org/review?+Token=old", "jsons://hooks.example.org/review?+Token=new", True),
        ("jsons://hooks.example.org/review", "jsons://hooks.example.org/another", False),
        ("mailto://w:old@old.example.org?to=a@example.org", "mailtos://w:new@new.example.org?to=a@example.org", True),
        ("mailto://w@example.org?to=a@example.org", "mailto://w@example.org?to=b@example.org", False),
    ],
)
def test_a_name_stays_when_a_password_or_mail_server_changes(
    one: str, other: str, is_same: bool, tmp_path: Path
) -> None:
    assert (only(one, tmp_path).name == only(other, tmp_path).name) == is_same


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("jsons://ann:secret-password@hooks.example.org/secret-path", "jsons:hooks.example.org:"),
        ("discord://123456789012345678/secret-token-of-a-webhook", "discord:"),
        ("tgram://123456789:secret_bot_token_abcdefghijk/12315544", "tgram:"),
    ],
)
def test_a_name_shows_no_secret(address: str, shown: str, tmp_path: Path) -> None:
    name = only(address, tmp_path).name
    assert name.startswith(shown)
    assert "secret" not in name
    assert "123456789" not in name


@pytest.mark.parametrize(
    "address",
    [
        "nonsense://secret@host",
        "json://",
        "secret",
        "mailto://secret@example.org?to=nobody",
        "mailto://secret@example.org?to=ann@example.org&pgp=encrypt",
    ],
)
def test_an_address_that_cannot_be_used_is_named_without_its_secrets(
    address: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(ChannelError, match="TRIALWATCH_CHANNELS") as raised:
        open_channels(["jsons://hooks.example.org", address], tmp_path)
    assert "secret" not in str(raised.value) + caplog.text


# --- the file ---


def test_the_file_is_a_readable_message_and_written_once(review: Any, tmp_path: Path) -> None:
    channel = FileChannel(tmp_path / "outbox")
    channel.send(review.alert())
    channel.send(review.alert())
    (path,) = (tmp_path / "outbox").iterdir()
    assert path.name == "2016-07-20-0123456789abcdef.eml"
    assert path.read_text().endswith("\n\nNCT01363401 posted results; ALSFRS-R −0.53 (−5.37 to 4.31).\n")
    read = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert read["Subject"] == "Cell therapies for ALS: update pending"
    assert read["Message-ID"] == "<0123456789abcdef@localhost>"


def test_an_outbox_that_cannot_be_written_is_a_failed_delivery(review: Any, tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file where the folder should be")
    assert "outbox" in str(refusal(FileChannel(tmp_path / "outbox"), review.alert()))


def test_the_heartbeat_file_holds_the_last_night_of_every_review(review: Any, tmp_path: Path) -> None:
    beat = Heartbeat(
        review="als_cell_therapy",
        as_of=review.context.as_of,
        n_new_versions=0,
        n_new_events=0,
        n_alerts=0,
        stale_sources=("pubmed",),
        message="first",
    )
    later = msgspec.structs.replace(beat, message="second", stale_sources=())
    for written in (beat, msgspec.structs.replace(beat, review="another_review"), later):
        write_heartbeat(written, tmp_path)
    found = json.loads((tmp_path / "heartbeat.json").read_text())
    assert {name: item["message"] for name, item in found.items()} == {
        "als_cell_therapy": "second",
        "another_review": "first",
    }
    assert found["als_cell_therapy"]["as_of"] == "2016-07-20T06:00:00Z"
    assert [path.name for path in tmp_path.iterdir()] == ["heartbeat.json"]


# --- mail ---


def test_mail_arrives_with_an_id_that_follows_from_the_alert(review: Any, mail_server: Any, tmp_path: Path) -> None:
    only(mail_server.address("ann@example.net"), tmp_path).send(review.alert())
    (message,) = mail_server.messages
    assert mail_server.recipients == [message["To"]] == ["ann@example.net"]
    assert message.get_all("Message-ID") == ["<0123456789abcdef@example.org>"]
    assert message["Subject"] == "Cell therapies for ALS: update pending"
    assert [part.get_content_type() for part in message.get_payload()] == ["text/plain", "text/html"]
    for part in message.get_payload():
        assert "ALSFRS-R −0.53" in part.get_payload(decode=True).decode()


@pytest.mark.parametrize(
    ("on_rcpt", "on_data", "is_permanent"),
    [
        ("450 greylisted, come again", None, False),
        ("550 no such user", None, True),
        (None, "451 disk full", False),
        (None, "554 rejected as spam", True),
    ],
)
def test_a_refusal_says_why_and_whether_it_is_for_good(
    review: Any, mail_server: Any, tmp_path: Path, on_rcpt: str | None, on_data: str | None, is_permanent: bool
) -> None:
    channel = only(mail_server.address("ann@example.net"), tmp_path)
    answer = on_rcpt or on_data
    mail_server.on_rcpt = [on_rcpt] if on_rcpt else []
    mail_server.on_data = [on_data] if on_data else []
    refused = refusal(channel, review.alert())
    assert answer is not None
    assert answer in str(refused)
    assert refused.is_permanent == is_permanent
    channel.send(review.alert())
    assert len(mail_server.messages) == 1


def test_a_mail_server_that_is_down_is_worth_another_try(review: Any, free_port: int, tmp_path: Path) -> None:
    address = f"mailto://127.0.0.1:{free_port}?from=watch@example.org&to=ann@example.net"
    refused = refusal(only(address, tmp_path), review.alert())
    assert str(refused).startswith(f"mail server 127.0.0.1:{free_port}: ")
    assert not refused.is_permanent


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_mail_logs_in_and_a_wrong_password_is_not_for_good(
    review: Any, start_mail_server: Callable[..., Any], tmp_path: Path
) -> None:
    server = start_mail_server(password="right-password")
    only(server.address("ann@example.net", user="watch:right-password@"), tmp_path).send(review.alert())
    wrong = only(server.address("ann@example.net", user="watch:wrong-password@"), tmp_path)
    refused = refusal(wrong, review.alert())
    assert len(server.messages) == 1
    assert "535" in str(refused)
    assert "wrong-password" not in str(refused)
    assert not refused.is_permanent


@pytest.fixture
def certificate(tmp_path: Path) -> ssl.SSLContext:
    """A certificate that nobody vouches for."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed, so that no certificate can be made")
    key, crt = tmp_path / "key.pem", tmp_path / "crt.pem"
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*request, "-keyout", key, "-out", crt], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(crt, key)
    return context


@pytest.mark.parametrize("mode", ["ssl", "starttls"])
def test_encrypted_mail_goes_only_to_a_server_that_proves_its_name(
    review: Any, start_mail_server: Callable[..., Any], certificate: ssl.SSLContext, mode: str, tmp_path: Path
) -> None:
    server = start_mail_server(**{"ssl_context" if mode == "ssl" else "tls_context": certificate})
    trusting, careful = (
        only(server.address("ann@example.net", scheme="mailtos", more=f"&mode={mode}{more}"), tmp_path / "outbox")
        for more in ("&verify=no", "")
    )
    assert "certificate verify failed" in str(refusal(careful, review.alert()))
    assert server.messages == []
    trusting.send(review.alert())
    assert len(server.messages) == 1


# --- webhooks ---


def hook(httpserver: HTTPServer) -> str:
    return f"json://ann:secret-password@{httpserver.host}:{httpserver.port}/secret-path?+X-Token=secret-token"


def test_a_webhook_gets_the_alert_with_its_key(review: Any, httpserver: HTTPServer, tmp_path: Path) -> None:
    httpserver.expect_request("/secret-path", method="POST").respond_with_data("")
    channel = only(hook(httpserver), tmp_path)
    channel.send(review.alert())
    channel.send(review.alert(key="another"))
    requests = [request for request, _ in httpserver.log]
    assert [request.headers["Idempotency-Key"] for request in requests] == ["0123456789abcdef", "another"]
    assert requests[0].headers["X-Token"] == "secret-token"
    sent = requests[0].get_json()
    assert {name: sent[name] for name in ("key", "review", "grade")} == {
        "key": "0123456789abcdef", "review": "als_cell_therapy", "grade": "action",
    }  # fmt: skip
    assert requests[1].get_json()["key"] == "another"
    assert sent["title"] == "Cell therapies for ALS: update pending"
    assert sent["message"].startswith("NCT01363401 posted results; ALSFRS-R −0.53")


def test_a_webhook_that_fails_says_why_without_its_secrets(
    review: Any, httpserver: HTTPServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    httpserver.expect_request("/secret-path").respond_with_response(Response("no", status=503))
    with caplog.at_level(logging.DEBUG):
        refused = refusal(only(hook(httpserver), tmp_path), review.alert())
    assert "503" in str(refused)
    assert not refused.is_permanent
    # The server of this test writes a log of its own.
    logged = [record.getMessage() for record in caplog.records if record.name != "werkzeug"]
    assert "secret" not in "".join([str(refused), *logged])


def test_a_webhook_that_is_down_names_the_cause(review: Any, free_port: int, tmp_path: Path) -> None:
    address = f"json://ann:secret-password@127.0.0.1:{free_port}/secret-path?+X-Token=secret-token"
    refused = refusal(only(address, tmp_path), review.alert())
    assert "Connection refused" in str(refused)
    assert "secret" not in str(refused)


def test_what_leaves_the_machine_is_bounded(review: Any, httpserver: HTTPServer, tmp_path: Path) -> None:
    httpserver.expect_request("/secret-path").respond_with_data("")
    only(hook(httpserver), tmp_path).send(review.alert(body="x" * 10**6))
    sent = httpserver.log[0][0].get_json()["message"]
    assert len(sent) <= 20_000
    assert "file 2016-07-20-0123456789abcdef.eml" in sent
