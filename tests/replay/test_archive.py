"""The archive that is committed: facts only, every version marked, the same as the sources give."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest
import yaml

from replay.archive import DEFAULT_ARCHIVE, Archive, basis_shown, known_until, load_archive, unknown_since
from replay.build import build_archive

PROSE = {"briefSummary", "detailedDescription", "eligibilityCriteria", "description", "descriptionModule",
         "eligibilityModule", "whyStopped", "populationDescription", "abstract", "citation"}  # fmt: skip
LONGEST = 300


def versions():
    for path in sorted((DEFAULT_ARCHIVE / "ctgov").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield path.stem, json.loads(line)


def leaves(value, name=""):
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each, name)
    else:
        yield name, value


def test_every_version_is_marked_and_dated_in_order():
    last = {}
    for nct_id, version in versions():
        assert version["basis"] in ("seen", "reconstructed")
        assert len(version["why"]) > 20
        assert version["study"]["protocolSection"]["identificationModule"]["nctId"] == nct_id
        assert last.get(nct_id, "") < version["shown_from"] <= "2026-11-20"
        last[nct_id] = version["shown_from"]


def test_no_version_knows_a_date_of_posting_later_than_its_own_day():
    fields = (
        "studyFirstPostDateStruct",
        "lastUpdatePostDateStruct",
        "resultsFirstPostDateStruct",
        "dispFirstPostDateStruct",
    )
    for nct_id, version in versions():
        status = version["study"]["protocolSection"]["statusModule"]
        for field in fields:
            assert status.get(field, {}).get("date", "") <= version["shown_from"], (
                nct_id,
                version["shown_from"],
                field,
            )
        assert version["study"]["hasResults"] == ("resultsFirstPostDateStruct" in status), nct_id


def test_what_was_seen_is_shown_from_its_own_update_date():
    for nct_id, version in versions():
        posted = version["study"]["protocolSection"]["statusModule"]["lastUpdatePostDateStruct"]["date"]
        if version["basis"] == "seen":
            assert posted == version["shown_from"], nct_id
        if version.get("registry_made"):
            assert posted < version["shown_from"], nct_id


def test_submissions_are_in_order_within_a_history():
    archive = load_archive()
    for nct_id in archive.history:
        days = [each.submitted or each.shown_from for each in archive.versions_submitted(nct_id, date(2026, 11, 20))]
        assert days == sorted(days), nct_id


def test_the_archive_holds_no_prose():
    texts = [leaf for _, version in versions() for leaf in leaves(version["study"])]
    for path in (DEFAULT_ARCHIVE / "pubmed").glob("*.json"):
        texts += leaves(json.loads(path.read_text(encoding="utf-8")))
    assert not PROSE & {name for name, _ in texts}
    assert max(len(value) for _, value in texts if isinstance(value, str)) <= LONGEST


def test_the_archive_stays_small():
    assert sum(path.stat().st_size for path in DEFAULT_ARCHIVE.rglob("*") if path.is_file()) < 600_000


def test_reports_say_how_each_fact_is_known():
    known = {"verbatim", "derived", "inferred", "memory"}
    for path in (DEFAULT_ARCHIVE / "pubmed").glob("*.json"):
        report = json.loads(path.read_text(encoding="utf-8"))
        assert report["pmid"] == path.stem
        assert report["source"]
        told = report["provenance"]
        assert {word.replace(",", ";").split(";")[0] for word in told.values()} <= known
        for field in ("title", "entered", "types", "databank", "doi", "corrections"):
            assert (field in told) == (field in report), (path.stem, field)


def test_the_archive_says_until_when_it_is_known():
    told = yaml.safe_load((DEFAULT_ARCHIVE / "archive.yaml").read_text(encoding="utf-8"))
    assert told["known_until"] == date(2026, 11, 20)


def test_what_is_known_of_a_record_ends_on_a_day_of_its_own():
    last = {}
    for nct_id, version in versions():
        assert "known_until" not in last.get(nct_id, {}), nct_id
        last[nct_id] = version
    for nct_id, version in last.items():
        known = date.fromisoformat(version["known_until"])
        assert known <= known_until(), nct_id
        if not version.get("registry_made"):
            assert version["shown_from"] <= version["known_until"], nct_id


@pytest.mark.parametrize(
    ("record_id", "day", "since"),
    [
        ("NCT04745299", date(2026, 8, 1), None),
        ("NCT04745299", date(2026, 11, 20), date(2026, 8, 1)),
        ("NCT00855400", date(2020, 7, 28), None),
        ("NCT00855400", date(2026, 11, 20), date(2020, 7, 28)),
        ("NCT06973629", date(2026, 11, 20), date(2025, 5, 22)),
        ("NCT99999999", date(2026, 11, 20), None),
    ],
)
def test_what_is_shown_later_is_said_to_be_unknown(record_id: str, day: date, since: date | None):
    assert unknown_since(record_id, day) == since


@pytest.mark.parametrize(
    ("nct_id", "day", "status"),
    [
        ("NCT04849065", date(2023, 8, 31), "NOT_YET_RECRUITING"),
        ("NCT04849065", date(2023, 9, 1), "UNKNOWN"),
        ("NCT04745299", date(2026, 7, 31), "ACTIVE_NOT_RECRUITING"),
        ("NCT04745299", date(2026, 8, 1), "COMPLETED"),
        ("NCT03280056", date(2021, 1, 24), "ACTIVE_NOT_RECRUITING"),
        ("NCT03280056", date(2021, 1, 25), "COMPLETED"),
        ("NCT06973629", date(2026, 11, 20), "NOT_YET_RECRUITING"),
    ],
)
def test_a_fact_that_was_added_is_shown_from_its_day(nct_id: str, day: date, status: str):
    shown = load_archive().version_shown(nct_id, day)
    assert shown is not None
    assert shown.status["overallStatus"] == status


def test_the_word_for_an_allocation_that_was_not_seen_is_absent():
    shown = load_archive().version_shown("NCT04849065", date(2026, 11, 20))
    assert shown is not None
    assert "allocation" not in shown.study["protocolSection"].get("designModule", {}).get("designInfo", {})


def test_the_basis_of_what_is_shown_can_be_asked():
    assert basis_shown("NCT01363401", date(2016, 6, 21)) == "reconstructed"
    assert basis_shown("NCT01363401", date(2019, 7, 31)) == "seen"
    assert basis_shown("NCT01363401", date(2010, 1, 1)) is None


def test_a_broken_line_is_named(tmp_path: Path):
    (tmp_path / "ctgov").mkdir()
    (tmp_path / "ctgov" / "NCT00000002.jsonl").write_text('{"shown_from": "2020-01-01"}\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"NCT00000002\.jsonl, line 1"):
        Archive(tmp_path)


def test_all_labelled_trials_are_there(shared):
    with (shared / "facts/labels.csv").open(encoding="utf-8") as file:
        labelled = {row["nct_id"] for row in csv.DictReader(file)}
    assert len(labelled) == 50
    assert labelled <= set(load_archive().history)


def test_the_committed_archive_is_what_the_sources_give(shared, tmp_path):
    build_archive(shared / "facts", tmp_path)
    for name in ("ctgov", "pubmed"):
        made = {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
        kept = {path.name: path.read_bytes() for path in (DEFAULT_ARCHIVE / name).iterdir()}
        assert made == kept
