"""The field map of ClinicalTrials.gov: what a study object of API v2 says, module by module."""

import re
from collections.abc import Iterable, Iterator

from connectors import classic_words
from connectors.ctgov import words
from connectors.ctgov.results import posted_results, submitted_results
from connectors.ctgov.shape import Eligibility, MaskingInfo, ProtocolSection, StatusModule, Study
from connectors.ctgov.text import plain
from connectors.reading import FieldReader, doi_in, tidy
from models.dates import PartialDate
from models.registers import CTGOV
from models.trial import Arm, Intervention, PlannedOutcome, Reference, SecondaryId, TrialRecord
from models.vocabulary import Masked, OutcomeRole, VersionOrigin

SLUG = "ctgov"
LOOK = "look at the record in the registry and in the archive"


def record_of(study: Study, origin: VersionOrigin, reader: FieldReader) -> TrialRecord | None:
    """The record that a study object describes; None with a note if it has no id of the registry or no date."""
    protocol, status = study.protocol_section, study.protocol_section.status_module
    names, design = protocol.identification_module, protocol.design_module
    in_status, in_design = "protocolSection.statusModule", "protocolSection.designModule"
    if not re.fullmatch(words.ID_PATTERN, names.nct_id):
        reader.note("protocolSection.identificationModule.nctId", names.nct_id, "no id of this registry", LOOK)
        return None
    dates = _dates(status, reader)
    registry_date = (
        dates["last_update_posted_date"] or dates["last_update_submitted_date"] or dates["first_posted_date"]
    )
    if registry_date is None:
        reader.note(
            f"{in_status}.lastUpdatePostDateStruct.date", "", "the record does not say when it was posted", LOOK
        )
        return None
    return TrialRecord(
        source=SLUG,
        registry=CTGOV,
        registry_id=names.nct_id,
        registry_date=registry_date,
        origin=origin,
        aliases=names.nct_id_aliases,
        secondary_ids=_secondary_ids(protocol),
        brief_title=tidy(names.brief_title),
        official_title=tidy(names.official_title),
        acronym=tidy(names.acronym),
        status=reader.word(f"{in_status}.overallStatus", status.overall_status, classic_words.STATUS),
        status_text=tidy(status.overall_status),
        last_known_status_text=reader.known(
            f"{in_status}.lastKnownStatus", status.last_known_status, words.LAST_KNOWN_STATUS
        ),
        why_stopped_text=plain(status.why_stopped),
        study_type=reader.word(f"{in_design}.studyType", design.study_type, words.STUDY_TYPE),
        phase_text="/".join(
            reader.known(f"{in_design}.phases[{number}]", phase, words.PHASE) or phase
            for number, phase in enumerate(design.phases)
        )
        or None,
        allocation=reader.word(f"{in_design}.designInfo.allocation", design.design_info.allocation, words.ALLOCATION),
        intervention_model_text=reader.known(
            f"{in_design}.designInfo.interventionModel", design.design_info.intervention_model, words.MODEL
        ),
        observational_model_text=tidy(design.design_info.observational_model),
        masking_text=reader.known(
            f"{in_design}.designInfo.maskingInfo.masking", design.design_info.masking_info.masking, words.MASKING
        ),
        who_masked=_who_masked(design.design_info.masking_info, reader),
        masking_details_text=plain(
            reader.block(
                f"{in_design}.designInfo.maskingInfo.maskingDescription",
                design.design_info.masking_info.masking_description,
                str,
            )
        ),
        primary_purpose_text=reader.known(
            f"{in_design}.designInfo.primaryPurpose", design.design_info.primary_purpose, words.PURPOSE
        ),
        enrolment_count=reader.count(f"{in_design}.enrollmentInfo.count", design.enrollment_info.count),
        enrolment_type=reader.word(f"{in_design}.enrollmentInfo.type", design.enrollment_info.type, words.COUNT_TYPE),
        conditions=_texts(protocol.conditions_module.conditions),
        keywords=_texts(protocol.conditions_module.keywords),
        arms=tuple(_arms(protocol, reader)),
        interventions=tuple(_interventions(protocol, reader)),
        outcomes=tuple(_outcomes(protocol)),
        sponsor=tidy(protocol.sponsor_collaborators_module.lead_sponsor.name),
        sponsor_class_text=reader.known(
            "protocolSection.sponsorCollaboratorsModule.leadSponsor.class",
            protocol.sponsor_collaborators_module.lead_sponsor.class_,
            words.SPONSOR_CLASS,
        ),
        collaborators=_texts(party.name for party in protocol.sponsor_collaborators_module.collaborators),
        countries=tuple(sorted(set(_texts(place.country for place in protocol.contacts_locations_module.locations)))),
        summary_text=plain(protocol.description_module.brief_summary),
        eligibility_text=plain(protocol.eligibility_module.eligibility_criteria),
        minimum_age_text=tidy(protocol.eligibility_module.minimum_age),
        maximum_age_text=tidy(protocol.eligibility_module.maximum_age),
        age_groups=_age_groups(protocol.eligibility_module),
        primary_completion_type=reader.word(
            f"{in_status}.primaryCompletionDateStruct.type",
            status.primary_completion_date_struct.type,
            words.COUNT_TYPE,
        ),
        completion_type=reader.word(
            f"{in_status}.completionDateStruct.type", status.completion_date_struct.type, words.COUNT_TYPE
        ),
        has_results=study.results_section is not None if study.has_results is None else study.has_results,
        references=tuple(_references(protocol, reader)),
        results=posted_results(study.results_section, reader) if study.results_section else None,
        **(dates | submitted_results(study.annotation_section, dates, reader)),
    )


def _who_masked(masking: MaskingInfo, reader: FieldReader) -> tuple[Masked, ...]:
    path = "protocolSection.designModule.designInfo.maskingInfo.whoMasked"
    named = (reader.word(place, word, words.WHO_MASKED) for place, word in reader.blocks(path, masking.who_masked, str))
    return tuple(dict.fromkeys(who for who in named if who))


def _dates(status: StatusModule, reader: FieldReader) -> dict[str, PartialDate | None]:
    """The record's dates, by our names for them."""
    read = {
        "start_date": ("startDateStruct.date", status.start_date_struct.date),
        "primary_completion_date": ("primaryCompletionDateStruct.date", status.primary_completion_date_struct.date),
        "completion_date": ("completionDateStruct.date", status.completion_date_struct.date),
        "first_posted_date": ("studyFirstPostDateStruct.date", status.study_first_post_date_struct.date),
        "last_update_submitted_date": ("lastUpdateSubmitDate", status.last_update_submit_date),
        "last_update_posted_date": ("lastUpdatePostDateStruct.date", status.last_update_post_date_struct.date),
        "results_submitted_date": ("resultsFirstSubmitDate", status.results_first_submit_date),
        "results_posted_date": ("resultsFirstPostDateStruct.date", status.results_first_post_date_struct.date),
        "disposition_posted_date": ("dispFirstPostDateStruct.date", status.disp_first_post_date_struct.date),
        "verified_date": ("statusVerifiedDate", status.status_verified_date),
    }
    return {name: reader.date(f"protocolSection.statusModule.{path}", text) for name, (path, text) in read.items()}


def _texts(texts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(kept for text in texts if (kept := tidy(text)))


def _age_groups(module: Eligibility) -> tuple[str, ...]:
    """The registry derives groups from the limits: they tell something only where there are none."""
    return () if module.minimum_age or module.maximum_age else _texts(module.std_ages)


def _secondary_ids(protocol: ProtocolSection) -> tuple[SecondaryId, ...]:
    names = protocol.identification_module
    own = (SecondaryId(id=names.org_study_id_info.id, kind=words.OWN_ID),) if names.org_study_id_info.id else ()
    return own + tuple(
        SecondaryId(id=other.id, kind=tidy(other.type), domain_text=tidy(other.domain))
        for other in names.secondary_id_infos
        if other.id
    )


def _arms(protocol: ProtocolSection, reader: FieldReader) -> Iterator[Arm]:
    for number, arm in enumerate(protocol.arms_interventions_module.arm_groups):
        path = f"protocolSection.armsInterventionsModule.armGroups[{number}]"
        yield Arm(
            label=tidy(arm.label) or f"arm {number + 1}",
            type=reader.word(f"{path}.type", arm.type, words.ARM_TYPE),
            description_text=plain(arm.description),
            intervention_names=_texts(name.partition(": ")[2] or name for name in arm.intervention_names),
        )


def _interventions(protocol: ProtocolSection, reader: FieldReader) -> Iterator[Intervention]:
    for number, given in enumerate(protocol.arms_interventions_module.interventions):
        path = f"protocolSection.armsInterventionsModule.interventions[{number}]"
        yield Intervention(
            name=tidy(given.name) or f"intervention {number + 1}",
            type_text=reader.known(f"{path}.type", given.type, words.INTERVENTION_TYPE),
            other_names=_texts(given.other_names),
            arm_labels=_texts(given.arm_group_labels),
            description_text=plain(given.description),
        )


def _outcomes(protocol: ProtocolSection) -> Iterator[PlannedOutcome]:
    module = protocol.outcomes_module
    for role, planned in (
        (OutcomeRole.PRIMARY, module.primary_outcomes),
        (OutcomeRole.SECONDARY, module.secondary_outcomes),
        (OutcomeRole.OTHER, module.other_outcomes),
    ):
        for outcome in planned:
            if measure := tidy(outcome.measure):
                yield PlannedOutcome(role=role, measure=measure, time_frame=tidy(outcome.time_frame))


def _references(protocol: ProtocolSection, reader: FieldReader) -> Iterator[Reference]:
    for number, reference in enumerate(protocol.references_module.references):
        path = f"protocolSection.referencesModule.references[{number}].type"
        if pmid := tidy(reference.pmid):
            yield Reference(pmid=pmid, type=reader.word(path, reference.type, words.REFERENCE_TYPE))
        elif citation := tidy(reference.citation):
            kind = reader.word(path, reference.type, words.REFERENCE_TYPE)
            yield Reference(doi=doi_in(citation), citation=citation, type=kind)
