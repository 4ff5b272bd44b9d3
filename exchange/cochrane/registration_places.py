"""Where a study's lines and references hold numbers of registers, and which of those places say whose they are.

An entry's address, the author field of an entry, the study's name, its identifiers and a sentence such as *Trial
registration: …* declare a number. Titles of papers and other sentences mention one: it may be another study's.
"""

import html
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

from exchange.cochrane.display_text import paragraphs
from exchange.cochrane.package import PackageReference, PackageStudy
from models.placeholders import is_filler
from models.registers import EU_CT, ISRCTN, UNIVERSAL, Register, matches, plain

_PAPERS = frozenset(
    ["JOUR", "PCOMM", "CONF", "CPAPER", "CHAP", "BOOK", "THES", "RPRT", "ABST", "NEWS", "MGZN", "EJOUR"]
)
_FURTHER = ("VL", "IS", "SP", "EP", "DA")
"""Fields of an entry that are meant for something else, and count where they hold a number and nothing besides."""
_HAS_NUMBER = re.compile(r"\d{5}|RBR|SLCTR|NTR|PER\W|\bNL\W{0,3}\d|CTRI|OMON|U1111", re.IGNORECASE)
"""What every number of a register has; most sentences have none of it, and are not looked at closely."""
_ADDRESS = re.compile(r"(?<!\S)\S{0,60}[a-z]\.[a-z]\S{0,60}/\S+", re.IGNORECASE)
_HOSTS = re.compile(
    r"(?:clinicaltrials\.gov|who\.int|clinicaltrialsregister\.eu|euclinicaltrials\.eu|isrctn|controlled-trials|anzctr|chictr|"
    r"ctri\.nic|drks|irct\.ir|umin\.ac|jrct|rctportal|cris\.nih|trialregister\.nl|onderzoekmetmensen|pactr|ensaiosclinicos|"
    r"rpcec|slctr|clinicaltrials\.in\.th|thaiclinicaltrials|lbctr|ins\.gob\.pe)[^/\s]*/",
    re.IGNORECASE,
)
"""Where registers have their entries."""
_LONGEST = 2_000
"""Characters of an address, name or identifier that are looked at."""
_TIMES, _MOST = 3, 40
"""How often a number, and how many numbers, of one field are looked at."""
_NEAR = 400
"""Characters around a number in prose that may say whose it is."""
_BARE_ANZCTR = re.compile(r"(?<![A-Za-z0-9])(?=126\d{11}(?!\d))")
_COUNTS = re.compile(r"(?<!\d)0?1?234567")
_YEAR = re.compile(r"\s+(?:19|20)\d\d[a-z]?$")
_OLD_DUTCH = re.compile(r"rctview\.asp\?TC=(\d{1,4})(?!\d)", re.IGNORECASE)
"""The old Dutch register's address, whose number is the entry's; all others' are internal."""
_REGISTERS = (
    r"clinical\s?trials?(?:\.gov)?|clinicaltrialsregister(?:\.eu)?|ctgov|isrctn|eudra\s?ct|eu\s?ct(?:r|is)?|ctis|euctr|"
    r"ictrp|who|anzctr|chictr|chinese clinical trial registry|ctri|drks|irct|umin(?:-ctr)?|jrct|jprn|kct|cris|ntr|"
    r"pactr|rebec|rpcec|slctr|tctr|lbctr"
)
_LEAD = re.compile(
    r"regist(?:ration|ered|ry|er|rated|rations)|\breg\b|(?:trial|study|protocol|unique|secondary|other|nct|record)s?"
    r"(?: study)?(?: id(?:entifier|entification)?s?| number| no\b| identification)|identifiers?|\bprotocol\b|"
    rf"\bnumber\s*[:=]|\b(?:{_REGISTERS})\b",
    re.IGNORECASE,
)
_ONLY_NUMBER = re.compile(
    rf"(?:[\s:;,.#()\[\]&/\"'–-]|\b(?:and|or|number|no|nr|id|identifier|at|with|under|as|in|on|the|is|url|link|website|{_REGISTERS})\b)*",
    re.IGNORECASE,
)
"""What may stand around a number that is all that a text says."""
_OTHERS = re.compile(
    r"\bsee also\b|\bcf\b|\bother (?:trial|stud|publication|report)|\banother\b|\bdifferent\b|\bparent\b|"
    r"\bmain (?:trial|study)|\bsub-?stud|\bancillary\b|\bextension\b|\bfollow[- ]?up (?:study|trial|of)|\brelated\b|"
    r"\blinked\b|\bcompanion\b|\bsimilar\b|\bsame (?:author|group|team|cent|trial|study)|\bprevious|\bearlier\b|"
    r"\bpreced|\bsubsequent|\bsister\b|\bduplicat|\boverlap|\bunlike\b|\bcompar(?:e|ed) (?:to|with)\b|\bpossibly\b|"
    r"\bperhaps\b|\bmay be\b|\bmight\b|\bprobably\b|\blikely\b|\bcould be\b|\bunclear\b|\bethic|\bexcluded\b|"
    r"\bincluded (?:in|study)|\bnot (?:appear to be |been |be |prospectively )?(?:registered|found|valid)|"
    r"\bunregistered|\bno (?:trial )?registration|\brather than\b|\bconfused\b|\bas part of\b|\bpart of\b|\bnested\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:number|registration|record|entry)\b[^.]{0,60}\bnot (?:\w+ ){0,4}(?:valid|found|this|match|correct|correspond|"
    r"belong|refer|exist)|\b(?:number|registration|record|entry|it|this|which)\b[^.]{0,40}"
    r"\b(?:(?:belongs?|refers?|relates?|leads?|corresponds?) to (?:\w+ )?(?:another|other|different|unrelated)|"
    r"(?:is|was|seems|appears)(?: to be)? (?:wrong|incorrect|invalid|(?:\w+ )?(?:different|another|unrelated) (?:trial|study)))",
    re.IGNORECASE,
)
FOLLOWS_UP = re.compile(
    r"follow[- ]?up|extension|long[- ]term|sub-?stud|ancillary|continuation|roll-?over|secondary analysis",
    re.IGNORECASE,
)


class Mention(NamedTuple):
    """A number where it stands.

    Attributes
    ----------
    key : register and number, the same however it is written
    number : as its register prints it
    place : RIS tag, ``NS`` for the study's name, or the table's column
    sentence : in which it stands, or the whole field
    is_declared : the place says that it is the study's
    is_of_follow_up : its entry's title says that it is a later look at another
    reference : which reference has it; 0 for none
    """

    key: tuple[str, str]
    number: str
    place: str
    sentence: str
    is_declared: bool
    is_of_follow_up: bool = False
    reference: int = 0


def mentions_of(study: PackageStudy, references: list[PackageReference]) -> Iterator[Mention]:
    """Every number in what the package says of a study, by the weight of its place."""
    for tag in ("JF", "UR", "DO", "AU", *_FURTHER):
        for number, reference in enumerate(references, start=1):
            yield from _in_reference(reference, tag, number)
    # A name of the register and a year is no number: Ntr 2013.
    yield from _whole("NS", _YEAR.sub("", study.name))
    for name, value in study.ids.items():
        yield from _whole(f"ID: {name}", value)
    for name, value in study.characteristics.items():
        yield from _in_prose(f"Char: {name}", value)
    for number, reference in enumerate(references, start=1):
        yield from _in_reference(reference, "C3", number)
    for number, reference in enumerate(references, start=1):
        for tag in ("TI", "TT", "CT"):
            for value in reference.all(tag):
                yield from _in_title(reference, tag, value, number)


def numbers_in(text: str) -> list[tuple[tuple[str, str], str]]:
    """Key and number of all that a text holds, in its order; those that nobody ever gave are left out."""
    return [(key, number) for key, number, _, _ in _found(text)]


def has_address(reference: PackageReference) -> bool:
    """Whether an entry's source is the address of a page."""
    return reference.type not in _PAPERS and any(_ADDRESS.search(text[:_LONGEST]) for text in reference.all("JF"))


def _in_reference(reference: PackageReference, tag: str, number: int) -> Iterator[Mention]:
    is_entry = reference.type not in _PAPERS
    is_later = is_entry and bool(FOLLOWS_UP.search(" ".join(reference.all("TI", "TT"))))
    for value in reference.all(tag):
        text = value.split(" ", 1)[-1] if tag == "C3" else value
        # An article's source is a journal, its authors are people, its addresses those of publishers.
        is_free = is_entry and tag not in _FURTHER
        if is_free or tag == "DO" or _is_at_register(text) or (tag != "JF" and _is_only_number(text)):
            for item in _whole(tag, value):
                if tag == "DO" and item.key[0] != ISRCTN:
                    continue
                yield item._replace(is_of_follow_up=is_later, reference=number)


def _in_title(reference: PackageReference, tag: str, value: str, number: int) -> Iterator[Mention]:
    """Titles mention numbers; an entry's that begins with one declares it."""
    first = next(_found(value), None) if reference.type not in _PAPERS else None
    is_told = first is not None and not plain(value)[: first[2]].strip(" ([:")
    for item in _whole(tag, value):
        is_declared = is_told and first is not None and item.key == first[0] and not FOLLOWS_UP.search(value)
        yield item._replace(is_declared=is_declared, reference=number)


def _whole(place: str, value: str) -> Iterator[Mention]:
    """Numbers of a field that holds nothing else: an address's path goes before what follows its question mark."""
    text = _BARE_ANZCTR.sub("ACTRN", _unquoted(value[:_LONGEST]))
    found = list[tuple[tuple[str, str], str]]()
    for address in _ADDRESS.findall(text):
        readable = _OLD_DUTCH.sub(r" NTR\1 ", address)
        found += numbers_in(readable.partition("?")[0]) or numbers_in(readable)
    found += numbers_in(_ADDRESS.sub(" ", text))
    for key, number in dict.fromkeys(found):
        # A universal number is no register's: several entries may have it, none is found by it.
        yield Mention(key, number, place, " ".join(value.split()), is_declared=key[0] != UNIVERSAL)


def _in_prose(place: str, value: str) -> Iterator[Mention]:
    before = ""
    is_name = place.lower() in {"char: study name", "char: trial name or title", "char: trial name"}
    told = Counter[tuple[str, str]]()
    for paragraph in paragraphs(value):
        text = _unquoted(paragraph)
        heading = before if len(before) < 60 and not any(map(str.isdigit, before)) else ""
        for key, number, start, end in _found(text):
            told[key] += 1
            # The first sentences with a number say whose it is; a field with many numbers is a list of others.
            if told[key] <= _TIMES and len(told) <= _MOST:
                is_declared = key[0] != UNIVERSAL and _declares(text, start, end, heading, is_name)
                yield Mention(key, number, place, _sentence(plain(text), start, end), is_declared)
        before = paragraph


def _declares(text: str, start: int, end: int, heading: str, is_name: bool) -> bool:
    """Whether a paragraph says that the number at a place is the study's own registration."""
    readable = plain(text)
    if len(readable) > 2 * _NEAR:
        first = max(0, start - _NEAR)
        readable, start, end = readable[first : end + _NEAR], start - first, end - first
    begin = max(readable.rfind(mark, 0, start) + len(mark) for mark in (". ", "; ", "? ", "\n"))
    ahead, behind = readable[begin if begin > 1 else 0 : start], readable[end:]
    sentence = re.split(r"[.;!?](?:\s|$)", behind, maxsplit=1)[0]
    rest = _ONLY_NUMBER.fullmatch(_without_numbers(readable))
    if _OTHERS.search(ahead) or _DENIED.search(behind[:200]):
        return False
    if is_name or rest:
        return not _OTHERS.search(sentence)
    if _leads(ahead) or (not ahead.strip(" \t:-(") and _LEAD.search(heading) and not _OTHERS.search(heading)):
        return True
    return bool(_LEAD.search(ahead[-100:])) and not _OTHERS.search(sentence)


def _leads(ahead: str) -> bool:
    """Whether a word for a registration stands just before, with nothing between but names of registers and numbers."""
    last = max((match.end() for match in _LEAD.finditer(ahead)), default=-1)
    return last >= 0 and bool(_ONLY_NUMBER.fullmatch(_without_numbers(ahead[last:])))


def _found(text: str) -> Iterator[tuple[tuple[str, str], str, int, int]]:
    """Key, number as printed, and where it stands, of all numbers in a text."""
    readable = plain(text)
    if not _HAS_NUMBER.search(readable):
        return
    seen = sorted(matches(readable), key=lambda item: item[1].start())
    for register, match in seen:
        number = register.number(match)
        # A number whose digits count was given in its turn; nobody fills a list of references with one.
        if not is_filler(number) or _COUNTS.search(number):
            yield (register.name, number), _printed(register, match), match.start(), match.end()


def _printed(register: Register, match: re.Match[str]) -> str:
    """A number in its register's spelling; an EU CT number keeps the submission that its page needs."""
    own = register.own_form(match)
    if not register.in_words.fullmatch(own):
        # UMIN's old C000012347 is a number only where its register is known.
        own = register.normal(register.number(match))
    part = re.search(r"-\d\d$", match[0][match.end(match.lastindex or 0) - match.start() :])
    return own + part[0] if register.name == EU_CT and part else own


def _without_numbers(text: str) -> str:
    rest = _ADDRESS.sub(" ", text)
    for _, match in sorted(matches(rest), key=lambda item: -item[1].start()):
        rest = rest[: match.start()] + " " + rest[match.end() :]
    return rest


def _is_at_register(text: str) -> bool:
    return bool(_ADDRESS.search(text[:_LONGEST]) and _HOSTS.search(text[:_LONGEST]))


def _is_only_number(value: str) -> bool:
    """Whether a field holds a number and nothing besides, an address neither."""
    text = plain(_unquoted(value[:_LONGEST]))
    if _ADDRESS.search(text) or not _HAS_NUMBER.search(text):
        return False
    return bool(_ONLY_NUMBER.fullmatch(_without_numbers(text)))


def _sentence(text: str, start: int, end: int) -> str:
    begin = max(text.rfind(mark, 0, start) for mark in (". ", "? ", "! ")) + 1
    stops = [place for mark in (". ", "? ", "! ") if (place := text.find(mark, end)) >= 0]
    return text[begin : min(stops, default=len(text)) + 1].strip()


def _unquoted(text: str) -> str:
    """An address or text with its entities and percent signs read; twice, as some are written twice."""
    return unquote(unquote(html.unescape(html.unescape(text))))
