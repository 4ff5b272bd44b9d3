"""Which review is meant where none is named."""

from pathlib import Path

import pytest

from models.reviews import DEFAULT, NoSuchReview, is_alone, review_meant, review_names
from models.settings import Settings


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "protocol.yaml").touch()
    (tmp_path / "words").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("named", "kept", "default", "meant"),
    [
        ("two", ["one"], "three", "two"),
        ("", ["one"], "three", "one"),
        ("", [], "three", "three"),
        ("", ["one", "two"], "three", "three"),
        ("", ["gone"], "", None),
        ("", ["one", "two"], "", None),
        ("", [], "gone", None),
        ("words", [], "", None),
    ],
)
def test_a_review_is_meant_by_name_by_nights_or_by_default(
    reviews: Path, named: str, kept: list[str], default: str, meant: str | None
) -> None:
    if default:
        (reviews / DEFAULT).write_text(f"{default}\n", encoding="utf-8")
    if meant:
        assert review_meant(named, reviews, kept) == meant
    else:
        with pytest.raises(NoSuchReview, match="one, three, two"):
            review_meant(named, reviews, kept)


@pytest.mark.parametrize(
    ("kept", "default", "alone"),
    [
        ([], "", set()),
        ([], "one", {"one"}),
        (["two"], "one", {"two"}),
        (["one", "two"], "one", set()),
        (["one"], "", {"one"}),
    ],
)
def test_what_does_not_say_whose_it_is_can_be_one_reviews_only(
    reviews: Path, kept: list[str], default: str, alone: set[str]
) -> None:
    (reviews / DEFAULT).write_text(default, encoding="utf-8")
    assert {name for name in review_names(reviews) if is_alone(name, reviews, kept)} == alone


def test_the_default_that_ships_is_a_review_that_ships() -> None:
    reviews = Settings().reviews
    assert review_meant("", reviews) in review_names(reviews)
    assert len(review_names(reviews)) > 1
