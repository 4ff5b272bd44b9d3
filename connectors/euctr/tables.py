"""Tables of results of a trial in the EU Clinical Trials Register, from the XML that the register hands out.

``result`` holds ``subjectDisposition`` (arms by period), ``endPoints`` and ``adverseEvents``, each of whose groups
has an id of its own: an end point names the arm it measures, an adverse-event group only has a title. The structure
is that read by two public programs, the importer of drugis.org's ADDIS and the uploader of Cambridge's trials unit;
no file of the register's has been seen, so a word that is not in a table below goes to a person. The XML does not say
when it was published, which the results page does: these tables are dated by the trial's end or analysis.
"""

import io
import re
import zipfile
from collections.abc import Iterator

from lxml import etree

from connectors.euctr.analyses import drop_outs, posted_analyses
from connectors.euctr.elements import all_of, count_of, path_of, text_of
from connectors.euctr.record import ID, SLUG
from connectors.markup import UnreadableMarkup, read_xml
from connectors.reading import FieldReader
from models.dates import PartialDate
from models.report import Report
from models.results import (
    AdverseEvents,
    AdverseGroup,
    FlowCount,
    Measurement,
    MeasureTable,
    ParticipantFlow,
    PostedResults,
    ResultGroup,
)
from models.vocabulary import OutcomeRole

LARGEST_FILE = 50_000_000
"""Bytes of an unpacked file above which it is no trial's results."""

_DAYS = ("globalEndOfTrialDate", "primaryCompletionDate", "analysisStageDate")
_ROLES = {
    "ENDPOINT_TYPE.primary": OutcomeRole.PRIMARY,
    "ENDPOINT_TYPE.secondary": OutcomeRole.SECONDARY,
    "ENDPOINT_TYPE.other": OutcomeRole.OTHER,
    "ENDPOINT_TYPE.postHoc": OutcomeRole.POST_HOC,
}
_PARAMETERS = {
    "MEASURE_TYPE.arithmetic": "MEAN",
    "MEASURE_TYPE.leastSquares": "LEAST_SQUARES_MEAN",
    "MEASURE_TYPE.geometric": "GEOMETRIC_MEAN",
    "MEASURE_TYPE.log": "LOG_MEAN",
    "MEASURE_TYPE.median": "MEDIAN",
    "MEASURE_TYPE.number": "NUMBER",
}
_INTERVAL = "ENDPOINT_DISPERSION.confidenceInterval"
_DISPERSIONS = {
    "ENDPOINT_DISPERSION.standardDeviation": "Standard Deviation",
    "ENDPOINT_DISPERSION.standardError": "Standard Error",
    _INTERVAL: "Confidence Interval",
    "ENDPOINT_DISPERSION.interQuartileRange": "Inter-Quartile Range",
    "ENDPOINT_DISPERSION.fullRange": "Full Range",
    "ENDPOINT_DISPERSION.geometricCoefficientVariation": "Geometric Coefficient of Variation",
    "ENDPOINT_DISPERSION.na": "",
}


def result_element(body: bytes) -> etree._Element | None:
    """The root of a file of results, unpacked if need be; None if the bytes are something else."""
    for text in _files(body):
        try:
            root = read_xml(text)
        except UnreadableMarkup:
            continue
        if etree.QName(root).localname == "result" and root.get("eudractNumber"):
            return root
    return None


def _files(body: bytes) -> Iterator[bytes]:
    if not body.startswith(b"PK"):
        yield body
        return
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            for entry in packed.infolist():
                if entry.filename.lower().endswith(".xml") and entry.file_size <= LARGEST_FILE:
                    yield packed.read(entry)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return


def tables_report(root: etree._Element, reader: FieldReader) -> Report | None:
    """Tables of results as a report on the trial; None if they say neither of which trial nor of when they are."""
    number = root.get("eudractNumber", "")
    if not re.fullmatch(ID, number):
        reader.note("result/@eudractNumber", number, "no EudraCT number", "look at the file in the archive")
        return None
    day = next((day for name in _DAYS if (day := _day(root, f"trialInformation/{name}", reader))), None)
    if day is None:
        reader.note("result/trialInformation", "", f"none of {', '.join(_DAYS)}", "look at the file in the archive")
        return None
    declared = text_of(root, "trialInformation/usctnIdentifier")
    return Report(
        source=SLUG,
        report_id=f"{number}/tables",
        title=text_of(root, "trialInformation/fullTitle") or f"Tables of results of EudraCT {number}",
        registry_date=day,
        journal="EU Clinical Trials Register",
        publication_types=("Registry Results Tables",),
        registry_ids=(number, *([declared] if declared else [])),
        results=_results(root, reader),
    )


def _results(root: etree._Element, reader: FieldReader) -> PostedResults:
    arms = _titles(root, "subjectDisposition/postAssignmentPeriods/postAssignmentPeriod/arms/arm")
    arms |= _titles(root, "subjectAnalysisSets/subjectAnalysisSet")
    measured = [(item, _end_point(item, arms, reader)) for item in all_of(root, "endPoints/endPoint")]
    return PostedResults(
        flow=_flow(root, arms, reader),
        outcomes=tuple(table for _, table in measured),
        analyses=tuple(found for item, table in measured for found in posted_analyses(item, table, arms, reader)),
        adverse_events=_adverse_events(root, reader),
    )


def _flow(root: etree._Element, arms: dict[str, str], reader: FieldReader) -> ParticipantFlow:
    counts = []
    for period in all_of(root, "subjectDisposition/postAssignmentPeriods/postAssignmentPeriod"):
        name = text_of(period, "title") or ""
        for arm in all_of(period, "arms/arm"):
            for milestone, path in (("STARTED", "startedMilestoneAchievement"), ("COMPLETED", "completedMilestoneAchievement")):  # fmt: skip
                n = count_of(arm, f"{path}/subjects", reader)
                counts.append(FlowCount(period=name, milestone=milestone, group_id=arm.get("id", ""), count=n))
    groups = tuple(ResultGroup(id=key, title=title) for key, title in arms.items())
    return ParticipantFlow(
        groups=groups,
        counts=tuple(counts),
        drop_outs=tuple(drop_outs(root, reader)),
        recruitment_text=text_of(root, "subjectDisposition/recruitmentDetails"),
        pre_assignment_text=text_of(root, "subjectDisposition/screeningDetails"),
    )


def _end_point(element: etree._Element, arms: dict[str, str], reader: FieldReader) -> MeasureTable:
    path = path_of(element)
    measured = [
        *all_of(element, "armReportingGroups/armReportingGroup"),
        *all_of(element, "subjectAnalysisSetReportingGroups/subjectAnalysisSetReportingGroup"),
    ]
    names = {item.get("id", ""): text_of(item, "name") for item in all_of(element, "categories/category")}
    is_counted = text_of(element, "countable") == "true"
    parameter = reader.word(f"{path}/centralTendencyType", text_of(element, "centralTendencyType/value"), _PARAMETERS)
    dispersion = text_of(element, "dispersionType/value")
    spread = reader.word(f"{path}/dispersionType", dispersion, _DISPERSIONS)
    if dispersion == _INTERVAL:
        spread = f"{text_of(element, 'percentage') or 'unknown'}% {spread}"
    groups = {_measures(item): arms.get(_measures(item), _measures(item)) for item in measured}
    return MeasureTable(
        title=text_of(element, "title") or "",
        role=reader.word(f"{path}/type", text_of(element, "type/value"), _ROLES),
        time_frame=text_of(element, "timeFrame"),
        population_text=text_of(element, "populationDescription"),
        param_text="COUNT_OF_PARTICIPANTS" if is_counted else parameter,
        dispersion_text=spread or None,
        unit_text=text_of(element, "unit"),
        groups=tuple(ResultGroup(id=key, title=title) for key, title in groups.items()),
        denominators={_measures(item): n for item in measured if (n := count_of(item, "subjects", reader)) is not None},
        measurements=tuple(cell for item in measured for cell in _cells(item, names, dispersion)),
        path=path,
    )


def _cells(group: etree._Element, names: dict[str, str | None], dispersion: str | None) -> Iterator[Measurement]:
    own = _measures(group)
    for value in all_of(group, "countableValues/countableValue"):
        yield Measurement(
            group_id=own, value_text=text_of(value, "value"), category_title=names.get(value.get("categoryId", ""))
        )
    spreads = {item.get("categoryId"): item for item in all_of(group, "dispersionValues/dispersionValue")}
    for value in all_of(group, "tendencyValues/tendencyValue"):
        spread = spreads.get(value.get("categoryId"))
        low = text_of(spread, "value") if spread is not None else None
        high = text_of(spread, "highRangeValue") if spread is not None else None
        is_range = high is not None or dispersion == _INTERVAL
        yield Measurement(
            group_id=own,
            value_text=text_of(value, "value"),
            spread_text=None if is_range else low,
            lower_text=low if is_range else None,
            upper_text=high,
            category_title=names.get(value.get("categoryId", "")),
        )


def _measures(group: etree._Element) -> str:
    """Id of the arm or of the analysis set that a group of an end point is of: ids of groups are the table's own."""
    return str(group.get("armId") or group.get("subjectAnalysisSetId") or group.get("id", ""))


def _adverse_events(root: etree._Element, reader: FieldReader) -> AdverseEvents:
    return AdverseEvents(
        time_frame=text_of(root, "adverseEvents/timeFrame"),
        frequency_threshold_text=text_of(root, "adverseEvents/nonSeriousEventFrequencyThreshold"),
        groups=tuple(
            _adverse_group(item, reader) for item in all_of(root, "adverseEvents/reportingGroups/reportingGroup")
        ),
    )


def _adverse_group(element: etree._Element, reader: FieldReader) -> AdverseGroup:
    exposed = count_of(element, "subjectsExposed", reader)
    return AdverseGroup(
        id=element.get("id", ""),
        title=text_of(element, "title") or "",
        description_text=text_of(element, "description"),
        serious_affected=count_of(element, "subjectsAffectedBySeriousAdverseEvents", reader),
        serious_at_risk=exposed,
        other_affected=count_of(element, "subjectsAffectedByNonSeriousAdverseEvents", reader),
        other_at_risk=exposed,
        deaths_affected=count_of(element, "deathsAllCauses", reader),
        deaths_at_risk=exposed,
        path=path_of(element),
    )


def _titles(root: etree._Element, path: str) -> dict[str, str]:
    """Titles by id; an arm that goes on through several periods has an id in each."""
    return {item.get("id", ""): text_of(item, "title") or "" for item in all_of(root, path)}


def _day(root: etree._Element, path: str, reader: FieldReader) -> PartialDate | None:
    """A day, without the time zone that XML may write behind it."""
    text = text_of(root, path)
    return reader.date(path, text[:10]) if text else None
