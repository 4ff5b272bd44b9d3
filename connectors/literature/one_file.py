"""The reports of one file together: which of them share a DOI that is only that of their container, and which are one.

Every record of a file comes out. Records that are one report come out equal, with what all of them declare, so that
nothing is lost and whoever counts them sees how many the file had.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set

import msgspec
from rapidfuzz import fuzz

from models.report import UNDATED, Report

_SAME_TITLE = 90
"""Likeness, 0 to 100, from which two titles under one DOI are one."""
_ALL_OF = ("accessions", "keywords", "publication_types", "registry_ids", "related")
_FIRST_OF = ("entered_date", "journal", "volume", "issue", "pages", "doi", "database", "first_author", "language",
             "abstract_text")  # fmt: skip
_COUNTED = re.compile(r"\d+|[ivx]+")


def parted(found: Sequence[tuple[Report, str]]) -> list[Report]:
    """Reports with ids of their own where one DOI stands for several titles: it is that of their supplement or book.

    Parameters
    ----------
    found : reports, each with the id that it has without its DOI
    """
    titles: dict[str, set[str]] = defaultdict(set)
    for report, _ in found:
        if report.doi:
            titles[report.doi].add(_plain(report.title))
    containers = {doi for doi, of_one in titles.items() if _differ(of_one)}
    return [
        msgspec.structs.replace(report, report_id=own, doi=None)
        if report.doi in containers and report.report_id.startswith("DOI:")
        else report
        for report, own in found
    ]


def counted(reports: Sequence[Report]) -> Iterator[Report]:
    """Every report of a file in its order; those that are one are equal, with what all of them declare."""
    once: dict[str, Report] = {}
    for report in reports:
        known = once.get(report.report_id)
        once[report.report_id] = joined(known, report) if known else report
    yield from (once[report.report_id] for report in reports)


def joined(known: Report, other: Report) -> Report:
    """A report with what another record of it adds; the more precise date stands."""
    changes: dict[str, object] = {
        name: tuple(dict.fromkeys((*getattr(known, name), *getattr(other, name)))) for name in _ALL_OF
    }
    changes |= {name: getattr(known, name) or getattr(other, name) for name in _FIRST_OF}
    published = max((known.published_date or "", other.published_date or ""), key=len) or None
    changes["published_date"] = published
    if known.registry_date in {UNDATED, known.published_date}:
        changes["registry_date"] = published or max(known.registry_date, other.registry_date)
    else:
        changes["registry_date"] = max(known.registry_date, other.registry_date)
    return msgspec.structs.replace(known, **changes)


def _plain(title: str) -> str:
    return " ".join(re.findall(r"\w+", title.casefold()))


def _differ(titles: Set[str]) -> bool:
    """Whether titles are more than spellings of one; a title may be cut, or have lost its subtitle."""
    first, *others = sorted(titles, key=len)
    return any(not _is_one(first, other) for other in others)


def _is_one(short: str, long: str) -> bool:
    """Part I and part II are two, however alike."""
    if long.startswith(f"{short} "):
        return True
    numbers = [
        _COUNTED.findall(" ".join(word for word in title.split() if _COUNTED.fullmatch(word)))
        for title in (short, long)
    ]
    return fuzz.partial_ratio(short, long) >= _SAME_TITLE and (numbers[0] == numbers[1] or not numbers[0])
