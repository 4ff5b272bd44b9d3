"""What a source says comes in as records, reports and rejections, whatever it says."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import CONNECTORS
from connectors.boundary import bounded_total, read_page
from models.connector import Connector
from models.dates import first_day
from models.report import RelatedReport, Report
from models.trial import Page, Parsed, Rejected, TrialRecord
from models.vocabulary import RelationKind, VersionOrigin

SEEN = datetime(2026, 11, 20, 6, tzinfo=UTC)
FIXTURES = Path(__file__).parent / "fixtures"
DATES = [name for name in (*TrialRecord.__struct_fields__, *Report.__struct_fields__) if name.endswith("_date")]


def page(body: bytes = b"{}", source: str = "made-up") -> Page:
    return Page(source=source, kind="file", url="file:made-up", body=body, observed_at=SEEN)


def a_record(**said: object) -> TrialRecord:
    known = {"source": "made-up", "registry": "Made up", "registry_id": "MU1", "registry_date": "2020-01-01"}
    return TrialRecord(**(known | said))  # type: ignore[arg-type]


def a_report(**said: object) -> Report:
    known = {"source": "made-up", "report_id": "PMID:1", "title": "A trial", "registry_date": "2020-01-01"}
    return Report(**(known | said))  # type: ignore[arg-type]


def saying(*items: Parsed, fails: Exception | None = None) -> Connector:
    def parse(_: Page) -> Iterator[Parsed]:
        yield from items
        if fails:
            raise fails

    return Connector(slug="made-up", title="Made up", id_pattern=r"MU\\d+", parse=parse)


@pytest.mark.parametrize("field", ["first_posted_date", "results_posted_date", "last_update_posted_date"])
@pytest.mark.parametrize("day", ["2026-11-22", "2027", "2036-05", "9999-12-31", "1899-12-31", "1066"])
def test_an_impossible_date_of_what_has_happened_costs_its_field(field: str, day: str) -> None:
    wrong, record = read_page(page(), saying(a_record(**{field: day})))
    assert isinstance(record, TrialRecord)
    assert getattr(record, field) is None
    assert isinstance(wrong, Rejected)
    assert (wrong.record_ref, wrong.path, wrong.value) == ("MU1", field, day)


@pytest.mark.parametrize("day", ["2026-11-21", "2026-11", "2026", "1900"])
def test_what_may_have_happened_by_the_day_stays(day: str) -> None:
    record = a_record(first_posted_date=day, registry_date=day)
    assert read_page(page(), saying(record)) == [record]


@pytest.mark.parametrize(("day", "stays"), [("2030-01", True), ("2076", True), ("2077-01-01", False), ("9999", False)])
def test_plans_reach_fifty_years(day: str, stays: bool) -> None:
    *wrong, record = read_page(page(), saying(a_record(completion_date=day)))
    assert isinstance(record, TrialRecord)
    assert record.completion_date == (day if stays else None)
    assert len(wrong) == (0 if stays else 1)


def test_a_version_of_the_future_costs_its_record_and_not_the_others() -> None:
    found = read_page(page(), saying(a_record(registry_date="2036-05-01"), a_record(registry_id="MU2")))
    assert [type(item) for item in found] == [Rejected, TrialRecord]


def test_a_report_of_the_future_is_dated_by_the_day_on_which_it_was_seen() -> None:
    found = read_page(page(), saying(a_report(registry_date="2027-02", published_date="2027-02")))
    assert [item.path for item in found if isinstance(item, Rejected)] == ["published_date", "registry_date"]
    [report] = [item for item in found if isinstance(item, Report)]
    assert (report.registry_date, report.published_date) == ("2026-11-20", None)


@pytest.mark.parametrize(
    "error", [ValueError("no"), RecursionError(), KeyError("x"), OverflowError(), AssertionError()]
)
def test_a_parser_that_fails_costs_its_page_from_there_on(error: Exception) -> None:
    record = a_record()
    found = read_page(page(), saying(record, fails=error))
    assert found[0] == record
    assert isinstance(found[1], Rejected)
    assert type(error).__name__ in found[1].reason


def test_a_page_of_a_source_that_nobody_knows_is_named() -> None:
    [found] = read_page(page(source="ctgov3"))
    assert isinstance(found, Rejected)
    assert "ctgov3" in found.reason


@pytest.mark.parametrize(("total", "is_taken"), [(0, True), (10**9, True), (10**25, False), (-1, False), (None, True)])
def test_no_registry_has_more_than_a_thousand_million_records(total: int | None, is_taken: bool) -> None:
    assert bounded_total(total) == (total if is_taken else None)


@given(st.data())
def test_every_date_that_comes_in_is_possible(data: st.DataObject) -> None:
    day = st.dates().map(date.isoformat) | st.from_regex(r"[0-9]{4}(-[0-9]{2}){0,2}", fullmatch=True)
    make = data.draw(st.sampled_from([a_record, a_report]))
    fields = [name for name in DATES if name in make().__struct_fields__]
    item = make(**data.draw(st.dictionaries(st.sampled_from(fields), day)))
    for found in read_page(page(), saying(item)):
        if not isinstance(found, Rejected):
            days = [first_day(value) for name in fields if (value := getattr(found, name))]
            assert all(date(1900, 1, 1) <= each <= date(2076, 12, 31) for each in days)


@pytest.mark.parametrize("slug", sorted(CONNECTORS))
@pytest.mark.parametrize("day", ["2036-05-01", "9999-12-31", "0000-00-00", "1066-10-14"])
def test_a_source_that_misdates_everything_stops_nothing(slug: str, day: str) -> None:
    for path in (FIXTURES / slug).glob("*"):
        if path.suffix == ".yaml":
            continue
        text = path.read_text(encoding="latin-1")
        year, month, number = day.split("-")
        text = re.sub(r"\b(?:19|20)\d\d-\d\d-\d\d\b", day, text)
        text = re.sub(r"\b(?:19|20)\d\d/\d\d/\d\d\b", f"{year}/{month}/{number}", text)
        text = re.sub(r"(<Year>)\d+(</Year>)", rf"\g<1>{year}\g<2>", text)
        for item in read_page(page(text.encode("latin-1"), slug)):
            if not isinstance(item, Rejected):
                days = [first_day(value) for name in DATES if (value := getattr(item, name, None))]
                assert all(date(1900, 1, 1) <= each <= date(2076, 12, 31) for each in days)


def test_a_trial_updated_in_2036_is_rejected_by_name() -> None:
    body = json.loads((FIXTURES / "ctgov" / "made_up_trial.json").read_text(encoding="utf-8"))
    text = json.dumps(body)
    text = re.sub(r'("lastUpdatePostDateStruct": \{"date": ")[^"]+', r"\g<1>2036-05-01", text)
    found = read_page(page(text.encode(), "ctgov"))
    assert [type(item) for item in found if not isinstance(item, Rejected)] == []
    assert any(item.value == "2036-05-01" for item in found if isinstance(item, Rejected))


NOTICES = [
    {"publication_types": ("Journal Article", "Retracted Publication")},
    {"publication_types": ("retracted publication",)},
    {"related": (RelatedReport(kind=RelationKind.RETRACTION_IN, pmid="1"),)},
    {"related": (RelatedReport(kind=RelationKind.CONCERN_IN, pmid="1"),)},
]


@pytest.mark.parametrize("said", NOTICES)
@pytest.mark.parametrize("source", ["europepmc", "nbib", "ris"])
def test_a_notice_without_a_day_of_its_own_is_of_the_day_on_which_it_is_seen(source: str, said: dict[str, Any]) -> None:
    dated = a_report(source=source, origin=VersionOrigin.COPY, **said)
    undated = msgspec.structs.replace(dated, registry_date="2018-08", published_date="2018-08")
    days = [item.registry_date for item in read_page(page(), saying(dated, undated)) if isinstance(item, Report)]
    assert days == [dated.registry_date, page().observed_at.date().isoformat()]
