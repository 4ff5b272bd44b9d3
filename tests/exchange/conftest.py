"""Real data packages beside the project, which it never ships, folders that they are adopted into, and published nights."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from exchange.adopted import AdoptedFolder, Told, adopted_folder
from exchange.cochrane.package import Package
from models.night import PublishedNight
from models.review import Review, review_named
from stores.nights import read_night

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "cochrane"

Adopt = Callable[..., tuple[AdoptedFolder, Review]]


@pytest.fixture
def sample() -> Callable[[str], Path]:
    """Path of a real package by the name of its folder."""
    if not SAMPLES.is_dir():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"no real packages at {SAMPLES}")
    return lambda name: next((SAMPLES / name).iterdir())


@pytest.fixture
def adopt(tmp_path: Path) -> Adopt:
    """Adopts a package, writes the folder and loads it."""

    def adopt(package: Package, **told: object) -> tuple[AdoptedFolder, Review]:
        asked = {"review": "made_up", "adopted_on": date(2026, 11, 30)} | told
        adopted = adopted_folder(package, Told(**asked))  # type: ignore[arg-type]
        folder = tmp_path / "reviews" / str(asked["review"])
        for name, text in adopted.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8", newline="")
        return adopted, review_named(folder.parent, folder.name)

    return adopt


@pytest.fixture(scope="session")
def night(told) -> PublishedNight:
    """A published night of each of three reviews."""
    return read_night(told.review, told.settings)


@pytest.fixture(scope="session")
def shipped(night_with_posted_results) -> PublishedNight:
    """The night of the shipped review on which posted results bring a second study."""
    return read_night(night_with_posted_results.review, night_with_posted_results.settings)
