"""The supplements of a night, from the numbers that its pooled effects rest on."""

from collections.abc import Sequence

from judging.curves import StudyCurves
from judging.survival import rmst_of
from models.protocol import Protocol
from models.supplements import Supplements
from models.synthesis import EffectInput, PooledEffect
from synthesis.looks import looks_of


def supplements_of(
    inputs: Sequence[EffectInput],
    effects: Sequence[PooledEffect],
    protocol: Protocol,
    *,
    curves: Sequence[StudyCurves] = (),
) -> Supplements:
    """Everything that stands beside the pooled effects.

    Parameters
    ----------
    inputs : effects of studies, all evidence sets together
    effects : pooled from them, without those of analyses whose gate is closed
    protocol : analyses with their outcomes, and what is chosen for supplements
    curves : survival of studies at landmarks
    """
    return Supplements(
        survival=tuple(rmst_of(curves, protocol)),
        looks=looks_of(inputs, effects, protocol),
    )
