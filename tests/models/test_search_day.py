"""A version's search is told on its day only where somebody told the day."""

import pytest

from models.published import PublishedVersion
from models.search_day import search_day, searched

TOLD = [
    ({}, "searched 2026-06-15", "2026-06-15"),
    ({"publication_date": "2026-06-15"}, "searched 2026-06-15", "2026-06-15"),
    (
        {"search_date_is": "assumed", "publication_date": "2026-06-15"},
        "published 2026-06-15; the day of its search is not told, and taken to be that day",
        "2026-06-15 (taken for the day of the search, which is not told)",
    ),
    (
        {"search_date_is": "assumed"},
        "the day of its search is not told, and taken to be 2026-06-15",
        "2026-06-15 (taken for the day of the search, which is not told)",
    ),
]


@pytest.mark.parametrize(("told", "long", "short"), TOLD)
def test_a_day_that_is_taken_says_so(told: dict[str, str], long: str, short: str):
    version = PublishedVersion.model_validate({"version": "1", "search_date": "2026-06-15"} | told)
    assert (searched(version), search_day(version)) == (long, short)
