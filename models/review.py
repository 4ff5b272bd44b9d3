"""Reads a review folder into memory, or says which file, line and field is wrong."""

import csv
import hashlib
import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from models.eligibility import InterventionRow
from models.protocol import CertaintyRow, DecisionRow, ExtractionRow, LinkRow, Protocol, PublishedVersion, RiskOfBiasRow
from models.reviews import is_review_name
from models.terms import Row

_YamlLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C loader where PyYAML has it: ten times faster, same meaning."""

Shape = TypeVar("Shape", bound=BaseModel)
Line = TypeVar("Line", bound=Row)


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
    fingerprint: str

    def as_of(self, day: date) -> "Review":
        """The folder as people had decided it by `day`; at least the first version stays in force."""
        known = tuple(version for version in self.versions if version.in_force_from <= day)
        return Review(
            protocol=self.protocol,
            versions=known or self.versions[:1],
            decisions=tuple(row for row in self.decisions if row.known_from <= day),
            links=tuple(row for row in self.links if row.known_from <= day),
            interventions=self.interventions,
            extraction=tuple(row for row in self.extraction if row.known_from <= day),
            risk_of_bias=self.risk_of_bias,
            certainty=self.certainty,
            fingerprint=self.fingerprint,
        )

    @property
    def baseline(self) -> PublishedVersion:
        """The version in force: the one with the latest search."""
        return self.versions[-1]


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
    protocol = _load_yaml(folder / "protocol.yaml", Protocol)
    interventions = _load_interventions(folder)
    eligibility = protocol.eligibility.with_interventions(interventions)
    protocol = protocol.model_copy(update={"eligibility": eligibility})
    versions = [_load_yaml(path, PublishedVersion) for path in sorted((folder / "published").glob("*.yaml"))]
    if not versions:
        raise ReviewError(f"{folder / 'published'}: no *.yaml; a review starts from a published version")
    versions.sort(key=lambda version: version.search_date)
    review = Review(
        protocol=protocol,
        versions=tuple(versions),
        decisions=_load_csv(folder / "decisions.csv", DecisionRow),
        links=_load_csv(folder / "links.csv", LinkRow),
        interventions=interventions,
        extraction=_load_csv(folder / "extraction.csv", ExtractionRow),
        risk_of_bias=_load_csv(folder / "risk_of_bias.csv", RiskOfBiasRow),
        certainty=_load_csv(folder / "certainty.csv", CertaintyRow),
        fingerprint=_fingerprint(folder),
    )
    _check_names(folder, review)
    return review


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


def _check_names(folder: Path, review: Review) -> None:
    """Names in the extraction that the protocol does not know are errors, not silently unused rows."""
    comparisons = {comparison.id for comparison in review.protocol.comparisons}
    outcomes = {outcome.id: outcome for outcome in review.protocol.outcomes}
    for line, row in enumerate(review.extraction, start=2):
        place = f"{folder / 'extraction.csv'}:{line}"
        if row.comparison not in comparisons:
            raise ReviewError(f"{place}: comparison: {row.comparison!r} is none of {sorted(comparisons)}")
        if row.outcome not in outcomes:
            raise ReviewError(f"{place}: outcome: {row.outcome!r} is none of {sorted(outcomes)}")
        if row.timepoint not in outcomes[row.outcome].timepoints:
            raise ReviewError(
                f"{place}: timepoint: {row.timepoint!r} is none of {outcomes[row.outcome].timepoints}"
                f" of outcome {row.outcome}"
            )


def _load_yaml(path: Path, shape: type[Shape]) -> Shape:
    tree = None
    try:
        loader = _YamlLoader(path.read_text(encoding="utf-8"))
        tree = loader.get_single_node()
        return shape.model_validate(loader.construct_document(tree) if tree else None)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise ReviewError(f"{path}:{line}: not YAML: {getattr(error, 'problem', error)}") from error
    except ValidationError as error:
        problems = [_explain(path, tree, problem) for problem in error.errors()]
    # Raised outside: chained to it, pydantic's error would keep every frame of the program alive to its end.
    raise ReviewError("\n".join(problems))


def _explain(path: Path, tree: yaml.Node | None, problem: object) -> str:
    assert isinstance(problem, dict)
    where = problem["loc"]
    field = ".".join(str(part) for part in where) or "(whole file)"
    action = "remove it or correct its spelling" if problem["type"] == "extra_forbidden" else problem["msg"]
    what = "unknown key" if problem["type"] == "extra_forbidden" else f"value {_short(problem.get('input'))}"
    return f"{path}:{_line_of(tree, where)}: {field}: {what}: {action}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _line_of(node: yaml.Node | None, where: tuple[object, ...]) -> int:
    """Line of the deepest node on a path, as far as the file has it."""
    line = 1
    for part in where:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == part:
                    line, node = key.start_mark.line + 1, value
                    break
            else:
                return line
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            return line
    return line


def _load_csv(path: Path, shape: type[Line]) -> tuple[Line, ...]:
    if not path.exists():
        return ()
    try:
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")), strict=True)
        expected = set(shape.model_fields)
        header = set(reader.fieldnames or ())
        has_own = shape.model_config.get("extra") == "allow"
        if "" in header:
            raise ReviewError(f"{path}:1: a column has no name; give it one, or remove it")
        if (unknown := header - expected) and not has_own:
            raise ReviewError(f"{path}:1: unknown columns {sorted(unknown)}; known are {sorted(expected)}")
        rows, problems = [], []
        for row in reader:
            if None in row or None in row.values():
                problems.append(f"{path}:{reader.line_num}: the row has another number of fields than the header")
                continue
            try:
                rows.append(
                    shape.model_validate({key: value for key, value in row.items() if value != ""}).at(reader.line_num)
                )
            except ValidationError as error:
                problems += [
                    f"{path}:{reader.line_num}: {'.'.join(map(str, problem['loc'])) or 'row'}:"
                    f" value {_short(problem['input'])}: {problem['msg']}"
                    for problem in error.errors()
                ]
    except (csv.Error, UnicodeDecodeError) as error:
        raise ReviewError(f"{path}: cannot be read as UTF-8 CSV: {error}") from error
    if problems:
        raise ReviewError("\n".join(problems))
    return tuple(rows)


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".yaml", ".csv"}:
            digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
