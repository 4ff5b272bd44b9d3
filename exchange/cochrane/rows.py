"""The data rows: a study's numbers in an analysis and subgroup, and RoB 2's judgements beside them."""

import re

from exchange.cochrane.cells import LineReader
from exchange.cochrane.columns import ROW_COLUMNS
from exchange.cochrane.display_text import shown
from exchange.cochrane.missing_columns import losses_of_columns, uncomputable
from exchange.cochrane.package import Applicability, DataType, Layout, Loss, PackageAnalysis, PackageRow, RiskOfBias
from exchange.cochrane.tables import Line, Table
from exchange.cochrane.words import APPLICABILITY, RISK

NEEDED = ("Analysis group", "Analysis number", "Study")
_NUMBERS = {
    "giv_mean": "GIV Mean",
    "m1": "Experimental mean",
    "m2": "Control mean",
    "o_e": "O-E",
}
_FROM_NOUGHT = {
    "giv_se": "GIV SE",
    "sd1": "Experimental SD",
    "e1": "Experimental cases",
    "n1": "Experimental N",
    "sd2": "Control SD",
    "e2": "Control cases",
    "n2": "Control N",
    "variance": "Variance",
}
_DISPLAYED = {"weight": "Weight", "estimate": "Mean", "ci_low": "CI start", "ci_high": "CI end"}
_USED = {
    DataType.DICHOTOMOUS: frozenset({"e1", "n1", "e2", "n2"}),
    DataType.CONTINUOUS: frozenset({"m1", "sd1", "n1", "m2", "sd2", "n2"}),
    DataType.CONTRAST: frozenset({"giv_mean", "giv_se"}),
    DataType.O_E_VARIANCE: frozenset({"o_e", "variance", "e1", "n1", "e2", "n2"}),
}
_COUNTED = frozenset({"e1", "n1", "e2", "n2"})
"""People and events: of data with variances they are shown, and not needed."""
_JUDGEMENT = re.compile(r"(.+?)\s*\(judgement\)")

Numbers = dict[str, float | None]


def domains_of(header: tuple[str, ...]) -> dict[str, str]:
    """Domain by the column that holds its judgement."""
    return {column: match[1] for column in header if (match := _JUDGEMENT.fullmatch(column))}


def read_rows(
    table: Table, analyses: dict[str, PackageAnalysis], layout: Layout, losses: list[Loss]
) -> tuple[PackageRow, ...]:
    """The rows of analyses that are there; the others are losses."""
    domains = domains_of(table.header)
    losses += losses_of_columns(
        table, {name: uncomputable(keys) for name, keys in _needed(table, analyses).items()}, ROW_COLUMNS
    )
    readers = (LineReader(table, line, losses) for line in table.lines)
    return tuple(row for reader in readers if (row := _row(reader, analyses, domains, layout)))


def _needed(table: Table, analyses: dict[str, PackageAnalysis]) -> dict[str, list[str]]:
    """Analyses with rows that cannot be computed without a column, by its name."""
    with_rows = {key for line in table.lines if (key := _plain_key(line)) in analyses}
    found: dict[str, list[str]] = {}
    for key, analysis in analyses.items():
        used = _USED[analysis.data_type] if analysis.data_type and key in with_rows else frozenset[str]()
        needed = used - _COUNTED if analysis.data_type is DataType.O_E_VARIANCE else used
        for field, column in (_NUMBERS | _FROM_NOUGHT).items():
            if field in needed:
                found.setdefault(column, []).append(key)
    return found


def _plain_key(line: Line) -> str:
    return "{}.{}".format(*(line.cells[name].strip().removesuffix(".0") for name in NEEDED[:2]))


def _row(
    reader: LineReader, analyses: dict[str, PackageAnalysis], domains: dict[str, str], layout: Layout
) -> PackageRow | None:
    if (numbers := reader.key()) is None:
        return None
    key = "{}.{}".format(*numbers)
    if key not in analyses:
        reader.lose("Analysis number", f"no settings of analysis {key}: the row is left out")
        return None
    if not (study := shown(reader.cells.get("Study", ""))):
        reader.lose("Study", "no study: the row is left out")
        return None
    values = _data(reader)
    displayed: Numbers = {field: reader.number(column) for field, column in _DISPLAYED.items()}
    if layout is Layout.V1:
        values = _without_fillers(values, analyses[key].data_type)
        if tuple(displayed.values())[1:] == (0, 0, 0):
            displayed = dict.fromkeys(displayed)
    return PackageRow(
        line=reader.line,
        cells=reader.cells,
        key=key,
        subgroup=shown(reader.cells.get("Subgroup", "")),
        subgroup_number=reader.whole("Subgroup number"),
        applicability=_applicability(reader),
        study=study,
        year=_year(reader),
        footnotes=shown(reader.cells.get("Footnotes", "")),
        rob=_risks(reader, domains),
        **values,
        **displayed,
    )


def _data(reader: LineReader) -> Numbers:
    values: Numbers = {field: reader.number(column) for field, column in _NUMBERS.items()}
    values |= {field: reader.number(column, least=0) for field, column in _FROM_NOUGHT.items()}
    for cases, people, column in (("e1", "n1", "Experimental cases"), ("e2", "n2", "Control cases")):
        n_cases, n_people = values[cases], values[people]
        # v1 fills the N of estimates without people with nought.
        if n_cases is not None and n_people is not None and n_cases > n_people:
            reader.lose(column, f"more than the {n_people:g} people of the arm: taken as empty")
            values[cases] = None
    return values


def _without_fillers(values: Numbers, data_type: DataType | None) -> Numbers:
    used = _USED[data_type] if data_type else frozenset(values)
    return {field: None if value == 0 and field not in used else value for field, value in values.items()}


def _applicability(reader: LineReader) -> Applicability:
    whole = Applicability.SUBGROUP_AND_OVERALL
    return reader.word("Applicability", APPLICABILITY, f"not known: taken as {whole}") or whole


def _year(reader: LineReader) -> int | None:
    """Years are told loosely; one that is no number is text, and no loss: the cell keeps it."""
    found = re.fullmatch(r"(\d{4})(?:\.0)?", reader.text("Study year"))
    return int(found[1]) if found else None


def _risks(reader: LineReader, domains: dict[str, str]) -> dict[str, RiskOfBias]:
    done = "no judgement that is known: left out"
    found = {domain: reader.word(column, RISK, done) for column, domain in domains.items()}
    return {domain: risk for domain, risk in found.items() if risk}
