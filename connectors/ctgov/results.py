"""Posted results of ClinicalTrials.gov: which numbers are participants, and where they stand.

A group's id is local to its table. Denominators are counts of participants only: eyes, lesions or events
analysed are another unit and are kept beside them. An outcome whose classes have denominators of their own (a
class per visit, as a rule) becomes one table per class, so that no cell is read against another visit's
participants. Totals of adverse events are the groups' own, never sums over events.
"""

from collections.abc import Iterable, Mapping

from connectors.ctgov import words
from connectors.ctgov.analyses import posted_analyses
from connectors.ctgov.shape import (
    AdverseEventsShape,
    AnnotationSection,
    Baseline,
    CertainAgreement,
    Denom,
    DropWithdraw,
    EventGroup,
    Flow,
    Group,
    MeasureClass,
    MoreInfo,
    OutcomeMeasure,
    Period,
    ResultsSection,
)
from connectors.ctgov.text import plain
from connectors.reading import FieldReader, tidy
from models.dates import PartialDate
from models.results import (
    AdverseEvents,
    AdverseGroup,
    Agreement,
    DropOut,
    FlowCount,
    Measurement,
    MeasureTable,
    ParticipantFlow,
    PostedResults,
    ResultGroup,
    UnitsAnalysed,
)

_TAKEN_BACK = "UNRELEASE"
_SUBMITTED = "RELEASE"
_RETURNED = "RESET"


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


def posted_results(section: ResultsSection, reader: FieldReader) -> PostedResults:
    """The results section of a study."""
    outcomes = [
        (outcome, f"resultsSection.outcomeMeasuresModule.outcomeMeasures[{number}]")
        for number, outcome in enumerate(section.outcome_measures_module.outcome_measures)
    ]
    more = reader.block("resultsSection.moreInfoModule", section.more_info_module, MoreInfo) or MoreInfo()
    return PostedResults(
        flow=_flow(section.participant_flow_module, reader),
        baseline=tuple(_baseline(section.baseline_characteristics_module, reader)),
        outcomes=tuple(table for outcome, path in outcomes for table in _outcome(outcome, path, reader)),
        analyses=tuple(found for outcome, path in outcomes for found in posted_analyses(outcome, path, reader)),
        adverse_events=_adverse_events(section.adverse_events_module, reader),
        limitations_text=plain(more.limitations_and_caveats.description),
        agreement=_agreement(more.certain_agreement),
    )


def _agreement(agreed: CertainAgreement) -> Agreement | None:
    found = Agreement(
        is_investigator_employed=agreed.pi_sponsor_employee,
        is_restrictive=agreed.restrictive_agreement,
        restriction_text=tidy(agreed.restriction_type),
        details_text=plain(agreed.other_details),
    )
    return found if found != Agreement() else None


def _groups(groups: Iterable[Group | EventGroup]) -> tuple[ResultGroup, ...]:
    return tuple(
        ResultGroup(id=group.id, title=tidy(group.title) or group.id, description_text=plain(group.description))
        for group in groups
    )


def _flow(flow: Flow, reader: FieldReader) -> ParticipantFlow:
    counts: list[FlowCount] = []
    drop_outs: list[DropOut] = []
    for p, period in enumerate(flow.periods):
        place, name = f"resultsSection.participantFlowModule.periods[{p}]", tidy(period.title) or f"period {p + 1}"
        counts += _counts(period, name, place, reader)
        drop_outs += _drop_outs(period, name, place, reader)
    return ParticipantFlow(
        groups=_groups(flow.groups),
        counts=tuple(counts),
        drop_outs=tuple(drop_outs),
        unit_text=tidy(flow.type_units_analyzed),
        recruitment_text=plain(flow.recruitment_details),
        pre_assignment_text=plain(flow.pre_assignment_details),
    )


def _counts(period: Period, name: str, path: str, reader: FieldReader) -> Iterable[FlowCount]:
    for m, milestone in enumerate(period.milestones):
        for a, achieved in enumerate(milestone.achievements):
            place = f"{path}.milestones[{m}].achievements[{a}]"
            yield FlowCount(
                period=name,
                milestone=tidy(milestone.type) or f"milestone {m + 1}",
                group_id=achieved.group_id,
                count=reader.count(f"{place}.numSubjects", achieved.num_subjects),
                n_units=reader.count(f"{place}.numUnits", achieved.num_units),
                comment_text=plain(achieved.comment),
                milestone_text=plain(milestone.comment),
            )


def _drop_outs(period: Period, name: str, path: str, reader: FieldReader) -> Iterable[DropOut]:
    """Who left and why; a comment on the reason is told with each group that has none of its own."""
    for place, given in reader.blocks(f"{path}.dropWithdraws", period.drop_withdraws, DropWithdraw):
        for r, left in enumerate(given.reasons):
            yield DropOut(
                period=name,
                reason_text=tidy(given.type) or "reason not stated",
                group_id=left.group_id,
                count=reader.count(f"{place}.reasons[{r}].numSubjects", left.num_subjects),
                n_units=reader.count(f"{place}.reasons[{r}].numUnits", left.num_units),
                comment_text=plain(left.comment) or plain(given.comment),
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
            unit_analysed_text=tidy(module.type_units_analyzed),
            other_denominators=_other_units(measure.denoms or module.denoms, f"{path}.denoms", reader),
            measurements=tuple(_measurements(measure.classes)),
            path=path,
        )


def _outcome(outcome: OutcomeMeasure, path: str, reader: FieldReader) -> Iterable[MeasureTable]:
    overall = _participants(outcome.denoms, f"{path}.denoms", reader)
    role = reader.word(f"{path}.type", outcome.type, words.OUTCOME_ROLE)
    param = reader.known(f"{path}.paramType", outcome.param_type, words.PARAM)

    def table(
        where: str, denominators: dict[str, int], others: tuple[UnitsAnalysed, ...], classes: tuple[MeasureClass, ...]
    ) -> MeasureTable:
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
            unit_analysed_text=tidy(outcome.type_units_analyzed),
            other_denominators=others,
            measurements=tuple(_measurements(classes)),
            path=where,
        )

    others = _other_units(outcome.denoms, f"{path}.denoms", reader)
    if not any(part.denoms for part in outcome.classes):
        yield table(path, overall, others, outcome.classes)
        return
    for number, part in enumerate(outcome.classes):
        where = f"{path}.classes[{number}]"
        own = _participants(part.denoms, f"{where}.denoms", reader)
        yield table(where, overall | own, _other_units(part.denoms, f"{where}.denoms", reader) or others, (part,))


def _participants(denoms: tuple[Denom, ...], path: str, reader: FieldReader) -> dict[str, int]:
    found: dict[str, int] = {}
    for d, denom in enumerate(denoms):
        if _counts_people(denom):
            found |= _by_group(denom, f"{path}[{d}]", reader)
    return found


def _other_units(denoms: tuple[Denom, ...], path: str, reader: FieldReader) -> tuple[UnitsAnalysed, ...]:
    return tuple(
        UnitsAnalysed(unit_text=unit, counts=counts)
        for d, denom in enumerate(denoms)
        if not _counts_people(denom)
        and (unit := tidy(denom.units))
        and (counts := _by_group(denom, f"{path}[{d}]", reader))
    )


def _counts_people(denom: Denom) -> bool:
    return (denom.units or "").strip().lower() == "participants"


def _by_group(denom: Denom, path: str, reader: FieldReader) -> dict[str, int]:
    return {
        count.group_id: number
        for c, count in enumerate(denom.counts)
        if (number := reader.count(f"{path}.counts[{c}].value", count.value)) is not None
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
                    comment_text=plain(cell.comment),
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
