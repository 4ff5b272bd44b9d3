"""A running server as of today's archive, and the shared facts where they exist."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import requests

from replay import ReplayServer

SHARED = Path(__file__).parents[2].parent / "shared"


class Asked:
    """Asks one replayed source as of a date."""

    def __init__(self, server: ReplayServer, source: str, session: requests.Session) -> None:
        self.server, self.source, self.session = server, source, session

    def __call__(
        self, path: str, as_of: str | None = None, *, follow: bool = True, **parameters: str
    ) -> requests.Response:
        if as_of:
            self.server.as_of = date.fromisoformat(as_of)
        named = {name.replace("__", "."): value for name, value in parameters.items()}
        address = self.server.base_url(self.source) + path
        return self.session.get(address, params=named, allow_redirects=follow, timeout=5)


@pytest.fixture(scope="module")
def running() -> Iterator[ReplayServer]:
    with ReplayServer(date(2026, 11, 20)) as server:
        yield server


@pytest.fixture
def server(running: ReplayServer) -> Iterator[ReplayServer]:
    running.as_of = date(2026, 11, 20)
    yield running
    running.repair()


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


@pytest.fixture
def ctgov(server: ReplayServer, session: requests.Session) -> Asked:
    return Asked(server, "ctgov", session)


@pytest.fixture
def pubmed(server: ReplayServer, session: requests.Session) -> Asked:
    return Asked(server, "pubmed", session)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared facts; absent from a user's clone, required where CI is set."""
    if not SHARED.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI is set and {SHARED} is missing")
        pytest.skip(f"{SHARED} is not here: the archive is compared with its sources only where they are")
    return SHARED
