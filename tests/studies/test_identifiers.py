"""Register numbers are found however they are written; placeholders are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.identifiers import Identifier, identifiers_in, identify


@pytest.mark.parametrize(
    ("text", "register", "number"),
    [
        ("NCT01363401", "ClinicalTrials.gov", "01363401"),
        ("nct 01363401", "ClinicalTrials.gov", "01363401"),
        ("ClinicalTrials.gov: NCT#01363401.", "ClinicalTrials.gov", "01363401"),
        ("ISRCTN17473621", "ISRCTN", "17473621"),
        ("ACTRN12605000123456", "ANZCTR", "12605000123456"),
        ("ChiCTR-TRC-08000123", "ChiCTR", "08000123"),
        ("chictr1900012346", "ChiCTR", "1900012346"),
        ("CTRI/2009/091/000123", "CTRI", "2009-091-000123"),
        ("DRKS00012346", "DRKS", "00012346"),
        ("2006-003096-12", "EudraCT", "2006-003096-12"),
        ("EUCTR2006-003096-12-ES", "EudraCT", "2006-003096-12"),
        ("EudraCT number: 2006-003096-12", "EudraCT", "2006-003096-12"),
        ("2023-508143-51-01", "EU CT", "2023-508143-51"),
        ("CTIS2023-508143-51-00", "EU CT", "2023-508143-51"),
        ("IRCT20080728001031N26", "IRCT", "20080728001031N26"),
        ("JPRN-UMIN000012347", "UMIN", "000012347"),
        ("UMIN000012347", "UMIN", "000012347"),
        ("jRCTs031180001", "jRCT", "S031180001"),
        ("JapicCTI-121871", "JapicCTI", "121871"),
        ("KCT0001239", "CRiS", "0001239"),
        ("NTR4567", "NTR", "4567"),
        ("PACTR201203000123459", "PACTR", "201203000123459"),
        ("PER-012-19", "REPEC", "012-19"),
        ("RBR-2q8wmx", "ReBEC", "2Q8WMX"),
        ("RPCEC00000123", "RPCEC", "00000123"),
        ("SLCTR/2009/001", "SLCTR", "2009-001"),
        ("TCTR20160101001", "TCTR", "20160101001"),
        ("U1111-1190-1234", "UTN", "U1111-1190-1234"),
    ],
)
def test_every_primary_registry_is_known(text: str, register: str, number: str):
    assert identify(text) == Identifier(register, number)


@pytest.mark.parametrize(
    "text",
    [
        "NCT00000000",
        "NCT12345678",
        "ISRCTN00000000",
        "ISRCTN99999999",
        "0000-000000-00",
        "2000-000000-00",
        "EUCTR0000-000000-00-ES",
        "ACTRN00000000000000",
        "N/A",
        "none",
        "TBD",
        "",
        "12345",
        "ALS-001",
        "NCT0136340",
        "NCT013634011",
        "XNCT01363401",
        "version 2006-003096-123",
    ],
)
def test_placeholders_and_sponsors_numbers_are_nobodys(text: str):
    assert identify(text) is None


def test_a_text_with_two_numbers_is_neither_but_names_both():
    text = "NCT01363401, an extension of NCT01758510"
    assert identify(text) is None
    assert [str(item) for item in identifiers_in(text)] == [
        "NCT01363401",
        "NCT01758510",
    ]


@given(st.integers(min_value=0, max_value=99_999_999), st.sampled_from(["NCT{}", "nct {}", "(NCT{})", "id NCT-{}, "]))
def test_spelling_does_not_make_another_entry(number: int, spelling: str):
    assert identify(spelling.format(f"{number:08d}")) == identify(f"NCT{number:08d}")


@given(st.text(alphabet=" .,;:()[]/«»\n\t–", max_size=10), st.text(alphabet=" .,;:()[]«»\n\t–", max_size=10))
def test_punctuation_around_a_number_does_not_hide_it(before: str, after: str):
    assert identify(f"{before}NCT01363401{after}") == identify("NCT01363401")
