"""The closed lists of ClinicalTrials.gov: every word of the API, its classic form, and what it means.

Source: the registry's own enumeration (``/api/v2/studies/enums``, values and legacyValues), and
``Anticipated``, which the classic files used for ESTIMATED until 2023. Where a word has a meaning of
ours it is mapped to it; where it has none, the classic form is brought to the API's word, so that one
trial reads the same in both forms.
"""

from connectors.classic_words import CLASSIC_INTERVENTION_TYPE, CLASSIC_STATUS
from models.registers import BY_NAME, CTGOV
from models.vocabulary import Allocation, ArmType, CountType, Masked, OutcomeRole, ReferenceType, StudyType

ID_PATTERN = BY_NAME[CTGOV].pattern
OWN_ID = "ORG_STUDY_ID"
"""Kind of the sponsor's own id for the study, which other registries and sponsors may use as well."""

STUDY_TYPE = {
    "INTERVENTIONAL": StudyType.INTERVENTIONAL,
    "OBSERVATIONAL": StudyType.OBSERVATIONAL,
    "EXPANDED_ACCESS": StudyType.EXPANDED_ACCESS,
}
ALLOCATION = {
    "RANDOMIZED": Allocation.RANDOMISED,
    "NON_RANDOMIZED": Allocation.NON_RANDOMISED,
    "NA": Allocation.NOT_APPLICABLE,
}
ARM_TYPE = {
    "EXPERIMENTAL": ArmType.EXPERIMENTAL,
    "ACTIVE_COMPARATOR": ArmType.ACTIVE_COMPARATOR,
    "PLACEBO_COMPARATOR": ArmType.PLACEBO_COMPARATOR,
    "SHAM_COMPARATOR": ArmType.SHAM_COMPARATOR,
    "NO_INTERVENTION": ArmType.NO_INTERVENTION,
    "OTHER": ArmType.OTHER,
}
COUNT_TYPE = {"ACTUAL": CountType.ACTUAL, "ESTIMATED": CountType.ESTIMATED}
REFERENCE_TYPE = {
    "BACKGROUND": ReferenceType.BACKGROUND,
    "RESULT": ReferenceType.RESULT,
    "DERIVED": ReferenceType.DERIVED,
}
OUTCOME_ROLE = {
    "PRIMARY": OutcomeRole.PRIMARY,
    "SECONDARY": OutcomeRole.SECONDARY,
    "OTHER_PRE_SPECIFIED": OutcomeRole.OTHER,
    "POST_HOC": OutcomeRole.POST_HOC,
}
WHO_MASKED = {
    "PARTICIPANT": Masked.PARTICIPANT,
    "CARE_PROVIDER": Masked.CARE_PROVIDER,
    "INVESTIGATOR": Masked.INVESTIGATOR,
    "OUTCOMES_ASSESSOR": Masked.OUTCOMES_ASSESSOR,
}

CLASSIC_STUDY_TYPE = {
    "Interventional": "INTERVENTIONAL",
    "Observational": "OBSERVATIONAL",
    "Observational [Patient Registry]": "OBSERVATIONAL",
    "Expanded Access": "EXPANDED_ACCESS",
}
CLASSIC_ALLOCATION = {"Randomized": "RANDOMIZED", "Non-Randomized": "NON_RANDOMIZED", "N/A": "NA"}
CLASSIC_ARM_TYPE = {
    "Experimental": "EXPERIMENTAL",
    "Active Comparator": "ACTIVE_COMPARATOR",
    "Placebo Comparator": "PLACEBO_COMPARATOR",
    "Sham Comparator": "SHAM_COMPARATOR",
    "No Intervention": "NO_INTERVENTION",
    "Other": "OTHER",
}
CLASSIC_COUNT_TYPE = {
    "Actual": "ACTUAL",
    "Anticipated": "ESTIMATED",
    "Estimated": "ESTIMATED",
    "Estimate": "ESTIMATED",
}
CLASSIC_OUTCOME_ROLE = {
    "Primary": "PRIMARY",
    "Secondary": "SECONDARY",
    "Other Pre-specified": "OTHER_PRE_SPECIFIED",
    "Post-Hoc": "POST_HOC",
}

CLASSIC_PHASE = {
    "N/A": "NA",
    "Not Applicable": "NA",
    "Early Phase 1": "EARLY_PHASE1",
    "Phase 0": "EARLY_PHASE1",
    "Phase 1": "PHASE1",
    "Phase 2": "PHASE2",
    "Phase 3": "PHASE3",
    "Phase 4": "PHASE4",
}
CLASSIC_MODEL = {
    "Single Group Assignment": "SINGLE_GROUP",
    "Parallel Assignment": "PARALLEL",
    "Crossover Assignment": "CROSSOVER",
    "Factorial Assignment": "FACTORIAL",
    "Sequential Assignment": "SEQUENTIAL",
}
CLASSIC_MASKING = {
    "None (Open Label)": "NONE",
    "No masking": "NONE",
    "Open Label": "NONE",
    "Single": "SINGLE",
    "Double": "DOUBLE",
    "Triple": "TRIPLE",
    "Quadruple": "QUADRUPLE",
}
CLASSIC_PURPOSE = {
    "Treatment": "TREATMENT",
    "Prevention": "PREVENTION",
    "Diagnostic": "DIAGNOSTIC",
    "Educational/Counseling/Training": "ECT",
    "Supportive Care": "SUPPORTIVE_CARE",
    "Screening": "SCREENING",
    "Health Services Research": "HEALTH_SERVICES_RESEARCH",
    "Basic Science": "BASIC_SCIENCE",
    "Device Feasibility": "DEVICE_FEASIBILITY",
    "Other": "OTHER",
}
CLASSIC_SPONSOR_CLASS = {"NIH": "NIH", "U.S. Fed": "FED", "Industry": "INDUSTRY", "Other": "OTHER"}
CLASSIC_PARAM = {
    "Geometric Mean": "GEOMETRIC_MEAN",
    "Geometric Least Squares Mean": "GEOMETRIC_LEAST_SQUARES_MEAN",
    "Least Squares Mean": "LEAST_SQUARES_MEAN",
    "Log Mean": "LOG_MEAN",
    "Mean": "MEAN",
    "Median": "MEDIAN",
    "Number": "NUMBER",
    "Count of Participants": "COUNT_OF_PARTICIPANTS",
    "Count of Units": "COUNT_OF_UNITS",
}
CLASSIC_CI_SIDES = {"1-Sided": "ONE_SIDED", "2-Sided": "TWO_SIDED"}
CLASSIC_ANALYSIS_DISPERSION = {
    "Standard Deviation": "STANDARD_DEVIATION",
    "Standard Error of the Mean": "STANDARD_ERROR_OF_MEAN",
}
CLASSIC_HYPOTHESIS = {
    "Superiority": "SUPERIORITY",
    "Non-Inferiority": "NON_INFERIORITY",
    "Equivalence": "EQUIVALENCE",
    "Other": "OTHER",
    "Non-Inferiority or Equivalence": "NON_INFERIORITY_OR_EQUIVALENCE",
    "Superiority or Other": "SUPERIORITY_OR_OTHER",
    "Non-Inferiority or Equivalence (legacy)": "NON_INFERIORITY_OR_EQUIVALENCE_LEGACY",
    "Superiority or Other (legacy)": "SUPERIORITY_OR_OTHER_LEGACY",
}
CLASSIC_TESTED = {"Yes": True, "No": False}
"""Until 2016 or so the form only said whether non-inferiority was tested (*memory*; the element is in the schema)."""


def _same(words: dict[str, str]) -> dict[str, str]:
    return {word: word for word in words.values()}


PHASE = _same(CLASSIC_PHASE)
STANDARD_AGES = ("CHILD", "ADULT", "OLDER_ADULT")
"""Groups that the registry derives from the limits of age; all of them where there is no limit."""
MODEL = _same(CLASSIC_MODEL)
MASKING = _same(CLASSIC_MASKING)
PURPOSE = _same(CLASSIC_PURPOSE)
INTERVENTION_TYPE = _same(CLASSIC_INTERVENTION_TYPE)
PARAM = _same(CLASSIC_PARAM)
CI_SIDES = _same(CLASSIC_CI_SIDES)
ANALYSIS_DISPERSION = _same(CLASSIC_ANALYSIS_DISPERSION)
HYPOTHESIS = _same(CLASSIC_HYPOTHESIS)
SPONSOR_CLASS = _same(CLASSIC_SPONSOR_CLASS) | {
    word: word for word in ("OTHER_GOV", "INDIV", "NETWORK", "AMBIG", "UNKNOWN")
}
LAST_KNOWN_STATUS = _same(CLASSIC_STATUS)
