"""A data package becomes a living review: what it lists as ongoing and could have known is the first that is told."""

import json
import shutil
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from made_up_packages import analysis, article, entry, row, study, write_package
from msgspec import structs

from exchange.adopted_lists import Told
from exchange.cochrane.read import read_package
from flows.adopt import Adopted, adopt
from flows.gather import NightRequest
from flows.night import NightResult, night
from models.dates import at_night
from models.folder_files import ReviewError
from models.review import review_named
from models.settings import Settings
from replay.server import SPEAKERS, ReplayServer
from reporting.statements.write import statements_of
from stores.nights import read_night
from stores.published import published_folder

PUBLISHED = date(2026, 6, 10)
NIGHTS = [date(2026, 6, 12), date(2026, 6, 13)]
LATE = "NCT03085433"
ARMS = {"Experimental cases": 20, "Experimental N": 61, "Control cases": 17, "Control N": 61}
ESTIMATE = {
    "Mean": 1.1764705882352942,
    "CI start": 0.68527428923374,
    "CI end": 2.019750436763581,
}


def write(folder: Path) -> Path:
    """A review of one trial with 122 people, which lists as ongoing what was published in 2022."""
    cells = {
        "Analysis name": "Live birth",
        "Analysis group name": "Sorting versus usual preparation",
        **ARMS,
        **ESTIMATE,
    }
    return write_package(
        folder,
        "CD910461",
        analyses=[analysis(1, 1, **cells, **{"Effect Z": 0.589440157, "Effect P": 0.5556090404})],
        rows=[row(1, 1, "Ash 2018", **ARMS, Weight=100, **ESTIMATE)],
        studies={
            "included": [study("Ash 2018")],
            "ongoing": [study(f"{LATE} 2017")],
            "awaiting": [study("Birch 2020")],
        },
        references={
            "included": [article("Ash 2018")],
            "ongoing": [entry(f"{LATE} 2017", f"https://clinicaltrials.gov/study/{LATE}", LATE)],
            "awaiting": [article("Birch 2020")],
        },
    )


def record() -> dict[str, Any]:
    """The registration as it stood in 2022, made up from what is known of it: 386 people, completed."""
    modules = {
        "identificationModule": {"nctId": LATE, "briefTitle": "Sorting Before Injection"},
        "statusModule": {
            "overallStatus": "COMPLETED",
            "startDateStruct": {"date": "2017-05"},
            "primaryCompletionDateStruct": {"date": "2020-06", "type": "ACTUAL"},
            "completionDateStruct": {"date": "2021-03", "type": "ACTUAL"},
            "studyFirstSubmitDate": "2017-03-15",
            "studyFirstPostDateStruct": {"date": "2017-03-21", "type": "ACTUAL"},
            "lastUpdateSubmitDate": "2021-05-04",
            "lastUpdatePostDateStruct": {"date": "2021-05-06", "type": "ACTUAL"},
        },
        "sponsorCollaboratorsModule": {"leadSponsor": {"name": "Made-up Clinic", "class": "OTHER"}},
        "conditionsModule": {"conditions": ["Infertility"]},
        "designModule": {
            "studyType": "INTERVENTIONAL",
            "phases": ["NA"],
            "designInfo": {"allocation": "RANDOMIZED", "interventionModel": "PARALLEL"},
            "enrollmentInfo": {"count": 386, "type": "ACTUAL"},
        },
    }
    study = {"protocolSection": modules, "hasResults": False}
    return {
        "shown_from": "2021-05-06",
        "basis": "reconstructed",
        "why": "made up",
        "submitted": "2021-05-04",
        "study": study,
    }


def report() -> dict[str, Any]:
    return {
        "pmid": "90085433",
        "title": "Sorting before injection: a randomised controlled trial.",
        "journal": "Journal of Made-up Trials",
        "published": "2022-07-15",
        "entered": "2022-07-16",
        "first_author": {"last": "Cedar", "initials": "A"},
        "types": ["Journal Article", "Randomized Controlled Trial"],
        "databank": {"ClinicalTrials.gov": [LATE]},
        "provenance": {},
        "source": "made up",
    }


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    for name, text in (("ctgov", json.dumps(record()) + "\n"), ("pubmed", json.dumps(report()))):
        path = folder / name / {"ctgov": f"{LATE}.jsonl", "pubmed": "90085433.json"}[name]
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def adopted(tmp_path_factory: pytest.TempPathFactory) -> Adopted:
    package = read_package(write(tmp_path_factory.mktemp("package")))
    told = Told(review="CD910461", adopted_on=NIGHTS[0], publication_date=PUBLISHED, title="Sorting")
    return adopt(package, told, tmp_path_factory.mktemp("reviews"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data") / "data"


@pytest.fixture(scope="module")
def nights(adopted: Adopted, world: Path, data: Path) -> list[NightResult]:
    results = []
    with ReplayServer(NIGHTS[0], further=[world]) as server:
        settings = Settings(
            data=data,
            reviews=adopted.folder.parent,
            base_urls={slug: server.base_url(slug) for slug in SPEAKERS},
        )
        for day in NIGHTS:
            server.as_of = day
            request = NightRequest(review="CD910461", as_of=at_night(day), registries="replay")
            results.append(night(request, settings, None, partial(at_night, day)))
    return results


def test_every_analysis_is_computed_again(adopted: Adopted) -> None:
    assert [(item.key, item.verdict) for item in adopted.recomputed] == [("1.1", "to 1e-9")]


def test_what_the_version_missed_leads_the_first_alert(nights: list[NightResult]) -> None:
    [alert] = nights[0].alerts
    assert alert.grade == "action"
    assert LATE in alert.title
    assert "listed as ongoing" in alert.title
    lines = [line for line in alert.body.splitlines() if line.strip()]
    first = next(i for i, line in enumerate(lines) if LATE in line)
    assert "386 took part" in " ".join(lines)
    assert "PMID:90085433" in " ".join(lines)
    assert first < 8


def test_it_is_told_once(nights: list[NightResult]) -> None:
    assert nights[1].alerts == ()


def test_the_status_says_so_and_that_new_studies_are_not_looked_for(nights: list[NightResult]) -> None:
    decision = nights[0].judgement.decision
    assert decision.status == "Update pending"
    assert f"{LATE} listed as ongoing" in decision.explanation
    assert nights[0].judgement.review.protocol.is_written is False


def test_the_page_leads_with_it(nights: list[NightResult], data: Path) -> None:
    page = (published_folder("CD910461", Settings(data=data)) / "site" / "index.html").read_text(encoding="utf-8")
    assert page.index(LATE) < page.index("Live birth")


def test_a_search_that_nobody_told_or_carried_out_is_not_claimed(nights: list[NightResult], data: Path) -> None:
    settings = Settings(data=data, reviews=nights[0].judgement.review.baseline.path.parents[2])
    page = (published_folder("CD910461", settings) / "site" / "index.html").read_text(encoding="utf-8")
    assert "published 10 June 2026; the day of its search is not told, and taken to be that day" in page
    assert "every source was asked to its end for the studies that are followed by number" in page
    told = {item.name: {at.number: at for at in item.items} for item in statements_of(read_night("CD910461", settings))}
    assert all("by number" in said for said in told["prisma-s"]["13"].said)
    assert told["raise"]["R5"].said == ()
    assert "the day of its search is not told" in told["prisma-lsr"]["3"].said[0]


SAID = Told(review="CD910461", adopted_on=NIGHTS[0], publication_date=PUBLISHED, title="Sorting")
OWN = {
    "decisions.csv": "study_id,criterion,verdict,decided_by,known_from,reason\n",
    "links.csv": "study_id,item_id,relation,known_from,decided_by,reason\n",
    "settled.csv": "item,kind,subject,settled_by,known_from,reason\n",
    "notes/meeting.txt": "Nothing decided.\n",
}


@pytest.fixture
def worked_on(adopted: Adopted, tmp_path: Path) -> Adopted:
    """The review with what people have added: files, words of the protocol, rows."""
    copy = adopt(adopted.package, SAID, tmp_path)
    for name, text in OWN.items():
        (copy.folder / name).parent.mkdir(exist_ok=True)
        (copy.folder / name).write_text(text, encoding="utf-8")
    protocol = copy.folder / "protocol.yaml"
    protocol.write_text(
        protocol.read_text(encoding="utf-8").replace("version: '1.0'", "version: '1.1'") + "# Looked at.\n",
        encoding="utf-8",
    )
    rows = copy.folder / "extraction.csv"
    first = rows.read_text(encoding="utf-8").splitlines()[1]
    rows.write_text(rows.read_text(encoding="utf-8") + first.replace("Ash 2018", "Birch 2020") + "\n", encoding="utf-8")
    return copy


@pytest.mark.parametrize(
    "told",
    [
        SAID,
        Told(review="CD910461", adopted_on=NIGHTS[1]),
        Told(review="CD910461", adopted_on=NIGHTS[1], publication_date=PUBLISHED),
        Told(review="CD910461", adopted_on=NIGHTS[1], version="2026"),
    ],
    ids=["all is said again", "nothing is said again", "its day", "its version"],
)
def test_what_people_have_added_stays_and_is_no_difference(worked_on: Adopted, told: Told) -> None:
    before = {path: path.read_bytes() for path in worked_on.folder.rglob("*") if path.is_file()}
    assert adopt(worked_on.package, told, worked_on.folder.parent).is_new is False
    assert {path: path.read_bytes() for path in worked_on.folder.rglob("*") if path.is_file()} == before


def test_nothing_told_is_the_same_on_any_later_day(adopted: Adopted, tmp_path: Path) -> None:
    adopt(adopted.package, Told(review="CD910461", adopted_on=date(2026, 6, 12)), tmp_path)
    assert adopt(adopted.package, Told(review="CD910461", adopted_on=date(2027, 2, 1)), tmp_path).is_new is False


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"title": "Mending"}, r"protocol\.yaml \(title is 'Sorting' there, and 'Mending' is told now\)"),
        (
            {"search_date": date(2026, 1, 5)},
            r"published/2026\.yaml \(search_date is 2026-06-10 there, and 2026-01-05 is told now\)",
        ),
        (
            {"publication_date": date(2026, 6, 1)},
            r"\(publication_date is 2026-06-10 there, and 2026-06-01 is told now\)",
        ),
    ],
)
def test_what_is_told_otherwise_is_named_with_both(worked_on: Adopted, more: dict[str, Any], said: str) -> None:
    with pytest.raises(ReviewError, match=said):
        adopt(worked_on.package, structs.replace(SAID, **more), worked_on.folder.parent)


def test_rows_that_people_have_changed_are_not_written_over(worked_on: Adopted) -> None:
    rows = worked_on.folder / "extraction.csv"
    changed = rows.read_text(encoding="utf-8").replace(",61,", ",62,")
    rows.write_text(changed, encoding="utf-8")
    with pytest.raises(ReviewError, match=r"extraction\.csv \(\d of 2 rows are not there\)"):
        adopt(worked_on.package, SAID, worked_on.folder.parent)
    assert rows.read_text(encoding="utf-8") == changed


def test_a_newer_version_is_refused_and_it_is_told_how_to_go_on(worked_on: Adopted) -> None:
    newer = structs.replace(SAID, publication_date=date(2027, 3, 1))
    with pytest.raises(ReviewError) as refused:
        adopt(worked_on.package, newer, worked_on.folder.parent)
    told = str(refused.value)
    assert "this is the review's version 2026, and the package would be version 2027" in told
    assert "--name CD910461_2027" in told
    assert "copy decisions.csv, links.csv, settled.csv into its folder as they are" in told
    # What it says can be done.
    beside = adopt(worked_on.package, structs.replace(newer, review="CD910461_2027"), worked_on.folder.parent)
    for name in ("decisions.csv", "links.csv", "settled.csv"):
        shutil.copy(worked_on.folder / name, beside.folder / name)
    assert review_named(worked_on.folder.parent, "CD910461_2027").baseline.version == "2027"
