"""Posted results in the classic XML: what differs from API v2 and where numbers would be counted twice.

The tables of adverse events hold a pseudo category ``Total`` whose pseudo event is the group's total;
the other rows are parts of it, and one participant may stand in many. Participants of a milestone may
carry a comment as text. Group ids (P1, B1, O1, E1) are local to their table.
"""

from collections.abc import Iterator

from lxml import etree

from connectors.ctgov import words
from connectors.reading import FieldReader, tidy
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

_ROOT = "clinical_results"


def posted_results(results: etree._Element, reader: FieldReader) -> PostedResults:
    """The ``<clinical_results>`` of a study."""
    return PostedResults(
        flow=_flow(results, reader),
        baseline=tuple(_baseline(results, reader)),
        outcomes=tuple(
            table
            for number, outcome in enumerate(results.iterfind("outcome_list/outcome"), start=1)
            for table in _outcome(outcome, f"{_ROOT}/outcome_list/outcome[{number}]", reader)
        ),
        adverse_events=_adverse_events(results, reader),
    )


def _groups(parent: etree._Element) -> tuple[ResultGroup, ...]:
    return tuple(
        ResultGroup(
            id=group_id,
            title=tidy(group.findtext("title")) or group_id,
            description_text=tidy(group.findtext("description")),
        )
        for group in parent.iterfind("group_list/group")
        for group_id in [group.get("group_id") or ""]
    )


def _flow(results: etree._Element, reader: FieldReader) -> ParticipantFlow:
    flow = results.find("participant_flow")
    if flow is None:
        return ParticipantFlow()
    counts = []
    for p, period in enumerate(flow.iterfind("period_list/period"), start=1):
        for m, milestone in enumerate(period.iterfind("milestone_list/milestone"), start=1):
            place = f"{_ROOT}/participant_flow/period_list/period[{p}]/milestone_list/milestone[{m}]"
            counts += [
                FlowCount(
                    period=tidy(period.findtext("title")) or f"period {p}",
                    milestone=tidy(milestone.findtext("title")) or f"milestone {m}",
                    group_id=achieved.get("group_id", ""),
                    count=reader.count(f"{place}/participants_list/participants[{a}]/@count", achieved.get("count")),
                    comment_text=tidy(achieved.text),
                )
                for a, achieved in enumerate(milestone.iterfind("participants_list/participants"), start=1)
            ]
    return ParticipantFlow(
        groups=_groups(flow),
        counts=tuple(counts),
        recruitment_text=tidy(flow.findtext("recruitment_details")),
        pre_assignment_text=tidy(flow.findtext("pre_assignment_details")),
    )


def _baseline(results: etree._Element, reader: FieldReader) -> Iterator[MeasureTable]:
    baseline = results.find("baseline")
    if baseline is None:
        return
    root = f"{_ROOT}/baseline"
    overall = _participants(baseline, root, reader)
    for number, measure in enumerate(baseline.iterfind("measure_list/measure"), start=1):
        path = f"{root}/measure_list/measure[{number}]"
        param, dispersion, unit = _statistics(measure, path, reader)
        yield MeasureTable(
            title=tidy(measure.findtext("title")) or path,
            population_text=tidy(measure.findtext("population")) or tidy(baseline.findtext("population")),
            groups=_groups(baseline),
            denominators=_participants(measure, path, reader) or overall,
            measurements=tuple(cell for part in measure.iterfind("class_list/class") for cell in _cells(part)),
            path=path,
            param_text=param,
            dispersion_text=dispersion,
            unit_text=unit,
        )


def _outcome(outcome: etree._Element, path: str, reader: FieldReader) -> Iterator[MeasureTable]:
    measure = outcome.find("measure")
    role = reader.word(f"{path}/type", tidy(outcome.findtext("type")), words.CLASSIC_OUTCOME_ROLE)
    param = dispersion = unit = None
    overall: dict[str, int] = {}
    classes: list[etree._Element] = []
    if measure is not None:
        param, dispersion, unit = _statistics(measure, f"{path}/measure", reader)
        overall = _participants(measure, f"{path}/measure", reader)
        classes = measure.findall("class_list/class")

    def table(where: str, denominators: dict[str, int], parts: list[etree._Element]) -> MeasureTable:
        return MeasureTable(
            title=tidy(outcome.findtext("title")) or path,
            role=words.OUTCOME_ROLE[role] if role else None,
            time_frame=tidy(outcome.findtext("time_frame")),
            population_text=tidy(outcome.findtext("population")),
            groups=_groups(outcome),
            denominators=denominators,
            measurements=tuple(cell for part in parts for cell in _cells(part)),
            path=where,
            param_text=param,
            dispersion_text=dispersion,
            unit_text=unit,
        )

    if not any(part.find("analyzed_list") is not None for part in classes):
        yield table(path, overall, classes)
        return
    for number, part in enumerate(classes, start=1):
        where = f"{path}/measure/class_list/class[{number}]"
        yield table(where, overall | _participants(part, where, reader), [part])


def _statistics(measure: etree._Element, path: str, reader: FieldReader) -> tuple[str | None, str | None, str | None]:
    """What the values are, what their spread is, and their unit."""
    param = reader.known(f"{path}/param", tidy(measure.findtext("param")), words.CLASSIC_PARAM)
    return param, tidy(measure.findtext("dispersion")), tidy(measure.findtext("units"))


def _participants(parent: etree._Element, path: str, reader: FieldReader) -> dict[str, int]:
    return {
        count.get("group_id", ""): number
        for a, analyzed in enumerate(parent.iterfind("analyzed_list/analyzed"), start=1)
        if (analyzed.findtext("units") or "").strip().lower() == "participants"
        for c, count in enumerate(analyzed.iterfind("count_list/count"), start=1)
        if (
            number := reader.count(
                f"{path}/analyzed_list/analyzed[{a}]/count_list/count[{c}]/@value", count.get("value")
            )
        )
        is not None
    }


def _cells(part: etree._Element) -> Iterator[Measurement]:
    for category in part.iterfind("category_list/category"):
        for cell in category.iterfind("measurement_list/measurement"):
            yield Measurement(
                group_id=cell.get("group_id", ""),
                value_text=tidy(cell.get("value")),
                spread_text=tidy(cell.get("spread")),
                lower_text=tidy(cell.get("lower_limit")),
                upper_text=tidy(cell.get("upper_limit")),
                class_title=tidy(part.findtext("title")),
                category_title=tidy(category.findtext("title")),
            )


def _adverse_events(results: etree._Element, reader: FieldReader) -> AdverseEvents:
    events = results.find("reported_events")
    if events is None:
        return AdverseEvents()
    serious, other = _totals(events, "serious_events", reader), _totals(events, "other_events", reader)
    return AdverseEvents(
        time_frame=tidy(events.findtext("time_frame")),
        frequency_threshold_text=tidy(events.findtext("other_events/frequency_threshold")),
        groups=tuple(
            AdverseGroup(
                id=group.id,
                title=group.title,
                description_text=group.description_text,
                serious_affected=serious.get(group.id, _NOT_GIVEN)[0],
                serious_at_risk=serious.get(group.id, _NOT_GIVEN)[1],
                other_affected=other.get(group.id, _NOT_GIVEN)[0],
                other_at_risk=other.get(group.id, _NOT_GIVEN)[1],
                path=f"{_ROOT}/reported_events/group_list/group[{number}]",
            )
            for number, group in enumerate(_groups(events), start=1)
        ),
    )


_NOT_GIVEN: tuple[int | None, int | None] = (None, None)


def _totals(events: etree._Element, table: str, reader: FieldReader) -> dict[str, tuple[int | None, int | None]]:
    """Participants affected and at risk by group, from the pseudo category ``Total`` and from nowhere else."""
    path = f"{_ROOT}/reported_events/{table}/category_list/category[title='Total']/event_list/event/counts"
    return {
        counts.get("group_id", ""): (
            reader.count(f"{path}/@subjects_affected", counts.get("subjects_affected")),
            reader.count(f"{path}/@subjects_at_risk", counts.get("subjects_at_risk")),
        )
        for category in events.iterfind(f"{table}/category_list/category")
        if tidy(category.findtext("title")) == "Total"
        for counts in category.iterfind("event_list/event/counts")
    }
