"""Registers of trials: their names, the forms of their numbers, and what the WHO's portal puts around them.

Registries and prefixes: the network's primary registries as ICTRP prints them. ICTRP puts ``JPRN-`` before the
ids of the Japanese registries, and ``EUCTR`` before EudraCT numbers with the country of the record behind them;
``CTIS`` before EU CT numbers, with the number of the submission behind them.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Registry:
    """One registry: its name, the pattern of its own ids, and what ICTRP puts around them.

    Attributes
    ----------
    prefix : what ICTRP puts before the registry's own id
    suffix : pattern of what ICTRP puts behind it
    """

    name: str
    pattern: str
    prefix: str = ""
    suffix: str = ""


CTGOV, ISRCTN, EUCTR, CHICTR = "ClinicalTrials.gov", "ISRCTN", "EU Clinical Trials Register", "ChiCTR"

REGISTRIES = (
    Registry(CTGOV, r"NCT\d{8}"),
    Registry(ISRCTN, r"ISRCTN\d{8}"),
    Registry(EUCTR, r"(?:19|20)\d\d-[0-4]\d{5}-\d\d", prefix="EUCTR", suffix=r"-(?:[A-Z]{2}|3rd|Outside-EU/EEA)"),
    Registry("CTIS", r"20\d\d-5\d{5}-\d\d", prefix="CTIS", suffix=r"-\d\d"),
    Registry("ANZCTR", r"ACTRN\d{14}"),
    Registry(CHICTR, r"ChiCTR(?:-[A-Za-z]{2,6})?-?\d{8,10}"),
    Registry("CTRI", r"CTRI/\d{4}/\d{2,3}/\d{4,6}"),
    Registry("DRKS", r"DRKS\d{8}"),
    Registry("IRCT", r"IRCT\d{8,17}N\d{1,4}"),
    Registry("JPRN", r"(?:UMIN\d{9}|jRCTs?\d{9,10}|JapicCTI-\d{6}|JMA-IIA\d{5}|C\d{9})", prefix="JPRN-"),
    Registry("CRIS", r"KCT\d{7}"),
    Registry("LBCTR", r"LBCTR\d{10}"),
    Registry("NTR", r"(?:NTR\d{1,5}|NL\d{1,5}|NL-OMON\d{1,6})"),
    Registry("PACTR", r"PACTR\d{15,16}"),
    Registry("REPEC", r"PER-\d{3}-\d{2}"),
    Registry("ReBEC", r"RBR-[0-9a-zA-Z]{6,8}"),
    Registry("RPCEC", r"RPCEC\d{8}"),
    Registry("SLCTR", r"SLCTR/\d{4}/\d{3}"),
    Registry("TCTR", r"TCTR\d{11}"),
    Registry("ITMCTR", r"ITMCTR\d{10}"),
)
ID_PATTERN = "|".join(registry.pattern for registry in REGISTRIES)

_PRINTED = [(re.compile(rf"{item.prefix}({item.pattern})({item.suffix})?"), item) for item in REGISTRIES]
_BARE = [(re.compile(rf"(?:{item.prefix})?({item.pattern})(?:{item.suffix})?"), item) for item in REGISTRIES]
_IN_TEXT = re.compile(
    "|".join(
        rf"(?<![\w/-])(?:{item.prefix})?(?:{item.pattern})(?:{item.suffix or '(?!)'})?(?![\w/])" for item in REGISTRIES
    )
)


def registry_of(printed: str) -> tuple[Registry, str, bool] | None:
    """Registry and own id behind an id as ICTRP prints it, and whether ICTRP put something behind it."""
    for pattern, registry in _PRINTED:
        if match := pattern.fullmatch(printed):
            return registry, match[1], bool(registry.suffix and match[2])
    return None


def own_form(text: str) -> str:
    """An id in its registry's own form, whether or not ICTRP's additions surround it; other text unchanged."""
    for pattern, _ in _BARE:
        if match := pattern.fullmatch(text):
            return match[1]
    return text


def as_printed(own: str) -> str | None:
    """A registry's own id as ICTRP prints it; None where that depends on more than the id."""
    known = next((item for item in REGISTRIES if re.fullmatch(item.pattern, own)), None)
    return None if known is None or known.suffix else f"{known.prefix}{own}"


def ids_in(text: str) -> list[str]:
    """Registry ids that a text holds, each in its registry's own form."""
    return list(dict.fromkeys(own_form(match[0]) for match in _IN_TEXT.finditer(text)))


ABSENT = frozenset(
    ["", "null", "na", "n/a", "n.a.", "n.a", "nil", "nil known", "none", "not applicable", "not available", "-", "--"]
)
"""What stands where nothing is known, in lower case."""
