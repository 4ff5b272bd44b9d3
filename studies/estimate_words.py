"""What a registry's words around an estimate mean: its scale, what is set against what, whether it is adjusted."""

import re
from collections.abc import Iterable

from models.results import PostedAnalysis
from models.vocabulary import Measure

SCALES = (
    (Measure.HR, re.compile(r"hazards?[\s-]ratio|\bHR\b|cox proportional hazard", re.I)),
    (Measure.OR, re.compile(r"odds[\s-]ratio|\bOR\b")),
    (Measure.OR, re.compile(r"odds[\s-]ratio", re.I)),
    (Measure.IRR, re.compile(r"(?:incidence|event|relapse|annuali[sz]ed)?\s*rate[\s-]ratio|\bIRR\b", re.I)),
    (Measure.RR, re.compile(r"(?:risk|proportions?)[\s-]ratio|relative[\s-]risk|\bRR\b", re.I)),
    (Measure.RD, re.compile(r"risk[\s-]difference|difference (?:in|of) (?:proportion|percentage|risk)s?", re.I)),
    (
        Measure.MD,
        re.compile(r"mean[s]?[\s-]difference|differences? (?:in|of|between) (?:\w+[\s-]){0,3}means?|\bLSMD\b", re.I),
    ),
)
"""What a registry's words for an estimate mean; the first that fits. Other words go to a person."""
MEDIANS = re.compile(r"\bmedians?\b", re.I)
"""Ratios and differences of median times: what a hazard ratio comes to under one shape of curve only."""
LOG_RANK = re.compile(r"log[\s-]?rank|mantel[\s-]cox", re.I)
STANDARDISED = re.compile(r"standardi[sz]ed", re.I)
LOG = re.compile(r"\blog\b|\bln\b|logarithm", re.I)
RATIOS = frozenset({Measure.HR, Measure.OR, Measure.IRR, Measure.RR})

SENTENCE = re.compile(r"(?<!\bvs)[.;|](?=\s|$)|\n", re.I)
AGAINST = re.compile(
    r"\bminus\b|\bover\b|\brelative to\b|\bcompared (?:to|with)\b|\bdivided by\b|/|\s[-\N{EN DASH}\N{MINUS SIGN}÷:]\s",
    re.I,
)
VERSUS = re.compile(r"\bvs\.?(?=\s)|\bversus\b", re.I)
COMPUTED = re.compile(r"ratio|difference|hazard|odds|estimate", re.I)
_MULTIPLICITY = re.compile(r"(?:\bnot |\bno |\bun)?adjust\w*\s+(?:for|of)\s+multipl\w+(?:\s+\w+)?", re.I)
_UNADJUSTED = re.compile(r"\bunadjusted\b|\b(?:not|no|without)\s+adjust\w*", re.I)
_ADJUSTED = re.compile(
    r"\badjust\w*|\bcovariates?\b|\bcontroll(?:ed|ing) for\b|\bANCOVA\b|analysis of covariance", re.I
)


def adjusted_in(texts: Iterable[str]) -> tuple[bool | None, str]:
    """Whether an estimate is adjusted, with the words that say so; None where nothing does."""
    said = _MULTIPLICITY.sub(" ", "\n".join(texts))
    if match := _UNADJUSTED.search(said):
        return False, match[0]
    if match := _ADJUSTED.search(said):
        return True, match[0]
    return None, ""


def without_scale(analysis: PostedAnalysis) -> str:
    """What is posted in place of an estimate with a scale, and what helps; '' where it may have one."""
    text = analysis.estimate_type_text or ""
    if MEDIANS.search(text):
        return f"posted as {text}: medians are compared, which is no estimate that is pooled, and no hazard ratio"
    if not analysis.estimate_text and LOG_RANK.search(analysis.method_text or ""):
        return (
            f"a log-rank test alone, p {analysis.p_text or 'not posted'}: with the events of both arms an exact p gives a"
            " hazard ratio (contrasts.csv: p_value, favours, events_intervention, events_control)"
        )
    return ""
