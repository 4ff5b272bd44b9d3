"""What a folder's archive holds, live registries or a replay, said by the archive itself; and what of a folder we made.

A ledger may lie elsewhere, and be another one tomorrow: it cannot say what an archive beside it is worth.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from models.settings import Settings

CLAIM = "holds.json"
"""File in the archive that says what it holds."""
REPLAY = "replay"
_CACHES = ("ledger.sqlite*", "corpus.duckdb*", "warehouse.duckdb*", "verdicts.sqlite*")
_OF_A_NIGHT = "manifest.json"


class ClaimError(Exception):
    """A folder holds something else than it is to be used for; the message says what, and what to do."""


def held_by(archive: Path) -> str | None:
    """``live`` or ``replay``; None when the archive does not say.

    Raises
    ------
    ClaimError
        If what it says cannot be read.
    """
    path = archive / CLAIM
    if not path.is_file():
        return None
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["registries"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ClaimError(f"{path}: cannot be read ({error}); it says what the archive holds: restore it") from error


def ledger_named(archive: Path) -> str:
    """Id of the ledger to which an archive belongs; '' when it does not say."""
    if held_by(archive) is None:
        return ""
    return str(json.loads((archive / CLAIM).read_text(encoding="utf-8")).get("ledger", ""))


def claim(archive: Path, registries: str, ledger_id: str = "") -> None:
    """Say once what an archive holds, and to which ledger it belongs.

    Raises
    ------
    ClaimError
        If it holds the other: their histories must not mix.
    """
    held = held_by(archive)
    if held is None and registries == REPLAY and any(archive.glob("*/*.warc.gz")):
        raise ClaimError(
            f"{archive} holds answers and does not say that they are a replay's, so it is taken for live ones: give"
            " another folder with --data"
        )
    if held is not None and held != registries:
        raise ClaimError(
            f"{archive} holds {held} registries and cannot take a run on {registries} ones: their histories must not"
            " mix. Give another folder with --data or TRIALWATCH_DATA"
        )
    if held is None or ledger_named(archive) != ledger_id:
        _say(archive, {"registries": registries} | ({"ledger": ledger_id} if ledger_id else {}))


def _say(archive: Path, holds: dict[str, str]) -> None:
    archive.mkdir(parents=True, exist_ok=True)
    new = archive / f".{CLAIM}.new"
    new.write_text(json.dumps(holds) + "\n", encoding="utf-8")
    new.replace(archive / CLAIM)


def empty_replay(settings: Settings) -> None:
    """Remove what we made in a folder that we marked as a replay; a folder that is not there or empty is left so.

    Raises
    ------
    ClaimError
        If anything stands where a replay would be written and is not marked as one; nothing is touched then.
    """
    if held_by(settings.archive) != REPLAY:
        # A lock that a run left behind holds nothing.
        there = [path for path in _places(settings) if path.is_file() or (path.is_dir() and any(path.iterdir()))]
        if there:
            raise ClaimError(
                f"{settings.data} holds {', '.join(sorted(path.name for path in there))}, not marked as a replay by"
                " this program; a backtest starts from a folder of its own: give one with --data"
            )
        return
    for path in _made(settings):
        path.unlink()
    for folder in (settings.archive, settings.published, settings.outbox):
        _remove_empty(folder)


def _places(settings: Settings) -> Iterator[Path]:
    yield from (settings.archive, settings.published, settings.outbox)
    for pattern in _CACHES:
        yield from settings.data.glob(pattern)


def _made(settings: Settings) -> Iterator[Path]:
    """Files that we made; whatever else lies among them stays."""
    yield from settings.archive.glob("*/*.warc.gz")
    yield settings.archive / CLAIM
    for night in [*settings.published.glob("*/[0-9]*"), *settings.published.glob("*/.build*")]:
        if (night / _OF_A_NIGHT).is_file():
            told = json.loads((night / _OF_A_NIGHT).read_text(encoding="utf-8")).get("files", {})
            yield from (night / name for name in told if (night / name).is_file())
            yield night / _OF_A_NIGHT
    yield from (link for link in settings.published.glob("*/current") if link.is_symlink())
    yield from settings.outbox.glob("????-??-??-*.eml")
    yield from (path for path in [settings.outbox / "heartbeat.json"] if path.is_file())
    for pattern in _CACHES:
        yield from (path for path in settings.data.glob(pattern) if path.is_file())


def _remove_empty(folder: Path) -> None:
    """Remove the folders below one that hold nothing, and it itself."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            with suppress(OSError):
                path.rmdir()
    with suppress(OSError):
        folder.rmdir()
