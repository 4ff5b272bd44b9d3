"""Searches that people carried out by hand, as rows of searches.csv: what was found, or of what database a file is."""

from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from cli.common import THE_ONLY_REVIEW, ReviewOption, console, day_of, now, settings_of
from cli.folder_rows import append_rows
from models.review import review_named
from models.search import FileSearch, LoadedFile
from models.search_rows import SearchRow
from models.settings import Settings
from stores.loaded_files import files_published
from stores.published import NothingPublished, day_published, published_folder

FILE = "searches.csv"

searching = typer.Typer()


class CannotSay(Exception):
    """What is said of a search cannot be; the message says what to do."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a person says of one search."""

    database: str
    on: date | None = None
    n_records: int | None = None
    file: str = ""
    """Name of a loaded file, or what the queue calls it by."""
    by: str = ""
    note: str = ""


@searching.command("searched")
def searched_command(
    context: typer.Context,
    database: Annotated[str, typer.Argument(help="Database, e.g. embase; other for a file that is of none.")],
    on: Annotated[str | None, typer.Option(help="Day of the search (YYYY-MM-DD).")] = None,
    records: Annotated[int | None, typer.Option(min=0, help="Records that the search found; 0 when none.")] = None,
    file: Annotated[str, typer.Option(help="Loaded file whose search it is, as the queue names it.")] = "",
    by: Annotated[str, typer.Option(help="Who has searched.")] = "",
    note: Annotated[str, typer.Option(help="Anything else.")] = "",
    review: ReviewOption = THE_ONLY_REVIEW,
) -> None:
    """Tell of a search by hand: that it found nothing, how much it found, or of which database a loaded file is."""
    said = Said(
        database=database, on=day_of(on, "--on") if on else None, n_records=records, file=file, by=by, note=note
    )
    path = searched(said, review, settings_of(context), now().date())
    console().print(f"{path}: 1 row added; the next night knows of it")


def searched(said: Said, review: str, settings: Settings, today: date) -> Path:
    """Add a row for a search to searches.csv, known from the published night on; returns the file.

    Raises
    ------
    CannotSay, ReviewError
        The file is as it was then.
    """
    protocol = review_named(settings.reviews, review).protocol
    try:
        search = FileSearch(database=said.database, on=said.on).checked(protocol.by_hand, today)
    except ValueError as error:
        raise CannotSay(str(error)) from None
    if not said.file and (said.on is None or said.n_records is None):
        raise CannotSay(
            f"say when {search.database} was searched and how many records were found (--on DAY --records N), or of which"
            " loaded file you speak (--file)"
        )
    try:
        folder = published_folder(review, settings)
        known, files = day_published(folder), files_published(folder / "warehouse.duckdb")
    except NothingPublished:
        known, files = today, ()
    row = {
        "database": search.database,
        "searched_on": said.on or "",
        "n_records": "" if said.n_records is None else said.n_records,
        "file": _key_of(said.file, files) if said.file else "",
        "searched_by": said.by,
        "known_from": max(day for day in (known, said.on) if day),
        "note": said.note,
    }
    path = settings.reviews / review / FILE
    append_rows(path, [row], list(SearchRow.model_fields))
    return path


def _key_of(name: str, files: tuple[LoadedFile, ...]) -> str:
    keys = sorted({file.key for file in files if name in (file.key, file.name)})
    if not keys:
        there = ", ".join(sorted({file.name for file in files})[-5:]) or "none"
        raise CannotSay(f"no file {name!r} is loaded for this review; there are {there}")
    if len(keys) > 1:
        raise CannotSay(f"several files are called {name!r}; name one of {', '.join(keys)}, as out_queue has them")
    return keys[0]
