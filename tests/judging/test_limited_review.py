"""A made-up review that limits ages, settings and dates, and takes what is nearly random: what a night makes of each study."""

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from judging.judge import judge
from models.dates import at_night
from models.judgement import Judgement, Told
from models.report import Report
from models.review import Review, load_review
from models.screening import RunContext
from models.trial import Arm, Intervention, Observation, SecondaryId, TrialRecord
from models.vocabulary import Allocation, ArmType, Criterion, ReportKind, StudyList, StudyType, Verdict
from reporting.gathering import gather_page
from reporting.reports import flow_of_reports

NIGHT = date(2026, 11, 1)
MET, NOT_MET, UNCLEAR = Verdict.MET, Verdict.NOT_MET, Verdict.UNCLEAR
PROTOCOL = """
review: adolescent_nausea
title: Ginger for nausea in adolescents in hospital
version: "1.0"
question: Does ginger relieve nausea in adolescents in hospital?
watched_from: 2026-01-01
pico:
  population: [nausea]
  intervention: [ginger]
searches:
  ctgov: {freshness_limit_days: 3}
eligibility:
  population: {terms: [nausea]}
  intervention: {terms: [ginger]}
  designs: [randomised, quasi_randomised]
  age: {from_years: 12, to_years: 17}
  setting: {terms: [hospital*, inpatient*], not_terms: [school*]}
  dates: {started_from: 2015, published_from: 2015}
comparisons:
  - {id: ginger_vs_placebo, title: Ginger versus placebo, intervention: Ginger, control: Placebo}
timepoints:
  - {name: 1 day, from_days: 1, to_days: 2}
outcomes:
  - id: relief
    title: Relief of nausea
    short: relief
    measure: RR
    unit: participants
    direction: higher
    timepoints: [1 day]
    is_primary: true
    registry: none
conventions:
  - name: revman2025
    continuous: [{model: REML, interval: wald}]
    dichotomous: [{model: REML, interval: wald}]
"""


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Review:
    return load_review(written(tmp_path_factory.mktemp("reviews")))


def written(place: Path, protocol: str = PROTOCOL, decisions: str = "") -> Path:
    folder = place / "adolescent_nausea"
    folder.mkdir()
    (folder / "protocol.yaml").write_text(protocol, encoding="utf-8")
    if decisions:
        header = "study_id,criterion,verdict,reason,decided_by,known_from\n"
        (folder / "decisions.csv").write_text(header + decisions, encoding="utf-8")
    return folder


def record(number: str, **fields: Any) -> TrialRecord:
    usual: dict[str, Any] = {
        "source": "ctgov",
        "registry": "ClinicalTrials.gov",
        "registry_id": number,
        "registry_date": "2026-05-01",
        "first_posted_date": "2016-05-01",
        "start_date": "2016-06",
        "brief_title": f"Ginger for nausea in hospital {number}",
        "study_type": StudyType.INTERVENTIONAL,
        "allocation": Allocation.RANDOMISED,
        "conditions": ("Nausea",),
        "arms": (
            Arm(label="Ginger", type=ArmType.EXPERIMENTAL),
            Arm(label="Placebo", type=ArmType.PLACEBO_COMPARATOR),
        ),
        "interventions": (
            Intervention(name="Ginger", arm_labels=("Ginger",)),
            Intervention(name="Placebo", arm_labels=("Placebo",)),
        ),
        "minimum_age_text": "12 Years",
        "maximum_age_text": "17 Years",
    }
    return TrialRecord(**(usual | fields))


def concluded(review: Review, records: list[TrialRecord], reports: list[Report] | None = None) -> Judgement:
    seen = [Observation(item=item, observed_at=at_night(NIGHT)) for item in records]
    described = [Observation(item=item, observed_at=at_night(NIGHT)) for item in reports or []]
    told = Told(newest=seen, trials=seen, reports=described, nights=[at_night(NIGHT)])
    return judge(RunContext(as_of=at_night(NIGHT), baseline_search_date=date(2026, 1, 1)), review, told)


CASES: list[tuple[dict[str, Any], Verdict, str, StudyList]] = [
    # what differs from an eligible trial, verdict, criteria that are not met or unclear, list
    ({}, MET, "", StudyList.AWAITING),
    ({"minimum_age_text": "18 Years", "maximum_age_text": None}, NOT_MET, "age", StudyList.EXCLUDED),
    ({"minimum_age_text": "6 Years"}, UNCLEAR, "age", StudyList.AWAITING),
    ({"minimum_age_text": None, "maximum_age_text": None}, MET, "", StudyList.AWAITING),
    ({"start_date": "2014-12"}, NOT_MET, "dates", StudyList.EXCLUDED),
    ({"start_date": None}, MET, "", StudyList.AWAITING),
    ({"brief_title": "Ginger for nausea in schools"}, NOT_MET, "setting", StudyList.EXCLUDED),
    ({"brief_title": "Ginger for nausea"}, MET, "", StudyList.AWAITING),
    ({"brief_title": "Ginger for nausea: quasi-randomised", "allocation": None}, MET, "", StudyList.AWAITING),
    ({"allocation": Allocation.NON_RANDOMISED}, NOT_MET, "design", StudyList.EXCLUDED),
    (
        {"conditions": ("Migraine",), "brief_title": "Ginger", "start_date": "2010"},
        NOT_MET,
        "population dates",
        StudyList.SCREENED_OUT,
    ),
]


@pytest.mark.parametrize(("fields", "expected", "criteria", "placed"), CASES)
def test_a_nights_verdicts(review: Review, fields: dict[str, Any], expected: Verdict, criteria: str, placed: StudyList):
    judgement = concluded(review, [record("NCT90020001", **fields)])
    decision = judgement.screened.screening["NCT90020001"]
    [status] = judgement.statuses
    failed = [str(item.criterion) for item in decision.criteria if item.verdict is not MET]
    assert (decision.verdict, failed) == (expected, criteria.split())
    assert status.list is placed or (status.list is StudyList.ONGOING and placed is StudyList.AWAITING)


def test_a_review_without_limits_has_no_verdicts_on_them(tmp_path: Path):
    plain = "\n".join(
        line for line in PROTOCOL.splitlines() if line.split(":")[0].strip() not in {"age", "setting", "dates"}
    )
    judgement = concluded(load_review(written(tmp_path, plain)), [record("NCT90020001", start_date="2001")])
    asked = [item.criterion for item in judgement.screened.screening["NCT90020001"].criteria]
    assert asked == [item for item in Criterion if item not in {Criterion.AGE, Criterion.SETTING, Criterion.DATES}]


def test_a_person_decides_a_limit_whether_or_not_the_record_tells_of_it(tmp_path: Path):
    rows = (
        "NCT90020001,age,met,the protocol says 12 to 17,A. Reader,2026-06-01\n"
        "NCT90020002,age,not_met,adults by the paper,A. Reader,2026-06-01\n"
    )
    review = load_review(written(tmp_path, decisions=rows))
    told = record("NCT90020001", minimum_age_text="6 Years")
    silent = record("NCT90020002", minimum_age_text=None, maximum_age_text=None)
    screening = concluded(review, [told, silent]).screened.screening
    assert [screening[name].verdict for name in ("NCT90020001", "NCT90020002")] == [MET, NOT_MET]
    assert screening["NCT90020002"].of(Criterion.AGE).decided_by == "A. Reader"


def paper(number: str, abstract: str, **fields: Any) -> Report:
    usual: dict[str, Any] = {
        "source": "pubmed",
        "report_id": f"PMID:{number}",
        "title": f"Ginger for nausea: randomised trial {number}",
        "abstract_text": f"{abstract} Participants were randomised to ginger or placebo, and nausea was recorded daily.",
        "registry_date": "2020-02-01",
        "published_date": "2020-02-01",
        "publication_types": ("Randomized Controlled Trial",),
    }
    return Report(**(usual | fields))


@pytest.mark.parametrize(
    ("abstract", "fields", "expected"),
    [
        ("Patients aged 12 to 17 years took part.", {}, {Criterion.AGE: MET, Criterion.DATES: MET}),
        ("Patients aged 18 to 65 years took part.", {}, {Criterion.AGE: NOT_MET, Criterion.DATES: MET}),
        ("Nothing is said of ages.", {}, {Criterion.DATES: MET}),
        ("Nothing is said.", {"published_date": "2014-11"}, {Criterion.DATES: NOT_MET}),
        ("They were in hospital.", {"keywords": ("Aged",)}, {Criterion.AGE: NOT_MET, Criterion.SETTING: MET, Criterion.DATES: MET}),
        ("Visits were in schools.", {"keywords": ("Adolescent",)}, {Criterion.AGE: UNCLEAR, Criterion.SETTING: UNCLEAR, Criterion.DATES: MET}),
    ],
)  # fmt: skip
def test_a_report_is_asked_only_what_it_tells(
    review: Review, abstract: str, fields: dict[str, Any], expected: dict[Criterion, Verdict]
):
    judgement = concluded(review, [], [paper("90000501", abstract, **fields)])
    [screening] = judgement.screened.reports.values()
    limits = {Criterion.AGE, Criterion.SETTING, Criterion.DATES}
    assert {item.criterion: item.verdict for item in screening.criteria if item.criterion in limits} == expected
    flow = flow_of_reports(judgement)
    assert flow.n_other == (NOT_MET in expected.values())


def test_what_fails_a_limit_alone_is_counted_as_another_reason(review: Review):
    records = [record(f"NCT9002000{n}", **fields) for n, (fields, *_) in enumerate(CASES[:7])]
    flow = gather_page(concluded(review, records), "replay", None, (), 0, 0).flow
    assert (flow.n_screened_out_population, flow.n_screened_out_design, flow.n_screened_out_other) == (0, 0, 3)


@pytest.mark.parametrize(
    ("designs", "expected"), [("randomised", ReportKind.OTHER), ("randomised, cohort", ReportKind.RESULTS)]
)
def test_results_of_a_design_that_the_review_takes_are_results(tmp_path: Path, designs: str, expected: ReportKind):
    wider = PROTOCOL.replace("randomised, quasi_randomised", designs)
    told = paper("90000503", "", publication_types=(), registry_ids=("NCT90020001",))
    told = msgspec.structs.replace(
        told,
        title="Ginger for nausea: a prospective cohort",
        abstract_text="Ginger was given to 40 patients with nausea." * 3,
    )
    registered = record("NCT90020001", study_type=StudyType.OBSERVATIONAL, observational_model_text="COHORT")
    registered = msgspec.structs.replace(registered, allocation=None, arms=())
    judgement = concluded(load_review(written(tmp_path, wider)), [registered], [told])
    [link] = judgement.screened.linked.reports
    assert link.kind is expected
    assert ("E3" in {event.event_code for event in judgement.events}) == (expected is ReportKind.RESULTS)


def test_the_authors_accept_a_study_that_the_rules_screen_out_and_a_report_confirms(tmp_path: Path):
    folder = written(tmp_path, PROTOCOL.replace("watched_from: 2026-01-01\n", ""))
    (folder / "published").mkdir()
    (folder / "published" / "2025.yaml").write_text(
        "version: '2025'\nsearch_date: 2025-01-01\npublication_date: 2025-06-01\npublication_note: made up\n"
        "included:\n  - {study_id: NCT90020001, label: Root 2018, evidence: verbatim}\n",
        encoding="utf-8",
    )
    registered = record("NCT90020001", minimum_age_text="18 Years", maximum_age_text=None)
    told = paper("90000502", "Patients aged 12 to 17 years took part.", registry_ids=("NCT90020001",))
    decision = concluded(load_review(folder), [registered], [told]).screened.screening["NCT90020001"]
    assert (decision.verdict, decision.by_rules) == (MET, NOT_MET)


@pytest.mark.parametrize(("condition", "n_asked"), [("Nausea", 1), ("Migraine", 0)])
def test_people_are_asked_of_links_between_studies_of_the_review_alone(
    review: Review, condition: str, n_asked: int
) -> None:
    """An extension that names the trial it extends is kept apart; beside the review's question nobody needs to know."""
    other = {"registry": "EU Clinical Trials Register", "registry_id": "2016-003096-12", "source": "ictrp"}
    title = {"brief_title": "Ginger in hospital", "conditions": (condition,)}
    extension = record("2016-003096-12", **other, **title, official_title="Ginger in hospital (extension)")
    named = (SecondaryId(id="2016-003096-12", kind="EUDRACT_NUMBER"),)
    found = concluded(review, [record("NCT90000001", secondary_ids=named, **title), extension])
    [item] = found.screened.linked.queue
    assert "kept apart as extension" in item.reason
    assert found.queue.count(item) == n_asked
