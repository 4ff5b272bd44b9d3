"""What an ISRCTN record says, element by element (schema of 2026, and the one before it).

Sponsors stand beside the trial and are named by reference. Both shapes of the outcomes occur, as text and as
measures; of the design too. ``totalFinalEnrolment`` is 0 until the end, which is not a withdrawn trial. "Nil
known" means that nothing is known. The nations of the United Kingdom stand beside it in the list of countries.

The registry computes its status, so that a status is that of the day of observation: overridden by a person
(``Stopped``, ``Suspended``), else from the dates of recruitment, and completed only once the whole trial's end
date has passed, never because recruitment is over.
"""

import re
from collections.abc import Iterator
from datetime import date

from lxml import etree

from connectors.design_text import allocation_said, people_masked, unbroken
from connectors.markup import texts
from connectors.reading import FieldReader, doi_in, tidy
from models.dates import PartialDate, check_partial, first_day
from models.registers import ABSENT, BY_NAME, EUDRACT, ids_in
from models.registers import CTGOV as CLINICALTRIALS
from models.registers import ISRCTN as REGISTRY
from models.trial import Intervention, PlannedOutcome, Reference, Rejected, SecondaryId, TrialRecord
from models.vocabulary import Allocation, CountType, OutcomeRole, ReferenceType, Status, StudyType, VersionOrigin

SLUG = "isrctn"
ID_PATTERN = BY_NAME[REGISTRY].pattern

OVERALL_OVERRIDE = {"Stopped": Status.TERMINATED, "Suspended": Status.SUSPENDED}
RECRUITMENT_OVERRIDE = {"Stopped": Status.ENDED_RECRUITING, "Suspended": Status.SUSPENDED}
"""A person stopped recruitment; that the trial was stopped with it is for the overall status to say."""

STUDY_TYPE = {"interventional": StudyType.INTERVENTIONAL, "observational": StudyType.OBSERVATIONAL}
OTHER_STUDY_TYPES = frozenset(["other", "not specified"])
_NOTHING = frozenset(["nil known", "not provided at time of registration"])
UK = "United Kingdom"
UK_NATIONS = frozenset(["England", "Northern Ireland", "Scotland", "Wales"])

_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?")
_PUBMED = re.compile(r"(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/([1-9]\d{0,8})\b")
_LOOK = "look at the record in the registry and in the archive"
_IDS = (
    ("clinicalTrialsGovNumber", CLINICALTRIALS),
    ("eudraCTNumber", EUDRACT),
    ("irasNumber", "IRAS"),
    ("protocolSerialNumber", "protocol serial number"),
)


def trials_in(root: etree._Element) -> list[etree._Element]:
    """The ``<fullTrial>`` elements of a document without namespaces."""
    return [root] if root.tag == "fullTrial" else list(root.iterfind("fullTrial"))


def read_record(
    full: etree._Element, observed_on: date, where: str, origin: VersionOrigin = VersionOrigin.CURRENT
) -> Iterator[TrialRecord | Rejected]:
    """The record of a ``<fullTrial>`` as the registry showed it on a day, and what could not be read of it.

    Parameters
    ----------
    observed_on : day from which the status is computed, as the registry does
    where : names the record as long as its id is not known
    """
    digits = tidy(full.findtext("trial/isrctn")) or ""
    registry_id = f"ISRCTN{digits}"
    is_known = re.fullmatch(ID_PATTERN, registry_id) is not None
    reader = FieldReader(SLUG, registry_id if is_known else where)
    if not is_known:
        reader.note("trial/isrctn", digits, "no id of this registry", _LOOK)
    elif record := _record(full, registry_id, observed_on, origin, reader):
        yield record
    yield from reader.notes


def _record(
    full: etree._Element, registry_id: str, observed_on: date, origin: VersionOrigin, reader: FieldReader
) -> TrialRecord | None:
    trial = full.find("trial")
    assert trial is not None
    registry_date = reader.date("trial/@lastUpdated", trial.get("lastUpdated"), _day)
    if registry_date is None or (first_day(registry_date) - observed_on).days > 1:
        reader.note("trial/@lastUpdated", registry_date or "", "no day on which the registry showed this", _LOOK)
        return None
    assigned = trial.find("isrctn")
    start, end, overall_end = (
        _date(trial, path, reader)
        for path in ("participants/recruitmentStart", "participants/recruitmentEnd", "trialDesign/overallEndDate")
    )
    count, count_type = _enrolment(trial, reader)
    design = trial.find("trialDesign/interventionalTrialDesign")
    override = _text(trial, "trialDesign/overallStatusOverride") or _text(
        trial, "participants/recruitmentStatusOverride"
    )
    organisations = _sponsors(full, trial)
    return TrialRecord(
        source=SLUG,
        registry=REGISTRY,
        registry_id=registry_id,
        registry_date=registry_date,
        origin=origin,
        secondary_ids=tuple(_secondary_ids(trial, registry_id)),
        brief_title=_text(trial, "trialDescription/title"),
        official_title=_text(trial, "trialDescription/scientificTitle"),
        acronym=_text(trial, "trialDescription/acronym"),
        status=_status(trial, (start, end, overall_end), observed_on, reader),
        status_text=override,
        why_stopped_text=_text(trial, "trialDesign/reasonAbandoned"),
        study_type=_study_type(trial, reader),
        phase_text=_text(trial, "interventions/intervention/phase"),
        allocation=_allocation(trial),
        intervention_model_text=_text(design, "assignment"),
        masking_text=_text(design, "masking"),
        who_masked=people_masked(f"Masking: {_text(design, 'masking') or ''}"),
        primary_purpose_text="; ".join(texts(trial, "trialDesign/interventionalTrialDesign/purposes//*"))
        or _text(design, "purposes")
        or "; ".join(texts(trial, "trialDesign/trialTypes/trialType"))
        or None,
        enrolment_count=count,
        enrolment_type=count_type,
        conditions=texts(trial, "conditions/condition/description"),
        interventions=tuple(_interventions(trial)),
        outcomes=tuple(_outcomes(trial)),
        sponsor=organisations[0] if organisations else None,
        collaborators=organisations[1:],
        countries=_countries(trial),
        summary_text=_text(trial, "trialDescription/plainEnglishSummary"),
        eligibility_text="\n".join(
            filter(None, (_text(trial, "participants/inclusion"), _text(trial, "participants/exclusion")))
        )
        or None,
        minimum_age_text=_text(trial, "participants/lowerAgeLimit"),
        maximum_age_text=_text(trial, "participants/upperAgeLimit"),
        age_groups=texts(trial, "participants/ageRange"),
        start_date=start,
        completion_date=overall_end,
        first_posted_date=None
        if assigned is None
        else reader.date("trial/isrctn/@dateAssigned", assigned.get("dateAssigned"), _day),
        has_results=_has_results(trial),
        references=tuple(_references(trial)),
    )


def _day(text: str) -> PartialDate:
    """The day of a moment printed with up to nine fractional digits, in UTC."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError("it does not begin with a day such as 2026-10-09")
    return check_partial(match[1])


def _date(trial: etree._Element, path: str, reader: FieldReader) -> PartialDate | None:
    return reader.date(path, tidy(trial.findtext(path)), _day)


def _text(element: etree._Element | None, path: str) -> str | None:
    """Text at a path, absent where the registry says that nothing is known."""
    text = None if element is None else unbroken(element.findtext(path))
    return None if text is None or text.lower() in _NOTHING else text


def _status(
    trial: etree._Element,
    dates: tuple[PartialDate | None, PartialDate | None, PartialDate | None],
    observed_on: date,
    reader: FieldReader,
) -> Status | None:
    for path, words in (
        ("trialDesign/overallStatusOverride", OVERALL_OVERRIDE),
        ("participants/recruitmentStatusOverride", RECRUITMENT_OVERRIDE),
    ):
        if word := _text(trial, path):
            return reader.word(path, word, words)
    start, end, overall_end = (first_day(day) if day else None for day in dates)
    if overall_end and observed_on > overall_end:
        return Status.COMPLETED
    if end and observed_on > end:
        return Status.ENDED_RECRUITING
    if start is None:
        return None
    return Status.NOT_YET_RECRUITING if observed_on < start else Status.RECRUITING


def _study_type(trial: etree._Element, reader: FieldReader) -> StudyType | None:
    path = "trialDesign/primaryStudyDesign"
    word = (_text(trial, path) or "").lower()
    return None if word in OTHER_STUDY_TYPES else reader.word(path, word, STUDY_TYPE)


def _allocation(trial: etree._Element) -> Allocation | None:
    """What the field, or else one of the two texts about the design, says; the first that says anything."""
    for path in ("interventionalTrialDesign/allocation", "secondaryStudyDesign", "studyDesign"):
        if said := allocation_said(_text(trial, f"trialDesign/{path}")):
            return said
    return None


def _enrolment(trial: etree._Element, reader: FieldReader) -> tuple[int | None, CountType | None]:
    path = "participants/totalFinalEnrolment"
    if final := reader.count(path, _text(trial, path)):
        return final, CountType.ACTUAL
    path = "participants/targetEnrolment"
    target = reader.count(path, _text(trial, path))
    return target, None if target is None else CountType.ESTIMATED


def _secondary_ids(trial: etree._Element, registry_id: str) -> Iterator[SecondaryId]:
    """Every id that the record declares, once; its own and placeholders left out."""
    found: list[tuple[str | None, str | None]] = [(kind, trial.findtext(f"externalRefs/{name}")) for name, kind in _IDS]
    found += [
        (tidy(number.get("numberType")), number.get("canonicalSecondaryNumber") or number.text)
        for number in trial.iterfind("externalRefs/secondaryNumbers/secondaryNumber")
    ]
    seen = {registry_id}
    for kind, text in found:
        if (printed := unbroken(text)) is None or printed.lower() in ABSENT:
            continue
        for item in ids_in(printed) or [printed]:
            if item not in seen:
                seen.add(item)
                yield SecondaryId(id=item, kind=kind, domain_text=None if item == printed else printed)


def _interventions(trial: etree._Element) -> Iterator[Intervention]:
    """Named by the products where the record names them, otherwise by the description."""
    for given in trial.iterfind("interventions/intervention"):
        names, description = _text(given, "drugNames"), _text(given, "description")
        if name := names or description:
            yield Intervention(
                name=name.replace("\n", " "),
                type_text=_text(given, "interventionType"),
                description_text=description if names else None,
            )


def _outcomes(trial: etree._Element) -> Iterator[PlannedOutcome]:
    """Measures of the newer shape, or the text of the older one where there are none."""
    for role, name in ((OutcomeRole.PRIMARY, "primaryOutcome"), (OutcomeRole.SECONDARY, "secondaryOutcome")):
        found = [
            PlannedOutcome(
                role=role,
                measure=", measured by ".join(filter(None, (variable, _text(measure, "method")))),
                time_frame=_text(measure, "timepoints"),
            )
            for measure in trial.iterfind(f"trialDescription/{name}s/outcomeMeasure")
            if (variable := _text(measure, "variable"))
        ]
        if found:
            yield from found
        elif text := _text(trial, f"trialDescription/{name}"):
            yield PlannedOutcome(role=role, measure=text)


def _sponsors(full: etree._Element, trial: etree._Element) -> tuple[str, ...]:
    names = {given.get("id"): tidy(given.findtext("organisation")) for given in full.iterfind("sponsor")}
    referred = texts(trial, "parties/sponsorId") or tuple(key for key in names if key)
    return tuple(dict.fromkeys(name for key in referred if (name := names.get(key))))


def _countries(trial: etree._Element) -> tuple[str, ...]:
    found = texts(trial, "participants/recruitmentCountries/country")
    return tuple(sorted({UK if country in UK_NATIONS else country for country in found}))


def _has_results(trial: etree._Element) -> bool:
    """Whether results stand in the registry itself: a paper elsewhere is a reference."""
    kinds = {output.get("outputType", "").lower() for output in trial.iterfind("outputs/output")}
    return "basicresults" in kinds or bool(_text(trial, "results/basicReport"))


def _references(trial: etree._Element) -> Iterator[Reference]:
    """Papers with an address in PubMed or a DOI; results where the record calls them so."""
    found: dict[str, Reference] = {}
    said: list[tuple[str, str, str | None]] = [
        (line, line, None) for line in (trial.findtext("results/publicationDetails") or "").splitlines()
    ]
    for output in trial.iterfind("outputs/output"):
        link = output.find("externalLink")
        address = " ".join(filter(None, (link.text, *map(str, link.values())))) if link is not None else ""
        about = f"{output.get('outputType', '')} {output.findtext('description') or ''}"
        said.append((about, address, (output.get("dateCreated") or "")[:10] or None))
    for about, address, day in said:
        is_result = "result" in about.lower()
        kind = ReferenceType.RESULT if is_result else ReferenceType.BACKGROUND
        named = [Reference(pmid=pmid, type=kind) for pmid in _PUBMED.findall(address)]
        if not named and (doi := doi_in(address)):
            named = [Reference(doi=doi, type=kind, declared_date=day)]
        for reference in named:
            if is_result or reference.name not in found:
                found[reference.name] = reference
    yield from found.values()
