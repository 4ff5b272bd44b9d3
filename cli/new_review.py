"""A new review folder, from answers that are asked for in the terminal, or from a short YAML file."""

import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated

import click
import typer

from cli.answers import ask_for_draft
from cli.common import FAILED, console, now, settings_of
from models.draft import Draft
from models.draft_files import files_of
from models.folder_files import load_yaml
from models.review import review_named
from models.reviews import is_review_name

beginning = typer.Typer()


@beginning.command("init")
def init_command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the new review's folder, e.g. riboflavin_migraine.")],
    answers: Annotated[
        Path | None, typer.Option("--from", help="YAML file with the answers (docs/new-review.md); asks nothing.")
    ] = None,
) -> None:
    """Make a new review: asks for its question, or takes it from a file, and writes a folder that a night can run on."""
    settings = settings_of(context)
    if not is_review_name(name):
        raise typer.BadParameter(
            f"{name!r} cannot name a review; use letters, digits, _ and -, a letter first, and no blanks",
            param_hint="NAME",
        )
    folder = settings.own_reviews / name
    if folder.exists():
        raise typer.BadParameter(
            f"{folder} is there already; take another name, or change its files", param_hint="NAME"
        )
    if answers and not answers.is_file():
        raise typer.BadParameter(f"{answers}: no such file", param_hint="--from")
    try:
        draft = load_yaml(answers, Draft) if answers else ask_for_draft(console())
    except (click.Abort, KeyboardInterrupt, EOFError):
        console().print("\nStopped: nothing was written.")
        raise typer.Exit(FAILED) from None
    write_review(folder, files_of(draft, name, now().date()))
    _tell(folder, name)


def write_review(folder: Path, files: dict[str, str]) -> None:
    """Write a review folder, whole or not at all.

    Raises
    ------
    ReviewError
        If what was written cannot be read as a review; nothing is left then.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    # In a folder without a protocol of its own, which no command takes for a review.
    trial = Path(mkdtemp(prefix=".new-", dir=folder.parent))
    try:
        for name, text in files.items():
            path = trial / folder.name / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        review_named(trial, folder.name)
        (trial / folder.name).rename(folder)
    finally:
        shutil.rmtree(trial)


def _tell(folder: Path, name: str) -> None:
    out = console()
    out.print(f"\n{folder} is ready. What next:")
    for line, what in (
        (f"trialwatch check {name}", "after each change of its files"),
        (f"trialwatch searches {name}", "what each source is asked"),
        (f"trialwatch nightly {name}", "the first night, on the live registries (TRIALWATCH_CONTACT: your address)"),
        (f"trialwatch queue {name}", "what only a person can settle"),
    ):
        out.print(f"  {line:<44} {what}")
