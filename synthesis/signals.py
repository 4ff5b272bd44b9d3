"""Named rules that say whether new evidence changes the review, and the decision they lead to.

Every rule is reported by itself for every outcome: published update methods disagree with each other
(Pattanittum 2012: kappa 0.14), so no single score stands for them. Old and new data are compared under the
same convention; a change of model is therefore never reported as new evidence.
"""

import math
from collections.abc import Iterable, Mapping, Sequence, Set
from types import MappingProxyType

from models.protocol import Outcome, Protocol
from models.published import PublishedVersion
from models.screening import Event, RunContext
from models.search_day import is_told, search_day
from models.synthesis import PooledEffect, Signal, SourceFreshness, UpdateDecision
from models.vocabulary import AlertGrade, Convention, EventCode, EvidenceSet, Measure, Rationale, Rule, UpdateStatus
from synthesis.participant_rules import Participants, participant_rules

EXPLANATION_LIMIT = 400
"""Characters, blanks included: the limit of the explanation field in Cochrane's editorial system."""

UNWRITTEN = (
    "New studies are not looked for, since the protocol has no words for its question yet; {n} of {of} studies of"
    " the version in force have a registry number, by which they are followed."
)

_DECIDING = {Rule.S1, Rule.S2, Rule.S4, Rule.S5}
"""S3 and S6 announce participants whose results may not be public yet: they alert, and decide nothing alone."""
_CHANGING = {Rule.S1, Rule.S2, Rule.S4}
_Key = tuple[EvidenceSet, Convention, str]


def compare(
    protocol: Protocol,
    effects: Sequence[PooledEffect],
    new_participants: Mapping[str, Participants],
    closed: Set[str] = frozenset(),
    membership: Mapping[tuple[str, str], bool | None] = MappingProxyType({}),
) -> list[Signal]:
    """Rules S1 to S6 for every main analysis, convention and evidence set newer than the published one.

    Parameters
    ----------
    effects : pooled effects of all evidence sets
    new_participants : participants by study, of eligible studies that were completed or reported after the
        search of the version in force; the best number known of each, with what it counts
    closed : analyses whose published estimate is not reproduced: nothing is compared with it
    membership : by study and comparison, whether it is of that comparison; None where nobody can say, and it counts.
        A study that is not named is of every comparison
    """
    headlines = _headlines(effects)
    first = protocol.conventions[0].name
    signals = []
    for analysis in protocol.analyses:
        if analysis.role != "main" or analysis.analysis in closed:
            continue
        outcome = protocol.outcome(analysis.outcome)
        for choice in protocol.conventions:
            old = headlines.get((EvidenceSet.PUBLISHED, choice.name, analysis.analysis))
            for evidence_set in (EvidenceSet.CONFIRMED, EvidenceSet.PROVISIONAL):
                new = headlines.get((evidence_set, choice.name, analysis.analysis))
                if new is not None:
                    signals += rules_of_pair(protocol, outcome, old, new)
        before = headlines.get((EvidenceSet.PUBLISHED, first, analysis.analysis))
        if analysis.totals.has_overall:
            own = {
                study: new
                for study, new in new_participants.items()
                if membership.get((study, analysis.comparison), True) is not False
            }
            unknown = [study for study in own if membership.get((study, analysis.comparison), True) is None]
            signals += participant_rules(protocol, analysis, before, own, unknown)
    return signals


def rules_of_pair(protocol: Protocol, outcome: Outcome, old: PooledEffect | None, new: PooledEffect) -> list[Signal]:
    """The rules on results, S1, S2, S4 and S5: a pooled effect against the published one of its convention."""
    signals = [_poolable(old, new)]
    if old is not None and old.estimate is not None and new.estimate is not None:
        if old.p_value is not None and new.p_value is not None:
            signals.append(_significance(protocol, old, new))
        signals.append(_moved(protocol, outcome, old, new))
        if (mid := _mid(outcome, new)) is not None:
            signals.append(_mid_line(mid, old, new))
    return signals


def _mid(outcome: Outcome, effect: PooledEffect) -> float | None:
    """The smallest difference that matters, where effects are in its unit."""
    return outcome.mid if effect.measure is Measure.MD else None


def _poolable(old: PooledEffect | None, new: PooledEffect) -> Signal:
    before, now = old.n_studies if old else 0, new.n_studies
    fired = (before == 0 and now >= 1) or (before == 1 and now >= 2)
    return _signal(Rule.S5, new, fired, now, before, f"Studies with data: {before} before, {now} now.")


def _significance(protocol: Protocol, old: PooledEffect, new: PooledEffect) -> Signal:
    """Ottawa B1 (Shojania 2007): significance gained or lost; ignored when both p-values are borderline."""
    limits = protocol.thresholds
    assert old.p_value is not None and new.p_value is not None
    crossed = (old.p_value < limits.alpha) != (new.p_value < limits.alpha)
    borderline = all(limits.borderline_p_low <= p <= limits.borderline_p_high for p in (old.p_value, new.p_value))
    words = f"p = {old.p_value:.3g} before, {new.p_value:.3g} now."
    return _signal(Rule.S1, new, crossed and not borderline, new.p_value, limits.alpha, words)


def _moved(protocol: Protocol, outcome: Outcome, old: PooledEffect, new: PooledEffect) -> Signal:
    """Ottawa B2 on the analysis scale; for a difference with a MID, half the MID counts as well.

    The ratio alone explodes near no effect, hence the second form.
    """
    limits = protocol.thresholds
    before, now = _analysis_scale(old), _analysis_scale(new)
    shift = abs(now - before)
    relative = shift / abs(before) if before else (math.inf if shift else 0.0)
    fired = relative >= limits.relative_change
    words = f"Moved by {relative:.0%} of the published effect." if math.isfinite(relative) else "Moved away from zero."
    if (mid := _mid(outcome, new)) is not None:
        fired = fired or shift >= limits.mid_fraction * mid
        words += f" {shift:.2f} against a MID of {mid:g}."
    value = relative if math.isfinite(relative) else None
    return _signal(Rule.S2, new, fired, value, limits.relative_change, words)


def _mid_line(mid: float, old: PooledEffect, new: PooledEffect) -> Signal:
    """Whether the confidence interval newly contains, or newly excludes, a smallest important difference."""
    changed = [line for line in (mid, -mid) if _contains(old, line) != _contains(new, line)]
    words = "; ".join(f"{'contains' if _contains(new, line) else 'excludes'} {line:g}" for line in changed)
    return _signal(Rule.S4, new, bool(changed), None, mid, f"The interval now {words}." if changed else "As before.")


def decide(
    protocol: Protocol,
    baseline: PublishedVersion,
    context: RunContext,
    protocol_version: str,
    events: Sequence[Event],
    signals: Sequence[Signal],
    freshness: Sequence[SourceFreshness],
) -> UpdateDecision:
    """One night's verdict on the review.

    *Update pending* when results of an eligible study became public after the search of the version in
    force, or when a rule says that the conclusions or the data behind them change: news stays news, whatever
    else could not be searched. Without news it is *not known* while a source is older than its limit. A source that
    failed within its limit is named, and the status stays what was known at its last complete search. Analyses
    whose gate (S0) is closed fire no other rule. A review without a published version has nothing that
    could be out of date: it is told what there is to assess.
    """
    news = [event for event in events if event.is_news and event.grade is AlertGrade.ACTION]
    fired = [signal for signal in signals if signal.fired]
    deciding = [signal for signal in fired if signal.rule in _DECIDING]
    unwritten = _unwritten(baseline)
    overdue = [item for item in freshness if item.is_overdue]
    failed = [item for item in freshness if item.is_stale and not item.is_overdue]
    if protocol.retired:
        status, rationale = UpdateStatus.NO_UPDATE_PLANNED, Rationale.RETIRED
        sentences = [protocol.retired.reason]
    elif not baseline.is_published:
        status, results = UpdateStatus.NOT_PUBLISHED, [event for event in events if event.grade is AlertGrade.ACTION]
        rationale = Rationale.AWAITING_ASSESSMENT if results else Rationale.IN_PREPARATION
        if overdue and not results:
            rationale = Rationale.SEARCH_INCOMPLETE
        found = (
            _what_happened(results)
            or f"No results of an eligible trial were found{_reach(freshness, [*overdue, *failed])}"
        )
        sentences = [found, _what_changed(protocol, deciding)]
    elif news or deciding:
        status = UpdateStatus.UPDATE_PENDING
        changing = any(signal.rule in _CHANGING for signal in deciding)
        rationale = Rationale.LIKELY_TO_CHANGE if changing else Rationale.AWAITING_ASSESSMENT
        sentences = [_what_happened(news), _what_changed(protocol, deciding), "" if protocol.is_written else unwritten]
    elif not protocol.is_written:
        status, rationale = UpdateStatus.NOT_KNOWN, Rationale.SEARCH_INCOMPLETE
        sentences = [unwritten, _announced(protocol, fired)]
    elif overdue:
        status, rationale = UpdateStatus.NOT_KNOWN, Rationale.SEARCH_INCOMPLETE
        sentences = [_announced(protocol, fired)]
    else:
        status, rationale = UpdateStatus.UP_TO_DATE, Rationale.ALL_INCORPORATED
        quiet = f"No results of an eligible trial have become public since {_since(baseline)}"
        sentences = [quiet + _reach(freshness, failed), _left_out(fired), _announced(protocol, fired)]
    if overdue or failed:
        sentences.insert(0, _unsearched(overdue, failed))
    confirmed = {(signal.rule, signal.analysis) for signal in deciding if signal.evidence_set is EvidenceSet.CONFIRMED}
    return UpdateDecision(
        review=protocol.review,
        decided_at=context.as_of,
        status=status,
        rationale=rationale,
        explanation=_fit(sentences),
        baseline_version=baseline.version,
        fired_rules=tuple(signal.key for signal in fired),
        event_keys=tuple(event.key for event in news),
        protocol_version=protocol_version,
        is_confirmed_only=all((signal.rule, signal.analysis) in confirmed for signal in deciding),
    )


def _since(baseline: PublishedVersion) -> str:
    return f"the search of {baseline.search_date}" if is_told(baseline) else search_day(baseline)


def _reach(freshness: Sequence[SourceFreshness], unsearched: Sequence[SourceFreshness]) -> str:
    """How far nothing was found; ends a sentence."""
    if unsearched:
        return ", as far as was searched."
    return "." if any(item.is_by_hand for item in freshness) else ", as far as is searched by program."


def _unwritten(baseline: PublishedVersion) -> str:
    """That nobody looks for new studies, and how many of the known ones can be followed."""
    n = sum(study.is_registered for study in baseline.watched)
    return UNWRITTEN.format(n=n, of=len(baseline.watched))


def _unsearched(overdue: Sequence[SourceFreshness], failed: Sequence[SourceFreshness]) -> str:
    """Which sources there may be more in, and until when each is known."""
    told = [
        f"{item.title} (last on {item.last_complete_at:%Y-%m-%d})" if item.last_complete_at else f"{item.title} (never)"
        for item in (*overdue, *failed)
    ]
    return f"Not searched to the end, so there may be more: {', '.join(told)}."


def _what_happened(news: Sequence[Event]) -> str:
    verbs = {
        EventCode.RESULTS_POSTED: "results posted",
        EventCode.REPORT_LINKED: "report published",
        EventCode.REVERSAL: "went back on its registration",
        EventCode.CORRECTION: "report corrected, retracted or in doubt",
        EventCode.LISTED_LATE: "listed as ongoing with results public since",
    }
    newest = sorted(
        news, key=lambda event: (event.event_code is EventCode.LISTED_LATE, event.public_date), reverse=True
    )
    parts = [f"{event.study_id} {verbs.get(event.event_code, 'reported')} {event.event_date}" for event in newest]
    return "; ".join(parts) + "." if parts else ""


def _what_changed(protocol: Protocol, signals: Sequence[Signal]) -> str:
    """Rules by outcome, once each, confirmed before provisional; of several comparisons each is named."""
    named: dict[tuple[str, str, str], EvidenceSet] = {}
    for signal in sorted(signals, key=lambda item: item.evidence_set is not EvidenceSet.CONFIRMED):
        named.setdefault((signal.rule, signal.comparison, signal.outcome), signal.evidence_set)
    by_rule: dict[str, list[str]] = {}
    for (rule, comparison, outcome), evidence_set in sorted(named.items(), key=lambda pair: _rank(protocol, pair[0])):
        name = protocol.outcome(outcome).short
        if len(protocol.comparisons) > 1:
            name = f"{name} ({protocol.comparison(comparison).title})"
        by_rule.setdefault(rule, []).append(name if evidence_set is EvidenceSet.CONFIRMED else f"{name} (provisional)")
    parts = [f"{rule} {', '.join(names)}" for rule, names in by_rule.items()]
    return "Rules fired: " + "; ".join(parts) + "." if parts else ""


def _rank(protocol: Protocol, named: tuple[str, str, str]) -> tuple[str, bool, str, str]:
    """By rule, primary outcomes first."""
    rule, comparison, outcome = named
    return rule, not protocol.outcome(outcome).is_primary, comparison, outcome


def _left_out(fired: Iterable[Signal]) -> str:
    """How many analyses nothing new is held against."""
    n = sum(signal.rule is Rule.S0 for signal in fired)
    which = "1 analysis, whose" if n == 1 else f"{n} analyses, whose"
    return f"This does not hold for {which} published estimate is not reproduced (S0)." if n else ""


def _announced(protocol: Protocol, signals: Iterable[Signal]) -> str:
    """The first announcement, primary outcomes first; of several comparisons it is named."""
    announced = sorted(
        (signal for signal in signals if signal.rule is Rule.S3),
        key=lambda signal: not protocol.outcome(signal.outcome).is_primary,
    )
    if not announced:
        return ""
    where = f"{protocol.comparison(announced[0].comparison).title}: " if len(protocol.comparisons) > 1 else ""
    return where + announced[0].explanation


def _fit(sentences: Sequence[str]) -> str:
    """Sentences as far as they fit the field; what does not fit is said to be missing."""
    text = " ".join(sentence for sentence in sentences if sentence)
    if len(text) <= EXPLANATION_LIMIT:
        return text
    return text[: EXPLANATION_LIMIT - 1].rsplit(" ", 1)[0].rstrip(",;. ") + "…"


def _headlines(effects: Sequence[PooledEffect]) -> dict[_Key, PooledEffect]:
    return {
        (effect.evidence_set, effect.convention, effect.analysis): effect for effect in effects if effect.is_headline
    }


def _analysis_scale(effect: PooledEffect) -> float:
    assert effect.estimate is not None
    return math.log(effect.estimate) if effect.is_ratio else effect.estimate


def _contains(effect: PooledEffect, line: float) -> bool:
    assert effect.ci_low is not None and effect.ci_high is not None
    return effect.ci_low <= line <= effect.ci_high


def _signal(
    rule: Rule, effect: PooledEffect, fired: bool, value: float | None, threshold: float, explanation: str
) -> Signal:
    return Signal(
        rule=rule,
        comparison=effect.comparison,
        outcome=effect.outcome,
        timepoint=effect.timepoint,
        analysis=effect.analysis,
        evidence_set=effect.evidence_set,
        convention=effect.convention,
        fired=fired,
        value=value,
        threshold=threshold,
        explanation=explanation,
    )
