"""All statements of a night, as values, as Markdown and as JSON."""

from typing import Any

import msgspec

from models.night import PublishedNight
from reporting.statements import automation, living, search_items
from reporting.statements.facts import facts_of
from reporting.statements.items import Item, Statement
from reporting.statements.prisma_methods import analysis_plan, front, sources_and_screening
from reporting.statements.prisma_results import discussion, results
from reporting.statements.searches import search_log

_FROM_MEMORY = (
    *("10a", "10b", "11", "12", "13a", "13b", "13c", "13d", "13e", "13f", "14", "15", "16a", "16b", "17", "18", "19"),
    *("20a", "20b", "20c", "20d", "21", "22", "23a", "23b", "23c", "23d", "24a", "24b", "24c", "25", "26", "27"),
)


def statements_of(night: PublishedNight) -> tuple[Statement, ...]:
    """PRISMA 2020, PRISMA-LSR, PRISMA-S and the statement of automation, filled from a night."""
    facts = facts_of(night)
    return (
        Statement(
            name="prisma-2020",
            title="PRISMA 2020",
            source="Page et al. (2021), BMJ 372:n71",
            items=(
                *front(facts),
                *sources_and_screening(facts),
                *analysis_plan(facts),
                *results(facts),
                *discussion(facts),
            ),
            remembered=_FROM_MEMORY,
        ),
        Statement(
            name="prisma-lsr",
            title="PRISMA-LSR, for living reviews",
            source="Akl et al. (2024), BMJ 387:e079183",
            items=living.living_items(facts),
            remembered=living.REMEMBERED,
        ),
        Statement(
            name="prisma-s",
            title="PRISMA-S, the search log",
            source="Rethlefsen et al. (2021), Syst Rev 10:39",
            items=search_items.search_items(facts),
            remembered=search_items.REMEMBERED,
            log=search_log(night),
        ),
        Statement(
            name="raise",
            title="RAISE, the statement of automation",
            source="Responsible AI in Evidence Synthesis (2025); the numbers are ours",
            items=automation.automation_items(facts),
            remembered=automation.REMEMBERED,
        ),
    )


def as_markdown(night: PublishedNight) -> str:
    """Statements for an appendix: each item with what is said and what a person owes."""
    protocol = night.review.protocol
    lines = [
        f"# Statements for {protocol.title}",
        "",
        f"Filled by trialwatch {night.program} from the night of {night.as_of:%Y-%m-%d}, protocol"
        f" {night.protocol_version}. Numbers are the night's; what only people know is named as owed. Items are told in our"
        " own words: the checklists themselves are at their sources. A number with * is known from memory.",
    ]
    if night.registries == "replay":
        lines += ["", "The registries were replayed from a dated archive; dates of searches are those of the replay."]
    if not night.is_folder_as_then:
        lines += [
            "",
            "The review folder has changed since that night; its words are today's, as far as they were known then.",
        ]
    for statement in statements_of(night):
        lines += ["", f"## {statement.title}", "", f"{statement.source}. {_counted(statement)}", ""]
        lines += [line for item in statement.items for line in _lines(item, item.number in statement.remembered)]
        if statement.log:
            lines += ["### Search log", "", statement.log]
    return "\n".join([*lines, ""])


def _counted(statement: Statement) -> str:
    states = [item.state for item in statement.items]
    return (
        f"{len(states)} items: {states.count('filled')} filled, {states.count('partly')} filled in part,"
        f" {states.count('owed')} owed."
    )


def _lines(item: Item, is_remembered: bool) -> list[str]:
    mark = "*" if is_remembered else ""
    return [
        f"**{item.number}{mark} {item.topic}** ({item.asks}): {item.state}",
        "",
        *(f"- {_one_line(sentence)}" for sentence in item.said),
        *(f"- a person owes: {_one_line(owed)}" for owed in item.owed),
        "",
    ]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def as_json(night: PublishedNight) -> str:
    """The same for programs."""
    told: dict[str, Any] = {
        "review": night.review.protocol.review,
        "night": f"{night.as_of:%Y-%m-%d}",
        "trialwatch": night.program,
        "protocol": night.protocol_version,
        "statements": [
            {
                "name": statement.name,
                "title": statement.title,
                "source": statement.source,
                "log": statement.log,
                "items": [
                    {
                        "number": item.number,
                        "topic": item.topic,
                        "state": item.state,
                        "said": item.said,
                        "owed": item.owed,
                        "is_remembered": item.number in statement.remembered,
                    }
                    for item in statement.items
                ],
            }
            for statement in statements_of(night)
        ],
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=1).decode() + "\n"
