"""What closes an item closes that one, and a row that settles nothing is told with its line."""

from datetime import date

import pytest

from judging.tasks import BY_ROWS_ALONE, open_items
from models.protocol import SettledRow
from models.screening import QUEUE_KINDS, QueueItem
from reporting.words import QUEUE

ITEMS = [QueueItem(kind=kind, subject=f"study {kind}", reason="why", action="do so") for kind in QUEUE_KINDS]


def row(item: str, subject: str, line: int = 2) -> SettledRow:
    given = {"item": item, "subject": subject, "settled_by": "A", "known_from": date(2024, 1, 1), "reason": "seen"}
    return SettledRow.model_validate(given).at(line)


def test_every_kind_has_its_words() -> None:
    assert set(QUEUE) == set(QUEUE_KINDS)


@pytest.mark.parametrize("item", ITEMS, ids=QUEUE_KINDS)
def test_a_row_settles_its_item_unless_that_has_rows_of_its_own(item: QueueItem) -> None:
    left = open_items(ITEMS, [row(item.item, item.subject.upper())])
    if item.kind in BY_ROWS_ALONE:
        [ruling] = set(left) - set(ITEMS)
        assert (ruling.kind, ruling.action) == ("ruling", "do that, and remove the row")
        assert "settled.csv:2" in ruling.reason
    else:
        assert set(left) == set(ITEMS) - {item}


SLIPS = {
    "another subject": ("results", "study check", "is about study results"),
    "an item that has changed": ("", "study results", "is not, or no longer, open"),
}


@pytest.mark.parametrize(("kind", "subject", "told"), SLIPS.values(), ids=list(SLIPS))
def test_a_row_that_settles_nothing_is_an_item(kind: str, subject: str, told: str) -> None:
    name = next((item.item for item in ITEMS if item.kind == kind), "0" * 8)
    left = open_items(ITEMS, [row(name, subject, line=7)])
    assert set(ITEMS) < set(left)
    [ruling] = set(left) - set(ITEMS)
    assert ruling.reason.startswith(f"settled.csv:7: {name} {told}")


def test_a_row_for_what_is_done_says_nothing() -> None:
    assert open_items([], [row("0" * 8, "study results")]) == ()


def test_any_change_makes_another_item() -> None:
    item = QueueItem(kind="results", subject="S", reason="r", field="f", value="v")
    others = [
        QueueItem(**{"kind": "results", "subject": "S", "reason": "r", "field": "f", "value": "v"} | change)
        for change in ({"kind": "link"}, {"subject": "T"}, {"reason": "q"}, {"field": "g"}, {"value": "w"})
    ]
    assert len({item.item, *(other.item for other in others)}) == 6


def test_the_weightiest_come_first() -> None:
    assert [item.kind for item in open_items(reversed(ITEMS), [])] == list(QUEUE_KINDS)
