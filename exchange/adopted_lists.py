"""The lists of studies of a package as a published version of a review: each study with its registrations and reports."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from exchange.cochrane.display_text import without_addresses
from exchange.cochrane.package import Package, PackageReference, PackageStudy, StudyList
from exchange.cochrane.registration_places import numbers_in
from exchange.cochrane.registrations import Found, StudyRegistrations, registrations_of
from exchange.cochrane.status_notes import ToldStatus, told_status
from models.value import Value
from models.vocabulary import EvidenceWord

_IN_TURN = (StudyList.INCLUDED, StudyList.AWAITING, StudyList.ONGOING, StudyList.EXCLUDED)
"""Which list a number belongs to where two have it: first those that count."""
_WRITTEN = (StudyList.INCLUDED, StudyList.ONGOING, StudyList.AWAITING, StudyList.EXCLUDED)
_REGISTRY_FIELDS = ("JF", "AU")

Entry = dict[str, Any]


class Told(Value, frozen=True, kw_only=True):
    """What a person says of a package, which says none of it itself.

    Attributes
    ----------
    review : name of the folder
    adopted_on : day of the adoption
    search_date : of the version; without it the day of its publication, or else of the adoption, is assumed
    known_from : day from which the version could be read, where that is not the day of publication
    version : name of the version; without it the year of its publication or search
    sources : that can follow studies by number
    """

    review: str
    adopted_on: date
    search_date: date | None = None
    publication_date: date | None = None
    known_from: date | None = None
    title: str = ""
    question: str = ""
    version: str = ""
    sources: tuple[str, ...] = ("ctgov", "pubmed", "europepmc", "isrctn", "euctr", "ctis", "ictrp")

    @property
    def searched(self) -> date:
        """Day of the search, told or assumed."""
        return self.search_date or self.publication_date or self.known_from or self.adopted_on

    @property
    def named(self) -> str:
        """Name of the version."""
        return self.version or str((self.publication_date or self.known_from or self.searched).year)


def adopted_version(package: Package, told: Told) -> Entry:
    """What published/<version>.yaml holds, in its order."""
    is_told = told.search_date is not None
    days = {"publication_date": told.publication_date, "known_from": told.known_from}
    entries = _entries(package)
    return {
        "version": told.named,
        "search_date": told.searched,
        "search_date_is": "stated" if is_told else "assumed",
        **{name: day for name, day in days.items() if day},
        "source": f"{package.review} data package",
        **{str(name): entries[name] for name in _WRITTEN if name in _present(package) or name is StudyList.INCLUDED},
        "estimates": [],
    }


def _present(package: Package) -> set[StudyList]:
    return {study.list for study in package.studies}


def studies_of(package: Package) -> tuple[PackageStudy, ...]:
    """The studies of all lists, and those that rows name and no list has."""
    known = {study.name for study in package.studies if study.list is StudyList.INCLUDED}
    missing = {row.study: row for row in reversed(package.rows) if row.study not in known}
    return (
        *package.studies,
        *(
            PackageStudy(
                list=StudyList.INCLUDED, file="", line=row.line, cells={"Study": name}, name=name, year=row.year
            )
            for name, row in reversed(missing.items())
        ),
    )


def years_of(package: Package) -> dict[str, str]:
    """Years of the included studies by name."""
    return {
        study.name: str(study.year or "") for study in reversed(studies_of(package)) if study.list is StudyList.INCLUDED
    }


def _entries(package: Package) -> dict[StudyList, list[Entry]]:
    registered = {(item.list, item.study): item for item in registrations_of(package)}
    references = defaultdict[tuple[StudyList | None, str], list[PackageReference]](list)
    for reference in package.references:
        references[reference.list, reference.study].append(reference)
    with_rows = {row.study for row in package.rows}
    naming = _Naming(studies_of(package), registered)
    found = defaultdict[StudyList, list[Entry]](list)
    for study, study_id in naming.named():
        key = (study.list, study.name)
        numbers = registered.get(key, StudyRegistrations(list=study.list, study=study.name))
        found[study.list].append(
            _entry(
                study, study_id, numbers, references[key], study.list is StudyList.INCLUDED and study.name in with_rows
            )
        )
    return found


class _Naming:
    """Gives each study an id of its own: its first registry number, or its name where another study has that."""

    def __init__(
        self, studies: Sequence[PackageStudy], registered: dict[tuple[StudyList, str], StudyRegistrations]
    ) -> None:
        self._studies, self._registered = studies, registered

    def named(self) -> list[tuple[PackageStudy, str]]:
        taken: set[str] = set()
        ids: dict[int, str] = {}
        order = sorted(range(len(self._studies)), key=lambda place: _IN_TURN.index(self._studies[place].list))
        for place in order:
            study = self._studies[place]
            own = self._registered.get((study.list, study.name))
            wanted = [*(own.numbers[:1] if own else ()), study.name, f"{study.name} ({study.list})"]
            ids[place] = next(
                (name for name in wanted if name not in taken), f"{study.name} ({study.list}, {place + 1})"
            )
            taken.add(ids[place])
        return [(study, ids[place]) for place, study in enumerate(self._studies)]


def _entry(
    study: PackageStudy,
    study_id: str,
    registered: StudyRegistrations,
    references: Sequence[PackageReference],
    has_rows: bool,
) -> Entry:
    declared = {item.number: item for item in registered.found if item.is_declared}
    numbers = [number for number in declared if number != study_id]
    followed = [declared[name] for name in (study_id, *numbers) if name in declared]
    said: Entry = {
        "study_id": study_id,
        "label": study.name,
        "year": str(study.year or ""),
        "contributes_data": has_rows,
        "evidence": str(EvidenceWord.VERBATIM),
        "numbers": numbers,
        "found_in": "; ".join(", ".join(item.places) for item in followed),
        "to_check": [_to_check(item) for item in registered.found if not item.is_certain],
        "reports": list(dict.fromkeys(_reports(references))),
        "told_state": _told_state(study),
        "reason": _line(next((text for name, text in study.characteristics.items() if "reason" in name.lower()), "")),
    }
    return {name: value for name, value in said.items() if value}


def _to_check(item: Found) -> Entry:
    said = {"number": item.number, "place": item.place, "sentence": _line(item.sentence)}
    if item.is_declared:
        said["sentence"] = item.doubt
    return {name: value for name, value in said.items() if value}


def _line(text: str) -> str:
    return without_addresses(" ".join(text.split()))


def _reports(references: Sequence[PackageReference]) -> Iterator[str]:
    """A report's PMID, or its DOI, or its number in Cochrane's register; entries of registries are no reports."""
    for item in references:
        if any(numbers_in(value) for value in item.all(*_REGISTRY_FIELDS)):
            continue
        pmids, dois = item.identifiers("PubMed"), [part for part in item.all("DO") if "10." in part]
        if pmids:
            yield f"PMID:{pmids[0]}"
        elif dois:
            yield f"DOI:{dois[0][dois[0].index('10.') :].split()[0].rstrip(';,').lower()}"
        elif numbers := item.identifiers("CRS"):
            yield f"CRS:{numbers[0]}"


def _told_state(study: PackageStudy) -> Entry:
    """What the notes say last of the state of a registration."""
    notes = next((text for name, text in study.characteristics.items() if name.lower() == "notes"), "")
    said = [item for item in told_status(notes) if item.status] or list(told_status(notes))
    if not said:
        return {}
    last: ToldStatus = max(said, key=lambda item: str(item.date or ""))
    state = {"status_text": last.word, "status": str(last.status or ""), "told_date": str(last.date or "")}
    return {name: value for name, value in state.items() if value}
