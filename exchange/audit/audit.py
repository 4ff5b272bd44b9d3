"""All that a package contradicts in itself, and its lines for people."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from exchange.audit.arms import contradicting_labels
from exchange.audit.contradiction import GRADE, Computed, Contradiction, Grade, Kind
from exchange.audit.estimates import contradicting_estimates
from exchange.audit.lists import contradicting_lists
from exchange.audit.numbers import contradicting_numbers
from exchange.audit.rows import contradicting_rows
from exchange.cochrane.package import Package

_HEADINGS = {
    Grade.ERROR: "cannot be true as it stands",
    Grade.DOUBT: "to be looked at",
    Grade.TOLD: "to be known by a reader",
}
_PLACES = 6
"""Places of one finding that are shown."""


def contradictions(
    package: Package, results: Mapping[tuple[str, str], Computed] | None = None
) -> tuple[Contradiction, ...]:
    """What a review contradicts in itself, the weightiest first.

    Parameters
    ----------
    results : by analysis, and number and name of the subgroup (``2 Any oil``; '' for the overall estimate), where it
        has been computed again; without, P beside an HKSJ interval is checked by the printed t, and a tau² limit of 100 is taken to be cut
    """
    found = [
        *contradicting_numbers(package),
        *contradicting_labels(package),
        *contradicting_rows(package),
        *contradicting_estimates(package, results or {}),
        *contradicting_lists(package),
    ]
    order = list(GRADE)
    grades = list(Grade)
    return tuple(sorted(found, key=lambda item: (grades.index(item.grade), order.index(item.kind))))


def audit_lines(found: Sequence[Contradiction], review: str) -> list[str]:
    """Findings as plain lines: by weight and kind, each with its places."""
    if not found:
        return [f"{review}: nothing found that contradicts itself"]
    by_kind = defaultdict[Kind, list[Contradiction]](list)
    for item in found:
        by_kind[item.kind].append(item)
    lines = list[str]()
    for grade, heading in _HEADINGS.items():
        kinds = {kind: items for kind, items in by_kind.items() if GRADE[kind] is grade}
        if kinds:
            lines.append(f"{review}: {heading} ({sum(map(len, kinds.values()))})")
        for kind, items in kinds.items():
            lines.append(f"  {kind}")
            for item in items:
                lines.append(f"    {item.sentence}")
                lines += [f"      {place}" for place in item.places[:_PLACES]]
                if len(item.places) > _PLACES:
                    lines.append(f"      and {len(item.places) - _PLACES} more")
    return lines
