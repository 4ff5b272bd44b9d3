"""The lists of studies: from their tables, or, where a table is missing, from JSON, references or rows."""

import re
from collections.abc import Iterable, Mapping

import msgspec

from exchange.cochrane.cells import LineReader, is_nothing
from exchange.cochrane.display_text import paragraphs, shown, without_addresses
from exchange.cochrane.files import PackageFile
from exchange.cochrane.package import Cells, Loss, PackageReference, PackageRow, PackageStudy, StudyList
from exchange.cochrane.tables import Table, text_of

_CONTACT = "contact information"
_ID, _CHARACTERISTIC = "ID: ", "Char: "


class _Named(msgspec.Struct):
    name: str = ""
    value: str | None = ""


class JsonReference(msgspec.Struct, rename="kebab"):
    """A reference under its study."""

    reference_type: str = ""
    authors: str = ""
    title: str = ""
    original_title: str = ""
    source: str = ""
    publication_date: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    identifiers: list[_Named] = []


class JsonStudy(msgspec.Struct, rename="kebab"):
    """A study with its references."""

    name: str
    year: str | int | None = ""
    data_source: str = ""
    identifiers: list[_Named] = []
    characteristics: list[_Named] = []
    references: list[JsonReference] = []


class StudiesJson(msgspec.Struct, rename="kebab"):
    """A list of studies as JSON has it, or all of them in the middle layout."""

    risk_of_bias_method: str = ""
    studies: list[JsonStudy] = []


def read_json(file: PackageFile, losses: list[Loss]) -> StudiesJson:
    """The studies of a JSON file; nothing, and a loss, where it has another shape."""
    text, told = text_of(file)
    losses += told
    try:
        return msgspec.json.decode(text.encode(), type=StudiesJson)
    except msgspec.DecodeError as error:
        losses.append(Loss(file=file.name, done=f"not of the shape that packages have ({error}): not read"))
        return StudiesJson()


def studies_of_table(table: Table, name: StudyList, losses: list[Loss]) -> tuple[PackageStudy, ...]:
    """The studies of a list's table; of a study that is there twice both lines count."""
    found = list[PackageStudy]()
    for line in table.lines:
        reader = LineReader(table, line, losses)
        study = _study(name, table.name, line.number, line.cells)
        if not study.name:
            reader.lose("Study", "no name: the line is left out")
            continue
        if any(study.name == item.name for item in found):
            reader.lose("Study", "a study that the list has already: both are kept")
        found.append(study)
    return tuple(found)


def studies_of_json(read: StudiesJson, name: StudyList, file: str) -> tuple[PackageStudy, ...]:
    """The same from JSON, with the cells that the table would have."""
    return tuple(_study(name, file, 0, _cells(item)) for item in read.studies if item.name.strip())


def studies_named(references: Iterable[PackageReference], name: StudyList, file: str) -> tuple[PackageStudy, ...]:
    """The studies that a list's references belong to, in their order."""
    lines: dict[str, int] = {}
    for reference in references:
        if reference.study:
            lines.setdefault(reference.study, reference.line)
    return tuple(
        PackageStudy(list=name, file=file, line=line, cells={"Study": study}, name=study)
        for study, line in lines.items()
    )


def studies_in_rows(rows: Iterable[PackageRow], file: str) -> tuple[PackageStudy, ...]:
    """The included studies that rows name, in their order."""
    first: dict[str, PackageRow] = {}
    for row in rows:
        first.setdefault(row.study, row)
    return tuple(
        PackageStudy(
            list=StudyList.INCLUDED, file=file, line=row.line, cells={"Study": study}, name=study, year=row.year
        )
        for study, row in first.items()
    )


def references_of_json(read: StudiesJson, name: StudyList, file: str) -> tuple[PackageReference, ...]:
    """References under their studies, in the tags that RIS would have."""
    return tuple(
        PackageReference(file=file, line=0, list=name, study=shown(study.name), tags=_tags(study.name, reference))
        for study in read.studies
        for reference in study.references
    )


def _study(name: StudyList, file: str, line: int, cells: Cells) -> PackageStudy:
    year = re.fullmatch(r"(\d{4})(?:\.0)?", cells.get("Year", "").strip())
    told = _under(_CHARACTERISTIC, cells)
    return PackageStudy(
        list=name,
        file=file,
        line=line,
        cells=cells,
        name=shown(cells.get("Study", "")),
        year=int(year[1]) if year else None,
        data_source=cells.get("Data source", "").strip(),
        ids={kind: value.strip() for kind, value in _under(_ID, cells).items()},
        characteristics={
            kind: text
            for kind, value in told.items()
            if kind.lower() != _CONTACT and (text := without_addresses("\n".join(paragraphs(value))))
        },
    )


def _under(prefix: str, cells: Mapping[str, str]) -> dict[str, str]:
    return {
        column[len(prefix) :].strip(): value
        for column, value in cells.items()
        if column.startswith(prefix) and not is_nothing(value)
    }


def _cells(study: JsonStudy) -> Cells:
    head = {"Study": study.name, "Year": str(study.year or ""), "Data source": study.data_source}
    ids = {f"{_ID}{item.name}": item.value or "" for item in study.identifiers}
    return head | ids | {f"{_CHARACTERISTIC}{item.name}": item.value or "" for item in study.characteristics}


def _tags(study: str, reference: JsonReference) -> tuple[tuple[str, str], ...]:
    is_article = reference.reference_type in {"JOURNAL_ARTICLE", "JOURNAL"}
    tags = [("TY", "JOUR" if is_article else "GEN"), ("AU", reference.authors), ("TI", reference.title)]
    tags += [("TT", reference.original_title), ("JF", reference.source), ("DA", reference.publication_date)]
    tags += [("VL", reference.volume), ("IS", reference.issue), ("SP", reference.pages), ("NS", study)]
    for item in reference.identifiers:
        value = (item.value or "").strip()
        tags.append(("DO", value) if item.name.upper() == "DOI" else ("C3", f"{item.name} {value}"))
    return tuple((tag, value.strip()) for tag, value in tags if value.strip())
