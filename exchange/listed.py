"""The studies of each list of a night, with their registrations and reports, as others are given them."""

from collections.abc import Iterator

import msgspec

from models.dates import PartialDate
from models.night import PublishedNight
from models.published import PublishedStudy
from models.registers import entry_of
from models.report import UNDATED, Report
from models.value import Value
from models.vocabulary import EvidenceSet, StudyList

LISTS = (StudyList.INCLUDED, StudyList.ONGOING, StudyList.AWAITING, StudyList.EXCLUDED)


class ListedStudy(Value, frozen=True, kw_only=True):
    """A study of one list."""

    study_id: str
    label: str
    list: StudyList
    title: str
    numbers: tuple[str, ...]
    """Registry numbers, in the registers' own forms."""
    reports: tuple[Report, ...]
    reason: str = ""


def listed_studies(night: PublishedNight, evidence: EvidenceSet) -> tuple[ListedStudy, ...]:
    """Studies by list and id: those of the version in force under `published`, else those of the night."""
    found = _of_version(night) if evidence is EvidenceSet.PUBLISHED else _of_night(night)
    return tuple(sorted(found, key=lambda item: (LISTS.index(item.list), item.study_id)))


def _of_night(night: PublishedNight) -> Iterator[ListedStudy]:
    reports, told = reports_of(night), _told_by_version(night)
    for row in night["out_study"]:
        known = [reports[name] for name in row["report_ids"] if name in reports]
        names = {name for report in known for name in report.names}
        further = [
            report
            for number in dict.fromkeys([row["study_id"], *(row["registry_ids"] or ())])
            for report in told.get(number, ())
            if report.names.isdisjoint(names)
        ]
        yield ListedStudy(
            study_id=row["study_id"],
            label=night.label(row["study_id"]),
            list=StudyList(row["list"]),
            title=row["title"] or row["study_id"],
            numbers=tuple(number for number in row["registry_ids"] or () if entry_of(number)),
            reports=tuple(dict.fromkeys([*known, *further])),
            reason=row["reason"] or "",
        )


def _told_by_version(night: PublishedNight) -> dict[str, list[Report]]:
    """Reports that the version in force names of each study, of which the night's sources need not have told."""
    return {study.study_id: [_bare(study, name) for name in study.reports] for study in night.review.baseline.listed}


def _of_version(night: PublishedNight) -> Iterator[ListedStudy]:
    version, known = night.review.baseline, reports_of(night)
    titles = {row["study_id"]: row["title"] for row in night["out_study"]}
    of_number = {number: row["study_id"] for row in night["out_study"] for number in row["registry_ids"] or ()}
    named = {name: report for report in known.values() for name in report.names}
    for place in LISTS:
        for study in getattr(version, place.value):
            study_id = of_number.get(study.study_id, study.study_id)
            yield ListedStudy(
                study_id=study_id,
                label=study.label,
                list=place,
                title=titles.get(study_id) or study.label,
                numbers=tuple(number for number in (study.study_id, *study.numbers) if entry_of(number)),
                reports=tuple(named.get(_plain(name)) or _bare(study, name) for name in study.reports),
                reason=study.reason,
            )


def _plain(name: str) -> str:
    kind, _, number = name.partition(":")
    return f"DOI:{number.strip().lower()}" if kind.upper() == "DOI" else f"{kind.upper()}:{number.strip()}"


def _bare(study: PublishedStudy, name: str) -> Report:
    """A report of which the version tells a number, and no source has told more."""
    plain = _plain(name)
    return Report(
        source="",
        report_id=plain,
        title=study.label,
        registry_date=UNDATED,
        published_date=study.year or None,
        doi=plain.removeprefix("DOI:") if plain.startswith("DOI:") else None,
        accessions=() if plain.startswith("DOI:") else (plain,),
    )


def reports_of(night: PublishedNight) -> dict[str, Report]:
    """Every report of the night by its id: what is known of it, with what only a copy tells."""
    found = {}
    for row in night["review_report"]:
        copies = night.copies.get(row["report_id"], ())
        found[row["report_id"]] = Report(
            source="",
            report_id=row["report_id"],
            title=row["title"],
            registry_date=UNDATED,
            published_date=partial(row["published_date"], row["published_date_precision"]),
            first_author=row["first_author"],
            journal=row["journal"],
            doi=row["doi"],
            publication_types=tuple(row["publication_types"] or ()),
            registry_ids=tuple(row["registry_ids"] or ()),
            accessions=_accessions(row["report_id"], copies),
            volume=_first(copies, "volume"),
            issue=_first(copies, "issue"),
            pages=_first(copies, "pages"),
            language=_first(copies, "language"),
        )
    return found


def _accessions(report_id: str, copies: tuple[Report, ...]) -> tuple[str, ...]:
    own = [] if report_id.startswith(("DOI:", "RIS:")) else [report_id]
    return tuple(dict.fromkeys([*own, *(number for copy in copies for number in copy.accessions)]))


def _first(copies: tuple[Report, ...], name: str) -> str | None:
    return next((value for copy in copies if (value := getattr(copy, name))), None)


def partial(day: object, precision: str | None) -> PartialDate | None:
    """A date as far as it was known."""
    length = {"year": 4, "month": 7, "day": 10}
    return str(day)[: length[precision or "day"]] if day else None


def with_numbers(report: Report, numbers: tuple[str, ...]) -> Report:
    """The report with registry numbers of its studies beside those that it declares."""
    return msgspec.structs.replace(report, registry_ids=tuple(dict.fromkeys([*numbers, *report.registry_ids])))
