"""A review may be watched before its first published version."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from models.review import ReviewError, load_review
from models.settings import Settings

SHIPPED = Settings().reviews / "als_calcium_sensitisers"
WATCHED = date(2016, 6, 21)
FIRST_VERSION = """\
version: "2021"
search_date: 2021-01-10
publication_date: 2021-06-01
included: [{study_id: NCT02496767, label: VITALITY-ALS, evidence: inferred}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / SHIPPED.name))


def test_without_a_version_the_one_in_force_has_no_name_and_lists_nothing() -> None:
    version = load_review(SHIPPED).as_of(date(2026, 11, 20)).baseline
    assert (version.is_published, version.version, version.search_date) == (False, "", WATCHED)
    assert not (version.included or version.ongoing or version.estimates or version.databases)


def test_the_first_version_is_in_force_from_the_day_on_which_it_could_be_read(folder: Path) -> None:
    (folder / "published").mkdir()
    (folder / "published" / "2021.yaml").write_text(FIRST_VERSION, encoding="utf-8")
    review = load_review(folder)
    in_force = {day: review.as_of(day).baseline for day in (date(2021, 5, 31), date(2021, 6, 1))}
    assert [(item.version, item.search_date) for item in in_force.values()] == [
        ("", WATCHED),
        ("2021", date(2021, 1, 10)),
    ]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "protocol.yaml:1: watched_from: missing"),
        ("watched_from: last summer", "watched_from: value 'last summer'"),
        ("watched_from: 1016-06-21", "watched_from: 1016-06-21: no day of a review; write the day"),
        ("watched_form: 2016-06-21", "watched_form: unknown key"),
    ],
)
def test_a_review_without_version_and_day_is_answered(folder: Path, written: str, said: str) -> None:
    path = folder / "protocol.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("watched_from: 2016-06-21", written), encoding="utf-8")
    with pytest.raises(ReviewError) as raised:
        load_review(folder)
    assert said in str(raised.value)


def test_a_published_version_has_a_name(folder: Path) -> None:
    (folder / "published").mkdir()
    text = FIRST_VERSION.replace('"2021"', '""')
    (folder / "published" / "2021.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ReviewError, match="version: is empty; give it a name"):
        load_review(folder)
