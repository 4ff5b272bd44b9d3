"""What registries say about a design in prose, where others have a field: allocation, masking, assignment, purpose.

Only what is said in so many words is read. A text that says both "randomised" and "not randomised", or
neither, leaves the question open, and so does quasi-randomised: the words stay, and a person decides.
"""

import re
from collections.abc import Iterable

from connectors.reading import tidy
from models.vocabulary import Allocation, Masked

_BREAK = re.compile(r"<\s*br\s*/?\s*>", re.IGNORECASE)
_RUN_TOGETHER = re.compile(r"(: (?:yes|no))(?=[A-Z][a-z])")
_NOT = re.compile(
    r"\brandomi[sz](?:ed|ation):\s*(?:no\b|not\b(?!\s+applicable))(?:\s+randomi[sz]ed\b)?"
    r"|\b(?:non|not|un)[\s-]*randomi[sz](?:ed|ation)\b",
    re.IGNORECASE,
)
_QUASI = re.compile(r"\b(?:quasi|pseudo)[\s-]*random\w*", re.IGNORECASE)
_RANDOMISED = re.compile(r"\brandomi[sz]ed\b|\brandomly\s+(?:assigned|allocated)\b", re.IGNORECASE)
_NO_ALLOCATION = re.compile(r"\b(?:allocation|randomi[sz]ation):\s*(?:n/?a|not applicable)\b", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:(?P<model>intervention model|assignment)|(?P<masking>masking|blinding)|(?P<purpose>primary purpose|purpose))"
    r"\s*:\s*(?P<value>(?:\([^()]*\)|[^.;,()\n])+)",
    re.IGNORECASE,
)

_WHO = re.compile(
    r"\b(?:masking|blinding)\s*:(?:[^().;,\n]*\((?P<bracketed>[^()\n]*)\)|(?P<listed>[^().;\n]*?)\s+(?:blinded|masked)\b)",
    re.IGNORECASE,
)
_PARTED = re.compile(r"\s*(?:[,;/&]|\band\b)\s*", re.IGNORECASE)
MASKED = {
    "participant": Masked.PARTICIPANT,
    "subject": Masked.PARTICIPANT,
    "patient": Masked.PARTICIPANT,
    "care provider": Masked.CARE_PROVIDER,
    "caregiver": Masked.CARE_PROVIDER,
    "carer": Masked.CARE_PROVIDER,
    "investigator": Masked.INVESTIGATOR,
    "outcomes assessor": Masked.OUTCOMES_ASSESSOR,
    "outcome assessor": Masked.OUTCOMES_ASSESSOR,
    "assessor": Masked.OUTCOMES_ASSESSOR,
    "data analyst": Masked.DATA_ANALYST,
    "analyst": Masked.DATA_ANALYST,
    "monitor": Masked.MONITOR,
}
"""Who is masked, in the words of registries, in the singular and in lower case."""


def unbroken(text: str | None) -> str | None:
    """Text with one blank between words, line breaks kept whatever their form, no empty line.

    Lists such as ``Controlled: yesRandomised: no``, whose breaks were lost on the way, get them back.
    """
    lines = _RUN_TOGETHER.sub(r"\1\n", _BREAK.sub("\n", text or "")).splitlines()
    return tidy("\n".join(kept for line in lines if (kept := " ".join(line.replace("\0", "").split()))))


def allocation_said(text: str | None) -> Allocation | None:
    """Whether a text about the design says that participants were randomised; None if it does not say."""
    rest, n_denials = _NOT.subn(" ", _QUASI.sub(" ", text or ""))
    affirmed = _RANDOMISED.search(rest) is not None
    if affirmed and not n_denials:
        return Allocation.RANDOMISED
    if n_denials and not affirmed:
        return Allocation.NON_RANDOMISED
    return Allocation.NOT_APPLICABLE if not n_denials and _NO_ALLOCATION.search(rest) else None


def labelled(text: str | None) -> dict[str, str]:
    """The parts ``model``, ``masking`` and ``purpose`` of a text such as ``Masking: Double. Purpose: Treatment``."""
    found: dict[str, str] = {}
    for match in _LABEL.finditer(text or ""):
        kind = match.lastgroup and next(name for name in ("model", "masking", "purpose") if match[name])
        if kind and (value := tidy(match["value"])):
            found.setdefault(kind, value)
    return found


def people_masked(text: str | None) -> tuple[Masked, ...]:
    """Who is masked, where a text lists them: ``Masking: Double (Participant, Investigator)``, ``… Assessor Blinded``.

    Double alone names nobody: what it means differs from trial to trial.
    """
    found = _WHO.search(text or "")
    return who_masked(_PARTED.split(found["bracketed"] or found["listed"] or "")) if found else ()


def who_masked(names: Iterable[str]) -> tuple[Masked, ...]:
    """What is meant by names of roles, each once; names of other roles are passed over."""
    singular = (name.strip().lower().replace("_", " ").removesuffix("s") for name in names)
    return tuple(dict.fromkeys(MASKED[role] for role in singular if role in MASKED))
