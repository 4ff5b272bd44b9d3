"""Shape of a ClinicalTrials.gov study (API v2): the fields that are read, and their types.

Field names are the registry's. A missing key is absent; keys that are not named here are not read, among
them the MeSH terms and ``versionHolder`` of the derived section, which change with every refresh of the
registry. Closed lists are declared as text, because an unknown word must not cost the record. What is declared
as `msgspec.Raw` is decoded by itself, because a block that is malformed must cost itself alone.
"""

import msgspec


class Shape(msgspec.Struct, frozen=True, rename="camel"):
    """Part of a study."""


class DateStruct(Shape, frozen=True):
    date: str | None = None
    type: str | None = None


class OrgStudyId(Shape, frozen=True):
    id: str | None = None
    type: str | None = None


class SecondaryIdInfo(Shape, frozen=True):
    id: str | None = None
    type: str | None = None
    domain: str | None = None


class Identification(Shape, frozen=True):
    nct_id: str
    nct_id_aliases: tuple[str, ...] = ()
    org_study_id_info: OrgStudyId = OrgStudyId()
    secondary_id_infos: tuple[SecondaryIdInfo, ...] = ()
    brief_title: str | None = None
    official_title: str | None = None
    acronym: str | None = None


class StatusModule(Shape, frozen=True):
    status_verified_date: str | None = None
    overall_status: str | None = None
    last_known_status: str | None = None
    why_stopped: str | None = None
    start_date_struct: DateStruct = DateStruct()
    primary_completion_date_struct: DateStruct = DateStruct()
    completion_date_struct: DateStruct = DateStruct()
    study_first_submit_date: str | None = None
    study_first_post_date_struct: DateStruct = DateStruct()
    results_first_submit_date: str | None = None
    results_first_post_date_struct: DateStruct = DateStruct()
    disp_first_post_date_struct: DateStruct = DateStruct()
    last_update_submit_date: str | None = None
    last_update_post_date_struct: DateStruct = DateStruct()


class Party(Shape, frozen=True):
    name: str | None = None
    class_: str | None = msgspec.field(name="class", default=None)


class Sponsors(Shape, frozen=True):
    lead_sponsor: Party = Party()
    collaborators: tuple[Party, ...] = ()


class Description(Shape, frozen=True):
    brief_summary: str | None = None


class Conditions(Shape, frozen=True):
    conditions: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


class MaskingInfo(Shape, frozen=True):
    masking: str | None = None
    masking_description: msgspec.Raw = msgspec.Raw()
    who_masked: msgspec.Raw = msgspec.Raw()


class DesignInfo(Shape, frozen=True):
    allocation: str | None = None
    intervention_model: str | None = None
    observational_model: str | None = None
    primary_purpose: str | None = None
    masking_info: MaskingInfo = MaskingInfo()


class Enrollment(Shape, frozen=True):
    count: int | None = None
    type: str | None = None


class Design(Shape, frozen=True):
    study_type: str | None = None
    phases: tuple[str, ...] = ()
    design_info: DesignInfo = DesignInfo()
    enrollment_info: Enrollment = Enrollment()


class ArmGroup(Shape, frozen=True):
    label: str | None = None
    type: str | None = None
    description: str | None = None
    intervention_names: tuple[str, ...] = ()


class InterventionShape(Shape, frozen=True):
    type: str | None = None
    name: str | None = None
    description: str | None = None
    arm_group_labels: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()


class ArmsInterventions(Shape, frozen=True):
    arm_groups: tuple[ArmGroup, ...] = ()
    interventions: tuple[InterventionShape, ...] = ()


class OutcomeShape(Shape, frozen=True):
    measure: str | None = None
    time_frame: str | None = None


class Outcomes(Shape, frozen=True):
    primary_outcomes: tuple[OutcomeShape, ...] = ()
    secondary_outcomes: tuple[OutcomeShape, ...] = ()
    other_outcomes: tuple[OutcomeShape, ...] = ()


class Eligibility(Shape, frozen=True):
    eligibility_criteria: str | None = None
    minimum_age: str | None = None
    maximum_age: str | None = None
    std_ages: tuple[str, ...] = ()


class Location(Shape, frozen=True):
    country: str | None = None


class Locations(Shape, frozen=True):
    locations: tuple[Location, ...] = ()


class ReferenceShape(Shape, frozen=True):
    pmid: str | None = None
    type: str | None = None
    citation: str | None = None


class References(Shape, frozen=True):
    references: tuple[ReferenceShape, ...] = ()


class ProtocolSection(Shape, frozen=True):
    identification_module: Identification
    status_module: StatusModule = StatusModule()
    sponsor_collaborators_module: Sponsors = Sponsors()
    description_module: Description = Description()
    conditions_module: Conditions = Conditions()
    design_module: Design = Design()
    arms_interventions_module: ArmsInterventions = ArmsInterventions()
    outcomes_module: Outcomes = Outcomes()
    eligibility_module: Eligibility = Eligibility()
    contacts_locations_module: Locations = Locations()
    references_module: References = References()


class Group(Shape, frozen=True):
    id: str
    title: str | None = None
    description: str | None = None


class Achievement(Shape, frozen=True):
    group_id: str
    num_subjects: str | None = None
    num_units: str | int | None = None
    comment: str | None = None


class Milestone(Shape, frozen=True):
    type: str | None = None
    comment: str | None = None
    achievements: tuple[Achievement, ...] = ()


class DropWithdraw(Shape, frozen=True):
    type: str | None = None
    comment: str | None = None
    reasons: tuple[Achievement, ...] = ()


class Period(Shape, frozen=True):
    title: str | None = None
    milestones: tuple[Milestone, ...] = ()
    drop_withdraws: msgspec.Raw = msgspec.Raw()


class Flow(Shape, frozen=True):
    type_units_analyzed: str | None = None
    pre_assignment_details: str | None = None
    recruitment_details: str | None = None
    groups: tuple[Group, ...] = ()
    periods: tuple[Period, ...] = ()


class DenomCount(Shape, frozen=True):
    group_id: str
    value: str | None = None


class Denom(Shape, frozen=True):
    units: str | None = None
    counts: tuple[DenomCount, ...] = ()


class MeasurementShape(Shape, frozen=True):
    group_id: str
    value: str | None = None
    spread: str | None = None
    lower_limit: str | None = None
    upper_limit: str | None = None
    comment: str | None = None


class Category(Shape, frozen=True):
    title: str | None = None
    measurements: tuple[MeasurementShape, ...] = ()


class MeasureClass(Shape, frozen=True):
    title: str | None = None
    denoms: tuple[Denom, ...] = ()
    categories: tuple[Category, ...] = ()


class BaselineMeasure(Shape, frozen=True):
    title: str | None = None
    population_description: str | None = None
    param_type: str | None = None
    dispersion_type: str | None = None
    unit_of_measure: str | None = None
    denoms: tuple[Denom, ...] = ()
    classes: tuple[MeasureClass, ...] = ()


class Baseline(Shape, frozen=True):
    population_description: str | None = None
    type_units_analyzed: str | None = None
    groups: tuple[Group, ...] = ()
    denoms: tuple[Denom, ...] = ()
    measures: tuple[BaselineMeasure, ...] = ()


class OutcomeMeasure(Shape, frozen=True):
    type: str | None = None
    title: str | None = None
    population_description: str | None = None
    param_type: str | None = None
    dispersion_type: str | None = None
    unit_of_measure: str | None = None
    time_frame: str | None = None
    type_units_analyzed: str | None = None
    groups: tuple[Group, ...] = ()
    denoms: tuple[Denom, ...] = ()
    classes: tuple[MeasureClass, ...] = ()
    analyses: msgspec.Raw = msgspec.Raw()


class Analysis(Shape, frozen=True):
    group_ids: tuple[str, ...] = ()
    group_description: str | None = None
    statistical_method: str | None = None
    statistical_comment: str | None = None
    p_value: str | None = None
    p_value_comment: str | None = None
    param_type: str | None = None
    param_value: str | None = None
    estimate_comment: str | None = None
    ci_pct_value: str | None = None
    ci_num_sides: str | None = None
    ci_lower_limit: str | None = None
    ci_upper_limit: str | None = None
    ci_lower_limit_comment: str | None = None
    ci_upper_limit_comment: str | None = None
    dispersion_type: str | None = None
    dispersion_value: str | None = None
    tested_non_inferiority: bool | None = None
    non_inferiority_type: str | None = None
    non_inferiority_comment: str | None = None
    other_analysis_description: str | None = None


class OutcomeMeasures(Shape, frozen=True):
    outcome_measures: tuple[OutcomeMeasure, ...] = ()


class EventGroup(Shape, frozen=True):
    id: str
    title: str | None = None
    description: str | None = None
    serious_num_affected: int | None = None
    serious_num_at_risk: int | None = None
    other_num_affected: int | None = None
    other_num_at_risk: int | None = None
    deaths_num_affected: int | None = None
    deaths_num_at_risk: int | None = None


class AdverseEventsShape(Shape, frozen=True):
    frequency_threshold: str | None = None
    time_frame: str | None = None
    event_groups: tuple[EventGroup, ...] = ()


class Limitations(Shape, frozen=True):
    description: str | None = None


class CertainAgreement(Shape, frozen=True):
    pi_sponsor_employee: bool | None = None
    restrictive_agreement: bool | None = None
    restriction_type: str | None = None
    other_details: str | None = None


class MoreInfo(Shape, frozen=True):
    """The person to ask stands beside these and is not read: nobody's telephone number is kept."""

    limitations_and_caveats: Limitations = Limitations()
    certain_agreement: CertainAgreement = CertainAgreement()


class ResultsSection(Shape, frozen=True):
    participant_flow_module: Flow = Flow()
    baseline_characteristics_module: Baseline = Baseline()
    outcome_measures_module: OutcomeMeasures = OutcomeMeasures()
    adverse_events_module: AdverseEventsShape = AdverseEventsShape()
    more_info_module: msgspec.Raw = msgspec.Raw()


class UnpostedEvent(Shape, frozen=True):
    """What happened to results between sponsor and registry before they were public."""

    type: str | None = None
    date: str | None = None


class UnpostedAnnotation(Shape, frozen=True):
    unposted_events: tuple[UnpostedEvent, ...] = ()


class AnnotationModule(Shape, frozen=True):
    unposted_annotation: UnpostedAnnotation = UnpostedAnnotation()


class AnnotationSection(Shape, frozen=True):
    annotation_module: AnnotationModule = AnnotationModule()


class Study(Shape, frozen=True):
    protocol_section: ProtocolSection
    results_section: ResultsSection | None = None
    annotation_section: AnnotationSection = AnnotationSection()
    has_results: bool | None = None


class Change(Shape, frozen=True):
    version: int


class History(Shape, frozen=True):
    changes: tuple[Change, ...] = ()


class Answer(Shape, frozen=True):
    """Whatever the registry's addresses answer, told apart by the keys that are there."""

    studies: list[msgspec.Raw] | None = None
    total_count: int | None = None
    next_page_token: str | None = None
    protocol_section: msgspec.Raw = msgspec.Raw()
    study_version: int | None = None
    study: msgspec.Raw = msgspec.Raw()
    history: History | None = None
    changes: tuple[Change, ...] | None = None
    data_timestamp: str | None = None
    api_version: str | None = None
