"""References as a package writes them: one tag a line, tags repeated, ``NS`` the study they belong to."""

import re
from collections.abc import Iterator

from exchange.cochrane.display_text import shown
from exchange.cochrane.files import PackageFile
from exchange.cochrane.package import Loss, PackageReference, StudyList
from exchange.cochrane.tables import brief, text_of

_TAG = re.compile(r"([A-Z][A-Z0-9]) {0,2}-(?: (.*)|)")


def read_ris(file: PackageFile, name: StudyList | None, losses: list[Loss]) -> tuple[PackageReference, ...]:
    """The references of a file; of a list, one that names no study is a loss and is kept without one."""
    text, told = text_of(file)
    losses += told
    return tuple(_references(re.split(r"\r\n|\r|\n", text), file.name, name, losses))


def _references(lines: list[str], file: str, name: StudyList | None, losses: list[Loss]) -> Iterator[PackageReference]:
    start, tags = 0, list[tuple[str, str]]()
    for number, line in enumerate([*lines, "ER  - "], start=1):
        found = _TAG.fullmatch(line.rstrip())
        if found and found[1] in {"TY", "ER"}:
            if tags:
                yield _reference(tags, start, file, name, losses)
            start, tags = number, [("TY", found[2] or "")] if found[1] == "TY" else []
        elif found and tags:
            tags.append((found[1], (found[2] or "").strip()))
        elif tags and line.strip():
            tag, value = tags[-1]
            tags[-1] = (tag, f"{value} {line.strip()}".strip())
        elif line.strip():
            done = "a line outside of any reference: left out"
            losses.append(
                Loss(file=file, line=number, column=found[1] if found else "text", value=brief(line), done=done)
            )


def _reference(
    tags: list[tuple[str, str]], line: int, file: str, name: StudyList | None, losses: list[Loss]
) -> PackageReference:
    from_study = shown(next((value for tag, value in tags if tag == "NS"), ""))
    if name is not None and not from_study:
        title = next((value for tag, value in tags if tag in {"TI", "TT", "CT"}), "")
        losses.append(Loss(file=file, line=line, column="NS", value=brief(title), done="a reference without a study"))
    return PackageReference(file=file, line=line, list=name, study=from_study, tags=tuple(tags))
