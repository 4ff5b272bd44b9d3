"""Rules of the house that no single module can hold: who imports whom, and that nothing exists unexplained or untested."""

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from connectors import CONNECTORS
from models.tables import metadata
from models.vocabulary import EventCode, Rule
from stores.duck import SQL

ROOT = Path(__file__).parents[1]
PACKAGES = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))
MODULES = sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))
MOST_LINES = 400
CLOCKS = {
    "cli/common.py": "a command is given now",
    "flows/night.py": "live registries answer as of now",
    "flows/surveillance.py": "a scheduled run begins now",
    "stores/ledger_sessions.py": "when a run began and when a delivery is due",
}
"""The modules that may ask for the time, and why; everybody else is told."""

every_module = pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))


def test_the_packages_are_those_that_are_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert sorted(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == PACKAGES


def test_imports_keep_the_contracts() -> None:
    program = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run(['--no-cache'])"]
    ended = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "0 broken" in ended.stdout


def test_prefect_is_known_to_one_module_only() -> None:
    knowing = {str(path.relative_to(ROOT)) for path in MODULES if "prefect" in set(_imported(path))}
    assert knowing == {"flows/surveillance.py"}


@every_module
def test_a_module_is_short_and_says_what_it_knows(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    if text.strip():
        assert ast.get_docstring(ast.parse(text))


@every_module
def test_only_the_edges_ask_for_the_time(module: Path) -> None:
    asked = {
        f"{node.func.value.id}.{node.func.attr}"
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
    }
    clock = asked & {"date.today", "datetime.now", "datetime.today", "datetime.utcnow", "time.time"}
    assert not clock or str(module.relative_to(ROOT)) in CLOCKS


def test_no_module_of_flows_hides_a_package() -> None:
    """Prefect may put the folder of an entry point first on the module path."""
    taken = {*PACKAGES, *sys.stdlib_module_names, *importlib.metadata.packages_distributions()}
    assert {path.stem for path in (ROOT / "flows").glob("*.py")} & taken == set()


def test_no_folder_of_tests_is_a_package() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_every_connector_has_payloads_and_a_module_of_its_own() -> None:
    fixtures = ROOT / "tests" / "connectors" / "fixtures"
    for slug, connector in CONNECTORS.items():
        payloads = [path for path in (fixtures / slug).glob("*") if path.suffix != ".yaml"]
        assert payloads, f"{slug} has no payload under {fixtures}"
        assert all(path.with_suffix(".expected.yaml").is_file() for path in payloads), slug
        assert connector.parse.__module__.startswith("connectors.")


def test_every_view_and_every_check_has_its_table_of_cases() -> None:
    cases = ROOT / "tests" / "sql"
    assert {path.stem for path in (cases / "views").iterdir()} == set(_views())
    assert {path.stem for path in (cases / "checks").iterdir()} == {path.stem for path in (SQL / "checks").iterdir()}


def test_checks_are_named_for_their_table_and_what_is_wrong() -> None:
    for path in (SQL / "checks").iterdir():
        table, _, wrong = path.stem.partition("__")
        assert table in metadata.tables, path.name
        assert wrong, path.name


def test_views_are_numbered_by_layer() -> None:
    layer = {"0": ("core_", "trial_as_of", "report_as_of", "printed_number"), "1": ("review_",), "2": ("out_",)}
    for path in SQL.glob("*.sql"):
        number, name = path.stem.split("_", 1)
        assert len(number) == 3
        assert name.startswith(layer[number[0]]), path.name
    numbers = [path.stem[:3] for path in SQL.glob("*.sql")]
    assert len(numbers) == len(set(numbers))


def test_every_stored_table_and_column_is_explained() -> None:
    for table in metadata.sorted_tables:
        assert table.comment, table.name
        assert [column.name for column in table.columns if not (column.comment or "").strip()] == [], table.name


def test_the_glossary_has_every_table_view_event_and_rule() -> None:
    glossary = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    first_cells = [line.split("|")[1] for line in glossary.splitlines() if line.startswith("|")]
    words = {word for cell in first_cells for word in re.findall(r"\w+", cell)}
    names = {*metadata.tables, *_views(), *(str(code) for code in EventCode), *(str(rule) for rule in Rule)}
    assert names - words == set()


def test_the_schedule_names_flows_by_dotted_path() -> None:
    declared = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    assert {item["entrypoint"] for item in declared} == {"flows.surveillance.nightly", "flows.surveillance.probe"}


def test_every_failure_that_must_not_happen_has_tests_that_exist() -> None:
    page = (ROOT / "docs" / "acceptance.md").read_text(encoding="utf-8")
    rows = [line.split("|") for line in page.splitlines() if re.match(r"\| \d", line)]
    assert [int(cells[1]) for cells in rows] == list(range(1, 34))
    named = [re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", cells[4]) for cells in rows]
    assert all(named)
    for path in {path for tests in named for path, _ in tests}:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        there = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert {name for tests in named for where, name in tests if where == path} <= there, path


def _views() -> list[str]:
    """Views and macros by name."""
    return [path.stem.split("_", 1)[1] for path in SQL.glob("*.sql")]


def _imported(path: Path) -> Iterator[str]:
    """Top-level packages that a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]
