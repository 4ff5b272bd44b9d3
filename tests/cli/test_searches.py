"""A strategy on the command line: to be copied by people, to be read by programs."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.strategies import PLATFORMS

Command = Callable[..., Any]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_people_read_what_is_reported_and_copy_the_lines(trialwatch: Command, platform: str) -> None:
    told = trialwatch("searches", "--for", platform)
    assert told.code == 0
    head, _, body = told.out.partition("\n\n")
    for word in ("Database:", "Review:", "protocol version", "Written:", "Limits:", "Filter:"):
        assert word in head
    lines = body.strip("\n").splitlines()
    assert [int(line.split()[0]) for line in lines] == list(range(1, len(lines) + 1))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_programs_read_the_same(trialwatch: Command, platform: str) -> None:
    [told] = trialwatch("searches", "--for", platform, "--json").lines
    printed = trialwatch("searches", "--for", platform).out.partition("\n\n")[2]
    assert [line["text"] for line in told["lines"]] == [
        re.sub(r"^ *\d+  ", "", line) for line in printed.strip("\n").splitlines()
    ]
    assert told["platform"] == platform
    assert datetime.fromisoformat(told["written_on"]).date() == datetime.now(UTC).date()


def test_an_unknown_platform_is_answered_with_those_that_there_are(trialwatch: Command) -> None:
    told = trialwatch("searches", "--for", "medline")
    assert told.code == 2
    assert all(platform in re.sub(r"\s+", " ", told.err) for platform in ("ovid-medline", "embase.com", "ictrp"))
