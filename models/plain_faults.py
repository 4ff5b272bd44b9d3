"""What pydantic finds wrong with a value, in sentences that say what to write instead."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

_TODAY = "2026-11-20"
_SENTENCES = {
    "missing": "is missing; add it",
    "string_type": "write text here; a number or yes and no stand in quotes, a list does not belong here",
    "list_type": "write a list here: one item a line, each after a dash, or [one, another]",
    "dict_type": "write keys and values here, one 'key: value' a line, further to the right",
    "model_type": "write keys and values here, one 'key: value' a line, further to the right",
    "model_attributes_type": "write keys and values here, one 'key: value' a line, further to the right",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number (integer), as 31",
    "int_from_float": "write a whole number (integer), as 31",
    "float_type": "write a number, as 3.5",
    "float_parsing": "write a number with a point, as 3.5",
    "finite_number": "write a finite number",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false (boolean)",
    "date_type": f"write the date as {_TODAY}",
    "date_parsing": f"write the date as {_TODAY}",
    "date_from_datetime_parsing": f"write the date as {_TODAY}",
    "date_from_datetime_inexact": f"write the date alone, as {_TODAY}",
    "too_short": "is empty; give at least one",
    "string_pattern_mismatch": "does not match the form {pattern}; copy it as it is shown",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be greater than or equal to {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be less than or equal to {le}",
}
"""By pydantic's names of what is wrong."""


def to_do(problem: Mapping[str, Any]) -> str:
    """What to do about a value, with the nearest of the words that it may be."""
    kind, value, context = problem["type"], problem.get("input"), problem.get("ctx", {})
    if kind in {"enum", "literal_error"}:
        return _one_of(value, re.findall(r"'([^']+)'", str(context.get("expected", ""))))
    if kind in {"float_parsing", "int_parsing"} and re.fullmatch(r"\s*-?\d+,\d+\s*", str(value)):
        return f"write the number with a point: {str(value).strip().replace(',', '.')}"
    if kind == "string_type" and isinstance(value, bool):
        return f'YAML reads the words no, yes, off and on as {str(value).lower()}: put the word in quotes, as "no"'
    if kind == "string_type" and isinstance(value, int | float | date):
        return f'put it in quotes, as "{value}": it is text here'
    sentence = _SENTENCES.get(kind)
    return sentence.format(**context) if sentence else str(problem["msg"]).removeprefix("Value error, ")


def refuse(title: str, faults: Iterable[tuple[tuple[str | int, ...], object, str]]) -> None:
    """Refuse what several fields say together, each fault at its own place.

    Parameters
    ----------
    title : what is checked
    faults : place within it, value, and what to do

    Raises
    ------
    ValidationError
        If there is any fault.
    """
    problems = [
        InitErrorDetails(type=PydanticCustomError("together", "{said}", {"said": said}), loc=place, input=value)
        for place, value, said in faults
    ]
    if problems:
        raise ValidationError.from_exception_data(title, problems)


def is_about_the_whole(problem: Mapping[str, Any]) -> bool:
    """Whether several values contradict each other, so that the value printed would be everything."""
    return isinstance(problem.get("input"), dict) and problem["type"] in {"value_error", "together"}


def short(value: object) -> str:
    """A value as a message shows it."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _one_of(value: object, words: list[str]) -> str:
    near = get_close_matches(str(value), words, n=1) or get_close_matches(str(value).casefold(), words, n=1)
    return f"write {near[0]!r}; there are {', '.join(words)}" if near else f"write one of {', '.join(words)}"
