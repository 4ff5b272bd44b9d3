"""RAISE: what was judged by rule, by machine and by people, and how right the machine was.

Responsible AI in Evidence Synthesis (2025) has recommendations, not numbered items; the numbers R1 to R8 are ours, and the
topics are from *memory* of what its guidance asks those who report.
"""

from collections import Counter

from reporting.numbers import counted
from reporting.statements.facts import RULE, Facts, listed
from reporting.statements.items import Item, said
from reporting.statements.measured import AT_FIRST_SIGHT, MEASURED, MEASURED_ON

REMEMBERED = tuple(f"R{n}" for n in range(1, 9))
_OPEN_ENDED = "match"


def automation_items(facts: Facts) -> tuple[Item, ...]:
    """Items of the statement of automation."""
    night = facts.night
    return (
        Item(
            number="R1", topic="Tool", asks="name, version and kind of the tool",
            said=(
                f"trialwatch {night.program}, protocol {night.protocol_version}, night of {night.as_of:%Y-%m-%d}. Its"
                " judgements are written rules over words, numbers and dates, the same on every run; no model is trained,"
                " and no generative model is asked.",
            ),
        ),
        Item(
            number="R2", topic="Steps", asks="which steps were automated",
            said=(
                "Searching the sources that have an interface, deduplication, linking reports and registrations, screening by"
                " criteria, reading posted results, pooling, the rules of update and the prefilled part of GRADE.",
            ),
            owed=("other tools that people used",),
        ),
        _by_whom(facts),
        Item(
            number="R4", topic="Accuracy", asks="how right the tool is, and where that was measured",
            said=(
                *(f"{item.in_words}." for item in MEASURED),
                f"Measured on {MEASURED_ON}. {AT_FIRST_SIGHT}",
            ),
            owed=("how right it is on this review's own studies, if that was measured",),
        ),
        _own_studies(facts),
        Item(
            number="R6", topic="Oversight", asks="where people decide, and what waits for them",
            said=(
                "What is not certain is a question: unclear verdicts, likely links, numbers that differ, results that"
                " nobody has confirmed. Only what people confirmed is the review's result.",
                "Open now: " + (listed([f"{kind} {n}" for kind, n in sorted(facts.owed.items())]) or "nothing") + ".",
            ),
        ),
        Item(
            number="R7", topic="Limits and bias", asks="where the tool may be wrong",
            said=(
                "A text in a language for which the protocol has no words is not understood, and put to a person; a"
                " report that names no number is joined by likeness only when a name and something else agree.",
            ),
            owed=("limits that the authors know of",),
        ),
        Item(
            number="R8", topic="Responsibility and interests", asks="who answers for the result, and ties to the tool's makers",
            owed=("that the authors answer for all of it", "ties between authors and makers of the tool"),
        ),
    )  # fmt: skip


def _by_whom(facts: Facts) -> Item:
    night = facts.night
    by_people = {name: n for name, n in facts.decided_by.items() if name != RULE}
    links = Counter(row["method"] for row in night["review_study_report"])
    records = Counter(row["method"] for row in night["review_study_record"])
    linked = links + records
    review = night.review
    rows = review.rows_of_numbers
    adopted = sum(row.as_published for row in rows)
    confirmed = sum(row.is_confirmed and not row.as_published for row in rows)
    return Item(
        number="R3", topic="By rule, by machine, by people", asks="how much of each step was whose",
        said=(
            f"Verdicts on criteria: {facts.decided_by[RULE]} by rule, {sum(by_people.values())} by people"
            + (f" ({listed([f'{name} {n}' for name, n in sorted(by_people.items())])})." if by_people else "."),
            f"Links of registrations and reports: {sum(linked.values()) - linked[_OPEN_ENDED] - linked['person']} by"
            f" numbers, {linked[_OPEN_ENDED]} by likeness, {linked['person']} by people.",
            f"Rows of numbers in the folder: {len(rows)}, of which {adopted} stand as a version published them and"
            f" {confirmed} others are confirmed by people.",
            f"Decisions in decisions.csv: {len(review.decisions)}; links.csv: {len(review.links)}; settled.csv:"
            f" {len(review.settled)}.",
        ),
    )  # fmt: skip


def _own_studies(facts: Facts) -> Item:
    """The recall self-test: would the rules have found what the version in force lists?"""
    topic, asks = "Recall on the review's own studies", "whether known studies are found"
    if not facts.night.review.protocol.is_written:
        return Item(
            number="R5", topic=topic, asks=asks, owed=("words for the protocol: nothing can be found by rules yet",)
        )
    lost = [row["subject"] for row in facts.night["out_queue"] if row["kind"] == "recall"]
    watched = len(facts.night.review.baseline.watched)
    return Item(
        number="R5", topic=topic, asks=asks,
        said=said(
            f"Of {counted(watched, 'study', 'studies')} that {facts.night.version} includes or"
            f" waits for, {len(set(lost))} would not be found or kept by the rules alone and stand in the queue"
            + (f": {', '.join(sorted(set(lost)))}." if lost else "."),
        ),
    )  # fmt: skip
