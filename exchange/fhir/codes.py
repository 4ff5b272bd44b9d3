"""FHIR's codes for our words. A word that has no code stands as text alone.

Source: the value sets of FHIR 5.0.0 statistic-type, attribute-estimate-type, statistic-model-code, variable-role,
synthesis-type, certainty-type, certainty-rating and research-study-status.
"""

from typing import Any

from models.vocabulary import Interval, Measure, Model, StudyState

Coded = dict[str, Any]

_TERMINOLOGY, _FHIR = "http://terminology.hl7.org/CodeSystem", "http://hl7.org/fhir"
STATISTIC = f"{_TERMINOLOGY}/statistic-type"
ATTRIBUTE = f"{_TERMINOLOGY}/attribute-estimate-type"
ROLE = f"{_TERMINOLOGY}/variable-role"
SYNTHESIS = f"{_TERMINOLOGY}/synthesis-type"
MODEL = f"{_FHIR}/statistic-model-code"
CERTAINTY_TYPE, CERTAINTY = f"{_FHIR}/certainty-type", f"{_FHIR}/certainty-rating"
PROGRESS = f"{_FHIR}/research-study-status"

_MEASURES = {
    Measure.MD: ("0000457", "Mean Difference"),
    Measure.SMD: ("0000100", "Standardized Mean Difference"),
    Measure.SMD_APPROXIMATE: ("0000100", "Standardized Mean Difference"),
    Measure.RR: ("C93152", "Relative Risk"),
    Measure.OR: ("C16932", "Odds Ratio"),
    Measure.PETO: ("C16932", "Odds Ratio"),
    Measure.RD: ("0000424", "Risk Difference"),
    Measure.HR: ("C93150", "Hazard Ratio"),
    Measure.IRR: ("rate-ratio", "Incidence Rate Ratio"),
}
_ESTIMATORS = {
    Model.DL: ("tauDersimonianLaird", "Dersimonian-Laird method"),
    Model.PM: ("tauPauleMandel", "Paule-Mandel method"),
    Model.REML: ("tauRestrictedMaximumLikelihood", "Restricted Maximum Likelihood method"),
    Model.ML: ("tauMaximumLikelihood", "Maximum Likelihood method"),
    Model.EB: ("tauEmpiricalBayes", "Empirical Bayes method"),
    Model.HE: ("tauHedges", "Hedges method"),
    Model.SJ: ("tauSidikJonkman", "Sidik-Jonkman method"),
}
_FIXED = {
    Model.COMMON: ("poolInverseVariance", "Inverse variance method"),
    Model.MH: ("poolMantelHaenzsel", "Mantel-Haenszel method"),
    Model.PETO: ("poolPeto", "Peto method"),
}
_INTERVALS = {
    Interval.HKSJ: ("hartungKnapp", "Hartung-Knapp adjustment"),
    Interval.HKSJ_TRUNCATED: ("modifiedHartungKnapp", "Modified Hartung-Knapp adjustment"),
}
_STATES = {
    StudyState.PLANNED: ("not-yet-recruiting", "Not yet recruiting"),
    StudyState.RECRUITING: ("recruiting", "Recruiting"),
    StudyState.FOLLOW_UP: ("active-but-not-recruiting", "Active, not recruiting"),
    StudyState.SUSPENDED: ("temporarily-closed-to-accrual", "Temporarily Closed to Accrual"),
    StudyState.TERMINATED: ("terminated", "Terminated"),
    StudyState.WITHDRAWN: ("withdrawn", "Withdrawn"),
    StudyState.COMPLETED_NO_RESULTS: ("completed", "Completed"),
    StudyState.RESULTS_POSTED: ("completed", "Completed"),
    StudyState.RESULTS_PUBLISHED: ("completed", "Completed"),
    StudyState.EXTRACTED: ("completed", "Completed"),
    StudyState.POOLED: ("completed", "Completed"),
}
"""A study that nobody vouches for has no code."""
_RATINGS = {
    "high": ("high", "High quality"),
    "moderate": ("moderate", "Moderate quality"),
    "low": ("low", "Low quality"),
    "very low": ("very-low", "Very low quality"),
}
_DOMAINS = {
    "risk of bias": ("RiskOfBias", "Risk of bias"),
    "inconsistency": ("Inconsistency", "Inconsistency"),
    "indirectness": ("Indirectness", "Indirectness"),
    "imprecision": ("Imprecision", "Imprecision"),
    "publication bias": ("PublicationBias", "Publication bias"),
}


def coded(system: str, code: str, display: str, text: str = "") -> Coded:
    """A CodeableConcept with one coding."""
    return {"coding": [{"system": system, "code": code, "display": display}], "text": text or display}


def _known(system: str, found: tuple[str, str] | None, text: str) -> Coded:
    return coded(system, *found, text) if found else {"text": text}


def measure(word: Measure, label: str = "") -> Coded:
    """Type of a statistic; `label` is how its authors call the measure."""
    return _known(STATISTIC, _MEASURES.get(word), label or word.value)


def attribute(code: str, display: str, text: str = "") -> Coded:
    return coded(ATTRIBUTE, code, display, text)


def model(word: Model, interval: Interval) -> list[Coded]:
    """What a pooled estimate was computed with."""
    fixed = _FIXED.get(word)
    found = [
        coded(MODEL, "effectsFixed", "Fixed-effects") if fixed else coded(MODEL, "effectsRandom", "Random-effects"),
        _known(MODEL, fixed or _ESTIMATORS.get(word), word.value),
    ]
    return [*found, coded(MODEL, *_INTERVALS[interval])] if interval in _INTERVALS else found


def role(code: str, display: str) -> Coded:
    return coded(ROLE, code, display)


def progress(state: StudyState) -> Coded:
    """Where a study stands; the code is coarser than our word, which stays as text."""
    return _known(PROGRESS, _STATES.get(state), state.value)


def rating(certainty: str) -> Coded:
    return _known(CERTAINTY, _RATINGS.get(certainty), certainty)


def domain(word: str) -> Coded:
    return _known(CERTAINTY_TYPE, _DOMAINS.get(word), word)


def concern(is_rated_down: bool) -> Coded:
    found = ("serious-concern", "serious concern") if is_rated_down else ("no-concern", "no serious concern")
    return coded(CERTAINTY, *found)


OVERALL = coded(CERTAINTY_TYPE, "Overall", "Overall certainty")
META_ANALYSIS = coded(SYNTHESIS, "std-MA", "summary data meta-analysis")
