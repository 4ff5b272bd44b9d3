"""Files loaded by hand go the way of fetched answers: archived, read, judged, published."""

import os
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from flows.ingest import IngestedRecord, IngestError, ingest
from models.settings import Settings
from models.vocabulary import Verdict
from stores.archive import archive_files

REVIEW = "als_cell_therapy"
MOMENT = datetime(2026, 11, 20, 12, tzinfo=UTC)
MADE_UP = Path(__file__).parent / "fixtures" / "NCT90000002_classic.xml"
SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "ctgov"


@pytest.fixture(scope="session")
def samples() -> Path:
    """Real payloads, which live beside the project and not in it."""
    if not SAMPLES.is_dir():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"no real payloads at {SAMPLES}")
    return SAMPLES


def loaded(data: Path, source: str, *files: Path) -> list[IngestedRecord]:
    return ingest(source, files, REVIEW, MOMENT, Settings(data=data))


def check_mixed_arm(record: IngestedRecord, data: Path) -> None:
    """72 registered, 64 randomised, 66 analysed are three numbers; the arm of 41 = 33 + 8 waits for a person."""
    assert (record.kind, record.eligibility) == ("record", Verdict.MET)
    numbers = record.numbers
    assert numbers is not None
    assert (numbers.n_registered, numbers.n_registered_type) == (72, "actual")
    assert (numbers.n_randomised, numbers.n_analysed) == (64, 66)
    [mixed] = [item for item in record.queue if item.kind == "extraction"]
    assert "41 = 33 randomised + 8 not randomised" in mixed.reason
    assert mixed.action
    warehouse = data / "published" / REVIEW / "current" / "warehouse.duckdb"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        of_41 = "study_id = ? AND (n_intervention IN (39, 41) OR n_control IN (27))"
        found = connection.execute(f"SELECT * FROM review_effect_input WHERE {of_41}", [record.record_id]).fetchall()
        queued = connection.execute("SELECT subject FROM out_queue WHERE kind = 'extraction'").fetchall()
    assert found == []
    assert (record.record_id,) in queued


def test_the_mixed_arm_of_the_real_record_is_queued_and_not_pooled(samples: Path, tmp_path: Path) -> None:
    [record] = loaded(tmp_path, "ctgov-classic", samples / "classic" / "NCT01363401_classic_2018-05-29.xml")
    assert record.record_id == "NCT01363401"
    check_mixed_arm(record, tmp_path)


def test_a_mixed_arm_is_queued_and_not_pooled(tmp_path: Path) -> None:
    [record] = loaded(tmp_path, "ctgov-classic", MADE_UP)
    assert record.numbers is not None
    assert record.numbers.n_randomised_source == "participant flow, in words"
    check_mixed_arm(record, tmp_path)


def test_every_real_record_of_the_api_is_read(samples: Path, tmp_path: Path) -> None:
    files = sorted((samples / "v2").glob("*.json"))
    records = loaded(tmp_path, "ctgov", *files)
    assert [record.reason for record in records if record.kind == "rejected"] == []
    assert [record.record_id for record in records] == [path.stem for path in files]


def test_a_file_loaded_twice_is_one_version(tmp_path: Path) -> None:
    for _ in range(2):
        loaded(tmp_path, "ctgov-classic", MADE_UP)
    warehouse = tmp_path / "published" / REVIEW / "current" / "warehouse.duckdb"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert connection.execute("SELECT count(*), min(origin) FROM core_trial_version").fetchone() == (1, "export")


def test_what_was_loaded_goes_through_the_archive_untouched(tmp_path: Path) -> None:
    loaded(tmp_path, "ctgov-classic", MADE_UP)
    [path] = archive_files(tmp_path / "archive")
    assert path.parent.name == "ctgov-classic"
    warehouse = tmp_path / "published" / REVIEW / "current" / "warehouse.duckdb"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        told = connection.execute("SELECT kind, url, n_bytes, n_records FROM core_capture").fetchall()
    assert told == [("file", f"file:{MADE_UP.name}", MADE_UP.stat().st_size, 1)]


def test_loading_a_file_raises_no_alert_and_takes_no_cursor(data: Path) -> None:
    loaded(data, "ctgov-classic", MADE_UP)
    assert list((data / "outbox").glob("*.eml")) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("  \n", r"export\.json: the file is empty; nothing was loaded"),
        (None, r"export\.json: cannot be read: No such file or directory; nothing was loaded"),
    ],
)
def test_what_cannot_be_loaded_is_named_and_leaves_nothing(content: str | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(IngestError, match=message):
        loaded(tmp_path / "data", "ctgov", path)
    assert not (tmp_path / "data").exists()


def test_a_cut_file_is_rejected_by_name_and_nothing_of_it_is_published(tmp_path: Path) -> None:
    cut = tmp_path / "cut.xml"
    cut.write_bytes(MADE_UP.read_bytes()[:2500])
    [record] = loaded(tmp_path / "data", "ctgov-classic", cut)
    assert (record.kind, record.file) == ("rejected", "cut.xml")
    assert record.reason
    warehouse = tmp_path / "data" / "published" / REVIEW / "current" / "warehouse.duckdb"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM core_trial_version").fetchone() == (0,)
        assert connection.execute("SELECT kind FROM out_queue WHERE kind = 'rejected'").fetchall() == [("rejected",)]
