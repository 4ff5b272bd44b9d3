"""A draft of words as YAML for a protocol, and what it finds of the review's own studies as lines."""

from collections import Counter
from collections.abc import Iterator, Sequence

import yaml

from judging.draft_terms import Drafted
from judging.drafting import Draft, search_words
from judging.self_test import Tested
from models.vocabulary import Verdict

PICO, ELIGIBILITY = "pico", "eligibility"
KEYS = (PICO, ELIGIBILITY)
"""Keys of protocol.yaml that a draft has blocks for."""


def block(draft: Draft, keys: Sequence[str] = KEYS) -> str:
    """The draft as YAML: each word with a comment of how many have it, further names as comments."""
    others = f"; the others are {draft.n_others} further records" if draft.n_others else ""
    lines = [
        "# A draft, made of the registrations of the review's own studies by counting words. Take away what does not",
        "# belong, add what the question means besides: * ends a word early, capitals are found in capitals only.",
        f"# Own are the {draft.n_own} studies that have a registration{others}.",
    ]
    if PICO in keys and draft.pico.is_written:
        lines += ["pico:", *_rule("population", _searched(draft.population), "  ")]
        lines += _rule("abbreviations", _searched(draft.abbreviations), "  ")
        lines += _rule("intervention", _searched(draft.intervention), "  ")
    if ELIGIBILITY in keys and draft.eligibility.is_written:
        lines += [f"{ELIGIBILITY}:"]
        lines += _terms("population", (*draft.population, *draft.abbreviations), draft.further_population)
        lines += _terms("intervention", draft.intervention, draft.further_intervention)
        lines += _terms("comparator", draft.comparator, ())
    return "\n".join(lines) + "\n"


def _searched(terms: Sequence[Drafted]) -> list[tuple[str, Drafted]]:
    return [(words, next(item for item in terms if search_words([item]) == [words])) for words in search_words(terms)]


def _terms(name: str, terms: Sequence[Drafted], further: Sequence[Drafted]) -> list[str]:
    if not terms:
        return []
    lines = [f"  {name}:", *_rule("terms", [(item.term, item) for item in terms], "    ")]
    if further:
        lines += ["      # Registered besides:"]
        lines += [f"      # - {_scalar(item.term)}  # {_count(item)}" for item in further]
    return lines


def _rule(name: str, words: Sequence[tuple[str, Drafted]], indent: str) -> list[str]:
    if not words:
        return []
    return [f"{indent}{name}:", *(f"{indent}  - {_scalar(word)}  # {_count(item)}" for word, item in words)]


def _scalar(word: str) -> str:
    """A word as YAML reads it back, in quotes only where it would be read as something else."""
    return yaml.safe_dump(word, allow_unicode=True, width=1000).splitlines()[0]


def _count(item: Drafted) -> str:
    return f"{item.n_own} own, {item.n_others} others"


def lines_of_test(found: Sequence[Tested], whose: str) -> Iterator[str]:
    """How many of the review's own studies words find and screen in, and which they miss, and why."""
    known = [item for item in found if item.verdict is not None]
    kept = [item for item in known if item.is_kept]
    left = sum(item.verdict is Verdict.UNCLEAR for item in kept)
    to_people = f", {left} of them left to a person" if left else ""
    yield f"{whose} find and screen in {len(kept)} of {len(known)} own studies that have a registration{to_people}."
    for item in known:
        if not item.is_found:
            yield f"  missed: {_named(item)}: no word of the population in its conditions, titles or keywords"
        for criterion in item.missed_by:
            yield f"  missed: {_named(item)}: {criterion.criterion}: {criterion.field}: {criterion.quote}"
    if without := [item for item in found if item.verdict is None]:
        lists = Counter(item.study.list for item in without)
        told = ", ".join(f"{count} {name}" for name, count in lists.items())
        yield f"{len(without)} own studies have no registration that a night has brought ({told}): not tested."


def _named(item: Tested) -> str:
    numbers = ", ".join(record.record_id for record in item.study.records)
    label = item.study.label
    return f"{label} ({item.study.list})" if label in numbers else f"{label} ({item.study.list}, {numbers})"
