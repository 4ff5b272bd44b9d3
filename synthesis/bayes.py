"""Bayesian random-effects meta-analysis: the normal-normal hierarchical model by quadrature over tau.

Given tau everything is a normal distribution in closed form, so that every posterior but that of tau is a
mixture of normals over nodes of tau. Nothing is drawn at random: the same numbers give the same posterior.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from synthesis.normal_mixture import NormalMixture
from synthesis.priors import FLAT, MuPrior, TauPrior
from synthesis.study_sets import Array, Mask, Rows, StudySets
from synthesis.tau_nodes import TauNodes, line_of, nodes_of

CELLS = 200_000
"""Studies times nodes that are held at once: as many as a processor keeps near."""

LOG_2PI = float(np.log(2 * np.pi))


@dataclass(frozen=True)
class StudyPosterior:
    """What is believed of the true effects of the studies once all are seen: shrunk towards each other.

    Every array is (S, k), NaN for padding; limits are central at the posterior's level.
    """

    mean: Array
    sd: Array
    median: Array
    low: Array
    high: Array


@dataclass(frozen=True)
class Posterior:
    """Posteriors of S sets of studies, on the analysis scale; every array is (S,) unless said otherwise.

    Moments are NaN or infinite where they do not exist, as with one study and a half-Cauchy prior.

    Attributes
    ----------
    sets : the studies
    nodes : nodes of tau
    tau_prior, mu_prior : what was believed before
    level : of the central limits
    mu_mean, mu_sd : (S, N) mean and standard deviation of mu at each node
    log_marginal : log density of the data under model and priors; under a flat prior of mu, whose density is
        taken as 1, it compares priors of tau alone
    bf_tau_zero : Bayes factor of tau = 0 against the prior of tau; above 1 it speaks for a common effect
    """

    sets: StudySets
    nodes: TauNodes
    tau_prior: TauPrior
    mu_prior: MuPrior
    level: float
    mu_mean: Array
    mu_sd: Array
    log_marginal: Array
    bf_tau_zero: Array

    @property
    def tau(self) -> Array:
        """(S, N) nodes."""
        return self.nodes.tau

    @property
    def weights(self) -> Array:
        """(S, N) their weights, sum 1."""
        return self.nodes.weights

    @cached_property
    def mu(self) -> NormalMixture:
        """Of the mean effect."""
        return NormalMixture(self.weights, self.mu_mean, self.mu_sd)

    @cached_property
    def new(self) -> NormalMixture:
        """Of the true effect of a new study: the predictive distribution."""
        return NormalMixture(self.weights, self.mu_mean, np.hypot(self.mu_sd, self.tau))

    def below(self, x: ArrayLike) -> Array:
        """Probability that mu is below x, shape (S,) or a number."""
        return self.mu.below(x)

    def new_below(self, x: ArrayLike) -> Array:
        """Probability that the true effect of a new study is below x."""
        return self.new.below(x)

    @cached_property
    def mean(self) -> Array:
        if not self.mu_prior.is_flat:
            return self.mu.mean
        return np.where(self._has_moment(1), self.mu.mean, np.nan)

    @cached_property
    def sd(self) -> Array:
        if not self.mu_prior.is_flat:
            return self.mu.sd
        return np.where(self._has_moment(2), self.mu.sd, np.inf)

    @cached_property
    def median(self) -> Array:
        return self.mu.quantile(0.5)

    @cached_property
    def low(self) -> Array:
        return self.mu.quantile((1 - self.level) / 2)

    @cached_property
    def high(self) -> Array:
        return self.mu.quantile((1 + self.level) / 2)

    @cached_property
    def pi_low(self) -> Array:
        return self.new.quantile((1 - self.level) / 2)

    @cached_property
    def pi_high(self) -> Array:
        return self.new.quantile((1 + self.level) / 2)

    @cached_property
    def tau_mean(self) -> Array:
        mean = np.einsum("sn,sn->s", self.weights, self.tau)
        return np.where(self._has_moment(1), mean, np.inf)

    @cached_property
    def tau_sd(self) -> Array:
        mean = np.einsum("sn,sn->s", self.weights, self.tau)
        square = np.einsum("sn,sn->s", self.weights, (self.tau - mean[:, None]) ** 2)
        return np.where(self._has_moment(2), np.sqrt(square), np.inf)

    @cached_property
    def tau_median(self) -> Array:
        return self.nodes.quantile(0.5)

    @cached_property
    def tau_low(self) -> Array:
        return self.nodes.quantile((1 - self.level) / 2)

    @cached_property
    def tau_high(self) -> Array:
        return self.nodes.quantile((1 + self.level) / 2)

    @cached_property
    def bf_mu_zero(self) -> Array:
        """Bayes factor of mu = 0 against its prior: posterior over prior density there; NaN under a flat prior.

        Source: Savage and Dickey, in Dickey (1971), Ann Math Stat 42:204.
        """
        if self.mu_prior.is_flat:
            return np.full(len(self.log_marginal), np.nan)
        z = self.mu_prior.mean / self.mu_prior.sd
        factor: Array = self.mu.density(0.0) * (self.mu_prior.sd * np.exp(0.5 * (z**2 + LOG_2PI)))
        return factor

    def tau_density(self, tau: ArrayLike) -> Array:
        """(S, M) posterior density of tau at M places above 0, the same for all sets."""
        log_tau = np.log(np.asarray(tau, dtype=np.float64))
        rows = np.arange(len(self.log_marginal))
        model = _Model(self.sets, self.tau_prior, self.mu_prior)
        heights = model.log_integrand(rows, np.broadcast_to(log_tau, (len(rows), len(log_tau))))
        density: Array = np.exp(heights - log_tau - self.log_marginal[:, None])
        return density

    def study(self, place: int) -> NormalMixture:
        """Of the true effect of the study in one column, in the sets that have it.

        Given tau it is the average of the study's own effect and mu, weighted by precision.
        """
        vi = np.where(np.isfinite(self.sets.vi[:, place]), self.sets.vi[:, place], 1.0)[:, None]
        yi = (self.sets.yi[:, place] + self.sets.origin)[:, None]
        tau2 = self.tau**2
        to_mu = vi / (vi + tau2)
        means = yi + to_mu * (self.mu_mean - yi)
        return NormalMixture(self.weights, means, np.sqrt(to_mu * tau2 + (to_mu * self.mu_sd) ** 2))

    @cached_property
    def studies(self) -> StudyPosterior:
        columns = [self.study(place) for place in range(self.sets.yi.shape[1])]
        is_there = np.isfinite(self.sets.vi)

        def of(values: list[Array]) -> Array:
            return np.where(is_there, np.column_stack(values), np.nan)

        return StudyPosterior(
            of([column.mean for column in columns]),
            of([column.sd for column in columns]),
            *(
                of([column.quantile(p) for column in columns])
                for p in (0.5, (1 - self.level) / 2, (1 + self.level) / 2)
            ),
        )

    def _has_moment(self, order: int) -> Mask:
        """Whether a moment of tau exists, by how fast its posterior falls: as prior and likelihood do.

        The likelihood falls as tau to the -k, with one power less where mu is averaged over all numbers. A
        log-t prior falls a little faster than its power, which decides the case of equality.
        """
        falls = self.tau_prior.tail + self.sets.k - (1 if self.mu_prior.is_flat else 0)
        is_log = self.tau_prior.tail == 1.0
        exists: Mask = falls - order >= 1 if is_log else falls - order > 1
        return exists


def posterior(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    tau: TauPrior,
    mu: MuPrior = FLAT,
    level: float = 0.95,
    mask: ArrayLike | None = None,
) -> Posterior:
    """Posteriors of S sets of studies under the normal-normal hierarchical model.

    Parameters
    ----------
    yi, vi : (S, k) or (k,) effects on the analysis scale and their sampling variances, vi > 0
    tau : prior of the standard deviation between studies, on the same scale
    mu : prior of the mean effect, flat by default
    level : of the central limits
    mask : (S, k) False for padding

    Returns
    -------
    Posterior
        Good to about ten digits. With one study the posterior of tau is its prior, and mu is as uncertain
        as that makes it.

    Raises
    ------
    ValueError
        For a set without studies, a variance that is not above 0, shapes that differ, or a level outside
        0 to 1.

    Source
    ------
    Röver (2020), J Stat Softw 93(6):1; Röver and Friede (2017), J Comput Graph Stat 26:217, for the model and
    its closed forms. Double-exponential quadrature: Takahasi and Mori (1974), Publ RIMS 9:721.
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}: give a number between 0 and 1, such as 0.95")
    sets = StudySets.of(yi, vi, mask)
    if (sets.k == 0).any():
        raise ValueError(
            f"set {int(np.flatnonzero(sets.k == 0)[0]) + 1} has no studies: nothing is to be learnt from it"
        )
    model = _Model(sets, tau, mu)
    nodes = nodes_of(line_of(sets, tau), model.log_integrand, tau)
    rows = np.arange(len(sets.k))
    _, mean, sd = model.given(rows, nodes.log_tau)
    at_zero = model.given(rows, np.full((len(rows), 1), -np.inf))[0][:, 0]
    return Posterior(
        sets=sets,
        nodes=nodes,
        tau_prior=tau,
        mu_prior=mu,
        level=level,
        mu_mean=mean + sets.origin[:, None],
        mu_sd=sd,
        log_marginal=nodes.log_integral,
        bf_tau_zero=np.exp(at_zero - nodes.log_integral),
    )


@dataclass(frozen=True)
class _Model:
    """What is known in closed form once tau is given."""

    sets: StudySets
    tau: TauPrior
    mu: MuPrior

    def log_integrand(self, rows: Rows, log_tau: Array) -> Array:
        return self.given(rows, log_tau)[0] + self.tau.log_density_of_log(log_tau)

    def given(self, rows: Rows, log_tau: Array) -> tuple[Array, Array, Array]:
        """(R, N) log likelihood with mu averaged out, and mean (from the origin) and standard deviation of mu."""
        size = max(1, CELLS // (log_tau.shape[1] * self.sets.yi.shape[1]))
        parts = [
            self._given(self.sets.take(rows[begin : begin + size]), log_tau[begin : begin + size])
            for begin in range(0, len(rows), size)
        ]
        log_likelihood, mean, sd = (np.concatenate(of) for of in zip(*parts, strict=True))
        return log_likelihood, mean, sd

    def _given(self, sets: StudySets, log_tau: Array) -> tuple[Array, Array, Array]:
        is_missing = ~np.isfinite(sets.vi)[:, None, :]
        variances = sets.vi[:, None, :] + np.exp(2 * log_tau)[:, :, None]
        weights = 1 / variances
        total = weights.sum(axis=2)
        mean = np.einsum("snk,sk->sn", weights, sets.yi) / total
        residuals = sets.yi[:, None, :] - mean[:, :, None]
        q = np.einsum("snk,snk,snk->sn", weights, residuals, residuals)
        logs = np.log(variances)
        log_variances = (np.where(is_missing, 0.0, logs) if is_missing.any() else logs).sum(axis=2)
        log_likelihood = -0.5 * (log_variances + q + sets.k[:, None] * LOG_2PI)
        if self.mu.is_flat:
            log_likelihood += 0.5 * (LOG_2PI - np.log(total))
            return log_likelihood, mean, 1 / np.sqrt(total)
        believed = (self.mu.mean - sets.origin)[:, None]
        grown = 1 + self.mu.sd**2 * total
        log_likelihood -= 0.5 * (np.log(grown) + total * (mean - believed) ** 2 / grown)
        towards = believed + (mean - believed) * (self.mu.sd**2 * total / grown)
        return log_likelihood, towards, self.mu.sd / np.sqrt(grown)
