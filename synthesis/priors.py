"""Priors of a Bayesian random-effects model: what is believed of tau and of mu before the data are seen.

A prior of tau, the standard deviation between studies, is on the analysis scale (log for ratios, the
outcome's unit for differences). Its `scaled` form is the same belief in another unit.
"""

import re
from dataclasses import dataclass, replace
from math import inf, log, pi, sqrt
from typing import Protocol, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from models.near_words import nearest
from synthesis.empirical_priors import RHODES, TURNER
from synthesis.study_sets import Array


class TauPrior(Protocol):
    """What a quadrature over tau needs to know of its prior."""

    @property
    def name(self) -> str:
        """As people type it, and as output names it: ``HN(0.5)``."""

    @property
    def core(self) -> tuple[float, float]:
        """Between which logarithms of tau the density has its shape; outside it only falls."""

    @property
    def reach(self) -> float:
        """How far beyond the core, in units of log tau, its mass can count in the last digits."""

    @property
    def tail(self) -> float:
        """The density falls as tau to the power of minus this; infinite where faster than any power."""

    @property
    def ceiling(self) -> float:
        """Largest possible tau, infinite as a rule."""

    def log_density(self, tau: ArrayLike) -> Array:
        """Log density of tau > 0; it integrates to 1."""

    def log_density_of_log(self, log_tau: Array) -> Array:
        """Log density of log tau, which stands where tau itself would overflow."""

    def scaled(self, factor: float) -> "TauPrior":
        """The prior of `factor` times tau."""


EXPONENTIAL_REACH = 60.0
"""A tail that falls like exp(-|log tau|) is below the last digit of a double after this."""

ALGEBRAIC_REACH = 320.0
"""As far as tau squared stays a double; beyond it a log-t prior has 1e-12 of its mass."""


@dataclass(frozen=True)
class _Prior:
    """What most priors of tau have in common."""

    @property
    def reach(self) -> float:
        return EXPONENTIAL_REACH

    @property
    def tail(self) -> float:
        return inf

    @property
    def ceiling(self) -> float:
        return inf

    def log_density(self, tau: ArrayLike) -> Array:
        log_tau = np.log(np.asarray(tau, dtype=np.float64))
        return self.log_density_of_log(log_tau) - log_tau

    def log_density_of_log(self, log_tau: Array) -> Array:
        raise NotImplementedError


@dataclass(frozen=True)
class _Scaled(_Prior):
    """A family of one scale, in the unit of tau."""

    scale: float

    def __post_init__(self) -> None:
        if not 0 < self.scale < inf:
            raise ValueError(f"{self.name}: the scale of a prior of tau is a number above 0, such as 0.5")

    @property
    def name(self) -> str:
        return f"{ABBREVIATIONS[type(self)]}({float(self.scale)!r})"

    @property
    def core(self) -> tuple[float, float]:
        return log(self.scale) - 1, log(self.scale) + 2

    def scaled(self, factor: float) -> Self:
        return replace(self, scale=self.scale * factor)


class HalfNormal(_Scaled):
    """|N(0, scale squared)|. Source: Röver et al. (2021), Res Synth Methods 12:448."""

    def log_density_of_log(self, log_tau: Array) -> Array:
        away = log_tau - log(self.scale)
        return 0.5 * log(2 / pi) - 0.5 * np.exp(2 * away) + away


class HalfCauchy(_Scaled):
    """|Cauchy(0, scale)|, whose tail falls as tau to the -2. Source: Gelman (2006), Bayesian Analysis 1:515."""

    @property
    def tail(self) -> float:
        return 2.0

    def log_density_of_log(self, log_tau: Array) -> Array:
        away = log_tau - log(self.scale)
        return log(2 / pi) - np.logaddexp(0.0, 2 * away) + away


class Exponential(_Scaled):
    """Exponential with mean `scale`."""

    def log_density_of_log(self, log_tau: Array) -> Array:
        away = log_tau - log(self.scale)
        return away - np.exp(away)


class Uniform(_Scaled):
    """Uniform from 0 to `scale`."""

    @property
    def ceiling(self) -> float:
        return self.scale

    @property
    def core(self) -> tuple[float, float]:
        return log(self.scale) - 1, log(self.scale) + 1

    def log_density_of_log(self, log_tau: Array) -> Array:
        away = log_tau - log(self.scale)
        return np.where(away <= 0, away, -np.inf)


@dataclass(frozen=True)
class _OfLog(_Prior):
    """Location and scale of log tau, not of log tau squared: halves of those that are published for the latter."""

    location: float
    scale: float
    label: str = ""
    """Name of an empirical prior; empty where location and scale are the name."""

    def __post_init__(self) -> None:
        if not (-inf < self.location < inf and 0 < self.scale < inf):
            raise ValueError(f"{self.name}: give a finite location of log tau, and a scale above 0")

    @property
    def name(self) -> str:
        return self.label or f"{ABBREVIATIONS[type(self)]}({float(self.location)!r}, {float(self.scale)!r})"

    @property
    def core(self) -> tuple[float, float]:
        return self.location - 2 * self.scale, self.location + 2 * self.scale

    def scaled(self, factor: float) -> Self:
        label = f"{self.label} x {factor:.6g}" if self.label else ""
        return replace(self, location=self.location + log(factor), label=label)


class LogNormal(_OfLog):
    """Log tau is normal."""

    @property
    def reach(self) -> float:
        return 12 * self.scale

    def log_density_of_log(self, log_tau: Array) -> Array:
        away = (log_tau - self.location) / self.scale
        return -0.5 * away**2 - log(self.scale * sqrt(2 * pi))


class LogT(_OfLog):
    """Log tau is Student's t with 5 degrees of freedom."""

    @property
    def reach(self) -> float:
        return ALGEBRAIC_REACH

    @property
    def tail(self) -> float:
        return 1.0

    def log_density_of_log(self, log_tau: Array) -> Array:
        away = (log_tau - self.location) / self.scale
        constant = special.gammaln(3.0) - special.gammaln(2.5) - 0.5 * log(5 * pi) - log(self.scale)
        density: Array = constant - 3.0 * np.log1p(away**2 / 5)
        return density


ABBREVIATIONS: dict[type, str] = {
    HalfNormal: "HN",
    HalfCauchy: "HC",
    Exponential: "Exp",
    Uniform: "U",
    LogNormal: "LN",
    LogT: "LT5",
}


@dataclass(frozen=True)
class MuPrior:
    """What is believed of mu: N(mean, sd squared), or nothing at all where sd is infinite."""

    mean: float = 0.0
    sd: float = inf

    def __post_init__(self) -> None:
        if not (-inf < self.mean < inf and self.sd > 0):
            raise ValueError(
                f"prior of mu N({self.mean}; {self.sd}^2): give a finite mean, and a standard deviation above 0"
            )

    @property
    def is_flat(self) -> bool:
        return self.sd == inf

    @property
    def name(self) -> str:
        return "flat" if self.is_flat else f"N({self.mean:g};{self.sd:g}^2)"


FLAT = MuPrior()


def prior_named(text: str) -> TauPrior:
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
    return prior if factor == 1 else prior.scaled(factor)


def _factor(words: str) -> tuple[str, float]:
    found = re.fullmatch(rf"(.*\S) *(?:[×*]| x ) *({NUMBER})", words)
    if found is None:
        return words, 1.0
    factor = float(found[2])
    if not 0 < factor < inf:
        raise ValueError(f"prior {words!r}: what it is multiplied by is a number above 0")
    return found[1], factor


def _empirical(table: str, rest: str, text: str) -> TauPrior:
    name = re.sub(r"[ (]*(et al\.?)?[ (]*(20\d\d)?\)*$", "", table).lower()
    if name == TURNER.name.lower():
        label, location, scale = TURNER.find(rest)
        return LogNormal(location / 2, scale / 2, label)
    if name == RHODES.name.lower():
        label, location, scale = RHODES.find(rest)
        return LogT(location / 2, scale / 2, label)
    raise ValueError(f"prior {text!r}: there are tables of {TURNER.name} and {RHODES.name}, not of {table!r}")


def _of_family(words: str, text: str) -> TauPrior:
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
    if len(numbers) != (2 if issubclass(family, _OfLog) else 1):
        raise ValueError(f"prior {text!r}: {HOW_TO_WRITE}")
    prior: TauPrior = family(*numbers)  # type: ignore[arg-type]
    return prior


NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"

SPELLINGS: dict[str, type[_Scaled] | type[_OfLog]] = {
    "hn": HalfNormal,
    "halfnormal": HalfNormal,
    "hc": HalfCauchy,
    "halfcauchy": HalfCauchy,
    "exp": Exponential,
    "exponential": Exponential,
    "u": Uniform,
    "uniform": Uniform,
    "ln": LogNormal,
    "lognormal": LogNormal,
    "lt5": LogT,
    "logt": LogT,
}

HOW_TO_WRITE = (
    "write 'HN(0.5)', 'HC(0.5)', 'Exp(0.5)' or 'U(2)' with a scale in the unit of the effects, 'LN(-2.1, 0.8)' or "
    "'LT5(-1.7, 1.3)' with location and scale of log tau, 'Turner: outcome; comparison' or 'Rhodes: outcome; "
    "comparison; area'"
)
