"""How trial registers number their entries, and how such a number is found in words.

Forms are those of the WHO primary registries (ICTRP's list of prefixes), of ClinicalTrials.gov, and of the data
banks that MEDLINE names. A number is compared without the register's spelling habits: the prefix JPRN, a country
at the end of a EudraCT number, and the version at the end of an EU CT number do not make another entry.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

import msgspec

CTGOV, EUDRACT, EU_CT, UNIVERSAL = "ClinicalTrials.gov", "EudraCT", "EU CT", "UTN"
SHARED_NUMBERS = frozenset({EUDRACT, EU_CT, UNIVERSAL})
"""Numbers that several entries of another register may rightly carry: one application, several trials."""

_GAP = r"[\s:#№./-]*"
_FORMS = {
    CTGOV: rf"NCT{_GAP}(\d{{8}})",
    "ISRCTN": rf"ISRCTN{_GAP}(\d{{8}})",
    "ANZCTR": rf"ACTRN{_GAP}(\d{{14}})",
    "ChiCTR": rf"ChiCTR{_GAP}(?:[A-Z]{{2,5}}{_GAP})?(\d{{8,10}})",
    "ITMCTR": rf"ITMCTR{_GAP}(\d{{8,10}})",
    "CTRI": rf"CTRI{_GAP}(\d{{4}}{_GAP}\d{{2,3}}{_GAP}\d{{6}})",
    "DRKS": rf"DRKS{_GAP}(\d{{8}})",
    EU_CT: r"(?:CTIS|EUCT|EU\s?CT)?[\s:#-]*(20(?:2[2-9]|[3-9]\d)-5\d{5}-\d{2})(?:-\d{2})?",
    EUDRACT: r"(?:EUCTR|EudraCT)?[\s:#-]*((?:19|20)\d{2}-[0-46-9]\d{5}-\d{2})(?:-(?:[A-Z]{2}|Outside-EU/EEA|3rd))?",
    "IRCT": rf"IRCT{_GAP}(\d{{6,20}}N\d{{1,3}})",
    "UMIN": rf"(?:JPRN{_GAP})?UMIN{_GAP}(?:CTR{_GAP})?(?:ID{_GAP})?(\d{{9}})",
    "jRCT": rf"(?:JPRN{_GAP})?jRCT{_GAP}(s?\d{{9,10}})",
    "JapicCTI": rf"(?:JPRN{_GAP})?JapicCTI{_GAP}(\d{{6}})",
    "JMACCT": rf"(?:JPRN{_GAP})?JMA{_GAP}IIA{_GAP}(\d{{5}})",
    "CRiS": rf"KCT{_GAP}(\d{{7}})",
    "LBCTR": rf"LBCTR{_GAP}(\d{{8,10}})",
    "NTR": rf"NTR{_GAP}(\d{{2,5}})",
    "OMON": rf"NL{_GAP}OMON{_GAP}(\d{{3,6}})",
    "PACTR": rf"PACTR{_GAP}(\d{{15,16}})",
    "REPEC": r"PER-(\d{3}-\d{2})",
    "ReBEC": r"RBR-([0-9a-z]{5,10})",
    "RPCEC": rf"RPCEC{_GAP}(\d{{8}})",
    "SLCTR": rf"SLCTR{_GAP}(\d{{4}}{_GAP}\d{{3}})",
    "TCTR": rf"TCTR{_GAP}(\d{{11}})",
    UNIVERSAL: r"(U1111-\d{4}-\d{4})",
}
_PATTERNS = {
    register: re.compile(rf"(?<![A-Za-z0-9]){form}(?![0-9A-Za-z])", re.IGNORECASE) for register, form in _FORMS.items()
}
_PREFIXES = {
    CTGOV: "NCT",
    "ISRCTN": "ISRCTN",
    "ANZCTR": "ACTRN",
    "DRKS": "DRKS",
    "IRCT": "IRCT",
    "UMIN": "UMIN",
    "CRiS": "KCT",
    "NTR": "NTR",
    "PACTR": "PACTR",
    "RPCEC": "RPCEC",
    "TCTR": "TCTR",
}
"""What stands before the number where a register writes both as one word."""
_COUNTING = "01234567890123456789"


class Identifier(msgspec.Struct, frozen=True, order=True):
    """One entry of one register; `number` without spaces, in capitals."""

    register: str
    number: str

    def __str__(self) -> str:
        prefix = _PREFIXES.get(self.register)
        return f"{prefix}{self.number}" if prefix else f"{self.register} {self.number}"


@lru_cache(maxsize=65_536)
def identifiers_in(text: str) -> tuple[Identifier, ...]:
    """Every register number in a text, in the order of the registers; placeholders are none."""
    return tuple(dict.fromkeys(_found(text)))


def identify(text: str) -> Identifier | None:
    """The register number that a text is; None when it is none, names several or is a placeholder.

    ``EUCTR2006-003096-12-ES``, ``2006-003096-12`` and ``EudraCT: 2006-003096-12`` are one.
    """
    found = identifiers_in(text)
    return found[0] if len(found) == 1 else None


def is_placeholder(number: str) -> bool:
    """Whether a number was typed to fill a field: one digit throughout, or digits that only count.

    A year in front does not save it: ``2000-000000-00``.
    """
    groups = re.findall(r"\d+", number)
    if len(groups) > 1 and len(groups[0]) == 4:
        groups = groups[1:]
    digits = "".join(groups)
    return not digits or len(set(digits)) == 1 or (len(digits) > 4 and digits in _COUNTING)


def _found(text: str) -> Iterator[Identifier]:
    for register, pattern in _PATTERNS.items():
        for match in pattern.finditer(text):
            number = re.sub(r"[^0-9A-Z]+", "-", match[1].upper()).strip("-")
            if not is_placeholder(number):
                yield Identifier(register, number)
