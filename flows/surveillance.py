"""The schedule: Prefect wrappers over the plain line of `flows.night`, and nothing else.

Entry points of ``prefect.yaml`` are dotted (`flows.surveillance.nightly`): the file form would put this
folder first on the module path.
"""

import os
import signal
import warnings
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import yaml
from prefect import Flow, State, Task, flow, get_run_logger, serve
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron
from prefect.states import Completed, Failed
from prefect.types.entrypoint import EntrypointType

from flows.gather import NightRequest
from flows.harvest import Harvested, HarvestFailure
from flows.night import NightResult
from flows.portfolio import ReviewNight, portfolio, worst
from flows.probe import ProbeState
from flows.probe import probe as probe_sources
from models.dates import at_night
from models.reviews import NoSuchReview, review_meant, review_names
from models.settings import load_settings

Result = TypeVar("Result")

RETRY_DELAYS = [30.0, 120.0, 600.0]
"""Seconds between attempts at a source, on top of the client's own: an outage of minutes is waited out."""

_INSTALLED, _IN_PROJECT = Path(__file__).with_name("prefect.yaml"), Path(__file__).parent.parent / "prefect.yaml"
_SCHEDULE = _INSTALLED if _INSTALLED.exists() else _IN_PROJECT
"""Where the schedule is: beside this module in a wheel, in the project's folder otherwise."""

_FOLDER = "TRIALWATCH_STARTED_IN"
"""Where `trialwatch serve` was typed, for the processes of its nights."""


class AsTasks:
    """Steps of a night as Prefect tasks; a source has retries and a failure of its own."""

    def __init__(self, retry_delays: list[float], of_review: str = "") -> None:
        self._retry_delays, self._of_review = retry_delays, of_review

    def run(self, name: str, step: Callable[..., Result], *arguments: Any) -> Result:
        return _task(step, self._of_review + name)(*arguments)

    def attempt(self, name: str, step: Callable[..., Harvested], *arguments: Any) -> Harvested:
        delays = self._retry_delays
        asking = _task(step, self._of_review + name).with_options(retries=len(delays), retry_delay_seconds=delays)
        try:
            return asking(*arguments)
        except HarvestFailure as failure:
            get_run_logger().warning("%s: %s", name, failure)
            return failure.harvested


@flow(name="nightly", log_prints=True)
def nightly(
    review: str = "",
    registries: str = "live",
    as_of: date | None = None,
    full_sweep: bool = False,
    retry_delays: list[float] | None = None,
) -> State[str]:
    """One night of one review, or of every review under the reviews folder when none is named.

    Ends as failed when a night failed, and as *Partial*, a completed state by another name, when a source was not
    searched to the end: an automation can tell the three apart.
    """
    _go_to_our_folder()
    settings = load_settings()
    names = (review_meant(review, settings.reviews),) if review else review_names(settings.reviews)
    if not names:
        raise NoSuchReview(f"there is no review under {settings.reviews}")
    moment = at_night(as_of) if as_of else datetime.now(UTC).replace(microsecond=0)
    request = NightRequest(review="", as_of=moment, registries=registries, full_sweep=full_sweep)
    delays = RETRY_DELAYS if retry_delays is None else retry_delays

    def steps_of(name: str) -> AsTasks:
        return AsTasks(delays, "" if len(names) == 1 else f"{name}: ")

    nights = []
    for item in portfolio(names, request, settings, steps_of):
        nights.append(item)
        if item.result:
            _publish_artifact(item.result)
    return _ending(nights)


def _ending(nights: Sequence[ReviewNight]) -> State[str]:
    """How the flow ends, with every review that did not end well named."""
    state = worst(nights)
    told = [f"{item.review}: {item.reason or item.state}" for item in nights if item.state != "done"]
    message = "; ".join(told)
    if state == "failed":
        return Failed(message=message)
    return (
        Completed(name="Partial", message=message)
        if state == "partial"
        else Completed(message="every source that is searched by program was searched to the end")
    )


@flow(name="probe", log_prints=True)
def probe() -> None:
    """Ask each live source for one known record; ends as failed when one does not answer as it should."""
    _go_to_our_folder()
    found = probe_sources(datetime.now(UTC).replace(microsecond=0), load_settings())
    create_table_artifact(
        key="probe",
        table=[{"source": item.source, "state": str(item.state), "reason": item.reason} for item in found],
        description="One known record of each live source",
    )
    if wrong := [item for item in found if item.state is not ProbeState.REACHABLE]:
        raise RuntimeError("; ".join(f"{item.source}: {item.state}: {item.reason}" for item in wrong))


def serve_here() -> None:
    """Serve the deployments of ``prefect.yaml`` from this process, until it is stopped.

    Prefect imports a flow with the working folder first on the module path, and a folder there may have the name of one
    of ours. So the processes of the nights begin where this program is, and go to the present folder once it is imported.
    """
    os.environ[_FOLDER] = str(Path.cwd())
    os.chdir(Path(__file__).parents[1])
    # Prefect ends in good order when it is told to terminate; on an interrupt its parts end in any order.
    signal.signal(signal.SIGINT, lambda *_: signal.raise_signal(signal.SIGTERM))
    # Prefect stops its runner from within the runner's own loop, and Python misses somebody who waits for it.
    warnings.filterwarnings("ignore", message="coroutine 'Runner.astop' was never awaited")
    # Nothing is left to pause: the server that this process started ends with it.
    serve(*deployments(), pause_on_shutdown=False)


def _go_to_our_folder() -> None:
    """Relative paths of the settings mean the folder where the schedule was started."""
    if folder := os.environ.get(_FOLDER):
        os.chdir(folder)


def deployments() -> list[RunnerDeployment]:
    """The deployments of ``prefect.yaml``, for a process that serves them itself instead of a worker."""
    flows: dict[str, Flow[..., Any]] = {"flows.surveillance.nightly": nightly, "flows.surveillance.probe": probe}
    found = yaml.safe_load(_SCHEDULE.read_text(encoding="utf-8"))["deployments"]
    made = [
        flows[item["entrypoint"]].to_deployment(
            item["name"],
            description=item["description"],
            parameters=item.get("parameters", {}),
            schedules=[Cron(each["cron"], timezone=each["timezone"]) for each in item["schedules"]],
            concurrency_limit=item["concurrency_limit"],
            # By the module's name: the file's path would put its folder first on the module path.
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        for item in found
    ]
    return [item for item in made if isinstance(item, RunnerDeployment)]


def _task(step: Callable[..., Result], name: str) -> Task[..., Result]:
    return Task(step, name=name, task_run_name=name, cache_policy=NO_CACHE, persist_result=False)


def _publish_artifact(result: NightResult) -> None:
    """The night as a table in Prefect's interface."""
    decision = result.judgement.decision
    rows = [
        {
            "source": check.source,
            "scope": str(check.scope),
            "state": str(check.state),
            "records": check.n_records,
            "expected": check.n_expected,
            "requests": check.n_requests,
            "reason": check.reason,
        }
        for check in result.checks
    ]
    create_table_artifact(
        key=f"night-{decision.review.replace('_', '-')}",
        table=rows,
        description=f"{decision.status}: {decision.rationale}. {decision.explanation}\n\n"
        f"{result.page.n_new_versions} new versions, {len(result.new_events)} new events,"
        f" {len(result.alerts)} alerts.",
    )
