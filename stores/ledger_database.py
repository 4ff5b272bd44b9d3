"""How a ledger is opened: SQLite or PostgreSQL, brought to the present revision, or a reason why not."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from stores.ledger_tables import REVISION
from stores.lock import run_lock, wait_for

MIGRATIONS = Path(__file__).parent / "migrations"

BUSY_MS = 30_000
"""How long SQLite waits for another writer; conclusions take milliseconds."""

_ADVISORY_LOCK = 0x747269616C
"""Any constant: two processes that open a new PostgreSQL ledger together migrate it one after the other."""

_WRITER_LOCK = 0x6C6564676572
"""Any other constant: marks the one writer of a PostgreSQL ledger."""

_ADVICE = (
    "give TRIALWATCH_LEDGER_URL as sqlite:////folder/ledger.sqlite or "
    "postgresql+psycopg://user:password@host/database, and see that it can be written to"
)


class LedgerError(Exception):
    """The ledger cannot be opened or asked for this; the message names it and says what to do."""


def open_engine(address: str) -> Engine:
    """Open the database at a SQLAlchemy address, migrating it when it is older than this program.

    Raises
    ------
    LedgerError
        If the address is none, nothing answers there, or what answers is not a ledger or a newer one.
    """
    url = _url(address)
    shown = url.render_as_string(hide_password=True)
    try:
        if url.get_backend_name() == "sqlite":
            Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, connect_args=_connect_args(url))
    except (ArgumentError, ImportError, OSError) as problem:
        raise LedgerError(f"ledger {shown}: {problem} ({_ADVICE})") from problem
    if engine.dialect.name == "sqlite":
        _use_sqlite_transactions(engine)
    try:
        with engine.execution_options(reads_only=True).connect() as connection:
            revision = _revision(connection)
        if revision != REVISION:
            _migrate(engine, shown)
    except BaseException as problem:
        engine.dispose()
        if not isinstance(problem, SQLAlchemyError):
            raise
        cause = problem.orig if isinstance(problem, DBAPIError) else problem
        raise LedgerError(f"ledger {shown} cannot be opened: {' '.join(str(cause).split())} ({_ADVICE})") from problem
    return engine


def _url(address: str) -> URL:
    try:
        url = make_url(address)
    except ArgumentError:
        # The address itself may hold a password, so it is not repeated.
        raise LedgerError(f"the ledger's address cannot be read ({_ADVICE})") from None
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername.startswith("sqlite") and url.database in (None, "", ":memory:"):
        raise LedgerError(f"ledger {address}: a ledger in memory forgets what was sent ({_ADVICE})")
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise LedgerError(f"ledger {url.render_as_string()}: {url.get_backend_name()} is not supported ({_ADVICE})")
    return url


def _connect_args(url: URL) -> dict[str, Any]:
    return {"timeout": BUSY_MS / 1000} if url.get_backend_name() == "sqlite" else {"connect_timeout": 10}


def _use_sqlite_transactions(engine: Engine) -> None:
    """Begin transactions ourselves: the driver would begin them late, and not around changes of shape.

    Writers take their lock at the beginning, so that a transaction never fails half way for want of it.
    """

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys=ON")
        _use_wal(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reads_only = connection.get_execution_options().get("reads_only", False)
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Let readers and one writer work side by side.

    SQLite does not wait by itself when two processes switch a new file at the same moment.
    """
    deadline = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as problem:
            if problem.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def _migrate(engine: Engine, shown: str) -> None:
    # Imported here because Alembic takes longer to import than a ledger at head takes to open.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ADVISORY_LOCK})
        revision = _revision(connection)
        if revision is not None and revision not in known:
            raise LedgerError(
                f"ledger {shown} was written by a newer trialwatch (revision {revision}, this one knows {REVISION}): "
                "update trialwatch, or point TRIALWATCH_LEDGER_URL at another ledger"
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def only_writer(engine: Engine, patience: float = 0) -> Iterator[None]:
    """Be the only writer of a ledger for the length of the block; AlreadyRunning when another is and stays it."""
    if engine.dialect.name == "sqlite":
        with run_lock(Path(f"{engine.url.database}.lock"), patience):
            yield
        return
    number = {"number": _WRITER_LOCK}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        wait_for(
            lambda: bool(connection.scalar(text("SELECT pg_try_advisory_lock(:number)"), number)),
            lambda: f"another run is using the ledger {engine.url.render_as_string()}",
            patience,
        )
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:number)"), number)
