"""How many studies and people a number rests on, in words: rows are not studies, and people not counted are not nobody."""


def in_studies(n_studies: int, k: int) -> str:
    """``5 studies``; ``5 studies in 7 rows`` where a study has several rows in an analysis."""
    return f"{n_studies:,} {'study' if n_studies == 1 else 'studies'}{_in_rows(n_studies, k)}"


def k_equals(n_studies: int, k: int) -> str:
    """``k = 5``; ``k = 5 in 7 rows``: the number of different studies."""
    return f"k = {n_studies:,}{_in_rows(n_studies, k)}"


def in_people(n: int | None, is_least: bool = False) -> str:
    """``64 participants``, ``at least 64 participants``; '' where nobody tells how many."""
    return f"{_least(is_least)}{n:,} participant{'' if n == 1 else 's'}" if n else ""


def n_equals(n: int | None, is_least: bool = False) -> str:
    """``n = 64``, ``n at least 64``; '' where nobody tells how many."""
    return (f"n at least {n:,}" if is_least else f"n = {n:,}") if n else ""


def n_alone(n: int | None, is_least: bool = False) -> str:
    """``64``, ``at least 64``; a dash where nobody tells how many."""
    return "\u2013" if n is None else f"{_least(is_least)}{n:,}"


def joined(*parts: str) -> str:
    """What there is, with commas between."""
    return ", ".join(filter(None, parts))


def _in_rows(n_studies: int, k: int) -> str:
    return "" if n_studies == k else f" in {k:,} rows"


def _least(is_least: bool) -> str:
    return "at least " if is_least else ""
