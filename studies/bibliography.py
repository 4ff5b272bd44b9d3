"""Whether two descriptions are of one document: its title, authors, journal, year and pages, as databases vary them.

Databases change case and punctuation, drop accents and subtitles, put translated titles in brackets and abbreviate
journals. Numbers do not vary: *Part I* and *Part II* are two papers, however alike their titles are.
"""

import re
import unicodedata
from collections import Counter
from functools import lru_cache

import msgspec
from rapidfuzz import fuzz

from models.report import Report

_TYPING = 96
"""Likeness, 0 to 100, of two titles that differ by a slip of the pen."""
_LONG = 40
"""Letters from which a title is told from all others by itself; *A new treatment* is not."""
_PREFIX = re.compile(
    r"^\W*(?:retracted(?: article)?|withdrawn(?: article)?|removed)\s*[:.\-–—]+\s*|"
    r"\s*[\[(]?retracted article\b.*$|\s*\(vol\.? \d+[^)]*\)\s*$|\s*[\[(]retraction in\b.*$",
    re.IGNORECASE,
)
"""What indexes put around the title of a paper that is no longer valid: it stays the same paper."""
_ABOUT = re.compile(
    r"^\W*(?:(?:author|publisher|editorial)s?\W*)?"
    r"(erratum|errata|corrigend\w+|correction|addendum|retraction|expression of concern|notice of|withdrawal|"
    r"repl(?:y|ies)|response|in reply|re|comment\w*|letter|editorial|author'?s? reply)\b\s*(?:notice|note)?\s*"
    r"(?:(?:to|on|of|for|by|from|regarding|concerning)\b\s*)?(?:[:.\-–—]+\s*|(?=\()|(?<=\bto )|(?<=\bon )|(?<=\bof )|(?<=\bfor )|$)",
    re.IGNORECASE,
)
"""How documents about another begin, which may bear its title."""
_ROMAN = re.compile(r"(?=[ivx])(?:x{0,2})(?:ix|iv|v?i{0,3})")
_PART = re.compile(r" (?:part|study|paper|report|section|chapter|[ivx]+|\d+)\b")
_NUMBER_WORDS = {
    word: str(number)
    for number, words in enumerate(
        ("one first", "two second", "three third", "four fourth", "five fifth", "six sixth", "seven seventh"), start=1
    )
    for word in words.split()
}
_GREEK = {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "κ": "kappa", "μ": "mu", "ω": "omega", "ß": "ss"}
_MARKUP = re.compile(r"</?[a-z][^<>]{0,40}>|&(?:#\d+|#x[0-9a-f]+|[a-z]{2,8});", re.IGNORECASE)
_ENTITIES = {"&amp;": " and ", "&lt;": " ", "&gt;": " ", "&nbsp;": " "}
_SMALL = {"the", "of", "and", "for", "in", "on", "de", "der", "die", "und", "fur", "la", "le", "et", "del", "y"}


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """A report as it is compared; what it does not state is ''."""

    title: str
    """Words in lower case without accents and punctuation."""
    about: str
    """How it begins where it is about another document: *erratum*, *reply*, …"""
    author: str
    """First author's surname."""
    year: int | None
    journal: tuple[str, ...]
    volume: str
    page: str
    """First page, or the number that stands for it."""
    is_translated: bool
    """Whether its title is the index's translation, or in another language than English."""
    is_preprint: bool
    is_abstract: bool


def description(report: Report) -> Description:
    """A report in the form in which it is compared."""
    bare = _PREFIX.sub("", " ".join(report.title.split()))
    types = {word.casefold() for word in report.publication_types}
    about = _ABOUT.match(bare)
    bare = bare[about.end() :] if about else bare
    notice = next((word for word in _NOTICE_TYPES if word in types), "")
    day = report.published_date
    return Description(
        title=plain(bare) or plain(report.title),
        about=_kind_of_notice(about[1] if about else notice),
        author=surname(report.first_author or ""),
        year=int(day[:4]) if day else None,
        journal=tuple(_words_of_journal(report.journal or "")),
        volume=plain(report.volume or ""),
        page=_first_page(report.pages or ""),
        is_translated=_is_translated(report),
        is_preprint=is_preprint(report),
        is_abstract=bool(types & ABSTRACT_TYPES),
    )


def _kind_of_notice(word: str) -> str:
    """What a document about another is, by its first word: corrections have many names."""
    plain_word = word.casefold()
    return "error" if plain_word.startswith(("err", "corr", "addend", "published err")) else plain_word[:5]


_NOTICE_TYPES = ("published erratum", "retraction of publication", "retraction notice", "expression of concern")
ABSTRACT_TYPES = frozenset(
    {"meeting abstract", "meeting abstracts", "conference abstract", "congress", "abstract", "meeting report",
     "conference paper", "conference proceeding", "proceedings paper"}
)  # fmt: skip
"""Types of what is told at a congress, in MEDLINE's words and in publishers'."""
_PREPRINT_SERVERS = re.compile(r"\b(?:medrxiv|biorxiv|research square|preprints?|ssrn|arxiv|authorea)\b", re.IGNORECASE)


def is_preprint(report: Report) -> bool:
    """Whether a report has not been reviewed by a journal."""
    types = {word.casefold() for word in report.publication_types}
    return "preprint" in types or bool(_PREPRINT_SERVERS.search(report.journal or ""))


def is_one(one: Description, other: Description) -> bool:
    """Whether two descriptions without a number in common are of one document, beyond doubt.

    The title must be the same, and what both state of author, journal, volume and page; a year may be that of early
    access on one side where journal and place in it do not speak against it. Congresses of two years are two abstracts.
    """
    if not may_be_one(one, other) or not (_is_by_one(one, other) or _is_in_another_script(one, other)):
        return False
    is_one_journal, is_one_page = _is_one_journal(one, other), bool(one.page and one.page == other.page)
    if not has_one_title(one, other):
        is_in_place = is_one_journal and one.about == other.about and one.year is not None and one.year == other.year
        is_long = min(len(one.title), len(other.title)) >= _LONG
        is_translated = is_one_page and (one.is_translated or other.is_translated or _is_in_another_script(one, other))
        return is_in_place and (is_translated or (is_cut(one, other) and (is_one_page or is_long)))
    if one.year is None or other.year is None:
        return is_one_journal or is_one_page
    if one.year != other.year:
        is_early = abs(one.year - other.year) == 1 and not (one.is_abstract or other.is_abstract)
        return is_early and is_one_journal and min(len(one.title), len(other.title)) >= _LONG
    return is_one_journal or is_one_page or min(len(one.title), len(other.title)) >= _LONG


def _is_by_one(one: Description, other: Description) -> bool:
    return bool(one.author and one.author == other.author)


def _is_in_another_script(one: Description, other: Description) -> bool:
    """Whether one of them is in letters in which the other's author cannot be looked for."""
    return bool(one.author and other.author) and one.author.isascii() != other.author.isascii()


def is_cut(one: Description, other: Description) -> bool:
    """Whether one title is the beginning of the other, which goes on with more than the number of a part."""
    shorter, longer = sorted((one.title, other.title), key=len)
    is_beginning = one.about == other.about and bool(shorter) and longer.startswith(f"{shorter} ")
    return is_beginning and not _PART.match(longer[len(shorter) :])


def may_be_one(one: Description, other: Description) -> bool:
    """Whether nothing that both state tells them apart."""
    return (
        one.is_preprint == other.is_preprint
        and not (one.author and other.author and one.author != other.author and not _is_in_another_script(one, other))
        and not (one.volume and other.volume and one.volume != other.volume and one.page != other.page)
        and not (one.page and other.page and one.page != other.page and not _is_early(one, other))
        and not (one.journal and other.journal and not _is_one_journal(one, other))
    )


def _is_early(one: Description, other: Description) -> bool:
    """Whether one of them has no volume yet: its page is an article number that the issue may replace."""
    return not (one.volume and other.volume)


def is_under_one_number(one: Description, other: Description) -> bool:
    """Whether two descriptions with one DOI, which may be that of a supplement or book, are of one document."""
    if has_one_title(one, other):
        return not (one.author and other.author and one.author != other.author and one.page != other.page)
    if not _is_by_one(one, other) or one.about != other.about or (one.page and other.page and one.page != other.page):
        return False
    # A translated title and the original have nothing in common but who wrote them, and where.
    return is_cut(one, other) or one.is_translated or other.is_translated


def contradict(one: Description, other: Description) -> bool:
    """Whether two descriptions with one number of a database cannot be of one document: one number is mistyped."""
    is_by_one = not (one.author and other.author) or one.author == other.author
    return not is_by_one and not has_one_title(one, other)


def has_one_title(one: Description, other: Description) -> bool:
    """Whether two titles are one but for spelling, or one lost its subtitle; what they count must be the same."""
    if one.about != other.about:
        return False
    if one.title == other.title:
        return bool(one.title)
    shorter, longer = sorted((one.title, other.title), key=len)
    if _numbers(shorter) != _numbers(longer):
        return False
    if fuzz.ratio(shorter, longer) >= _TYPING:
        return True
    return len(shorter) >= _LONG and is_cut(one, other)


@lru_cache(maxsize=2**16)
def _numbers(title: str) -> Counter[str]:
    """What a title counts by: digits, roman numerals, and words for numbers."""
    words = title.split()
    found = [word for word in words if any(letter.isdigit() for letter in word)]
    found += [str(_arabic(word)) for word in words if _ROMAN.fullmatch(word)]
    found += [_NUMBER_WORDS[word] for word in words if word in _NUMBER_WORDS]
    return Counter(found)


def _arabic(roman: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10}[letter] for letter in roman]
    return sum(
        -value if value < following else value for value, following in zip(values, [*values[1:], 0], strict=True)
    )


def plain(text: str) -> str:
    """Words in lower case, without accents, markup and punctuation, Greek letters by name."""
    for entity, word in _ENTITIES.items():
        text = text.replace(entity, word)
    text = _MARKUP.sub("", text).casefold()
    text = "".join(_GREEK.get(letter, letter) for letter in text)
    letters = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[^\W_]+", bare.replace("’", "").replace("'", "").replace("&", " and ")))


def surname(author: str) -> str:
    """``Mueller, Johannes``, ``Müller J`` and ``J. MULLER`` as one word."""
    before, comma, _ = author.partition(",")
    # An initial is one capital or several without a small letter between: J, J.K., JK.
    words = before.split() if comma else [word for word in author.split() if not _is_initials(word, author)]
    bare = plain(" ".join(words) or author)
    return re.sub(r"(?<=[aou])e", "", bare).replace(" ", "")


def _is_initials(word: str, author: str) -> bool:
    letters = re.sub(r"[.\-]", "", word)
    is_short = "." in word or len(letters) == 1 or (len(letters) <= 3 and letters.isupper())
    return (
        is_short and letters.isupper() and any(len(other) > len(letters) for other in author.split() if other != word)
    )


def _words_of_journal(journal: str) -> list[str]:
    bare = re.sub(r"\([^)]*\)|:.*", " ", journal)
    return [word for word in plain(bare).split() if word not in _SMALL]


def _is_one_journal(one: Description, other: Description) -> bool:
    """Whether two names are one, written out or abbreviated, word by word or by their initials."""
    if not (one.journal and other.journal):
        return False
    shorter, longer = sorted((one.journal, other.journal), key=lambda words: (len(words), sum(map(len, words))))
    initials = "".join(word[0] for word in longer)
    if shorter == (initials,):
        return True
    return len(shorter) == len(longer) and all(
        two.startswith(word) or word.startswith(two) or _is_contracted(word, two)
        for word, two in zip(shorter, longer, strict=True)
    )


def _is_contracted(word: str, other: str) -> bool:
    """*natl* and *national*: the first letter, and the others in their order."""
    short, long = sorted((word, other), key=len)
    letters = iter(long)
    return short[0] == long[0] and len(short) > 2 and all(letter in letters for letter in short)


def _first_page(pages: str) -> str:
    found = re.match(r"\W*([A-Za-z]{0,3}\d+[A-Za-z]?)", pages.replace(" ", ""))
    # The number of an electronic article is written with an e and without.
    return re.sub(r"^e(?=\d)", "", found[1].casefold()).lstrip("0") if found else ""


def _is_translated(report: Report) -> bool:
    is_bracketed = report.title.lstrip().startswith("[") and report.title.rstrip(" .").endswith("]")
    language = (report.language or "").casefold()
    return is_bracketed or bool(language and not language.startswith("en"))
