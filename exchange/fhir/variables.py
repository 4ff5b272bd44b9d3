"""What the evidence is about as EvidenceVariable: people, what is compared, and outcomes at their times."""

from exchange.fhir import codes
from exchange.fhir.resources import Resource, Resources
from models.analysis import Analysis
from models.night import PublishedNight
from models.vocabulary import TABLE_MEASURES

POPULATION = "population"


def add_variables(resources: Resources, night: PublishedNight) -> None:
    """Add the variables of all analyses."""
    protocol = night.review.protocol
    resources.add(
        "EvidenceVariable",
        POPULATION,
        title=f"People of the review: {', '.join(protocol.pico.population) or 'not told in words yet'}",
        description=protocol.question,
    )
    for comparison in protocol.comparisons:
        for arm, words in (("intervention", comparison.intervention), ("control", comparison.control)):
            resources.add("EvidenceVariable", f"{comparison.id}:{arm}", title=words, description=comparison.title)
    for analysis in protocol.analyses:
        outcome = protocol.outcome(analysis.outcome)
        resources.add(
            "EvidenceVariable",
            analysis.analysis,
            title=f"{outcome.title}, {analysis.timepoint}",
            shortTitle=outcome.short,
            description=outcome.note,
            note=[{"text": f"{outcome.direction} is better"}] if outcome.direction != "unknown" else [],
            handling="dichotomous" if analysis.measure in TABLE_MEASURES else None,
        )


def variables_of(resources: Resources, analysis: Analysis, subgroup: str = "") -> list[Resource]:
    """Definitions of the variables of an analysis, each with its role; `subgroup` narrows the population."""
    of_arm = {arm: f"{analysis.comparison}:{arm}" for arm in ("intervention", "control")}
    defined: list[Resource] = [
        {
            "variableRole": codes.role("population", "population"),
            "intended": resources.reference("EvidenceVariable", POPULATION),
        },
        {
            "variableRole": codes.role("exposure", "exposure"),
            "description": analysis.intervention,
            "intended": resources.reference("EvidenceVariable", of_arm["intervention"]),
        },
        {
            "variableRole": codes.role("referenceExposure", "reference exposure"),
            "description": analysis.control,
            "intended": resources.reference("EvidenceVariable", of_arm["control"]),
        },
        {
            "variableRole": codes.role("measuredVariable", "measured variable"),
            "intended": resources.reference("EvidenceVariable", analysis.analysis),
        },
    ]
    if subgroup:
        defined.append({"variableRole": codes.role("subpopulation", "subpopulation"), "description": subgroup})
    return defined
