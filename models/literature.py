"""The reports of a night, each once, with what every source said of it."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from models.report import Report
from models.trial import Observation


class Copied(msgspec.Struct, frozen=True):
    """One source's description of a report, and the id that the source gave it."""

    told_as: str
    report: Report


class Literature(msgspec.Struct, frozen=True, kw_only=True):
    """The reports of a night.

    Attributes
    ----------
    reports : what is known of each, by id
    versions : what each source said of them over time, under their ids, oldest registry date first
    copies : newest description by each source, by report id and by the id under which the source gave it
    names : report id by any name that it alone has
    told_as : report ids by the id under which a source told of them; a DOI of a supplement stands for several
    """

    reports: Mapping[str, Report] = MappingProxyType({})
    versions: tuple[Observation, ...] = ()
    copies: Mapping[str, tuple[Copied, ...]] = MappingProxyType({})
    names: Mapping[str, str] = MappingProxyType({})
    told_as: Mapping[str, frozenset[str]] = MappingProxyType({})

    def resolve(self, name: str) -> str | None:
        """The report that people or registries mean by a name, whatever the case of its letters."""
        kind, colon, number = name.strip().partition(":")
        plain = (
            f"{kind.upper()}:{number.strip().lower() if kind.upper() == 'DOI' else number.strip()}" if colon else name
        )
        return self.names.get(name.strip()) or self.names.get(plain)

    def called(self, report: Report) -> str:
        """The id of the report that a source described so; a DOI of a supplement is told apart by the title."""
        names = sorted(self.told_as[report.report_id])
        of_title = [name for name in names if any(item.report.title == report.title for item in self.copies[name])]
        return (of_title or names)[0]

    def as_written(self, name: str) -> str:
        """The same; a name of no report stays as it is written."""
        return self.resolve(name) or name
