"""Registers of trials, each once: the forms of its numbers, how WHO's portal prints them, where an entry's page is.

A number is one however it is written: small or capital letters, blanks, dashes and digits of any script, and what
makes no other entry: the prefix JPRN, a country behind a EudraCT number, the submission behind an EU CT number, the
``p`` of a provisional registration. ICTRP's prefixes and MEDLINE's data banks are read by the same list.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

CTGOV, ISRCTN, CHICTR, EUDRACT, EU_CT, UNIVERSAL = "ClinicalTrials.gov", "ISRCTN", "ChiCTR", "EudraCT", "EU CT", "UTN"
EUCTR = "EU Clinical Trials Register"

_GAP = r"[\s:#№./=_-]{0,6}(?:(?:number|no|nr|id)[\s:#№./=_-]{0,4})?"
_BREAK = r"[\s:./_-]{1,3}"
_HYPHEN = r"\s?-\s?"
_DOSSIER = r"\.\d{3}\.\d\d(?!\d)"
"""What stands behind a Dutch ethics committee's number, NL12345.018.06, which is no registration."""


@dataclass(frozen=True)
class Register:
    """The numbers of one register.

    In a form ``<…>`` holds the number, ``~`` stands for what may stand between it and its prefix, ``+`` for a
    break between its digits, ``=`` for a hyphen without which it would be no number. The register itself writes
    `gap` for the first two.

    Attributes
    ----------
    forms : as the register prints its numbers
    written : the normal form
    before, behind : patterns of what others put around a number
    others : further forms
    alone : forms that count where a text is nothing else; in a sentence they are something else
    widths : digits of each group of a number, for zeros that were left out
    joint : what joins the groups
    listed_as : the registry whose entry has the number, as ICTRP calls it; '' where none has it as its own
    printed : how ICTRP prints a number, but for what it puts behind
    address : page of an entry
    is_shared : several entries may rightly carry the number: one application, several trials
    banks : its other names, in MEDLINE's data banks among others
    """

    name: str
    forms: tuple[str, ...]
    written: str
    gap: str = ""
    before: str = ""
    behind: str = ""
    others: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    widths: tuple[int, ...] = ()
    joint: str = "-"
    listed_as: str = ""
    printed: str = "{}"
    address: str | None = None
    is_shared: bool = False
    banks: tuple[str, ...] = ()

    @cached_property
    def pattern(self) -> str:
        """Of its numbers as the register prints them, in full and without groups."""
        forms = [_filled(form, self.gap, self.gap, "-", "(?:") for form in (*self.forms, *self.alone)]
        return forms[0] if len(forms) == 1 else f"(?:{'|'.join(forms)})"

    @cached_property
    def as_told(self) -> re.Pattern[str]:
        """The register's own form inside what ICTRP makes of it."""
        return re.compile(f"(?:{re.escape(self.printed.format(''))})?({self.pattern})(?:{self.behind})?")

    @cached_property
    def in_words(self) -> re.Pattern[str]:
        return re.compile(f"(?<![A-Za-z0-9])(?:{self._spellings()})(?![A-Za-z0-9]|{_DOSSIER})", re.IGNORECASE)

    @cached_property
    def whole(self) -> re.Pattern[str]:
        return re.compile(self._spellings(*self.alone), re.IGNORECASE)

    def _spellings(self, *more: str) -> str:
        before = f"(?:(?:{self.before})~)?" if self.before else ""
        behind = f"(?:{self.behind})?" if self.behind else ""
        forms = (*self.forms, *self.others, *more)
        return "|".join(_filled(before + form, _GAP, _BREAK, _HYPHEN, "(") + behind for form in forms)

    def number(self, match: re.Match[str]) -> str:
        """The number that a match of one of the spellings holds, in capitals, its groups joined as the register does."""
        groups = re.sub(r"[^0-9A-Z]+", "-", match[match.lastindex or 0].upper()).strip("-").split("-")
        if not self.widths:
            return self.joint.join(groups)
        return "-".join(group.zfill(width) for group, width in zip(groups, self.widths, strict=True))

    def own_form(self, match: re.Match[str]) -> str:
        """A match as the register itself would print it: unchanged where it already is."""
        told = self.as_told.fullmatch(match[0])
        return told[1] if told else self.normal(self.number(match))

    def normal(self, number: str) -> str:
        text = number if number[0] == "U" else number.lower() if self.name in _IN_SMALL_LETTERS else number
        return self.written.format(text.replace("-", self.gap) if self.gap == "/" else text)


_IN_SMALL_LETTERS = frozenset({"jRCT", "ReBEC"})


def _filled(form: str, gap: str, pause: str, hyphen: str, opening: str) -> str:
    marks = {"~": gap, "+": pause, "=": hyphen, "<": opening, ">": ")"}
    return "".join(marks.get(character, character) for character in form)


def _simple(prefix: str, digits: str, name: str = "", **more: str | tuple[str, ...]) -> Register:
    """A register that writes prefix and number as one word."""
    known = {"listed_as": name or prefix, **more}
    return Register(name or prefix, (f"{prefix}~<{digits}>",), f"{prefix}{{}}", **known)  # type: ignore[arg-type]


REGISTERS = (
    _simple("NCT", r"\d{8}", CTGOV, address="https://clinicaltrials.gov/study/{}"),
    _simple("ISRCTN", r"\d{8}", address="https://www.isrctn.com/{}"),
    Register(
        EUDRACT,
        (r"<(?:19|20)\d\d=[0-46-9]\d{5}=\d\d>",),
        "{}",
        before="EUCTR|Eudra\\s?CT",
        behind="-(?:[A-Z]{2}|3rd|Outside-EU/EEA)",
        others=(r"(?:EUCTR|Eudra\s?CT)~<(?:19|20)\d\d+[0-46-9]\d{5}+\d\d>",),
        listed_as=EUCTR,
        printed="EUCTR{}",
        address="https://www.clinicaltrialsregister.eu/ctr-search/search?query={}",
        is_shared=True,
        banks=("EUCTR", "EudraCT number"),
    ),
    Register(
        EU_CT,
        (r"<20\d\d=5\d{5}=\d\d>",),
        "{}",
        before=r"CTIS|EU[\s-]?CT",
        behind=r"-\d\d",
        others=(r"(?:CTIS|EU[\s-]?CT)~<20\d\d+5\d{5}+\d\d>",),
        listed_as="CTIS",
        printed="CTIS{}",
        address="https://euclinicaltrials.eu/ctis-public/view/{}",
        is_shared=True,
        banks=("CTIS",),
    ),
    Register(
        "ANZCTR",
        (r"ACTRN~<\d{14}>",),
        "ACTRN{}",
        behind="p",
        others=(r"ANZCTR~<\d{14}>",),
        listed_as="ANZCTR",
        banks=("ACTRN",),
    ),
    Register(
        CHICTR,
        (r"(?:ChiCTR|chictr)~(?:[A-Za-z]{2,6}~)?<\d{8,10}>",),
        "ChiCTR{}",
        gap="-?",
        listed_as=CHICTR,
    ),
    _simple("ITMCTR", r"\d{8,10}"),
    Register("CTRI", (r"CTRI~<\d{4}+\d{2,3}+\d{4,6}>",), "CTRI/{}", gap="/", widths=(4, 2, 6), listed_as="CTRI"),
    _simple("DRKS", r"\d{8}"),
    Register(
        "IRCT",
        (r"IRCT~<\d{6,20}N\d{1,4}>",),
        "IRCT{}",
        others=(r"IRCT~<\d{6,20}[\s-]{1,2}N\d{1,4}>",),
        joint="",
        listed_as="IRCT",
    ),
    Register(
        "UMIN",
        (r"UMIN~<\d{9}>",),
        "UMIN{}",
        before="JPRN",
        others=(r"UMIN~(?:CTR~)<\d{9}>", r"JPRN~C~<\d{9}>"),
        alone=(r"C<\d{9}>",),
        listed_as="JPRN",
        printed="JPRN-{}",
        banks=("UMIN CTR", "JPRN"),
    ),
    Register("jRCT", (r"jRCT~<[abcs]?\d{9,10}>",), "jRCT{}", before="JPRN", listed_as="JPRN", printed="JPRN-{}"),
    Register(
        "JapicCTI",
        (r"JapicCTI~<\d{6}>",),
        "JapicCTI-{}",
        gap="-",
        before="JPRN",
        listed_as="JPRN",
        printed="JPRN-{}",
        banks=("JapiCTI", "Japic CTR"),
    ),
    Register(
        "JMACCT",
        (r"JMA-IIA<\d{5}>",),
        "JMA-IIA{}",
        before="JPRN",
        others=(r"JMA~IIA~<\d{5}>",),
        listed_as="JPRN",
        printed="JPRN-{}",
    ),
    _simple("KCT", r"\d{7}", "CRiS", listed_as="CRIS", banks=("KCT",)),
    _simple("LBCTR", r"\d{8,10}"),
    # The Dutch register counted anew as NL…: old entries have both numbers, and they differ. NTR8000 was never
    # given, so that from there on whoever writes NTR means NL.
    Register(
        "NTR",
        (r"NTR~<\d{2,3}|[1-7]\d{3}>",),
        "NTR{}",
        alone=(r"NTR~<\d>",),
        listed_as="NTR",
        banks=("NTRR", "Netherlands Trial Register", "Nederlands Trial Register", "Dutch Trial Register"),
    ),
    Register(
        "NL",
        (r"NL<\d{3,5}>", r"NTR~<[89]\d{3}|[1-9]\d{4}>"),
        "NL{}",
        others=(r"(?-i:NL)~<\d{3,5}>(?!\s?(?-i:[A-Z]{2})(?![A-Za-z0-9]))",),  # NL-1105 AZ is a place.
        alone=(r"NL<\d{1,2}>",),
        listed_as="NTR",
        banks=("LTR",),
    ),
    Register(
        "OMON", (r"NL-OMON<\d{1,6}>",), "NL-OMON{}", others=(r"NL~OMON~<\d{1,6}>",), listed_as="NTR", banks=("NL-OMON",)
    ),
    _simple("PACTR", r"\d{15,16}"),
    Register("REPEC", (r"PER=<\d{3}=\d\d>",), "PER-{}", listed_as="REPEC"),
    Register(
        "ReBEC",
        (r"RBR=<[0-9a-zA-Z]{5,10}>",),
        "RBR-{}",
        others=(r"RBR~<\d[0-9a-z]{4,9}>",),
        listed_as="ReBEC",
        banks=("RBR",),
    ),
    _simple("RPCEC", r"\d{8}"),
    Register("SLCTR", (r"SLCTR~<\d{4}+\d{3}>",), "SLCTR/{}", gap="/", listed_as="SLCTR"),
    _simple("TCTR", r"\d{11}"),
    Register(UNIVERSAL, (r"<U1111+\d{4}+\d{4}>",), "{}", gap="-", before="UTN", is_shared=True),
)
SHARED_NUMBERS = frozenset(item.name for item in REGISTERS if item.is_shared)
BY_NAME = {item.name: item for item in REGISTERS}
ENTRY_PATTERN = "|".join(item.pattern for item in REGISTERS if item.listed_as)
"""Of every number that an entry may have as its own, as its register prints it."""

_BANKS = frozenset(re.sub(r"[^a-z]", "", name.lower()) for item in REGISTERS for name in (item.name, *item.banks))

ABSENT = frozenset(
    ["", "null", "na", "n/a", "n.a.", "n.a", "nil", "nil known", "none", "not applicable", "not available", "-", "--"]
)
"""What stands where nothing is known, in lower case."""


class Entry(NamedTuple):
    """What an id names: its register, the number in the register's own form, and whether more stood behind it."""

    register: Register
    own: str
    is_part: bool


def matches(text: str) -> Iterator[tuple[Register, re.Match[str]]]:
    """Register and number wherever a text holds one, in the order of the registers, as whole text before all others."""
    words = plain(text)
    if whole := next(_whole(words), None):
        yield whole
        return
    for register in REGISTERS:
        for match in register.in_words.finditer(words):
            yield register, match


def ids_in(text: str) -> list[str]:
    """Numbers that a text holds, each in its register's own form, in the order of the text."""
    found = sorted(matches(text), key=lambda item: item[1].start())
    return list(dict.fromkeys(register.own_form(match) for register, match in found))


def entry_of(text: str) -> Entry | None:
    """The register whose entry an id names, as the register or ICTRP prints it or as people spell it."""
    for register, match in _whole(plain(text)):
        if register.listed_as:
            return Entry(register, register.own_form(match), match.end(match.lastindex or 0) < match.end())
    return None


def own_form(text: str) -> str:
    """An id in its register's own form, whether or not additions surround it; other text unchanged."""
    found = entry_of(text)
    return found.own if found else text


def as_printed(own: str) -> str | None:
    """A register's own id as ICTRP prints it; None where that depends on more than the id."""
    found = entry_of(own)
    return None if found is None or found.register.is_shared else found.register.printed.format(found.own)


def address_of(text: str) -> str | None:
    """The page of the entry that an id names; None where none is known, or where it has none without its submission."""
    found = entry_of(text)
    if found is None or found.register.address is None or (found.register.name == EU_CT and not found.is_part):
        return None
    ending = plain(text).strip()[-3:] if found.register.name == EU_CT else ""
    return found.register.address.format(found.own + ending)


def is_bank(name: str) -> bool:
    """Whether a data bank of MEDLINE is a register of trials, however its name is spelt."""
    return re.sub(r"[^a-z]", "", name.lower()) in _BANKS


def plain(text: str) -> str:
    """A text with blanks, dashes, digits and full-width letters as ASCII has them, without invisible characters."""
    return text if text.isascii() else "".join(map(_plain_character, text))


@lru_cache(maxsize=4_096)
def _plain_character(character: str) -> str:
    if "\uff01" <= character <= "\uff5e":
        return chr(ord(character) - 0xFEE0)
    match unicodedata.category(character):
        case "Pd":
            return "-"
        case "Zs":
            return " "
        case "Cf":
            return ""
        case "Nd":
            return str(unicodedata.digit(character))
        case _:
            return "-" if character in "−⁃ー" else character


def _whole(text: str) -> Iterator[tuple[Register, re.Match[str]]]:
    stripped = text.strip()
    for register in REGISTERS:
        if match := register.whole.fullmatch(stripped):
            yield register, match
