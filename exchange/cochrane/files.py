"""The files of a data package by the part that each plays, whatever they are packed in."""

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from exchange.cochrane.members import Member, members_of
from exchange.cochrane.package import Loss, PackageError, StudyList

SETTINGS = "overall-estimates-and-settings.csv"
ROWS = "data-rows.csv"
SUBGROUPS = "subgroup-estimates.csv"
ANALYSES_JSON = "analysis-data.json"
BIAS = "risk-of-bias.csv"
ARMS = "study-arms.csv"
RESULTS = "study-results.csv"
LISTS = {
    StudyList.INCLUDED: "study-information.csv",
    StudyList.EXCLUDED: "excluded-study-information.csv",
    StudyList.AWAITING: "awaiting-study-information.csv",
    StudyList.ONGOING: "ongoing-study-information.csv",
}
LISTS_JSON = {
    StudyList.INCLUDED: "study-data.json",
    StudyList.EXCLUDED: "excluded-study-data.json",
    StudyList.AWAITING: "awaiting-study-data.json",
    StudyList.ONGOING: "ongoing-study-data.json",
}
LISTS_RIS = {name: f"{name}.ris" for name in StudyList}
OTHER_RIS = ("additional-references.ris", "other-published-versions.ris")
MIDDLE_JSON = ""
"""The middle layout's one JSON file has the package's name alone."""

_PARTS = frozenset(
    {SETTINGS, ROWS, SUBGROUPS, ANALYSES_JSON, BIAS, ARMS, RESULTS}
    | {*LISTS.values(), *LISTS_JSON.values(), *LISTS_RIS.values(), *OTHER_RIS}
)
_DIAGNOSTIC = ("-parameters.csv", "-study-test-data.csv")
_FOLDER = re.compile(r"(.+)-(?:study-data|analysis-data)", re.IGNORECASE)


@dataclass(frozen=True)
class PackageFile:
    """A file: its name, for people, and its bytes."""

    name: str
    body: bytes


@dataclass(frozen=True)
class PackageFiles:
    """The files of one package.

    Attributes
    ----------
    name : of what was opened
    prefix : what every file's name begins with: the review's number, or an export's
    parts : by the ending of their names behind the prefix, which tells their part
    losses : files that look like the package's and are none that is known
    """

    name: str
    prefix: str
    parts: dict[str, PackageFile]
    losses: tuple[Loss, ...]


def open_package(path: Path) -> PackageFiles:
    """The files of the package at `path`: a zip, a zip in a zip, or the folder that one unpacks to.

    Raises
    ------
    PackageError
        If there is none, there are several, it is one of a diagnostic review, or it is unsafe to open.
    """
    members = members_of(path)
    if not members:
        raise PackageError(f"{path.name}: holds no table and no references: it is no data package")
    if found := next((item.path for item in members if item.path.lower().endswith(_DIAGNOSTIC)), None):
        raise PackageError(f"{path.name}: a package of a diagnostic review ({found}), which cannot be pooled here")
    prefix = _prefix(members, path.name)
    parts: dict[str, PackageFile] = {}
    losses = []
    for member in members:
        name = PurePosixPath(member.path).name
        if not name.lower().startswith(prefix.lower()):
            continue
        ending = name[len(prefix) :].removeprefix("-").lower()
        part = MIDDLE_JSON if ending == ".json" else ending
        if part not in _PARTS and part != MIDDLE_JSON:
            losses.append(Loss(file=name, done="a file that no layout has: not read"))
        elif part not in parts:
            parts[part] = PackageFile(name, member.body)
        elif parts[part].body != member.body:
            raise PackageError(f"{path.name}: holds {name} twice, with different contents; keep the one that counts")
    return PackageFiles(path.name, prefix, parts, tuple(losses))


def _prefix(members: list[Member], name: str) -> str:
    paths = [PurePosixPath(member.path) for member in members]
    found = _endings(paths, f"-{SETTINGS}") or _folders(paths) or _any_part(paths)
    if not found:
        raise PackageError(
            f"{name}: no file of a Cochrane data package in it (such as CD012345-{SETTINGS}); name the zip that "
            "Cochrane hands out as the review's data package"
        )
    if len(found) > 1:
        raise PackageError(f"{name}: holds several packages ({', '.join(found.values())}); name one")
    return next(iter(found.values()))


def _endings(paths: list[PurePosixPath], ending: str) -> dict[str, str]:
    names = (path.name for path in paths if path.name.lower().endswith(ending))
    return {(prefix := name[: -len(ending)]).lower(): prefix for name in names if len(name) > len(ending)}


def _folders(paths: list[PurePosixPath]) -> dict[str, str]:
    found = (match for path in paths if (match := _FOLDER.fullmatch(path.parent.name)))
    return {match[1].lower(): match[1] for match in found}


def _any_part(paths: list[PurePosixPath]) -> dict[str, str]:
    """Files that somebody put into a folder of another name; the longest ending is the part's."""
    found: dict[str, str] = {}
    for path in paths:
        ending = max((part for part in _PARTS if path.name.lower().endswith(f"-{part}")), key=len, default="")
        if ending and len(path.name) > len(ending) + 1:
            prefix = path.name[: -len(ending) - 1]
            found[prefix.lower()] = prefix
    return found
