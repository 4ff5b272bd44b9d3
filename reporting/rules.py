"""What the update rules say: of each analysis one sentence a rule, and which of them led to the decision."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.page import ReviewPage
from models.synthesis import Signal
from models.vocabulary import EvidenceSet, Rule
from reporting import words
from reporting.results import AnalysisResult, title_of_signal

_IN_SIGHT = 6
"""Analyses that are named of one reason; the table of rules has the rest."""

CONCLUDING = frozenset({Rule.S1, Rule.S2, Rule.S4})
"""Rules that say that the conclusion changes, and not the data behind it alone."""

_ORDER = (Rule.S1, Rule.S2, Rule.S4, Rule.S5, Rule.S3, Rule.S6)
"""Rules behind a decision, the weightiest first. What the gate closes is told by itself."""


@dataclass(frozen=True)
class RuleCell:
    """One rule on one analysis: all of its signals, and what they come to."""

    rule: Rule
    signals: tuple[Signal, ...]
    why_not: str = ""
    """Why it is not applied."""

    @property
    def verdict(self) -> str:
        fired = [signal for signal in self.signals if signal.fired]
        if not fired:
            return "not fired" if self.signals else "not applied"
        is_provisional = all(signal.evidence_set is EvidenceSet.PROVISIONAL for signal in fired)
        return "provisional" if is_provisional else "fired"

    @property
    def sentence(self) -> str:
        """What it found, of those signals that decide its verdict."""
        if not self.signals:
            return self.why_not
        return explanation_of([signal for signal in self.signals if signal.fired] or self.signals)


@dataclass(frozen=True)
class RuleRow:
    """All rules on one analysis; `remark` says why none but the gate is applied to it, where that is so."""

    result: AnalysisResult
    cells: tuple[RuleCell, ...]
    remark: str = ""

    @property
    def signals(self) -> tuple[Signal, ...]:
        """Fired ones first, otherwise in the order of the rules."""
        ordered = (signal for cell in self.cells for signal in cell.signals)
        return tuple(sorted(ordered, key=lambda signal: not signal.fired))

    @property
    def fired(self) -> tuple[RuleCell, ...]:
        return tuple(cell for cell in self.cells if cell.verdict in {"fired", "provisional"})

    @property
    def deciding(self) -> tuple[RuleCell, ...]:
        """What fired but the announcements of participants (S3, S6), which decide nothing alone."""
        return tuple(cell for cell in self.fired if cell.rule not in (Rule.S3, Rule.S6))


@dataclass(frozen=True)
class Reason:
    """Analyses of which a rule says the same, as many as are named, and how many more there are."""

    places: tuple[tuple[str, str], ...]
    """Title and fragment identifier; '' where the page has no such analysis."""
    n_more: int
    explanation: str


@dataclass(frozen=True)
class FiredRule:
    """One rule behind the decision. It is provisional when no firmer evidence fired it."""

    rule: Rule
    is_provisional: bool
    reasons: tuple[Reason, ...]
    n_more: int
    """Reasons that are not told here."""


def rule_rows(page: ReviewPage, results: Sequence[AnalysisResult]) -> dict[str, RuleRow]:
    """The rules on every analysis, by its name."""
    rows = {}
    for result in results:
        name, remark = result.analysis.analysis, _remark(result)
        signals = [signal for signal in page.signals if signal.analysis == name]
        cells = []
        for rule in Rule:
            own = tuple(signal for signal in signals if signal.rule is rule)
            cells.append(RuleCell(rule, own, _why_not(rule, result, remark)))
        rows[name] = RuleRow(result, tuple(cells), remark)
    return rows


def _remark(result: AnalysisResult) -> str:
    if result.analysis.role != "main":
        return f"It is a {words.ROLES[result.analysis.role]}: the rules are for main analyses."
    if result.is_closed:
        return "Its published estimate is not reproduced, so that nothing can be held against it."
    if not result.has_total:
        return "It shows no overall estimate that could change."
    return ""


def _why_not(rule: Rule, result: AnalysisResult, remark: str) -> str:
    if rule is Rule.S0:
        return "The version in force gives no estimate of it that could be computed again."
    if remark:
        return remark
    if rule is Rule.S4 and result.mid is None:
        return "Nobody has set a smallest difference that matters (MID)."
    return "There is no estimate from before and now to compare."


def fired_rules(page: ReviewPage, results: Sequence[AnalysisResult]) -> tuple[FiredRule, ...]:
    """Signals behind the decision by rule; analyses that are explained in the same words are told together."""
    places = {result.analysis.analysis: place for place, result in enumerate(results)}
    behind = [signal for signal in page.signals if signal.key in page.decision.fired_rules]
    behind.sort(key=lambda signal: places.get(signal.analysis, len(places)))
    keys = {result.analysis.analysis: result.key for result in results}
    told = []
    for rule in _ORDER:
        same = [signal for signal in behind if signal.rule is rule]
        if not same:
            continue
        by_explanation: dict[str, list[tuple[str, str]]] = {}
        for analysis in dict.fromkeys(signal.analysis for signal in same):
            here = [signal for signal in same if signal.analysis == analysis]
            place = (title_of_signal(here[0], results), keys.get(analysis, ""))
            by_explanation.setdefault(explanation_of(here), []).append(place)
        reasons = tuple(
            Reason(tuple(named[:_IN_SIGHT]), len(named[_IN_SIGHT:]), explanation)
            for explanation, named in by_explanation.items()
        )
        is_provisional = all(signal.evidence_set is EvidenceSet.PROVISIONAL for signal in same)
        n_more = sum(len(reason.places) + reason.n_more for reason in reasons[_IN_SIGHT:])
        told.append(FiredRule(rule, is_provisional, reasons[:_IN_SIGHT], n_more))
    return tuple(told)


def stray_signals(page: ReviewPage, results: Sequence[AnalysisResult]) -> tuple[Signal, ...]:
    """Signals on analyses that the review no longer has: shown, not lost."""
    known = {result.analysis.analysis for result in results}
    return tuple(signal for signal in page.signals if signal.analysis not in known)


def explanation_of(signals: Sequence[Signal]) -> str:
    """What one rule says of one analysis; evidence sets and conventions are named where they differ."""
    said: dict[str, Signal] = {}
    for signal in signals:
        said.setdefault(signal.explanation, signal)
    return " ".join(_told_apart(said)) if len(said) > 1 else next(iter(said))


def _told_apart(said: dict[str, Signal]) -> Iterator[str]:
    has_sets = len({signal.evidence_set for signal in said.values()}) > 1
    has_conventions = len({signal.convention for signal in said.values()}) > 1
    for explanation, signal in said.items():
        names = [words.EVIDENCE_SETS[signal.evidence_set]] * has_sets
        names += [words.CONVENTIONS[signal.convention]] * (has_conventions or not has_sets)
        yield f"{', '.join(names)}: {explanation}"
