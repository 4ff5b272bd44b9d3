"""Reports that people load: the same studies, events and alerts in whatever order, and what was known stays known."""

import os
import random
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from flows.ingest import IngestedRecord, ingest
from flows.night import NightResult
from models.settings import Settings
from stores.ledger import Ledger
from stores.published import published_folder
from stores.snapshot import query

LABELLED = Path(__file__).parents[1] / "reports" / "files"
CASES = Path(__file__).parents[3] / "shared" / "cases" / "sources"
SOURCES = {".xml": "pubmed", ".nbib": "nbib", ".json": "europepmc", ".ris": "ris"}
REVIEW = "als_cell_therapy"
Rows = set[tuple[Any, ...]]


class Seen(NamedTuple):
    """What readers see of reports, whenever each file was loaded."""

    studies: Rows
    links: Rows
    events: Rows
    reports: Rows
    queue: Rows


def seen(data: Path) -> Seen:
    def rows(statement: str) -> Rows:
        return set(query(published_folder(REVIEW, Settings(data=data)) / "warehouse.duckdb", statement)[1])

    return Seen(
        studies=rows("SELECT study_id, list, state, results_date FROM out_study"),
        links=rows("SELECT study_id, report_id, kind FROM review_study_report"),
        events=rows("SELECT event_key, event_date, public_date, grade FROM out_event"),
        reports=rows("SELECT report_id, published_date, published_date_precision, verdict FROM out_report"),
        queue=rows("SELECT kind, subject, reason FROM out_queue"),
    )


def load(data: Path, *paths: Path, n: int = 0) -> list[IngestedRecord]:
    """Load files one after the other, minutes apart."""
    found = []
    for minute, path in enumerate(paths, start=n):
        moment = datetime(2026, 11, 20, 7, minute, tzinfo=UTC)
        found += ingest(SOURCES[path.suffix], [path], REVIEW, moment, Settings(data=data))
    return found


def in_order(tmp_path: Path, name: str, files: Sequence[Path]) -> Seen:
    load(tmp_path / name, *files)
    return seen(tmp_path / name)


@pytest.mark.slow
def test_three_databases_in_either_order_give_the_same(tmp_path: Path) -> None:
    files = [LABELLED / name for name in ("als_pubmed.xml", "als_embase.ris", "als_europepmc.json")]
    assert in_order(tmp_path, "one", files) == in_order(tmp_path, "other", files[::-1])


@pytest.mark.slow
def test_all_databases_in_any_order_give_the_same(tmp_path: Path) -> None:
    files = sorted(LABELLED.glob("als_*"))
    shuffled = random.Random(5)
    orders = [files, *(shuffled.sample(files, len(files)) for _ in range(3))]
    found = [in_order(tmp_path, str(n), order) for n, order in enumerate(orders)]
    assert all(item == found[0] for item in found)
    assert len(found[0].studies) > 50


@pytest.fixture(scope="module")
def last_night(carry_out: Callable[..., NightResult], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after a night of 2026; to be copied."""
    data = tmp_path_factory.mktemp("reports by file") / "data"
    assert carry_out(data, date(2026, 11, 20)).state == "done"
    return data


@pytest.fixture
def data(last_night: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(last_night, tmp_path / "data", symlinks=True))


@pytest.fixture(scope="module")
def cases() -> Path:
    """Small inputs that went wrong, beside the project."""
    if not CASES.is_dir():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"no cases at {CASES}")
    return CASES


def test_a_paper_that_is_known_comes_from_a_second_database(data: Path, cases: Path) -> None:
    """It moves no day, makes no event, and joins its copies under one name."""
    load(data, cases / "pubmed_with_doi.xml")
    before = seen(data)
    load(data, cases / "ris_known_paper_doi.ris", n=1)
    after = seen(data)
    assert (after.studies, after.links, after.events) == (before.studies, before.links, before.events)
    warehouse = published_folder(REVIEW, Settings(data=data)) / "warehouse.duckdb"
    statement = "SELECT sources, n_copies FROM out_report WHERE report_id = 'PMID:34890069'"
    [(sources, n_copies)] = query(warehouse, statement)[1]
    assert (set(sources) >= {"pubmed", "ris"}, n_copies >= 2) == (True, True)


def test_a_trial_without_a_registration_is_told_once_and_waits(
    carry_out: Callable[..., NightResult], data: Path, cases: Path
) -> None:
    [record] = load(data, cases / "ris_unregistered_rct.ris")
    assert record.record_id == "DOI:10.9999/unregistered.2026.1"
    with Ledger(Settings(data=data).ledger) as ledger:
        before = {alert.key for alert in ledger.alerts(REVIEW)}
    for day in (21, 22):
        assert carry_out(data, date(2026, 11, day)).state == "done"
    with Ledger(Settings(data=data).ledger) as ledger:
        told = [alert for alert in ledger.alerts(REVIEW) if alert.key not in before]
    assert [alert.grade for alert in told] == ["watch"]
    own = {row[:2] for row in seen(data).studies if str(row[0]).startswith("DOI:")}
    assert own == {("DOI:10.9999/unregistered.2026.1", "awaiting")}
    page = (published_folder(REVIEW, Settings(data=data)) / "site" / "index.html").read_text(encoding="utf-8")
    assert "10.9999/unregistered.2026.1" in page


def test_a_retraction_by_a_saved_citation_is_told(data: Path, cases: Path) -> None:
    before = seen(data)
    [record] = load(data, cases / "nbib_retracted_included.nbib")
    assert record.is_new
    new = {str(key) for key, *_ in seen(data).events} - {str(key) for key, *_ in before.events}
    assert [key.split(":")[0] for key in new] == ["E7"]
