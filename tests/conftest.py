"""A throw-away PostgreSQL on loopback, where its programs are installed."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest


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
