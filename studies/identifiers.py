"""Numbers of registers compared: which entry a number names however it is written, and which number names none.

The forms of the numbers are those of `models.registers`.
"""

from functools import lru_cache

import msgspec

from models.placeholders import is_filler
from models.registers import BY_NAME, matches


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
    return tuple(dict.fromkeys(item for item in found if not is_filler(item.number)))


def identify(text: str) -> Identifier | None:
    """The register number that a text is; None when it is none, names several or is a placeholder.

    ``EUCTR2006-003096-12-ES``, ``2006-003096-12`` and ``EudraCT: 2006-003096-12`` are one.
    """
    found = identifiers_in(text)
    return found[0] if len(found) == 1 else None
