"""Kills a night at one boundary between its steps after another, and runs it again in a new process each time.

``python killed_nights.py FOLDER DAY``: FOLDER holds ``before/``, the data folder to start from. For every boundary
a line of JSON tells where the night was killed, by which signal it ended, and the copy's folder. Processes are
forked from this one, which never carries out a night itself: they share its imports and nothing else. Two sources
stand for all: further ones add boundaries of the same kind.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pandas  # noqa: F401 (DuckDB imports it; once here instead of once a night)

from flows.gather import NightRequest
from flows.night import night
from flows.steps import InOrder
from models.dates import at_night
from models.settings import Settings
from replay.archive import load_archive

Result = TypeVar("Result")


class Counted(InOrder):
    """Steps in order, with their names kept."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def run(self, name: str, step: Callable[..., Result], *arguments: Any) -> Result:
        self.names.append(name)
        return super().run(name, step, *arguments)


class Killed(Counted):
    """Steps in order, until the process is killed just before or just after one of them."""

    def __init__(self, number: int, when: str) -> None:
        super().__init__()
        self._number, self._when = number, when

    def run(self, name: str, step: Callable[..., Result], *arguments: Any) -> Result:
        self._kill("before", len(self.names))
        done = super().run(name, step, *arguments)
        self._kill("after", len(self.names) - 1)
        return done

    def _kill(self, when: str, number: int) -> None:
        if (when, number) == (self._when, self._number):
            os.kill(os.getpid(), signal.SIGKILL)


def in_new_process(work: Callable[[], None]) -> int:
    """Do something in a process of its own; returns that process's id."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        work()
        status = 0
    finally:
        os._exit(status)


def a_night(data: Path, day: date, steps: Counted) -> int:
    """Carry out a night in a process of its own; returns how that ended, as waitpid tells it."""

    def work() -> None:
        request = NightRequest(
            review="als_cell_therapy", as_of=at_night(day), registries="replay", sources=("ctgov", "pubmed")
        )
        night(request, Settings(data=data), steps)
        (data / "steps.json").write_text(json.dumps(steps.names))

    return os.waitpid(in_new_process(work), 0)[1]


def kill_at(folder: Path, day: date, boundaries: list[tuple[str, int, str]]) -> None:
    for when, number, name in boundaries:
        data = Path(shutil.copytree(folder / "before", folder / f"{when}-{number}", symlinks=True))
        killed = a_night(data, day, Killed(number, when))
        again = a_night(data, day, Counted())
        told = {"when": when, "step": name, "killed": killed, "again": again, "data": data.name}
        # In one piece, so that lines of processes side by side do not mix.
        os.write(sys.stdout.fileno(), f"{json.dumps(told)}\n".encode())


def main(folder: Path, day: date) -> None:
    load_archive()
    undisturbed = Path(shutil.copytree(folder / "before", folder / "undisturbed", symlinks=True))
    assert a_night(undisturbed, day, Counted()) == 0
    names = json.loads((undisturbed / "steps.json").read_text())
    boundaries = [("before", number, name) for number, name in enumerate(names)]
    # Before the next step and after this one differ only where something is written down between them.
    boundaries += [
        ("after", number, name)
        for number, name in enumerate(names)
        if name.startswith("harvest") or number == len(names) - 1
    ]
    halves = [in_new_process(partial(kill_at, folder, day, boundaries[half::2])) for half in (0, 1)]
    sys.exit(sum(os.waitpid(child, 0)[1] != 0 for child in halves))


if __name__ == "__main__":
    main(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]))
