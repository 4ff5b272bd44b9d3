"""Gate S0: the published estimates, computed again from the published data."""

from collections.abc import Sequence
from math import log

from models.analysis import Analysis
from models.counts import joined, k_equals, n_equals
from models.protocol import Protocol
from models.published import EstimateRow
from models.rounding import half_up
from models.synthesis import PooledEffect, Signal
from models.vocabulary import Convention, EvidenceSet, Interval, Model, Rule

FULL_PRECISION, OF_HKSJ, OF_REML = 1e-9, 1e-8, 1e-6
"""How near a number of all its digits is met, of max(1, |x|): RevMan's t quantile is right to 2e-9, and its restricted
maximum likelihood stops at about 2e-8 of tau², absolutely."""


def precision_of(analysis: Analysis) -> float:
    """How near RevMan's own computation of an analysis comes to its estimate and limits, of max(1, |x|)."""
    if analysis.estimator is not None and analysis.estimator is not Model.DL:
        return OF_REML
    return FULL_PRECISION if analysis.interval is Interval.WALD else OF_HKSJ


def reproduce(protocol: Protocol, estimates: Sequence[EstimateRow], effects: Sequence[PooledEffect]) -> list[Signal]:
    """Whether each estimate of the version in force comes out of the data of its own studies.

    Returns
    -------
    list of Signal
        One per analysis with a published estimate; `fired` means that it was not reproduced. `value` is the largest
        difference of estimate and limits, `threshold` half a unit of the last printed decimal, or the precision with
        which RevMan computes where all digits are published.
    """
    convention = protocol.conventions[0].name
    found = {
        effect.analysis: effect
        for effect in effects
        if effect.is_headline and effect.convention is convention and effect.evidence_set is EvidenceSet.PUBLISHED
    }
    return [
        _reproduced(printed, protocol.analysis(printed.analysis), found.get(printed.analysis), convention)
        for printed in estimates
        if not printed.subgroup_number and printed.estimate is not None
    ]


def _reproduced(printed: EstimateRow, analysis: Analysis, found: PooledEffect | None, convention: Convention) -> Signal:
    numbers = [value for value in (printed.estimate, printed.ci_low, printed.ci_high) if value is not None]
    tolerance = precision_of(analysis) if printed.decimals is None else 0.5 * 10**-printed.decimals
    computed = [found.estimate, found.ci_low, found.ci_high] if found else []
    difference = None
    if found is None or len(numbers) < 3 or None in computed:
        agrees, what = False, "nothing can be pooled from the published data"
    else:
        known = [value for value in computed if value is not None]
        difference = max(_apart(a, b, analysis, printed) for a, b in zip(numbers, known, strict=True))
        if printed.decimals is None:
            agrees = difference <= tolerance
        else:
            digits = printed.decimals
            agrees = [half_up(value, digits) for value in known] == [half_up(value, digits) for value in numbers]
        agrees = agrees and printed.k in {None, found.k, found.n_studies} and _has_people(printed, found)
        shown = [half_up(value, _digits(printed)) for value in known]
        what = f"computed {shown[0]} ({shown[1]} to {shown[2]}), {_size(found)}"
    as_printed = [f"{value:g}" if printed.decimals is None else f"{value}" for value in numbers]
    told = f"Printed {as_printed[0]} ({' to '.join(as_printed[1:])}); {what}."
    if not agrees and printed.not_reproduced:
        agrees, told = True, f"{told} Known and accepted: {printed.not_reproduced}."
    return Signal(
        rule=Rule.S0,
        comparison=analysis.comparison,
        outcome=analysis.outcome,
        timepoint=analysis.timepoint,
        analysis=analysis.analysis,
        evidence_set=EvidenceSet.PUBLISHED,
        convention=convention,
        fired=not agrees,
        value=difference,
        threshold=tolerance,
        explanation=told,
    )


def _has_people(printed: EstimateRow, found: PooledEffect) -> bool:
    """Whether the people printed may be those of the rows, counted once each or as RevMan adds up arms."""
    if printed.n_participants is None or found.n_participants is None:
        return True
    if found.n_is_least:
        return printed.n_participants >= found.n_participants
    return printed.n_participants in {found.n_participants, found.n_in_arms}


def _size(found: PooledEffect) -> str:
    return joined(k_equals(found.n_studies, found.k), n_equals(found.n_participants, found.n_is_least))


def _digits(printed: EstimateRow) -> int:
    return 4 if printed.decimals is None else printed.decimals


def _apart(printed: float, computed: float, analysis: Analysis, row: EstimateRow) -> float:
    """Difference of two numbers; with all digits relative to their size, of a ratio on the scale of its logarithm."""
    if row.decimals is not None:
        return abs(printed - computed)
    if analysis.is_ratio and printed > 0 and computed > 0:
        return abs(log(printed) - log(computed)) / max(1.0, abs(log(printed)))
    return abs(printed - computed) / max(1.0, abs(printed))
