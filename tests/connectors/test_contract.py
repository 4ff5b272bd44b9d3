"""One contract for every source: a new connector passes this with a fixture folder of its own."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from connectors import CONNECTORS
from models.connector import Connector
from models.report import Report
from models.trial import Page, Rejected, TrialRecord, content_hash

FIXTURES = Path(__file__).parent / "fixtures"
PAYLOADS = sorted(path for path in FIXTURES.glob("*/*") if path.suffix != ".yaml")

every_connector = pytest.mark.parametrize("connector", CONNECTORS.values(), ids=CONNECTORS.keys())
every_payload = pytest.mark.parametrize("payload", PAYLOADS, ids=lambda path: f"{path.parent.name}/{path.name}")


@every_connector
def test_a_connector_is_known_by_its_slug_and_has_payloads(connector: Connector) -> None:
    assert CONNECTORS[connector.slug] is connector
    assert [path for path in PAYLOADS if path.parent.name == connector.slug], "no fixture folder, or an empty one"
    assert connector.terms


@every_connector
def test_a_connector_is_fetched_politely_or_loaded_by_hand(connector: Connector) -> None:
    if connector.fetch is None:
        assert connector.loads
        assert connector.base_url is None
    else:
        assert connector.base_url is not None
        assert connector.base_url.startswith("https://")
        assert 0 < connector.rate <= 3
        assert connector.overlap_days >= 2


@every_payload
def test_a_payload_means_what_stands_beside_it(payload: Path, page_of: Callable[..., Page]) -> None:
    expected = yaml.safe_load(payload.with_suffix(".expected.yaml").read_text())
    connector = CONNECTORS[payload.parent.name]
    found = list(connector.parse(page_of(connector.slug, payload.read_bytes())))
    assert [item for item in found if isinstance(item, Rejected)] == []
    assert [_part(item, wanted) for item, wanted in zip(found, expected, strict=True)] == expected
    assert all(re.fullmatch(connector.id_pattern, _id(item)) for item in found)


@every_payload
def test_parsing_again_adds_nothing(payload: Path, page_of: Callable[..., Page]) -> None:
    connector = CONNECTORS[payload.parent.name]
    first = page_of(connector.slug, payload.read_bytes())
    later = msgspec.structs.replace(first, observed_at=first.observed_at + timedelta(days=400), url="https://elsewhere")
    assert list(connector.parse(first)) == list(connector.parse(later))
    assert [content_hash(item) for item in connector.parse(first)] == [
        content_hash(item) for item in connector.parse(later)
    ]


@every_connector
@given(body=st.binary(max_size=400))
def test_no_byte_string_breaks_a_parser(connector: Connector, body: bytes, page_of: Callable[..., Page]) -> None:
    for kind in ("search", "file"):
        assert all(isinstance(item, Rejected) for item in connector.parse(page_of(connector.slug, body, kind=kind)))


@every_payload
@given(data=st.data())
def test_a_damaged_payload_is_read_or_rejected_but_never_lost(
    payload: Path, page_of: Callable[..., Page], data: st.DataObject
) -> None:
    body = payload.read_bytes()
    place = data.draw(st.integers(0, len(body) - 1))
    damage = data.draw(st.sampled_from([b"", b"\x00", b"\xff\xfe", b'"', b"<", b"{", b"]", b"-1", b"&boom;"]))
    cut = data.draw(st.integers(0, 30))
    connector = CONNECTORS[payload.parent.name]
    assert list(connector.parse(page_of(connector.slug, body[:place] + damage + body[place + cut :])))


@pytest.mark.parametrize("payload", [path for path in PAYLOADS if path.suffix == ".xml"], ids=lambda path: path.name)
@pytest.mark.parametrize("noise", [b"<!-- a note -->", b"<?instruction?>"], ids=["comment", "instruction"])
@given(data=st.data())
def test_notes_between_the_tags_change_nothing(
    payload: Path, noise: bytes, page_of: Callable[..., Page], data: st.DataObject
) -> None:
    body = payload.read_bytes()
    tags = [match.end() for match in re.finditer(rb"<[^?!][^>]*>", body)]
    place = data.draw(st.sampled_from(tags))
    connector = CONNECTORS[payload.parent.name]
    with_note = page_of(connector.slug, body[:place] + noise + body[place:])
    assert list(connector.parse(with_note)) == list(connector.parse(page_of(connector.slug, body)))


@every_payload
@given(share=st.floats(0, 0.99))
def test_a_cut_payload_gives_a_rejection(payload: Path, share: float, page_of: Callable[..., Page]) -> None:
    body = payload.read_bytes().rstrip()
    connector = CONNECTORS[payload.parent.name]
    found = list(connector.parse(page_of(connector.slug, body[: int(len(body) * share)])))
    assert found
    assert all(isinstance(item, Rejected) for item in found)


@every_connector
@pytest.mark.parametrize(
    "answer",
    [
        {"body": b"<html><body>Service moved</body></html>", "content_type": "text/html"},
        {"body": b"Invalid prefix in parameter name", "content_type": "text/plain", "status": 400},
        {"body": b"", "content_type": "application/json"},
        {"body": b"[" * 100_000, "content_type": ""},
        {"body": b'{"a":' * 100_000, "content_type": ""},
        {"body": b"<a>" * 100_000, "content_type": ""},
    ],
    ids=["html with 200", "plain text with 400", "nothing", "deep list", "deep object", "deep markup"],
)
def test_a_page_that_is_no_answer_is_one_rejection_that_names_it(
    connector: Connector, answer: dict[str, Any], page_of: Callable[..., Page]
) -> None:
    [rejected] = connector.parse(page_of(connector.slug, url="https://registry.example/asked?for=it", **answer))
    assert isinstance(rejected, Rejected)
    assert rejected.path == "https://registry.example/asked?for=it"
    assert rejected.reason
    assert rejected.action
    assert len(rejected.value) <= 80


def _part(item: object, wanted: dict[str, Any]) -> dict[str, Any]:
    """The fields of `item` that `wanted` speaks of."""
    fields = json.loads(msgspec.json.encode(item))
    return {name: fields.get(name) for name in wanted}


def _id(item: object) -> str:
    assert isinstance(item, TrialRecord | Report)
    return item.registry_id if isinstance(item, TrialRecord) else item.report_id
