"""The supplements of a night, from the numbers that its pooled effects rest on."""

from collections.abc import Sequence

from models.protocol import Protocol
from models.supplements import Supplements
from models.synthesis import EffectInput, PooledEffect
from synthesis.bayes_supplement import bayes_supplement
from synthesis.looks import looks_of


def supplements_of(inputs: Sequence[EffectInput], effects: Sequence[PooledEffect], protocol: Protocol) -> Supplements:
    """Everything that stands beside the pooled effects.

    Parameters
    ----------
    inputs : effects of studies, all evidence sets together
    effects : pooled from them, without those of analyses whose gate is closed
    protocol : analyses with their outcomes, and what is chosen for supplements
    """
    return Supplements(
        bayes=bayes_supplement(inputs, effects, protocol),
        looks=looks_of(inputs, effects, protocol),
    )
