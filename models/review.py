"""Reads a review folder into memory, or says which file, line and field is wrong."""

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from models import words
from models.eligibility import InterventionRow
from models.folder_checks import problems_between, problems_of_names
from models.protocol import (
    CertaintyRow,
    DecisionRow,
    ExtractionRow,
    LinkRow,
    Protocol,
    PublishedVersion,
    RiskOfBiasRow,
    SettledRow,
)
from models.reviews import is_review_name
from models.search_rows import SearchRow
from models.terms import Row
from models.yaml_nodes import doubled, place_of, tree_of, values_of

Shape = TypeVar("Shape", bound=BaseModel)
Line = TypeVar("Line", bound=Row)
Loaded = TypeVar("Loaded")


class ReviewError(Exception):
    """Something in a review folder cannot be used; the message names file, line, field and value."""


@dataclass(frozen=True)
class Review:
    """A review folder: its protocol and everything people decided, whatever the date.

    What was known on a day is asked with :meth:`as_of`; `fingerprint` changes with any of its files.
    """

    protocol: Protocol
    versions: tuple[PublishedVersion, ...]
    decisions: tuple[DecisionRow, ...]
    links: tuple[LinkRow, ...]
    interventions: tuple[InterventionRow, ...]
    extraction: tuple[ExtractionRow, ...]
    risk_of_bias: tuple[RiskOfBiasRow, ...]
    certainty: tuple[CertaintyRow, ...]
    settled: tuple[SettledRow, ...]
    fingerprint: str
    searches: tuple[SearchRow, ...] = ()

    def as_of(self, day: date) -> "Review":
        """The folder as people had decided it by `day`.

        Before the first version could be read it is in force nevertheless, unless the review was watched before.
        """
        known = tuple(version for version in self.versions if version.in_force_from <= day)
        known = known or (() if self.protocol.watched_from else self.versions[:1])
        names = {version.version for version in known}
        return Review(
            protocol=self.protocol,
            versions=known,
            decisions=tuple(row for row in self.decisions if row.known_from <= day),
            links=tuple(row for row in self.links if row.known_from <= day),
            interventions=self.interventions,
            extraction=tuple(row for row in self.extraction if row.known_from <= day),
            risk_of_bias=tuple(row for row in self.risk_of_bias if row.version in names),
            certainty=tuple(row for row in self.certainty if row.version in names),
            settled=tuple(row for row in self.settled if row.known_from <= day),
            fingerprint=self.fingerprint,
            searches=tuple(row for row in self.searches if row.known_from <= day),
        )

    @property
    def baseline(self) -> PublishedVersion:
        """The version in force: the one with the latest search; as long as there is none, one that is not published.

        It has no name, lists nothing, and was searched on the day since which the review is watched.
        """
        if self.versions:
            return self.versions[-1]
        assert self.protocol.watched_from
        return PublishedVersion(version="", search_date=self.protocol.watched_from)


def review_named(reviews: Path, name: str) -> Review:
    """Read the review of a name: its folder's name is its id, or one review would be published over another.

    Raises
    ------
    ReviewError
        If the name cannot be a review's, if the protocol gives another, or for what `load_review` finds.
    """
    folder = reviews / name
    if not is_review_name(name):
        raise ReviewError(
            f"{folder}: {name!r} cannot name a review; use letters, digits, _ and -, a letter first, for the folder and"
            " in protocol.yaml alike"
        )
    review = load_review(folder)
    if review.protocol.review != name:
        raise ReviewError(
            f"{folder / 'protocol.yaml'}: review: {review.protocol.review!r}, but the folder is {name!r}: give both the"
            " same name"
        )
    return review


def load_review(folder: Path) -> Review:
    """Read and check every file of a review folder.

    Raises
    ------
    ReviewError
        If a file is missing or a value in it cannot be used; nothing is loaded then.
    """
    if not (folder / "protocol.yaml").is_file():
        raise ReviewError(f"{folder / 'protocol.yaml'}: not found; a review folder needs a protocol.yaml")
    problems = _Problems(list(problems_of_names(folder)))
    protocol = problems.of(_load_yaml, folder / "protocol.yaml", Protocol)
    interventions = problems.of(_load_interventions, folder) or ()
    files = sorted((folder / "published").glob("*.yaml"))
    if not files and protocol and not protocol.watched_from:
        problems.said.append(
            f"{folder / 'protocol.yaml'}:1: watched_from: missing, and {folder / 'published'} has no *.yaml: a review"
            " starts from a published version, or from a day, written as watched_from: 2026-11-20; what was public by"
            " then is found, and is no news"
        )
    versions = [item for path in files if (item := problems.of(_load_yaml, path, PublishedVersion))]
    rows: dict[str, Any] = {
        name: problems.of(_load_csv, folder / f"{name}.csv", shape) or () for name, shape in _SHAPES.items()
    }
    if protocol is None or not (versions or protocol.watched_from):
        raise ReviewError("\n".join(problems.said))
    review = Review(
        protocol=protocol.with_interventions(interventions),
        versions=tuple(sorted(versions, key=lambda version: version.search_date)),
        interventions=interventions,
        fingerprint=_fingerprint(folder, words.files_of_words(protocol.words, folder)),
        **rows,
    )
    problems.said += problems_between(folder, review)
    if problems.said:
        raise ReviewError("\n".join(problems.said))
    return review


_SHAPES: dict[str, type[Row]] = {
    "decisions": DecisionRow,
    "links": LinkRow,
    "extraction": ExtractionRow,
    "risk_of_bias": RiskOfBiasRow,
    "certainty": CertaintyRow,
    "settled": SettledRow,
    "searches": SearchRow,
}
"""Files of rows, by their names without ``.csv``."""


class _Problems:
    """What is wrong in any file, told together."""

    def __init__(self, said: list[str]) -> None:
        self.said = said

    def of(self, load: Callable[..., Loaded], *arguments: Any) -> Loaded | None:
        """What a loader gives; None when it finds something wrong."""
        try:
            return load(*arguments)
        except ReviewError as error:
            self.said.append(str(error))
            return None


def _load_interventions(folder: Path) -> tuple[InterventionRow, ...]:
    """Rows of interventions.csv. A name that is given two answers would be decided by the order of rows."""
    path = folder / "interventions.csv"
    if (old := folder / "products.csv").exists():
        raise ReviewError(
            f"{old}: products are interventions now: rename the file to interventions.csv, and in its first line"
            " 'product' to 'name' and the column of yes, no or person to 'counts'; all other columns stay"
        )
    rows = _load_csv(path, InterventionRow)
    answers: dict[str, InterventionRow] = {}
    for line, row in enumerate(rows, start=2):
        for name in row.terms:
            known = answers.setdefault(name.casefold(), row)
            if known.counts != row.counts:
                raise ReviewError(
                    f"{path}:{line}: names: {name!r} is {known.counts} as {known.name} and {row.counts} here;"
                    " keep one of them"
                )
    return rows


def _load_yaml(path: Path, shape: type[Shape]) -> Shape:
    tree = None
    try:
        tree = tree_of(path)
        problems = list(doubled(tree))
        if shape is Protocol and tree:
            tree, of_words = words.beside(path, tree)
            problems += of_words
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


def _load_csv(path: Path, shape: type[Line]) -> tuple[Line, ...]:
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


def _fingerprint(folder: Path, shared: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    own = [path for path in sorted(folder.rglob("*")) if path.suffix in {".yaml", ".csv"}]
    for path in (*own, *shared):
        name = path.relative_to(folder) if path in own else f"{words.KEY}/{path.name}"
        digest.update(str(name).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
