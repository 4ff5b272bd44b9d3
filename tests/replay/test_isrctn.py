"""A register that holds nothing of the topic says so in its own form."""

from datetime import UTC, date, datetime

import pytest

from connectors.http import HttpClient
from connectors.isrctn.api import CONNECTOR
from models.trial import SourceQuery

SEARCH = "/api/query/format/default"


@pytest.mark.parametrize("since", [None, date(2026, 11, 1)])
def test_the_connector_hears_that_there_is_nothing(server, since):
    now = datetime(2026, 11, 20, 6, tzinfo=UTC)
    client = HttpClient("isrctn", server.base_url("isrctn"), rate=0, now=lambda: now, retries=0)
    with client:
        pages = list(CONNECTOR.fetch(SourceQuery(topic='"motor neuron disease" OR ALS'), since, client))
    assert len(pages) == 1
    assert [item for page in pages for item in CONNECTOR.parse(page)] == []


@pytest.mark.parametrize(
    ("path", "parameters", "status"),
    [
        (SEARCH, {"q": "ALS", "limit": "0"}, 200),
        (SEARCH, {"q": "(ALS", "limit": "0"}, 400),
        (SEARCH, {"q": "ALS"}, 400),
        ("/api/trial/ISRCTN12949496/format/default", {}, 404),
    ],
)
def test_what_cannot_be_read_is_refused(server, session, path, parameters, status):
    answer = session.get(server.base_url("isrctn") + path, params=parameters, timeout=5)
    assert answer.status_code == status
