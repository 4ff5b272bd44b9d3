"""Every code has words, every id that a reader can follow an address."""

import enum

import pytest

from models import vocabulary
from reporting import words


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (words.EVENTS, vocabulary.EventCode),
        (words.HEADLINES, vocabulary.EventCode),
        (words.RULES, vocabulary.Rule),
        (words.STATES, vocabulary.StudyState),
        (words.LISTS, vocabulary.StudyList),
        (words.CRITERIA, vocabulary.Criterion),
        (words.VERDICTS, vocabulary.Verdict),
        (words.EVIDENCE_SETS, vocabulary.EvidenceSet),
        (words.EVIDENCE_WORDS, vocabulary.EvidenceWord),
        (words.CONVENTIONS, vocabulary.Convention),
        (words.MODELS, vocabulary.Model),
        (words.SHORT_MODELS, vocabulary.Model),
        (words.INTERVALS, vocabulary.Interval),
        (words.MEASURES, vocabulary.Measure),
        (words.SOURCE_STATES, vocabulary.SourceState),
        (words.PLAIN_STATUS, vocabulary.UpdateStatus),
    ],
)
def test_no_code_is_without_words(table: dict[enum.StrEnum, str], codes: type[enum.StrEnum]):
    assert set(table) == set(codes)


@pytest.mark.parametrize(
    ("identifier", "address"),
    [
        ("NCT01363401", "https://clinicaltrials.gov/study/NCT01363401"),
        ("PMID:30048006", "https://pubmed.ncbi.nlm.nih.gov/30048006/"),
        (
            "2006-003096-12",
            "https://www.clinicaltrialsregister.eu/ctr-search/search?query=2006-003096-12",
        ),
        ("2023-505139-33-00", "https://euclinicaltrials.eu/ctis-public/view/2023-505139-33-00"),
        ("ISRCTN12345678", "https://www.isrctn.com/ISRCTN12345678"),
        ("10.1002/ana.25302", "https://doi.org/10.1002/ana.25302"),
        ('10.1002/"><script>', "https://doi.org/10.1002/%22%3E%3Cscript%3E"),
        ("IRCT20080728001031N26", None),
        ("javascript:alert(1)", None),
        ("NCT01363401x", None),
    ],
)
def test_addresses(identifier, address):
    assert words.address(identifier) == address


@pytest.mark.parametrize(
    ("value", "printed"), [("2014", "2014"), ("2014-06", "June 2014"), ("2014-06-07", "7 June 2014"), (None, "–")]
)
def test_dates_keep_their_precision(value, printed):
    assert words.day(value) == printed


@pytest.mark.parametrize(
    ("items", "told"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (["Murcia, intramuscular", "b", "c"], "Murcia, intramuscular; b; and c"),
    ],
)
def test_a_list_stays_apart_also_where_names_have_commas(items: list[str], told: str):
    assert words.listed(items) == told
