"""What readers meet of each analysis, comparison by comparison, primary outcomes first.

Pooled numbers and weights are taken from the page as they are; only a study's own interval is computed.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from models.analysis import Analysis
from models.counts import n_alone
from models.page import ReviewPage, VersionComparison
from models.people import people_in
from models.protocol import Comparison, Outcome, Protocol, Timepoint
from models.risk_of_bias import BiasOfRow, bias_of
from models.synthesis import PooledEffect, Signal, SubgroupTest
from models.vocabulary import EvidenceSet, Interval, Measure, Model
from reporting import numbers, words
from reporting.lines import (
    SETS,
    PooledBlock,
    StudyLine,
    SubgroupLines,
    pooled_blocks,
    printed,
    shown,
    size_of,
    study_lines,
    subgroup_lines,
)


@dataclass(frozen=True)
class AnalysisResult:
    """Everything that one analysis shows.

    `blocks` leaves out evidence sets without any study; `headlines` are the headline lines of the
    protocol's first convention by evidence set; `undisputed` is that line of the sensitivity analysis without
    disputed studies, where there is one, be it of no study at all. `tests` ask whether subgroups differ, each with the
    evidence that it is of.
    """

    key: str
    """Fragment identifier, unique on the page and the same every night."""
    title: str
    full_title: str
    """The same with its comparison in brackets, where there are several."""
    is_primary: bool
    analysis: Analysis
    outcome: Outcome
    timepoint: Timepoint
    comparison: Comparison
    studies: tuple[StudyLine, ...]
    groups: tuple[SubgroupLines, ...]
    tests: tuple[tuple[EvidenceSet, SubgroupTest], ...]
    blocks: tuple[PooledBlock, ...]
    headlines: dict[EvidenceSet, PooledEffect]
    weight_model: Model | None
    undisputed: PooledEffect | None
    version: VersionComparison | None
    certainty: str | None
    bias: tuple[tuple[StudyLine, BiasOfRow | None], ...]
    notes: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not self.studies and not self.blocks

    @property
    def is_closed(self) -> bool:
        """Whether its gate is closed: what was printed does not come out of the data, so nothing new is held against it."""
        return self.version is not None and not self.version.is_reproduced

    @property
    def has_total(self) -> bool:
        return self.analysis.totals.has_overall

    @property
    def intervention(self) -> str:
        return self.analysis.intervention or self.comparison.intervention

    @property
    def control(self) -> str:
        return self.analysis.control or self.comparison.control

    @property
    def is_ratio(self) -> bool:
        return self.analysis.is_ratio

    @property
    def null(self) -> float:
        """The value of no effect on the natural scale."""
        return 1.0 if self.is_ratio else 0.0

    @property
    def measure(self) -> str:
        """Its measure in full, in the authors' own words where they have some."""
        return self.analysis.measure_label or words.MEASURES[self.analysis.measure or self.outcome.measure]

    @property
    def short_measure(self) -> str:
        """The same for the heads of tables."""
        return self.analysis.measure_label or words.SHORT_MEASURES[self.analysis.measure or self.outcome.measure]

    @property
    def with_limits(self) -> str:
        """Head of a column of estimates: ``RR (95% CI)``."""
        return f"{self.short_measure} ({self.confidence})"

    @property
    def confidence(self) -> str:
        return numbers.confidence(self.analysis.level)

    @property
    def unit(self) -> str:
        return self.analysis.unit or self.outcome.unit

    @property
    def mid(self) -> float | None:
        """The smallest difference that matters, where effects are in its unit."""
        return self.outcome.mid if (self.analysis.measure or self.outcome.measure) is Measure.MD else None

    @property
    def has_hksj_of_two(self) -> bool:
        """Whether an interval on one degree of freedom is shown that no note explains."""
        lines = (effect for block in self.blocks for effect in block.effects)
        return any(e.k == 2 and e.interval is not Interval.WALD and not e.note for e in lines)

    @property
    def result(self) -> PooledEffect | None:
        """What may be called the review's result: the confirmed headline, the published one in its absence."""
        if self.is_closed:
            return None
        return self.headlines.get(EvidenceSet.CONFIRMED) or self.headlines.get(EvidenceSet.PUBLISHED)

    @property
    def provisional(self) -> PooledEffect | None:
        """The provisional headline where it differs from the result."""
        line = None if self.is_closed else self.headlines.get(EvidenceSet.PROVISIONAL)
        return line if line and (not self.result or shown(line) != shown(self.result)) else None

    @property
    def before(self) -> str:
        """The estimate that the version in force prints, or that its data give."""
        if self.version:
            return self.version.printed
        line = self.headlines.get(EvidenceSet.PUBLISHED)
        return printed(line) if line else numbers.UNKNOWN

    @property
    def now(self) -> str:
        """The review's result tonight, without its measure."""
        return printed(self.result) if self.result else numbers.UNKNOWN

    @property
    def now_provisional(self) -> str:
        """The same with provisional numbers; '' where they make no difference."""
        return printed(self.provisional) if self.provisional else ""

    @property
    def size(self) -> tuple[str, str]:
        """Studies and people of the widest evidence; where nothing is pooled, rows of one study may be the same people."""
        line = self.provisional or self.result
        if line:
            return numbers.count(line.n_studies), n_alone(line.n_participants, line.n_is_least)
        studies = {line.input.study_id for line in self.studies}
        people = people_in([line.input for line in self.studies])
        is_once = self.studies and len(studies) == len(self.studies)
        return numbers.count(len(studies)), n_alone(people.n, people.is_least) if is_once else numbers.UNKNOWN

    def sentence(self, effect: PooledEffect) -> str:
        """A pooled line in plain words."""
        size = size_of(effect)
        if effect.k == 0:
            is_left = effect.evidence_set is not EvidenceSet.UNDISPUTED
            return "No study reports this outcome at this time." if is_left else "No study is left."
        if effect.estimate is None or effect.ci_low is None or effect.ci_high is None:
            return f"{size}: the data do not allow an estimate."
        limits = numbers.interval(effect.ci_low, effect.ci_high, self.is_ratio)
        name = self.measure if self.analysis.measure_label else self.measure.lower().replace("peto", "Peto")
        estimate = f"{name} {numbers.effect(effect.estimate, self.is_ratio)} ({self.confidence} {limits})"
        return f"{size}: {estimate}, {self._reading(effect.ci_low, effect.ci_high)}."

    def named(self, effect: PooledEffect) -> str:
        """A pooled line for running text: ``RR 0.97 (95% CI 0.90 to 1.04)``."""
        limits = numbers.interval(effect.ci_low, effect.ci_high, self.is_ratio)
        return f"{self.short_measure} {numbers.effect(effect.estimate, self.is_ratio)} ({self.confidence} {limits})"

    @property
    def direction(self) -> str:
        """Which way is better as it is counted: of people without the event it is the other way round."""
        other = {"higher": "lower", "lower": "higher"}
        given = self.outcome.direction
        return other.get(given, given) if self.analysis.swaps_events else given

    def _reading(self, low: float, high: float) -> str:
        if low <= self.null <= high:
            return "no clear difference (the interval includes no effect)"
        if self.direction == "unknown":
            side = "higher" if low > self.null else "lower"
            return (
                f"{side} with {as_phrase(self.intervention)} than with {as_phrase(self.control)}; the review does not say"
                " which is better"
            )
        is_benefit = (low > self.null) == (self.direction == "higher")
        return f"favouring {as_phrase(self.intervention if is_benefit else self.control)}"

    @property
    def bias_sentence(self) -> str:
        """How many of its rows are at which risk, worst first; '' where nobody has judged any."""
        judged = [bias for _, bias in self.bias if bias]
        if not judged:
            return ""
        n_rows = numbers.counted(
            len(self.bias), "row" if self._has_parts else "study", "rows" if self._has_parts else "studies"
        )
        counts = Counter(_worst(bias) for bias in judged)
        told = [f"{word} in {n}" for word, n in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))]
        if left := len(self.bias) - len(judged):
            told.append(f"not judged in {left}")
        tools = words.listed(list(dict.fromkeys(bias.tool for bias in judged)))
        return f"Risk of bias ({tools}) of {n_rows}: {', '.join(told)}."

    @property
    def _has_parts(self) -> bool:
        return len({line.input.study_id for line in self.studies}) < len(self.studies)


@dataclass(frozen=True)
class ComparisonResults:
    """The analyses of one comparison, primary ones first."""

    key: str
    comparison: Comparison
    part_of: str
    """Title of the comparison of which it is a subgroup or sensitivity analysis."""
    results: tuple[AnalysisResult, ...]

    @property
    def with_data(self) -> tuple[AnalysisResult, ...]:
        """Analyses that have something to show beside their line in the summary."""
        return tuple(result for result in self.results if not result.is_empty or result.version)


def _worst(bias: BiasOfRow) -> str:
    """The overall judgement, or the word of the worst domain."""
    words_ = [word for domain, word in bias.domains if domain in bias.reasons]
    return bias.overall or (words_[0] if words_ else "not stated")


def as_phrase(title: str) -> str:
    """A title inside a sentence: its first letter small, unless it begins with an abbreviation."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def collect_results(page: ReviewPage) -> tuple[AnalysisResult, ...]:
    """Every analysis of the protocol by comparison, primary ones first; without data where there are none."""
    return tuple(result for group in by_comparison(page) for result in group.results)


def by_comparison(page: ReviewPage) -> tuple[ComparisonResults, ...]:
    """Every comparison that has an analysis, in the protocol's order, each followed by those that are part of it."""
    protocol = page.protocol
    titles = {item.id: item.title for item in protocol.comparisons}
    order = [item.id for item in protocol.comparisons]
    analyses = protocol.analyses
    keys, names = _keys(analyses), _titles(protocol, analyses)
    ordered = sorted(
        protocol.comparisons,
        key=lambda item: (order.index(item.part_of or item.id), bool(item.part_of), order.index(item.id)),
    )
    groups = []
    for comparison in ordered:
        own = [item for item in analyses if item.comparison == comparison.id]
        own.sort(key=lambda item: not protocol.is_primary(item))
        if own:
            groups.append(
                ComparisonResults(
                    key=f"comparison-{_slug(comparison.id)}",
                    comparison=comparison,
                    part_of=titles.get(comparison.part_of, ""),
                    results=tuple(_collect(page, item, keys[item.analysis], names[item.analysis]) for item in own),
                )
            )
    return tuple(groups)


def _keys(analyses: Sequence[Analysis]) -> dict[str, str]:
    """A fragment identifier for each analysis; names that look alike without their signs are told apart by a hash."""
    named = {
        item.analysis: item.analysis
        if item.analysis.startswith(f"{item.comparison}:")
        else f"{item.comparison}:{item.analysis}"
        for item in analyses
    }
    alike = Counter(_slug(name) for name in named.values())
    return {
        analysis: _slug(name) + (f"-{sha256(name.encode()).hexdigest()[:6]}" if alike[_slug(name)] > 1 else "")
        for analysis, name in named.items()
    }


def _titles(protocol: Protocol, analyses: Sequence[Analysis]) -> dict[str, str]:
    """An analysis's own title, or its outcome with the time where one is told; two of one title add their names."""
    titles = {item.analysis: item.title or _outcome_and_time(protocol, item) for item in analyses}
    alike = Counter((item.comparison, titles[item.analysis]) for item in analyses)
    return {
        item.analysis: titles[item.analysis]
        + (f" (analysis {item.analysis})" if alike[item.comparison, titles[item.analysis]] > 1 else "")
        for item in analyses
    }


def _outcome_and_time(protocol: Protocol, analysis: Analysis) -> str:
    timepoint = protocol.timepoint(analysis.timepoint)
    return protocol.outcome(analysis.outcome).title + (f", {timepoint.name}" if timepoint.is_told else "")


def title_of_signal(signal: Signal, results: Sequence[AnalysisResult]) -> str:
    """What a signal is about; ids that the review no longer has stay ids."""
    found = next((item.full_title for item in results if item.analysis.analysis == signal.analysis), None)
    return found or f"{signal.outcome}, {signal.timepoint}"


def _slug(name: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in name.lower())


def _collect(page: ReviewPage, analysis: Analysis, key: str, title: str) -> AnalysisResult:
    protocol = page.protocol
    version = next((item for item in page.comparisons if item.analysis == analysis.analysis), None)
    is_closed = version is not None and not version.is_reproduced
    sets = {EvidenceSet.PUBLISHED} if is_closed else set(EvidenceSet)
    effects = _of(page.effects, analysis, sets)
    of_groups = _of(page.subgroup_effects, analysis, sets)
    inputs = [
        item
        for item in page.inputs
        if item.analysis == analysis.analysis and item.evidence_set in sets - {EvidenceSet.UNDISPUTED}
    ]
    first = protocol.conventions[0].name
    lines = {e.evidence_set: e for e in effects if e.is_headline and e.convention == first}
    headlines = {name: line for name, line in lines.items() if line.k}
    widest = next((headlines[name] for name in reversed(SETS) if name in headlines), None)
    of_groups = [e for e in of_groups if e.convention == first and e.evidence_set in SETS]
    weights = {weight.row: weight.pct for e in ([widest] if widest else of_groups) for weight in e.weights}
    studies = study_lines(inputs, analysis, weights, words.study_labels(page.baseline))
    notes = dict.fromkeys(_sentence(part) for e in effects for part in e.note.split("; ") if part)
    return AnalysisResult(
        key=key,
        title=title,
        full_title=f"{title} ({protocol.comparison(analysis.comparison).title})"
        if len(protocol.comparisons) > 1
        else title,
        is_primary=protocol.is_primary(analysis),
        analysis=analysis,
        outcome=protocol.outcome(analysis.outcome),
        timepoint=protocol.timepoint(analysis.timepoint),
        comparison=protocol.comparison(analysis.comparison),
        studies=studies,
        groups=subgroup_lines(studies, of_groups),
        tests=_tests(page, analysis, sets),
        blocks=pooled_blocks([e for e in effects if e.k]),
        headlines=headlines,
        weight_model=widest.model if widest else None,
        undisputed=lines.get(EvidenceSet.UNDISPUTED) if inputs else None,
        version=version,
        certainty=page.certainty.get(analysis.analysis),
        bias=tuple((line, bias_of(line.input, page.risk_of_bias)) for line in studies),
        notes=tuple(notes),
    )


def _of(effects: Sequence[PooledEffect], analysis: Analysis, sets: set[EvidenceSet]) -> list[PooledEffect]:
    """Effects of an analysis; where it is pooled as its authors chose, with the prediction intervals that they show."""
    own = [effect for effect in effects if effect.analysis == analysis.analysis and effect.evidence_set in sets]
    if analysis.method is None or analysis.has_prediction:
        return own
    return [msgspec.structs.replace(effect, pi_low=None, pi_high=None) for effect in own]


def _tests(
    page: ReviewPage, analysis: Analysis, sets: set[EvidenceSet]
) -> tuple[tuple[EvidenceSet, SubgroupTest], ...]:
    """Tests of subgroup differences under the first convention; one that says what a firmer set says is left out."""
    first = page.protocol.conventions[0].name
    own = [item for item in page.subgroup_tests if (item.analysis, item.convention) == (analysis.analysis, first)]
    told: dict[tuple[float, int], tuple[EvidenceSet, SubgroupTest]] = {}
    for name in SETS:
        for item in own:
            if item.evidence_set is name and name in sets:
                told.setdefault((round(item.chi2, 6), item.df), (name, item))
    return tuple(told.values())


def _sentence(note: str) -> str:
    return note[:1].upper() + note[1:].rstrip(".") + "."
