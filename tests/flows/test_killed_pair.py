"""Two reviews on one folder, killed at any moment: in the end readers see of each what they see of it alone."""

import os
import random
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from models.settings import Settings
from replay.server import SPEAKERS, ReplayServer
from stores.ledger import Ledger
from stores.published import fingerprint_of, published_folder
from stores.snapshot import query

DAYS = [date(2019, 11, 20), date(2021, 12, 31), date(2024, 2, 29)]
N_KILLS = 7
"""Times that each night is killed before it may end: more than twenty in all."""
LONGEST = 3.0
"""Seconds after which a night is killed at the latest; one night of both takes longer."""


class Seen(NamedTuple):
    tables: dict[str, str]
    """Fingerprint of every table and view of the warehouse."""
    alerts: tuple[str, ...]
    n_queue: int


def seen(review: str, data: Path, reviews: Path) -> Seen:
    settings = Settings(data=data, reviews=reviews)
    with Ledger(settings.ledger) as ledger:
        alerts = tuple(sorted(alert.key for alert in ledger.alerts(review)))
    warehouse = published_folder(review, settings) / "warehouse.duckdb"
    [(n_queue,)] = query(warehouse, "SELECT count(*) FROM out_queue")[1]
    return Seen(fingerprint_of(review, settings).tables, alerts, n_queue)


@pytest.fixture
def reviews(tmp_path: Path, second_review: Path) -> Path:
    """The shipped review beside the made-up one."""
    folder = tmp_path / "reviews"
    folder.mkdir()
    for path in (second_review, Settings().reviews / "als_cell_therapy"):
        (folder / path.name).symlink_to(path)
    return folder


@pytest.mark.slow
def test_twenty_kills_change_nothing_that_readers_see(
    tmp_path: Path, reviews: Path, second_review: Path, both_worlds: ReplayServer
) -> None:
    names = ("als_cell_therapy", second_review.name)
    moments = random.Random(20_261_129)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRIALWATCH_")}
    environment["TRIALWATCH_REVIEWS"] = str(reviews)
    for slug in SPEAKERS:
        environment[f"TRIALWATCH_BASE_URL_{slug.upper().replace('-', '_')}"] = both_worlds.base_url(slug)

    def start(data: Path, which: Sequence[str]) -> subprocess.Popen[bytes]:
        words = [
            "--data",
            str(data),
            "nightly",
            *which,
            "--registries",
            "replay",
            "--as-of",
            both_worlds.as_of.isoformat(),
        ]
        program = [sys.executable, "-c", "from cli.main import main; main()", *words]
        return subprocess.Popen(program, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def to_the_end(data: Path, which: Sequence[str]) -> None:
        said, _ = (run := start(data, which)).communicate()
        assert run.returncode == 0, said.decode()

    n_killed = 0
    for day in DAYS:
        both_worlds.as_of = day
        for name in names:
            to_the_end(tmp_path / name, [name])
        for _ in range(N_KILLS):
            run = start(tmp_path / "together", ["--all"])
            try:
                run.wait(moments.uniform(0.3, LONGEST))
            except subprocess.TimeoutExpired:
                run.kill()
                n_killed += 1
            run.communicate()
        to_the_end(tmp_path / "together", ["--all"])
    assert n_killed >= 15, "few of them were under way"
    for name in names:
        assert seen(name, tmp_path / "together", reviews) == seen(name, tmp_path / name, reviews), name
