"""What the interventions of studies are called: names and codes by which a report may call them without saying what they are."""

import re
from collections.abc import Iterable, Iterator, Sequence

from models.eligibility import Eligibility
from models.trial import TrialRecord
from studies import fields
from studies.terms import Field, find

_PARTS = re.compile(r"[(),;/:+]|\s[-–—]\s|\b(?:injection|infusion|cells?|transplantation|therapy)\b", re.IGNORECASE)
_PRODUCT = re.compile(r"(?=.*[A-Z])[^\W\d_][\w-]{4,}\w")
"""One word with a capital, that stands by itself."""
_CODE = re.compile(r"\b(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]{5,}\b|\b[A-Z]?[a-z]+[A-Z]\w+\b")
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
    """Short names and codes of what a record gives as the intervention: long ones describe it."""
    given = [item for item in record.interventions if not find(eligibility.comparator, [Field("", item.name)])]
    named = [item for item in given if find(eligibility.intervention, fields.of_intervention(item))]
    for item in named or given[:1]:
        for name in (item.name, *item.other_names):
            parts = [part.strip() for part in _PARTS.split(name)]
            yield from (part for part in parts if _PRODUCT.fullmatch(part))
            yield from _CODE.findall(name)
            yield from (
                term
                for term in eligibility.intervention.terms
                if _PRODUCT.fullmatch(term) and term.casefold() in name.casefold()
            )
