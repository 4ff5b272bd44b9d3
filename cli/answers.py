"""Asks in the terminal for what a new review is made from: each question with an example, each answer checked at once."""

from collections.abc import Callable
from datetime import date
from typing import Any, Literal, TypeVar

import click
from pydantic import TypeAdapter, ValidationError
from rich.console import Console

from models.draft import Draft, DraftOutcome, DraftStudy, DraftVersion, Text, Times, Word, Words
from models.plain_faults import to_do
from models.vocabulary import Measure

Answer = TypeVar("Answer")

_INTRODUCTION = """\
A few questions about the review. Several answers are separated by commas; Enter takes what stands in [brackets];
Ctrl-C stops and writes nothing. Everything can be changed in the review's files afterwards.

A * stands for the rest of a word: migrain* finds migraine, migraines and migraineur. Capitals make no difference."""
_MEASURES = {"people": Measure.RR, "scale": Measure.MD, "time": Measure.HR}


def ask_for_draft(out: Console) -> Draft:
    """Answers of a person, as a draft.

    Raises
    ------
    click.Abort
        If the person stops, or there is nobody to answer.
    """
    out.print(_INTRODUCTION)
    title = _ask(out, "Title of the review", "Riboflavin for preventing migraine", _as(Text))
    question = _ask(out, "Its question, as a sentence", "Does riboflavin prevent migraine in adults?", _as(Text))
    population = _ask(out, "Who takes part? Words for the condition", "migraine, migraines, migrain*", _listed(Words))
    treatment = _ask(out, "What do they receive? As a reader would say", "Riboflavin (vitamin B2)", _as(Text))
    intervention = _ask(
        out,
        "Words for it, as registries write them",
        "riboflavin, vitamin B2",
        _none_of(population, _listed(Words)),
    )
    comparator = _ask(out, "Compared with what?", "", _as(Text), "Placebo or no additional treatment")
    times = _ask(
        out, "When are outcomes measured, after the start?", "3 months, 1 year", _listed(Times), "3 months, 12 months"
    )
    outcomes = [_outcome(out, "Primary outcome")]
    while _yes(out, "Another outcome?", is_default=False):
        outcomes.append(_outcome(out, "Outcome"))
    adverse_events = _yes(out, "Count people with a serious adverse event, as registries post them?", is_default=True)
    many = _yes(
        out,
        "Does the condition have more trials than you could look through? (Registries are narrowed then)",
        is_default=True,
    )
    published = _version(out) if _yes(out, "Is a version of the review published?", is_default=False) else None
    return Draft(
        title=title,
        question=question,
        population=population,
        intervention=intervention,
        treatment=treatment,
        comparator=comparator,
        outcomes=outcomes,
        times=times,
        adverse_events=adverse_events,
        many_trials=many,
        published=published,
    )


def _outcome(out: Console, what: str) -> DraftOutcome:
    title = _ask(out, what, "Migraine days per month", _as(Text))
    kind = _ask(
        out,
        "  Is it people with an event, a number on a scale, or time to an event?",
        "people, scale or time",
        _measure,
        "scale",
    )
    is_people = kind is Measure.RR
    unit = _ask(out, "  Its unit", "days per month", _as(Text), "participants" if is_people else "")
    better = _ask(out, "  Which is better for people?", "higher or lower", _better, "lower")
    words = []
    if kind is not Measure.HR:
        words = _ask(
            out, "  Words in a registry's title of it (- for none)", "migraine day*, headache day*", _listed(list[Word])
        )
    return DraftOutcome(title=title, measure=kind, unit=unit, better=better, words=words)


def _version(out: Console) -> DraftVersion:
    version = _ask(out, "  Its name", "2024", _as(Text))
    searched = _ask(out, "  Day of its search", "2024-03-31", _as(date))
    published = _ask(out, "  Day of publication", "2024-09-02", _day_from(searched))
    included = _ask(out, "  Included studies, number and name (- for none)", "NCT01234567 Smith 2019", _studies(set()))
    known = {item.study_id for item in included}
    ongoing = _ask(out, "  Ongoing studies, number and name (- for none)", "NCT07654321 Jones", _studies(known))
    return DraftVersion(
        version=version, search_date=searched, publication_date=published, included=included, ongoing=ongoing
    )


def _ask(out: Console, what: str, example: str, read: Callable[[str], Answer], default: str = "") -> Answer:
    """One answer; one that cannot be used is explained, and asked for again."""
    shown = f"\n{what}" + (f" (e.g. {example})" if example else "")
    while True:
        out.print(shown)
        given = click.prompt("", default=default, show_default=bool(default), prompt_suffix="> ").strip()
        try:
            return read(given)
        except ValidationError as error:
            problem = error.errors()[0]
            out.print(f"  {given!r}: {to_do(problem)}")
        except ValueError as error:
            out.print(f"  {given!r}: {error}")


def _yes(out: Console, what: str, *, is_default: bool) -> bool:
    return _ask(out, what, "", _yes_or_no, "yes" if is_default else "no")


def _yes_or_no(text: str) -> bool:
    answers = {"yes": True, "y": True, "no": False, "n": False}
    if text.casefold() not in answers:
        raise ValueError("answer yes or no")
    return answers[text.casefold()]


def _as(kind: Any) -> Callable[[str], Any]:
    return TypeAdapter(kind).validate_python


def _listed(kind: Any) -> Callable[[str], Any]:
    """A list from texts with commas between them; a dash is an empty one."""
    check = TypeAdapter(kind).validate_python
    return lambda text: check([] if text == "-" else [item.strip() for item in text.split(",") if item.strip()])


def _none_of(others: list[str], read: Callable[[str], list[str]]) -> Callable[[str], list[str]]:
    taken = {word.casefold() for word in others}

    def checked(text: str) -> list[str]:
        words = read(text)
        if both := [word for word in words if word.casefold() in taken]:
            raise ValueError(f"{both[0]} is a word for the condition already; give words for what people receive")
        return words

    return checked


def _measure(text: str) -> Measure:
    if text.casefold() not in _MEASURES:
        raise ValueError(f"answer {', '.join(_MEASURES)}")
    return _MEASURES[text.casefold()]


def _better(text: str) -> Literal["higher", "lower"]:
    match text.casefold():
        case "higher":
            return "higher"
        case "lower":
            return "lower"
    raise ValueError("answer higher or lower")


def _day_from(first: date) -> Callable[[str], date]:
    def checked(text: str) -> date:
        day: date = TypeAdapter(date).validate_python(text)
        if day < first:
            raise ValueError(f"is before the search of {first}; give the day of publication")
        return day

    return checked


def _studies(known: set[str]) -> Callable[[str], list[DraftStudy]]:
    """Studies, each by its number and then its name; a name alone is its number, too."""

    def checked(text: str) -> list[DraftStudy]:
        seen, studies = set(known), []
        for item in [] if text == "-" else [item.strip() for item in text.split(",") if item.strip()]:
            number, _, label = item.partition(" ")
            has_number = any(letter.isdigit() for letter in number)
            study = DraftStudy(study_id=number if has_number else item, label=label if has_number and label else item)
            if study.study_id in seen:
                raise ValueError(f"{study.study_id} is listed twice; a study is in one list, once")
            seen.add(study.study_id)
            studies.append(study)
        return studies

    return checked
