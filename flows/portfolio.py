"""All reviews of a folder, one night each: what several ask alike is asked once, and nobody waits for another's fault."""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import msgspec

from flows.failures import in_words
from flows.gather import NightRequest
from flows.night import NightResult, night, wall_clock
from flows.steps import Steps
from models.settings import Settings

log = logging.getLogger("trialwatch")

WORST_FIRST = ("failed", "partial", "done")


class ReviewNight(msgspec.Struct, frozen=True, kw_only=True):
    """How one review's night ended: with a result, or with the error that ended it."""

    review: str
    result: NightResult | None = None
    error: str = ""

    @property
    def state(self) -> str:
        return self.result.state if self.result else "failed"

    @property
    def reason(self) -> str:
        """Why it is not ``done``; '' when it is."""
        return self.result.reason if self.result else self.error


def portfolio(
    reviews: Sequence[str],
    request: NightRequest,
    settings: Settings,
    steps_of: Callable[[str], Steps | None] = lambda review: None,
    clock: Callable[[], datetime] = wall_clock,
) -> Iterator[ReviewNight]:
    """Carry out the night of each review, all as of one moment; one that fails stops none of the others.

    `request` tells what all of them are to do, whatever review it names.
    """
    for review in reviews:
        try:
            asked = msgspec.structs.replace(request, review=review)
            yield ReviewNight(review=review, result=night(asked, settings, steps_of(review), clock))
        except Exception as error:
            log.error("%s: %s", review, in_words(error))
            yield ReviewNight(review=review, error=in_words(error))


def worst(nights: Sequence[ReviewNight]) -> str:
    """The state that stands for all of them."""
    return min((item.state for item in nights), key=WORST_FIRST.index, default="done")
