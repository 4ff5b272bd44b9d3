"""Terms that a rule can never find as meant, or finds everywhere, though they can be read."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Place = tuple[str | int, ...]
Said = tuple[Place, object, str]
"""Where something stands in a protocol, its value, and what to do."""

_QUOTES = '“”„«»"'
_OF_DATABASES = re.compile(r"[?$|]|/$|^exp |\.(?:tw|ti|ab|mp|kw|ti,ab)\.?$", re.IGNORECASE)
_LONG_FOR_CAPITALS = 7
"""Letters from which on a term in capitals is a word typed loudly, and no abbreviation."""


def fault_of(term: str) -> str:
    """What is wrong with a term, and what to do; '' when nothing is."""
    plain = term.strip()
    letters = [letter for letter in plain if letter.isalnum()]
    if not plain:
        return "is empty: write a word, or remove it"
    if not letters:
        return "is found in every text, or in none: write a word with it"
    if len(letters) == 1 and letters[0].isascii():
        return "is one letter, which is found everywhere: write the word"
    if any(quote in plain for quote in _QUOTES):
        return "has quotes in it, which are searched for: remove them; a phrase needs none"
    if re.search(r"\b(?:AND|OR|NOT|NEAR|ADJ\d*)\b", plain):
        return "is a search, and a term is one word or phrase: write each as an item of its own, without operators"
    if _OF_DATABASES.search(plain):
        return "is written for one database: write the word alone; * is the only sign that stands for letters"
    if re.search(r"[;]|,\s", plain):
        return "is found only with the comma or semicolon in it: write each word as an item of its own"
    return ""


def faults_of_rules(rules: Mapping[Place, Mapping[str, Any]]) -> Iterator[Said]:
    """Faults of the rules of a protocol, by their places in it."""
    for place, rule in rules.items():
        exceptions = {term.casefold().strip() for term in _texts(rule, "except_terms").values()}
        for name in ("terms", "except_terms"):
            for at, term in _texts(rule, name).items():
                if said := fault_of(term):
                    yield _at(place, name, at), term, said
        for at, term in _texts(rule, "terms").items():
            if term.casefold().strip() in exceptions:
                yield (
                    _at(place, "terms", at),
                    term,
                    "never counts: it stands under except_terms, too; keep it in one of them (except_terms are longer"
                    " phrases, which keep the term inside them from counting)",
                )
    intervention = rules.get(("eligibility", "intervention"), {})
    control = {
        term.casefold().strip() for term in _texts(rules.get(("eligibility", "comparator"), {}), "terms").values()
    }
    for at, term in _texts(intervention, "terms").items():
        if term.casefold().strip() in control:
            yield (
                ("eligibility", "intervention", "terms", at),
                term,
                "is a word of comparator, too, so that no arm can be told from the other: keep it in one of them",
            )


def hints_of_rules(rules: Mapping[Place, Mapping[str, Any]]) -> Iterator[Said]:
    """What does no harm and was perhaps not meant."""
    for place, rule in rules.items():
        for name in ("terms", "except_terms"):
            first: dict[str, int] = {}
            for at, term in _texts(rule, name).items():
                if first.setdefault(_key(term), at) != at:
                    yield _at(place, name, at), term, "stands twice (capitals make no difference): keep one"
                elif term.isupper() and term.isalpha() and len(term) >= _LONG_FOR_CAPITALS:
                    yield (
                        _at(place, name, at),
                        term,
                        f"is found in capitals only, as abbreviations are: write {term.lower()!r} to find it in any letters",
                    )


def rules_of(protocol: Mapping[str, Any]) -> dict[Place, Mapping[str, Any]]:
    """Every rule of terms that a protocol gives, with lists of terms elsewhere as rules of their own."""
    found: dict[Place, Mapping[str, Any]] = {}
    eligibility = protocol.get("eligibility")
    for name, rule in eligibility.items() if isinstance(eligibility, dict) else ():
        if isinstance(rule, dict):
            inner = {key: value for key, value in rule.items() if isinstance(value, dict)}
            found |= {("eligibility", name, key): value for key, value in inner.items()}
            found |= {} if inner else {("eligibility", name): rule}
    for kind, keys in (("comparisons", ("intervention_terms", "control_terms")), ("outcomes", ("title_terms",))):
        items = protocol.get(kind)
        for at, item in enumerate(items if isinstance(items, list) else ()):
            found |= {(kind, at, key): {"terms": item[key]} for key in keys if isinstance(item, dict) and key in item}
    return found


def _at(place: Place, name: str, at: int) -> Place:
    """Place of a term: some rules of comparisons and outcomes are lists without a key of their own."""
    return (*place, at) if str(place[-1]).endswith("_terms") and place[0] != "eligibility" else (*place, name, at)


def _key(term: str) -> str:
    """Terms that find the same; one in capitals is found in capitals only."""
    return term.strip() if term.isupper() else term.casefold().strip()


def _texts(rule: Mapping[str, Any], name: str) -> dict[int, str]:
    """Terms that are texts, by their places in the list; the others are told by the protocol's shape."""
    items = rule.get(name)
    return {at: item for at, item in enumerate(items if isinstance(items, list) else ()) if isinstance(item, str)}
