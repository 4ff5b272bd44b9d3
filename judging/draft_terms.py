"""Words that the registrations of a review's own studies share, counted, beside how many others have them.

Candidates are the runs of words inside of names as registered. What is taken is a short list that names every own
study: again and again the candidate that names most studies not named yet, one that fewer others have before one that
more have, a longer before a shorter.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from models import arm_words
from models.terms import TermRule
from models.value import Value
from studies.prose import is_prose
from studies.terms import Field, find

_MOST_WORDS = 4
"""Of a candidate."""
_LONGEST_NAME = 6
"""Words of a name that is taken as a whole."""
_SHORTEST = 4
"""Letters of a word that is no code."""
_WORD = re.compile(r"[^\W_]+(?:['’\-\u2010\u2011][^\W_]+)*")
_HYPHENS = re.compile("[\u2010\u2011]")
_PIECE = re.compile(r"[^\W_]+")
_PLURAL = re.compile(r"[a-z-]*[a-z]{3}[b-hj-rtv-z]s")
"""Words that lose their *s*: cells, not sclerosis, virus or illness."""
_PARTS = re.compile(
    r"\s*(?:[^\w\s'’\-\u2010\u2011]|_|(?<!\w)['’]|['’](?!\w))+\s*|"
    r"\s+(?:-|vs\.?|versus|and|or|with|plus|for|in|by|to|on|from|after)\s+",
    re.IGNORECASE,
)
"""Where one name ends and another may begin."""
_SMALL = frozenset(
    """a an and are as at be by during for from in into is it its of on or than that the their this to using via versus vs
    was were with without within de la el en del""".split()  # noqa: SIM905
)
_OF_TRIALS = frozenset(
    """trial trials study studies clinical efficacy safety effect effects evaluation evaluate evaluating assess
    assessment assessing comparison comparing compared compare outcome outcomes phase ii iii iv i pilot
    randomized randomised controlled blind blinded double-blind open-label label multicentre multicenter
    multi-center prospective placebo sham placebo-controlled double-blinded single-blind triple triple-blind
    doubleblind multinational dose-finding dose-ranging dose-escalation proof-of-concept role impact
    investigation investigate effectiveness feasibility tolerability patient subject results result rate rates
    new parallel interventional quality healthy volunteer volunteers health complication complications other not
    applicable administration administrations infusion infusions repeated extension longitudinal
    index indices time use""".split()  # noqa: SIM905
)
"""Words of titles and conditions that tell no question from another."""
_ENDS = frozenset(
    """disease diseases disorder disorders syndrome condition conditions cell cells pain injury function level levels
    system tissue surgery human acute chronic male female men women adult child children infant elderly pregnant
    pregnancy age""".split()  # noqa: SIM905
)
"""Words that name something only together with another."""


_NO_NAME = (_SMALL | arm_words.FILLERS) - _ENDS
"""Words with which no name begins or ends."""


class Drafted(Value, frozen=True, kw_only=True):
    """A word of the draft, with how many studies have it in the fields in which it was looked for.

    Attributes
    ----------
    n_own, n_others : studies of the review, and other records known
    """

    term: str
    n_own: int
    n_others: int


class Studies:
    """The texts of several studies, with the words of each, so that a term is looked for only where it can be."""

    def __init__(self, texts: Iterable[Sequence[str]]) -> None:
        self.texts = tuple(texts)
        self._having = defaultdict[str, set[int]](set)
        for number, of_study in enumerate(self.texts):
            for word in {word for text in of_study for word in _PIECE.findall(text.casefold())}:
                self._having[word].add(number)

    def __len__(self) -> int:
        return len(self.texts)

    def having(self, term: str) -> set[int]:
        """The studies with a term, or with its plural."""
        *first, last = _PIECE.findall(term.casefold())
        possible = self._having[last] | self._having[f"{last}s"]
        for word in first:
            possible = possible & self._having[word]
        return {number for number in possible if has_one_of((term, f"{term}s"), self.texts[number])}

    def count(self, term: str) -> int:
        """How many studies have a term as it is written."""
        possible = self.having(term.rstrip("*")) if term.endswith("*") else range(len(self))
        return sum(has_one_of([term], self.texts[number]) for number in possible)


def cover(own: Studies, others: Studies, sources: Sequence[Studies], is_taken: Callable[[str], bool]) -> list[str]:
    """The terms that name as many own studies as can be, the best first.

    Parameters
    ----------
    sources : where own studies' candidates are from: of a further one only for those that the former leave
    """
    left = set(range(len(own)))
    chosen = list[str]()
    for source in sources:
        having = {term: found for term in _written(source) if is_taken(term) and (found := own.having(term))}
        n_others = {term: len(others.having(term)) for term in having}
        chosen += _chosen(having, n_others, left)
    return chosen


def _chosen(having: dict[str, set[int]], n_others: dict[str, int], left: set[int]) -> list[str]:
    """Again and again the term that is worth most, until none names a study that is left; takes them from `left`."""
    chosen = list[str]()
    while having and left:
        best = max(having, key=lambda term: _worth(term, len(having[term] & left), len(having[term]), n_others[term]))
        if not (gained := having[best] & left):
            break
        chosen.append(best)
        left -= gained
    return chosen


def _worth(term: str, n_new: int, n_own: int, n_others: int) -> tuple[float, int, int, int, str]:
    """Studies that it names newly, the less the more others have it; a word of one study alone says little.

    Others weigh by the root of their share: a study that is missed is worse than one that is read in vain.
    """
    share = (n_own / (n_own + n_others)) ** 0.5
    return n_new * share * n_own / (n_own + 1), n_own, len(term.split()), len(term), term


def has_one_of(terms: Iterable[str], texts: Iterable[str]) -> bool:
    """Whether one of some terms stands in one of some texts, as the rules of eligibility find it."""
    return find(TermRule(terms=list(terms)), [Field("", text) for text in texts]) is not None


def is_within(term: str, texts: Iterable[str]) -> bool:
    """Whether all words of a term stand in one of some texts."""
    words = {word.casefold() for word in _WORD.findall(term)}
    return any(words <= {word.casefold() for word in _WORD.findall(text)} for text in texts)


def with_plural(term: str, own: Studies) -> str:
    """The term with an open ending where own studies have its plural, and a short word cannot become another so."""
    texts = [text for study in own.texts for text in study]
    one, many = (has_one_of([word], texts) for word in (term, f"{term}s"))
    if many and (one or " " in term):
        return f"{term}*"
    return f"{term}s" if many else term


def _written(studies: Studies) -> list[str]:
    """Candidates in the writing that is met most often."""
    ways = defaultdict[str, Counter[str]](Counter)
    for texts in studies.texts:
        for term in {term for text in texts for term in candidates(text)}:
            ways[term.casefold()][term] += 1
    return sorted(max(sorted(counts), key=counts.__getitem__) for counts in ways.values())


def candidates(text: str) -> Iterator[str]:
    """The runs of words of a text that name something."""
    for part in _PARTS.split(text):
        words = _WORD.findall(part)
        for start in range(len(words)):
            for end in range(start + 1, min(start + _MOST_WORDS, len(words)) + 1):
                if is_telling(words[start:end]):
                    yield _plain(words[start:end])


def names(texts: Iterable[str]) -> Iterator[str]:
    """Short names as they are registered, in their parts."""
    for text in texts:
        for part in _PARTS.split(text) if not is_prose(text) else ():
            words = _WORD.findall(part)
            if 0 < len(words) <= _LONGEST_NAME and is_telling(words):
                yield _plain(words)


def is_telling(words: Sequence[str]) -> bool:
    """Whether words name something: none tells of a trial, the first and last are neither small nor of dose and form."""
    plain = [word.casefold() for word in words]
    if any(word in _OF_TRIALS for word in plain) or any(word in _SMALL - {"of"} for word in plain):
        return False
    if len(plain) == 1 and plain[0] in _ENDS:
        return False
    edges = {words[0], words[-1]}
    if any(word in _NO_NAME or word.isdigit() for word in {plain[0], plain[-1]}):
        return False
    return all(len(word) >= _SHORTEST or is_code(word) for word in edges)


def is_code(word: str) -> bool:
    """An abbreviation, a number of a product, or a name with capitals inside: kept as it is written."""
    return len(word) > 1 and not word.isdigit() and (word.isupper() or re.search(r"\d|[a-z][A-Z]", word) is not None)


def _plain(words: Sequence[str]) -> str:
    """In lower case but for codes, the last word without its plural."""
    plain = [word if is_code(word) else word.lower() for word in (_HYPHENS.sub("-", word) for word in words)]
    if _PLURAL.fullmatch(plain[-1]):
        plain[-1] = plain[-1].removesuffix("s")
    return " ".join(plain)


def abbreviations(terms: Iterable[str], own: Studies) -> list[str]:
    """Capitals in own studies' texts that are the first letters of a term."""
    initials = {"".join(word[0] for word in term.split()).upper() for term in terms}
    seen = {word for texts in own.texts for text in texts for word in _WORD.findall(text)}
    return sorted(word for word in seen if word.isupper() and len(word) > 1 and word in initials)
