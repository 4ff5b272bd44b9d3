"""The command that pools spreadsheets loads nothing that it does not need, and lists with all others."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli.main import COMMANDS, Lazily

HEAVY = (
    "prefect",
    "duckdb",
    "pandas",
    "sqlalchemy",
    "scipy.stats",
    "openpyxl",
    "mpmath",
    "fastapi",
    "stores",
    "connectors",
)
ASKED = """
import sys
sys.argv = ["trialwatch", "pool", sys.argv[1], "--measure", "RR", "--json"]
from cli.main import main
try:
    main()
finally:
    print(sorted(sys.modules), file=sys.stderr)
"""


def test_two_trials_are_pooled_without_a_warehouse(tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    path.write_text("study,ai,n1i,ci,n2i\nOh 2018,3,33,6,31\nNurOwn 3,23,95,17,94\n", encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", ASKED, str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert json.loads(ran.stdout)["k"] == 2
    loaded = ran.stderr
    assert not [name for name in HEAVY if f"'{name}'" in loaded]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_where_the_list_says(name: str) -> None:
    assert Lazily()[name].name == name
