"""ClinicalTrials.gov, API v2 and record history: addresses, paging, watermark and field map.

API version 2.0.x (specification 2.0.0-draft), no key. No limit is published; robots.txt asks crawlers for
a pause of one second and fewer than 50 requests a minute are known to be served. Terms: a work of the
United States government, free to use with attribution and date; the registry does not endorse the use.

Quirks that shaped this module:
a page may be empty and still name a next one; page tokens expire with the listing, which is therefore
fetched from its first page after any failure; a page size above 1,000 is cut silently; a query of nothing
but ids makes the registry ignore filters; an obsolete id answers 301 to the current one; errors are
plain text or HTML, sometimes with status 200; the data are replaced once a day, in the middle of a
listing if need be, which only ``/version`` tells; the history is undocumented, 0-based, and lists
submission dates, which precede the dates of posting by up to half a year (NCT01492686: 188 days).
"""

import codecs
import re
from collections.abc import Generator, Iterable, Iterator
from datetime import date

import msgspec

from connectors import ctgov_words as words
from connectors.ctgov_results import plain, posted_results, submitted_results
from connectors.ctgov_shape import Answer, ProtocolSection, StatusModule, Study
from connectors.reading import FieldReader, beginning, tidy, unusable
from connectors.search_words import any_of
from models.connector import Client, Connector, SourceFailure
from models.dates import PartialDate
from models.protocol import Pico
from models.trial import (
    Arm,
    Intervention,
    Page,
    Parsed,
    PlannedOutcome,
    Reference,
    Rejected,
    SecondaryId,
    SourceQuery,
    TrialRecord,
)
from models.vocabulary import OutcomeRole, VersionOrigin

SLUG = "ctgov"
PAGE_SIZE = 100
MOST_PASSES = 3
"""Times a listing is fetched before giving up, when the registry's data change under it."""

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_LOOK = "look at the record in the registry and in the archive"
_ONLY_IDS = re.compile(r"[\s,]*(?:NCT\d+[\s,]*)+", re.IGNORECASE)


def fetch(query: SourceQuery, since: date | None, http: Client) -> Iterator[Page]:
    """Ask for a topic's records, single records, or histories; a page that cannot be used still comes out.

    `since` narrows a topic to records posted from that day on. Histories are fetched whole: their change
    lists tell when versions were submitted, not when they were posted.

    Raises
    ------
    SourceFailure
        If a page cannot be used, a page token repeats, the data kept changing under the listing, or
        a history is missing; the latter after all the others were fetched.
    """
    for record_id in query.record_ids:
        if not re.fullmatch(words.ID_PATTERN, record_id):
            raise SourceFailure(f"{SLUG}: {record_id!r} is no id of this registry: give NCT and eight digits")
    if query.topic:
        yield from _search(query.topic, since, http)
    for registry_id in query.record_ids:
        yield from _record(f"/api/v2/studies/{registry_id}", {"format": "json"}, "record", http)
    without = []
    for registry_id in query.registry_ids:
        is_ours = re.fullmatch(words.ID_PATTERN, registry_id)  # Of other registries' entries there is no history here.
        if is_ours and not (yield from _history(registry_id, http)):
            without.append(registry_id)
    if without:
        raise SourceFailure(f"{SLUG}: /api/int/studies: no history, or not all of it, of {', '.join(without)}")


def _search(topic: str, since: date | None, http: Client) -> Iterator[Page]:
    """A whole listing, taken while the registry's data stood still.

    Pages of a pass that was overtaken are answers too and are handed on, but belong to no listing.
    """
    if _ONLY_IDS.fullmatch(topic):
        raise SourceFailure(f"{SLUG}: topic {topic!r} holds only ids, which makes the registry ignore filters")
    page = _version(http)
    yield page
    before = _data_timestamp(page)
    for _ in range(MOST_PASSES):
        pages: list[Page] = []
        try:
            for page in _listing(topic, since, http):
                pages.append(page)
            pages.append(_version(http))
            after = _data_timestamp(pages[-1])
        except SourceFailure:
            yield from pages
            raise
        totals = {page.total for page in pages if page.listing}
        if after == before and len(totals) == 1:
            yield from pages
            return
        yield from (msgspec.structs.replace(page, listing=None, total=None) for page in pages)
        before = after
    raise SourceFailure(f"{pages[0].url}: the registry's data changed during each of {MOST_PASSES} listings")


def _listing(topic: str, since: date | None, http: Client) -> Iterator[Page]:
    params = {"query.cond": topic, "countTotal": "true", "pageSize": str(PAGE_SIZE), "format": "json"}
    if since:
        params["filter.advanced"] = f"AREA[LastUpdatePostDate]RANGE[{since.isoformat()},MAX]"
    seen: set[str] = set()
    total: int | None = None
    while True:
        page = http.get("/api/v2/studies", params, kind="search")
        found = _understood(page)
        if isinstance(found, Answer) and found.total_count is not None:
            total = found.total_count
        yield msgspec.structs.replace(page, listing="search", total=total)
        answer = _insist(page, found)
        if answer.studies is None or total is None:
            missing = "list of studies" if answer.studies is None else "totalCount, though asked for it"
            raise SourceFailure(f"{page.url}: an answer without {missing}: {beginning(page.body)!r}")
        token = answer.next_page_token
        if not token:
            return
        if token in seen:
            raise SourceFailure(f"{page.url}: page token {token!r} came twice: the listing has no end")
        seen.add(token)
        params = params | {"pageToken": token}


def _history(registry_id: str, http: Client) -> Generator[Page, None, bool]:
    """The change list of a record and the body of every version; tells whether all of it was there."""
    path = f"/api/int/studies/{registry_id}"
    listed = yield from _record(path, {"history": "true"}, "history", http)
    if listed is None or listed.history is None:
        return False
    complete = True
    for change in listed.history.changes:
        body = yield from _record(f"{path}/history/{change.version}", {}, "history_version", http)
        complete = complete and body is not None
    return complete


def _record(path: str, params: dict[str, str], kind: str, http: Client) -> Generator[Page, None, Answer | None]:
    """One answer about one record; None when the registry does not have it."""
    page = http.get(path, params, kind=kind)
    yield page
    return None if page.status == 404 else _insist(page, _understood(page))


def _version(http: Client) -> Page:
    return http.get("/api/v2/version", {}, kind="version")


def _data_timestamp(page: Page) -> str:
    timestamp = _insist(page, _understood(page)).data_timestamp
    if not timestamp:
        raise SourceFailure(f"{page.url}: no dataTimestamp, without which a listing cannot be trusted")
    return timestamp


def _insist(page: Page, found: Answer | str) -> Answer:
    if isinstance(found, str):
        raise SourceFailure(f"{page.url}: {found}")
    return found


def _understood(page: Page) -> Answer | str:
    """What a page holds, or why that cannot be told."""
    if problem := unusable(page, "json"):
        return problem
    body = page.body.removeprefix(codecs.BOM_UTF8)
    try:
        if body.lstrip()[:1] == b"[":
            return Answer(studies=msgspec.json.decode(body, type=list[msgspec.Raw]))
        return msgspec.json.decode(body, type=Answer)
    except _UNREADABLE as error:
        return f"unreadable JSON: {error}; it begins with {beginning(body)!r}"


def parse(page: Page) -> Iterator[Parsed]:
    """Read every study of a page: a listing, a single record, a historic version, or a file of any of them.

    Version and change lists hold no record. A page that is no answer gives one Rejected.
    """
    found = _understood(page)
    origin = VersionOrigin.EXPORT if page.kind == "file" else VersionOrigin.CURRENT
    if isinstance(found, str):
        yield _rejected_page(page, found)
    elif found.studies is not None:
        if found.studies and not any(b'"protocolSection"' in bytes(raw) for raw in found.studies):
            yield _rejected_page(page, "a list that holds no study")
            return
        for number, raw in enumerate(found.studies):
            yield from _study(bytes(raw), f"$.studies[{number}]", origin, page)
    elif found.study_version is not None:
        yield from _study(bytes(found.study), "$.study", VersionOrigin.HISTORY, page)
    elif bytes(found.protocol_section):
        yield from _study(page.body.removeprefix(codecs.BOM_UTF8), "$", origin, page)
    elif page.kind == "file" or (found.history is None and found.changes is None and found.data_timestamp is None):
        yield _rejected_page(page, "JSON that holds no study in the form of API v2")


def _rejected_page(page: Page, problem: str) -> Rejected:
    name = re.search(words.ID_PATTERN, page.url)
    reason, action = problem, "look at the page in the archive and fetch it again"
    if page.kind == "file":
        action = f"load {CONNECTOR.loads}"
    if page.status == 404 and name:
        reason = f"the registry has no record of this id, or no longer: {problem}"
        action = "look in the registry whether it was withdrawn or merged"
    return Rejected(
        source=SLUG,
        record_ref=name[0] if name else page.url,
        reason=reason,
        path=page.url,
        value=beginning(page.body),
        action=action,
    )


def _study(raw: bytes, where: str, origin: VersionOrigin, page: Page) -> Iterator[TrialRecord | Rejected]:
    named = re.search(rb'"nctId"\s*:\s*"(NCT\d{8})"', raw)
    reader = FieldReader(SLUG, named[1].decode() if named else f"{page.url} {where}")
    try:
        study = msgspec.json.decode(raw, type=Study)
    except _UNREADABLE as error:
        reader.note(where, beginning(raw), f"unreadable record: {error}", _LOOK)
    else:
        if record := _record_of(study, origin, reader):
            yield record
    yield from reader.notes


def _record_of(study: Study, origin: VersionOrigin, reader: FieldReader) -> TrialRecord | None:
    protocol, status = study.protocol_section, study.protocol_section.status_module
    names, design = protocol.identification_module, protocol.design_module
    in_status, in_design = "protocolSection.statusModule", "protocolSection.designModule"
    if not re.fullmatch(words.ID_PATTERN, names.nct_id):
        reader.note("protocolSection.identificationModule.nctId", names.nct_id, "no id of this registry", _LOOK)
        return None
    dates = _dates(status, reader)
    registry_date = (
        dates["last_update_posted_date"] or dates["last_update_submitted_date"] or dates["first_posted_date"]
    )
    if registry_date is None:
        reader.note(
            f"{in_status}.lastUpdatePostDateStruct.date", "", "the record does not say when it was posted", _LOOK
        )
        return None
    return TrialRecord(
        source=SLUG,
        registry=words.REGISTRY,
        registry_id=names.nct_id,
        registry_date=registry_date,
        origin=origin,
        aliases=names.nct_id_aliases,
        secondary_ids=_secondary_ids(protocol),
        brief_title=tidy(names.brief_title),
        official_title=tidy(names.official_title),
        acronym=tidy(names.acronym),
        status=reader.word(f"{in_status}.overallStatus", status.overall_status, words.STATUS),
        status_text=tidy(status.overall_status),
        last_known_status_text=reader.known(
            f"{in_status}.lastKnownStatus", status.last_known_status, words.LAST_KNOWN_STATUS
        ),
        why_stopped_text=plain(status.why_stopped),
        study_type=reader.word(f"{in_design}.studyType", design.study_type, words.STUDY_TYPE),
        phase_text="/".join(
            reader.known(f"{in_design}.phases[{number}]", phase, words.PHASE) or phase
            for number, phase in enumerate(design.phases)
        )
        or None,
        allocation=reader.word(f"{in_design}.designInfo.allocation", design.design_info.allocation, words.ALLOCATION),
        intervention_model_text=reader.known(
            f"{in_design}.designInfo.interventionModel", design.design_info.intervention_model, words.MODEL
        ),
        masking_text=reader.known(
            f"{in_design}.designInfo.maskingInfo.masking", design.design_info.masking_info.masking, words.MASKING
        ),
        primary_purpose_text=reader.known(
            f"{in_design}.designInfo.primaryPurpose", design.design_info.primary_purpose, words.PURPOSE
        ),
        enrolment_count=reader.count(f"{in_design}.enrollmentInfo.count", design.enrollment_info.count),
        enrolment_type=reader.word(f"{in_design}.enrollmentInfo.type", design.enrollment_info.type, words.COUNT_TYPE),
        conditions=_texts(protocol.conditions_module.conditions),
        keywords=_texts(protocol.conditions_module.keywords),
        arms=tuple(_arms(protocol, reader)),
        interventions=tuple(_interventions(protocol, reader)),
        outcomes=tuple(_outcomes(protocol)),
        sponsor=tidy(protocol.sponsor_collaborators_module.lead_sponsor.name),
        sponsor_class_text=reader.known(
            "protocolSection.sponsorCollaboratorsModule.leadSponsor.class",
            protocol.sponsor_collaborators_module.lead_sponsor.class_,
            words.SPONSOR_CLASS,
        ),
        collaborators=_texts(party.name for party in protocol.sponsor_collaborators_module.collaborators),
        countries=tuple(sorted(set(_texts(place.country for place in protocol.contacts_locations_module.locations)))),
        summary_text=plain(protocol.description_module.brief_summary),
        eligibility_text=plain(protocol.eligibility_module.eligibility_criteria),
        primary_completion_type=reader.word(
            f"{in_status}.primaryCompletionDateStruct.type",
            status.primary_completion_date_struct.type,
            words.COUNT_TYPE,
        ),
        completion_type=reader.word(
            f"{in_status}.completionDateStruct.type", status.completion_date_struct.type, words.COUNT_TYPE
        ),
        has_results=study.results_section is not None if study.has_results is None else study.has_results,
        references=tuple(_references(protocol, reader)),
        results=posted_results(study.results_section, reader) if study.results_section else None,
        **(dates | submitted_results(study.annotation_section, dates, reader)),
    )


def _dates(status: StatusModule, reader: FieldReader) -> dict[str, PartialDate | None]:
    """The record's dates, by our names for them."""
    read = {
        "start_date": ("startDateStruct.date", status.start_date_struct.date),
        "primary_completion_date": ("primaryCompletionDateStruct.date", status.primary_completion_date_struct.date),
        "completion_date": ("completionDateStruct.date", status.completion_date_struct.date),
        "first_posted_date": ("studyFirstPostDateStruct.date", status.study_first_post_date_struct.date),
        "last_update_submitted_date": ("lastUpdateSubmitDate", status.last_update_submit_date),
        "last_update_posted_date": ("lastUpdatePostDateStruct.date", status.last_update_post_date_struct.date),
        "results_submitted_date": ("resultsFirstSubmitDate", status.results_first_submit_date),
        "results_posted_date": ("resultsFirstPostDateStruct.date", status.results_first_post_date_struct.date),
        "disposition_posted_date": ("dispFirstPostDateStruct.date", status.disp_first_post_date_struct.date),
        "verified_date": ("statusVerifiedDate", status.status_verified_date),
    }
    return {name: reader.date(f"protocolSection.statusModule.{path}", text) for name, (path, text) in read.items()}


def _texts(texts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(kept for text in texts if (kept := tidy(text)))


def _secondary_ids(protocol: ProtocolSection) -> tuple[SecondaryId, ...]:
    names = protocol.identification_module
    own = (SecondaryId(id=names.org_study_id_info.id, kind=words.OWN_ID),) if names.org_study_id_info.id else ()
    return own + tuple(
        SecondaryId(id=other.id, kind=tidy(other.type), domain_text=tidy(other.domain))
        for other in names.secondary_id_infos
        if other.id
    )


def _arms(protocol: ProtocolSection, reader: FieldReader) -> Iterator[Arm]:
    for number, arm in enumerate(protocol.arms_interventions_module.arm_groups):
        path = f"protocolSection.armsInterventionsModule.armGroups[{number}]"
        yield Arm(
            label=tidy(arm.label) or f"arm {number + 1}",
            type=reader.word(f"{path}.type", arm.type, words.ARM_TYPE),
            description_text=plain(arm.description),
            intervention_names=_texts(name.partition(": ")[2] or name for name in arm.intervention_names),
        )


def _interventions(protocol: ProtocolSection, reader: FieldReader) -> Iterator[Intervention]:
    for number, given in enumerate(protocol.arms_interventions_module.interventions):
        path = f"protocolSection.armsInterventionsModule.interventions[{number}]"
        yield Intervention(
            name=tidy(given.name) or f"intervention {number + 1}",
            type_text=reader.known(f"{path}.type", given.type, words.INTERVENTION_TYPE),
            other_names=_texts(given.other_names),
            arm_labels=_texts(given.arm_group_labels),
            description_text=plain(given.description),
        )


def _outcomes(protocol: ProtocolSection) -> Iterator[PlannedOutcome]:
    module = protocol.outcomes_module
    for role, planned in (
        (OutcomeRole.PRIMARY, module.primary_outcomes),
        (OutcomeRole.SECONDARY, module.secondary_outcomes),
        (OutcomeRole.OTHER, module.other_outcomes),
    ):
        for outcome in planned:
            if measure := tidy(outcome.measure):
                yield PlannedOutcome(role=role, measure=measure, time_frame=tidy(outcome.time_frame))


def _references(protocol: ProtocolSection, reader: FieldReader) -> Iterator[Reference]:
    for number, reference in enumerate(protocol.references_module.references):
        if pmid := tidy(reference.pmid):
            path = f"protocolSection.referencesModule.references[{number}].type"
            yield Reference(pmid=pmid, type=reader.word(path, reference.type, words.REFERENCE_TYPE))


def write_query(pico: Pico) -> str:
    """For the field of conditions, which also looks at titles and keywords; what is given is not searched."""
    return any_of((*pico.population, *pico.abbreviations))


CONNECTOR = Connector(
    slug=SLUG,
    title="ClinicalTrials.gov",
    id_pattern=words.ID_PATTERN,
    parse=parse,
    fetch=fetch,
    write_query=write_query,
    base_url="https://clinicaltrials.gov",
    rate=0.8,
    follows_changes_only=True,
    probe_id="NCT01363401",
    loads="JSON of the API: a study, a page of a listing, a historic version, or a downloaded list of studies",
    terms="United States government work; attribute ClinicalTrials.gov and state the date of the data",
)
