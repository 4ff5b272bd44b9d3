"""Posted results of ClinicalTrials.gov: which numbers are participants, and where they stand.

A group's id is local to its table. Denominators are counts of participants only: eyes, lesions or events
analysed are another unit and are left out. An outcome whose classes have denominators of their own (a
class per visit, as a rule) becomes one table per class, so that no cell is read against another visit's
participants. Totals of adverse events are the groups' own, never sums over events.
"""

import re
from collections.abc import Iterable, Mapping

from connectors.ctgov import words
from connectors.ctgov.shape import (
    AdverseEventsShape,
    AnnotationSection,
    Baseline,
    Denom,
    EventGroup,
    Flow,
    Group,
    MeasureClass,
    OutcomeMeasure,
    ResultsSection,
)
from connectors.reading import FieldReader, tidy
from models.dates import PartialDate
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

_TAKEN_BACK = "UNRELEASE"
_SUBMITTED = "RELEASE"
_RETURNED = "RESET"
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def submitted_results(
    section: AnnotationSection, dates: Mapping[str, PartialDate | None], reader: FieldReader
) -> dict[str, PartialDate | None]:
    """The days on which results went into quality control and came back, while nothing is posted; empty otherwise.

    Results that were returned with comments (RESET) stay submitted; those that the sponsor took back do not.
    """
    if dates["results_posted_date"] or dates["results_submitted_date"]:
        return {}
    submitted: PartialDate | None = None
    returned: PartialDate | None = None
    path = "annotationSection.annotationModule.unpostedAnnotation.unpostedEvents"
    for number, event in enumerate(section.annotation_module.unposted_annotation.unposted_events):
        if event.type == _SUBMITTED:
            submitted, returned = reader.date(f"{path}[{number}].date", event.date), None
        elif event.type == _TAKEN_BACK:
            submitted = returned = None
        elif event.type == _RETURNED:
            returned = reader.date(f"{path}[{number}].date", event.date)
    return {"results_submitted_date": submitted, "results_returned_date": returned} if submitted else {}


def plain(markup: str | None) -> str | None:
    r"""A ``markup`` field without its Markdown escapes: ``\>= 11`` is ``>= 11`` (CommonMark 0.28, 6.1)."""
    return tidy(_ESCAPED.sub(r"\1", markup)) if markup else None


def posted_results(section: ResultsSection, reader: FieldReader) -> PostedResults:
    """The results section of a study."""
    return PostedResults(
        flow=_flow(section.participant_flow_module, reader),
        baseline=tuple(_baseline(section.baseline_characteristics_module, reader)),
        outcomes=tuple(
            table
            for number, outcome in enumerate(section.outcome_measures_module.outcome_measures)
            for table in _outcome(outcome, f"resultsSection.outcomeMeasuresModule.outcomeMeasures[{number}]", reader)
        ),
        adverse_events=_adverse_events(section.adverse_events_module, reader),
    )


def _groups(groups: Iterable[Group | EventGroup]) -> tuple[ResultGroup, ...]:
    return tuple(
        ResultGroup(id=group.id, title=tidy(group.title) or group.id, description_text=plain(group.description))
        for group in groups
    )


def _flow(flow: Flow, reader: FieldReader) -> ParticipantFlow:
    counts = []
    for p, period in enumerate(flow.periods):
        for m, milestone in enumerate(period.milestones):
            place = f"resultsSection.participantFlowModule.periods[{p}].milestones[{m}].achievements"
            counts += [
                FlowCount(
                    period=tidy(period.title) or f"period {p + 1}",
                    milestone=tidy(milestone.type) or f"milestone {m + 1}",
                    group_id=achieved.group_id,
                    count=reader.count(f"{place}[{a}].numSubjects", achieved.num_subjects),
                    comment_text=plain(achieved.comment),
                )
                for a, achieved in enumerate(milestone.achievements)
            ]
    return ParticipantFlow(
        groups=_groups(flow.groups),
        counts=tuple(counts),
        recruitment_text=plain(flow.recruitment_details),
        pre_assignment_text=plain(flow.pre_assignment_details),
    )


def _baseline(module: Baseline, reader: FieldReader) -> Iterable[MeasureTable]:
    root = "resultsSection.baselineCharacteristicsModule"
    overall = _participants(module.denoms, f"{root}.denoms", reader)
    for number, measure in enumerate(module.measures):
        path = f"{root}.measures[{number}]"
        yield MeasureTable(
            title=tidy(measure.title) or path,
            population_text=plain(measure.population_description) or plain(module.population_description),
            param_text=reader.known(f"{path}.paramType", measure.param_type, words.PARAM),
            dispersion_text=tidy(measure.dispersion_type),
            unit_text=tidy(measure.unit_of_measure),
            groups=_groups(module.groups),
            denominators=_participants(measure.denoms, f"{path}.denoms", reader) or overall,
            measurements=tuple(_measurements(measure.classes)),
            path=path,
        )


def _outcome(outcome: OutcomeMeasure, path: str, reader: FieldReader) -> Iterable[MeasureTable]:
    overall = _participants(outcome.denoms, f"{path}.denoms", reader)
    role = reader.word(f"{path}.type", outcome.type, words.OUTCOME_ROLE)
    param = reader.known(f"{path}.paramType", outcome.param_type, words.PARAM)

    def table(where: str, denominators: dict[str, int], classes: tuple[MeasureClass, ...]) -> MeasureTable:
        return MeasureTable(
            title=tidy(outcome.title) or path,
            role=role,
            time_frame=tidy(outcome.time_frame),
            population_text=plain(outcome.population_description),
            param_text=param,
            dispersion_text=tidy(outcome.dispersion_type),
            unit_text=tidy(outcome.unit_of_measure),
            groups=_groups(outcome.groups),
            denominators=denominators,
            measurements=tuple(_measurements(classes)),
            path=where,
        )

    if not any(part.denoms for part in outcome.classes):
        yield table(path, overall, outcome.classes)
        return
    for number, part in enumerate(outcome.classes):
        where = f"{path}.classes[{number}]"
        yield table(where, overall | _participants(part.denoms, f"{where}.denoms", reader), (part,))


def _participants(denoms: tuple[Denom, ...], path: str, reader: FieldReader) -> dict[str, int]:
    return {
        count.group_id: number
        for d, denom in enumerate(denoms)
        if (denom.units or "").strip().lower() == "participants"
        for c, count in enumerate(denom.counts)
        if (number := reader.count(f"{path}[{d}].counts[{c}].value", count.value)) is not None
    }


def _measurements(classes: tuple[MeasureClass, ...]) -> Iterable[Measurement]:
    for part in classes:
        for category in part.categories:
            for cell in category.measurements:
                yield Measurement(
                    group_id=cell.group_id,
                    value_text=tidy(cell.value),
                    spread_text=tidy(cell.spread),
                    lower_text=tidy(cell.lower_limit),
                    upper_text=tidy(cell.upper_limit),
                    class_title=tidy(part.title),
                    category_title=tidy(category.title),
                )


def _adverse_events(module: AdverseEventsShape, reader: FieldReader) -> AdverseEvents:
    groups = []
    for number, (group, named) in enumerate(zip(module.event_groups, _groups(module.event_groups), strict=True)):
        path = f"resultsSection.adverseEventsModule.eventGroups[{number}]"
        groups.append(
            AdverseGroup(
                id=named.id,
                title=named.title,
                description_text=named.description_text,
                serious_affected=reader.count(f"{path}.seriousNumAffected", group.serious_num_affected),
                serious_at_risk=reader.count(f"{path}.seriousNumAtRisk", group.serious_num_at_risk),
                other_affected=reader.count(f"{path}.otherNumAffected", group.other_num_affected),
                other_at_risk=reader.count(f"{path}.otherNumAtRisk", group.other_num_at_risk),
                deaths_affected=reader.count(f"{path}.deathsNumAffected", group.deaths_num_affected),
                deaths_at_risk=reader.count(f"{path}.deathsNumAtRisk", group.deaths_num_at_risk),
                path=path,
            )
        )
    return AdverseEvents(
        time_frame=tidy(module.time_frame),
        frequency_threshold_text=tidy(module.frequency_threshold),
        groups=tuple(groups),
    )
