"""A data package of newer evidence has the lists of the night, and of the published evidence those of the version."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from exchange.cochrane.package import Package
from exchange.cochrane.read import read_package
from exchange.listed import listed_studies
from exchange.night_lists import version_of_night
from flows.data_package import LEFT_OUT, package_files
from models.folder_rows import LinkRow
from models.night import NightTable, PublishedNight
from models.vocabulary import EvidenceSet, StudyList
from stores.nights import read_night

NEWER = (EvidenceSet.CONFIRMED, EvidenceSet.PROVISIONAL)
CEDARHOLM, AWAITING = "NCT90010003", "NCT90010005"


@pytest.fixture(scope="module")
def ulcers(night_of_second_review: Any) -> PublishedNight:
    return read_night(night_of_second_review.review, night_of_second_review.settings)


def package(night: PublishedNight, evidence: EvidenceSet, folder: Path) -> Package:
    [(name, content)] = [item for item in package_files(night, evidence).items() if item[0].endswith(".zip")]
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_package(folder / name)


def lists_of(told: Package) -> set[tuple[str, str]]:
    return {(str(study.list), study.name) for study in told.studies}


def listed_as(night: PublishedNight, study_id: str, place: str, **cells: Any) -> PublishedNight:
    """The night as it would be, had people put a study on a list."""
    table = night["out_study"]
    rows = [row | ({"list": place} | cells if row["study_id"] == study_id else {}) for row in table]
    told: NightTable = replace(table, rows=tuple(tuple(row.values()) for row in rows))
    return replace(night, tables={**night.tables, "out_study": told})


@pytest.mark.parametrize("evidence", NEWER)
def test_who_has_rows_is_included_and_all_others_are_where_the_night_has_them(
    night: PublishedNight, evidence: EvidenceSet, tmp_path: Path
) -> None:
    told = package(night, evidence, tmp_path)
    with_rows = {row.study for row in told.rows}
    found = lists_of(told)
    assert with_rows <= {name for place, name in found if place == "included"}
    tonight = {(str(item.list), item.label) for item in listed_studies(night, evidence)}
    assert {item for item in tonight if item[1] not in with_rows} <= found
    names = [name for _, name in found]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("evidence", NEWER)
def test_who_is_included_only_for_its_rows_is_named(night: PublishedNight, evidence: EvidenceSet) -> None:
    moved = next(row["study_id"] for row in night["review_effect_input"].where(evidence_set=str(evidence)))
    untold = package_files(listed_as(night, moved, "awaiting"), evidence)[LEFT_OUT].decode().splitlines()
    assert (
        f"{night.label(moved)}: its list that night is awaiting; it is under included, where its rows can be" in untold
    )


def test_the_published_evidence_keeps_the_lists_of_the_version(night: PublishedNight, tmp_path: Path) -> None:
    version = night.review.baseline
    expected = {
        (str(place), study.label)
        for place in StudyList
        for study in getattr(version, str(place), ())
    }  # fmt: skip
    assert lists_of(package(night, EvidenceSet.PUBLISHED, tmp_path)) == expected


@pytest.mark.parametrize("place", ["included", "awaiting", "excluded"])
def test_a_study_that_people_put_on_another_list_is_on_that_one_alone(
    ulcers: PublishedNight, place: str, tmp_path: Path
) -> None:
    """One that the version lists as ongoing under its name, and one that only the night knows."""
    changed = listed_as(listed_as(ulcers, CEDARHOLM, place, reason="read"), AWAITING, place)
    found = lists_of(package(changed, EvidenceSet.CONFIRMED, tmp_path))
    assert {item for item in found if item[1] in {"Cedarholm", AWAITING}} == {
        (place, "Cedarholm"), (place, AWAITING),
    }  # fmt: skip
    reasons = {study.label: study.reason for study in version_of_night(changed).listed}
    assert bool(reasons["Cedarholm"]) == (place == "excluded")


def test_a_study_that_a_night_calls_by_another_number_keeps_its_name(ulcers: PublishedNight) -> None:
    """Its registration was found, and people linked it to the study that the version lists by name alone."""
    version = ulcers.review.baseline
    by_name = [item.model_copy(update={"study_id": "Cedarholm"}) for item in version.ongoing]
    row = LinkRow(
        study_id="Cedarholm", item_id=CEDARHOLM, relation="record", known_from=version.search_date,
        decided_by="me", reason="one trial",
    )  # fmt: skip
    review = dataclasses.replace(
        ulcers.review, versions=(version.model_copy(update={"ongoing": by_name}),), links=(row,)
    )
    [study] = [item for item in version_of_night(replace(ulcers, review=review)).listed if item.label == "Cedarholm"]
    assert CEDARHOLM in study.numbers
