"""How a review's sources are searched: the query of each, written from the one question of the protocol."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from connectors import CONNECTORS
from connectors.strategies import PLATFORMS, Strategy, strategy_for
from judging.freshness import Required, freshness_of
from judging.hand_searches import SearchLog, search_log, unfollowed_databases
from models.connector import Connector
from models.database_names import TITLES
from models.folder_files import ReviewError, place_in
from models.protocol import Protocol
from models.review import Review
from models.search import LoadedFile, Question, SourceCheck
from models.settings import Settings, SettingsError
from models.synthesis import SourceFreshness
from models.vocabulary import Scope
from stores.ledger import Ledger
from stores.published import current_folder
from stores.snapshot import query

SPANNING = frozenset(slug for slug, connector in CONNECTORS.items() if connector.fetch is None)
"""Sources whose files may be of any database; of registers among them the records tell that they are none."""


class SourceSearched(msgspec.Struct, frozen=True, kw_only=True):
    """One source's search, as PRISMA-S asks it to be reported."""

    source: str
    title: str
    how: str
    """``every night``, or ``by hand`` where people search and load the export."""
    query: str
    """Written from the protocol's question; empty while that has no words: only its studies are followed."""
    last_asked_at: str | None = None
    """When the source was last asked, or a file of it loaded, UTC."""


def searched_sources(protocol: Protocol, settings: Settings, wanted: Sequence[str] = ()) -> list[Connector]:
    """The sources that a review searches over the network, or the wanted ones of them.

    A source that needs credentials is among them once they are set; until then its exports are loaded by hand.

    Raises
    ------
    ReviewError
        If the protocol names a source that cannot be searched so.
    SettingsError
        If a wanted source lacks its credentials.
    """
    see_that_all_can_be_searched(protocol, settings)
    lacking = {slug: settings.unset(CONNECTORS[slug].needs) for slug in wanted or protocol.by_program}
    for slug in wanted:
        if lacking[slug]:
            raise SettingsError(f"{slug} is asked only with credentials: set {' and '.join(lacking[slug])}")
    return [CONNECTORS[slug] for slug, unset in lacking.items() if not unset]


def see_that_all_can_be_searched(protocol: Protocol, settings: Settings) -> None:
    """See that what the protocol names is a source that the program searches, or a database that people do.

    Raises
    ------
    ReviewError
        With file, line and field of each that is neither.
    """
    able = {slug for slug, connector in CONNECTORS.items() if connector.fetch and connector.write_query}
    path = settings.reviews / protocol.review / "protocol.yaml"
    problems = [
        f"{place_in(path, 'searches', slug)}: {slug} cannot be searched over the network; name some of"
        f" {', '.join(sorted(able))}, a database that people search ({', '.join(TITLES)}), or give a database of your"
        " own a title"
        for slug in sorted(set(protocol.by_program) - able)
    ] + [
        f"{place_in(path, 'searches', slug)}: {slug} is searched by the program; leave its title out"
        for slug in sorted(protocol.by_hand)
        if slug in CONNECTORS and not CONNECTORS[slug].is_loaded_by_hand
    ]
    if problems:
        raise ReviewError("\n".join(problems))


def query_for(protocol: Protocol, source: Connector) -> str:
    """The review's question in the source's own search language."""
    assert source.write_query is not None
    return source.write_query(protocol.pico)


def questions_of(review: Review) -> tuple[Question, ...]:
    """Everything that a review asks of any source: its topics, the studies that it follows, the files of its people.

    What was found for other questions is none of its business.
    """
    name, searched = review.protocol.review, review.protocol.by_program
    topics = topics_of(review.protocol, [CONNECTORS[slug] for slug in searched if CONNECTORS[slug].write_query])
    followed = [studies_of(review, CONNECTORS[slug]) for slug in searched]
    files = [files_of(name, slug) for slug in sorted(CONNECTORS)]
    return (*topics.values(), *followed, *files)


def known_questions(review: Review, ledger: Ledger) -> frozenset[str]:
    """Ids of what a review asks and has ever asked: what an earlier wording of its search found stays its own.

    '' stands for what was archived before questions were kept, which belongs to every review on the folder.
    """
    return ledger.questions_asked(review.protocol.review) | {"", *(question.id for question in questions_of(review))}


def topic_of(protocol: Protocol, source: Connector) -> Question:
    """The review's question to a source, as it is sent."""
    return Question(source=source.slug, scope=Scope.TOPIC, query=query_for(protocol, source))


def topics_of(protocol: Protocol, sources: Sequence[Connector]) -> dict[Connector, Question]:
    """The review's question to each source; none while the protocol has no words, so that studies alone are followed."""
    return {source: topic_of(protocol, source) for source in sources} if protocol.pico.is_written else {}


def studies_of(review: Review, source: Connector) -> Question:
    """What a review asks a source about single studies: each review follows its own."""
    return Question(source=source.slug, scope=Scope.STUDIES, query=review.protocol.review)


def files_of(review: str, source: str) -> Question:
    """What people load for a review from files of a source."""
    return Question(source=source, scope=Scope.FILES, query=review)


def required_of(review: Review, checks: Sequence[SourceCheck]) -> tuple[Required, ...]:
    """Sources that the protocol requires; one that needs credentials from the first night that asked it with them.

    While the protocol has no words they are those that were asked for its studies.
    """
    is_written = review.protocol.is_written
    asked = {check.source for check in checks}
    titles = {slug: item.title for slug, item in CONNECTORS.items()} | review.protocol.by_hand
    return tuple(
        Required(
            source=slug,
            title=titles[slug],
            limit_days=search.freshness_limit_days,
            is_by_hand=slug in review.protocol.by_hand,
            scope=Scope.TOPIC if is_written else Scope.STUDIES,
        )
        for slug, search in review.protocol.searches.items()
        if slug in review.protocol.by_hand or slug in asked or (is_written and not CONNECTORS[slug].needs)
    )


def freshness_now(
    review: Review, ledger: Ledger, as_of: datetime, files: Sequence[LoadedFile] = ()
) -> tuple[SourceFreshness, ...]:
    """How recently each source was searched for a review's present questions, as of a moment; `files` are those that
    were loaded for it by then."""
    mine = {"", *(question.id for question in questions_of(review))}
    checks = ledger.telling_checks(review.protocol.review, as_of)
    searched = log_of(review, files, as_of).searches
    answers = [check for check in checks if check.question in mine]
    return freshness_of(required_of(review, checks), answers, as_of, searched)


def log_of(review: Review, files: Sequence[LoadedFile], as_of: datetime) -> SearchLog:
    """The searches by hand that were known by a moment."""
    return search_log([file for file in files if file.loaded_at <= as_of], review.as_of(as_of.date()), SPANNING)


def unfollowed(review: Review, freshness: Sequence[SourceFreshness]) -> tuple[str, ...]:
    """What the version in force was searched in, or the protocol names, and nobody searches here."""
    required = {item.source for item in freshness}
    unasked = [CONNECTORS[slug].title for slug in review.protocol.by_program if slug not in required]
    return (*unfollowed_databases(review), *unasked)


def searches(review: Review, settings: Settings) -> list[SourceSearched]:
    """How every source is searched for a review, those searched every night first."""
    last = _last_asked(review.protocol.review, settings)
    nightly = searched_sources(review.protocol, settings)
    by_hand = [
        item for item in CONNECTORS.values() if item.write_query and item.is_loaded_by_hand and item not in nightly
    ]
    return [
        SourceSearched(
            source=source.slug,
            title=source.title,
            how="every night" if source in nightly else "by hand",
            query=query_for(review.protocol, source) if review.protocol.pico.is_written else "",
            last_asked_at=last.get(source.slug),
        )
        for source in [*nightly, *by_hand]
    ]


def strategy(review: Review, platform: str, written_on: date) -> Strategy:
    """The strategy that people carry out on a platform.

    Parameters
    ----------
    review : whose question
    platform : slug of the platform
    written_on : the day on which it is written

    Raises
    ------
    ReviewError
        If the protocol has no words to search by.
    """
    if not review.protocol.pico.is_written:
        raise ReviewError(
            f"protocol.yaml of {review.protocol.review}: pico: has no words to search by; write them first"
        )
    return strategy_for(PLATFORMS[platform], review.protocol, written_on)


def _last_asked(review: str, settings: Settings) -> dict[str, str]:
    warehouse = current_folder(settings.published, review) / "warehouse.duckdb"
    if not warehouse.exists():
        return {}
    _, rows = query(warehouse, "SELECT source, max(observed_at) FROM core_capture GROUP BY source")
    return {source: f"{seen:%Y-%m-%d %H:%M}" for source, seen in rows}
