"""Studies as ResearchStudy, their reports and the review itself as Citation."""

from collections.abc import Iterable

from exchange.fhir import codes
from exchange.fhir.resources import Resource, Resources
from exchange.listed import ListedStudy, partial
from models.night import PublishedNight
from models.registers import entry_of
from models.report import Report
from models.search_day import searched
from models.vocabulary import StudyState

_PUBMED, _DOI = "https://pubmed.ncbi.nlm.nih.gov", "https://doi.org"
REVIEW = "review"
"""Key of the Citation of the version in force."""


def add_studies(
    resources: Resources, night: PublishedNight, studies: Iterable[ListedStudy], results: dict[str, list[str]]
) -> None:
    """Add studies with their reports; `results` are the keys of the evidence that each study gives.

    A study that stands in two lists is added once, in the first of them.
    """
    rows = {row["study_id"]: row for row in night["review_study_status"]}
    cited = set[str]()
    for study in _once(studies):
        for report in study.reports:
            if report.report_id not in cited:
                cited.add(report.report_id)
                _add_report(resources, report)
        row = rows.get(study.study_id, {})
        resources.add(
            "ResearchStudy",
            study.study_id,
            identifier=[_registration(number) for number in study.numbers],
            title=study.title,
            label=[{"value": study.label}],
            classifier=[{"text": f"list of the review: {study.list}"}],
            descriptionSummary=study.reason,
            period={
                "start": partial(row.get("start_date"), row.get("start_date_precision")),
                "end": partial(row.get("completion_date"), row.get("completion_date_precision")),
            },
            progressStatus=[{"state": codes.progress(StudyState(row["state"])), "actual": True}] if row else [],
            recruitment={"targetNumber": row.get("planned_participants"), "actualNumber": row.get("n_randomised")},
            studyDesign=[{"text": row.get("design")}],
            comparisonGroup=[
                {"name": name, "type": {"text": kind}}
                for kind, name in (("intervention", row.get("product")), ("comparator", row.get("comparator")))
                if name
            ],
            relatedArtifact=[
                {"type": "citation", "resourceReference": resources.reference("Citation", report.report_id)}
                for report in study.reports
            ],
            result=[resources.reference("Evidence", key) for key in results.get(study.study_id, [])],
        )


def _once(studies: Iterable[ListedStudy]) -> Iterable[ListedStudy]:
    found: dict[str, ListedStudy] = {}
    for study in studies:
        found.setdefault(study.study_id, study)
    return found.values()


def _registration(number: str) -> Resource:
    entry = entry_of(number)
    assert entry is not None, "numbers of a listed study are registers' numbers"
    address = entry.register.address
    return {
        "system": address.partition("{}")[0] if address else None,
        "value": number,
        "type": {"text": entry.register.name},
    }


def _add_report(resources: Resources, report: Report) -> Resource:
    pmids = [item.removeprefix("PMID:") for item in report.accessions if item.startswith("PMID:")]
    return resources.add(
        "Citation",
        report.report_id,
        title=report.title,
        citedArtifact={
            "identifier": [
                *({"system": _PUBMED, "value": pmid} for pmid in pmids),
                *([{"system": _DOI, "value": report.doi}] if report.doi else []),
            ],
            "title": [{"text": report.title}],
            "publicationForm": [
                {
                    "publishedIn": {"title": report.journal},
                    "volume": report.volume,
                    "issue": report.issue,
                    "pageString": report.pages,
                    "articleDate": report.published_date,
                }
            ],
            "contributorship": {"summary": [{"value": report.first_author}] if report.first_author else []},
            "relatedIdentifier": [{"value": number} for number in report.registry_ids],
        },
    )


def add_review(resources: Resources, night: PublishedNight) -> Resource:
    """Add the version in force as a Citation, and return the reference to it."""
    protocol, version = night.review.protocol, night.review.baseline
    day = version.publication_date
    return resources.add(
        "Citation",
        REVIEW,
        title=protocol.title,
        version=version.version,
        description=protocol.question,
        citedArtifact={
            "title": [{"text": protocol.title}],
            "publicationForm": [{"articleDate": str(day)}] if day else [],
        },
        note=[{"text": searched(version, on="searched on")}],
    )
