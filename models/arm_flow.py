"""How many people an arm had, beside those whose numbers are analysed."""

from collections.abc import Sequence

from models.value import Value


class ArmFlow(Value, frozen=True, kw_only=True):
    """People of one arm; None is not known, and never taken from anything else.

    Attributes
    ----------
    n_randomised : to the arm, as a report tells it
    n_started : at the start of the participant flow that a register posts; not always all who were randomised
    n_died : of those without a value, the ones who had died by the time of measurement
    """

    n_randomised: int | None = None
    n_started: int | None = None
    n_died: int | None = None

    @property
    def n(self) -> int | None:
        """Everybody of the arm: randomised, or else started."""
        return self.n_started if self.n_randomised is None else self.n_randomised


NO_FLOW = ArmFlow()


def together(flows: Sequence[ArmFlow]) -> ArmFlow:
    """Everybody of several arms; not known as soon as it is not of one of them."""

    def total(numbers: list[int | None]) -> int | None:
        known = [n for n in numbers if n is not None]
        return sum(known) if len(known) == len(numbers) else None

    return ArmFlow(
        n_randomised=total([flow.n_randomised for flow in flows]),
        n_started=total([flow.n_started for flow in flows]),
        n_died=total([flow.n_died for flow in flows]),
    )
