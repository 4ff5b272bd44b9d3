"""PRISMA-LSR: what a living review adds to PRISMA 2020 (Akl et al. (2024), BMJ 387:e079183).

Its four own items are L1 to L4; elsewhere it adds elements to items of PRISMA 2020, which keep their numbers. Title, abstract,
rationale, objectives and L1 were held against the publication's table; that L2 is of methods, L3 of results and L4 of
authors follows from the order in which its authors name them; where the further elements belong is from *memory*.
"""

from collections import Counter

from models.page import FlowNumbers
from models.search_day import is_told, search_day, searched
from models.vocabulary import EventCode
from reporting.numbers import counted
from reporting.statements.facts import Facts, listed
from reporting.statements.items import Item, said
from reporting.statements.prisma_results import flow_in_words
from reporting.words import EVENTS

REMEMBERED = ("9", "13", "16a", "23c", "L2", "L3", "L4")


def living_items(facts: Facts) -> tuple[Item, ...]:
    """Items of the extension in the order of the report."""
    review = facts.night.review
    protocol, baseline = review.protocol, review.baseline
    return (
        Item(
            number="1", topic="Title", asks="living in the title, and the number of the version",
            said=(f"In force: {facts.night.version}; protocol version {protocol.version}.",),
            owed=("a title that says living",),
        ),
        Item(
            number="2", topic="Abstract", asks="whether the review leaves the living mode",
            said=(_retirement(facts),),
            owed=("the sentence in the abstract",),
        ),
        Item(
            number="3", topic="Rationale", asks="why it is living, and the version before it",
            said=(f"Before this one: {facts.night.version}, {searched(baseline, on='searched on')}." if baseline.version
                else "No version was published before this one.",),
            owed=("why the review is living",),
        ),
        Item(
            number="4", topic="Objectives", asks="changes to the question since the version before",
            said=said(f"The question is: {protocol.question}" if protocol.question else ""),
            owed=("whether it is the question of the version before, and why it was changed if it is not",),
        ),
        _parameters(facts),
        Item(
            number="9", topic="Data of known studies", asks="how data and risk of bias of known studies are renewed",
            said=(
                "Reports and registrations of included studies are followed every night; what differs from the numbers"
                f" in use is put to a person ({counted(facts.owed['discrepancy'], 'open question')}).",
            ),
        ),
        Item(
            number="13", topic="Methods of living synthesis", asks="methods that only a living review needs",
            said=(
                "No correction for repeated looks is made; sequential boundaries are a supplement. Seven rules, S0 to S6,"
                " say when a change matters (docs/methods.md).",
            ),
        ),
        Item(
            number="L2", topic="Changes to the methods", asks="what changed since the version before, and why",
            owed=("changes to the methods since the version before, or that there are none",),
        ),
        Item(
            number="16a", topic="Flow since the version before", asks="the flow with what each version brought",
            said=(*flow_in_words(facts.flow), _new_since(facts, facts.flow)),
        ),
        _changes(facts),
        Item(
            number="23c", topic="Limits of the living mode", asks="limits that come from living",
            said=said(
                "A source that could not be searched to its end leaves what happened there unknown:"
                f" {', '.join(item.title for item in facts.sources if item.is_stale)}."
                if any(item.is_stale for item in facts.sources) else
                "On this night every source that is followed was within its limit.",
            ),
            owed=("other limits of the living mode",),
        ),
        Item(
            number="L4", topic="Authors and their roles", asks="authors of this version, and what changed among them",
            owed=("authors and roles",),
        ),
    )  # fmt: skip


def _retirement(facts: Facts) -> str:
    retired = facts.night.review.protocol.retired
    if retired is None:
        return "The protocol does not retire the review."
    return f"The review was retired on {retired.decided_on}: {retired.reason}."


def _parameters(facts: Facts) -> Item:
    protocol = facts.night.review.protocol
    limits = [f"{item.title} at least every {counted(item.limit_days, 'day')}" for item in facts.sources]
    thresholds = protocol.thresholds
    return Item(
        number="L1", topic="Parameters of the living mode", asks="when each step is done, and when living ends",
        said=said(
            f"Searched: {listed(limits)}." if limits else "",
            "Screening, linking, pooling and the decision follow each search on the same night.",
            f"An update is called for when a rule fires: significance at {thresholds.alpha:g}, an effect that moves by"
            f" {thresholds.relative_change:g} of its size, the smallest important difference crossed, or an outcome that gets its first or second study. New"
            f" participants of {thresholds.participant_ratio:g} of the old are announced and decide nothing alone.",
            _retirement(facts),
        ),
        owed=said(
            "when people extract, judge and publish",
            "" if protocol.retired else "the plan for retiring the review, or that there is none",
        ),
    )  # fmt: skip


def _new_since(facts: Facts, flow: FlowNumbers) -> str:
    """Events that became public after the search of the version in force."""
    news = Counter(EVENTS[EventCode(row["event_code"])] for row in facts.night["out_event"] if row["is_news"])
    if not news:
        return f"Since {_search(facts)} nothing has become public of these studies."
    told = ", ".join(f"{kind.lower()} {n}" for kind, n in sorted(news.items()))
    included = counted(flow.n_included, "study is", "studies are")
    return f"Since {_search(facts)}: {told}; {included} included now."


def _search(facts: Facts) -> str:
    baseline = facts.night.review.baseline
    return "the search of the version in force" if is_told(baseline) else search_day(baseline)


def _changes(facts: Facts) -> Item:
    decision = facts.decision
    fired = sorted(
        {
            f"{row['rule']} {facts.outcome(row)} ({row['evidence_set']})"
            for row in facts.night["out_signal"]
            if row["fired"] and row["outcome"]
        }
    )
    return Item(
        number="L3", topic="Changes to the results", asks="what changed in results and conclusions, and what led to it",
        said=said(
            f"{decision['status']}: {decision['rationale']}. {decision['explanation']}",
            f"Rules that fired: {listed(fired)}." if fired else "No rule fired.",
            "Before and after, analysis by analysis: trialwatch export --as diff.",
        ),
        owed=("what it means for the conclusions",),
    )  # fmt: skip
