"""The closed lists of CTIS: ids, status and phase codes, allocation, roles of products, and what they mean.

Status 1 to 12 and phases 1 to 11 as the portal shows them; allocation from the system's reference list 57. The
texts of the shape before June 2024 stand beside the codes that replaced them.
"""

from models.registers import BY_NAME, EU_CT
from models.vocabulary import Allocation, ArmType, Status

SLUG = "ctis"
REGISTRY = "CTIS"
ID = BY_NAME[EU_CT].pattern
"""EU CT numbers without the suffix of a resubmission, which is the same trial asked for again."""

FULL_ID = rf"({ID})-(\d\d)"

STATUS_NAMES = {
    "1": "Under evaluation",
    "2": "Authorised, recruitment pending",
    "3": "Authorised, recruiting",
    "4": "Ongoing, recruiting",
    "5": "Ongoing, recruitment ended",
    "6": "Temporarily halted",
    "7": "Suspended",
    "8": "Ended",
    "9": "Expired",
    "10": "Revoked",
    "11": "Not authorised",
    "12": "Cancelled",
}
STATUS = {
    "Under evaluation": Status.NOT_YET_RECRUITING,
    "Authorised, recruitment pending": Status.NOT_YET_RECRUITING,
    "Authorised, not started": Status.NOT_YET_RECRUITING,
    "Ongoing, not yet recruiting": Status.NOT_YET_RECRUITING,
    "Authorised, recruiting": Status.RECRUITING,
    "Ongoing, recruiting": Status.RECRUITING,
    "Ongoing, recruitment ended": Status.ENDED_RECRUITING,
    "Temporarily halted": Status.SUSPENDED,
    "Halted": Status.SUSPENDED,
    "Suspended": Status.SUSPENDED,
    "Ended": Status.COMPLETED,
    "Expired": Status.WITHDRAWN,
    "Revoked": Status.TERMINATED,
    "Not authorised": Status.WITHDRAWN,
    "Cancelled": Status.WITHDRAWN,
}
"""An authorisation expires when nobody has been included; ``Ended`` and ``Revoked`` also look at the events."""

AGE_GROUPS = {"1": "In utero", "2": "0-17 years", "3": "18-64 years", "4": "65+ years"}
"""Categories of age as the portal's overview prints them."""
PHASE = {
    "1": "PHASE1",
    "2": "PHASE1",
    "3": "PHASE1",
    "4": "PHASE2",
    "5": "PHASE3",
    "6": "PHASE4",
    "7": "PHASE1/PHASE2",
    "8": "PHASE1/PHASE2",
    "9": "PHASE1/PHASE2",
    "10": "PHASE2/PHASE3",
    "11": "PHASE3/PHASE4",
}
ALLOCATION = {"1": Allocation.RANDOMISED, "2": Allocation.NON_RANDOMISED, "3": Allocation.NOT_APPLICABLE}
ROLE = {
    "Test": ArmType.EXPERIMENTAL,
    "Comparator": ArmType.ACTIVE_COMPARATOR,
    "Placebo": ArmType.PLACEBO_COMPARATOR,
    "Auxiliary": None,
}
"""Roles of products. An auxiliary one is given to everybody and makes no arm."""
