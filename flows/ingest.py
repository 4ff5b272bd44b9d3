"""Loading exports and saved payloads as if they had been fetched: archived, parsed, linked, screened, published."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from connectors import CONNECTORS
from flows.judge import Judgement
from flows.night import NightRequest, conclude, load_archive
from models.review import load_review
from models.screening import CriterionVerdict, Numbers, QueueItem
from models.settings import Settings
from models.trial import Page, Rejected, Report, TrialRecord
from models.vocabulary import Verdict
from stores.archive import ArchiveWriter
from stores.ledger import Ledger
from stores.lock import run_lock
from stores.publish import publish


class IngestError(Exception):
    """A file cannot be loaded; the message names it and says what to do."""


class IngestedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one record of one file."""

    file: str
    record_id: str
    kind: str
    """``record`` of a registry, ``report``, or ``rejected``."""
    registry_date: str | None = None
    status_text: str | None = None
    eligibility: Verdict | None = None
    deciding: CriterionVerdict | None = None
    """The first criterion that is not met or unclear; None when all are met."""
    numbers: Numbers | None = None
    queue: tuple[QueueItem, ...] = ()
    reason: str = ""


def ingest(
    source: str, files: Sequence[Path], review_name: str, observed_at: datetime, settings: Settings
) -> list[IngestedRecord]:
    """Load files of one source, publish what follows from them, and say what became of every record.

    Raises
    ------
    IngestError
        If a file cannot be read; nothing is loaded then.
    """
    pages = [_page(source, path, observed_at) for path in files]
    review = load_review(settings.reviews / review_name).as_of(observed_at.date())
    settings.data.mkdir(parents=True, exist_ok=True)
    with run_lock(settings.data / "run.lock"), Ledger(settings.ledger) as ledger, ledger.lock():
        registries = ledger.registries() or "live"
        ledger.claim(registries)
        name = f"{observed_at:%Y%m%dT%H%M%S}-ingest"
        with ArchiveWriter(settings.archive, source, name) as archive:
            for page in pages:
                archive.append(page)
        load_archive(settings)
        concluded = conclude(
            settings, ledger, review, NightRequest(review=review_name, as_of=observed_at, registries=registries)
        )
        publish(concluded.build, concluded.target, settings.keep_snapshots)
    parse = CONNECTORS[source].parse
    return [
        _became(path, item, concluded.judgement)
        for path, page in zip(files, pages, strict=True)
        for item in parse(page)
    ]


def _page(source: str, path: Path, observed_at: datetime) -> Page:
    try:
        body = path.read_bytes()
    except OSError as error:
        raise IngestError(f"{path}: cannot be read: {error.strerror}; nothing was loaded") from error
    if not body.strip():
        raise IngestError(f"{path}: the file is empty; nothing was loaded")
    return Page(source=source, kind="file", url=f"file:{path.name}", body=body, observed_at=observed_at)


def _became(path: Path, item: TrialRecord | Report | Rejected, judgement: Judgement) -> IngestedRecord:
    if isinstance(item, Rejected):
        reason = f"{item.path}: {item.reason}: {item.value!r}; {item.action}".strip(": ")
        return IngestedRecord(file=path.name, record_id=item.record_ref, kind="rejected", reason=reason)
    if isinstance(item, Report):
        return IngestedRecord(file=path.name, record_id=item.report_id, kind="report", registry_date=item.registry_date)
    study_id = next(x.study_id for x in judgement.screened.linked.records if x.record_id == item.record_id)
    screening = judgement.screened.screening[study_id]
    status = next(x for x in judgement.statuses if x.study_id == study_id)
    return IngestedRecord(
        file=path.name,
        record_id=item.record_id,
        kind="record",
        registry_date=item.registry_date,
        status_text=item.status_text or item.status,
        eligibility=screening.verdict,
        deciding=next((x for x in screening.criteria if x.verdict is not Verdict.MET), None),
        numbers=status.numbers,
        queue=tuple(x for x in judgement.queue if x.subject in {study_id, item.record_id}),
    )
