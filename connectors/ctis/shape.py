"""What a record of CTIS holds, of its present shape and of the one before 17 June 2024.

The relaunch put what is authorised below ``authorizedApplication`` and made the status a number. Only fields
that are read are declared. Scalars are loose: the same field is a number in one record and text in the next.
"""

import msgspec

Scalar = str | int | float | bool | None


class Shape(msgspec.Struct, frozen=True, rename="camel"):
    """A JSON object of which the declared fields are read and the others ignored; null is absent."""


class Organisation(Shape, frozen=True):
    name: Scalar = None
    type: Scalar = None


class Sponsor(Shape, frozen=True):
    primary: Scalar = None
    organisation: Organisation | None = None


class Number(Shape, frozen=True):
    number: Scalar = None
    other_registry_name: Scalar = None


class SecondaryNumbers(Shape, frozen=True):
    nct_number: Number | None = None
    isrctn_number: Number | None = None
    who_universal_trial_number: Number | None = None
    additional_registries: list[Number] | None = None


class Identifiers(Shape, frozen=True):
    full_title: Scalar = None
    public_title: Scalar = None
    short_title: Scalar = None
    secondary_identifying_numbers: SecondaryNumbers | None = None


class Category(Shape, frozen=True):
    trial_phase: Scalar = None


class Condition(Shape, frozen=True):
    medical_condition: Scalar = None
    term_name: Scalar = None


class Conditions(Shape, frozen=True):
    part_i_medical_conditions: list[Condition] | None = msgspec.field(name="partIMedicalConditions", default=None)
    meddra_condition_terms: list[Condition] | None = None


class Objective(Shape, frozen=True):
    main_objective: Scalar = None


class Criterion(Shape, frozen=True):
    principal_inclusion_criteria: Scalar = None
    principal_exclusion_criteria: Scalar = None


class Criteria(Shape, frozen=True):
    principal_inclusion_criteria: list[Criterion] | None = None
    principal_exclusion_criteria: list[Criterion] | None = None


class EndPoint(Shape, frozen=True):
    end_point: Scalar = None


class EndPoints(Shape, frozen=True):
    primary_end_points: list[EndPoint] | None = None
    secondary_end_points: list[EndPoint] | None = None


class Duration(Shape, frozen=True):
    estimated_recruitment_start_date: Scalar = None
    estimated_end_date: Scalar = None
    estimated_global_end_date: Scalar = None


class AgeRange(Shape, frozen=True):
    age_range_category: Scalar = None


class Population(Shape, frozen=True):
    age_ranges: list[AgeRange] | None = None


class Information(Shape, frozen=True):
    trial_category: Category = Category()
    medical_condition: Conditions = Conditions()
    trial_objective: Objective = Objective()
    eligibility_criteria: Criteria = Criteria()
    end_point: EndPoints = EndPoints()
    trial_duration: Duration = Duration()
    population_of_trial_subjects: Population = Population()


class ArmDetail(Shape, frozen=True):
    title: Scalar = None
    description: Scalar = None


class BlindedRole(Shape, frozen=True):
    name: Scalar = None


class Period(Shape, frozen=True):
    allocation_method: Scalar = None
    blinding_method_code: Scalar = None
    blinding_details: Scalar = None
    blinded_roles: msgspec.Raw = msgspec.Raw()
    """Decoded by itself: where it is malformed it costs the trial nothing else."""
    arm_details: list[ArmDetail] | None = None


class StudyDesign(Shape, frozen=True):
    period_details: list[Period] | None = None


class ProtocolInformation(Shape, frozen=True):
    study_design: StudyDesign = StudyDesign()


class Details(Shape, frozen=True):
    clinical_trial_identifiers: Identifiers = Identifiers()
    trial_information: Information = Information()
    protocol_information: ProtocolInformation = ProtocolInformation()
    pubmed_url: list[Scalar] | None = None
    pubmed_code: list[Scalar] | None = None


class Substance(Shape, frozen=True):
    act_subst_name: Scalar = None
    substance_origin: Scalar = None


class Dictionary(Shape, frozen=True):
    prod_name: Scalar = None
    active_substance_name: Scalar = None
    product_substances: list[Substance] | None = None


class Product(Shape, frozen=True):
    product_name: Scalar = None
    mp_role_in_trial: Scalar = None
    an_advanced_therapy_medicinal_product: Scalar = None
    product_dictionary_info: Dictionary = Dictionary()


class RoleGroup(Shape, frozen=True):
    product_role_name: Scalar = None
    comments: Scalar = None
    products: list[Product] | None = None


class Named(Shape, frozen=True):
    name: Scalar = None


class PartOne(Shape, frozen=True):
    row_subject_count: Scalar = None
    row_countries_info: list[Named] | None = None
    trial_details: Details = Details()
    therapeutic_areas: list[Named] | None = None
    sponsors: list[Sponsor] | None = None
    products: list[Product] | None = None
    product_role_group_infos: list[RoleGroup] | None = None


class TrialPeriod(Shape, frozen=True):
    trial_start_date: Scalar = None
    trial_end_date: Scalar = None


class MemberState(Shape, frozen=True):
    msc_name: Scalar = None
    first_decision_date: Scalar = None
    trial_period: list[TrialPeriod] | None = None


class PartTwo(Shape, frozen=True):
    msc_info: MemberState = MemberState()
    recruitment_subject_count: Scalar = None


class EudraCt(Shape, frozen=True):
    eudra_ct_code: Scalar = None


class Authorised(Shape, frozen=True):
    authorized_part_i: PartOne | None = msgspec.field(name="authorizedPartI", default=None)
    authorized_parts_ii: list[PartTwo] | None = msgspec.field(name="authorizedPartsII", default=None)
    member_states_concerned: list[MemberState] | None = None
    eudra_ct: EudraCt | None = None


class Notification(Shape, frozen=True):
    notification_type: Scalar = None
    date: Scalar = None


class TrialEvent(Shape, frozen=True):
    msc_name: Scalar = None
    events: list[Notification] | None = None
    msc_notifications_list_info: list[Notification] | None = None


class Events(Shape, frozen=True):
    trial_events: list[TrialEvent] | None = None


class ResultDocument(Shape, frozen=True):
    created_on: Scalar = None
    submission_date: Scalar = None


class Results(Shape, frozen=True):
    summary_results: list[ResultDocument] | None = None
    layperson_results: list[ResultDocument] | None = None
    clinical_study_reports: list[ResultDocument] | None = None


class Application(Shape, frozen=True):
    part_i: PartOne | None = msgspec.field(name="partI", default=None)


class Record(Shape, frozen=True):
    """A trial as ``retrieve`` gives it, in either shape."""

    ct_number: Scalar = None
    ct_status: Scalar = None
    ct_public_status_code: Scalar = None
    publish_date: Scalar = None
    last_updated: Scalar = None
    last_publication_update: Scalar = None
    decision_date: Scalar = None
    start_date_eu: Scalar = msgspec.field(name="startDateEU", default=None)
    end_date_eu: Scalar = msgspec.field(name="endDateEU", default=None)
    total_number_enrolled: Scalar = None
    results_first_received: Scalar = None
    authorized_application: Authorised | None = None
    events: Events | None = None
    results: Results | None = None
    title: Scalar = None
    authorized_part_i: PartOne | None = msgspec.field(name="authorizedPartI", default=None)
    authorized_parts_ii: list[PartTwo] | None = msgspec.field(name="authorizedPartsII", default=None)
    member_states_concerned: list[MemberState] | None = None
    eudra_ct_info: EudraCt | None = None
    applications: list[Application] | None = None
    msc_trial_notifications_info_list: list[TrialEvent] | None = None

    @property
    def authorised(self) -> Authorised:
        """What is authorised; before the first authorisation, what was applied for."""
        if self.authorized_application:
            return self.authorized_application
        applied = next((item.part_i for item in self.applications or () if item.part_i), None)
        return Authorised(
            authorized_part_i=self.authorized_part_i or applied,
            authorized_parts_ii=self.authorized_parts_ii,
            member_states_concerned=self.member_states_concerned,
            eudra_ct=self.eudra_ct_info,
        )


class Row(Shape, frozen=True):
    """A trial as a search lists it: enough to know what to retrieve."""

    ct_number: Scalar = None
    last_updated: Scalar = None
    last_publication_update: Scalar = None


class Pagination(Shape, frozen=True):
    total_records: int | None = None
    total_pages: int | None = None


class Listing(Shape, frozen=True):
    """An answer of the search."""

    pagination: Pagination | None = None
    data: list[Row] | None = None
