"""Studies that no register lists: they exist because a version of the review lists them, or a person names a report.

Each is told by a record of its own, whose source is the review. It has no versions and makes no events of its own; when
a registration or another report is joined to it, the study keeps its id.
"""

from collections.abc import Callable, Iterator, Mapping

from models.report import Report
from models.review import Review
from models.trial import TrialRecord
from studies.identifiers import identify
from studies.linkage import LISTED


def listed_only(
    review: Review, resolve: Callable[[str], str | None], reports: Mapping[str, Report]
) -> dict[str, TrialRecord]:
    """Records of the studies that no register lists, by study id.

    So does a registration that is listed and not found yet: it is looked for, and listed meanwhile. `resolve` tells the
    record that a number names.
    """
    return {
        study_id: TrialRecord(
            source=LISTED, registry="none", registry_id=study_id, registry_date=day, brief_title=title
        )
        for study_id, (title, day) in _named(review, reports).items()
        if resolve(study_id) is None
    }


def _named(review: Review, reports: Mapping[str, Report]) -> dict[str, tuple[str, str]]:
    """Title and day of every study that is named, by id, the newest version last."""
    found: dict[str, tuple[str, str]] = {}
    for row in _studies_of_rows(review):
        if report := reports.get(row):
            found[row] = (report.title, report.registry_date)
    for version in review.versions:
        for study in version.watched:
            found[study.study_id] = (study.label, version.search_date.isoformat())
    return found


def _studies_of_rows(review: Review) -> Iterator[str]:
    """Studies of people's rows that may be reports: a trial that was published and never registered."""
    yield from (row.study_id for row in (*review.extraction, *review.contrasts))
    yield from (row.study_id for row in review.links)


def is_looked_for(study_id: str) -> bool:
    """Whether an id is a register's number, so that a register may be asked for it."""
    return identify(study_id) is not None
