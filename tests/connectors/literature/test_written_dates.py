"""Dates in the forms of vendors: what is told is kept, as precise as it is, and a date that is there is never refused."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.boundary import read_page
from connectors.literature.written_dates import date_in
from models.report import Report
from models.trial import Page

Pages = Callable[..., Page]

FORMS = [
    ("2019/06/13/", "2019-06-13"),
    ("2019/06/13", "2019-06-13"),
    ("2019/6/13", "2019-06-13"),
    ("2019-06-13", "2019-06-13"),
    ("2019-06-13T00:00:00Z", "2019-06-13"),
    ("2019/06/13 06:00", "2019-06-13"),
    ("2019.06.13", "2019-06-13"),
    ("2019年6月13日", "2019-06-13"),
    ("20190613", "2019-06-13"),
    ("20190600", "2019-06"),
    ("20190000", "2019"),
    ("2019/00/00", "2019"),
    ("2019-06-00", "2019-06"),
    ("13 Jun 2019", "2019-06-13"),
    ("13-Jun-2019", "2019-06-13"),
    ("13.06.2019", "2019-06-13"),
    ("13. Juni 2019", "2019-06-13"),
    ("13/06/2019", "2019-06-13"),
    ("06/13/2019", "2019-06-13"),
    ("06/05/2019", "2019"),
    ("05/05/2019", "2019-05-05"),
    ("06/2019", "2019-06"),
    ("June 13, 2019", "2019-06-13"),
    ("Jun 13th, 2019", "2019-06-13"),
    ("13th of June 2019", "2019-06-13"),
    ("JUN 13 2019", "2019-06-13"),
    ("JUN 2019", "2019-06"),
    ("Jun. 2019", "2019-06"),
    ("OCT 2021", "2021-10"),
    ("2018 Nov-Dec", "2018-11"),
    ("Nov-Dec 2018", "2018-11"),
    ("NOV–DEC 2018", "2018-11"),
    ("1998 Dec-1999 Jan", "1998-12"),
    ("2018 Oct 5", "2018-10-05"),
    ("2018 Jun 13-17", "2018-06"),
    ("2019///Summer", "2019"),
    ("2019//", "2019"),
    ("2019", "2019"),
    ("2019 Spring", "2019"),
    ("Spring 2019", "2019"),
    ("3rd Quarter 2019", "2019"),
    ("2018-2019", "2018"),
    ("2018/2019", "2018"),
    ("c2019", "2019"),
    ("[2019]", "2019"),
    ("2019a", "2019"),
    ("(first received January 22, 2021)", "2021-01-22"),
    ("(first posted 05 February 2021)", "2021-02-05"),
    ("(first received May 12 2021)", "2021-05-12"),
    ("Published online 3 Mars 2019", "2019-03-03"),
    ("septiembre de 2019", "2019-09"),
    ("Dezember 2019", "2019-12"),
    ("juin 2019", "2019-06"),
]  # fmt: skip
"""What vendors write, and what is told by it."""
BESIDE_A_YEAR = [
    ("JUN 13", "2019-06-13"),
    ("13 JUN", "2019-06-13"),
    ("JUN", "2019-06"),
    ("JUN-JUL", "2019-06"),
    ("JUN-JUL 13", "2019-06"),
    ("JUN 13-17", "2019-06"),
    ("JUN 28-JUL 2", "2019-06"),
    ("Jun 13", "2019-06-13"),
    ("SPR", "2019"),
    ("FAL", "2019"),
    ("Suppl", "2019"),
]


@pytest.mark.parametrize(("text", "told"), FORMS)
def test_a_date_is_read_as_precisely_as_it_is_told(text: str, told: str) -> None:
    assert date_in(text) == told
    assert date_in(f"  {text} ", "1999") == told


@pytest.mark.parametrize(("text", "told"), BESIDE_A_YEAR)
def test_day_and_month_stand_beside_the_year_of_another_field(text: str, told: str) -> None:
    assert date_in(text, "2019") == told


@given(day=st.dates(min_value=date(1850, 1, 1), max_value=date(2090, 12, 31)), form=st.sampled_from(
    ["%Y/%m/%d/", "%Y-%m-%d", "%Y%m%d", "%d %b %Y", "%B %d, %Y", "%d.%m.%Y", "%Y %b %d", "%b %d %Y", "%d-%b-%Y", "%Y/%m/%d %H:%M"]
))  # fmt: skip
def test_every_day_is_read_in_every_form(day: date, form: str) -> None:
    assert date_in(day.strftime(form)) == day.isoformat()


@given(st.text(max_size=40), st.sampled_from(["", "2019"]))
def test_whatever_is_written_is_a_date_or_a_value_error(text: str, year: str) -> None:
    try:
        told = date_in(text, year)
    except ValueError:
        return
    assert len(told) in {4, 7, 10}


@pytest.mark.parametrize(
    ("lines", "published"),
    [
        (["DA  - 2019/06/13/"], "2019-06-13"),
        (["PY  - 2019", "DA  - JUN 13"], "2019-06-13"),
        (["PY  - 2019//", "Y1  - 2019///Summer"], "2019"),
        (["PY  - 2019//"], "2019"),
        (["Y1  - 2019", "U3  - 2018-12-17", "U4  - 2018-12-31"], "2019"),
        (["U3  - 2018-12-17", "DB  - Embase"], "2018-12-17"),
        (["EA  - OCT 2021"], "2021-10"),
        (["C6  - OCT 2021"], "2021-10"),
        (["D1  - 2021/10/04"], "2021-10-04"),
        (["PY  - 2022", "EA  - OCT 2021"], "2022"),
        (["PY  - 2019", "DA  - SPR"], "2019"),
        (["PY  - 2019", "DA  - n/a"], "2019"),
        (["PY  - 2019", "DA  - 2019/02/30"], "2019"),
        (["PY  - 0"], None),
        (["PY  - n.d."], None),
        (["PY  - in press"], None),
        (["DA  - Epub ahead of print"], None),
        (["LA  - English"], None),
        (["Y2  - 2026/11/01"], None),
        ([], None),
    ],
)  # fmt: skip
def test_the_most_precise_date_of_a_record_stands_and_none_is_refused(
    page_of: Pages, lines: list[str], published: str | None
) -> None:
    body = "\n".join(["TY  - JOUR", "TI  - A title", *lines, "ER  - ", ""]).encode()
    [report] = read_page(page_of("ris", body, kind="file", url="file:x.ris"))
    assert isinstance(report, Report)
    assert report.published_date == published
    assert report.registry_date == (published or "2026-11-20")


@pytest.mark.parametrize(
    ("lines", "published"),
    [
        (["DEP - 20180831", "DP  - 2018 Sep"], "2018-08-31"),
        (["DP  - 2018 Sep", "SO  - Ann Neurol. 2018 Sep;84(3):361-373. Epub 2018 Aug 31."], "2018-08-31"),
        (["DP  - 2018 Sep"], "2018-09"),
        (["DP  - 2018 Nov-Dec"], "2018-11"),
        (["DP  - 1998 Dec-1999 Jan"], "1998-12"),
        (["DP  - 2000 Winter"], "2000"),
    ],
)
def test_a_citation_of_pubmed_was_published_when_it_was_first_public(
    page_of: Pages, lines: list[str], published: str
) -> None:
    source = [] if any(line.startswith("SO") for line in lines) else ["SO  - A J."]
    body = "\n".join(["PMID- 1", "TI  - A title", *lines, *source, ""]).encode()
    [report] = read_page(page_of("nbib", body, kind="file", url="file:x.nbib"))
    assert isinstance(report, Report)
    assert report.published_date == published


def test_a_date_that_nobody_can_read_is_named_where_there_is_no_other(page_of: Pages) -> None:
    body = b"TY  - JOUR\nTI  - A title\nDA  - the year of the dragon\nER  - \n"
    [report, rejected] = sorted(
        read_page(page_of("ris", body, kind="file", url="file:x.ris")),
        key=lambda item: type(item).__name__,
        reverse=True,
    )
    assert isinstance(report, Report)
    assert (rejected.path, rejected.value) == ("line 3, DA", "the year of the dragon")  # type: ignore[union-attr]
