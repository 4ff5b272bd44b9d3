"""Loading exports and saved payloads as if they had been fetched: archived, parsed, linked, screened, published."""

import hashlib
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from connectors.boundary import read_page
from flows.conclude import conclude
from flows.gather import NightRequest
from flows.load import ReadFiles, load_archive
from flows.same_ledger import recognise
from flows.searches import files_of, log_of
from models.judgement import Judgement
from models.report import Report
from models.review import review_named
from models.screening import CriterionVerdict, Numbers, QueueItem, ReportLink
from models.search import FileSearch, HandSearch, day_in_name, file_key
from models.settings import Settings
from models.trial import Page, Rejected, TrialRecord, content_hash
from models.vocabulary import Verdict
from stores.archive import ArchiveWriter, free_name
from stores.claim import claim, held_by
from stores.ledger import Ledger
from stores.loaded_files import files_published
from stores.lock import run_lock
from stores.published import publish
from stores.snapshot import query

NOTHING_SAID = FileSearch()


class IngestError(Exception):
    """A file cannot be loaded; the message names it and says what to do."""


class IngestedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one record of one file."""

    file: str
    record_id: str
    kind: str
    """``record`` of a registry, ``report``, or ``rejected``."""
    is_new: bool = False
    """Whether it says something that was not known before; a copy of what its own registry has told does not."""
    fields: tuple[str, ...] = ()
    """Fields that were found, by our names for them."""
    path: str = ""
    """Of what was rejected: the field, or the place in the file."""
    report_id: str = ""
    """Of a report: what it is called, whatever id the file has."""
    n_copies: int = 0
    """Of a report: descriptions of it that are known, this one among them."""
    studies: tuple[str, ...] = ()
    """Of a report: studies that it is of, what it is to each, and why."""
    registry_date: str | None = None
    status_text: str | None = None
    eligibility: Verdict | None = None
    deciding: CriterionVerdict | None = None
    """The first criterion that is not met or unclear; None when all are met."""
    numbers: Numbers | None = None
    queue: tuple[QueueItem, ...] = ()
    reason: str = ""
    searches: tuple[str, ...] = ()
    """The searches as which its file counts, in words."""


def ingest(
    source: str,
    files: Sequence[Path],
    review_name: str,
    observed_at: datetime,
    settings: Settings,
    search: FileSearch = NOTHING_SAID,
) -> list[IngestedRecord]:
    """Load files of one source, publish what follows from them, and say what became of every record.

    Parameters
    ----------
    source : connector slug
    files : exports or saved payloads
    review_name : the review for which they are loaded
    observed_at : moment of loading, UTC
    settings : where state and reviews are
    search : what people say of the search whose export the files are

    Raises
    ------
    IngestError
        If a file cannot be read, or what is said of the search cannot be; nothing is loaded then.
    """
    review = review_named(settings.reviews, review_name).as_of(observed_at.date())
    try:
        told = search.checked(review.protocol.by_hand, observed_at.date())
    except ValueError as error:
        raise IngestError(f"{error}; nothing was loaded") from error
    pages = [_page(source, path, review_name, observed_at, told) for path in files]
    settings.data.mkdir(parents=True, exist_ok=True)
    with run_lock(settings.data / "run.lock"), Ledger(settings.ledger) as ledger, ledger.lock():
        registries = held_by(settings.archive) or ledger.registries() or "live"
        recognise(settings, ledger, review_name)
        ledger.claim(registries)
        claim(settings.archive, registries, ledger.ledger_id() or "")
        name = free_name(settings.archive, source, observed_at, "ingest")
        with ArchiveWriter(settings.archive, source, name) as archive:
            found = [(archive.append(page), read_page(page)) for page in pages]
        read = ReadFiles()
        read.keep(archive.file, found)
        holdings = load_archive(settings, read)
        request = NightRequest(review=review_name, as_of=observed_at, registries=registries)
        concluded = conclude(settings, ledger, review, request, holdings)
        if concluded.lost.items:
            shutil.rmtree(concluded.build)
            raise IngestError(
                f"loaded, and not published: {concluded.lost.told}; restore the archive, or run a night, which asks the"
                " sources for them again"
            )
        publish(concluded.build, concluded.target, settings.keep_snapshots)
    known = _Known(concluded.judgement, _new_versions(concluded.target, f"{source}/{name}"))
    log = log_of(review, files_published(concluded.target / "warehouse.duckdb"), observed_at)
    return [
        msgspec.structs.replace(known.became(path, item), searches=tuple(map(_told, log.of_file.get(key, ()))))
        for path, page, (_, items) in zip(files, pages, found, strict=True)
        for key in [file_key(hashlib.sha256(page.body).hexdigest())]
        for item in items
    ]


def _told(search: HandSearch) -> str:
    given = "" if search.is_day_given else ", the day of loading"
    return f"{search.title} of {search.searched_on}{given}, by {search.told_by}"


def _new_versions(folder: Path, archive_file: str) -> set[tuple[str, str]]:
    """Id and content of the versions that an archive file brought."""
    statement = "SELECT {}, content_hash FROM {} WHERE starts_with(capture_id, '" + archive_file + ".warc.gz#')"
    return {
        (str(item_id), str(digest))
        for column, table in (("record_id", "core_trial_version"), ("report_id", "core_report_version"))
        for item_id, digest in query(folder / "warehouse.duckdb", statement.format(column, table))[1]
    }


def _page(source: str, path: Path, review: str, observed_at: datetime, search: FileSearch) -> Page:
    try:
        if path.is_dir():
            raise IngestError(f"{path}: a folder; name the files in it, e.g. {path}/*; nothing was loaded")
        body = path.read_bytes()
    except OSError as error:
        raise IngestError(f"{path}: cannot be read: {error.strerror}; nothing was loaded") from error
    if not body.strip():
        raise IngestError(
            f"{path}: the file is empty; nothing was loaded. A search that found nothing is told with 'trialwatch searched"
            f" {search.database or 'DATABASE'} --on DAY --records 0'"
        )
    return Page(
        source=source,
        kind="file",
        url=f"file:{path.name}",
        body=body,
        observed_at=observed_at,
        question=files_of(review, source).id,
        database=search.database,
        searched_on=search.on.isoformat() if search.on else day_in_name(path.name, observed_at.date()),
    )


class _Known:
    """What a judgement says of records, looked up by id: a file of many records costs no more than its records."""

    def __init__(self, judgement: Judgement, new: set[tuple[str, str]]) -> None:
        self._new = new
        self._screening = judgement.screened.screening
        self._study_of = {item.record_id: item.study_id for item in judgement.screened.linked.records}
        self._numbers = {item.study_id: item.numbers for item in judgement.statuses}
        self._literature, self._judged = judgement.literature, judgement.screened.reports
        self._links: dict[str, list[ReportLink]] = defaultdict(list)
        for link in judgement.screened.linked.reports:
            self._links[link.report_id].append(link)
        self._queue: dict[str, list[QueueItem]] = defaultdict(list)
        for item in judgement.queue:
            self._queue[item.subject].append(item)

    def became(self, path: Path, item: TrialRecord | Report | Rejected) -> IngestedRecord:
        """What became of one item of a file."""
        if isinstance(item, Rejected):
            return _rejected(path, item)
        if isinstance(item, Report):
            return self._report(path, item)
        study_id = self._study_of[item.record_id]
        screening = self._screening[study_id]
        subjects = dict.fromkeys((study_id, item.record_id))
        return IngestedRecord(
            file=path.name,
            record_id=item.record_id,
            kind="record",
            is_new=(item.record_id, content_hash(item)) in self._new,
            fields=_found(item),
            registry_date=item.registry_date,
            status_text=item.status_text or item.status,
            eligibility=screening.verdict,
            deciding=next((x for x in screening.criteria if x.verdict is not Verdict.MET), None),
            numbers=self._numbers[study_id],
            queue=tuple(x for subject in subjects for x in self._queue.get(subject, ())),
        )

    def _report(self, path: Path, item: Report) -> IngestedRecord:
        name = self._literature.called(item)
        links = self._links.get(name, [])
        screening = self._judged[name]
        studies = [link.study_id for link in links]
        return IngestedRecord(
            file=path.name,
            record_id=item.report_id,
            kind="report",
            is_new=(item.report_id, content_hash(item)) in self._new,
            fields=_found(item),
            registry_date=item.registry_date,
            report_id=name,
            n_copies=len(self._literature.copies[name]),
            studies=tuple(f"{link.study_id}, {link.kind} ({link.evidence})" for link in links),
            eligibility=screening.verdict,
            deciding=None if screening.verdict is Verdict.MET else screening.deciding,
            queue=tuple(x for subject in dict.fromkeys([name, *studies]) for x in self._queue.get(subject, ())),
        )


def _rejected(path: Path, item: Rejected) -> IngestedRecord:
    place = "" if item.path == item.record_ref else item.path
    reason = ": ".join(part for part in (place, item.reason, repr(item.value) if item.value else "") if part)
    return IngestedRecord(
        file=path.name,
        record_id=item.record_ref,
        kind="rejected",
        path=item.path,
        reason=f"{reason}; {item.action}",
    )


_OURS = frozenset({"source", "registry", "origin"})
"""Fields that every record has from us."""


def _found(item: TrialRecord | Report) -> tuple[str, ...]:
    given = msgspec.structs.asdict(item)
    return tuple(name for name, value in given.items() if name not in _OURS and value is not None and value != ())


class FieldCount(msgspec.Struct, frozen=True, kw_only=True):
    """How often a field was found in loaded records, or how often something in its place could not be read."""

    field: str
    n_found: int = 0
    n_queued: int = 0


def field_counts(records: Sequence[IngestedRecord]) -> list[FieldCount]:
    """The fields that were found in the files by our names, then those queued by the files' own.

    Places are counted without line numbers and positions in lists, so that one kind of fault is one line.
    """
    found = Counter(name for record in records for name in record.fields)
    queued = Counter(_field_of(record.path) for record in records if record.kind == "rejected")
    return [
        *(FieldCount(field=name, n_found=n) for name, n in found.most_common()),
        *(FieldCount(field=name, n_queued=n) for name, n in queued.most_common()),
    ]


def _field_of(path: str) -> str:
    """``line 21, A.7`` and ``…designInfo.phases[2]`` without what differs from record to record."""
    return re.sub(r"\[\d+\]", "", re.sub(r"^(?:line \d+,? ?|file:.*)", "", path)) or "whole record"
