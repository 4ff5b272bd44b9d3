"""Which studies a report without a number may be of, by what both state.

A report agrees with a study in its title or in the words that few studies have, in its acronym, the name of its product,
the number of its people, its sponsor and its country, and appeared after the study began. It is joined where it bears the
study's title, or names it and agrees in something else, or agrees in people, sponsor and place, and no other study is nearly
as likely; otherwise a person is asked.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from math import log
from typing import Self

import msgspec
from rapidfuzz import fuzz

from models.dates import first_day, last_day
from models.eligibility import Eligibility
from models.report import Report
from models.trial import TrialRecord
from models.vocabulary import CountType
from studies.bibliography import plain
from studies.products import names_of_products

_WEIGHTS = {
    "title": 0.4,
    "words": 0.3,
    "acronym": 0.5,
    "product": 0.3,
    "people": 0.25,
    "sponsor": 0.2,
    "country": 0.1,
}
ASKED = 0.45
"""Score from which a person is shown the study."""
_NEAR = 0.15
"""Distance of scores within which two studies are about as likely."""
_ONE_TITLE = 0.95
_NEARLY_ONE_TITLE = 0.85
_LIKE_TITLE = 0.6
"""Likeness of titles that begins to count."""
_LONG_TITLE = 40
_LONG_ACRONYM = 6
_FEW = 5
"""A word that more than one study in so many has tells none."""
_SHARE = 0.25
"""Weight of a study's own words that a report must have for them to count."""
_ACRONYM = re.compile(r"\b(?=(?:[a-z0-9-]{0,12}[A-Z]){3})[\w-]{4,30}\b")
"""One word with three capitals at least: words in small letters are no names."""
_GENERIC = frozenset(
    [
        "university",
        "universities",
        "hospital",
        "hospitals",
        "institute",
        "institutes",
        "center",
        "centre",
        "clinic",
        "clinical",
        "medical",
        "medicine",
        "college",
        "school",
        "faculty",
        "department",
        "research",
        "foundation",
        "trust",
        "national",
        "general",
        "health",
        "healthcare",
        "sciences",
        "science",
        "company",
        "pharmaceutical",
        "pharmaceuticals",
        "pharma",
        "therapeutics",
        "biotech",
        "biotechnology",
        "inc",
        "ltd",
        "limited",
        "gmbh",
        "corporation",
        "corp",
        "group",
        "international",
        "first",
        "second",
        "third",
        "affiliated",
        "teaching",
        "royal",
        "ministry",
        "council",
        "government",
        "public",
        "private",
        "the",
        "and",
        "for",
        "of",
        "universidad",
        "hospitalario",
        "fundacion",
        "instituto",
        "universitaire",
        "centre",
        "hospitalier",
        "universita",
        "ospedale",
    ]
)
"""Words of sponsors' names that many share."""
_NUMBERS = {
    word: number
    for number, word in enumerate(
        [
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ],
        start=1,
    )
} | {
    word: 10 * n
    for n, word in enumerate(
        ["ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=1
    )
}
_PEOPLE = re.compile(
    r"\bn\s*=\s*(\d{1,5})\b|\b(\d{1,5})\s+(?:[a-z-]+\s+){0,4}?(?:patients|participants|people|persons|subjects|adults|volunteers)"
    r"|\b([a-z]+(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?)\s+(?:[a-z-]+\s+){0,3}?"
    r"(?:patients|participants|people|persons|subjects|adults|volunteers)",
    re.IGNORECASE,
)


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A study that a report may be of, with the score, 0 to 1, and what it was made of."""

    study_id: str
    score: float
    parts: Mapping[str, str]
    is_titled: bool = False
    """Whether the study's acronym stands in the title, and is long enough to be nobody else's."""

    @property
    def is_certain(self) -> bool:
        """Whether a name and something else agree, or people, sponsor and one thing more; a title alone only if the same."""
        agree = self.parts.keys()
        if self.parts.get("title") == "the same":
            return True
        if "acronym" in agree:
            return self.is_titled or bool(agree & {"people", "sponsor", "product", "title", "country"})
        if "title" in agree and float(self.parts["title"]) >= _NEARLY_ONE_TITLE and agree & {"people", "sponsor"}:
            return True
        is_told = {"people", "sponsor"} <= agree or {"product", "people"} <= agree
        return is_told and bool(agree & {"country", "title", "words", "sponsor"})

    @property
    def evidence(self) -> str:
        return ", ".join(f"{name} {value}" for name, value in self.parts.items())


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What a study's records state that its reports may state, too."""

    study_id: str
    titles: tuple[str, ...]
    acronyms: frozenset[str]
    products: frozenset[str]
    people: frozenset[int]
    sponsors: frozenset[str]
    countries: frozenset[str]
    words: frozenset[str]
    """Words of titles and interventions."""
    started: str | None


def profile(study_id: str, records: Iterable[TrialRecord], eligibility: Eligibility) -> Profile:
    """Gather what the records of a study state."""
    given = list(records)
    actual = [item for item in given if item.enrolment_count and item.enrolment_type is not CountType.ESTIMATED]
    words = frozenset(word for item in given for text in _texts(item) for word in plain(text).split() if len(word) > 3)
    starts = [item.start_date for item in given if item.start_date]
    return Profile(
        study_id=study_id,
        titles=tuple(
            dict.fromkeys(plain(text) for item in given for text in (item.brief_title, item.official_title) if text)
        ),
        acronyms=frozenset(word for item in given for word in _ACRONYM.findall(item.acronym or "")),
        products=frozenset(name for item in given for name in names_of_products(item, eligibility)),
        people=frozenset(item.enrolment_count for item in actual or given if item.enrolment_count),
        sponsors=frozenset(
            word for item in given for word in _names_in(item.sponsor or "") if not _is_of_subject(word, words)
        ),
        countries=frozenset(plain(country) for item in given for country in item.countries),
        words=words,
        started=min(starts, key=first_day, default=None),
    )


class Candidates:
    """The studies that matter, to be held against many reports."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        n_studies = Counter(word for item in profiles for word in item.words)
        most = max(1, len(profiles) // _FEW)
        weight = {word: log((len(profiles) + 1) / n) for word, n in n_studies.items() if n <= most}
        # Words that tell a study apart, the rarest with the most weight.
        self._profiles = [(item, {word: weight[word] for word in item.words if word in weight}) for item in profiles]

    def of(self, report: Report, apart: Set[str] = frozenset()) -> list[Candidate]:
        """Studies that a report may be of, the likeliest first; those kept `apart` by a person are none."""
        told = _Told.of(report)
        found = [_compared(told, item, own) for item, own in self._profiles if item.study_id not in apart]
        likely = [item for item in found if item is not None and item.score >= ASKED]
        return sorted(likely, key=lambda item: (-item.score, item.study_id))


def certain(candidates: Sequence[Candidate]) -> Candidate | None:
    """The one study that a report is of beyond doubt; None where another is nearly as likely."""
    if not candidates or not candidates[0].is_certain:
        return None
    rivals = [item for item in candidates[1:] if item.is_certain or item.score >= candidates[0].score - _NEAR]
    return None if rivals else candidates[0]


def people_in(text: str) -> frozenset[int]:
    """Numbers of people that a text states, in digits or in words up to ninety-nine."""
    found = set()
    for match in _PEOPLE.finditer(text):
        digits, word = match[1] or match[2], match[3]
        number = int(digits) if digits else _number(word)
        if number is not None and number > 1:
            found.add(number)
    return frozenset(found)


def _number(words: str) -> int | None:
    parts = re.split(r"[- ]", words.casefold())
    values = [_NUMBERS.get(part) for part in parts]
    return sum(value for value in values if value) if all(value is not None for value in values) else None


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a report states, as it is compared."""

    report: Report
    title: str
    text: str
    words: str
    vocabulary: frozenset[str]
    people: frozenset[int]

    @classmethod
    def of(cls, report: Report) -> Self:
        text = " ".join((report.title, report.abstract_text or "", *report.keywords))
        people = people_in(f"{report.title}. {report.abstract_text or ''}")
        words = plain(text)
        return cls(
            report=report,
            title=plain(report.title),
            text=text,
            words=f" {words} ",
            vocabulary=frozenset(words.split()),
            people=people,
        )


def _compared(told: _Told, study: Profile, own: Mapping[str, float]) -> Candidate | None:
    published = told.report.published_date
    if published and study.started and last_day(published) < first_day(study.started):
        return None
    parts: dict[str, tuple[float, str]] = {}
    likeness = max((fuzz.token_sort_ratio(told.title, title) / 100 for title in study.titles), default=0.0)
    if likeness >= _ONE_TITLE and len(told.title) >= _LONG_TITLE:
        parts["title"] = (1.0, "the same")
    elif likeness >= _LIKE_TITLE:
        parts["title"] = ((likeness - _LIKE_TITLE) / (1 - _LIKE_TITLE), f"{likeness:.2f}")
    shared = sorted(own.keys() & told.vocabulary, key=lambda word: (-own[word], word))
    if own and shared and (share := sum(own[word] for word in shared) / sum(own.values())) >= _SHARE:
        parts["words"] = (min(1.0, 2 * share), " ".join(shared[:3]))
    for name, given in (("acronym", study.acronyms), ("product", study.products)):
        if named := sorted(word for word in given if _is_in(word, told.text)):
            parts[name] = (1.0, named[0])
    if same := told.people & study.people:
        parts["people"] = (1.0, str(max(same)))
    if named := sorted(word for word in study.sponsors if f" {word} " in told.words):
        parts["sponsor"] = (1.0, named[0])
    if named := sorted(country for country in study.countries if _is_of(country, told.words)):
        parts["country"] = (1.0, named[0])
    score = min(1.0, sum(_WEIGHTS[name] * value for name, (value, _) in parts.items()))
    shown = {name: words for name, (_, words) in parts.items()}
    is_titled = any(len(word) >= _LONG_ACRONYM and _is_in(word, told.report.title) for word in study.acronyms)
    return Candidate(study_id=study.study_id, score=round(score, 3), parts=shown, is_titled=is_titled)


def _is_of(country: str, words: str) -> bool:
    """Whether a country is named, or its people: Brazil, Brazilian."""
    return re.search(rf" {re.escape(country)}(?:n|an|ian|ese|i)? ", words) is not None


def _texts(record: TrialRecord) -> list[str]:
    titles = [text for text in (record.brief_title, record.official_title) if text]
    return [*titles, *(item.name for item in record.interventions)]


def _is_in(name: str, text: str) -> bool:
    flags = 0 if name.isupper() else re.IGNORECASE
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w|[-\u2010-\u2015]?\d)", text, flags) is not None


def _is_of_subject(word: str, words: Set[str]) -> bool:
    """Whether a word of a sponsor's name is of what the study is about, as of a wound centre."""
    return any(other.startswith(word) or word.startswith(other) for other in words)


def _names_in(sponsor: str) -> list[str]:
    return [word for word in plain(sponsor).split() if len(word) > 3 and word not in _GENERIC]
