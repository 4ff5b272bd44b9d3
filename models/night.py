"""A published night as values: its tables with what their columns mean, and the review folder as people had it then."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any

import msgspec

from models.report import Report
from models.review import Review
from models.synthesis import SourceFreshness
from models.value import Value


class NightColumn(Value, frozen=True, kw_only=True):
    """A column of a published table or view."""

    name: str
    kind: str
    """Type as DuckDB writes it."""
    comment: str


class NightTable(msgspec.Struct, frozen=True, kw_only=True):
    """A published table or view, rows in an order that is the same every time."""

    name: str
    comment: str
    columns: tuple[NightColumn, ...]
    rows: tuple[tuple[Any, ...], ...]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        names = [column.name for column in self.columns]
        return (dict(zip(names, row, strict=True)) for row in self.rows)

    def where(self, **wanted: Any) -> "NightTable":
        """The same with only the rows that have the wanted values."""
        places = {place: wanted[item.name] for place, item in enumerate(self.columns) if item.name in wanted}
        rows = tuple(row for row in self.rows if all(row[place] == value for place, value in places.items()))
        return msgspec.structs.replace(self, rows=rows)


class PublishedNight(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One published night of one review.

    Attributes
    ----------
    review : the folder as people had decided it by the night
    as_of : moment of the night, UTC
    registries : ``live`` or ``replay``
    program : version of trialwatch that published it
    protocol_version : version and fingerprint of the folder on that night
    is_folder_as_then : whether the folder still is the one that the night was judged by
    sources : how recently each source was searched
    tables : by name
    copies : by report id, what each source said of it
    """

    review: Review
    as_of: datetime
    registries: str
    program: str
    protocol_version: str
    is_folder_as_then: bool
    sources: tuple[SourceFreshness, ...]
    tables: Mapping[str, NightTable]
    copies: Mapping[str, tuple[Report, ...]] = MappingProxyType({})

    def __getitem__(self, name: str) -> NightTable:
        return self.tables[name]

    @property
    def name(self) -> str:
        """Review and day, as files are named."""
        return f"{self.review.protocol.review}-{self.as_of:%Y-%m-%d}"

    @property
    def version(self) -> str:
        """What readers call the version in force: ``version 2019``, or that there is none."""
        name = self.review.baseline.version
        return f"version {name}" if name else "no published version"

    def label(self, study_id: str) -> str:
        """How readers know a study: as the review calls it, or by its id."""
        return self._labels.get(study_id, study_id)

    @cached_property
    def _labels(self) -> dict[str, str]:
        """How versions of the review call a study, by its id and by every number that they or a registry give it."""
        told = {
            number: study.label
            for version in self.review.versions
            for study in version.listed
            for number in (study.study_id, *study.numbers)
        }
        known = {
            row["study_id"]: told[number]
            for row in self["out_study"]
            for number in reversed(row["registry_ids"] or [])
            if number in told
        }
        return known | told
