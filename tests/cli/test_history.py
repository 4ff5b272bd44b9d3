"""A study's life as it is told, and posted results as rows to paste, from a published night."""

import csv
import io
from datetime import date
from pathlib import Path

import msgspec
import pytest

from cli.extract import as_text, candidates
from cli.history import History, history
from cli.history import as_text as told_as_text
from cli.named_study import UnknownStudy
from models.folder_rows import ExtractionRow
from models.review import load_review
from models.settings import Settings
from models.trial import TrialRecord
from replay.archive import load_archive
from stores.published import NothingPublished, published_folder
from stores.snapshot import query
from studies.identifiers import identify

REVIEW = "als_cell_therapy"
LAST_NIGHT = date(2024, 2, 29)


@pytest.fixture(scope="module")
def settings(carry_out, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """After two nights: one on which NCT03280056 recruits, one on which its results are posted."""
    data = tmp_path_factory.mktemp("history") / "data"
    for day in (date(2018, 6, 1), LAST_NIGHT):
        carry_out(data, day, full_sweep=True)
    return Settings(data=data)


@pytest.fixture(scope="module")
def told(settings: Settings) -> History:
    return history("NCT03280056", REVIEW, settings)


def test_a_life_is_told_in_order_with_every_event_and_every_version(told: History):
    days = [moment.day for moment in told.moments]
    assert days == sorted(days)
    assert [moment.event_code for moment in told.moments if moment.event_code] == [
        "E4",
        "E6",
        "E1",
        "E5",
        "E3",
        "E7",
        "E2",
    ]
    versions = [moment.where for moment in told.moments if "version of" in moment.where]
    assert [where.split("version of ")[1][:10] for where in versions] == [
        "2017-09-12",
        "2019-10-23",
        "2021-01-25",
        "2021-10-06",
        "2024-02-29",
    ]


def test_a_life_says_by_whose_hand(told: History):
    assert {moment.who for moment in told.moments} == {"sponsor", "index", "trialwatch"}


def test_a_registrys_own_doing_is_told_as_such(settings: Settings):
    moments = history("NCT02286011", REVIEW, settings).moments
    [unknown] = [item for item in moments if "→ unknown" in item.what and item.event_code is None]
    assert (unknown.who, unknown.day) == ("registry", "2024-02-29")
    assert unknown.what == "status: active not recruiting → unknown, set by the registry; no date of update moved"


def test_numbers_are_told_as_they_moved(told: History):
    text = told_as_text(told)
    for words in (
        "status recruiting, 200 participants (estimated), primary completion 2019-04-30",
        "participants: 200 → 261; primary completion: 2019-04-30 → 2020-10",
        "participants: 261 → 263",
        "has results: no → yes",
        "E7 PMID:34890069 was corrected: Muscle Nerve. 2022 Aug",
        "PMID:34890069, results (databank: DataBank list names NCT03280056, since 2021-12-31)",
        "NCT03280056 (own id: NCT03280056, since 2017-09-12)",
    ):
        assert words in text


def test_what_was_seen_when_is_told(told: History):
    registered = next(moment for moment in told.moments if moment.what.startswith("registered"))
    posted = next(moment for moment in told.moments if moment.event_code == "E2")
    assert registered.seen_at and registered.seen_at.date() == date(2018, 6, 1)
    assert posted.seen_at and posted.seen_at.date() == date(2024, 2, 29)


@pytest.mark.parametrize("identifier", ["nct03280056", " NCT03280056 ", "PMID:34890069", "34890069"])
def test_a_study_is_found_by_any_of_its_ids(settings: Settings, identifier: str):
    assert history(identifier, REVIEW, settings).study_id == "NCT03280056"


def test_a_study_is_found_by_its_label_in_a_list_and_by_any_number(settings: Settings):
    review = load_review(settings.reviews / REVIEW)
    listed = {study.label: study for version in review.versions for study in version.included}
    [(label, study), *_] = listed.items()
    assert history(f" {label.lower()} ", REVIEW, settings).study_id == study.study_id
    assert candidates(label, REVIEW, settings).study_id == study.study_id
    _, rows = query(published_folder(REVIEW, settings) / "warehouse.duckdb", "SELECT document FROM core_trial_latest")
    records = [msgspec.json.decode(text, type=TrialRecord) for (text,) in rows]
    number, own = next(
        (item.id, record.record_id)
        for record in records
        for item in record.secondary_ids
        if item.id.startswith("20") and identify(item.id)
    )
    study_id = history(own, REVIEW, settings).study_id
    assert history(number, REVIEW, settings).study_id == study_id
    assert candidates(number, REVIEW, settings).study_id == study_id


def test_related_studies_are_named(settings: Settings):
    assert {(other, kind) for other, kind, _ in history("NCT01254539", REVIEW, settings).relations} == {
        ("NCT00855400", "extension"),
        ("NCT00855400", "shared number"),
    }


def test_whoever_settled_a_criterion_is_named(settings: Settings):
    told = history("NCT02286011", REVIEW, settings)
    criteria = (("design", "met", "decisions.csv", "each person is randomised", "A. Reader"),)
    assert "settled by A. Reader" in told_as_text(msgspec.structs.replace(told, criteria=criteria))


@pytest.mark.parametrize(
    "day", [date(2017, 12, 31), date(2018, 6, 1), date(2019, 12, 1), date(2022, 1, 1), date(2024, 2, 29)]
)
def test_a_registry_asked_as_of_a_day_answers_what_the_replayed_registry_showed(settings: Settings, day: date):
    """The registry's clock, over all that is known at last."""
    warehouse = published_folder(REVIEW, settings) / "warehouse.duckdb"
    followed = "SELECT study_id FROM review_study_status WHERE eligibility <> 'not_met' AND study_id LIKE 'NCT%'"
    _, rows = query(
        warehouse,
        f"SELECT record_id, registry_date, status_text, enrolment_count FROM trial_as_of(DATE '{day}',"
        f" TIMESTAMP '2026-12-31') WHERE record_id IN ({followed})",
    )
    _, [*known] = query(warehouse, followed)
    # What a registry changes without another date is shown from the night that saw it, or, where no night saw it
    # otherwise, from the date that it kept.
    ambiguous = {
        record_id for (record_id,) in known if any(item.is_registry_made for item in load_archive().history[record_id])
    }
    expected = []
    for (record_id,) in known:
        versions = [item for item in load_archive().history[record_id] if item.shown_from <= day]
        if day < LAST_NIGHT and record_id in ambiguous:
            continue
        if shown := versions[-1] if versions else None:
            status = shown.study["protocolSection"]["statusModule"]["overallStatus"]
            enrolled = shown.study["protocolSection"]["designModule"].get("enrollmentInfo", {}).get("count")
            expected.append((record_id, status, enrolled))
    found = [
        (record_id, status, n) for record_id, _, status, n in rows if day >= LAST_NIGHT or record_id not in ambiguous
    ]
    assert sorted(found, key=str) == sorted(expected, key=str)
    assert len(found) >= 4


def test_what_was_known_on_a_night_is_what_that_night_published(settings: Settings):
    """Our own clock: a warehouse asked as of an earlier night knows no more than that night did."""
    folder = published_folder(REVIEW, settings)
    then = folder.parent / "2018-06-01" / "warehouse.duckdb"
    for name, latest in (("trial", "core_trial_latest"), ("report", "core_report_latest")):
        _, known = query(
            folder / "warehouse.duckdb",
            f"SELECT version_id FROM {name}_as_of(DATE '2018-06-01', TIMESTAMP '2018-06-02') ORDER BY ALL",
        )
        _, published = query(then, f"SELECT version_id FROM {latest} ORDER BY ALL")
        assert known == published
        assert len(known) > 20 if name == "trial" else known


def test_a_study_that_is_not_there_is_said_so(settings: Settings, tmp_path: Path):
    with pytest.raises(UnknownStudy, match="NCT99999999: no study"):
        history("NCT99999999", REVIEW, settings)
    with pytest.raises(UnknownStudy, match="NCT99999999: no study"):
        candidates("NCT99999999", REVIEW, settings)
    with pytest.raises(NothingPublished):
        history("NCT03280056", REVIEW, Settings(data=tmp_path))


def test_posted_results_are_rows_that_the_review_folder_accepts(settings: Settings):
    found = candidates("NCT03280056", REVIEW, settings)
    columns = tuple(ExtractionRow.model_fields)
    text = ",".join(columns) + "\n" + as_text(found, columns).partition("\n#")[0]
    rows = [
        ExtractionRow.model_validate({key: value for key, value in row.items() if value})
        for row in csv.DictReader(io.StringIO(text))
    ]
    assert [(row.outcome, row.arm, row.n_events, row.n_analysed) for row in rows] == [
        ("overall_survival", "intervention", 85, 95),
        ("overall_survival", "control", 90, 94),
        ("serious_adverse_events", "intervention", 23, 95),
        ("serious_adverse_events", "control", 17, 94),
    ]
    assert {(row.is_confirmed, row.known_from, row.report) for row in rows} == {
        (False, date(2024, 2, 29), "NCT03280056")
    }


def test_what_only_a_person_can_read_is_said_and_nothing_is_made_up(settings: Settings):
    found = candidates("NCT01363401", REVIEW, settings)
    assert found.rows == ()
    assert "41 = 33 randomised + 8 not randomised" in as_text(found)
    assert as_text(candidates("NCT02017912", REVIEW, settings)).splitlines() == [
        "# NCT02017912: no rows to paste",
        "# NCT02017912, who was masked: participant, care provider, investigator (TRIPLE)",
    ]
