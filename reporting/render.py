"""The published page: the order in which a reader is told things, and what is put beside what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from models.dates import first_day, last_day
from models.page import ReviewPage, StudyEntry
from models.screening import CriterionVerdict, Event
from models.synthesis import Signal
from models.vocabulary import EvidenceSet, EvidenceWord, Rule, StudyList, StudyState, Verdict
from reporting import claims, words
from reporting.figures import forest_plot
from reporting.outcomes import OutcomeResult, collect_results
from reporting.typesetting import TEMPLATES

_EVENTS_IN_SIGHT = 12
"""Older events than these are one click away; a back-filled decade would bury the news."""


_ENDED = {
    StudyState.COMPLETED_NO_RESULTS,
    StudyState.TERMINATED,
    StudyState.RESULTS_POSTED,
    StudyState.RESULTS_PUBLISHED,
    StudyState.EXTRACTED,
    StudyState.POOLED,
}


@dataclass(frozen=True)
class RuleCell:
    """One rule on one outcome: all of its signals, and what they come to."""

    rule: Rule
    signals: tuple[Signal, ...]

    @property
    def verdict(self) -> str:
        fired = [signal for signal in self.signals if signal.fired]
        if not fired:
            return "not fired" if self.signals else "not applied"
        is_provisional = all(signal.evidence_set is EvidenceSet.PROVISIONAL for signal in fired)
        return "provisional" if is_provisional else "fired"


@dataclass(frozen=True)
class RuleRow:
    """All rules on one outcome at one time."""

    title: str
    timepoint: str
    cells: tuple[RuleCell, ...]

    @property
    def signals(self) -> tuple[Signal, ...]:
        """Fired ones first, otherwise in the order of the rules."""
        ordered = (signal for cell in self.cells for signal in cell.signals)
        return tuple(sorted(ordered, key=lambda signal: not signal.fired))


@dataclass(frozen=True)
class FiredRule:
    """One rule behind the decision: `reasons` are outcomes with what they have in common to explain it.

    It is provisional when no firmer evidence fired it.
    """

    rule: Rule
    is_provisional: bool
    reasons: tuple[tuple[tuple[str, ...], str], ...]


def render_page(page: ReviewPage) -> str:
    """Typeset one night's page of one review.

    Parameters
    ----------
    page : everything that is said; no other number appears

    Returns
    -------
    str
        A whole HTML document that needs nothing else: no script, no request. The same page gives the same text.
    """
    results = collect_results(page)
    lists = {name: _of_list(page.studies, name) for name in StudyList if name is not StudyList.SCREENED_OUT}
    listed = [entry for members in lists.values() for entry in members]
    entries = {entry.study_id: entry for entry in (*listed, *page.near_misses)}
    known_signals = {signal.key: signal for signal in page.signals}
    known_events = {event.key: event for event in (*page.events_since_version, *page.events_since_run)}
    return TEMPLATES.get_template("page.html").render(
        page=page,
        results=results,
        figures={
            result.key: (Markup(forest_plot(result)), Markup(forest_plot(result, phone=True))) for result in results
        },
        lists=lists,
        entries=entries,
        listed_ids={entry.study_id for entry in listed},
        labels=words.study_labels(page.baseline),
        n_randomised=_total(entry.numbers.n_randomised for entry in lists[StudyList.INCLUDED]),
        n_planned=_total(entry.planned_participants for entry in lists[StudyList.ONGOING]),
        overdue={entry.study_id for entry in lists[StudyList.ONGOING] if _is_past(entry, page)},
        fired=_fired(page),
        reasons=_newest_first(known_events[key] for key in page.decision.event_keys if key in known_events),
        unknown_keys=[
            key
            for key in (*page.decision.event_keys, *page.decision.fired_rules)
            if key not in known_events | known_signals
        ],
        run_events=_newest_first(page.events_since_run),
        version_events=_newest_first(page.events_since_version),
        n_in_sight=_EVENTS_IN_SIGHT,
        rules=tuple(Rule),
        rule_rows=_rule_rows(page, results),
        stray_signals=_stray(page, results),
        because=claims.because(page),
        news=claims.news(page),
        unsearched=claims.unsearched(page.freshness),
        staleness=claims.staleness,
        not_followed=claims.not_followed(page),
        failing=_failing,
        has_ended=_has_ended,
        evidence_words=tuple(EvidenceWord),
    )


def _of_list(studies: Iterable[StudyEntry], name: StudyList) -> tuple[StudyEntry, ...]:
    """Studies of one list; ongoing ones by when they are expected to end, the others by id."""
    members = [entry for entry in studies if entry.list is name]
    if name is not StudyList.ONGOING:
        return tuple(sorted(members, key=lambda entry: entry.study_id))
    return tuple(sorted(members, key=lambda entry: (entry.completion_date or "9999", entry.study_id)))


def _total(counts: Iterable[int | None]) -> tuple[int, bool]:
    """Participants of several studies, and whether the number is known of each of them."""
    given = list(counts)
    return sum(count for count in given if count is not None), None not in given


def _has_ended(entry: StudyEntry) -> bool:
    """Whether its completion date is one that has come, by the state that all evidence gives the study."""
    return entry.state in _ENDED


def _is_past(entry: StudyEntry, page: ReviewPage) -> bool:
    """Whether a study should have ended by its own account and has not."""
    if entry.completion_date is None or _has_ended(entry):
        return False
    return last_day(entry.completion_date) < page.as_of.date()


def _newest_first(events: Iterable[Event]) -> tuple[Event, ...]:
    by_key = sorted(events, key=lambda event: event.key)
    return tuple(sorted(by_key, key=lambda e: (e.public_date, first_day(e.event_date)), reverse=True))


def _rule_rows(page: ReviewPage, results: Sequence[OutcomeResult]) -> tuple[RuleRow, ...]:
    rows = []
    for result in results:
        signals = [s for s in page.signals if s.analysis == result.analysis.analysis]
        cells = tuple(RuleCell(rule, tuple(s for s in signals if s.rule is rule)) for rule in Rule)
        rows.append(RuleRow(result.outcome.title, result.timepoint.name, cells))
    return tuple(rows)


def _fired(page: ReviewPage) -> tuple[FiredRule, ...]:
    """Signals behind the decision by rule; outcomes that are explained in the same words are told together."""
    behind = [signal for signal in page.signals if signal.key in page.decision.fired_rules]
    told = []
    for rule in sorted({signal.rule for signal in behind}):
        same = [signal for signal in behind if signal.rule is rule]
        by_explanation: dict[str, list[str]] = {}
        for place in dict.fromkeys((signal.analysis, signal.outcome, signal.timepoint) for signal in same):
            here = [signal for signal in same if signal.analysis == place[0]]
            title = f"{words.outcome_title(page.protocol, place[1])}, {place[2]}"
            by_explanation.setdefault(_explanation(here), []).append(title)
        is_provisional = all(signal.evidence_set is EvidenceSet.PROVISIONAL for signal in same)
        reasons = tuple((tuple(titles), explanation) for explanation, titles in by_explanation.items())
        told.append(FiredRule(rule, is_provisional, reasons))
    return tuple(told)


def _explanation(signals: Sequence[Signal]) -> str:
    """What one rule says of one outcome; evidence sets and conventions are named where they differ."""
    said: dict[str, Signal] = {}
    for signal in signals:
        said.setdefault(signal.explanation, signal)
    if len(said) == 1:
        return next(iter(said))
    has_sets = len({signal.evidence_set for signal in said.values()}) > 1
    return " ".join(
        (f"{words.EVIDENCE_SETS[signal.evidence_set]}, " if has_sets else "")
        + f"{words.CONVENTIONS[signal.convention]}: {explanation}"
        for explanation, signal in said.items()
    )


def _stray(page: ReviewPage, results: Sequence[OutcomeResult]) -> tuple[Signal, ...]:
    """Signals on outcomes that the protocol no longer has: shown, not lost."""
    known = {result.analysis.analysis for result in results}
    return tuple(signal for signal in page.signals if signal.analysis not in known)


def _failing(entry: StudyEntry) -> CriterionVerdict | None:
    """The criterion that a near miss does not meet."""
    return next((item for item in entry.screening.criteria if item.verdict is Verdict.NOT_MET), None)
