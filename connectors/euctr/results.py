"""The results page of a trial in the EU Clinical Trials Register: a report that the register publishes.

A results summary is a document about a study and not a state of its record: the record's text does not say
when results were published, the page does. Rows of a table hold a label and a value.
"""

import re

from lxml import etree, html

from connectors.euctr.record import ID, SLUG
from connectors.reading import FieldReader, tidy
from models.dates import PartialDate, check_partial, month_number
from models.report import Report

_DAY = re.compile(r"(\d{1,2}) ([A-Za-z]+) (\d{4})")
FIRST, THIS = "First version publication date", "This version publication date"


def results_rows(body: bytes) -> dict[str, str]:
    """Values by label, the first of each; empty if the bytes are no such page."""
    try:
        root = html.document_fromstring(body)
    except (etree.ParserError, ValueError):
        return {}
    rows: dict[str, str] = {}
    for row in root.iter("tr"):
        cells = [" ".join(str(cell.xpath("string()")).split()) for cell in row.iterchildren("td", "th")]
        if len(cells) > 1 and cells[0]:
            rows.setdefault(cells[0], cells[1])
    return rows


def results_report(rows: dict[str, str], number: str, reader: FieldReader) -> Report | None:
    """The results summary as a report; None as long as nothing is published."""
    first = reader.date(FIRST, rows.get(FIRST), _from_page)
    this = reader.date(THIS, rows.get(THIS), _from_page)
    published = first or this
    if published is None or not re.fullmatch(ID, number):
        return None
    title = next((tidy(value) for label, value in rows.items() if "title" in label.lower() and tidy(value)), None)
    return Report(
        source=SLUG,
        report_id=f"{number}/results",
        title=title or f"Summary of results of EudraCT {number}",
        registry_date=this or published,
        entered_date=first,
        published_date=published,
        journal="EU Clinical Trials Register",
        publication_types=("Registry Results Summary",),
        registry_ids=(number,),
    )


def _from_page(text: str) -> PartialDate:
    match = _DAY.fullmatch(text.strip())
    if match is None:
        raise ValueError("not of the form 10 Jul 2016")
    return check_partial(f"{match[3]}-{month_number(match[2]):02d}-{int(match[1]):02d}")
