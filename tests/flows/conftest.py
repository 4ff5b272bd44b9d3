"""A replay of one's own, to be broken, and the program as it is installed from a wheel."""

import os
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from replay.server import SPEAKERS, ReplayServer

ROOT = Path(__file__).parents[2]


@pytest.fixture
def registries() -> Iterator[ReplayServer]:
    """A replay of one's own, to be broken, as of the day after the first night."""
    with ReplayServer(date(2016, 6, 22)) as server:
        yield server


@pytest.fixture
def elsewhere(registries: ReplayServer) -> dict[str, Any]:
    """Settings by which the sources are asked there."""
    return {"base_urls": {slug: registries.base_url(slug) for slug in SPEAKERS}}


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


@pytest.fixture(scope="session")
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
