"""The one alert of a night as plain text: what a person reads first, and what it leaves to the page.

It is bounded on every side, because a back-filled registry or a hostile record must not fill a mailbox.
"""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from models.alert import LINE_WIDTH
from models.page import ReviewPage
from models.screening import Event
from models.synthesis import PooledEffect, Signal, SourceFreshness
from models.vocabulary import AlertGrade, EventCode, EvidenceSet, Rule, UpdateStatus
from reporting import claims, numbers, words
from reporting.outcomes import OutcomeResult, collect_results

MAX_TITLE = 120
MAX_LINES = 60

_MAX_ITEMS = 6
"""Items of one section; the page has the rest."""
_MAX_TEXT = 3 * LINE_WIDTH
"""Characters of one text that comes from a source."""

_GRADES = (AlertGrade.ACTION, AlertGrade.WATCH, AlertGrade.INFO)

_NEXT = {
    EventCode.RESULTS_SUBMITTED: "Wait for the registry to post the results of {study}; there are no numbers yet.",
    EventCode.RESULTS_POSTED: "Check the posted numbers of {study} and confirm them in extraction.csv.",
    EventCode.REPORT_LINKED: "Extract the arm-level numbers of {study} from its report into extraction.csv.",
    EventCode.NEW_TRIAL: "Check the eligibility of {study}; a row in decisions.csv overrides it.",
    EventCode.OVERDUE: "Ask the sponsor of {study} for its results.",
    EventCode.REVERSAL: "Read the history of {study} and see whether its numbers and its place still hold.",
    EventCode.LISTED_LATE: "Assess {study} for the review, and take it out of the list of ongoing studies.",
    EventCode.CORRECTION: "Read the notice and check the numbers of {study} in extraction.csv against it.",
}


def render_digest(
    page: ReviewPage, events: Sequence[Event], signals: Sequence[Signal], silence: str = ""
) -> tuple[str, str]:
    """Write the alert of one night.

    Parameters
    ----------
    page : the night's page; decision, numbers and sources are taken from it
    events : what happened and has not been told before
    signals : rules to tell of; those that did not fire are left out
    silence : a sentence about nights that did not take place, or ''

    Returns
    -------
    tuple of str
        Title, one line of at most 120 characters, and body, plain text of at most 60 lines of 78 characters;
        addresses may be longer.
    """
    told = sorted(events, key=_first_told)
    fired = [signal for signal in signals if signal.fired]
    return _title(page, told, fired, silence), _body(page, told, fired, silence)


def _first_told(event: Event) -> tuple[int, bool, int, str]:
    """By grade; what the version itself has missed goes before what came after it, the newest first."""
    is_late = event.event_code is EventCode.LISTED_LATE
    return _GRADES.index(event.grade), not is_late, -event.public_date.toordinal(), event.key


def _title(page: ReviewPage, events: Sequence[Event], fired: Sequence[Signal], silence: str) -> str:
    stale = [item for item in page.freshness if item.is_stale]
    if events:
        first = events[0]
        what = f"{words.HEADLINES[first.event_code]} {first.study_id}"
        what += f" and {len(events) - 1} more" if len(events) > 1 else ""
    elif fired:
        what = f"{fired[0].rule} {words.RULES[fired[0].rule].lower()}"
    elif stale:
        what = f"{stale[0].title} not searched to the end"
    elif silence:
        what = silence.rstrip(".").lower().replace("utc", "UTC")
    else:
        what = page.decision.rationale.value
    status, what = page.decision.status.value, _one_line(what, MAX_TITLE // 2)
    room = MAX_TITLE - len(f"{status}:  — {what}")
    return f"{status}: {_one_line(page.protocol.title, room)} — {what}"


def _body(page: ReviewPage, events: Sequence[Event], fired: Sequence[Signal], silence: str) -> str:
    sections = (
        _heading(page),
        _section("WHAT HAPPENED", [_event(event, page) for event in events]),
        _section(f"WHICH NUMBERS MOVED ({_since(page)} → now)", list(_moves(page))),
        _section("RULES THAT FIRED", _rules(page, fired)),
        _section("NOT SEARCHED TO THE END", [claims.staleness(item) for item in claims.unsearched(page.freshness)]),
        _section("SEARCHED BY HAND", [claims.hand_search(item) for item in page.freshness if _is_in_date(item)]),
        _section("NOT FOLLOWED", [text] if (text := claims.not_followed(page)) else []),
        _section("NIGHTS THAT ARE MISSING", [silence] * bool(silence)),
        _section("WHAT TO DO NEXT", list(_next_steps(page, events))),
    )
    lines = "\n\n".join(section for section in sections if section).split("\n")
    if len(lines) > MAX_LINES:
        lines = [*lines[: MAX_LINES - 1], "… The page has the rest."]
    return "\n".join(lines) + "\n"


def _since(page: ReviewPage) -> str:
    return "published" if page.baseline.is_published else "nothing published yet"


def _is_in_date(item: SourceFreshness) -> bool:
    """Whether people have searched it within its limit; what is overdue is told with what was not searched."""
    return item.is_by_hand and not item.is_stale


def _heading(page: ReviewPage) -> str:
    decision = page.decision
    before = page.past_decisions[-1].status if page.past_decisions else None
    was = f" (before: {before})" if before and before != decision.status else ""
    basis = "confirmed evidence" if decision.is_confirmed_only else "provisional numbers, not yet confirmed by a person"
    kind = ", a replay of dated registry records" if page.registries == "replay" else ""
    is_unpublished = decision.status is UpdateStatus.NOT_PUBLISHED and not decision.fired_rules
    is_bare = is_unpublished or decision.status is UpdateStatus.NOT_KNOWN
    return "\n".join(
        (
            *_wrap(page.protocol.title),
            f"As of {words.moment(page.as_of)}{kind}.",
            "",
            f"{decision.status.upper()}{was}",
            *_wrap(f"{decision.rationale}. {decision.explanation}"),
            *([] if is_bare else _wrap(f"Rests on {basis}.")),
        )
    )


def _event(event: Event, page: ReviewPage) -> str:
    address = words.address(event.study_id)
    dates = f"{words.day(event.event_date)}, public since {words.day(event.public_date)}"
    text = f"{event.event_code} {words.EVENTS[event.event_code]}: {_name(page, event.study_id)}, {dates}."
    return _one_line(f"{text} {event.evidence}", _MAX_TEXT) + (f"\n{address}" if address else "")


def _name(page: ReviewPage, study_id: str) -> str:
    label = words.study_labels(page.baseline).get(study_id)
    return f"{label} ({study_id})" if label else study_id


def _moves(page: ReviewPage) -> Iterator[str]:
    """Headline lines whose print differs from the published one; confirmed before provisional."""
    for result in collect_results(page):
        old = _printed(result.headlines.get(EvidenceSet.PUBLISHED))
        for evidence in (EvidenceSet.CONFIRMED, EvidenceSet.PROVISIONAL):
            new = result.headlines.get(evidence)
            if new is not None and _printed(new) != old and not _repeats(result, evidence):
                yield (
                    f"{result.outcome.title}, {result.timepoint.name}: {old}"
                    f" → {_printed(new)}, {words.EVIDENCE_SETS[evidence].lower()}"
                )
        if result.undisputed and _printed(result.undisputed) != _printed(result.headlines.get(EvidenceSet.CONFIRMED)):
            left = _printed(result.undisputed) if result.undisputed.k else "no study is left"
            yield f"{result.outcome.title}, {result.timepoint.name}, without what was retracted or put in doubt: {left}"


def _repeats(result: OutcomeResult, evidence: EvidenceSet) -> bool:
    """Whether a provisional line only says again what the confirmed one says."""
    confirmed = result.headlines.get(EvidenceSet.CONFIRMED)
    return evidence is EvidenceSet.PROVISIONAL and _printed(result.headlines[evidence]) == _printed(confirmed)


def _printed(effect: PooledEffect | None) -> str:
    if effect is None or effect.estimate is None:
        return "no pooled estimate"
    text = numbers.named_estimate(effect.measure, effect.estimate, effect.ci_low, effect.ci_high)
    return f"{text}, k = {effect.k}, n = {numbers.count(effect.n_participants)}"


def _rules(page: ReviewPage, fired: Sequence[Signal]) -> list[str]:
    """Each rule once per outcome, provisional if nothing firmer fired it."""
    firm: dict[tuple[Rule, str, str], bool] = {}
    for signal in fired:
        key = (signal.rule, signal.outcome, signal.timepoint)
        firm[key] = firm.get(key, False) or signal.evidence_set is not EvidenceSet.PROVISIONAL
    outcomes: dict[Rule, list[str]] = {}
    for (rule, outcome, timepoint), is_firm in firm.items():
        title = f"{words.outcome_title(page.protocol, outcome)}, {timepoint}"
        outcomes.setdefault(rule, []).append(title if is_firm else f"{title} (provisional)")
    return [f"{rule} {words.RULES[rule]}: {'; '.join(outcomes[rule])}." for rule in sorted(outcomes)]


def _next_steps(page: ReviewPage, events: Sequence[Event]) -> Iterator[str]:
    with_results = {event.study_id for event in events if event.event_code in claims.RESULTS}
    for event in events:
        is_answered = event.event_code is EventCode.OVERDUE and event.study_id in with_results
        if event.event_code is not EventCode.COMPLETED and not is_answered:
            yield _NEXT[event.event_code].format(study=event.study_id)
    if claims.unsearched(page.freshness):
        lacking = claims.unsearched(page.freshness)
        if any(not item.is_by_hand for item in lacking):
            yield "See why a source was not searched to the end; until then there may be news that nobody has seen."
        for item in lacking:
            if item.is_by_hand:
                yield f"Search {item.title} and load what it finds; the page says how."
    if page.queue:
        yield f"{numbers.counted(len(page.queue), 'matter waits', 'matters wait')} for a person; the page lists them."


def _section(title: str, items: Sequence[str]) -> str:
    if not items:
        return ""
    shown = [line for item in items[:_MAX_ITEMS] for line in _bullet(item)]
    if len(items) > _MAX_ITEMS:
        shown.append(f"- and {len(items) - _MAX_ITEMS} more, on the page")
    return "\n".join([title, *shown])


def _bullet(item: str) -> Iterable[str]:
    text, *addresses = item.split("\n")
    return [*_wrap(text, "- "), *(f"  {address}" for address in addresses)]


def _wrap(text: str, mark: str = "") -> list[str]:
    text = _one_line(text, 2 * _MAX_TEXT)
    return textwrap.wrap(
        text,
        LINE_WIDTH,
        initial_indent=mark,
        subsequent_indent=" " * len(mark),
        break_on_hyphens=False,
        break_long_words="://" not in text,  # half an address leads nowhere
    )


def _one_line(text: str, limit: int) -> str:
    """Text without line breaks or control characters, cut at `limit` characters with an ellipsis."""
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
