"""Reads the YAML and CSV files of a review folder, or says which file, line and field is wrong."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from models.folder_text import ReviewError, text_of
from models.plain_faults import is_about_the_whole, short, to_do
from models.terms import Row
from models.yaml_nodes import doubled, place_of, tree_of, values_of

__all__ = ["ReviewError", "load_csv", "load_yaml", "place_in", "read_csv"]

Shape = TypeVar("Shape", bound=BaseModel)
Line = TypeVar("Line", bound=Row)


Beside = Callable[[Path, yaml.Node], tuple[yaml.Node, list[str]]]
"""Joins what other files say to the nodes of one, and tells what is wrong with them."""


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
        problems = [*doubled(tree), *_empty(path, tree)]
        if beside and tree:
            tree, further = beside(path, tree)
            problems += further
        if not problems:
            return shape.model_validate(values_of(tree))
    except yaml.YAMLError as error:
        raise ReviewError(_not_yaml(path, error)) from error
    except ValueError as error:
        if not isinstance(error, ValidationError):
            raise ReviewError(f"{path}:1: file: not YAML: {error}; correct it there") from error
        problems = [_explain(path, tree, problem) for problem in error.errors()]
    # Raised outside: chained to it, pydantic's error would keep every frame of the program alive to its end.
    raise ReviewError("\n".join(problems))


def _empty(path: Path, tree: yaml.Node | None) -> list[str]:
    if tree is None:
        return [f"{path}:1: file: is empty; fill it in, or take it away"]
    if not isinstance(tree, yaml.MappingNode):
        return [f"{path}:1: file: has no keys; write 'key: value' lines, as title: What the review is called"]
    return []


def _not_yaml(path: Path, error: yaml.YAMLError) -> str:
    mark, problem = getattr(error, "problem_mark", None), str(getattr(error, "problem", error))
    to_do = next((said for words, said in _YAML_SLIPS if words in problem), "see the line, and the one before it")
    return f"{mark.name if mark else path}:{mark.line + 1 if mark else 1}: file: not YAML: {problem}: {to_do}"


_YAML_SLIPS = (
    (
        "cannot start any token",
        "indent with blanks, never with tabs; a text that begins with @, ` or % stands in quotes",
    ),
    (
        "mapping values are not allowed",
        "a text with ': ' in it stands in quotes, and each key begins where its neighbours do",
    ),
    ("did not find expected key", "begin the line exactly under the one that it belongs beside"),
    ("expected <block end>", "begin the line exactly under the one that it belongs beside"),
    ("could not find expected ':'", "write 'key: value', with a colon and a blank; a long text goes on further right"),
    ("alias", "a word with * before it stands in quotes"),
    ("expected ',' or", "close the list with ], set commas between its items, and put texts with odd signs in quotes"),
    ("unexpected end of stream", "a quote is opened and not closed"),
)
"""What people meant, by the words of the YAML reader."""


def _explain(path: Path, tree: yaml.Node | None, problem: Mapping[str, Any]) -> str:
    where = tuple(problem["loc"])
    field = ".".join(str(part) for part in where) or "(whole file)"
    place = f"{place_of(path, tree, where)}: {field}"
    if problem["type"] == "extra_forbidden":
        return f"{place}: unknown key: remove it or correct its spelling"
    if problem["type"] == "missing" or is_about_the_whole(problem):
        return f"{place}: {to_do(problem)}"
    return f"{place}: value {short(problem.get('input'))}: {to_do(problem)}"


def place_in(path: Path, *where: str | int) -> str:
    """A place in a YAML file as messages name it: file, line and field."""
    try:
        tree = tree_of(path)
    except (OSError, yaml.YAMLError, ReviewError):
        tree = None
    return f"{place_of(path, tree, where)}: {'.'.join(map(str, where))}"


def load_csv(path: Path, shape: type[Line]) -> tuple[Line, ...]:
    """All rows of a file, or what is wrong with any of them."""
    rows, problems = read_csv(path, shape)
    if problems:
        raise ReviewError("\n".join(problems))
    return rows


def read_csv(path: Path, shape: type[Line]) -> tuple[tuple[Line, ...], list[str]]:
    """Rows of a file that can be used, and what is wrong with the others."""
    if not path.exists():
        return (), []
    rows: list[Line] = []
    problems: list[str] = []
    reader = None
    try:
        reader = csv.DictReader(_without_comments(text_of(path)), strict=True)
        header = list(reader.fieldnames or ())
        if problems := _problems_of_header(path, header, shape):
            return (), problems
        for row in reader:
            place = f"{path}:{reader.line_num}"
            if None in row or None in row.values():
                problems.append(
                    f"{place}: row: the row has another number of fields than the header; count the commas: a text with a"
                    ' comma in it stands in "quotes"'
                )
                continue
            given = {key.strip(): value.strip() for key, value in row.items() if value.strip()}
            if odd := [name for name in given if _is_odd_number(shape, name, given[name])]:
                problems += [
                    f"{place}: {name}: value {short(given[name])}: write a number in plain digits" for name in odd
                ]
                continue
            try:
                rows.append(shape.model_validate(given).at(reader.line_num))
            except ValidationError as error:
                problems += [f"{place}: {said}" for said in _one_a_field(error)]
    except csv.Error as error:
        line = reader.line_num if reader else 1
        problems.append(f"{path}:{line}: row: cannot be read as CSV: {error}: look for a quote that is not closed")
    except ReviewError as error:
        problems.append(str(error))
    return tuple(rows), problems


def _without_comments(text: str) -> Iterator[str]:
    """Lines of a file; one that begins with # outside of quotes is empty, so that lines keep their numbers."""
    is_quoted = False
    for line in io.StringIO(text, newline=""):
        yield "\n" if line.startswith("#") and not is_quoted else line
        is_quoted ^= line.count('"') % 2 == 1


def _problems_of_header(path: Path, header: Sequence[str], shape: type[BaseModel]) -> list[str]:
    """Columns have names, each once, that the file has; the needed ones are all there."""
    fields = shape.model_fields
    plain = [name.strip() for name in header]
    if not plain:
        return [f"{path}:1: header: is empty; write the columns in the first line, or take the file away"]
    if len(plain) == 1 and (";" in plain[0] or "\t" in plain[0]):
        return [
            f"{path}:1: header: {short(plain[0])}: columns are set apart by commas; save it as CSV with commas, not"
            " semicolons or tabs"
        ]
    if "" in plain:
        return [f"{path}:1: header: a column has no name; give it one, or remove it"]
    problems = [
        f"{path}:1: {name}: the column stands twice; keep one"
        for name in dict.fromkeys(name for name in plain if plain.count(name) > 1)
    ]
    if shape.model_config.get("extra") != "allow":
        problems += [
            f"{path}:1: {name}: unknown column: {_nearest(name, fields)}" for name in sorted(set(plain) - set(fields))
        ]
    problems += [
        f"{path}:1: {name}: the column is missing; add it"
        for name, field in fields.items()
        if field.is_required() and name not in plain
    ]
    return problems


def _nearest(name: str, columns: Iterable[str]) -> str:
    near = get_close_matches(name, list(columns), n=1)
    return f"write {near[0]!r}" if near else f"remove it; there are {', '.join(columns)}"


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
        if problem["type"] == "missing":
            said = "is empty; give a value"
        elif is_about_the_whole(problem):
            said = to_do(problem)
        else:
            said = f"value {short(problem['input'])}: {to_do(problem)}"
        if field not in told or (": write '" in said and ": write '" not in told[field]):
            told[field] = f"{field}: {said}"
    return list(told.values())
