"""Knows how ClinicalTrials.gov answers: API v2 (2.0.5) and the internal record history.

Quirks kept as the real one has them: a parameter that holds nothing but NCT numbers makes filters ignored;
page sizes above 1000 are silently coerced; the total comes on the first page and only when asked for; a page
token is void once any other parameter, or the data, has changed; 400 answers are plain text, a wrong path is
an HTML page, an obsolete id is a 301; history counts versions from 0 and dates them by submission.
Parameters of the real one that are not spoken here are refused by name, never ignored.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache, partial
from typing import Any
from urllib.parse import urlencode

import msgspec

from models.dates import first_day
from replay.answer import Answer, json_answer, not_found_page, plain_error
from replay.archive import Archive, StudyVersion
from replay.search import Range, SearchError, Term, matches, parse_search

API_VERSION = "2.0.5"
DEFAULT_PAGE_SIZE, MAXIMUM_PAGE_SIZE = 10, 1000

_QUERY_AREAS = {f"query.{area}": area for area in ("cond", "term", "titles", "intr", "id")}
_SEARCH_AREAS = {"ConditionSearch": "cond", "InterventionSearch": "intr"}
_FILTERS = ("overallStatus", "ids", "advanced")
_PAGING = ("countTotal", "pageSize", "pageToken")
_LIST_PARAMETERS = {
    *_QUERY_AREAS,
    *(f"{kind}.{name}" for kind in ("filter", "postFilter") for name in _FILTERS),
    *_PAGING,
    "format",
    "fields",
    "sort",
    "markupFormat",
}
_NCT = re.compile(r"[Nn][Cc][Tt]0*([1-9]\d{0,7})")
_ONLY_NCT = re.compile(r"(?:NCT\d{8})(?:(?:\s*,\s*|\s+OR\s+|\s+)NCT\d{8})*", re.IGNORECASE)
_DATE_FIELDS = {
    "StartDate": "startDateStruct",
    "PrimaryCompletionDate": "primaryCompletionDateStruct",
    "CompletionDate": "completionDateStruct",
    "StudyFirstSubmitDate": "studyFirstSubmitDate",
    "StudyFirstPostDate": "studyFirstPostDateStruct",
    "ResultsFirstSubmitDate": "resultsFirstSubmitDate",
    "ResultsFirstPostDate": "resultsFirstPostDateStruct",
    "DispFirstPostDate": "dispFirstPostDateStruct",
    "LastUpdateSubmitDate": "lastUpdateSubmitDate",
    "LastUpdatePostDate": "lastUpdatePostDateStruct",
    "StatusVerifiedDate": "statusVerifiedDate",
}
_WORD_FIELDS = {
    "NCTId": ("identificationModule", "nctId"),
    "OverallStatus": ("statusModule", "overallStatus"),
    "StudyType": ("designModule", "studyType"),
    "Phase": ("designModule", "phases"),
    "DesignAllocation": ("designModule", "designInfo", "allocation"),
}
_MODULE_LABELS = {
    "identificationModule": "Study Identification",
    "statusModule": "Study Status",
    "sponsorCollaboratorsModule": "Sponsor/Collaborators",
    "conditionsModule": "Conditions",
    "designModule": "Study Design",
    "armsInterventionsModule": "Arms and Interventions",
    "outcomesModule": "Outcome Measures",
    "contactsLocationsModule": "Contacts/Locations",
    "referencesModule": "References",
    "participantFlowModule": "Participant Flow",
    "baselineCharacteristicsModule": "Baseline Characteristics",
    "outcomeMeasuresModule": "Outcome Measures (Results)",
    "adverseEventsModule": "Adverse Events",
}


class _Refused(Exception):
    """A parameter that the registry answers with 400; the text is the answer."""


def answer(path: str, parameters: Mapping[str, str], day: date, archive: Archive) -> Answer:
    """Answer one GET request.

    Parameters
    ----------
    path : under the base address, e.g. ``/api/v2/studies/NCT01363401``
    parameters : query parameters, decoded
    day : the date as of which the registry answers
    """
    try:
        match path.strip("/").split("/"):
            case ["api", "v2", "version"]:
                return json_answer({"apiVersion": API_VERSION, "dataTimestamp": f"{day}T09:00:05"})
            case ["api", "v2", "studies"]:
                return _listing(parameters, day, archive)
            case ["api", "v2", "studies", identifier]:
                return _single(identifier, parameters, day, archive)
            case ["api", "int", "studies", identifier, *rest]:
                return _internal(identifier, rest, parameters, day, archive)
    except _Refused as refusal:
        return plain_error(str(refusal))
    except SearchError as error:
        return plain_error(f"Incorrect search expression: {error}")
    return not_found_page()


def _listing(parameters: Mapping[str, str], day: date, archive: Archive) -> Answer:
    _refuse_unknown(parameters, _LIST_PARAMETERS)
    size = _page_size(parameters.get("pageSize", "0"))
    found = _found(tuple(sorted((k, v) for k, v in parameters.items() if k not in _PAGING)), day, archive)
    offset = _offset(parameters, day)
    page, rest = found[offset : offset + size], len(found) - offset - size
    body: dict[str, Any] = {}
    if parameters.get("countTotal") == "true" and "pageToken" not in parameters:
        body["totalCount"] = len(found)
    body["studies"] = [_shown(each, day, parameters.get("fields")) for each in page]
    if rest > 0:
        body["nextPageToken"] = _token(parameters, day, offset + size)
    return Answer(msgspec.json.encode(body))


def _single(identifier: str, parameters: Mapping[str, str], day: date, archive: Archive) -> Answer:
    _refuse_unknown(parameters, {"format", "fields", "markupFormat"})
    nct_id = _normalised(identifier)
    if version := archive.version_shown(nct_id, day):
        return Answer(bytes(_shown(version, day, parameters.get("fields"))))
    current = archive.current_id_of.get(nct_id)
    if current and archive.version_shown(current, day):
        query = f"?{urlencode(parameters)}" if parameters else ""
        return Answer(b"", 301, "text/html", {"Location": f"/api/v2/studies/{current}{query}"})
    return plain_error(f"NCT number {nct_id} not found", 404)


def _internal(
    identifier: str, rest: Sequence[str], parameters: Mapping[str, str], day: date, archive: Archive
) -> Answer:
    _refuse_unknown(parameters, {"history"})
    nct_id = _normalised(identifier)
    versions = archive.versions_submitted(nct_id, day)
    shown = archive.version_shown(nct_id, day)
    if shown is None:
        return plain_error(f"NCT number {nct_id} not found", 404)
    match rest:
        case []:
            record: dict[str, Any] = {"study": msgspec.Raw(_shown(shown, day, None)), "topics": []}
            if parameters.get("history") == "true":
                record["history"] = {"changes": _changes(versions)}
            return Answer(msgspec.json.encode(record))
        case ["history"]:
            return json_answer({"changes": _changes(versions)})
        case ["history", number] if number.isdigit() and int(number) < len(versions):
            return json_answer({"studyVersion": int(number), "study": versions[int(number)].study})
    return not_found_page()


def _changes(versions: Sequence[StudyVersion]) -> list[dict[str, Any]]:
    changes = []
    before: dict[str, Any] = {}
    for number, version in enumerate(versions):
        sections = (version.study["protocolSection"], version.study.get("resultsSection", {}))
        modules = {name: content for section in sections for name, content in section.items()}
        changed = [label for name, label in _MODULE_LABELS.items() if modules.get(name) != before.get(name)]
        change = {
            "version": number,
            "date": (version.submitted or version.shown_from).isoformat(),
            "status": version.status["overallStatus"],
            "moduleLabels": changed,
        }
        if study_type := modules.get("designModule", {}).get("studyType"):
            change["studyType"] = study_type
        changes.append(change)
        before = modules
    return changes


@lru_cache(maxsize=256)
def _found(parameters: tuple[tuple[str, str], ...], day: date, archive: Archive) -> list[StudyVersion]:
    asked = dict(parameters)
    found = list(archive.versions_shown(day))
    for name, area in _QUERY_AREAS.items():
        if asked.get(name, "").strip():
            found = _matching(found, area, asked[name])
    if not any(_ONLY_NCT.fullmatch(asked.get(name, "").strip()) for name in _QUERY_AREAS):
        for kind in ("filter", "postFilter"):
            found = _filtered(
                found, {name: asked[f"{kind}.{name}"] for name in _FILTERS if asked.get(f"{kind}.{name}")}
            )
    return _sorted(found, asked.get("sort", ""))


def _filtered(found: list[StudyVersion], filters: Mapping[str, str]) -> list[StudyVersion]:
    if statuses := _listed(filters.get("overallStatus", "")):
        found = [each for each in found if each.status["overallStatus"] in statuses]
    if ids := {_normalised(each) for each in _listed(filters.get("ids", ""))}:
        found = [each for each in found if each.nct_id in ids]
    if advanced := filters.get("advanced"):
        found = _matching(found, "term", advanced)
    return found


def _matching(found: Sequence[StudyVersion], area: str, search: str) -> list[StudyVersion]:
    expression = parse_search(search)
    return [each for each in found if matches(expression, partial(_in_area, each, area))]


def _in_area(version: StudyVersion, area: str, atom: Term | Range) -> bool:
    if isinstance(atom, Range):
        return _in_range(version, atom)
    searched = _SEARCH_AREAS.get(atom.field or "", atom.field)
    if searched is None or searched in _QUERY_AREAS.values():
        return atom.stands_in(version.texts[searched or area])
    if atom.field not in _WORD_FIELDS:
        raise _Refused(f"Unknown area in AREA[{atom.field}]")
    value: Any = version.study["protocolSection"]
    for name in _WORD_FIELDS[atom.field]:
        value = value.get(name, {})
    return atom.text.upper() in ([value] if isinstance(value, str) else list(value))


def _in_range(version: StudyVersion, wanted: Range) -> bool:
    if wanted.field not in _DATE_FIELDS:
        raise _Refused(f"Area {wanted.field} is not a date: RANGE cannot be used")
    try:
        low = date.min if wanted.low == "MIN" else first_day(wanted.low)
        high = date.max if wanted.high == "MAX" else first_day(wanted.high)
    except ValueError as error:
        raise _Refused(f"Invalid date in RANGE of {wanted.field}: {error}") from error
    posted = version.posted(_DATE_FIELDS[wanted.field])
    return posted is not None and low <= posted <= high


def _sorted(found: list[StudyVersion], sort: str) -> list[StudyVersion]:
    for part in reversed(_listed(sort)):
        name, _, direction = part.partition(":")
        if name == "@relevance":
            continue
        if name not in _DATE_FIELDS:
            raise _Refused(f"Cannot sort by {name}")
        found = sorted(
            found,
            key=lambda each, field=_DATE_FIELDS[name]: each.posted(field) or date.min,  # type: ignore[misc]
            reverse=direction != "asc",
        )
    return found


def _shown(version: StudyVersion, day: date, fields: str | None) -> msgspec.Raw:
    derived = {"miscInfoModule": {"versionHolder": day.isoformat()}}
    if fields is None:
        return msgspec.Raw(version.encoded[:-1] + b',"derivedSection":' + msgspec.json.encode(derived) + b"}")
    study = version.study | {"derivedSection": derived}
    kept: dict[str, Any] = {}
    for name in _listed(fields):
        path = ("hasResults",) if name == "HasResults" else _field_path(name)
        value: Any = study
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        if value is not None:
            target = kept
            for step in path[:-1]:
                target = target.setdefault(step, {})
            target[path[-1]] = value
    return msgspec.Raw(msgspec.json.encode(kept))


def _field_path(name: str) -> tuple[str, ...]:
    if name in _WORD_FIELDS:
        return ("protocolSection", *_WORD_FIELDS[name])
    if name in _DATE_FIELDS:
        field = _DATE_FIELDS[name]
        return ("protocolSection", "statusModule", field, *(("date",) if field.endswith("Struct") else ()))
    if name.split(".", maxsplit=1)[0] in (
        "protocolSection",
        "resultsSection",
        "annotationSection",
        "derivedSection",
        "hasResults",
    ):
        return tuple(name.split("."))
    if name in _MODULE_LABELS or name[:1].lower() + name[1:] in _MODULE_LABELS:
        module = name[:1].lower() + name[1:]
        section = "resultsSection" if list(_MODULE_LABELS).index(module) > 8 else "protocolSection"
        return (section, module)
    raise _Refused(f"Unknown field name: {name}")


def _refuse_unknown(parameters: Mapping[str, str], known: set[str]) -> None:
    for name, value in parameters.items():
        if name not in known:
            raise _Refused(f"Unknown parameter name: {name}")
        if name == "format" and value != "json":
            raise _Refused(f"Format {value} is not spoken here: ask for json")


def _page_size(text: str) -> int:
    if not text.isdigit():
        raise _Refused(f"Invalid pageSize: {text}")
    return min(int(text) or DEFAULT_PAGE_SIZE, MAXIMUM_PAGE_SIZE)


def _normalised(identifier: str) -> str:
    found = _NCT.fullmatch(identifier)
    if found is None:
        raise _Refused(f"Incorrect format of NCT number: {identifier}")
    return f"NCT{int(found[1]):08d}"


def _listed(text: str) -> list[str]:
    return [each for each in re.split(r"[|,\s]+", text) if each]


def _token(parameters: Mapping[str, str], day: date, offset: int) -> str:
    told = json.dumps([offset, _fingerprint(parameters, day)]).encode()
    return base64.urlsafe_b64encode(told).decode().rstrip("=")


def _offset(parameters: Mapping[str, str], day: date) -> int:
    token = parameters.get("pageToken")
    if token is None:
        return 0
    try:
        offset, fingerprint = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except ValueError as error:
        raise _Refused("Incorrect page token") from error
    if fingerprint != _fingerprint(parameters, day):
        raise _Refused("Incorrect page token: parameters differ from those of the first page")
    return int(offset)


def _fingerprint(parameters: Mapping[str, str], day: date) -> str:
    told = sorted((name, value) for name, value in parameters.items() if name not in _PAGING)
    return hashlib.sha256(json.dumps([told, day.isoformat()]).encode()).hexdigest()[:16]
