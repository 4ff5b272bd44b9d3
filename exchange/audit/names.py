"""When two names of outcomes, or two labels of arms, mean the same."""

import re

_WORD = re.compile(r"[^\W_]+")
_UNIT = r"(?:minute|hour|day|week|month|year)s?"
_COUNT = r"(?:\d+(?:[.,]\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|twelve)"
_TIME = re.compile(
    rf"\b{_COUNT}(?:\s*(?:to|-|–|or|and)\s*{_COUNT})*[\s-]*{_UNIT}"
    r"(?:\s+of\s+(?:\w+\s+)?(?:life|age|treatment|therapy))?\b|"
    rf"\b{_UNIT}\s+\d+\b|\bfirst year of life\b|\bfollow[- ]?up\b|"
    r"\b(?:prior to|before|until|at|up to|during|after)\s+(?:the\s+)?(?:hospital\s+)?(?:discharge|stay|admission)\b|"
    r"\b(?:end|endpoint|completion)\s+of\s+(?:the\s+)?(?:treatment|study|trial|intervention|therapy)\b|"
    r"\b(?:post|pre)[- ]?(?:treatment|intervention)\b|\b(?:short|medium|intermediate|long)(?:er)?[- ]term\b|"
    r"\b(?:longest|last|final|latest|immediately|baseline|endpoint)\b"
)
_MANNER = frozenset(
    """sensitivity subgroup analysis analyses fixed random effect effects model low high unclear risk bias excluding
    only trials studies itt intention treat per protocol completer completers imputed""".split()  # noqa: SIM905
)
"""Words that say which studies or people an analysis takes, not what it measures."""
_SMALL = frozenset(
    """a an and as at by during for from in into of on or per than the to up with within after before number
    participants patients people women men children infants""".split()  # noqa: SIM905
)
_GENERIC = frozenset(["experimental", "intervention", "treatment", "control", "comparator", "any", "all", "active"])
_VERSUS = re.compile(r"\b(?:versus|vs|v|compared (?:with|to)|against)\b\.?", re.IGNORECASE)
_FAVOURS = re.compile(r"^\s*favou?rs?\b", re.IGNORECASE)
_NOT = re.compile(r"\b(non|un|not|no)[-\u2010\u2011 ]+(?=\w)")

Words = frozenset[str]


def same_name(name: str) -> str:
    """A name without regard to case, blanks and punctuation."""
    return " ".join(_WORD.findall(name.casefold()))


def without_time(name: str) -> str:
    """A name without what says when, in the form of `same_name`."""
    told = _TIME.sub(" ", name.casefold())
    return " ".join(word for word in _WORD.findall(told) if word not in _SMALL)


def are_other_outcomes(one: str, other: str) -> bool:
    """Whether each of two names says something of what is measured that the other does not."""
    mine, theirs = _measured(one), _measured(other)
    return bool(mine - theirs) and bool(theirs - mine)


def are_opposites(one: str, other: str) -> bool:
    """Whether two names differ by a *non-* alone: serious, non-serious."""
    mine, theirs = _measured(one), _measured(other)
    differing = mine ^ theirs
    return len(differing) == 2 and len({re.sub(r"^(?:non|un|not|no)(?=\w{4})", "", word) for word in differing}) == 1


def _measured(name: str) -> Words:
    told = _NOT.sub(r"\1", _TIME.sub(" ", name.casefold()))
    return frozenset(_WORD.findall(told)) - _SMALL - _MANNER


def label_words(label: str) -> Words:
    """The words of an arm's label, plurals as singulars."""
    found = _WORD.findall(_FAVOURS.sub("", label).casefold())
    return frozenset(word.removesuffix("s") if len(word) > 3 else word for word in found) - _SMALL


def may_be_one_arm(one: str, other: str) -> bool:
    """Whether two labels can mean the same arm: one says no more than the other, or says only that it is one."""
    mine, theirs = label_words(one), label_words(other)
    return mine <= theirs or theirs <= mine or bool((mine | theirs) & _GENERIC)


def sides_of(name: str) -> tuple[Words, Words] | None:
    """Words of the two sides of *A versus B* that the other side has not; None for a name of another form."""
    parts = _VERSUS.split(name, maxsplit=1)
    if len(parts) != 2:
        return None
    left, right = map(label_words, parts)
    return left - right, right - left


def side_of(label: str, experimental: str, control: str) -> str:
    """Which arm a label of the graph names: ``experimental``, ``control``, or '' where that cannot be told."""
    words, first, second = map(label_words, (label, experimental, control))
    near_first, near_second = len(words & (first - second)), len(words & (second - first))
    if near_first == near_second:
        return ""
    return "experimental" if near_first > near_second else "control"
