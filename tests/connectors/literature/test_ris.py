"""RIS files as databases export them: one bad record costs one record, and only declared ids are ids."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import CONNECTORS
from connectors.literature.encodings import decoded
from connectors.literature.written_dates import date_in
from models.registers import ids_in
from models.report import UNDATED, Report
from models.trial import Page, Rejected

Read = Callable[..., tuple[list[Report], list[Rejected]]]
RIS = CONNECTORS["ris"]


@pytest.fixture(scope="module")
def read(page_of: Callable[..., Page]) -> Read:
    def of(text: str | bytes, **fields: Any) -> tuple[list[Report], list[Rejected]]:
        body = text.encode() if isinstance(text, str) else text
        found = list(RIS.parse(page_of("ris", body, **({"kind": "file", "url": "file:export.ris"} | fields))))
        return [item for item in found if isinstance(item, Report)], [
            item for item in found if isinstance(item, Rejected)
        ]

    return of


def _record(*lines: str, title: str = "TI  - A title", year: str = "PY  - 2019") -> str:
    return "\n".join(["TY  - JOUR", title, year, *lines, "ER  - ", ""])


@pytest.mark.parametrize(
    ("lines", "report_id"),
    [
        (["C3  - PUBMED 30048006,EMBASE 623789012", "AN  - CN-01234567", "DO  - 10.1002/ana.25302"], "PMID:30048006"),
        (["AN  - PMID:30048006", "DB  - Embase"], "PMID:30048006"),
        (["AN  - 30048006", "DB  - Ovid MEDLINE(R)"], "PMID:30048006"),
        (["AN  - 30048006", "DB  - Embase", "DO  - 10.1/x"], "EMBASE:30048006"),
        (["DO  - https://doi.org/10.1002/ANA.25302", "AN  - CN-01234567"], "DOI:10.1002/ana.25302"),
        (["DO  - doi: 10.1002/ana.25302"], "DOI:10.1002/ana.25302"),
        (["DO  - 10.1002/central/CN-01234567", "AN  - CN-01234567"], "CENTRAL:CN-01234567"),
        (["AN  - CN-01234567", "C3  - EMBASE 623789012"], "CENTRAL:CN-01234567"),
        (["AN  - L623789012", "DB  - Embase"], "EMBASE:623789012"),
        (["C3  - EMBASE 623789012"], "EMBASE:623789012"),
        (["AU  - Doe, J"], "RIS:"),
    ],
)
def test_a_report_is_known_by_the_widest_of_its_ids(read: Read, lines: list[str], report_id: str) -> None:
    [report], rejected = read(_record(*lines))
    assert re.fullmatch(RIS.id_pattern, report.report_id)
    if "DO  - 10.1/x" in lines:
        assert [item.value for item in rejected] == ["10.1/x"]
        rejected = []
    if report_id == "RIS:":
        assert report.report_id == read(_record(*lines, "AB  - More"))[0][0].report_id
        assert report.report_id != read(_record("AU  - Roe, R"))[0][0].report_id
    else:
        assert (report.report_id, rejected) == (report_id, [])


def test_two_pmids_are_none(read: Read) -> None:
    [report], [rejected] = read(_record("C3  - PUBMED 1", "ID  - PUBMED 2", "DO  - 10.1234/x"))
    assert report.report_id == "DOI:10.1234/x"
    assert (rejected.value, rejected.path) == ("2, 1", "line 5, ID")


def test_registry_ids_count_where_they_are_declared_and_nowhere_else(read: Read) -> None:
    [report], _ = read(
        _record(
            "ID  - NCT01363401; 2011-006254-85",
            "C7  - ISRCTN12345678",
            "AB  - Registered as NCT90000001.",
            "N1  - NCT90000002",
            "T2  - Journal of NCT90000003",
            "KW  - NCT90000004",
            title="TI  - NCT90000005: a trial",
        )
    )
    assert report.registry_ids == ("NCT01363401", "2011-006254-85", "ISRCTN12345678")


def test_an_entry_of_a_registry_in_central_is_no_result(read: Read) -> None:
    [report], _ = read(
        _record(
            "AN  - CN-01234567",
            "M3  - Trial registry record; Clinical trial protocol",
            "T2  - https://clinicaltrials.gov/show/NCT01363401",
            title="TI  - A randomised trial of cells",
        )
    )
    assert report.registry_ids == ("NCT01363401",)
    assert report.publication_types == ("Clinical Trial Protocol",)


@pytest.mark.parametrize(
    "text", ["ChiCTR2000029308", "ChiCTR-INR-17011999", "ACTRN12619000123456", "CTRI/2020/03/024402"]
)
@pytest.mark.parametrize("around", ["{}", "id: {}.", "({})"])
def test_ids_of_every_registry_are_recognised(text: str, around: str) -> None:
    assert ids_in(around.format(text)) == [text]


def test_numbers_of_any_spelling_are_declared(read: Read) -> None:
    [report], _ = read(
        _record("ID  - NL8242; JPRN-jRCTb032100001; CTRI/2016/08/7231, C000000129", "C7  - JPRN-C000000129")
    )
    assert report.registry_ids == ("NL8242", "jRCTb032100001", "CTRI/2016/08/7231", "C000000129")


def test_tags_that_come_again_are_all_read_or_the_first_stands(read: Read) -> None:
    [report], rejected = read(
        _record("TI  - Another", "AU  - A", "AU  - B", "T2  - J", "T2  - K", "M3  - X", "M3  - Y")
    )
    assert (report.title, report.first_author, report.journal) == ("A title", "A", "J")
    assert report.publication_types == ("X", "Y")
    assert rejected == []


def test_records_of_one_report_come_out_equal_with_what_both_declare(read: Read) -> None:
    again = _record("DO  - 10.1234/x", "ID  - NCT00000001") + _record(
        "DO  - 10.1234/X", "ID  - NCT00000002", title="TI  - A Title."
    )
    [report, other], rejected = read(again)
    assert other == report
    assert (report.title, report.registry_ids, rejected) == ("A title", ("NCT00000001", "NCT00000002"), [])


@pytest.mark.parametrize(
    ("lines", "published"),
    [
        (["PY  - 2019", "DA  - JUN 13"], "2019-06-13"),
        (["PY  - 2019", "DA  - 13 JUN"], "2019-06-13"),
        (["DA  - June 13, 2019"], "2019-06-13"),
        (["DA  - 13-Jun-2019"], "2019-06-13"),
        (["PY  - 2018", "DA  - NOV-DEC"], "2018-11"),
        (["PY  - 2018", "DA  - SPR"], "2018"),
        (["PY  - 2018", "DA  - JUN 13-17"], "2018-06"),
        (["PY  - 2019", "EA  - DEC 2018"], "2019"),
        (["EA  - DEC 2018"], "2018-12"),
        (["C6  - 2018 DEC"], "2018-12"),
        (["PY  - in press", "EA  - JAN 2026"], "2026-01"),
        (["PY  - "], None),
        (["PY  - in press"], None),
        (["PY  - Online First"], None),
        ([], None),
    ],
)
def test_dates_are_read_as_vendors_write_them(read: Read, lines: list[str], published: str | None) -> None:
    [report], rejected = read("\n".join(["TY  - JOUR", "TI  - A title", *lines, "ER  - ", ""]))
    assert (report.published_date, report.registry_date, rejected) == (published, published or UNDATED, [])


@pytest.mark.parametrize(
    ("field", "doi"),
    [
        ("10.1234/x [doi]", "10.1234/x"),
        ("10.1234/x.", "10.1234/x"),
        ("https://doi.org/10.1234/X; 10.9999/y", "10.1234/x"),
        ("10.1002/central/CN-01234567 10.1234/x", "10.1234/x"),
        ("<10.1234/x>", "10.1234/x"),
        ("(10.1234/x)", "10.1234/x"),
        ("10.1234/s0140(05)66666", "10.1234/s0140(05)66666"),
        ("10.1234/(sici)1(98)", "10.1234/(sici)1(98)"),
    ],
)
def test_a_doi_is_read_without_what_stands_around_it(read: Read, field: str, doi: str) -> None:
    [report], rejected = read(_record(f"DO  - {field}"))
    assert (report.doi, report.report_id, rejected) == (doi, f"DOI:{doi}", [])


@given(
    titles=st.lists(
        st.sampled_from(["Cells in ALS: a trial", "Cells in ALS", "Mattresses", "A drug trial, part I"]), min_size=1
    ),
    dois=st.lists(st.sampled_from(["10.1234/a", "10.1234/b"]), min_size=8, max_size=8),
    joint=st.sampled_from(["", "\ufeff", "\n\n"]),
)
def test_no_title_is_poured_into_another(read: Read, titles: list[str], dois: list[str], joint: str) -> None:
    """Whatever DOIs records share: each title comes out, and what comes out under one id has one title."""
    records = [
        _record(f"DO  - {doi}", f"AN  - L{620000000 + n}", title=f"TI  - {title}")
        for n, (title, doi) in enumerate(zip(titles, dois, strict=False))
    ]
    reports, rejected = read(joint.join(records))
    assert rejected == []
    heads = {title.partition(":")[0] for title in titles[: len(dois)]}
    assert {item.title.partition(":")[0] for item in reports} == heads
    assert len(reports) == len(records)
    assert len({(item.report_id, item.title) for item in reports}) == len({item.report_id for item in reports})


@pytest.mark.parametrize(
    ("bad", "line", "said"),
    [
        ("TI  - Begun by nothing\nPY  - 2019\nER  - \n", "line 6", "fields that no TY begins"),
        (_record(title="TI  - "), "line 6", "without a title"),
    ],
)
def test_one_bad_record_costs_that_record(read: Read, bad: str, line: str, said: str) -> None:
    reports, rejected = read(_record("DO  - 10.1234/a") + bad + _record("DO  - 10.1234/b"))
    assert [report.report_id for report in reports] == ["DOI:10.1234/a", "DOI:10.1234/b"]
    assert line in {item.path for item in rejected}
    assert any(said in item.reason for item in rejected)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("encoding", "guess"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("utf-16-le", ""),
        ("utf-16-be", ""),
        ("cp1252", "Windows-1252"),
        ("latin-1", "Windows-1252"),
        ("mac_roman", "MacRoman"),
    ],
)
def test_a_file_is_read_in_whatever_encoding_it_came(read: Read, encoding: str, guess: str, line_end: str) -> None:
    text = _record("AU  - Müller, Å", "DO  - 10.1234/x", title="TI  - Zellen für ALS – é").replace("\n", line_end)
    [report], rejected = read(text.replace("–", "-").encode(encoding))
    assert (report.title, report.first_author) == ("Zellen für ALS - é", "Müller, Å")
    assert [item.reason.partition(",")[0] for item in rejected] == ([f"read as {guess}"] if guess else [])


def test_windows_quotation_marks_are_letters(read: Read) -> None:
    [report], rejected = read(_record(title="TI  - “Cells”").encode("cp1252"))
    assert (report.title, rejected) == ("“Cells”", [])


@given(body=st.binary(max_size=200))
def test_every_byte_string_has_a_text(body: bytes) -> None:
    assert isinstance(decoded(body).text, str)


def test_thousands_of_records_are_read(read: Read) -> None:
    text = "".join(_record(f"DO  - 10.1234/{number}", title=f"TI  - Title {number}") for number in range(5_000))
    reports, rejected = read(text)
    assert (len({report.report_id for report in reports}), rejected) == (5_000, [])


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2019", "2019"),
        ("2019///", "2019"),
        ("2019/05//", "2019-05"),
        ("2019/05/03/", "2019-05-03"),
        ("2019-5-3", "2019-05-03"),
        ("20190503", "2019-05-03"),
        ("2018 Oct", "2018-10"),
        ("2018 Oct 5", "2018-10-05"),
        ("2018 Oct-Dec", "2018-10"),
        ("1998 Dec-1999 Jan", "1998-12"),
        ("2000 Spring", "2000"),
    ],
)
def test_dates_keep_the_precision_that_they_have(text: str, date: str) -> None:
    assert date_in(text) == date


@pytest.mark.parametrize("text", ["", "in press", "19", "2019/13/01", "2019/02/30", "20190230", "JUN 13"])
def test_what_is_no_date_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        date_in(text)


def test_the_most_precise_date_stands(read: Read) -> None:
    [report], _ = read(_record("Y1  - 2019//", "DA  - 2019/05/03"))
    assert report.published_date == report.registry_date == "2019-05-03"


@given(title=st.text(max_size=60), abstract=st.text(max_size=60), number=st.integers(0, 99_999))
def test_what_is_written_into_a_field_never_makes_another_record(
    read: Read, title: str, abstract: str, number: int
) -> None:
    line = {ord(letter): " " for letter in "\r\n"}
    text = _record(
        f"AB  - {abstract.translate(line)}", f"DO  - 10.1234/{number}", title=f"TI  - x{title.translate(line)}"
    )
    reports, rejected = read(text)
    assert [report.report_id for report in reports] == [f"DOI:10.1234/{number}"]
    assert rejected == []
