"""A ledger on each kind of database."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a ledger that does not exist yet, once per kind of database."""
    if request.param == "postgresql":
        create: Callable[[], str] = request.getfixturevalue("new_postgresql_database")
        return create()
    return f"sqlite:///{tmp_path / 'ledger.sqlite'}"
