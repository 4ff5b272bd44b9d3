"""An edit that its registry does not date is found by the weekly search of everything, and not before."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from flows.night import NightResult
from replay.answer import Answer
from replay.archive import DEFAULT_ARCHIVE
from replay.server import SPEAKERS, Fault, ReplayServer
from stores.snapshot import query

pytestmark = pytest.mark.slow

REVIEW = "als_cell_therapy"
NEXT, SUNDAY = date(2016, 6, 22), date(2016, 6, 26)
TITLE = "A title that was changed in silence"


def published(data: Path, sql: str) -> list[tuple[str, ...]]:
    return query(data / "published" / REVIEW / "current" / "warehouse.duckdb", sql)[1]


def test_an_edit_without_a_moved_date_is_found_by_the_sweep(
    data: Path, carry_out: Callable[..., NightResult], tmp_path: Path
) -> None:
    archive = Path(shutil.copytree(DEFAULT_ARCHIVE, tmp_path / "archive"))
    followed_by_nobody = "SELECT study_id FROM review_study_status WHERE list = 'screened_out' AND study_id LIKE 'NCT%' ORDER BY 1 LIMIT 1"
    [(edited,)] = published(data, followed_by_nobody)
    path = archive / "ctgov" / f"{edited}.jsonl"
    versions = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for version in versions:
        version["study"]["protocolSection"]["identificationModule"]["briefTitle"] = TITLE
    path.write_text("\n".join(json.dumps(version) for version in versions) + "\n", encoding="utf-8")
    of_the_edited = f"SELECT brief_title FROM core_trial_latest JOIN core_trial_version USING (version_id) WHERE core_trial_version.record_id = '{edited}'"

    with ReplayServer(NEXT, archive=archive) as server:
        settings = {"base_urls": {slug: server.base_url(slug) for slug in SPEAKERS}}
        carry_out(data, NEXT, settings=settings, sources=("ctgov",))
        assert published(data, of_the_edited) != [(TITLE,)]
        server.as_of = SUNDAY
        result = carry_out(data, SUNDAY, settings=settings, sources=("ctgov",), full_sweep=True)
    assert published(data, of_the_edited) == [(TITLE,)]
    assert result.page.n_new_versions == 1
    assert published(data, f"SELECT record_id FROM core_trial_change WHERE new_value = '{TITLE}'") == [(edited,)]


def test_a_decision_is_asked_again_when_the_record_under_it_changes(
    data: Path, carry_out: Callable[..., NightResult], tmp_path: Path, review_folder: Path
) -> None:
    eligible = "NCT02290886"
    with (review_folder / "decisions.csv").open("a", encoding="utf-8") as table:
        table.write(f"{eligible},design,met,A. Author,2016-06-21,wrote to the sponsor\n")
    archive = Path(shutil.copytree(DEFAULT_ARCHIVE, tmp_path / "archive"))
    path = archive / "ctgov" / f"{eligible}.jsonl"
    versions = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for version in versions:
        version["study"]["protocolSection"]["designModule"]["designInfo"]["allocation"] = "NON_RANDOMIZED"
        version["study"]["protocolSection"]["statusModule"]["lastUpdatePostDateStruct"] = {"date": "2016-06-22"}
    path.write_text("\n".join(json.dumps(version) for version in versions) + "\n", encoding="utf-8")
    settings = {"reviews": review_folder.parent}
    before = carry_out(data, NEXT, settings=settings)
    assert [item for item in before.judgement.queue if item.subject == eligible and "decided that" in item.reason] == []
    with ReplayServer(SUNDAY, archive=archive) as server:
        settings |= {"base_urls": {slug: server.base_url(slug) for slug in SPEAKERS}}
        after = carry_out(data, SUNDAY, settings=settings, full_sweep=True)
    [asked] = [item for item in after.judgement.queue if item.subject == eligible and "decided that" in item.reason]
    assert "A. Author decided that design is met on 2016-06-21" in asked.reason
    [decision] = [item for item in after.judgement.screened.screening[eligible].criteria if item.criterion == "design"]
    assert (decision.verdict, decision.decided_by) == ("met", "A. Author")


class AllOfIt(ReplayServer):
    """Announces the whole registry in the place of one topic, as when a filter is not known."""

    def answer(self, address: str, body: bytes) -> tuple[Answer, Fault | None]:
        told, fault = super().answer(address, body)
        if "/api/v2/studies?" in address and (found := json.loads(told.body)).get("totalCount") is not None:
            told = Answer(json.dumps(found | {"totalCount": 470_145}).encode(), 200, told.content_type, told.headers)
        return told, fault


def test_a_filter_that_the_registry_ignores_is_noticed_by_the_number_announced(
    data: Path, carry_out: Callable[..., NightResult]
) -> None:
    with AllOfIt(NEXT) as server:
        settings = {"base_urls": {slug: server.base_url(slug) for slug in SPEAKERS}}
        result = carry_out(data, NEXT, settings=settings)
    [check] = [check for check in result.checks if check.source == "ctgov" and check.scope == "topic"]
    assert (check.state, result.state) == ("failed", "partial")
    assert "announces 470145 records" in check.reason
    assert "a filter may have been ignored" in check.reason
