"""What a protocol stakes on its outcomes, fixed before anybody looks at their numbers."""

from typing import Annotated

from pydantic import Field, field_validator

from models.terms import Strict

RELATIVE_REDUCTION = 0.25
"""Smallest relative reduction that matters, where a protocol says nothing else. Guyatt et al. (2011), J Clin Epidemiol
64:1283 (GRADE guidelines 6)."""


class LooksChoice(Strict):
    """What is staked on each outcome before anybody looks at its numbers; a change is one of the protocol's version."""

    g: dict[str, Annotated[float, Field(gt=0)]] = {}
    """Variance of the effects that are bet on, on the analysis scale (log for ratios), by outcome; of outcomes that are
    not here it is the square of the smallest effect that matters."""
    relative_reduction: Annotated[float, Field(gt=0, lt=1)] = RELATIVE_REDUCTION
    """Smallest one that matters, for outcomes that are ratios."""

    @field_validator("g", mode="before")
    @classmethod
    def of_each_outcome(cls, g: object) -> object:
        """One number for all would bet the same on points of a scale as on logarithms of ratios."""
        if isinstance(g, int | float):
            raise ValueError(
                f"is given by outcome, since scales differ: write g: {{OUTCOME: {g:g}}}, with ids of outcomes, or leave"
                " it out for the square of each outcome's mid"
            )
        return g
