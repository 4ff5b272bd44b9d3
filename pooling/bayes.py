"""Posteriors of a spreadsheet's studies under several priors side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.vocabulary import RATIOS
from pooling.forest import Beside, short
from pooling.pool import Analysis
from pooling.spreadsheet import PoolError
from pooling.study_records import finite, read
from synthesis.bayes import Posterior, posterior
from synthesis.default_priors import TABLE_RATIOS, three_priors, unit_of
from synthesis.priors import FLAT, MuPrior, TauPrior, mu_prior_named, prior_named

NO_MOMENT = "does not exist: with so few studies this prior leaves tau's tail too heavy"


@dataclass(frozen=True)
class Beliefs:
    """Priors as they were named; without priors of tau three of them are taken, see `synthesis.default_priors`."""

    tau: tuple[TauPrior, ...] = ()
    mu: MuPrior = FLAT

    @classmethod
    def named(cls, tau: Sequence[str], mu: str) -> "Beliefs":
        """Of what was typed.

        Raises
        ------
        PoolError
            For a name that is none.
        """
        try:
            return cls(tuple(dict.fromkeys(prior_named(text) for text in tau)), mu_prior_named(mu))
        except ValueError as problem:
            raise PoolError(str(problem)) from problem


@dataclass(frozen=True)
class Believed:
    """The studies of one analysis with their posterior under one prior."""

    analysis: Analysis
    posterior: Posterior

    @property
    def label(self) -> str:
        convention = self.analysis.choice.convention
        return " ".join(filter(None, (convention, "bayes", self.posterior.tau_prior.name)))


def believed_of(analysis: Analysis, beliefs: Beliefs) -> list[Believed]:
    """Posteriors of an analysis' studies, one for each prior of tau; none where no study has an effect.

    Raises
    ------
    PoolError
        If no prior was named and the unit of the outcome is not known, or a posterior cannot be computed.
    """
    studies, choice = analysis.studies, analysis.choice
    if not len(studies.yi):
        return []
    try:
        unit = unit_of(choice.measure, studies.vi, studies.people)
        priors = beliefs.tau or three_priors(choice.measure, unit)
        # What lies beyond the digits of a number comes out as not finite, and is no belief.
        with np.errstate(all="ignore"):
            return [
                Believed(analysis, posterior(studies.yi, studies.vi, tau=prior, mu=beliefs.mu, level=choice.level))
                for prior in priors
            ]
    except ArithmeticError as problem:
        raise PoolError(
            f"{studies.path}: the studies lie too far apart for a posterior in double precision"
        ) from problem
    except ValueError as problem:
        raise PoolError(f"{studies.path}: {problem}") from problem


def record_of(item: Believed) -> dict[str, object]:
    """One posterior under the names that the command line's JSON has, on the analysis scale, as `pool.record`.

    `est` is the posterior median of mu, limits are central, `pi_low` and `pi_high` those of a new study's true
    effect. A moment that does not exist is None.
    """
    found, studies, choice = item.posterior, item.analysis.studies, item.analysis.choice
    moments = {name: _first(getattr(found, name)) for name in ("mean", "sd", "tau_mean", "tau_sd")}
    limits = {
        "est": _first(found.median),
        "ci_low": _first(found.low),
        "ci_high": _first(found.high),
        "pi_low": _first(found.pi_low),
        "pi_high": _first(found.pi_high),
    }
    out: dict[str, object] = {
        "dataset": studies.dataset,
        "measure": choice.measure.value,
        "model": "bayes",
        "convention": choice.convention.value if choice.convention else None,
        "prior": found.tau_prior.name,
        "mu_prior": found.mu_prior.name,
        "level": choice.level,
        "n_participants": studies.n_participants,
        "n_is_least": studies.n_is_least,
        "k": len(studies.yi),
        **limits,
        **moments,
        "tau_median": _first(found.tau_median),
        "tau_low": _first(found.tau_low),
        "tau_high": _first(found.tau_high),
        "p_below_zero": _first(found.below(0.0)),
        "p_new_below_zero": _first(found.new_below(0.0)),
        "bf_tau_zero": _first(found.bf_tau_zero),
        "bf_mu_zero": _first(found.bf_mu_zero),
    }
    for name, value in limits.items():
        out[f"{name}_ratio"] = read(value, choice.measure) if choice.measure in RATIOS else None
    out["studies"] = [_study(item, place) for place in range(len(studies.yi))]
    missing = [name for name, value in moments.items() if value is None]
    notes = [f"{', '.join(missing)} {NO_MOMENT}"] if missing else []
    return out | {"conversions": list(studies.conversions), "notes": [*studies.notes, *_notes(item), *notes]}


def line_of(item: Believed) -> Beside:
    """The same for a forest plot in plain text."""
    found, measure = item.posterior, item.analysis.choice.measure
    below = float(found.below(0.0)[0])
    new = [short(read(float(of[0]), measure)) for of in (found.pi_low, found.pi_high)]
    said = (
        f"tau {found.tau_median[0]:.2g} ({found.tau_low[0]:.2g} to {found.tau_high[0]:.2g}), "
        f"probability below no effect {below:.3f}, new study {new[0]} to {new[1]}"
    )
    return Beside(
        path=item.analysis.studies.path,
        label=item.label,
        estimate=float(found.median[0]),
        ci_low=float(found.low[0]),
        ci_high=float(found.high[0]),
        said=("; ".join([said, *_notes(item)]),),
    )


def _notes(item: Believed) -> list[str]:
    found, measure = item.posterior, item.analysis.choice.measure
    notes = []
    if len(item.analysis.studies.yi) == 1:
        notes.append("a single study says nothing of differences between studies: tau is what its prior says")
    if found.tau_prior.name.startswith("Turner") and measure not in TABLE_RATIOS:
        notes.append(f"Turner's priors are of log odds ratios, not of {measure}")
    return notes


def _study(item: Believed, place: int) -> dict[str, object]:
    """One study's own effect, and what is believed of its true effect beside the others."""
    studies, shrunk = item.analysis.studies, item.posterior.studies
    return {
        "study": studies.names[place],
        "yi": float(studies.yi[place]),
        "sei": float(np.sqrt(studies.vi[place])),
        "mean": _first(shrunk.mean[:, place]),
        "sd": _first(shrunk.sd[:, place]),
        "ci_low": _first(shrunk.low[:, place]),
        "ci_high": _first(shrunk.high[:, place]),
    }


def _first(values: np.ndarray) -> float | None:
    """The number of the one set of studies that was asked about, None where it does not exist."""
    return finite(values[0])
