"""What a source gives: registry records with their posted results, and reports.

Texts ending in ``_text`` are verbatim. Absent is None or an empty tuple, never an empty string.
"""

import hashlib
from datetime import datetime
from typing import Annotated

import msgspec

from models.dates import PartialDate
from models.vocabulary import (
    Allocation,
    ArmType,
    CountType,
    OutcomeRole,
    ReferenceType,
    RelationKind,
    Status,
    StudyType,
    VersionOrigin,
)

Count = Annotated[int, msgspec.Meta(ge=0)]


class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value without identity: equal when its fields are."""


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


class ResultGroup(Value, frozen=True, kw_only=True):
    """A column of a results table. Its id is local to the table: titles, not ids, join tables."""

    id: str
    title: str
    description_text: str | None = None


class FlowCount(Value, frozen=True, kw_only=True):
    """Participants of one group at one milestone of one period, e.g. STARTED."""

    period: str
    milestone: str
    group_id: str
    count: Count | None = None
    comment_text: str | None = None


class ParticipantFlow(Value, frozen=True, kw_only=True):
    groups: tuple[ResultGroup, ...] = ()
    counts: tuple[FlowCount, ...] = ()
    recruitment_text: str | None = None
    pre_assignment_text: str | None = None


class Measurement(Value, frozen=True, kw_only=True):
    """One cell of a results table, numbers as the registry printed them (``-1.36``, ``NA``, ``<0.001``)."""

    group_id: str
    value_text: str | None = None
    spread_text: str | None = None
    lower_text: str | None = None
    upper_text: str | None = None
    class_title: str | None = None
    category_title: str | None = None


class MeasureTable(Value, frozen=True, kw_only=True):
    """A baseline characteristic or an outcome measure, cell by cell."""

    title: str
    role: OutcomeRole | None = None
    """None for a baseline characteristic."""
    time_frame: str | None = None
    population_text: str | None = None
    param_text: str | None = None
    """What `value_text` is, harmonised to upper case words: MEAN, COUNT_OF_PARTICIPANTS, …"""
    dispersion_text: str | None = None
    """What `spread_text` or the limits are, verbatim: Standard Deviation, 95% Confidence Interval, …"""
    unit_text: str | None = None
    groups: tuple[ResultGroup, ...] = ()
    denominators: dict[str, int] = msgspec.field(default_factory=dict)
    """Participants analysed, by group id."""
    measurements: tuple[Measurement, ...] = ()
    path: str = ""
    """Where in the raw record this table stands."""


class AdverseGroup(Value, frozen=True, kw_only=True):
    """Group totals of the adverse-event module: participants, never events."""

    id: str
    title: str
    description_text: str | None = None
    serious_affected: Count | None = None
    serious_at_risk: Count | None = None
    other_affected: Count | None = None
    """Above the frequency threshold only: not total adverse events."""
    other_at_risk: Count | None = None
    deaths_affected: Count | None = None
    deaths_at_risk: Count | None = None
    path: str = ""


class AdverseEvents(Value, frozen=True, kw_only=True):
    time_frame: str | None = None
    frequency_threshold_text: str | None = None
    groups: tuple[AdverseGroup, ...] = ()


class PostedResults(Value, frozen=True, kw_only=True):
    """Results as posted in a registry."""

    flow: ParticipantFlow = ParticipantFlow()
    baseline: tuple[MeasureTable, ...] = ()
    outcomes: tuple[MeasureTable, ...] = ()
    adverse_events: AdverseEvents = AdverseEvents()


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
    masking_text: str | None = None
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


class RelatedReport(Value, frozen=True, kw_only=True):
    """A notice about a report, or what a notice is about: by its id, or by its place where it has none."""

    kind: RelationKind
    pmid: str | None = None
    source_text: str | None = None
    report_id: str | None = None
    """Of a report that PubMed does not have, e.g. ``PPR:PPR123456``."""


_NOTICES = {"retracted publication", "retracted article", "expression of concern"}
_OF_NOTICES = {RelationKind.RETRACTION_IN, RelationKind.ERRATUM_IN, RelationKind.CONCERN_IN}
UNDATED = ""
"""Registry date of a report that a file gives without any: it gets the day on which it was seen."""


class Report(Value, frozen=True, kw_only=True):
    """One document about a study, as a literature index describes it."""

    source: str
    report_id: str
    """``PMID:30048006`` for PubMed."""
    title: str
    registry_date: PartialDate
    """Day from which the index showed this version: its revision date, or its entry date."""
    origin: VersionOrigin = VersionOrigin.CURRENT
    entered_date: PartialDate | None = None
    published_date: PartialDate | None = None
    journal: str | None = None
    doi: str | None = None
    first_author: str | None = None
    publication_types: tuple[str, ...] = ()
    registry_ids: tuple[str, ...] = ()
    """Accession numbers of the DataBank list: declared, not merely mentioned."""
    related: tuple[RelatedReport, ...] = ()
    abstract_text: str | None = None
    results: PostedResults | None = None
    """Of a summary of results that a registry publishes beside its records."""

    @property
    def names(self) -> frozenset[str]:
        """What a registry may call it: its id, and its DOI, which is the same in any case of letters."""
        return frozenset({self.report_id, *([f"DOI:{self.doi.lower()}"] if self.doi else [])})

    @property
    def has_notice(self) -> bool:
        """Whether it is said to be retracted, corrected or in doubt."""
        return bool(self.notices) or any(item.kind in _OF_NOTICES for item in self.related)

    @property
    def notices(self) -> tuple[str, ...]:
        """Its publication types that say so."""
        return tuple(word for word in self.publication_types if word.casefold() in _NOTICES)


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


class SourceQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a source: a topic as the source's own search words, or single records by id.

    `registry_ids` asks for what concerns these registry entries (their history; the reports that name
    them), `record_ids` for these records of the source itself. Either of them goes without `topic`.
    """

    topic: str | None = None
    registry_ids: tuple[str, ...] = ()
    record_ids: tuple[str, ...] = ()
