"""What a review's rules say of records: each content is judged once, by the same rules at least."""

import hashlib
import inspect
from collections.abc import Callable
from functools import cache

import msgspec

from models import design
from models.eligibility import Eligibility
from models.screening import CriterionVerdict
from models.trial import TrialRecord
from studies import eligibility as rules
from studies import fields, terms

Ruled = tuple[CriterionVerdict, ...]


class Verdicts:
    """The verdicts of one review's rules, looked up where they are known and found otherwise.

    Parameters
    ----------
    eligibility : the review's terms
    known : the verdicts on a content, by its hash, that the same rules have found before; None if they have not

    Attributes
    ----------
    new : verdicts by content that were not known, to be kept
    """

    def __init__(self, eligibility: Eligibility, known: Callable[[str], Ruled | None] | None = None) -> None:
        self._eligibility, self._known = eligibility, known
        self._seen: dict[str, Ruled] = {}
        self.new: dict[str, Ruled] = {}

    def of(self, record: TrialRecord) -> Ruled:
        """A verdict on every criterion from the record alone."""
        content = hashlib.sha256(msgspec.json.encode(record)).hexdigest()
        if (ruled := self._seen.get(content)) is None:
            ruled = self._known(content) if self._known else None
            if ruled is None:
                ruled = self.new[content] = rules.judge_by_rules(record, self._eligibility)
            self._seen[content] = ruled
        return ruled


def fingerprint(eligibility: Eligibility) -> str:
    """Changes with the review's terms and with the program's rules."""
    return hashlib.sha256(f"{eligibility.model_dump_json()}\n{_code()}".encode()).hexdigest()


@cache
def _code() -> str:
    return hashlib.sha256("".join(map(inspect.getsource, (rules, fields, terms, design))).encode()).hexdigest()
