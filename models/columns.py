"""What the declarations of the warehouse's tables are made of: types, columns with their comments, common columns."""

from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Date, DateTime, Float, MetaData, String, Table
from sqlalchemy.types import TypeEngine

metadata = MetaData()

TEXT, INT, FLOAT, BOOL, DATE, MOMENT = String(), BigInteger(), Float(53), Boolean(), Date(), DateTime()
TEXTS = ARRAY(String())


def column(name: str, kind: TypeEngine[Any], comment: str) -> Column[Any]:
    """A column with what it holds."""
    return Column(name, kind, comment=comment)


def dated(name: str, what: str) -> list[Column[Any]]:
    """The two columns of a partial date."""
    return [
        column(f"{name}_date", DATE, f"{what}; first day that it can mean"),
        column(f"{name}_date_precision", TEXT, f"How much of {name}_date was known: day, month or year"),
    ]


def table(name: str, comment: str, *columns: Column[Any] | list[Column[Any]]) -> Table:
    """A table of the warehouse."""
    flat = [column for part in columns for column in (part if isinstance(part, list) else [part])]
    return Table(name, metadata, *flat, comment=comment)


STUDY = ("study_id", TEXT, "Study: the id of its first registry record")
REPORT = ("report_id", TEXT, "Report: by its PMID, or else by the most widely used of its numbers")
OBSERVED = ("observed_at", MOMENT, "When we saw it, UTC")
ARRIVAL = (
    "arrival",
    INT,
    "Place among the versions of its record in the order of arrival, from 1; of one night the last is the newest",
)


def of_analysis() -> list[Column[Any]]:
    """Columns that say of which analysis a row is."""
    return [
        column("analysis", TEXT, "Analysis, as out_analysis names it"),
        column("comparison", TEXT, "Comparison of the protocol"),
        column("outcome", TEXT, "Outcome of the protocol"),
        column("timepoint", TEXT, "Time of the protocol"),
    ]


def of_subgroup() -> list[Column[Any]]:
    """Columns that say of which subgroup of an analysis a row is."""
    return [
        column("subgroup", TEXT, "Subgroup of the analysis; empty for none"),
        column("subgroup_number", INT, "Its number, 0 for none: names may repeat"),
    ]
