"""What the archive has lost is asked for again, named, and never published as if it were all there is."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flows.ingest import IngestError, ingest
from flows.night import NightResult
from models.dates import at_night
from models.settings import Settings
from models.vocabulary import SourceState
from replay.server import ReplayServer
from stores.archive import archive_files
from stores.ledger import Ledger
from stores.published import current_folder
from stores.snapshot import query

pytestmark = pytest.mark.slow

Night = Callable[..., NightResult]
REVIEW = "als_cell_therapy"
NEXT, AFTER, LATER = date(2016, 6, 22), date(2016, 6, 23), date(2016, 6, 24)
MADE_UP = Path(__file__).parent / "fixtures" / "NCT90000002_classic.xml"


def shown(data: Path) -> set[str]:
    warehouse = current_folder(data / "published", REVIEW) / "warehouse.duckdb"
    return {row[0] for row in query(warehouse, "SELECT study_id FROM review_study_record")[1]}


def since(result: NightResult) -> set[date | None]:
    return {check.since for check in result.checks if check.scope == "topic"}


def lose(data: Path, *, with_corpus: bool) -> None:
    shutil.rmtree(data / "archive")
    if with_corpus:
        (data / "corpus.duckdb").unlink()


def test_a_lost_archive_is_asked_for_again_and_the_review_does_not_shrink(data: Path, carry_out: Night) -> None:
    before = shown(data)
    lose(data, with_corpus=True)
    result = carry_out(data, NEXT)
    assert since(result) == {None}, "everything, not what changed"
    assert result.state == "done"
    assert shown(data) == before
    assert None not in since(carry_out(data, AFTER))


def test_while_a_source_is_down_a_lost_archive_leaves_the_last_page_in_place_and_is_told_once(
    data: Path, carry_out: Night, registries: ReplayServer, elsewhere: dict[str, Any]
) -> None:
    before, page = shown(data), current_folder(data / "published", REVIEW).resolve()
    lose(data, with_corpus=True)
    registries.break_source("ctgov", status=501)
    for day in (NEXT, AFTER):
        registries.as_of = day
        result = carry_out(data, day, settings=elsewhere)
        assert (result.state, current_folder(data / "published", REVIEW).resolve()) == ("failed", page)
        assert "of the night of 2016-06-21 are not known any more" in result.reason
    [mail] = (data / "outbox").glob("*.eml")
    assert "not known any more" in " ".join(mail.read_text(encoding="utf-8").split())
    registries.repair()
    registries.as_of = LATER
    result = carry_out(data, LATER, settings=elsewhere)
    assert (result.state, shown(data)) == ("done", before)


def test_a_lost_file_is_named_until_it_is_back_and_its_source_is_asked_for_everything(
    data: Path, carry_out: Night
) -> None:
    [path] = [path for path in archive_files(data / "archive") if path.match("ctgov/*topic*")]
    kept = path.read_bytes()
    path.unlink()
    result = carry_out(data, NEXT)
    assert result.state == "partial"
    assert f"that were read before and are gone: 1 (ctgov/{path.name}); restore them" in result.reason
    asked = {check.source: check.since for check in result.checks if check.scope == "topic"}
    assert {source for source, day in asked.items() if day is None} == {"ctgov"}
    assert [item.reason for item in result.judgement.queue if item.kind == "vanished"] == [result.reason]
    path.write_bytes(kept)
    assert carry_out(data, AFTER).state == "done"


def test_a_search_whose_answer_is_lost_is_not_called_complete(data: Path, carry_out: Night) -> None:
    [path] = [path for path in archive_files(data / "archive") if path.match("ctgov/*topic*")]
    path.rename(data / "elsewhere")
    carry_out(data, NEXT, sources=("pubmed",))
    with Ledger(Settings(data=data).ledger) as ledger:
        [lost] = [check for check in ledger.source_checks(REVIEW) if check.state is SourceState.LOST]
        assert (lost.source, lost.scope) == ("ctgov", "topic")
    warehouse = current_folder(data / "published", REVIEW) / "warehouse.duckdb"
    [row] = query(warehouse, "SELECT state, last_complete_at FROM out_source_freshness WHERE source = 'ctgov'")[1]
    assert row == ("lost", None)
    (data / "elsewhere").rename(path)
    carry_out(data, AFTER, sources=("pubmed",))
    with Ledger(Settings(data=data).ledger) as ledger:
        assert {check.state for check in ledger.source_checks(REVIEW)} == {SourceState.COMPLETE}


def test_what_no_source_gives_again_is_put_before_a_person(data: Path, carry_out: Night) -> None:
    older = data / "older.xml"
    older.write_text(MADE_UP.read_text(encoding="utf-8").replace("2017", "2015"), encoding="utf-8")
    ingest("ctgov-classic", [older], REVIEW, at_night(NEXT), Settings(data=data))
    assert "NCT90000002" in shown(data)
    lose(data, with_corpus=True)
    result = carry_out(data, AFTER)
    assert result.state == "partial"
    assert "records and reports of the night of 2016-06-22 are not known any more: NCT90000002" in result.reason
    [item] = [item for item in result.judgement.queue if item.kind == "vanished"]
    assert (item.subject, item.reason) == (REVIEW, result.reason)
    following = carry_out(data, LATER)
    assert (following.state, [item for item in following.judgement.queue if item.kind == "vanished"]) == ("done", [])


@pytest.mark.slow
def test_a_file_that_was_cut_is_damaged_and_its_source_is_asked_for_everything(data: Path, carry_out: Night) -> None:
    """With the corpus that was read from it, and without: the ledger knows how many pages there were."""
    before = shown(data)
    [path] = [path for path in archive_files(data / "archive") if path.match("ctgov/*topic*")]
    kept = path.read_bytes()
    path.write_bytes(kept[: len(kept) // 2])
    result = carry_out(data, NEXT)
    assert result.state == "partial"
    assert f"cannot be read: 1 (ctgov/{path.name})" in result.reason
    assert {check.source for check in result.checks if check.scope == "topic" and check.since is None} == {"ctgov"}
    path.write_bytes(b"")
    (data / "corpus.duckdb").unlink()
    result = carry_out(data, AFTER)
    assert shown(data) == before
    path.write_bytes(kept)
    assert carry_out(data, LATER).state == "done"


def test_a_narrowed_night_does_not_pass_for_a_search_of_what_was_lost(data: Path, carry_out: Night) -> None:
    page = current_folder(data / "published", REVIEW).resolve()
    lose(data, with_corpus=True)
    result = carry_out(data, NEXT, sources=("pubmed",))
    assert (result.state, current_folder(data / "published", REVIEW).resolve()) == ("failed", page)
    assert "ctgov, euctr could not be asked for them; the page stays until 2016-06-24" in result.reason


@pytest.mark.slow
def test_what_was_lost_is_waited_for_no_longer_than_a_search_may_be_old(
    data: Path, carry_out: Night, registries: ReplayServer, elsewhere: dict[str, Any]
) -> None:
    lose(data, with_corpus=True)
    registries.break_source("ctgov", status=501)
    states = []
    for day in (date(2016, 6, 24), date(2016, 6, 25), date(2016, 6, 26)):
        registries.as_of = day
        result = carry_out(data, day, settings=elsewhere)
        states.append((result.state, bool([item for item in result.judgement.queue if item.kind == "vanished"])))
    assert states == [("failed", True), ("partial", True), ("partial", False)]


def test_loading_a_file_publishes_nothing_poorer(data: Path, carry_out: Night) -> None:
    page, before = current_folder(data / "published", REVIEW).resolve(), shown(data)
    lose(data, with_corpus=True)
    older = data / "older.xml"
    older.write_text(MADE_UP.read_text(encoding="utf-8").replace("2017", "2015"), encoding="utf-8")
    with pytest.raises(IngestError, match=r"loaded, and not published: .* are not known any more"):
        ingest("ctgov-classic", [older], REVIEW, at_night(NEXT), Settings(data=data))
    assert current_folder(data / "published", REVIEW).resolve() == page
    result = carry_out(data, AFTER)
    assert "not known any more" not in result.reason
    assert shown(data) == before | {"NCT90000002"}


@pytest.mark.slow
def test_two_reviews_that_share_an_answer_both_ask_again(data: Path, carry_out: Night, tmp_path: Path) -> None:
    twin = Path(shutil.copytree(Settings().reviews / REVIEW, tmp_path / "reviews" / "twin"))
    shutil.copytree(Settings().reviews / REVIEW, tmp_path / "reviews" / REVIEW)
    protocol = twin / "protocol.yaml"
    protocol.write_text(protocol.read_text(encoding="utf-8").replace(f"review: {REVIEW}", "review: twin"), "utf-8")
    both = {"reviews": tmp_path / "reviews"}
    for review in (REVIEW, "twin"):
        carry_out(data, NEXT, settings=both, review=review)
    before = shown(data)
    lose(data, with_corpus=True)
    for review in (REVIEW, "twin"):
        result = carry_out(data, AFTER, settings=both, review=review)
        assert (result.state, since(result)) == ("done", {None})
    assert shown(data) == before
