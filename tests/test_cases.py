"""Small inputs that went wrong, read as their right answers say; they live beside the project and not in it."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.boundary import read_page
from models.trial import Page, Parsed, Rejected, Report

CASES = Path(__file__).parents[2] / "shared" / "cases" / "sources"
SEEN = datetime(2026, 11, 20, 6, tzinfo=UTC)
Load = Callable[[str, str], tuple[list[Report], list[Rejected]]]


@pytest.fixture(scope="module")
def load() -> Load:
    """Reads a case as a file of a source."""
    if not CASES.is_dir():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"no cases at {CASES}")

    def load(name: str, source: str) -> tuple[list[Report], list[Rejected]]:
        page = Page(source=source, kind="file", url=f"file:{name}", body=(CASES / name).read_bytes(), observed_at=SEEN)
        found: list[Parsed] = read_page(page)
        return [item for item in found if isinstance(item, Report)], [
            item for item in found if isinstance(item, Rejected)
        ]

    return load


def test_abstracts_that_share_the_doi_of_their_supplement_are_three(load: Load) -> None:
    reports, rejected = load("ris_embase_abstracts_one_doi.ris", "ris")
    assert [item.report_id for item in reports] == ["EMBASE:624760001", "EMBASE:624760002", "EMBASE:624760003"]
    assert (rejected, {item.doi for item in reports}) == ([], {None})


def test_files_that_were_joined_are_three_reports(load: Load) -> None:
    reports, rejected = load("ris_two_files_joined_bom.ris", "ris")
    assert [(item.title.partition(",")[0], item.doi) for item in reports] == [
        ("First file", "10.9999/first"),
        ("Second file", "10.9999/second"),
        ("Second file", "10.9999/third"),
    ]
    assert rejected == []


def test_a_month_beside_its_year_is_a_date(load: Load) -> None:
    reports, rejected = load("ris_wos_da_month.ris", "ris")
    assert [item.published_date for item in reports] == ["2019-06-13", "2018-09", "2018-11"]
    assert rejected == []


def test_what_is_ahead_of_print_is_kept(load: Load) -> None:
    reports, rejected = load("ris_no_year_early_access.ris", "ris")
    assert [(item.published_date, item.registry_date) for item in reports] == [
        ("2026-01", "2026-01"),
        (None, "2026-11-20"),
    ]
    assert rejected == []
