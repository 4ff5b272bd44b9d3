"""What a reader sees for each code, date and identifier: plain words for closed lists, addresses for ids."""

import calendar
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from urllib.parse import quote

from models.dates import PartialDate
from models.published import PublishedVersion
from models.registers import address_of
from models.search_day import is_told, search_day, searched
from models.synthesis import PooledEffect
from models.vocabulary import (
    Convention,
    Criterion,
    EventCode,
    EvidenceSet,
    EvidenceWord,
    Interval,
    Measure,
    Model,
    ReportKind,
    Rule,
    SourceState,
    StudyList,
    StudyState,
    UpdateStatus,
    Verdict,
)

EVENTS = {
    EventCode.COMPLETED: "Study completed",
    EventCode.RESULTS_SUBMITTED: "Results in a registry's quality control",
    EventCode.RESULTS_POSTED: "Results posted in a registry",
    EventCode.REPORT_LINKED: "Report of results found",
    EventCode.NEW_TRIAL: "New eligible study",
    EventCode.OVERDUE: "Results overdue",
    EventCode.REVERSAL: "Registry entry went back on itself",
    EventCode.CORRECTION: "Report corrected, retracted or in doubt",
    EventCode.LISTED_LATE: "Listed as ongoing after it had ended",
}

HEADLINES = {
    EventCode.COMPLETED: "study completed:",
    EventCode.RESULTS_SUBMITTED: "results in quality control for",
    EventCode.RESULTS_POSTED: "results posted for",
    EventCode.REPORT_LINKED: "results published for",
    EventCode.NEW_TRIAL: "new trial",
    EventCode.OVERDUE: "results overdue for",
    EventCode.REVERSAL: "registry entry went back on itself:",
    EventCode.CORRECTION: "correction or retraction concerning",
    EventCode.LISTED_LATE: "listed as ongoing after it had ended:",
}

RULES = {
    Rule.S0: "Published estimate not reproduced",
    Rule.S1: "Statistical significance changed",
    Rule.S2: "Effect moved",
    Rule.S3: "Many new participants",
    Rule.S4: "Interval crosses or clears the smallest important difference",
    Rule.S5: "Became poolable",
    Rule.S6: "Enough new participants to change the conclusion",
}

RULE_REMARKS = dict.fromkeys(
    (Rule.S3, Rule.S6), "announces participants whose results may not be public; decides nothing alone"
)

STATES = {
    StudyState.PLANNED: "Planned",
    StudyState.RECRUITING: "Recruiting",
    StudyState.FOLLOW_UP: "In follow-up",
    StudyState.STALE: "Status no longer vouched for",
    StudyState.SUSPENDED: "Suspended",
    StudyState.COMPLETED_NO_RESULTS: "Completed, no results",
    StudyState.TERMINATED: "Terminated",
    StudyState.WITHDRAWN: "Withdrawn",
    StudyState.RESULTS_POSTED: "Results posted",
    StudyState.RESULTS_PUBLISHED: "Results published",
    StudyState.EXTRACTED: "Data extracted",
    StudyState.POOLED: "In the pooled analysis",
}

LISTS = {
    StudyList.INCLUDED: "Included studies",
    StudyList.AWAITING: "Studies awaiting classification",
    StudyList.ONGOING: "Ongoing studies",
    StudyList.EXCLUDED: "Excluded studies",
    StudyList.SCREENED_OUT: "Screened out",
}

CRITERIA = {
    Criterion.POPULATION: "Population",
    Criterion.INTERVENTION: "Intervention",
    Criterion.DESIGN: "Design",
    Criterion.COMPARATOR: "Comparator",
    Criterion.CO_INTERVENTIONS: "Co-interventions",
    Criterion.AGE: "Age",
    Criterion.SETTING: "Setting",
    Criterion.DATES: "Dates",
}

VERDICTS = {Verdict.MET: "Met", Verdict.NOT_MET: "Not met", Verdict.UNCLEAR: "Unclear"}

EVIDENCE_SETS = {
    EvidenceSet.PUBLISHED: "Published",
    EvidenceSet.CONFIRMED: "Confirmed",
    EvidenceSet.PROVISIONAL: "Provisional",
    EvidenceSet.UNDISPUTED: "Undisputed",
}

EVIDENCE_WORDS = {
    EvidenceWord.VERBATIM: "seen in a stored copy of the source",
    EvidenceWord.DERIVED: "computed from figures seen in the source",
    EvidenceWord.INFERRED: "follows from design and dates, not stated by the source",
    EvidenceWord.MEMORY: "recalled, to be verified; never enters a pooled analysis",
}

CONVENTIONS = {
    Convention.PUBLISHED: "As published",
    Convention.REVMAN5: "RevMan 5",
    Convention.REVMAN2025: "Cochrane 2025",
}

MODELS = {
    Model.COMMON: "Inverse variance, common effect",
    Model.MH: "Mantel\u2013Haenszel, common effect",
    Model.DL: "Random effects, DerSimonian\u2013Laird",
    Model.REML: "Random effects, REML",
    Model.PETO: "Peto, common effect",
    Model.PM: "Random effects, Paule\u2013Mandel",
    Model.ML: "Random effects, maximum likelihood",
    Model.EB: "Random effects, empirical Bayes",
    Model.HE: "Random effects, Hedges",
    Model.SJ: "Random effects, Sidik\u2013Jonkman",
    Model.GLMM_CM_AL: "Random effects of counts, conditional, approximate",
    Model.GLMM_CM_EL: "Random effects of counts, conditional",
    Model.GLMM_UM_FS: "Random effects of counts, with each study's control risk",
    Model.GLMM_CM_AL_EE: "Common effect of counts, conditional, approximate",
    Model.GLMM_CM_EL_EE: "Common effect of counts, conditional",
    Model.GLMM_UM_FS_EE: "Common effect of counts, with each study's control risk",
    Model.BETA_BINOMIAL: "Beta-binomial, studies without events included",
    Model.EXACT: "Common effect, exact probabilities",
}

SHORT_MODELS = {model: model.value for model in Model} | {
    Model.COMMON: "IV",
    Model.MH: "M\u2013H",
    Model.PETO: "Peto",
}

INTERVALS = {
    Interval.WALD: "",
    Interval.HKSJ: ", HKSJ",
    Interval.HKSJ_TRUNCATED: ", truncated HKSJ",
    Interval.PROFILE: ", profile likelihood",
    Interval.HENMI_COPAS: ", Henmi\u2013Copas",
    Interval.KENWARD_ROGER: ", Kenward\u2013Roger",
    Interval.EXACT: ", exact limits",
    Interval.MID_P: ", mid-P limits",
}
"""What follows the model's name; Wald limits are what a reader expects and go without saying."""


MEASURES = {
    Measure.MD: "Mean difference",
    Measure.RR: "Risk ratio",
    Measure.SMD: "Standardised mean difference",
    Measure.SMD_APPROXIMATE: "Standardised mean difference",
    Measure.ROM: "Ratio of means",
    Measure.ROM_GEOMETRIC: "Ratio of geometric means",
    Measure.OR: "Odds ratio",
    Measure.RD: "Risk difference",
    Measure.PETO: "Peto odds ratio",
    Measure.HR: "Hazard ratio",
    Measure.IRR: "Rate ratio",
    Measure.GEN: "Effect",
}

SHORT_MEASURES = {measure: measure.value for measure in Measure} | {
    Measure.SMD_APPROXIMATE: "SMD",
    Measure.ROM_GEOMETRIC: "RoGM",
    Measure.ROM: "RoM",
    Measure.PETO: "Peto OR",
    Measure.GEN: "Effect",
}

ROLES = {"main": "", "subgroup": "subgroup analysis", "sensitivity": "sensitivity analysis"}

SOURCE_STATES = {
    SourceState.COMPLETE: "Complete",
    SourceState.PARTIAL: "Partial",
    SourceState.FAILED: "Failed",
    SourceState.LOST: "Lost",
}

LITERATURE = {
    "pubmed": "PubMed",
    "europepmc": "Europe PMC",
    "nbib": "PubMed, saved citations",
    "ris": "files of a database that they do not name",
}
"""What readers call a source of reports."""

REPORTS = {
    ReportKind.RESULTS: "results",
    ReportKind.FOLLOW_UP: "later look",
    ReportKind.PROTOCOL: "protocol",
    ReportKind.ABSTRACT: "conference abstract",
    ReportKind.REGISTRY_SUMMARY: "registry\u2019s summary of results",
    ReportKind.NOTICE: "notice",
    ReportKind.OTHER: "other",
}

QUEUE = {
    "results": "Results to read",
    "report": "Of which study is a report?",
    "eligibility": "Eligibility is unclear",
    "extraction": "Numbers to confirm",
    "analysis": "Published estimates not reproduced",
    "link": "Link to a study is uncertain",
    "discrepancy": "Numbers differ",
    "search": "Search by hand",
    "ruling": "A row is not applied",
    "rejected": "Record could not be read",
    "recall": "Known study not found by the search",
    "vanished": "No longer found",
    "check": "Value that cannot be",
}

PLAIN_STATUS = {
    UpdateStatus.UP_TO_DATE: "The review reflects the evidence found so far.",
    UpdateStatus.UPDATE_PENDING: "There is evidence that the published review does not yet contain.",
    UpdateStatus.NOT_PUBLISHED: "Nothing of the review is published yet, so nothing of it can be out of date.",
    UpdateStatus.NOT_KNOWN: "Whether the review reflects the evidence is not known tonight.",
    UpdateStatus.NO_UPDATE_PLANNED: "People decided that this review will not be updated.",
}

_ADDRESSES = (
    (re.compile(r"PMID:(\d+)"), "https://pubmed.ncbi.nlm.nih.gov/{}/"),
    (re.compile(r"DOI:(10\.\d{4,9}/\S+)"), "https://doi.org/{}"),
    (re.compile(r"10\.\d{4,9}/\S+"), "https://doi.org/{}"),
)


def address(identifier: str) -> str | None:
    """Where a reader finds a record or report; None when the identifier is of no known kind."""
    for pattern, template in _ADDRESSES:
        if match := pattern.fullmatch(identifier):
            return template.format(quote(match[match.lastindex or 0], safe="/"))
    return address_of(identifier)


def day(value: date | PartialDate | None) -> str:
    """``31 July 2019``; as much of it as is known; a dash when nothing is."""
    if value is None:
        return "\u2013"
    year, *rest = (value if isinstance(value, str) else value.isoformat()[:10]).split("-")
    parts = [year]
    if rest:
        parts.insert(0, calendar.month_name[int(rest[0])])
    if len(rest) == 2:
        parts.insert(0, str(int(rest[1])))
    return " ".join(parts)


def moment(value: datetime | None) -> str:
    """``20 November 2026, 06:00 UTC``; *never* when there was none."""
    if value is None:
        return "never"
    return f"{day(value.astimezone(UTC).date())}, {value.astimezone(UTC):%H:%M} UTC"


def model_name(effect: PooledEffect) -> str:
    """A line of a table or figure: ``RevMan 5: M–H``, ``Cochrane 2025: REML, HKSJ``."""
    return f"{CONVENTIONS[effect.convention]}: {_short(effect)}"


def all_models(effects: Sequence[PooledEffect]) -> str:
    """Several lines in one: ``RevMan 5: M–H; DL. Cochrane 2025: REML; REML, HKSJ``."""
    named: dict[str, list[str]] = {}
    for effect in effects:
        named.setdefault(CONVENTIONS[effect.convention], []).append(_short(effect))
    return ". ".join(f"{convention}: {'; '.join(models)}" for convention, models in named.items())


def _short(effect: PooledEffect) -> str:
    return SHORT_MODELS[effect.model] + INTERVALS[effect.interval]


def version_in_force(version: PublishedVersion) -> str:
    """``2019, searched 31 July 2019``; before the first version, since when the review is watched."""
    if version.is_published:
        return f"{version.version}, {searched(version, day)}"
    return f"none published yet; watched since {day(version.search_date)}"


def since_when(version: PublishedVersion) -> str:
    """The day after which things are news, and what it is."""
    if version.is_published and not is_told(version):
        return search_day(version, day)
    what = "the search date of the version in force" if version.is_published else "the day on which watching began"
    return f"{day(version.search_date)}, {what}"


def study_labels(version: PublishedVersion) -> dict[str, str]:
    """Names such as ``Oh 2018`` that the published version gives its studies, by study id."""
    return {study.study_id: study.label for study in version.listed}


def with_evidence(evidence_set: EvidenceSet, text: str = "") -> str:
    """What is said of one set of evidence; the review's result, confirmed or else published, needs no name."""
    if evidence_set in (EvidenceSet.CONFIRMED, EvidenceSet.PUBLISHED):
        return text[:1].upper() + text[1:]
    return f"With {evidence_set} numbers: {text[:1].lower()}{text[1:]}"


def listed(items: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``; ``a, x; b; and c`` where an item has a comma of its own."""
    if len(items) < 2:
        return "".join(items)
    if any("," in item for item in items):
        return f"{'; '.join(items[:-1])}; and {items[-1]}"
    return f"{', '.join(items[:-1])} and {items[-1]}"
