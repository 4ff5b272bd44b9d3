"""Knows how CTIS answers: a search by POST, a trial by its number, errors as JSON.

The archive holds no trial of CTIS: none of the trials whose facts are known names a number of it. What is
replayed is the interface of a register that finds nothing.
"""

import json
from collections.abc import Mapping
from datetime import date

from replay.answer import Answer, json_answer, not_found_page
from replay.archive import Archive


def answer(path: str, parameters: Mapping[str, str], day: date, archive: Archive) -> Answer:
    """Answer one request; the body of a POST comes as the parameter ``body``."""
    if path == "/ctis-public-api/search":
        try:
            asked = json.loads(parameters.get("body", ""))
            page, size = asked["pagination"]["page"], asked["pagination"]["size"]
        except (ValueError, KeyError, TypeError):
            return json_answer({"message": "Bad request"}, 400)
        found = {"totalRecords": 0, "currentPage": page, "totalPages": 0, "pageSize": size}
        return json_answer({"pagination": found, "data": []})
    if path.startswith("/ctis-public-api/retrieve/"):
        return json_answer({"message": "Trial not found"}, 404)
    return not_found_page()
