"""Knows how to date what a registry showed, from records seen on a few days.

A record seen on one day was live from its own last-update-posted date. What came before it is rebuilt
from the record's own dates, says so, and leaves out what is not known. The registry itself changes a
status to Unknown without moving any update date; that is a version of its own, marked ``registry_made``.
"""

import copy
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from models.dates import add_months, first_day, last_day
from replay.registry_form import Study, study_from_facts

Version = dict[str, Any]

_UNVERIFIED_MONTHS = 24
"""ClinicalTrials.gov shows Unknown once the completion date has passed and the status is unverified for two years."""
_RESULT_DATES = ("resultsFirstSubmitDate", "resultsFirstPostDateStruct")


def dated_versions(records: Sequence[Mapping[str, Any]]) -> list[Version]:
    """Everything the registry is known to have shown of one trial, oldest first.

    Parameters
    ----------
    records : the trial's dated facts, oldest first. Records with the same last-update-posted date are one
        version, told by the first of them: what differs between them is the format of the dump.

    Returns
    -------
    list of version
        ``shown_from``, ``basis`` (seen or reconstructed), ``why``, ``submitted``, ``study``; and
        ``registry_made`` where the registry changed the record by itself.
    """
    seen = _seen(records)
    versions = [*_before(seen[0])]
    for version in seen:
        versions += [*_results_before(version, versions), version]
    versions += _registry_made(records, seen)
    return sorted(versions, key=_order)


def status_module(study: Study) -> dict[str, Any]:
    module: dict[str, Any] = study["protocolSection"]["statusModule"]
    return module


def day_of(study: Study, field: str) -> date | None:
    """First day that a date of the status module can mean, None when it is absent."""
    value = status_module(study).get(field)
    text = value.get("date") if isinstance(value, dict) else value
    return first_day(text) if text else None


def _order(version: Version) -> tuple[str, bool]:
    return version["shown_from"], bool(version.get("registry_made"))


def _seen(records: Sequence[Mapping[str, Any]]) -> list[Version]:
    versions: list[Version] = []
    for record in records:
        study = study_from_facts(record)
        posted = day_of(study, "lastUpdatePostDateStruct")
        if posted is None:
            raise ValueError(f"{record['nct_id']} of {record.get('record_version')}: last_update_posted is missing")
        if versions and versions[-1]["shown_from"] == posted.isoformat():
            versions[-1]["why"] += f", and again on {record['record_version']}"
            continue
        study.pop("annotationSection", None)
        _restore_known_status(study)
        if versions:
            _carry_arm_labels(versions[-1]["study"], study)
        versions.append(
            {
                "shown_from": posted.isoformat(),
                "basis": "seen",
                "why": f"live from its last update posted date; seen on {record['record_version']}"
                f" in {record['source']['dump']}",
                **({"evidence": record["source"]["evidence"]} if "evidence" in record["source"] else {}),
                "submitted": status_module(study).get("lastUpdateSubmitDate"),
                "study": study,
            }
        )
    return versions


def _restore_known_status(study: Study) -> None:
    """The sponsor's status is what the update itself said; Unknown came later, from the registry."""
    status = status_module(study)
    if status["overallStatus"] == "UNKNOWN" and "lastKnownStatus" in status:
        status["overallStatus"] = status.pop("lastKnownStatus")


def _carry_arm_labels(before: Study, after: Study) -> None:
    """One export lost which arm an intervention belongs to; same name, same arms, then the pairing stands."""
    old, new = (each["protocolSection"].get("armsInterventionsModule", {}) for each in (before, after))
    labels = [[arm["label"] for arm in module.get("armGroups", ())] for module in (old, new)]
    pairing = {each["name"]: each.get("armGroupLabels") for each in old.get("interventions", ())}
    interventions = new.get("interventions", ())
    if labels[0] != labels[1] or any("armGroupLabels" in each for each in interventions):
        return
    for each in interventions:
        if known := pairing.get(each["name"]):
            each["armGroupLabels"] = known
            for arm in new["armGroups"]:
                if arm["label"] in known:
                    arm.setdefault("interventionNames", []).append(_prefixed(each))


def _prefixed(intervention: Mapping[str, Any]) -> str:
    return f"{intervention['type'].replace('_', ' ').capitalize()}: {intervention['name']}"


def _before(first: Version) -> Iterable[Version]:
    """What was shown between the first posting and the earliest record seen."""
    study = first["study"]
    posted, live = day_of(study, "studyFirstPostDateStruct"), date.fromisoformat(first["shown_from"])
    if posted is None or posted >= live:
        return
    status = status_module(study)
    start, completion = day_of(study, "startDateStruct"), status.get("completionDateStruct", {})
    if completion.get("type") == "ACTUAL" and last_day(completion["date"]) <= posted:
        yield _earlier(
            first, posted, status["overallStatus"], "registered after its end: design and status as first seen"
        )
        return
    opened = _status_while_open(study)
    if status["overallStatus"] == "NOT_YET_RECRUITING":
        yield _earlier(first, posted, "NOT_YET_RECRUITING", "not yet open when first seen, so not before")
        return
    if start is None or start <= posted:
        yield _earlier(
            first, posted, opened, "open from the first posting on, since its start date does not lie after it"
        )
        return
    yield _earlier(first, posted, "NOT_YET_RECRUITING", "its start date lies after the first posting")
    began = last_day(status["startDateStruct"]["date"])
    if began < live and status["overallStatus"] != "WITHDRAWN":
        yield _earlier(first, began, opened, "open from the last day that its start date can mean")


def _status_while_open(study: Study) -> str:
    if study["protocolSection"].get("designModule", {}).get("studyType") == "EXPANDED_ACCESS":
        return "AVAILABLE"
    return (
        "ENROLLING_BY_INVITATION"
        if status_module(study)["overallStatus"] == "ENROLLING_BY_INVITATION"
        else "RECRUITING"
    )


def _earlier(first: Version, shown: date, status_word: str, why: str) -> Version:
    """A version before the first one seen: same titles and design, only those dates that were known by then."""
    study = copy.deepcopy(first["study"])
    protocol, status = study["protocolSection"], status_module(study)
    protocol.pop("referencesModule", None)
    study.pop("resultsSection", None)
    study["hasResults"] = False
    for field in (
        *_RESULT_DATES,
        "dispFirstSubmitDate",
        "dispFirstPostDateStruct",
        "statusVerifiedDate",
        "lastKnownStatus",
    ):
        status.pop(field, None)
    if (start := status.get("startDateStruct")) and first_day(start["date"]) > shown:
        del status["startDateStruct"]
    for field in ("primaryCompletionDateStruct", "completionDateStruct"):
        end = status.get(field)
        if end and end.get("type") != "ESTIMATED" and last_day(end["date"]) > shown:
            del status[field]
    enrolment = protocol.get("designModule", {}).get("enrollmentInfo", {})
    if enrolment and enrolment.get("type") != "ESTIMATED" and status_word != "COMPLETED":
        del protocol["designModule"]["enrollmentInfo"]
    status["overallStatus"] = status_word
    is_first = shown == day_of(study, "studyFirstPostDateStruct")
    submitted = status.get("studyFirstSubmitDate") if is_first else None
    status.pop("lastUpdateSubmitDate", None)
    if submitted:
        status["lastUpdateSubmitDate"] = submitted
    status["lastUpdatePostDateStruct"] = (
        dict(status["studyFirstPostDateStruct"]) if is_first else {"date": shown.isoformat(), "type": "ESTIMATED"}
    )
    return {
        "shown_from": shown.isoformat(),
        "basis": "reconstructed",
        "why": why,
        "submitted": submitted,
        "study": study,
    }


def _results_before(version: Version, earlier: Sequence[Version]) -> Iterable[Version]:
    """Results were posted before the record that we saw them in."""
    study = version["study"]
    posted = day_of(study, "resultsFirstPostDateStruct")
    if (
        posted is None
        or posted.isoformat() >= version["shown_from"]
        or any(each["study"]["hasResults"] for each in earlier)
    ):
        return
    results = copy.deepcopy(version)
    status = status_module(results["study"])
    for field in ("lastUpdateSubmitDate", "statusVerifiedDate"):
        status.pop(field, None)
    status["lastUpdatePostDateStruct"] = dict(status["resultsFirstPostDateStruct"])
    results["study"]["protocolSection"].pop("referencesModule", None)
    yield results | {
        "shown_from": posted.isoformat(),
        "basis": "reconstructed",
        "why": "results first posted that day by the record's own account; the rest as in the next version seen",
        "submitted": None,
    }


def _registry_made(records: Sequence[Mapping[str, Any]], seen: Sequence[Version]) -> list[Version]:
    """Unknown status and results in quality control: shown by the registry while no update date moves."""
    by_day = {version["shown_from"]: version for version in seen}
    made: dict[tuple[str, str], Version] = {}
    previous_dump: date | None = None
    for record in records:
        study, dump_day = study_from_facts(record), date.fromisoformat(record["record_version"])
        posted = day_of(study, "lastUpdatePostDateStruct")
        assert posted is not None
        base = by_day[posted.isoformat()]
        status = status_module(study)
        if status["overallStatus"] == "UNKNOWN":
            shown = unknown_from(study)
            if not (previous_dump if previous_dump and previous_dump > posted else posted) <= shown <= dump_day:
                raise ValueError(f"{record['nct_id']}: Unknown by {dump_day}, but two-year rule gives {shown}")
            version = _changed_by_registry(
                base, shown, "two years unverified and past its completion date; seen as Unknown by the next dump"
            )
            changed = status_module(version["study"])
            changed["lastKnownStatus"], changed["overallStatus"] = changed["overallStatus"], "UNKNOWN"
            made.setdefault((posted.isoformat(), "UNKNOWN"), version)
        else:
            previous_dump = dump_day
        if annotation := study.get("annotationSection"):
            events = annotation["annotationModule"]["unpostedAnnotation"]["unpostedEvents"]
            version = _changed_by_registry(
                base,
                first_day(events[0]["date"]),
                "results submitted and in quality control, by the record's own account",
            )
            version["study"]["annotationSection"] = annotation
            made.setdefault((posted.isoformat(), "RELEASE"), version)
    return list(made.values())


def unknown_from(study: Study) -> date:
    """Day on which the registry sets Unknown: past completion, and two years after the last verification."""
    status = status_module(study)
    completion = status.get("completionDateStruct") or status["primaryCompletionDateStruct"]
    unverified = add_months(last_day(status["statusVerifiedDate"]), _UNVERIFIED_MONTHS)
    return max(last_day(completion["date"]), unverified)


def _changed_by_registry(base: Version, shown: date, why: str) -> Version:
    return {
        "shown_from": shown.isoformat(),
        "basis": "reconstructed",
        "why": why,
        "submitted": None,
        "registry_made": True,
        "study": copy.deepcopy(base["study"]),
    }
