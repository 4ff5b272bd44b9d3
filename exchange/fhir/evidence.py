"""Pooled effects, effects of subgroups and of single studies as Evidence."""

import math
from collections.abc import Iterator, Mapping
from statistics import NormalDist
from typing import Any

from exchange.certainty import AnalysisCertainty
from exchange.fhir import codes
from exchange.fhir.resources import Resource, Resources
from exchange.fhir.variables import variables_of
from models.analysis import Analysis
from models.night import PublishedNight
from models.vocabulary import EvidenceSet, Interval, Measure, Model

Row = Mapping[str, Any]


def add_evidence(
    resources: Resources,
    night: PublishedNight,
    evidence: EvidenceSet,
    certainty: Mapping[str, AnalysisCertainty],
) -> dict[str, list[str]]:
    """Add what each analysis comes to, as far as it comes to anything.

    Returns
    -------
    dict
        Keys of the evidence that single studies give, by study.
    """
    results: dict[str, list[str]] = {}
    for analysis in night.review.protocol.analyses:
        keys = []
        for row in night["review_effect_input"].where(analysis=analysis.analysis, evidence_set=evidence.value):
            if row["yi"] is not None and row["vi"]:
                key = f"{analysis.analysis}|{row['study_id']}|{row['subgroup_number']}|{row['part']}"
                _add_of_study(resources, night, analysis, row, key)
                results.setdefault(row["study_id"], []).append(key)
                keys.append(key)
        _add_pooled(resources, night, evidence, analysis, keys, certainty[analysis.analysis])
        _add_subgroups(resources, night, evidence, analysis)
    return results


def _add_pooled(
    resources: Resources,
    night: PublishedNight,
    evidence: EvidenceSet,
    analysis: Analysis,
    of_studies: list[str],
    certainty: AnalysisCertainty,
) -> None:
    rows = [row for row in _headlines(night, evidence, analysis) if row["estimate"] is not None]
    if not rows:
        return
    resources.add(
        "Evidence",
        pooled_key(analysis),
        title=_title(night, analysis),
        description=f"{evidence} evidence as of {night.as_of:%Y-%m-%d}",
        synthesisType=codes.META_ANALYSIS,
        variableDefinition=variables_of(resources, analysis),
        statistic=[_statistic(row, analysis) for row in rows],
        certainty=list(_certainty(night, evidence, analysis, certainty)),
        relatedArtifact=[
            {"type": "derived-from", "resourceReference": resources.reference("Evidence", key)} for key in of_studies
        ],
    )


def pooled_key(analysis: Analysis) -> str:
    """Key of the Evidence that an analysis comes to."""
    return f"pooled|{analysis.analysis}"


def pooled_analyses(night: PublishedNight, evidence: EvidenceSet) -> list[Analysis]:
    """Analyses that come to an estimate."""
    return [
        analysis
        for analysis in night.review.protocol.analyses
        if any(row["estimate"] is not None for row in _headlines(night, evidence, analysis))
    ]


def _headlines(night: PublishedNight, evidence: EvidenceSet, analysis: Analysis) -> list[Row]:
    """The line that readers see first under each convention, that of the version in force first."""
    order = [item.name.value for item in night.review.protocol.conventions]
    rows = night["out_pooled_effect"].where(analysis=analysis.analysis, evidence_set=evidence.value, is_headline=True)
    return sorted(rows, key=lambda row: order.index(row["convention"]))


def _add_subgroups(resources: Resources, night: PublishedNight, evidence: EvidenceSet, analysis: Analysis) -> None:
    for row in night["out_subgroup"].where(analysis=analysis.analysis, evidence_set=evidence.value):
        if row["estimate"] is None:
            continue
        name = row["subgroup"] or f"subgroup {row['subgroup_number']}"
        resources.add(
            "Evidence",
            f"subgroup|{analysis.analysis}|{row['subgroup_number']}|{row['convention']}|{row['model']}",
            title=f"{_title(night, analysis)}: {name}",
            synthesisType=codes.META_ANALYSIS,
            variableDefinition=variables_of(resources, analysis, name),
            statistic=[_statistic({"level": analysis.level, **row}, analysis)],
        )


def _title(night: PublishedNight, analysis: Analysis) -> str:
    protocol = night.review.protocol
    outcome = analysis.title or protocol.outcome(analysis.outcome).title
    return f"{outcome}, {analysis.timepoint}: {protocol.comparison(analysis.comparison).title}"


def _statistic(row: Row, analysis: Analysis) -> Resource:
    """A pooled effect with its limits and what tells of heterogeneity, on the scales of the table."""
    return {
        "description": f"convention {row['convention']}" + (f"; {row['note']}" if row.get("note") else ""),
        "statisticType": codes.measure(Measure(row["measure"]), analysis.measure_label),
        "quantity": {"value": row["estimate"]},
        "sampleSize": {"numberOfStudies": row["n_studies"], "numberOfParticipants": row["n_participants"]},
        "attributeEstimate": [
            *_limits("C53324", "Confidence interval", row["ci_low"], row["ci_high"], row["level"]),
            *_quantity("C44185", "P-value", row.get("p_value")),
            *_quantity("0000421", "Tau squared", row.get("tau2")),
            *_quantity("0000420", "I-squared", row.get("i2_pct"), "per cent"),
            *_quantity("0000419", "Cochran's Q statistic", row.get("q")),
            *_range({"text": "Prediction interval"}, row.get("pi_low"), row.get("pi_high"), row["level"]),
        ],
        "modelCharacteristic": [{"code": code} for code in codes.model(Model(row["model"]), Interval(row["interval"]))],
    }


def _limits(code: str, display: str, low: float | None, high: float | None, level: float) -> list[Resource]:
    return _range(codes.attribute(code, display), low, high, level)


def _range(kind: Resource, low: float | None, high: float | None, level: float) -> list[Resource]:
    if low is None or high is None:
        return []
    return [{"type": kind, "level": level, "range": {"low": {"value": low}, "high": {"value": high}}}]


def _quantity(code: str, display: str, value: float | None, unit: str = "") -> list[Resource]:
    return (
        [] if value is None else [{"type": codes.attribute(code, display), "quantity": {"value": value, "unit": unit}}]
    )


def _people(row: Row) -> int | None:
    """People of a row, those of a cross-over once; None where nobody tells how many."""
    in_arms = row["n_intervention"], round(row["n_control"] / (row["shared_by"] or 1))
    return (sum(in_arms) if row["correlation"] is None else max(in_arms)) or None


def _add_of_study(resources: Resources, night: PublishedNight, analysis: Analysis, row: Row, key: str) -> None:
    """One row of a study: its effect on the natural scale, with limits of the normal distribution."""
    half = NormalDist().inv_cdf(0.5 + analysis.level / 2) * math.sqrt(row["vi"])
    low, value, high = (
        math.exp(number) if analysis.is_ratio else number for number in (row["yi"] - half, row["yi"], row["yi"] + half)
    )
    people = _people(row)
    events = [row["events_intervention"], row["events_control"]]
    resources.add(
        "Evidence",
        key,
        title=f"{night.label(row['study_id'])}: {_title(night, analysis)}",
        variableDefinition=variables_of(resources, analysis, row["subgroup"]),
        note=[{"text": text} for text in (row["source"], row["note"]) if text],
        statistic=[
            {
                "statisticType": codes.measure(Measure(row["measure"]), analysis.measure_label),
                "quantity": {"value": value},
                "numberOfEvents": None if None in events else sum(events),
                "sampleSize": {"numberOfParticipants": people},
                "attributeEstimate": _limits("C53324", "Confidence interval", low, high, analysis.level),
            }
        ],
    )


def _certainty(
    night: PublishedNight, evidence: EvidenceSet, analysis: Analysis, certainty: AnalysisCertainty
) -> Iterator[Resource]:
    """GRADE: as the version states it, and what the numbers alone come to, domain by domain."""
    if certainty.stated:
        yield {
            "description": certainty.stated_reasons,
            "type": codes.OVERALL,
            "rating": codes.rating(certainty.stated),
            "rater": night.version,
        }
    if certainty.computed:
        concerns = night["review_certainty_concern"].where(analysis=analysis.analysis, evidence_set=evidence.value)
        yield {
            "type": codes.OVERALL,
            "rating": codes.rating(certainty.computed),
            "rater": f"trialwatch {night.program}, by the numbers alone",
            "subcomponent": [
                {
                    "type": codes.domain(row["domain"]),
                    "rating": None if row["needs_person"] else codes.concern(row["is_rated_down"]),
                    "note": [{"text": text} for text in _told(row)],
                }
                for row in concerns
            ],
        }


def _told(row: Row) -> list[str]:
    return [text for text in (row["reason"], "a person owes the rating" if row["needs_person"] else "") if text]
