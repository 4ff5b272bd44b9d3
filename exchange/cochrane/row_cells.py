"""The numbers of one study in an analysis as cells of the table of data rows, and what of a package's row they lack."""

import json
from collections.abc import Mapping

from exchange.cochrane.columns import DATA, ROW_COLUMNS
from exchange.cochrane.display_text import shown, without_addresses
from exchange.cochrane.package import Cells, PackageRow
from exchange.cochrane.settings_cells import as_json
from exchange.folder_text import number_text
from models.folder_rows import ContrastRow, ExtractionRow, NumbersRow

_TEXTS = ("Subgroup", "Study", "Footnotes")
_JUDGEMENT = ("(judgement)", "(support)")


def arms_cells(intervention: ExtractionRow | None, control: ExtractionRow | None) -> Cells:
    """The data of two arms; a standard deviation is the only spread that the table has."""
    cells: Cells = {}
    for name, arm in (("Experimental", intervention), ("Control", control)):
        if arm is not None:
            cells |= {
                f"{name} mean": number_text(arm.mean),
                f"{name} SD": number_text(arm.sd),
                f"{name} cases": number_text(arm.n_events),
                f"{name} N": number_text(arm.n_analysed),
            }
    return cells


def contrast_cells(row: ContrastRow) -> Cells:
    """The data of an estimate on the scale of its analysis, or of observed less expected events."""
    return {
        "GIV Mean": number_text(row.estimate),
        "GIV SE": number_text(row.se),
        "O-E": number_text(row.o_minus_e),
        "Variance": number_text(row.variance),
        "Experimental cases": number_text(row.events_intervention),
        "Experimental N": number_text(row.n_intervention),
        "Control cases": number_text(row.events_control),
        "Control N": number_text(row.n_control),
    }


def labels_cells(row: NumbersRow, study: str, year: str) -> Cells:
    """Where a row counts, and whose it is."""
    return {
        "Subgroup": row.subgroup,
        "Subgroup number": number_text(row.subgroup_number),
        "Applicability": row.counts_in.upper(),
        "Study": study,
        "Study year": year,
        "Footnotes": row.note or "",
    }


def other_row_cells(told: PackageRow, data: Cells, labels: Cells) -> str:
    """Cells of a package's row that the folder's would not give back, as JSON; '' for none."""
    kept = {
        column: number_text(getattr(told, field))
        for field, column in DATA.items()
        if number_text(getattr(told, field)) != data.get(column, "")
    }
    for column in (*_TEXTS, "Study year"):
        raw = (
            without_addresses(told.cells.get(column, labels[column]))
            if column == "Footnotes"
            else told.cells.get(column)
        )
        if raw is not None and raw != labels[column]:
            kept[column] = raw
    kept |= {
        column: cell
        for column, cell in told.cells.items()
        if column not in ROW_COLUMNS and not column.endswith(_JUDGEMENT) and cell
    }
    return as_json(kept)


def with_other_row_cells(said: Cells, other_cells: str) -> Cells:
    """Cells with those that were kept of a package; markup only while it shows what the folder says."""
    kept: Mapping[str, str] = json.loads(other_cells) if other_cells else {}
    return said | {name: cell for name, cell in kept.items() if name not in _TEXTS or shown(cell) == said[name]}
