"""Every spelling of a register's number is one number, and never another register's."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.registers import REGISTERS, Register, address_of, as_printed, entry_of, ids_in, is_bank
from studies.identifiers import Identifier, identifiers_in, identify

SPELLINGS = {
    "NCT01363402": "NCT-01363402 | NCT 01363402 | nct01363402 | NCT\u00a001363402 | NCT–01363402 | NCT０１３６３４０２ | "
    "ＮＣＴ01363402 | NCT\u200b01363402 | NCT No. 01363402 | ClinicalTrials.gov: NCT#01363402. | NCT−01363402",
    "ISRCTN12949496": "ISRCTN 12949496 | isrctn12949496 | ISRCTN-12949496 | ISRCTN: 12949496 | ISRCTN number 12949496",
    "EudraCT 2006-003096-12": "EUCTR2006-003096-12-ES | 2006-003096-12 | EudraCT 2006-003096-12 | 2006–003096–12 | "
    "EUCTR2006-003096-12-Outside-EU/EEA | EUCTR2006-003096-12-3rd | eudract number: 2006-003096-12 | "
    "EudraCT: 2006 003096 12 | EUCTR2006-003096-12 | Eudra CT 2006‑003096‑12 | 2006-003096-12-de",
    "EU CT 2022-500001-12": "CTIS2022-500001-12-00 | 2022-500001-12 | EU CT 2022-500001-12-01 | EUCT 2022—500001—12 | "
    "EU-CT number 2022-500001-12 | ctis2022-500001-12",
    "ACTRN12605000123456": "ANZCTR12605000123456 | ACTRN=12605000123456 | ACTRN 12605000123456 | actrn12605000123456p | ACTRN12605000123456p | ACTRN-12605000123456",
    "ChiCTR08000123": "ChiCTR-TRC-08000123 | chictr-trc-08000123 | ChiCTR–TRC–08000123 | ChiCTR TRC 08000123",
    "ChiCTR1900012346": "ChiCTR 1900012346 | chictr1900012346 | CHICTR-1900012346",
    "ITMCTR2022000012": "ITMCTR 2022000012 | itmctr2022000012",
    "CTRI/2016/08/007231": "CTRI/2016/08/7231 | CTRI-2016-08-007231 | ctri/2016/08/007231 | CTRI 2016/08/007231 | "
    "CTRI／2016／08／007231",
    "DRKS00012346": "DRKS 00012346 | drks00012346 | DRKS-ID: DRKS00012346",
    "IRCT20080728001031N26": "irct20080728001031n26 | IRCT 20080728001031N26 | IRCT-20080728001031N26 | "
    "IRCT20080728001031 N26 | IRCT20080728001031-N26",
    "UMIN000012347": "JPRN-UMIN000012347 | JPRN-C000012347 | C000012347 | UMIN-CTR 000012347 | umin 000012347 | "
    "UMIN-CTR ID: UMIN000012347 | JPRNーUMIN000012347",
    "jRCTs031190001": "JPRN-jRCTs031190001 | JRCTS031190001 | jRCT s031190001",
    "jRCTa031190001": "JPRN-jRCTa031190001 | jrcta031190001",
    "jRCTb032100001": "JPRN-jRCTb032100001 | JRCTb032100001",
    "jRCTc031190001": "JPRN-jRCTc031190001",
    "jRCT2031190007": "JPRN-jRCT2031190007 | jRCT-2031190007",
    "JapicCTI-121871": "JPRN-JapicCTI-121871 | JapicCTI121871 | JapicCTI 121871 | JAPICCTI–121871",
    "JMA-IIA00123": "JPRN-JMA-IIA00123 | JMA IIA 00123 | jma-iia00123 | JMA-IIA-00123",
    "KCT0001239": "KCT 0001239 | kct0001239",
    "LBCTR2020043495": "LBCTR 2020043495 | lbctr2020043495",
    "NTR4567": "NTR 4567 | ntr4567 | NTR-4567",
    "NL8242": "NTR8242 | NTR 8242 | NL 8242 | nl8242 | NL-8242 | NTR–8242",
    "NL4567": "NL 4567 | NL-4567",
    "NL-OMON12345": "NL-OMON 12345 | nl-omon12345 | NLOMON12345 | NL–OMON–12345",
    "PACTR201203000123459": "PACTR 201203000123459 | pactr201203000123459",
    "PACTR2012030001234591": "PACTR-2012030001234591",
    "PER-012-19": "per-012-19 | PER–012–19",
    "RBR-2q8wmx": "RBR-2Q8WMX | rbr-2q8wmx | RBR–2q8wmx | RBR 2q8wmx",
    "RBR-6gcc6g": "RBR-6GCC6G",
    "RPCEC00000123": "RPCEC 00000123 | rpcec00000123",
    "SLCTR/2016/003": "SLCTR-2016-003 | slctr/2016/003 | SLCTR 2016/003",
    "TCTR20160101001": "TCTR 20160101001 | tctr20160101001",
    "UTN U1111-1190-1234": "U1111-1190-1234 | u1111-1190-1234 | U1111–1190–1234 | UTN: U1111 1190 1234",
}
PAIRS = [(normal, text) for normal, texts in SPELLINGS.items() for text in (normal, *texts.split(" | "))]
FILLED_IN = """NCT00000000 | nct 12345678 | ISRCTN99999999 | 2000-000000-00 | 2006-000000-12 | ACTRN00000000000000p |
    CTRI/2016/00/000000 | JPRN-jRCTs000000000 | jRCTb111111111 | IRCT00000000000000N1 | U1111-1111-1111 | U1111-0000-0000 |
    JPRN-C000000000 | RBR-000000 | RBR-xxxxxx | SLCTR/2016/000 | PER-000-19 | CTIS2022-555555-55-00 | NL-OMON00000"""
NUMBERS_OF_NOBODY = """NL12345.018.06 | Irct2017090336039N 2017 | NL-1105 AZ | NL 1105AZ | (NL4567x) | ANTR4567 | NTR1 | NL4 | 500 nl 1000 | per 100 20 | C000012347x |
    XNCT01363402 | NCT013634021 | PACTR20120300012345912 | CTRI/2016/08 | 2006-003096-123 | SLCTR | RBR patients"""


@pytest.mark.parametrize(("normal", "text"), PAIRS)
def test_every_spelling_is_one_number(normal: str, text: str) -> None:
    found = identify(text)
    assert found is not None
    assert str(found) == normal
    assert found == identify(normal)


@pytest.mark.parametrize(("normal", "text"), PAIRS)
def test_every_spelling_is_found_in_a_sentence(normal: str, text: str) -> None:
    """Only ICTRP's bare C and nine digits are a code like any other there."""
    expected = [] if text.startswith("C0000") else [normal]
    assert [
        str(item) for item in identifiers_in(f"A trial ({text.strip('.')}), randomised; see the protocol.")
    ] == expected


@pytest.mark.parametrize("text", re.split(r"\s*\|\s*", FILLED_IN))
def test_what_was_typed_to_fill_a_field_is_nobodys(text: str) -> None:
    assert identifiers_in(text) == ()


@pytest.mark.parametrize("text", re.split(r"\s*\|\s*", NUMBERS_OF_NOBODY))
def test_places_doses_and_longer_words_are_no_numbers(text: str) -> None:
    assert identifiers_in(f"See {text} of it") == ()


def test_numbers_of_the_two_countings_of_the_dutch_register_are_two_as_long_as_both_were_given() -> None:
    assert identify("NTR4567") != identify("NL4567")
    assert [str(item) for item in identifiers_in("Trial NL4567 (NTR4716)")] == ["NTR4716", "NL4567"]


def test_the_table_holds_every_register() -> None:
    assert {found.register for normal in SPELLINGS if (found := identify(normal))} == {item.name for item in REGISTERS}


PARTS = {
    "ClinicalTrials.gov": ("NCT", r"\d{8}"),
    "ISRCTN": ("ISRCTN", r"\d{8}"),
    "EudraCT": ("EUCTR|EudraCT", r"(19|20)\d\d", r"[0-4]\d{5}", r"\d\d"),
    "EU CT": ("CTIS|EU CT|EUCT", r"20[2-4]\d", r"5\d{5}", r"\d\d"),
    "ANZCTR": ("ACTRN", r"\d{14}"),
    "ChiCTR": ("ChiCTR|ChiCTR-TRC-|ChiCTR-INR", r"\d{8}(\d\d)?"),
    "ITMCTR": ("ITMCTR", r"\d{10}"),
    "CTRI": ("CTRI", r"20\d\d", r"\d{2,3}", r"\d{6}"),
    "DRKS": ("DRKS", r"\d{8}"),
    "IRCT": ("IRCT", r"\d{12,17}N\d{1,3}"),
    "UMIN": ("UMIN|JPRN-UMIN|JPRN-C|UMIN-CTR", r"\d{9}"),
    "jRCT": ("jRCT|JPRN-jRCT", r"[abcs]\d{9}|\d{10}"),
    "JapicCTI": ("JapicCTI|JPRN-JapicCTI", r"\d{6}"),
    "JMACCT": ("JMA-IIA|JPRN-JMA-IIA", r"\d{5}"),
    "CRiS": ("KCT", r"\d{7}"),
    "LBCTR": ("LBCTR", r"\d{10}"),
    "NTR": ("NTR", r"[1-7]\d{3}"),
    "NL": ("NL", r"[1-9]\d{3}"),
    "OMON": ("NL-OMON", r"\d{5}"),
    "PACTR": ("PACTR", r"\d{15,16}"),
    "REPEC": ("PER", r"\d{3}", r"\d\d"),
    "ReBEC": ("RBR", r"\d[0-9a-z]{5,7}"),
    "RPCEC": ("RPCEC", r"\d{8}"),
    "SLCTR": ("SLCTR", r"20\d\d", r"\d{3}"),
    "TCTR": ("TCTR", r"\d{11}"),
    "UTN": ("", r"U1111", r"\d{4}", r"\d{4}"),
}
DASHES = ["-", "–", "‑", "—", "−", "－", "\u00a0-\u00a0", " - "]
GAPS = ["", " ", "\u00a0", "\u202f", ": ", "\u200b", " #", " No. ", *DASHES]
DIGITS = ("0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩")


@st.composite
def spelt(draw: st.DrawFn) -> tuple[Identifier, str]:
    """A number of any register, and a way of writing it."""
    register = draw(st.sampled_from(sorted(PARTS)))
    prefix, *forms = PARTS[register]
    groups = [draw(st.from_regex(re.compile(form, re.ASCII), fullmatch=True)) for form in forms]
    gap = draw(st.sampled_from(DASHES if register == "REPEC" else GAPS)) if prefix else ""
    text = draw(st.sampled_from(prefix.split("|"))) + gap + draw(st.sampled_from(DASHES)).join(groups)
    if register != "NL":  # In small letters and apart it is a volume.
        text = draw(st.sampled_from([text, text.lower(), text.upper()]))
    script = str.maketrans(DIGITS[0], draw(st.sampled_from(DIGITS)))
    return Identifier(register, "-".join(groups).upper()), text.translate(script)


@given(spelt(), st.sampled_from(["{}", "({})", "trial {}; ", "试验{}，", "of {}."]))
def test_however_a_number_is_written_it_is_that_number_or_a_placeholder_and_no_other(
    told: tuple[Identifier, str], around: str
) -> None:
    number, text = told
    found = identifiers_in(around.format(text))
    assert found == identifiers_in(str(number))
    assert set(found) <= {number}
    if len(set(re.findall(r"\d", number.number))) > 5 and not re.search("0000", number.number):
        assert found == (number,)


@given(spelt())
def test_the_normal_form_is_read_back_and_the_own_form_is_of_one_register(told: tuple[Identifier, str]) -> None:
    number, text = told
    assert set(identifiers_in(str(number))) <= {number}
    assert sum(item.whole.fullmatch(str(number)) is not None for item in REGISTERS) == 1
    entry = entry_of(text)
    assert entry is None or entry.register.name == number.register


def test_the_parts_are_those_of_every_register() -> None:
    assert set(PARTS) == {item.name for item in REGISTERS}


@pytest.mark.parametrize(
    ("own", "printed"),
    [
        ("NCT01363402", "NCT01363402"),
        ("UMIN000012347", "JPRN-UMIN000012347"),
        ("jRCTb032100001", "JPRN-jRCTb032100001"),
        ("2006-003096-12", None),
        ("2022-500001-12", None),
        ("PMID:1", None),
    ],
)
def test_ictrp_is_asked_in_its_own_print(own: str, printed: str | None) -> None:
    assert as_printed(own) == printed


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("nct 01363402", "https://clinicaltrials.gov/study/NCT01363402"),
        ("ISRCTN 12949496", "https://www.isrctn.com/ISRCTN12949496"),
        (
            "EUCTR2006-003096-12-ES",
            "https://www.clinicaltrialsregister.eu/ctr-search/search?query=2006-003096-12",
        ),
        ("CTIS2022-500001-12-01", "https://euclinicaltrials.eu/ctis-public/view/2022-500001-12-01"),
        ("2022-500001-12", None),
        ("DRKS00012346", None),
        ("NCT01363402 NCT01363403", None),
    ],
)
def test_an_entry_has_the_page_of_its_own_register_and_no_others(text: str, address: str | None) -> None:
    assert address_of(text) == address


def test_ids_come_in_the_order_of_the_text_in_their_registers_print() -> None:
    text = "EUCTR2006-003096-12-ES; JPRN-jRCTb032100001, ChiCTR-TRC-08000123 and nct 01363402"
    assert ids_in(text) == ["2006-003096-12", "jRCTb032100001", "ChiCTR-TRC-08000123", "NCT01363402"]


@pytest.mark.parametrize("register", REGISTERS, ids=lambda item: item.name)
def test_every_register_is_a_data_bank_by_name(register: Register) -> None:
    assert is_bank(register.name)
    assert is_bank(f"{register.name.upper()} ")


def test_other_data_banks_are_none() -> None:
    assert not any(map(is_bank, ("GENBANK", "Dryad", "figshare", "")))
