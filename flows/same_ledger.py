"""Whether archive, published nights and ledger belong together, and how a new ledger begins with what was published.

A ledger that was lost, emptied or is another's would tell everything again. Archive and manifests name the ledger
to which they belong, so that this is noticed before anything is done.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from models.alert import Heartbeat
from models.screening import Event
from models.settings import Settings
from models.synthesis import Signal, UpdateDecision
from stores.claim import ledger_named
from stores.ledger import Ledger
from stores.published import current_folder
from stores.snapshot import query


class OtherLedger(Exception):
    """The ledger is not the one that belongs to a folder; the message says what to do."""


class _Manifest(msgspec.Struct, frozen=True):
    """What a published night says of its ledger; nights from before ledgers had ids say nothing."""

    as_of: datetime
    ledger: str = ""
    is_night: bool = False


def recognise(settings: Settings, ledger: Ledger, review: str) -> None:
    """See that the ledger is the one that belongs to a folder.

    Raises
    ------
    OtherLedger
        If it is lost, emptied or another's.
    """
    # A ledger knows how far every question was answered, so it stands for one archive, whichever review asks.
    if settings.ledger_url and ledger.has_runs() and not _holds_anything(settings.archive):
        raise OtherLedger(
            f"the ledger {ledger.address} knows nights whose archive is not in {settings.archive}: copy that archive"
            " here, or give this folder a ledger of its own with TRIALWATCH_LEDGER_URL"
        )
    if why := _why_another(settings, ledger, review):
        raise OtherLedger(
            f"{why}: restore the ledger that belongs to this folder, or go on with a new one, which begins with what is"
            f" published and tells nothing of it again: 'trialwatch nightly {review} --new-ledger'"
        )


def begin_anew(settings: Settings, ledger: Ledger, review: str, as_of: datetime) -> None:
    """Where the ledger is not the one that belongs here, take over from the published night what is known and told.

    Raises
    ------
    OtherLedger
        If it has a history of its own of this review: two do not mix.
    """
    why = _why_another(settings, ledger, review)
    if not why:
        return
    if ledger.runs(review) and ledger_named(settings.archive) not in {"", ledger.ledger_id()}:
        raise OtherLedger(f"{why}, with nights of {review} of its own: move it away, so that a new one can begin")
    folder = current_folder(settings.published, review)
    manifest = _manifest(folder)
    if manifest is None:
        return
    at = min(manifest.as_of, as_of - timedelta(seconds=1))
    warehouse = folder / "warehouse.duckdb"
    [decision] = _rows(warehouse, f"SELECT * FROM review_update_decision WHERE decided_at = {_moment(manifest.as_of)}")
    run_id = ledger.begin_run(review, at)
    ledger.conclude(
        run_id,
        msgspec.convert(decision | {"decided_at": at}, UpdateDecision),
        events=[_event(row) for row in _rows(warehouse, "SELECT * FROM review_event ORDER BY event_key")],
        signals=[
            msgspec.convert(_told(row), Signal) for row in _rows(warehouse, "SELECT * FROM review_signal ORDER BY ALL")
        ],
        alerts=(),
        heartbeat=Heartbeat(
            review=review,
            as_of=at,
            n_new_versions=0,
            n_new_events=0,
            n_alerts=0,
            stale_sources=tuple(
                row["source"] for row in _rows(warehouse, "SELECT source FROM out_source_freshness WHERE is_stale")
            ),
            message=f"A new ledger begins with the published night of {manifest.as_of:%Y-%m-%d}.",
        ),
        channels=(),
        aliases={
            row["record_id"]: row["study_id"]
            for row in _rows(warehouse, "SELECT DISTINCT record_id, study_id FROM review_study_record ORDER BY ALL")
        },
    )
    ledger.finish_run(run_id, "done", "taken over from the published night")


def _why_another(settings: Settings, ledger: Ledger, review: str) -> str:
    """Why the ledger is not the one that belongs to a folder; '' when it is."""
    own, named = ledger.ledger_id(), ledger_named(settings.archive)
    folder = current_folder(settings.published, review)
    manifest = _manifest(folder)
    for place, belongs in ((settings.archive, named), (folder, manifest.ledger if manifest else "")):
        if belongs and belongs != own:
            what = "is another one" if own else "is empty"
            return f"{place} belongs to the ledger {belongs}, and {ledger.address} {what}"
    if manifest is None or (own and not manifest.is_night):
        return ""
    if any(run.as_of.date() >= manifest.as_of.date() for run in ledger.runs(review)):
        return ""
    return f"{folder} shows the night of {manifest.as_of:%Y-%m-%d}, of which {ledger.address} knows nothing"


def _holds_anything(archive: Path) -> bool:
    return any(archive.glob("*/*.warc.gz"))


def _manifest(folder: Path) -> _Manifest | None:
    try:
        return msgspec.json.decode((folder / "manifest.json").read_bytes(), type=_Manifest)
    except (OSError, msgspec.DecodeError):
        return None


def _event(row: dict[str, Any]) -> Event:
    code, study = str(row["event_code"]), str(row["study_id"])
    reference = str(row["event_key"]).removeprefix(f"{code}:{study}:")
    known = _told(row) | {"reference": reference, "event_date": f"{row['event_date']}"}
    return msgspec.convert(known, Event)


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def _moment(moment: datetime) -> str:
    return f"TIMESTAMP '{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}'"


def _rows(warehouse: Path, statement: str) -> list[dict[str, Any]]:
    names, found = query(warehouse, statement)
    return [
        {
            name: value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
            for name, value in zip(names, row, strict=True)
        }
        for row in found
    ]
