"""How many people the rows of an analysis are about: who was not counted is not nobody."""

from collections.abc import Sequence

from models.synthesis import EffectInput
from models.value import Value


class People(Value, frozen=True, kw_only=True):
    """People in some rows.

    Attributes
    ----------
    n : each once in a row; None where no row tells how many, 0 where there is no row
    is_least : whether rows do not tell all of theirs, so that there are at least `n`
    in_arms : sum of all arms as RevMan prints it: those of a cross-over count in both
    """

    n: int | None
    is_least: bool = False
    in_arms: int | None = None


def people_in(inputs: Sequence[EffectInput]) -> People:
    """Add up the people of rows, as far as they tell them."""
    own = [item.n_participants for item in inputs if item.n_participants is not None]
    in_arms = [item.n_in_arms for item in inputs if item.n_in_arms is not None]
    if inputs and not own:
        return People(n=None)
    is_least = not all(item.is_counted for item in inputs)
    return People(n=sum(own), is_least=is_least, in_arms=sum(in_arms))
