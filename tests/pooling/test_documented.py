"""The section for clinicians in docs/methods.md: its rows, typed as it says, give its tables."""

import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app

METHODS = Path(__file__).parents[2] / "docs" / "methods.md"
SECTION = (
    METHODS.read_text(encoding="utf-8").replace("−", "-").split("## One study, two studies")[1].partition("\n## ")[0]
)
EXAMPLES = re.findall(
    r"```csv\n(?P<rows>.*?)```\n\n```sh\ntrialwatch (?P<typed>.*?)\n```\n\n(?P<table>(?:\|[^\n]*\n)+)",
    SECTION,
    re.DOTALL,
)
TOLD = re.compile(r"^\| (?P<way>.+?) \| (?P<numbers>.+?) \| (?P<probability>.*?) ?\|$")


def printed(row: dict) -> str:
    """An estimate as the section writes it."""
    scale = "_ratio" if row["est_ratio"] is not None else ""
    estimate, low, high = (row[f"{name}{scale}"] for name in ("est", "ci_low", "ci_high"))
    digits = 3 if 0 < low < 0.01 else 2
    return f"{estimate:.2f} ({low:.{digits}f} to {high:.{0 if high > 100 else 2}f})"


def test_there_are_one_study_and_two_studies_of_two_outcomes() -> None:
    assert [len(rows.splitlines()) - 1 for rows, _, _ in EXAMPLES] == [1, 2, 2]


@pytest.mark.parametrize(("rows", "typed", "table"), EXAMPLES, ids=[typed.split()[1] for _, typed, _ in EXAMPLES])
def test_what_is_typed_gives_the_table(rows: str, typed: str, table: str, tmp_path: Path) -> None:
    command, file, *options = shlex.split(typed)
    path = tmp_path / file
    path.write_text(rows, encoding="utf-8")
    said = CliRunner().invoke(app, [command, str(path), *options, "--json"], catch_exceptions=False)
    found = [json.loads(line) for line in said.stdout.splitlines()]
    lines = {row.get("prior") or row["interval"]: row for row in found}
    told = [TOLD.match(line) for line in table.splitlines()[2:]]
    assert len(told) == len(lines) == 5
    for match in told:
        assert match
        way, numbers, probability = match["way"], match["numbers"], match["probability"].strip()
        named = re.search(r"`(.+)`", way)
        row = lines[named.group(1) if named else way.lower()]
        if numbers.startswith("does not exist"):
            assert (row["interval"], row["k"]) == ("hksj", 1)
            assert any("does not exist" in note for note in row["notes"])
        else:
            assert printed(row) == numbers
        if named:
            assert f"{100 * row['p_below_zero']:.0f}%" == probability
