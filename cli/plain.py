"""How commands print, and their exit codes: what every command needs, and one that needs no review nothing else."""

import re
import sys
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.text import Text

FAILED, PARTIAL = 1, 3
"""Exit codes besides 0 for done and 2 for wrong usage: failed; done, but not every source was searched."""
_WIDE = 10_000_000
"""Columns where no terminal limits them: tables in a pipe are neither cut nor folded."""
_COMMANDING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Control characters but for tabs and new lines: sources send them, and a terminal obeys them."""

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


class Plain(Console):
    """Prints texts as they are: a bracket is no markup, a word between colons no picture, and what would command
    a terminal is shown and not sent."""

    def __init__(self, *, stderr: bool = False) -> None:
        is_terminal = (sys.stderr if stderr else sys.stdout).isatty()
        super().__init__(
            stderr=stderr,
            markup=False,
            emoji=False,
            highlight=False,
            soft_wrap=True,
            width=None if is_terminal else _WIDE,
        )

    def render_str(self, text: str, **options: Any) -> Text:
        """Every string goes through here, those in the cells of tables too."""
        return super().render_str(
            _COMMANDING.sub(lambda found: found[0].encode("unicode_escape").decode(), text), **options
        )


def console() -> Console:
    """Standard output for people."""
    return Plain()


def print_json(value: Any) -> None:
    """One line of JSON for programs, at once."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    sys.stdout.flush()
