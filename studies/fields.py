"""The texts of a record in which the words of a question are looked for, each with the name of its field."""

from models.trial import Intervention, TrialRecord
from studies.prose import is_prose
from studies.terms import Field


def conditions(record: TrialRecord) -> list[Field]:
    return [Field("conditions", text) for text in record.conditions]


def titles(record: TrialRecord) -> list[Field]:
    titles = {"official_title": record.official_title, "brief_title": record.brief_title}
    return [Field(name, text) for name, text in titles.items() if text]


def keywords(record: TrialRecord) -> list[Field]:
    return [Field("keywords", text) for text in record.keywords]


def interventions(record: TrialRecord) -> list[Field]:
    return [
        Field("interventions" if text == item.name else "interventions.other_names", text)
        for item in record.interventions
        for text in (item.name, *item.other_names)
    ]


def of_intervention(item: Intervention) -> list[Field]:
    """Everything that a record says of one of its interventions."""
    texts = [item.name, *item.other_names, *([item.description_text] if item.description_text else [])]
    return [Field("interventions", text) for text in texts]


def products(record: TrialRecord) -> list[Field]:
    """Interventions by name: what is told in sentences names nothing."""
    return [item for item in interventions(record) if not is_prose(item.text)]


def told(record: TrialRecord) -> list[Field]:
    """What a register's field for interventions tells in sentences."""
    return [item for item in interventions(record) if is_prose(item.text)]


def arms(record: TrialRecord) -> list[Field]:
    return [Field("arms", arm.label) for arm in record.arms]


def descriptions(record: TrialRecord) -> list[Field]:
    texts = [("arms.description", arm.description_text) for arm in record.arms]
    texts += [("interventions.description", item.description_text) for item in record.interventions]
    return [Field(name, text) for name, text in [*texts, ("summary", record.summary_text)] if text]


def outcomes(record: TrialRecord) -> list[Field]:
    return [Field("outcomes", outcome.measure) for outcome in record.outcomes]
