"""Facts of a study in the words that readers use: design, product, comparator."""

import re
from collections.abc import Sequence

from models.arm_words import IMITATION
from models.eligibility import Eligibility
from models.judgement import Description, Screened
from models.screening import ScreeningDecision
from models.trial import TrialRecord
from models.vocabulary import Criterion
from studies.arm_roles import roles_of
from studies.linkage import is_listed_only
from studies.prose import is_prose
from studies.terms import Field, find


def descriptions_of(screened: Screened, eligibility: Eligibility) -> dict[str, Description]:
    """Every study by the record that names it."""
    return {study_id: _description(study_id, screened, eligibility) for study_id in screened.screening}


def _description(study_id: str, screened: Screened, eligibility: Eligibility) -> Description:
    record = screened.record_of(study_id)
    if is_listed_only(record):
        return _by_reports(record, screened.screening[study_id])
    return Description(
        title=title_of(record),
        design=design_of(record),
        product=product_of(record, eligibility),
        comparator=comparator_of(record, eligibility),
    )


def _by_reports(record: TrialRecord, decision: ScreeningDecision) -> Description:
    """A study that no register tells of, in the words by which its report was screened."""

    def told(criterion: Criterion) -> str:
        item = decision.of(criterion)
        is_told = item.field in {"title", "abstract", "keywords", "publication_types"}
        return f"\u201c{item.quote}\u201d ({item.field.replace('_', ' ')})" if is_told else "not stated"

    return Description(
        title=title_of(record),
        design=told(Criterion.DESIGN),
        product=told(Criterion.INTERVENTION),
        comparator=told(Criterion.COMPARATOR),
    )


def title_of(record: TrialRecord) -> str:
    """Brief title, or the official one."""
    return record.brief_title or record.official_title or record.record_id


def design_of(record: TrialRecord) -> str:
    """Allocation, model, masking and phase in words, as far as they are registered."""
    masking = _words(record.masking_text)
    parts = [
        record.allocation.replace("_", "-") if record.allocation else None,
        _words(record.intervention_model_text),
        "open label" if masking == "none" else f"{masking} masking" if masking else None,
        _words(record.phase_text),
    ]
    return ", ".join(part for part in parts if part) or "not stated"


def _words(text: str | None) -> str:
    """Words of a registry's vocabulary as a reader writes them: ``PHASE1/PHASE2`` is phase 1/2."""
    lower = (text or "").lower().replace("_", " ")
    return re.sub(r"phase(\d)(?:\W+phase(\d))?", lambda m: f"phase {m[1]}" + (f"/{m[2]}" if m[2] else ""), lower)


def product_of(record: TrialRecord, eligibility: Eligibility) -> str:
    """The interventions that are the one in question by the protocol's words, or else all that are no comparator.

    A placebo is often called after what it imitates.
    """
    tested = [item.name for item in record.interventions if find(eligibility.intervention, [Field("", item.name)])]
    others = [item.name for item in record.interventions if not find(eligibility.comparator, [Field("", item.name)])]
    real = [name for name in tested if not find(IMITATION, [Field("", name)])]
    return _joined(real or tested or others)


def comparator_of(record: TrialRecord, eligibility: Eligibility) -> str:
    """Arms or interventions that are a comparator by the protocol's words, or else arms without the intervention."""
    roles = roles_of(record, eligibility)
    giving = {group.label for group in roles.giving} if record.arms else set()
    labels = [arm.label for arm in record.arms if arm.label not in giving]
    names = [*labels, *(item.name for item in record.interventions if not is_prose(item.name))]
    found = [name for name in names if find(eligibility.comparator, [Field("", name)])]
    found = [name for name in found if not find(eligibility.intervention, [Field("", name)])] or found
    return _joined(found or ([group.label for group in roles.without] if roles.giving else []))


def _joined(names: Sequence[str]) -> str:
    return "; ".join(dict.fromkeys(names)) or "not stated"
