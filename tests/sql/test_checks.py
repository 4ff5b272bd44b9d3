"""Every check finds the violation it is there for, and nothing in a sound warehouse."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from stores.checks import checks
from stores.duck import SQL

CASES = Path(__file__).parent / "checks"
CHECKS = sorted((SQL / "checks").glob("*.sql"))
every_check = pytest.mark.parametrize("check", CHECKS, ids=lambda path: path.stem)


def test_every_check_has_a_case() -> None:
    named = {path.stem for path in CASES.glob("*.yaml")}
    assert named == {path.stem for path in CHECKS}
    assert all("__" in name for name in named), "<table>__<what_is_wrong>"


def test_every_check_says_how_grave_it_is_and_what_to_do() -> None:
    for check in checks():
        assert check.says, check.name
        assert bool(check.action) is (check.severity == "row"), check.name
        assert ("AS subject" in check.query) is (check.severity == "row"), check.name


@every_check
def test_a_check_finds_its_violation(check: Path, given: Any) -> None:
    case = yaml.safe_load((CASES / f"{check.stem}.yaml").read_text(encoding="utf-8"))
    connection: duckdb.DuckDBPyConnection = given(case["sound"])
    assert connection.execute(check.read_text(encoding="utf-8")).fetchall() == []
    given(case["violated"])
    assert len(connection.execute(check.read_text(encoding="utf-8")).fetchall()) == 1


@every_check
def test_a_check_reads_an_empty_warehouse(check: Path, given: Any) -> None:
    assert given({}).execute(check.read_text(encoding="utf-8")).fetchall() == []
