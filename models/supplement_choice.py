"""What a protocol says about supplements, which are fixed before anybody sees a result of theirs."""

from models.looks_choice import LooksChoice
from models.terms import Strict


class SupplementChoice(Strict):
    """Choices of the protocol for what stands beside its conventions."""

    looks: LooksChoice = LooksChoice()
