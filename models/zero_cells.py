"""What becomes of 2 x 2 tables with zero cells, in words; the arithmetic is in `synthesis.tables`."""

from enum import StrEnum


class AddTo(StrEnum):
    """Which tables get the continuity correction, named as metafor names it."""

    ONLY_ZERO = "only0"
    """Tables with a zero cell."""
    IF_ZERO_ALL = "if0all"
    """All tables of a set as soon as one has a zero cell."""
    ALL = "all"
    NONE = "none"


class ZeroDouble(StrEnum):
    """What becomes of studies where nobody, or everybody, had the event in both arms."""

    DROP = "drop"
    KEEP = "keep"
