"""What differs between two versions of a registry record, and whether it matters to a reviewer.

Substantive is what a reviewer would act on. Administrative is the rest: added precision, a plan confirmed, names
respelled, and the drift of form between a registry's exports, none of which may ever become news.
"""

import re
from collections.abc import Callable, Sequence

import msgspec
from rapidfuzz import fuzz

from models.trial import TrialRecord
from models.vocabulary import Allocation, OutcomeRole, Status
from studies.posted import changes_of_results, is_open

_RESPELLED = 80
"""Likeness, 0 to 100, from which two names are one name respelled. California Institute for Regenerative Medicine
with and without (CIRM) is 100, Fundación Diógenes and Diógenes Foundation 86; two sponsors between whom a trial
changed hands, 35."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One field that says something else; texts as the record has them, '' where it says nothing."""

    field: str
    before: str
    after: str
    is_substantive: bool


def changes_between(before: TrialRecord, after: TrialRecord) -> list[Change]:
    """Fields that differ, substantive ones first, in the order in which a reader asks for them."""
    found = [
        Change(field=field, before=old, after=new, is_substantive=matters(before, after))
        for field, (text, matters) in _FIELDS.items()
        if (old := text(before)) != (new := text(after))
    ]
    found += [
        Change(field=field, before=old, after=new, is_substantive=True)
        for field, old, new in changes_of_results(before.results, after.results)
    ]
    return sorted(found, key=lambda change: not change.is_substantive)


def changed_by(before: TrialRecord, after: TrialRecord) -> str:
    """``sponsor`` or ``registry``: whose doing a version is, by whether the sponsor submitted anything."""
    is_submitted = after.last_update_submitted_date != before.last_update_submitted_date
    return "sponsor" if is_submitted and after.status is not Status.UNKNOWN else "registry"


_Text = Callable[[TrialRecord], str]
_Matters = Callable[[TrialRecord, TrialRecord], bool]


def _always(before: TrialRecord, after: TrialRecord) -> bool:
    return True


def _never(before: TrialRecord, after: TrialRecord) -> bool:
    return False


def _date(name: str) -> tuple[_Text, _Matters]:
    """A date matters when it moves; a day added to a known month does not move it."""

    def matters(before: TrialRecord, after: TrialRecord) -> bool:
        old, new = getattr(before, name), getattr(after, name)
        return not (old and new and (old.startswith(new) or new.startswith(old)))

    return (lambda record: str(getattr(record, name) or "")), matters


def _names(of: Callable[[TrialRecord], Sequence[str]]) -> tuple[_Text, _Matters]:
    """Names matter when one of them has no counterpart on the other side."""

    def matters(before: TrialRecord, after: TrialRecord) -> bool:
        old, new = [_plain(name) for name in of(before)], [_plain(name) for name in of(after)]
        return len(set(old)) != len(set(new)) or not (_are_among(old, new) and _are_among(new, old))

    return (lambda record: "; ".join(of(record))), matters


def _are_among(names: Sequence[str], others: Sequence[str]) -> bool:
    return all(any(fuzz.token_set_ratio(name, other) >= _RESPELLED for other in others) for name in names)


def _plain(name: str) -> str:
    return re.sub(r"\W+", " ", name.casefold().replace(".", "")).strip()


def _primary(record: TrialRecord) -> list[str]:
    return [item.measure for item in record.outcomes if item.role is OutcomeRole.PRIMARY]


def _secondary(record: TrialRecord) -> list[str]:
    return [item.measure for item in record.outcomes if item.role is not OutcomeRole.PRIMARY]


def _own_status(before: TrialRecord, after: TrialRecord) -> bool:
    """An unknown status is the registry's, and no word of anybody who runs the study."""
    return after.status is not Status.UNKNOWN


def _allocation(before: TrialRecord, after: TrialRecord) -> bool:
    """Single-group records say nothing in one export and *not applicable* in the next."""
    return {before.allocation, after.allocation} != {None, Allocation.NOT_APPLICABLE}


def _opened(before: TrialRecord, after: TrialRecord) -> bool:
    """Words for masking drift; that nobody is masked, or somebody now is, does not."""
    return bool(before.masking_text and after.masking_text) and is_open(before.masking_text) != is_open(
        after.masking_text
    )


def _others_masked(before: TrialRecord, after: TrialRecord) -> bool:
    """Older forms named nobody, and the same people in another order are the same."""
    return bool(before.who_masked and after.who_masked) and set(before.who_masked) != set(after.who_masked)


def _plain_field(name: str) -> _Text:
    return lambda record: str(value) if (value := getattr(record, name)) is not None else ""


_FIELDS: dict[str, tuple[_Text, _Matters]] = {
    "status": (lambda record: record.status_text or "", _own_status),
    "why stopped": (_plain_field("why_stopped_text"), _always),
    "has results": (lambda record: "yes" if record.has_results else "no", _always),
    "results posted": _date("results_posted_date"),
    "results submitted": _date("results_submitted_date"),
    "results returned by quality control": _date("results_returned_date"),
    "certificate of delay posted": _date("disposition_posted_date"),
    "participants": (_plain_field("enrolment_count"), _always),
    "kind of number of participants": (_plain_field("enrolment_type"), _never),
    "start": _date("start_date"),
    "primary completion": _date("primary_completion_date"),
    "kind of primary completion": (_plain_field("primary_completion_type"), _never),
    "completion": _date("completion_date"),
    "kind of completion": (_plain_field("completion_type"), _never),
    "study type": (_plain_field("study_type"), _always),
    "allocation": (_plain_field("allocation"), _allocation),
    "masking": (_plain_field("masking_text"), _opened),
    "who is masked": (lambda record: ", ".join(record.who_masked).replace("_", " "), _others_masked),
    "details of masking": (_plain_field("masking_details_text"), _never),
    "conditions": _names(lambda record: record.conditions),
    "arms": _names(lambda record: [arm.label for arm in record.arms]),
    "interventions": _names(lambda record: [item.name for item in record.interventions]),
    "primary outcomes": _names(_primary),
    "secondary outcomes": (lambda record: "; ".join(_secondary(record)), _never),
    "sponsor": _names(lambda record: [record.sponsor] if record.sponsor else []),
    "class of sponsor": (_plain_field("sponsor_class_text"), _never),
    "collaborators": (lambda record: "; ".join(record.collaborators), _never),
    "title": _names(lambda record: [record.brief_title] if record.brief_title else []),
    "references": (lambda record: "; ".join(item.pmid or item.name for item in record.references), _never),
}
