"""Which reviews there are: each is a folder, and the folder's name is the review's id everywhere."""

import re
from collections.abc import Collection
from pathlib import Path

DEFAULT = "default"
"""File beside review folders that names the one that is meant where none is."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,99}")


class NoSuchReview(Exception):
    """A review is named that is not there, or none where there are several; the message says which there are."""


def is_review_name(name: str) -> bool:
    """Whether a word may name a review: it becomes a folder in several places, and nothing but a folder."""
    return _NAME.fullmatch(name) is not None


def review_names(reviews: Path) -> tuple[str, ...]:
    """The reviews in a folder, by name."""
    found = sorted(path.parent.name for path in reviews.glob("*/protocol.yaml"))
    return tuple(name for name in found if is_review_name(name))


def review_meant(name: str, reviews: Path, kept: Collection[str] = ()) -> str:
    """The review that is named; when none is, the only one there is.

    Of several it is the only one of which there are nights, or else the one that the file ``default`` beside them names.

    Parameters
    ----------
    name : folder of the review, or ''
    reviews : folder of review folders
    kept : reviews of which the data folder holds nights

    Raises
    ------
    NoSuchReview
        If the name cannot be a review's, if there is no such review, or if there are several and none is named.
    """
    names = review_names(reviews)
    there = f"there is {', '.join(names)}" if names else "there is none"
    if not name:
        for meant in (
            names,
            [item for item in names if item in kept],
            [item for item in names if item == _default(reviews)],
        ):
            if len(meant) == 1:
                return meant[0]
        raise NoSuchReview(f"name a review; under {reviews} {there}")
    if not is_review_name(name):
        raise NoSuchReview(
            f"{name!r} cannot be a review: its folder has letters, digits, _ and - in its name, a letter first;"
            f" under {reviews} {there}"
        )
    if name not in names and not _lacks_protocol(reviews / name):
        raise NoSuchReview(f"no review {name!r} under {reviews}; {there}")
    return name


def _lacks_protocol(folder: Path) -> bool:
    """Whether a folder is a review's with a fault, which has a message of its own."""
    return any(next(folder.glob(names), None) for names in ("*.csv", "protocol.*", "published/*.yaml"))


def is_alone(review: str, reviews: Path, kept: Collection[str]) -> bool:
    """Whether what does not say whose it is can only be one review's: the one that is meant, and no other has nights."""
    if set(review_names(reviews)) <= {review}:
        return True
    try:
        return review_meant("", reviews, kept) == review and not set(kept) - {review}
    except NoSuchReview:
        return False


def _default(reviews: Path) -> str:
    """What the file says; a name of no review says nothing."""
    path = reviews / DEFAULT
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""
