"""A data package read: its layout told, its tables taken over, everything else named."""

from pathlib import Path

from exchange.cochrane import analyses, rows
from exchange.cochrane.display_text import shown
from exchange.cochrane.files import (
    ANALYSES_JSON,
    ARMS,
    BIAS,
    LISTS,
    LISTS_JSON,
    LISTS_RIS,
    MIDDLE_JSON,
    OTHER_RIS,
    RESULTS,
    ROWS,
    SETTINGS,
    SUBGROUPS,
    PackageFiles,
    open_package,
)
from exchange.cochrane.judgements import ROB_2, read_judgements
from exchange.cochrane.package import (
    Layout,
    Loss,
    Package,
    PackageAnalysis,
    PackageError,
    PackageLine,
    PackageReference,
    PackageRow,
    PackageStudy,
    PackageSubgroup,
    StudyList,
)
from exchange.cochrane.ris import read_ris
from exchange.cochrane.study_files import (
    StudiesJson,
    read_json,
    references_of_json,
    studies_in_rows,
    studies_named,
    studies_of_json,
    studies_of_table,
)
from exchange.cochrane.tables import Table, brief, read_table


def read_package(path: Path) -> Package:
    """What a data package says.

    Raises
    ------
    PackageError
        If `path` is no package that can be read: the message says why and what to do.
    """
    return _Reading(open_package(path)).package()


class _Reading:
    def __init__(self, files: PackageFiles) -> None:
        self._files = files
        self._losses = list(files.losses)
        self._headers: dict[str, tuple[str, ...]] = {}
        self._json: dict[str, StudiesJson] = {}

    def package(self) -> Package:
        settings, data = self._table(SETTINGS), self._table(ROWS)
        layout = self._layout(settings, data)
        found = self._analyses(settings, data)
        taken = self._rows(data, found, layout)
        subgroups = self._subgroups(found, taken, layout)
        references = self._references()
        studies = self._studies(references, taken, layout)
        self._compare(studies, references)
        return Package(
            review=self._files.prefix,
            layout=layout,
            name=self._files.name,
            analyses=tuple(found.values()),
            rows=taken,
            subgroups=subgroups,
            studies=studies,
            references=references,
            judgements=read_judgements(bias, self._bias_method(), self._losses) if (bias := self._table(BIAS)) else (),
            rob_tool=ROB_2 if data and rows.domains_of(data.header) else "",
            arms=self._lines(ARMS),
            results=self._lines(RESULTS),
            headers=self._headers,
            losses=tuple(self._losses),
        )

    def _table(self, part: str) -> Table | None:
        file = self._files.parts.get(part)
        if file is None:
            return None
        table = read_table(file)
        self._losses += table.losses
        self._headers[part] = table.header
        return table

    def _layout(self, settings: Table | None, data: Table | None) -> Layout:
        if settings:
            return analyses.layout_of(settings.header)
        parts = self._files.parts
        if ANALYSES_JSON in parts or LISTS_JSON[StudyList.INCLUDED] in parts:
            return Layout.V2
        if MIDDLE_JSON in parts:
            return Layout.MIDDLE
        lists = {LISTS[name] for name in StudyList if name is not StudyList.INCLUDED}
        is_newer = (data and "Subgroup number" in data.header) or lists & set(parts)
        return Layout.V2 if is_newer else Layout.V1

    def _analyses(self, settings: Table | None, data: Table | None) -> dict[str, PackageAnalysis]:
        if settings is None:
            if data is not None:
                self._missing(SETTINGS, "its analyses cannot be told, and all rows are left out")
            return {}
        self._need(settings, analyses.NEEDED)
        if data is None and settings.lines:
            self._missing(ROWS, "the analyses have no rows")
        return {item.key: item for item in analyses.read_analyses(settings, self._losses)}

    def _rows(self, data: Table | None, found: dict[str, PackageAnalysis], layout: Layout) -> tuple[PackageRow, ...]:
        if data is None or SETTINGS not in self._files.parts:
            return ()
        self._need(data, rows.NEEDED)
        return rows.read_rows(data, found, layout, self._losses)

    def _subgroups(
        self, found: dict[str, PackageAnalysis], taken: tuple[PackageRow, ...], layout: Layout
    ) -> tuple[PackageSubgroup, ...]:
        table = self._table(SUBGROUPS)
        if table is None:
            if any(row.subgroup for row in taken):
                self._missing(SUBGROUPS, "the published estimates of subgroups are not known")
            return ()
        self._need(table, ("Analysis group", "Analysis number", "Subgroup"))
        return analyses.read_subgroups(table, frozenset(found), layout, self._losses)

    def _need(self, table: Table, columns: tuple[str, ...]) -> None:
        if not table.header:
            raise PackageError(f"{self._files.name}: {table.name} is empty; download the package again")
        if missing := table.missing(*columns):
            raise PackageError(
                f"{self._files.name}: {table.name} has no column {', '.join(repr(name) for name in missing)}; it is "
                "not the table that Cochrane publishes"
            )

    def _missing(self, part: str, done: str) -> None:
        self._losses.append(Loss(file=f"{self._files.prefix}-{part}", done=f"missing: {done}"))

    def _references(self) -> tuple[PackageReference, ...]:
        found = list[PackageReference]()
        parts = self._files.parts
        for name, part in [*((name, LISTS_RIS[name]) for name in StudyList), *((None, part) for part in OTHER_RIS)]:
            if part in parts:
                found += read_ris(parts[part], name, self._losses)
            elif name and LISTS_JSON[name] in parts:
                found += references_of_json(self._studies_json(LISTS_JSON[name]), name, parts[LISTS_JSON[name]].name)
        return tuple(found)

    def _studies(
        self, references: tuple[PackageReference, ...], taken: tuple[PackageRow, ...], layout: Layout
    ) -> tuple[PackageStudy, ...]:
        return tuple(study for name in StudyList for study in self._list(name, references, taken, layout))

    def _list(
        self,
        name: StudyList,
        references: tuple[PackageReference, ...],
        taken: tuple[PackageRow, ...],
        layout: Layout,
    ) -> tuple[PackageStudy, ...]:
        parts = self._files.parts
        if (table := self._table(LISTS[name])) is not None:
            self._need(table, ("Study",))
            return studies_of_table(table, name, self._losses)
        if LISTS_JSON[name] in parts:
            file = parts[LISTS_JSON[name]].name
            self._missing(LISTS[name], f"the studies are read from {file}")
            return studies_of_json(self._studies_json(LISTS_JSON[name]), name, file)
        named = [reference for reference in references if reference.list is name and reference.study]
        if named:
            # Older layouts have a table of the included studies alone.
            if layout is Layout.V2 or name is StudyList.INCLUDED:
                self._missing(LISTS[name], f"the studies are those of {named[0].file}, without their characteristics")
            return studies_named(named, name, named[0].file)
        if name is StudyList.INCLUDED and taken:
            file = parts[ROWS].name
            self._missing(LISTS[name], f"the studies are those of {file}, without their characteristics")
            return studies_in_rows(taken, file)
        return ()

    def _compare(self, studies: tuple[PackageStudy, ...], references: tuple[PackageReference, ...]) -> None:
        """Name what references and JSON say of studies that the lists do not have."""
        known = {(study.list, study.name) for study in studies}
        for item in references:
            if item.list and item.study and (item.list, item.study) not in known:
                done = f"a study that the {item.list} list does not have: kept without one"
                self._losses.append(
                    Loss(file=item.file, line=item.line, column="NS", value=brief(item.study), done=done)
                )
        for name, part in LISTS_JSON.items():
            if part in self._files.parts:
                told = [shown(study.name) for study in self._studies_json(part).studies]
                for study in dict.fromkeys(study for study in told if (name, study) not in known):
                    done = f"a study that {self._files.prefix}-{LISTS[name]} does not have: left out"
                    file = self._files.parts[part].name
                    self._losses.append(Loss(file=file, column="name", value=brief(study), done=done))

    def _studies_json(self, part: str) -> StudiesJson:
        if part not in self._json:
            self._json[part] = read_json(self._files.parts[part], self._losses)
        return self._json[part]

    def _bias_method(self) -> str:
        parts = (LISTS_JSON[StudyList.INCLUDED], ANALYSES_JSON, MIDDLE_JSON)
        found = next((part for part in parts if part in self._files.parts), None)
        return self._studies_json(found).risk_of_bias_method if found is not None else ""

    def _lines(self, part: str) -> tuple[PackageLine, ...]:
        table = self._table(part)
        return tuple(PackageLine(line=line.number, cells=line.cells) for line in table.lines) if table else ()
