"""A review with subgroups, a hazard ratio, a study that nobody registered, and all four lists is given to others, too."""

import csv
import io
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from exchange.comparison import differences
from exchange.fhir.bundle import bundle_of, see_that_it_is_valid
from exchange.listed import listed_studies
from exchange.ris import ris_files
from exchange.tabular import csv_files
from flows.night import NightResult
from models.night import PublishedNight
from models.settings import Settings
from models.vocabulary import EvidenceSet
from reporting.statements.write import statements_of
from stores.nights import read_night

COMPARISON = "alternating_vs_standard"
ANALYSES = f"""\
analysis,comparison,outcome,timepoint,title,given,measure,method,model,estimator,interval,totals,subgroup_factor,tests_subgroups
1.1,{COMPARISON},new_ulcer,4 to 8 weeks,,any,RR,mh,random,DL,wald,all,setting,true
1.2,{COMPARISON},deaths,12 weeks,Time to death,contrast,HR,iv,random,REML,hksj,overall,,false
1.3,{COMPARISON},ulcer_area_change,4 to 8 weeks,,any,MD,iv,fixed,,wald,all,,false
"""
ARMS = """\
study_id,analysis,subgroup,subgroup_number,arm,n_analysed,n_events,mean,sd,report,table,population,extractor,known_from,evidence,is_confirmed
NCT90010001,1.1,hospital,1,intervention,60,9,,,PMID:90000001,Table 2,all,A. Reader,2020-11-02,verbatim,true
NCT90010001,1.1,hospital,1,control,60,20,,,PMID:90000001,Table 2,all,A. Reader,2020-11-02,verbatim,true
NCT90010002,1.1,nursing home,2,intervention,78,12,,,NCT90010002,results,all,A. Reader,2020-11-02,verbatim,true
NCT90010002,1.1,nursing home,2,control,80,21,,,NCT90010002,results,all,A. Reader,2020-11-02,verbatim,true
NCT90010001,1.3,,,intervention,55,,-1.9,1.4,PMID:90000001,Table 3,all,A. Reader,2020-11-02,verbatim,true
NCT90010001,1.3,,,control,54,,-1.1,1.5,PMID:90000001,Table 3,all,A. Reader,2020-11-02,verbatim,true
"""
CONTRASTS = """\
study_id,analysis,measure,is_log,estimate,se,n_intervention,n_control,report,table,population,extractor,known_from,evidence,is_confirmed
NCT90010001,1.2,HR,false,0.8,0.3,60,60,PMID:90000001,text,all,A. Reader,2020-11-02,verbatim,true
NCT90010002,1.2,HR,false,0.9,0.4,78,80,NCT90010002,text,all,A. Reader,2020-11-02,verbatim,true
Elmsworth 1987,1.2,HR,false,1.4,0.35,31,29,PMID:90000001,text,all,A. Reader,2020-11-02,verbatim,true
"""
LANDMARKS = """\
study_id,analysis,arm,time,time_unit,survival,at_risk,report,table,population,extractor,known_from,evidence,is_confirmed
NCT90010001,1.2,intervention,0,weeks,,60,PMID:90000001,Figure 2,all,A. Reader,2020-11-02,verbatim,true
NCT90010001,1.2,intervention,6,weeks,0.90,54,PMID:90000001,Figure 2,all,A. Reader,2020-11-02,verbatim,true
NCT90010001,1.2,intervention,12,weeks,0.80,45,PMID:90000001,Figure 2,all,A. Reader,2020-11-02,verbatim,true
NCT90010001,1.2,control,0,weeks,,60,PMID:90000001,Figure 2,all,A. Reader,2020-11-02,verbatim,true
NCT90010001,1.2,control,6,weeks,0.85,51,PMID:90000001,Figure 2,all,A. Reader,2020-11-02,verbatim,true
NCT90010001,1.2,control,12,weeks,0.70,40,PMID:90000001,Figure 2,all,A. Reader,2020-11-02,verbatim,true
"""
VERSION = """\
version: "2021"
search_date: 2021-02-15
databases: [MEDLINE, "A register of our own"]
included:
  - {study_id: NCT90010001, label: "Ashdown 2019", evidence: verbatim, contributes_data: true, reports: ["PMID:90000001"]}
  - {study_id: NCT90010002, label: "Birchwood 2020", evidence: verbatim, contributes_data: true}
  - {study_id: "Elmsworth 1987", label: "Elmsworth 1987", year: "1987", evidence: verbatim, contributes_data: true, reports: ["DOI:10.99999/made.up.1987"]}
ongoing:
  - {study_id: NCT90010003, label: "Cedarholm", evidence: verbatim}
awaiting:
  - {study_id: NCT90010005, label: "Dunmore", evidence: verbatim}
excluded:
  - {study_id: NCT90010008, label: "Fernley 2018", evidence: verbatim, reason: "not randomised"}
"""


@pytest.fixture(scope="module")
def many_kinds(
    carry_out_second: Callable[..., NightResult], second_review: Path, tmp_path_factory: pytest.TempPathFactory
) -> PublishedNight:
    folder = tmp_path_factory.mktemp("many kinds")
    review = Path(shutil.copytree(second_review, folder / "reviews" / second_review.name))
    (review / "analyses.csv").write_text(ANALYSES)
    (review / "extraction.csv").write_text(ARMS)
    (review / "contrasts.csv").write_text(CONTRASTS)
    (review / "survival.csv").write_text(LANDMARKS)
    for name in ("certainty.csv", "links.csv"):
        path = review / name
        path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    for path in (review / "published").glob("*.yaml"):
        path.unlink()
    (review / "published" / "2021.yaml").write_text(VERSION)
    protocol = review / "protocol.yaml"
    head, _, rest = protocol.read_text(encoding="utf-8").partition("conventions:\n")
    later = rest[rest.index("\nthresholds") :] if "\nthresholds" in rest else "\n"
    protocol.write_text(head + "conventions:\n  - name: published\n    continuous: [{model: common}]\n" + later)
    settings = Settings(data=folder / "data", reviews=folder / "reviews")
    ended = carry_out_second(settings.data, date(2021, 3, 1), settings={"reviews": folder / "reviews"})
    assert ended.state != "failed", ended.reason
    return read_night(second_review.name, settings)


def test_subgroups_and_hazard_ratios_are_valid_fhir(many_kinds: PublishedNight):
    bundle = bundle_of(many_kinds, EvidenceSet.CONFIRMED)
    see_that_it_is_valid(bundle)
    evidence = [item["resource"] for item in bundle["entry"] if item["resource"]["resourceType"] == "Evidence"]
    pooled = [item for item in evidence if "synthesisType" in item]
    subgroups = [item for item in pooled if len(item["variableDefinition"]) == 5]
    assert {item["variableDefinition"][-1]["description"] for item in subgroups} == {"hospital", "nursing home"}
    [hazard] = [item["statistic"][0] for item in pooled if item["title"].startswith("Time to death")]
    assert hazard["statisticType"]["coding"][0]["code"] == "C93150"
    assert [item["code"]["coding"][0]["code"] for item in hazard["modelCharacteristic"]] == [
        "effectsRandom",
        "tauRestrictedMaximumLikelihood",
        "hartungKnapp",
    ]
    single = {
        item["title"].split(":")[0]: item["statistic"][0]["quantity"]["value"]
        for item in evidence
        if item not in pooled and "Time to death" in item["title"]
    }
    assert single == {
        "Ashdown 2019": pytest.approx(0.8),
        "Birchwood 2020": pytest.approx(0.9),
        "Elmsworth 1987": pytest.approx(1.4),
    }


@pytest.mark.parametrize("evidence", [EvidenceSet.PUBLISHED, EvidenceSet.CONFIRMED])
def test_a_study_without_a_registration_is_in_its_list(many_kinds: PublishedNight, evidence: EvidenceSet):
    [found] = [item for item in listed_studies(many_kinds, evidence) if item.label == "Elmsworth 1987"]
    assert (found.list, found.numbers) == ("included", ())
    assert "Elmsworth 1987" in ris_files(many_kinds, evidence)["included.ris"]


def test_a_report_that_only_the_version_names_is_in_the_nights_list_too(many_kinds: PublishedNight):
    files = ris_files(many_kinds, EvidenceSet.CONFIRMED)
    assert "DO  - 10.99999/made.up.1987" in files["included.ris"]


def test_the_lists_of_the_version_have_a_file_each(many_kinds: PublishedNight):
    files = ris_files(many_kinds, EvidenceSet.PUBLISHED)
    assert set(files) == {"included.ris", "ongoing.ris", "awaiting.ris", "excluded.ris"}
    assert "DO  - 10.99999/made.up.1987" in files["included.ris"]
    assert "C1  - NCT90010008" in files["excluded.ris"]


def test_subgroups_have_their_file(many_kinds: PublishedNight):
    rows = list(csv.DictReader(io.StringIO(csv_files(many_kinds, EvidenceSet.CONFIRMED)["subgroups.csv"])))
    assert [(row["analysis"], row["subgroup"]) for row in rows] == [("1.1", "hospital"), ("1.1", "nursing home")]
    assert all(row["test_p"] for row in rows)


def test_without_a_printed_estimate_before_is_the_versions_own_data_pooled_again(many_kinds: PublishedNight):
    found = {item.analysis: item for item in differences(many_kinds, EvidenceSet.CONFIRMED)}
    assert set(found) == {"1.1", "1.2", "1.3"}
    assert found["1.2"].before.source == "data of version 2021, pooled again"
    assert found["1.2"].after.k == 3


def test_statements_name_what_only_people_know_of_it(many_kinds: PublishedNight):
    said = {(told.name, item.number): item for told in statements_of(many_kinds) for item in told.items}
    assert "setting" in " ".join(said["prisma-2020", "13e"].said)
    assert "between subgroups" in " ".join(said["prisma-2020", "20c"].said)
    assert "A register of our own" in " ".join(said["prisma-2020", "6"].said)
    assert any("Elmsworth 1987" in owed for owed in said["prisma-2020", "18"].owed)
    assert any(text.startswith("Time to death") or "HR" in text for text in said["prisma-2020", "20b"].said)


def test_time_alive_stands_beside_the_hazard_ratio(many_kinds: PublishedNight) -> None:
    [row] = many_kinds["review_rmst"]
    assert (row["study_id"], row["analysis"], row["until_text"]) == ("NCT90010001", "1.2", "12 weeks")
    # 6 weeks times half of what the ends and all of what the middle differ by, in days.
    assert row["difference"] == pytest.approx(7 * 6 * (0.05 + 0.10 / 2))
    assert row["ci_low"] < row["difference"] < row["ci_high"]
