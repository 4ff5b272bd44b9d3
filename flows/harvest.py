"""Asking one source, keeping every answer, and being honest about how far it got."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

import msgspec

from connectors.boundary import bounded_total, read_page
from connectors.http import HttpClient
from models.connector import Connector, SourceFailure
from models.search import SourceCheck
from models.settings import Settings
from models.trial import Page, Parsed, Rejected, SourceQuery, TrialRecord
from models.vocabulary import Scope, SourceState
from stores.archive import ArchiveWriter, answer_name
from stores.corpus import ReadPage

_GROWTH = 5
"""Times by which a source's total may grow or shrink between two searches of everything."""
_MARGIN = 200
"""Records by which it may in any case: small searches double in a month."""
_NAMED = 5
"""Records that the reason of a partial search names; the queue has them all."""
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class HarvestTask(msgspec.Struct, frozen=True, kw_only=True):
    """One question to one source in one run."""

    connector: Connector
    scope: Scope
    query: SourceQuery
    since: date | None
    base_url: str
    observed_at: datetime
    run_id: int
    question: str = ""
    """Id of the question; every page that answers it is archived under it."""
    usual_total: int | None = None
    """Records that the source announced when it was last searched completely; None when it never was."""


class Harvested(msgspec.Struct, frozen=True, kw_only=True):
    """How a question was answered, and what the pages of the answer say: a page is parsed once."""

    check: SourceCheck
    file: str = ""
    """Where the pages are archived; '' when they are to be read from there, for the file holds more than this answer."""
    pages: tuple[ReadPage, ...] = ()


class HarvestFailure(SourceFailure):
    """A source failed; carries what is to be recorded of it."""

    def __init__(self, harvested: Harvested) -> None:
        super().__init__(harvested.check.reason)
        self.harvested = harvested


def harvest(task: HarvestTask, settings: Settings) -> Harvested:
    """Fetch what a task asks for into the archive and count it against the registry's own totals.

    Raises
    ------
    HarvestFailure
        If the source did not answer as it should. What came before that is in the archive; the cursor, which
        is the last complete check, has not moved.
    """
    connector = task.connector
    assert connector.fetch is not None
    name = answer_name(task.observed_at, task.run_id, task.scope)
    tally = _Tally()
    client = HttpClient(
        connector.slug,
        task.base_url,
        rate=0 if urlsplit(task.base_url).hostname in _LOOPBACK else connector.rate,
        now=lambda: task.observed_at,
        contact=settings.contact,
        ca_bundle=settings.ca_bundle,
        limits=settings.limits,
        secrets={parameter: getattr(settings, name) for parameter, name in connector.secrets.items()},
    )
    failure = ""
    pages: list[ReadPage] = []
    with closing(client), ArchiveWriter(settings.archive, connector.slug, name) as archive:
        try:
            for page in connector.fetch(task.query, task.since, client):
                archived = archive.append(
                    msgspec.structs.replace(page, total=bounded_total(page.total), question=task.question)
                )
                parsed = read_page(page, connector)
                pages.append((archived, parsed))
                _check_volume(page, task)
                tally.count(page, parsed)
                tally.check_end(page, settings.limits.records)
        except SourceFailure as error:
            failure = str(error)
        missing = tally.missing()
        check = SourceCheck(
            source=connector.slug,
            scope=task.scope,
            state=SourceState.FAILED if failure else SourceState.PARTIAL if missing else SourceState.COMPLETE,
            checked_at=task.observed_at,
            since=task.since,
            n_records=tally.n_records,
            n_expected=tally.n_expected,
            n_requests=archive.n_pages,
            n_bytes=archive.n_bytes,
            reason=failure or missing,
            question=task.question,
        )
    # An attempt before this one may have left pages in the same file.
    harvested = (
        Harvested(check=check)
        if archive.is_continued
        else Harvested(check=check, file=archive.file, pages=tuple(pages))
    )
    if failure:
        raise HarvestFailure(harvested)
    return harvested


def _check_volume(page: Page, task: HarvestTask) -> None:
    """Stop a source whose total is out of all proportion: a filter was ignored, or most of it is gone."""
    if page.total != bounded_total(page.total):
        raise SourceFailure(f"{page.url}: the registry announces {page.total} records, which no registry has")
    usual = task.usual_total
    if usual is None or page.total is None or task.scope is not Scope.TOPIC:
        return
    too_many = page.total > max(_GROWTH * usual, usual + _MARGIN)
    too_few = task.since is None and page.total < usual / _GROWTH and page.total < usual - _MARGIN
    if too_many or too_few:
        raise SourceFailure(
            f"{page.url}: the registry announces {page.total} records, {usual} at the last complete search: "
            "a filter may have been ignored; look at the answer in the archive before it is believed"
        )


def since_last(connector: Connector, last_complete: datetime | None, full_sweep: bool) -> date | None:
    """First day of an incremental search: the last complete one minus the overlap; None asks for everything."""
    if full_sweep or last_complete is None:
        return None
    return last_complete.date() - timedelta(days=connector.overlap_days)


def base_url_of(connector: Connector, addresses: Mapping[str, str]) -> str:
    """Where a source is asked: a given address (replay, proxy), or the live one."""
    assert connector.base_url is not None
    return addresses.get(connector.slug, connector.base_url)


class _Tally:
    """Records of each listing that could be read, against the total that the registry announced for it."""

    def __init__(self) -> None:
        self._read: dict[str, set[str]] = defaultdict(set)
        self._rejected: dict[str, set[str]] = defaultdict(set)
        self._totals: dict[str, set[int]] = defaultdict(set)
        self._seen: Counter[str] = Counter()

    def count(self, page: Page, parsed: Sequence[Parsed]) -> None:
        """Count a page's records under its listing; pages of no listing count only themselves."""
        listing = page.listing or ""
        for item in parsed:
            if isinstance(item, Rejected):
                self._rejected[listing].add(item.record_ref)
            else:
                self._seen[listing] += 1
                self._read[listing].add(item.record_id if isinstance(item, TrialRecord) else item.report_id)
        if page.listing and page.total is not None:
            self._totals[page.listing].add(page.total)

    def check_end(self, page: Page, most: int) -> None:
        """Stop a listing that goes on beyond its own total, and a source that gives more than anyone can want."""
        listing = page.listing or ""
        for total in self._totals.get(listing, ()):
            if self._seen[listing] > 2 * total + _MARGIN:
                raise SourceFailure(f"{page.url}: the registry announced {total} records and goes on listing them")
        if self._seen.total() > most:
            raise SourceFailure(f"{page.url}: not at an end after {most} records (TRIALWATCH_SOURCE_RECORDS)")

    @property
    def n_records(self) -> int:
        return len(set().union(*self._read.values())) if self._read else 0

    @property
    def n_expected(self) -> int | None:
        return sum(max(totals) for totals in self._totals.values()) if self._totals else None

    def missing(self) -> str:
        """What the registry announced and cannot be stored, in words; '' if nothing.

        A record of which nothing could be read is missing too: it was announced and is not known.
        """
        parts = []
        for listing, totals in self._totals.items():
            announced, read = max(totals), self._read[listing]
            if len(totals) > 1 or len(read) != announced:
                unread = sorted(self._rejected[listing] - read)
                named = f"; rejected: {', '.join(unread[:_NAMED])}" + ("…" if len(unread) > _NAMED else "")
                said = f"{listing}: the registry announced {announced}, {len(read)} were read"
                parts.append(said + (named if unread else ""))
        return "; ".join(parts)
