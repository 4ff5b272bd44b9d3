"""What the words of a header mean: an arm by name and a number of it, however the two are put together.

``Events (I)``, ``treatment_n``, ``mean.c`` and ``Control SD`` say which arm they are of, and are read. ``n1`` and ``event2``
do not: which arm is first is known to whoever made the file, so that they are only suggested.
"""

import re

from models.vocabulary import RATIOS, Measure

_FIRST = {"experimental", "exp", "intervention", "interv", "treatment", "treat", "trt", "treated", "active", "tx"}
_SECOND = {"control", "controls", "ctrl", "ctl", "placebo", "pbo", "comparator", "comparison", "untreated", "sham"}
_ARMS = {**dict.fromkeys(_FIRST, "1"), **dict.fromkeys(_SECOND, "2")}
_LETTERS = {"e": "1", "i": "1", "t": "1", "c": "2"}
_NUMBERS = {
    **dict.fromkeys(("events", "event", "cases", "n events", "number of events", "responders", "deaths"), "events"),
    **dict.fromkeys(("non events", "nonevents", "non event", "nonevent", "no event"), "others"),
    **dict.fromkeys(("n", "total", "n total", "total n", "sample size", "participants", "patients", "number"), "n"),
    **dict.fromkeys(("mean", "m", "average"), "m"),
    **dict.fromkeys(("sd", "std", "std dev", "stdev", "standard deviation", "s d"), "sd"),
    **dict.fromkeys(("se", "sem", "standard error", "std error", "standard error of mean"), "se"),
    **dict.fromkeys(("median", "med"), "med"),
    **dict.fromkeys(("q1", "lower quartile", "first quartile", "p25"), "q1_"),
    **dict.fromkeys(("q3", "upper quartile", "third quartile", "p75"), "q3_"),
    **dict.fromkeys(("min", "minimum"), "min"),
    **dict.fromkeys(("max", "maximum"), "max"),
    **dict.fromkeys(("time", "person time", "person years", "py", "exposure", "follow up time"), "t"),
}
_EVENTS = {"events": {"1": "ai", "2": "ci"}, "others": {"1": "bi", "2": "di"}}
MEASURES: dict[str, frozenset[Measure]] = {
    **dict.fromkeys(("hr", "hazard ratio"), frozenset({Measure.HR})),
    **dict.fromkeys(("or", "odds ratio"), frozenset({Measure.OR})),
    **dict.fromkeys(("rr", "risk ratio", "relative risk"), frozenset({Measure.RR})),
    **dict.fromkeys(("rd", "risk difference"), frozenset({Measure.RD})),
    **dict.fromkeys(("irr", "rate ratio", "incidence rate ratio"), frozenset({Measure.IRR})),
    **dict.fromkeys(("rom", "ratio of means"), frozenset({Measure.ROM})),
    **dict.fromkeys(("md", "mean difference"), frozenset({Measure.MD})),
    **dict.fromkeys(
        ("smd", "standardised mean difference", "standardized mean difference", "std. mean difference", "hedges g"),
        frozenset({Measure.SMD, Measure.SMD_APPROXIMATE}),
    ),
    "peto odds ratio": frozenset({Measure.PETO}),
}
"""Names of effects as printed, in lower case, with the measures that they are of."""
_LOG = re.compile(r"(?:(se|standard error|var|variance)\s*(?:of )?(?:the )?)?(?:log|ln)\s*(?:of )?(.+)")
_LOWER, _UPPER = {"lower", "ll", "lcl", "lci", "lb"}, {"upper", "ul", "ucl", "uci", "ub"}
_ENDS = {"low": "lower", "high": "upper", "start": "lower", "end": "upper"}
_AROUND = {"ci", "cl", "limit", "bound", "confidence", "interval", "conf", "of", "the"}
_UNIT = re.compile(r"\s*[(\[][^()\[\]]+[)\]]\s*$")
"""A unit in brackets at the end of a name."""
_NUMBERED = re.compile(r"(.*[a-z)])\s*([12])")
_TYPED_ONE = re.compile(r"([abcdnyv])[1l]")


def meaning(name: str, *, is_rate: bool = False) -> str | None:
    """The column that a name means beyond doubt, None for any other.

    Parameters
    ----------
    name : of a column, in lower case
    is_rate : whether events are counted over time
    """
    if "%" in name:
        return None  # per cent of people are no people
    words = re.findall(r"[a-z]+\d?", re.sub(r"['’]s\b", "", name))
    for at in sorted({0, len(words) - 1}) if len(words) > 1 else ():
        rest, word = words[:at] + words[at + 1 :], words[at]
        arm = _ARMS.get(word) or (_LETTERS.get(word) if at or "_" in name or "." in name else None)
        kind = _NUMBERS.get(" ".join(word for word in rest if word not in {"group", "arm"}))
        if arm and kind:
            return _column(kind, arm, is_rate=is_rate)
    for at, word in enumerate(words):
        if word in {"group", "arm"}:
            return meaning(" ".join(words[:at] + words[at + 1 :]), is_rate=is_rate)
    plain = _UNIT.sub("", name)
    return meaning(plain, is_rate=is_rate) if plain != name else None


def meaning_of_effect(name: str, measure: Measure) -> str | None:
    """The column of an effect, its error or a limit that a name means for a measure, None for any other."""
    plain = " ".join(re.findall(r"[a-z]+", name))
    if found := _LOG.fullmatch(plain):
        is_own = measure in MEASURES.get(found[2], ()) and measure in RATIOS
        kinds = {None: "yi", "se": "sei", "standard error": "sei", "var": "vi", "variance": "vi"}
        return kinds[found[1]] if is_own else None
    words = plain.split()
    if "ci" in words:
        words = [_ENDS.get(word, word) for word in words]
    ends = [word for word in words if word in _LOWER | _UPPER]
    others = " ".join(word for word in words if word not in _LOWER | _UPPER | _AROUND)
    if len(ends) == 1 and (not others or measure in MEASURES.get(others, ())):
        return "ci.lb" if ends[0] in _LOWER else "ci.ub"
    return None


def suggestion(name: str) -> str | None:
    """The column that a name may mean if 1 is the intervention, or that was typed with another letter."""
    if found := _TYPED_ONE.fullmatch(name):
        return f"{found[1]}1i" if found[1] == "n" else f"{found[1]}i"
    if (found := _NUMBERED.fullmatch(re.sub(r"[\s._\-()\[\]]+", " ", name).strip())) is None:
        return None
    kind = _NUMBERS.get(found[1].strip())
    return _column(kind, found[2], is_rate=False) if kind else None


def _column(kind: str, arm: str, *, is_rate: bool) -> str:
    if kind == "events" and is_rate:
        return f"x{arm}i"
    return _EVENTS[kind][arm] if kind in _EVENTS else f"{kind}{arm}i"
