"""What a protocol says about people without a value, before anybody sees what they would change."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from models.terms import Strict

Finite = Annotated[float, Field(allow_inf_nan=False)]
Spread = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class MissingPrior(Strict):
    """What its people expect of the missing, as a mean and a standard deviation for each arm.

    Of means in units of the outcome: the mean of the missing less that of those measured in the same arm. Of events the
    logarithm of the odds ratio of the event, missing against observed.
    """

    intervention: Finite
    control: Finite
    sd_intervention: Spread = 0.0
    sd_control: Spread = 0.0
    correlation: Annotated[float, Field(ge=-1, le=1)] = 0.0


class MissingChoice(Strict):
    """Of one outcome: where its scale ends, what a death counts as, and what its people expect of the missing.

    `lowest` and `highest` are ends of what is analysed: of a change from baseline on a scale from 0 to 48, -48 and 48.
    """

    lowest: Finite | None = None
    highest: Finite | None = None
    death_value: Finite | None = None
    """Value of people who died, where a death counts as the worst result; of the scale's worse end if it is empty."""
    prior: MissingPrior | None = None

    @model_validator(mode="after")
    def ordered(self) -> Self:
        if (self.lowest is None) != (self.highest is None):
            raise ValueError("lowest and highest go together: give both ends of the scale, or neither")
        if self.lowest is None or self.highest is None:
            return self
        if self.lowest >= self.highest:
            raise ValueError(f"lowest {self.lowest:g} is not below highest {self.highest:g}")
        if self.death_value is not None and not self.lowest <= self.death_value <= self.highest:
            raise ValueError(f"death_value {self.death_value:g} is not from {self.lowest:g} to {self.highest:g}")
        return self


AS_FOUND = MissingChoice()
"""Of an outcome of which the protocol says nothing."""
