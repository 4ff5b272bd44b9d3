"""The platforms on which people search, by the names of the command line, and what each says of itself."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from connectors.strategies import cochrane, embase, ovid, pubmed, registers
from connectors.strategies.filters import TrialFilter
from connectors.strategies.strategy import Dialect, Line, Strategy, numbered
from models.pico import Pico
from models.protocol import Protocol

_OF_TRIALS = "none: it holds reports of trials only"
_OF_REGISTERS = "none: it holds registrations only"
_OF_OTHER_DESIGNS = "none: the protocol takes other designs than randomised trials, which a filter for these would lose"


@dataclass(frozen=True)
class Platform:
    """Where a database is searched.

    Attributes
    ----------
    slug : for the command line
    searched : slug of the database in `models.databases`, or of the connector of the source
    database, host : as PRISMA-S asks for both
    write : the lines for a question
    vocabulary : thesaurus by which it is indexed, '' where none is searched
    unfiltered : why no filter for randomised trials is used, where none is
    """

    slug: str
    searched: str
    database: str
    host: str
    write: Callable[[Pico], tuple[Line, ...]]
    vocabulary: str = ""
    trial_filter: TrialFilter | None = None
    unfiltered: str = _OF_REGISTERS
    is_national: bool = False
    """Whether its texts are in many languages."""
    dialect: Dialect | None = None
    """How it writes lines, where it numbers them."""

    @property
    def without_filter(self) -> "Platform":
        """The same for a review whose studies a filter for randomised trials would lose."""
        if self.dialect is None or self.trial_filter is None:
            return self
        dialect = replace(self.dialect, trial_filter=None)
        write = partial(numbered, dialect=dialect)
        return replace(self, dialect=dialect, write=write, trial_filter=None, unfiltered=_OF_OTHER_DESIGNS)


def _numbering(slug: str, searched: str, database: str, host: str, dialect: Dialect) -> Platform:
    return Platform(
        slug=slug,
        searched=searched,
        database=database,
        host=host,
        write=partial(numbered, dialect=dialect),
        vocabulary=dialect.vocabulary,
        trial_filter=dialect.trial_filter,
        unfiltered=_OF_TRIALS,
        dialect=dialect,
    )


PLATFORMS = {
    platform.slug: platform
    for platform in (
        _numbering("embase.com", "embase", "Embase", "Embase.com (Elsevier)", embase.DIALECT),
        _numbering("ovid-medline", "medline", "MEDLINE ALL", "Ovid (Wolters Kluwer)", ovid.MEDLINE),
        _numbering("ovid-embase", "embase", "Embase", "Ovid (Wolters Kluwer)", ovid.EMBASE),
        _numbering(
            "central", "central", "CENTRAL", "Cochrane Library (Wiley), search manager, trials", cochrane.CENTRAL
        ),
        _numbering("crs", "crs", "Specialised Register", "Cochrane Register of Studies (CRS Web)", cochrane.REGISTER),
        _numbering("pubmed", "pubmed", "PubMed", "National Library of Medicine, advanced search", pubmed.DIALECT),
        Platform(
            slug="europepmc",
            searched="europepmc",
            database="Europe PMC",
            host="europepmc.org, advanced search",
            write=registers.europepmc,
            vocabulary="mesh",
            unfiltered="none: no filter is published for it",
        ),
        Platform(
            slug="ctgov",
            searched="ctgov",
            database="ClinicalTrials.gov",
            host="clinicaltrials.gov",
            write=registers.ctgov,
        ),
        Platform(
            slug="ctis",
            searched="ctis",
            database="CTIS",
            host="euclinicaltrials.eu, advanced search",
            write=registers.ctis,
            is_national=True,
        ),
        Platform(
            slug="euctr",
            searched="euctr",
            database="EU Clinical Trials Register",
            host="clinicaltrialsregister.eu",
            write=registers.euctr,
            is_national=True,
        ),
        Platform(slug="isrctn", searched="isrctn", database="ISRCTN", host="isrctn.com", write=registers.isrctn),
        Platform(
            slug="ictrp",
            searched="ictrp",
            database="WHO ICTRP",
            host="trialsearch.who.int, advanced search, recruitment status ALL",
            write=registers.ictrp,
        ),
    )
}
"""Every platform by its slug."""


def strategy_for(platform: Platform, protocol: Protocol, written_on: date) -> Strategy:
    """A review's question as it is typed into a platform, with what is reported of it."""
    pico, takes_only_trials = protocol.pico, protocol.eligibility.takes_only_trials
    platform = platform if takes_only_trials else platform.without_filter
    notes = _notes(platform, pico)
    if platform.unfiltered == _OF_TRIALS and not platform.trial_filter and not takes_only_trials:
        notes.append("Holds reports of trials: studies of the protocol's other designs are to be searched elsewhere.")
    return Strategy(
        platform=platform.slug,
        database=platform.database,
        host=platform.host,
        review=protocol.review,
        title=protocol.title,
        protocol_version=protocol.version,
        written_on=written_on,
        limits="none, neither by language, date nor kind of publication",
        filter=platform.trial_filter.citation if platform.trial_filter else platform.unfiltered,
        notes=tuple(notes),
        lines=platform.write(pico),
    )


def _notes(platform: Platform, pico: Pico) -> list[str]:
    """What a person has to know before the strategy is used or reported."""
    notes = []
    if platform.trial_filter and platform.trial_filter.unread:
        notes.append(f"Not checked against the publication: {platform.trial_filter.unread}.")
    if platform.vocabulary and not getattr(pico.vocabulary, platform.vocabulary).population:
        notes.append(f"No headings: the protocol gives none under pico, vocabulary, {platform.vocabulary}.")
    if platform.is_national and pico.languages:
        notes.append(f"National spellings in {', '.join(sorted(pico.languages))}; no others are in the protocol.")
    if platform.is_national and not pico.languages:
        notes.append("No national spellings: the protocol gives none under pico, languages.")
    if not platform.trial_filter and platform.unfiltered == _OF_REGISTERS:
        notes.append("Each line is a search of its own; what any of them finds is screened.")
        if pico.registries_by_intervention and platform.slug in {"ctis", "ictrp"}:
            notes.append("Not narrowed by the intervention: it cannot join two searches in one field.")
    if not pico.intervention:
        notes.append("Not narrowed by the intervention: the protocol gives no words of it.")
    if pico.unsearchable:
        notes.append(f"No words to search for in interventions.csv: {', '.join(map(repr, pico.unsearchable))}.")
    return notes
