"""An item of a checklist: what it asks, what the night says to it, and what a person still owes."""

from typing import Literal

from models.value import Value

State = Literal["filled", "partly", "owed"]


class Item(Value, frozen=True, kw_only=True):
    """One item; it says something, or names what a person owes, or both.

    Numbers of items are facts of the checklist; what an item asks is told in our own words.
    """

    number: str
    topic: str
    asks: str
    said: tuple[str, ...] = ()
    owed: tuple[str, ...] = ()

    @property
    def state(self) -> State:
        if not self.said:
            return "owed"
        return "partly" if self.owed else "filled"


class Statement(Value, frozen=True, kw_only=True):
    """A checklist with its items in its own order.

    `remembered` are the numbers of items that are known from memory and wait to be held against the publication.
    """

    name: str
    title: str
    source: str
    items: tuple[Item, ...]
    remembered: tuple[str, ...] = ()
    log: str = ""
    """Markdown below the items: the search log of PRISMA-S."""


def said(*sentences: str) -> tuple[str, ...]:
    """Sentences, without those that have nothing to say."""
    return tuple(sentence for sentence in sentences if sentence)
