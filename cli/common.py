"""What the commands share: options, settings, and how they print."""

from datetime import UTC, date, datetime
from typing import Annotated

import typer

from cli.plain import FAILED, PARTIAL, AsJson, Plain, console, print_json
from models.reviews import NoSuchReview, review_meant
from models.settings import Settings
from stores.published import reviews_kept

__all__ = ["FAILED", "PARTIAL", "AsJson", "Plain", "console", "print_json"]
"""What stands in `cli.plain`, for commands that import the rest from here."""

THE_ONLY_REVIEW = ""
"""Default of a review's name: `models.reviews.review_meant` says which one is meant, or which there are."""


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


def now() -> datetime:
    """The moment of this call, UTC, whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def day_of(text: str, option: str) -> date:
    """A day as people give it; one that is none is wrong usage."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day of the form 2016-06-21", param_hint=option) from None
