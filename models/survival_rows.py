"""Rows of survival.csv: the share of one arm's people who are alive (free of the event) at landmarks."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from models.ages import DAYS_IN_YEAR
from models.analysis import Applicability
from models.folder_rows import NumbersRow
from models.vocabulary import ArmRole

DAYS = {"days": 1.0, "weeks": 7.0, "months": DAYS_IN_YEAR / 12, "years": float(DAYS_IN_YEAR)}
"""Days in each unit of time; a month is a twelfth of a year."""

_PER_CENT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*%?\s*")

Share = Annotated[float, Field(ge=0, le=1)]


class SurvivalRow(NumbersRow):
    """survival.csv: one arm at one time after randomisation, as a curve, its table or the text of a report gives it.

    Rows of one arm are its curve; what is between them is not known. A row at time 0 says how many people the arm has.
    `survival` may be left empty where nobody was lost: then those at risk and those with the event are everybody.
    """

    arm: ArmRole
    time: Annotated[float, Field(ge=0)]
    time_unit: Literal["days", "weeks", "months", "years"]
    survival: Share | None = None
    se: Annotated[float, Field(ge=0, lt=1)] | None = None
    ci_low: Share | None = None
    ci_high: Share | None = None
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    at_risk: Annotated[int, Field(ge=0)] | None = None
    n_events: Annotated[int, Field(ge=0)] | None = None
    """People with the event up to this time."""

    @property
    def days(self) -> float:
        return self.time * DAYS[self.time_unit]

    @property
    def when(self) -> str:
        """The time in words, as ``6 months``."""
        return f"{self.time:g} {self.time_unit}"

    @field_validator("survival", "se", "ci_low", "ci_high", mode="before")
    @classmethod
    def is_a_share(cls, value: Any) -> Any:
        """Per cent are no shares: 85 is neither taken for 0.85 nor dropped."""
        found = _PER_CENT.fullmatch(str(value))
        if found and (float(found[1]) > 1 or "%" in str(value)) and float(found[1]) <= 100:
            raise ValueError(
                f"is a share of people, from 0 to 1: if per cent are meant, write {float(found[1]) / 100:g}"
            )
        return value

    @model_validator(mode="after")
    def complete(self) -> Self:
        if (self.ci_low is None) != (self.ci_high is None):
            raise ValueError("ci_low and ci_high go together: give both, or neither")
        if self.se is not None and self.ci_low is not None:
            raise ValueError("give se, or ci_low with ci_high, and not both")
        has_spread = self.se is not None or self.ci_low is not None
        if self.time == 0:
            if self.survival not in {None, 1} or self.n_events:
                raise ValueError("at time 0 everybody is alive: leave survival and n_events empty, or correct the time")
            if self.at_risk is None or has_spread:
                raise ValueError("a row at time 0 says how many people the arm has: give at_risk, and no se or limits")
            return self
        if self.survival is None and (self.at_risk is None or self.n_events is None):
            raise ValueError("give survival; or at_risk and n_events, from which it follows where nobody was lost")
        if self.survival is None and has_spread:
            raise ValueError("se or limits belong to survival; give it, or leave them empty")
        if self.ci_low is not None and self.ci_high is not None and self.survival is not None:
            if not self.ci_low <= self.survival <= self.ci_high:
                raise ValueError(f"survival {self.survival:g} is not between {self.ci_low:g} and {self.ci_high:g}")
            if 0 < self.survival < 1 and not self.ci_low < self.survival < self.ci_high:
                raise ValueError(
                    f"survival {self.survival:g} is one of its own limits; correct it, or leave limits empty"
                )
        return self

    @model_validator(mode="after")
    def of_the_whole_arm(self) -> Self:
        """Columns that all files of numbers have, and a curve cannot use."""
        unused = {
            "part": self.part,
            "subgroup": self.subgroup or self.subgroup_number,
            "counts_in": self.counts_in is not Applicability.BOTH,
            "quantity": self.quantity,
            "is_adjusted": self.is_adjusted,
            "as_published": self.as_published,
        }
        if given := [name for name, value in unused.items() if value]:
            raise ValueError(f"{', '.join(given)}: a curve is of a whole arm, as people lived; leave it empty")
        return self
