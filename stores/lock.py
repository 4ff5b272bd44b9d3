"""One writer per data folder, by a lock of the operating system: it ends with its holder, even by SIGKILL."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRunning(Exception):
    """Another run holds the data folder; the message names it."""


@contextmanager
def run_lock(path: Path) -> Iterator[None]:
    """Hold the lock file `path` for the length of the block; the file itself stays.

    Raises
    ------
    AlreadyRunning
        At once, naming the holder's process id, when another process (or another block of this one) holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.read(descriptor, 32).decode("ascii", "replace").strip()
            raise AlreadyRunning(
                f"another run{f' (process {pid})' if pid else ''} is using {path.parent}; try again when it has ended"
            ) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(descriptor)


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
