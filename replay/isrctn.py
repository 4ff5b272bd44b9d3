"""Knows how ISRCTN's XML interface answers for a register that holds nothing of the archive's topic.

No ISRCTN entry of a cell therapy for ALS/MND is known from any source of the archive: every search that can be
read finds nothing, which the registry says by a listing of 0 records, and no record has an address.
"""

from collections.abc import Mapping
from datetime import date

from replay.answer import Answer, not_found_page, plain_error, xml_answer
from replay.archive import Archive
from replay.search import SearchError, parse_search

EMPTY = '<?xml version="1.0" encoding="UTF-8"?>\n<allTrials xmlns="http://www.67bricks.com/isrctn" totalCount="0"/>\n'


def answer(path: str, parameters: Mapping[str, str], day: date, archive: Archive) -> Answer:
    """Answer one request; the same on every day."""
    if path.strip("/") != "api/query/format/default":
        return not_found_page()
    if not parameters.get("limit", "").isdigit() or set(parameters) != {"q", "limit"}:
        return plain_error("give q and limit, a number")
    try:
        parse_search(parameters["q"])
    except SearchError as error:
        return plain_error(str(error))
    return xml_answer(EMPTY)
