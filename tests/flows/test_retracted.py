"""A report from which the review's numbers come is retracted: told as an event, and pooled once more without its study."""

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flows.ingest import ingest
from flows.night import NightResult
from models.dates import at_night
from models.settings import Settings
from models.vocabulary import EvidenceSet
from replay.archive import DEFAULT_ARCHIVE
from replay.server import SPEAKERS, ReplayServer
from stores.snapshot import query
from synthesis.crosscheck import crosscheck

REVIEW, STUDY, REPORT = "als_cell_therapy", "NCT01363401", "30048006"
NIGHT = date(2024, 3, 10)
OTHER = "NCT03280056,cells_vs_control,overall_survival,4 to 6 months,{},,,PMID:34890069,made up,,randomised,nobody,2024-03-01,verbatim,true,"


@pytest.fixture(scope="module")
def registries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplayServer]:
    """The replayed registries, but PubMed says from March 2024 on that the study's report was retracted."""
    archive = Path(shutil.copytree(DEFAULT_ARCHIVE, tmp_path_factory.mktemp("retracted") / "archive"))
    report = archive / "pubmed" / f"{REPORT}.json"
    facts = json.loads(report.read_bytes())
    notice = {"type": "RetractionIn", "source": "A journal. 2024 Mar", "shown_from": "2024-03-05"}
    facts["corrections"] = [notice]
    facts["provenance"]["corrections"] = "inferred"
    report.write_text(json.dumps(facts), encoding="utf-8")
    with ReplayServer(NIGHT, archive=archive) as server:
        yield server


@pytest.fixture(scope="module")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The review, in which people have confirmed a second study's numbers on one outcome."""
    folder = tmp_path_factory.mktemp("reviews")
    shutil.copytree(Settings().reviews / REVIEW, folder / REVIEW)
    with (folder / REVIEW / "extraction.csv").open("a", encoding="utf-8") as table:
        for arm in ("intervention,95,85", "control,94,90"):
            table.write(OTHER.format(arm) + "\n")
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("retracted night") / "data"


@pytest.fixture(scope="module")
def night(carry_out: Any, data: Path, registries: ReplayServer, reviews: Path) -> NightResult:
    settings = {"base_urls": {slug: registries.base_url(slug) for slug in SPEAKERS}, "reviews": reviews}
    result: NightResult = carry_out(data, NIGHT, settings=settings)
    assert result.state == "done"
    return result


def test_the_retraction_is_an_urgent_event_that_decides(night: NightResult) -> None:
    [event] = [item for item in night.judgement.events if (item.event_code, item.study_id) == ("E7", STUDY)]
    assert (event.grade, event.is_news, event.public_date) == ("action", True, date(2024, 3, 5))
    assert "numbers in extraction.csv come from it" in event.evidence
    assert event.key in night.judgement.decision.event_keys
    assert night.judgement.decision.status == "Update pending"


def test_every_outcome_is_pooled_once_more_without_the_study(night: NightResult, data: Path) -> None:
    warehouse = data / "published" / REVIEW / "current" / "warehouse.duckdb"
    _, rows = query(
        warehouse,
        "SELECT evidence_set, outcome, k, n_participants, estimate FROM out_pooled_effect"
        " WHERE is_headline AND convention = 'revman5' AND timepoint = '4 to 6 months'",
    )
    left = {(name, outcome): numbers for name, outcome, *numbers in rows}
    k, n_participants, estimate = left["undisputed", "overall_survival"]
    assert (k, n_participants, estimate) == (1, 189, pytest.approx((85 / 95) / (90 / 94)))
    assert left["undisputed", "alsfrs_r_change"] == [0, 0, None]
    assert left["confirmed", "overall_survival"][0] == 2
    assert left["confirmed", "alsfrs_r_change"][0] == 1
    judgement = night.judgement
    assert crosscheck(judgement.inputs, judgement.effects) == ()


def test_no_rule_compares_the_sensitivity_analysis(night: NightResult) -> None:
    assert EvidenceSet.UNDISPUTED not in {signal.evidence_set for signal in night.judgement.signals}


def test_people_read_it_on_the_page_and_in_the_mail(night: NightResult, data: Path) -> None:
    page = (data / "published" / REVIEW / "current" / "site" / "index.html").read_text(encoding="utf-8")
    assert page.count("Without what was retracted or put in doubt") == 5
    assert "No study is left." in page
    [alert] = night.alerts
    told = " ".join(alert.body.split())
    assert "without what was retracted or put in doubt: RR 0.93" in told
    assert "without what was retracted or put in doubt: no study is left" in told


COPIES = {
    "nbib": "PMID- 30048006\nOWN - NLM\nSTAT- MEDLINE\nLR  - 20240305\nDP  - 2018 Sep\nTI  - Made up.\n"
    "PT  - Journal Article\nPT  - Retracted Publication\nEDAT- 2018/07/27 06:00\nJT  - A journal\nSO  - A journal. 2018.\n",
    "ris": "TY  - JOUR\nM3  - Retracted article\nTI  - Made up\nPY  - 2018\nAN  - 30048006\nDB  - Ovid MEDLINE(R)\nER  - \n",
}


@pytest.mark.slow
@pytest.mark.parametrize("source", sorted(COPIES))
def test_a_retraction_that_comes_by_a_file_is_heard_although_the_report_is_known(
    source: str, tmp_path: Path, carry_out: Any
) -> None:
    data, day = tmp_path / "data", date(2024, 2, 29)
    carry_out(data, day, sources=("ctgov", "pubmed"))
    file = tmp_path / f"export.{source}"
    file.write_text(COPIES[source], encoding="utf-8")
    [loaded] = ingest(source, [file], REVIEW, at_night(NIGHT), Settings(data=data))
    assert (loaded.record_id, loaded.is_new) == (f"PMID:{REPORT}", True)
    result = carry_out(data, date(2024, 3, 11), sources=("ctgov", "pubmed"))
    [event] = [item for item in result.judgement.events if (item.event_code, item.study_id) == ("E7", STUDY)]
    assert (event.grade, event.is_news) == ("action", True)
    assert "numbers in extraction.csv come from it" in event.evidence
    assert [alert.grade for alert in result.alerts] == ["action"]
    [again] = ingest(source, [file], REVIEW, at_night(date(2024, 3, 12)), Settings(data=data))
    assert carry_out(data, date(2024, 3, 13), sources=("ctgov", "pubmed")).alerts == ()
    assert again.record_id == loaded.record_id
