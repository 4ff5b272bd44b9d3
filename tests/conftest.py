"""What several folders of tests start from: a night on the replay, the command line, a PostgreSQL of their own."""

import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import hypothesis
import psycopg
import pytest

from cli.main import main
from flows.gather import NightRequest
from flows.night import NightResult, night
from flows.steps import Steps
from models.dates import at_night
from models.review import load_review
from models.settings import Settings
from replay.server import SPEAKERS, ReplayServer

# How long an example takes says more about the machine than about the program.
hypothesis.settings.register_profile("trialwatch", deadline=None)
hypothesis.settings.load_profile("trialwatch")

REVIEW = "als_cell_therapy"
FIRST = date(2016, 6, 21)
SECOND_REVIEW = "pressure_ulcers"

Night = Callable[..., NightResult]


@pytest.fixture(scope="session")
def carry_out() -> Night:
    """Carries out a night on the replayed registries; settings, steps and request can be given by name."""

    def carry_out(
        data: Path, day: date, *, settings: dict[str, Any] | None = None, steps: Steps | None = None, **request: Any
    ) -> NightResult:
        asked = {"review": REVIEW, "as_of": at_night(day), "registries": "replay"} | request
        return night(NightRequest(**asked), Settings(data=data, **(settings or {})), steps, lambda: asked["as_of"])

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


@pytest.fixture(scope="session")
def second_review() -> Path:
    """Folder of a made-up review on another disease; its parent holds nothing but review folders."""
    return Path(__file__).parent / "reviews" / SECOND_REVIEW


@pytest.fixture(scope="session")
def both_worlds() -> Iterator[ReplayServer]:
    """A replay that knows the made-up records of the second review beside its own archive; tests set its `as_of`.

    A night asks it when given `base_urls` of :func:`addresses`, or TRIALWATCH_BASE_URL_… of a command line.
    """
    with ReplayServer(FIRST, further=[Path(__file__).parent / "further_archive"]) as server:
        yield server


@pytest.fixture(scope="session")
def carry_out_second(carry_out: Night, second_review: Path, both_worlds: ReplayServer) -> Night:
    """Carries out a night of the second review, or of another review in `reviews`, on both worlds."""

    def carry_out_second(
        data: Path, day: date, *, settings: dict[str, Any] | None = None, **request: Any
    ) -> NightResult:
        both_worlds.as_of = day
        known = {"reviews": second_review.parent, "base_urls": addresses(both_worlds)} | (settings or {})
        return carry_out(data, day, settings=known, **({"review": SECOND_REVIEW} | request))

    return carry_out_second


@pytest.fixture(scope="session")
def hiccups() -> Path:
    """Folder of a made-up review of nine comparisons; the gate of analysis 3.2 is closed, all others are open."""
    return Path(__file__).parent / "many_comparisons" / "reviews" / "hiccups"


@pytest.fixture(scope="session")
def world_of_hiccups() -> Iterator[ReplayServer]:
    """A replay that knows its made-up trials; tests set its `as_of`."""
    with ReplayServer(FIRST, further=[Path(__file__).parent / "many_comparisons" / "archive"]) as server:
        yield server


@pytest.fixture(scope="session")
def carry_out_hiccups(carry_out: Night, hiccups: Path, world_of_hiccups: ReplayServer) -> Night:
    """Carries out a night of the review of nine comparisons, or of a changed copy of it in `reviews`."""

    def carry_out_hiccups(data: Path, day: date, reviews: Path = hiccups.parent) -> NightResult:
        world_of_hiccups.as_of = day
        known = {"reviews": reviews, "base_urls": addresses(world_of_hiccups)}
        return carry_out(data, day, settings=known, review=hiccups.name)

    return carry_out_hiccups


class Told(NamedTuple):
    """A published night of a review, and what it concluded."""

    settings: Settings
    result: NightResult

    @property
    def review(self) -> str:
        return self.result.judgement.review.protocol.review


@pytest.fixture(scope="session")
def night_with_posted_results(carry_out: Night, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The night of the shipped review on which posted results bring a second study; not to be changed."""
    settings = Settings(data=tmp_path_factory.mktemp("posted") / "data")
    return Told(settings, carry_out(settings.data, date(2024, 2, 29)))


@pytest.fixture(scope="session")
def night_of_second_review(
    carry_out_second: Night, second_review: Path, tmp_path_factory: pytest.TempPathFactory
) -> Told:
    """A night of the made-up review after results were posted; not to be changed."""
    settings = Settings(data=tmp_path_factory.mktemp("second") / "data", reviews=second_review.parent)
    return Told(settings, carry_out_second(settings.data, date(2022, 4, 20)))


@pytest.fixture(scope="session")
def night_of_hiccups(carry_out_hiccups: Night, hiccups: Path, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A night of the made-up review of nine comparisons; not to be changed."""
    settings = Settings(data=tmp_path_factory.mktemp("hiccups") / "data", reviews=hiccups.parent)
    return Told(settings, carry_out_hiccups(settings.data, date(2026, 9, 1)))


@pytest.fixture(scope="session", params=["night_with_posted_results", "night_of_second_review", "night_of_hiccups"])
def told(request: pytest.FixtureRequest) -> Told:
    """A published night of each of three reviews."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Told)
    return found


@pytest.fixture(scope="session")
def data_of_hiccups(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder of :func:`nights_of_hiccups`."""
    return tmp_path_factory.mktemp("hiccups") / "data"


@pytest.fixture(scope="session")
def nights_of_hiccups(carry_out_hiccups: Night, data_of_hiccups: Path) -> dict[date, NightResult]:
    """A quiet night, and the night on which a trial has ended and its numbers are in the folder."""
    return {day: carry_out_hiccups(data_of_hiccups, day) for day in (date(2020, 6, 1), date(2022, 6, 1))}


def addresses(server: ReplayServer) -> dict[str, str]:
    """Where each source is found on a replay server, for `Settings.base_urls`."""
    return {slug: server.base_url(slug) for slug in SPEAKERS}


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


def postgresql_programs() -> Path | None:
    """Newest folder that holds both initdb and pg_ctl."""
    folders = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    folders += Path("/usr/lib/postgresql").glob("*/bin")
    usable = [folder for folder in folders if (folder / "initdb").exists() and (folder / "pg_ctl").exists()]
    return max(usable, key=lambda folder: [int(part) for part in folder.parts if part.isdigit()], default=None)


@pytest.fixture(scope="session")
def new_postgresql_database() -> Iterator[Callable[[], str]]:
    """Creates an empty database and returns its address, as often as it is called."""
    programs = postgresql_programs()
    if programs is None:
        pytest.skip("the PostgreSQL server programs (initdb, pg_ctl) are not installed")
    as_owner: list[str] = []
    if os.getuid() == 0:
        # PostgreSQL refuses to run as root.
        if not shutil.which("setpriv") or "postgres" not in {user.pw_name for user in pwd.getpwall()}:
            pytest.skip("running as root without setpriv and a user postgres to start PostgreSQL as")
        as_owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # Not under pytest's own folder: that one is closed to other users.
    with tempfile.TemporaryDirectory(prefix="trialwatch-postgresql-") as folder:
        if as_owner:
            shutil.chown(folder, "postgres", "postgres")
        cluster = Path(folder) / "cluster"
        initdb = ["initdb", "-D", cluster, "-U", "trialwatch", "-A", "trust", "-E", "UTF8", "--no-sync"]
        settings = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        start = ["pg_ctl", "-D", cluster, "-w", "-s", "-l", cluster / "log", "-o", settings, "start"]
        stop = ["pg_ctl", "-D", cluster, "-w", "-s", "-m", "immediate", "stop"]
        for command in (initdb, start):
            subprocess.run(
                [*as_owner, programs / command[0], *command[1:]], check=True, cwd="/", stdout=subprocess.PIPE
            )
        try:
            server = f"trialwatch@127.0.0.1:{port}"

            def create() -> str:
                name = f"ledger_{uuid.uuid4().hex}"
                with psycopg.connect(f"postgresql://{server}/postgres", autocommit=True) as connection:
                    connection.execute(f"CREATE DATABASE {name}")
                return f"postgresql+psycopg://{server}/{name}"

            yield create
        finally:
            subprocess.run([*as_owner, programs / stop[0], *stop[1:]], check=True, cwd="/")
