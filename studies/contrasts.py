"""Posted analyses as contrasts of the protocol's outcomes: an estimate with its limits, and which way round it is.

A registry has a field for the estimate and none for its direction: the order of groups is no statement. Direction is
read where the analysis says it in words (*treated minus control*), or where the groups' own posted numbers give the
estimate one way round and not the other; otherwise it is not stated, and a person looks. Nothing here is confirmed
by itself: a contrast is offered, with its place.
"""

import re
from collections.abc import Callable, Iterator
from math import log
from typing import Literal

import msgspec
from scipy.special import ndtri

from models.printed import printed_number
from models.protocol import Comparison, Outcome, Protocol
from models.report import Report
from models.results import MeasureTable, PostedAnalysis, PostedResults
from models.trial import TrialRecord
from models.value import Value
from models.vocabulary import MEAN_MEASURES, Measure
from studies.comparison_arms import (
    NO_WORDS,
    NOT_TOLD_APART,
    Group,
    Pair,
    is_told,
    places_of,
    rules_of,
    sides_of,
)
from studies.estimate_words import (
    AGAINST,
    COMPUTED,
    LOG,
    RATIOS,
    SCALES,
    SENTENCE,
    STANDARDISED,
    VERSUS,
    adjusted_in,
    without_scale,
)
from studies.extraction import (
    has_one_row,
    has_several_times,
    is_change_of,
    is_titled,
    mixed_groups,
    name_of,
    other_scale,
)
from studies.terms import Field, find
from studies.timeframe import is_within

Direction = Literal["intervention against control", "control against intervention", "not stated"]
_FORWARDS: Direction = "intervention against control"
_BACKWARDS: Direction = "control against intervention"
_NOT_STATED: Direction = "not stated"


class Contrast(Value, frozen=True, kw_only=True):
    """One posted comparison for one outcome at one time.

    `estimate` and limits are as posted, on the scale of `measure`, or its logarithm where `is_log`; `se` is on the
    scale on which such estimates are pooled, the logarithm for ratios. `is_adjusted` is None where nothing says so.
    """

    study_id: str
    comparison: str
    outcome: str
    timepoint: str
    measure: Measure
    estimate: float
    is_log: bool = False
    ci_low: float | None = None
    ci_high: float | None = None
    ci_pct: float | None = None
    se: float | None = None
    se_source: str = ""
    direction: Direction = _NOT_STATED
    direction_source: str = ""
    is_adjusted: bool | None = None
    adjusted_source: str = ""
    intervention: str
    """Title of the group, as posted."""
    control: str
    n_intervention: int | None = None
    n_control: int | None = None
    report: str
    place: str
    note: str = ""


class NoContrast(Value, frozen=True, kw_only=True):
    """A posted analysis of an outcome and time of the protocol that gives no contrast, and why."""

    outcome: str
    timepoint: str
    reason: str
    place: str


class Contrasts(msgspec.Struct, frozen=True, kw_only=True):
    """What posted analyses of one record or summary offer."""

    contrasts: tuple[Contrast, ...] = ()
    refused: tuple[NoContrast, ...] = ()


class _Unusable(Exception):
    """Why an analysis gives no contrast."""


class _NotOfComparison(Exception):
    """The groups of an analysis are not those of a comparison."""


def contrasts(study_id: str, source: TrialRecord | Report, protocol: Protocol) -> Contrasts:
    """Read posted analyses for every outcome and time of the protocol.

    `source` is the record that holds the results, or the summary that the registry publishes beside it.
    """
    results = source.results or PostedResults()
    is_mixed = bool(mixed_groups(study_id, results))
    found: list[Contrast] = []
    refused: list[NoContrast] = []
    for analysis, outcome, timepoint in _asked(results, protocol):
        n_before = len(found) + len(refused)
        for comparison in _comparisons(protocol, outcome, timepoint):
            try:
                if is_mixed:
                    raise _Unusable("a results group mixes randomised and other participants")
                reader = _Reader(study_id, name_of(source), protocol, comparison, outcome, timepoint, analysis)
                found.append(reader.read(results))
            except _Unusable as why:
                refused.append(_refused(analysis, outcome, timepoint, str(why)))
            except _NotOfComparison:
                continue
        if len(found) + len(refused) == n_before:
            refused.append(_refused(analysis, outcome, timepoint, NO_WORDS))
    return Contrasts(contrasts=tuple(found), refused=tuple(dict.fromkeys(refused)))


def _refused(analysis: PostedAnalysis, outcome: Outcome, timepoint: str, reason: str) -> NoContrast:
    return NoContrast(outcome=outcome.id, timepoint=timepoint, reason=reason, place=analysis.path)


def _comparisons(protocol: Protocol, outcome: Outcome, timepoint: str) -> Iterator[Comparison]:
    """Comparisons that have an outcome at a time, and words for their arms."""
    for comparison, *place in places_of(protocol):
        if place == [outcome.id, timepoint] and is_told(comparison, protocol):
            yield comparison


def _asked(results: PostedResults, protocol: Protocol) -> Iterator[tuple[PostedAnalysis, Outcome, str]]:
    """Analyses whose title and time frame are those of an outcome of the protocol."""
    for outcome in protocol.outcomes:
        is_named: Callable[[Outcome, str], bool] = is_change_of if outcome.measure in MEAN_MEASURES else is_titled
        for name in outcome.timepoints:
            for analysis in results.analyses:
                if is_named(outcome, analysis.outcome_title) and is_within(
                    analysis.time_frame, protocol.timepoint(name)
                ):
                    yield analysis, outcome, name


class _Reader(msgspec.Struct, frozen=True):
    """Reads one analysis for one outcome at one time."""

    study_id: str
    source: str
    protocol: Protocol
    comparison: Comparison
    outcome: Outcome
    timepoint: str
    analysis: PostedAnalysis

    def read(self, results: PostedResults) -> Contrast:
        analysis = self.analysis
        measure, is_log = self._scale()
        pair = self._pair()
        table = self._table(results)
        estimate = self._estimate(measure, is_log)
        low, high = self._limits(estimate)
        level = printed_number(analysis.ci_pct_text)
        se, se_source = self._se(measure, is_log, (low, high), level)
        if se is None and (low is None or high is None):
            raise _Unusable("neither both limits nor a standard error that can be used is posted")
        direction, direction_source = self._direction(measure, is_log, estimate, pair, table)
        is_adjusted, adjusted_source = self._adjusted()
        titles = {group.id: group.title for group in analysis.groups}
        return Contrast(
            study_id=self.study_id,
            comparison=self.comparison.id,
            outcome=self.outcome.id,
            timepoint=self.timepoint,
            measure=measure,
            estimate=estimate,
            is_log=is_log,
            ci_low=low,
            ci_high=high,
            ci_pct=level,
            se=se,
            se_source=se_source,
            direction=direction,
            direction_source=direction_source,
            is_adjusted=is_adjusted,
            adjusted_source=adjusted_source,
            intervention=titles[pair.intervention],
            control=titles[pair.control],
            n_intervention=table.denominators.get(pair.intervention),
            n_control=table.denominators.get(pair.control),
            report=self.source,
            place=analysis.path,
            note=self._note(measure),
        )

    def _scale(self) -> tuple[Measure, bool]:
        """What is estimated, and whether it is posted as a logarithm."""
        text = self.analysis.estimate_type_text or ""
        if reason := without_scale(self.analysis):
            raise _Unusable(reason)
        measure = next((measure for measure, pattern in SCALES if pattern.search(text)), None)
        if measure is None or STANDARDISED.search(text):
            raise _Unusable(f"posted as {text or 'an estimate of a kind not stated'}, which is no scale known here")
        if measure in MEAN_MEASURES and (
            why := other_scale(self.outcome, self.analysis.outcome_title, self.analysis.unit_text)
        ):
            raise _Unusable(why)
        return measure, measure in RATIOS and LOG.search(text) is not None

    def _pair(self) -> Pair:
        groups = [Group(item.id, item.title, item.description_text or "") for item in self.analysis.groups]
        if len(groups) != 2:
            raise _Unusable(f"{len(groups)} groups enter the analysis, not two")
        sides = sides_of(groups, self.comparison, self.protocol)
        if sides.pair is None and len(self.protocol.comparisons) > 1:
            raise _NotOfComparison
        if sides.pair is None:
            raise _Unusable(f"{NOT_TOLD_APART}: {'; '.join(group.title for group in groups)}")
        return sides.pair

    def _table(self, results: PostedResults) -> MeasureTable:
        """The one table that the analysis is of: of several rows or times, an analysis does not say which it means."""
        analysis = self.analysis
        wanted = (analysis.outcome_title, analysis.role, analysis.time_frame)
        tables = [item for item in results.outcomes if (item.title, item.role, item.time_frame) == wanted]
        if analysis.time_frame and has_several_times(analysis.time_frame):
            raise _Unusable(f"the time frame names several times: {analysis.time_frame}")
        if len(tables) != 1 or (tables[0].measurements and not has_one_row(tables[0])):
            raise _Unusable("the outcome has several rows for one group, and the analysis does not say which it is of")
        return tables[0]

    def _estimate(self, measure: Measure, is_log: bool) -> float:
        text = self.analysis.estimate_text or "nothing"
        if (estimate := printed_number(text)) is None:
            raise _Unusable(f"the estimate is no number: {text}")
        if measure in RATIOS and not is_log and estimate <= 0:
            raise _Unusable(f"no ratio can be {text}")
        if measure is Measure.RD and abs(estimate) > 1:
            raise _Unusable(f"a risk difference of {text} is in per cent, or none")
        return estimate

    def _limits(self, estimate: float) -> tuple[float | None, float | None]:
        low, high = printed_number(self.analysis.ci_lower_text), printed_number(self.analysis.ci_upper_text)
        if (low is not None and low > estimate) or (high is not None and high < estimate):
            printed = f"{self.analysis.ci_lower_text} to {self.analysis.ci_upper_text}"
            raise _Unusable(f"the estimate {self.analysis.estimate_text} is not between its limits {printed}")
        return low, high

    def _se(
        self, measure: Measure, is_log: bool, limits: tuple[float | None, float | None], level: float | None
    ) -> tuple[float | None, str]:
        """Standard error on the scale of pooling, from limits (Cochrane Handbook, version 6.5, 6.3.1), or as posted."""
        low, high = limits
        is_ratio = measure in RATIOS and not is_log
        is_two_sided = self.analysis.ci_sides_text != "ONE_SIDED"
        if low is not None and high is not None and level is not None and 50 <= level < 100 and is_two_sided:
            if is_ratio and low > 0:
                low, high = log(low), log(high)
            if high > low and (not is_ratio or limits[0]):
                quantile = float(ndtri(0.5 + level / 200))
                return (high - low) / (2 * quantile), f"from the {level:g} % limits: width / (2 × {quantile:.4f})"
        spread = printed_number(self.analysis.dispersion_text)
        is_se = (self.analysis.dispersion_type_text or "").startswith("STANDARD_ERROR")
        if spread is not None and spread > 0 and is_se and not is_ratio:
            return spread, "as posted"
        return None, ""

    def _direction(
        self, measure: Measure, is_log: bool, estimate: float, pair: Pair, table: MeasureTable
    ) -> tuple[Direction, str]:
        said, quote = self._direction_in_words(pair)
        if said != _NOT_STATED:
            return said, f"in words: {quote}"
        return self._direction_in_numbers(measure, is_log, estimate, pair, table)

    def _direction_in_words(self, pair: Pair) -> tuple[Direction, str]:
        """What is set against what, where every sentence that says so says the same."""
        analysis = self.analysis
        texts = (
            analysis.estimate_comment_text,
            analysis.group_text,
            analysis.method_comment_text,
            analysis.estimate_type_text,
            analysis.other_text,
        )
        found: dict[Direction, str] = {}
        for sentence in (part for text in texts if text for part in SENTENCE.split(text)):
            marks = [*AGAINST.finditer(sentence), *(VERSUS.finditer(sentence) if COMPUTED.search(sentence) else ())]
            for mark in marks:
                sides = (self._side(sentence[: mark.start()], pair), self._side(sentence[mark.end() :], pair))
                if sides == ("intervention", "control"):
                    found.setdefault(_FORWARDS, " ".join(sentence.split()))
                elif sides == ("control", "intervention"):
                    found.setdefault(_BACKWARDS, " ".join(sentence.split()))
        return next(iter(found.items())) if len(found) == 1 else (_NOT_STATED, "")

    def _side(self, text: str, pair: Pair) -> str:
        """Which group a part of a sentence names; '' when neither, or both."""
        titles = {group.id: group.title for group in self.analysis.groups}
        tested, control = rules_of(self.comparison, self.protocol)
        named = [
            role
            for role, group_id, rule in (
                ("intervention", pair.intervention, tested),
                ("control", pair.control, control),
            )
            if _is_named(titles[group_id], text) or find(rule, [Field("", text)])
        ]
        return named[0] if len(named) == 1 else ""

    def _direction_in_numbers(
        self, measure: Measure, is_log: bool, estimate: float, pair: Pair, table: MeasureTable
    ) -> tuple[Direction, str]:
        """Whether the groups' own numbers give the estimate, to its last digit, one way round only."""
        of_group = [_number_of(table, group_id, measure) for group_id in (pair.intervention, pair.control)]
        if is_log or None in of_group:
            return _NOT_STATED, ""
        (first, slack_first), (second, slack_second) = (item for item in of_group if item is not None)
        slack = _half_unit(self.analysis.estimate_text) * 1.0001
        if measure in {Measure.MD, Measure.RD}:
            slack += slack_first + slack_second
            ways = (first - second, second - first)
        elif first > 0 and second > 0 and not slack_first and not slack_second and measure is Measure.RR:
            ways = (first / second, second / first)
        else:
            return _NOT_STATED, ""
        fits = [abs(estimate - way) <= slack for way in ways]
        if fits[0] == fits[1]:
            return _NOT_STATED, ""
        return (_FORWARDS if fits[0] else _BACKWARDS), "the groups' own posted numbers give the estimate this way round"

    def _adjusted(self) -> tuple[bool | None, str]:
        analysis = self.analysis
        texts = (
            analysis.method_text,
            analysis.method_comment_text,
            analysis.group_text,
            analysis.estimate_type_text,
            analysis.estimate_comment_text,
        )
        return adjusted_in(text for text in texts if text)

    def _note(self, measure: Measure) -> str:
        notes = []
        if measure is not self.outcome.measure:
            notes.append(f"a {measure}, and the review pools {self.outcome.measure}")
        if (kind := self.analysis.hypothesis_text or "") and "SUPERIORITY" not in kind and kind != "OTHER":
            notes.append(f"a test of {kind.replace('_', ' ').lower()}")
        return "; ".join(notes)


def _is_named(title: str, text: str) -> bool:
    """Whether a text has a group's title in it, whatever its case."""
    return re.search(rf"(?<!\w){re.escape(title)}(?!\w)", text, re.IGNORECASE) is not None


def _number_of(table: MeasureTable, group_id: str, measure: Measure) -> tuple[float, float] | None:
    """A group's mean or share of people in the table, with half a unit of its last digit."""
    cell = next((item for item in table.measurements if item.group_id == group_id), None)
    value = printed_number(cell.value_text) if cell else None
    if cell is None or value is None:
        return None
    if measure is Measure.MD and table.param_text in {"MEAN", "LEAST_SQUARES_MEAN"}:
        return value, _half_unit(cell.value_text)
    n = table.denominators.get(group_id)
    if measure in {Measure.RR, Measure.RD} and table.param_text == "COUNT_OF_PARTICIPANTS" and n:
        return value / n, 0.0
    return None


def _half_unit(text: str | None) -> float:
    """Half a unit of the last digit that a number is printed with."""
    _, _, decimals = (text or "").strip().partition(".")
    return 0.5 * 10.0 ** -len(decimals)
