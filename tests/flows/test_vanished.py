"""A record that its source no longer lists is marked and asked about; what it said stays."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from flows.night import NightResult
from replay.archive import DEFAULT_ARCHIVE
from replay.server import SPEAKERS, ReplayServer
from stores.snapshot import query

pytestmark = pytest.mark.slow

REVIEW = "als_cell_therapy"
NEXT, AFTER, LAST = date(2016, 6, 22), date(2016, 6, 29), date(2016, 7, 6)
GONE = "NCT02290886"
"""An eligible trial, which also has an entry in another register."""

Night = Callable[..., NightResult]


def tombstones(data: Path) -> list[tuple[str, str]]:
    warehouse = data / "published" / REVIEW / "current" / "warehouse.duckdb"
    return query(warehouse, "SELECT source, item_id FROM out_tombstone")[1]


def vanished(result: NightResult) -> list[str]:
    return [item.subject for item in result.judgement.queue if item.kind == "vanished"]


def test_a_trial_that_is_listed_no_more_is_marked_until_it_is_back(
    data: Path, carry_out: Night, tmp_path: Path
) -> None:
    thinned = Path(shutil.copytree(DEFAULT_ARCHIVE, tmp_path / "archive"))
    (thinned / "ctgov" / f"{GONE}.jsonl").unlink()
    with ReplayServer(NEXT, archive=thinned) as server:
        settings = {"base_urls": {slug: server.base_url(slug) for slug in SPEAKERS}}
        incremental = carry_out(data, NEXT, settings=settings, sources=("ctgov",))
        assert (vanished(incremental), tombstones(data)) == ([], []), "a search of what changed lists little"
        server.as_of = AFTER
        sweep = carry_out(data, AFTER, settings=settings, sources=("ctgov",), full_sweep=True)
    assert vanished(sweep) == [GONE]
    assert tombstones(data) == [("ctgov", GONE)]
    assert GONE in {status.study_id for status in sweep.judgement.statuses}, "nothing is deleted"
    [item] = [item for item in sweep.judgement.queue if item.kind == "vanished"]
    assert item.reason == "ctgov: complete searches no longer hold it, last listed 2016-06-21"
    back = carry_out(data, LAST, sources=("ctgov",), full_sweep=True)
    assert (vanished(back), tombstones(data)) == ([], [])


def test_a_sweep_that_did_not_reach_the_end_says_nothing_about_what_is_gone(data: Path, carry_out: Night) -> None:
    with ReplayServer(AFTER) as server:
        server.break_source("ctgov", status=501)
        settings = {"base_urls": {slug: server.base_url(slug) for slug in SPEAKERS}}
        result = carry_out(data, AFTER, settings=settings, sources=("ctgov",), full_sweep=True)
    assert result.state == "failed"
    assert (vanished(result), tombstones(data)) == ([], [])
