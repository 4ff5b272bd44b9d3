"""The forms in which the registries of the WHO network print dates. The day always stands before the month.

1900-01-01 means that a date is missing. Calendars other than the Gregorian leak through (Iran's year 1398),
and spreadsheets have left years such as 2641: a year that no trial can have is no date.
"""

import re

from models.dates import PartialDate, check_partial, month_number

MISSING = "1900-01-01"
FIRST_YEAR, LAST_YEAR = 1950, 2099

_FORMS = [
    re.compile(form)
    for form in (
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
        r"(?P<y>\d{4})[-/](?P<m>\d{1,2})(?:[-/](?P<d>\d{1,2})(?:[T ]\d.*)?)?",
        r"(?P<y>\d{4})",
        r"(?P<d>\d{1,2})[-/. ](?P<m>\d{1,2}|[A-Za-z]{3,9})[-/. ](?P<y>\d{4}|\d{2})(?: \d.*)?",
        r"(?P<m>[A-Za-z]{3,9})\s+(?P<d>\d{1,2}),?\s+(?P<y>\d{4})(?:\s+\d.*)?",
        r"(?P<m>[A-Za-z]{3,9})[- ](?P<y>\d{4}|\d{2})",
    )
]


def read_date(text: str) -> PartialDate:
    """``17/05/2016``, ``2016-5-17``, ``2016/05/17``, ``20160517``, ``17 May 2016``, ``17-May-16``, ``May 2016`` …

    Raises
    ------
    ValueError
        If the text has another form, or a year before 1950 or after 2099, `MISSING` excepted.
    """
    match = next((form_found for form in _FORMS if (form_found := form.fullmatch(text))), None)
    if match is None:
        raise ValueError(f"{text[:40]!r} has none of the forms of dates that WHO registries use")
    parts = match.groupdict()
    year = parts["y"] if len(parts["y"]) == 4 else f"{'19' if parts['y'] >= '50' else '20'}{parts['y']}"
    numbers = [month_number(parts["m"])] if parts.get("m") else []
    numbers += [int(parts["d"])] if parts.get("d") else []
    found = check_partial("-".join([year, *(f"{number:02d}" for number in numbers)]))
    if found != MISSING and not FIRST_YEAR <= int(year) <= LAST_YEAR:
        raise ValueError(f"no trial has the year {year}: another calendar, or a spreadsheet's error")
    return found
