"""Citations as PubMed saves them, which mean what PubMed's own interface says."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors import CONNECTORS
from models.report import Report
from models.trial import Page, Rejected

Read = Callable[..., tuple[list[Report], list[Rejected]]]
NBIB = CONNECTORS["nbib"]


@pytest.fixture(scope="module")
def citation(fixtures: Path) -> str:
    return (fixtures / "nbib" / "made_up_citation.nbib").read_text(encoding="utf-8")


@pytest.fixture
def read(page_of: Callable[..., Page]) -> Read:
    def of(text: str, **fields: Any) -> tuple[list[Report], list[Rejected]]:
        found = list(NBIB.parse(page_of("nbib", text.encode(), **({"kind": "file", "url": "file:set.nbib"} | fields))))
        return [item for item in found if isinstance(item, Report)], [
            item for item in found if isinstance(item, Rejected)
        ]

    return of


def test_a_citation_says_the_same_as_from_pubmed_itself(
    citation: str, read: Read, fixtures: Path, page_of: Callable[..., Page]
) -> None:
    [saved], _ = read(citation)
    body = (fixtures / "pubmed" / "made_up_citations.xml").read_bytes()
    fetched = next(iter(CONNECTORS["pubmed"].parse(page_of("pubmed", body))))
    assert isinstance(fetched, Report)
    for name in ("report_id", "registry_date", "entered_date", "published_date", "journal", "doi", "first_author"):
        assert getattr(saved, name) == getattr(fetched, name), name


def test_citations_follow_each_other_and_each_comes_out(citation: str, read: Read) -> None:
    other = citation.replace("PMID- 90000001", "PMID- 90000002")
    reports, rejected = read(citation + other + citation)
    assert [report.report_id for report in reports] == ["PMID:90000001", "PMID:90000002", "PMID:90000001"]
    assert reports[0] == reports[2]
    assert rejected == []


def test_one_bad_citation_costs_that_citation(citation: str, read: Read) -> None:
    reports, [rejected] = read(citation.replace("PMID- 90000001", "PMID- none") + citation)
    assert [report.report_id for report in reports] == ["PMID:90000001"]
    assert (rejected.path, rejected.value) == ("line 2, PMID", "none")


@pytest.mark.parametrize("cut", ["SO  - A J 2019 Aug", "SO  - A J", "DP  - ", "TI  - "])
def test_the_last_citation_of_a_cut_file_is_not_read_in_part(citation: str, read: Read, cut: str) -> None:
    other = citation.replace("PMID- 90000001", "PMID- 90000002")
    reports, [rejected] = read(citation + other[: other.index(cut) + len(cut)])
    assert [report.report_id for report in reports] == ["PMID:90000001"]
    assert "stops before" in rejected.reason
    assert rejected.record_ref == "PMID:90000002"


@pytest.mark.parametrize(
    ("line", "ids", "queued"),
    [
        ("SI  - ISRCTN/ISRCTN12345678", ("ISRCTN12345678",), []),
        ("SI  - ClinicalTrials.gov/ NCT01363401", ("NCT01363401",), []),
        ("SI  - NTR/NTR 8242", ("NTR8242",), []),
        ("SI  - JapicCTI/JapicCTI-121871", ("JapicCTI-121871",), []),
        ("SI  - CTRI/CTRI/2016/08/7231", ("CTRI/2016/08/7231",), []),
        ("SI  - Dryad/10.5061/dryad.abc", (), []),
        ("SI  - A new bank/X1", (), ["A new bank"]),
        ("AB  - See NCT01363401.", (), []),
    ],
)
def test_only_trial_registries_among_data_banks_give_ids(
    read: Read, line: str, ids: tuple[str, ...], queued: list[str]
) -> None:
    [report], rejected = read(f"PMID- 1\nTI  - A title\nDP  - 2019\n{line}\nSO  - A J.\n")
    assert report.registry_ids == ids
    assert [item.value for item in rejected] == queued


def test_a_notice_without_a_pmid_is_queued(read: Read) -> None:
    [report], [rejected] = read("PMID- 1\nTI  - A title\nDP  - 2019\nRIN - A J. 2020;3:11\nSO  - A J.\n")
    assert report.related == ()
    assert (rejected.path, rejected.value) == ("line 4, RIN", "A J. 2020;3:11")


def test_a_citation_without_title_or_date_is_rejected(read: Read) -> None:
    for text, missing in (("TI  - A", "date"), ("DP  - 2019", "title")):
        reports, [rejected] = read(f"PMID- 1\n{text}\nSO  - A J.\n")
        assert reports == []
        assert missing in rejected.reason


def test_thousands_of_citations_are_read(citation: str, read: Read) -> None:
    text = "".join(citation.replace("PMID- 90000001", f"PMID- {number}") for number in range(1, 3_001))
    reports, rejected = read(text)
    assert (len(reports), rejected) == (3_000, [])
