"""Knows how posted results of the classic ClinicalTrials.gov file look in API v2, numbers and titles only.

Descriptions, populations, event lists and contacts stay behind: group totals, counts, means, spreads,
titles, units and time frames are facts; the sentences around them are the sponsor's.
"""

from pathlib import Path
from typing import Any

from lxml import etree

Section = dict[str, Any]

_TYPES = {
    "Primary": "PRIMARY",
    "Secondary": "SECONDARY",
    "Other Pre-specified": "OTHER_PRE_SPECIFIED",
    "Post-Hoc": "POST_HOC",
}
_MODULE_OF = {"P": "FG", "B": "BG", "O": "OG", "E": "EG"}


def results_from_classic(path: Path, words: dict[str, str]) -> Section:
    """Read the results of one classic file as a v2 ``resultsSection``.

    Parameters
    ----------
    path : the classic XML file
    words : what is said in our own words where the sponsor wrote sentences: ``recruitmentDetails``,
        ``startedComment`` (on the first group's STARTED count), ``adverseEventTimeFrame``

    Raises
    ------
    ValueError
        If the file has no results; the message names it.
    """
    results = etree.parse(str(path)).getroot().find("clinical_results")
    if results is None:
        raise ValueError(f"{path}: no clinical_results in this file")
    return {
        "participantFlowModule": _flow(results.find("participant_flow"), words),
        "baselineCharacteristicsModule": _baseline(results.find("baseline")),
        "outcomeMeasuresModule": {"outcomeMeasures": [_outcome(each) for each in results.iter("outcome")]},
        "adverseEventsModule": _adverse_events(results.find("reported_events"), words),
    }


def _flow(flow: Any, words: dict[str, str]) -> Section:
    periods = []
    for period in flow.iter("period"):
        milestones = []
        for milestone in period.iter("milestone"):
            title = milestone.findtext("title")
            counts: list[dict[str, str]] = [
                {"groupId": _group(each.get("group_id")), "numSubjects": each.get("count")}
                for each in milestone.iter("participants")
            ]
            if title == "STARTED" and "startedComment" in words:
                counts[0]["comment"] = words["startedComment"]
            milestones.append({"type": title, "achievements": counts})
        periods.append({"title": period.findtext("title"), "milestones": milestones})
    return {"recruitmentDetails": words["recruitmentDetails"], "groups": _groups(flow), "periods": periods}


def _baseline(baseline: Any) -> Section:
    measures = []
    for measure in baseline.iter("measure"):
        dispersion = measure.findtext("dispersion")
        measures.append(
            {
                "title": measure.findtext("title"),
                "paramType": _enum(measure.findtext("param")),
                **({"dispersionType": _enum(dispersion)} if dispersion else {}),
                "unitOfMeasure": measure.findtext("units"),
                "classes": _classes(measure),
            }
        )
    return {"groups": _groups(baseline), "denoms": _denominators(baseline), "measures": measures}


def _outcome(outcome: Any) -> Section:
    measure = outcome.find("measure")
    return {
        "type": _TYPES[outcome.findtext("type")],
        "title": outcome.findtext("title"),
        "reportingStatus": "POSTED",
        "paramType": _enum(measure.findtext("param")),
        "dispersionType": measure.findtext("dispersion"),
        "unitOfMeasure": measure.findtext("units"),
        "timeFrame": outcome.findtext("time_frame"),
        "groups": _groups(outcome),
        "denoms": _denominators(measure),
        "classes": _classes(measure),
    }


def _adverse_events(events: Any, words: dict[str, str]) -> Section:
    groups = _groups(events)
    for kind, name in (("serious_events", "serious"), ("other_events", "other")):
        total = events.find(kind).xpath(".//event[starts-with(sub_title, 'Total,')]/counts")
        for group, counts in zip(groups, total, strict=True):
            group[f"{name}NumAffected"] = int(counts.get("subjects_affected"))
            group[f"{name}NumAtRisk"] = int(counts.get("subjects_at_risk"))
    return {
        "frequencyThreshold": events.findtext(".//frequency_threshold"),
        "timeFrame": words["adverseEventTimeFrame"],
        "eventGroups": groups,
    }


def _groups(parent: Any) -> list[dict[str, Any]]:
    return [
        {"id": _group(each.get("group_id")), "title": each.findtext("title")}
        for each in parent.find("group_list").iter("group")
    ]


def _group(classic: str) -> str:
    """``P1`` is FG000: classic ids count from one, v2 ids from zero."""
    return f"{_MODULE_OF[classic[0]]}{int(classic[1:]) - 1:03d}"


def _denominators(parent: Any) -> list[dict[str, Any]]:
    return [
        {
            "units": each.findtext("units"),
            "counts": [{"groupId": _group(c.get("group_id")), "value": c.get("value")} for c in each.iter("count")],
        }
        for each in parent.find("analyzed_list").iter("analyzed")
    ]


def _classes(measure: Any) -> list[dict[str, Any]]:
    return [
        _titled(
            each,
            {
                "categories": [
                    _titled(category, {"measurements": [_measurement(m) for m in category.iter("measurement")]})
                    for category in each.iter("category")
                ]
            },
        )
        for each in measure.iter("class")
    ]


def _titled(element: Any, content: dict[str, Any]) -> dict[str, Any]:
    title = element.findtext("title")
    return ({"title": title} if title else {}) | content


def _measurement(element: Any) -> dict[str, str]:
    names = {"value": "value", "spread": "spread", "lower_limit": "lowerLimit", "upper_limit": "upperLimit"}
    return {"groupId": _group(element.get("group_id"))} | {
        new: element.get(old) for old, new in names.items() if element.get(old) is not None
    }


def _enum(text: str) -> str:
    return text.upper().replace(" ", "_").replace("-", "_")
