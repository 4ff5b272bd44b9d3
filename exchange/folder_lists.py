"""The lists of a version as a package has them: tables of studies, and references with their registrations.

A number goes back to the place where it was found; where none is told, it is the author and the address of an entry.
"""

import re
from collections.abc import Iterator, Sequence

from exchange.cochrane.package import Cells
from exchange.cochrane.write import Tags
from models.published import NumberToCheck, PublishedStudy
from models.registers import address_of, as_printed, entry_of

STUDY_COLUMNS = ("Study", "Year", "Data source")
NOTES, REASON = "Char: Notes", "Char: Reason for exclusion"
_PORTAL = "https://trialsearch.who.int/Trial2.aspx?TrialID={}"
"""Where an entry is shown whose own register has no address that its number tells."""
_COLUMN = re.compile(r"(?:Char|ID): .+")
_OF_ADDRESSES = frozenset({"website", "web site", "url", "uri", "link"})
_FURTHER = ("UR", "VL", "IS", "SP", "EP", "DA")
_TITLES = frozenset({"TI", "TT", "CT"})


def study_cells(study: PublishedStudy) -> Cells:
    """The line of a study in the table of its list."""
    texts: dict[str, list[str]] = {}
    for number, places in numbers_with_places(study):
        for place in places:
            if _COLUMN.fullmatch(place):
                is_text = place.startswith("Char: ")
                told = f"Trial registration: {number}" if is_text else _as_identifier(number, place)
                texts.setdefault(place, []).append(told)
    for item in mentioned(study):
        if _COLUMN.fullmatch(item.place):
            texts.setdefault(item.place, []).append(item.sentence or item.number)
    if study.told_state:
        day = f" on {study.told_state.told_date}" if study.told_state.told_date else ""
        texts.setdefault(NOTES, []).append(f"Trial registration status{day}: {study.told_state.status_text}")
    if study.reason:
        texts.setdefault(REASON, []).append(study.reason)
    cells = {"Study": study.label, "Year": study.year, "Data source": ""}
    return cells | {name: "\n".join(lines) for name, lines in sorted(texts.items())}


def _as_identifier(number: str, place: str) -> str:
    """What stands in a column of identifiers: of websites the page of the number, of others the number."""
    is_address = place.casefold().removeprefix("id: ") in _OF_ADDRESSES
    return _page_of(number) if is_address else number


def _page_of(number: str) -> str:
    return address_of(number) or _PORTAL.format(as_printed(number) or number)


def references_of(study: PublishedStudy) -> Iterator[Tags]:
    """The references of a study: entries of registries, then reports by their numbers."""
    slips = [item.number for item in mentioned(study) if item.place == "AU"]
    for number, places in numbers_with_places(study):
        if tags := list(_entry(number, places, slips)):
            yield [("TY", "GEN"), *tags, ("NS", study.label)]
    for slip in slips:
        yield [("TY", "GEN"), ("AU", slip), ("NS", study.label)]
    for item in mentioned(study):
        if item.place in _TITLES:
            yield [("TY", "JOUR"), (item.place, item.sentence or item.number), ("NS", study.label)]
        elif item.place in {"JF", "C3", *_FURTHER}:
            yield [("TY", "GEN"), (item.place, item.sentence or item.number), ("NS", study.label)]
    for report in study.reports:
        kind, _, name = report.partition(":")
        tag = ("DO", name) if kind == "DOI" else ("C3", f"{'PubMed' if kind == 'PMID' else kind} {name}")
        yield [("TY", "JOUR"), ("NS", study.label), tag]


def numbers_with_places(study: PublishedStudy) -> list[tuple[str, Sequence[str]]]:
    """The registrations of a study, its own first, each with the places where it was found."""
    numbers = [name for name in (study.study_id, *study.numbers) if entry_of(name)]
    told = [part.split(", ") for part in study.found_in.split("; ")] if study.found_in else []
    return [(number, told[i] if i < len(told) else ("JF", "AU")) for i, number in enumerate(numbers)]


def mentioned(study: PublishedStudy) -> list[NumberToCheck]:
    """Numbers near a study that it is not followed by."""
    own = {study.study_id, *study.numbers}
    return [item for item in study.to_check if item.number not in own]


def _entry(number: str, places: Sequence[str], slips: list[str]) -> Iterator[tuple[str, str]]:
    address = _page_of(number)
    if "AU" in places:
        yield "AU", number
    elif "JF" in places and slips:
        yield "AU", slips.pop(0)
    if "DO" in places:
        yield "DO", f"10.1186/{number}"
    if "JF" in places:
        yield "JF", address
    for tag in _FURTHER:
        if tag in places:
            yield tag, address if tag == "UR" else number
    if "C3" in places:
        yield "C3", f"Other {number}"
