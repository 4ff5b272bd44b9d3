"""How each source was searched, as a published night knows it (PRISMA-S)."""

from collections import Counter
from datetime import date, datetime

from models.night import PublishedNight
from models.synthesis import SourceFreshness
from models.value import Value
from reporting.numbers import counted

REGISTERS = frozenset({"ctgov", "ctis", "euctr", "isrctn", "ictrp"})
"""Sources that list registrations; the others list reports."""


class Searched(Value, frozen=True, kw_only=True):
    """One source or database that is followed, and what was asked of it.

    `questions` are those of its last search of everything, as they were sent, and those of the last night.
    """

    source: str
    title: str
    is_registry: bool
    is_by_hand: bool
    is_by_number: bool
    """Whether it is asked for the review's own studies alone, while the protocol has no words."""
    is_stale: bool
    state: str
    last_complete: datetime | None
    last_sweep: datetime | None
    limit_days: int
    n_records: int | None
    """Records of the last search."""
    n_listed: int
    """Records or reports that any search of the topic has listed, each once."""
    questions: tuple[str, ...]

    @property
    def when(self) -> str:
        """When it was last searched to its end."""
        if self.last_complete is None:
            return f"{self.title}: never searched to its end"
        asked = "asked by number, for the review's own studies alone," if self.is_by_number else "searched to its end"
        stale = ", which is no longer within its limit or did not reach the end" if self.is_stale else ""
        return f"{self.title}: last {asked} on {self.last_complete:%Y-%m-%d}{stale}"


class HandSearched(Value, frozen=True, kw_only=True):
    """One search that people carried out and loaded."""

    title: str
    searched_on: date
    is_day_given: bool
    files: tuple[str, ...]
    n_records: int | None
    n_new: int | None
    n_expected: int | None


def searched_sources(night: PublishedNight) -> tuple[Searched, ...]:
    """Every source that the night was held against."""
    listed = Counter(source for source, _ in {(row["source"], row["item_id"]) for row in night["core_listed"]})
    return tuple(
        Searched(
            source=item.source,
            title=item.title,
            is_registry=item.source in REGISTERS,
            is_by_hand=item.is_by_hand,
            is_by_number=not (item.is_by_hand or night.review.protocol.is_written),
            is_stale=item.is_stale,
            state=item.state.value,
            last_complete=item.last_complete_at,
            last_sweep=item.last_sweep_at,
            limit_days=item.limit_days,
            n_records=item.n_records,
            n_listed=listed[item.source],
            questions=_questions(night, item),
        )
        for item in night.sources
    )


def _questions(night: PublishedNight, item: SourceFreshness) -> tuple[str, ...]:
    moments = {at.replace(tzinfo=None) for at in (item.last_sweep_at, item.last_checked_at) if at}
    asked = night["out_search"].where(source=item.source, kind="search")
    return tuple(dict.fromkeys(row["question"] for row in asked if row["asked_at"] in moments))


def hand_searches(night: PublishedNight) -> tuple[HandSearched, ...]:
    """Searches by hand, oldest first."""
    names = ("title", "searched_on", "is_day_given", "n_records", "n_new", "n_expected")
    found = [
        HandSearched(files=tuple(row["files"] or ()), **{name: row[name] for name in names})
        for row in night["review_search"]
    ]
    return tuple(sorted(found, key=lambda item: (item.searched_on, item.title)))


def search_log(night: PublishedNight) -> str:
    """Tables and strategies for an appendix, as Markdown."""
    lines = [
        "| source | kind | last searched to its end | state | records of the last search | listed so far, each once |",
        "|---|---|---|---|---|---|",
    ]
    sources = searched_sources(night)
    for item in sources:
        day = f"{item.last_complete:%Y-%m-%d}" if item.last_complete else "never"
        kind = "by hand" if item.is_by_hand else "registry" if item.is_registry else "literature"
        n_records = "not known" if item.n_records is None else str(item.n_records)
        lines.append(f"| {item.title} | {kind} | {day} | {item.state} | {n_records} | {item.n_listed} |")
    for search in hand_searches(night):
        day = f"{search.searched_on}" + ("" if search.is_day_given else " (taken for the day of the search)")
        found = "not told" if search.n_records is None else counted(search.n_records, "record")
        new = "" if search.n_new is None else f", {search.n_new} not known before"
        lines.append(f"| {search.title} | file: {', '.join(search.files) or 'none'} | {day} | | {found}{new} | |")
    for item in sources:
        if item.questions:
            lines += ["", f"{item.title}, as it was sent:", "", "```", *item.questions, "```"]
    return "\n".join(lines)
