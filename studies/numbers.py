"""Registered, started, randomised and analysed: four numbers of a study that are kept apart."""

import re
from collections.abc import Sequence

from models.published import PublishedStudy
from models.results import ParticipantFlow, PostedResults
from models.screening import Numbers
from models.synthesis import ArmResult
from models.trial import TrialRecord
from models.vocabulary import CountType, OutcomeRole

_PEOPLE = r"(?:subjects|participants|patients|people|persons|individuals)"
_NO_COUNT = "".join(rf"(?<!{word} )" for word in ("stage", "phase", "part", "week", "visit", "day", "cohort", "group"))
_RANDOMISED = (
    re.compile(rf"{_NO_COUNT}\b(\d[\d,]*)(?:\s+(?!not\b|non)[\w-]+){{0,5}}?\s+randomi[sz]ed\b", re.I),
    re.compile(rf"\brandomi[sz]ed\s+(?:a total of\s+)?(\d[\d,]*)\s+{_PEOPLE}", re.I),
)
_SCREENED = (
    re.compile(rf"{_NO_COUNT}\b(\d[\d,]*)\s+(?:{_PEOPLE}\s+)?(?:were\s+|had been\s+)?screened\b", re.I),
    re.compile(rf"\bscreened\s+(?:a total of\s+)?(\d[\d,]*)\s+{_PEOPLE}", re.I),
)
_NOT_RANDOMISED = (
    re.compile(rf"\b(?:includ|count)\w*\s+(?:the\s+)?(\d+)\s+(?:\w+\s+)?{_PEOPLE}\s+(?:of|from|in|who)\b", re.I),
    re.compile(r"(\d+)\s+(?:[\w-]+\s+){0,4}not randomi[sz]ed", re.I),
)


def numbers_of(
    record: TrialRecord, published: PublishedStudy | None = None, extracted: Sequence[ArmResult] = ()
) -> Numbers:
    """The numbers of a study, a person's before a machine's, each with its source."""
    results = record.results
    n_randomised, randomised_source = _randomised(results, published)
    n_analysed, analysed_source = _analysed(results, extracted)
    return Numbers(
        n_registered=record.enrolment_count,
        n_registered_type=record.enrolment_type,
        n_screened=screened_in_text(results.flow) if results else None,
        n_started=started(results.flow) if results else None,
        n_randomised=n_randomised,
        n_randomised_source=randomised_source,
        n_analysed=n_analysed,
        n_analysed_source=analysed_source,
    )


def started(flow: ParticipantFlow) -> int | None:
    """Participants at the start of the first period, all groups together."""
    by_group = started_by_group(flow)
    return sum(by_group.values()) if by_group else None


def started_by_group(flow: ParticipantFlow) -> dict[str, int]:
    """Participants at the start of the first period, by group id."""
    if not flow.counts:
        return {}
    first = flow.counts[0].period
    return {
        item.group_id: item.count
        for item in flow.counts
        if item.period == first and item.milestone.upper() == "STARTED" and item.count is not None
    }


def started_by_title(flow: ParticipantFlow) -> dict[str, int]:
    """Participants at the start of the first period by title of their group, which other tables share with the flow."""
    by_group = started_by_group(flow)
    titles = [group.title for group in flow.groups]
    return {
        group.title: by_group[group.id]
        for group in flow.groups
        if group.id in by_group and titles.count(group.title) == 1
    }


def randomised_in_text(flow: ParticipantFlow) -> int | None:
    """Number randomised, where the participant flow says it in words."""
    return randomised_in_words(flow.recruitment_text, flow.pre_assignment_text)


def randomised_in_words(*texts: str | None) -> int | None:
    """Number randomised, in the first of some texts that says it."""
    for text in texts:
        for pattern in _RANDOMISED:
            if text and (match := pattern.search(text)):
                return int(match[1].replace(",", ""))
    return None


def screened_in_text(flow: ParticipantFlow) -> int | None:
    """Number screened, where the participant flow says it in words."""
    for text in (flow.recruitment_text, flow.pre_assignment_text):
        for pattern in _SCREENED:
            if text and (match := pattern.search(text)):
                return int(match[1].replace(",", ""))
    return None


def not_randomised_by_group(flow: ParticipantFlow) -> dict[str, int]:
    """Participants that a comment says belong to a group without having been randomised, by group id."""
    found: dict[str, int] = {}
    for item in flow.counts:
        for pattern in _NOT_RANDOMISED:
            if item.comment_text and (match := pattern.search(item.comment_text)):
                found.setdefault(item.group_id, int(match[1]))
    return found


def _randomised(results: PostedResults | None, published: PublishedStudy | None) -> tuple[int | None, str | None]:
    if published and published.n_randomised is not None:
        return published.n_randomised, "published version of the review"
    if results is None:
        return None, None
    if (stated := randomised_in_text(results.flow)) is not None:
        return stated, "participant flow, in words"
    return None, None


def _analysed(results: PostedResults | None, extracted: Sequence[ArmResult]) -> tuple[int | None, str | None]:
    if results:
        n_started = started(results.flow)
        for table in results.outcomes:
            n = sum(table.denominators.values())
            is_whole = n_started is None or n <= n_started
            if table.role is OutcomeRole.PRIMARY and n and is_whole:
                return n, "posted primary outcome"
    by_outcome: dict[tuple[str, str], int] = {}
    for arm in extracted:
        key = (arm.outcome, arm.timepoint)
        by_outcome[key] = by_outcome.get(key, 0) + arm.n_analysed
    if by_outcome:
        return max(by_outcome.values()), "extraction.csv"
    return None, None


def planned_participants(record: TrialRecord) -> int | None:
    """The registry's estimate of enrolment, while it is one."""
    return record.enrolment_count if record.enrolment_type is CountType.ESTIMATED else None
