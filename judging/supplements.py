"""The supplements of a night, from the numbers that its pooled effects rest on."""

from collections.abc import Sequence

from judging.curves import StudyCurves
from judging.forecasts import Night, forecasts_of
from judging.survival import rmst_of
from models.protocol import Protocol
from models.supplements import Supplements
from models.synthesis import EffectInput, PooledEffect
from synthesis.bayes_supplement import bayes_supplement
from synthesis.looks import looks_of
from synthesis.missing_answers import missing_answers
from synthesis.rare_events import rare_events


def supplements_of(
    inputs: Sequence[EffectInput],
    effects: Sequence[PooledEffect],
    protocol: Protocol,
    night: Night,
    *,
    curves: Sequence[StudyCurves] = (),
) -> Supplements:
    """Everything that stands beside the pooled effects.

    Parameters
    ----------
    inputs : effects of studies, all evidence sets together
    effects : pooled from them, without those of analyses whose gate is closed
    protocol : analyses with their outcomes, and what is chosen for supplements
    night : what is known of the review's studies
    curves : survival of studies at landmarks
    """
    return Supplements(
        bayes=bayes_supplement(inputs, effects, protocol),
        survival=tuple(rmst_of(curves, protocol)),
        looks=looks_of(inputs, effects, protocol),
        rare=rare_events(inputs, effects),
        missing=missing_answers(inputs, effects, protocol),
        forecast=forecasts_of(inputs, effects, protocol, night),
    )
