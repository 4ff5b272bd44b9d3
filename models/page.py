"""Everything that the published page says, gathered for rendering: figures come from here and nowhere else."""

from datetime import date, datetime

import msgspec

from models.folder_rows import RiskOfBiasRow
from models.protocol import Protocol
from models.published import PublishedVersion
from models.screening import Event, Numbers, QueueItem, ScreeningDecision
from models.search import HandSearch
from models.supplements import Supplements
from models.synthesis import EffectInput, PooledEffect, Signal, SourceFreshness, SubgroupTest, UpdateDecision
from models.vocabulary import ReportKind, StudyList, StudyState


class ReplayedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """How a replay knows the newest version of a record that it shows."""

    is_reconstructed: bool = False
    """True when it was rebuilt from dated facts, not seen."""
    known_until: date | None = None
    """Last day of which anything is known of the record, when the night lies after it."""


class ReportEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A report as readers meet it below its study."""

    report_id: str
    title: str
    kind: ReportKind
    evidence: str
    """Why it is of the study."""
    published_date: str | None
    journal: str | None
    sources: tuple[str, ...]
    """Titles of the databases that describe it."""


class StudyEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One study as readers meet it in a list."""

    study_id: str
    title: str
    registry_ids: tuple[str, ...]
    reports: tuple[ReportEntry, ...]
    list: StudyList
    state: StudyState
    reason: str
    design: str
    product: str
    comparator: str
    sponsor: str
    countries: tuple[str, ...]
    status_text: str
    numbers: Numbers
    planned_participants: int | None
    start_date: str | None
    completion_date: str | None
    results_date: str | None
    screening: ScreeningDecision
    replayed: ReplayedRecord = ReplayedRecord()


class ReportFlow(msgspec.Struct, frozen=True, kw_only=True):
    """PRISMA 2020 flow of the reports, as of the night.

    `identified` counts what each database described; of them `n_duplicates` are further copies. Not about the question,
    to be settled, and of studies make up `n_reports`.
    """

    identified: tuple[tuple[str, int], ...] = ()
    """Title of the database, or of the source where no database is known, and how many reports it described."""
    n_reports: int = 0
    n_other_population: int = 0
    n_other_intervention: int = 0
    n_other_design: int = 0
    n_other: int = 0
    """Not of a trial that counts by another criterion, or of nothing that is a study here."""
    n_to_settle: int = 0
    """Waiting for a person to say of which study they are."""
    n_of_studies: int = 0
    n_of_included: int = 0
    n_unregistered: int = 0
    """Studies that only reports tell of."""

    @property
    def n_duplicates(self) -> int:
        return sum(n for _, n in self.identified) - self.n_reports

    @property
    def n_not_about(self) -> int:
        return self.n_other_population + self.n_other_intervention + self.n_other_design + self.n_other


class FlowNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """PRISMA 2020 flow, as of the night.

    `n_screened_out_…` count the studies that are not eligible by the first criterion that they do not meet,
    ``other`` also those that a person excluded against the criteria; `n_excluded` of them are listed with their
    reasons. Unclear studies are among the awaiting ones. Not eligible, included, ongoing and awaiting make up
    `n_studies`.
    """

    n_records: int
    n_reports: int
    n_studies: int
    n_screened_out_population: int
    n_screened_out_intervention: int
    n_screened_out_design: int
    n_screened_out_other: int
    n_unclear: int
    n_included: int
    n_ongoing: int
    n_awaiting: int
    n_excluded: int
    n_rejected: int
    of_reports: ReportFlow = ReportFlow()

    @property
    def n_not_eligible(self) -> int:
        return (
            self.n_screened_out_population
            + self.n_screened_out_intervention
            + self.n_screened_out_design
            + self.n_screened_out_other
        )


class VersionComparison(msgspec.Struct, frozen=True, kw_only=True):
    """One published estimate beside what the program computes from the same data, and now."""

    analysis: str
    outcome: str
    timepoint: str
    is_reproduced: bool = True
    printed: str
    reproduced: str
    confirmed_now: str
    provisional_now: str


class ReviewPage(msgspec.Struct, frozen=True, kw_only=True):
    """One night's page of one review."""

    protocol: Protocol
    baseline: PublishedVersion
    as_of: datetime
    previous_run: datetime | None
    registries: str
    """``live`` or ``replay``; a replay says so on the page."""
    decision: UpdateDecision
    past_decisions: tuple[UpdateDecision, ...]
    """Oldest first, without tonight's; only where the status or rationale changed."""
    signals: tuple[Signal, ...]
    events_since_run: tuple[Event, ...]
    events_since_version: tuple[Event, ...]
    studies: tuple[StudyEntry, ...]
    near_misses: tuple[StudyEntry, ...]
    """Not eligible by exactly one criterion."""
    effects: tuple[PooledEffect, ...]
    inputs: tuple[EffectInput, ...]
    comparisons: tuple[VersionComparison, ...]
    certainty: dict[str, str]
    """GRADE certainty by analysis, as the version in force states it."""
    computed_certainty: dict[str, str]
    """What the numbers alone say of certainty, one sentence by analysis."""
    freshness: tuple[SourceFreshness, ...]
    flow: FlowNumbers
    queue: tuple[QueueItem, ...]
    n_new_versions: int
    search_days: tuple[str, ...]
    """Days of the searches of the published versions, oldest first, in words: not every one is told."""
    searches: tuple[HandSearch, ...] = ()
    """What people searched by hand, oldest first."""
    unfollowed: tuple[str, ...] = ()
    """Databases and registries that the version in force or the protocol names, and nobody searches here."""
    subgroup_effects: tuple[PooledEffect, ...] = ()
    subgroup_tests: tuple[SubgroupTest, ...] = ()
    supplements: Supplements = Supplements()
    risk_of_bias: tuple[RiskOfBiasRow, ...] = ()
    """People's judgements, those of older versions first."""
