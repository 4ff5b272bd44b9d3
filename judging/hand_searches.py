"""Searches that people carried out by hand: of which database each loaded file is, when it was searched, what is due.

A file is of the database that a row of searches.csv says, else its folder or an option, else what all of its records
tell. What tells of several databases, or of none, counts for none until a person has said which: a library
into which searches were merged has lost as duplicates what the second of them found.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

import msgspec

from models.database_names import FEEDS, OTHER, PLATFORMS_OF, TITLES, WITHIN, database_meant, names_for_people
from models.judgement import Judgement
from models.review import Review
from models.screening import QueueItem
from models.search import HandSearch, LoadedFile, ToldRecords
from models.search_day import is_told
from models.search_rows import SearchRow
from models.synthesis import SourceFreshness

_NOTICE = 0.1
"""Part of its limit before whose end a search by hand is asked for, so that there is time to carry it out."""


class SearchLog(msgspec.Struct, frozen=True, kw_only=True):
    """Every search by hand that is known, oldest first, and what only a person can tell of them."""

    searches: tuple[HandSearch, ...] = ()
    tasks: tuple[QueueItem, ...] = ()
    of_file: Mapping[str, tuple[HandSearch, ...]] = {}
    """The searches of which a file is, by its key."""


class _Part(msgspec.Struct, frozen=True, kw_only=True):
    """What a file brings to one search."""

    file: LoadedFile
    database: str
    searched_on: date
    is_day_given: bool
    told_by: str


def search_log(files: Sequence[LoadedFile], review: Review, spanning: Collection[str]) -> SearchLog:
    """The searches of a review's databases that are known.

    Parameters
    ----------
    files : what was loaded for the review, in the order of loading
    review : the review folder as of the night
    spanning : sources whose files may be of any database
    """
    rows = _by_file(review.searches)
    parts: list[_Part] = []
    tasks = [task for row in review.searches for task in _names_nothing(row, files)]
    for file in _each_once(files):
        said, task = _said(file, rows.get(file.key, ()), review.protocol.by_hand, spanning)
        parts += said
        tasks += [task] if task else []
    titles = TITLES | review.protocol.by_hand
    searches = sorted(
        [*_of_versions(review, titles), *_of_people(parts, review.searches, titles)],
        key=lambda search: (search.searched_on, search.database),
    )
    places = {(search.database, search.searched_on): search for search in searches}
    of_file: dict[str, tuple[HandSearch, ...]] = {}
    for part in parts:
        of_file[part.file.key] = (*of_file.get(part.file.key, ()), places[part.database, part.searched_on])
    return SearchLog(searches=tuple(searches), tasks=tuple(tasks), of_file=of_file)


# --- of which database a file is ---


def _each_once(files: Iterable[LoadedFile]) -> Iterator[LoadedFile]:
    """The same file, loaded again, counts again only as the search of another day that was told.

    What one of its copies tells of the database, or of an earlier day, stands for the others, too.
    """
    copies_of: dict[str, list[LoadedFile]] = {}
    for file in files:
        copies_of.setdefault(file.key, []).append(file)
    for copies in copies_of.values():
        first, told = copies[0], [file for file in copies if file.database] or copies
        days = [file.searched_on for file in told if file.searched_on]
        once = {(file.database, file.searched_on): file for file in reversed(told)}
        for file in reversed(once.values()):
            if file.searched_on:
                yield file
            elif not any(day <= first.loaded_at.date() for day in days):
                yield msgspec.structs.replace(file, loaded_at=first.loaded_at, records=first.records)


def _by_file(rows: Iterable[SearchRow]) -> dict[str, tuple[SearchRow, ...]]:
    found: dict[str, tuple[SearchRow, ...]] = {}
    for row in rows:
        if row.file:
            found[row.file] = (*found.get(row.file, ()), row)
    return found


def _said(
    file: LoadedFile, rows: Sequence[SearchRow], own: Mapping[str, str], spanning: Collection[str]
) -> tuple[list[_Part], QueueItem | None]:
    """What a file brings to which searches; what is to be asked where that is not clear."""
    if rows:
        named = [row for row in rows if row.database != OTHER]
        return [_part(file, row.database, f"searches.csv:{row.line}", row.searched_on) for row in named], None
    if not file.records or file.database == OTHER:
        return [], None
    if file.database:
        if file.database in TITLES and (others := _contradicting(file)):
            return [], _ask(file, f"it was loaded as {_titles([file.database])}, and its records are of {others}", own)
        return [_part(file, file.database, "folder or option")], None
    if file.source not in spanning or not any(item.are_reports for item in file.records):
        # A register's own file is a search of it where the protocol has it searched by hand; else a record or two.
        return [_part(file, file.source, "its source")] * (file.source in own), None
    told = _told(file.records)
    if len(told) == 1:
        return [_part(file, told[0], "its records")], None
    why = f"its records are of {_titles(told)}" if told else "neither its folder nor all of its records tell"
    return [], _ask(file, f"from which database it is, is not clear: {why}", own)


def _part(file: LoadedFile, database: str, told_by: str, searched_on: date | None = None) -> _Part:
    day = searched_on or file.searched_on
    return _Part(
        file=file,
        database=database,
        searched_on=day or file.loaded_at.date(),
        is_day_given=day is not None,
        told_by=told_by,
    )


def _contradicting(file: LoadedFile) -> str:
    """Databases of which the records tell, when none of them tells of the one that the file was loaded as."""
    told = {slug for item in file.records for slug in (item.named, *item.numbered) if slug}
    agreeing = {file.database, *FEEDS.get(file.database, ())}
    return _titles(slug for slug in TITLES if slug in told) if told and told.isdisjoint(agreeing) else ""


def _told(records: Sequence[ToldRecords]) -> list[str]:
    """The one database of which all records are; several when they name several; none when some tell nothing.

    Databases that draw on others repeat their numbers, so the first in order that has numbered every record counts.
    """
    tell = [{item.named} if item.named else set(item.numbered) for item in records]
    common = set.intersection(*tell) if tell else set()
    if common:
        return [next(slug for slug in TITLES if slug in common)]
    return [slug for slug in TITLES if slug in set().union(*tell)] if all(tell) else []


def _titles(slugs: Iterable[str]) -> str:
    return " and ".join(TITLES.get(slug, slug) for slug in slugs)


def _ask(file: LoadedFile, why: str, own: Mapping[str, str]) -> QueueItem:
    return QueueItem(
        kind="search",
        subject=file.name,
        reason=f"{why}; its records are loaded, and it counts as no search",
        field="file",
        value=file.key,
        action=f"say it with 'trialwatch searched DATABASE --file {file.key} --on DAY' (a row of searches.csv;"
        f" {names_for_people(own)}; {OTHER} when it is no database's search)",
    )


def _names_nothing(row: SearchRow, files: Sequence[LoadedFile]) -> Iterator[QueueItem]:
    if row.file and row.file not in {file.key for file in files}:
        yield QueueItem(
            kind="ruling",
            subject=row.database,
            reason=f"searches.csv:{row.line}: no file {row.file} was loaded for this review, so the row says nothing",
            field="file",
            value=row.file,
            action="write the name by which 'trialwatch queue' or out_search has it, or remove the row",
        )


# --- what a search found ---


def _of_versions(review: Review, titles: Mapping[str, str]) -> Iterator[HandSearch]:
    """A published version's own search of each database that it names and the protocol goes on with."""
    for version in review.versions:
        for slug in dict.fromkeys(_slug_of(name, review.protocol.by_hand) for name in version.databases):
            if slug in review.protocol.by_hand:
                yield HandSearch(
                    database=slug,
                    title=titles[slug],
                    searched_on=version.search_date,
                    is_day_given=is_told(version),
                    told_by=f"published version {version.version}",
                )


def _of_people(parts: Sequence[_Part], rows: Sequence[SearchRow], titles: Mapping[str, str]) -> Iterator[HandSearch]:
    """Searches of which files were loaded, or that rows tell of, one of each database and day."""
    by_place: dict[tuple[str, date], list[_Part]] = {}
    for part in parts:
        by_place.setdefault((part.database, part.searched_on), []).append(part)
    stated = {(row.database, row.searched_on): row for row in rows if row.searched_on and row.n_records is not None}
    for database, day in stated:
        if day and database != OTHER:
            by_place.setdefault((database, day), [])
    for (database, day), members in by_place.items():
        yield _search(titles.get(database, database), database, day, members, stated.get((database, day)))


def _search(title: str, database: str, day: date, parts: Sequence[_Part], row: SearchRow | None) -> HandSearch:
    counts = [_counts(part) for part in {part.file.key: part for part in parts}.values()]
    n_read, n_expected = sum(n for n, _ in counts), row.n_records if row else None
    return HandSearch(
        database=database,
        title=title,
        searched_on=day,
        is_day_given=not parts or any(part.is_day_given for part in parts),
        loaded_at=max((part.file.loaded_at for part in parts), default=None),
        files=tuple(dict.fromkeys(part.file.name for part in parts)),
        told_by=", ".join(dict.fromkeys(part.told_by for part in parts)) or f"searches.csv:{row.line if row else 0}",
        n_records=n_read,
        n_new=sum(n for _, n in counts),
        n_expected=n_expected,
        reason=_why_not_whole(n_read, n_expected),
    )


def _counts(part: _Part) -> tuple[int, int]:
    """Records of a file that are of a database, all and new: those that name it, or all when none names any."""
    own = [item for item in part.file.records if part.database in (item.named, *item.numbered)]
    counted = own or part.file.records
    return sum(item.n for item in counted), sum(item.n_new for item in counted)


def _why_not_whole(n_read: int, n_expected: int | None) -> str:
    if n_expected is None or n_read >= n_expected:
        return ""
    return f"the search found {n_expected} records, and {n_read or 'none'} of them are loaded"


# --- what is due ---


def due(freshness: Sequence[SourceFreshness], review: Review, as_of: datetime) -> Iterator[QueueItem]:
    """Searches by hand that are due again, or soon, and those of which not all is loaded."""
    for item in freshness:
        if item.is_by_hand and (reason := _why_due(item, as_of)):
            yield QueueItem(
                kind="search", subject=item.title, reason=reason, action=_how(item.source, review.protocol.review)
            )


def _why_due(item: SourceFreshness, as_of: datetime) -> str:
    limit = f"the protocol asks for it every {item.limit_days} days"
    if item.due_on is None or item.last_complete_at is None:
        return f"it has not been searched yet; {limit}"
    if as_of.date() >= item.due_on - timedelta(days=int(_NOTICE * item.limit_days)):
        return (
            f"its search is due: the last one is of {item.last_complete_at:%Y-%m-%d}, and holds until {item.due_on};"
            f" {limit}"
        )
    return f"its last search is not whole: {item.reason}" if item.reason else ""


def _how(database: str, review: str) -> str:
    for_it = [f"'trialwatch searches {review} --for {platform}'" for platform in PLATFORMS_OF.get(database, ())]
    strategy = " or ".join(for_it or [f"'trialwatch searches {review}'"])
    return (
        f"search it with the strategy of {strategy}, and put the export into the inbox's folder {review}/{database}/, or"
        f" 'trialwatch ingest ris FILE --database {database} --searched-on DAY --review {review}';"
        f" when it finds nothing, 'trialwatch searched {database} --on DAY --records 0 --review {review}'"
    )


def with_searches(judgement: Judgement, log: SearchLog, unfollowed: Sequence[str]) -> Judgement:
    """A judgement that knows the searches by hand, with what they leave to people in its queue."""
    tasks = [*log.tasks, *due(judgement.freshness, judgement.review, judgement.context.as_of)]
    return msgspec.structs.replace(
        judgement, searches=log.searches, unfollowed=tuple(unfollowed), queue=(*judgement.queue, *tasks)
    )


def unfollowed_databases(review: Review) -> tuple[str, ...]:
    """Databases that the version in force was searched in, as it names them, and that nobody follows here."""
    followed = {*review.protocol.by_hand, *review.protocol.by_program}
    return tuple(
        name
        for name in review.baseline.databases
        if (slug := _slug_of(name, review.protocol.by_hand)) not in followed
        and followed.isdisjoint(WITHIN.get(slug, ()))
    )


def _slug_of(name: str, own: Mapping[str, str]) -> str:
    """Of a database as a published version names it."""
    called = name.strip().casefold()
    return next((slug for slug, title in own.items() if title.casefold() == called), "") or database_meant(name)
