"""PRISMA-S: how the searches are reported (Rethlefsen et al. (2021), Syst Rev 10:39). Items 14 to 16 are from *memory*."""

from reporting.numbers import counted
from reporting.statements.facts import Facts
from reporting.statements.items import Item, said

REMEMBERED = ("14", "15", "16")


def search_items(facts: Facts) -> tuple[Item, ...]:
    """All sixteen items."""
    return (*_where(facts), *_how(facts), *_managed(facts))


def _where(facts: Facts) -> tuple[Item, ...]:
    literature = [item for item in facts.sources if not item.is_registry]
    registries = [item.title for item in facts.sources if item.is_registry]
    by_hand = [item.title for item in literature if item.is_by_hand]
    return (
        Item(
            number="1", topic="Database name", asks="each database with its platform",
            said=said(
                "By program, through each source's own interface: "
                + ", ".join(item.title for item in literature if not item.is_by_hand) + "."
                if len(by_hand) < len(literature) else "",
                f"By people: {', '.join(by_hand)}." if by_hand else "",
            ),
            owed=tuple(f"the platform on which {title} was searched" for title in by_hand)
            or (() if literature else ("the databases: none is followed here",)),
        ),
        Item(
            number="2", topic="Multi-database searching", asks="databases that were searched at once on one platform",
            said=("The program asks every source by itself.",),
            owed=("which databases people searched at once",) if by_hand else (),
        ),
        Item(
            number="3", topic="Study registries", asks="registries that were searched",
            said=said(f"{', '.join(registries)}." if registries else "No registry is followed here."),
        ),
        Item(
            number="4", topic="Online resources and browsing", asks="what else was browsed",
            owed=("websites and contents that were browsed, or that none was",),
        ),
        Item(
            number="5", topic="Citation searching", asks="whether references were followed",
            said=("References that registrations name are read; references of papers are not followed.",),
            owed=("citations that people followed, or that none was",),
        ),
        Item(
            number="6", topic="Contacts", asks="whether people were asked",
            owed=("authors, experts and manufacturers who were asked, or that nobody was",),
        ),
        Item(
            number="7", topic="Other methods", asks="any other way",
            said=(
                "Every study that is followed is asked for by its numbers.",
            ),
            owed=("other methods that people used, or that there were none",),
        ),
    )  # fmt: skip


def _how(facts: Facts) -> tuple[Item, ...]:
    by_hand = [item.title for item in facts.sources if item.is_by_hand]
    asked = [item.title for item in facts.sources if item.questions]
    pico = facts.night.review.protocol.pico
    unasked = [item.title for item in facts.sources if not item.questions and not item.is_by_hand]
    return (
        Item(
            number="8", topic="Full search strategies", asks="the whole of each strategy",
            said=said(
                f"As sent, in the log below: {', '.join(asked)}." if asked else "",
                f"No question is on record of the last search of {', '.join(unasked)}: it was followed by numbers, or told"
                " of by another source." if unasked else "",
            ),
            owed=tuple(
                f"the strategy as run for {title} (trialwatch searches --for PLATFORM writes one)" for title in by_hand
            ) or (() if asked else ("the strategies",)),
        ),
        Item(
            number="9", topic="Limits and restrictions", asks="limits, and why",
            said=said(
                "The program sets no limit of language, date or type. Nightly searches ask for what changed since the"
                " last complete one, with an overlap.",
                "Last search of everything: "
                + ", ".join(f"{item.title} {item.last_sweep:%Y-%m-%d}" for item in facts.sources if item.last_sweep)
                + "."
                if any(item.last_sweep for item in facts.sources) else "",
                f"Words of further languages: {', '.join(sorted(pico.languages))}." if pico.languages else "",
            ),
            owed=("limits of searches by hand",) if by_hand else (),
        ),
        Item(
            number="10", topic="Search filters", asks="published filters that were used",
            said=("The program's own searches use no filter of study design.",),
            owed=("the filter of each search by hand",) if by_hand else (),
        ),
        Item(
            number="11", topic="Prior work", asks="strategies taken from other reviews",
            owed=("whether the words come from another review's strategy",),
        ),
        Item(
            number="12", topic="Updates", asks="how searches were renewed",
            said=tuple(
                f"{item.title}: at least every {counted(item.limit_days, 'day')}" + (", by people." if item.is_by_hand else ".")
                for item in facts.sources
            ) or ("Nothing is searched again.",),
        ),
        Item(
            number="13", topic="Dates of searches", asks="the day of each search",
            said=tuple(f"{item.when}." for item in facts.sources) or ("No search is on record.",),
            owed=tuple(
                f"the day of the search of {item.title}" + (f" in {', '.join(item.files)}" if item.files else "") for item in facts.by_hand
                if not item.is_day_given
            ),
        ),
    )  # fmt: skip


def _managed(facts: Facts) -> tuple[Item, ...]:
    reports = facts.flow.of_reports
    return (
        Item(
            number="14", topic="Peer review", asks="whether somebody reviewed the strategies",
            owed=("who reviewed the strategies, or that nobody did",),
        ),
        Item(
            number="15", topic="Total records", asks="records from each source",
            said=said(
                *(f"{item.title}: {item.n_listed} listed so far, each counted once." for item in facts.sources
                  if not item.is_by_hand),
                *(f"{item.title}, {item.searched_on}: {_n(item.n_records)}." for item in facts.by_hand),
                "" if facts.sources else "No record was searched for.",
            ),
            owed=tuple(
                f"the number of records of {item.title} on {item.searched_on}" for item in facts.by_hand
                if item.n_records is None
            ),
        ),
        Item(
            number="16", topic="Deduplication", asks="how copies were found, and by which software",
            said=(
                f"trialwatch {facts.night.program}: descriptions are one report when they share PMID, accession number or"
                " DOI, or agree in title, first author and place.",
                f"{counted(sum(n for _, n in reports.identified), 'description')} came to"
                f" {counted(reports.n_reports, 'report')};"
                f" {counted(reports.n_duplicates, 'further copy', 'further copies')}.",
                f"{counted(facts.flow.n_records, 'record')} came to {counted(facts.flow.n_studies, 'study', 'studies')}.",
            ),
        ),
    )  # fmt: skip


def _n(n: int | None) -> str:
    return "number not told" if n is None else counted(n, "record")
