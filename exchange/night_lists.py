"""The lists of a night as a version would have them: what the version in force tells of each study stays with it."""

from collections.abc import Collection, Iterator

from exchange.listed import LISTS, ListedStudy, listed_studies
from models.night import PublishedNight
from models.published import PublishedStudy, PublishedVersion
from models.report import Report
from models.vocabulary import EvidenceSet, EvidenceWord, StudyList


def version_of_night(night: PublishedNight, with_rows: Collection[str] = ()) -> PublishedVersion:
    """The version in force with the lists of the night in place of its own.

    Studies of the version of which the night says nothing stay where they are; those that it screens out are excluded.

    Parameters
    ----------
    with_rows : ids of studies whose numbers are written; a data package has rows of included studies alone
    """
    version, names = night.review.baseline, _Names(night)
    screened_out = {row["study_id"] for row in night["review_study_status"].where(list=str(StudyList.SCREENED_OUT))}
    lists: dict[StudyList, list[PublishedStudy]] = {place: [] for place in LISTS}
    tonight = {study.study_id: study for study in listed_studies(night, EvidenceSet.CONFIRMED)}
    told = set[str]()
    for place in LISTS:
        for listed in getattr(version, place.value):
            study_id = names.study_of(listed)
            study = tonight.get(study_id)
            if study is None:
                lists[StudyList.EXCLUDED if study_id in screened_out else place].append(listed)
                continue
            now = StudyList.INCLUDED if study_id in with_rows else study.list
            more = {} if study_id in told else _told_since(listed, study)
            told.add(study_id)
            reason = (listed.reason or study.reason) if now is StudyList.EXCLUDED else ""
            lists[now].append(listed.model_copy(update=more | {"reason": reason}))
    for study_id in sorted(tonight.keys() - told):
        now = StudyList.INCLUDED if study_id in with_rows else tonight[study_id].list
        lists[now].append(_new(tonight[study_id], now))
    return version.model_copy(update={place.value: studies for place, studies in lists.items()})


class _Names:
    """Studies of the night by every name that the version, registries or people's links give them."""

    def __init__(self, night: PublishedNight) -> None:
        self._known = {
            name: row["study_id"]
            for row in night["out_study"]
            for name in (*(row["registry_ids"] or ()), *(row["report_ids"] or ()), row["study_id"])
        }
        self._linked: dict[str, list[str]] = {}
        for row in night.review.links:
            if row.is_linked:
                self._linked.setdefault(row.study_id, []).append(row.item_id)
                self._linked.setdefault(row.item_id, []).append(row.study_id)

    def study_of(self, listed: PublishedStudy) -> str:
        own = (listed.study_id, *listed.numbers)
        linked = (name for number in (*own, listed.label) for name in self._linked.get(number, ()))
        return next((self._known[name] for name in (*own, *linked) if name in self._known), listed.study_id)


def _told_since(listed: PublishedStudy, study: ListedStudy) -> dict[str, list[str]]:
    """Registrations and reports of a study that the version does not name, beside those that it does."""
    numbers = [name for name in study.numbers if name not in {listed.study_id, *listed.numbers}]
    known = {_folded(name) for name in listed.reports}
    reports = [report for report in study.reports if known.isdisjoint(map(_folded, report.names))]
    return {"numbers": [*listed.numbers, *numbers], "reports": [*listed.reports, *_names_of(reports)]}


def _new(study: ListedStudy, place: StudyList) -> PublishedStudy:
    return PublishedStudy(
        study_id=study.study_id,
        label=study.label,
        evidence=EvidenceWord.DERIVED,
        numbers=[name for name in study.numbers if name != study.study_id],
        reports=list(_names_of(study.reports)),
        reason=study.reason if place is StudyList.EXCLUDED else "",
    )


def _names_of(reports: Collection[Report]) -> Iterator[str]:
    """Reports by what others know them by; one that only a file tells of has no such name."""
    for report in reports:
        if not report.report_id.startswith("RIS:"):
            yield report.report_id
        elif report.doi:
            yield f"DOI:{report.doi}"


def _folded(name: str) -> str:
    return name.replace(" ", "").casefold()
