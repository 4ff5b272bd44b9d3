"""What differs between two versions of a record, and whether a reviewer would act on it."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import pytest

from models.trial import Arm, Intervention, PlannedOutcome, Reference, TrialRecord
from models.vocabulary import Allocation, CountType, OutcomeRole, ReferenceType, Status, StudyType
from studies.changes import changed_by, changes_between

Trials = Callable[..., TrialRecord]


def outcomes(*measures: str, role: OutcomeRole = OutcomeRole.PRIMARY) -> tuple[PlannedOutcome, ...]:
    return tuple(PlannedOutcome(role=role, measure=measure) for measure in measures)


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ({"status": Status.RECRUITING}, {"status": Status.COMPLETED}, "status"),
        ({"enrolment_count": 261}, {"enrolment_count": 263}, "participants"),
        ({"start_date": "2018-04"}, {"start_date": "2018-05-02"}, "start"),
        ({"primary_completion_date": "2019-04-30"}, {"primary_completion_date": "2020-10"}, "primary completion"),
        ({"completion_date": None}, {"completion_date": "2020-10"}, "completion"),
        ({"has_results": False}, {"has_results": True}, "has results"),
        ({}, {"disposition_posted_date": "2018-07-18"}, "certificate of delay posted"),
        ({"allocation": Allocation.NOT_APPLICABLE}, {"allocation": Allocation.RANDOMISED}, "allocation"),
        ({"study_type": StudyType.INTERVENTIONAL}, {"study_type": StudyType.OBSERVATIONAL}, "study type"),
        ({"arms": (Arm(label="MSC-NTF"),)}, {"arms": (Arm(label="IM"), Arm(label="IT"))}, "arms"),
        ({"interventions": (Intervention(name="MSC"),)},
         {"interventions": (Intervention(name="MSC"), Intervention(name="Bone marrow aspiration"))}, "interventions"),
        ({"sponsor": "Hadassah Medical Organization"}, {"sponsor": "Brainstorm-Cell Therapeutics"}, "sponsor"),
        ({"outcomes": outcomes("ALSFRS-R")}, {"outcomes": outcomes("Survival")}, "primary outcomes"),
        ({"conditions": ("ALS",)}, {"conditions": ("Parkinson Disease",)}, "conditions"),
    ],
)  # fmt: skip
def test_what_a_reviewer_would_act_on(trial: Trials, before: dict[str, Any], after: dict[str, Any], field: str):
    [change] = changes_between(trial(**before), trial(**after))
    assert (change.field, change.is_substantive) == (field, True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Single-group records: allocation is absent in one export and not applicable in the next.
        ({"allocation": None}, {"allocation": Allocation.NOT_APPLICABLE}),
        # Agencies and classes renamed by the registry.
        ({"sponsor": "Fundación Diógenes"}, {"sponsor": "Diógenes Foundation"}),
        ({"sponsor": "California Institute for Regenerative Medicine"},
         {"sponsor": "California Institute for Regenerative Medicine (CIRM)"}),
        ({"sponsor_class_text": "Other"}, {"sponsor_class_text": "OTHER_GOV"}),
        ({"collaborators": ("Fundación Diógenes",)}, {"collaborators": ("Diógenes Foundation",)}),
        # A plan confirmed, precision added.
        ({"enrolment_count": 18, "enrolment_type": CountType.ESTIMATED},
         {"enrolment_count": 18, "enrolment_type": CountType.ACTUAL}),
        ({"start_date": "2018-04"}, {"start_date": "2018-04-12"}),
        ({"primary_completion_type": CountType.ESTIMATED}, {"primary_completion_type": CountType.ACTUAL}),
        # Words rearranged or respelled.
        ({"masking_text": "Double (Participant, Investigator)"}, {"masking_text": "Double"}),
        ({"interventions": (Intervention(name="MSC-NTF cells (i.m.)"),)},
         {"interventions": (Intervention(name="MSC-NTF Cells (IM)"),)}),
        ({"conditions": ("ALS", "Amyotrophic Lateral Sclerosis")}, {"conditions": ("Amyotrophic Lateral Sclerosis", "ALS")}),
        ({"outcomes": outcomes("Revised ALS functional rating scale (ALSFRS-R) scores")},
         {"outcomes": outcomes("Change From Baseline in Revised ALS Functional Rating Scale (ALSFRS-R) Score at 24 Weeks")}),
        # Found by the library, or the registry's own word.
        ({}, {"references": (Reference(pmid="28674982", type=ReferenceType.DERIVED),)}),
        ({"status": Status.ENDED_RECRUITING}, {"status": Status.UNKNOWN}),
        ({}, {"verified_date": "2020-01"}),
        ({}, {"last_update_posted_date": "2018-03-26"}),
    ],
)  # fmt: skip
def test_drift_of_form_is_never_of_substance(trial: Trials, before: dict[str, Any], after: dict[str, Any]):
    assert [item for item in changes_between(trial(**before), trial(**after)) if item.is_substantive] == []


def test_a_record_does_not_differ_from_itself(archived: Mapping[str, Sequence[TrialRecord]]):
    for versions in archived.values():
        assert changes_between(versions[-1], versions[-1]) == []


QUIET = [
    "NCT00855400",
    "NCT01082653",
    "NCT01254539",
    "NCT01348451",
    "NCT01494480",
    "NCT01640067",
    "NCT01759797",
    "NCT01771640",
    "NCT01777646",
    "NCT01933321",
    "NCT02116634",
    "NCT02193893",
    "NCT02492516",
]
"""No sponsor's change between the dumps of 2018 and 2020."""


def test_records_that_no_sponsor_changed_show_nothing_of_substance(archived: Mapping[str, Sequence[TrialRecord]]):
    found, n_compared = {}, 0
    for nct_id in QUIET:
        versions = [item for item in archived[nct_id] if item.last_update_submitted_date]
        for before, after in pairwise(versions[-3:]):
            if before.last_update_submitted_date == after.last_update_submitted_date:
                n_compared += 1
                changes = [item for item in changes_between(before, after) if item.is_substantive]
                if changes:
                    found[nct_id] = changes
    assert found == {}
    assert n_compared >= 2


@pytest.mark.parametrize(
    ("nct_id", "since", "fields"),
    [
        ("NCT02242071", "2016-07", {"status", "participants"}),  # completed with 40, then withdrawn with none
        ("NCT02017912", "2016-07", {"certificate of delay posted"}),
        ("NCT03280056", "2018-05", {"status", "participants", "primary completion", "completion", "interventions",
                         "certificate of delay posted", "results submitted", "has results", "results posted",
                         "results returned by quality control"}),
        ("NCT03268603", "2018-01-30", {"primary completion", "completion", "status", "participants"}),
    ],
)  # fmt: skip
def test_what_sponsors_really_changed(
    archived: Mapping[str, Sequence[TrialRecord]], nct_id: str, since: str, fields: set[str]
):
    versions = [item for item in archived[nct_id] if item.registry_date >= since]
    changed = {
        item.field
        for before, after in pairwise(versions)
        for item in changes_between(before, after)
        if item.is_substantive
    }
    assert changed == fields


def test_whose_doing_a_version_is(trial: Trials):
    before = trial(last_update_submitted_date="2017-03-29")
    assert changed_by(before, trial(last_update_submitted_date="2018-10-23")) == "sponsor"
    assert changed_by(before, trial(last_update_submitted_date="2017-03-29", status=Status.UNKNOWN)) == "registry"
