"""What closes an item closes that one, and a row that settles nothing is told with its line."""

from datetime import date

import pytest

from judging.tasks import BY_ROWS_ALONE, open_items
from models.folder_rows import SettledRow
from models.screening import QUEUE_KINDS, QueueItem
from reporting.words import QUEUE

ITEMS = [QueueItem(kind=kind, subject=f"study {kind}", reason="why", action="do so") for kind in QUEUE_KINDS]


def row(item: str, kind: str, subject: str, line: int = 2) -> SettledRow:
    said = {"settled_by": "A", "known_from": date(2024, 1, 1), "reason": "seen"}
    return SettledRow.model_validate({"item": item, "kind": kind, "subject": subject} | said).at(line)


def test_every_kind_has_its_words() -> None:
    assert set(QUEUE) == set(QUEUE_KINDS)


@pytest.mark.parametrize("item", ITEMS, ids=QUEUE_KINDS)
def test_a_row_settles_its_item_unless_that_has_rows_of_its_own(item: QueueItem) -> None:
    left = open_items(ITEMS, [row(item.item, item.kind, item.subject.upper())])
    if item.kind in BY_ROWS_ALONE:
        [ruling] = set(left) - set(ITEMS)
        assert (ruling.kind, ruling.action) == ("ruling", "do that, and remove the row")
        assert "settled.csv:2" in ruling.reason
    else:
        assert set(left) == set(ITEMS) - {item}


NONE = "q0000000"


def test_a_row_that_names_something_else_than_its_item_is_an_item() -> None:
    [named, *_] = ITEMS
    left = open_items(ITEMS, [row(named.item, "check", "study check", line=7)])
    assert set(ITEMS) < set(left)
    [ruling] = set(left) - set(ITEMS)
    assert ruling.reason == f"settled.csv:7: {named.item} is about results, study results, so the row settles nothing"


def test_what_has_changed_since_it_was_settled_is_told_with_its_new_name() -> None:
    [changed, *_] = ITEMS
    [ruling] = set(open_items(ITEMS, [row(NONE, changed.kind, changed.subject)])) - set(ITEMS)
    assert ruling.reason.startswith(f"settled.csv:2: {NONE} is not, or no longer, open")
    assert changed.item in ruling.action


def test_what_is_gone_may_come_back_so_its_row_stays_in_silence() -> None:
    [gone, *others] = ITEMS
    settled = [row(gone.item, gone.kind, gone.subject)]
    assert set(open_items(others, settled)) == set(others)
    assert set(open_items(ITEMS, settled)) == set(others)


def test_any_change_makes_another_item() -> None:
    item = QueueItem(kind="results", subject="S", reason="r", field="f", value="v")
    others = [
        QueueItem(**{"kind": "results", "subject": "S", "reason": "r", "field": "f", "value": "v"} | change)
        for change in ({"kind": "link"}, {"subject": "T"}, {"reason": "q"}, {"field": "g"}, {"value": "w"})
    ]
    assert len({item.item, *(other.item for other in others)}) == 6


def test_the_weightiest_come_first() -> None:
    assert [item.kind for item in open_items(reversed(ITEMS), [])] == list(QUEUE_KINDS)
