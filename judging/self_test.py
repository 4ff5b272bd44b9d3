"""The recall self-test: which of its own studies a review's words would find and screen in."""

from collections.abc import Sequence

from judging.drafting import OwnStudy, draft, searched_texts
from models.eligibility import Eligibility
from models.pico import Pico
from models.protocol import Comparison
from models.screening import CriterionVerdict
from models.search_term import term_of_words
from models.trial import TrialRecord
from models.value import Value
from models.vocabulary import Verdict
from studies.eligibility import judge_by_rules

_ORDER = (Verdict.MET, Verdict.UNCLEAR, Verdict.NOT_MET)


class Tested(Value, frozen=True, kw_only=True):
    """What drafted or written words make of one own study.

    Attributes
    ----------
    is_found : whether its registration has a word of the population that is searched for
    verdict : None without a registration
    missed_by : the criteria that are not met, with the words that decided
    """

    study: OwnStudy
    is_found: bool = False
    verdict: Verdict | None = None
    missed_by: tuple[CriterionVerdict, ...] = ()

    @property
    def is_kept(self) -> bool:
        return self.is_found and self.verdict in {Verdict.MET, Verdict.UNCLEAR}


def self_test(studies: Sequence[OwnStudy], pico: Pico, eligibility: Eligibility) -> tuple[Tested, ...]:
    """Which of its own studies a review's words would find and screen in, by their registrations alone."""
    return tuple(_tested(study, pico, eligibility) for study in studies)


def without_itself(
    studies: Sequence[OwnStudy], others: Sequence[TrialRecord], comparisons: Sequence[Comparison] = ()
) -> tuple[Tested, ...]:
    """Each study with a registration tested by words drafted from the other ones: how a new study would fare."""
    known = [study for study in studies if study.records]
    drafts = ((study, draft([item for item in known if item is not study], others, comparisons)) for study in known)
    return tuple(_tested(study, drafted.pico, drafted.eligibility) for study, drafted in drafts)


def _tested(study: OwnStudy, pico: Pico, eligibility: Eligibility) -> Tested:
    if not study.records:
        return Tested(study=study)
    searched = [*pico.population_in_all_languages, *pico.abbreviations]
    terms = [*(term_of_words(words) for words in searched), *pico.terms("population")]
    is_found = any(term.finds(text) for record in study.records for text in searched_texts(record) for term in terms)
    judged = [judge_by_rules(record, eligibility) for record in study.records]
    best = min(judged, key=lambda criteria: _ORDER.index(_overall(criteria)))
    missed = tuple(item for item in best if item.verdict is Verdict.NOT_MET)
    return Tested(study=study, is_found=is_found, verdict=_overall(best), missed_by=missed)


def _overall(criteria: Sequence[CriterionVerdict]) -> Verdict:
    return max((item.verdict for item in criteria), key=_ORDER.index)
