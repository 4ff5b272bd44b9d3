"""A data package becomes a review folder: read, computed again, written, and loaded as a night will load it."""

import shutil
import tempfile
from pathlib import Path

from exchange.adopted import AdoptedFolder, adopted_folder
from exchange.adopted_lists import Told
from exchange.cochrane.package import Loss, Package
from exchange.cochrane.registrations import StudyRegistrations, registrations_of
from flows.adopt_again import differences, refused, told_as_before
from flows.recompute import Recomputed, recompute
from models.folder_files import ReviewError
from models.review import Review, review_named
from models.reviews import is_review_name
from models.value import Value


class Adopted(Value, frozen=True, kw_only=True):
    """A package that was adopted.

    Attributes
    ----------
    folder : of the review
    is_new : False when the folder was there already, with the same content, whatever people have added
    told : by a person, now or when it was adopted first
    package, recomputed, registrations : what was read, computed and found
    losses : what was not taken over as it stands
    review : as loaded from the folder
    """

    folder: Path
    is_new: bool
    told: Told
    package: Package
    recomputed: tuple[Recomputed, ...]
    registrations: tuple[StudyRegistrations, ...]
    losses: tuple[Loss, ...]
    review: Review


def name_of(package: Package) -> str:
    """The review's name that a package gives: its number, or with a letter first where it is a number alone."""
    return package.review if is_review_name(package.review) else f"R{package.review}"


def adopt(package: Package, told: Told, reviews: Path) -> Adopted:
    """Write the review folder of a package under `reviews`.

    Raises
    ------
    ReviewError
        If a folder of that name lacks anything that would be written: people's rows are never written over. Or if what
        was written cannot be loaded, and nothing stays of it.
    """
    folder = reviews / told.review
    is_new = not folder.exists()
    before = None if is_new else review_named(reviews, told.review)
    told = told_as_before(told, before, package.review) if before else told
    made = adopted_folder(package, told)
    if before is None:
        _write(made, folder)
    elif differing := differences(made, told, folder):
        raise refused(folder, told, before, differing)
    return Adopted(
        folder=folder,
        is_new=is_new,
        told=told,
        package=package,
        recomputed=recompute(package),
        registrations=registrations_of(package),
        losses=(*package.losses, *made.left_out),
        review=review_named(reviews, told.review),
    )


def _write(made: AdoptedFolder, folder: Path) -> None:
    """All files or none: they are written and loaded beside the place, and then moved there."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".adopting-", dir=folder.parent) as beside:
        draft = Path(beside) / folder.name
        for name, text in made.files.items():
            path = draft / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        try:
            review_named(draft.parent, folder.name)
        except ReviewError as problem:
            raise ReviewError(str(problem).replace(str(draft), str(folder))) from None
        shutil.move(draft, folder)
