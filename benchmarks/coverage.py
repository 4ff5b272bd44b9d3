"""How often 95 % intervals of few studies hold the true mean: Wald, HKSJ and three priors, at known tau.

    python benchmarks/coverage.py [--sets 4000]

Log ratios with standard errors from 0.1 to 0.7 are drawn around a mean of 0, with true effects that differ by tau.
An interval that is right in 95 of 100 reviews is good if it is short; widths are medians. Two tables: one for each
tau, and one with tau drawn from each prior in turn, where that prior is right by construction.
"""

import argparse

import numpy as np

from models.vocabulary import Interval, Model
from synthesis.bayes import posterior
from synthesis.inverse_variance import pool_sets
from synthesis.priors import prior_named

PRIORS = ("HN(0.5)", "HN(1.0)", "Turner: any")
STUDIES = (2, 3, 4)
TAUS = (0.0, 0.1, 0.2, 0.5, 1.0)

Limits = tuple[np.ndarray, np.ndarray]


def draw(rng: np.random.Generator, n: int, k: int, tau: np.ndarray | float) -> Limits:
    """N sets of k effects and variances."""
    vi = rng.uniform(0.1, 0.7, (n, k)) ** 2
    true = np.broadcast_to(np.asarray(tau), (n,))[:, None] * rng.standard_normal((n, k))
    return true + np.sqrt(vi) * rng.standard_normal((n, k)), vi


def ways(yi: np.ndarray, vi: np.ndarray) -> dict[str, Limits]:
    """Limits of every way of pooling."""
    found: dict[str, Limits] = {}
    for interval in (Interval.WALD, Interval.HKSJ):
        pooled = pool_sets(yi, vi, model=Model.REML, interval=interval, with_tau2_limits=False)
        found[f"REML {interval}"] = pooled.ci_low, pooled.ci_high
    for name in PRIORS:
        believed = posterior(yi, vi, tau=prior_named(name))
        found[name] = believed.low, believed.high
    return found


def line(label: str, found: dict[str, Limits]) -> str:
    """Coverage of 0 in per cent with the median width."""
    cells = [
        f"{100 * float(((low <= 0) & (high >= 0)).mean()):6.1f} ({float(np.median(high - low)):.2f})".rjust(16)
        for low, high in found.values()
    ]
    return f"{label:<26}" + "".join(cells)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=4000)
    n = parser.parse_args().sets
    rng = np.random.default_rng(35)
    head = f"{'':<26}" + "".join(name.rjust(16) for name in ("REML wald", "REML hksj", *PRIORS))
    print(
        f"Coverage of 95 % intervals in per cent, median width; {n} sets each (standard error {100 * (0.05 * 0.95 / n) ** 0.5:.1f})\n"
    )
    print(head)
    for k in STUDIES:
        for tau in TAUS:
            print(line(f"k = {k}, tau = {tau:g}", ways(*draw(rng, n, k, tau))))
    print("\nTau drawn from a prior\n" + head)
    for k in STUDIES:
        for name in PRIORS:
            print(line(f"k = {k}, tau ~ {name}", ways(*draw(rng, n, k, taus_of(name, rng, n)))))


def taus_of(name: str, rng: np.random.Generator, n: int) -> np.ndarray:
    """Draws from one of the priors."""
    prior = prior_named(name).named
    if prior.family == "HN":
        return np.abs(rng.normal(0, prior.scale, n))
    return rng.lognormal(prior.location, prior.scale, n)


if __name__ == "__main__":
    main()
