"""Knows how facts of a ClinicalTrials.gov record are written in the registry's API v2.

Input is the flat shape of the dated facts files (``nct_id``, ``overall_status``, ``arm_groups`` …),
in the words of the retired classic registry; output is a v2 study object. Only structured facts and
titles pass: there is no way through here for a summary, a description or eligibility text.
"""

import re
from collections.abc import Mapping
from typing import Any

from models.dates import check_partial, from_english

Study = dict[str, Any]
Facts = Mapping[str, Any]

_EUDRACT = re.compile(r"(?<!\d)\d{4}-\d{6}-\d{2}(?!\d)")
_NIH_GRANT = re.compile(r"[A-Z]+\d[A-Z0-9]?(?:NS|TR)\d{6}(?:-\d+)?")
_STATUS_WORDS = {"Unknown status": "UNKNOWN", "Active, not recruiting": "ACTIVE_NOT_RECRUITING"}
_MODEL_WORDS = {"Single Group Assignment": "SINGLE_GROUP"}
_REFERENCE_WORDS = {"reference": "BACKGROUND", "results_reference": "RESULT"}


def study_from_facts(facts: Facts) -> Study:
    """Write one dated record as a v2 study object; what the facts do not say is absent.

    Raises
    ------
    KeyError
        If the facts name no ``nct_id`` or no ``overall_status``.
    ValueError
        If a date has no known form; the message names the record.
    """
    try:
        protocol = _without_blanks(
            {
                "identificationModule": _identification(facts),
                "statusModule": _status(facts),
                "sponsorCollaboratorsModule": _sponsors(facts),
                "conditionsModule": {"conditions": facts.get("conditions"), "keywords": facts.get("keywords")},
                "designModule": _design(facts),
                "armsInterventionsModule": _arms(facts),
                "outcomesModule": _outcomes(facts),
                "contactsLocationsModule": {"locations": [{"country": c} for c in facts.get("location_countries", ())]},
                "referencesModule": {
                    "references": [
                        {"pmid": each["pmid"], "type": _REFERENCE_WORDS.get(each["type"], _word(each["type"]))}
                        for each in facts.get("references", ())
                    ]
                },
            }
        )
    except ValueError as error:
        raise ValueError(f"{facts['nct_id']} of {facts.get('record_version')}: {error}") from error
    study: Study = {"protocolSection": protocol}
    pending = [each["submitted"] for each in facts.get("pending_results", ())]
    if pending:
        events = [{"type": "RELEASE", "date": _date(day)} for day in pending]
        study["annotationSection"] = {"annotationModule": {"unpostedAnnotation": {"unpostedEvents": events}}}
    study["hasResults"] = bool(facts.get("has_results"))
    return study


def _identification(facts: Facts) -> dict[str, Any]:
    return {
        "nctId": facts["nct_id"],
        "nctIdAliases": facts.get("nct_aliases"),
        "orgStudyIdInfo": {"id": facts.get("org_study_id")},
        "secondaryIdInfos": [{"id": text, "type": _kind_of_id(text)} for text in facts.get("secondary_ids", ())],
        "briefTitle": facts.get("brief_title"),
        "officialTitle": facts.get("official_title"),
        "acronym": facts.get("acronym"),
    }


def _status(facts: Facts) -> dict[str, Any]:
    expanded = facts.get("has_expanded_access")
    return {
        "statusVerifiedDate": _date(facts.get("verification_date")),
        "overallStatus": _word(facts["overall_status"]),
        "lastKnownStatus": _word(facts.get("last_known_status")),
        "expandedAccessInfo": None if expanded is None else {"hasExpandedAccess": expanded == "Yes"},
        "startDateStruct": _dated(facts.get("start_date")),
        "primaryCompletionDateStruct": _dated(facts.get("primary_completion_date")),
        "completionDateStruct": _dated(facts.get("completion_date")),
        "studyFirstSubmitDate": _date(facts.get("study_first_submitted")),
        "studyFirstPostDateStruct": _dated(facts.get("study_first_posted")),
        "resultsFirstSubmitDate": _date(facts.get("results_first_submitted")),
        "resultsFirstPostDateStruct": _dated(facts.get("results_first_posted")),
        "dispFirstSubmitDate": _date(facts.get("disposition_first_submitted")),
        "dispFirstPostDateStruct": _dated(facts.get("disposition_first_posted")),
        "lastUpdateSubmitDate": _date(facts.get("last_update_submitted")),
        "lastUpdatePostDateStruct": _dated(facts.get("last_update_posted")),
    }


def _sponsors(facts: Facts) -> dict[str, Any]:
    return {
        "leadSponsor": _agency(facts.get("lead_sponsor") or {}),
        "collaborators": [_agency(each) for each in facts.get("collaborators", ())],
    }


def _design(facts: Facts) -> dict[str, Any]:
    design = facts.get("design_info") or {}
    model = design.get("intervention_model")
    allocation = design.get("allocation")
    if allocation is None and model == "Single Group Assignment":
        allocation = "N/A"  # older dumps leave it out where newer ones print N/A: format, not a change
    masking = design.get("masking")
    enrolment = facts.get("enrollment") or {}
    phase = facts.get("phase")
    return {
        "studyType": _word(facts.get("study_type")),
        "phases": [_word(each.replace("Phase ", "Phase")) for each in phase.split("/")]
        if phase and phase != "N/A"
        else (["NA"] if phase else None),
        "designInfo": {
            "allocation": _word(allocation),
            "interventionModel": _MODEL_WORDS.get(model or "", _word(model and model.removesuffix(" Assignment"))),
            "observationalModel": _word(design.get("observational_model")),
            "timePerspective": _word(design.get("time_perspective")),
            "primaryPurpose": _word(design.get("primary_purpose")),
            "maskingInfo": {
                "masking": _word(masking and masking.split(" (")[0]),
                "whoMasked": [_word(each) for each in design.get("who_masked", ())],
            },
        },
        "enrollmentInfo": {"count": enrolment.get("count"), "type": _date_type(enrolment.get("type"))},
    }


def _arms(facts: Facts) -> dict[str, Any]:
    arms, interventions = facts.get("arm_groups", ()), facts.get("interventions", ())
    flat = facts.get("flat_intervention_arm_labels") or ()
    labels = [each.get("arm_labels") for each in interventions]
    if not any(labels) and len(flat) == len(interventions):
        labels = [[label] for label in flat]  # as many labels as interventions: one each, in order
    paired = [
        {
            "type": _word(each.get("type")),
            "name": each["name"],
            "armGroupLabels": label,
            "otherNames": each.get("other_names"),
        }
        for each, label in zip(interventions, labels, strict=True)
    ]
    return {
        "armGroups": [
            {
                "label": arm["label"],
                "type": _word(arm.get("type")),
                "interventionNames": intervention_names(arm["label"], interventions, labels),
            }
            for arm in arms
        ],
        "interventions": paired,
    }


def intervention_names(label: str, interventions: Any, labels: list[list[str] | None]) -> list[str]:
    """Names as an arm lists them, the registry's type word first (``Drug: Riluzole``)."""
    return [
        f"{each['type']}: {each['name']}" if each.get("type") else each["name"]
        for each, given in zip(interventions, labels, strict=True)
        if label in (given or ())
    ]


def _outcomes(facts: Facts) -> dict[str, Any]:
    return {
        f"{role}Outcomes": [
            {"measure": each["measure"], "timeFrame": each.get("time_frame")}
            for each in facts.get(f"{role}_outcomes", ())
        ]
        for role in ("primary", "secondary")
    }


def _agency(facts: Facts) -> dict[str, Any]:
    return {"name": facts.get("name"), "class": _word(facts.get("class"))}


def _kind_of_id(text: str) -> str | None:
    if _EUDRACT.search(text):
        return "EUDRACT_NUMBER"
    return "NIH" if _NIH_GRANT.fullmatch(text) else None


def _word(text: str | None) -> str | None:
    """``Active Comparator`` as the enum word ACTIVE_COMPARATOR; None stays None."""
    if text is None:
        return None
    if text == "N/A":
        return "NA"
    return _STATUS_WORDS.get(text) or re.sub(r"[ -]+", "_", text.strip()).upper()


def _date(text: str | None) -> str | None:
    if text is None:
        return None
    return check_partial(text) if text[0].isdigit() else from_english(text)


def _date_type(text: str | None) -> str | None:
    return {"Anticipated": "ESTIMATED", "Estimate": "ESTIMATED"}.get(text or "", _word(text))


def _dated(facts: Facts | str | None) -> dict[str, str | None]:
    if isinstance(facts, str):
        return {"date": _date(facts)}
    facts = facts or {}
    return {"date": _date(facts.get("date")), "type": _date_type(facts.get("type")) if facts.get("date") else None}


def _without_blanks(value: Any) -> Any:
    """The registry leaves an absent field out; it never sends null, an empty list or an empty object."""
    if isinstance(value, dict):
        kept = {key: _without_blanks(each) for key, each in value.items()}
        return {key: each for key, each in kept.items() if each not in (None, "", [], {})}
    if isinstance(value, list | tuple):
        return [_without_blanks(each) for each in value]
    return value
