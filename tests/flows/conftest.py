"""The program as it is installed from a wheel."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

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
