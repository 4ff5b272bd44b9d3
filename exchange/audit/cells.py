"""A row's numbers by its type of data, and how they are told to people."""

from collections.abc import Iterator

from exchange.audit.contradiction import Place
from exchange.cochrane.files import ROWS, SETTINGS, SUBGROUPS
from exchange.cochrane.package import Applicability, DataType, Package, PackageAnalysis, PackageRow, PackageSubgroup

Arm = tuple[float | None, ...]
Cells = tuple[Arm, Arm]
"""The numbers of the experimental and of the control arm; of contrasts the estimate, and the people."""


def cells_of(row: PackageRow, analysis: PackageAnalysis) -> Cells:
    if analysis.data_type is DataType.CONTRAST:
        return (row.giv_mean, row.giv_se), (row.n1, row.n2)
    if analysis.data_type is DataType.O_E_VARIANCE:
        return (row.o_e, row.variance), (row.n1, row.n2)
    if analysis.data_type is DataType.CONTINUOUS:
        return (row.m1, row.sd1, row.n1), (row.m2, row.sd2, row.n2)
    return (row.e1, row.n1), (row.e2, row.n2)


def has_arms(analysis: PackageAnalysis) -> bool:
    return analysis.data_type in {DataType.DICHOTOMOUS, DataType.CONTINUOUS}


def told(cells: Cells, analysis: PackageAnalysis) -> str:
    """Numbers as people write them: 10/100 v 20/100, −0.1 (1.26) of 50 v …"""
    if not has_arms(analysis):
        (estimate, spread), _ = cells
        name = "SE" if analysis.data_type is DataType.CONTRAST else "V"
        return f"{number(estimate)} ({name} {number(spread)})"
    return " v ".join(told_arm(arm) for arm in cells)


def told_arm(arm: Arm) -> str:
    if len(arm) == 2:
        return f"{number(arm[0])}/{number(arm[1])}"
    return f"{number(arm[0])} ({number(arm[1])}), n {number(arm[2])}"


def number(value: float | None) -> str:
    return "none" if value is None else f"{value:.6g}"


def in_overall(row: PackageRow) -> bool:
    return row.applicability is not Applicability.SUBGROUP_ONLY


def in_subgroup(row: PackageRow) -> bool:
    return row.applicability is not Applicability.OVERALL_ONLY


def subgroup_of(row: PackageRow) -> str:
    return numbered(row.subgroup_number, row.subgroup)


def numbered(number: int | None, name: str) -> str:
    """A subgroup by its number and name: names repeat within an analysis."""
    return f"{number or ''} {name}".strip()


def is_of(row: PackageRow, subgroup: PackageSubgroup) -> bool:
    """Whether a row is of a subgroup; the oldest layout numbers subgroups and not their rows."""
    numbers = {row.subgroup_number, subgroup.subgroup_number} - {None}
    return row.subgroup == subgroup.name and len(numbers) < 2


def estimates_of(package: Package, analysis: PackageAnalysis) -> Iterator[tuple[str, list[PackageRow]]]:
    """The estimates of an analysis that are shown: name of the subgroup, '' for all, and the rows that count."""
    rows = list(package.rows_of(analysis.key))
    if analysis.shows_totals:
        yield "", [row for row in rows if in_overall(row)]
    elif analysis.shows_subgroups:
        for name in dict.fromkeys(map(subgroup_of, rows)):
            yield name, [row for row in rows if subgroup_of(row) == name and in_subgroup(row)]


def at_row(package: Package, row: PackageRow, value: str) -> Place:
    return Place(file=f"{package.review}-{ROWS}", line=row.line, value=value, analysis=row.key, study=row.study)


def at_analysis(package: Package, analysis: PackageAnalysis, value: str) -> Place:
    return Place(file=f"{package.review}-{SETTINGS}", line=analysis.line, value=value, analysis=analysis.key)


def at_subgroup(package: Package, subgroup: PackageSubgroup, value: str) -> Place:
    file = f"{package.review}-{SUBGROUPS}"
    return Place(file=file, line=subgroup.line, value=f"{subgroup.name}: {value}", analysis=subgroup.key)
