"""The one alert of a night as plain text: what a person reads first, and what it leaves to the page.

It is bounded on every side, because a back-filled registry or a hostile record must not fill a mailbox.
"""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from models.alert import LINE_WIDTH
from models.counts import joined, k_equals, n_equals
from models.page import ReviewPage
from models.screening import Event
from models.synthesis import PooledEffect, Signal, SourceFreshness
from models.vocabulary import AlertGrade, EventCode, EvidenceSet, Rule, UpdateStatus
from reporting import claims, numbers, words
from reporting.results import AnalysisResult, collect_results, title_of_signal
from reporting.rules import CONCLUDING

MAX_TITLE = 120
MAX_LINES = 60

_MAX_ITEMS = 6
"""Items of one section; the page has the rest."""
_MAX_TEXT = 3 * LINE_WIDTH
"""Characters of one text that comes from a source."""

_REST = "… The page has the rest."

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
    concluding = sorted(signal.rule for signal in fired if signal.rule in CONCLUDING)
    if events and (events[0].grade is AlertGrade.ACTION or not concluding):
        first = events[0]
        what = f"{words.HEADLINES[first.event_code]} {first.study_id}"
        what += f" and {len(events) - 1} more" if len(events) > 1 else ""
    elif fired:
        first_rule = min(concluding or [signal.rule for signal in fired])
        what = f"{first_rule} {words.RULES[first_rule].lower()}"
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
    changing = {signal.analysis for signal in fired if signal.rule in CONCLUDING}
    results = collect_results(page)
    moves = [(result.analysis.analysis in changing, move) for result in results for move in _moves(result)]
    sections = (
        (f"WHAT CHANGES THE CONCLUSION ({_since(page)} → now)", [move for is_changing, move in moves if is_changing]),
        ("WHAT HAPPENED", [_event(event, page) for event in events]),
        (f"WHICH NUMBERS MOVED ({_since(page)} → now)", [move for is_changing, move in moves if not is_changing]),
        ("RULES THAT FIRED", _rules(results, fired)),
        ("NOT REPRODUCED", list(_not_reproduced(page, results))),
        ("NOT SEARCHED TO THE END", [claims.staleness(item) for item in claims.unsearched(page.freshness)]),
        ("SEARCHED BY HAND", [claims.hand_search(item) for item in page.freshness if _is_in_date(item)]),
        ("NOT FOLLOWED", [text] if (text := claims.not_followed(page)) else []),
        ("NIGHTS THAT ARE MISSING", [silence] * bool(silence)),
    )
    last = [_section("WHAT TO DO NEXT", steps)] if (steps := list(_next_steps(page, events))) else []
    end = ["", *(line for section in last for item in section for line in item)] if last else []
    told = [_section(title, items) for title, items in sections if items]
    return "\n".join([*_within(MAX_LINES - len(end), _heading(page), told), *end]) + "\n"


def _within(limit: int, heading: list[str], sections: Sequence[list[list[str]]]) -> list[str]:
    """Heading and sections in so many lines; what has no room is left out item by item, and said."""
    lines = list(heading)
    for title, *items in sections:
        if len(lines) + 1 + len(title) + len(items[0]) >= limit - 1:
            return [*lines, "", _REST]
        lines += ["", *title]
        for item in items:
            if len(lines) + len(item) >= limit - 1:
                return [*lines, _REST]
            lines += item
    return lines


def _since(page: ReviewPage) -> str:
    return "published" if page.baseline.is_published else "nothing published yet"


def _is_in_date(item: SourceFreshness) -> bool:
    """Whether people have searched it within its limit; what is overdue is told with what was not searched."""
    return item.is_by_hand and not item.is_stale


def _heading(page: ReviewPage) -> list[str]:
    decision = page.decision
    before = page.past_decisions[-1].status if page.past_decisions else None
    was = f" (before: {before})" if before and before != decision.status else ""
    basis = "confirmed evidence" if decision.is_confirmed_only else "provisional numbers, not yet confirmed by a person"
    kind = ", a replay of dated registry records" if page.registries == "replay" else ""
    is_unpublished = decision.status is UpdateStatus.NOT_PUBLISHED and not decision.fired_rules
    is_bare = is_unpublished or decision.status is UpdateStatus.NOT_KNOWN
    return [
        *_wrap(page.protocol.title),
        f"As of {words.moment(page.as_of)}{kind}.",
        "",
        f"{decision.status.upper()}{was}",
        *_wrap(f"{decision.rationale}. {decision.explanation}"),
        *([] if is_bare else _wrap(f"Rests on {basis}.")),
    ]


def _event(event: Event, page: ReviewPage) -> str:
    address = words.address(event.study_id)
    dates = f"{words.day(event.event_date)}, public since {words.day(event.public_date)}"
    text = f"{event.event_code} {words.EVENTS[event.event_code]}: {_name(page, event.study_id)}, {dates}."
    return _bounded(f"{text} {event.evidence}", _MAX_TEXT) + (f"\n{address}" if address else "")


def _name(page: ReviewPage, study_id: str) -> str:
    label = words.study_labels(page.baseline).get(study_id)
    return f"{label} ({study_id})" if label else study_id


def _moves(result: AnalysisResult) -> Iterator[str]:
    """Headline lines whose print differs from the published one; confirmed before provisional."""
    if result.is_closed:
        return
    old = _printed(result, EvidenceSet.PUBLISHED)
    title = result.full_title
    for evidence in (EvidenceSet.CONFIRMED, EvidenceSet.PROVISIONAL):
        has_moved = evidence in result.headlines and _printed(result, evidence) != old
        if has_moved and not _repeats(result, evidence):
            yield f"{title}: {old} → {_printed(result, evidence)}, {words.EVIDENCE_SETS[evidence].lower()}"
    if result.undisputed and _line(result, result.undisputed) != _printed(result, EvidenceSet.CONFIRMED):
        left = _line(result, result.undisputed) if result.undisputed.k else "no study is left"
        yield f"{title}, without what was retracted or put in doubt: {left}"


def _repeats(result: AnalysisResult, evidence: EvidenceSet) -> bool:
    """Whether a provisional line only says again what the confirmed one says."""
    return evidence is EvidenceSet.PROVISIONAL and _printed(result, evidence) == _printed(result, EvidenceSet.CONFIRMED)


def _printed(result: AnalysisResult, evidence: EvidenceSet) -> str:
    return _line(result, result.headlines.get(evidence))


def _line(result: AnalysisResult, effect: PooledEffect | None) -> str:
    if effect is None or effect.estimate is None:
        return "no pooled estimate"
    people = n_equals(effect.n_participants, effect.n_is_least)
    return joined(result.named(effect), k_equals(effect.n_studies, effect.k), people)


def _rules(results: Sequence[AnalysisResult], fired: Sequence[Signal]) -> list[str]:
    """Each rule once per analysis, provisional if nothing firmer fired it; primary outcomes first."""
    order = {result.analysis.analysis: (not result.is_primary, place) for place, result in enumerate(results)}
    last = (True, len(results))
    firm: dict[tuple[Rule, str], bool] = {}
    titles: dict[Rule, list[str]] = {}
    for signal in fired:
        key = (signal.rule, signal.analysis)
        firm[key] = firm.get(key, False) or signal.evidence_set is not EvidenceSet.PROVISIONAL
    for signal in sorted(fired, key=lambda signal: order.get(signal.analysis, last)):
        title = title_of_signal(signal, results)
        title += "" if firm[signal.rule, signal.analysis] else " (provisional)"
        if title not in titles.setdefault(signal.rule, []):
            titles[signal.rule].append(title)
    ordered = sorted(titles, key=lambda rule: (rule not in CONCLUDING, rule))
    return [f"{rule} {words.RULES[rule]}: {'; '.join(_some(titles[rule]))}." for rule in ordered]


def _some(titles: Sequence[str]) -> list[str]:
    """As many titles as a reader of a message wants, and how many more there are."""
    kept: list[str] = []
    for title in titles:
        if kept and (len(kept) == _MAX_ITEMS or sum(map(len, [*kept, title])) > _MAX_TEXT):
            break
        kept.append(_bounded(title, _MAX_TEXT))
    more = len(titles) - len(kept)
    return (
        [*kept, f"and {numbers.counted(more, 'more analysis', 'more analyses')}, on the page (#rules)"]
        if more
        else kept
    )


def _not_reproduced(page: ReviewPage, results: Sequence[AnalysisResult]) -> Iterator[str]:
    """Analyses whose gate is closed, in one item."""
    closed = [item.full_title for item in results if item.is_closed]
    if closed:
        yield f"{claims.gate(page)} No rule is applied to: {'; '.join(_some(closed))}."


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


def _section(title: str, items: Sequence[str]) -> list[list[str]]:
    """Lines of its title, then those of each item that is shown, then how many more there are."""
    shown = [list(_bullet(item)) for item in items[:_MAX_ITEMS]]
    if len(items) > _MAX_ITEMS:
        shown.append([f"- and {len(items) - _MAX_ITEMS} more, on the page"])
    return [[title], *shown]


def _bullet(item: str) -> Iterable[str]:
    text, *addresses = item.split("\n")
    return [*_wrap(text, "- "), *(f"  {address}" for address in addresses)]


def _wrap(text: str, mark: str = "") -> list[str]:
    text = _bounded(text, 3 * _MAX_TEXT)
    return textwrap.wrap(
        text,
        LINE_WIDTH,
        initial_indent=mark,
        subsequent_indent=" " * len(mark),
        break_on_hyphens=False,
        break_long_words="://" not in text,  # half an address leads nowhere
    )


def _bounded(text: str, limit: int) -> str:
    """Text on one line, as many of its sentences as fit; where not even the first does, its first words."""
    whole = _one_line(text, len(text) + 1)
    if len(whole) <= limit:
        return whole
    kept = whole[: limit - 1]
    sentences = [place + 1 for place in range(len(kept) - 1) if kept[place] in ".;!?" and kept[place + 1] == " "]
    if sentences:
        return kept[: sentences[-1]].rstrip("; ") + " …"
    return kept.rsplit(" ", 1)[0].rstrip(",;: ") + "…"


def _one_line(text: str, limit: int) -> str:
    """Text without line breaks or control characters, cut at `limit` characters with an ellipsis."""
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
