"""Which registrations a report states as its own: those that its index declares, or else those that its words claim.

An abstract may name another's trial: the one before it, the one on which its sample size rests, the one whose patients it
leaves out. A sentence that speaks of registration outweighs all others; one that speaks of other trials claims nothing.
"""

from collections.abc import Iterator

from models import documents
from models.report import Report
from models.vocabulary import LinkMethod
from studies.identifiers import Identifier, identifiers_in
from studies.prose import sentences
from studies.terms import Field, find


def stated_numbers(report: Report) -> Iterator[tuple[LinkMethod, str, tuple[Identifier, ...]]]:
    """Where a report says its number, with the numbers; words are read only where the index lists none."""
    listed = tuple(dict.fromkeys(number for text in report.registry_ids for number in identifiers_in(text)))
    yield LinkMethod.DATABANK, "DataBank list", listed
    if not listed:
        yield LinkMethod.MINED_ID, "title", identifiers_in(report.title)
        yield LinkMethod.MINED_ID, "abstract", claimed_in(report.abstract_text or "")


def claimed_in(abstract: str) -> tuple[Identifier, ...]:
    """Numbers that an abstract claims, without those that it cites."""
    if not identifiers_in(abstract):
        return ()
    registered: dict[Identifier, None] = {}
    others: dict[Identifier, None] = {}
    for sentence in sentences(abstract):
        numbers = dict.fromkeys(identifiers_in(sentence))
        text = [Field("abstract", sentence)]
        if numbers and find(documents.REGISTERED, text):
            registered |= numbers
        elif numbers and not find(documents.OTHERS_TRIALS, text):
            others |= numbers
    return tuple(registered or others)
