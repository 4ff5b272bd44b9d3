"""The closed lists of the WHO registry network: its registries with the form of their ids, and its words.

Registries and prefixes: the network's primary registries as ICTRP prints them. ICTRP puts ``JPRN-`` before the
ids of the Japanese registries, and ``EUCTR`` before EudraCT numbers with the country of the record behind them;
``CTIS`` before EU CT numbers, with the number of the submission behind them.

Recruitment status: the WHO Trial Registration Data Set (1.3.1, item 18) describes recruitment alone, and its
"complete" means that nobody is recruited any more. A bare "complete" therefore is the end of recruitment, unless
the registry has other words for that and keeps "completed" for the study (`TELLS_BOTH_ENDS`).
"""

import re
from dataclasses import dataclass

from connectors import ctgov_words
from models.vocabulary import Status, StudyType


@dataclass(frozen=True)
class Registry:
    """One registry: its name, the pattern of its own ids, and what ICTRP puts around them.

    Attributes
    ----------
    prefix : what ICTRP puts before the registry's own id
    suffix : pattern of what ICTRP puts behind it
    """

    name: str
    pattern: str
    prefix: str = ""
    suffix: str = ""


CTGOV, ISRCTN, EUCTR, CHICTR = "ClinicalTrials.gov", "ISRCTN", "EU Clinical Trials Register", "ChiCTR"

REGISTRIES = (
    Registry(CTGOV, r"NCT\d{8}"),
    Registry(ISRCTN, r"ISRCTN\d{8}"),
    Registry(EUCTR, r"(?:19|20)\d\d-[0-4]\d{5}-\d\d", prefix="EUCTR", suffix=r"-(?:[A-Z]{2}|3rd|Outside-EU/EEA)"),
    Registry("CTIS", r"20\d\d-5\d{5}-\d\d", prefix="CTIS", suffix=r"-\d\d"),
    Registry("ANZCTR", r"ACTRN\d{14}"),
    Registry(CHICTR, r"ChiCTR(?:-[A-Za-z]{2,6})?-?\d{8,10}"),
    Registry("CTRI", r"CTRI/\d{4}/\d{2,3}/\d{4,6}"),
    Registry("DRKS", r"DRKS\d{8}"),
    Registry("IRCT", r"IRCT\d{8,17}N\d{1,4}"),
    Registry("JPRN", r"(?:UMIN\d{9}|jRCTs?\d{9,10}|JapicCTI-\d{6}|JMA-IIA\d{5}|C\d{9})", prefix="JPRN-"),
    Registry("CRIS", r"KCT\d{7}"),
    Registry("LBCTR", r"LBCTR\d{10}"),
    Registry("NTR", r"(?:NTR\d{1,5}|NL\d{1,5}|NL-OMON\d{1,6})"),
    Registry("PACTR", r"PACTR\d{15,16}"),
    Registry("REPEC", r"PER-\d{3}-\d{2}"),
    Registry("ReBEC", r"RBR-[0-9a-zA-Z]{6,8}"),
    Registry("RPCEC", r"RPCEC\d{8}"),
    Registry("SLCTR", r"SLCTR/\d{4}/\d{3}"),
    Registry("TCTR", r"TCTR\d{11}"),
    Registry("ITMCTR", r"ITMCTR\d{10}"),
)
ID_PATTERN = "|".join(registry.pattern for registry in REGISTRIES)

_PRINTED = [(re.compile(rf"{item.prefix}({item.pattern})({item.suffix})?"), item) for item in REGISTRIES]
_BARE = [(re.compile(rf"(?:{item.prefix})?({item.pattern})(?:{item.suffix})?"), item) for item in REGISTRIES]
_IN_TEXT = re.compile(
    "|".join(
        rf"(?<![\w/-])(?:{item.prefix})?(?:{item.pattern})(?:{item.suffix or '(?!)'})?(?![\w/])" for item in REGISTRIES
    )
)


def registry_of(printed: str) -> tuple[Registry, str, bool] | None:
    """Registry and own id behind an id as ICTRP prints it, and whether ICTRP put something behind it."""
    for pattern, registry in _PRINTED:
        if match := pattern.fullmatch(printed):
            return registry, match[1], bool(registry.suffix and match[2])
    return None


def own_form(text: str) -> str:
    """An id in its registry's own form, whether or not ICTRP's additions surround it; other text unchanged."""
    for pattern, _ in _BARE:
        if match := pattern.fullmatch(text):
            return match[1]
    return text


def as_printed(own: str) -> str | None:
    """A registry's own id as ICTRP prints it; None where that depends on more than the id."""
    known = next((item for item in REGISTRIES if re.fullmatch(item.pattern, own)), None)
    return None if known is None or known.suffix else f"{known.prefix}{own}"


def ids_in(text: str) -> list[str]:
    """Registry ids that a text holds, each in its registry's own form."""
    return list(dict.fromkeys(own_form(match[0]) for match in _IN_TEXT.finditer(text)))


ABSENT = frozenset(
    ["", "null", "na", "n/a", "n.a.", "n.a", "nil", "nil known", "none", "not applicable", "not available", "-", "--"]
)
"""What stands where nothing is known, in lower case."""

TELLS_BOTH_ENDS = frozenset([CTGOV, "ANZCTR", "CTRI", ISRCTN])
"""Registries whose "completed" is the study's: they have other words for the end of recruitment, or, ISRCTN,
compute it from the end of the trial."""

STATUS = {word.lower(): ctgov_words.STATUS[api] for word, api in ctgov_words.CLASSIC_STATUS.items()} | {
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
