"""Checks of a row go before a person; checks of the whole end the night."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from models.dates import at_night
from models.screening import QueueItem
from models.tables import metadata
from stores.checks import violated_rows
from stores.corpus import Corpus
from stores.duck import WarehouseError
from stores.snapshot import Snapshot


@pytest.fixture
def snapshot(tmp_path: Path) -> Iterator[Snapshot]:
    Corpus(tmp_path / "corpus.duckdb").close()
    with Snapshot(":memory:", tmp_path / "corpus.duckdb", at_night(date(2016, 6, 21))) as empty:
        yield empty


def test_a_sound_snapshot_says_nothing(snapshot: Snapshot) -> None:
    assert violated_rows(snapshot) == ()


def test_a_violated_row_is_named_with_its_values_and_what_to_do(snapshot: Snapshot) -> None:
    row = {"study_id": "NCT1", "outcome": "survival", "evidence": "memory"}
    snapshot.insert(metadata.tables["review_effect_input"], [row])
    assert violated_rows(snapshot) == (
        QueueItem(
            kind="check",
            subject="NCT1",
            reason="a number from memory is pooled",
            field="review_effect_input",
            value="outcome survival",
            action="give the report and the place that the number is read from, in extraction.csv",
        ),
    )


def test_a_violated_check_of_the_whole_is_named_with_its_first_row(snapshot: Snapshot) -> None:
    rows = [{"study_id": study, "record_id": "NCT1"} for study in ("A", "B")]
    snapshot.insert(metadata.tables["review_study_record"], rows)
    told = r"nothing is published: review_study_record__record_in_two_studies: .*: 1 rows, the first is .*NCT1"
    with pytest.raises(WarehouseError, match=told):
        violated_rows(snapshot)
