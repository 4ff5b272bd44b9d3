"""Knows how Europe PMC's REST search answers for the archived reports: core results in JSON, page by cursor.

A report is there from its entry date, as in PubMed, whose citations Europe PMC repeats. The archive holds no
abstracts, so ``ABSTRACT`` is the title; the ids mined from a paper are those of its DataBank list. No preprint
about the review's trials is known.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import date
from functools import lru_cache, partial
from typing import Any

from models.dates import first_day
from replay.answer import Answer, json_answer, not_found_page
from replay.archive import Archive, ArchivedReport
from replay.search import Range, SearchError, Term, matches, parse_search

VERSION = "6.9"
DEFAULT_SIZE, LARGEST_SIZE = 25, 1_000
FIRST = "*"

_PARAMETERS = {"query", "resultType", "format", "pageSize", "cursorMark", "synonym", "sort", "email"}
_RANGE = re.compile(r"\b([A-Z_]+):\[\s*(\S+)\s+TO\s+(\S+?)\s*\]")
_FIELD = re.compile(r'\b([A-Z_]+):(?=["\w])')
_FIELDS = {
    "TITLE": "ti",
    "ABSTRACT": "ti",
    "TITLE_ABS": "ti",
    "PUB_TYPE": "pt",
    "EXT_ID": "uid",
    "AUTH": "au",
    "JOURNAL": "ta",
    "ACCESSION_ID": "si",
}
_RELATIONS = re.compile(r"(?<=[a-z])(?=[A-Z])")


class _Refused(Exception):
    """What the interface says in the place of results."""


def answer(path: str, parameters: Mapping[str, str], day: date, archive: Archive) -> Answer:
    """Answer one request.

    Parameters
    ----------
    path : under the base address: ``/europepmc/webservices/rest/search``
    parameters : decoded
    day : the date as of which the index answers
    """
    if path.strip("/") != "europepmc/webservices/rest/search":
        return not_found_page()
    try:
        start, size = _place(parameters)
        found = _found(parameters.get("query", ""), day, archive)
    except (_Refused, SearchError) as error:
        return json_answer({"version": VERSION, "errCode": 400, "errMsg": str(error)}, 400)
    page = found[start : start + size]
    following = _cursor(start + len(page)) if page else parameters.get("cursorMark", FIRST)
    return json_answer(
        {
            "version": VERSION,
            "hitCount": len(found),
            "nextCursorMark": following,
            "request": {"queryString": parameters["query"], "resultType": "core", "pageSize": size},
            "resultList": {"result": [_result(report, day) for report in page]},
        }
    )


def _place(parameters: Mapping[str, str]) -> tuple[int, int]:
    """Number of the first result wanted, and how many."""
    for name in parameters:
        if name not in _PARAMETERS:
            raise _Refused(f"Parameter {name} is not spoken here")
    if parameters.get("format") != "json" or parameters.get("resultType", "core") != "core":
        raise _Refused("ask for format json and resultType core")
    size = parameters.get("pageSize", str(DEFAULT_SIZE))
    if not size.isdigit() or not 0 < int(size) <= LARGEST_SIZE:
        raise _Refused(f"pageSize must lie between 1 and {LARGEST_SIZE}")
    cursor = parameters.get("cursorMark", FIRST)
    if cursor == FIRST:
        return 0, int(size)
    try:
        return int(urlsafe_b64decode(cursor)), int(size)
    except ValueError:
        raise _Refused("cursorMark is not one that was given out") from None


def _cursor(start: int) -> str:
    return urlsafe_b64encode(str(start).encode()).decode()


@lru_cache(maxsize=1024)
def _found(query: str, day: date, archive: Archive) -> list[ArchivedReport]:
    """Newest entry first."""
    expression = parse_search(_FIELD.sub(r"AREA[\1]", _RANGE.sub(r"AREA[\1]RANGE[\2,\3]", query)))
    found = [each for each in archive.reports_shown(day) if matches(expression, partial(_told_by, each, day))]
    return sorted(found, key=lambda each: (each.entered, int(each.pmid)), reverse=True)


def _told_by(report: ArchivedReport, day: date, atom: Term | Range) -> bool:
    if isinstance(atom, Range):
        dates = {"FIRST_IDATE": report.entered, "UPDATE_DATE": _revised(report, day), "FIRST_PDATE": report.published}
        if atom.field not in dates:
            raise _Refused(f"Field {atom.field} is not known here")
        try:
            return first_day(atom.low) <= dates[atom.field] <= first_day(atom.high)
        except ValueError as error:
            raise _Refused(f"Unreadable date: {error}") from error
    if atom.field == "SRC":
        return atom.text == "MED"
    if atom.field == "ACCESSION_TYPE":
        return any(number.startswith(atom.text.upper()) for number in report.accession_numbers)
    if atom.field and atom.field not in _FIELDS:
        raise _Refused(f"Field {atom.field} is not known here")
    return atom.stands_in(report.texts[_FIELDS[atom.field] if atom.field else "all"])


def _revised(report: ArchivedReport, day: date) -> date:
    return max([report.entered, *(date.fromisoformat(each["shown_from"]) for each in report.corrections_shown(day))])


def _result(report: ArchivedReport, day: date) -> dict[str, Any]:
    facts, corrections = report.facts, report.corrections_shown(day)
    author = facts.get("first_author")
    named = f"{author['last']} {author['initials']}" if author else None
    told: dict[str, Any] = {
        "id": report.pmid,
        "source": "MED",
        "pmid": report.pmid,
        "pmcid": facts.get("pmc"),
        "doi": facts.get("doi"),
        "title": facts["title"],
        "authorString": f"{named} et al." if named else None,
        "authorList": {"author": [{"fullName": named}]} if named else None,
        "journalInfo": {"journal": {"title": facts["journal"]}},
        "pubYear": facts["published"][:4],
        "pubTypeList": {"pubType": facts["types"]},
        "hasTMAccessionNumbers": "Y" if report.accession_numbers else "N",
        "commentCorrectionList": {
            "commentCorrection": [
                {
                    "id": each.get("pmid"),
                    "source": "MED" if "pmid" in each else None,
                    "reference": each["source"],
                    "type": _RELATIONS.sub(" ", each["type"]).capitalize(),
                }
                for each in corrections
            ]
        },
        "firstIndexDate": report.entered.isoformat(),
        "dateOfRevision": _revised(report, day).isoformat(),
        "electronicPublicationDate": facts["published"] if len(facts["published"]) == len("2018-08-31") else None,
    }
    return {name: value for name, value in told.items() if value is not None}
