"""What is installed from a wheel serves the schedule from any folder, whatever lies there."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def test_the_wheel_holds_the_schedule(installed: Any) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        assert wheel.read("flows/prefect.yaml") == (ROOT / "prefect.yaml").read_bytes()


def test_a_night_takes_place_in_another_folder(installed: Any) -> None:
    words = ["nightly", "--registries=replay", "--as-of=2016-06-21", "--source=ctgov", "--json"]
    ended = installed.run(str(installed.bin / "trialwatch"), *words)
    assert (ended.returncode, json.loads(ended.stdout)["as_of"]) == (0, "2016-06-21"), ended.stderr


def test_the_processes_that_prefect_starts_find_our_packages(installed: Any) -> None:
    """As Prefect starts them: ``python -m``, which would put the working directory first."""
    declared = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    assert all(item["work_pool"]["job_variables"]["env"] == {"PYTHONSAFEPATH": "1"} for item in declared)
    find = [str(installed.bin / "python"), "-m", "flows.surveillance"]
    assert "a folder of the working directory" in installed.run(*find).stderr
    ended = installed.run(*find, PYTHONSAFEPATH="1", PREFECT_HOME=str(installed.elsewhere / "home"))
    assert ended.returncode == 0, ended.stderr


def test_what_is_served_is_found_by_the_name_of_its_module(installed: Any) -> None:
    tell = "from flows.surveillance import deployments; print([item.entrypoint for item in deployments()])"
    home = str(installed.elsewhere / "home")
    ended = installed.run(str(installed.bin / "python"), "-P", "-c", tell, PREFECT_HOME=home, PYTHONSAFEPATH="1")
    assert ended.stdout.strip() == str(["flows.surveillance.nightly"] * 2 + ["flows.surveillance.probe"]), ended.stderr
