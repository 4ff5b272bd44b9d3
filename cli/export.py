"""Gives a published night to others: reference managers, spreadsheets, knowledge bases, and those who keep the version."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.common import THE_ONLY_REVIEW, ReviewName, console, day_of, settings_of
from exchange.comparison import diff_files
from exchange.fhir.bundle import fhir_files
from exchange.ris import ris_files
from exchange.tabular import csv_files
from flows.data_package import package_files
from models.night import PublishedNight
from models.vocabulary import EvidenceSet
from reporting.numbers import counted
from reporting.statements.flow import flow_table
from stores.nights import read_night

exporting = typer.Typer()

Files = Mapping[str, str] | Mapping[str, bytes]
Writer = Callable[[PublishedNight, EvidenceSet], Files]
"""Files by name, of a night and one of its evidence sets."""


class Form(StrEnum):
    RIS = "ris"
    CSV = "csv"
    FHIR = "fhir"
    DIFF = "diff"
    COCHRANE = "cochrane"


def _tables(night: PublishedNight, evidence: EvidenceSet) -> Mapping[str, str]:
    return csv_files(night, evidence, {"flow": flow_table(night)})


WRITERS: dict[Form, Writer] = {
    Form.RIS: ris_files,
    Form.CSV: _tables,
    Form.FHIR: fhir_files,
    Form.DIFF: diff_files,
    Form.COCHRANE: package_files,
}


class Evidence(StrEnum):
    """Evidence sets that can be given to others; *undisputed* is a sensitivity analysis of one of them."""

    PUBLISHED = "published"
    CONFIRMED = "confirmed"
    PROVISIONAL = "provisional"


@exporting.command("export")
def export_command(
    context: typer.Context,
    form: Annotated[Form, typer.Option("--as", help="What is written.")],
    review: ReviewName = THE_ONLY_REVIEW,
    night: Annotated[str | None, typer.Option(help="Published night (YYYY-MM-DD); the newest if left out.")] = None,
    evidence: Annotated[Evidence, typer.Option(help="Which evidence; only confirmed is the review's result.")] = (
        Evidence.CONFIRMED
    ),
    to: Annotated[
        Path | None, typer.Option(help="Folder that is written to; named for what is in it if left out.")
    ] = None,
) -> None:
    """Write a published night for others: lists as RIS, tables as CSV, a FHIR bundle, the difference to the version, or a
    data package as Cochrane's."""
    told = read_night(review, settings_of(context), day_of(night, "--night") if night else None)
    files = WRITERS[form](told, EvidenceSet(evidence))
    folder = to or Path(f"{told.name}-{evidence}-{form}")
    write_files(files, folder, "--to")
    if not told.is_folder_as_then:
        console().print(
            f"the review folder has changed since the night of {told.as_of:%Y-%m-%d}: its words are today's, as far as"
            " they were known then; the numbers are those of the night"
        )
    console().print(f"{folder}: {counted(len(files), 'file')} of {told.name}, {evidence} evidence")


def write_files(files: Files, folder: Path, option: str) -> None:
    """Write files into a folder; one that stands there under the same name is replaced, others stay."""
    if folder.exists() and not folder.is_dir():
        raise typer.BadParameter(f"{folder} is not a folder; give another", param_hint=option)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
