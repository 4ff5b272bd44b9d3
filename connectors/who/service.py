"""ICTRP's web service, for those to whom WHO gives credentials: trials by their title, and one trial's fields.

`GetTrials` lists the trials whose title holds some words, `GetTrialDetails` tells one trial by the number that
ICTRP prints. Both answer with a .NET DataSet: tables of which a row may occur many times, in place of the
semicolons of the portal's files. What is known of the service comes from its address, its schema and what others
found (``docs/decisions/0010-ictrp-web-service.md``).
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from urllib.parse import parse_qs, urlsplit

import msgspec
from lxml import etree

from connectors.markup import UnreadableMarkup, read_xml
from connectors.reading import beginning, tidy, unusable
from connectors.who.record import field_name
from models.connector import Client, SourceFailure
from models.registers import ABSENT, EUDRACT, as_printed, entry_of
from models.trial import TOPIC_LISTING, Page, SourceQuery

ROUNDS = 3
"""Times that a trial is asked for: an empty answer may be one of a service that did not look."""

MOST_TRIALS = 10_000
"""Trials that a search may find; the service ignoring its words would find all."""

_TITLES, _DETAILS = "/TrialService.asmx/GetTrials", "/TrialService.asmx/GetTrialDetails"
_NUMBER = "TrialIDnum"
_ROOT = re.compile(rb"\s*(?:<\?xml[^>]*\?>)?\s*<(?:\w+:)?DataSet[\s>]")
_NAMED = re.compile(rb"<(?:\w+:)?TrialID[\s>]")
_CONTROL = re.compile(rb"&#(?:x0*(?:1?[0-8bcefBCEF]|1[9adAD])|0*(?:[0-8]|1[124-9]|2\d|3[01]));")
"""References to control characters, which XML forbids and some records of ChiCTR hold."""

Tables = dict[str, list[dict[str, str]]]
"""Rows of an answer by table, each a text by column; a column without text is not there."""

_LISTS = {
    "countries": ("Country", "CountryName"),
    "conditions": ("Health_condition", "Condition_FreeText"),
    "interventions": ("Intervention", "Intervention_FreeText"),
    "secondary_sponsors": ("Secondary_Sponsors", "Secondary_Sponsor"),
    "secondary_ids": ("Secondary_IDs", "SecondaryID"),
    "inclusion_criteria": ("Criteria", "Inclusion_criteria"),
    "exclusion_criteria": ("Criteria", "Exclusion_criteria"),
    "inclusion_agemin": ("Criteria", "Inclusion_agemin"),
    "inclusion_agemax": ("Criteria", "Inclusion_agemax"),
}
"""Table and column in which the items of a field of the portal's files stand one by one."""


def fetch(query: SourceQuery, since: date | None, http: Client) -> Iterator[Page]:
    """Ask for the trials of a topic, and for single ones; a page that cannot be used still comes out.

    A topic is one or more phrases joined by OR, each of which is searched by itself. `since` narrows nothing: the
    service does not tell what changed. Of an EU trial's country records one is asked for, the first by country.

    Raises
    ------
    SourceFailure
        If an answer is none of the service's or tells of another trial than the one asked for, or no trial was found.
    """
    if query.topic:
        yield from _search(query.topic, http)
    yield from _details([printed for own in query.record_ids if (printed := as_printed(own))], None, http)


def _search(topic: str, http: Client) -> Iterator[Page]:
    found: set[str] = set()
    for words in topic.split(" OR "):
        for _ in range(ROUNDS):
            page = http.get(_TITLES, {"Title": words.strip('" ')}, kind="search")
            yield page
            found |= _numbers_listed(page)
            if not _is_silent(page):
                break
    if not found:
        raise SourceFailure(f"{page.url}: no trial at all, which this service also says when it did not look")
    if len(found) > MOST_TRIALS:
        raise SourceFailure(f"{page.url}: {len(found)} trials found: the words of the search may have been ignored")
    wanted = list(_one_of_each_trial(found))
    yield from _details(wanted, TOPIC_LISTING, http)


def _is_silent(page: Page) -> bool:
    """Whether an answer names no trial; what is no answer of the service is not silent but wrong."""
    return page.status == 200 and is_answer(page.body) and not _NAMED.search(page.body)


def _one_of_each_trial(numbers: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for printed in sorted(numbers):
        known = entry_of(printed)
        if known is None or known.register.name != EUDRACT:
            yield printed
        elif known.own not in seen:
            seen.add(known.own)
            yield printed


def _details(numbers: list[str], listing: str | None, http: Client) -> Iterator[Page]:
    """What is told of each number; those without content are asked for again after all the others.

    The last answer about a number counts for the `listing`, of as many trials as there are `numbers`.
    """
    total = len(numbers) if listing else None
    for turn in range(1, ROUNDS + 1):
        silent = []
        for printed in numbers:
            page = http.get(_DETAILS, {_NUMBER: printed}, kind="record")
            if _is_silent(page) and turn < ROUNDS:
                silent.append(printed)
                yield page
                continue
            yield msgspec.structs.replace(page, listing=listing, total=total)
            if told := _other_numbers_told(page, printed):
                raise SourceFailure(f"{page.url}: {', '.join(told)} in the place of {printed}")
        numbers = silent


def _numbers_listed(page: Page) -> set[str]:
    try:
        root = _document(page)
    except UnreadableMarkup as error:
        raise SourceFailure(f"{page.url}: line {error.line}: {error}") from None
    return {text for item in root.iter("{*}TrialID") if (text := tidy(item.text))}


def _other_numbers_told(page: Page, printed: str) -> list[str]:
    """Numbers of other trials than the one asked for; an unreadable answer costs its own trial and no other."""
    try:
        trials = tables_of(_document(page)).get("Trial", [])
    except UnreadableMarkup:
        return []
    return [number for trial in trials if (number := trial.get("TrialID", "nothing")) != printed]


def number_asked(page: Page) -> str:
    """The number that a page answers to; '' if it is no answer to a question for one trial."""
    return parse_qs(urlsplit(page.url).query).get(_NUMBER, [""])[0]


def is_answer(body: bytes) -> bool:
    """Whether a body begins as an answer of the service does."""
    return _ROOT.match(body.removeprefix(b"\xef\xbb\xbf")) is not None


def _document(page: Page) -> etree._Element:
    if (problem := unusable(page, "xml")) or not is_answer(page.body):
        raise SourceFailure(f"{page.url}: {problem or f'no <DataSet>: {beginning(page.body)!r}'}")
    return read_answer(page.body)


def read_answer(body: bytes) -> etree._Element:
    """Root of an answer's document; control characters that XML forbids are passed over."""
    return read_xml(_CONTROL.sub(b"", body))


def tables_of(root: etree._Element) -> Tables:
    """The rows that an answer holds; none in one without content."""
    found: Tables = {}
    for row in root.iterfind("{*}diffgram/{*}NewDataSet/*"):
        columns = row.iterchildren(etree.Element)
        cells = {etree.QName(cell).localname: text for cell in columns if (text := tidy(cell.text))}
        found.setdefault(etree.QName(row).localname, []).append(cells)
    return found


def as_portal(tables: Tables) -> dict[str, str]:
    """The fields of an answer's trial under the names, and in the form, of the portal's files."""
    [trial] = tables["Trial"]
    given = {field_name(column): text for column, text in trial.items()}
    for row in tables.get("Results", [])[:1]:
        given |= {field_name(column): text for column, text in row.items()}
    for field, (table, column) in _LISTS.items():
        given[field] = ";".join(row[column] for row in tables.get(table, []) if column in row)
    given["primary_outcome"] = _outcomes(tables.get("Primary_outcome", []), "Time_frame1")
    given["secondary_outcomes"] = _outcomes(tables.get("Secondary_outcome", []), "Time_frame2")
    given["study_design"] = _design(trial)
    return given


def _outcomes(rows: list[dict[str, str]], frame: str) -> str:
    told = []
    for row in rows:
        time = (row.get(frame) or row.get("Timepoints") or "").strip("[] ")
        told.append(row.get("Outcome_Name", "") + (f"[{time}]" if time.lower() not in ABSENT else ""))
    return ";".join(filter(None, told))


def _design(trial: dict[str, str]) -> str:
    """The design with allocation and assignment behind it, which the service also tells by themselves."""
    parts = [trial.get("Study_design", "")]
    for label, column in (("Allocation", "Allocation"), ("Assignment", "Assignement")):
        text = trial.get(column, "")
        if text.lower() not in ABSENT and text.lower() not in parts[0].lower():
            parts.append(f"{label}: {text}")
    return ". ".join(part.rstrip(".") for part in parts if part)
