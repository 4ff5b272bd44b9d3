"""What the files of a review folder say of each other: names that must exist, rows that say one thing twice.

Each problem is one line: file, line, field, value, and what to do.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol as Interface

from models.analysis import Analysis
from models.analysis_checks import Numbers, estimates_once, known, problems_of_analyses, twice
from models.database_names import OTHER, TITLES
from models.folder_files import place_in
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
from models.near_words import nearest
from models.published import EstimateRow, PublishedEstimate, PublishedVersion
from models.screening import QUEUE_KINDS
from models.search_rows import SearchRow
from models.survival_checks import problems_of_curves
from models.survival_rows import SurvivalRow
from models.vocabulary import StudyList, Verdict

FILES = (
    "protocol.yaml",
    "interventions.csv",
    "decisions.csv",
    "links.csv",
    "analyses.csv",
    "extraction.csv",
    "contrasts.csv",
    "survival.csv",
    "risk_of_bias.csv",
    "certainty.csv",
    "estimates.csv",
    "settled.csv",
    "searches.csv",
)
"""Files that a review folder may hold, beside ``published/*.yaml``."""
_EARLIEST_YEAR, _LATEST_YEAR = 1900, 2100


@dataclass(frozen=True)
class Tables:
    """Rows of a review folder's CSV files, by the files' names."""

    decisions: Sequence[DecisionRow]
    links: Sequence[LinkRow]
    analyses: Sequence[Analysis]
    extraction: Sequence[ExtractionRow]
    contrasts: Sequence[ContrastRow]
    survival: Sequence[SurvivalRow]
    risk_of_bias: Sequence[RiskOfBiasRow]
    certainty: Sequence[CertaintyRow]
    estimates: Sequence[EstimateRow]
    settled: Sequence[SettledRow]
    searches: Sequence[SearchRow]


class Rows(Numbers, Interface):
    """The files of a review folder, as `models.review.Review` holds them."""

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
                yield f"{path}:1: file: {name!r} is not read: {nearest(name, FILES)}, or take it away"


def problems_within(
    folder: Path, versions: Sequence[PublishedVersion], tables: Tables, unread: Collection[str] = ()
) -> Iterator[str]:
    """What needs no protocol: rows that say one thing twice, days that are none, versions that nobody published.

    `unread` names the files, without ``.csv``, that have faults of their own, and ``published``.
    """
    yield from _of_versions(versions)
    yield from _of_decisions(folder / "decisions.csv", tables.decisions)
    yield from _of_links(folder / "links.csv", tables.links)
    yield from problems_of_curves(folder / "survival.csv", tables.survival)
    for name, key, action in _ONCE:
        yield from twice(folder / f"{name}.csv", getattr(tables, name), key, action)
    if "published" not in unread:
        # What is judged before the first version has none to name.
        names = {version.version for version in versions} or {""}
        for name in ("risk_of_bias", "certainty", "estimates"):
            for row in getattr(tables, name):
                yield from known(folder / f"{name}.csv", row, "version", row.version, names)
    for line in tables.settled:
        yield from known(folder / "settled.csv", line, "kind", line.kind, QUEUE_KINDS)
    searches = folder / "searches.csv"
    others = {row.file: row.line for row in tables.searches if row.database == OTHER}
    for search in tables.searches:
        if search.database != OTHER and search.file in others:
            yield (
                f"{searches}:{search.line}: file: {search.file}: line {others[search.file]} says that it is no"
                " database's search; keep one of them"
            )
    for name in ("decisions", "links", "extraction", "contrasts", "survival", "settled", "searches"):
        for line in getattr(tables, name):
            if not _is_day(line.known_from):
                place = f"{folder / name}.csv:{line.line}"
                yield f"{place}: known_from: {line.known_from}: no day of a review; write the day as 2019-11-20"


def problems_between(folder: Path, rows: Rows, unread: Collection[str] = ()) -> Iterator[str]:
    """Everything that one file says and the protocol or another file does not know."""
    outcomes = {outcome.id: outcome for outcome in rows.protocol.outcomes}
    yield from _of_watching(folder / "protocol.yaml", rows.protocol.watched_from)
    yield from problems_of_analyses(folder, rows, has_all="analyses" not in unread)
    if "analyses" not in unread:
        for version in rows.versions:
            for at, estimate in enumerate(version.estimates):
                yield from _of_estimate(_place_of(version, "estimates", at), estimate, rows)
    certainty = folder / "certainty.csv"
    for item in rows.certainty:
        if item.outcome or not item.analysis:
            yield from known(certainty, item, "outcome", item.outcome, outcomes)
        if item.outcome in outcomes:
            yield from known(certainty, item, "timepoint", item.timepoint, outcomes[item.outcome].timepoints)
    databases = [*rows.protocol.by_hand, *TITLES, OTHER]
    for search in rows.searches:
        yield from known(folder / "searches.csv", search, "database", search.database, databases)


def _of_watching(path: Path, day: date | None) -> Iterator[str]:
    if day and not _is_day(day):
        yield f"{place_in(path, 'watched_from')}: {day}: no day of a review; write the day as 2019-11-20"


def _is_day(day: date) -> bool:
    return _EARLIEST_YEAR <= day.year <= _LATEST_YEAR


def _place_of(version: PublishedVersion, *where: str | int) -> str:
    """File, line and field of something in a version."""
    return place_in(version.path or Path("published"), *where)


def _of_versions(versions: Sequence[PublishedVersion]) -> Iterator[str]:
    seen: set[str] = set()
    for version in versions:
        place = _place_of(version, "version")
        if not version.is_published:
            yield f"{place}: is empty; give it a name, as '2019'"
        if version.version in seen:
            yield f"{place}: {version.version!r} is the name of two files; give each its own"
        seen.add(version.version)
        listed: set[str] = set()
        for name in ("included", "ongoing", "awaiting", "excluded"):
            for at, study in enumerate(getattr(version, name)):
                if study.study_id in listed:
                    place = _place_of(version, name, at, "study_id")
                    yield f"{place}: {study.study_id!r} is listed twice; a study is in one list, once"
                listed.add(study.study_id)
        first_read = version.in_force_from
        if version.search_date > first_read or not _is_day(version.search_date):
            yield (
                f"{_place_of(version, 'search_date')}: {version.search_date}: a version is read after its search, and"
                f" this one from {first_read} on; correct the one or the other"
            )
        yield from estimates_once(_place_of(version, "estimates"), version.estimates)


def _of_estimate(place: str, estimate: PublishedEstimate, rows: Rows) -> Iterator[str]:
    analyses = {item.analysis: item for item in rows.protocol.with_analyses(rows.analyses).analyses}
    outcomes = {outcome.id: outcome for outcome in rows.protocol.outcomes}
    if estimate.analysis:
        if estimate.analysis not in analyses:
            yield f"{place}.analysis: {estimate.analysis!r}: {nearest(estimate.analysis, analyses)}"
        elif estimate.measure not in {None, measure := analyses[estimate.analysis].measure}:
            yield f"{place}.measure: {str(estimate.measure)!r}: {estimate.analysis} is pooled as {measure}; write that"
        return
    if estimate.outcome not in outcomes:
        yield f"{place}.outcome: {estimate.outcome!r}: {nearest(estimate.outcome, outcomes)}"
        return
    outcome = outcomes[estimate.outcome]
    if estimate.timepoint not in outcome.timepoints:
        yield f"{place}.timepoint: {estimate.timepoint!r}: {nearest(estimate.timepoint, outcome.timepoints)}"
    own = [item for item in analyses.values() if item.place[1:] == (estimate.outcome, estimate.timepoint)]
    meant = [item for item in own if estimate.comparison in {"", item.comparison}]
    if own and not meant:
        compared = {item.comparison for item in own}
        yield f"{place}.comparison: {estimate.comparison!r}: {nearest(estimate.comparison, compared)}"
    if not own and estimate.timepoint in outcome.timepoints:
        yield (
            f"{place}.outcome: {estimate.outcome!r}: no row of analyses.csv pools it at {estimate.timepoint!r}; add one, or"
            " take the estimate out"
        )
    if meant and estimate.measure not in {None, meant[0].measure}:
        yield (
            f"{place}.measure: {str(estimate.measure)!r}: {estimate.outcome} is pooled as {meant[0].measure};"
            f" write {str(meant[0].measure)!r}, or change the protocol's outcome"
        )
    if len({item.comparison for item in own}) > 1 and not estimate.comparison:
        yield (
            f"{place}.comparison: '': {estimate.outcome} is compared in several; write one of"
            f" {', '.join(sorted({item.comparison for item in own}))}"
        )


def _of_decisions(path: Path, rows: Sequence[DecisionRow]) -> Iterator[str]:
    for row in rows:
        words = tuple(StudyList) if row.criterion == "list" else tuple(Verdict)
        if row.verdict not in words:
            yield f"{path}:{row.line}: verdict: {str(row.verdict)!r} is no verdict on {row.criterion}: {nearest(row.verdict, words)}"
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


def _arm_of(row: ExtractionRow) -> tuple[object, ...]:
    return (*_row_of(row)[:-1], row.arm, row.arm_label, row.is_confirmed)


def _row_of(row: NumbersRow) -> tuple[object, ...]:
    place = (row.study_id, row.comparison, row.outcome, row.timepoint)
    return (*place, row.analysis, row.subgroup_number, row.subgroup, row.part, row.is_confirmed)


_ONCE: tuple[tuple[str, Callable[..., Hashable], str], ...] = (
    ("extraction", _arm_of, "keep one of them, or tell two arms apart by arm_label"),
    ("contrasts", _row_of, "keep one of them, or tell them apart by part"),
    (
        "risk_of_bias",
        lambda row: (row.study_id, row.analysis, row.subgroup_number, row.part, row.tool, row.domain, row.version),
        "keep one of them",
    ),
    (
        "certainty",
        lambda row: (row.analysis, row.comparison, row.outcome, row.timepoint, row.version),
        "keep one of them",
    ),
    ("settled", lambda row: row.item, "keep one of them"),
    ("searches", lambda row: (row.database, row.searched_on or "", row.file or ""), "keep one of them"),
)
"""Files in which a row stands once, what makes it the same row, and what to do about two."""
