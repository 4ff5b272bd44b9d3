"""How much one question may cost: time, requests and bytes, so that a source that never ends ends by itself."""

import time

from models.connector import SourceFailure
from models.settings import Limits


class Allowance:
    """What is left of the limits of one question to one source; its time runs from when it is made."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._began = time.monotonic()
        self._n_requests = 0
        self._n_bytes = 0

    @property
    def seconds_left(self) -> float:
        """Time until the deadline, negative after it."""
        return self._limits.seconds - (time.monotonic() - self._began)

    def check_time(self) -> None:
        """Raise SourceFailure once the time is over."""
        if self.seconds_left <= 0:
            raise SourceFailure(f"not at an end after {self._limits.seconds:g} seconds (TRIALWATCH_SOURCE_MINUTES)")

    def count_request(self) -> None:
        """Count one more request, or raise SourceFailure if that is one too many."""
        self.check_time()
        self._n_requests += 1
        if self._n_requests > self._limits.requests:
            raise SourceFailure(f"not at an end after {self._limits.requests} requests (TRIALWATCH_SOURCE_REQUESTS)")

    def count_bytes(self, number: int) -> None:
        """Count what has been received, or raise SourceFailure if that is too much or has come too slowly."""
        self.check_time()
        self._n_bytes += number
        if self._n_bytes > self._limits.bytes:
            raise SourceFailure(f"not at an end after {self._limits.bytes} bytes (TRIALWATCH_SOURCE_MEGABYTES)")
