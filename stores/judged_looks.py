"""Looks at analyses as rows."""

from collections.abc import Sequence

from models.looks import Looks
from stores.rows import OF_ANALYSIS, Row, columns_of

_NOW = ("k", "information", "estimate", "ci_low", "ci_high", "e_value", "log_e")
_STAKED = ("measure", "is_ratio", "level", "g", "g_from", "needed", "required", "diversity", "has_crossed")


def anytime_rows(looks: Sequence[Looks]) -> list[Row]:
    """One row per analysis: what holds now."""
    return [
        columns_of(item, *OF_ANALYSIS, *_STAKED)
        | (columns_of(item.now, *_NOW) if item.now else dict.fromkeys(_NOW))
        | {"highest_e_value": max((look.e_value for look in item.looks), default=None)}
        for item in looks
    ]


def look_rows(looks: Sequence[Looks]) -> list[Row]:
    """One row per look."""
    names = (
        "place",
        "k",
        "n_participants",
        "information",
        "score",
        "estimate",
        "ci_low",
        "ci_high",
        "e_value",
        "log_e",
    )
    reached = ("z", "share", "z_boundary", "has_crossed")
    return [
        columns_of(item, *OF_ANALYSIS)
        | columns_of(look, *names, *reached)
        | {"look_date": look.day, "studies": list(look.studies)}
        for item in looks
        for look in item.looks
    ]
