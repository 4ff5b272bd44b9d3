"""Whether a text names something or tells something: a register's field for names may hold paragraphs."""

import re

from models import arm_words
from studies.terms import Field, find

_LONGEST_NAME = 25
"""Words; the longest name of a product in a registry record that was seen has 21."""
_LONGEST_WITHOUT_BLANKS = 60
"""Characters, in scripts that part no words."""
_SHORTEST_SENTENCE = 4
_END = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-z]|\d+[.)]\s)|(?<=[。！？])|\n+")
_UNPARTED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text."""
    return [kept for part in _END.split(text) if (kept := part.strip())]


def is_prose(text: str) -> bool:
    """Whether a text tells something, by its length, its sentences, or words that no name has."""
    said = [part for part in sentences(text) if len(part.split()) >= _SHORTEST_SENTENCE]
    return (
        len(said) > 1
        or len(text.split()) > _LONGEST_NAME
        or len(_UNPARTED.findall(text)) > _LONGEST_WITHOUT_BLANKS
        or find(arm_words.TELLING, [Field("", text)]) is not None
    )
