"""One writer per data folder, by a lock of the operating system: it ends with its holder, even by SIGKILL."""

import fcntl
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

log = logging.getLogger("trialwatch")

PAUSE = 0.2
"""Seconds between looks at a lock that somebody holds."""


class AlreadyRunning(Exception):
    """Another run holds the data folder; the message names it."""


class LockError(Exception):
    """A lock can be taken by nobody; the message names its file and says what to do."""


@contextmanager
def run_lock(path: Path, patience: float = 0) -> Iterator[None]:
    """Hold the lock file `path` for the length of the block; the file itself stays.

    Parameters
    ----------
    path : the lock's file
    patience : seconds to wait for whoever holds it; that it waits is said once

    Raises
    ------
    AlreadyRunning
        When another process (or another block of this one) still holds it then; its process id is named.
    LockError
        When there can be no such file.
    """
    descriptor = _open(path)
    try:
        wait_for(lambda: _takes(descriptor), lambda: f"{_holder(descriptor)} is using {path.parent}", patience)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def wait_for(take: Callable[[], bool], holder: Callable[[], str], patience: float) -> None:
    """Try to take a lock until its holder lets go or patience ends; AlreadyRunning then, saying who holds it."""
    deadline, is_said = time.monotonic() + patience, False
    while not take():
        left = deadline - time.monotonic()
        if left <= 0:
            raise AlreadyRunning(f"{holder()}; try again when it has ended")
        if not is_said:
            log.info("%s; waiting for its end, %.0f seconds at most", holder(), patience)
            is_said = True
        time.sleep(min(PAUSE, left))


def is_held(path: Path) -> bool:
    """Whether a run holds the lock file now; asking makes no file and keeps nobody out."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise LockError(f"{path}: a folder stands where the lock belongs: move it away")
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as problem:
        raise LockError(
            f"{problem.filename or path}: {(problem.strerror or 'failed').lower()}, so that runs cannot keep out of each other's"
            " way: give this program the right to write there, or another folder with --data or TRIALWATCH_DATA"
        ) from problem


def _takes(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(descriptor: int) -> str:
    pid = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
    return f"another run{f' (process {pid})' if pid else ''}"
