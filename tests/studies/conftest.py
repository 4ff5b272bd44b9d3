"""What the tests of the package share: builders of records, reports and nights, and the archive's dated versions."""

import csv
import os
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors import CONNECTORS
from models.dates import at_night
from models.literature import Literature
from models.protocol import Protocol
from models.report import Report
from models.review import Review, load_review
from models.screening import CriterionVerdict, Event, Numbers, ReportLink, RunContext, ScreeningDecision
from models.trial import Arm, Intervention, Observation, Page, TrialRecord
from models.vocabulary import (
    Allocation,
    ArmType,
    Criterion,
    LinkMethod,
    ReportKind,
    Status,
    StudyType,
    Verdict,
)
from replay.archive import load_archive
from studies.events import events_of
from studies.lifecycle import LinkedReport, StudyFile
from studies.literature import literature_of

PROJECT = Path(__file__).parents[2]
SAMPLES = PROJECT.parent / "shared" / "samples"


@pytest.fixture(scope="session")
def review() -> Review:
    return load_review(PROJECT / "reviews" / "als_cell_therapy")


@pytest.fixture(scope="session")
def protocol(review: Review) -> Protocol:
    return review.protocol


@pytest.fixture(scope="session")
def labels() -> dict[str, dict[str, str]]:
    with (Path(__file__).parent / "reference" / "labels.csv").open(encoding="utf-8") as file:
        return {row["nct_id"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="session")
def literature() -> Callable[..., Literature]:
    """Reports as one night saw them, in the order given."""

    def build(*reports: Report) -> Literature:
        moment = at_night(date(2026, 1, 1))
        return literature_of([Observation(item=report, observed_at=moment) for report in reports])

    return build


@pytest.fixture(scope="session")
def samples() -> Path:
    """Real payloads, which live beside the project and not in it."""
    if not SAMPLES.is_dir():
        reason = f"no real payloads at {SAMPLES}"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    return SAMPLES


@pytest.fixture(scope="session")
def archived() -> dict[str, list[TrialRecord]]:
    """Every dated version in the replay archive as the connector reads it, by id, oldest first."""
    return {
        nct_id: [read_version(version.encoded, version.shown_from) for version in versions]
        for nct_id, versions in load_archive().history.items()
    }


def read_version(body: bytes, shown: date) -> TrialRecord:
    page = Page(
        source="ctgov",
        kind="record",
        url="https://registry.example/record",
        body=body,
        content_type="application/json",
        observed_at=at_night(shown),
    )
    [record] = CONNECTORS["ctgov"].parse(page)
    assert isinstance(record, TrialRecord), record
    return record


@pytest.fixture(scope="session")
def trial() -> Callable[..., TrialRecord]:
    """A randomised trial of cells against placebo in ALS, changed by what is given."""

    def build(record_id: str = "NCT10000001", **fields: Any) -> TrialRecord:
        usual: dict[str, Any] = {
            "source": "ctgov",
            "registry": "ClinicalTrials.gov",
            "registry_id": record_id,
            "registry_date": "2020-01-10",
            "brief_title": "Stem Cells in ALS",
            "status": Status.RECRUITING,
            "study_type": StudyType.INTERVENTIONAL,
            "allocation": Allocation.RANDOMISED,
            "conditions": ("Amyotrophic Lateral Sclerosis",),
            "arms": (arm("Cells", ArmType.EXPERIMENTAL), arm("Placebo", ArmType.PLACEBO_COMPARATOR)),
            "interventions": (given("Mesenchymal stem cells", "Cells"), given("Placebo", "Placebo")),
            "first_posted_date": "2020-01-10",
        }
        record = TrialRecord(**(usual | fields))
        return record if record.status_text or not record.status else replace(record, status_text=str(record.status))

    return build


def replace(record: TrialRecord, **fields: Any) -> TrialRecord:
    return TrialRecord(**({name: getattr(record, name) for name in record.__struct_fields__} | fields))


def arm(label: str, kind: ArmType | None = ArmType.EXPERIMENTAL, description: str | None = None) -> Arm:
    return Arm(label=label, type=kind, description_text=description)


def given(name: str, *labels: str) -> Intervention:
    return Intervention(name=name, arm_labels=labels)


@pytest.fixture(scope="session")
def arms() -> Callable[..., tuple[Arm, ...]]:
    """Arms from labels; a type follows a colon."""

    def build(*labels: str) -> tuple[Arm, ...]:
        split = [label.rpartition(":") for label in labels]
        return tuple(arm(name or kind, ArmType(kind) if name else None) for name, _, kind in split)

    return build


@pytest.fixture(scope="session")
def interventions() -> Callable[..., tuple[Intervention, ...]]:
    """Interventions from ``name -> arm, arm``."""

    def build(*texts: str) -> tuple[Intervention, ...]:
        split = [text.partition(" -> ") for text in texts]
        return tuple(given(name, *(label for label in labels.split(", ") if label)) for name, _, labels in split)

    return build


@pytest.fixture(scope="session")
def report() -> Callable[..., Report]:
    def build(report_id: str = "PMID:1", **fields: Any) -> Report:
        usual = {
            "source": "pubmed",
            "report_id": report_id,
            "title": "Stem cells in ALS: a randomised trial",
            "registry_date": "2023-05-01",
            "entered_date": "2023-05-01",
            "published_date": "2023-04-20",
        }
        return Report(**(usual | fields))

    return build


@pytest.fixture(scope="session")
def seen() -> Callable[..., Observation]:
    """A version as observed on a night, by default that of its registry date."""

    def build(item: TrialRecord | Report, on: str | None = None) -> Observation:
        return Observation(item=item, observed_at=at_night(date.fromisoformat(on or item.registry_date)))

    return build


def verdict(criterion: Criterion, word: Verdict) -> CriterionVerdict:
    return CriterionVerdict(criterion=criterion, verdict=word, field="conditions", quote="as it says")


@pytest.fixture(scope="session")
def study_of(seen: Callable[..., Observation]) -> Callable[..., StudyFile]:
    """A study from its versions, observed when the registry showed them unless given as observations."""

    def build(*versions: TrialRecord | Observation, **fields: Any) -> StudyFile:
        observed = [item if isinstance(item, Observation) else seen(item) for item in versions]
        newest = max(observed, key=lambda item: (item.item.registry_date, item.observed_at)).item
        assert isinstance(newest, TrialRecord)
        word = fields.pop("eligible", Verdict.MET)
        criteria = tuple(
            verdict(criterion, word if criterion is Criterion.DESIGN else Verdict.MET) for criterion in Criterion
        )
        screening = ScreeningDecision(study_id=newest.record_id, verdict=word, criteria=criteria)
        usual: dict[str, Any] = {
            "study_id": newest.record_id,
            "versions": tuple(sorted(observed, key=lambda item: (item.item.registry_date, item.observed_at))),
            "newest": newest,
            "reports": (),
            "screening": screening,
            "numbers": Numbers(),
            "published": None,
        }
        return StudyFile(**(usual | fields))

    return build


@pytest.fixture(scope="session")
def linked() -> Callable[..., LinkedReport]:
    """Versions of one report as linked to a study, observed when the index showed them."""

    def build(*versions: Report, kind: ReportKind = ReportKind.RESULTS, **fields: Any) -> LinkedReport:
        observed = [Observation(item=item, observed_at=at_night(_first(item))) for item in versions]
        newest = versions[-1]
        link = ReportLink(
            study_id="NCT10000001",
            report_id=newest.report_id,
            kind=kind,
            method=fields.pop("method", LinkMethod.DATABANK),
            evidence="DataBank list",
        )
        first = min(item.observed_at for item in observed)
        return LinkedReport(report=newest, link=link, first_seen_at=first, versions=tuple(observed), **fields)

    return build


def _first(item: Report) -> date:
    return date.fromisoformat(item.registry_date)


@pytest.fixture(scope="session")
def night_of() -> Callable[..., RunContext]:
    def build(as_of: str, searched: str = "2019-07-31") -> RunContext:
        return RunContext(as_of=_moment(as_of), baseline_search_date=date.fromisoformat(searched))

    return build


def _moment(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), at_night(date(2020, 1, 1)).timetz(), tzinfo=UTC)


@pytest.fixture(scope="session")
def events(protocol: Protocol, night_of: Callable[..., RunContext]) -> Callable[..., list[Event]]:
    """Events of a study as of a day; nights are its observations and that day."""

    def find(study: StudyFile, as_of: str, searched: str = "2019-07-31") -> list[Event]:
        night = night_of(as_of, searched)
        nights = sorted({*(item.observed_at for item in study.versions), night.as_of})
        return events_of(study, night, protocol.thresholds, nights)

    return find


@pytest.fixture(scope="session")
def by_id() -> Callable[..., Mapping[str, TrialRecord]]:
    def build(*records: TrialRecord) -> Mapping[str, TrialRecord]:
        return {record.record_id: record for record in records}

    return build
