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

from connectors.design_text import allocation_said, unbroken
from connectors.markup import texts
from connectors.reading import FieldReader, tidy
from connectors.who_words import ABSENT, ids_in
from models.dates import PartialDate, check_partial, first_day
from models.trial import Intervention, PlannedOutcome, Reference, SecondaryId, TrialRecord
from models.vocabulary import CountType, OutcomeRole, ReferenceType, Status, StudyType

SLUG = "isrctn"
REGISTRY = "ISRCTN"
ID_PATTERN = r"ISRCTN\d{8}"

OVERALL_OVERRIDE = {"Stopped": Status.TERMINATED, "Suspended": Status.SUSPENDED}
RECRUITMENT_OVERRIDE = {"Stopped": Status.ENDED_RECRUITING, "Suspended": Status.SUSPENDED}
"""A person stopped recruitment; that the trial was stopped with it is for the overall status to say."""

STUDY_TYPE = {"interventional": StudyType.INTERVENTIONAL, "observational": StudyType.OBSERVATIONAL}
OTHER_STUDY_TYPES = frozenset(["other", "not specified"])
UK = "United Kingdom"
UK_NATIONS = frozenset(["England", "Northern Ireland", "Scotland", "Wales"])

_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T.*)?")
_PUBMED = re.compile(r"(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/([1-9]\d{0,8})\b")
_LOOK = "look at the record in the registry and in the archive"
_IDS = (
    ("clinicalTrialsGovNumber", "ClinicalTrials.gov"),
    ("eudraCTNumber", "EudraCT"),
    ("irasNumber", "IRAS"),
    ("protocolSerialNumber", "protocol serial number"),
)


def trials_in(root: etree._Element) -> list[etree._Element]:
    """The ``<fullTrial>`` elements of a document without namespaces."""
    return [root] if root.tag == "fullTrial" else list(root.iterfind("fullTrial"))


def read_record(full: etree._Element, observed_on: date, where: str) -> Iterator[TrialRecord | Rejected]:
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
    elif record := _record(full, registry_id, observed_on, reader):
        yield record
    yield from reader.notes


def _record(full: etree._Element, registry_id: str, observed_on: date, reader: FieldReader) -> TrialRecord | None:
    trial = full.find("trial")
    assert trial is not None
    registry_date = reader.date("trial/@lastUpdated", trial.get("lastUpdated"), _day)
    if registry_date is None or (first_day(registry_date) - observed_on).days > 1:
        reader.note("trial/@lastUpdated", registry_date or "", "no day on which the registry showed this", _LOOK)
        return None
    assigned = trial.find("isrctn")
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
        secondary_ids=tuple(_secondary_ids(trial, registry_id)),
        brief_title=_text(trial, "trialDescription/title"),
        official_title=_text(trial, "trialDescription/scientificTitle"),
        acronym=_text(trial, "trialDescription/acronym"),
        status=_status(trial, observed_on, reader),
        status_text=override,
        why_stopped_text=_text(trial, "trialDesign/reasonAbandoned"),
        study_type=_study_type(trial, reader),
        phase_text=_text(trial, "interventions/intervention/phase"),
        allocation=_allocation(trial),
        intervention_model_text=_text(design, "assignment"),
        masking_text=_text(design, "masking"),
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
        start_date=_date(trial, "participants/recruitmentStart", reader),
        completion_date=_date(trial, "trialDesign/overallEndDate", reader),
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


def _status(trial: etree._Element, observed_on: date, reader: FieldReader) -> Status | None:
    for path, words in (
        ("trialDesign/overallStatusOverride", OVERALL_OVERRIDE),
        ("participants/recruitmentStatusOverride", RECRUITMENT_OVERRIDE),
    ):
        if word := _text(trial, path):
            return reader.word(path, word, words)
    start, end, overall_end = (
        first_day(text) if (text := _date(trial, path, _Unheard())) else None
        for path in ("participants/recruitmentStart", "participants/recruitmentEnd", "trialDesign/overallEndDate")
    )
    if overall_end and observed_on > overall_end:
        return Status.COMPLETED
    if end and observed_on > end:
        return Status.ENDED_RECRUITING
    if start is None:
        return None
    return Status.NOT_YET_RECRUITING if observed_on < start else Status.RECRUITING
