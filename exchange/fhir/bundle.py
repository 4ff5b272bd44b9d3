"""The FHIR R5 bundle of a night, written only if FHIR's own rules hold for it."""

import json
from collections.abc import Mapping

from pydantic import ValidationError

from exchange.certainty import certainty_of
from exchange.fhir.assessments import add_certainty, add_decision, add_risk_of_bias
from exchange.fhir.evidence import add_evidence, pooled_analyses
from exchange.fhir.resources import Resource, Resources
from exchange.fhir.studies import add_review, add_studies
from exchange.fhir.variables import add_variables
from exchange.listed import listed_studies
from models.night import PublishedNight
from models.vocabulary import EvidenceSet


class NotExported(Exception):
    """A night cannot be written in a form; the message says what to do."""


def fhir_files(night: PublishedNight, evidence: EvidenceSet) -> Mapping[str, str]:
    """``bundle.json``: a collection of Citation, ResearchStudy, EvidenceVariable, Evidence and ArtifactAssessment.

    Raises
    ------
    NotExported
        If fhir.resources is not installed, or finds something against FHIR's rules.
    """
    bundle = bundle_of(night, evidence)
    see_that_it_is_valid(bundle)
    return {"bundle.json": json.dumps(bundle, ensure_ascii=False, indent=1, allow_nan=False) + "\n"}


def bundle_of(night: PublishedNight, evidence: EvidenceSet) -> Resource:
    """The bundle of a night and an evidence set."""
    resources = Resources(night.review.protocol.review, evidence, night.as_of)
    studies, certainty = listed_studies(night, evidence), certainty_of(night, evidence)
    review = add_review(resources, night)
    add_variables(resources, night)
    results = add_evidence(resources, night, evidence, certainty)
    add_studies(resources, night, studies, results)
    add_certainty(resources, night, pooled_analyses(night, evidence), certainty)
    add_risk_of_bias(resources, night, studies)
    add_decision(resources, night, review)
    return resources.bundle(identifier={"value": f"{night.name}-{evidence}"})


def see_that_it_is_valid(bundle: Resource) -> None:
    """Hold a bundle against FHIR R5.

    Raises
    ------
    NotExported
        If fhir.resources is not installed, or finds something against FHIR's rules.
    """
    try:
        from fhir.resources.bundle import Bundle  # noqa: PLC0415
    except ImportError:
        raise NotExported(
            "a FHIR bundle is checked before it is written, and what checks it is not installed: pip install"
            " 'trialwatch[exchange]'"
        ) from None
    try:
        Bundle.model_validate(bundle)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise NotExported(
            f"the bundle is not valid FHIR R5, in {error.error_count()} places, first {place}: {first['msg']}; please"
            " report it"
        ) from None
