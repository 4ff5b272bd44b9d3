"""What a night concludes about a review, from joined records to the update decision."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from models.certainty import Certainty
from models.literature import Literature
from models.report import Report
from models.review import Review
from models.screening import (
    Event,
    QueueItem,
    ReportLink,
    ReportScreening,
    RunContext,
    ScreeningDecision,
    StudyLink,
    StudyRelation,
    StudyStatus,
)
from models.search import HandSearch
from models.supplements import Supplements
from models.synthesis import EffectInput, PooledEffect, Signal, SourceFreshness, SubgroupTest, UpdateDecision
from models.trial import Observation, Rejected, TrialRecord
from models.vocabulary import EvidenceSet, Verdict


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a review's sources had told by a night."""

    newest: Sequence[Observation]
    """Newest version of each registry record."""
    trials: Sequence[Observation]
    """All versions of records, oldest registry date first."""
    reports: Sequence[Observation] = ()
    """All versions of reports, oldest registry date first."""
    rejected: Sequence[Rejected] = ()
    """What could not be read, of all pages so far."""
    nights: Sequence[datetime] = ()
    """Moments at which sources were observed, ascending."""


class Linked(msgspec.Struct, frozen=True, kw_only=True):
    """All links of a night, and what only a person can settle."""

    records: tuple[StudyLink, ...]
    reports: tuple[ReportLink, ...]
    queue: tuple[QueueItem, ...]
    leading: dict[str, str] = msgspec.field(default_factory=dict)
    """By study id, the record that it is judged by: its id was given once, and another record may lead it now."""
    relations: tuple[StudyRelation, ...] = ()
    listed: dict[str, str] = msgspec.field(default_factory=dict)
    """Study id by name, of what a version lists and no register tells of; such a name may be another study's, too."""


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """A study in the words that readers use."""

    title: str
    design: str
    product: str
    comparator: str


class Screened(msgspec.Struct, frozen=True, kw_only=True):
    """Records joined to studies, each judged against the protocol."""

    linked: Linked
    newest: dict[str, TrialRecord]
    """Newest version by record id."""
    screening: dict[str, ScreeningDecision]
    """By study id."""
    reports: dict[str, ReportScreening] = msgspec.field(default_factory=dict)
    """What each report tells of the criteria, by its id."""
    of_reports: dict[str, str] = msgspec.field(default_factory=dict)
    """Studies by the names of reports by which they are known, or once were: the others have a registration."""

    def record_of(self, study_id: str) -> TrialRecord:
        """The record that a study is judged by."""
        return self.newest[self.linked.leading[study_id]]

    @property
    def study_of(self) -> dict[str, str]:
        """The study of every number that a study has: its id, its records, and the record that leads it."""
        told = {link.record_id: link.study_id for link in self.linked.records}
        return {
            **self.of_reports,
            **self.linked.listed,
            **{record: study for study, record in self.linked.leading.items()},
            **told,
            **{s: s for s in self.screening},
        }

    @property
    def studies_that_matter(self) -> list[str]:
        """Studies that are eligible or may be, by id."""
        return [study_id for study_id, decision in self.screening.items() if decision.verdict is not Verdict.NOT_MET]

    def records_of(self, study_id: str) -> list[str]:
        """Ids of a study's records."""
        return [item.record_id for item in self.linked.records if item.study_id == study_id]

    def with_results(self, study_id: str, reports: Mapping[str, Report]) -> list[TrialRecord | Report]:
        """A study's records, and its reports that hold tables as a registry posts them."""
        linked = [reports[item.report_id] for item in self.linked.reports if item.study_id == study_id]
        records = [self.newest[record_id] for record_id in self.records_of(study_id)]
        return [*records, *(report for report in linked if report.results)]


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one night concludes."""

    context: RunContext
    review: Review
    screened: Screened
    literature: Literature
    descriptions: dict[str, Description]
    """By study id."""
    statuses: tuple[StudyStatus, ...]
    events: tuple[Event, ...]
    inputs: tuple[EffectInput, ...]
    effects: tuple[PooledEffect, ...]
    as_published: tuple[PooledEffect, ...]
    """What the data of the version in force give, with every study that was in it then."""
    certainty: tuple[tuple[EvidenceSet, Certainty], ...]
    signals: tuple[Signal, ...]
    decision: UpdateDecision
    freshness: tuple[SourceFreshness, ...]
    queue: tuple[QueueItem, ...]
    subgroup_effects: tuple[PooledEffect, ...] = ()
    subgroup_tests: tuple[SubgroupTest, ...] = ()
    supplements: Supplements = Supplements()
    searches: tuple[HandSearch, ...] = ()
    """What people searched by hand, oldest first."""
    unfollowed: tuple[str, ...] = ()
    """Databases and registries that the version in force or the protocol names, and nobody searches here."""
