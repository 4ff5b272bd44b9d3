"""What has been judged of the review, its evidence and its studies, as ArtifactAssessment."""

from collections.abc import Mapping

from exchange.certainty import AnalysisCertainty
from exchange.fhir import codes
from exchange.fhir.evidence import pooled_key
from exchange.fhir.resources import Resource, Resources
from exchange.listed import ListedStudy
from models.analysis import Analysis
from models.folder_rows import RiskOfBiasRow
from models.night import PublishedNight


def add_decision(resources: Resources, night: PublishedNight, review: Resource) -> None:
    """Add the night's decision on the version in force."""
    row = max(night["out_update_decision"], key=lambda row: row["decided_at"])
    resources.add(
        "ArtifactAssessment",
        "decision",
        title=f"Update decision of {night.as_of:%Y-%m-%d}",
        artifactReference=review,
        content=[
            {
                "informationType": "classifier",
                "type": {"text": "Updating Classification System"},
                "classifier": [{"text": row["status"]}, {"text": row["rationale"]}],
                "summary": row["explanation"],
            }
        ],
    )


def add_certainty(
    resources: Resources,
    night: PublishedNight,
    analyses: list[Analysis],
    certainty: Mapping[str, AnalysisCertainty],
) -> None:
    """Add the certainty of each analysis that has been rated."""
    for analysis in analyses:
        rated = certainty[analysis.analysis]
        contents = [
            _rating(rated.stated, f"as {night.version} states it: {rated.stated_reasons}"),
            _rating(rated.computed, rated.in_words),
        ]
        if rated.stated or rated.computed:
            resources.add(
                "ArtifactAssessment",
                f"certainty|{analysis.analysis}",
                title=f"GRADE certainty of {analysis.analysis}",
                artifactReference=resources.reference("Evidence", pooled_key(analysis)),
                content=[content for content in contents if content],
            )


def _rating(word: str, summary: str) -> Resource:
    if not word:
        return {}
    return {
        "informationType": "rating",
        "type": codes.OVERALL,
        "classifier": [codes.rating(word)],
        "summary": summary,
    }


def add_risk_of_bias(resources: Resources, night: PublishedNight, studies: tuple[ListedStudy, ...]) -> None:
    """Add the version's judgements on each listed study."""
    version = night.review.baseline.version
    of_study: dict[str, list[RiskOfBiasRow]] = {}
    names = {name: study for study in studies for name in (study.study_id, study.label, *study.numbers)}
    for row in night.review.risk_of_bias:
        if row.version == version and row.study_id in names:
            of_study.setdefault(names[row.study_id].study_id, []).append(row)
    for study_id, rows in of_study.items():
        resources.add(
            "ArtifactAssessment",
            f"risk of bias|{study_id}",
            title=f"Risk of bias of {night.label(study_id)}, {night.version}",
            artifactReference=resources.reference("ResearchStudy", study_id),
            content=[
                {
                    "informationType": "rating",
                    "type": {"text": f"{row.tool}: {row.domain}" + (f" ({row.analysis})" if row.analysis else "")},
                    "classifier": [{"text": row.judgement}],
                    "summary": row.source,
                }
                for row in rows
            ],
        )
