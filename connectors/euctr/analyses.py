"""Statistical analyses and reasons for leaving in the register's XML of results.

An analysis names its arms or analysis sets by id, its test and its estimate by codes such as
``HYPOTHESIS_METHOD.regressionLogistic``: the list of codes is not public, so that a code is kept as its words.
Elements are those that two public programs read or write: ctrdata, and a pharmaceutical company's uploader.
"""

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from connectors.euctr.elements import all_of, count_of, path_of, text_of
from connectors.reading import FieldReader, tidy
from models.results import DropOut, MeasureTable, PostedAnalysis, ResultGroup

_SIDES = {"one sided": "ONE_SIDED", "two sided": "TWO_SIDED"}
"""*Inferred* from the form's words; any other code goes to a person."""
_OTHER = "other"


def posted_analyses(
    end_point: etree._Element, table: MeasureTable, arms: Mapping[str, str], reader: FieldReader
) -> Iterator[PostedAnalysis]:
    """The analyses of an end point, whose table has been read; `arms` has the titles by id."""
    own_ids = _own_ids(end_point)
    for given in all_of(end_point, "statisticalAnalyses/statisticalAnalysis"):
        path = path_of(given)
        compared = [own_ids.get(key, key) for key in _compared(given)]
        yield PostedAnalysis(
            outcome_title=table.title,
            role=table.role,
            time_frame=table.time_frame,
            unit_text=table.unit_text,
            groups=tuple(ResultGroup(id=key, title=arms.get(key, key)) for key in compared),
            group_text=text_of(given, "description"),
            other_text=text_of(given, "title"),
            method_text=_coded(given, "statisticalHypothesisTest/method", "statisticalHypothesisTest/otherMethod"),
            p_text=_p(given),
            estimate_type_text=_coded(given, "parameterEstimate/type", "parameterEstimate/otherType"),
            estimate_text=text_of(given, "parameterEstimate/pointEstimate"),
            ci_pct_text=text_of(given, f"{_INTERVAL}/percentage"),
            ci_sides_text=reader.known(f"{path}/{_INTERVAL}/sides", _coded(given, f"{_INTERVAL}/sides"), _SIDES),
            ci_lower_text=text_of(given, f"{_INTERVAL}/lowerLimit"),
            ci_upper_text=text_of(given, f"{_INTERVAL}/upperLimit"),
            dispersion_type_text=_upper(_coded(given, f"{_VARIABILITY}/type")),
            dispersion_text=text_of(given, f"{_VARIABILITY}/dispersionValue"),
            hypothesis_text=_upper(_coded(given, "type")),
            path=path,
        )


_INTERVAL = "parameterEstimate/confidenceInterval"
_VARIABILITY = "parameterEstimate/variabilityEstimate"


def _own_ids(end_point: etree._Element) -> dict[str, str]:
    """Ids of arms and sets by the id of the group that measures them here: an analysis may name either."""
    measured = [
        *all_of(end_point, "armReportingGroups/armReportingGroup"),
        *all_of(end_point, "subjectAnalysisSetReportingGroups/subjectAnalysisSetReportingGroup"),
    ]
    named = ((item.get("id"), item.get("armId") or item.get("subjectAnalysisSetId")) for item in measured)
    return {own: arm for own, arm in named if own and arm}


def _compared(given: etree._Element) -> list[str]:
    elements = [*all_of(given, "armComparisonGroupId"), *all_of(given, "subjectAnalysisSetComparisonGroupId")]
    return [key for item in elements if (key := tidy(item.text))]


def _p(given: etree._Element) -> str | None:
    """The value with the sign in front that stands in an element of its own; an equals sign goes without saying."""
    value = text_of(given, "statisticalHypothesisTest/value")
    sign = text_of(given, "statisticalHypothesisTest/valueEqualityRelation") or "="
    return value if value is None or sign == "=" else f"{sign}{value}"


def _coded(given: etree._Element, path: str, other: str = "") -> str | None:
    """``HYPOTHESIS_METHOD.regressionLogistic`` is regression logistic; *other* is what the words beside it say."""
    code = text_of(given, f"{path}/value")
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", code.rpartition(".")[2]).lower() if code else None
    return (text_of(given, other) or words) if other and words in {None, _OTHER} else words


def _upper(words: str | None) -> str | None:
    return words.upper().replace(" ", "_") if words else None


def drop_outs(root: etree._Element, reader: FieldReader) -> Iterator[DropOut]:
    """Who left and why, by period and arm; reasons stand once for the trial, and arms name them by id."""
    reasons = {
        item.get("id", ""): _coded(item, "type", "otherReason")
        for item in all_of(root, "subjectDisposition/reasonsNotCompleted/reasonNotCompleted")
    }
    for period in all_of(root, "subjectDisposition/postAssignmentPeriods/postAssignmentPeriod"):
        for arm in all_of(period, "arms/arm"):
            for left in all_of(arm, "notCompletedReasonDetails/reasonDetail"):
                key = left.get("reasonNotCompletedId", "")
                yield DropOut(
                    period=text_of(period, "title") or "",
                    reason_text=reasons.get(key) or key or "reason not stated",
                    group_id=arm.get("id", ""),
                    count=count_of(left, "subjects", reader),
                )
