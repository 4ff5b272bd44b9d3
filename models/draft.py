"""What a new review is made from: a few answers, given in the terminal or in a short YAML file."""

import re
from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from models.pico import FreeText, SearchWords
from models.plain_faults import refuse
from models.term_faults import fault_of
from models.terms import Strict
from models.vocabulary import MEAN_MEASURES, Measure

_WORD = re.compile(r"(?:\*?[^\W_]+\*?)(?:[ '’-](?:\*?[^\W_]+\*?|\*))*")
_DAYS = {"day": 1, "week": 7, "month": 30.4375, "year": 365.25}


def _printable(text: str) -> str:
    plain = " ".join(text.split())
    if not plain:
        raise ValueError("is empty; write a few words")
    if not plain.isprintable():
        raise ValueError("holds a sign that cannot be printed; type the words anew")
    return plain


def _word(text: str) -> str:
    """One word or phrase, which may end in ``*``."""
    plain = _printable(text)
    if odd := re.findall(r"[^\w \-'’*]|_", plain):
        raise ValueError(f"has {odd[0]!r} in it; give words and phrases alone, each as an item of its own")
    if said := fault_of(plain):
        raise ValueError(said)
    if not _WORD.fullmatch(plain):
        raise ValueError("is no word or phrase; write words with one blank or hyphen between them")
    if len(plain.replace("*", "").strip()) < 2:
        raise ValueError("would be found nearly everywhere; give at least two letters")
    return plain


def _searched_by(words: list[str]) -> list[str]:
    if all("*" in word for word in words):
        raise ValueError("every word has a *; give at least one whole word beside them, as migraine beside migrain*")
    return list(dict.fromkeys(words))


def _time(value: object) -> str:
    """A time as ``3 months``; a number alone is one of months."""
    text = f"{value} months" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    text = f"{text.strip()} months" if text.strip().isdigit() else text
    match = re.fullmatch(r"\s*(\d{1,4}) *(day|week|month|year)s?\s*", text.casefold())
    if not match or int(match[1]) == 0:
        raise ValueError("write a number of days, weeks, months or years, as 3 months")
    return f"{int(match[1])} {match[2]}{'' if int(match[1]) == 1 else 's'}"


def days_of(time: str) -> int:
    """Days of a time such as ``3 months``."""
    number, unit = time.split()
    return round(int(number) * _DAYS[unit.rstrip("s")])


def _apart(times: list[str]) -> list[str]:
    ordered = sorted(times, key=days_of)
    for before, after in pairwise(ordered):
        if days_of(after) - days_of(before) < 2:
            raise ValueError(f"{before} and {after} are one time; keep one of them")
    return ordered


Text = Annotated[str, AfterValidator(_printable)]
Word = Annotated[str, AfterValidator(_word)]
Words = Annotated[list[Word], Field(min_length=1), AfterValidator(_searched_by)]
"""Words to search and to judge by."""
Times = Annotated[list[Annotated[str, BeforeValidator(_time)]], Field(min_length=1), AfterValidator(_apart)]
"""When outcomes are measured, from the start of treatment, the earliest first."""


class DraftOutcome(Strict):
    """An outcome: what is counted or measured, and the words by which a registry's results are recognised as it."""

    title: Text
    measure: Measure
    unit: Text
    better: Literal["higher", "lower"]
    words: list[Word] = []
    smallest_difference: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def can_be_pooled(self) -> Self:
        if self.measure is Measure.GEN:
            raise ValueError("measure GEN needs analyses.csv; take another to begin with, as MD or RR")
        return self

    @property
    def is_read_from_registries(self) -> bool:
        """Whether posted results can be recognised as it: people with events, or means, under one of its words."""
        return bool(self.words) and self.measure in {*MEAN_MEASURES, Measure.RR, Measure.OR, Measure.RD}


class DraftStudy(Strict):
    """A study of a published version, by its registry number or, without one, its name."""

    study_id: Text
    label: Text


class DraftVersion(Strict):
    """The latest published version of the review."""

    version: Text
    search_date: date
    publication_date: date | None = None
    included: list[DraftStudy] = []
    ongoing: list[DraftStudy] = []

    @model_validator(mode="after")
    def lists_each_once(self) -> Self:
        listed = [
            (name, at, item.study_id) for name in ("included", "ongoing") for at, item in enumerate(getattr(self, name))
        ]
        seen: set[str] = set()
        faults: list[tuple[tuple[str | int, ...], object, str]] = []
        for name, at, study in listed:
            if study in seen:
                faults.append(((name, at, "study_id"), study, "is listed twice; a study is in one list, once"))
            seen.add(study)
        if self.publication_date and self.publication_date < self.search_date:
            faults.append(
                (("publication_date",), str(self.publication_date), "is before the search; correct one of them")
            )
        refuse("version", faults)
        return self


class Draft(Strict):
    """Answers from which a review folder is written."""

    title: Text
    question: Text
    population: Words
    intervention: Words
    treatment: Text
    """The intervention as a reader calls it."""
    comparator: Text = "Placebo or no additional treatment"
    outcomes: Annotated[list[DraftOutcome], Field(min_length=1)]
    times: Times
    adverse_events: bool = True
    """Whether people with a serious adverse event are counted, as registries post them."""
    many_trials: bool = True
    """Whether the condition has more trials than people can screen, so that registries are searched by both concepts."""
    watched_from: date | None = None
    """Without a published version: what was public by then is no news; left out, the day on which the review is made."""
    published: DraftVersion | None = None

    @model_validator(mode="after")
    def asks_two_things(self) -> Self:
        both = {word.casefold() for word in self.population} & {word.casefold() for word in self.intervention}
        refuse(
            "draft",
            (
                (("intervention", at), word, "is a word of population, too: keep it where it belongs")
                for at, word in enumerate(self.intervention)
                if word.casefold() in both
            ),
        )
        return self


def search_words(words: list[str]) -> tuple[list[SearchWords], list[FreeText]]:
    """Words of a draft as `models.pico` takes them: whole words, and those with ``*`` that are long enough."""
    whole = [word for word in words if "*" not in word]
    short = re.compile(r"(?<!\w)\w{0,2}\*|\*\w")
    return whole, [word for word in words if "*" in word and not short.search(word)]
