"""Whatever wrote a file and whatever was done to it since: as many items come back as it has records, none mixed."""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from connectors.boundary import read_page
from models.report import Report
from models.trial import Page, Rejected

Pages = Callable[..., Page]


@dataclass(frozen=True)
class Paper:
    """What is written: `number` stands in every field, so that a field of another paper is seen."""

    number: int
    title: str
    abstract: str

    @property
    def pmid(self) -> str:
        return str(30_000_000 + self.number)

    @property
    def doi(self) -> str:
        return f"10.1234/paper.{self.number}"


def _wrapped(tag: str, text: str, indent: str, width: int = 60) -> list[str]:
    return textwrap.wrap(tag + text, width, subsequent_indent=indent, break_long_words=False, drop_whitespace=True)


def _embase(paper: Paper) -> list[str]:
    return [
        "TY  - JOUR", "M3  - Article", "Y1  - 2019", f"VL  - {paper.number}", f"U2  - L{620_000_000 + paper.number}",
        f"C5  - {paper.pmid}", "DB  - Embase", f"DO  - {paper.doi}", "A1  - Doe J.", f"T1  - {paper.title}",
        f"N2  - {paper.abstract}", f"KW  - word {paper.number}", "ER  - ",
    ]  # fmt: skip


def _central(paper: Paper) -> list[str]:
    return [
        "TY  - JOUR", f"AN  - CN-{paper.number:08}", "AU  - Doe, J", f"TI  - {paper.title}", "PY  - 2019",
        f"C3  - PUBMED {paper.pmid},EMBASE {620_000_000 + paper.number}", f"DO  - {paper.doi}", f"VL  - {paper.number}",
        *_wrapped("AB  - ", paper.abstract, ""), f"KW  - word {paper.number}", "ER  -",
    ]  # fmt: skip


def _endnote_ris(paper: Paper) -> list[str]:
    return [
        "TY  - JOUR", f"AB  - {paper.abstract}", f"AN  - {paper.pmid}", "AU  - Doe, J.", "DA  - Jun 13", f"DO  - {paper.doi}",
        "DB  - Medline", "DP  - NLM", "KW  - Humans", f"word {paper.number}", "PY  - 2019", f"TI  - {paper.title}",
        f"VL  - {paper.number}", "ER  - ",
    ]  # fmt: skip


def _loose(paper: Paper) -> list[str]:
    return [line.replace("  - ", " - ", 1) if line[2:6] == "  - " else line for line in _embase(paper)]


def _nbib(paper: Paper) -> list[str]:
    return [
        f"PMID- {paper.pmid}", "OWN - NLM", "STAT- MEDLINE", "DP  - 2019 Jun", *_wrapped("TI  - ", paper.title, " " * 6),
        f"LID - {paper.doi} [doi]", *_wrapped("AB  - ", paper.abstract, " " * 6), f"VI  - {paper.number}",
        f"OT  - word {paper.number}", "JT  - A journal", f"SO  - A J. 2019 Jun;{paper.number}:1-9.",
    ]  # fmt: skip


def _ciw(paper: Paper) -> list[str]:
    return [
        "PT J", "AU Doe, J", "   Roe, R", *_wrapped("TI ", paper.title, "   "), *_wrapped("AB ", paper.abstract, "   "),
        f"DE word {paper.number}", "PY 2019", f"VL {paper.number}", f"DI {paper.doi}", f"PM {paper.pmid}",
        f"UT WOS:{paper.number:015}", "ER",
    ]  # fmt: skip


TAGGED = {"embase": _embase, "central": _central, "endnote": _endnote_ris, "loose": _loose, "nbib": _nbib, "ciw": _ciw}


def _endnote_xml(papers: Sequence[Paper]) -> str:
    style = '<style face="normal" font="default" size="100%">{}</style>'.format
    return '<?xml version="1.0" encoding="UTF-8" ?><xml><records>' + "".join(
        f"<record><ref-type>17</ref-type><titles><title>{style(escape(paper.title))}</title></titles>"
        f"<keywords><keyword>{style(f'word {paper.number}')}</keyword></keywords><dates><year>{style('2019')}</year></dates>"
        f"<volume>{style(str(paper.number))}</volume><abstract>{style(escape(paper.abstract))}</abstract>"
        f"<accession-num>{style(paper.pmid)}</accession-num><remote-database-name>{style('Medline')}</remote-database-name>"
        f"<electronic-resource-num>{style(paper.doi)}</electronic-resource-num></record>"
        for paper in papers
    ) + "</records></xml>"  # fmt: skip


def _pubmed_xml(papers: Sequence[Paper]) -> str:
    return '<?xml version="1.0" ?><PubmedArticleSet>' + "".join(
        f"<PubmedArticle><MedlineCitation><PMID>{paper.pmid}</PMID><Article><Journal><JournalIssue>"
        f"<Volume>{paper.number}</Volume><PubDate><Year>2019</Year></PubDate></JournalIssue></Journal>"
        f"<ArticleTitle>{escape(paper.title)}</ArticleTitle><ELocationID EIdType='doi' ValidYN='Y'>{paper.doi}</ELocationID>"
        f"<Abstract><AbstractText>{escape(paper.abstract)}</AbstractText></Abstract></Article>"
        f"<KeywordList><Keyword>word {paper.number}</Keyword></KeywordList></MedlineCitation></PubmedArticle>"
        for paper in papers
    ) + "</PubmedArticleSet>"  # fmt: skip


FRAGMENTS = [
    "TY  - JOUR is a tag",
    "ER  - ends",
    "PMID- 123 is none",
    "IL-6",
    "AB  - x",
    "UK - based",
    "ER  - positive",
    "PT J is none",
    "<i>p</i> & q",
]
"""What looks like a tag, and is none where it stands."""
prose = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=9)
words = prose | st.sampled_from(FRAGMENTS)


@st.composite
def papers(draw: st.DrawFn, most: int = 6, words: st.SearchStrategy[str] = words) -> list[Paper]:
    texts = draw(
        st.lists(st.tuples(st.lists(words, max_size=8), st.lists(words, max_size=40)), min_size=1, max_size=most)
    )
    return [
        Paper(number, " ".join([f"Paper{number}", *title]), " ".join([f"Abstract{number}", *abstract]))
        for number, (title, abstract) in enumerate(texts, start=1)
    ]


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())


def _reports(page_of: Pages, source: str, body: bytes) -> list[Report]:
    found = read_page(page_of(source, body, kind="file", url="file:export"))
    assert [item for item in found if isinstance(item, Rejected)] == []
    return [item for item in found if isinstance(item, Report)]


def _assert_same(found: Sequence[Report], written: Sequence[Paper], *, wrapped: bool = False) -> None:
    assert [item.report_id for item in found] == [f"PMID:{paper.pmid}" for paper in written]
    for report, paper in zip(found, written, strict=True):
        assert _plain(report.title) == _plain(paper.title)
        assert report.abstract_text is not None
        assert _plain(report.abstract_text) == _plain(paper.abstract)
        assert (report.doi, report.volume, report.published_date is not None) == (paper.doi, str(paper.number), True)
        assert f"word {paper.number}" in report.keywords
        others = {f"PMID:{other.pmid}" for other in written} - {f"PMID:{paper.pmid}"}
        assert not others & set(report.accessions)


JOINTS = ["", "\n", "\n\n", "\ufeff", "\n\ufeff", "\r\n\r\n", "\r", "\r\r\n", " \n\t\n"]


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    written=papers(),
    data=st.data(),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
    source=st.sampled_from(["ris", "nbib", "ciw", "endnote"]),
)
def test_joined_files_of_any_writer_give_every_record_and_mix_none(
    page_of: Pages, written: list[Paper], data: st.DataObject, line_end: str, encoding: str, source: str
) -> None:
    text = data.draw(st.sampled_from(["", "\ufeff", "\n", "FN Clarivate\nVR 1.0\n", "Provider: A library\n\n"]))
    for paper in written:
        lines = TAGGED[data.draw(st.sampled_from(sorted(TAGGED)))](paper)
        # A wrapped line that has a field's form, or a record's end, is one: no reader can know better.
        assume(sum(line.startswith("AB  - ") for line in lines) <= 1)
        assume(not any(line.strip() in {"ER  -", "ER -", "ER"} for line in lines[:-1]))
        text += line_end.join(lines) + data.draw(st.sampled_from(JOINTS))
    if not text.endswith(("\n", "\r")):
        text += "\n"
    _assert_same(_reports(page_of, source, text.encode(encoding)), written)


@given(written=papers(), source=st.sampled_from(["ris", "endnote"]), write=st.sampled_from([_endnote_xml, _pubmed_xml]))
def test_documents_of_any_writer_give_every_record(
    page_of: Pages, written: list[Paper], source: str, write: Callable[[Sequence[Paper]], str]
) -> None:
    _assert_same(_reports(page_of, source, write(written).encode()), written)


@given(
    written=papers(),
    indent=st.sampled_from(["", " ", "   ", "\t"]),
    gap=st.sampled_from(["  - ", "\t-\t", "\xa0\xa0- "]),
)
def test_blanks_before_and_in_tags_change_nothing(page_of: Pages, written: list[Paper], indent: str, gap: str) -> None:
    lines = [line.replace("  -", gap.rstrip(" "), 1) for paper in written for line in _embase(paper)]
    _assert_same(_reports(page_of, "ris", "\n".join(indent + line for line in lines).encode()), written)


@pytest.mark.parametrize("width", [40, 80])
def test_fifty_records_are_read_when_their_lines_are_wrapped_or_run_together(page_of: Pages, width: int) -> None:
    written = [Paper(n, f"Paper{n} of cells", f"Abstract{n} " + "randomised controlled " * 20) for n in range(1, 51)]
    lines = [part for paper in written for line in _embase(paper) for part in textwrap.wrap(line, width)]
    _assert_same(_reports(page_of, "ris", "\n".join(lines).encode()), written)
    _assert_same(_reports(page_of, "ris", " ".join(lines).encode()), written)
    _assert_same(_reports(page_of, "ris", "\n".join(textwrap.wrap(" ".join(lines), width)).encode()), written)


@given(
    written=papers(most=4, words=prose),
    share=st.floats(0, 1),
    writer=st.sampled_from(sorted(TAGGED)),
    other=st.sampled_from(sorted(TAGGED)),
)
def test_a_file_that_was_cut_costs_none_of_the_records_that_were_joined_to_it(
    page_of: Pages, written: list[Paper], share: float, writer: str, other: str
) -> None:
    cut, *others = [
        "\n".join(TAGGED[other if number else writer](paper)) + "\n" for number, paper in enumerate(written)
    ]
    body = (cut[: int(len(cut) * share)] + "".join(others)).encode()
    found = read_page(page_of("ris", body, kind="file", url="file:export"))
    assert found
    whole = written[1:]
    _assert_same([item for item in found if isinstance(item, Report)][-len(whole) :] if whole else [], whole)


@pytest.mark.parametrize(
    ("encoding", "guess", "title", "author"),
    [
        ("cp1252", "Windows-1252", "Étude randomisée chez les malades âgés", "Müller, J"),
        ("mac_roman", "MacRoman", "Étude randomisée chez les malades âgés", "Müller, J"),
        ("gb18030", "GBK", "骨髓间充质干细胞移植治疗肌萎缩侧索硬化的随机对照试验", "张伟"),
        ("cp932", "Shift-JIS", "筋萎縮性側索硬化症に対する間葉系幹細胞移植のランダム化比較試験", "山田"),
        ("big5", "Big5", "骨髓間充質幹細胞移植治療肌萎縮側索硬化症之隨機對照試驗", "張偉"),
        ("euc_kr", "EUC-KR", "근위축성 측삭경화증 환자에서 중간엽 줄기세포의 무작위 시험", "김"),
        ("cp1251", "Windows-1251", "Рандомизированное исследование мезенхимальных клеток", "Иванов"),
    ],
)
def test_a_guessed_encoding_is_said_once_for_the_file(
    page_of: Pages, encoding: str, guess: str, title: str, author: str
) -> None:
    n_records = 800
    records = "".join(f"TY  - JOUR\nTI  - {title} {n}\nAU  - {author}\nPY  - 2019\nER  - \n" for n in range(n_records))
    found = read_page(page_of("ris", records.encode(encoding), kind="file", url="file:export.ris"))
    *reports, said = found
    assert [item.title for item in reports if isinstance(item, Report)] == [f"{title} {n}" for n in range(n_records)]
    assert isinstance(said, Rejected)
    assert said.reason.startswith(f"read as {guess}, a guess")
    assert title[:10] in said.value


@pytest.mark.parametrize("first", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("second", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_files_of_two_encodings_may_be_joined(page_of: Pages, first: str, second: str) -> None:
    one, two = Paper(1, "Zellen für Müller", "é"), Paper(2, "Étude randomisée", "ü")
    files = [("\r\n".join(_embase(paper)) + "\r\n").encode(name) for paper, name in ((one, first), (two, second))]
    found = [
        item
        for item in read_page(page_of("ris", b"".join(files), kind="file", url="file:x"))
        if isinstance(item, Report)
    ]
    _assert_same(found, [one, two])


def test_a_damaged_letter_costs_itself(page_of: Pages) -> None:
    body = "TY  - JOUR\nTI  - Müller und Käthe für Zoë\nPY  - 2019\nER  - \n".encode().replace("ë".encode(), b"\xc3")
    [report] = read_page(page_of("ris", body, kind="file", url="file:x"))
    assert isinstance(report, Report)
    assert report.title == "Müller und Käthe für Zo\ufffd"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("TI  - Begun by nothing\nPY  - 2019\nER  - \n", 7, "no TY begins"),
        ("TY  - JOUR\nTI  - CutTY  - JOUR\nTI  - Next\nPY  - 2019\nER  - \n", 7, "do not end with ER"),
        ("TY  - JOUR\nPY  - 2019\nER  - \n", 7, "without a title"),
        ("TY  - JOUR\nTI  - Unended\nPY  - 2019\n", 7, "do not end with ER"),
        ("OWN - NLM\nTI  - Begun by nothing\nSO  - A J.\n", 8, "no TY begins"),
    ],
)
def test_what_is_not_read_whole_is_named_with_its_line(page_of: Pages, text: str, line: int, said: str) -> None:
    around = "TY  - JOUR\nTI  - {}\nPY  - 2019\nDO  - 10.1234/{}\nER  - \n\n".format
    found = read_page(
        page_of("ris", (around("Before", 1) + text + around("After", 2)).encode(), kind="file", url="file:x")
    )
    titles = [item.title for item in found if isinstance(item, Report)]
    assert (titles[0], titles[-1]) == ("Before", "After")
    [rejected] = [item for item in found if isinstance(item, Rejected)]
    assert said in rejected.reason
    assert rejected.path.partition(",")[0] == f"line {line}"


def test_a_citation_that_lost_its_pmid_is_not_poured_into_the_one_before(page_of: Pages) -> None:
    lost = "\n".join(_nbib(Paper(2, "Lost", "Lost"))).replace("PMID- ", "PMIX- ")
    text = "\n\n".join(
        ["\n".join(_nbib(Paper(1, "One", "One"))), lost, "\n".join(_nbib(Paper(3, "Three", "Three"))), ""]
    )
    found = read_page(page_of("nbib", text.encode(), kind="file", url="file:x"))
    _assert_same(
        [item for item in found if isinstance(item, Report)], [Paper(1, "One", "One"), Paper(3, "Three", "Three")]
    )
    [rejected] = [item for item in found if isinstance(item, Rejected)]
    assert "no PMID begins" in rejected.reason
