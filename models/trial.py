"""What a source gives: registry records with their posted results, and reports.

Texts ending in ``_text`` are verbatim. Absent is None or an empty tuple, never an empty string.
"""

import hashlib
from datetime import datetime

import msgspec

from models.dates import PartialDate
from models.report import Report
from models.results import PostedResults
from models.value import Count, Value
from models.vocabulary import (
    Allocation,
    ArmType,
    CountType,
    Masked,
    OutcomeRole,
    ReferenceType,
    Status,
    StudyType,
    VersionOrigin,
)


class SecondaryId(Value, frozen=True, kw_only=True):
    """An identifier that a record declares for the same trial elsewhere; `kind` as the registry words it."""

    id: str
    kind: str | None = None
    domain_text: str | None = None


class Arm(Value, frozen=True, kw_only=True):
    label: str
    type: ArmType | None = None
    description_text: str | None = None
    intervention_names: tuple[str, ...] = ()
    """Names without the registry's type prefix."""


class Intervention(Value, frozen=True, kw_only=True):
    name: str
    type_text: str | None = None
    other_names: tuple[str, ...] = ()
    arm_labels: tuple[str, ...] = ()
    description_text: str | None = None


class PlannedOutcome(Value, frozen=True, kw_only=True):
    role: OutcomeRole
    measure: str
    time_frame: str | None = None


class Reference(Value, frozen=True, kw_only=True):
    """A publication named in a registry record, by whatever number or words the registry has."""

    pmid: str = ""
    doi: str = ""
    """In lower case, without an address around it."""
    citation: str = ""
    """As the registry prints it, where it gives no PMID."""
    type: ReferenceType | None = None
    declared_date: PartialDate | None = None
    """Day on which it was named, where the registry says so."""

    @property
    def name(self) -> str:
        """``PMID:…``, ``DOI:…``, or the citation."""
        return f"PMID:{self.pmid}" if self.pmid else f"DOI:{self.doi}" if self.doi else self.citation


class TrialRecord(Value, frozen=True, kw_only=True):
    """One version of one registry entry.

    `registry_date` is the day from which the registry showed this version, by its own account.
    Planned, registered-actual, randomised and analysed numbers are different things:
    `enrolment_count` is only what the registry's enrolment field says, of the kind `enrolment_type`.
    """

    source: str
    registry: str
    registry_id: str
    registry_date: PartialDate
    origin: VersionOrigin = VersionOrigin.CURRENT
    aliases: tuple[str, ...] = ()
    secondary_ids: tuple[SecondaryId, ...] = ()
    brief_title: str | None = None
    official_title: str | None = None
    acronym: str | None = None
    status: Status | None = None
    status_text: str | None = None
    last_known_status_text: str | None = None
    why_stopped_text: str | None = None
    study_type: StudyType | None = None
    phase_text: str | None = None
    allocation: Allocation | None = None
    intervention_model_text: str | None = None
    observational_model_text: str | None = None
    """Cohort, case-control and the like, of what nobody allocates."""
    masking_text: str | None = None
    who_masked: tuple[Masked, ...] = ()
    """Those whom the registry names; empty where it names nobody, which is not the same as nobody."""
    masking_details_text: str | None = None
    primary_purpose_text: str | None = None
    enrolment_count: Count | None = None
    enrolment_type: CountType | None = None
    conditions: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    arms: tuple[Arm, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    outcomes: tuple[PlannedOutcome, ...] = ()
    sponsor: str | None = None
    sponsor_class_text: str | None = None
    collaborators: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    summary_text: str | None = None
    eligibility_text: str | None = None
    minimum_age_text: str | None = None
    maximum_age_text: str | None = None
    """Limits of age with their units, as the registry prints them (`models.ages` reads them)."""
    age_groups: tuple[str, ...] = ()
    """Groups of age that take part, in the registry's words, where it has groups."""
    start_date: PartialDate | None = None
    primary_completion_date: PartialDate | None = None
    primary_completion_type: CountType | None = None
    completion_date: PartialDate | None = None
    completion_type: CountType | None = None
    first_posted_date: PartialDate | None = None
    last_update_submitted_date: PartialDate | None = None
    last_update_posted_date: PartialDate | None = None
    results_submitted_date: PartialDate | None = None
    results_returned_date: PartialDate | None = None
    """Last return of submitted results by quality control, while they wait for the sponsor again."""
    results_posted_date: PartialDate | None = None
    disposition_posted_date: PartialDate | None = None
    """First posting of a certificate that delays results; not results."""
    verified_date: PartialDate | None = None
    has_results: bool = False
    references: tuple[Reference, ...] = ()
    results: PostedResults | None = None

    @property
    def record_id(self) -> str:
        """Registry entry across versions and sources, e.g. ``NCT01363401``."""
        return self.registry_id


class Rejected(Value, frozen=True, kw_only=True):
    """A record that could not be read, or a word in it that is not in the vocabulary.

    The rest goes on. `record_ref` names the record as far as it is known, `path` the field,
    `value` what stood there, `action` what a person should do.
    """

    source: str
    record_ref: str
    reason: str
    path: str = ""
    value: str = ""
    action: str = ""


Parsed = TrialRecord | Report | Rejected

_VOLATILE = ("source", "origin", "registry_date")


def content_hash(item: TrialRecord | Report) -> str:
    """SHA-256 of what a version says, apart from how and when it reached us."""
    fields = msgspec.to_builtins(item)
    for name in _VOLATILE:
        fields.pop(name, None)
    return hashlib.sha256(msgspec.json.encode(fields, order="deterministic")).hexdigest()


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a record or report, with when we saw it."""

    item: TrialRecord | Report
    observed_at: datetime


TOPIC_LISTING = "search"
"""Name of the listing that answers a review's topic: what a search of everything no longer lists is gone."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of a source, or one hand-loaded file, untouched.

    Attributes
    ----------
    source : connector slug
    kind : what the connector asked for (``search``, ``record``, ``history``, ``version``, ``file``, …)
    url : address without credentials; a file's name for a hand-loaded export
    status : HTTP status, 200 for a file
    content_type : as served, lower case, without parameters; '' when unknown
    body : bytes as served
    observed_at : when we saw it, UTC
    listing : names the listing that this page is part of, if any: its records are counted together
    total : the registry's own total for that listing, when this page tells it
    question : id of the question that it answers, '' of pages archived before questions were kept
    database : slug of the database of whose search a hand-loaded file is, where a folder or an option told it
    searched_on : day of that search, where it was told, as ISO 8601
    """

    source: str
    kind: str
    url: str
    body: bytes
    observed_at: datetime
    status: int = 200
    content_type: str = ""
    listing: str | None = None
    total: int | None = None
    question: str = ""
    database: str = ""
    searched_on: str = ""


class SourceQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a source: a topic as the source's own search words, or single records by id.

    `registry_ids` asks for what concerns these registry entries (their history; the reports that name
    them), `record_ids` for these records of the source itself. Either of them goes without `topic`.
    """

    topic: str | None = None
    registry_ids: tuple[str, ...] = ()
    record_ids: tuple[str, ...] = ()
