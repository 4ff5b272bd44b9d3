"""Numbers of registers compared: which entry a number names however it is written, and which number names none.

The forms of the numbers are those of `models.registers`.
"""

import re
from functools import lru_cache

import msgspec

from models.registers import BY_NAME, matches

_COUNTING = "01234567890123456789"


class Identifier(msgspec.Struct, frozen=True, order=True):
    """One entry of one register, or a number that several share; `number` in capitals, groups joined by hyphens."""

    register: str
    number: str

    def __str__(self) -> str:
        known = BY_NAME.get(self.register)
        is_told = known is not None and known.written != "{}"
        return known.normal(self.number) if known and is_told else f"{self.register} {self.number}"


@lru_cache(maxsize=65_536)
def identifiers_in(text: str) -> tuple[Identifier, ...]:
    """Every register number in a text, in the order of the registers; placeholders are none."""
    found = (Identifier(register.name, register.number(match)) for register, match in matches(text))
    return tuple(dict.fromkeys(item for item in found if not _is_filler(item.number)))


def identify(text: str) -> Identifier | None:
    """The register number that a text is; None when it is none, names several or is a placeholder.

    ``EUCTR2006-003096-12-ES``, ``2006-003096-12`` and ``EudraCT: 2006-003096-12`` are one.
    """
    found = identifiers_in(text)
    return found[0] if len(found) == 1 else None


def is_placeholder(number: str) -> bool:
    """Whether a number was typed to fill a field: one digit throughout, or digits that only count.

    A year in front does not save it: ``2000-000000-00``.
    """
    return _is_filled_in(number, longest_given=4)


def _is_filled_in(number: str, longest_given: int) -> bool:
    """As of placeholders; a number of up to so many digits that count may have been given in turn."""
    groups = re.findall(r"\d+", number)
    if len(groups) > 1 and len(groups[0]) == 4:
        groups = groups[1:]
    digits = "".join(groups)
    return not digits or len(set(digits)) == 1 or (len(digits) > longest_given and digits in _COUNTING)


def _is_filler(number: str) -> bool:
    """Whether a register's number was never given: a placeholder, or its longest group is nought.

    The letter before and the count of versions behind some numbers tell nothing; letters among the digits are as
    good as digits. Registers have come to 12345: to be a placeholder it takes more.
    """
    body = re.sub(r"^[A-Z](?=[\d-]+$)|(?<=\d{6})N\d+$", "", number)
    if re.search(r"[A-Z]", body):
        return len(set(body)) == 1 or not re.search(r"\d", body)
    return _is_filled_in(body, longest_given=6) or not int(max(body.split("-"), key=len))
