"""How much longer people live on average within a time, study by study."""

from models.value import Value
from models.vocabulary import EvidenceSet


class RmstDifference(Value, frozen=True, kw_only=True):
    """Restricted mean survival time of one study's arms up to its last common landmark; all times in days.

    `difference` is the intervention's less the control's. `least` and `most` bound it whatever happened between the
    landmarks; they are about the curves as they are printed, and no confidence limits. What is not known is None.
    """

    study_id: str
    evidence_set: EvidenceSet
    """Confirmed, or provisional where a row of its curves waits for a person."""
    analysis: str
    comparison: str
    outcome: str
    timepoint: str
    until: float
    """Time up to which lives are counted."""
    until_text: str
    """The same as the report gives it, as ``12 months``."""
    unit: str
    """Unit of time of the report."""
    n_landmarks: int
    """Times after the start that both curves have."""
    mean_intervention: float
    mean_control: float
    difference: float
    least: float
    most: float
    ratio: float
    se: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    level: float = 0.95
    source: str = ""
    note: str = ""
