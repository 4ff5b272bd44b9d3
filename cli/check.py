"""Everything that is wrong in a review folder, told at once."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from cli.common import FAILED, REVIEW_HELP, THE_ONLY_REVIEW, AsJson, console, known_review, now, print_json, settings_of
from models import folder_advice
from models.review import problems_of_name, read_review
from models.settings import Settings
from models.value import Value

checking = typer.Typer()

_LINE = re.compile(r"(?P<file>.+?):(?P<line>\d+): (?P<field>[^:]+): (?P<said>.*)")


class Finding(Value, frozen=True, omit_defaults=False):
    """Something in a review folder that is wrong, or was perhaps not meant."""

    file: str
    line: int
    field: str
    said: str
    """Value, and what to do."""
    is_hint: bool = False


@checking.command("check")
def check_command(
    context: typer.Context,
    review: Annotated[str, typer.Argument(help=REVIEW_HELP + " Or the path of a folder.")] = THE_ONLY_REVIEW,
    as_json: AsJson = False,
) -> None:
    """Say everything that is wrong in a review folder, with file, line, field and what to do."""
    found = list(findings(_folder(settings_of(context), review)))
    faults = [item for item in found if not item.is_hint]
    if as_json:
        for item in found:
            print_json(item)
    else:
        for item in found:
            console().print(f"{item.file}:{item.line}: {item.field}: {item.said}" + (" (hint)" if item.is_hint else ""))
        console().print(_summary(len(faults), len(found) - len(faults)))
    if faults:
        raise typer.Exit(FAILED)


def findings(folder: Path) -> Iterator[Finding]:
    """Faults of a folder in the order of its files and lines, then hints."""
    review, problems = read_review(folder)
    faults = [*problems, *problems_of_name(folder, review), *folder_advice.faults(folder, review)]
    yield from sorted(
        (_finding(line, folder) for line in dict.fromkeys(faults)), key=lambda item: (item.file, item.line)
    )
    for line in folder_advice.hints(folder, review, now().date()):
        yield _finding(line, folder, is_hint=True)


def _finding(line: str, folder: Path, *, is_hint: bool = False) -> Finding:
    parts = _LINE.fullmatch(line)
    if not parts:  # a value with a line break in it
        return Finding(file=str(folder), line=1, field="file", said=line, is_hint=is_hint)
    return Finding(
        file=parts["file"], line=int(parts["line"]), field=parts["field"], said=parts["said"], is_hint=is_hint
    )


def _folder(settings: Settings, review: str) -> Path:
    """The folder that is meant: of a review by its name, or by its path."""
    path = Path(review)
    if review and not (settings.reviews / review).is_dir():
        if path.is_dir():
            return path
        if path.is_file():
            return path.parent
    return settings.reviews / known_review(settings, review) if "/" not in review else settings.reviews / review


def _summary(n_faults: int, n_hints: int) -> str:
    hints = f"{n_hints} {'hint' if n_hints == 1 else 'hints'}"
    if not n_faults:
        return "nothing is wrong" + (f"; {hints}" if n_hints else "")
    return f"{n_faults} to mend" + (f", {hints}" if n_hints else "")
