"""Reads a review folder into memory, or says which file, line and field is wrong."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from models import words
from models.analysis import Analysis
from models.eligibility import InterventionRow
from models.folder_checks import Tables, problems_between, problems_of_names, problems_within
from models.folder_files import ReviewError, load_csv, load_yaml, place_in, read_csv
from models.folder_rows import (
    CertaintyRow,
    ContrastRow,
    DecisionRow,
    ExtractionRow,
    LinkRow,
    NumbersRow,
    RiskOfBiasRow,
    SettledRow,
)
from models.protocol import Protocol
from models.published import EstimateRow, PublishedVersion
from models.reviews import is_review_name
from models.search_rows import SearchRow
from models.survival_rows import SurvivalRow
from models.terms import Row

Loaded = TypeVar("Loaded")
Numbers = TypeVar("Numbers", bound=NumbersRow)

PLACE = ("comparison", "outcome", "timepoint")


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
    contrasts: tuple[ContrastRow, ...] = ()
    survival: tuple[SurvivalRow, ...] = ()
    estimates: tuple[EstimateRow, ...] = ()
    analyses: tuple[Analysis, ...] = ()

    def as_of(self, day: date) -> "Review":
        """The folder as people had decided it by `day`.

        Before the first version could be read it is in force nevertheless, unless the review was watched before.
        """
        known = tuple(version for version in self.versions if version.in_force_from <= day)
        known = known or (() if self.protocol.watched_from else self.versions[:1])
        names = {version.version for version in known}
        return replace(
            self,
            versions=known,
            decisions=tuple(row for row in self.decisions if row.known_from <= day),
            links=tuple(row for row in self.links if row.known_from <= day),
            extraction=tuple(row for row in self.extraction if row.known_from <= day),
            contrasts=tuple(row for row in self.contrasts if row.known_from <= day),
            survival=tuple(row for row in self.survival if row.known_from <= day),
            risk_of_bias=tuple(row for row in self.risk_of_bias if row.version in {*names, ""}),
            certainty=tuple(row for row in self.certainty if row.version in {*names, ""}),
            estimates=tuple(row for row in self.estimates if row.version in names),
            settled=tuple(row for row in self.settled if row.known_from <= day),
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

    @property
    def rows_of_numbers(self) -> tuple[NumbersRow, ...]:
        """Every row that people entered from a report, whatever its file."""
        return (*self.extraction, *self.contrasts, *self.survival)

    @property
    def printed(self) -> tuple[EstimateRow, ...]:
        """Every estimate that the version in force gives, of analyses and of their subgroups."""
        return tuple(row for row in self.estimates if row.version == self.baseline.version)


def review_named(reviews: Path, name: str) -> Review:
    """Read the review of a name: its folder's name is its id, or one review would be published over another.

    Raises
    ------
    ReviewError
        If the name cannot be a review's, if the protocol gives another, or for what `load_review` finds.
    """
    folder = reviews / name
    if not is_review_name(name):
        raise ReviewError("\n".join(problems_of_name(folder, None)))
    review = load_review(folder)
    if problems := problems_of_name(folder, review):
        raise ReviewError("\n".join(problems))
    return review


def problems_of_name(folder: Path, review: Review | None) -> list[str]:
    """What is wrong with the name of a folder: it is the review's id everywhere."""
    path, name = folder / "protocol.yaml", folder.resolve().name
    if not is_review_name(name):
        return [
            f"{path}:1: review: {name!r} cannot name a review; use letters, digits, _ and -, a letter first, for the"
            " folder and in protocol.yaml alike"
        ]
    if review and review.protocol.review != name:
        return [
            f"{place_in(path, 'review')}: {review.protocol.review!r}, but the folder is {name!r}: give both the same name"
        ]
    return []


def load_review(folder: Path) -> Review:
    """Read and check every file of a review folder.

    Raises
    ------
    ReviewError
        If a file is missing or a value in it cannot be used; nothing is loaded then.
    """
    review, problems = read_review(folder)
    if problems or review is None:
        raise ReviewError("\n".join(problems))
    return review


def read_review(folder: Path) -> tuple[Review | None, list[str]]:
    """A review folder as far as it can be read, and everything that is wrong in it, one line each.

    What a faulty file would be needed for is not held against the others. Without a protocol, or a version or day to
    start from, there is no review.
    """
    if not (folder / "protocol.yaml").is_file():
        return None, [
            f"{folder / 'protocol.yaml'}:1: file: not found; a review folder needs a protocol.yaml",
            *problems_of_names(folder),
        ]
    problems = _Problems(list(problems_of_names(folder)))
    protocol = problems.of(load_yaml, folder / "protocol.yaml", Protocol, words.beside)
    interventions = problems.of(_load_interventions, folder) or ()
    files = sorted((folder / "published").glob("*.yaml"))
    if not files and protocol and not protocol.watched_from:
        problems.said.append(
            f"{folder / 'protocol.yaml'}:1: watched_from: missing, and {folder / 'published'} has no *.yaml: a review"
            " starts from a published version, or from a day, written as watched_from: 2026-11-20; what was public by"
            " then is found, and is no news"
        )
    versions = tuple(
        sorted(
            (item.at(path) for path in files if (item := problems.of(load_yaml, path, PublishedVersion))),
            key=lambda version: version.search_date,
        )
    )
    rows: dict[str, Any] = {}
    unread = set() if len(versions) == len(files) else {"published"}
    for name, shape in _SHAPES.items():
        rows[name], said = read_csv(folder / f"{name}.csv", shape)
        problems.said += said
        unread |= {name} if said else set()
    problems.said += problems_within(folder, versions, Tables(**rows), unread)
    if protocol is None or not (versions or protocol.watched_from):
        return None, problems.lines
    review = Review(
        protocol=protocol.with_interventions(interventions),
        versions=versions,
        interventions=interventions,
        fingerprint=_fingerprint(folder, words.files_of_words(protocol.words, folder)),
        **rows,
    )
    problems.said += problems_between(folder, review, unread)
    if problems.said:
        return review, problems.lines
    return _with_places(replace(review, protocol=review.protocol.with_analyses(review.analyses))), []


def _with_places(review: Review) -> Review:
    """The review with comparison, outcome and timepoint in each row of numbers that names its analysis alone."""
    places = {item.analysis: dict(zip(PLACE, item.place, strict=True)) for item in review.protocol.analyses}

    def placed(rows: Sequence[Numbers]) -> tuple[Numbers, ...]:
        return tuple(row.model_copy(update=places[row.analysis]) if row.analysis else row for row in rows)

    return replace(
        review,
        estimates=(*_printed(review), *review.estimates),
        extraction=placed(review.extraction),
        contrasts=placed(review.contrasts),
        survival=placed(review.survival),
        certainty=tuple(
            row.model_copy(update=places[row.analysis]) if row.analysis else row for row in review.certainty
        ),
    )


def _printed(review: Review) -> Iterator[EstimateRow]:
    """The estimates of versions as rows of estimates.csv, each of the analysis that it names or is the first one of."""
    for version in review.versions:
        for item in version.estimates:
            place = (item.outcome, item.timepoint)
            analyses = [
                analysis.analysis
                for analysis in review.protocol.analyses
                if analysis.place[1:] == place and item.comparison in {"", analysis.comparison}
            ]
            yield item.of_analysis(item.analysis or analyses[0], version.version)


_SHAPES: dict[str, type[Row]] = {
    "decisions": DecisionRow,
    "links": LinkRow,
    "analyses": Analysis,
    "extraction": ExtractionRow,
    "contrasts": ContrastRow,
    "survival": SurvivalRow,
    "risk_of_bias": RiskOfBiasRow,
    "certainty": CertaintyRow,
    "estimates": EstimateRow,
    "settled": SettledRow,
    "searches": SearchRow,
}
"""Files of rows, by their names without ``.csv``."""


class _Problems:
    """What is wrong in any file, told together."""

    def __init__(self, said: list[str]) -> None:
        self.said = said

    @property
    def lines(self) -> list[str]:
        """Each problem once, on a line."""
        return list(dict.fromkeys(line for said in self.said for line in said.splitlines()))

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
            f"{old}:1: file: products are interventions now: rename the file to interventions.csv, and in its first line"
            " 'product' to 'name' and the column of yes, no or person to 'counts'; all other columns stay"
        )
    rows = load_csv(path, InterventionRow)
    answers: dict[str, InterventionRow] = {}
    for row in rows:
        for name in row.terms:
            known = answers.setdefault(name.casefold(), row)
            if known.counts != row.counts:
                raise ReviewError(
                    f"{path}:{row.line}: names: {name!r} is {known.counts} as {known.name} and {row.counts} here;"
                    " keep one of them"
                )
    return rows


def _fingerprint(folder: Path, shared: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    own = [path for path in sorted(folder.rglob("*")) if path.suffix in {".yaml", ".csv"}]
    for path in (*own, *shared):
        name = path.relative_to(folder) if path in own else f"{words.KEY}/{path.name}"
        digest.update(str(name).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
