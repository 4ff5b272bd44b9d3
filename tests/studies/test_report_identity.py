"""Which descriptions are of one report, and which only look like it."""

import itertools
import random
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.report import Report
from models.vocabulary import VersionOrigin
from studies.bibliography import plain, surname
from studies.report_identity import Copy, Identities, identify_reports

TITLE = "Intrathecal cells for motor neurone disease: a randomised, placebo-controlled phase 2 trial"
ARTICLE = Report(
    source="pubmed",
    report_id="PMID:90000001",
    doi="10.99999/jms.1",
    title=f"{TITLE}.",
    registry_date="2021-12-20",
    published_date="2021-12-18",
    entered_date="2021-12-20",
    journal="Journal of Made-Up Neurology",
    volume="12",
    pages="101-110",
    first_author="Müller J",
)


def told(source: str, report_id: str, **changes: object) -> Report:
    """The article as another source describes it."""
    return msgspec.structs.replace(ARTICLE, source=source, report_id=report_id, **changes)


def n_reports(*reports: Report) -> int:
    return len(set(identify_reports(reports).of_copy.values()))


IN_EMBASE = {"doi": None, "published_date": "2021"}
SAME = {
    "by PMID": told("ris", "PMID:90000001", origin=VersionOrigin.COPY, title="INTRATHECAL CELLS", doi=None),
    "by PMID among its numbers": told("ris", "EMBASE:20001", accessions=("PMID:90000001",), doi=None, title="x"),
    "by DOI in capitals": told("ris", "DOI:10.99999/jms.1", doi="10.99999/JMS.1"),
    "by DOI, subtitle cut": told("ris", "DOI:10.99999/jms.1", title="Intrathecal cells for motor neurone disease"),
    "by DOI, original title": told("ris", "DOI:10.99999/jms.1", title="Intrathekale Zellen", language="German"),
    "by DOI, author not told": told("ris", "DOI:10.99999/jms.1", first_author=None, pages=None),
    "capitals and stops": told("ris", "EMBASE:20001", title=TITLE.upper(), **IN_EMBASE),
    "author written out": told("ris", "EMBASE:20001", first_author="Mueller, Johannes", **IN_EMBASE),
    "author, initials first": told("ris", "EMBASE:20001", first_author="J. MULLER", **IN_EMBASE),
    "journal abbreviated": told("ris", "EMBASE:20001", journal="J Made-Up Neurol", **IN_EMBASE),
    "journal by initials": told("ris", "EMBASE:20001", journal="JMUN", **IN_EMBASE),
    "journal with its town": told("ris", "EMBASE:20001", journal="Journal of made-up neurology (York)", **IN_EMBASE),
    "early access the year before": told(
        "ris", "WOS:1", doi=None, published_date="2020-11", volume=None, pages="e55"
    ),
    "markup and entities": told(
        "ris", "EMBASE:20001", title=TITLE.replace("phase 2", "<i>phase</i> 2").replace(" a ", " a&nbsp;"), **IN_EMBASE
    ),
    "a slip of the pen": told("ris", "EMBASE:20001", title=TITLE.replace("placebo", "placbo"), **IN_EMBASE),
    "retracted in front": told("ris", "EMBASE:20001", title=f"RETRACTED: {TITLE}", **IN_EMBASE),
    "subtitle cut, page the same": told(
        "ris", "EMBASE:20001", title="Intrathecal cells for motor neurone disease", **IN_EMBASE
    ),
}  # fmt: skip

OTHER = {
    "another PMID": told("pubmed", "PMID:90000002", doi=None),
    "another PMID and the same DOI": told("ris", "PMID:90000002"),
    "another DOI": told("ris", "DOI:10.99999/jms.2", doi="10.99999/jms.2", pages="220"),
    "Part II": told("ris", "EMBASE:20001", title=f"{TITLE}. Part II", **IN_EMBASE),
    "phase 3": told("ris", "EMBASE:20001", title=TITLE.replace("phase 2", "phase 3"), **IN_EMBASE),
    "another author": told("ris", "EMBASE:20001", first_author="Okafor C", **IN_EMBASE),
    "another journal": told("ris", "EMBASE:20001", journal="Cytotherapy", pages="S7", **IN_EMBASE),
    "another page of the journal": told("ris", "EMBASE:20001", pages="S12", **IN_EMBASE),
    "years later": told("ris", "EMBASE:20001", doi=None, published_date="2024", volume="15", pages="1"),
    "its erratum": told("ris", "EMBASE:20001", title=f"Erratum: {TITLE}", **IN_EMBASE),
    "its correction, by type": told("ris", "EMBASE:20001", publication_types=("Published Erratum",), **IN_EMBASE),
    "a reply to it": told("ris", "EMBASE:20001", title=f"Reply to: {TITLE}", **IN_EMBASE),
    "a comment on it": told("ris", "EMBASE:20001", title=f"Comment on {TITLE}", **IN_EMBASE),
    "its retraction": told("ris", "EMBASE:20001", title=f"Retraction notice to {TITLE}", **IN_EMBASE),
    "its preprint": told("europepmc", "PPR:PPR1", doi="10.99999/pre.1", journal="medRxiv", volume=None, pages=None),
    "its preprint, without a DOI": told("ris", "RIS:1", doi=None, journal="medRxiv", volume=None, pages=None),
    "in the supplement that its DOI is of": told(
        "ris", "DOI:10.99999/jms.1", title="Another poster of that supplement", first_author="Rossi A", pages="S3"
    ),
    "with a PMID that is mistyped": told(
        "ris", "PMID:90000001", origin=VersionOrigin.COPY, title="Something else altogether", first_author="Rossi A", doi=None
    ),
}  # fmt: skip


@pytest.mark.parametrize("copy", SAME.values(), ids=SAME)
def test_copies_are_one_report(copy: Report) -> None:
    assert n_reports(ARTICLE, copy) == 1
    assert set(identify_reports([copy, ARTICLE]).of_copy.values()) == {"PMID:90000001"}


@pytest.mark.parametrize("other", OTHER.values(), ids=OTHER)
def test_what_looks_like_it_is_another(other: Report) -> None:
    identities = identify_reports([ARTICLE, other])
    assert len(set(identities.of_copy.values())) == 2
    assert identities.of_copy[Copy.of(ARTICLE)] == "PMID:90000001"


def test_a_year_of_the_same_congress_is_another_abstract() -> None:
    poster = {"doi": None, "publication_types": ("Meeting Abstract",), "volume": None, "pages": None}
    years = [told("ris", f"RIS:{year}", published_date=str(year), **poster) for year in (2019, 2020, 2021)]
    assert n_reports(*years) == 3


def test_titles_that_many_papers_have_join_nothing_by_themselves() -> None:
    letters = [
        told("ris", f"RIS:{n}", title="Author's reply", journal=None, doi=None, pages=None, volume=None) for n in "12"
    ]
    assert n_reports(*letters) == 2


def test_a_doi_of_a_supplement_is_nobodys_name() -> None:
    posters = [
        told("ris", "DOI:10.99999/supp", doi="10.99999/supp", title=f"Poster {word}", first_author=author, pages=page)
        for word, author, page in (("one", "Rossi A", "S1"), ("two", "Silva B", "S2"), ("three", "Chen C", "S3"))
    ]
    identities = identify_reports(posters)
    assert len(set(identities.of_copy.values())) == 3
    assert "DOI:10.99999/supp" not in identities.of_name


def test_names_lead_to_the_report_whatever_source_gave_them() -> None:
    copy = told("ris", "EMBASE:20001", accessions=("CENTRAL:CN-00000001",))
    names = identify_reports([ARTICLE, copy]).of_name
    wanted = ("PMID:90000001", "DOI:10.99999/jms.1", "EMBASE:20001", "CENTRAL:CN-00000001")
    assert {names[name] for name in wanted} == {"PMID:90000001"}


def test_a_title_that_lost_its_subtitle_joins_neither_of_two_papers() -> None:
    stem = "Intrathecal cells for motor neurone disease in people over sixty years"
    one, other = (
        told("ris", f"DOI:10.99999/{n}", doi=f"10.99999/{n}", title=f"{stem}: {tail}", pages=None, volume=None)
        for n, tail in (("a", "a randomised trial at home"), ("b", "a randomised trial in hospital"))
    )
    cut = told("ris", "EMBASE:20001", title=stem, doi=None, pages=None, volume=None)
    assert n_reports(one, other, cut) == 3
    assert n_reports(one, cut) == 1


def test_two_dois_are_two_papers_whatever_their_titles() -> None:
    one, other = (told("ris", f"DOI:10.99999/{n}", doi=f"10.99999/{n}", pages=None) for n in "ab")
    assert n_reports(one, other) == 2


def test_other_papers_change_nothing() -> None:
    pair = [told("ris", "EMBASE:1", title="Effect of cells on strength in motor neurone disease, a trial", doi=None),
            told("ris", "WOS:2", title="Effects of cells on strength in motor neurone disease, a trial", doi=None)]  # fmt: skip
    strangers = [
        told(
            "ris", f"RIS:{n}", title=f"Effect of drug {n} on strength in another disease", doi=None, pages=str(900 + n)
        )
        for n in range(300)
    ]
    assert n_reports(*pair) == 1
    assert n_reports(*pair, *strangers) == 301


ALL = [ARTICLE, *SAME.values(), *OTHER.values()]


@given(st.randoms(use_true_random=False), st.lists(st.sampled_from(range(len(ALL))), unique=True, min_size=2))
def test_any_order_gives_the_same_reports(shuffled: random.Random, chosen: Sequence[int]) -> None:
    reports = [ALL[n] for n in chosen]
    expected = identify_reports(reports)
    shuffled.shuffle(reports)
    assert identify_reports(reports) == expected


def test_every_pair_that_no_other_stands_between_is_judged_alike() -> None:
    for one, other in itertools.combinations(SAME.values(), 2):
        three: Identities = identify_reports([ARTICLE, one, other])
        assert set(three.of_copy.values()) == {"PMID:90000001"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Müller J", "muller"),
        ("Mueller, Johannes", "muller"),
        ("J. K. MÜLLER", "muller"),
        ("van den Berg LH", "vandenberg"),
        ("Berg, L. H. van den", "berg"),
        ("Li X", "li"),
        ("LI X", "li"),
        ("Wang, Li", "wang"),
        ("O'Neill P", "oneill"),
        ("D’Souza-Núñez, M", "dsouzanunez"),
        ("王伟", "王伟"),
        ("", ""),
    ],
)
def test_surnames_are_read_as_databases_write_them(written: str, read: str) -> None:
    assert surname(written) == read


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("TNF-α in ALS.", "tnf-alpha in als"),
        ("<i>SOD1</i> &amp; cells", "SOD1 and cells"),
        ("Naïve – cells", "naive cells"),
        ("H₂O", "H2O"),
    ],
)
def test_titles_are_compared_by_their_words(one: str, other: str) -> None:
    assert plain(one) == plain(other)
