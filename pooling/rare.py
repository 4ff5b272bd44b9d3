"""Ways of pooling a spreadsheet that no convention has: counts of rare events, and further intervals."""

from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from models.further_ways import RARE_MODELS
from models.vocabulary import Interval, Measure, Model
from pooling.effects import Studies
from synthesis.beta_binomial import beta_binomial
from synthesis.exact_odds_ratio import BEYOND, exact_odds_ratio
from synthesis.further_limits import FurtherLimits, check_model
from synthesis.glmm import glmm
from synthesis.henmi_copas import henmi_copas
from synthesis.inverse_variance import pool_sets
from synthesis.kenward_roger import kenward_roger
from synthesis.pooling import NO_STUDY, SINGLE_STUDY, Pooled, pool_studies
from synthesis.profile_likelihood import profile_likelihood
from synthesis.score_roots import NotEstimable
from synthesis.sparse_tables import SparseTables

if TYPE_CHECKING:
    from pooling.pool import Choice

NAMES = ("k", "estimate", "se", "ci_low", "ci_high", "p_value")
ODDS_RATIOS = (Measure.OR, Measure.PETO)

NO_SPREAD_IN_EXACT = "one odds ratio for all studies: differences between them do not widen the limits"
UNPAIRED = "mean risks of arms, which are not paired within studies"
COMMON_CENTRE = "Henmi-Copas: the estimate is that of the common effect, its limits allow for heterogeneity"


def pool_further(studies: Studies, choice: "Choice") -> Pooled:
    """Pool studies in a way that no convention has.

    Raises
    ------
    ValueError
        If the choice is impossible for the measure, or for what the file gives.
    """
    if choice.model in RARE_MODELS:
        return _of_counts(studies, choice)
    check_model(choice.interval, choice.model)
    if len(studies.yi) < 2:
        return _few(studies, choice)
    found = _LIMITS[choice.interval](studies, choice)
    around = pool_sets(studies.yi, studies.vi, model=choice.model, level=choice.level)
    return Pooled(
        measure=choice.measure,
        model=choice.model,
        interval=choice.interval,
        level=choice.level,
        k=len(studies.yi),
        n_participants=studies.n_participants,
        estimate=found.estimate,
        se=found.se,
        ci_low=found.ci_low,
        ci_high=found.ci_high,
        p_value=found.p_value,
        tau2=found.tau2,
        tau2_low=float(around.tau2_low[0]) if found.tau2_low is None else found.tau2_low,
        tau2_high=float(around.tau2_high[0]) if found.tau2_high is None else found.tau2_high,
        q=float(around.q[0]),
        q_p=float(around.q_p[0]),
        i2_pct=float(around.i2_pct[0]),
        h2=float(around.h2[0]),
        notes=_notes(choice.interval, found),
    )


_LIMITS = {
    Interval.PROFILE: lambda studies, choice: profile_likelihood(studies.yi, studies.vi, level=choice.level),
    Interval.HENMI_COPAS: lambda studies, choice: henmi_copas(studies.yi, studies.vi, level=choice.level),
    Interval.KENWARD_ROGER: lambda studies, choice: kenward_roger(
        studies.yi, studies.vi, model=choice.model, level=choice.level
    ),
}


def _notes(interval: Interval, found: FurtherLimits) -> tuple[str, ...]:
    if interval is Interval.PROFILE:
        return ("limits of the effect and of tau² by profile likelihood, which has no standard error",)
    if interval is Interval.HENMI_COPAS:
        return (COMMON_CENTRE,)
    df = f"Kenward-Roger: t with {found.df:.3g} degrees of freedom"
    return (f"{df}: so few tell little, see wald" if found.df is not None and found.df < 2 else df,)


def _few(studies: Studies, choice: "Choice") -> Pooled:
    """None or one study, of which no interval but Wald's exists."""
    found = pool_studies(
        studies.yi.tolist(),
        studies.vi.tolist(),
        n_participants=studies.n_participants,
        measure=choice.measure,
        model=choice.model,
        interval=Interval.WALD,
        level=choice.level,
    )
    if not found.k:
        return replace(found, interval=choice.interval)
    return replace(found, notes=(*found.notes, f"{choice.interval} does not exist for a single study: Wald limits"))


def _of_counts(studies: Studies, choice: "Choice") -> Pooled:
    wanted = (Measure.RR, Measure.OR, Measure.RD) if choice.model is Model.BETA_BINOMIAL else ODDS_RATIOS
    if choice.measure not in wanted:
        raise ValueError(f"model {choice.model} estimates {' or '.join(wanted)}, not {choice.measure}")
    if len(studies.yi) and studies.tables is None:
        raise ValueError(f"model {choice.model} needs events and people of both arms: ai, n1i, ci, n2i")
    start = Pooled(
        measure=choice.measure,
        model=choice.model,
        interval=choice.interval,
        level=choice.level,
        k=0,
        n_participants=0,
    )
    if studies.tables is None or not len(studies.yi):
        return replace(start, notes=(NO_STUDY,))
    start = replace(start, k=len(studies.yi), n_participants=studies.n_participants)
    t = studies.tables
    counts = SparseTables.of(t.events_1[0], t.totals[0][0], t.events_2[0], t.totals[1][0])
    try:
        return replace(start, **_numbers(counts, choice))
    except NotEstimable as reason:
        return replace(start, notes=(f"not computable: {reason}",))


def _numbers(counts: SparseTables, choice: "Choice") -> dict[str, object]:
    """What a model of counts says, under the names of `Pooled`."""
    if choice.model is Model.EXACT:
        exact = exact_odds_ratio(counts, level=choice.level, is_mid_p=choice.interval is Interval.MID_P)
        said = [NO_SPREAD_IN_EXACT] if exact.estimate is not None else [NO_SPREAD_IN_EXACT, BEYOND]
        if exact.median_unbiased is not None:
            said.append(f"median-unbiased odds ratio {np.exp(exact.median_unbiased):.4g}")
        return {name: getattr(exact, name) for name in NAMES} | {"tau2": 0.0, "notes": tuple(said)}
    if choice.model is Model.BETA_BINOMIAL:
        beta = beta_binomial(counts, choice.measure, level=choice.level)
        risks = f"{beta.risk_1:.3g} and {beta.risk_2:.3g}, correlation {beta.rho:.3g}: {UNPAIRED}"
        return {name: getattr(beta, name) for name in NAMES} | {"notes": (f"mean risks {risks}",)}
    mixed = glmm(counts, choice.model, level=choice.level)
    wald = "" if mixed.q_wald is None else f", by Wald {mixed.q_wald:.4g} (p = {mixed.q_wald_p:.3g})"
    notes = (f"Q by likelihood ratio {mixed.q_lrt:.4g}{wald}, {mixed.q_df} df",) if mixed.k > 1 else (SINGLE_STUDY,)
    return {name: getattr(mixed, name) for name in (*NAMES, "tau2")} | {
        "q": mixed.q_lrt,
        "q_p": mixed.q_lrt_p,
        "notes": notes,
    }
