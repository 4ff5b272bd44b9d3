"""The published page: the order in which a reader is told things, and what is put beside what."""

from collections.abc import Iterable

from markupsafe import Markup

from models.dates import first_day, last_day
from models.page import ReviewPage, StudyEntry
from models.screening import CriterionVerdict, Event
from models.vocabulary import EvidenceWord, Rule, StudyList, StudyState, Verdict
from reporting import claims, forecast, words
from reporting.figures import difference_sentences, forest_plot
from reporting.missing import missing_of
from reporting.results import by_comparison
from reporting.rules import fired_rules, rule_rows, stray_signals
from reporting.survival import times_alive
from reporting.typesetting import TEMPLATES

_EVENTS_IN_SIGHT = 12
"""Older events than these are one click away; a back-filled decade would bury the news."""

_ANALYSES_IN_SIGHT = 6
"""More analyses with data than these are folded, each below the line that says what comes out of it."""

_ENDED = {
    StudyState.COMPLETED_NO_RESULTS,
    StudyState.TERMINATED,
    StudyState.RESULTS_POSTED,
    StudyState.RESULTS_PUBLISHED,
    StudyState.EXTRACTED,
    StudyState.POOLED,
}


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
    comparisons = by_comparison(page)
    results = tuple(result for group in comparisons for result in group.results)
    rows = rule_rows(page, results)
    with_data = [result for result in results if not result.is_empty]
    is_long = len(comparisons) > 1 or len(with_data) > _ANALYSES_IN_SIGHT
    lists = {name: _of_list(page.studies, name) for name in StudyList if name is not StudyList.SCREENED_OUT}
    listed = [entry for members in lists.values() for entry in members]
    entries = {entry.study_id: entry for entry in (*listed, *page.near_misses)}
    known_signals = {signal.key: signal for signal in page.signals}
    known_events = {event.key: event for event in (*page.events_since_version, *page.events_since_run)}
    return TEMPLATES.get_template("page.html").render(
        page=page,
        results=results,
        comparisons=comparisons,
        is_long=is_long,
        is_folded=len(with_data) > _ANALYSES_IN_SIGHT,
        n_with_data=len(with_data),
        difference_sentences=difference_sentences,
        times_alive=times_alive,
        missing_of=missing_of,
        gate=claims.gate(page),
        not_reproduced=[result for result in results if result.is_closed],
        printed_how={signal.analysis: signal.explanation for signal in page.signals if signal.rule is Rule.S0},
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
        fired=fired_rules(page, results),
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
        rule_rows=rows,
        rows_of={group.key: [rows[result.analysis.analysis] for result in group.results] for group in comparisons},
        stray_signals=stray_signals(page, results),
        because=claims.because(page),
        news=claims.news(page),
        unsearched=claims.unsearched(page.freshness),
        staleness=claims.staleness,
        not_followed=claims.not_followed(page),
        failing=_failing,
        forecasting=forecast,
        forecasts={trial.study_id: trial for trial in page.supplements.forecast},
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


def _failing(entry: StudyEntry) -> CriterionVerdict | None:
    """The criterion that a near miss does not meet."""
    return next((item for item in entry.screening.criteria if item.verdict is Verdict.NOT_MET), None)
