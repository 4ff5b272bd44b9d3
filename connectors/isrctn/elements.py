"""ISRCTN records as JSON, the form in which ctrdata (an R package) stores them: the XML again, without attributes.

With the attributes the date of the last update is lost. ``record_last_import``, the moment at which ctrdata
took the record, stands in for it: on that day the registry showed this version. Such a record is a copy.
"""

import re
from collections.abc import Iterator

import msgspec
from lxml import etree

from connectors.reading import beginning, tidy, unusable
from models.connector import SourceFailure
from models.trial import Page

_NO_ESCAPE = re.compile(rb'(?<!\\)\\(?!["\\/bfnrtu])')
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def elements_of(page: Page) -> list[etree._Element]:
    """The records of a file as the elements that they once were.

    Raises
    ------
    SourceFailure
        If the file is no JSON of records. A backslash that escapes nothing is read as itself.
    """
    if problem := unusable(page, "json"):
        raise SourceFailure(f"{page.url}: {problem}")
    try:
        found = _decoded(page.body)
        records = found if isinstance(found, list) else [found]
        return [_full_trial(record) for record in records]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError, ValueError) as error:
        raise SourceFailure(
            f"{page.url}: no JSON of ISRCTN records: {error}; it begins with {beginning(page.body)!r}"
        ) from None


def _decoded(body: bytes) -> object:
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return msgspec.json.decode(_NO_ESCAPE.sub(rb"\\\\", body))


def _full_trial(record: object) -> etree._Element:
    if not isinstance(record, dict) or "isrctn" not in record:
        raise TypeError("a record is an object with the field 'isrctn'")
    full = etree.Element("fullTrial")
    trial = etree.SubElement(full, "trial", lastUpdated=_clean(str(record.get("record_last_import") or "")))
    for name, value in record.items():
        for element in _elements(name, value):
            trial.append(element)
    return full


def _elements(name: str, value: object) -> Iterator[etree._Element]:
    for one in value if isinstance(value, list) else [value]:
        element = etree.Element(name)
        if isinstance(one, dict):
            for child, inner in one.items():
                for below in _elements(child, inner):
                    element.append(below)
        else:
            element.text = tidy(_clean(str(one))) if one is not None else None
        yield element


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("", text)
