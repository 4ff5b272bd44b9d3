"""Numbers that were typed to fill a field, and that no register ever gave."""

import re

_COUNTING = "01234567890123456789"


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


def is_filler(number: str) -> bool:
    """Whether a register's number, in capitals, was never given: a placeholder, or its longest group is nought.

    The letter before and the count of versions behind some numbers tell nothing; letters among the digits are as
    good as digits. Registers have come to 12345: to be a placeholder it takes more.
    """
    body = re.sub(r"^[A-Z](?=[\d-]+$)|(?<=\d{6})N\d+$", "", number)
    if re.search(r"[A-Z]", body):
        return len(set(body)) == 1 or not re.search(r"\d", body)
    return _is_filled_in(body, longest_given=6) or not int(max(body.split("-"), key=len))
