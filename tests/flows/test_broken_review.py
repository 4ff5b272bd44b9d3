"""A review folder with a fault stops the night before it asks anything, and says where the fault is."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from flows.backtest import backtest
from flows.ingest import ingest
from flows.night import NightResult
from models.dates import at_night
from models.folder_files import ReviewError
from models.settings import Settings
from stores.archive import archive_files
from stores.ledger import Ledger
from stores.published import fingerprint_of, published_folder
from stores.snapshot import query

REVIEW = "als_cell_therapy"
NEXT = date(2016, 6, 22)
SOUND, NEWS = date(2020, 1, 21), date(2020, 3, 24)
ARM = "4 to 6 months,intervention,31,,-3.10"
MADE_UP = Path(__file__).parent / "fixtures" / "NCT90000002_classic.xml"

Night = Callable[..., NightResult]
FAULTS = {
    "unknown key": (
        "protocol.yaml",
        "  relative_change: 0.5",
        "  relativ_change: 0.5",
        r"protocol\.yaml:\d+: thresholds\.relativ_change: unknown key: remove it or correct its spelling",
    ),
    "one comparison twice": (
        "protocol.yaml",
        "\ncomparisons:\n",
        "\ncomparisons:\n  - {id: cells_vs_control, title: Doses, intervention: High, control: Low}\n",
        r"protocol\.yaml.*comparisons\.1\.id: value 'cells_vs_control': stands twice: give each its own name",
    ),
    "n = 0": (
        "extraction.csv",
        "4 to 6 months,intervention,31,,-3.10",
        "4 to 6 months,intervention,0,,-3.10",
        r"extraction\.csv:2: n_analysed: value '0': ",
    ),
}


@pytest.fixture(params=FAULTS.values(), ids=list(FAULTS))
def fault(request: pytest.FixtureRequest, review_folder: Path) -> str:
    """Puts a fault into the review folder and returns what must be said about it."""
    name, old, new, told = request.param
    path = review_folder / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    return str(told)


def test_a_night_with_a_faulty_review_publishes_and_asks_nothing(
    fault: str, data: Path, review_folder: Path, carry_out: Night
) -> None:
    settings = Settings(data=data)
    before = fingerprint_of(REVIEW, settings), archive_files(settings.archive)
    with pytest.raises(ReviewError, match=fault):
        carry_out(data, NEXT, settings={"reviews": review_folder.parent})
    assert (fingerprint_of(REVIEW, settings), archive_files(settings.archive)) == before
    assert len(list((data / "outbox").glob("*.eml"))) == 1
    with Ledger(settings.ledger) as ledger:
        assert ledger.runs(REVIEW)[-1].state == "failed"
        assert re.search(fault, ledger.runs(REVIEW)[-1].reason)
    assert carry_out(data, NEXT).state == "done"


def test_nothing_is_loaded_into_a_faulty_review(fault: str, review_folder: Path, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", reviews=review_folder.parent)
    with pytest.raises(ReviewError, match=fault):
        ingest("ctgov-classic", [MADE_UP], REVIEW, at_night(NEXT), settings)
    assert not settings.data.exists()


def test_a_replay_of_a_faulty_review_leaves_the_nights_that_are_there(
    fault: str, data: Path, review_folder: Path
) -> None:
    settings = Settings(data=data, reviews=review_folder.parent)
    before = sorted(path for path in data.rglob("*") if path.is_file())
    with pytest.raises(ReviewError, match=fault):
        list(backtest(REVIEW, [NEXT], settings))
    assert published_folder(REVIEW, settings).is_dir()
    assert sorted(path for path in data.rglob("*") if path.is_file()) == before


def test_an_estimate_that_is_not_reproduced_closes_its_own_analysis(
    data: Path, review_folder: Path, carry_out: Night
) -> None:
    """The gate: nothing new is pooled there and no rule is applied, a person is asked, and the others go on."""
    table = review_folder / "extraction.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace(ARM, ARM.replace("-3.10", "-3.01")), encoding="utf-8")
    assert table.read_text(encoding="utf-8") != text
    carry_out(data, SOUND, settings={"reviews": review_folder.parent})
    warehouse = published_folder(REVIEW, Settings(data=data)) / "warehouse.duckdb"

    def told(sql: str) -> list[tuple[object, ...]]:
        return query(warehouse, sql)[1]

    closed = "alsfrs_r_change:4 to 6 months"
    assert told("SELECT analysis FROM out_analysis WHERE NOT is_reproduced") == [(closed,)]
    sets = f"SELECT DISTINCT evidence_set FROM out_pooled_effect WHERE analysis = '{closed}'"
    assert told(sets) == [("published",)]
    assert told(f"SELECT DISTINCT rule FROM out_signal WHERE analysis = '{closed}'") == [("S0",)]
    assert told("SELECT count(*) FROM out_signal WHERE rule = 'S5' AND analysis = 'fvc_change:4 to 6 months'") != [(0,)]
    [(kind, value)] = told(f"SELECT kind, value FROM out_queue WHERE subject = '{closed}'")
    assert kind == "analysis"
    assert "Printed 3.38" in str(value)


def test_when_no_published_estimate_is_reproduced_nothing_new_is_pooled_and_the_watch_goes_on(
    data: Path, review_folder: Path, carry_out: Night
) -> None:
    table = review_folder / "published" / "2019.yaml"
    text = table.read_text(encoding="utf-8")
    slip = re.sub(r"ci_high: (\S+),", r"ci_high: 9\1,", text)
    assert slip != text
    table.write_text(slip, encoding="utf-8")
    carry_out(data, SOUND, settings={"reviews": review_folder.parent})
    result = carry_out(data, NEWS, settings={"reviews": review_folder.parent})
    closed = {signal.analysis for signal in result.judgement.signals if signal.rule == "S0" and signal.fired}
    assert len(closed) == 5
    assert {item.evidence_set for item in result.judgement.effects if item.analysis in closed} == {"published"}
    assert sum(item.kind == "analysis" for item in result.judgement.queue) == 5
    assert len(result.alerts) == 1, "what became public meanwhile is told all the same"
