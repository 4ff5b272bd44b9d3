"""Lists of studies that contradict the rows, the registers, or each other."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from difflib import get_close_matches

from exchange.audit.cells import at_row
from exchange.audit.contradiction import Contradiction, Kind, Place
from exchange.audit.names import same_name
from exchange.cochrane.files import ROWS
from exchange.cochrane.package import Package, PackageRow, PackageStudy, StudyList
from exchange.cochrane.registrations import registrations_of

_YEAR = re.compile(r"(?<![-–/\d])\b((?:19|20)\d\d)[a-z]?\s*$")
"""A year at the end of a label that is not the end of a span of years."""


def contradicting_lists(package: Package) -> Iterator[Contradiction]:
    yield from _in_two_lists(package)
    yield from _one_registration(package)
    yield from _rows_and_list(package)
    yield from _years(package)
    yield from _subgroup_names(package)


def _in_two_lists(package: Package) -> Iterator[Contradiction]:
    by_name = defaultdict[str, list[PackageStudy]](list)
    for study in package.studies:
        by_name[study.name].append(study)
    for name, found in by_name.items():
        if len({study.list for study in found}) > 1:
            yield Contradiction(
                kind=Kind.TWO_LISTS,
                sentence=f"{name} is {' and '.join(dict.fromkeys(study.list for study in found))}.",
                places=tuple(map(_at_study, found)),
            )


def _at_study(study: PackageStudy) -> Place:
    return Place(file=study.file, line=study.line, study=study.name, value=study.list)


def _one_registration(package: Package) -> Iterator[Contradiction]:
    """Numbers that the package declares of several studies."""
    studies = {(study.list, study.name): study for study in package.studies}
    owners = defaultdict[str, list[PackageStudy]](list)
    for item in registrations_of(package):
        for number in item.numbers:
            owners[number].append(studies[item.list, item.study])
    together = defaultdict[tuple[str, ...], list[str]](list)
    for number, found in owners.items():
        if len({study.name for study in found}) > 1:
            together[tuple(f"{study.name} ({study.list})" for study in found)].append(number)
    for names, numbers in together.items():
        yield Contradiction(
            kind=Kind.ONE_REGISTRATION,
            sentence=f"{', '.join(numbers)}: the registration of {' and of '.join(names)}; they are one trial, or one "
            "number is wrong.",
            places=tuple(
                Place(file=study.file, line=study.line, study=study.name, value=f"{study.list}: {', '.join(numbers)}")
                for study in owners[numbers[0]]
            ),
        )


def _rows_and_list(package: Package) -> Iterator[Contradiction]:
    included = package.listed(StudyList.INCLUDED)
    if not included or not package.rows or included[0].file.endswith(ROWS):
        return
    names = {study.name for study in included}
    in_rows = defaultdict[str, list[PackageRow]](list)
    for row in package.rows:
        in_rows[row.study].append(row)
    for name, rows in in_rows.items():
        if name not in names:
            near = _near(name, names - set(in_rows))
            rather = f"; {near} is meant, perhaps" if near else ""
            yield Contradiction(
                kind=Kind.NOT_LISTED,
                sentence=f"{name} has rows and is not among the included studies{rather}.",
                places=tuple(at_row(package, row, "in no list of included studies") for row in rows),
            )
    if without := [study for study in included if study.name not in in_rows]:
        yield Contradiction(
            kind=Kind.NO_ROWS,
            sentence=f"{len(without)} of {len(included)} included studies have no row in any analysis: "
            f"{', '.join(study.name for study in without)}.",
            places=tuple(
                Place(file=study.file, line=study.line, study=study.name, value="no row") for study in without
            ),
        )


def _near(name: str, names: set[str]) -> str:
    plain = {_plain(other): other for other in sorted(names)}
    return next((plain[found] for found in get_close_matches(_plain(name), list(plain), n=1, cutoff=0.85)), "")


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", same_name(name))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _years(package: Package) -> Iterator[Contradiction]:
    """One finding of each study, wherever its year stands."""
    places = defaultdict[tuple[str, int], list[Place]](list)
    for study in package.studies:
        if study.year and _differs(study.name, study.year):
            place = Place(file=study.file, line=study.line, study=study.name, value=str(study.year))
            places[study.name, study.year].append(place)
    for row in package.rows:
        if row.year and _differs(row.study, row.year):
            places[row.study, row.year].append(at_row(package, row, str(row.year)))
    for (name, year), found in places.items():
        yield Contradiction(
            kind=Kind.YEAR, sentence=f"{name}: the column of the year says {year}.", places=tuple(found)
        )


def _differs(name: str, year: int) -> bool:
    return (told := _YEAR.search(name)) is not None and int(told[1]) != year


def _subgroup_names(package: Package) -> Iterator[Contradiction]:
    by_name = defaultdict[str, dict[str, PackageRow]](dict)
    numbers = defaultdict[tuple[str, str], dict[int, PackageRow]](dict)
    for row in package.rows:
        if row.subgroup:
            by_name[same_name(row.subgroup)].setdefault(row.subgroup, row)
            if row.subgroup_number is not None:
                numbers[row.key, row.subgroup].setdefault(row.subgroup_number, row)
    for written in by_name.values():
        if len(written) > 1:
            yield Contradiction(
                kind=Kind.SUBGROUP_NAMES,
                sentence=f"One subgroup is written in {len(written)} ways: "
                f"{', '.join(f'“{name}”' for name in written)}.",
                places=tuple(at_row(package, row, name) for name, row in written.items()),
            )
    for (key, name), found in numbers.items():
        if len(found) > 1:
            yield Contradiction(
                kind=Kind.SUBGROUP_NAMES,
                sentence=f"{key}: {len(found)} subgroups have the name “{name}”.",
                places=tuple(at_row(package, row, f"{name} (number {number})") for number, row in found.items()),
            )
