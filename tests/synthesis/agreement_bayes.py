"""Posteriors of the reference files beside ours: exact values, and those of bayesmeta's grid."""

import math
import re
from collections import defaultdict
from collections.abc import Callable

import numpy as np
from recomputed import read

from synthesis.bayes import Posterior, posterior
from synthesis.normal_mixture import NormalMixture
from synthesis.priors import FLAT, MuPrior, prior_named

EXACT, GRID = 1e-8, 2e-3
"""bayesmeta averages over a grid of tau; its tau itself and its Bayes factors do not rest on the grid."""

NO_SUCH_MOMENT = "the moment does not exist, ours is infinite; a grid of tau ends somewhere and has one"
CUT_TAIL = (
    "bayesmeta's grid ends where 1e-4 of tau's posterior are left, and under a half-Cauchy prior that tail counts"
)


def reason_for(name: str, apart: float) -> str | None:
    """Why one value differs, if we know."""
    if math.isinf(apart) and "HC(" in name and name.endswith((" mean", " sd")):
        return NO_SUCH_MOMENT
    return CUT_TAIL if "HC(" in name and name.endswith("theta sd") and apart < 0.02 else None


Key = tuple[str, str, str, str, str]
Quantile = Callable[[float], float]


def mu_prior(name: str) -> MuPrior:
    if name == "flat":
        return FLAT
    found = re.fullmatch(r"N\((.*);(.*)\^2\)", name)
    assert found is not None
    return MuPrior(float(found[1]), float(found[2]))


def posterior_of(key: Key) -> Posterior:
    _, yi, sei, mu, tau = key
    effects, errors = ([float(value) for value in of.split(";")] for of in (yi, sei))
    return posterior(effects, np.square(errors), tau=prior_named(tau), mu=mu_prior(mu))


def shortest(quantile: Quantile, share: float = 0.95) -> tuple[float, float]:
    """The narrowest interval with this share of a distribution, over where it begins."""
    low, high = 0.0, 1 - share
    for _ in range(6):
        starts = np.linspace(max(low, 1e-9), min(high, 1 - share - 1e-9), 7)
        widths = [quantile(start + share) - quantile(start) for start in starts]
        best = int(np.argmin(widths))
        low, high = starts[max(best - 1, 0)], starts[min(best + 1, 6)]
    begin = starts[best]
    return quantile(begin), quantile(begin + share)


def statistics(found: Posterior, wanted: set[str]) -> dict[str, float]:
    """Ours by the names of the reference files."""
    nodes = found.nodes
    values = {
        "mu mean": lambda: found.mean[0],
        "mu sd": lambda: found.sd[0],
        "theta mean": lambda: found.new.mean[0],
        "theta sd": lambda: found.new.sd[0] if math.isfinite(found.tau_sd[0]) else math.inf,
        "tau mean": lambda: found.tau_mean[0],
        "tau sd": lambda: found.tau_sd[0],
        "tau median": lambda: found.tau_median[0],
        "tau central95 lower": lambda: found.tau_low[0],
        "tau central95 upper": lambda: found.tau_high[0],
        "P(mu<=0)": lambda: found.below(0.0)[0],
        "P(theta<=0)": lambda: found.new_below(0.0)[0],
        "P(tau<=0.5)": lambda: nodes.below(0.5)[0],
        "BF01 tau=0": lambda: found.bf_tau_zero[0],
        "BF01 mu=0": lambda: found.bf_mu_zero[0],
    }
    mixtures: dict[str, NormalMixture] = {"mu": found.mu, "theta": found.new}
    for name, mixture in mixtures.items():
        values[f"{name} median"] = lambda mixture=mixture: mixture.quantile(0.5)[0]
        values[f"{name} central95 lower"] = lambda mixture=mixture: mixture.quantile(0.025)[0]
        values[f"{name} central95 upper"] = lambda mixture=mixture: mixture.quantile(0.975)[0]
    for place in range(len(found.sets.yi[0])):
        values[f"shrinkage mean s{place + 1}"] = lambda place=place: found.studies.mean[0, place]
        values[f"shrinkage central95 lower s{place + 1}"] = lambda place=place: found.studies.low[0, place]
        values[f"shrinkage central95 upper s{place + 1}"] = lambda place=place: found.studies.high[0, place]
    ours = {name: float(value()) for name, value in values.items() if name in wanted}
    quantiles: dict[str, Quantile] = {
        "tau": lambda p: nodes.quantile(p)[0],
        "mu": lambda p: found.mu.quantile(p)[0],
        "theta": lambda p: found.new.quantile(p)[0],
    }
    for name, quantile in quantiles.items():
        if f"{name} shortest95 lower" in wanted:
            ours[f"{name} shortest95 lower"], ours[f"{name} shortest95 upper"] = shortest(quantile)
    return ours


def kind(stat: str) -> str:
    """Heading under which a statistic is tabulated."""
    if stat.startswith("BF01"):
        return "Bayes factors"
    if stat.startswith("P("):
        return "Probabilities"
    if stat.startswith("shrinkage"):
        return "Shrinkage of studies"
    what = {"mu": "Mean effect", "theta": "New study", "tau": "tau"}[stat.split(maxsplit=1)[0]]
    return f"{what}: shortest intervals" if "shortest" in stat else what


def reference_sets(source: str) -> dict[Key, dict[str, float]]:
    sets: defaultdict[Key, dict[str, float]] = defaultdict(dict)
    for row in read(source):
        if row["value"] == "NA":  # a moment that does not exist, or a factor under a prior that is no density
            continue
        key = (row["dataset"], row["yi"], row["sei"], row["prior_mu"], row["prior_tau"])
        sets[key][row["stat"]] = float(row["value"])
    return dict(sets)


def unit(found: Posterior, stat: str, theirs: float) -> float:
    """What a difference is measured in: the value, or the spread of its distribution where that is larger."""
    if stat.startswith(("P(", "BF01")):
        return 1.0 if stat.startswith("P(") else abs(theirs)
    if stat.startswith("tau"):
        return max(abs(theirs), float(found.tau_median[0]))
    width = found.new.quantile(0.84) if stat.startswith("theta") else found.mu.quantile(0.84)
    return max(abs(theirs), float(width[0] - found.median[0]))


def differences(source: str) -> list[tuple[str, str, float]]:
    """Heading, name and difference of every value of a file."""
    found = []
    for key, theirs in reference_sets(source).items():
        own = posterior_of(key)
        ours = statistics(own, set(theirs))
        for stat, value in theirs.items():
            name = f"{key[0]}, {key[3]}, {key[4]}: {stat}"
            apart = abs(ours[stat] - value) / unit(own, stat, value) if stat in ours else math.inf
            found.append((kind(stat), name, apart))
    return found
