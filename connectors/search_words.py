"""How the words of a question are joined in the boolean languages that sources share."""

from collections.abc import Iterable


def any_of(words: Iterable[str], form: str = "{}") -> str:
    """The words joined by OR, each in a field's `form`; several words, or hyphenated ones, as a phrase."""
    return " OR ".join(form.format(_as_one(word)) for word in dict.fromkeys(words))


def _as_one(word: str) -> str:
    is_plain = word.isalnum() and word.upper() not in {"AND", "OR", "NOT"}
    return word if is_plain else f'"{word}"'


def both(first: str, second: str) -> str:
    """Two searches of which both must hold; the first alone if there is no second."""
    return f"({first}) AND ({second})" if second else first
