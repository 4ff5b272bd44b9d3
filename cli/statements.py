"""Statements that a journal asks for, generated from a published night."""

from pathlib import Path
from typing import Annotated

import typer

from cli.common import THE_ONLY_REVIEW, AsJson, ReviewName, console, day_of, settings_of
from cli.export import write_files
from reporting.statements.write import as_json, as_markdown, statements_of
from stores.nights import read_night

stating = typer.Typer()


@stating.command("statements")
def statements_command(
    context: typer.Context,
    review: ReviewName = THE_ONLY_REVIEW,
    night: Annotated[str | None, typer.Option(help="Published night (YYYY-MM-DD); the newest if left out.")] = None,
    to: Annotated[Path | None, typer.Option(help="Folder for statements.md and statements.json.")] = None,
    as_json_: AsJson = False,
) -> None:
    """Fill PRISMA 2020, PRISMA-LSR, PRISMA-S and a statement of automation from a night; what people owe is named."""
    told = read_night(review, settings_of(context), day_of(night, "--night") if night else None)
    if to is None:
        typer.echo(as_json(told) if as_json_ else as_markdown(told), nl=False)
        return
    write_files({"statements.md": as_markdown(told), "statements.json": as_json(told)}, to, "--to")
    for statement in statements_of(told):
        states = [item.state for item in statement.items]
        owed = sum(len(item.owed) for item in statement.items)
        console().print(f"{statement.title}: {len(states)} items, {states.count('filled')} filled, {owed} things owed")
    console().print(f"{to}: statements.md and statements.json of {told.name}")
