"""Posted results in the classic XML: what differs from API v2 and where numbers would be counted twice.

The tables of adverse events hold a pseudo category ``Total`` whose pseudo event is the group's total;
the other rows are parts of it, and one participant may stand in many. Participants of a milestone may
carry a comment as text. Group ids (P1, B1, O1, E1) are local to their table.
"""

from collections.abc import Iterator

from lxml import etree

from connectors.ctgov import words
from connectors.ctgov.classic_analyses import agreement_of, posted_analyses
from connectors.reading import FieldReader, tidy
from models.results import (
    AdverseEvents,
    AdverseGroup,
    DropOut,
    FlowCount,
    Measurement,
    MeasureTable,
    ParticipantFlow,
    PostedResults,
    ResultGroup,
    UnitsAnalysed,
)
from models.vocabulary import OutcomeRole

_ROOT = "clinical_results"


def posted_results(results: etree._Element, reader: FieldReader) -> PostedResults:
    """The ``<clinical_results>`` of a study."""
    outcomes = [
        (outcome, f"{_ROOT}/outcome_list/outcome[{number}]", _role(outcome, number, reader))
        for number, outcome in enumerate(results.iterfind("outcome_list/outcome"), start=1)
    ]
    return PostedResults(
        flow=_flow(results, reader),
        baseline=tuple(_baseline(results, reader)),
        outcomes=tuple(table for given in outcomes for table in _outcome(*given, reader)),
        analyses=tuple(
            found
            for outcome, path, role in outcomes
            for found in posted_analyses(outcome, path, role, _groups(outcome), reader)
        ),
        adverse_events=_adverse_events(results, reader),
        limitations_text=tidy(results.findtext("limitations_and_caveats")),
        agreement=agreement_of(results),
    )


def _role(outcome: etree._Element, number: int, reader: FieldReader) -> OutcomeRole | None:
    path = f"{_ROOT}/outcome_list/outcome[{number}]/type"
    word = reader.word(path, tidy(outcome.findtext("type")), words.CLASSIC_OUTCOME_ROLE)
    return words.OUTCOME_ROLE[word] if word else None


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
    counts: list[FlowCount] = []
    drop_outs: list[DropOut] = []
    for p, period in enumerate(flow.iterfind("period_list/period"), start=1):
        name, path = (
            tidy(period.findtext("title")) or f"period {p}",
            f"{_ROOT}/participant_flow/period_list/period[{p}]",
        )
        counts += [
            FlowCount(
                period=name, milestone=title or f"milestone {m}", group_id=group, count=count, comment_text=comment
            )
            for m, title, group, count, comment in _people(period, "milestone", path, reader)
        ]
        drop_outs += [
            DropOut(
                period=name, reason_text=title or "reason not stated", group_id=group, count=count, comment_text=comment
            )
            for _, title, group, count, comment in _people(period, "drop_withdraw_reason", path, reader)
        ]
    return ParticipantFlow(
        groups=_groups(flow),
        counts=tuple(counts),
        drop_outs=tuple(drop_outs),
        recruitment_text=tidy(flow.findtext("recruitment_details")),
        pre_assignment_text=tidy(flow.findtext("pre_assignment_details")),
    )


def _people(
    period: etree._Element, element: str, path: str, reader: FieldReader
) -> Iterator[tuple[int, str | None, str, int | None, str | None]]:
    """Number and title of each milestone or reason of a period, with group, participants and comment."""
    for n, given in enumerate(period.iterfind(f"{element}_list/{element}"), start=1):
        place = f"{path}/{element}_list/{element}[{n}]/participants_list"
        for p, people in enumerate(given.iterfind("participants_list/participants"), start=1):
            count = reader.count(f"{place}/participants[{p}]/@count", people.get("count"))
            yield n, tidy(given.findtext("title")), people.get("group_id", ""), count, tidy(people.text)


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
            unit_analysed_text=tidy(measure.findtext("units_analyzed")),
            other_denominators=_other_units(measure, path, reader) or _other_units(baseline, root, reader),
            measurements=tuple(cell for part in measure.iterfind("class_list/class") for cell in _cells(part)),
            path=path,
            param_text=param,
            dispersion_text=dispersion,
            unit_text=unit,
        )


def _outcome(
    outcome: etree._Element, path: str, role: OutcomeRole | None, reader: FieldReader
) -> Iterator[MeasureTable]:
    measure = outcome.find("measure")
    param = dispersion = unit = None
    overall: dict[str, int] = {}
    others: tuple[UnitsAnalysed, ...] = ()
    classes: list[etree._Element] = []
    if measure is not None:
        param, dispersion, unit = _statistics(measure, f"{path}/measure", reader)
        overall = _participants(measure, f"{path}/measure", reader)
        others = _other_units(measure, f"{path}/measure", reader)
        classes = measure.findall("class_list/class")

    def table(
        where: str, denominators: dict[str, int], others: tuple[UnitsAnalysed, ...], parts: list[etree._Element]
    ) -> MeasureTable:
        return MeasureTable(
            title=tidy(outcome.findtext("title")) or path,
            role=role,
            time_frame=tidy(outcome.findtext("time_frame")),
            population_text=tidy(outcome.findtext("population")),
            groups=_groups(outcome),
            denominators=denominators,
            unit_analysed_text=None if measure is None else tidy(measure.findtext("units_analyzed")),
            other_denominators=others,
            measurements=tuple(cell for part in parts for cell in _cells(part)),
            path=where,
            param_text=param,
            dispersion_text=dispersion,
            unit_text=unit,
        )

    if not any(part.find("analyzed_list") is not None for part in classes):
        yield table(path, overall, others, classes)
        return
    for number, part in enumerate(classes, start=1):
        where = f"{path}/measure/class_list/class[{number}]"
        own = _other_units(part, where, reader)
        yield table(where, overall | _participants(part, where, reader), own or others, [part])


def _statistics(measure: etree._Element, path: str, reader: FieldReader) -> tuple[str | None, str | None, str | None]:
    """What the values are, what their spread is, and their unit."""
    param = reader.known(f"{path}/param", tidy(measure.findtext("param")), words.CLASSIC_PARAM)
    return param, tidy(measure.findtext("dispersion")), tidy(measure.findtext("units"))


def _participants(parent: etree._Element, path: str, reader: FieldReader) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, analyzed in _analyzed(parent, path):
        if _counts_people(analyzed):
            found |= _by_group(analyzed, place, reader)
    return found


def _other_units(parent: etree._Element, path: str, reader: FieldReader) -> tuple[UnitsAnalysed, ...]:
    return tuple(
        UnitsAnalysed(unit_text=unit, counts=counts)
        for place, analyzed in _analyzed(parent, path)
        if not _counts_people(analyzed)
        and (unit := tidy(analyzed.findtext("units")))
        and (counts := _by_group(analyzed, place, reader))
    )


def _analyzed(parent: etree._Element, path: str) -> Iterator[tuple[str, etree._Element]]:
    for number, analyzed in enumerate(parent.iterfind("analyzed_list/analyzed"), start=1):
        yield f"{path}/analyzed_list/analyzed[{number}]", analyzed


def _counts_people(analyzed: etree._Element) -> bool:
    return (analyzed.findtext("units") or "").strip().lower() == "participants"


def _by_group(analyzed: etree._Element, path: str, reader: FieldReader) -> dict[str, int]:
    return {
        count.get("group_id", ""): number
        for c, count in enumerate(analyzed.iterfind("count_list/count"), start=1)
        if (number := reader.count(f"{path}/count_list/count[{c}]/@value", count.get("value"))) is not None
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
                comment_text=tidy(cell.text),
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
