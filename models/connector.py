"""The contract between a source's module and the rest."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol as Interface

from models.pico import Pico
from models.trial import Page, Parsed, SourceQuery


class SourceFailure(Exception):
    """A source did not answer as it should; the message names address, status and what was found.

    Pages that were received before it are kept; the source's cursor is not moved.
    """


class Client(Interface):
    """What a connector may do with the network. One client belongs to one source."""

    def get(self, path: str, params: dict[str, str], *, kind: str) -> Page:
        """Fetch `path` under the source's base address.

        Retries what is worth retrying, keeps the host's rate, follows redirects within the source,
        strips credentials from the page's url. Returns the page whatever its status below 500 is,
        apart from 429; the connector decides what a 404 means.

        Raises
        ------
        SourceFailure
            After the last retry, on a time-out, a cut body, or an answer larger than the limit.
        """

    def post(self, path: str, body: dict[str, object], *, kind: str) -> Page:
        """Ask by POST with a JSON body, for sources that are searched so; otherwise as :meth:`get`.

        The page's url is the address, ``#`` and the body as sent, so that the archive keeps the question.
        Nothing is changed at the source, therefore the question may be repeated; a redirect is a failure.
        """


Fetch = Callable[[SourceQuery, date | None, Client], Iterator[Page]]
Parse = Callable[[Page], Iterator[Parsed]]
WriteQuery = Callable[[Pico], str]


@dataclass(frozen=True)
class Connector:
    """One source.

    Attributes
    ----------
    slug : name on the command line, in the archive and in tables
    title : name that people use
    id_pattern : regular expression of the ids of its records, full match
    parse : meaning without network or clock; every record of the page comes out, read or rejected
    fetch : network without meaning; None for a source that is only loaded by hand.
        Given `since`, asks for what changed from that day on; otherwise for everything.
    write_query : a review's question in the source's own search language; None where nothing can be searched.
        For a source that is loaded by hand, what people type into its search form
    base_url : address of the live source, None when loaded by hand
    rate : at most this many requests per second
    follows_changes_only : True when what concerns single studies is asked again only after their record changed
    secrets : query parameter to name of the setting that fills it; sent, never archived
    needs : names of the settings without which the source is only loaded by hand, although it can be fetched
    overlap_days : how far an incremental search reaches back before the last complete one
    probe_id : a record that the live source is known to have, for the daily probe
    opens_zips : True when it reads a zip itself; the files of any other are read one by one
    loads : what a hand-loaded file of it looks like, for the command line's help
    """

    slug: str
    title: str
    id_pattern: str
    parse: Parse
    fetch: Fetch | None = None
    write_query: WriteQuery | None = None
    base_url: str | None = None
    rate: float = 1.0
    follows_changes_only: bool = False
    secrets: Mapping[str, str] = field(default_factory=dict, hash=False)
    needs: tuple[str, ...] = ()
    overlap_days: int = 3
    probe_id: str | None = None
    opens_zips: bool = False
    loads: str = ""
    terms: str = ""

    @property
    def is_loaded_by_hand(self) -> bool:
        """Whether people load its exports, because it is not fetched or not by everyone."""
        return self.fetch is None or bool(self.needs)
