"""What rows of a review folder say that can be read, and is hardly what their people mean."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from models.folder_files import place_in
from models.folder_rows import ExtractionRow
from models.plain_faults import short
from models.registers import REGISTERS, entry_of
from models.review import Review

FAR_AHEAD = timedelta(days=366)
"""Nobody enters a row that is to count a year later."""
_WITH_STUDIES = ("decisions", "links", "extraction", "contrasts", "survival", "risk_of_bias")
_WITH_DAYS = ("decisions", "links", "extraction", "contrasts", "survival", "settled", "searches")
_WITH_YEAR = re.compile(r"[^\W\d]+\s+(?:19|20)\d\d[a-z]?", re.IGNORECASE)
"""A study by its author and year, as Per 2009."""


def faults(folder: Path, review: Review) -> Iterator[str]:
    """Numbers in rows that no register can have given: the rows are about no study."""
    listed = {
        name
        for version in review.versions
        for study in version.listed
        for name in (study.study_id, study.label, *study.numbers, *(item.number for item in study.to_check))
    }
    for table in _WITH_STUDIES:
        for row in getattr(review, table):
            for field in ("study_id", "item_id"):
                name = getattr(row, field, "")
                if name not in listed and (register := register_meant(name)):
                    yield f"{folder / table}.csv:{row.line}: {field}: {_misformed(name, register)}"


def hints(folder: Path, review: Review, today: date) -> Iterator[str]:
    """Days far ahead, one arm without another, and misprinted numbers in the lists of versions."""
    for version in review.versions:
        for kind in ("included", "ongoing", "awaiting", "excluded"):
            for at, study in enumerate(getattr(version, kind)):
                if version.path and (register := register_meant(study.study_id)):
                    place = place_in(version.path, kind, at, "study_id")
                    yield f"{place}: {_misformed(study.study_id, register)}"
    for place, day in _days(folder, review):
        if day and day > today + FAR_AHEAD:
            yield f"{place}: {short(str(day))}: is far ahead, and nothing of it counts before: correct the year"
    yield from _one_armed(folder / "extraction.csv", review)


def register_meant(name: str) -> str:
    """The register whose number a name looks like without having its form; '' where there is none."""
    words = name.strip()
    if entry_of(words) or _WITH_YEAR.fullmatch(words) or not (found := _looks_like().fullmatch(words)):
        return ""
    return _prefixes()[found[1].casefold()]


@lru_cache(maxsize=1)
def _prefixes() -> dict[str, str]:
    """Registers by the letters with which they begin their numbers, as far as these are theirs alone."""
    found: dict[str, str] = {}
    for register in REGISTERS:
        own = register.written.format("")
        for text in (own, register.printed.format(own)) if register.listed_as else ():
            if letters := re.match(r"[A-Za-z]{3,}", text):
                found.setdefault(letters[0].casefold(), register.name)
    return found


@lru_cache(maxsize=1)
def _looks_like() -> re.Pattern[str]:
    """Its letters, then digits: letters that are taken for digits among them, and whatever divides them."""
    letters = "|".join(sorted(_prefixes(), key=len, reverse=True))
    return re.compile(rf"({letters})[\s:#/_.-]*(?=\w*\d)[\dOIlN/\s-]{{2,}}\w?", re.IGNORECASE)


def _misformed(name: str, register: str) -> str:
    return f"{short(name)}: looks like a number of {register} and has not its form: look it up, digit by digit"


def _days(folder: Path, review: Review) -> Iterator[tuple[str, date | None]]:
    yield place_in(folder / "protocol.yaml", "watched_from"), review.protocol.watched_from
    for version in review.versions:
        for field in ("search_date", "publication_date", "known_from"):
            if version.path and (day := getattr(version, field)):
                yield place_in(version.path, field), day
    for table in _WITH_DAYS:
        rows: Any = getattr(review, table)
        for row in rows:
            yield f"{folder / table}.csv:{row.line}: known_from", row.known_from


def _one_armed(path: Path, review: Review) -> Iterator[str]:
    """Results of which only one side is entered."""
    sides: dict[tuple[object, ...], list[ExtractionRow]] = {}
    for row in review.extraction:
        where = (row.comparison, row.outcome, row.timepoint, row.analysis)
        what = (row.study_id.casefold(), *where, row.subgroup_number, row.subgroup, row.part)
        sides.setdefault(what, []).append(row)
    for rows in sides.values():
        first = rows[0]
        if len({row.arm for row in rows}) == 1 and not first.as_published:
            where_in_words = first.analysis or f"{first.outcome}, {first.timepoint}"
            yield (
                f"{path}:{first.line}: arm: {short(str(first.arm))}: is the only arm of {first.study_id} in"
                f" {where_in_words}, so that nothing is pooled: enter the other one"
            )
