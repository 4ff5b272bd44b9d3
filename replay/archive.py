"""Knows how the dated archive is laid out, and which version of a record was shown on a day."""

import json
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import msgspec
import yaml

from models.dates import first_day
from replay.search import words_of

DEFAULT_ARCHIVE = Path(__file__).parent / "archive"


@dataclass(frozen=True)
class StudyVersion:
    """One version of a registry record.

    Attributes
    ----------
    shown_from : first day on which the registry showed it
    basis : ``seen`` in a dated copy, or ``reconstructed`` from the record's own dates
    why : how `shown_from` is known
    submitted : the day its sponsor submitted it, None when not known
    is_registry_made : changed by the registry itself; no version of its history, no moved update date
    study : API v2 study object, without ``derivedSection``
    known_until : last day of which a source of the record tells; of its newest version only
    """

    shown_from: date
    basis: str
    why: str
    submitted: date | None
    is_registry_made: bool
    study: dict[str, Any]
    known_until: date | None = None

    @property
    def nct_id(self) -> str:
        return str(self.study["protocolSection"]["identificationModule"]["nctId"])

    @cached_property
    def encoded(self) -> bytes:
        """The study as JSON."""
        return msgspec.json.encode(self.study)

    @cached_property
    def status(self) -> dict[str, Any]:
        module: dict[str, Any] = self.study["protocolSection"]["statusModule"]
        return module

    def posted(self, field: str) -> date | None:
        """A date of the status module, first day it can mean; None when absent."""
        value = self.status.get(field)
        text = value.get("date") if isinstance(value, dict) else value
        return first_day(text) if text else None

    @cached_property
    def texts(self) -> dict[str, str]:
        """Words of the record by search area, for whole-word matching."""
        protocol = self.study["protocolSection"]
        identification, conditions = protocol["identificationModule"], protocol.get("conditionsModule", {})
        arms, outcomes = protocol.get("armsInterventionsModule", {}), protocol.get("outcomesModule", {})
        titles = [identification.get(name) for name in ("briefTitle", "officialTitle", "acronym")]
        treated = [
            name
            for each in arms.get("interventions", ())
            for name in (each["name"], *each.get("otherNames", ()), *each.get("armGroupLabels", ()))
        ]
        measured = [
            each["measure"] for kind in ("primary", "secondary") for each in outcomes.get(f"{kind}Outcomes", ())
        ]
        ids = [
            identification["nctId"],
            *identification.get("nctIdAliases", ()),
            identification.get("orgStudyIdInfo", {}).get("id"),
            *(each["id"] for each in identification.get("secondaryIdInfos", ())),
        ]
        named = [*conditions.get("conditions", ()), *conditions.get("keywords", ())]
        sponsor = protocol.get("sponsorCollaboratorsModule", {}).get("leadSponsor", {}).get("name")
        return {
            "titles": words_of(titles),
            "cond": words_of([*titles, *named, *measured]),
            "intr": words_of([*titles, *treated, *named]),
            "id": words_of(ids),
            "term": words_of([*titles, *named, *treated, *measured, *ids, sponsor]),
        }


@dataclass(frozen=True)
class ArchivedReport:
    """One report of the literature index, visible from its entry date."""

    facts: dict[str, Any]

    @property
    def pmid(self) -> str:
        return str(self.facts["pmid"])

    @cached_property
    def entered(self) -> date:
        return date.fromisoformat(self.facts["entered"])

    @cached_property
    def published(self) -> date:
        return first_day(self.facts["published"])

    @cached_property
    def accession_numbers(self) -> frozenset[str]:
        return frozenset(each.upper() for bank in self.facts.get("databank", {}).values() for each in bank)

    @cached_property
    def texts(self) -> dict[str, str]:
        title, types = words_of([self.facts["title"]]), words_of(self.facts["types"])
        author = self.facts.get("first_author", {}).get("last")
        return {
            "ti": title,
            "tiab": title,
            "pt": types,
            "si": words_of(sorted(self.accession_numbers)),
            "uid": words_of([self.pmid]),
            "au": words_of([author]),
            "ta": words_of([self.facts["journal"]]),
            "all": words_of([self.facts["title"], *self.facts["types"], self.pmid, author, self.facts["journal"]]),
        }

    def corrections_shown(self, day: date) -> list[dict[str, str]]:
        return [each for each in self.facts.get("corrections", ()) if date.fromisoformat(each["shown_from"]) <= day]


@dataclass(frozen=True)
class EudractTrial:
    """One country record of a trial in the EU Clinical Trials Register, unchanged since its first day."""

    facts: dict[str, Any]

    @property
    def number(self) -> str:
        return str(self.facts["number"])

    @cached_property
    def shown_from(self) -> date:
        return date.fromisoformat(self.facts["shown_from"])


class Archive:
    """Every dated version, loaded once."""

    def __init__(self, *folders: Path) -> None:
        """Read the archive, from as many folders as it has.

        Raises
        ------
        ValueError
            If a line cannot be read; the message names file and line.
        """
        files = {
            kind: sorted((path for folder in folders for path in (folder / kind).glob(pattern)), key=_by_number)
            for kind, pattern in (("ctgov", "NCT*.jsonl"), ("pubmed", "*.json"), ("euctr", "*.json"))
        }
        self.history = {path.stem: _read_versions(path) for path in files["ctgov"]}
        self.reports = [ArchivedReport(json.loads(path.read_text(encoding="utf-8"))) for path in files["pubmed"]]
        self.eudract_trials = [EudractTrial(json.loads(path.read_text(encoding="utf-8"))) for path in files["euctr"]]
        self._shown_from = {nct: [each.shown_from for each in versions] for nct, versions in self.history.items()}

    def version_shown(self, nct_id: str, day: date) -> StudyVersion | None:
        """The version of one record that the registry showed on a day, None before its first posting."""
        index = bisect_right(self._shown_from.get(nct_id, []), day)
        return self.history[nct_id][index - 1] if index else None

    def versions_shown(self, day: date) -> Iterator[StudyVersion]:
        """Every record as shown on a day, by id."""
        for nct_id in self.history:
            if version := self.version_shown(nct_id, day):
                yield version

    def versions_submitted(self, nct_id: str, day: date) -> list[StudyVersion]:
        """The record's history as the registry tells it on a day: sponsor's versions only, oldest first."""
        return [each for each in self.history.get(nct_id, ()) if each.shown_from <= day and not each.is_registry_made]

    @cached_property
    def current_id_of(self) -> dict[str, str]:
        """Current id by obsolete id."""
        return {
            alias: nct_id
            for nct_id, versions in self.history.items()
            for version in versions
            for alias in version.study["protocolSection"]["identificationModule"].get("nctIdAliases", ())
        }

    def reports_shown(self, day: date) -> list[ArchivedReport]:
        return [each for each in self.reports if each.entered <= day]


@lru_cache(maxsize=8)
def load_archive(*folders: Path) -> Archive:
    """The archive of some folders, by default the one that ships with the program; read once."""
    return Archive(*(folders or (DEFAULT_ARCHIVE,)))


def basis_shown(nct_id: str, day: date) -> str | None:
    """Whether what is shown of a record on a day was ``seen`` or ``reconstructed``; None when nothing is shown."""
    version = load_archive().version_shown(nct_id, day)
    return version.basis if version else None


def _by_number(path: Path) -> tuple[int, str]:
    """PubMed's numbers have no leading zeros."""
    return len(path.stem), path.stem


def unknown_since(record_id: str, day: date) -> date | None:
    """The last day of which something is known of a record, if that is before `day`; None if it is still known.

    What the replay shows of it after that day is its last known state, not what the registry showed.
    """
    versions = load_archive().history.get(record_id)
    until = versions[-1].known_until if versions else None
    return until if until and until < day else None


def _read_versions(path: Path) -> list[StudyVersion]:
    versions = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            told = json.loads(line)
            versions.append(
                StudyVersion(
                    shown_from=date.fromisoformat(told["shown_from"]),
                    basis=told["basis"],
                    why=told["why"],
                    submitted=date.fromisoformat(told["submitted"]) if told["submitted"] else None,
                    is_registry_made=told.get("registry_made", False),
                    study=told["study"],
                    known_until=date.fromisoformat(told["known_until"]) if "known_until" in told else None,
                )
            )
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f"{path}, line {number}: not a version of a record ({error!r}); run python -m replay.build"
            ) from error
    return versions


def known_until(folder: Path = DEFAULT_ARCHIVE) -> date:
    """Day up to which the archive's facts were looked for; later nights get the last version known."""
    day: date = yaml.safe_load((folder / "archive.yaml").read_text(encoding="utf-8"))["known_until"]
    return day
