"""What a protocol says about supplements, which are fixed before anybody sees a result of theirs."""

from models.bayes_choice import BayesChoice
from models.looks_choice import LooksChoice
from models.terms import Strict


class SupplementChoice(Strict):
    """Choices of the protocol for what stands beside its conventions."""

    bayes: BayesChoice = BayesChoice()
    looks: LooksChoice = LooksChoice()
