"""Every closed list of words, with where it comes from. A word that is not here is never guessed."""

from enum import StrEnum


class Status(StrEnum):
    """Recruitment status of a registry record, harmonised.

    ``ended_recruiting`` is the end of recruitment, which in no registry is the end of the study.
    Source: ClinicalTrials.gov API v2 enum ``Status``, to which other registries are mapped.
    """

    NOT_YET_RECRUITING = "not_yet_recruiting"
    RECRUITING = "recruiting"
    ENROLLING_BY_INVITATION = "enrolling_by_invitation"
    ENDED_RECRUITING = "ended_recruiting"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    TERMINATED = "terminated"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"
    WITHHELD = "withheld"
    EXPANDED_ACCESS = "expanded_access"
    """Available, temporarily or no longer available, or approved for marketing: not a trial."""


class StudyType(StrEnum):
    INTERVENTIONAL = "interventional"
    OBSERVATIONAL = "observational"
    EXPANDED_ACCESS = "expanded_access"


class Allocation(StrEnum):
    RANDOMISED = "randomised"
    NON_RANDOMISED = "non_randomised"
    NOT_APPLICABLE = "not_applicable"


class ArmType(StrEnum):
    """Role that the registry gives an arm; it does not decide whether an arm is a comparator."""

    EXPERIMENTAL = "experimental"
    ACTIVE_COMPARATOR = "active_comparator"
    PLACEBO_COMPARATOR = "placebo_comparator"
    SHAM_COMPARATOR = "sham_comparator"
    NO_INTERVENTION = "no_intervention"
    OTHER = "other"


class CountType(StrEnum):
    """Whether a registered number is what was planned or what happened."""

    ESTIMATED = "estimated"
    ACTUAL = "actual"


class ReferenceType(StrEnum):
    """ClinicalTrials.gov ``ReferenceType``; DERIVED was found by the library, not declared by the sponsor."""

    BACKGROUND = "background"
    RESULT = "result"
    DERIVED = "derived"


class OutcomeRole(StrEnum):
    PRIMARY = "primary"
    SECONDARY = "secondary"
    OTHER = "other"
    POST_HOC = "post_hoc"


class Masked(StrEnum):
    """Who does not know what a participant receives.

    The first four are ClinicalTrials.gov's ``WhoMasked``; European registers name the others, too.
    """

    PARTICIPANT = "participant"
    CARE_PROVIDER = "care_provider"
    INVESTIGATOR = "investigator"
    OUTCOMES_ASSESSOR = "outcomes_assessor"
    DATA_ANALYST = "data_analyst"
    MONITOR = "monitor"


class VersionOrigin(StrEnum):
    """How a record version reached us: seen as the current one, from the registry's history, or from a file."""

    CURRENT = "current"
    HISTORY = "history"
    EXPORT = "export"
    COPY = "copy"
    """Repeated by a portal or another index, in its own words; stands in until the source itself is heard."""


class ReportKind(StrEnum):
    """What a report is to the study it is linked to."""

    RESULTS = "results"
    FOLLOW_UP = "follow_up"
    """A later look at people who were randomised: long-term follow-up, extension, secondary analysis."""
    PROTOCOL = "protocol"
    ABSTRACT = "abstract"
    REGISTRY_SUMMARY = "registry_summary"
    """Results as a registry posts them on a page of their own: they are told as posted, not as published."""
    NOTICE = "notice"
    """Retraction, erratum or expression of concern."""
    OTHER = "other"
    """Anything that does not report the randomised comparison; a person may say otherwise."""


class RelationKind(StrEnum):
    """PubMed ``RefType`` of a comment or correction, as far as it touches the findings."""

    RETRACTION_IN = "retraction_in"
    ERRATUM_IN = "erratum_in"
    CONCERN_IN = "concern_in"
    RETRACTION_OF = "retraction_of"
    ERRATUM_FOR = "erratum_for"
    CONCERN_FOR = "concern_for"
    PREPRINT_OF = "preprint_of"
    """The report is a preprint, of the article named."""
    PREPRINT_IN = "preprint_in"
    """The report is an article, whose preprint is named."""


class LinkMethod(StrEnum):
    """How a record or report came to belong to a study; a person overrides all others."""

    OWN_ID = "own_id"
    DECLARED_ID = "declared_id"
    MINED_ID = "mined_id"
    """The number stands in a title or an abstract, not in a field made for it."""
    DATABANK = "databank"
    REGISTRY_REFERENCE = "registry_reference"
    MATCH = "match"
    """Names no number, and agrees with one study alone in what tells studies apart."""
    SAME_REPORT = "same_report"
    """Preprint or article of a report that is linked by its own number."""
    PERSON = "person"


class Criterion(StrEnum):
    """Eligibility criteria, in the order in which a reader asks them."""

    POPULATION = "population"
    INTERVENTION = "intervention"
    DESIGN = "design"
    COMPARATOR = "comparator"
    CO_INTERVENTIONS = "co_interventions"
    AGE = "age"
    """This and the following are asked where the protocol says so."""
    SETTING = "setting"
    DATES = "dates"


class Verdict(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    UNCLEAR = "unclear"


class StudyList(StrEnum):
    """Cochrane's four lists of studies (Handbook, chapter III), and what screening removed before them.

    Excluded are only studies that a reader might expect to find: the right people and the right
    intervention, and another design.
    """

    INCLUDED = "included"
    ONGOING = "ongoing"
    AWAITING = "awaiting"
    EXCLUDED = "excluded"
    SCREENED_OUT = "screened_out"


class StudyState(StrEnum):
    """Where a study stands, inferred from all evidence and not from its status alone."""

    PLANNED = "planned"
    RECRUITING = "recruiting"
    FOLLOW_UP = "follow_up"
    STALE = "stale"
    """The registry no longer vouches for the status, and nothing else tells."""
    SUSPENDED = "suspended"
    COMPLETED_NO_RESULTS = "completed_no_results"
    TERMINATED = "terminated"
    WITHDRAWN = "withdrawn"
    RESULTS_POSTED = "results_posted"
    RESULTS_PUBLISHED = "results_published"
    EXTRACTED = "extracted"
    POOLED = "pooled"


class EventCode(StrEnum):
    """What can happen to a study (DESIGN section 6)."""

    COMPLETED = "E1"
    RESULTS_SUBMITTED = "E2Q"
    """The first state of E2: sent in and in the registry's quality control, not public."""
    RESULTS_POSTED = "E2"
    REPORT_LINKED = "E3"
    NEW_TRIAL = "E4"
    OVERDUE = "E5"
    REVERSAL = "E6"
    """Went back on what was public: completion, results, their date, or the primary outcome."""
    CORRECTION = "E7"
    """A report of its results was retracted, corrected, or put in doubt."""
    LISTED_LATE = "E8"
    """Listed as ongoing by a version although it was complete, or its results public, before that could be read."""


class EvidenceWord(StrEnum):
    """How a fact is known. ``memory`` never enters a pooled analysis."""

    VERBATIM = "verbatim"
    DERIVED = "derived"
    INFERRED = "inferred"
    MEMORY = "memory"


class EvidenceSet(StrEnum):
    """Published is part of confirmed, confirmed part of provisional; only confirmed is the review's result."""

    PUBLISHED = "published"
    CONFIRMED = "confirmed"
    PROVISIONAL = "provisional"
    UNDISPUTED = "undisputed"
    """Confirmed without studies of which a report was retracted or put in doubt; a sensitivity analysis, and there
    only when the confirmed set holds such a study."""


class ArmRole(StrEnum):
    INTERVENTION = "intervention"
    CONTROL = "control"


class Measure(StrEnum):
    """Effect measures, named as metafor names them; ratios are analysed as logarithms."""

    MD = "MD"
    SMD = "SMD"
    """Hedges' g with the exact small-sample factor J."""
    SMD_APPROXIMATE = "SMD-approximate"
    """Hedges' g with J = 1 - 3 / (4 N - 9), as RevMan."""
    ROM = "ROM"
    """Ratio of arithmetic means."""
    ROM_GEOMETRIC = "ROM-geometric"
    """Ratio of geometric means, from arithmetic means and SDs of skewed data."""
    RR = "RR"
    OR = "OR"
    RD = "RD"
    PETO = "PETO"
    HR = "HR"
    IRR = "IRR"
    """Ratio of rates per person-time."""
    GEN = "GEN"
    """Generic inverse variance: estimates with their variances, on a scale of their own."""


MEAN_MEASURES = frozenset({Measure.MD, Measure.SMD, Measure.SMD_APPROXIMATE, Measure.ROM, Measure.ROM_GEOMETRIC})
"""Measures of arms with means; the others have people with events."""


TABLE_MEASURES = frozenset({Measure.RR, Measure.OR, Measure.RD, Measure.PETO})
"""Measures of 2 x 2 tables."""

RATIOS = frozenset({Measure.RR, Measure.OR, Measure.PETO, Measure.HR, Measure.IRR, Measure.ROM, Measure.ROM_GEOMETRIC})
"""Measures that are analysed as logarithms."""


class Model(StrEnum):
    """Pooling models, named as the command line takes them."""

    COMMON = "common"
    MH = "mh"
    PETO = "peto"
    DL = "DL"
    PM = "PM"
    REML = "REML"
    ML = "ML"
    EB = "EB"
    HE = "HE"
    SJ = "SJ"
    GLMM_CM_AL = "glmm-cm-al"
    """Binomial-normal, conditional on all events of a study; approximate where events are rare."""
    GLMM_CM_EL = "glmm-cm-el"
    """Hypergeometric-normal: the same with the exact likelihood."""
    GLMM_UM_FS = "glmm-um-fs"
    """Binomial-normal with a control risk for each study."""
    GLMM_CM_AL_EE = "glmm-cm-al-ee"
    """These with one common effect, as metafor's method EE."""
    GLMM_CM_EL_EE = "glmm-cm-el-ee"
    GLMM_UM_FS_EE = "glmm-um-fs-ee"
    BETA_BINOMIAL = "beta-binomial"
    """Risks of arms that vary between studies by a beta distribution; keeps studies without events."""
    EXACT = "exact"
    """One common odds ratio, conditional on all events of each study, with exact limits."""


class Interval(StrEnum):
    WALD = "wald"
    HKSJ = "hksj"
    HKSJ_TRUNCATED = "hksj-truncated"
    PROFILE = "profile"
    """Profile likelihood."""
    HENMI_COPAS = "henmi-copas"
    KENWARD_ROGER = "kenward-roger"
    EXACT = "exact"
    """By the exact distribution of the exact model."""
    MID_P = "mid-p"
    """The same with half the probability of what was observed."""


class Convention(StrEnum):
    """Whose rules a pooled effect follows: its authors' own for each analysis, RevMan 5's, or Cochrane's since January 2025."""

    PUBLISHED = "published"
    REVMAN5 = "revman5"
    REVMAN2025 = "revman2025"


class Rule(StrEnum):
    """Named rules behind a decision (DESIGN section 9); S0 is the gate before the others."""

    S0 = "S0"
    S1 = "S1"
    S2 = "S2"
    S3 = "S3"
    S4 = "S4"
    S5 = "S5"
    S6 = "S6"


class UpdateStatus(StrEnum):
    """Updating Classification System, the three statuses that Cochrane's editorial pages list, and two of ours."""

    UP_TO_DATE = "Up to date"
    UPDATE_PENDING = "Update pending"
    NO_UPDATE_PLANNED = "No update planned"
    NOT_PUBLISHED = "No published version yet"
    """Ours: the review is at the stage of its protocol, so there is nothing that could be out of date."""
    NOT_KNOWN = "Not known tonight"
    """Ours: a source that the protocol requires was not searched within its limit, and nothing else says that an
    update is due."""


class Rationale(StrEnum):
    """Brief reason beside a status. Cochrane keeps a fixed list; these wordings are recalled, not verified."""

    ALL_INCORPORATED = "All studies incorporated from most recent search"
    NO_NEW_STUDIES = "No new studies identified with search"
    UNLIKELY_TO_CHANGE = "New information identified but unlikely to change review findings"
    AWAITING_ASSESSMENT = "Studies awaiting assessment"
    LIKELY_TO_CHANGE = "New information identified and likely to change review findings"
    SEARCH_INCOMPLETE = "New search needed"
    NOT_REPRODUCED = "Published estimates not reproduced"
    """Of earlier versions: such a night has no decision now, and a ledger keeps the ones that were made."""
    RETIRED = "Research area no longer active"
    IN_PREPARATION = "Review in preparation"
    """Ours: nothing is published, and no results of an eligible study are known."""


class AlertGrade(StrEnum):
    """How soon a reader should look: action changes the decision, watch prepares for it."""

    ACTION = "action"
    WATCH = "watch"
    INFO = "info"


class SourceState(StrEnum):
    """How a source's part of one night ended. Only COMPLETE allows "nothing new"."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"
    LOST = "lost"
    """It was complete, and the archive no longer holds what it brought, or what it rested on."""


class Scope(StrEnum):
    """What part of a source was searched: the review's topic, what concerns its studies one by one, or what people
    loaded from files for it."""

    TOPIC = "topic"
    STUDIES = "studies"
    FILES = "files"


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    """Gave up after the last attempt; the alert stays in the ledger and on the page."""
