"""Real exports and payloads, which live beside the project: as many items come out as records went in."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.boundary import read_page
from models.report import Report
from models.trial import Page

Pages = Callable[..., Page]


def _counted(page_of: Pages, path: Path, source: str, form: bytes) -> tuple[int, int, int]:
    body = path.read_bytes()
    found = read_page(page_of(source, body, kind="file", url=f"file:{path.name}"))
    n_reports = sum(isinstance(item, Report) for item in found)
    return len(re.findall(form, body, re.MULTILINE)), n_reports, len(found) - n_reports


def test_every_record_of_every_real_ris_file_is_read_or_named(samples: Path, page_of: Pages) -> None:
    paths = [*sorted(samples.rglob("*.ris")), *sorted((samples.parent / "cases" / "sources").glob("*.ris"))]
    assert len(paths) >= 17
    n_read = 0
    for path in paths:
        n_records, n_reports, n_rejected = _counted(page_of, path, "ris", rb"^(?:\xef\xbb\xbf)?TY  - ")
        assert n_records == n_reports + n_rejected, path.name
        n_read += n_reports
    assert n_read >= 60


@pytest.mark.parametrize("name", ["nbib_retracted_included.nbib"])
def test_every_citation_of_a_real_nbib_file_is_read(samples: Path, page_of: Pages, name: str) -> None:
    path = samples.parent / "cases" / "sources" / name
    n_records, n_reports, n_rejected = _counted(page_of, path, "nbib", rb"^PMID- ")
    assert (n_records, n_rejected) == (n_reports, 0)


def test_every_citation_of_real_answers_of_pubmed_is_read(samples: Path, page_of: Pages) -> None:
    paths = [
        path for path in sorted((samples / "pubmed").glob("*.xml")) if b"<PubmedArticleSet" in path.read_bytes()[:2000]
    ]
    assert paths
    for path in paths:
        form = rb"<PubmedArticle>|<PubmedBookArticle>"
        n_records, n_reports, _ = _counted(page_of, path, "pubmed", form)
        assert n_records == n_reports, path.name
        # A citation says the same when it is loaded by hand among other exports.
        assert _counted(page_of, path, "ris", form)[:2] == (n_records, n_reports)


def test_real_results_of_europe_pmc_have_what_tells_papers_apart(samples: Path, page_of: Pages) -> None:
    for name in ("search_cancer.json", "search_cancer_core.json"):
        body = (samples / "europepmc" / name).read_bytes()
        results = json.loads(body)["resultList"]["result"]
        reports = [item for item in read_page(page_of("europepmc", body)) if isinstance(item, Report)]
        assert len(reports) == len(results)
        for report, result in zip(reports, results, strict=True):
            told = result.get("journalInfo", {})
            assert report.volume == (told.get("volume") or result.get("journalVolume"))
            assert report.pages == result.get("pageInfo")
            assert ("PMC:" + result["pmcid"] in report.accessions) if "pmcid" in result else True
            headings = result.get("meshHeadingList", {}).get("meshHeading", [])
            assert len(report.keywords) >= len(headings)
