"""What README tells people to type does what it says, line by line, in a folder of their own."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.settings import Settings
from replay.server import SPEAKERS, ReplayServer

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TYPED = [
    line.partition("   #")[0].partition("  #")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
]
ELSEWHERE = ("make ", "prefect ", ". .venv")
"""Lines that CI types (the two commands), and those of the schedule, which has tests of its own."""
TRIALS = "study,ai,bi,ci,di,setting\nA,4,16,8,12,home\nB,6,20,9,15,ward\nC,3,22,7,20,ward\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the demo's last night, an alert, and the files that README speaks of."""
    folder = tmp_path_factory.mktemp("reader")
    shutil.copytree(Settings().reviews, folder / "reviews")
    shutil.copytree(ROOT / "examples", folder / "examples")
    (folder / "trials.csv").write_text(TRIALS, encoding="utf-8")
    shutil.copy(ROOT / "tests" / "flows" / "fixtures" / "NCT90000002_classic.xml", folder / "NCT01363401.xml")
    demo = ["trialwatch", "backtest", "--date", "2024-02-29", "--date", "2026-11-20"]
    with ReplayServer(datetime.now(UTC).date()) as registries:
        addresses = {f"TRIALWATCH_BASE_URL_{slug.upper()}": registries.base_url(slug) for slug in SPEAKERS}
        (folder / "environment").write_text("\n".join(f"{name}={value}" for name, value in addresses.items()))
        assert run(" ".join(demo), folder).returncode == 0
        yield folder


def run(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TRIALWATCH_", "PREFECT_"))}
    # Live registries are found where the replay speaks for them.
    live = (
        dict(row.split("=", 1) for row in (folder / "environment").read_text().splitlines()) if "live" in line else {}
    )
    environment = (
        kept
        | live
        | {
            "PATH": f"{Path(sys.executable).parent}:{kept['PATH']}",
            "TRIALWATCH_REVIEWS": str(folder / "reviews"),
        }
    )
    return subprocess.run(
        ["bash", "-c", line], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_lines_that_are_typed_here_are_most_of_them() -> None:
    mine = [line for line in TYPED if not line.startswith(ELSEWHERE)]
    assert len(mine) > 15
    assert all(line.startswith(("trialwatch", "export ", "TRIALWATCH_DATA=live ")) for line in mine), mine


@pytest.mark.parametrize("line", [line for line in TYPED if line.startswith("trialwatch ")], ids=lambda line: line[:60])
def test_a_line_of_readme_does_what_it_says(line: str, folder: Path) -> None:
    if " ID " in line:
        found = run("trialwatch alerts --json", folder).stdout
        keys = re.findall(r'"key":\s*"([^"]+)"', found)
        # Of one that somebody has taken note of there is nothing to put off.
        key = keys[0 if " ack " in line else -1]
        line = line.replace(" ID ", f" {key} ").replace("NAME", "'A. Author'")
    ended = run(line, folder)
    # The replay's records end before today, and it does not hold every record that the probe asks for.
    allowed = {0, 3} if "status" in line or "probe" in line else {0}
    assert ended.returncode in allowed, f"{line}\n{ended.stdout}\n{ended.stderr}"
    assert ended.stdout.strip(), line
    assert "Traceback" not in ended.stderr


def test_the_python_of_readme_runs(folder: Path) -> None:
    [program] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (folder / "reader.py").write_text(program + "\nassert len(effects) and len(then)\n", encoding="utf-8")
    ended = run("python reader.py", folder)
    assert ended.returncode == 0, ended.stderr
