"""What the files of a review folder say of each other: names that must exist, rows that say one thing twice.

Each problem is one line: file, line, field, value, and what to do.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Protocol as Interface

from models.database_names import OTHER, TITLES
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
from models.screening import QUEUE_KINDS
from models.search_rows import SearchRow
from models.terms import Row
from models.vocabulary import MEAN_MEASURES, StudyList, Verdict

FILES = (
    "protocol.yaml",
    "interventions.csv",
    "decisions.csv",
    "links.csv",
    "extraction.csv",
    "risk_of_bias.csv",
    "certainty.csv",
    "settled.csv",
    "searches.csv",
)
"""Files that a review folder may hold, beside ``published/*.yaml``."""
_NEAR = 0.6
_EARLIEST_YEAR, _LATEST_YEAR = 1900, 2100


class Rows(Interface):
    """The files of a review folder, as `models.review.Review` holds them."""

    @property
    def protocol(self) -> Protocol: ...
    @property
    def versions(self) -> Sequence[PublishedVersion]: ...
    @property
    def decisions(self) -> Sequence[DecisionRow]: ...
    @property
    def links(self) -> Sequence[LinkRow]: ...
    @property
    def extraction(self) -> Sequence[ExtractionRow]: ...
    @property
    def risk_of_bias(self) -> Sequence[RiskOfBiasRow]: ...
    @property
    def certainty(self) -> Sequence[CertaintyRow]: ...
    @property
    def settled(self) -> Sequence[SettledRow]: ...
    @property
    def searches(self) -> Sequence[SearchRow]: ...


def problems_of_names(folder: Path) -> Iterator[str]:
    """Files that nobody reads: their names look like those of files that are read."""
    for path in sorted([*folder.glob("*"), *folder.glob("published/*")]):
        name = str(path.relative_to(folder))
        is_read = name in FILES or (path.parent.name == "published" and path.suffix == ".yaml")
        # An old name has a message of its own, where it is read.
        if (
            path.is_file()
            and not is_read
            and path.suffix.lower() in {".csv", ".yaml", ".yml"}
            and name != "products.csv"
        ):
            if path.parent.name == "published":
                yield f"{path}:1: file: {name!r} is not read: call it {path.stem}.yaml"
            else:
                yield f"{path}:1: file: {name!r} is not read: {_nearest(name, FILES)}, or take it away"


def problems_between(folder: Path, rows: Rows) -> Iterator[str]:
    """Everything that one file says and another does not know, and rows that say one thing twice."""
    outcomes = {outcome.id: outcome for outcome in rows.protocol.outcomes}
    versions = {version.version for version in rows.versions}
    yield from _of_watching(folder / "protocol.yaml", rows.protocol.watched_from)
    yield from _of_versions(folder, rows.versions, outcomes)
    yield from _of_decisions(folder / "decisions.csv", rows.decisions)
    yield from _of_links(folder / "links.csv", rows.links)
    yield from _of_extraction(folder / "extraction.csv", rows, outcomes)
    bias, certainty = folder / "risk_of_bias.csv", folder / "certainty.csv"
    for row in rows.risk_of_bias:
        yield from _known(bias, row, "version", row.version, versions)
    yield from _twice(bias, rows.risk_of_bias, lambda row: (row.study_id, row.domain, row.version), "keep one of them")
    for item in rows.certainty:
        yield from _known(certainty, item, "version", item.version, versions)
        yield from _known(certainty, item, "outcome", item.outcome, outcomes)
        if item.outcome in outcomes:
            yield from _known(certainty, item, "timepoint", item.timepoint, outcomes[item.outcome].timepoints)
    yield from _twice(
        certainty, rows.certainty, lambda row: (row.outcome, row.timepoint, row.version), "keep one of them"
    )
    settled = folder / "settled.csv"
    yield from _twice(settled, rows.settled, lambda row: row.item, "keep one of them")
    for line in rows.settled:
        yield from _known(settled, line, "kind", line.kind, QUEUE_KINDS)
    searches = folder / "searches.csv"
    databases = [*rows.protocol.by_hand, *TITLES, OTHER]
    for search in rows.searches:
        yield from _known(searches, search, "database", search.database, databases)
    yield from _twice(
        searches, rows.searches, lambda row: (row.database, row.searched_on or "", row.file or ""), "keep one of them"
    )
    others = {row.file: row.line for row in rows.searches if row.database == OTHER}
    for search in rows.searches:
        if search.database != OTHER and search.file in others:
            yield (
                f"{searches}:{search.line}: file: {search.file}: line {others[search.file]} says that it is no"
                " database's search; keep one of them"
            )
    for name in ("decisions", "links", "extraction", "settled", "searches"):
        for line in getattr(rows, name):
            if not _is_day(line.known_from):
                place = f"{folder / name}.csv:{line.line}"
                yield f"{place}: known_from: {line.known_from}: no day of a review; write the day as 2019-11-20"


def _of_watching(path: Path, day: date | None) -> Iterator[str]:
    if day and not _is_day(day):
        yield f"{path}:1: watched_from: {day}: no day of a review; write the day as 2019-11-20"


def _is_day(day: date) -> bool:
    return _EARLIEST_YEAR <= day.year <= _LATEST_YEAR


def _of_versions(folder: Path, versions: Sequence[PublishedVersion], outcomes: Mapping[str, object]) -> Iterator[str]:
    """Versions have no lines: their rows are named by what they say."""
    seen: set[str] = set()
    for version in versions:
        place = f"{folder / 'published'}, version {version.version}"
        if not version.is_published:
            yield f"{place}: version: is empty; give it a name, as '2019'"
        if version.version in seen:
            yield f"{place}: version: {version.version!r} is the name of two files; give each its own"
        seen.add(version.version)
        listed: set[str] = set()
        for study in (*version.included, *version.ongoing):
            if study.study_id in listed:
                yield f"{place}: study_id: {study.study_id!r} is listed twice; a study is in one list, once"
            listed.add(study.study_id)
        first_read = version.in_force_from
        if version.search_date > first_read or not _is_day(version.search_date):
            yield (
                f"{place}: search_date: {version.search_date}: a version is read after its search, and this one from"
                f" {first_read} on; correct the one or the other"
            )
        printed: set[tuple[str, str]] = set()
        for estimate in version.estimates:
            key = (estimate.outcome, estimate.timepoint)
            if key in printed:
                yield f"{place}: estimates: {estimate.outcome}, {estimate.timepoint} stands twice; keep one"
            printed.add(key)
            measure = getattr(outcomes.get(estimate.outcome), "measure", estimate.measure)
            if measure != estimate.measure:
                yield (
                    f"{place}: estimates.measure: {str(estimate.measure)!r}: {estimate.outcome} is pooled as {measure};"
                    f" write {str(measure)!r}, or change the protocol's outcome"
                )
            if estimate.outcome not in outcomes:
                yield f"{place}: estimates.outcome: {estimate.outcome!r}: {_nearest(estimate.outcome, outcomes)}"
            elif estimate.timepoint not in (times := getattr(outcomes[estimate.outcome], "timepoints", ())):
                yield f"{place}: estimates.timepoint: {estimate.timepoint!r}: {_nearest(estimate.timepoint, times)}"


def _of_decisions(path: Path, rows: Sequence[DecisionRow]) -> Iterator[str]:
    for row in rows:
        words = tuple(StudyList) if row.criterion == "list" else tuple(Verdict)
        if row.verdict not in words:
            yield f"{path}:{row.line}: verdict: {str(row.verdict)!r} is no verdict on {row.criterion}: {_nearest(row.verdict, words)}"
    first: dict[Hashable, DecisionRow] = {}
    for row in rows:
        other = first.setdefault((row.study_id.casefold(), row.criterion, row.known_from), row)
        if other is not row:
            said = "the same" if other.verdict == row.verdict else f"{other.verdict} and {row.verdict}"
            yield (
                f"{path}:{row.line}: study_id: {row.study_id!r}: lines {other.line} and {row.line} decide {row.criterion}"
                f" on one day, {said}; keep one of them"
            )


def _of_links(path: Path, rows: Sequence[LinkRow]) -> Iterator[str]:
    for row in rows:
        if row.study_id.casefold() == row.item_id.casefold():
            yield f"{path}:{row.line}: item_id: {row.item_id!r} is linked to itself; name the other one"
        if row.relation == "record" and row.kind is not None:
            yield f"{path}:{row.line}: kind: {row.kind!r}: a record has no kind; leave it empty, or write relation report"
    first: dict[Hashable, LinkRow] = {}
    for row in rows:
        other = first.setdefault((row.study_id, row.item_id, row.relation, row.known_from), row)
        if other is not row:
            yield (
                f"{path}:{row.line}: item_id: {row.item_id!r}: lines {other.line} and {row.line} are about one link on one"
                " day; keep one of them"
            )


def _of_extraction(path: Path, rows: Rows, outcomes: Mapping[str, object]) -> Iterator[str]:
    comparisons = {comparison.id for comparison in rows.protocol.comparisons}
    for row in rows.extraction:
        yield from _known(path, row, "comparison", row.comparison, comparisons)
        yield from _known(path, row, "outcome", row.outcome, outcomes)
        if row.outcome not in outcomes:
            continue
        outcome = rows.protocol.outcome(row.outcome)
        yield from _known(path, row, "timepoint", row.timepoint, outcome.timepoints)
        wants_means = outcome.measure in MEAN_MEASURES
        if wants_means and row.mean is None:
            yield f"{path}:{row.line}: n_events: {row.n_events}: outcome {row.outcome} is pooled as {outcome.measure}; give mean and sd"
        elif not wants_means and row.n_events is None:
            yield f"{path}:{row.line}: mean: {row.mean}: outcome {row.outcome} is pooled as {outcome.measure}; give n_events"
    yield from _twice(
        path,
        rows.extraction,
        lambda row: (
            row.study_id,
            row.comparison,
            row.outcome,
            row.timepoint,
            row.arm,
            row.arm_label,
            row.is_confirmed,
        ),
        "keep one of them, or tell two arms apart by arm_label",
    )


def _known(path: Path, row: Row, field: str, value: str, known: Iterable[str]) -> Iterator[str]:
    if value not in known:
        yield f"{path}:{row.line}: {field}: {value!r} is none of {sorted(map(str, known))}: {_nearest(value, known)}"


def _twice(path: Path, rows: Sequence[Row], key: object, action: str) -> Iterator[str]:
    first: dict[Hashable, Row] = {}
    for row in rows:
        said: Hashable = key(row)  # type: ignore[operator]
        other = first.setdefault(said, row)
        if other is not row:
            told = ", ".join(str(part) for part in (said if isinstance(said, tuple) else (said,)) if part != "")
            yield f"{path}:{row.line}: row: {told}: lines {other.line} and {row.line} say one thing twice; {action}"


def _nearest(value: str, known: Iterable[str]) -> str:
    """What to write instead."""
    names = sorted(map(str, known))
    near = get_close_matches(value, names, n=1, cutoff=_NEAR)
    return f"write {near[0]!r}" if near else f"write one of {', '.join(names) or 'none'}"
