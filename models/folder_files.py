"""Reads the YAML and CSV files of a review folder, or says which file, line and field is wrong."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from models.terms import Row
from models.yaml_nodes import doubled, place_of, tree_of, values_of

Shape = TypeVar("Shape", bound=BaseModel)
Line = TypeVar("Line", bound=Row)


class ReviewError(Exception):
    """Something in a review folder cannot be used; the message names file, line, field and value."""


Beside = Callable[[Path, yaml.Node], tuple[yaml.Node, list[str]]]


def load_yaml(path: Path, shape: type[Shape], beside: Beside | None = None) -> Shape:
    """Read a YAML file; `beside` adds to its nodes those of the files that it names.

    Raises
    ------
    ReviewError
        Naming file, line, field and value of everything that is wrong with it.
    """
    tree = None
    try:
        tree = tree_of(path)
        problems = list(doubled(tree))
        if beside and tree:
            tree, of_others = beside(path, tree)
            problems += of_others
        if not problems:
            return shape.model_validate(values_of(tree))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{mark.name}:{mark.line + 1}" if mark else f"{path}:1"
        raise ReviewError(f"{place}: not YAML: {getattr(error, 'problem', error)}") from error
    except (ValueError, UnicodeDecodeError) as error:
        if not isinstance(error, ValidationError):
            raise ReviewError(f"{path}:1: file: not YAML: {error}; correct it there") from error
        problems = [_explain(path, tree, problem) for problem in error.errors()]
    # Raised outside: chained to it, pydantic's error would keep every frame of the program alive to its end.
    raise ReviewError("\n".join(problems))


def _explain(path: Path, tree: yaml.Node | None, problem: object) -> str:
    assert isinstance(problem, dict)
    where = problem["loc"]
    field = ".".join(str(part) for part in where) or "(whole file)"
    action = "remove it or correct its spelling" if problem["type"] == "extra_forbidden" else problem["msg"]
    what = "unknown key" if problem["type"] == "extra_forbidden" else f"value {_short(problem.get('input'))}"
    return f"{place_of(path, tree, where)}: {field}: {what}: {action}"


def place_in(path: Path, *where: str) -> str:
    """A place in a YAML file as messages name it: file, line and field."""
    try:
        tree = tree_of(path)
    except (OSError, yaml.YAMLError):
        tree = None
    return f"{place_of(path, tree, where)}: {'.'.join(where)}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def load_csv(path: Path, shape: type[Line]) -> tuple[Line, ...]:
    if not path.exists():
        return ()
    try:
        reader = csv.DictReader(_without_comments(path.read_text(encoding="utf-8-sig")), strict=True)
        header = list(reader.fieldnames or ())
        _check_header(path, header, shape)
        rows, problems = [], []
        for row in reader:
            place = f"{path}:{reader.line_num}"
            if None in row or None in row.values():
                problems.append(f"{place}: the row has another number of fields than the header; count the commas")
                continue
            given = {key.strip(): value.strip() for key, value in row.items() if value.strip()}
            if odd := [name for name in given if _is_odd_number(shape, name, given[name])]:
                problems += [
                    f"{place}: {name}: value {_short(given[name])}: write a number in plain digits" for name in odd
                ]
                continue
            try:
                rows.append(shape.model_validate(given).at(reader.line_num))
            except ValidationError as error:
                problems += [f"{place}: {said}" for said in _one_a_field(error)]
    except (csv.Error, UnicodeDecodeError) as error:
        raise ReviewError(f"{path}: cannot be read as UTF-8 CSV: {error}; save it so") from error
    if problems:
        raise ReviewError("\n".join(problems))
    return tuple(rows)


def _without_comments(text: str) -> Iterator[str]:
    """Lines of a file; one that begins with # outside of quotes is empty, so that lines keep their numbers."""
    is_quoted = False
    for line in io.StringIO(text, newline=""):
        yield "\n" if line.startswith("#") and not is_quoted else line
        is_quoted ^= line.count('"') % 2 == 1


def _check_header(path: Path, header: Sequence[str], shape: type[BaseModel]) -> None:
    """Columns have names, each once, that the file has; the needed ones are all there."""
    fields = shape.model_fields
    plain = [name.strip() for name in header]
    problems = []
    if len(plain) == 1 and (";" in plain[0] or "\t" in plain[0]):
        problems.append(
            f"{path}:1: header: {_short(plain[0])}: columns are set apart by commas; save it as CSV with commas"
        )
    elif "" in plain:
        problems.append(f"{path}:1: a column has no name; give it one, or remove it")
    else:
        problems += [
            f"{path}:1: {name}: the column stands twice; keep one"
            for name in dict.fromkeys(name for name in plain if plain.count(name) > 1)
        ]
        unknown = sorted(set(plain) - set(fields))
        if unknown and shape.model_config.get("extra") != "allow":
            problems.append(f"{path}:1: unknown columns {unknown}; known are {sorted(fields)}")
        problems += [
            f"{path}:1: {name}: the column is missing; add it"
            for name, field in fields.items()
            if field.is_required() and name not in plain
        ]
    if problems:
        raise ReviewError("\n".join(problems))


def _is_odd_number(shape: type[BaseModel], name: str, text: str) -> bool:
    """Whether a number is written as Python would and people do not: 1_000, or digits of another script."""
    field = shape.model_fields.get(name.strip())
    is_number = field is not None and bool({int, float} & set(_kinds(field.annotation)))
    return is_number and ("_" in text or not text.isascii())


def _kinds(annotation: object) -> Iterator[object]:
    yield annotation
    for part in get_args(annotation):
        yield from _kinds(part)


def _one_a_field(error: ValidationError) -> list[str]:
    """What is wrong with each field: a field of two vocabularies has two answers, of which the nearer one is told."""
    told: dict[str, str] = {}
    for problem in error.errors():
        field = str(problem["loc"][0]) if problem["loc"] else "row"
        is_missing = problem["type"] == "missing"
        said = f"{field}: " + (
            "is empty; give a value" if is_missing else f"value {_short(problem['input'])}: {_to_do(problem)}"
        )
        if field not in told or ("; write " in said and "; write " not in told[field]):
            told[field] = said
    return list(told.values())


def _to_do(problem: Mapping[str, Any]) -> str:
    """What pydantic says, with the nearest of the words that it names."""
    said = str(problem["msg"])
    words = re.findall(r"'([^']+)'", str(problem.get("ctx", {}).get("expected", "")))
    near = get_close_matches(str(problem["input"]), words, n=1)
    return f"{said}; write {near[0]!r}" if near else said
