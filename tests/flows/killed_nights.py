"""Kills a night at one boundary between its steps after another, and runs it again in a new process each time.

``python killed_nights.py FOLDER DAY``: FOLDER holds ``before/``, the data folder to start from. For every boundary
a line of JSON tells where the night was killed, by which signal it ended, and the copy's folder. Processes are
forked from this one, which never carries out a night itself: they share its imports and nothing else.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from flows.night import NightRequest, night
from flows.steps import InOrder
from models.dates import at_night
from models.settings import Settings

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


def in_new_process(data: Path, day: date, steps: Counted) -> int:
    """Carry out a night in a process of its own; returns its exit status, as waitpid tells it."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    status = 1
    try:
        request = NightRequest(review="als_cell_therapy", as_of=at_night(day), registries="replay")
        night(request, Settings(data=data), steps)
        (data / "steps.json").write_text(json.dumps(steps.names))
        status = 0
    finally:
        os._exit(status)


def main(folder: Path, day: date) -> None:
    undisturbed = Path(shutil.copytree(folder / "before", folder / "undisturbed", symlinks=True))
    assert in_new_process(undisturbed, day, Counted()) == 0
    names = json.loads((undisturbed / "steps.json").read_text())
    for number, name in enumerate(names):
        # Before the next step and after this one differ only where something is written down between them.
        for when in ("before", "after") if name.startswith("harvest") or name == names[-1] else ("before",):
            data = Path(shutil.copytree(folder / "before", folder / f"{when}-{number}", symlinks=True))
            killed = in_new_process(data, day, Killed(number, when))
            again = in_new_process(data, day, Counted())
            print(json.dumps({"when": when, "step": name, "killed": killed, "again": again, "data": data.name}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]))
