"""What the interventions of studies are called: names and codes by which a report may call them without saying what they are."""

import re
from collections.abc import Iterable, Iterator, Sequence

from models.eligibility import Eligibility
from models.trial import TrialRecord
from studies import fields
from studies.terms import Field, find

_PARTS = re.compile(r"[(),;/:+]|\s[-–—]\s")
_NAME = re.compile(r"((?=[\w-]*[A-Z])[^\W\d_][\w-]{4,40}\w)(?: [a-z]+)?")
"""One word with a capital, and perhaps one in small letters that says what kind of thing it is."""
_CODE = re.compile(r"\b(?=[\w-]{0,40}\d)(?=[\w-]{0,40}[A-Z])[\w-]{5,40}\b|\b[A-Z]?[a-z]+[A-Z]\w{1,40}\b")
"""Letters with digits, or with a capital inside: AB-101, MaDeUp."""


def products_of(records: Iterable[TrialRecord], eligibility: Eligibility) -> list[str]:
    """What registries call the interventions of a review's studies, in order.

    A report may call a product by its name alone; the registration tells what it is.
    """
    return sorted({name for record in records for name in names_of_products(record, eligibility)})


def with_names(eligibility: Eligibility, names: Sequence[str]) -> Eligibility:
    """The review's terms with further names of its interventions."""
    known = eligibility.intervention
    terms = [*known.terms, *(name for name in names if name not in known.terms)]
    return eligibility.model_copy(update={"intervention": known.model_copy(update={"terms": terms})})


def names_of_products(record: TrialRecord, eligibility: Eligibility) -> Iterator[str]:
    """Names and codes of what a record gives as the intervention; words of the protocol describe and name nothing."""
    given = [item for item in record.interventions if not find(eligibility.comparator, [Field("", item.name)])]
    named = [item for item in given if find(eligibility.intervention, fields.of_intervention(item))]
    terms = eligibility.intervention.terms
    for item in named or given[:1]:
        for name in (item.name, *item.other_names):
            parts = (found[1] for part in _PARTS.split(name) if (found := _NAME.fullmatch(part.strip())))
            yield from (word for word in parts if not any(word.casefold() in term for term in terms))
            yield from _CODE.findall(name)
            yield from (term for term in terms if _NAME.fullmatch(term) and term.casefold() in name.casefold())
