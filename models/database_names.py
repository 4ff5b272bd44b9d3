"""What people and exports call databases, where each is searched, and what tells that a report is from one."""

from collections.abc import Iterable, Mapping

from models.databases import DATABASES

TITLES = {database.slug: database.title for database in DATABASES}
"""Of the databases that are known without a protocol's help, in the order in which readers meet them."""

PLATFORMS_OF = {
    "central": ("central",),
    "medline": ("ovid-medline", "pubmed"),
    "embase": ("embase.com", "ovid-embase"),
    "crs": ("crs",),
}
"""Where a database is searched, as ``trialwatch searches --for`` calls it, the usual one first."""

WITHIN = {"medline": frozenset({"pubmed"})}
"""Sources that hold all of a database, and are searched by program."""

FEEDS = {"crs": frozenset({"central"})}
"""Databases into which another's records go, so that they bear its numbers (from memory: registers of review groups)."""

OTHER = "other"
"""What a person says of a file that is no database's search: PRISMA's *other methods*, such as citations followed."""


def database_called(name: str, own: Mapping[str, str]) -> str:
    """Slug of the database that people call so, by slug or title in any case of letters; '' when none is.

    `own` gives the title of each database that a protocol names, by slug.
    """
    called = name.strip().casefold()
    titles = TITLES | dict(own)
    return next((slug for slug, title in titles.items() if called in {slug.casefold(), title.casefold()}), "")


def database_meant(text: str) -> str:
    """Slug of the database that a field of an export, or a version of a review, means; '' when it is none known."""
    return database_called(text, {}) or next((item.slug for item in DATABASES if item.named.search(text)), "")


def numbered_in(names: Iterable[str]) -> tuple[str, ...]:
    """Databases among whose own numbers are some of the names that a report goes by, in the order of `DATABASES`.

    A number that everybody repeats, PubMed's, tells nothing.
    """
    prefixes = {name.partition(":")[0] for name in names}
    return tuple(item.slug for item in DATABASES if item.accession and item.prefix in prefixes)


def names_for_people(own: Mapping[str, str]) -> str:
    """Names by which people may call a database, those of the protocol first."""
    return ", ".join(dict.fromkeys([*own, *TITLES]))
