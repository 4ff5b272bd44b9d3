"""RIS files of the lists say everything that our own loader needs to find the same studies and reports in them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.boundary import read_page
from exchange.listed import ListedStudy, listed_studies
from exchange.ris import ris_files, ris_of
from models.night import PublishedNight
from models.report import UNDATED, Report
from models.trial import Page, Rejected
from models.vocabulary import EvidenceSet, StudyList

REGISTRATION = "Clinical Trial Protocol"
SETS = [EvidenceSet.PUBLISHED, EvidenceSet.CONFIRMED, EvidenceSet.PROVISIONAL]


def read(text: str) -> list[Report]:
    page = Page(
        source="ris",
        kind="file",
        url="file:list.ris",
        body=text.encode(),
        observed_at=datetime(2026, 11, 30, tzinfo=UTC),
    )
    found = list(read_page(page))
    assert [item for item in found if isinstance(item, Rejected)] == []
    return [item for item in found if isinstance(item, Report)]


def is_registration(report: Report) -> bool:
    return report.publication_types == (REGISTRATION,) and not report.accessions and not report.doi


def told_of(report: Report) -> tuple[object, ...]:
    return (
        report.report_id, report.title, report.first_author, report.journal, report.published_date, report.volume,
        report.issue, report.pages, report.doi, set(report.accessions), report.publication_types,
    )  # fmt: skip


@pytest.mark.parametrize("evidence", SETS)
def test_every_list_is_read_back_with_its_registrations_and_reports(night: PublishedNight, evidence: EvidenceSet):
    files = ris_files(night, evidence)
    studies = listed_studies(night, evidence)
    assert set(files) == {f"{study.list}.ris" for study in studies}
    for name, text in files.items():
        of_list = [study for study in studies if f"{study.list}.ris" == name]
        found = read(text)
        registered = {number for item in found if is_registration(item) for number in item.registry_ids}
        assert registered == {number for study in of_list for number in study.numbers}
        wanted = {report.report_id: report for study in of_list for report in study.reports}
        reports = {item.report_id: item for item in found if not is_registration(item)}
        known = {name: report for name, report in reports.items() if name in wanted}
        assert set(known) == set(wanted)
        for report_id, report in wanted.items():
            assert told_of(known[report_id]) == told_of(report)
            numbers = {number for study in of_list if report in study.reports for number in study.numbers}
            assert set(known[report_id].registry_ids) == numbers | set(report.registry_ids)


def test_the_lists_of_the_night_are_those_of_the_review_page(told, night: PublishedNight):
    shown = {(str(entry.list), entry.study_id) for entry in told.result.page.studies}
    assert {(study.list, study.study_id) for study in listed_studies(night, EvidenceSet.CONFIRMED)} == shown


def test_the_lists_of_the_version_are_those_that_it_prints(night: PublishedNight):
    version = night.review.baseline
    found = listed_studies(night, EvidenceSet.PUBLISHED)
    for place in ("included", "ongoing", "awaiting", "excluded"):
        assert {item.label for item in found if item.list == place} == {item.label for item in getattr(version, place)}


def study(**fields) -> ListedStudy:
    known = {"study_id": "NCT90000001", "label": "Made Up 2020", "list": StudyList.INCLUDED, "title": "A trial"}
    return ListedStudy(**(known | {"numbers": ("NCT90000001",), "reports": ()} | fields))


def report(title: str, **fields) -> Report:
    return Report(source="", report_id="PMID:90000001", title=title, registry_date=UNDATED, **fields)


def test_studies_with_the_same_title_stay_apart():
    twins = [study(), study(study_id="NCT90000002", numbers=("NCT90000002",))]
    found = read(ris_of(twins, "made up"))
    assert len({item.report_id for item in found}) == 2
    assert [item.registry_ids for item in found] == [("NCT90000001",), ("NCT90000002",)]


def test_a_report_of_two_studies_stands_once_with_the_numbers_of_both():
    shared = report("Two trials", accessions=("PMID:90000001",))
    twins = [study(reports=(shared,)), study(study_id="ISRCTN90000002", numbers=("ISRCTN90000002",), reports=(shared,))]
    [found] = [item for item in read(ris_of(twins, "made up")) if not is_registration(item)]
    assert set(found.registry_ids) == {"NCT90000001", "ISRCTN90000002"}


def test_a_study_that_nothing_but_the_version_tells_of_is_there_by_its_name():
    [found] = read(
        ris_of([study(study_id="Nobody 1987", label="Nobody 1987", title="Nobody 1987", numbers=())], "made up")
    )
    assert (found.title, found.registry_ids) == ("Nobody 1987", ())


def test_numbers_of_other_databases_come_back_and_no_record_claims_to_be_an_export_of_one():
    numbers = ("PMID:90000001", "EMBASE:900000001", "CENTRAL:CN-90000001", "WOS:000900000000001", "PMC:PMC9000001")
    [found] = [
        item
        for item in read(ris_of([study(reports=(report("A paper", accessions=numbers),))], "made up"))
        if not is_registration(item)
    ]
    assert set(found.accessions) == set(numbers)


@given(st.text(min_size=1).filter(lambda text: any(character.isalnum() for character in text)))
def test_no_title_breaks_the_file(title: str):
    odd = report(title, accessions=("PMID:90000001",), doi="10.99999/made.up")
    found = read(ris_of([study(reports=(odd,)), study(study_id="NCT90000002", numbers=("NCT90000002",))], "made up"))
    assert [item.report_id for item in found if not is_registration(item)] == ["PMID:90000001"]
    assert len(found) == 3


@given(
    st.text(alphabet="abcdefgXYZ0123456789 -;:,.()/'\n\täöü中αER", min_size=3).filter(
        lambda text: text.strip(" -;:,.()/'\n\t")
    )
)
def test_titles_come_back_with_their_words(title: str):
    given_title = f"Trial of {title}"
    [found] = [
        item
        for item in read(ris_of([study(reports=(report(given_title, accessions=("PMID:90000001",)),))], "made up"))
        if not is_registration(item)
    ]
    assert found.title.split() == given_title.split()
