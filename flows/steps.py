"""How the steps of a night are carried out: one after the other here, as Prefect tasks in `surveillance`."""

import logging
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from flows.harvest import Harvested, HarvestFailure

Result = TypeVar("Result")
log = logging.getLogger("trialwatch")


class Steps(Protocol):
    """Carries out named steps. A step is a plain function; its name is what people read in the log."""

    def run(self, name: str, step: Callable[..., Result], *arguments: Any) -> Result:
        """Carry out a step; what it raises ends the night."""

    def attempt(self, name: str, step: Callable[..., Harvested], *arguments: Any) -> Harvested:
        """Carry out a step that may fail by itself: a source's failure is its check, and the others go on."""


class InOrder:
    """Steps one after the other in this process."""

    def run(self, name: str, step: Callable[..., Result], *arguments: Any) -> Result:
        log.debug("%s", name)
        return step(*arguments)

    def attempt(self, name: str, step: Callable[..., Harvested], *arguments: Any) -> Harvested:
        try:
            return self.run(name, step, *arguments)
        except HarvestFailure as failure:
            log.warning("%s: %s", name, failure)
            return failure.harvested
