"""Reports of one file: what shares a container's DOI stays apart, what is one report comes out equal, nothing is lost."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.boundary import read_page
from connectors.literature.one_file import counted, joined
from models.report import Report
from models.trial import Page

Pages = Callable[..., Page]


def _read(page_of: Pages, *records: tuple[str, ...]) -> list[Report]:
    text = "".join("\n".join(["TY  - JOUR", *lines, "ER  - ", ""]) for lines in records)
    return [
        item for item in read_page(page_of("ris", text.encode(), kind="file", url="file:x")) if isinstance(item, Report)
    ]


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("Cells in ALS", "Cells in ALS: 24 week results of a trial", True),
        ("Cells in ALS: a randomised trial", "Cells in A.L.S. - a randomised trial.", True),
        ("Cells in ALS: a randomized trial", "Cells in ALS: a randomised trial", True),
        ("A drug in ALS, part I", "A drug in ALS, part II", False),
        ("A drug in ALS (part 1)", "A drug in ALS (part 2)", False),
        ("A drug in ALS: phase 2", "A drug in ALS: phase 3", False),
        ("Abstract 101: cells", "Abstract 102: cells", False),
        ("Cells in ALS", "Mattresses against pressure ulcers", False),
    ],
)
def test_a_doi_names_one_report_only_where_titles_agree(page_of: Pages, first: str, second: str, is_one: bool) -> None:
    doi = "DO  - 10.1234/supplement"
    found = _read(page_of, (f"TI  - {first}", doi, "AN  - CN-00000001"), (f"TI  - {second}", doi, "AN  - CN-00000002"))
    assert len(found) == 2
    assert (len({item.report_id for item in found}) == 1) is is_one
    assert {item.doi for item in found} == ({"10.1234/supplement"} if is_one else {None})


def test_a_paper_with_a_pmid_keeps_its_doi_and_its_container_does_not_get_it(page_of: Pages) -> None:
    doi = "DO  - 10.1234/supplement"
    paper, abstract = _read(
        page_of, ("TI  - Cells in ALS", doi, "PM  - 7"), ("TI  - Mattresses", doi, "U2  - L620000001")
    )
    assert (paper.report_id, paper.doi) == ("PMID:7", "10.1234/supplement")
    assert (abstract.report_id, abstract.doi) == ("EMBASE:620000001", None)


def test_records_of_one_report_say_together_what_each_of_them_says(page_of: Pages) -> None:
    first, second, other = _read(
        page_of,
        ("TI  - Cells", "DO  - 10.1234/x", "PY  - 2019", "AN  - CN-00000001", "KW  - cells", "ID  - NCT00000001"),
        ("TI  - Cells.", "DO  - 10.1234/X", "DA  - 2019/05/03", "U2  - L620000001", "VL  - 7", "AB  - Text.", "C3  - NCT00000002"),
        ("TI  - Others", "DO  - 10.1234/y"),
    )  # fmt: skip
    assert first == second != other
    assert (first.title, first.published_date, first.registry_date) == ("Cells", "2019-05-03", "2019-05-03")
    assert first.accessions == ("CENTRAL:CN-00000001", "EMBASE:620000001")
    assert first.registry_ids == ("NCT00000001", "NCT00000002")
    assert (first.keywords, first.volume, first.abstract_text) == (("cells",), "7", "Text.")


fields = st.fixed_dictionaries(
    {},
    optional={
        "volume": st.sampled_from(["1", "2"]),
        "pages": st.sampled_from(["1-9"]),
        "published_date": st.sampled_from(["2019", "2019-05", "2019-05-03"]),
        "accessions": st.lists(st.sampled_from(["PMID:1", "EMBASE:620000001"]), unique=True).map(tuple),
        "publication_types": st.lists(st.sampled_from(["Review", "Retracted Publication"]), unique=True).map(tuple),
    },
)


@given(st.lists(st.tuples(st.sampled_from(["PMID:1", "PMID:2", "DOI:10.1234/x"]), fields), max_size=6))
def test_every_record_comes_out_and_equal_where_it_is_one(given: list[tuple[str, dict[str, object]]]) -> None:
    reports = [
        Report(source="ris", report_id=name, title="A title", registry_date=str(said.get("published_date", "")), **said)  # type: ignore[arg-type]
        for name, said in given
    ]
    found = list(counted(reports))
    assert [item.report_id for item in found] == [item.report_id for item in reports]
    assert len(set(found)) == len({item.report_id for item in found})
    for report, whole in zip(reports, found, strict=True):
        assert set(report.accessions) <= set(whole.accessions)
        assert set(report.publication_types) <= set(whole.publication_types)
        assert len(whole.published_date or "") >= len(report.published_date or "")
        assert whole.volume if report.volume else True
        assert joined(whole, report) == whole
