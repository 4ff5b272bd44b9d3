"""What a night promises beyond its conclusions: nothing said twice, nothing claimed that was not checked."""

import html
import json
import os
import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date
from email import message_from_bytes, policy
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.night import NightResult
from flows.rebuild import rebuild
from flows.steps import InOrder
from models.dates import at_night
from models.settings import Settings
from models.vocabulary import SourceState, UpdateStatus
from replay.answer import Answer
from replay.server import SPEAKERS, Fault, ReplayServer
from stores.duck import SQL, WarehouseError
from stores.ledger import Ledger, LedgerError
from stores.lock import AlreadyRunning, run_lock
from stores.published import fingerprint_of
from stores.snapshot import query

REVIEW = "als_cell_therapy"
FIRST, SECOND, RESULTS_POSTED = date(2016, 6, 21), date(2016, 6, 22), date(2016, 7, 20)

Night = Callable[..., NightResult]


def current(data: Path) -> Path:
    return data / "published" / REVIEW / "current"


def page_text(data: Path) -> str:
    markup = (current(data) / "site" / "index.html").read_text(encoding="utf-8")
    words = re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", markup, flags=re.DOTALL)
    return " ".join(html.unescape(words).split())


def digests(data: Path) -> list[str]:
    paths = sorted((data / "outbox").glob("*.eml"))
    texts = [message_from_bytes(path.read_bytes(), policy=policy.default).get_content() for path in paths]
    return [" ".join(text.split()) for text in texts]


# --- unchanged registries ---


def test_a_second_night_on_unchanged_registries_is_one_heartbeat(
    data: Path, carry_out: Night, sources: list[str]
) -> None:
    result = carry_out(data, SECOND)
    assert result.state == "done"
    assert result.page.n_new_versions == 0
    assert result.page.n_new_versions == 0
    assert (result.new_events, result.alerts) == ((), ())
    with Ledger(Settings(data=data).ledger) as ledger:
        assert ledger.alerts(REVIEW) == ()
        [_, beat] = ledger.heartbeats(REVIEW)
    assert beat.as_of == at_night(SECOND)
    assert beat.message == f"Searched {len(sources)} sources to the end: nothing new."
    assert list((data / "outbox").iterdir()) == [data / "outbox" / "heartbeat.json"]
    assert "Nothing new since the run of 21 June 2016" in page_text(data)


def test_the_same_night_again_says_and_changes_nothing(data: Path, carry_out: Night) -> None:
    first = carry_out(data, RESULTS_POSTED)
    before = fingerprint_of(REVIEW, Settings(data=data))
    again = carry_out(data, RESULTS_POSTED)
    assert [alert.key for alert in again.alerts] == [alert.key for alert in first.alerts]
    assert fingerprint_of(REVIEW, Settings(data=data)) == before
    assert len(digests(data)) == 1
    with Ledger(Settings(data=data).ledger) as ledger:
        assert len(ledger.alerts(REVIEW)) == 1
        assert [item.n_attempts for item in ledger.deliveries(REVIEW)] == [1]


def test_a_rebuild_gives_the_same_content_as_the_nights_did(data: Path, carry_out: Night) -> None:
    carry_out(data, RESULTS_POSTED)
    before = fingerprint_of(REVIEW, Settings(data=data))
    (data / "warehouse.duckdb").write_bytes(b"torn")
    told_before, told_after, _ = rebuild(REVIEW, Settings(data=data))
    assert told_before == told_after == before == fingerprint_of(REVIEW, Settings(data=data))
    assert len(digests(data)) == 1


class Stopped(InOrder):
    """Steps in order, until everything is fetched and nothing is judged."""

    def run(self, name: str, step: Callable[..., Any], *arguments: Any) -> Any:
        if name == "judge":
            raise KeyboardInterrupt
        return super().run(name, step, *arguments)


def test_a_rebuild_after_a_night_that_was_stopped_is_that_of_the_night_before(data: Path, carry_out: Night) -> None:
    before = fingerprint_of(REVIEW, Settings(data=data))
    with pytest.raises(KeyboardInterrupt):
        carry_out(data, RESULTS_POSTED, steps=Stopped())
    _, after, _ = rebuild(REVIEW, Settings(data=data))
    assert {name for name, digest in after.tables.items() if digest != before.tables[name]} == set()


def test_another_content_has_another_fingerprint(data: Path, carry_out: Night) -> None:
    before = fingerprint_of(REVIEW, Settings(data=data))
    carry_out(data, RESULTS_POSTED)
    after = fingerprint_of(REVIEW, Settings(data=data))
    assert before.fingerprint != after.fingerprint
    assert before.tables["out_study"] != after.tables["out_study"]


# --- what is published ---


def test_the_manifest_tells_the_truth(data: Path, sources: list[str]) -> None:
    folder = current(data)
    told = json.loads((folder / "manifest.json").read_bytes())
    assert (told["review"], told["registries"], told["as_of"]) == (REVIEW, "replay", "2016-06-21T06:00:00Z")
    assert told["trialwatch"]
    assert told["decision"] == "Up to date"
    assert {item["source"]: item["state"] for item in told["sources"]} == dict.fromkeys(sources, "complete")
    assert told["fingerprint"] == fingerprint_of(REVIEW, Settings(data=data)).tables
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    del files["manifest.json"]
    assert told["files"] == {
        name: {"bytes": len(body), "sha256": sha256(body).hexdigest()} for name, body in files.items()
    }
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as warehouse:
        for name, n in told["rows"].items():
            parquet = folder / "parquet" / f"{name}.parquet"
            assert warehouse.execute(f"SELECT count(*) FROM {name}").fetchone() == (n,)
            assert warehouse.execute(f"SELECT count(*) FROM '{parquet}'").fetchone() == (n,)


def test_analysts_find_the_agreed_columns(data: Path) -> None:
    agreed = {
        "out_study": "study_id registry_ids list state design n_registered n_randomised n_analysed product comparator"
        " start_date completion_date results_date",
        "out_pooled_effect": "evidence_set convention comparison outcome timepoint measure model k n_participants"
        " estimate ci_low ci_high p_value tau2 i2_pct",
        "out_event": "event_code study_id event_date first_seen_at evidence",
        "out_signal": "rule outcome fired value threshold",
        "out_update_decision": "status rationale explanation",
        "out_source_freshness": "source state last_complete_at",
        "review_screening_decision": "study_id criterion verdict field quote",
    }
    with duckdb.connect(str(current(data) / "warehouse.duckdb"), read_only=True) as warehouse:
        for name, columns in agreed.items():
            found = [row[0] for row in warehouse.execute(f"DESCRIBE {name}").fetchall()]
            assert set(columns.split()) <= set(found), name


def test_the_page_needs_nothing_from_elsewhere(data: Path) -> None:
    markup = (current(data) / "site" / "index.html").read_text(encoding="utf-8")
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=[\"']?https?:", markup)


# --- a source that is down ---


@pytest.mark.parametrize("broken", ["ctgov", "pubmed"])
def test_one_source_down_leaves_the_others_and_is_named(
    data: Path,
    carry_out: Night,
    registries: ReplayServer,
    elsewhere: dict[str, Any],
    sources: list[str],
    broken: str,
) -> None:
    title = {"ctgov": "ClinicalTrials.gov", "pubmed": "PubMed"}[broken]
    registries.break_source(broken, status=501)
    result = carry_out(data, SECOND, settings=elsewhere)
    assert result.state == "partial"
    states = {check.source: check.state for check in result.checks if check.scope == "topic"}
    assert states == {**dict.fromkeys(sources, SourceState.COMPLETE), broken: SourceState.FAILED}

    [digest] = digests(data)
    beat = json.loads((data / "outbox" / "heartbeat.json").read_bytes())[REVIEW]
    assert beat["stale_sources"] == [broken]
    for text in (digest, page_text(data), beat["message"]):
        assert title in text
        assert "HTTP 501" in text
        assert "nothing new" not in text.lower()
    with duckdb.connect(str(current(data) / "warehouse.duckdb"), read_only=True) as warehouse:
        stale = warehouse.execute("SELECT source FROM out_source_freshness WHERE is_stale").fetchall()
    assert stale == [(broken,)]


def test_a_source_that_was_down_is_caught_up_with_and_named_once(
    data: Path, carry_out: Night, registries: ReplayServer, elsewhere: dict[str, Any]
) -> None:
    registries.break_source("ctgov", status=501)
    for day in (SECOND, date(2016, 6, 23)):
        carry_out(data, day, settings=elsewhere)
    assert len(digests(data)) == 1, "the second night says nothing that the first has not said"
    registries.repair()
    registries.as_of = RESULTS_POSTED
    result = carry_out(data, RESULTS_POSTED, settings=elsewhere)
    assert result.state == "done"
    since = [check.since for check in result.checks if check.source == "ctgov" and check.scope == "topic"]
    assert since == [date(2016, 6, 18)], "from the last complete search, with the overlap"
    assert "E2" in {event.event_code for event in result.new_events if event.is_news}


def test_all_sources_down_is_a_failure_that_claims_nothing(
    data: Path, carry_out: Night, registries: ReplayServer, elsewhere: dict[str, Any], sources: list[str]
) -> None:
    before = current(data).resolve()
    for slug in sources:
        registries.break_source(slug, status=501)
    result = carry_out(data, SECOND, settings=elsewhere)
    assert result.state == "failed"
    assert current(data).resolve() == before
    with Ledger(Settings(data=data).ledger) as ledger:
        run = ledger.runs(REVIEW)[-1]
        assert len(ledger.decisions(REVIEW)) == 1
    assert run.state == "failed"
    assert run.reason.startswith("no source could be searched: ")
    assert all(slug in run.reason for slug in sources)
    [told] = digests(data)
    assert "Whether anything has happened since is not known" in told
    carry_out(data, date(2016, 6, 23), settings=elsewhere)
    assert len(digests(data)) == 1


def test_before_anything_is_published_a_page_says_that_nothing_is_known(
    tmp_path: Path, carry_out: Night, registries: ReplayServer, elsewhere: dict[str, Any], sources: list[str]
) -> None:
    for slug in sources:
        registries.break_source(slug, status=501)
    result = carry_out(tmp_path, SECOND, settings=elsewhere)
    assert result.state == "failed"
    assert result.judgement.decision.status is UpdateStatus.NOT_KNOWN
    assert [item for item in result.judgement.queue if item.kind != "rejected"] == [], "nobody could look them up yet"
    told = page_text(tmp_path)
    assert "Not known tonight" in told
    assert "Up to date" not in told
    assert "nothing new" not in told.lower()


def test_a_narrowed_night_asks_only_that_source(
    data: Path, carry_out: Night, registries: ReplayServer, elsewhere: dict[str, Any]
) -> None:
    result = carry_out(data, SECOND, settings=elsewhere, sources=("pubmed",))
    assert {check.source for check in result.checks} == {"pubmed"}
    assert all(address.startswith("/pubmed/") for address in registries.requests)


# --- answers that are none ---


class CutJson(ReplayServer):
    """Cuts the pages of the registry's listing in the middle, with a length that agrees."""

    def answer(self, address: str, body: bytes) -> tuple[Answer, Fault | None]:
        told, fault = super().answer(address, body)
        if "/api/v2/studies?" in address:
            told = Answer(told.body[: len(told.body) // 2], told.status, told.content_type, told.headers)
        return told, fault


def test_a_cut_page_is_named_and_nothing_of_it_is_published(carry_out: Night, tmp_path: Path) -> None:
    with CutJson(FIRST) as server:
        urls = {slug: server.base_url(slug) for slug in SPEAKERS}
        result = carry_out(tmp_path, FIRST, settings={"base_urls": urls})
    [check] = [check for check in result.checks if check.source == "ctgov" and check.scope == "topic"]
    assert check.state is SourceState.FAILED
    assert f"{server.url}/ctgov/api/v2/studies?" in check.reason
    assert result.state == "partial"
    with duckdb.connect(str(current(tmp_path) / "warehouse.duckdb"), read_only=True) as warehouse:
        from_listing = warehouse.execute(
            "SELECT version_id FROM core_trial_version JOIN core_capture AS capture USING (capture_id)"
            " WHERE capture.source = 'ctgov' AND kind = 'search'"
        ).fetchall()
        rejected = warehouse.execute("SELECT path FROM core_rejected WHERE source = 'ctgov'").fetchall()
    assert from_listing == []
    assert rejected
    assert all(path.startswith(f"{server.url}/ctgov/api/v2/studies?") for (path,) in rejected)


def test_a_web_page_with_status_200_is_named_and_nothing_of_it_is_published(
    data: Path, carry_out: Night, registries: ReplayServer, elsewhere: dict[str, Any]
) -> None:
    registries.break_source("ctgov", "html")
    result = carry_out(data, SECOND, settings=elsewhere)
    [check] = [check for check in result.checks if check.source == "ctgov" and check.scope == "topic"]
    assert check.state is SourceState.FAILED
    assert check.reason.startswith(f"{registries.base_url('ctgov')}/api/v2/")
    assert result.page.n_new_versions == 0
    assert "nothing new" not in page_text(data).lower()


# --- one writer, one kind of registry ---


def test_a_second_run_at_the_same_time_is_refused_with_the_process_named(data: Path, carry_out: Night) -> None:
    with run_lock(data / "run.lock"), pytest.raises(AlreadyRunning, match=rf"process {os.getpid()}\b"):
        carry_out(data, SECOND, settings={"lock_patience": 0})
    assert carry_out(data, SECOND).state == "done"


def test_nights_on_one_folder_wait_for_each_other(
    data: Path, carry_out: Night, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="trialwatch")
    with ThreadPoolExecutor() as workers, ExitStack() as held:
        held.enter_context(run_lock(data / "run.lock"))
        second = workers.submit(carry_out, data, SECOND)
        with pytest.raises(TimeoutError):
            second.result(timeout=1)
        held.close()
        assert second.result().state == "done"
    assert [text for text in caplog.messages if "waiting for its end" in text] == [
        f"another run (process {os.getpid()}) is using {data}; waiting for its end, 600 seconds at most"
    ]


def test_live_registries_never_enter_a_folder_of_replays(
    data: Path, carry_out: Night, elsewhere: dict[str, Any]
) -> None:
    with pytest.raises(LedgerError, match="replay"):
        carry_out(data, SECOND, settings=elsewhere, registries="live")


@pytest.fixture
def add_check(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Adds a check of the snapshot, which every study violates."""
    folder = Path(shutil.copytree(SQL, tmp_path / "sql"))

    def add_check(severity: str) -> None:
        head = f"-- severity: {severity}\n-- says: a study is there\n-- action: look at it\n"
        check = folder / "checks" / "review_study_status__there_are_studies.sql"
        check.write_text(head + "SELECT study_id AS subject, list FROM review_study_status")
        monkeypatch.setattr("stores.checks.SQL", folder)

    return add_check


def test_a_violated_check_of_a_row_is_put_before_a_person_and_the_night_goes_on(
    data: Path, carry_out: Night, add_check: Callable[[str], None]
) -> None:
    add_check("row")
    result = carry_out(data, RESULTS_POSTED)
    assert result.state == "done"
    studies = {item.study_id for item in result.judgement.statuses}
    told = [item for item in result.judgement.queue if item.kind == "check"]
    assert {item.subject for item in told} == studies
    assert {(item.reason, item.action) for item in told} == {("a study is there", "look at it")}
    _, rows = query(current(data) / "warehouse.duckdb", "SELECT subject FROM out_queue WHERE kind = 'check'")
    assert {subject for (subject,) in rows} == studies
    page = (current(data) / "site" / "index.html").read_text(encoding="utf-8")
    assert "a study is there" in page


def test_a_violated_check_of_the_whole_publishes_nothing_and_is_told(
    data: Path, carry_out: Night, add_check: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_check("whole")
    before = current(data).resolve(), fingerprint_of(REVIEW, Settings(data=data))
    with pytest.raises(
        WarehouseError,
        match=r"nothing is published: review_study_status__there_are_studies: a study is there: \d+ rows, the first",
    ):
        carry_out(data, RESULTS_POSTED)
    assert (current(data).resolve(), fingerprint_of(REVIEW, Settings(data=data))) == before
    [told] = digests(data)
    assert "review_study_status__there_are_studies" in told
    with Ledger(Settings(data=data).ledger) as ledger:
        assert len(ledger.decisions(REVIEW)) == 1
        assert (ledger.runs(REVIEW)[-1].state, ledger.runs(REVIEW)[-1].reason[:20]) == (
            "failed",
            "nothing is published",
        )
    monkeypatch.undo()
    assert len(carry_out(data, RESULTS_POSTED).alerts) == 1


# --- the ledger elsewhere ---


def test_a_night_keeps_its_ledger_on_postgresql(
    carry_out: Night, tmp_path: Path, new_postgresql_database: Callable[[], str]
) -> None:
    settings = {"ledger_url": new_postgresql_database()}
    for day in (FIRST, RESULTS_POSTED):
        result = carry_out(tmp_path, day, settings=settings)
    assert len(result.alerts) == 1
    assert not list(tmp_path.glob("ledger*"))
    with Ledger(settings["ledger_url"]) as ledger:
        assert [run.state for run in ledger.runs(REVIEW)] == ["done", "done"]
        assert [alert.key for alert in ledger.alerts(REVIEW)] == [alert.key for alert in result.alerts]
        assert [delivery.state for delivery in ledger.deliveries(REVIEW)] == ["delivered"]


def test_an_older_night_in_between_does_not_tell_the_newer_one_again(data: Path, carry_out: Night) -> None:
    for day in (RESULTS_POSTED, SECOND, RESULTS_POSTED):
        carry_out(data, day)
    with Ledger(Settings(data=data).ledger) as ledger:
        told = [(alert.raised_at, alert.title) for alert in ledger.alerts(REVIEW)]
    assert len(told) == len(set(told))
