"""Rules on participants alone, S3 and S6, which can be applied before any result is known and decide nothing alone."""

from collections.abc import Mapping, Sequence
from math import ceil, sqrt

from scipy import special

from models.analysis import Analysis
from models.protocol import Protocol
from models.synthesis import PooledEffect, Signal
from models.vocabulary import EvidenceSet, Rule

Participants = tuple[int, str]
"""A number of participants and what it counts: randomised, started, or registered."""


def participant_rules(
    protocol: Protocol,
    analysis: Analysis,
    old: PooledEffect | None,
    new: Mapping[str, Participants],
    unknown: Sequence[str] = (),
) -> list[Signal]:
    """Weight of new participants against the old (S3), and whether they could make the result exclude no effect (S6).

    Parameters
    ----------
    old : headline of the published data under the first convention, None without any
    new : participants by study, of trials that were completed or reported since
    unknown : those of them of which nobody can say whether they are of this comparison
    """
    total = sum(n for n, _ in new.values())
    return [_weight(protocol, analysis, old, new, unknown), _ripe(protocol, analysis, old, total)]


def _weight(
    protocol: Protocol,
    analysis: Analysis,
    old: PooledEffect | None,
    new: Mapping[str, Participants],
    unknown: Sequence[str],
) -> Signal:
    """Weight of new participants against the old (Takwoingi 2013), known before any result is.

    Where it is not known how many the old are there is no ratio.
    """
    before, total = (old.n_participants if old else 0), sum(n for n, _ in new.values())
    is_least = old is not None and old.n_is_least
    threshold = protocol.thresholds.participant_ratio
    ratio = total / before if before and not is_least else None
    names = ", ".join(f"{study} ({n} {kind})" for study, (n, kind) in sorted(new.items()))
    words = f"{total} participants in newly completed or reported trials, {_analysed_before(before, is_least)}."
    said = words + (f" {names}." if names else "") + _of_unknown_comparison(unknown)
    fired = ratio is not None and ratio >= threshold
    return _signal(Rule.S3, protocol, analysis, fired=fired, value=ratio, threshold=threshold, explanation=said)


def _ripe(protocol: Protocol, analysis: Analysis, old: PooledEffect | None, n_new: int) -> Signal:
    """Whether a result that shows no difference could show one with these participants, if its effect stays as it is."""
    alpha = protocol.thresholds.alpha
    needed = None if old is None else participants_needed(old, alpha)
    value, said = None, "Not computable: no published effect with its p-value and its participants."
    if old is not None and old.p_value is not None and old.p_value < alpha:
        said = "The published result excludes no effect already."
    elif needed is None and old is not None and old.p_value is not None and old.n_participants and not old.n_is_least:
        said = "The published effect is no effect: no number of participants would exclude that."
    elif old is not None and needed is not None:
        value = n_new / needed
        chance = power_with(old, n_new, alpha)
        said = (
            f"{needed} more participants would exclude no effect if the effect stays as it is; {n_new} are in newly completed or reported trials"
            + (f", with whom that happens with a probability of {chance:.0%}." if chance is not None and n_new else ".")
        )
    fired = value is not None and value >= 1
    return _signal(Rule.S6, protocol, analysis, fired=fired, value=value, threshold=1.0, explanation=said)


def participants_needed(effect: PooledEffect, alpha: float) -> int | None:
    """Barrowman's n: participants more that would make a pooled effect significant if it stays where it is.

    n = N ((z_alpha / z)^2 - 1), rounded up, with z of its own p-value, so that the interval's distribution counts. It
    takes the variance between studies to shrink as the rest does; where studies differ, more are needed.

    Returns
    -------
    int or None
        None where the effect is significant already or exactly no effect, or its participants are not all told.

    Source
    ------
    Barrowman, Fang, Sampson and Moher (2003), BMC Med Res Methodol 3:13.
    """
    if effect.p_value is None or not effect.n_participants or effect.n_is_least:
        return None
    z, wanted = -float(special.ndtri(effect.p_value / 2)), -float(special.ndtri(alpha / 2))
    if effect.p_value < alpha or z <= 0:
        return None
    return max(1, ceil(effect.n_participants * ((wanted / z) ** 2 - 1)))


def power_with(effect: PooledEffect, n_new: float, alpha: float) -> float | None:
    """Probability that a pooled effect excludes no effect once `n_new` participants more are in it.

    The new ones are taken to have the effect that is pooled now, as precisely by the head as the old: the normal form of
    the simulation of Sutton et al. (2007), Statistics in Medicine 26:2479, under a common effect, without its draws. None
    without a standard error or where the participants are not all told.
    """
    if effect.yi is None or not effect.se or not effect.n_participants or effect.n_is_least:
        return None
    before = effect.n_participants
    if n_new <= 0:
        return float(effect.p_value is not None and effect.p_value < alpha)
    together = before + n_new
    limit = -special.ndtri(alpha / 2) * effect.se * sqrt(before / together)
    spread = effect.se * sqrt(before * n_new) / together
    return float(special.ndtr((effect.yi - limit) / spread) + special.ndtr((-effect.yi - limit) / spread))


def _signal(
    rule: Rule,
    protocol: Protocol,
    analysis: Analysis,
    *,
    fired: bool,
    value: float | None,
    threshold: float,
    explanation: str,
) -> Signal:
    """Rules on participants are the same under every convention, and announce: they stand with the provisional."""
    return Signal(
        rule=rule,
        comparison=analysis.comparison,
        outcome=analysis.outcome,
        timepoint=analysis.timepoint,
        analysis=analysis.analysis,
        evidence_set=EvidenceSet.PROVISIONAL,
        convention=protocol.conventions[0].name,
        fired=fired,
        value=value,
        threshold=threshold,
        explanation=explanation,
    )


def _analysed_before(n: int | None, is_least: bool) -> str:
    if n is None:
        return "how many were analysed before is not known: no ratio"
    return f"at least {n} analysed before, not all told: no ratio" if is_least else f"{n} analysed before"


def _of_unknown_comparison(studies: Sequence[str]) -> str:
    return f" Of which comparison is not known: {', '.join(sorted(studies))}." if studies else ""
