"""Priors of a Bayesian random-effects model: what is believed of tau and of mu before the data are seen.

A prior of tau, the standard deviation between studies, is on the analysis scale (log for ratios, the
outcome's unit for differences). Its `scaled` form is the same belief in another unit.
"""

from dataclasses import dataclass, replace
from math import inf, log, pi, sqrt
from typing import ClassVar, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from models.prior_names import NamedPrior, named_mu_prior, named_prior
from synthesis.study_sets import Array


class TauPrior(Protocol):
    """What a quadrature over tau needs to know of its prior."""

    @property
    def name(self) -> str:
        """As people type it, and as output names it: ``HN(0.5)``."""

    @property
    def named(self) -> NamedPrior:
        """Its family with its numbers."""

    @property
    def core(self) -> tuple[float, float]:
        """Between which logarithms of tau the density has its shape; outside it only falls."""

    @property
    def reach(self) -> tuple[float, float]:
        """How far below and above the core, in units of log tau, its mass can count in the last digits."""

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

LOG_T_REACH = (20_000.0, 320.0)
"""Above, as far as tau squared stays a double; beyond it a log-t prior has 1e-12 of its mass. Below, tau is 0 to
every sum long before, and its mass there counts where the data want a much smaller tau than the prior."""


@dataclass(frozen=True)
class _Prior:
    """What most priors of tau have in common."""

    family: ClassVar[str]

    @property
    def reach(self) -> tuple[float, float]:
        return EXPONENTIAL_REACH, EXPONENTIAL_REACH

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
        return f"{self.family}({float(self.scale)!r})"

    @property
    def core(self) -> tuple[float, float]:
        return log(self.scale) - 1, log(self.scale) + 2

    @property
    def named(self) -> NamedPrior:
        return NamedPrior(self.family, self.scale)

    def scaled(self, factor: float) -> Self:
        return replace(self, scale=self.scale * factor)


class HalfNormal(_Scaled):
    """|N(0, scale squared)|. Source: Röver et al. (2021), Res Synth Methods 12:448."""

    family: ClassVar[str] = "HN"

    def log_density_of_log(self, log_tau: Array) -> Array:
        away = log_tau - log(self.scale)
        return 0.5 * log(2 / pi) - 0.5 * np.exp(2 * away) + away


class HalfCauchy(_Scaled):
    """|Cauchy(0, scale)|, whose tail falls as tau to the -2. Source: Gelman (2006), Bayesian Analysis 1:515."""

    family: ClassVar[str] = "HC"

    @property
    def tail(self) -> float:
        return 2.0

    def log_density_of_log(self, log_tau: Array) -> Array:
        away = log_tau - log(self.scale)
        return log(2 / pi) - np.logaddexp(0.0, 2 * away) + away


class Exponential(_Scaled):
    """Exponential with mean `scale`."""

    family: ClassVar[str] = "Exp"

    def log_density_of_log(self, log_tau: Array) -> Array:
        away = log_tau - log(self.scale)
        return away - np.exp(away)


class Uniform(_Scaled):
    """Uniform from 0 to `scale`."""

    family: ClassVar[str] = "U"

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
        return self.label or f"{self.family}({float(self.location)!r}, {float(self.scale)!r})"

    @property
    def core(self) -> tuple[float, float]:
        return self.location - 2 * self.scale, self.location + 2 * self.scale

    @property
    def named(self) -> NamedPrior:
        return NamedPrior(self.family, self.scale, self.location, self.label)

    def scaled(self, factor: float) -> Self:
        label = f"{self.label} x {factor:.6g}" if self.label else ""
        return replace(self, location=self.location + log(factor), label=label)


class LogNormal(_OfLog):
    """Log tau is normal."""

    family: ClassVar[str] = "LN"

    @property
    def reach(self) -> tuple[float, float]:
        return 12 * self.scale, 12 * self.scale

    def log_density_of_log(self, log_tau: Array) -> Array:
        away = (log_tau - self.location) / self.scale
        return -0.5 * away**2 - log(self.scale * sqrt(2 * pi))


class LogT(_OfLog):
    """Log tau is Student's t with 5 degrees of freedom."""

    family: ClassVar[str] = "LT5"

    @property
    def reach(self) -> tuple[float, float]:
        return LOG_T_REACH

    @property
    def tail(self) -> float:
        return 1.0

    def log_density_of_log(self, log_tau: Array) -> Array:
        away = (log_tau - self.location) / self.scale
        constant = special.gammaln(3.0) - special.gammaln(2.5) - 0.5 * log(5 * pi) - log(self.scale)
        density: Array = constant - 3.0 * np.log1p(away**2 / 5)
        return density


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
    """The prior of tau that somebody typed, see `models.prior_names`.

    Raises
    ------
    ValueError
        With what is not known, and what to write instead.
    """
    return prior_of(named_prior(text))


def prior_of(named: NamedPrior) -> TauPrior:
    """The prior of tau that a name stands for."""
    prior: TauPrior
    if named.family in OF_LOG:
        prior = OF_LOG[named.family](named.location, named.scale, named.label)
    else:
        prior = OF_SCALE[named.family](named.scale)
    return prior


def mu_prior_named(text: str) -> MuPrior:
    """The prior of mu that somebody typed.

    Raises
    ------
    ValueError
        With what to write instead.
    """
    return MuPrior(*named_mu_prior(text))


OF_SCALE: dict[str, type[_Scaled]] = {"HN": HalfNormal, "HC": HalfCauchy, "Exp": Exponential, "U": Uniform}
OF_LOG: dict[str, type[_OfLog]] = {"LN": LogNormal, "LT5": LogT}
