"""The settings and published estimates of analyses, one line each, in all three layouts."""

from exchange.cochrane.cells import LineReader
from exchange.cochrane.columns import OF_V1, SETTINGS_COLUMNS, SUBGROUP_COLUMNS
from exchange.cochrane.display_text import shown
from exchange.cochrane.missing_columns import losses_of_columns
from exchange.cochrane.package import (
    DataType,
    EffectModel,
    Layout,
    Loss,
    PackageAnalysis,
    PackageSubgroup,
    Published,
)
from exchange.cochrane.tables import Table
from exchange.cochrane.words import DATA_TYPE, ESTIMATOR, INTERVAL, MEASURE, METHOD, MODEL, OF_DATA_TYPE
from models.vocabulary import Interval, Measure, Model

NEEDED = ("Analysis group", "Analysis number", "Data type", "Effect measure", "Statistical method", "Analysis model")
"""Columns without which nothing can be computed."""
_NUMBERS = {
    "estimate": "Mean",
    "ci_low": "CI start",
    "ci_high": "CI end",
    "pi_low": "PI start",
    "pi_high": "PI end",
    "tau2": "Heterogeneity Tau²",
    "tau2_low": "Tau² CI start",
    "tau2_high": "Tau² CI end",
    "chi2": "Heterogeneity Chi²",
    "df": "Heterogeneity df",
    "p_heterogeneity": "Heterogeneity P",
    "i2": "Heterogeneity I²",
    "z": "Effect Z",
    "t": "Effect T",
    "p": "Effect P",
    "subgroup_chi2": "Subgroup Chi²",
    "subgroup_df": "Subgroup df",
    "subgroup_p": "Subgroup P",
    "subgroup_i2": "Subgroup I²",
}
_COUNTS = {
    "e1": "Experimental cases",
    "n1": "Experimental N",
    "e2": "Control cases",
    "n2": "Control N",
}
_SAYS_LAYOUT = ("Sort studies by", "Graph scale", "Graph label (left)", "Show risk of bias")
_LIMITS = ("Mean", "CI start", "CI end")
_NOT_COMPARED = "what is published there cannot be compared"
_COSTS = dict.fromkeys(_LIMITS, _NOT_COMPARED) | {
    "Log-scale data": "no analysis is taken to be one of logarithms",
    "Overall estimates": "all analyses are taken to have totals",
}
"""What the lack of a column comes to that every layout has."""
_COSTS_NOW = {
    "Heterogeneity estimator": "tau² is taken to be estimated by DL",
    "CI method": "limits are taken to be Wald's",
    "CI/PI level": "all levels are taken as 95%",
}
"""The same, of columns that came after the first layout."""
_UNNAMED = "empty: its estimates are pooled as they stand, without the name of a measure"
_LEFT_OPEN = "not known: left open, so the analysis cannot be computed"


def layout_of(header: tuple[str, ...]) -> Layout:
    """The layout of a settings table by its columns."""
    if any(column in header for column in _SAYS_LAYOUT):
        return Layout.V2
    if any(column in header for column in ("CI/PI level", "CI method", "Heterogeneity estimator")):
        return Layout.MIDDLE
    return Layout.V1


def read_analyses(table: Table, losses: list[Loss]) -> tuple[PackageAnalysis, ...]:
    """The analyses of a settings table; of a key that is there twice the first counts."""
    layout = layout_of(table.header)
    costs = _COSTS if layout is Layout.V1 else _COSTS | _COSTS_NOW
    losses += losses_of_columns(table, costs if table.lines else {}, {*SETTINGS_COLUMNS, *OF_V1})
    found: dict[str, PackageAnalysis] = {}
    for line in table.lines:
        reader = LineReader(table, line, losses)
        if (key := reader.key()) is None:
            continue
        analysis = _analysis(reader, *key, layout)
        if analysis.key in found:
            reader.lose("Analysis number", f"analysis {analysis.key} is there twice: the line is left out")
        else:
            found[analysis.key] = analysis
    return tuple(found.values())


def _analysis(reader: LineReader, group: int, number: int, layout: Layout) -> PackageAnalysis:
    data_type = reader.word("Data type", DATA_TYPE, _LEFT_OPEN)
    model = reader.word("Analysis model", MODEL, _LEFT_OPEN)
    for column in ("Data type", "Effect measure", "Analysis model", "Statistical method"):
        if not reader.text(column):
            is_label = column == "Effect measure" and data_type in {DataType.CONTRAST, DataType.O_E_VARIANCE}
            reader.lose(column, _UNNAMED if is_label else "empty: left open, so the analysis cannot be computed")
    published, is_never_computed = _published(reader, layout)
    is_v1 = layout is Layout.V1
    return PackageAnalysis(
        line=reader.line,
        cells=reader.cells,
        group=group,
        number=number,
        key=f"{group}.{number}",
        name=shown(reader.cells.get("Analysis name", "")),
        group_name=shown(reader.cells.get("Analysis group name", "")),
        data_source=reader.text("Data source"),
        data_type=data_type,
        is_log=reader.flag("Log-scale data"),
        experimental_label=shown(reader.cells.get("Experimental group label", "")),
        control_label=shown(reader.cells.get("Control group label", "")),
        method=reader.word("Statistical method", METHOD, _LEFT_OPEN),
        measure_text=shown(reader.text("Effect measure")),
        measure=_measure(reader, data_type),
        unit=shown(reader.text("Unit of effect measure")),
        model=model,
        estimator=_estimator(reader, model),
        tau2_ci=reader.flag("Tau² CI"),
        shows_subgroups=reader.flag("Subgroup estimates", default=True),
        shows_totals=reader.flag("Overall estimates", default=True),
        tests_subgroups=reader.flag("Test for subgroup differences"),
        has_prediction=reader.flag("Prediction interval"),
        swaps_events=reader.flag("Swap event and non-event"),
        interval=Interval.WALD if is_v1 else reader.word("CI method", INTERVAL, _LEFT_OPEN),
        level=_level(reader, "Estimate CI" if is_v1 else "CI/PI level"),
        study_level=_level(reader, "Study CI" if is_v1 else "CI/PI level", is_told=not is_v1),
        sort=reader.text("Sort studies by"),
        graph_left=shown(reader.cells.get("Graph label (left)", "")),
        graph_right=shown(reader.cells.get("Graph label (right)", "")),
        graph_scale=reader.number("Graph scale"),
        published=published,
        is_never_computed=is_never_computed,
        id=reader.text("ID"),
    )


def _measure(reader: LineReader, data_type: DataType | None) -> Measure | None:
    """Of estimates any label may come, of arm data only a measure that such data have."""
    known = MEASURE.get(" ".join(shown(reader.text("Effect measure")).lower().split()))
    if data_type in {DataType.CONTRAST, DataType.O_E_VARIANCE}:
        return known or Measure.GEN
    if data_type is not None and reader.text("Effect measure") and known not in OF_DATA_TYPE[data_type]:
        reader.lose("Effect measure", f"no measure of {data_type} data that is known: the analysis cannot be computed")
        return None
    return known


def _estimator(reader: LineReader, model: EffectModel | None) -> Model | None:
    if model is not EffectModel.RANDOM:
        return None
    if "Heterogeneity estimator" not in reader.cells:
        return Model.DL
    found = reader.word("Heterogeneity estimator", ESTIMATOR, _LEFT_OPEN)
    if not reader.text("Heterogeneity estimator"):
        reader.lose("Heterogeneity estimator", "empty under random effects: left open")
    return found


def _level(reader: LineReader, column: str, is_told: bool = False) -> float | None:
    """A confidence level as a share of 1, written as 95%, 95 or 0.95."""
    if not reader.text(column):
        return None
    level = reader.share(column)
    if level is not None and 0.5 <= level < 1:
        return round(level, 12)
    if not is_told:
        reader.lose(column, "no confidence level: taken as 95%")
    return None


def _published(reader: LineReader, layout: Layout) -> tuple[Published, bool]:
    numbers = {field: reader.number(column) for field, column in _NUMBERS.items()}
    counts = {field: reader.number(column, least=0) for field, column in _COUNTS.items()}
    limits = (numbers["estimate"], numbers["ci_low"], numbers["ci_high"])
    if layout is Layout.V1 and limits == (0, 0, 0):
        # An estimate of 0 has limits on its sides. Where totals are off, the subgroups may have been compared.
        tests = {field: value for field, value in numbers.items() if field.startswith("subgroup_")}
        is_off = not reader.flag("Overall estimates", default=True)
        return Published(**counts, **(tests if any(tests.values()) else {})), not is_off
    return Published(**numbers, **counts), False


def read_subgroups(
    table: Table, keys: frozenset[str], layout: Layout, losses: list[Loss]
) -> tuple[PackageSubgroup, ...]:
    """The subgroup estimates of analyses that are there."""
    losses += losses_of_columns(table, dict.fromkeys(_LIMITS, _NOT_COMPARED) if table.lines else {}, SUBGROUP_COLUMNS)
    found = list[PackageSubgroup]()
    for line in table.lines:
        reader = LineReader(table, line, losses)
        if (numbers := reader.key()) is None:
            continue
        key = "{}.{}".format(*numbers)
        if key not in keys:
            reader.lose("Analysis number", f"no settings of analysis {key}: the line is left out")
            continue
        published, _ = _published(reader, layout)
        found.append(
            PackageSubgroup(
                line=reader.line,
                cells=reader.cells,
                key=key,
                name=shown(reader.cells.get("Subgroup", "")),
                subgroup_number=reader.whole("Subgroup number"),
                weight=reader.number("Weight"),
                published=published,
                id=reader.text("ID"),
            )
        )
    return tuple(found)
