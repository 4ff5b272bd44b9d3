"""The study that a person means: by its id, by any number of its records and reports, or by its label in the lists."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from judging.rulings import record_named
from models.folder_files import ReviewError
from models.review import review_named
from models.settings import Settings
from models.trial import TrialRecord
from stores.published import published_folder
from stores.snapshot import query

_NAMES_OF_REPORTS = """
SELECT c.told_as AS name, s.study_id FROM review_report_copy AS c JOIN review_study_report AS s USING (report_id)
UNION SELECT r.doi, s.study_id FROM review_report AS r JOIN review_study_report AS s USING (report_id) WHERE r.doi IS NOT NULL
UNION SELECT split_part(c.told_as, ':', 2), s.study_id
FROM review_report_copy AS c JOIN review_study_report AS s USING (report_id) WHERE c.told_as LIKE '%:%'
"""


class UnknownStudy(Exception):
    """No study is called so, or more than one."""


def study_named(identifier: str, review_name: str, settings: Settings) -> str:
    """The id of the study that a text names, in the newest published night.

    Raises
    ------
    NothingPublished
        If there is no published night yet.
    UnknownStudy
        If no study is called so, or several are; the message says what to do.
    """
    warehouse = published_folder(review_name, settings) / "warehouse.duckdb"
    if found := _by_number(warehouse, identifier):
        return found
    listed = dict.fromkeys(_listed(identifier, review_name, settings))
    studies = list(dict.fromkeys(found for name in listed if (found := _by_number(warehouse, name))))
    if len(studies) > 1:
        raise UnknownStudy(f"{identifier}: {' and '.join(studies)} are called so; give the number of one")
    if not studies:
        raise UnknownStudy(
            f"{identifier}: no study, record or report has this id, and none of the lists of its versions has this label;"
            " 'trialwatch sql' finds what there is"
        )
    return studies[0]


def _by_number(warehouse: Path, identifier: str) -> str | None:
    wanted = _plain(identifier)
    for table, column in (
        ("review_study_status", "study_id"),
        ("review_study_record", "record_id"),
        ("review_study_report", "report_id"),
        (f"({_NAMES_OF_REPORTS})", "name"),
    ):
        _, found = query(warehouse, f"SELECT DISTINCT {column}, study_id FROM {table} ORDER BY ALL")
        for known, study_id in found:
            if _plain(known) == wanted:
                return str(study_id)
    return _by_declared_number(warehouse, identifier)


def _by_declared_number(warehouse: Path, identifier: str) -> str | None:
    """By a number that a record declares beside its own."""
    _, links = query(warehouse, "SELECT record_id, study_id FROM review_study_record")
    studies = dict(links)
    _, documents = query(warehouse, "SELECT document FROM core_trial_latest ORDER BY record_id")
    records = [msgspec.json.decode(text, type=TrialRecord) for (text,) in documents]
    named = record_named({item.record_id: item for item in records if item.record_id in studies}, {})(identifier)
    return studies[named] if named else None


def _listed(identifier: str, review_name: str, settings: Settings) -> Iterator[str]:
    """Ids and numbers of the studies that the review's versions list under a label or number."""
    try:
        review = review_named(settings.reviews, review_name)
    except ReviewError:
        return
    wanted = _plain(identifier)
    for version in review.versions:
        for study in version.listed:
            if wanted in {_plain(name) for name in (study.label, study.study_id, *study.numbers)}:
                yield from (study.study_id, *study.numbers)


def _plain(name: str) -> str:
    return " ".join(name.upper().split()).removeprefix("PMID:")
