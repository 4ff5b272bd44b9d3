"""Words of ClinicalTrials.gov's classic form that other sources repeat: statuses and kinds of interventions."""

from models.vocabulary import Status

STATUS = {
    "NOT_YET_RECRUITING": Status.NOT_YET_RECRUITING,
    "RECRUITING": Status.RECRUITING,
    "ENROLLING_BY_INVITATION": Status.ENROLLING_BY_INVITATION,
    "ACTIVE_NOT_RECRUITING": Status.ENDED_RECRUITING,
    "SUSPENDED": Status.SUSPENDED,
    "COMPLETED": Status.COMPLETED,
    "TERMINATED": Status.TERMINATED,
    "WITHDRAWN": Status.WITHDRAWN,
    "UNKNOWN": Status.UNKNOWN,
    "WITHHELD": Status.WITHHELD,
    "AVAILABLE": Status.EXPANDED_ACCESS,
    "NO_LONGER_AVAILABLE": Status.EXPANDED_ACCESS,
    "TEMPORARILY_NOT_AVAILABLE": Status.EXPANDED_ACCESS,
    "APPROVED_FOR_MARKETING": Status.EXPANDED_ACCESS,
}

CLASSIC_STATUS = {
    "Not yet recruiting": "NOT_YET_RECRUITING",
    "Recruiting": "RECRUITING",
    "Enrolling by invitation": "ENROLLING_BY_INVITATION",
    "Active, not recruiting": "ACTIVE_NOT_RECRUITING",
    "Suspended": "SUSPENDED",
    "Completed": "COMPLETED",
    "Terminated": "TERMINATED",
    "Withdrawn": "WITHDRAWN",
    "Unknown status": "UNKNOWN",
    "Withheld": "WITHHELD",
    "Available": "AVAILABLE",
    "No longer available": "NO_LONGER_AVAILABLE",
    "Temporarily not available": "TEMPORARILY_NOT_AVAILABLE",
    "Approved for marketing": "APPROVED_FOR_MARKETING",
}

CLASSIC_INTERVENTION_TYPE = {
    "Behavioral": "BEHAVIORAL",
    "Biological": "BIOLOGICAL",
    "Combination Product": "COMBINATION_PRODUCT",
    "Device": "DEVICE",
    "Diagnostic Test": "DIAGNOSTIC_TEST",
    "Dietary Supplement": "DIETARY_SUPPLEMENT",
    "Drug": "DRUG",
    "Genetic": "GENETIC",
    "Procedure": "PROCEDURE",
    "Radiation": "RADIATION",
    "Other": "OTHER",
}
