"""Published nights as they are read back for others."""

import pytest

from models.night import PublishedNight
from stores.nights import read_night


@pytest.fixture(scope="session")
def night(told) -> PublishedNight:
    """A published night of each of three reviews."""
    return read_night(told.review, told.settings)


@pytest.fixture(scope="session")
def shipped(night_with_posted_results) -> PublishedNight:
    """The night of the shipped review on which posted results bring a second study."""
    return read_night(night_with_posted_results.review, night_with_posted_results.settings)
