"""What is installed from a wheel serves the schedule from any folder, whatever lies there."""

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


class Installed(NamedTuple):
    """A virtual environment with the wheel, and a folder elsewhere with packages of our names in it."""

    bin: Path
    elsewhere: Path
    wheel: Path

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("TRIALWATCH_", "PYTHON", "PREFECT_"))
        }
        return subprocess.run(
            words, cwd=self.elsewhere, env=kept | environment, capture_output=True, text=True, check=False
        )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys, hatchling.build as backend; print(backend.build_wheel(sys.argv[1]))"
    made = subprocess.run(
        [sys.executable, "-c", build, folder], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()[-1]
    venv.create(folder / "venv", with_pip=False)
    [site] = (folder / "venv" / "lib").glob("python3*/site-packages")
    libraries = [path for path in sys.path if path.endswith("site-packages")]
    (site / "libraries.pth").write_text("\n".join(libraries) + "\n")
    with zipfile.ZipFile(folder / made) as wheel:
        wheel.extractall(site)
    script = folder / "venv" / "bin" / "trialwatch"
    script.write_text(f"#!{folder}/venv/bin/python\nimport sys\nfrom cli.main import main\nsys.exit(main())\n")
    script.chmod(0o755)
    elsewhere = folder / "elsewhere"
    for name in ("models", "flows", "cli"):
        (elsewhere / name).mkdir(parents=True)
        (elsewhere / name / "__init__.py").write_text("raise RuntimeError('a folder of the working directory')\n")
    return Installed(folder / "venv" / "bin", elsewhere, folder / made)


def test_the_wheel_holds_the_schedule(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        assert wheel.read("flows/prefect.yaml") == (ROOT / "prefect.yaml").read_bytes()


def test_a_night_takes_place_in_another_folder(installed: Installed) -> None:
    words = ["nightly", "--registries=replay", "--as-of=2016-06-21", "--source=ctgov", "--json"]
    ended = installed.run(str(installed.bin / "trialwatch"), *words)
    assert (ended.returncode, json.loads(ended.stdout)["as_of"]) == (0, "2016-06-21"), ended.stderr


def test_the_processes_that_prefect_starts_find_our_packages(installed: Installed) -> None:
    """As Prefect starts them: ``python -m``, which would put the working directory first."""
    declared = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    assert all(item["work_pool"]["job_variables"]["env"] == {"PYTHONSAFEPATH": "1"} for item in declared)
    find = [str(installed.bin / "python"), "-m", "flows.surveillance"]
    assert "a folder of the working directory" in installed.run(*find).stderr
    ended = installed.run(*find, PYTHONSAFEPATH="1", PREFECT_HOME=str(installed.elsewhere / "home"))
    assert ended.returncode == 0, ended.stderr


def test_what_is_served_is_found_by_the_name_of_its_module(installed: Installed) -> None:
    tell = "from flows.surveillance import deployments; print([item.entrypoint for item in deployments()])"
    home = str(installed.elsewhere / "home")
    ended = installed.run(str(installed.bin / "python"), "-P", "-c", tell, PREFECT_HOME=home, PYTHONSAFEPATH="1")
    assert ended.stdout.strip() == str(["flows.surveillance.nightly"] * 2 + ["flows.surveillance.probe"]), ended.stderr
