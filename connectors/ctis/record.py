"""One trial of CTIS: the field map of both shapes, dates in three forms, and what events make of a status."""

import re
from collections.abc import Iterable, Iterator, Sequence

from connectors.ctis.shape import (
    Authorised,
    BlindedRole,
    PartOne,
    PartTwo,
    Period,
    Product,
    Record,
    RoleGroup,
    Scalar,
    TrialEvent,
)
from connectors.ctis.words import AGE_GROUPS, ALLOCATION, FULL_ID, PHASE, REGISTRY, ROLE, SLUG, STATUS, STATUS_NAMES
from connectors.design_text import MASKED, who_masked
from connectors.reading import FieldReader, different, tidy
from models.dates import PartialDate, check_partial, first_day
from models.trial import Arm, Intervention, PlannedOutcome, Reference, SecondaryId, TrialRecord
from models.vocabulary import Allocation, CountType, Masked, OutcomeRole, Status, StudyType, VersionOrigin

_START, _EARLY, _END = "START_OF_TRIAL", "EARLY_TERMINATION", "END_OF_TRIAL"
_ADVANCED = "Advanced therapy medicinal product"
_NOTHING = frozenset(["", "n/a", "na", "-", "none", "not applicable"])
_EUROPEAN = re.compile(r"(\d{2})/(\d{2})/(\d{4})")
_LOOK = "look at the record in the register and in the archive"


def trial_record(record: Record, origin: VersionOrigin, reader: FieldReader) -> TrialRecord | None:
    """A trial from either shape; None if it has no EU CT number or no date."""
    numbered = re.fullmatch(FULL_ID, _text(record.ct_number) or "")
    if numbered is None:
        reader.note("ctNumber", record.ct_number, "no EU CT number", _LOOK)
        return None
    authorised = record.authorised
    part, states = authorised.authorized_part_i or PartOne(), authorised.authorized_parts_ii or []
    updated = _date("lastUpdated", record.last_updated, reader)
    published = _date("publishDate", record.publish_date, reader) or _date(
        "lastPublicationUpdate", record.last_publication_update, reader
    )
    decided = _decisions(record, authorised, reader)
    registry_date = published or updated or max(decided, key=first_day, default=None)
    if registry_date is None:
        reader.note("publishDate", "", "the record does not say when it was published", _LOOK)
        return None
    details = part.trial_details
    names, information = details.clinical_trial_identifiers, details.trial_information
    status_text, status = _status(record, reader)
    ends = _ends(record, status, reader)
    count = _planned(record, part, states, reader)
    posted = list(_results_dates(record, reader))
    groups = part.product_role_group_infos or []
    return TrialRecord(
        source=SLUG,
        registry=REGISTRY,
        registry_id=numbered[1],
        registry_date=registry_date,
        origin=origin,
        aliases=tuple(f"{numbered[1]}-{suffix:02d}" for suffix in range(int(numbered[2]) + 1)),
        secondary_ids=tuple(_secondary_ids(numbered[0], authorised, part)),
        brief_title=_text(names.public_title),
        official_title=_text(names.full_title) or _text(record.title),
        acronym=_text(names.short_title),
        status=status,
        status_text=status_text,
        study_type=StudyType.INTERVENTIONAL,
        phase_text=reader.known(
            f"{_INFORMATION}.trialCategory.trialPhase", _text(information.trial_category.trial_phase), PHASE
        ),
        allocation=_allocation(part, reader),
        masking_text=_masking(part),
        who_masked=_who_masked(part, reader),
        masking_details_text="\n".join(_different(period.blinding_details for period in _periods(part))) or None,
        enrolment_count=count,
        enrolment_type=CountType.ESTIMATED if count is not None else None,
        conditions=_different(
            [
                *(item.medical_condition for item in information.medical_condition.part_i_medical_conditions or ()),
                *(item.term_name for item in information.medical_condition.meddra_condition_terms or ()),
            ]
        ),
        keywords=_different(item.name for item in part.therapeutic_areas or ()),
        arms=tuple(_arms(part, groups)),
        interventions=tuple(_interventions(part, groups, reader)),
        outcomes=tuple(_outcomes(part)),
        sponsor=next(iter(_sponsors(part, is_lead=True)), None),
        sponsor_class_text=next(
            (_text(item.organisation.type) for item in part.sponsors or () if item.primary and item.organisation), None
        ),
        collaborators=_sponsors(part, is_lead=False),
        countries=tuple(sorted(_different(_countries(authorised, part)))),
        summary_text=_text(information.trial_objective.main_objective),
        eligibility_text=_eligibility(part),
        age_groups=_age_groups(part, reader),
        start_date=_start(record, part, reader),
        completion_date=ends[0],
        completion_type=ends[1],
        first_posted_date=min(decided, key=first_day, default=None),
        last_update_submitted_date=updated,
        last_update_posted_date=published,
        results_posted_date=min(posted, key=first_day, default=None),
        has_results=bool(_documents(record)),
        references=tuple(_references(part)),
    )


_PART_I = "authorizedApplication.authorizedPartI"
_INFORMATION = f"{_PART_I}.trialDetails.trialInformation"


def european_date(text: str) -> PartialDate:
    """Read ``24/04/2024``, ``2024-04-24`` or ``2025-09-16T03:39:42.531268872``.

    Raises
    ------
    ValueError
        If it has none of these forms, or names a day that no calendar has.
    """
    if european := _EUROPEAN.fullmatch(text.strip()):
        return check_partial(f"{european[3]}-{european[2]}-{european[1]}")
    return check_partial(text.strip().partition("T")[0])


def _text(value: Scalar) -> str | None:
    """A scalar as text; None for what stands for nothing."""
    text = tidy("" if value is None else str(value))
    return None if text is None or text.lower() in _NOTHING else text


def _date(path: str, value: Scalar, reader: FieldReader) -> PartialDate | None:
    return reader.date(path, _text(value), european_date)


def _different(values: Iterable[Scalar]) -> tuple[str, ...]:
    return different(_text(value) for value in values)


def _decisions(record: Record, authorised: Authorised, reader: FieldReader) -> list[PartialDate]:
    """Days of the member states' decisions: the record's own list, else their first decisions."""
    listed = re.findall(r"\d\d/\d\d/\d{4}|\d{4}-\d\d-\d\d", _text(record.decision_date) or "")
    values = listed or [state.first_decision_date for state in authorised.member_states_concerned or ()]
    return [day for value in values if (day := _date("decisionDate", value, reader))]


def _status(record: Record, reader: FieldReader) -> tuple[str | None, Status | None]:
    """The status as the portal words it, and what it means once the events are looked at."""
    given = _text(record.ct_public_status_code) or _text(record.ct_status)
    path = "ctPublicStatusCode" if _text(record.ct_public_status_code) else "ctStatus"
    if given is None:
        return None, None
    name = STATUS_NAMES.get(given, given)
    status = reader.word(path, name, STATUS)
    if status is Status.COMPLETED and _ended_early(record):
        status = Status.TERMINATED
    elif status is Status.TERMINATED and not _happened(record, _START):
        status = Status.WITHDRAWN
    return name, status


def _events(record: Record) -> list[TrialEvent]:
    current = record.events.trial_events if record.events else None
    return [*(current or ()), *(record.msc_trial_notifications_info_list or ())]


def _kind(value: Scalar) -> str:
    """``Early Termination`` of the former shape reads as ``EARLY_TERMINATION``."""
    return re.sub(r"\W+", "_", _text(value) or "").upper()


def _happened(record: Record, kind: str) -> list[tuple[str, Scalar]]:
    """Member states in which something was notified, with its day."""
    return [
        (_text(state.msc_name) or "", event.date)
        for state in _events(record)
        for event in (*(state.events or ()), *(state.msc_notifications_list_info or ()))
        if kind in _kind(event.notification_type)
    ]


def _ended_early(record: Record) -> bool:
    """Whether the trial ended early wherever it ended: one member state that ended as planned completes it."""
    early = {state for state, _ in _happened(record, _EARLY)}
    planned = {state for state, _ in _happened(record, _END)} - early
    return bool(early) and not planned


def _ends(record: Record, status: Status | None, reader: FieldReader) -> tuple[PartialDate | None, CountType | None]:
    """Last day of the trial, actual once it has ended, before that as estimated."""
    if status in {Status.COMPLETED, Status.TERMINATED}:
        given = [*_happened(record, _END), *_happened(record, _EARLY)]
        days = [day for _, value in given if (day := _date("events.trialEvents.date", value, reader))]
        if actual := _date("endDateEU", record.end_date_eu, reader) or max(days, key=first_day, default=None):
            return actual, CountType.ACTUAL
    part = record.authorised.authorized_part_i or PartOne()
    duration = part.trial_details.trial_information.trial_duration
    for path, value in (
        ("estimatedGlobalEndDate", duration.estimated_global_end_date),
        ("estimatedEndDate", duration.estimated_end_date),
    ):
        if day := _date(f"{_INFORMATION}.trialDuration.{path}", value, reader):
            return day, CountType.ESTIMATED
    return None, None


def _start(record: Record, part: PartOne, reader: FieldReader) -> PartialDate | None:
    """First day of the trial in any member state, else the day on which recruitment was planned to begin."""
    given = [value for _, value in _happened(record, _START)] or [record.start_date_eu]
    days = [day for value in given if (day := _date("events.trialEvents.date", value, reader))]
    planned = part.trial_details.trial_information.trial_duration.estimated_recruitment_start_date
    return min(days, key=first_day, default=None) or _date(
        f"{_INFORMATION}.trialDuration.estimatedRecruitmentStartDate", planned, reader
    )


def _planned(record: Record, part: PartOne, states: Sequence[PartTwo], reader: FieldReader) -> int | None:
    """Planned participants: of every member state and of the rest of the world together."""
    path = "authorizedApplication.authorizedPartsII"
    counts = [
        reader.count(f"{path}[{number}].recruitmentSubjectCount", _plain(state.recruitment_subject_count))
        for number, state in enumerate(states)
    ]
    if not any(count is not None for count in counts):
        return reader.count("totalNumberEnrolled", _plain(record.total_number_enrolled))
    elsewhere = reader.count(f"{_PART_I}.rowSubjectCount", _plain(part.row_subject_count))
    return sum(count or 0 for count in counts) + (elsewhere or 0)


def _plain(value: Scalar) -> str | None:
    return _text(int(value) if isinstance(value, float) and value.is_integer() else value)


def _secondary_ids(number: str, authorised: Authorised, part: PartOne) -> Iterator[SecondaryId]:
    yield SecondaryId(id=number, kind="EU CT number")
    if authorised.eudra_ct and (code := _text(authorised.eudra_ct.eudra_ct_code)):
        yield SecondaryId(id=code, kind="EUDRACT_NUMBER")
    numbers = part.trial_details.clinical_trial_identifiers.secondary_identifying_numbers
    if numbers is None:
        return
    for given, kind in (
        (numbers.nct_number, "NCT number"),
        (numbers.isrctn_number, "ISRCTN number"),
        (numbers.who_universal_trial_number, "WHO universal trial number"),
    ):
        if given and (text := _text(given.number)):
            yield SecondaryId(id="".join(text.split()).upper(), kind=kind)
    for other in numbers.additional_registries or ():
        if text := _text(other.number):
            yield SecondaryId(id=text, kind="Other registry", domain_text=_text(other.other_registry_name))


def _allocation(part: PartOne, reader: FieldReader) -> Allocation | None:
    """Randomised as soon as one period is; the list of periods is empty for trials that came from EudraCT."""
    found = [
        reader.word(f"{_PERIODS}[{number}].allocationMethod", _text(period.allocation_method), ALLOCATION)
        for number, period in enumerate(_periods(part))
    ]
    return Allocation.RANDOMISED if Allocation.RANDOMISED in found else next((item for item in found if item), None)


_PERIODS = f"{_PART_I}.trialDetails.protocolInformation.studyDesign.periodDetails"


def _periods(part: PartOne) -> list[Period]:
    return part.trial_details.protocol_information.study_design.period_details or []


def _masking(part: PartOne) -> str | None:
    codes = _different(period.blinding_method_code for period in _periods(part))
    return f"blindingMethodCode {', '.join(codes)}" if codes else None


def _who_masked(part: PartOne, reader: FieldReader) -> tuple[Masked, ...]:
    """Everybody who is masked in a period, by the names of roles; a role that is not known goes to a person."""
    found: list[Masked] = []
    for number, period in enumerate(_periods(part)):
        for path, role in reader.blocks(f"{_PERIODS}[{number}].blindedRoles", period.blinded_roles, BlindedRole):
            name = _text(role.name)
            meant = who_masked([name]) if name else ()
            if name and not meant:
                reader.word(f"{path}.name", name, MASKED)
            found += meant
    return tuple(dict.fromkeys(found))


def _arms(part: PartOne, groups: Sequence[RoleGroup]) -> Iterator[Arm]:
    """The arms of every period; where the design is empty, one per role of the products."""
    described: dict[str, Arm] = {}
    for period in _periods(part):
        for arm in period.arm_details or ():
            if title := _text(arm.title):
                described.setdefault(title, Arm(label=title, description_text=_text(arm.description)))
    if described:
        yield from described.values()
        return
    for role, type_ in ROLE.items():
        products = [item for group in groups if _text(group.product_role_name) == role for item in group.products or ()]
        if type_ and products:
            names = _different(_name(item) for item in products)
            yield Arm(label=f"{role}: {', '.join(names)}" if names else role, type=type_, intervention_names=names)


def _interventions(part: PartOne, groups: Sequence[RoleGroup], reader: FieldReader) -> Iterator[Intervention]:
    given = [(group, item) for group in groups for item in group.products or ()]
    seen: set[str] = set()
    for group, product in given or [(RoleGroup(), item) for item in part.products or ()]:
        role = _text(group.product_role_name)
        reader.word(f"{_PART_I}.productRoleGroupInfos.productRoleName", role, dict.fromkeys(ROLE, ""))
        substances = product.product_dictionary_info.product_substances or ()
        names = _different(
            [
                _name(product),
                product.product_dictionary_info.active_substance_name,
                *(item.act_subst_name for item in substances),
                group.comments,
            ]
        )
        kinds = _different([role, *(item.substance_origin for item in substances)])
        if product.an_advanced_therapy_medicinal_product is True:
            kinds = (*kinds, _ADVANCED)
        name = names[0] if names else role
        if name and name.casefold() not in seen:
            seen.add(name.casefold())
            # A placebo is often entered under the product's own name: its role is a name for it too.
            others = (*names[1:], *(item for item in kinds if item in {"Placebo", _ADVANCED} and item != name))
            yield Intervention(name=name, type_text="; ".join(kinds) or None, other_names=others)


def _name(product: Product) -> str | None:
    info = product.product_dictionary_info
    return _text(product.product_name) or _text(info.prod_name) or _text(info.active_substance_name)


def _outcomes(part: PartOne) -> Iterator[PlannedOutcome]:
    points = part.trial_details.trial_information.end_point
    for role, items in (
        (OutcomeRole.PRIMARY, points.primary_end_points),
        (OutcomeRole.SECONDARY, points.secondary_end_points),
    ):
        for item in items or ():
            if measure := _text(item.end_point):
                yield PlannedOutcome(role=role, measure=measure)


def _sponsors(part: PartOne, *, is_lead: bool) -> tuple[str, ...]:
    sponsors = [item for item in part.sponsors or () if bool(item.primary) is is_lead and item.organisation]
    return _different(item.organisation.name for item in sponsors if item.organisation)


def _countries(authorised: Authorised, part: PartOne) -> Iterator[Scalar]:
    yield from (state.msc_name for state in authorised.member_states_concerned or ())
    yield from (state.msc_info.msc_name for state in authorised.authorized_parts_ii or ())
    yield from (country.name for country in part.row_countries_info or ())


def _eligibility(part: PartOne) -> str | None:
    criteria = part.trial_details.trial_information.eligibility_criteria
    texts = [
        *(item.principal_inclusion_criteria for item in criteria.principal_inclusion_criteria or ()),
        *(item.principal_exclusion_criteria for item in criteria.principal_exclusion_criteria or ()),
    ]
    return "\n".join(text for item in texts if (text := _text(item))) or None


def _age_groups(part: PartOne, reader: FieldReader) -> tuple[str, ...]:
    path = f"{_INFORMATION}.populationOfTrialSubjects.ageRanges"
    ranges = part.trial_details.trial_information.population_of_trial_subjects.age_ranges or ()
    codes = sorted(_different(item.age_range_category for item in ranges))
    return _different(reader.word(f"{path}.ageRangeCategory", code, AGE_GROUPS) for code in codes)


def _documents(record: Record) -> list[tuple[str, Scalar]]:
    """Results documents with the day on which they came in."""
    if record.results is None:
        return []
    lists = {
        "summaryResults": record.results.summary_results,
        "laypersonResults": record.results.layperson_results,
        "clinicalStudyReports": record.results.clinical_study_reports,
    }
    return [
        (f"results.{name}[{number}]", item.created_on or item.submission_date)
        for name, items in lists.items()
        for number, item in enumerate(items or ())
    ]


def _results_dates(record: Record, reader: FieldReader) -> Iterator[PartialDate]:
    for path, value in _documents(record):
        if day := _date(f"{path}.createdOn", value, reader):
            yield day


def _references(part: PartOne) -> Iterator[Reference]:
    details = part.trial_details
    for value in (*(details.pubmed_url or ()), *(details.pubmed_code or ())):
        if found := re.search(r"(?:^|/)([1-9]\d{0,8})/?$", _text(value) or ""):
            yield Reference(pmid=found[1])
