"""Whether a folder is the review that a package was adopted to: everything that was written is there, whatever people
have added since."""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from exchange.adopted import AdoptedFolder
from exchange.adopted_lists import Told
from models.folder_files import ReviewError
from models.review import Review
from models.reviews import is_review_name

_OF_DAYS = ("search_date", "search_date_is", "publication_date", "known_from")
_NAMED = {"comparisons": "id", "outcomes": "id", "timepoints": "name"}
_DAY = "known_from"
"""Column of days that follow from the version's, which is compared itself."""
_CARRIED = ("decisions.csv", "links.csv", "settled.csv", "searches.csv", "interventions.csv")
"""Files of people's that mean the same beside a newer version."""
_OWN = "README.md"
"""Tells of the adoption, and nothing is read from it."""


def told_as_before(told: Told, review: Review, package: str) -> Told:
    """What a person says of a package now, with what the folder says where nothing is said now."""
    before = [item for item in review.versions if item.source == f"{package} data package"]
    same = [item for item in before if item.version == told.named] if _names_version(told) else before
    if len(same) != 1:
        return told
    version = same[0]
    is_stated = version.search_date_is == "stated"
    return msgspec.structs.replace(
        told,
        version=version.version,
        search_date=told.search_date or (version.search_date if is_stated else None),
        publication_date=told.publication_date or version.publication_date,
        known_from=told.known_from or version.known_from,
        adopted_on=told.adopted_on if is_stated else version.search_date,
    )


def _names_version(told: Told) -> bool:
    return bool(told.version or told.publication_date or told.known_from)


def differences(made: AdoptedFolder, told: Told, folder: Path) -> list[str]:
    """What a folder does not have of what would be written now, by file; what people have added is no difference."""
    return [f"{name} ({why})" for name in made.files for why in _difference(name, made.files[name], told, folder)]


def _difference(name: str, text: str, told: Told, folder: Path) -> Iterator[str]:
    path = folder / name
    if name == _OWN:
        return
    if not path.is_file():
        yield "is not there"
    elif path.suffix == ".csv":
        yield from _of_table(text, path.read_text(encoding="utf-8-sig"))
    elif name == "protocol.yaml":
        yield from _of_protocol(yaml.safe_load(text), yaml.safe_load(path.read_text(encoding="utf-8-sig")), told)
    else:
        yield from _of_version(yaml.safe_load(text), yaml.safe_load(path.read_text(encoding="utf-8-sig")))


def _of_table(text: str, there: str) -> Iterator[str]:
    """Rows that are not there; cells that the table has beside theirs are people's."""
    wanted = list(csv.DictReader(text.splitlines(keepends=True)))
    columns = set(wanted[0]) - {_DAY} if wanted else set[str]()
    lines = (line for line in there.splitlines(keepends=True) if not line.startswith("#"))
    known = Counter(_cells(row, columns) for row in csv.DictReader(lines))
    lacking = Counter(_cells(row, columns) for row in wanted) - known
    if lacking:
        yield f"{lacking.total()} of {len(wanted)} rows are not there"


def _cells(row: Mapping[str, str | None], columns: set[str]) -> frozenset[tuple[str, str]]:
    return frozenset((name, cell) for name, cell in row.items() if name in columns and cell)


def _of_protocol(wanted: Mapping[str, Any], there: Mapping[str, Any], told: Told) -> Iterator[str]:
    """The words of a protocol are people's; what is told now, and what analyses name, is not."""
    for field, said in (("title", told.title), ("question", told.question)):
        if said and said != there.get(field):
            yield f"{field} is {there.get(field)!r} there, and {said!r} is told now"
    for field, called in _NAMED.items():
        known = {item[called] for item in there.get(field) or ()}
        lacking = [item[called] for item in wanted[field] if item[called] not in known]
        if lacking:
            yield f"{field} without {', '.join(map(repr, lacking))}"


def _of_version(wanted: Mapping[str, Any], there: Mapping[str, Any]) -> Iterator[str]:
    for field, said in wanted.items():
        found = there.get(field)
        if field in _OF_DAYS and found != said:
            yield f"{field} is {found or 'not said'} there, and {said} is told now"
        elif isinstance(said, list):
            lacking = [item for item in said if item not in (found or ())]
            if lacking:
                yield f"{field} has {len(lacking)} of {len(said)} studies otherwise"


def refused(folder: Path, told: Told, review: Review, differing: list[str]) -> ReviewError:
    """Why a package is not adopted over a folder, and how its review goes on."""
    versions = [item.version for item in review.versions]
    own = [name for name in _CARRIED if (folder / name).is_file()]
    name = _other_name(told, folder)
    carried = f"copy {', '.join(own)} into its folder as they are, and " if own else ""
    if told.named in versions:
        why = f"there is a review of this name, and it differs in {'; '.join(differing)}"
    else:
        why = (
            f"this is the review's version {', '.join(versions)}, and the package would be version {told.named}: an"
            " adopted folder is never written over"
        )
    return ReviewError(
        f"{folder}: {why}. Adopt the package beside it with --name {name}; then {carried}write the words of"
        " protocol.yaml (pico, eligibility, searches) into the new one. Or move the folder away"
    )


def _other_name(told: Told, folder: Path) -> str:
    ending = "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in told.named)
    names = (f"{told.review}_{ending}", *(f"{told.review}_{ending}_{number}" for number in range(2, 100)))
    return next((name for name in names if is_review_name(name) and not (folder.parent / name).exists()), "…")
