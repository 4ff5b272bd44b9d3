"""One night of the replayed registries, carried out once and copied for whoever starts from it."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from flows.cli import main
from flows.night import NightRequest, NightResult, night
from flows.steps import Steps
from models.dates import at_night
from models.review import load_review
from models.settings import Settings

REVIEW = "als_cell_therapy"
FIRST = date(2016, 6, 21)

Night = Callable[..., NightResult]


@pytest.fixture(scope="session")
def carry_out() -> Night:
    """Carries out a night on the replayed registries; settings, steps and request can be given by name."""

    def carry_out(
        data: Path, day: date, *, settings: dict[str, Any] | None = None, steps: Steps | None = None, **request: Any
    ) -> NightResult:
        asked = {"review": REVIEW, "as_of": at_night(day), "registries": "replay"} | request
        return night(NightRequest(**asked), Settings(data=data, **(settings or {})), steps)

    return carry_out


@pytest.fixture(scope="session")
def first_night(carry_out: Night, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder after the night of the 2016 review's search; to be copied, not changed."""
    data = tmp_path_factory.mktemp("first night") / "data"
    assert carry_out(data, FIRST).state == "done"
    return data


@pytest.fixture(scope="session")
def sources() -> list[str]:
    """Slugs of the sources that the review searches."""
    return sorted(load_review(Settings().reviews / REVIEW).protocol.searches)


@pytest.fixture
def data(first_night: Path, tmp_path: Path) -> Path:
    """A data folder of one's own after the night of the 2016 review's search."""
    return Path(shutil.copytree(first_night, tmp_path / "data", symlinks=True))


@pytest.fixture
def review_folder(tmp_path: Path) -> Path:
    """A review folder of one's own, to be changed; its parent is the reviews folder of the settings."""
    shipped = Settings().reviews / REVIEW
    return Path(shutil.copytree(shipped, tmp_path / "reviews" / REVIEW))


class Ended(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def trialwatch(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Runs the command line as the entry point does."""
    for name in os.environ:
        if name.startswith("TRIALWATCH_"):
            monkeypatch.delenv(name)

    def run(*words: str | Path) -> Ended:
        capfd.readouterr()
        monkeypatch.setattr(sys, "argv", ["trialwatch", *map(str, words)])
        code: Any = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        return Ended(code, *capfd.readouterr())

    return run
