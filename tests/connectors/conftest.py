"""What every connector's tests share: pages, the fixture folders, a client for a loopback server."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from connectors.http import HttpClient
from models.connector import SourceFailure
from models.trial import Page

OBSERVED = datetime(2026, 11, 20, 6, tzinfo=UTC)
SAMPLES = Path(__file__).parents[3] / "shared" / "samples"


@pytest.fixture(scope="session")
def fixtures() -> Path:
    return Path(__file__).parent / "fixtures"


@pytest.fixture(scope="session")
def page_of() -> Callable[..., Page]:
    def of(source: str, body: bytes, **fields: Any) -> Page:
        named = {"kind": "record", "url": "https://registry.example/page", "observed_at": OBSERVED}
        return Page(source=source, body=body, **(named | fields))

    return of


@pytest.fixture(scope="session")
def samples() -> Path:
    """Real payloads, which live beside the project and not in it."""
    if not SAMPLES.is_dir():
        reason = f"no real payloads at {SAMPLES}"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    return SAMPLES


@pytest.fixture(scope="session")
def take() -> Callable[[Iterator[Page]], tuple[list[Page], str]]:
    """Takes what a connector fetches: the pages that came, and the failure that ended them, if any."""

    def take(pages: Iterator[Page]) -> tuple[list[Page], str]:
        taken = []
        try:
            for page in pages:
                taken.append(page)
        except SourceFailure as failure:
            return taken, str(failure)
        return taken, ""

    return take


@pytest.fixture
def client(httpserver: HTTPServer) -> Iterator[Callable[..., HttpClient]]:
    """Clients of the loopback server, quick to give up unless told otherwise."""
    opened: list[HttpClient] = []

    def connect(source: str = "ctgov", base_url: str | None = None, **fields: Any) -> HttpClient:
        quick = {"rate": 0, "now": lambda: OBSERVED, "retries": 1, "backoff": 0.0, "timeout": 2.0}
        opened.append(HttpClient(source, base_url or httpserver.url_for("").rstrip("/"), **(quick | fields)))
        return opened[-1]

    yield connect
    for one in opened:
        one.close()
