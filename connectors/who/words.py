"""The closed lists of words of the WHO registry network.

Recruitment status: the WHO Trial Registration Data Set (1.3.1, item 18) describes recruitment alone, and its
"complete" means that nobody is recruited any more. A bare "complete" therefore is the end of recruitment, unless
the registry has other words for that and keeps "completed" for the study (`TELLS_BOTH_ENDS`).
"""

from connectors import classic_words
from models.registers import CTGOV, ISRCTN
from models.vocabulary import Status, StudyType

TELLS_BOTH_ENDS = frozenset([CTGOV, "ANZCTR", "CTRI", ISRCTN])
"""Registries whose "completed" is the study's: they have other words for the end of recruitment, or, ISRCTN,
compute it from the end of the trial."""

STATUS = {word.lower(): classic_words.STATUS[api] for word, api in classic_words.CLASSIC_STATUS.items()} | {
    "open to recruitment": Status.RECRUITING,
    "open public recruiting": Status.RECRUITING,
    "pending": Status.NOT_YET_RECRUITING,
    "pending (not yet recruiting)": Status.NOT_YET_RECRUITING,
    "active/not recruiting": Status.ENDED_RECRUITING,
    "closed to recruitment of participants": Status.ENDED_RECRUITING,
    "no longer recruiting": Status.ENDED_RECRUITING,
    "recruitment completed": Status.ENDED_RECRUITING,
    "complete: follow-up continuing": Status.ENDED_RECRUITING,
    "complete: follow-up complete": Status.COMPLETED,
    "complete": Status.ENDED_RECRUITING,
    "finished": Status.ENDED_RECRUITING,
    "stopped": Status.TERMINATED,
}
UNTOLD = frozenset(
    [
        "not recruiting",
        "authorised",
        "authorised-recruitment may be ongoing or finished",
        "ongoing",
        "other",
    ]
)
"""Words that leave open whether recruitment is still to come, under way or over. "Not recruiting" is ICTRP's own
recoding, under which a trial that has not begun and one that is over look the same."""

STUDY_TYPE = {
    "interventional": StudyType.INTERVENTIONAL,
    "intervention": StudyType.INTERVENTIONAL,
    "interventional study": StudyType.INTERVENTIONAL,
    "interventional clinical trial of medicinal product": StudyType.INTERVENTIONAL,
    "observational": StudyType.OBSERVATIONAL,
    "observational study": StudyType.OBSERVATIONAL,
    "observational [patient registry]": StudyType.OBSERVATIONAL,
    "expanded access": StudyType.EXPANDED_ACCESS,
}
OTHER_STUDY_TYPES = frozenset(
    [
        "basic science",
        "diagnostic test",
        "epidemilogical research",
        "epidemiological research",
        "prevention",
        "prognosis study",
    ]
)
"""Types of ChiCTR (one misspelt there) that say what a study is about, not whether it intervenes."""

FULL_EXPORT = (
    "TrialID",
    "SecondaryIDs",
    "public_title",
    "Scientific_title",
    "url",
    "Public_Contact_Firstname",
    "Public_Contact_Lastname",
    "Public_Contact_Address",
    "Public_Contact_Email",
    "Public_Contact_Tel",
    "Public_Contact_Affiliation",
    "Scientific_Contact_Firstname",
    "Scientific_Contact_Lastname",
    "Scientific_Contact_Address",
    "Scientific_Contact_Email",
    "Scientific_Contact_Tel",
    "Scientific_Contact_Affiliation",
    "study_type",
    "study_design",
    "phase",
    "Date_registration",
    "Date_enrollement",
    "Target_size",
    "Recruitment_status",
    "Primary_sponsor",
    "Secondary_sponsors",
    "Source_Support",
    "Countries",
    "Conditions",
    "Interventions",
    "Agemin",
    "Agemax",
    "Gender",
    "Inclusion_Criteria",
    "Exclusion_Criteria",
    "Primary_Outcome",
    "Secondary_Outcomes",
    "Bridging_flag",
    "Bridged_type",
    "Childs",
    "type_enrolment",
    "Retrospective_flag",
    "results_actual_enrollment",
    "results_url_link",
    "results_summary",
    "results_date_posted",
    "results_date_first_publication",
    "results_baseline_char",
    "results_participant_flow",
    "results_adverse_events",
    "results_outcome_measures",
    "results_url_protocol",
    "results_IPD_plan",
    "results_IPD_description",
    "results_date_completed",
    "results_yes_no",
    "Ethics_Status",
    "Ethics_Approval_Date",
    "Ethics_Contact_Name",
    "Ethics_Contact_Address",
    "Ethics_Contact_Phone",
    "Ethics_Contact_Email",
)
"""Columns of the full export, which has no header, as WHO's field list of 2020-05-22 names them."""
