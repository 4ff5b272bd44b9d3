"""How a verdict on a criterion is put: with the field and the words that decided."""

from collections.abc import Sequence

from models.screening import CriterionVerdict
from models.vocabulary import Criterion, Verdict
from studies.terms import Field, Found

LONGEST_QUOTE = 300


def verdict(criterion: Criterion, word: Verdict, field: str, quote: str, decided_by: str = "rule") -> CriterionVerdict:
    """A verdict with the words that decided it."""
    return CriterionVerdict(criterion=criterion, verdict=word, field=field, quote=str(quote), decided_by=decided_by)


def by_found(criterion: Criterion, word: Verdict, found: Found) -> CriterionVerdict:
    """A verdict by a term that was found."""
    return verdict(criterion, word, found.field, found.quote)


def by_absence(criterion: Criterion, word: Verdict, fields: Sequence[Field], name: str) -> CriterionVerdict:
    """A verdict by what fields do not say."""
    quote = "; ".join(field.text for field in fields)
    return verdict(criterion, word, name, quote[:LONGEST_QUOTE] if quote else "none registered")
