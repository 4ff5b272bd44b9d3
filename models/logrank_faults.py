"""What is wrong with a test that stands in place of an estimate: each of its cells has a meaning, or is refused."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from models.vocabulary import Measure

if TYPE_CHECKING:
    from models.folder_rows import ContrastRow

_BOUNDS = ("<", ">", "\N{LESS-THAN OR EQUAL TO}", "\N{GREATER-THAN OR EQUAL TO}")


def check_exact(p: Any) -> Any:
    """A p that is only bounded is no number: it bounds the ratio, and nothing can be pooled.

    Raises
    ------
    ValueError
        If it begins with a sign of a bound.
    """
    if (text := str(p).strip()).startswith(_BOUNDS):
        raise ValueError(
            f"{text} bounds p and is no number, so that no estimate comes of it: give the exact p, z_value, se, limits, or"
            " o_minus_e with variance"
        )
    return p


def faults_beside_a_test(row: "ContrastRow") -> Iterator[str]:
    """Cells that are about a test, in a row that has none; and events that do not add up."""
    first, second = row.events_intervention, row.events_control
    if row.events_total is not None and first is not None and second is not None and row.events_total != first + second:
        yield f"events_total {row.events_total} is not the sum of the events of both arms; correct one of them"
    if row.is_one_sided and row.p_value is None:
        yield "is_one_sided is about p_value; give that, or write false"
    if row.has_test:
        return
    if row.z_value is not None:
        yield "z_value stands in place of estimate and o_minus_e; leave it or them empty"
    if row.favours is not None:
        yield "favours is for a p without an estimate, which tells the side itself; leave it empty"


def faults_of_test(row: "ContrastRow") -> Iterator[str]:
    """What a test in place of an estimate lacks, or has beside it."""
    if row.measure is not Measure.HR:
        yield f"a test with events gives a hazard ratio, and no {row.measure}; give estimate with se"
    if row.se is not None or row.ci_low is not None:
        yield "se and limits belong to an estimate, and a test has none; give estimate, or leave them empty"
    if row.p_value is not None and row.z_value is not None:
        yield "z_value and p_value say one thing twice; keep z_value, which tells the side"
    elif row.p_value is not None and row.favours is None:
        yield "p does not tell which arm has the lower hazard: write favours intervention or control"
    elif row.z_value is not None and row.favours is not None:
        yield "z_value tells the side itself, below 0 for the intervention; leave favours empty"
    events = (row.events_total, row.events_intervention, row.events_control)
    if row.events_total is None and None in events[1:]:
        yield "a test needs the events behind it: events_intervention and events_control, or events_total"
    elif 0 in events:
        yield "no ratio comes of a test in which an arm had no event; give o_minus_e with variance"
