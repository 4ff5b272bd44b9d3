"""Files loaded by hand go the way of fetched answers: archived, read, judged, published."""

import os
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from flows.ingest import IngestedRecord, IngestError, field_counts, ingest
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


def check_mixed_arm(record: IngestedRecord, data: Path, *, is_entered: bool) -> None:
    """72 registered, 64 randomised, 66 analysed are three numbers; the arm of 41 = 33 + 8 waits for a person until
    confirmed numbers of a report are entered."""
    assert (record.kind, record.eligibility) == ("record", Verdict.MET)
    numbers = record.numbers
    assert numbers is not None
    assert (numbers.n_registered, numbers.n_registered_type) == (72, "actual")
    assert (numbers.n_randomised, numbers.n_analysed) == (64, 66)
    mixed = [item for item in record.queue if "41 = 33 randomised + 8 not randomised" in item.reason]
    assert len(mixed) == (0 if is_entered else 1)
    warehouse = data / "published" / REVIEW / "current" / "warehouse.duckdb"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        of_41 = "study_id = ? AND (n_intervention IN (39, 41) OR n_control IN (27))"
        found = connection.execute(f"SELECT * FROM review_effect_input WHERE {of_41}", [record.record_id]).fetchall()
        queued = connection.execute("SELECT subject FROM out_queue WHERE reason LIKE '%41 = 33%'").fetchall()
    assert (found, queued) == ([], [(record.record_id,)] * len(mixed))


def test_the_mixed_arm_of_the_real_record_is_queued_and_not_pooled(samples: Path, tmp_path: Path) -> None:
    [record] = loaded(tmp_path, "ctgov-classic", samples / "classic" / "NCT01363401_classic_2018-05-29.xml")
    assert record.record_id == "NCT01363401"
    check_mixed_arm(record, tmp_path, is_entered=True)


def test_a_mixed_arm_is_queued_and_not_pooled(tmp_path: Path) -> None:
    [record] = loaded(tmp_path, "ctgov-classic", MADE_UP)
    assert record.numbers is not None
    assert record.numbers.n_randomised_source == "participant flow, in words"
    check_mixed_arm(record, tmp_path, is_entered=False)


def test_every_real_record_of_the_api_is_read(samples: Path, tmp_path: Path) -> None:
    files = sorted((samples / "v2").glob("*.json"))
    records = loaded(tmp_path, "ctgov", *files)
    assert [record.reason for record in records if record.kind == "rejected"] == []
    assert [record.record_id for record in records] == [path.stem for path in files]


def test_a_file_loaded_twice_is_one_version(tmp_path: Path) -> None:
    assert [record.is_new for _ in range(2) for record in loaded(tmp_path, "ctgov-classic", MADE_UP)] == [True, False]
    warehouse = tmp_path / "published" / REVIEW / "current" / "warehouse.duckdb"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert connection.execute("SELECT count(*), min(origin) FROM core_trial_version").fetchone() == (1, "export")


REAL = [
    ("ictrp", "ictrp/portal_export_first150_2020-03-18.xml", 150, set()),
    ("euctr", "euctr/fulltext_download_5records.txt", 2, {"A.7", "A.8", "D.3.10.3"}),
    ("pubmed", "pubmed/*", 5, {"whole record"}),
]


@pytest.mark.parametrize(("source", "pattern", "n_read", "queued"), REAL, ids=[row[0] for row in REAL])
def test_every_real_payload_is_accounted_for_and_adds_nothing_the_second_time(
    samples: Path, tmp_path: Path, source: str, pattern: str, n_read: int, queued: set[str]
) -> None:
    files = sorted(samples.parent.glob(pattern))
    first, second = loaded(tmp_path, source, *files), loaded(tmp_path, source, *files)
    read = [record for record in first if record.kind != "rejected"]
    assert len(read) == n_read
    assert {record.file for record in first} == {path.name for path in files}
    assert all(record.is_new for record in read)
    assert not any(record.is_new for record in second)
    counts = field_counts(first)
    assert {item.field for item in counts if item.n_queued} == queued
    assert all(0 < item.n_found <= n_read for item in counts if not item.n_queued)


def test_fields_are_counted_by_kind_and_not_by_place() -> None:
    def rejected(path: str) -> IngestedRecord:
        return IngestedRecord(file="x", record_id="X", kind="rejected", path=path)

    read = [IngestedRecord(file="x", record_id=name, kind="record", fields=("status",)) for name in "ab"]
    places = ["line 21, A.7", "line 300, A.7", "a.b[0].c", "a.b[17].c", "file:x", "line 4"]
    found = field_counts([*read, *map(rejected, places)])
    assert [(item.field, item.n_found, item.n_queued) for item in found] == [
        ("status", 2, 0),
        ("A.7", 0, 2),
        ("a.b.c", 0, 2),
        ("whole record", 0, 2),
    ]


@pytest.mark.parametrize(
    ("source", "body", "said"),
    [
        ("pubmed", '{"esearchresult": {"count": "1", "idlist": ["1"]}}', "a search result"),
        ("pubmed", "<eSearchResult><Count>1</Count></eSearchResult>", "a search result"),
        ("ctgov", '{"history": {"changes": []}}', "no study"),
        ("ctgov", '{"apiVersion": "2.0.5", "dataTimestamp": "2026-11-19T09:00:05"}', "no study"),
        ("ctgov", '[{"type": "Status"}, {"type": "Phase"}]', "no study"),
        ("ctis", '{"pagination": {"totalRecords": 0}, "data": []}', "a listing"),
    ],
)
def test_an_answer_without_records_is_not_passed_over_in_silence(
    source: str, body: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "saved.json"
    path.write_text(body)
    [record] = loaded(tmp_path / "data", source, path)
    assert record.kind == "rejected"
    assert said in record.reason
    assert "load" in record.reason


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
        ("", r"export\.json: the file is empty; nothing was loaded"),
    ],
)
def test_what_cannot_be_loaded_is_named_and_leaves_nothing(content: str | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(IngestError, match=message):
        loaded(tmp_path / "data", "ctgov", path)
    assert not (tmp_path / "data").exists()


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(IngestError, match="a folder; name the files in it"):
        loaded(tmp_path / "data", "ctgov", tmp_path)
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
