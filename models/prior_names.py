"""How people name the priors of a Bayesian analysis: families with numbers, and tables of past reviews."""

import re
from dataclasses import dataclass
from math import inf, log

from models.empirical_priors import RHODES, TURNER
from models.near_words import nearest


@dataclass(frozen=True)
class NamedPrior:
    """A family of priors of tau with its numbers.

    Attributes
    ----------
    family : ``HN`` half-normal, ``HC`` half-Cauchy, ``Exp`` exponential, ``U`` uniform, ``LN`` log-normal, ``LT5``
        log-t with 5 degrees of freedom
    scale : of tau, or of log tau in the last two families
    location : of log tau in the last two families
    label : name of an empirical prior; empty where the numbers are the name
    """

    family: str
    scale: float
    location: float = 0.0
    label: str = ""


def named_prior(text: str) -> NamedPrior:
    """The prior of tau that somebody typed.

    Parameters
    ----------
    text : ``HN(0.5)``, ``half-normal 0.5``, ``LN(-2.085, 0.775)`` of log tau, ``Turner: adverse events; pharm v
        placebo`` for log odds ratios, ``Rhodes: pain; non-pharm (any)`` for standardised differences, ``Rhodes: any
        x 7.5`` in the unit of an outcome whose standard deviation is 7.5

    Raises
    ------
    ValueError
        With what is not known, and what to write instead.
    """
    words, factor = _factor(" ".join(text.split()))
    table, colon, rest = words.partition(":")
    prior = _empirical(table.strip(), rest.strip(), text) if colon else _of_family(words, text)
    return prior if factor == 1 else _multiplied(prior, factor)


def _multiplied(prior: NamedPrior, factor: float) -> NamedPrior:
    if prior.family in OF_LOG:
        label = f"{prior.label} x {factor:.6g}" if prior.label else ""
        return NamedPrior(prior.family, prior.scale, prior.location + log(factor), label)
    return NamedPrior(prior.family, prior.scale * factor)


def _factor(words: str) -> tuple[str, float]:
    found = re.fullmatch(rf"(.*\S) *(?:[×*]| x ) *({NUMBER})", words)
    if found is None:
        return words, 1.0
    factor = float(found[2])
    if not 0 < factor < inf:
        raise ValueError(f"prior {words!r}: what it is multiplied by is a number above 0")
    return found[1], factor


def _empirical(table: str, rest: str, text: str) -> NamedPrior:
    name = re.sub(r"[ (]*(et al\.?)?[ (]*(20\d\d)?\)*$", "", table).lower()
    if name == TURNER.name.lower():
        label, location, scale = TURNER.find(rest)
        return NamedPrior("LN", scale / 2, location / 2, label)
    if name == RHODES.name.lower():
        label, location, scale = RHODES.find(rest)
        return NamedPrior("LT5", scale / 2, location / 2, label)
    raise ValueError(f"prior {text!r}: there are tables of {TURNER.name} and {RHODES.name}, not of {table!r}")


def _of_family(words: str, text: str) -> NamedPrior:
    found = re.fullmatch(rf"([A-Za-z][A-Za-z5 -]*?) *[( ] *({NUMBER}) *(?:[,; ] *({NUMBER}))? *\)?", words)
    if found is None:
        raise ValueError(f"prior {text!r} is not understood: {HOW_TO_WRITE}")
    spelled = re.sub(r"[ -]", "", found[1].lower())
    family = SPELLINGS.get(spelled)
    if family is None:
        raise ValueError(
            f"prior {text!r}: {found[1]!r} is no family of priors, {nearest(spelled, SPELLINGS)}; {HOW_TO_WRITE}"
        )
    numbers = [float(number) for number in found.groups()[1:] if number is not None]
    if len(numbers) != (2 if family in OF_LOG else 1):
        raise ValueError(f"prior {text!r}: {HOW_TO_WRITE}")
    if not 0 < numbers[-1] < inf:
        raise ValueError(f"prior {text!r}: its scale is a number above 0, such as 0.5")
    return NamedPrior(family, numbers[-1], numbers[0] if family in OF_LOG else 0.0)


OF_LOG = frozenset({"LN", "LT5"})
"""Families whose numbers are of log tau."""

NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"

SPELLINGS = {
    "hn": "HN",
    "halfnormal": "HN",
    "hc": "HC",
    "halfcauchy": "HC",
    "exp": "Exp",
    "exponential": "Exp",
    "u": "U",
    "uniform": "U",
    "ln": "LN",
    "lognormal": "LN",
    "lt5": "LT5",
    "logt": "LT5",
}

HOW_TO_WRITE = (
    "write 'HN(0.5)', 'HC(0.5)', 'Exp(0.5)' or 'U(2)' with a scale in the unit of the effects, 'LN(-2.1, 0.8)' or "
    "'LT5(-1.7, 1.3)' with location and scale of log tau, 'Turner: outcome; comparison' or 'Rhodes: outcome; "
    "comparison; area'"
)


def named_mu_prior(text: str) -> tuple[float, float]:
    """Mean and SD of the prior of mu that somebody typed: ``flat``, ``N(0; 4^2)`` or ``N(0, 4)``.

    The second number is the SD, which is infinite where the prior is flat.

    Raises
    ------
    ValueError
        For anything else.
    """
    words = text.strip()
    if words.lower() == "flat":
        return 0.0, inf
    found = re.fullmatch(rf"(?:N|normal) *\(? *({NUMBER}) *[;, ] *({NUMBER}) *(?:\^2|²)? *\)?", words, re.IGNORECASE)
    if found is None:
        raise ValueError(f"prior of mu {text!r} is not understood: write 'flat', or 'N(0; 4^2)' with mean and SD")
    if not float(found[2]) > 0:
        raise ValueError(f"prior of mu {text!r}: its SD is a number above 0")
    return float(found[1]), float(found[2])
