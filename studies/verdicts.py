"""What a review's rules say of records: each content is judged once, by the same rules at least."""

import hashlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial

import msgspec

from models import ages, arm_words, countries, design, design_words, documents, limits
from models.eligibility import Eligibility
from models.report import Report
from models.screening import CriterionVerdict, ReportScreening
from models.trial import TrialRecord
from studies import (
    arm_roles,
    arm_text,
    bibliography,
    fields,
    prose,
    report_designs,
    report_kinds,
    report_limits,
    report_screening,
    terms,
)
from studies import eligibility as rules
from studies.criteria import age, allocation, comparison, dates, intervention, population, said, setting
from studies.criteria import design as designs
from studies.products import with_names
from studies.report_screening import judge_report, screening_of

_MODULES = (
    *(rules, population, intervention, allocation, designs, comparison, age, setting, dates, said),
    *(arm_roles, arm_text, prose, fields, terms),
    *(report_screening, report_designs, report_limits, report_kinds, bibliography),
    *(design, design_words, arm_words, documents, ages, countries, limits),
)
"""What a verdict depends on beside a record and a review."""

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
        return self._looked_up(content, lambda: rules.judge_by_rules(record, self._eligibility))

    def of_reports(self, reports: Mapping[str, Report], products: Sequence[str]) -> dict[str, ReportScreening]:
        """What each report tells of the criteria, by its id; `products` are names of what the review's studies give."""
        eligibility = with_names(self._eligibility, products)
        names = "\n".join(products).encode()
        found = {}
        for report_id, report in reports.items():
            content = hashlib.sha256(names + msgspec.json.encode(report)).hexdigest()
            criteria = self._looked_up(content, partial(judge_report, report, eligibility))
            found[report_id] = screening_of(report, criteria)
        return found

    def _looked_up(self, content: str, judged: Callable[[], Ruled]) -> Ruled:
        if (ruled := self._seen.get(content)) is None:
            ruled = self._known(content) if self._known else None
            if ruled is None:
                ruled = self.new[content] = judged()
            self._seen[content] = ruled
        return ruled


def fingerprint(eligibility: Eligibility) -> str:
    """Changes with the review's terms and with the program's rules."""
    return hashlib.sha256(f"{eligibility.model_dump_json()}\n{_code()}".encode()).hexdigest()


@cache
def _code() -> str:
    return hashlib.sha256("".join(map(inspect.getsource, _MODULES)).encode()).hexdigest()
