"""WHO's International Clinical Trials Registry Platform: its files, loaded by hand, and its web service.

The search portal exports XML and CSV; the full export is a CSV without header. There is no open interface:
pages may be crawled, and the web service used, only under an agreement with WHO (ictrpinfo@who.int), which charges
for it. Once TRIALWATCH_ICTRP_USERNAME and TRIALWATCH_ICTRP_PASSWORD are set, the service is asked every night
(:mod:`connectors.who.service`); until then, and beside it, exports are loaded by hand. Terms: WHO's for ICTRP
data; whole exports may not be handed on.

ICTRP repeats what the primary registries sent, recoded and one to four weeks later: its records are copies.
Quirks that shaped this module: texts padded to thousands of characters; NULL, NA and 1900-01-01 where nothing is
known; the cells of the full export wrapped in quotation marks of their own, all but the first; its date of
refresh in an undocumented second column; EU CTR records country by country. The XLSX edition is refused:
spreadsheets have turned its phases (``2-3``) and dates into other dates, and nothing tells which. The service
searches titles alone, does not list what ClinicalTrials.gov registered, does not tell what changed, and gives empty
answers also about trials that it has: one that it lists and does not tell makes the search partial.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from connectors.fragments import fragments, unclosed_root
from connectors.markup import UnreadableMarkup, read_xml
from connectors.reading import FieldReader, beginning, shown, unusable
from connectors.search_words import any_of
from connectors.who import service as ictrp_service
from connectors.who import words as who_words
from connectors.who.dates import read_date
from connectors.who.record import ICTRP_ID, field_name, trial_of
from models import registers
from models.connector import Connector
from models.dates import first_day
from models.pico import Pico
from models.trial import Page, Parsed, Rejected, TrialRecord
from models.vocabulary import VersionOrigin

SLUG = "ictrp"

_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How XLSX (a ZIP archive) and the older XLS begin."""
_UNDECODED = re.compile("[\udc80-\udcff]")
_LOOK = "export the trial from ICTRP again and load that file"


def parse(page: Page) -> Iterator[Parsed]:
    """Read every trial of a file, each by itself; country records of one EU CTR trial become one record."""
    body = page.body.lstrip()
    if body.startswith(_SPREADSHEETS):
        yield _refusal(
            page,
            "a spreadsheet: in this edition phases such as '2-3' and some dates have become other dates",
            "export XML or CSV from ICTRP and load that",
        )
        return
    is_xml = body.startswith((b"<", b"\xef\xbb\xbf<"))
    if problem := unusable(page, "xml" if is_xml else "csv"):
        yield _refusal(page, problem)
        return
    if ictrp_service.is_answer(page.body):
        yield from _trial_of_answer(page)
        return
    n_found = 0
    for found in _merged(_trials_of_xml(page) if is_xml else _trials_of_csv(page)):
        n_found += 1
        yield found
    if is_xml and n_found and (root := unclosed_root(page.body)):
        yield _refusal(
            page, f"the file ends before <{root}> does: trials may be missing", "export it again and load it"
        )
    if not n_found:
        yield _refusal(page, "no trial in it: neither <Trial> elements nor rows of an ICTRP export")


def _refusal(page: Page, reason: str, action: str = "load the XML or CSV that ICTRP exports") -> Rejected:
    return Rejected(
        source=SLUG,
        record_ref=page.url,
        reason=reason,
        path=page.url,
        value=beginning(page.body),
        action=action,
    )


def _trial_of_answer(page: Page) -> Iterator[TrialRecord | Rejected]:
    """The trial of an answer of the web service; a list of numbers holds none, nor does one that is asked for again."""
    named = registers.own_form(ictrp_service.number_asked(page)) or page.url
    reader = FieldReader(SLUG, named)
    try:
        tables = ictrp_service.tables_of(ictrp_service.read_answer(page.body))
    except UnreadableMarkup as error:
        reader.note(page.url, beginning(page.body), f"line {error.line}: {error}", _LOOK)
        yield from reader.notes
        return
    n_trials = len(tables.get("Trial", ()))
    if n_trials == 1 and page.kind != "search":
        given = ictrp_service.as_portal(tables)
        yield from _trial(given, FieldReader(SLUG, _id_of(given) or named), page)
    elif page.kind == "file":
        yield _refusal(page, f"an answer of ICTRP's web service with {n_trials} trials instead of one")
    elif page.listing:
        reader.note(page.url, "", "listed by ICTRP, which tells nothing of it", "look it up in its registry")
        yield from reader.notes


def _trials_of_xml(page: Page) -> Iterator[TrialRecord | Rejected]:
    for raw, line in fragments(page.body, "Trial"):
        named = re.search(rb"<TrialID>\s*([!-~]{1,40}?)\s*</TrialID>", raw)
        reader = FieldReader(SLUG, registers.own_form(named[1].decode()) if named else f"{page.url}:{line}")
        try:
            trial = read_xml(raw)
        except UnreadableMarkup as error:
            reader.note(f"{page.url}:{line + error.line - 1}", beginning(raw), str(error), _LOOK)
            yield from reader.notes
        else:
            yield from _trial({field_name(str(item.tag)): item.text or "" for item in trial}, reader, page)


def _trials_of_csv(page: Page) -> Iterator[TrialRecord | Rejected]:
    text = page.body.decode("utf-8-sig", "surrogateescape")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    columns: list[str] | None = None
    is_first = True
    while True:
        reader = FieldReader(SLUG, f"{page.url}:{rows.line_num + 1}")
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            if columns is not None:
                reader.note(f"{page.url}:{rows.line_num}", "", f"unreadable CSV: {error}", _LOOK)
                yield from reader.notes
            continue
        if not any(cell.strip() for cell in row):
            continue
        if is_first:
            is_first, columns = False, _header(row)
            if columns is not None:
                continue
            if not _is_full_export(row):
                return
        yield from _trial_of_row(row, columns, reader, page)


def _delimiter(text: str) -> str:
    """What sets columns apart: a spreadsheet saves them with semicolons or tabs in half of the world."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)


def _header(row: Sequence[str]) -> list[str] | None:
    names = [field_name(cell) for cell in row]
    return names if "trialid" in names or "trial_id" in names else None


def _is_full_export(row: Sequence[str]) -> bool:
    return len(row) >= len(who_words.FULL_EXPORT) or registers.entry_of(row[0].strip()) is not None


def _trial_of_row(
    row: Sequence[str], header: Sequence[str] | None, reader: FieldReader, page: Page
) -> Iterator[TrialRecord | Rejected]:
    columns = header or _full_export_columns(row)
    if len(row) != len(columns):
        expected = len(columns) if header else f"{len(columns)} or {len(columns) + 1}"
        reader.note(f"{page.url}:{row[0][:40]}", shown(row[0]), f"{len(row)} columns, not {expected}", _LOOK)
        yield from reader.notes
        return
    given = {name: cell if header else _unwrapped(cell) for name, cell in zip(columns, row, strict=True)}
    named = FieldReader(SLUG, _id_of(given)) if _id_of(given) else reader
    for name, cell in given.items():
        if _UNDECODED.search(cell):
            value = cell.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            named.note(name, value, "bytes that are not UTF-8", "save the file as UTF-8 and load it again")
            yield from named.notes
            return
    yield from _trial(given, named, page)


def _full_export_columns(row: Sequence[str]) -> list[str]:
    """Columns of a row without header: with the date of refresh behind the id, behind everything, or nowhere."""
    first, *rest = (field_name(name) for name in who_words.FULL_EXPORT)
    if len(row) != len(who_words.FULL_EXPORT) + 1:
        return [first, *rest]
    return [first, *rest, "refreshed"] if _is_date(row[-1]) and not _is_date(row[1]) else [first, "refreshed", *rest]


def _is_date(cell: str) -> bool:
    try:
        return bool(read_date(_unwrapped(cell)))
    except ValueError:
        return False


def _unwrapped(cell: str) -> str:
    text = cell.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else cell


def _id_of(given: Mapping[str, str]) -> str:
    """How a message names a trial: by its registry's own id, as its record does."""
    return registers.own_form((given.get("trialid") or given.get("trial_id") or "").strip()[:40])


def _trial(given: Mapping[str, str], reader: FieldReader, page: Page) -> Iterator[TrialRecord | Rejected]:
    record = trial_of(given, SLUG, VersionOrigin.COPY, reader)
    if record and (first_day(record.registry_date) - page.observed_at.date()).days > 1:
        reader.note("last_refreshed_on", record.registry_date, "a date after the day of loading", _LOOK)
        record = None
    if record:
        yield record
    yield from reader.notes


def _merged(found: Iterator[TrialRecord | Rejected]) -> Iterator[TrialRecord | Rejected]:
    """Country records of one EU CTR trial as one: the last refreshed speaks, the others add country and id."""
    trials: dict[str, list[TrialRecord]] = {}
    for item in found:
        if isinstance(item, TrialRecord) and any(other.kind == ICTRP_ID for other in item.secondary_ids):
            trials.setdefault(item.registry_id, []).append(item)
        else:
            yield item
    for records in trials.values():
        records.sort(key=lambda record: (first_day(record.registry_date), record.secondary_ids[0].id), reverse=True)
        ids = {other.id: other for record in records for other in record.secondary_ids}
        yield msgspec.structs.replace(
            records[0],
            secondary_ids=tuple(ids.values()),
            countries=tuple(sorted({country for record in records for country in record.countries})),
        )


def write_query(pico: Pico) -> str:
    """For the portal's search form, which reads every text, hence without abbreviations; or for titles, one by one."""
    return any_of(pico.population)


CONNECTOR = Connector(
    slug=SLUG,
    title="WHO ICTRP",
    id_pattern=registers.ENTRY_PATTERN,
    parse=parse,
    fetch=ictrp_service.fetch,
    write_query=write_query,
    base_url="https://trialsearch.who.int",
    rate=1.0,
    follows_changes_only=True,
    secrets={"username": "ictrp_username", "password": "ictrp_password"},
    needs=("ictrp_username", "ictrp_password"),
    probe_id="NCT03280056",
    loads="XML or CSV of the search portal, the full export (CSV without header), or an answer of the web service",
    terms="WHO ICTRP; use under WHO's terms, whole exports may not be handed on",
)
