"""What the commands share: options, settings, and how they print."""

import re
import sys
from datetime import UTC, date, datetime
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from models.reviews import NoSuchReview, review_meant
from models.settings import Settings
from stores.published import reviews_kept

FAILED, PARTIAL = 1, 3
"""Exit codes besides 0 for done and 2 for wrong usage: failed; done, but not every source was searched."""
THE_ONLY_REVIEW = ""
"""Default of a review's name: `models.reviews.review_meant` says which one is meant, or which there are."""
_WIDE = 10_000_000
"""Columns where no terminal limits them: tables in a pipe are neither cut nor folded."""
_COMMANDING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Control characters but for tabs and new lines: sources send them, and a terminal obeys them."""


def settings_of(context: typer.Context) -> Settings:
    """Settings of this call, as the program's first options left them."""
    assert isinstance(context.obj, Settings)
    return context.obj


REVIEW_HELP = "Folder under reviews/; can be left out when there is one, nights of one only, or a default."


def known_review(settings: Settings, review: str) -> str:
    """The review that is meant; one that is not there is wrong usage."""
    try:
        return review_meant(review, settings.reviews, reviews_kept(settings))
    except NoSuchReview as problem:
        raise typer.BadParameter(str(problem), param_hint="REVIEW") from None


def _known_review(context: typer.Context, review: str) -> str:
    return known_review(settings_of(context), review)


ReviewName = Annotated[str, typer.Argument(help=REVIEW_HELP, callback=_known_review)]
ReviewOption = Annotated[str, typer.Option("--review", help=REVIEW_HELP, callback=_known_review)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def now() -> datetime:
    """The moment of this call, UTC, whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def day_of(text: str, option: str) -> date:
    """A day as people give it; one that is none is wrong usage."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day of the form 2016-06-21", param_hint=option) from None


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
