"""What becomes of records: studies, links, verdicts, states, events, and what waits for a person."""

import hashlib
from datetime import date, datetime

import msgspec

from models.dates import PartialDate
from models.study_relations import StudyRelationKind
from models.value import Value
from models.vocabulary import (
    AlertGrade,
    Criterion,
    EventCode,
    LinkMethod,
    ReportKind,
    StudyList,
    StudyState,
    Verdict,
)


class StudyLink(Value, frozen=True, kw_only=True):
    """One record that belongs to a study, and why."""

    study_id: str
    record_id: str
    method: LinkMethod
    evidence: str
    known_from: date | None = None
    """First day on which what the link rests on was public."""


class ReportLink(Value, frozen=True, kw_only=True):
    """One report that belongs to a study, what it is to it, and why."""

    study_id: str
    report_id: str
    kind: ReportKind
    method: LinkMethod
    evidence: str
    known_from: date | None = None
    """First day on which what the link rests on was public."""
    about: str = ""
    """Report that a notice is about."""


class StudyRelation(Value, frozen=True, kw_only=True):
    """Two studies that stay two and belong together; `study_id` comes first in the order of ids."""

    study_id: str
    other_id: str
    kind: StudyRelationKind
    evidence: str


class CriterionVerdict(Value, frozen=True, kw_only=True):
    """Verdict on one criterion with the field that decided it and the words found there."""

    criterion: Criterion
    verdict: Verdict
    field: str
    quote: str
    decided_by: str = "rule"
    """``rule``, or the name of the person who decided in decisions.csv."""


class ScreeningDecision(Value, frozen=True, kw_only=True):
    """Eligibility of one study: met only when every criterion is met, not met as soon as one is not."""

    study_id: str
    verdict: Verdict
    criteria: tuple[CriterionVerdict, ...]
    by_rules: Verdict | None = None
    """What the rules alone say, before authors and people; None when only people have judged."""

    def of(self, criterion: Criterion) -> CriterionVerdict:
        return next(item for item in self.criteria if item.criterion is criterion)


LANGUAGE = "language"
"""Field of a criterion that could not be judged, since the report is in a language without words of the protocol."""


class ReportScreening(Value, frozen=True, kw_only=True):
    """What one report tells of the review's criteria, by its title, abstract, types and keywords alone."""

    report_id: str
    kind: ReportKind
    """What it is, of whichever study."""
    verdict: Verdict
    criteria: tuple[CriterionVerdict, ...]

    @property
    def deciding(self) -> CriterionVerdict:
        """The criterion that decided: the first that is not met, or else unclear, or else the last."""
        by_weight = (Verdict.NOT_MET, Verdict.UNCLEAR)
        found = [item for verdict in by_weight for item in self.criteria if item.verdict is verdict]
        return found[0] if found else self.criteria[-1]

    @property
    def is_unread(self) -> bool:
        """Whether it is in a language in which neither people nor intervention could be looked for."""
        subject = [item for item in self.criteria if item.criterion in {Criterion.POPULATION, Criterion.INTERVENTION}]
        return bool(subject) and all(item.field == LANGUAGE for item in subject)

    @property
    def is_candidate(self) -> bool:
        """Whether it may report a trial that the review counts."""
        return self.verdict is not Verdict.NOT_MET and self.kind not in _OF_OTHERS and not self.is_unread


_OF_OTHERS = {ReportKind.NOTICE, ReportKind.REGISTRY_SUMMARY}


class Numbers(Value, frozen=True, kw_only=True):
    """The four numbers of a study, each with where it comes from; None is not known."""

    n_registered: int | None = None
    n_registered_type: str | None = None
    n_randomised: int | None = None
    n_randomised_source: str | None = None
    n_screened: int | None = None
    n_started: int | None = None
    n_analysed: int | None = None
    n_analysed_source: str | None = None


class StudyStatus(Value, frozen=True, kw_only=True):
    """State and list of one study as of a night, with the evidence that decided them."""

    study_id: str
    state: StudyState
    list: StudyList
    reason: str
    numbers: Numbers
    start_date: PartialDate | None = None
    completion_date: PartialDate | None = None
    results_date: PartialDate | None = None
    """First day on which results were public in a registry or a report."""
    planned_participants: int | None = None
    is_start_late: bool = False
    """Not recruiting yet, though its start was planned for more than half a year ago."""


class Event(Value, frozen=True, kw_only=True):
    """Something that happened to a study.

    `event_date` is when it happened in the world, `public_date` when a source first showed it,
    `first_seen_at` when we observed it. `is_news` says that it became public after the search of the
    review's version in force: only news may raise an alert.
    """

    event_code: EventCode
    study_id: str
    event_date: PartialDate
    public_date: date
    first_seen_at: datetime
    grade: AlertGrade
    evidence: str
    reference: str
    """What distinguishes this event from others of the same code and study, e.g. a report id."""
    is_news: bool
    rests_on: str = ""
    """Record or report that shows it, where the reference names none: studies come together and part again."""

    @property
    def key(self) -> str:
        """Identity across runs: the same history gives the same keys."""
        return f"{self.event_code}:{self.study_id}:{self.reference}"


QUEUE_KINDS = (
    "results",
    "report",
    "eligibility",
    "extraction",
    "analysis",
    "link",
    "discrepancy",
    "search",
    "ruling",
    "rejected",
    "recall",
    "vanished",
    "check",
)
"""What waits for people, the weightiest first."""


class QueueItem(Value, frozen=True, kw_only=True):
    """Something that only a person can settle, with what to do."""

    kind: str
    """One of `QUEUE_KINDS`."""
    subject: str
    """Study, record or file it is about."""
    reason: str
    field: str = ""
    value: str = ""
    action: str = ""

    @property
    def item(self) -> str:
        """Name by which settled.csv knows it, another one as soon as anything else is said; no spreadsheet's number."""
        said = msgspec.json.encode([self.kind, self.subject, self.reason, self.field, self.value])
        return "q" + hashlib.sha256(said).hexdigest()[:7]


class RunContext(msgspec.Struct, frozen=True, kw_only=True):
    """The two dates a judgement needs: when it is made, and since when things are news."""

    as_of: datetime
    baseline_search_date: date

    @property
    def today(self) -> date:
        return self.as_of.date()
