"""The schedule on a real Prefect server with a real worker, started and deployed by the lines that README tells people to type."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import pytest
import requests
import yaml
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from models.settings import Settings
from replay.server import SPEAKERS, ReplayServer
from stores.published import fingerprint_of

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
REVIEW = "als_cell_therapy"
DAY = date(2016, 6, 21)
PATIENCE = 120
"""Seconds for any single thing to happen, on a busy machine; a quiet one needs a tenth."""

NOWHERE = {f"TRIALWATCH_BASE_URL_{slug}": "http://127.0.0.1:9" for slug in map(str.upper, SPEAKERS)}
"""A scheduled run that falls due while this lasts must find no registry."""

STEPS = {f"harvest {source}, {scope}" for source in ("ctgov", "pubmed") for scope in ("topic", "studies")}
STEPS |= {"judge", "publish", "write the outbox", "deliver"}

BUSY = Retry(total=20, backoff_factor=0.1, backoff_max=2, status_forcelist=[503], allowed_methods=None)
"""The server says so while its database is locked; Prefect's own clients ask again, too."""

Found = TypeVar("Found")
Row = dict[str, Any]


@dataclass(frozen=True)
class Prefect:
    """A server to ask, and the state folders of the runs."""

    api: str
    session: requests.Session
    folder: Path
    environment: dict[str, str]

    def ask(self, path: str, **body: Any) -> Any:
        answer = self.session.post(f"{self.api}{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def deployment(self, name: str) -> Row:
        flow, _, deployment = name.partition("/")
        [found] = self.ask(
            "/deployments/filter", flows={"name": {"any_": [flow]}}, deployments={"name": {"any_": [deployment]}}
        )
        return dict(found)

    def start(
        self,
        name: str,
        data: Path,
        environment: dict[str, str] | None = None,
        is_served: bool = False,
        **parameters: Any,
    ) -> str:
        """Start a run of a deployment, on a worker with a state folder of its own; returns the run's id."""
        settings = {"TRIALWATCH_DATA": str(data), **dict.fromkeys(NOWHERE, ""), **(environment or {})}
        run = self.ask(
            f"/deployments/{self.deployment(name)['id']}/create_flow_run",
            parameters={"registries": "replay", "as_of": DAY.isoformat(), "retry_delays": [0.1], **parameters},
            job_variables={} if is_served else {"env": settings},
            state={"type": "SCHEDULED"},
        )
        return str(run["id"])

    def ended(self, run_id: str) -> Row | None:
        run = self.session.get(f"{self.api}/flow_runs/{run_id}", timeout=30).json()
        return run if run["state_type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"} else None

    def table(self, run_id: str) -> Row:
        """The table that a flow run left in the interface."""
        filters = {"flow_run_id": {"any_": [run_id]}, "type": {"any_": ["table"]}}
        [artifact] = self.ask("/artifacts/filter", artifacts=filters)
        return dict(artifact)

    def tasks(self, run_id: str, expected: set[str]) -> dict[str, Row]:
        """Task runs of a flow run by name, once the server has written down how all the expected ones ended."""

        def settled() -> dict[str, Row] | None:
            rows = self.ask("/task_runs/filter", task_runs={"flow_run_id": {"any_": [run_id]}})
            ended = {row["name"]: row for row in rows if row["state_type"] in {"COMPLETED", "FAILED"}}
            return ended if expected <= set(ended) else None

        return eventually(settled)


def eventually(ask: Callable[[], Found | None]) -> Found:
    """The first answer that is not empty."""
    end = time.monotonic() + PATIENCE
    while not (found := ask()):
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.25)
    return found


@contextmanager
def running(line: str, environment: dict[str, str], log: Path, folder: Path = ROOT) -> Iterator[None]:
    """A line of a shell for the length of the block; started from here, so that it can be interrupted."""
    with (
        log.open("wb") as out,
        subprocess.Popen(["bash", "-c", line], cwd=folder, env=environment, stdout=out, stderr=out) as child,
    ):
        try:
            yield
        finally:
            child.send_signal(signal.SIGINT)
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()


def lines_of_readme(beginning: str) -> list[str]:
    """The block of README that begins with a word, line by line and without remarks."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    [block] = [block for block in blocks if block.startswith(beginning)]
    return [line.partition("#")[0].strip() for line in block.splitlines()]


@pytest.fixture(scope="module")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prefect]:
    folder = tmp_path_factory.mktemp("prefect")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "TRIALWATCH_"))},
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PWD": str(ROOT),
        "NO_PROXY": "127.0.0.1",
        "PREFECT_HOME": str(folder / "home"),
        "PREFECT_SERVER_API_PORT": port,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "DO_NOT_TRACK": "1",
        **NOWHERE,
    }
    # As it is typed, but for the port, which may be taken, and the folder.
    typed = [
        line.replace("4200", port).replace("=live", f"={folder}/due") for line in lines_of_readme("prefect server")
    ]
    server, address, *deploying, worker = typed
    api = address.partition("PREFECT_API_URL=")[2]
    environment["PREFECT_API_URL"] = api
    with ExitStack() as stack, requests.Session() as session:
        session.trust_env = False
        session.mount("http://", HTTPAdapter(max_retries=BUSY))
        stack.enter_context(running(server, environment, folder / "server.log"))
        eventually(lambda: _is_up(session, api))
        for line in deploying:
            subprocess.run(["bash", "-c", line], cwd=ROOT, env=environment, check=True, capture_output=True)
        stack.enter_context(running(worker, environment, folder / "worker.log"))
        yield Prefect(api, session, folder, environment)


def _is_up(session: requests.Session, api: str) -> bool:
    try:
        return session.get(f"{api}/health", timeout=5).ok
    except requests.RequestException:
        return False


@pytest.fixture(scope="module")
def runs(prefect: Prefect, second_review: Path) -> Iterator[dict[str, Row]]:
    """Runs side by side: every source, PubMed down, no source, two reviews, and two of which one has a fault."""
    one, two, faulty = prefect.folder / "one", prefect.folder / "two", prefect.folder / "faulty"
    for folder in (one, two, faulty):
        shutil.copytree(ROOT / "reviews" / REVIEW, folder / REVIEW)
    for folder in (two, faulty):
        shutil.copytree(second_review, folder / second_review.name)
    with (faulty / second_review.name / "protocol.yaml").open("a", encoding="utf-8") as protocol:
        protocol.write("colour: red\n")
    with ReplayServer(DAY) as registries:
        for source in SPEAKERS:
            registries.break_source(source, status=501)
        down = {f"TRIALWATCH_BASE_URL_{slug.upper()}": registries.base_url(slug) for slug in SPEAKERS}
        pubmed_down = {"TRIALWATCH_BASE_URL_PUBMED": down["TRIALWATCH_BASE_URL_PUBMED"]}
        alone = {"TRIALWATCH_REVIEWS": str(one)}
        asked: dict[str, tuple[str, dict[str, str]]] = {
            "whole": ("nightly/nightly", alone),
            "broken": ("nightly/weekly-full-sweep", pubmed_down | alone),
            "down": ("nightly/nightly", down),
            "two": ("nightly/nightly", {"TRIALWATCH_REVIEWS": str(two)}),
            "faulty": ("nightly/nightly", {"TRIALWATCH_REVIEWS": str(faulty)}),
        }
        started = {
            name: prefect.start(deployment, prefect.folder / f"{name}-data", environment)
            for name, (deployment, environment) in asked.items()
        }
        yield {name: eventually(lambda id_=run_id: prefect.ended(id_)) for name, run_id in started.items()}


def test_the_deployments_of_prefect_yaml_are_there_with_their_schedules(prefect: Prefect) -> None:
    declared = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    assert {item["name"] for item in declared} == {"nightly", "weekly-full-sweep", "probe"}
    for item in declared:
        found = prefect.deployment(f"{item['entrypoint'].rpartition('.')[2]}/{item['name']}")
        assert found["entrypoint"] == item["entrypoint"]
        assert found["parameters"] == item.get("parameters", {})
        assert found["work_pool_name"] == "trialwatch"
        assert [(each["schedule"]["cron"], each["active"]) for each in found["schedules"]] == [
            (each["cron"], each["active"]) for each in item["schedules"]
        ]


def test_runs_are_scheduled(prefect: Prefect) -> None:
    nightly = prefect.deployment("nightly/nightly")["id"]

    def scheduled() -> list[Row]:
        filters = {"state": {"type": {"any_": ["SCHEDULED"]}}, "deployment_id": {"any_": [nightly]}}
        rows = prefect.ask("/flow_runs/filter", flow_runs=filters)
        return [row for row in rows if row["auto_scheduled"]]

    assert {row["expected_start_time"][11:16] for row in eventually(scheduled)} == {"02:17"}


def test_a_run_completes_with_one_task_per_source(runs: dict[str, Row], prefect: Prefect) -> None:
    run = runs["whole"]
    assert (run["state_type"], run["state_name"]) == ("COMPLETED", "Completed"), run["state"]["message"]
    assert run["state"]["message"] == "every source that is searched by program was searched to the end"
    tasks = prefect.tasks(run["id"], STEPS)
    assert {task["state_type"] for task in tasks.values()} == {"COMPLETED"}


def test_a_scheduled_night_publishes_what_the_command_line_does(
    runs: dict[str, Row], prefect: Prefect, data: Path
) -> None:
    assert runs["whole"]["state_type"] == "COMPLETED"
    scheduled = fingerprint_of(REVIEW, Settings(data=prefect.folder / "whole-data"))
    assert scheduled == fingerprint_of(REVIEW, Settings(data=data))


def test_the_night_is_a_table_in_the_interface(runs: dict[str, Row], prefect: Prefect, sources: list[str]) -> None:
    artifact = prefect.table(runs["whole"]["id"])
    assert artifact["key"] == "night-als-cell-therapy"
    rows = json.loads(artifact["data"])
    assert {row["source"] for row in rows if row["scope"] == "topic"} == set(sources)
    assert {row["state"] for row in rows} == {"complete"}
    assert artifact["description"].startswith("Up to date")


def test_a_broken_source_fails_after_its_retries_while_the_night_completes(
    runs: dict[str, Row], prefect: Prefect
) -> None:
    run = runs["broken"]
    assert (run["state_type"], run["state_name"]) == ("COMPLETED", "Partial"), run["state"]["message"]
    assert re.search(r"^als_cell_therapy: .*pubmed.*HTTP 501", run["state"]["message"])
    tasks = prefect.tasks(run["id"], STEPS - {"harvest pubmed, studies"})
    failed = {name for name, task in tasks.items() if task["state_type"] == "FAILED"}
    assert failed == {"harvest pubmed, topic"}
    assert tasks["harvest pubmed, topic"]["run_count"] == 2
    reasons = [row["reason"] for row in json.loads(prefect.table(run["id"])["data"]) if row["source"] == "pubmed"]
    assert all("HTTP 501" in reason for reason in reasons)


def test_a_night_without_any_source_has_failed(runs: dict[str, Row]) -> None:
    run = runs["down"]
    assert (run["state_type"], run["state_name"]) == ("FAILED", "Failed")
    assert "no source could be searched" in run["state"]["message"]


def test_the_schedule_walks_through_every_review(runs: dict[str, Row], prefect: Prefect) -> None:
    run = runs["two"]
    assert (run["state_type"], run["state_name"]) == ("COMPLETED", "Completed"), run["state"]["message"]
    steps = {f"{review}: judge" for review in (REVIEW, "pressure_ulcers")}
    assert {task["state_type"] for task in prefect.tasks(run["id"], steps).values()} == {"COMPLETED"}
    published = prefect.folder / "two-data" / "published"
    assert {path.parent.name for path in published.glob("*/current")} == {REVIEW, "pressure_ulcers"}


def test_a_review_with_a_fault_fails_the_run_and_stops_no_other(runs: dict[str, Row], prefect: Prefect) -> None:
    run = runs["faulty"]
    assert run["state_type"] == "FAILED"
    assert re.match(r"pressure_ulcers: .*protocol\.yaml:\d+: colour", run["state"]["message"])
    assert (prefect.folder / "faulty-data" / "published" / REVIEW / "current").exists()


def test_what_a_wheel_serves_from_another_folder_runs(prefect: Prefect, installed: Any, runs: dict[str, Row]) -> None:
    """`trialwatch serve`, beside folders that have our packages' names, in place of the worker's deployments."""
    assert runs
    for name in ("nightly/nightly", "nightly/weekly-full-sweep", "probe/probe"):
        prefect.session.delete(f"{prefect.api}/deployments/{prefect.deployment(name)['id']}", timeout=30)
    environment = prefect.environment | {
        "PATH": f"{installed.bin}:{prefect.environment['PATH']}",
        **dict.fromkeys(NOWHERE, ""),
    }
    with running("trialwatch --data served serve", environment, prefect.folder / "serve.log", installed.elsewhere):
        eventually(lambda: "being served" in (prefect.folder / "serve.log").read_text(encoding="utf-8"))
        run_id = prefect.start("nightly/nightly", prefect.folder / "unused", is_served=True)
        run = eventually(lambda: prefect.ended(run_id))
    assert (run["state_type"], run["state_name"]) == ("COMPLETED", "Completed"), run["state"]["message"]
    assert (installed.elsewhere / "served" / "published" / REVIEW / "current").exists()
    assert "Warning" not in (prefect.folder / "serve.log").read_text(encoding="utf-8")


def test_serving_from_one_process_has_the_same_schedule_as_prefect_yaml() -> None:
    from flows.surveillance import deployments  # noqa: PLC0415 (Prefect takes seconds to import)

    declared = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    served = [
        {
            "name": item.name,
            "entrypoint": f"flows.surveillance.{item.flow_name}",
            "parameters": item.parameters,
            "concurrency_limit": item.concurrency_limit,
            "crons": [each.schedule.cron for each in item.schedules],
            "active": [each.active for each in item.schedules],
        }
        for item in deployments()
    ]
    assert served == [
        {
            "name": item["name"],
            "entrypoint": item["entrypoint"],
            "parameters": item.get("parameters", {}),
            "concurrency_limit": item["concurrency_limit"],
            "crons": [each["cron"] for each in item["schedules"]],
            "active": [each["active"] for each in item["schedules"]],
        }
        for item in declared
    ]
